"""Who was deleted: looked up by name or number, put back, handed over, erased for good."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from waapp import texts
from waapp.core import phone
from waapp.core.deletions import DeletedGuest, find_deleted
from waapp.core.errors_twilio import Table
from waapp.core.events import Event
from waapp.db import deletions
from waapp.db import guests as guest_rows
from waapp.db.engine import Database
from waapp.errors import UserError
from waapp.gui import style
from waapp.gui.aio import Tasks, ask
from waapp.gui.bars import MessageBar
from waapp.gui.dialog_size import within
from waapp.gui.filter_bar import Chips, SearchField
from waapp.gui.guest_acts import ArrivalAct
from waapp.gui.guest_export import GuestExport
from waapp.gui.tab_order import follow
from waapp.gui.table import Column, TableModel
from waapp.gui.table_view import table_view
from waapp.gui.texts import collate, day, when
from waapp.gui.undo_history import UndoHistory
from waapp.gui.widgets import Card, EmptyState, button, label, name
from waapp.texts import tr
from waapp.texts.deletions import why_kept

_HERE: Final = "event"
_EVERYWHERE: Final = "all"


class DeletedGuests(QDialog):
    """Lists the guests on no list any more of whom something is kept, and says what and why.

    Asks by its signals for what is to be done with those who are selected; stays open for the next.
    """

    restore_wanted = Signal(object)
    save_wanted = Signal(object)
    erase_wanted = Signal(object)

    def __init__(self, event: Event, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event_id = event.id
        self.is_busy = False
        title = tr("Deleted guests")
        name(self, "deleted_guests", title)
        self.setWindowTitle(title)
        self.resize(*within(parent, 980, 560))
        self.messages = MessageBar("deleted_guests_message")
        self.search = SearchField(tr("Search name, number or e-mail"), "deleted_guests_search")
        self.search.setMinimumWidth(260)
        self.chips = Chips("deleted_guests_of", tr("Show"))
        self._model: TableModel[DeletedGuest] = TableModel(_columns(), lambda row: row.id, parent=self)
        self.view = table_view(self._model, "deleted_guests_rows", title)
        self._card = Card()
        self._card.hold_table(self.view)
        self._nobody = EmptyState("guests", tr("Nobody found"), "")
        self._card.body.addWidget(self._nobody)
        self._facts = label(tone="muted")
        self._facts.setObjectName("deleted_guests_facts")
        self._facts.setWordWrap(True)
        # Two lines whatever is said, so that the list does not jump from row to row.
        self._facts.setMinimumHeight(self._facts.fontMetrics().lineSpacing() * 2 + 4)
        self.erase = button(tr("Erase for good…"), "deleted_guests_erase", kind="danger")
        self.save = button(tr("Save personal data…"), "deleted_guests_save")
        self.restore = button(tr("Restore"), "deleted_guests_restore", primary=True)
        self.leave = button(tr("Close"), "deleted_guests_close")
        self._build(title)
        self.search.searched.connect(lambda _text: self._filter())
        self.chips.chosen.connect(lambda _key: self._filter())
        self.view.picked.connect(lambda _ids: self._take())
        self._model.arranged.connect(self._take)
        self.restore.clicked.connect(lambda: self.restore_wanted.emit([row.id for row in self.selected]))
        self.save.clicked.connect(lambda: self.save_wanted.emit(self.selected[0]))
        self.erase.clicked.connect(lambda: self.erase_wanted.emit(self.selected[0]))
        self.leave.clicked.connect(self.reject)

    def _build(self, title: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        text = tr("Someone asks to be forgotten? Deleted guests are found here, too.")
        column.addWidget(label(text, tone="muted"))
        bar = QHBoxLayout()
        bar.setSpacing(style.SPACE[1])
        bar.addWidget(self.search)
        bar.addWidget(self.chips)
        bar.addStretch(1)
        column.addLayout(bar)
        column.addWidget(self.messages)
        column.addWidget(self._card, 1)
        column.addWidget(self._facts)
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addWidget(self.erase)
        row.addStretch(1)
        for action in (self.save, self.leave, self.restore):
            row.addWidget(action)
        column.addLayout(row)

    @property
    def selected(self) -> list[DeletedGuest]:
        """The guests that are selected, as they are listed."""
        ids = set(self.view.selected_ids())
        return [row for row in self._model.shown_rows() if row.id in ids]

    def show_rows(self, rows: Sequence[DeletedGuest]) -> None:
        """Show who there is now; where nobody of the event is, those of all events."""
        self._model.replace_all(rows)
        here = sum(row.event_id == self._event_id for row in rows)
        self.chips.set_chips(((_HERE, tr("This event"), here), (_EVERYWHERE, tr("All events"), len(rows))))
        if not here:
            self.chips.choose(_EVERYWHERE)
        follow(self.search, self.chips, self.view, self.erase, self.save, self.leave, self.restore)
        self._filter()

    def reject(self) -> None:
        """Close, but not while something is being done that is to be told here."""
        if not self.is_busy:
            super().reject()

    def _filter(self) -> None:
        of = None if self.chips.current() == _EVERYWHERE else self._event_id
        rows = [row for row in self._model.all_rows() if of is None or row.event_id == of]
        passing = {row.id for row in find_deleted(rows, self.search.text())}
        self._model.set_filter(lambda row: row.id in passing)
        if not passing and self.focusWidget() is self.view:
            self.search.setFocus()
        self.view.setVisible(bool(passing))
        self._nobody.setVisible(not passing)
        self._take()

    def _take(self) -> None:
        """Say what is kept of who is selected, and offer what can be done."""
        rows, held = self.selected, self.focusWidget()
        self.restore.setEnabled(bool(rows) and all(row.is_restorable for row in rows))
        self.save.setEnabled(len(rows) == 1)
        self.erase.setEnabled(len(rows) == 1)
        self._facts.setText(_facts(rows))
        if held is not None and not held.isEnabled():
            # Its work is done: the keyboard goes back to the list, not to whatever comes next.
            (self.search if self.view.isHidden() else self.view).setFocus()


class GuestDeletions:
    """Opens the list of deleted guests and does what is asked there.

    `catch_up` brings the guests' page in step with the database, `forget` drops what this window remembers of a guest
    who was erased.
    """

    def __init__(
        self,
        *,
        database: Database,
        practice: bool,
        errors: Table,
        tasks: Tasks,
        parent: QWidget,
        catch_up: Callable[[], Awaitable[None]],
        undo: UndoHistory,
        forget: Callable[[UUID], object],
        forget_practised: Callable[[str], Awaitable[object]],
    ) -> None:
        self._database: Final = database
        self._practice: Final = practice
        self._errors: Final = errors
        self._tasks: Final = tasks
        self._parent: Final = parent
        self._catch_up: Final = catch_up
        self._undo: Final = undo
        self._forget: Final = forget
        self._forget_practised: Final = forget_practised

    async def show(self, event: Event) -> None:
        """List who was deleted, first of this event, until the planner closes the list."""
        async with self._database.begin() as conn:
            await deletions.forget_old(conn)
        dialog = DeletedGuests(event, self._parent)
        export = GuestExport(
            database=self._database,
            practice=self._practice,
            errors=self._errors,
            messages=dialog.messages,
            parent=dialog,
            catch_up=lambda: self._load(dialog),
            forget_practised=self._forget_practised,
        )
        dialog.restore_wanted.connect(lambda ids: self._start(dialog, self._restore(dialog, ids)))
        dialog.save_wanted.connect(
            lambda row: self._start(dialog, export.save_personal_data(row.id, row.name or tr("No name")))
        )
        dialog.erase_wanted.connect(lambda row: self._start(dialog, self._erase(export, row)))
        await self._load(dialog)
        await ask(dialog)

    async def _load(self, dialog: DeletedGuests) -> None:
        async with self._database.read() as conn:
            rows = await deletions.list_deleted_guests(conn)
        dialog.show_rows(rows)

    async def _restore(self, dialog: DeletedGuests, ids: Sequence[UUID]) -> None:
        async with self._database.begin() as conn:
            back = await guest_rows.restore_guests(conn, ids)
        words = tr("{n:guest is|guests are} back.", n=len(back))
        dialog.messages.show_message(words, key="restored")
        if back:
            self._undo.remember(words, ArrivalAct(self._database, back, even_invited=True))
        await self._load(dialog)
        await self._catch_up()

    async def _erase(self, export: GuestExport, row: DeletedGuest) -> None:
        await export.erase(row.id, row.name or tr("No name"), self._forget)

    def _start(self, dialog: DeletedGuests, work: Coroutine[Any, Any, None]) -> None:
        """Do one thing at a time: a second press would do it twice."""
        if dialog.is_busy:
            work.close()
            return
        dialog.is_busy = True
        self._tasks.start(self._say_trouble(dialog, work))

    async def _say_trouble(self, dialog: DeletedGuests, work: Coroutine[Any, Any, None]) -> None:
        """Say known trouble in the dialog, which covers the page."""
        try:
            await work
        except UserError as error:
            dialog.messages.show_message(texts.one_line(error), "warning", key="trouble")
        finally:
            dialog.is_busy = False


def _columns() -> tuple[Column[DeletedGuest], ...]:
    return (
        Column(
            "name", tr("Name"), lambda row: row.name or tr("No name"), lambda row: collate(row.name), stretch=True,
            bold=True, width=180,
        ),
        Column("phone", tr("Number"), lambda row: phone.display(row.phone), lambda row: row.phone, width=168),
        Column(
            "event", tr("Event"), lambda row: row.event_name, lambda row: collate(row.event_name), width=160,
            hide_below=700, tip=lambda row: row.event_name,
        ),
        Column(
            "deleted", tr("Deleted"), lambda row: when(row.deleted_at), lambda row: -row.deleted_at.timestamp(),
            width=116,
        ),
        Column("by", tr("By"), lambda row: row.deleted_by, width=92, color="muted", hide_below=820),
        Column("kept", tr("Kept until"), _kept, lambda row: row.until is None, width=160),
    )  # fmt: skip


def _kept(row: DeletedGuest) -> str:
    return tr("Proof only") if row.until is None else day(row.until.astimezone())


def _facts(rows: Sequence[DeletedGuest]) -> str:
    if not rows:
        return tr("Choose a guest to read what is kept, and why.")
    if len(rows) > 1:
        lost = sum(not row.is_restorable for row in rows)
        words = tr("{n:guest is|guests are} selected.", n=len(rows))
        no_way = tr(
            "{n:of them|of them} cannot be restored: only the proof is left, or the event is deleted too.",
            n=lost,
        )
        return f"{words} {no_way}" if lost else words
    (row,) = rows
    words = why_kept(row.messages, None if row.until is None else day(row.until.astimezone()))
    if row.until is not None and row.event_deleted:
        first = tr("The event is deleted too: restore it first, under Events, Deleted.")
        return f"{words} {first}"
    return words
