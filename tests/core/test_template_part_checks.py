"""WhatsApp's rules for header, footer and buttons: each at both sides of its limit, and what its fix makes of it."""

from dataclasses import replace

import pytest

from waapp.core.findings import Level
from waapp.core.template import TemplateDraft
from waapp.core.template_content import compile_content
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind, Part
from waapp.core.template_rules import PART_RULES, RULES, check, check_message, rules_met
from waapp.core.template_values import BUILT_IN, check_message_values

GOOD = "Dear {{guest_name}}, we would love to see you at our wedding on {{event_date}} in Porto."
DRAFT = TemplateDraft("party", "Party", GOOD)
E, W = Level.ERROR, Level.WARNING


def text(value: str) -> TemplateDraft:
    return replace(DRAFT, header=Header(HeaderKind.TEXT, value))


def media(value: str, kind: HeaderKind = HeaderKind.IMAGE) -> TemplateDraft:
    return replace(DRAFT, header=Header(kind, value))


def footer(value: str) -> TemplateDraft:
    return replace(DRAFT, footer=value)


def buttons(*made: Button) -> TemplateDraft:
    return replace(DRAFT, buttons=made)


def reply(title: str) -> Button:
    return Button(ButtonKind.QUICK_REPLY, title)


def url(value: str, title: str = "Open") -> Button:
    return Button(ButtonKind.URL, title, value)


def phone(value: str) -> Button:
    return Button(ButtonKind.PHONE, "Call", value)


def code(value: str) -> Button:
    return Button(ButtonKind.COPY_CODE, "Copy", value)


def replies(count: int) -> tuple[Button, ...]:
    return tuple(reply(f"Answer {number}") for number in range(count))


def links(count: int) -> tuple[Button, ...]:
    return tuple(url("https://x.example", f"Link {number}") for number in range(count))


BROKEN = [
    ("header_missing", E, text("")),
    ("header_missing", E, text(" \t")),
    ("header_missing", E, media("")),
    ("header_too_long", E, text("x" * 61)),
    ("header_too_long", E, text("x" * 56 + "{{event_name}}")),
    ("header_many_variables", E, text("{{event_name}} and {{guest_name}}")),
    ("header_many_variables", E, text("{{event_name}} and {{event_name}}")),
    ("header_emoji", E, text("Party 🎉")),
    ("header_markup", E, text("*Party*")),
    ("header_markup", E, text("A * B")),
    ("header_markup", E, text("_Party_ now")),
    ("header_markup", E, text("`Party`")),
    ("header_line_break", E, text("Party\nnow")),
    ("unknown_variable", E, text("Party of {{nobody}}")),
    ("broken_braces", E, text("Party of {event_name}")),
    ("control_character", E, text("Party\x1b")),
    ("media_not_https", E, media("http://x.example/a.jpg")),
    ("media_not_https", E, media("x.example/a.jpg")),
    ("media_blank", E, media("https://x.example/a b.jpg")),
    ("media_fixed_start", E, media("https://{{event_name}}/a.jpg")),
    ("media_fixed_start", E, media("https://x{{event_name}}.example/a.jpg")),
    ("media_extension", W, media("https://x.example/a")),
    ("media_extension", W, media("https://x.example/a.gif")),
    ("media_extension", W, media("https://x.example/a.jpg", HeaderKind.VIDEO)),
    ("media_extension", W, media("https://x.example/a.mp4", HeaderKind.DOCUMENT)),
    ("media_too_long", E, media("https://x.example/" + "a" * 1979 + ".jpg")),
    ("footer_too_long", E, footer("x" * 61)),
    ("footer_variable", E, footer("From {{event_name}}")),
    ("footer_emoji", E, footer("From us 🎉")),
    ("footer_markup", E, footer("From *us*")),
    ("footer_markup", E, footer("From ~us~")),
    ("footer_line_break", E, footer("From\nus")),
    ("too_many_buttons", E, buttons(*replies(11))),
    ("too_many_urls", E, buttons(*links(3))),
    ("too_many_phones", E, buttons(phone("+351912000000"), replace(phone("+351912000001"), title="Ring"))),
    ("too_many_codes", E, buttons(code("A"), replace(code("B"), title="Take"))),
    ("replies_apart", E, buttons(reply("Yes"), url("https://x.example"), reply("No"))),
    ("replies_apart", E, buttons(url("https://x.example"), reply("Yes"), phone("+351912000000"))),
    ("code_not_alone", E, buttons(code("A"), reply("Yes"))),
    ("code_not_alone", E, replace(buttons(code("A")), footer="From us")),
    ("code_not_alone", E, replace(buttons(code("A")), header=Header(HeaderKind.TEXT, "Party"))),
    ("title_missing", E, buttons(reply(" "))),
    ("title_too_long", E, buttons(reply("x" * 26))),
    ("title_too_long", E, buttons(url("https://x.example", "x" * 26))),
    ("reply_title_long", W, buttons(reply("x" * 21))),
    ("reply_title_long", W, buttons(reply("x" * 25))),
    ("title_variable", E, buttons(reply("Hi {{guest_name}}"))),
    ("title_line_break", E, buttons(reply("I will\ncome"))),
    ("title_emoji", W, buttons(reply("Yes 🎉"))),
    ("title_markup", W, buttons(reply("*Yes*"))),
    ("titles_same", E, buttons(reply("Yes"), reply("yes "))),
    ("titles_same", E, buttons(reply("Yes"), url("https://x.example", "YES"))),
    ("url_missing", E, buttons(url(" "))),
    ("url_not_https", E, buttons(url("http://x.example"))),
    ("url_not_https", E, buttons(url("x.example"))),
    ("url_whole_link", E, buttons(url("{{rsvp_link}}"))),
    ("url_whole_link", E, buttons(url("https://x.example/{{rsvp_link}}"))),
    ("url_blank", E, buttons(url("https://x.example/a b"))),
    ("url_variable_place", E, buttons(url("{{rsvp_token}}"))),
    ("url_variable_place", E, buttons(url("https://{{rsvp_token}}"))),
    ("url_variable_place", E, buttons(url("https://x.example{{rsvp_token}}"))),
    ("url_variable_place", E, buttons(url("https://x.example/{{rsvp_token}}/yes"))),
    ("url_variable_place", E, buttons(url("https://x.example/{{event_name}}/{{rsvp_token}}"))),
    ("url_too_long", E, buttons(url("https://x.example/" + "a" * 1983))),
    ("short_link", W, buttons(url("https://bit.ly/abc"))),
    ("phone_wrong", E, buttons(phone("912 000 000"))),
    ("phone_wrong", E, buttons(phone("+351 912 000 000"))),
    ("phone_wrong", E, buttons(phone("+0912000000"))),
    ("phone_wrong", E, buttons(phone("+123456"))),
    ("phone_wrong", E, buttons(phone("+1234567890123456"))),
    ("code_missing", E, buttons(code(""))),
    ("code_too_long", W, buttons(code("A" * 16))),
    ("unknown_variable", E, buttons(url("https://x.example/{{nobody}}"))),
]

KEPT = [
    text("x" * 60),
    text("x" * 55 + "{{event_name}}"),
    text("{{event_name}}"),
    text("snake_case_name is fine"),
    text("1 2 3 & # numbers"),
    media("https://x.example/a.jpg"),
    media("https://x.example/a.JPEG?size=2"),
    media("https://x.example/photos/{{rsvp_token}}"),
    media("https://x.example/{{rsvp_token}}.png"),
    media("https://x.example/a.mp4", HeaderKind.VIDEO),
    media("https://x.example/a.pdf", HeaderKind.DOCUMENT),
    media("https://x.example/" + "a" * 1978 + ".jpg"),
    footer("x" * 60),
    footer("Ana & Rui, Porto"),
    buttons(*replies(10)),
    buttons(*links(2), phone("+351912000000")),
    buttons(*replies(2), *links(2), phone("+351912000000")),
    buttons(*links(2), *replies(2)),
    buttons(code("A" * 15), url("https://x.example")),
    buttons(reply("x" * 20)),
    buttons(url("https://x.example", "x" * 25)),
    buttons(url("https://x.example/{{rsvp_token}}")),
    buttons(url("https://x.example?t={{rsvp_token}}")),
    buttons(url("https://x.example/" + "a" * 1982)),
    buttons(phone("+1234567")),
    buttons(phone("+123456789012345")),
]


@pytest.mark.parametrize(("rule", "level", "draft"), BROKEN)
def test_a_broken_rule_is_found(rule: str, level: Level, draft: TemplateDraft) -> None:
    found = {finding.code: finding for finding in check_message(draft, BUILT_IN)}
    assert rule in found
    assert found[rule].level is level
    assert found[rule].part is not Part.BODY


@pytest.mark.parametrize("draft", KEPT)
def test_at_the_limit_nothing_is_found(draft: TemplateDraft) -> None:
    assert [finding.code for finding in check_message(draft, BUILT_IN)] == []


def test_every_rule_is_tried() -> None:
    assert {code for code, _, _ in BROKEN} >= set(PART_RULES)
    assert not set(PART_RULES) & set(RULES)


@pytest.mark.parametrize("draft", [draft for _, _, draft in BROKEN])
def test_positions_lie_in_the_part_that_they_are_about(draft: TemplateDraft) -> None:
    for finding in check_message(draft, BUILT_IN):
        assert 0 <= finding.start <= finding.end <= len(text_of(draft, finding.part, finding.button))


@pytest.mark.parametrize(("rule", "draft"), [(code, draft) for code, _, draft in BROKEN])
def test_a_fix_mends_what_it_is_offered_for(rule: str, draft: TemplateDraft) -> None:
    findings = [each for each in check_message(draft, BUILT_IN) if each.code == rule]
    for _ in range(len(findings)):
        fix = next((each.fix for each in check_message(draft, BUILT_IN) if each.code == rule), None)
        if fix is None:
            return
        one = next(each for each in check_message(draft, BUILT_IN) if each.code == rule)
        draft = applied(draft, one.part, one.button, fix.content, fix.buttons)
    assert rule not in {each.code for each in check_message(draft, BUILT_IN)}


def test_the_text_is_checked_as_by_itself() -> None:
    bad = replace(DRAFT, content="{{guest_name}} hello", footer="Ana & Rui")
    assert check_message(bad, BUILT_IN) == check(bad.content, BUILT_IN)
    assert [each.code for each in check_message(replace(bad, content=" "), BUILT_IN)] == ["empty_body"]


def test_numbers_are_counted_over_all_parts() -> None:
    words = "one two three four five six seven eight"
    draft = replace(text("Party of {{1}}"), content=f"Dear {{{{2}}}} {words}")
    known = ("1", "2", "3")
    assert check_message(draft, known) == ()
    gap = replace(draft, content=f"Dear {{{{3}}}} {words}")
    assert [(each.code, each.part) for each in check_message(gap, known)] == [
        ("numbering_gap", Part.HEADER),
        ("numbering_gap", Part.BODY),
    ]


def test_variables_are_counted_over_all_parts() -> None:
    names = [f"v{number}" for number in range(101)]
    content = " ".join(f"one two three {{{{{name}}}}}" for name in names[:100]) + " end"
    draft = replace(DRAFT, content=content)
    assert "too_many_variables" not in {each.code for each in check_message(draft, names)}
    assert "too_many_variables" in {
        each.code for each in check_message(replace(draft, header=text("{{v100}}").header), names)
    }


def test_a_sample_is_wanted_for_every_part() -> None:
    draft = buttons(url("https://x.example/{{rsvp_token}}"))
    samples = {"guest_name": "Ana", "event_date": "5 June", "rsvp_token": ""}
    assert [
        (each.code, each.part, each.button) for each in check_message(draft, BUILT_IN, samples=samples)
    ] == [("sample_missing", Part.BUTTON_VALUE, 0)]


def test_rules_for_parts_count_where_there_are_parts() -> None:
    assert rules_met((), DRAFT) == len(RULES)
    assert rules_met((), footer("Ana")) == len(RULES) + len(PART_RULES)
    found = check_message(footer("*Ana*"), BUILT_IN)
    assert rules_met(found, footer("*Ana*")) == len(RULES) + len(PART_RULES) - 1


@pytest.mark.parametrize(
    ("draft", "values", "codes"),
    [
        (text("Party of {{event_name}}"), {"event_name": "x" * 52}, {"header_filled_too_long"}),
        (text("Party of {{event_name}}"), {"event_name": "x" * 50}, set()),
        (text("Party of {{event_name}}"), {}, {"value_missing"}),
        (buttons(url("https://x.example/{{rsvp_token}}")), {"rsvp_token": "a b"}, {"value_not_in_address"}),
        (buttons(url("https://x.example/{{rsvp_token}}")), {"rsvp_token": "a?b=c&d"}, set()),
        (buttons(url("https://x.example/{{rsvp_token}}")), {"rsvp_token": "x" * 1590}, {"value_long"}),
        (
            buttons(url(f"https://x.example/{'y' * 500}{{{{rsvp_token}}}}")),
            {"rsvp_token": "x" * 1590},
            {"value_long", "url_filled_too_long"},
        ),
        (media("https://x.example/{{rsvp_token}}.jpg"), {"rsvp_token": "<x>"}, {"value_not_in_address"}),
        (footer("From us"), {}, set()),
    ],
)
def test_values_are_checked_in_every_part(draft: TemplateDraft, values: dict, codes: set) -> None:
    values = {"guest_name": "Ana", "event_date": "5 June", **values}
    assert {problem.code for problem in check_message_values(draft, values)} == codes


def test_what_keeps_the_rules_compiles_within_the_limits() -> None:
    for draft in KEPT:
        assert len(compile_content(draft).types) == 1


def text_of(draft: TemplateDraft, part: Part, button: int | None) -> str:
    match part:
        case Part.HEADER:
            return draft.header.value if draft.header else ""
        case Part.BODY:
            return draft.content
        case Part.FOOTER:
            return draft.footer
        case Part.BUTTONS:
            return ""
        case Part.BUTTON_TITLE:
            assert button is not None
            return draft.buttons[button].title
        case Part.BUTTON_VALUE:
            assert button is not None
            return draft.buttons[button].value


def applied(
    draft: TemplateDraft, part: Part, button: int | None, content: str, made: tuple[Button, ...]
) -> TemplateDraft:
    match part:
        case Part.HEADER:
            assert draft.header is not None
            return replace(draft, header=replace(draft.header, value=content))
        case Part.BODY:
            return replace(draft, content=content)
        case Part.FOOTER:
            return replace(draft, footer=content)
        case Part.BUTTONS:
            return replace(draft, buttons=made)
        case Part.BUTTON_TITLE | Part.BUTTON_VALUE:
            assert button is not None
            field = "title" if part is Part.BUTTON_TITLE else "value"
            changed = list(draft.buttons)
            changed[button] = replace(changed[button], **{field: content})
            return replace(draft, buttons=tuple(changed))


def test_the_whole_link_in_a_button_becomes_the_events_address_with_the_code_at_its_end() -> None:
    draft = buttons(reply("Yes"), url("{{rsvp_link}}"))
    address = "https://x.example/a/{{rsvp_token}}"
    (finding,) = check_message(draft, BUILT_IN, answer_link=address)
    assert (finding.code, finding.part, finding.button) == ("url_whole_link", Part.BUTTON_VALUE, 1)
    assert (finding.start, finding.end) == (0, len("{{rsvp_link}}"))
    assert finding.fix is not None
    mended = buttons(reply("Yes"), url(finding.fix.content))
    assert finding.fix.content == address
    assert check_message(mended, BUILT_IN) == ()
    (without,) = check_message(draft, BUILT_IN)
    assert without.fix is None, "nobody knows the address"
