"""One import from the file to the database, without its window: what was read, decided and compared so far."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from waapp.core.columns import GuessedBy
from waapp.core.duplicates import Likeness
from waapp.core.events import Event
from waapp.core.guests import Guest
from waapp.core.headings import Field
from waapp.core.import_diff import Choice, Decisions, Diff, Given, Origin, diff
from waapp.core.import_list import GuestList, Reading, erasable, new_list, read_list
from waapp.core.merging import Side
from waapp.core.sources import Source
from waapp.db import guests as guest_rows
from waapp.db import imports
from waapp.db.engine import Database
from waapp.engine.guest_files import GuestFile, read_aside, read_pasted
from waapp.gui.garbage import in_thread, setting_aside
from waapp.gui.import_rows import ImportRow, RowFilter, count_kinds, import_rows
from waapp.texts import tr

_NAMES: Final = frozenset({Field.NAME, Field.GIVEN, Field.FAMILY})
_SURE: Final = frozenset({GuessedBy.HEADING, GuessedBy.MEMORY, GuessedBy.PLANNER})


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was copied from a spreadsheet."""

    text: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A list as it stands: how it is read and what saving it does."""

    source: Source
    guests: GuestList
    reading: Reading
    decisions: Decisions
    diff: Diff
    rows: list[ImportRow]
    counts: Counter[RowFilter]


class ImportDesk:
    """Reads, compares and saves one list. What takes time runs in threads; the last request wins.

    `now` is what was compared last, None before `load`.
    """

    def __init__(self, origin: Path | Pasted, event: Event, database: Database, planner: str) -> None:
        self.origin = origin
        self.now: Compared | None = None
        self._event = event
        self._database = database
        self._planner = planner
        self._stored: list[Guest] = []
        self._given: list[Given] = []
        self._came_at = datetime.now(UTC)

    @property
    def name(self) -> str:
        """What the list is called: the name of its file."""
        return self.origin.name if isinstance(self.origin, Path) else tr("Pasted guests")

    @property
    def is_certain(self) -> bool:
        """Whether headings or an earlier choice say what every column holds, and one of them is the name."""
        columns = () if self.now is None else self.now.guests.columns.columns
        held = [column for column in columns if column.field is not None]
        named = any(column.field in _NAMES for column in held)
        return named and all(column.by in _SURE for column in held)

    async def load(self, sheet: str | None = None) -> None:
        """Read the list, or another sheet of it, and compare it; raises the errors of `read_guest_file`."""
        file, guests = await in_thread(lambda: self._read(sheet))
        with setting_aside():
            choices = await self._load_event(guests)
        if choices is not None:
            guests = guests.recall(choices)
        await self._compare(file.source, lambda: guests, Decisions())

    async def change_list(self, change: Callable[[GuestList], GuestList]) -> None:
        """Read the list in another way: other columns, another country, a cell mended."""
        now = self.now
        if now is None:
            return
        erases = bool(now.decisions.erase)

        def changed() -> GuestList:
            return change(now.guests)

        await self._compare(now.source, changed, now.decisions, erases=erases)

    async def decide(self, decisions: Decisions) -> None:
        """Compare again with other decisions of the planner."""
        now = self.now
        if now is None:
            return
        found, rows, counts = await in_thread(lambda: self._diff(now.reading, decisions))
        self.now = replace(now, decisions=decisions, diff=found, rows=rows, counts=counts)

    async def save(self, progress: Callable[[int], object]) -> imports.Saved:
        """Store what the list adds and changes in one transaction, and how its columns were read."""
        now = self.now
        if now is None:
            raise RuntimeError("nothing was compared")
        source = imports.Source(self.name, now.source.digest, self._planner)
        by_id = {guest.id: guest for guest in self._stored}
        columns = now.guests.columns
        async with self._database.begin() as conn:
            saved = await imports.save_import(conn, self._event.id, source, now.diff, by_id, progress)
            await imports.remember_mapping(conn, columns.fingerprint, columns.choices, self._planner)
        return saved

    # What the planner decides

    def chosen(self, numbers: list[int], choice: Choice) -> Decisions:
        """Return the decisions with one for these rows."""
        before = self._decisions
        return replace(before, rows={**before.rows, **dict.fromkeys(numbers, choice)})

    def chosen_for_all(self, likeness: Likeness, choice: Choice) -> Decisions:
        """Return the decisions with one for all rows that resemble somebody like that; it overrules single ones."""
        before = self._decisions
        alike = {row.number for row in self.rows if _likeness(row) is likeness}
        single: Mapping[int, Choice] = {
            number: made for number, made in before.rows.items() if number not in alike
        }
        return replace(before, rows=single, kinds={**before.kinds, likeness: choice})

    def sided(self, number: int, field: str, side: Side) -> Decisions:
        """Return the decisions with whose value counts in a field of a row."""
        before = self._decisions
        return replace(before, sides={**before.sides, number: {**before.sides.get(number, {}), field: side}})

    def erasing(self, erases: bool) -> Decisions:
        """Return the decisions with empty cells taking away what is stored, or not."""
        fields = erasable(self.now.guests.columns) if self.now is not None and erases else frozenset()
        return replace(self._decisions, erase=fields)

    def alike(self, row: ImportRow) -> int:
        """Return how many rows resemble somebody as this one does."""
        likeness = _likeness(row)
        return 0 if likeness is None else sum(_likeness(each) is likeness for each in self.rows)

    @property
    def rows(self) -> list[ImportRow]:
        """What becomes of the rows."""
        return [] if self.now is None else self.now.rows

    # Inside

    @property
    def _decisions(self) -> Decisions:
        return Decisions() if self.now is None else self.now.decisions

    async def _load_event(self, guests: GuestList) -> dict[str, str] | None:
        async with self._database.read() as conn:
            self._stored = await guest_rows.list_guests(conn, self._event.id)
            self._given = await imports.list_given(conn, self._event.id)
            return await imports.recall_mapping(conn, guests.columns.fingerprint)

    def _read(self, sheet: str | None) -> tuple[GuestFile, GuestList]:
        file = (
            read_aside(self.origin, sheet) if isinstance(self.origin, Path) else read_pasted(self.origin.text)
        )
        return file, new_list(file.rows, self._event.default_region)

    async def _compare(
        self,
        source: Source,
        make: Callable[[], GuestList],
        decisions: Decisions,
        *,
        erases: bool = False,
    ) -> None:
        def work() -> Compared:
            guests = make()
            decided = replace(decisions, erase=erasable(guests.columns) if erases else frozenset())
            reading = read_list(guests, self._stored, self._given)
            found, rows, counts = self._diff(reading, decided)
            return Compared(source, guests, reading, decided, found, rows, counts)

        self.now = await in_thread(work)

    def _diff(
        self, reading: Reading, decisions: Decisions
    ) -> tuple[Diff, list[ImportRow], Counter[RowFilter]]:
        origin = Origin(self.name, self._came_at)
        found = diff(reading.rows, self._stored, reading.duplicates, self._given, decisions, origin)
        rows = import_rows(found)
        return found, rows, count_kinds(rows)


def _likeness(row: ImportRow) -> Likeness | None:
    return None if row.line.match is None else row.line.match.likeness
