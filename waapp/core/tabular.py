"""A whole guest list in one step: its heading found, its columns recognised, its rows read and compared."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from waapp.core.cells import clean_cell
from waapp.core.cleaning import apply
from waapp.core.columns import ENOUGH_ROWS, Column, ColumnMap, find_heading, recognise_columns
from waapp.core.duplicates import mark_repeats
from waapp.core.guests import GuestDraft
from waapp.core.rows import Finding, Row


@dataclass(frozen=True, slots=True)
class Import:
    """A guest list as read: every row of the file is a row here, blank, the heading or above the heading."""

    columns: tuple[Column, ...]
    heading_row: int | None
    rows: tuple[Row, ...]
    blank: int
    above: int

    @property
    def drafts(self) -> tuple[GuestDraft, ...]:
        """Return the guests to add, in the order of the list."""
        return tuple(row.draft for row in self.rows if row.draft is not None)

    @property
    def skipped(self) -> tuple[Row, ...]:
        """Return the rows that add nobody; each has a finding that says why."""
        return tuple(row for row in self.rows if row.draft is None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return everything that there is to say, row by row."""
        return tuple(finding for row in self.rows for finding in row.findings)


def guess_columns(rows: Sequence[Sequence[str]]) -> ColumnMap:
    """Find the heading of a list and recognise its columns, by its first rows."""
    first = [[clean_cell(cell) for cell in row] for row in rows[:ENOUGH_ROWS]]
    cells = [*first, *rows[ENOUGH_ROWS:]]
    return recognise_columns(cells, find_heading(cells))


def parse_table(
    rows: Sequence[Sequence[str]],
    region: str | None,
    columns: ColumnMap | None = None,
    hidden: Container[int] = (),
) -> Import:
    """Read a guest list; `region` reads national telephone numbers, `columns` are guessed unless given.

    Nothing is lost in silence: every row is added or skipped with a finding that says why.
    """
    if columns is None:
        columns = guess_columns(rows)
    heading = columns.heading_row or 0
    read = tuple(mark_repeats(apply(rows, columns, region, hidden=hidden)))
    return Import(
        columns.columns, columns.heading_row, read, len(rows) - heading - len(read), max(heading - 1, 0)
    )
