"""One import from the file to the database, without its window: what is known of it, and asking for more."""

import asyncio
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar
from uuid import uuid4

from waapp.core.columns import GuessedBy
from waapp.core.duplicates import Likeness
from waapp.core.events import Event
from waapp.core.headings import Field
from waapp.core.import_diff import Choice, Origin
from waapp.core.import_rows import ImportRow, Packed, unpack
from waapp.core.merging import Side
from waapp.core.sources import Pasted
from waapp.db.engine import Database
from waapp.db.imports import Saved, find_saved
from waapp.engine.aside import Aside, AsideError
from waapp.engine.import_work import Answer, ImportWork, ListState, import_aside
from waapp.errors import UserError
from waapp.gui.garbage import in_thread
from waapp.texts import tr

Piece = TypeVar("Piece")

_NAMES: Final = frozenset({Field.NAME, Field.GIVEN, Field.FAMILY})
_SURE: Final = frozenset({GuessedBy.HEADING, GuessedBy.MEMORY, GuessedBy.PLANNER})


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of a request: the list as it is now, and the rows to show, all or those that differ."""

    state: ListState
    rows: dict[Hashable, ImportRow]


class ImportDesk:
    """Has one list read, compared, corrected and saved in a process of its own; the window only shows it.

    `now` is what was learnt last, None before `load`. From a request until its rows are shown the window is `behind`:
    if another comes in between, its answer brings all rows. Close it when the list is done with. `work` may have been
    made ready before (`get_ready`).
    """

    def __init__(
        self,
        origin: Path | Pasted,
        event: Event,
        database: Database,
        planner: str,
        work: Aside[ImportWork] | None = None,
    ) -> None:
        self.origin = origin
        self.now: ListState | None = None
        self._region = event.default_region
        self._database = database
        self._import_id = uuid4()
        self._has_begun_to_save = False
        self._origin = Origin(self.name, datetime.now(UTC))
        self._work = work or import_aside(database.url, planner, event.id, origin)
        self.behind = True

    @property
    def name(self) -> str:
        """What the list is called: the name of its file."""
        return self.origin.name if isinstance(self.origin, Path) else tr("Pasted guests")

    @property
    def is_certain(self) -> bool:
        """Whether headings or an earlier choice say what every column holds, and one of them is the name."""
        columns = () if self.now is None else self.now.columns.columns
        held = [column for column in columns if column.field is not None]
        named = any(column.field in _NAMES for column in held)
        return named and all(column.by in _SURE for column in held)

    async def load(self, sheet: str | None = None) -> Shown:
        """Read the list, or another sheet of it, and compare it; raises the errors of `read_guest_file`."""
        region = self._region if self.now is None else self.now.region
        return await self._ask(
            lambda: self._work.ask(ImportWork.load, self.origin, self._origin, region, sheet)
        )

    async def assign(self, index: int, held: Field | None) -> Shown:
        """Read a column as something else; None makes it a variable of its own."""
        return await self._ask(lambda: self._work.ask(ImportWork.assign, index, held))

    async def read_below(self, heading_row: int | None) -> Shown:
        """Take another row as the headings, or none."""
        return await self._ask(lambda: self._work.ask(ImportWork.read_below, heading_row))

    async def read_in(self, region: str | None) -> Shown:
        """Read national numbers as another country's."""
        return await self._ask(lambda: self._work.ask(ImportWork.read_in, region))

    async def mend(self, number: int, field: str, text: str) -> Shown:
        """Correct a cell."""
        whole = self.behind
        return await self._ask(lambda: self._work.ask(ImportWork.mend, number, field, text, whole))

    async def choose(self, numbers: list[int], choice: Choice) -> Shown:
        """Do the same with several rows."""
        whole = self.behind
        return await self._ask(lambda: self._work.ask(ImportWork.choose, numbers, choice, whole))

    async def choose_for_all(self, likeness: Likeness, choice: Choice) -> Shown:
        """Do the same with all rows that resemble somebody in the same way."""
        whole = self.behind
        return await self._ask(lambda: self._work.ask(ImportWork.choose_for_all, likeness, choice, whole))

    async def take_side(self, number: int, field: str, side: Side) -> Shown:
        """Say whose value counts in a field of a row."""
        whole = self.behind
        return await self._ask(lambda: self._work.ask(ImportWork.take_side, number, field, side, whole))

    async def erase(self, erases: bool) -> Shown:
        """Let empty cells take away what is stored, or not."""
        whole = self.behind
        return await self._ask(lambda: self._work.ask(ImportWork.erase, erases, whole))

    async def save(self, progress: Callable[[int], object]) -> Saved:
        """Store what the list adds and changes in one transaction, and how its columns were read.

        Doing it again after a trouble adds nobody twice. Raises `import_unsure`, `import_ended` and what else the
        database has to say.
        """
        loop = asyncio.get_running_loop()
        self._has_begun_to_save = True

        def saving() -> Saved | None:
            saved = None
            for piece in self._work.ask(ImportWork.save, self._import_id):
                if isinstance(piece, Saved):
                    saved = piece
                else:
                    loop.call_soon_threadsafe(progress, piece)
            return saved

        try:
            saved = await self._waited(saving)
        except UserError as error:
            match error.code:
                case "database_gone":
                    raise UserError("import_unsure", file=self.name) from error
                case "import_ended" | "workbook_too_much":
                    # The process may have ended behind the last step.
                    saved = await self.saved_after_all()
                    if saved is None:
                        raise
                case _:
                    raise
        if saved is None:
            raise RuntimeError("nothing was saved")
        return saved

    async def saved_after_all(self) -> Saved | None:
        """Return what was saved though nobody heard of it: the connection, the process or the planner was too quick."""
        if not self._has_begun_to_save:
            return None
        async with self._database.read() as conn:
            return await find_saved(conn, self._import_id)

    async def write_remarks(self, path: Path, *, right_to_left: bool) -> None:
        """Write the list as a workbook with a remark on each row; raises `file_not_written`, `disk_full`."""
        ask = self._work.ask
        await self._waited(lambda: list(ask(ImportWork.write_remarks, path, right_to_left=right_to_left)))

    def kill(self) -> None:
        """End the work at once: what is under way is taken back."""
        self._work.kill()

    async def close(self) -> None:
        """End the process that works on the list and wait until it is gone."""
        self.kill()
        await in_thread(self._work.close)

    def alike(self, row: ImportRow) -> int:
        """Return how many rows resemble somebody as this one does."""
        return 0 if row.match is None or self.now is None else self.now.alike.get(row.match.likeness, 0)

    async def _ask(self, ask: Callable[[], Answer]) -> Shown:
        self.behind = True
        shown = await self._waited(lambda: _collected(ask()))
        self.now = shown.state
        return shown

    async def _waited(self, work: Callable[[], Piece]) -> Piece:
        try:
            return await in_thread(work)
        except AsideError as error:
            match error.why:
                case "memory":
                    code = "workbook_too_much"
                case _ if self.now is None:
                    code = "workbook_unreadable"
                case _:
                    code = "import_ended"
            raise UserError(code, file=self.name) from error


async def get_ready(work: Aside[ImportWork]) -> None:
    """Have the processes of an import started while the planner chooses a list; what goes wrong shows later."""
    with suppress(AsideError):
        await in_thread(lambda: list(work.ask(ImportWork.get_ready)))


def _collected(answer: Answer) -> Shown:
    state = next(answer)
    if not isinstance(state, ListState):
        raise TypeError(state)
    rows: dict[Hashable, ImportRow] = {}
    for piece in answer:
        if isinstance(piece, Packed):
            rows.update((row.number, row) for row in unpack(piece))
    return Shown(state, rows)
