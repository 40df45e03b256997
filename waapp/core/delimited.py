"""Lists in plain text: cells between commas, semicolons, tabs or bars, quoted or not."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from waapp.core.guest_export import as_it_was

DELIMITERS: Final = ",;\t|"
# Excel's own word about the delimiter.
_HINT: Final = re.compile(r"\s*sep=(.)(?=\r|\n)", re.IGNORECASE)
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SNIFFED_ROWS: Final = 100
_SNIFFED_CHARACTERS: Final = 200_000
_GUARDED: Final = re.compile(r"'[=+\-@\t\r\n＝＋－＠]")
# Of a cell with more lines than this, whose lines have delimiters themselves, the first quote was a slip.
_LINES_OF_A_CELL: Final = 3


class UnreadableError(Exception):
    """The text is no list: its quotes and lines make no rows."""


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text and the delimiter of its rows; with Excel's hint in the first line, that line is an empty row."""

    text: str
    start: int
    delimiter: str

    def rows(self) -> Iterator[list[str]]:
        """Return the rows as a spreadsheet shows them, one by one; raises UnreadableError."""
        if self.start:
            yield []
        literal = self._has_stray_quote()
        guarded = _GUARDED.search(self.text) is not None
        for row in self._read(literal=literal):
            cells = [_unquoted(cell) for cell in row] if literal else row
            yield [as_it_was(cell) for cell in cells] if guarded else cells

    def _has_stray_quote(self) -> bool:
        """Tell whether a quote that was never closed has swallowed rows: `"Bar" Café,912…`."""
        if '"' not in self.text:
            return False
        rows = self._lines_and_rows()
        try:
            return any(lines > _LINES_OF_A_CELL and any(map(self._swallows_rows, row)) for lines, row in rows)
        except UnreadableError:
            return True

    def _lines_and_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Return the rows with the number of lines that each takes."""
        reader = csv.reader(self._lines(), delimiter=self.delimiter)
        before = 0
        try:
            for row in reader:
                yield reader.line_num - before, row
                before = reader.line_num
        except csv.Error as error:
            raise UnreadableError from error

    def _swallows_rows(self, cell: str) -> bool:
        lines = [line for line in cell.splitlines() if line]
        with_delimiter = sum(self.delimiter in line for line in lines)
        return len(lines) > _LINES_OF_A_CELL and with_delimiter * 2 > len(lines)

    def _read(self, *, literal: bool) -> Iterator[list[str]]:
        quoting: Literal[0, 3] = csv.QUOTE_NONE if literal else csv.QUOTE_MINIMAL
        try:
            yield from csv.reader(self._lines(), delimiter=self.delimiter, quoting=quoting)
        except csv.Error as error:
            raise UnreadableError from error

    def _lines(self) -> Iterator[str]:
        return (found[0] for found in _LINE.finditer(self.text, self.start))


def delimited(text: str) -> Delimited:
    """Find the delimiter of a text."""
    hint = _HINT.match(text)
    if hint:
        end = _LINE.match(text)
        return Delimited(text, end.end() if end else hint.end(), hint[1])
    return Delimited(text, 0, _sniff(text))


def pasted(text: str) -> Delimited:
    """Read what was copied from a spreadsheet: tabs between cells; without any, as a file would be read."""
    return Delimited(text, 0, "\t") if "\t" in text else delimited(text)


def _sniff(text: str) -> str:
    """Return the delimiter with which the most rows have the same number of cells."""
    found = _LINE.finditer(text[:_SNIFFED_CHARACTERS])
    lines = [line[0] for line, _ in zip(found, range(_SNIFFED_ROWS), strict=False)]

    def regularity(delimiter: str) -> int:
        rows = _rows_of(lines, delimiter)
        widths = Counter(map(len, rows))
        # A comma with a blank behind it is more likely to stand in a sentence or a name.
        prose = sum(cell.startswith(" ") for row in rows for cell in row[1:])
        return max((count * (width - 1) for width, count in widths.items()), default=0) - prose

    return max(DELIMITERS, key=regularity)


def _rows_of(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(row for row in csv.reader(lines, delimiter=delimiter) if row)
    except csv.Error:
        return rows
    return rows


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell.startswith('"') and cell.endswith('"'):
        return cell[1:-1].replace('""', '"')
    return cell[1:] if cell.startswith('"') and cell.count('"') % 2 else cell
