"""Before a guest list is saved: what becomes of every row, why, and how the planner wants it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QWidget,
)

from waapp.core.events import Event
from waapp.core.headings import Field as Held
from waapp.core.import_diff import Outcome
from waapp.core.import_rows import ImportRow, RowFilter
from waapp.core.sources import Pasted
from waapp.db.engine import Database
from waapp.db.imports import Saved
from waapp.engine.aside import Aside
from waapp.engine.import_work import ImportWork, ListState
from waapp.errors import UserError
from waapp.gui.aio import Tasks, ask
from waapp.gui.import_desk import ImportDesk, Shown
from waapp.gui.import_frame import COLUMNS, ROWS, ImportFrame
from waapp.gui.import_table import first_to_mend
from waapp.gui.tab_order import follow
from waapp.texts import message, tr

_SUFFIXES: Final = (
    ".xlsx", ".xls", ".xlsm", ".xltx", ".xltm", ".xlsb", ".ods", ".ots", ".fods", ".csv", ".tsv", ".tab", ".txt",
    ".vcf", ".vcard", ".html", ".htm", ".xml",
)  # fmt: skip


def file_filter() -> str:
    """Return what the file dialog offers."""
    patterns = " ".join(f"*{suffix}" for suffix in _SUFFIXES)
    return ";;".join((tr("Guest lists ({patterns})", patterns=patterns), tr("All files (*)")))


def can_read(path: str) -> bool:
    """Tell whether a dropped file could be a guest list, by its name."""
    return path.lower().endswith(_SUFFIXES)


class ImportDialog(ImportFrame):
    """Shows what a list adds and changes, lets the planner correct it, and saves it.

    `saved` is what was saved once it was accepted. Start `load` when it is shown; what goes wrong with the file is
    raised there after the dialog has closed itself.
    """

    def __init__(
        self,
        origin: Path | Pasted,
        event: Event,
        database: Database,
        planner: str,
        tasks: Tasks,
        parent: QWidget | None = None,
        work: Aside[ImportWork] | None = None,
    ) -> None:
        super().__init__(parent)
        self.desk = ImportDesk(origin, event, database, planner, work)
        self.saved: Saved | None = None
        self._tasks = tasks
        self._working: asyncio.Task[None] | None = None
        self._saving: asyncio.Task[None] | None = None
        self._region_of_event = event.default_region
        self._build(self.desk.name, pasted=isinstance(origin, Pasted))
        self.finished.connect(lambda _result: self.desk.kill())
        self._cancel.clicked.connect(self.reject)
        self._show_busy(tr("Reading {file}…", file=self.desk.name))

    def start(self) -> None:
        """Begin to read the list."""
        self._working = self._tasks.start(self.load())

    async def load(self) -> None:
        """Read and compare the list, then show it; closes and raises when it cannot be read."""
        try:
            await self._furnish()
            shown = await self.desk.load()
        except BaseException:
            self._working = None
            self.reject()
            raise
        self.choices.fill(shown.state)
        await self._show(shown)
        self._views.choose(ROWS if self.desk.is_certain else COLUMNS)
        self.view.setFocus()

    def reject(self) -> None:
        """Close without saving; a save that is under way is taken back."""
        for task in (self._working, self._saving):
            if task is not None:
                task.cancel()
        super().reject()

    # How it is built

    async def _furnish(self) -> None:
        """Build what shows the list, in turns of the window: it stands and answers before."""
        steps = (self._build_messages, self._build_views, self._build_choices, self._build_chips)
        for build in (*steps, self._build_table, self._build_panel, self._build_area, self._build_columns):
            await asyncio.sleep(0)
            build()
        self._connect()

    def _connect(self) -> None:
        self._add.clicked.connect(self._save)
        self._remarks.clicked.connect(lambda: self._tasks.start(self._guarded(self._save_remarks)))
        self._chips.chosen.connect(self._filter)
        self._views.chosen.connect(self._show_view)
        self.choices.sheet.activated.connect(
            lambda at: self._work(lambda: self._load_sheet(self.choices.sheet.itemText(at)))
        )
        self.choices.heading.activated.connect(self._take_heading)
        self.choices.region.activated.connect(self._take_region)
        self.columns.assigned.connect(self._assign)
        self.columns.erasing.connect(lambda on: self._work(lambda: self.desk.erase(on)))
        self.model.mended.connect(self._mend)
        self.view.picked.connect(lambda _ids: self._show_picked())
        self.view.opened.connect(self._open)
        self.panel.chosen.connect(
            lambda choice: self._work(lambda: self.desk.choose(self._numbers(), choice))
        )
        self.panel.chosen_for_all.connect(self._choose_for_all)
        self.panel.sided.connect(
            lambda number, field, side: self._work(lambda: self.desk.take_side(number, field, side))
        )
        self.panel.closed.connect(self._leave_row)

    # What the planner changes

    def _take_heading(self, at: int) -> None:
        row = self.choices.heading.itemData(at)
        self._work(lambda: self.desk.read_below(row or None))

    def _take_region(self, at: int) -> None:
        self._work(lambda: self.desk.read_in(str(self.choices.region.itemData(at)) or None))

    def _assign(self, index: int, held: Held | None) -> None:
        self._work(lambda: self.desk.assign(index, held))

    def _mend(self, number: int, field: str, text: str) -> None:
        self._work(lambda: self.desk.mend(number, field, text))

    def _choose(self, choice: Any) -> None:  # noqa: ANN401 - as Qt's signal brings it
        numbers = self._numbers()
        self._work(lambda: self.desk.choose(numbers, choice))

    def _choose_for_all(self, choice: Any) -> None:  # noqa: ANN401 - as Qt's signal brings it
        picked = self._picked()
        if picked and choice is not None and picked[0].match is not None:
            likeness = picked[0].match.likeness
            self._work(lambda: self.desk.choose_for_all(likeness, choice))

    async def _load_sheet(self, sheet: str) -> Shown:
        shown = await self.desk.load(sheet)
        self.choices.fill(shown.state)
        return shown

    def _work(self, work: Callable[[], Coroutine[Any, Any, Shown]]) -> None:
        """Do something to the list and show what came of it; of several the newest wins."""
        self._show_busy(tr("Comparing…"))
        self._working = self._tasks.restart(self._working, self._guarded(lambda: self._and_show(work)))

    async def _and_show(self, work: Callable[[], Coroutine[Any, Any, Shown]]) -> None:
        await self._show(await work())

    async def _guarded(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Tell a known trouble in this window: the one behind it cannot be reached now."""
        try:
            await work()
        except UserError as error:
            words = message(error)
            self._messages.show_message(f"{words.what} {words.todo}".strip(), "error")
            self._show_state()

    # Saving

    def _save(self) -> None:
        if self._saving is None and self._add.isEnabled():
            self._saving = self._tasks.start(self._guarded(self._store))

    async def _store(self) -> None:
        total = self.model.total
        with self._held():
            self._progress.setRange(0, max(total, 1))
            self._progress.setValue(0)
            self._progress.show()
            self._hint.setText(tr("Saving… Cancel takes it back."))
            try:
                self.saved = await self.desk.save(lambda done: self._progress.setValue(min(done, total)))
            finally:
                self._saving = None
        self.accept()

    async def _save_remarks(self) -> None:
        dialog = QFileDialog(self, tr("Save a copy of the list with remarks"))
        dialog.setObjectName("import_remarks_file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(tr("Workbooks (*.xlsx)"))
        dialog.setDefaultSuffix("xlsx")
        stem = Path(self.desk.name).stem
        dialog.selectFile(tr("{file} with remarks", file=stem) + ".xlsx")
        if not await ask(dialog):
            return
        await self.write_remarks(Path(dialog.selectedFiles()[0]))

    async def write_remarks(self, path: Path) -> None:
        """Write the list as a workbook with a remark on each row; raises `file_not_written`, `disk_full`."""
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        await self.desk.write_remarks(path, right_to_left=mirrored)
        self._messages.show_message(tr("The list with remarks is in {file}.", file=path.name))

    # Showing

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Let nothing be changed while the list is saved; Cancel stays."""
        parts = (self._stack, self.choices, self._add, self._remarks)
        # What is disabled loses the keyboard, and would not get it back.
        held = self._add if self._add.hasFocus() else self.view
        self._cancel.setFocus()
        for part in parts:
            part.setEnabled(False)
        try:
            yield
        finally:
            for part in parts:
                part.setEnabled(True)
            held.setFocus()

    def _show_busy(self, words: str) -> None:
        self._progress.setRange(0, 0)
        self._progress.show()
        self._hint.setText(words)
        self._add.setEnabled(False)
        if self.desk.now is None:
            self._summary.setText(words)
            self._add.setText(tr("Add guests"))
            self._add.setAccessibleName(tr("Add guests"))
            self._remarks.setEnabled(False)

    async def _show(self, shown: Shown) -> None:
        """Show the list as it is now; many rows a piece at a time, so that the window lives on."""
        self.model.can_mend = shown.state.mendable
        self.view.show_columns()
        await self.model.take_in(shown)
        self.view.share_room()
        self.desk.behind = False
        self._show_state()

    def _show_state(self) -> None:
        now = self.desk.now
        if now is None:
            return
        self._progress.hide()
        self._show_hint()
        self.choices.show_chosen(now)
        self.columns.show_columns(now.columns.columns, now.samples)
        self._show_counts(now)
        self._show_whether_any()
        self._show_picked()
        self._remarks.setEnabled(True)
        boxes = self.choices.boxes
        follow(self._views, *boxes, self._chips, self.view, self.panel)
        follow(self.view, self.panel, self.columns, self._remarks, self._cancel, self._add)

    def _show_counts(self, now: ListState) -> None:
        counts = now.counts
        adds, changes = counts[RowFilter.ADDS], counts[RowFilter.CHANGES]
        skipped, same = counts[RowFilter.SKIPPED], counts[RowFilter.SAME]
        parts = [
            tr("Adds {n:guest|guests}", n=adds) if adds or not (changes or same) else "",
            tr("changes {n}", n=changes) if changes else "",
            tr("{n} unchanged", n=same) if same else "",
            tr("skips {n:row|rows}", n=skipped) if skipped else "",
            tr("{n:line is|lines are} empty", n=now.blank) if now.blank else "",
            tr("{n:line stands|lines stand} above the headings", n=now.above) if now.above else "",
        ]
        self._summary.setText(" · ".join(filter(None, parts)))
        words = {
            RowFilter.ALL: tr("All rows"),
            RowFilter.ADDS: tr("Added"),
            RowFilter.CHANGES: tr("Changed"),
            RowFilter.DUPLICATES: tr("Duplicates"),
            RowFilter.MEND: tr("To fix"),
            RowFilter.SKIPPED: tr("Skipped"),
            RowFilter.SAME: tr("Unchanged"),
        }
        totals = {**counts, RowFilter.ALL: now.total}
        current = self._chips.current()
        self._chips.set_chips(
            (kind, word, totals.get(kind, 0))
            for kind, word in words.items()
            if totals.get(kind) or kind in {RowFilter.ALL, current}
        )
        match bool(adds), bool(changes):
            case True, True:
                text = tr("Add {adds:,}, change {changes:,}", adds=adds, changes=changes)
            case True, False:
                text = tr("Add {n:guest|guests}", n=adds)
            case False, True:
                text = tr("Change {n:guest|guests}", n=changes)
            case _:
                text = tr("Nothing to add")
        self._add.setText(text)
        self._add.setAccessibleName(text)
        self._add.setEnabled(bool(adds or changes))

    def _leave_row(self) -> None:
        self.view.clearSelection()
        self.view.setFocus()

    def _filter(self, key: str) -> None:
        kind = RowFilter(key)
        self.model.set_filter(None if kind is RowFilter.ALL else lambda row: kind in row.kinds)
        self._show_whether_any()

    def _show_whether_any(self) -> None:
        """Say why no row is there to be seen."""
        now = self.desk.now
        kind = RowFilter(self._chips.current() or RowFilter.ALL)
        if now is None:
            return
        if kind is RowFilter.ALL:
            text = tr(
                "There is nothing below the header row. Choose another row, another sheet or another file."
            )
            self._nobody.set_words(tr("No guests in this list"), text)
        else:
            self._nobody.set_words(tr("No such rows any more"), tr("Look at all rows, or at others."))
        some = (now.total if kind is RowFilter.ALL else now.counts[kind]) > 0
        self.view.setVisible(some)
        self._nobody.setVisible(not some)

    def _show_picked(self) -> None:
        rows = self._picked()
        self.panel.show_rows(rows, self.desk.alike(rows[0]) if len(rows) == 1 else 0)
        follow(self.view, self.panel)

    def _picked(self) -> list[ImportRow]:
        found = (self.model.row(number) for number in self.view.selected_ids())
        return [row for row in found if row is not None]

    def _numbers(self) -> list[int]:
        return [row.number for row in self._picked()]

    def _open(self, number: object) -> None:
        """Correct what is wrong with a row."""
        row = self.model.row(number)
        if row is not None and row.outcome is not Outcome.SAME:
            index = first_to_mend(self.model, row)
            # The selection stays as it is, whatever keys are held.
            self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.view.edit(index)
