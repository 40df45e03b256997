"""A whole template, parts included: what a guest gets, what Twilio is given, and back from Twilio's form."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Protocol

from waapp.core.template import parse, render
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind, Message


class Wording(Protocol):
    """What a template says, stored or not."""

    @property
    def content(self) -> str: ...  # noqa: D102
    @property
    def header(self) -> Header | None: ...  # noqa: D102
    @property
    def footer(self) -> str: ...  # noqa: D102
    @property
    def buttons(self) -> tuple[Button, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class CompiledContent:
    """A template as Twilio wants it: `{{1}}` … `{{n}}` over all parts, and the number that stands for each name."""

    message: Message
    numbers: Mapping[str, str] = field(default_factory=dict)

    @property
    def types(self) -> dict[str, dict[str, Any]]:
        """Return the Content resource's `types`: the plainest kind that has room for all parts."""
        message = self.message
        actions = [_action(number, button) for number, button in enumerate(message.buttons, start=1)]
        kinds = {button.kind for button in message.buttons}
        media = [message.header.value] if message.header and message.header.is_media else []
        if message.is_text_only:
            return {"twilio/text": {"body": message.body}}
        if not message.footer and message.header is None and kinds == {ButtonKind.QUICK_REPLY}:
            return {"twilio/quick-reply": {"body": message.body, "actions": actions}}
        if not message.footer and message.header is None and ButtonKind.QUICK_REPLY not in kinds:
            return {"twilio/call-to-action": {"body": message.body, "actions": actions}}
        if media and not message.footer and not actions:
            return {"twilio/media": {"body": message.body, "media": media}}
        card: dict[str, Any] = {"body": message.body}
        if media:
            card["media"] = media
        elif message.header is not None:
            card["header_text"] = message.header.value
        if message.footer:
            card["footer"] = message.footer
        if actions:
            card["actions"] = actions
        return {"whatsapp/card": card}

    def content_variables(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return the values by number; a missing one becomes empty, which the check of values refuses."""
        return {number: values.get(name, "") for name, number in self.numbers.items()}


@dataclass(frozen=True, slots=True)
class Foreign:
    """A template read from Twilio's form; its variables are still what they are called there."""

    content: str
    header: Header | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()


_BLANKS_IN_BRACES: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_ACTIONS: Final = {
    ButtonKind.QUICK_REPLY: ("QUICK_REPLY", "id"),
    ButtonKind.URL: ("URL", "url"),
    ButtonKind.PHONE: ("PHONE_NUMBER", "phone"),
    ButtonKind.COPY_CODE: ("COPY_CODE", "code"),
}
_KINDS: Final = {word: (kind, key) for kind, (word, key) in _ACTIONS.items()}
_FILM: Final = (".mp4", ".3gp")
_PAPER: Final = (".pdf", ".doc", ".docx", ".pptx", ".xlsx")


def variables_of(wording: Wording) -> tuple[str, ...]:
    """Return the variables of all parts by first appearance: header, text, footer, buttons."""
    return _variables(wording.content, wording.header, wording.footer, wording.buttons)


@lru_cache(maxsize=256)
def _variables(
    content: str, header: Header | None, footer: str, buttons: tuple[Button, ...]
) -> tuple[str, ...]:
    texts = _texts(Foreign(content, header, footer, buttons))
    return tuple(dict.fromkeys(name for text in texts for name in parse(text).variables))


@lru_cache(maxsize=256)
def linked_variables(header: Header | None, buttons: tuple[Button, ...]) -> tuple[str, ...]:
    """Return the variables that become part of an address: in a button's, or in that of a picture."""
    addresses = [button.value for button in buttons if button.kind is ButtonKind.URL]
    if header is not None and header.is_media:
        addresses.append(header.value)
    return tuple(dict.fromkeys(name for address in addresses for name in parse(address).variables))


def render_message(wording: Wording, values: Mapping[str, str]) -> Message:
    """Put the values into all parts: what the preview shows and the send freezes."""
    header = wording.header
    return Message(
        render(wording.content, values),
        None if header is None else Header(header.kind, render(header.value, values)),
        render(wording.footer, values),
        tuple(_fill(button, values) for button in wording.buttons),
    )


def _fill(button: Button, values: Mapping[str, str]) -> Button:
    title, value = render(button.title, values), render(button.value, values)
    same = title == button.title and value == button.value
    return button if same else Button(button.kind, title, value)


def compile_content(wording: Wording) -> CompiledContent:
    """Give every variable of all parts a number by first appearance; repeats of a name share it."""
    return _compile(wording.content, wording.header, wording.footer, wording.buttons)


@lru_cache(maxsize=256)
def _compile(
    content: str, header: Header | None, footer: str, buttons: tuple[Button, ...]
) -> CompiledContent:
    numbers = {
        name: str(number) for number, name in enumerate(_variables(content, header, footer, buttons), start=1)
    }
    placeholders = {name: f"{{{{{number}}}}}" for name, number in numbers.items()}
    message = render_message(Foreign(content, header, footer, buttons), placeholders)
    return CompiledContent(message, MappingProxyType(numbers))


def decompile(wording: Wording, names: Mapping[str, str]) -> Foreign:
    """Put names in place of numbers; a number that has no name stays."""
    placeholders = {number: f"{{{{{name}}}}}" for number, name in names.items()}
    message = render_message(wording, placeholders)
    return Foreign(message.body, message.header, message.footer, message.buttons)


def read_types(types: Mapping[str, Mapping[str, Any]]) -> Foreign | None:
    """Read Twilio's `types`, richest first; None for kinds that cannot be written here (lists, carousels, …)."""
    for kind in (
        "whatsapp/card",
        "twilio/card",
        "twilio/call-to-action",
        "twilio/quick-reply",
        "twilio/media",
        "twilio/text",
    ):
        if kind in types:
            return _read_parts(kind, types[kind])
    return None


def same_wording(one: Wording, other: Wording) -> bool:
    """Tell whether two templates come to the same at Twilio, whatever their variables are called."""
    ours, theirs = compile_content(one).message, compile_content(other).message
    return _loosely(ours) == _loosely(theirs)


def _loosely(message: Message) -> tuple[object, ...]:
    # What a quick reply is called behind the scenes, and blanks around a text, are of no matter to a guest.
    return (message.body.strip(), message.header, message.footer.strip(), message.buttons)


def _read_parts(kind: str, parts: Mapping[str, Any]) -> Foreign | None:
    body = parts.get("title") if kind == "twilio/card" else parts.get("body")
    footer = parts.get("subtitle") if kind == "twilio/card" else parts.get("footer")
    buttons = []
    for action in parts.get("actions") or ():
        found = _KINDS.get(str(action.get("type") or _implied(kind)).upper())
        if found is None:
            return None
        button_kind, key = found
        value = "" if button_kind is ButtonKind.QUICK_REPLY else _spelled(action.get(key))
        buttons.append(Button(button_kind, _spelled(action.get("title")), value))
    media = [_spelled(one) for one in parts.get("media") or ()]
    header = None
    if media:
        header = Header(_media_kind(media[0]), media[0])
    elif parts.get("header_text"):
        header = Header(HeaderKind.TEXT, _spelled(parts["header_text"]))
    return Foreign(_spelled(body), header, _spelled(footer), tuple(buttons))


def _implied(kind: str) -> str:
    return "QUICK_REPLY" if kind == "twilio/quick-reply" else ""


def _media_kind(address: str) -> HeaderKind:
    path = address.lower().partition("?")[0]
    if path.endswith(_FILM):
        return HeaderKind.VIDEO
    return HeaderKind.DOCUMENT if path.endswith(_PAPER) else HeaderKind.IMAGE


def _spelled(text: object) -> str:
    return _BLANKS_IN_BRACES.sub(r"{{\1}}", str(text or ""))


def _action(number: int, button: Button) -> dict[str, str]:
    word, key = _ACTIONS[button.kind]
    value = f"reply_{number}" if button.kind is ButtonKind.QUICK_REPLY else button.value
    return {"type": word, "title": button.title, key: value}


def _texts(wording: Wording) -> Iterator[str]:
    if wording.header is not None:
        yield wording.header.value
    yield wording.content
    yield wording.footer
    for button in wording.buttons:
        yield button.title
        yield button.value
