"""Contacts from a phone or an address book (vCard 2.1, 3.0, 4.0) as the rows of a guest list."""

import quopri
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from waapp.core.cells import strip_scheme
from waapp.core.guest_export import GROUP_PROPERTY

HEADING: Final = ("Name", "Mobile", "Phone", "Home phone", "Email", "Tags", "Language", "Notes", "Group")
_NAME, _TAGS, _GROUP = 0, 5, 8
_COLUMN: Final = {"EMAIL": 4, "LANG": 6, "NOTE": 7, GROUP_PROPERTY: _GROUP}
_OTHER_EMAIL: Final = "Other email"
"""The heading of one column more, for contacts with several addresses."""
_MOBILE: Final = frozenset({"CELL", "IPHONE", "MOBILE", "MSG", "TEXT"})
_AT_HOME: Final = frozenset({"HOME", "WORK"})
# A fax or a pager shows nobody a message: such a number stands behind all others, whatever else is said of it.
_NO_TELEPHONE: Final = frozenset({"FAX", "HOMEFAX", "WORKFAX", "OTHERFAX", "PAGER", "MODEM"})
_LAST_OF_ALL: Final = 10_000
_WHATSAPP: Final = "WHATSAPP"
_FIRST_OF_ALL: Final = -1
_FEWEST_DIGITS: Final = 7
_UNESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SEMICOLON: Final = re.compile(r"(?<!\\);")
_COMMA: Final = re.compile(r"(?<!\\),")
_ACCOUNTS: Final = frozenset({"X-WHATSAPP", "IMPP", "X-SOCIALPROFILE"})
# Before vCard 4.0 each address book named these in its own way.
_KIND: Final = frozenset({"KIND", "X-ADDRESSBOOKSERVER-KIND"})
_MEMBER: Final = frozenset({"MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"})
_RANK: Final = re.compile("[0-9]{1,3}")
_LEAST_PREFERRED: Final = 1000


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    params: Mapping[str, frozenset[str]]
    value: str
    group: str = ""

    @property
    def kinds(self) -> frozenset[str]:
        """What TYPE says, in capitals."""
        return frozenset(kind.strip().upper() for kind in self.params.get("TYPE", frozenset()))

    @property
    def preference(self) -> int:
        """How this one stands to others of its name: the lowest is preferred."""
        words = self.params.get("PREF", frozenset())
        said = min((int(word) for word in words if _RANK.fullmatch(word)), default=_LEAST_PREFERRED)
        return 1 if "PREF" in self.kinds else said

    @property
    def is_whatsapp(self) -> bool:
        """Tell whether this is an account of WhatsApp, by its name or kind, or as WhatsApp marks what it shares."""
        words = (word for values in self.params.values() for word in values)
        scheme = self.value.partition(":")[0] if self.name in _ACCOUNTS else ""
        return "WAID" in self.params or any(_WHATSAPP in word.upper() for word in (self.name, scheme, *words))

    @property
    def is_telephone(self) -> bool:
        """Tell whether somebody can be spoken to at this number: a fax is none, "HOME FAX" neither."""
        words = {word for kind in self.kinds for word in kind.split()}
        return words.isdisjoint(_NO_TELEPHONE) or bool(words & _MOBILE)


def is_vcard(text: str) -> bool:
    """Tell whether a text is a collection of contacts."""
    return text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCARD")


def rows(text: str) -> list[list[str]]:
    """Return a heading and one row for each contact, for `tabular.parse_table`.

    The row of a group of contacts holds its name as a group alone; to its members it is a tag.
    """
    cards = list(_cards(text))
    tags: dict[str, list[str]] = {}
    for card in cards:
        if card.is_group:
            for member in card.members:
                tags.setdefault(member, []).append(card.cells[_NAME])
    result = [list(HEADING), *(card.row(tags.get(card.uid, ())) for card in cards)]
    if any(row[len(HEADING)] for row in result[1:]):
        result[0].append(_OTHER_EMAIL)
    return [row[: len(result[0])] for row in result]


def _cards(text: str) -> Iterator["_Card"]:
    card: _Card | None = None
    for one in _properties(text):
        if one.name == "BEGIN":
            if card is not None:
                yield card
            card = _Card()
        elif one.name == "END":
            if card is not None:
                yield card
            card = None
        elif card is not None:
            card.take(one)
    if card is not None:
        yield card


@dataclass(slots=True)
class _Card:
    """A contact, or a group of them, as far as it has been read. The preferred of several telephones stand first."""

    cells: list[str] = field(default_factory=lambda: [""] * (len(HEADING) + 1))
    halves: tuple[str, str] = ("", "")
    phones: dict[int, list[tuple[int, str, str]]] = field(default_factory=dict)
    of_whatsapp: set[str] = field(default_factory=set)
    categories: list[str] = field(default_factory=list)
    uid: str = ""
    is_group: bool = False
    members: list[str] = field(default_factory=list)

    def take(self, one: _Property) -> None:
        card = self.cells
        if one.name == "N":
            family, given, middle, prefix, suffix = (
                _unescape(part) for part in [*_SEMICOLON.split(one.value), "", "", "", "", ""][:5]
            )
            self.halves = (family, given)
            card[_NAME] = card[_NAME] or " ".join(filter(None, (prefix, given, middle, family, suffix)))
        elif one.name == "FN" and _unescape(one.value):
            # The formatted name is how the owner of the address book calls the person; it goes before N.
            card[_NAME] = _unescape(one.value)
        elif one.name == "TEL" or (one.name in _ACCOUNTS and one.is_whatsapp):
            self._take_number(one)
        elif one.name == "X-ABLABEL" and one.group and _WHATSAPP in one.value.upper():
            self.of_whatsapp.add(one.group)
        elif one.name == "EMAIL" and card[4]:
            _add(card, len(HEADING), _unescape(one.value), ", ")
        elif one.name == "CATEGORIES":
            self.categories += filter(None, map(_unescape, _COMMA.split(one.value)))
        elif one.name == "UID":
            self.uid = _bare_uid(one.value)
        elif one.name in _KIND:
            self.is_group = one.value.strip().casefold() == "group"
        elif one.name in _MEMBER:
            self.members.append(_bare_uid(one.value))
        elif one.name in _COLUMN:
            _add(card, _COLUMN[one.name], _unescape(one.value), ", ")

    def _take_number(self, one: _Property) -> None:
        kinds = one.kinds
        column = 1 if kinds & _MOBILE else 3 if kinds & _AT_HOME or not one.is_telephone else 2
        number = strip_scheme(_unescape(one.value))
        if not one.is_whatsapp:
            preference = one.preference if one.is_telephone else _LAST_OF_ALL
            self.phones.setdefault(column, []).append((preference, number, one.group))
        elif one.name == "TEL" or sum(map(str.isdecimal, number)) >= _FEWEST_DIGITS:
            # An account may be known by a name: that is no number.
            self.phones.setdefault(1, []).append((_FIRST_OF_ALL, number.rpartition(":")[2], one.group))

    def row(self, groups: Iterable[str]) -> list[str]:
        """Return the cells; `groups` are those that name this contact as a member."""
        cells = self.cells
        if self.is_group:
            return ["" if place != _GROUP else cells[_NAME] for place in range(len(cells))]
        family, given = self.halves
        if family and given and cells[_NAME].casefold() == f"{family}, {given}".casefold():
            cells[_NAME] = f"{given} {family}"
        for column, number in self._numbers():
            cells[column] = " / ".join(filter(None, (cells[column], number)))
        # Our own contacts have the group among the categories too.
        tags = (tag for tag in (*self.categories, *groups) if tag != cells[_GROUP])
        cells[_TAGS] = ", ".join(dict.fromkeys(tags))
        return cells

    def _numbers(self) -> Iterator[tuple[int, str]]:
        """Yield the column of each number and the number: those of WhatsApp, then the preferred ones first."""
        numbers_of_all = [one for numbers in self.phones.values() for one in numbers]
        yield from ((1, number) for _, number, group in numbers_of_all if group in self.of_whatsapp)
        for column, numbers in self.phones.items():
            for _, number, group in sorted(numbers, key=lambda one: one[0]):
                if group not in self.of_whatsapp:
                    yield column, number


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
        group, _, bare = name.rpartition(".")
        yield _Property(bare.strip().upper(), known, value, group.strip().upper())


def _unfolded(text: str) -> Iterator[str]:
    """Join the lines that belong together: continued with a blank, or with "=" in quoted-printable."""
    pieces: list[str] = []
    quoted = False
    for line in re.split(r"\r\n|\r|\n", text):
        if quoted and pieces[-1].endswith("="):
            pieces[-1] = pieces[-1][:-1]
            pieces.append(line)
        elif line[:1] in {" ", "\t"} and pieces:
            pieces.append(line[1:])
        else:
            yield "".join(pieces)
            pieces = [line]
            quoted = "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
    yield "".join(pieces)


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
    except (LookupError, ValueError):  # the latter for a name with a zero in it
        return content.decode("utf-8", errors="replace")


def _bare_uid(text: str) -> str:
    return text.strip().casefold().removeprefix("urn:uuid:")


def _unescape(text: str) -> str:
    return _UNESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], text).strip()
