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
}
"""By the codes of `template_rules.RULES`."""

FIXES: Final = {
    "put_greeting": "Add a greeting",
    "add_closing": "Add a closing line",
    "join_variables": "Put a word between",
    "use_known_variable": "Use {suggestion}",
    "mend_name": "Mend the name",
    "mend_braces": "Mend the braces",
    "renumber": "Number them anew",
    "collapse_blanks": "Shorten",
    "strip": "Remove",
    "remove_control": "Remove",
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
    "rendered_too_long": "The message has {length:character|characters}; WhatsApp takes {limit}.",
}
"""By the codes of `template_values.check_values`."""

VARIABLES: Final = {
    "guest_name": "Guest's name",
    "guest_first_name": "Guest's first name",
    "guest_group": "Guest's group",
    "event_name": "Event",
    "event_date": "Date",
    "event_time": "Time",
    "event_location": "Place",
    "rsvp_link": "Link to answer",
}
