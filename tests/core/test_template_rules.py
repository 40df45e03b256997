"""WhatsApp's rules for the text of a template: each at both sides of its limit, and what its fix makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.emoji import find_emoji
from waapp.core.findings import Level
from waapp.core.languages import LANGUAGES
from waapp.core.template import TemplateDraft, parse
from waapp.core.template_checks import BODY_LIMIT, count_words
from waapp.core.template_fixes import phrases
from waapp.core.template_rules import RULES, check, check_draft, rules_met, suggest_name
from waapp.core.template_values import BUILT_IN

GOOD = "Dear {{guest_name}}, we would love to see you at our wedding on {{event_date}} in Porto."

# Ten words and more around two variables, so that no other rule is broken.
WORDS = "one two three four five six seven eight nine ten eleven"

BROKEN = [
    ("empty_body", Level.ERROR, ""),
    ("empty_body", Level.ERROR, " \n "),
    ("body_too_long", Level.ERROR, "x" * 1025),
    ("starts_with_variable", Level.ERROR, f"{{{{guest_name}}}} {WORDS}"),
    ("starts_with_variable", Level.ERROR, f" \n{{{{guest_name}}}} {WORDS}"),
    ("starts_nearly_with_variable", Level.WARNING, f"¡{{{{guest_name}}}} {WORDS}"),
    ("starts_nearly_with_variable", Level.WARNING, f"*{{{{guest_name}}}}* {WORDS}"),
    ("starts_nearly_with_variable", Level.WARNING, f"🎉 {{{{guest_name}}}} {WORDS}"),
    ("ends_with_variable", Level.ERROR, f"{WORDS} {{{{guest_name}}}}"),
    ("ends_with_variable", Level.ERROR, f"{WORDS} {{{{guest_name}}}} \n"),
    ("ends_with_variable", Level.ERROR, f"{WORDS} {{{{guest_name}}}}!"),
    ("ends_with_variable", Level.ERROR, f"{WORDS} *{{{{guest_name}}}}* …"),
    ("ends_with_variable", Level.ERROR, f"{WORDS} ~{{{{guest_name}}}}~"),
    ("ends_nearly_with_variable", Level.WARNING, f"{WORDS} {{{{guest_name}}}} 🎉"),
    ("adjacent_variables", Level.ERROR, f"Dear {{{{guest_name}}}}{{{{event_date}}}} {WORDS}"),
    ("adjacent_variables", Level.ERROR, f"Dear {{{{guest_name}}}} \n {{{{event_date}}}} {WORDS}"),
    ("unknown_variable", Level.ERROR, f"Dear {{{{gest_name}}}} {WORDS}"),
    ("bad_variable_name", Level.ERROR, "Dear {{guest-name}}"),
    ("bad_variable_name", Level.ERROR, "Dear {{#guest}}"),
    ("bad_variable_name", Level.ERROR, "Dear {{}} you"),
    ("broken_braces", Level.ERROR, "Dear {guest_name} you"),
    ("broken_braces", Level.ERROR, "Dear {{guest_name} you"),
    ("broken_braces", Level.ERROR, "Dear } you"),
    ("unicode_braces", Level.ERROR, "Dear ｛｛guest_name｝｝ you"),
    ("numbering_gap", Level.ERROR, f"Dear {{{{1}}}} and {{{{3}}}} {WORDS}"),
    ("numbering_gap", Level.ERROR, f"Dear {{{{0}}}} {WORDS}"),
    ("too_few_words", Level.ERROR, "Dear {{guest_name}} hello"),
    ("too_few_words", Level.ERROR, "一二 {{guest_name}} 三"),
    ("sample_missing", Level.ERROR, f"Dear {{{{guest_group}}}} {WORDS}"),
    ("control_character", Level.ERROR, "Dear\0 you"),
    ("control_character", Level.ERROR, "Dear\x1b you"),
    ("control_character", Level.ERROR, "Dear\ud800 you"),
    ("many_emoji", Level.WARNING, "Dear all " + "🎉" * 11),
    ("blank_run", Level.WARNING, "Dear\n\n\n\n\nyou"),
    ("blank_run", Level.WARNING, "Dear     you"),
    ("blank_run", Level.WARNING, "Dear\n \n\t\n\n\nyou"),
    ("outer_blanks", Level.HINT, "Dear you\n"),
    ("outer_blanks", Level.HINT, " Dear you"),
    ("duplicate_body", Level.WARNING, "The same  Text"),
    ("short_link", Level.WARNING, "See https://bit.ly/abc today"),
    ("short_link", Level.WARNING, "See BIT.LY/abc."),
    ("short_link", Level.WARNING, "Write to wa.me/351912345678"),
    ("foreign_placeholder", Level.WARNING, "Dear [[guest_name]] you"),
    ("foreign_placeholder", Level.WARNING, "Dear «Guest name» you"),
    ("foreign_placeholder", Level.WARNING, "Dear <<guest_name>> you"),
    ("foreign_placeholder", Level.WARNING, "Dear %guest_name% you"),
    ("foreign_placeholder", Level.WARNING, "Dear [Guest name] you"),
    ("doubled_markup", Level.WARNING, "This is **bold** text"),
    ("doubled_markup", Level.WARNING, "This is __bold__ text"),
    ("doubled_markup", Level.WARNING, "This is ~~gone~~ text"),
    ("markdown_link", Level.WARNING, "See [our page](https://example.com)"),
    ("html_tag", Level.WARNING, "This is <b>bold</b>"),
    ("html_tag", Level.WARNING, "Dear you,<br/>come"),
    ("folds", Level.HINT, "a\nb\nc\nd\ne\nf"),
    ("folds", Level.HINT, "x" * 201),
]

KEPT = [
    ("body_too_long", "x" * 1024),
    ("body_too_long", "Dear {{guest_name}}" + "x" * (1024 - len("Dear {{1}}"))),
    ("starts_with_variable", f"Hi {{{{guest_name}}}} {WORDS}"),
    ("starts_with_variable", f"¡{{{{guest_name}}}} {WORDS}"),
    ("starts_nearly_with_variable", f"1 {{{{guest_name}}}} {WORDS}"),
    ("ends_with_variable", f"{WORDS} {{{{guest_name}}}} x"),
    ("ends_with_variable", f"{WORDS} {{{{guest_name}}}} 🎉"),
    ("ends_nearly_with_variable", f"{WORDS} {{{{guest_name}}}} 1"),
    ("adjacent_variables", f"Dear {{{{guest_name}}}}, {{{{event_date}}}} {WORDS}"),
    ("unknown_variable", f"Dear {{{{ Guest_Name }}}} {WORDS}"),
    ("bad_variable_name", "Dear {{ guest_name }} you"),
    ("unicode_braces", "Dear ｛注、意｝ you"),
    ("numbering_gap", f"Dear {{{{2}}}} and {{{{1}}}} and {{{{2}}}} {WORDS}"),
    ("too_few_words", "Dear {{guest_name}} hello you"),
    ("too_few_words", "一二三 {{guest_name}} 四"),
    ("too_few_words", "no variables"),
    ("sample_missing", f"Dear {{{{guest_name}}}} {WORDS}"),
    ("control_character", "Dear\tyou\r\nfriend"),
    ("many_emoji", "Dear all " + "🎉" * 9 + "👨‍👩‍👧‍👦"),
    ("blank_run", "Dear\n\n\n\nyou"),
    ("blank_run", "Dear    you"),
    ("outer_blanks", "Dear you"),
    ("duplicate_body", "The same text!"),
    ("short_link", "See https://example.com/bit.ly"),
    ("short_link", "See pat.com and bit.lying and wa.men"),
    ("short_link", "Write to me@wa.me"),
    ("foreign_placeholder", "Dear [friend] of <all> and 100 % of 20%"),
    ("doubled_markup", "This is *bold* and snake__case__name and ____"),
    ("markdown_link", "See [1] (https://example.com)"),
    ("html_tag", "This is 3 <b and a > b, <3"),
    ("folds", "a\nb\nc\nd\ne"),
    ("folds", "x" * 200),
]

KNOWN = (*BUILT_IN, "1", "2", "3")
SAMPLES = dict.fromkeys(KNOWN, "x") | {"guest_group": " "}


def findings(content, **more):
    return check(content, KNOWN, samples=SAMPLES, others=("the  same text",), **more)


def codes(content):
    return {finding.code for finding in findings(content)}


@pytest.mark.parametrize(("code", "level", "content"), BROKEN)
def test_a_broken_rule_is_found_at_its_level(code, level, content):
    assert {finding.level for finding in findings(content) if finding.code == code} == {level}


@pytest.mark.parametrize(("code", "content"), KEPT)
def test_a_kept_rule_is_not_reported(code, content):
    assert code not in codes(content)


def test_too_many_variables_are_counted_by_name():
    many = " ".join(f"word {{{{n{i}}}}}" for i in range(101))
    assert "too_many_variables" in codes(many)
    fewer = " ".join(f"word {{{{n{i}}}}}" for i in range(100))
    assert "too_many_variables" not in codes(fewer + " {{n1}}")


def test_every_rule_is_broken_somewhere_in_this_table():
    assert {code for code, _, _ in BROKEN} | {"too_many_variables"} == set(RULES)


def test_a_good_text_breaks_nothing():
    assert check(GOOD, BUILT_IN) == ()
    assert rules_met(()) == len(RULES)


def test_rules_met_counts_rules_not_findings():
    found = check(f"Dear {{{{x}}}} and {{{{y}}}} {WORDS}", BUILT_IN)
    assert len(found) == 2
    assert rules_met(found) == len(RULES) - 1


def test_samples_are_only_asked_for_once_they_can_be_chosen():
    text = f"Dear {{{{guest_group}}}} {WORDS}"
    assert "sample_missing" not in {finding.code for finding in check(text, BUILT_IN)}
    assert [f.params["name"] for f in check(text, BUILT_IN, samples={})] == ["guest_group"]


def test_only_marketing_messages_fold():
    assert check("a\nb\nc\nd\ne\nf", BUILT_IN, category="UTILITY") == ()


@pytest.mark.parametrize(
    ("code", "content", "language", "fixed"),
    [
        ("starts_with_variable", "{{guest_name}}, come", "pt_BR", "Olá {{guest_name}}, come"),
        ("ends_with_variable", "See {{rsvp_link}} ", "fr", "See {{rsvp_link}}\n\n" + phrases("fr").closing),
        (
            "adjacent_variables",
            "On {{event_date}} {{event_time}} x",
            "de",
            "On {{event_date}} und {{event_time}} x",
        ),
        (
            "adjacent_variables",
            "On {{event_date}}{{event_time}} x",
            "xx",
            "On {{event_date}} and {{event_time}} x",
        ),
        ("unknown_variable", "Dear {{gest_name}} x", "en", "Dear {{guest_name}} x"),
        ("bad_variable_name", "Dear {{guest-name}} x", "en", "Dear {{guest_name}} x"),
        ("bad_variable_name", "Dear {{Guest name!}} x", "en", "Dear {{guest_name}} x"),
        ("bad_variable_name", "Dear {{}} x", "en", "Dear  x"),
        ("broken_braces", "Dear {guest_name} x", "en", "Dear {{guest_name}} x"),
        ("broken_braces", "Dear {{guest_name} x", "en", "Dear {{guest_name}} x"),
        ("broken_braces", "Dear } x", "en", "Dear  x"),
        ("unicode_braces", "Dear ｛｛guest_name｝｝ x", "en", "Dear {{guest_name}} x"),
        ("numbering_gap", "A {{3}} b {{1}} c {{3}} d", "en", "A {{2}} b {{1}} c {{2}} d"),
        ("control_character", "De\0ar", "en", "Dear"),
        ("blank_run", "a\n\n\n\n\n\nb      c", "en", "a\n\nb c"),
        ("outer_blanks", " a ", "en", "a"),
        ("foreign_placeholder", "Dear «Guest Name» x", "en", "Dear {{guest_name}} x"),
        ("doubled_markup", "**a** __b c__ ~~d~~", "en", "*a* *b c* ~d~"),
        ("markdown_link", "[our page](https://x.example)", "en", "our page: https://x.example"),
        ("html_tag", "<B>a</B><br><i>b</i><p class='x'>", "en", "*a*\n_b_"),
    ],
)
def test_one_click_mends_it(code, content, language, fixed):
    finding = next(f for f in findings(content, language=language) if f.code == code)
    assert finding.fix is not None
    assert finding.fix.content == fixed


def test_an_unknown_name_that_resembles_nothing_has_no_fix():
    (finding,) = check(f"Dear {{{{zzzz}}}} {WORDS}", BUILT_IN)
    assert finding.fix is None
    assert finding.params["suggestion"] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_fixes_suit_every_language(language):
    words = phrases(language)
    text = f"{{{{guest_name}}}} {WORDS} {{{{event_date}}}}{{{{event_time}}}}"
    for _ in range(4):
        found = [f for f in check(text, BUILT_IN, language=language) if f.level is Level.ERROR and f.fix]
        if not found:
            break
        text = found[0].fix.content
    assert check(text, BUILT_IN, language=language, category="UTILITY") == ()
    assert words.greeting in text
    assert words.closing in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one two", 2),
        ("— … !", 0),
        ("🎉 one", 1),
        ("don't", 1),
        ("結婚式", 2),
        ("ご招待 dear 友", 4),
        ("안녕 하세요", 2),
        ("สวัสดี", 3),
        ("مرحبا بكم", 2),
    ],
)
def test_words_are_counted_in_every_script(text, words):
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("👨‍👩‍👧‍👦", 1),
        ("🇵🇹🇧🇷", 2),
        ("👍🏽", 1),
        ("❤️", 1),
        ("❤", 0),
        ("1️⃣", 1),
        ("🏳️‍🌈", 1),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1),
        ("🤷‍♀️", 1),
        ("→ © ™ 日本 abc 1#", 0),
        ("™️", 1),
        ("😀😀", 2),
    ],
)
def test_an_emoji_counts_once(text, number):
    assert len(find_emoji(text)) == number


pieces = st.sampled_from(
    [
        "{{guest_name}}",
        "{{ x }}",
        "{",
        "}}",
        "｛",
        "**",
        "__",
        "<b>",
        "[",
        "](",
        "wa.me",
        "🎉",
        "\n",
        "     ",
        "{{7}}",
    ]
)
contents = st.lists(pieces | st.text(max_size=5), max_size=12).map("".join)


@given(contents)
def test_findings_lie_in_the_text_in_order_with_known_codes(content):
    found = findings(content)
    assert [f.start for f in found] == sorted(f.start for f in found)
    for finding in found:
        assert 0 <= finding.start <= finding.end <= len(content)
        assert finding.code in RULES
        assert finding.fix is None or finding.fix.content != content


@given(contents)
def test_mending_malformed_variables_one_by_one_ends(content):
    for _ in range(len(content) + 1):
        broken = parse(content).malformed
        if not broken:
            break
        fixes = [f.fix for f in check(content, BUILT_IN) if f.fix and f.code == broken[0].kind.value]
        content = fixes[0].content
    assert parse(content).malformed == ()


def test_the_mark_of_a_long_text_is_its_surplus():
    (finding,) = [f for f in check("x" * 1030, BUILT_IN) if f.code == "body_too_long"]
    assert (finding.start, finding.end, finding.params["over"]) == (BODY_LIMIT, 1030, 6)


DRAFT = TemplateDraft("save_the_date", "Save the date", GOOD, "pt_BR", "MARKETING")


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, {}),
        ({"name": "a" * 100, "display_name": "b" * 200, "category": "UTILITY"}, {}),
        ({"name": "a" * 101}, {"name": "template_name_wrong"}),
        ({"name": ""}, {"name": "template_name_wrong"}),
        ({"name": "Save"}, {"name": "template_name_wrong"}),
        ({"name": "save-it"}, {"name": "template_name_wrong"}),
        ({"name": "save\n"}, {"name": "template_name_wrong"}),
        ({"display_name": " "}, {"display_name": "template_display_name_missing"}),
        ({"display_name": "b" * 201}, {"display_name": "template_display_name_too_long"}),
        ({"content": "\n"}, {"content": "template_content_missing"}),
        ({"language": "pt"}, {"language": "template_language_unknown"}),
        ({"language": "de_DE"}, {"language": "template_language_unknown"}),
        ({"category": "AUTHENTICATION"}, {"category": "template_category_unknown"}),
    ],
)
def test_drafts_are_checked_field_by_field(changes, problems):
    fields = {
        name: getattr(DRAFT, name) for name in ("name", "display_name", "content", "language", "category")
    }
    assert check_draft(TemplateDraft(**(fields | changes))) == problems


@pytest.mark.parametrize(
    ("display_name", "name"),
    [
        ("Save the date!", "save_the_date"),
        ("Convite – versão 2", "convite_versao_2"),
        ("دعوة", "template"),
        ("x" * 150, "x" * 100),
        ("", "template"),
    ],
)
def test_names_for_whatsapp_are_suggested(display_name, name):
    assert suggest_name(display_name) == name
    assert "name" not in check_draft(TemplateDraft(name, "x", "y"))
