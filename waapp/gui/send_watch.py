"""Following one send: its card, its undo bar, and what the planner does with it."""

import asyncio
from collections.abc import Awaitable
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from waapp.core.invitations import SendState, SendSummary
from waapp.db import sends
from waapp.db.engine import Database
from waapp.gui.aio import Tasks, ask, busy
from waapp.gui.late_dialog import LateDialog
from waapp.gui.refresher import FOLLOWING, Refresher
from waapp.gui.send_acts import SendActs, is_undone
from waapp.gui.send_progress import SendProgress
from waapp.gui.undo_bar import UndoBar

_LOOK_MS = 2000
"""Another computer that dies, or the end of quiet hours, changes nothing in the database."""


class SendWatch(QObject):
    """Shows the send that `begin` names until `forget`; `shown` comes with each summary, `undone` when it is gone."""

    shown = Signal(object)
    undone = Signal()

    def __init__(
        self, database: Database, tasks: Tasks, card: SendProgress, undo_bar: UndoBar, page: QWidget
    ) -> None:
        super().__init__(page)
        self._database = database
        self._tasks = tasks
        self._card = card
        self._undo_bar = undo_bar
        self._page = page
        self._acts = SendActs(database)
        self._send_id: UUID | None = None
        self._summary: SendSummary | None = None
        self._reading = asyncio.Lock()
        self._refresher = Refresher(tasks, self.look, pause=FOLLOWING)
        card.pause_wanted.connect(lambda: self._change(self._pause()))
        card.resume_wanted.connect(lambda: self._change(self._resume()))
        card.stop_wanted.connect(lambda: self._change(self._stop()))
        card.extend_wanted.connect(lambda: self._change(self._extend()))
        undo_bar.undo_wanted.connect(lambda send_id: self._change(self._acts.undo(send_id)))
        undo_bar.begin_wanted.connect(lambda send_id: self._change(self._acts.begin_now(send_id)))
        undo_bar.over.connect(self._refresher.ask)
        self._clockwork = QTimer(self, interval=_LOOK_MS)
        self._clockwork.timeout.connect(self._look_again)
        self._clockwork.start()

    @property
    def send_id(self) -> UUID | None:
        """The send that is followed."""
        return self._send_id

    def begin(self, send_id: UUID) -> None:
        """Follow another send; `look` or `ask` shows it."""
        self._send_id, self._summary = send_id, None
        self._card.begin()

    def forget(self) -> None:
        """Follow none."""
        self._send_id, self._summary = None, None

    def ask(self) -> None:
        """Look soon."""
        self._refresher.ask()

    async def look(self) -> None:
        """Show how far the send is; one look at a time: an older one must not come after a newer one."""
        async with self._reading:
            await self._look()

    async def _look(self) -> None:
        send_id = self._send_id
        if send_id is None:
            return
        async with self._database.read() as conn:
            summary = await sends.summary(conn, send_id)
        if send_id != self._send_id:
            return
        if is_undone(summary):
            self.forget()
            self._undo_bar.show_send(None)
            self.undone.emit()
            return
        self._summary = summary
        self._undo_bar.show_send(summary)
        self._card.show_summary(summary)
        self.shown.emit(summary)

    # Inside

    def _look_again(self) -> None:
        active = self._summary is not None and self._summary.send.state is SendState.ACTIVE
        if active and self._page.isVisible():
            self._refresher.ask()

    def _change(self, work: Awaitable[None]) -> None:
        self._tasks.start(self._changing(work))

    async def _changing(self, work: Awaitable[None]) -> None:
        with busy(*self._card.controls, self._undo_bar.undo, self._undo_bar.begin):
            await work
        await self.look()

    async def _pause(self) -> None:
        if self._send_id is not None:
            stopped = await self._acts.pause(self._send_id)
            self._card.show_stopped(stopped, for_good=False)

    async def _resume(self) -> None:
        if self._summary is not None:
            await self._acts.resume(self._summary)
            self._card.begin()

    async def _stop(self) -> None:
        if self._send_id is not None:
            stopped = await self._acts.stop(self._send_id)
            self._card.show_stopped(stopped, for_good=True)

    async def _extend(self) -> None:
        if self._summary is None:
            return
        dialog = LateDialog(self._summary, self._page)
        if await ask(dialog):
            await self._acts.extend(self._summary.send.id, dialog.moment)
            self._card.begin()
