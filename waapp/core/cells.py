"""The text of one cell: what cannot be seen or stored is taken out, what scripts need is left."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_EDGE: Final = " \t\r\n\u00a0\u2007\u202f\u3000"
# Controls but tab and newlines, halves of surrogate pairs, what steers the direction of text, marks of no width.
_UNSEEN: Final = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
# Joiners mean something behind letters of Arabic, Indic and Mongolian scripts, and inside an emoji.
_IDLE_JOINER: Final = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe0f\ufe70-\ufeff"
    "\u2190-\u2bff\U0001f000-\U0001faff])[\u200c\u200d]+|[\u200c\u200d]+(?=\\s|$)"
)


_FORMULA_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
"""What a formula shows that found nothing."""

# As libraries and exports of chats write whom a chat is with; behind a colon or dot stands one of their devices.
_CHAT_ENDINGS: Final = ("@c.us", "@s.whatsapp.net", "@g.us")
_CHAT_ID: Final = re.compile(r"\+?([1-9][0-9]{6,14})(?:[.:_][0-9]+)*@(?!g).+")
# The ids of Brazilian mobiles are older than the ninth digit of their numbers.
_EIGHT_BRAZILIAN_DIGITS: Final = re.compile(r"^(55[0-9]{2})([6-9][0-9]{7})$")

_SCHEME: Final = re.compile(r"^(?:whatsapp|tel|phone|sms|callto)\s*:\s*(?://)?", re.IGNORECASE)


def clean_cell(text: str) -> str:
    """Return a cell composed (NFC) and without what cannot be seen or stored; case and words stay as they are."""
    if text.isascii() and text.isprintable():
        return "" if text[:1] == "#" and text in _FORMULA_ERRORS else text.strip()
    seen = _UNSEEN.sub("", text.replace("\r\n", "\n") if "\r" in text else text)
    if "\u200c" in seen or "\u200d" in seen:
        seen = _IDLE_JOINER.sub("", seen)
    return unicodedata.normalize("NFC", seen).strip(_EDGE)


def clean_row(cells: Sequence[str]) -> list[str]:
    """Return the cells of a row as `clean_cell` does; most rows need only one look at all of them together."""
    whole = "".join(cells)
    if "#" in whole or not ((whole.isascii() and whole.isprintable()) or _is_clean(whole)):
        return [clean_cell(cell) for cell in cells]
    return [cell.strip(_EDGE) for cell in cells]


def _is_clean(text: str) -> bool:
    """Tell that nothing has to be taken out or composed; what is true of a text is true of every part of it."""
    return (
        "\r" not in text
        and _UNSEEN.search(text) is None
        and "\u200c" not in text
        and "\u200d" not in text
        and unicodedata.is_normalized("NFC", text)
    )


def one_line(text: str) -> str:
    """Return a text whose blanks and line ends are single blanks."""
    return " ".join(text.split())


def strip_scheme(text: str) -> str:
    """Return the number of "tel:…", "whatsapp:…" and the like, and of an id of WhatsApp's own."""
    bare = _SCHEME.sub("", text.strip()).strip()
    return chat_number(bare) or bare


def is_chat_id(text: str) -> bool:
    """Tell whether a text is an id of WhatsApp's own, of a person's chat or a group's, which looks like an address."""
    return "@" in text and text.lower().endswith(_CHAT_ENDINGS)


def chat_number(text: str) -> str | None:
    """Return the number in international form that "351912345678@c.us" is, an id of WhatsApp's own; else None."""
    found = _CHAT_ID.fullmatch(text.lower()) if is_chat_id(text) else None
    return None if found is None else "+" + _EIGHT_BRAZILIAN_DIGITS.sub(r"\g<1>9\2", found[1])
