"""Whole templates: what a guest gets, Twilio's form of it, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.template import TemplateDraft
from waapp.core.template_content import (
    Foreign,
    compile_content,
    decompile,
    read_types,
    render_message,
    same_wording,
    variables_of,
)
from waapp.core.template_parts import (
    Button,
    ButtonKind,
    Header,
    HeaderKind,
    Message,
    buttons_json,
    header_json,
    message_json,
    read_buttons,
    read_header,
    read_message,
)

YES, NO = Button(ButtonKind.QUICK_REPLY, "I will come"), Button(ButtonKind.QUICK_REPLY, "I cannot")
MAP = Button(ButtonKind.URL, "The way", "https://maps.example/{{rsvp_token}}")
CALL = Button(ButtonKind.PHONE, "Call us", "+351912000000")
CODE = Button(ButtonKind.COPY_CODE, "Copy", "PARTY")
PICTURE = Header(HeaderKind.IMAGE, "https://x.example/{{guest_group}}.jpg")
TITLE = Header(HeaderKind.TEXT, "{{event_name}}")


def draft(**parts: object) -> TemplateDraft:
    return TemplateDraft("party", "Party", "Dear {{guest_name}}, {{event_name}}!", **parts)  # type: ignore[arg-type]


FULL = draft(header=TITLE, footer="Ana & Rui", buttons=(YES, NO, MAP, CALL))


def test_variables_are_numbered_over_all_parts_and_repeats_share_a_number() -> None:
    compiled = compile_content(FULL)
    assert variables_of(FULL) == ("event_name", "guest_name", "rsvp_token")
    assert dict(compiled.numbers) == {"event_name": "1", "guest_name": "2", "rsvp_token": "3"}
    assert compiled.message.header == Header(HeaderKind.TEXT, "{{1}}")
    assert compiled.message.body == "Dear {{2}}, {{1}}!"
    assert compiled.message.buttons[2].value == "https://maps.example/{{3}}"
    assert compiled.content_variables({"guest_name": "Ana", "rsvp_token": "k"}) == {
        "1": "",
        "2": "Ana",
        "3": "k",
    }


BODY = "Dear {{1}}, {{2}}!"


@pytest.mark.parametrize(
    ("made", "kind", "keys"),
    [
        (draft(), "twilio/text", {"body"}),
        (draft(buttons=(YES, NO)), "twilio/quick-reply", {"body", "actions"}),
        (draft(buttons=(MAP, CALL)), "twilio/call-to-action", {"body", "actions"}),
        (draft(buttons=(CODE,)), "twilio/call-to-action", {"body", "actions"}),
        (draft(header=PICTURE), "twilio/media", {"body", "media"}),
        (draft(header=TITLE), "whatsapp/card", {"body", "header_text"}),
        (draft(footer="Us"), "whatsapp/card", {"body", "footer"}),
        (draft(buttons=(YES, MAP)), "whatsapp/card", {"body", "actions"}),
        (draft(header=PICTURE, buttons=(YES,)), "whatsapp/card", {"body", "media", "actions"}),
        (draft(header=PICTURE, footer="Us"), "whatsapp/card", {"body", "media", "footer"}),
        (FULL, "whatsapp/card", {"body", "header_text", "footer", "actions"}),
    ],
)
def test_the_plainest_kind_that_has_room_is_taken(made: TemplateDraft, kind: str, keys: set[str]) -> None:
    types = compile_content(made).types
    assert list(types) == [kind]
    assert set(types[kind]) == keys


def test_actions_have_the_keys_of_their_kind() -> None:
    types = compile_content(draft(buttons=(YES, MAP, CALL, CODE))).types
    assert types["whatsapp/card"]["actions"] == [
        {"type": "QUICK_REPLY", "title": "I will come", "id": "reply_1"},
        {"type": "URL", "title": "The way", "url": "https://maps.example/{{3}}"},
        {"type": "PHONE_NUMBER", "title": "Call us", "phone": "+351912000000"},
        {"type": "COPY_CODE", "title": "Copy", "code": "PARTY"},
    ]


def test_a_guest_gets_all_parts_with_the_values_in() -> None:
    message = render_message(FULL, {"guest_name": "Ana", "event_name": "Garden party", "rsvp_token": "k7"})
    assert message == Message(
        "Dear Ana, Garden party!",
        Header(HeaderKind.TEXT, "Garden party"),
        "Ana & Rui",
        (YES, NO, Button(ButtonKind.URL, "The way", "https://maps.example/k7"), CALL),
    )
    assert message.text == (
        "*Garden party*\n\nDear Ana, Garden party!\n\n_Ana & Rui_\n\n"
        "▸ I will come\n▸ I cannot\n▸ The way: https://maps.example/k7\n▸ Call us: +351912000000"
    )
    assert Message("Only text").text == "Only text"


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ({"twilio/text": {"body": "Hi {{ 1 }}"}}, Foreign("Hi {{1}}")),
        (
            {"twilio/text": {"body": "plain"}, "twilio/quick-reply": {"body": "rich", "actions": []}},
            Foreign("rich"),
        ),
        (
            {"twilio/quick-reply": {"body": "Hi", "actions": [{"title": "Yes", "id": "y"}]}},
            Foreign("Hi", buttons=(Button(ButtonKind.QUICK_REPLY, "Yes"),)),
        ),
        (
            {"twilio/media": {"body": "Hi", "media": ["https://x.example/a.pdf?x=1"]}},
            Foreign("Hi", Header(HeaderKind.DOCUMENT, "https://x.example/a.pdf?x=1")),
        ),
        (
            {"twilio/media": {"body": None, "media": ["https://x.example/a.mp4"]}},
            Foreign("", Header(HeaderKind.VIDEO, "https://x.example/a.mp4")),
        ),
        (
            {
                "twilio/card": {
                    "title": "Hi",
                    "subtitle": "Us",
                    "media": ["https://x.example/{{1}}"],
                    "actions": None,
                }
            },
            Foreign("Hi", Header(HeaderKind.IMAGE, "https://x.example/{{1}}"), "Us"),
        ),
        ({"twilio/list-picker": {"body": "Hi", "items": []}}, None),
        ({"twilio/call-to-action": {"body": "Hi", "actions": [{"type": "VOICE_CALL", "title": "x"}]}}, None),
        ({}, None),
    ],
)
def test_templates_of_the_console_are_read(types: dict, expected: Foreign | None) -> None:
    assert read_types(types) == expected


def test_the_same_words_under_other_names_are_the_same_wording() -> None:
    numbered = Foreign("Dear {{1}}, {{2}}! ")
    assert same_wording(draft(), numbered)
    assert not same_wording(draft(), Foreign("Dear {{1}}, {{1}}!"))
    assert not same_wording(draft(footer="Us"), numbered)


NAMES = st.sampled_from(["guest_name", "event_name", "rsvp_token", "table_no", "größe", "שם"])
WORDS = st.text(alphabet="abc *_~é漢🎉\n{", max_size=12).map(lambda text: text.replace("{", "("))
TEXTS = st.lists(st.one_of(WORDS, NAMES.map(lambda name: f"{{{{{name}}}}}")), max_size=6).map("".join)
HEADERS = st.none() | st.builds(Header, st.sampled_from(HeaderKind), TEXTS)
BUTTONS = st.lists(st.builds(Button, st.sampled_from(ButtonKind), TEXTS, TEXTS), max_size=4).map(tuple)
WORDINGS = st.builds(Foreign, TEXTS, HEADERS, TEXTS, BUTTONS)


@given(WORDINGS)
def test_compile_then_decompile_gives_the_template_back(wording: Foreign) -> None:
    compiled = compile_content(wording)
    names = {number: name for name, number in compiled.numbers.items()}
    message = compiled.message
    numbered = Foreign(message.body, message.header, message.footer, message.buttons)
    assert decompile(numbered, names) == wording


@given(WORDINGS, st.dictionaries(NAMES, WORDS))
def test_numbered_values_fill_the_compiled_template_as_names_fill_the_written_one(
    wording: Foreign, values: dict[str, str]
) -> None:
    values = {name: values.get(name, "") for name in variables_of(wording)}
    compiled = compile_content(wording)
    message = compiled.message
    numbered = Foreign(message.body, message.header, message.footer, message.buttons)
    assert render_message(numbered, compiled.content_variables(values)) == render_message(wording, values)


@given(WORDINGS)
def test_what_is_stored_comes_back(wording: Foreign) -> None:
    assert read_header(header_json(wording.header)) == wording.header
    assert read_buttons(buttons_json(wording.buttons)) == wording.buttons
    message = render_message(wording, {})
    assert read_message(message_json(message), message.body) == message


WRITTEN = st.builds(
    Foreign,
    TEXTS.filter(str.strip),
    st.none() | st.builds(Header, st.just(HeaderKind.TEXT), TEXTS.filter(bool)),
    TEXTS,
    st.lists(
        st.builds(Button, st.just(ButtonKind.QUICK_REPLY), TEXTS.filter(bool))
        | st.builds(
            Button, st.sampled_from([ButtonKind.URL, ButtonKind.PHONE, ButtonKind.COPY_CODE]), TEXTS, TEXTS
        ),
        max_size=4,
    ).map(tuple),
)


@given(WRITTEN)
def test_what_goes_to_twilio_can_be_read_back(wording: Foreign) -> None:
    found = read_types(compile_content(wording).types)
    assert found is not None
    assert same_wording(found, wording)
