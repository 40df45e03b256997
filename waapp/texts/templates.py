"""Words for the rules of a template's text, their corrections, its variables and their values."""

from typing import Final

FINDINGS: Final = {
    "empty_body": "The text is empty.",
    "body_too_long": "The text is {over:character|characters} too long: WhatsApp takes {limit}.",
    "starts_with_variable": "WhatsApp refuses a text that starts with a variable.",
    "starts_nearly_with_variable": "WhatsApp may refuse a text with no word before its first variable.",
    "ends_with_variable": "WhatsApp refuses a text that ends with a variable.",
    "ends_nearly_with_variable": "WhatsApp may refuse a text with no word after its last variable.",
    "adjacent_variables": "WhatsApp refuses two variables with nothing between them.",
    "unknown_variable": "No guest has “{name}”.",
    "bad_variable_name": "{text} is no variable: use letters, digits and _ between the braces.",
    "broken_braces": "Something is wrong with these braces: a variable looks like {{{{guest_name}}}}.",
    "unicode_braces": "These braces only look right: a variable looks like {{{{guest_name}}}}.",
    "numbering_gap": "Numbered variables have to run from 1 without gaps.",
    "too_few_words": (
        "WhatsApp wants more words around {variables:variable|variables}: {missing} more at least."
    ),
    "too_many_variables": "{variables} are too many variables: WhatsApp takes {limit}.",
    "sample_missing": "WhatsApp wants an example for {{{{{name}}}}} before it approves the text.",
    "control_character": "Here is an invisible character that cannot be sent.",
    "many_emoji": "{emoji:emoji|emoji}: WhatsApp may refuse more than {limit}.",
    "blank_run": "WhatsApp may refuse so many blanks or empty lines in a row.",
    "outer_blanks": "Blanks around the text are not sent.",
    "duplicate_body": "Another template has the same text.",
    "short_link": "WhatsApp often refuses short links such as {host}: use the whole address.",
    "foreign_placeholder": "{text} will be sent as it stands. For the variable write {{{{{name}}}}}.",
    "doubled_markup": "WhatsApp shows these signs: for bold it takes a single * on each side.",
    "markdown_link": "WhatsApp shows the brackets: write the address itself.",
    "html_tag": "Guests would see {text} as it stands here.",
    "folds": "Phones show about {lines:line|lines} of it, the rest behind “Read more”.",
    "header_missing": "The header is empty: fill it in or take it away.",
    "header_too_long": "The header is {over:character|characters} too long: WhatsApp takes {limit}.",
    "header_many_variables": "WhatsApp takes one variable in the header.",
    "header_emoji": "WhatsApp takes no emoji in the header.",
    "header_markup": "WhatsApp takes no signs for bold or italic in the header: it is bold anyway.",
    "header_line_break": "The header has to be one line.",
    "media_not_https": "WhatsApp fetches the file from an address that begins with https://.",
    "media_blank": "An address has no blanks.",
    "media_fixed_start": "The address has to begin with the name of a website, not with a variable.",
    "media_extension": "WhatsApp wants to see at the end of the address what file it is: {extensions}.",
    "media_too_long": "The address is too long: WhatsApp takes {limit} characters.",
    "footer_too_long": "The footer is {over:character|characters} too long: WhatsApp takes {limit}.",
    "footer_variable": "WhatsApp takes no variable in the footer.",
    "footer_emoji": "WhatsApp takes no emoji in the footer.",
    "footer_markup": "WhatsApp takes no signs for bold or italic in the footer.",
    "footer_line_break": "The footer has to be one line.",
    "too_many_buttons": "{buttons} are too many buttons: WhatsApp takes {limit}.",
    "too_many_urls": "{buttons} are too many links: WhatsApp takes {limit} buttons that open an address.",
    "too_many_phones": "WhatsApp takes one button that calls a number.",
    "too_many_codes": "WhatsApp takes one button that copies a code.",
    "replies_apart": "Buttons that answer have to stand together, apart from the other buttons.",
    "code_not_alone": "A button that copies a code goes with neither a header, a footer nor buttons that answer.",
    "title_missing": "This button says nothing.",
    "title_too_long": "The button is {over:character|characters} too long: WhatsApp takes {limit}.",
    "reply_title_long": (
        "More than {limit} characters: WhatsApp takes them in a template, but not within a conversation."
    ),
    "title_variable": "WhatsApp takes no variable on a button.",
    "title_line_break": "A button has to be one line.",
    "title_emoji": "WhatsApp may refuse emoji on a button.",
    "title_markup": "WhatsApp may refuse signs for bold or italic on a button.",
    "titles_same": "Two buttons say “{title}”: nobody could tell which of them a guest has tapped.",
    "url_missing": "This button opens nothing: give it an address.",
    "url_not_https": "The address has to begin with https://.",
    "url_blank": "An address has no blanks.",
    "url_variable_place": "A variable may stand at the very end of the address only, behind the website's name.",
    "url_whole_link": (
        "A button wants an address that is the same for everybody, with the guest's code {{{{rsvp_token}}}} at its end."
    ),
    "url_too_long": "The address is too long: WhatsApp takes {limit} characters.",
    "phone_wrong": "Write the number with + and the country's code, without blanks.",
    "code_missing": "This button copies nothing: give it a code.",
    "code_too_long": "WhatsApp may refuse a code of more than {limit} characters.",
}
"""By the codes of `template_rules.RULES` and `template_rules.PART_RULES`."""

FIXES: Final = {
    "put_greeting": "Add a greeting",
    "add_closing": "Add a closing line",
    "join_variables": "Put a word between",
    "use_known_variable": "Use {suggestion}",
    "mend_name": "Fix the name",
    "mend_braces": "Fix the braces",
    "renumber": "Number them anew",
    "collapse_blanks": "Shorten",
    "strip": "Remove",
    "remove_control": "Remove",
    "remove": "Remove",
    "join_lines": "Make it one line",
    "use_https": "Use https://",
    "bare_number": "Remove blanks and signs",
    "use_answer_link": "Use the event's address",
    "group_replies": "Put them together",
    "use_braces": "Make it a variable",
    "use_whatsapp_markup": "Use WhatsApp's signs",
}
"""What a correction's button says."""

REJECTIONS: Final = {
    "INVALID_FORMAT": "Something about its form is wrong: its variables, or signs that do not belong there.",
    "TAG_CONTENT_MISMATCH": "The text does not fit its category or its language.",
    "INCORRECT_CATEGORY": "The text does not fit its category.",
    "PROMOTIONAL": "It reads like advertising, and so does not fit its category.",
    "ABUSIVE_CONTENT": "WhatsApp finds the text offensive.",
    "SCAM": "WhatsApp fears that the text could be used to deceive people.",
}
"""By WhatsApp's words for why it rejects a text."""

STARTERS: Final = {
    "invitation": "Invitation",
    "save_the_date": "Save the date",
    "reminder": "Reminder",
    "change_of_plan": "Change of plan",
    "thank_you": "Thank you",
}
"""By the occasions of `core.starters`."""

VALUES: Final = {
    "value_missing": "It is empty.",
    "value_line_break": "It holds a line break.",
    "value_tab": "It holds a tab.",
    "value_blanks": "It holds more than four blanks in a row.",
    "value_braces": "It holds double braces.",
    "value_control_character": "It holds an invisible character that cannot be sent.",
    "value_too_long": "It has {length:character|characters}; WhatsApp takes {limit}.",
    "value_long": "It has {length:character|characters}; more than {limit} look odd in a message.",
    "value_markup": "It holds signs that WhatsApp reads as bold, italic or struck out.",
    "value_not_in_address": "It cannot be part of an address: it holds blanks or signs that do not belong there.",
    "header_filled_too_long": "The header has {length:character|characters}; WhatsApp takes {limit}.",
    "url_filled_too_long": "The address has {length:character|characters}; WhatsApp takes {limit}.",
    "rendered_too_long": "The message has {length:character|characters}; WhatsApp takes {limit}.",
}
"""By the codes of `template_values.check_values`."""

VARIABLES: Final = {
    "guest_name": "Guest's name",
    "guest_first_name": "Guest's first name",
    "guest_group": "Guest's group",
    "household_names": "First names of the household",
    "event_name": "Event",
    "event_date": "Date",
    "event_time": "Time",
    "event_location": "Place",
    "rsvp_link": "Answer link",
    "rsvp_token": "Guest's code to answer",
}
