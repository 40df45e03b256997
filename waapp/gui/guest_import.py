"""Bringing guest lists into an event from the guests page, taking an import back, and bringing it back."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from uuid import UUID

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from waapp.core.events import Event
from waapp.core.imports import Redo, Undo
from waapp.core.sources import Pasted
from waapp.db import imports
from waapp.db.engine import Database
from waapp.engine.aside import Aside, aside
from waapp.engine.import_work import ImportWork, import_aside, redo_import, undo_import
from waapp.gui.aio import Tasks, ask
from waapp.gui.bars import MessageBar
from waapp.gui.garbage import in_thread
from waapp.gui.guest_acts import OtherAct, Undone
from waapp.gui.import_desk import get_ready
from waapp.gui.import_dialog import ImportDialog, can_read, file_filter
from waapp.gui.import_history import ImportHistory, UndoQuestion, Wanted, redone_words, undone_words
from waapp.gui.undo_history import UndoHistory
from waapp.gui.widgets import name
from waapp.texts import count, tr

_NAMED: Final = 3


class GuestImport:
    """Opens the import dialog for a file or a paste, says what was saved, and undoes it as one.

    `catch_up` brings the list in step with the database, `undo` takes it back by its key too.
    """

    def __init__(
        self,
        *,
        database: Database,
        desk: str,
        tasks: Tasks,
        messages: MessageBar,
        parent: QWidget,
        catch_up: Callable[[], Awaitable[None]],
        undo: UndoHistory,
    ) -> None:
        self._database: Final = database
        self._desk: Final = desk
        self._tasks: Final = tasks
        self._messages: Final = messages
        self._parent: Final = parent
        self._catch_up: Final = catch_up
        self._ways_back: Final = undo

    async def ask_for_file(self, event: Event) -> None:
        """Let the planner choose a file, then bring it in."""
        dialog = QFileDialog(self._parent, tr("Import guests"), "", file_filter())
        dialog.setObjectName("import_file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        work = import_aside(self._database.url, self._desk, event.id)
        self._tasks.start(get_ready(work))
        try:
            if await ask(dialog):
                await self.bring(event, Path(dialog.selectedFiles()[0]), work)
        finally:
            work.kill()
            await in_thread(work.close)

    async def paste(self, event: Event) -> None:
        """Bring in what was copied from a spreadsheet, or the file that was copied."""
        clipboard = QGuiApplication.clipboard()
        file = dropped_file(clipboard.mimeData())
        if file is not None:
            await self.bring(event, file)
        elif clipboard.text().strip():
            await self.bring(event, Pasted(clipboard.text()))
        else:
            self._messages.show_message(
                tr("Nothing to paste: copy the rows in your spreadsheet first."), "warning", key="paste"
            )

    async def bring(self, event: Event, origin: Path | Pasted, work: Aside[ImportWork] | None = None) -> None:
        """Show what a list does, and save it if the planner agrees; `work` may be ready for it already."""
        dialog = ImportDialog(origin, event, self._database, self._desk, self._tasks, self._parent, work)
        dialog.start()
        try:
            agreed = await ask(dialog)
        finally:
            await dialog.desk.close()
        saved = dialog.saved if agreed else await dialog.desk.saved_after_all()
        if saved is None:
            return
        source = dialog.desk.name
        account = saved.account
        parts = [
            tr("{n:guest was|guests were} added", n=account.added) if account.added else "",
            tr("{n:was|were} changed", n=account.changed) if account.changed else "",
        ]
        words = tr("{what} from {file}.", what=", ".join(filter(None, parts)) or tr("Nothing"), file=source)
        level = "info"
        if saved.overtaken:
            level = "warning"
            names = ", ".join(row.name for row in saved.overtaken[:_NAMED])
            more = "…" if len(saved.overtaken) > _NAMED else ""
            words += " " + tr(
                "Somebody else added or changed {guests} meanwhile, who stay as they are: {names}.",
                guests=count(len(saved.overtaken), "guest", "guests"),
                names=names + more,
            )
        if not saved.remembered:
            words += " " + tr("How its columns were read could not be kept for the next list.")
        try:
            await self._catch_up()
        finally:
            # The guests are stored, whether the list can be read afterwards or not.
            self._ways_back.remember_way(words, lambda: self.undo(saved.id), level, of=event.id)

    async def show_history(self, event: Event) -> None:
        """List the imports of an event, and take one back or bring one back if the planner wants it."""
        async with self._database.read() as conn:
            found = await imports.list_imports(conn, event.id)
        dialog = ImportHistory(found, self._parent)
        if not await ask(dialog) or dialog.chosen is None:
            return
        do = self.undo if dialog.wanted is Wanted.TAKE_BACK else self.redo
        done = await do(dialog.chosen)
        if done is not None and done.again is not None:
            try:
                await self._catch_up()
            finally:
                self._ways_back.remember(done.words, done.again, done.level, of=event.id)

    async def undo(self, import_id: UUID) -> Undone | None:
        """Take an import back; where guests must stay as they are, say who and offer to do the rest."""
        undo = await self._undo(import_id, rest=False)
        if undo.kept:
            others = len(undo.removed) + len(undo.restored)
            if not await ask(UndoQuestion(Wanted.TAKE_BACK, undo.kept, others, self._parent)):
                return None
            undo = await self._undo(import_id, rest=True)
        words = tr("Import undone: {what}.", what=undone_words(undo))
        return Undone(words, again=OtherAct(lambda: self.redo(import_id)))

    async def redo(self, import_id: UUID) -> Undone | None:
        """Bring an import back; where that is not possible for guests, say for whom and offer to do the rest."""
        redo = await self._redo(import_id, rest=False)
        if redo.kept:
            others = len(redo.added) + len(redo.changed)
            if not await ask(UndoQuestion(Wanted.BRING_BACK, redo.kept, others, self._parent)):
                return None
            redo = await self._redo(import_id, rest=True)
        words = tr("Import redone: {what}.", what=redone_words(redo))
        return Undone(words, (*redo.added, *redo.changed), OtherAct(lambda: self.undo(import_id)))

    async def _undo(self, import_id: UUID, *, rest: bool) -> Undo:
        def undo() -> Undo:
            (undone,) = aside(undo_import, self._database.url, self._desk, import_id, rest=rest)
            return undone

        return await in_thread(undo)

    async def _redo(self, import_id: UUID, *, rest: bool) -> Redo:
        def redo() -> Redo:
            (redone,) = aside(redo_import, self._database.url, self._desk, import_id, rest=rest)
            return redone

        return await in_thread(redo)


class ImportMenu(QMenu):
    """Further ways to bring guests in, beside the button for a file, and who has come in twice."""

    def __init__(self, owner: QPushButton) -> None:
        super().__init__(owner)
        name(self, "guests_import_menu", tr("More ways to import guests"))
        self.paste = self.addAction(tr("Paste from a spreadsheet\tCtrl+V"))
        self.paste.setObjectName("guests_import_paste")
        self.addSeparator()
        self.history = self.addAction(tr("Earlier imports…"))
        self.history.setObjectName("guests_import_history")
        self.lookalikes = self.addAction(tr("Possible duplicates…"))
        self.lookalikes.setObjectName("guests_import_lookalikes")
        self.deleted = self.addAction(tr("Deleted guests…"))
        self.deleted.setObjectName("guests_deleted")
        owner.clicked.connect(lambda: self.popup(owner.mapToGlobal(owner.rect().bottomLeft())))


def dropped_file(content: QMimeData | None) -> Path | None:
    """Return the first of the files dropped or copied that could be a guest list."""
    paths = [url.toLocalFile() for url in content.urls()] if content is not None and content.hasUrls() else []
    return next((Path(path) for path in paths if can_read(path)), None)
