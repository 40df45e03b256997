"""Words for what is wrong with a field of an event, a guest or a template, and with a row of a guest list."""

from typing import Final

from waapp.core.guest_export import ExportColumn
from waapp.core.rows import RowCode

FIELDS: Final = {
    "event_name_missing": "Give the event a name.",
    "event_name_too_long": "Shorten the name to 200 characters.",
    "event_date_unlikely": "Check the year.",
    "event_location_too_long": "Shorten the place to 300 characters.",
    "time_zone_unknown": "Choose a time zone such as Europe/Lisbon.",
    "region_unknown": "Choose a country, or none.",
    "link_has_blank": "A link cannot contain blanks.",
    "link_placeholder_unknown": "A link can only contain {{rsvp_token}}, {{guest_id}} and {{event_id}}.",
    "link_braces": "Each brace needs its partner: {{rsvp_token}}.",
    "link_too_long": "Shorten the link to 2,000 characters.",
    "link_not_web": "A link starts with https:// and a host, like https://example.com/{{rsvp_token}}.",
    "quiet_hours_half": "Quiet hours have a beginning and an end.",
    "quiet_hours_whole_day": "Quiet hours cannot last the whole day.",
    "guest_name_missing": "Give the guest a name.",
    "guest_name_too_long": "Shorten the name to 200 characters.",
    "phone_too_long": "This is longer than any phone number.",
    "phone_not_a_number": "This is not a phone number.",
    "phone_impossible": "There can be no such number. Check for a missing or doubled digit.",
    "phone_landline": "This is a landline. WhatsApp needs a mobile number.",
    "phone_premium": "This is a service number, not a person's.",
    "phone_shared_cost": "This is a hotline that callers pay for, not a person's.",
    "phone_needs_region": "Write the number with its country, like +351 912 345 678.",
    "phone_rounded": "The spreadsheet has cut off the last digits. Enter the whole number.",
    "email_wrong": "This is not an e-mail address.",
    "email_too_long": "This is longer than any e-mail address.",
    "group_too_long": "Shorten the group to 100 characters.",
    "language_unknown": "Choose a language that WhatsApp knows, or none.",
    "household_too_long": "Shorten the household to 100 characters.",
    "tag_too_long": "Shorten each tag to 100 characters.",
    "plus_ones_unlikely": "Between 0 and 99 may come along.",
    "consent_source_too_long": "Shorten this to 200 characters.",
    "template_name_wrong": "Only small letters a to z, digits and _, at most 100 of them.",
    "template_name_taken": "Another template has this name.",
    "template_display_name_missing": "Give the template a name.",
    "template_display_name_too_long": "Shorten the name to 200 characters.",
    "template_content_missing": "Write a text.",
    "template_language_unknown": "Choose a language that WhatsApp knows.",
    "template_category_unknown": "Choose marketing or utility.",
}

ROWS: Final = {
    RowCode.DUPLICATE: "{name} stands in row {first} already.",
    RowCode.REPEATED_HEADING: "The headings once more.",
    RowCode.TOTAL: "A sum, not a guest.",
    RowCode.SHARED_PHONE: "The same phone as {other} in row {first}.",
    RowCode.SHARED_EMAIL: "The same e-mail address as {other} in row {first}.",
    RowCode.SAME_NAME: "The same name as in row {first}.",
    RowCode.NEAR_NAME: "Almost the same name as {other} in row {first}.",
    RowCode.NO_PHONE: "No phone number.",
    RowCode.PLUS_ADDED: "{text} was read as {phone}.",
    RowCode.PLUS_ONE_NAMED: "“{text}” counts as one who comes along.",
    RowCode.CONSENT_UNCLEAR: "“{text}” says neither yes nor no.",
    RowCode.BROKEN_LETTERS: "Some letters of this row could not be read.",
    RowCode.SEVERAL_PHONES: "Several numbers: {used} is used, {other} is kept beside it.",
}
"""What there is to say about a row of an imported list, beside the codes in FIELDS."""

EXPORT_HEADINGS: Final = {
    ExportColumn.NAME: "Name",
    ExportColumn.PHONE: "Phone",
    ExportColumn.EMAIL: "E-mail",
    ExportColumn.GROUP: "Group",
    ExportColumn.TAGS: "Tags",
    ExportColumn.HOUSEHOLD: "Household",
    ExportColumn.PLUS_ONES: "Plus-ones",
    ExportColumn.LANGUAGE: "Language",
    ExportColumn.TIME_ZONE: "Time zone",
    ExportColumn.CONSENT: "Consent",
    ExportColumn.CONSENT_SOURCE: "Consent source",
    ExportColumn.CONSENT_DATE: "Consent date",
    ExportColumn.NOTES: "Notes",
    ExportColumn.ANSWER: "Answer",
    ExportColumn.COMING: "Coming",
    ExportColumn.INVITATION: "Invitation",
    ExportColumn.CAUSE: "Cause",
    ExportColumn.SENT: "Sent",
    ExportColumn.DELIVERED: "Delivered",
    ExportColumn.READ: "Read",
    ExportColumn.LINK: "Answer link",
}
"""The headings of an exported list; a list with them is read back as it was."""
