"""A guest list on its way in: what was read, which column holds what, which cells the planner has mended."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from waapp.core.cells import clean_cell
from waapp.core.cleaning import apply
from waapp.core.columns import ColumnMap, HeadingChoice, heading_choices, recognise_columns
from waapp.core.duplicates import Duplicate, Matches
from waapp.core.headings import Field
from waapp.core.import_diff import Present
from waapp.core.merging import EXTRA, FIELDS
from waapp.core.other_rows import group_of
from waapp.core.rows import Row
from waapp.core.tabular import guess_columns

SAMPLES: Final = 3
"""How many cells of a column a planner is shown."""

_HALVES: Final = (Field.GIVEN, Field.FAMILY)
_LOOKED_AT: Final = 400


@dataclass(frozen=True, slots=True)
class GuestList:
    """The rows of a source as they stand there, and how they are read.

    `region` reads national telephone numbers. `mended` holds, by row number and place, the cells that the planner
    has corrected; `hidden` are the numbers of rows that the workbook does not show.
    """

    rows: Sequence[Sequence[str]]
    columns: ColumnMap
    region: str | None
    mended: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()

    def cells(self, number: int) -> Sequence[str]:
        """Return the cells of a row, mended where the planner has done so."""
        row = self.rows[number - 1]
        mended = self.mended.get(number)
        if mended is None:
            return row
        width = max(len(row), *(place + 1 for place in mended))
        return [mended.get(place, row[place] if place < len(row) else "") for place in range(width)]

    def assign(self, index: int, held: Field | None) -> "GuestList":
        """Return the list after the planner said what a column holds; None makes it a variable of its own."""
        return replace(self, columns=self.columns.assign(index, held))

    def recall(self, choices: Mapping[str, str]) -> "GuestList":
        """Return the list with the columns as they were chosen for a list of this shape before."""
        return replace(self, columns=self.columns.recall(choices))

    def with_region(self, region: str | None) -> "GuestList":
        """Return the list with national numbers read as another country's."""
        return replace(self, region=region)

    def with_heading(self, heading_row: int | None) -> "GuestList":
        """Return the list with its headings in another row, or in none; its columns are recognised anew."""
        cells = [[clean_cell(cell) for cell in row] for row in self.rows]
        return replace(self, columns=recognise_columns(cells, heading_row))

    def headings(self) -> tuple[HeadingChoice, ...]:
        """Return the rows that may hold the headings."""
        return heading_choices(self.rows)

    def samples(self, index: int) -> tuple[str, ...]:
        """Return the first different cells of a column."""
        found: dict[str, None] = {}
        start = self.columns.heading_row or 0
        for row in self.rows[start : start + _LOOKED_AT]:
            cell = clean_cell(row[index]) if index < len(row) else ""
            if cell:
                found[cell] = None
            if len(found) == SAMPLES:
                break
        return tuple(found)

    def can_mend(self, name: str) -> bool:
        """Tell whether a field of the guests has a column to write a correction to."""
        return bool(self._places(name))

    def mend(self, number: int, name: str, text: str) -> "GuestList":
        """Return the list with a field of one row corrected; `can_mend` says which fields have a column."""
        places = self._places(name)
        if not places:
            return self
        row = dict(self.mended.get(number, {}))
        row |= dict.fromkeys(places, "") if name == "name" else {}
        row[places[0]] = text
        return replace(self, mended={**self.mended, number: row})

    def read(self, number: int) -> Row | None:
        """Read one row as it stands; None where it is empty."""
        row = [self.cells(number)]
        group = self._group_above(number)
        return next(
            apply(row, self.columns, self.region, first=number, group=group, hidden=self.hidden), None
        )

    def _group_above(self, number: int) -> str:
        """Return what the last heading of a group above a row says."""
        if any(column.field is Field.GROUP for column in self.columns.columns):
            return ""
        for above in range(number - 1, max((self.columns.heading_row or 0) - 2, 0), -1):
            row = self.cells(above)
            if sum(map(bool, row)) == 1 and (group := group_of([clean_cell(cell) for cell in row])):
                return group
        return ""

    def _places(self, name: str) -> list[int]:
        """Return the columns of a field: the one to write to, and for a name the others that make it up."""
        wanted = Field(name)
        columns = sorted(self.columns.columns, key=lambda column: (column.rank, column.index))
        places = [column.index for column in columns if column.field is wanted]
        if wanted is Field.NAME:
            places += [column.index for half in _HALVES for column in columns if column.field is half]
        return places


class Reading:
    """What a list says: its rows as guests, whom they resemble, how many lines were passed over.

    `rows` are those of the list where they are read elsewhere; they may still be coming, and the list grow with them.
    `above` counts the lines above the headings.

    A row that was imported before is a known guest: whom else it resembles is not looked up again.
    """

    def __init__(
        self, guests_of_list: GuestList, present: Present, rows: Iterable[Row] | None = None
    ) -> None:
        self._by_number: dict[int, Row] = {}
        self._present = present
        self._matches = Matches(
            self._fresh(read_rows(guests_of_list) if rows is None else rows),
            present.guests.values(),
            guests_of_list.region,
        )
        heading = guests_of_list.columns.heading_row or 0
        self._below = len(guests_of_list.rows) - heading
        self.above: Final = max(heading - 1, 0)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that are not empty, in their order."""
        return tuple(self._by_number.values())

    @property
    def duplicates(self) -> Iterable[Duplicate]:
        """Whom rows resemble."""
        return self._matches

    @property
    def blank(self) -> int:
        """How many lines below the headings are empty."""
        return self._below - len(self._by_number)

    def correct(self, number: int, row: Row | None) -> None:
        """Take in one row as it is now, None for an empty one; the others are not read again."""
        if row is not None and number in self._by_number:
            self._by_number[number] = row
        elif row is not None:
            self._by_number = dict(sorted([*self._by_number.items(), (number, row)]))
        else:
            self._by_number.pop(number, None)
        self._matches.replace(row if row is not None and self._is_fresh(row) else Row(number, None, ()))

    def _fresh(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Keep the rows and pass on those that are no known guests."""
        for row in rows:
            self._by_number[row.number] = row
            if self._is_fresh(row):
                yield row

    def _is_fresh(self, row: Row) -> bool:
        return row.draft is not None and not self._present.known(row.draft)


def new_list(
    rows: Sequence[Sequence[str]], region: str | None, hidden: frozenset[int] = frozenset()
) -> GuestList:
    """Return a list with its headings found and its columns recognised."""
    return GuestList(rows, guess_columns(rows), region, hidden=hidden)


def read_rows(guests_of_list: GuestList) -> Iterator[Row]:
    """Read the rows of a list one by one."""
    rows = _all_cells(guests_of_list)
    return apply(rows, guests_of_list.columns, guests_of_list.region, hidden=guests_of_list.hidden)


def erasable(columns: ColumnMap) -> frozenset[str]:
    """Return the fields that a list has a column for: those in which its empty cells could mean something."""
    fields = {column.field.value for column in columns.columns if column.field is not None}
    extra = {f"{EXTRA}{column.key}" for column in columns.columns if column.field is None}
    return frozenset((fields & set(FIELDS) - {"name"}) | extra)


def _all_cells(guests_of_list: GuestList) -> Iterator[Sequence[str]]:
    if not guests_of_list.mended:
        yield from guests_of_list.rows
        return
    for number in range(1, len(guests_of_list.rows) + 1):
        yield guests_of_list.cells(number)
