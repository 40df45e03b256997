"""What a message may have around its text: a header, a footer and buttons (reference, sections 5.2 and 6.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class HeaderKind(StrEnum):
    """What stands above the text."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Header:
    """The line above the text, or the address of a picture, a film or a document; it may hold variables."""

    kind: HeaderKind
    value: str

    @property
    def is_media(self) -> bool:
        """Tell whether it is a file at an address, not words."""
        return self.kind is not HeaderKind.TEXT


class ButtonKind(StrEnum):
    """What a tap on a button does."""

    QUICK_REPLY = "quick_reply"
    URL = "url"
    PHONE = "phone"
    COPY_CODE = "copy_code"


@dataclass(frozen=True, slots=True)
class Button:
    """A button below the text.

    `value` is the address that a URL button opens (a variable may stand at its end), the number in E.164 that
    a phone button calls, or the code that is copied; a quick reply sends its title and has none.
    """

    kind: ButtonKind
    title: str
    value: str = ""


class Part(StrEnum):
    """A field of a template that can be edited, and that a finding may be about."""

    BODY = "body"
    HEADER = "header"
    FOOTER = "footer"
    BUTTONS = "buttons"
    BUTTON_TITLE = "button_title"
    BUTTON_VALUE = "button_value"


@dataclass(frozen=True, slots=True)
class Message:
    """What one guest gets, with the values in it: shown by the preview, frozen by the send."""

    body: str
    header: Header | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()

    @property
    def is_text_only(self) -> bool:
        """Tell whether there is nothing but the text."""
        return self.header is None and not self.footer and not self.buttons

    @property
    def text(self) -> str:
        """Return all of it as one text: what is kept as proof, and what goes out where no template can."""
        blocks = [self.body]
        if self.header is not None:
            words = self.header.value if self.header.is_media else f"*{self.header.value}*"
            blocks.insert(0, words)
        if self.footer:
            blocks.append(f"_{self.footer}_")
        if self.buttons:
            blocks.append("\n".join(_button_line(button) for button in self.buttons))
        return "\n\n".join(blocks)


def header_json(header: Header | None) -> dict[str, str] | None:
    """Return a header as it is stored."""
    return None if header is None else {"kind": header.kind.value, "value": header.value}


def read_header(stored: Mapping[str, Any] | None) -> Header | None:
    """Return the header that was stored."""
    return None if not stored else Header(HeaderKind(stored["kind"]), str(stored["value"]))


def buttons_json(buttons: Iterable[Button]) -> list[dict[str, str]]:
    """Return buttons as they are stored."""
    return [{"kind": one.kind.value, "title": one.title, "value": one.value} for one in buttons]


def read_buttons(stored: Iterable[Mapping[str, Any]] | None) -> tuple[Button, ...]:
    """Return the buttons that were stored."""
    return tuple(
        Button(ButtonKind(one["kind"]), str(one["title"]), str(one.get("value", ""))) for one in stored or ()
    )


def message_json(message: Message) -> dict[str, Any] | None:
    """Return a message as it is frozen beside its text; None when its text is all of it."""
    if message.is_text_only:
        return None
    return {
        "body": message.body,
        "header": header_json(message.header),
        "footer": message.footer,
        "buttons": buttons_json(message.buttons),
    }


def read_message(stored: Mapping[str, Any] | None, text: str) -> Message:
    """Return the message that was frozen, from its parts or else from its text."""
    if not stored:
        return Message(text)
    return Message(
        str(stored["body"]),
        read_header(stored.get("header")),
        str(stored.get("footer") or ""),
        read_buttons(stored.get("buttons")),
    )


def _button_line(button: Button) -> str:
    return f"▸ {button.title}: {button.value}" if button.value else f"▸ {button.title}"
