"""Lists that were pasted and are no tables: everybody in one line, or name and number in lines of their own."""

import re
from collections.abc import Sequence
from typing import Final

from waapp.core.cells import clean_cell
from waapp.core.content import looks_like_email, looks_like_phone
from waapp.core.email_cells import addresses

Rows = list[list[str]]

_BETWEEN_PEOPLE: Final = re.compile(r"[,;](?:\s+|$)|\t")
# As they stand in the "To" of an e-mail: a comma within quotes is part of a name.
_IN_ANGLES: Final = re.compile(r"\S.*<[^<>\s]+@[^<>\s]+>")
_ADDRESSEE: Final = re.compile(r'(?:"[^"]*"|[^",;\t])+')
# A single guest may stand in one line with a group and two numbers, but not with more.
_FEWEST_MEMBERS: Final = 5
_FEWEST: Final = 2
# A name, its number and, before or behind that, perhaps an address.
_PEOPLE: Final = re.compile(r"(?:npe?|nep){2,}")
_ONE: Final = re.compile(r"npe?|nep")
_ORDER: Final = "npe"


def table_of(text: str) -> Rows | None:
    """Return a row for each person of a pasted text that is no table; None where it is one, or nothing that is known.

    "Ana Reis, +351 912 345 678, Rui" is how a group of WhatsApp names its members, "Ana <a@b.pt>, Rui <r@b.pt>" whom an
    e-mail goes to: there each piece is a person. Where lines alternate, a name's number stands below it.
    """
    written = text.strip().splitlines()
    if "@" in text and (people := _addressed(written)):
        return people
    if len(written) == 1:
        return _of_one_line(written[0])
    if "\t" in text:
        return None
    return _of_alternating([line for line in map(clean_cell, written) if line])


def _of_one_line(line: str) -> Rows | None:
    people = [piece for piece in map(clean_cell, _BETWEEN_PEOPLE.split(line)) if piece]
    are_members = len(people) >= _FEWEST_MEMBERS and sum(map(looks_like_phone, people)) >= _FEWEST
    return [["", piece] if looks_like_phone(piece) else [piece] for piece in people] if are_members else None


def _addressed(lines: Sequence[str]) -> Rows | None:
    """Return whom an e-mail goes to, where some line names several and each piece has its address.

    In a single line a piece may be a name alone, when another stands before an address in angles.
    """
    people_of = [[piece for piece in map(clean_cell, _ADDRESSEE.findall(line)) if piece] for line in lines]
    people = [piece for pieces in people_of for piece in pieces]
    if max(map(len, people_of), default=0) < _FEWEST:
        return None
    with_address = sum(len(addresses(piece)) == 1 for piece in people)
    in_angles = len(lines) == 1 and any(_IN_ANGLES.search(piece) for piece in people)
    are_names = all(any(map(str.isalpha, piece)) and len(addresses(piece)) < _FEWEST for piece in people)
    all_addressed = with_address == len(people)
    return [[piece] for piece in people] if all_addressed or (in_angles and are_names) else None


def _of_alternating(lines: Sequence[str]) -> Rows | None:
    kinds = "".join(map(_kind, lines))
    if _PEOPLE.fullmatch(kinds) is None:
        return None
    people = [lines[one.start() : one.end()] for one in _ONE.finditer(kinds)]
    return [sorted(person, key=lambda line: _ORDER.index(_kind(line))) for person in people]


def _kind(line: str) -> str:
    return "p" if looks_like_phone(line) else "e" if looks_like_email(line) else "n"
