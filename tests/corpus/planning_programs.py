"""What programs for weddings, events and mailings export."""

from tests.corpus.guest_list import GuestList
from tests.corpus.writers import text
from waapp.core.guests import Consent, GuestDraft

PLANNERS = (
    GuestList(
        "google_sheets_csv",
        "US",
        lambda: text(
            [
                ["Full Name", "Phone Number", "Email Address", "RSVP", "+1"],
                ["Emma Clark", "+1 202-555-0123", "emma@example.com", "Yes", "1"],
                ["Noah Reed", "(202) 555-0134", "noah@example.com", "", "yes"],
                ["Mia Fox", "202.555.0145", "", "", "Leo Fox"],
            ],
            ending="\r\n",
        ),
        fields="name phone email - plus_ones",
        heading=1,
        guests=(
            GuestDraft("Emma Clark", "+12025550123", "emma@example.com", extra={"rsvp": "Yes"}, plus_ones=1),
            GuestDraft("Noah Reed", "+12025550134", "noah@example.com", plus_ones=1),
            GuestDraft("Mia Fox", "+12025550145", extra={"plus_one": "Leo Fox"}, plus_ones=1),
        ),
        findings=((4, "row_plus_one_named"),),
    ),
    GuestList(
        "google_form_csv",
        "PT",
        lambda: text(
            [
                ["Timestamp", "What is your full name?", "Phone Number", "Do you need parking?"],
                ["2026/06/05 5:30:12 PM GMT+1", "Eva Reis", "912 345 678", "Yes"],
                ["2026/06/05 6:30:12 PM GMT+1", "Rui Sá", "#N/A", "No"],
            ]
        ),
        fields="- name phone -",
        heading=1,
        guests=(
            GuestDraft(
                "Eva Reis",
                "+351912345678",
                extra={"timestamp": "2026/06/05 5:30:12 PM GMT+1", "do_you_need_parking": "Yes"},
            ),
            GuestDraft(
                "Rui Sá", extra={"timestamp": "2026/06/05 6:30:12 PM GMT+1", "do_you_need_parking": "No"}
            ),
        ),
        findings=((3, "row_no_phone"),),
    ),
    GuestList(
        "zola_csv",
        "US",
        lambda: text(
            [
                [
                    "Title",
                    "First Name",
                    "Last Name",
                    "Suffix",
                    "Partner First Name",
                    "Partner Last Name",
                    "Relationship",
                    "Email",
                    "Phone Number",
                    "Street Address",
                    "City",
                    "RSVP Status",
                ],
                [
                    "Ms.",
                    "Emma",
                    "Clark",
                    "",
                    "Noah",
                    "Clark",
                    "Bride's Family",
                    "emma@example.com",
                    "202-555-0123",
                    "1 Elm St",
                    "Austin",
                    "No Response",
                ],
                ["Mr.", "Mia", "Fox", "", "", "", "Friends", "", "(202) 555-0134", "", "", ""],
            ]
        ),
        fields="- given family - - - group email phone - - -",
        heading=1,
        guests=(
            GuestDraft(
                "Emma Clark",
                "+12025550123",
                "emma@example.com",
                group="Bride's Family",
                extra={
                    "title": "Ms.",
                    "partner_first_name": "Noah",
                    "partner_last_name": "Clark",
                    "street_address": "1 Elm St",
                    "city": "Austin",
                    "rsvp_status": "No Response",
                },
            ),
            GuestDraft("Mia Fox", "+12025550134", group="Friends", extra={"title": "Mr."}),
        ),
        findings=(),
    ),
    GuestList(
        "the_knot_csv",
        "US",
        lambda: text(
            [
                ["First Name", "Last Name", "Household", "Email", "Phone", "Plus One", "Guest List"],
                ["Emma", "Clark", "The Clarks", "emma@example.com", "2025550123", "", "A-list"],
                ["Noah", "Clark", "The Clarks", "", "2025550123", "", "A-list"],
                ["Mia", "Fox", "Mia Fox", "mia@example.com", "2025550134", "1", "B-list"],
            ]
        ),
        fields="given family household email phone plus_ones group",
        heading=1,
        guests=(
            GuestDraft(
                "Emma Clark", "+12025550123", "emma@example.com", group="A-list", household="The Clarks"
            ),
            GuestDraft("Noah Clark", "+12025550123", group="A-list", household="The Clarks"),
            GuestDraft(
                "Mia Fox", "+12025550134", "mia@example.com", group="B-list", household="Mia Fox", plus_ones=1
            ),
        ),
        findings=((3, "row_shared_phone"),),
    ),
    GuestList(
        "with_joy_csv",
        "US",
        lambda: text(
            [
                ["First Name", "Last Name", "Email", "Phone Number", "Party", "Tags", "Events"],
                [
                    "Emma",
                    "Clark",
                    "emma@example.com",
                    "+12025550123",
                    "Clark Family",
                    "family,bride",
                    "Wedding",
                ],
                ["Liam", "Clark", "", "", "Clark Family", "family", "Wedding"],
            ]
        ),
        fields="given family email phone household tags -",
        heading=1,
        guests=(
            GuestDraft(
                "Emma Clark",
                "+12025550123",
                "emma@example.com",
                extra={"events": "Wedding"},
                tags=(
                    "family",
                    "bride",
                ),
                household="Clark Family",
            ),
            GuestDraft("Liam Clark", extra={"events": "Wedding"}, tags=("family",), household="Clark Family"),
        ),
        findings=((3, "row_no_phone"),),
    ),
    GuestList(
        "rsvpify_csv",
        "US",
        lambda: text(
            [
                ["Party Name", "Guest Name", "Email", "Phone", "Additional Guests", "Custom: Meal"],
                ["Clark", "Emma Clark", "emma@example.com", "202-555-0123", "2", "Fish"],
                ["Fox", "Mia Fox", "", "202-555-0134", "0", ""],
            ]
        ),
        fields="household name email phone plus_ones -",
        heading=1,
        guests=(
            GuestDraft(
                "Emma Clark",
                "+12025550123",
                "emma@example.com",
                household="Clark",
                extra={"custom_meal": "Fish"},
                plus_ones=2,
            ),
            GuestDraft("Mia Fox", "+12025550134", household="Fox"),
        ),
        findings=(),
    ),
    GuestList(
        "eventbrite_csv",
        "GB",
        lambda: text(
            [
                [
                    "Order #",
                    "Order Date",
                    "First Name",
                    "Last Name",
                    "Email",
                    "Quantity",
                    "Ticket Type",
                    "Attendee #",
                    "Cell Phone",
                ],
                [
                    "1689365701",
                    "2026-04-16",
                    "Olivia",
                    "Hart",
                    "olivia@example.com",
                    "1",
                    "VIP",
                    "2360209833",
                    "07400123456",
                ],
                [
                    "1689365702",
                    "2026-04-17",
                    "Max",
                    "Frost",
                    "max@example.com",
                    "1",
                    "Standard",
                    "2360209834",
                    "7400123457",
                ],
            ]
        ),
        fields="- - given family email - group - phone",
        heading=1,
        guests=(
            GuestDraft(
                "Olivia Hart",
                "+447400123456",
                "olivia@example.com",
                group="VIP",
                extra={
                    "order": "1689365701",
                    "order_date": "2026-04-16",
                    "quantity": "1",
                    "attendee": "2360209833",
                },
            ),
            GuestDraft(
                "Max Frost",
                "+447400123457",
                "max@example.com",
                group="Standard",
                extra={
                    "order": "1689365702",
                    "order_date": "2026-04-17",
                    "quantity": "1",
                    "attendee": "2360209834",
                },
            ),
        ),
        findings=(),
    ),
    GuestList(
        "mailchimp_csv",
        "US",
        lambda: text(
            [
                [
                    "Email Address",
                    "First Name",
                    "Last Name",
                    "Phone Number",
                    "MEMBER_RATING",
                    "OPTIN_TIME",
                    "LATITUDE",
                    "TAGS",
                ],
                [
                    "emma@example.com",
                    "Emma",
                    "Clark",
                    "+12025550123",
                    "2",
                    "2026-01-02 10:00:00",
                    "30.2",
                    '"VIP","2026"',
                ],
                ["noah@example.com", "Noah", "Reed", "", "2", "2026-01-02 10:00:00", "", ""],
            ],
            quoted=True,
        ),
        fields="email given family phone - - - tags",
        heading=1,
        guests=(
            GuestDraft(
                "Emma Clark",
                "+12025550123",
                "emma@example.com",
                extra={"member_rating": "2", "optin_time": "2026-01-02 10:00:00", "latitude": "30.2"},
                tags=(
                    "VIP",
                    "2026",
                ),
            ),
            GuestDraft(
                "Noah Reed",
                email="noah@example.com",
                extra={"member_rating": "2", "optin_time": "2026-01-02 10:00:00"},
            ),
        ),
        findings=((3, "row_no_phone"),),
    ),
    GuestList(
        "airtable_csv",
        "AU",
        lambda: text(
            [
                ["Name", "Mobile", "Side", "Attendees", "Language", "Opt-in"],
                ["Ruby Stone", "0491 570 156", "Bride", "2", "English", "checked"],
                ["Leo Marsh", "+61 491 570 157", "Groom", "1", "", "yes"],
            ],
            encoding="utf-8-sig",
            ending="\n",
        ),
        fields="name phone group - language consent",
        heading=1,
        guests=(
            GuestDraft(
                "Ruby Stone",
                "+61491570156",
                group="Bride",
                language="en",
                extra={"attendees": "2"},
                consent=Consent.YES,
            ),
            GuestDraft(
                "Leo Marsh", "+61491570157", group="Groom", extra={"attendees": "1"}, consent=Consent.YES
            ),
        ),
        findings=(),
    ),
    GuestList(
        "notion_csv",
        "GB",
        lambda: text(
            [
                ["Name", "Phone", "Tags"],
                ["Olivia Hart", "+44 7400 123456", "Family, Bride"],
                ["Max Frost", "07400 123457", ""],
            ],
            encoding="utf-8-sig",
            ending="\n",
        ),
        fields="name phone tags",
        heading=1,
        guests=(
            GuestDraft(
                "Olivia Hart",
                "+447400123456",
                tags=(
                    "Family",
                    "Bride",
                ),
            ),
            GuestDraft("Max Frost", "+447400123457"),
        ),
        findings=(),
    ),
)
