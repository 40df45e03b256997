"""A guest list on its way into an event: read, compared with the guests there are, corrected and saved.

It is made to live in a process of its own (`aside.Aside`): a long list takes seconds of work that a window could not
spare, and a file made for it can end a process. What every method yields is what has to be known outside.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from waapp.core.columns import ColumnMap, HeadingChoice
from waapp.core.duplicates import Likeness
from waapp.core.headings import Field
from waapp.core.import_diff import Choice, Decisions, Diff, Origin, Present, compare
from waapp.core.import_list import GuestList, Reading, erasable
from waapp.core.import_remarks import with_remarks
from waapp.core.import_rows import MENDABLE, ImportRow, Packed, RowFilter, count_kinds, import_rows, pack
from waapp.core.imports import Redo, Undo
from waapp.core.merging import Side
from waapp.core.rows import Row, unpack
from waapp.core.sources import Pasted, Source
from waapp.db import guests as guest_rows
from waapp.db import import_undo, imports
from waapp.db.engine import Database
from waapp.engine.aside import Aside, Help, Helper
from waapp.engine.guest_exports import write_workbook
from waapp.engine.list_reader import ListReader, Piece
from waapp.texts import tr
from waapp.texts.imports import verdict_word, why_words

Result = TypeVar("Result")

PIECE: Final = 500
"""Rows that are handed over at once."""
MEMORY_LIMIT: Final = 2 * 1024 * 1024 * 1024
"""Bytes that the work on one list may take: the list as it was read, as it is understood, and the event's guests."""


@dataclass(frozen=True, slots=True)
class ListState:
    """How a list is read and what saving it would do.

    `samples` are the first cells of each column by its place, `alike` counts the rows that resemble somebody in the
    same way. The rows that follow it are all there are if `whole`, else those that differ from before, and `gone` are
    the numbers of those that are no more.
    """

    source: Source
    columns: ColumnMap
    samples: Mapping[int, tuple[str, ...]]
    headings: tuple[HeadingChoice, ...]
    region: str | None
    mendable: frozenset[str]
    blank: int
    above: int
    counts: Mapping[RowFilter, int]
    alike: Mapping[Likeness, int]
    total: int
    whole: bool
    gone: tuple[int, ...]


Answer = Iterator[ListState | Packed]
"""The state first, then rows in pieces."""


class ImportWork:
    """One list. `load` comes first; after each change everything is compared anew.

    With `whole` all rows are answered, else those that differ from the last answer.
    """

    def __init__(self, reader: Helper[ListReader], database_url: str, planner: str, event_id: UUID) -> None:
        self._reader = reader
        self._url = database_url
        self._planner = planner
        self._event_id = event_id
        self._origin = Origin()
        self._present = Present()
        self._source: Source
        self._list: GuestList
        self._reading: Reading
        self._decisions = Decisions()
        self._diff = Diff(())
        self._rows: dict[int, ImportRow] = {}

    def get_ready(self) -> Iterator[None]:
        """Be there before the list is known: a process takes its time to start."""
        yield None

    def load(
        self, place: Path | Pasted, origin: Origin, region: str | None, sheet: str | None = None
    ) -> Answer:
        """Read a file or a paste, or another sheet of it; raises the errors of `read_guest_file`."""
        self._origin = origin
        opening = self._reader.begun() or self._reader.ask(ListReader.open, place, sheet)
        (opened,) = opening
        rows: list[Sequence[str]] = []
        found = GuestList(rows, opened.columns, region, hidden=opened.source.hidden)
        self._list, pieces = _run(self._load_event(found))
        self._source = opened.source
        self._decisions = Decisions()
        self._reading = Reading(self._list, self._present, _gathered(pieces, rows))
        return self._compare(whole=True)

    # How the list is read

    def assign(self, index: int, held: Field | None) -> Answer:
        """Read a column as something else; None makes it a variable of its own."""
        return self._read(self._list.assign(index, held))

    def read_below(self, heading_row: int | None) -> Answer:
        """Take another row as the headings, or none."""
        return self._read(self._list.with_heading(heading_row))

    def read_in(self, region: str | None) -> Answer:
        """Read national numbers as another country's."""
        return self._read(self._list.with_region(region))

    def mend(self, number: int, field: str, text: str, whole: bool = False) -> Answer:
        """Correct a cell; no other row is read again."""
        self._list = self._list.mend(number, field, text)
        self._reading.correct(number, self._list.read(number))
        return self._compare(whole=whole)

    # What the planner decides

    def choose(self, numbers: Sequence[int], choice: Choice, whole: bool = False) -> Answer:
        """Do the same with several rows."""
        return self._decide(rows={**self._decisions.rows, **dict.fromkeys(numbers, choice)}, whole=whole)

    def choose_for_all(self, likeness: Likeness, choice: Choice, whole: bool = False) -> Answer:
        """Do the same with all rows that resemble somebody in the same way, whatever was chosen for one of them."""
        single = {
            number: made
            for number, made in self._decisions.rows.items()
            if (row := self._rows.get(number)) is None
            or row.match is None
            or row.match.likeness is not likeness
        }
        return self._decide(rows=single, kinds={**self._decisions.kinds, likeness: choice}, whole=whole)

    def take_side(self, number: int, field: str, side: Side, whole: bool = False) -> Answer:
        """Say whose value counts in a field of a row."""
        sides = self._decisions.sides
        return self._decide(sides={**sides, number: {**sides.get(number, {}), field: side}}, whole=whole)

    def erase(self, erases: bool, whole: bool = False) -> Answer:
        """Let empty cells take away what is stored, or not."""
        return self._decide(erase=erasable(self._list.columns) if erases else frozenset(), whole=whole)

    # What comes of it

    def save(self, import_id: UUID) -> Iterator[int | imports.Saved]:
        """Store all in one transaction; yields how many rows are on their way, and at last what was saved.

        A second time under the same id nothing is saved again.
        """
        with _runner() as runner:
            told: asyncio.Queue[int | None] = asyncio.Queue()
            saving = runner.get_loop().create_task(self._save(import_id, told))
            saving.add_done_callback(lambda _: told.put_nowait(None))
            while (rows := runner.run(told.get())) is not None:
                yield rows
            yield saving.result()

    def write_remarks(self, path: Path, *, right_to_left: bool) -> Iterator[None]:
        """Write the list as a workbook with a remark on each row; raises `file_not_written`, `disk_full`."""
        remarks = {
            row.number: ": ".join(filter(None, (verdict_word(row), why_words(row))))
            for row in self._rows.values()
        }
        table = with_remarks(self._list, tr("Remarks"), remarks)
        _run(write_workbook(path, self._origin.source, table, right_to_left=right_to_left))
        yield None

    # Inside

    def _read(self, found: GuestList) -> Answer:
        self._list = found
        self._reading = Reading(found, self._present)
        if self._decisions.erase:
            self._decisions = replace(self._decisions, erase=erasable(found.columns))
        return self._compare(whole=True)

    def _decide(self, *, whole: bool, **changed: object) -> Answer:
        self._decisions = replace(self._decisions, **changed)  # type: ignore[arg-type] # as its fields are
        return self._compare(whole=whole)

    def _compare(self, *, whole: bool) -> Answer:
        reading, before = self._reading, self._rows
        were = {line.number: line for line in self._diff.lines}
        self._diff = compare(reading.rows, self._present, reading.duplicates, self._decisions, self._origin)
        # Most choices and corrections change few of the rows.
        others = (line for line in self._diff.lines if were.get(line.number) != line)
        made = {row.number: row for row in import_rows(others)}
        self._rows = {line.number: made.get(line.number) or before[line.number] for line in self._diff.lines}
        rows = list(self._rows.values())
        told = rows if whole else [row for row in made.values() if before.get(row.number) != row]
        yield self._state(rows, whole, tuple(before.keys() - self._rows.keys()))
        for start in range(0, len(told), PIECE):
            yield pack(told[start : start + PIECE])

    def _state(self, rows: Sequence[ImportRow], whole: bool, gone: tuple[int, ...]) -> ListState:
        found = self._list
        return ListState(
            source=self._source,
            columns=found.columns,
            samples={column.index: found.samples(column.index) for column in found.columns.columns},
            headings=found.headings(),
            region=found.region,
            mendable=frozenset(field for field in MENDABLE if found.can_mend(field)),
            blank=self._reading.blank,
            above=self._reading.above,
            counts=count_kinds(rows),
            alike=Counter(row.match.likeness for row in rows if row.match is not None),
            total=len(rows),
            whole=whole,
            gone=gone,
        )

    async def _load_event(self, found: GuestList) -> tuple[GuestList, Iterator[Piece]]:
        """Have the rows read by the columns that were chosen for such a list before, and load the guests meanwhile."""
        database = Database(self._url, self._planner)
        try:
            async with database.read() as conn:
                choices = await imports.recall_mapping(conn, found.columns.fingerprint)
                recalled = found if choices is None else found.recall(choices)
                pieces = self._reader.ask(ListReader.read, recalled.columns, recalled.region)
                stored = await guest_rows.list_guests(conn, self._event_id)
                self._present = Present(stored, await imports.list_given(conn, self._event_id))
                return recalled, pieces
        finally:
            await database.dispose()

    async def _save(self, import_id: UUID, told: asyncio.Queue[int | None]) -> imports.Saved:
        source = imports.Source(self._origin.source, self._source.digest, self._planner)
        columns = self._list.columns
        database = Database(self._url, self._planner)
        try:
            async with database.begin() as conn:
                saved = await imports.save_import(
                    conn,
                    self._event_id,
                    source,
                    self._diff,
                    self._present.guests,
                    told.put_nowait,
                    import_id=import_id,
                )
                remembered = await imports.remember_mapping(
                    conn, columns.fingerprint, columns.choices, self._planner
                )
        finally:
            await database.dispose()
        return replace(saved, remembered=remembered)


def import_aside(
    database_url: str, planner: str, event_id: UUID, place: Path | Pasted | None = None
) -> Aside[ImportWork]:
    """Return the work on a list in processes of its own; where the list is known, it is read as soon as they start."""
    help_ = Help(ListReader) if place is None else Help(ListReader, ListReader.open, (place,))
    return Aside(ImportWork, database_url, planner, event_id, memory=MEMORY_LIMIT, helped_by=help_)


def undo_import(database_url: str, planner: str, import_id: UUID, *, rest: bool) -> Iterator[Undo]:
    """Take an import back as `import_undo.undo_import` does."""

    async def undo() -> Undo:
        database = Database(database_url, planner)
        try:
            async with database.begin() as conn:
                return await import_undo.undo_import(conn, import_id, planner, rest=rest)
        finally:
            await database.dispose()

    yield _run(undo())


def redo_import(database_url: str, planner: str, import_id: UUID, *, rest: bool) -> Iterator[Redo]:
    """Bring an import back as `import_undo.redo_import` does."""

    async def redo() -> Redo:
        database = Database(database_url, planner)
        try:
            async with database.begin() as conn:
                return await import_undo.redo_import(conn, import_id, rest=rest)
        finally:
            await database.dispose()

    yield _run(redo())


def _gathered(pieces: Iterable[Piece], rows: list[Sequence[str]]) -> Iterator[Row]:
    """Return the rows as they are understood, one by one, and put those of the list together meanwhile."""
    for raw, understood in pieces:
        rows.extend(raw)
        yield from unpack(understood)


def _runner() -> asyncio.Runner:
    # The driver's own wish: Windows' other loop is none for it.
    return asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)


def _run(work: Coroutine[object, object, Result]) -> Result:
    with _runner() as runner:
        return runner.run(work)
