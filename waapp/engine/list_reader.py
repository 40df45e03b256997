"""Reads a guest list in a process beside the one that compares it with the event: together they take half the time.

It is made to live in a process of its own (`aside.Helper`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from waapp.core.cleaning import apply
from waapp.core.columns import ColumnMap
from waapp.core.rows import Packed, pack
from waapp.core.sources import Pasted, Source
from waapp.core.tabular import guess_columns
from waapp.engine.guest_files import read_guest_file, read_pasted

Rows = Sequence[Sequence[str]]
Piece = tuple[Rows, Sequence[Packed]]
"""Some rows as they stand in the list, and some as they are understood, which are not always the same ones."""

PIECE: Final = 1000
"""Rows that are handed over at once."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a list is, and what its columns seem to hold."""

    source: Source
    columns: ColumnMap


class ListReader:
    """One list: `open` comes first, then `read`, once."""

    def __init__(self) -> None:
        self._rows: Rows = ()
        self._hidden: frozenset[int] = frozenset()

    def open(self, origin: Path | Pasted, sheet: str | None = None) -> Iterator[Opened]:
        """Read a file or a paste, or another sheet of it; raises the errors of `read_guest_file`."""
        file = read_pasted(origin.text) if isinstance(origin, Pasted) else read_guest_file(origin, sheet)
        self._rows, self._hidden = file.rows, file.source.hidden
        yield Opened(file.source, guess_columns(file.rows))

    def read(self, columns: ColumnMap, region: str | None, at_once: int = PIECE) -> Iterator[Piece]:
        """Hand over all rows; `columns` and `region` tell how they are understood, as in `cleaning.apply`."""
        rows, self._rows = self._rows, ()
        understood = apply(rows, columns, region, hidden=self._hidden)
        for start in range(0, len(rows), at_once):
            yield rows[start : start + at_once], pack(islice(understood, at_once))
