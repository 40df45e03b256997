"""Where a guest list comes from."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a source turned out to be, whatever its name says."""

    WORKBOOK = "workbook"
    TEXT = "text"
    CONTACTS = "contacts"
    PASTE = "paste"


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was copied from a spreadsheet."""

    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a paste: its size in bytes, a digest that the same content always has, its sheets.

    `sheet` is the one that was read; a source without sheets has none. `encoding` and `delimiter` are those of a
    text, as they were found. `hidden` are the numbers of the rows that a workbook does not show.
    """

    name: str
    kind: Kind
    size: int
    digest: str
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    hidden: frozenset[int] = frozenset()
