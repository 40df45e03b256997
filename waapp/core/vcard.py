"""Contacts from a phone or an address book (vCard 2.1, 3.0, 4.0) as the rows of a guest list."""

import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from waapp.core.cells import strip_scheme
from waapp.core.guest_export import GROUP_PROPERTY

HEADING: Final = ("Name", "Mobile", "Phone", "Home phone", "Email", "Tags", "Language", "Notes", "Group")
_COLUMN: Final = {"FN": 0, "EMAIL": 4, "CATEGORIES": 5, "LANG": 6, "NOTE": 7, GROUP_PROPERTY: 8}
_OTHER_EMAIL: Final = "Other email"
"""The heading of one column more, for contacts with several addresses."""
_MOBILE: Final = frozenset({"CELL", "IPHONE", "MOBILE", "MSG", "TEXT"})
_AT_HOME: Final = frozenset({"HOME", "FAX", "WORK"})
_UNESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SEMICOLON: Final = re.compile(r"(?<!\\);")


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    params: Mapping[str, frozenset[str]]
    value: str


def is_vcard(text: str) -> bool:
    """Tell whether a text is a collection of contacts."""
    return text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCARD")


def rows(text: str) -> list[list[str]]:
    """Return a heading and one row for each contact, for `tabular.parse_table`."""
    result = [list(HEADING)]
    card: list[str] | None = None
    for one in _properties(text):
        if one.name == "BEGIN":
            card = [""] * (len(HEADING) + 1)
            result.append(card)
        elif one.name == "END":
            if card is not None and card[8]:
                # Our own contacts have the group among the categories too.
                card[5] = ", ".join(tag for tag in map(str.strip, card[5].split(",")) if tag != card[8])
            card = None
        elif card is not None:
            _take(card, one)
    if any(card[len(HEADING)] for card in result[1:]):
        result[0].append(_OTHER_EMAIL)
    return [row[: len(result[0])] for row in result]


def _take(card: list[str], one: _Property) -> None:
    if one.name == "N" and not card[0]:
        family, given, middle, prefix, suffix = (
            _unescape(part) for part in [*_SEMICOLON.split(one.value), "", "", "", "", ""][:5]
        )
        card[0] = " ".join(filter(None, (prefix, given, middle, family, suffix)))
    elif one.name == "FN" and _unescape(one.value):
        # The formatted name is how the owner of the address book calls the person; it goes before N.
        card[0] = _unescape(one.value)
    elif one.name == "TEL":
        kinds = {kind.upper() for kind in one.params.get("TYPE", frozenset())}
        column = 1 if kinds & _MOBILE else 3 if kinds & _AT_HOME else 2
        _add(card, column, strip_scheme(_unescape(one.value)), " / ")
    elif one.name == "EMAIL" and card[4]:
        _add(card, len(HEADING), _unescape(one.value), ", ")
    elif one.name in _COLUMN:
        _add(card, _COLUMN[one.name], _unescape(one.value), ", ")


def _add(card: list[str], column: int, text: str, between: str) -> None:
    card[column] = between.join(filter(None, (card[column], text)))


def _properties(text: str) -> Iterator[_Property]:
    for line in _unfolded(text):
        head, colon, value = _split_head(line)
        if not colon:
            continue
        name, *params = head.split(";")
        known: dict[str, frozenset[str]] = {}
        for param in params:
            # vCard 2.1 writes a type alone: TEL;CELL;VOICE
            key, equals, words = param.partition("=")
            key, words = (key.upper(), words) if equals else ("TYPE", key)
            known[key] = known.get(key, frozenset()) | frozenset(words.strip('"').split(","))
        if _is_quoted_printable(known):
            charset = next(iter(known.get("CHARSET", ())), "utf-8")
            value = _decode(quopri.decodestring(value.encode("utf-8", "replace")), charset)
        # Apple groups properties: item1.TEL
        yield _Property(name.rpartition(".")[2].strip().upper(), known, value)


def _unfolded(text: str) -> Iterator[str]:
    """Join the lines that belong together: continued with a blank, or with "=" in quoted-printable."""
    pending = ""
    for line in re.split(r"\r\n|\r|\n", text):
        if pending.endswith("=") and "QUOTED-PRINTABLE" in pending.upper():
            pending = pending[:-1] + line
        elif line[:1] in {" ", "\t"} and pending:
            pending += line[1:]
        else:
            yield pending
            pending = line
    yield pending


def _split_head(line: str) -> tuple[str, str, str]:
    """Split at the colon that is not inside a quoted parameter."""
    quoted = False
    for index, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return line[:index], ":", line[index + 1 :]
    return line, "", ""


def _is_quoted_printable(params: Mapping[str, frozenset[str]]) -> bool:
    return any(
        word.upper() == "QUOTED-PRINTABLE"
        for key in ("ENCODING", "TYPE")
        for word in params.get(key, frozenset())
    )


def _decode(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


def _unescape(text: str) -> str:
    return _UNESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], text).strip()
