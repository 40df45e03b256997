"""The controls above the message list: which send it shows, and pause, resume, stop and retry for that one."""

from collections.abc import Callable, Iterable
from uuid import UUID

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from waapp.core.invitations import SendState, SendSummary
from waapp.db.engine import Database
from waapp.gui.aio import Tasks, ask, busy
from waapp.gui.bars import MessageBar
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.late_dialog import LateDialog
from waapp.gui.send_acts import SendActs, is_too_late, where_they_are
from waapp.gui.widgets import PageHeader, button, name
from waapp.texts import tr


class MessageControls(QObject):
    """Shows what can be done with a send, and does it; what came of it is said in the page's bar.

    `acted` comes when the send should be looked at again.
    """

    acted = Signal()
    retry_wanted = Signal()
    send_chosen = Signal(object)

    def __init__(
        self, database: Database, tasks: Tasks, header: PageHeader, messages: MessageBar, page: QWidget
    ) -> None:
        super().__init__(page)
        self._acts = SendActs(database)
        self._messages = messages
        self._page = page
        self._summary: SendSummary | None = None
        self.picker = name(QComboBox(), "messages_send", tr("Send"))
        self._pause_button = button(tr("Pause"), "messages_pause", key="Ctrl+P", icon="pause")
        self._resume_button = button(tr("Resume"), "messages_resume", key="Ctrl+R", icon="play", primary=True)
        self._stop_button = button(tr("Stop…"), "messages_stop", key="Ctrl+.", kind="danger", icon="stop")
        self._retry_button = button("", "messages_retry", icon="refresh", accessible_name=tr("Retry"))
        self._retry_button.hide()
        for widget in (
            self.picker, self._retry_button, self._pause_button, self._stop_button, self._resume_button,
        ):  # fmt: skip
            header.add(widget)
        self.picker.activated.connect(lambda place: self.send_chosen.emit(self.picker.itemData(place)))
        self._pause_button.clicked.connect(lambda: tasks.start(self._pause()))
        self._resume_button.clicked.connect(lambda: tasks.start(self._resume()))
        self._stop_button.clicked.connect(lambda: tasks.start(self._stop()))
        self._retry_button.clicked.connect(self.retry_wanted)

    def show_send(self, summary: SendSummary | None, worth_retrying: int) -> None:
        """Offer what can be done with a send now; without one, nothing."""
        self._summary = summary
        state = summary.send.state if summary is not None else SendState.FINISHED
        self._pause_button.setVisible(state is SendState.ACTIVE)
        self._resume_button.setVisible(state is SendState.PAUSED)
        late = summary is not None and is_too_late(summary)
        self._resume_button.setText(tr("Send until…") if late else tr("Resume"))
        self._stop_button.setText(tr("Leave them unsent…") if late else tr("Stop…"))
        self._retry_button.setVisible(summary is not None and worth_retrying > 0)
        self._retry_button.setText(tr("Retry {n} worth retrying", n=worth_retrying))
        for control in (self._resume_button, self._stop_button, self._retry_button):
            control.setAccessibleName(control.text())
        self._stop_button.setVisible(state in {SendState.ACTIVE, SendState.PAUSED})

    def show_sends(
        self, sends: Iterable[SendSummary], words: Callable[[SendSummary], str], current: UUID | None
    ) -> None:
        """Offer these sends to choose from, and mark the one that is shown."""
        entries = [(words(summary), summary.send.id) for summary in sends]
        self.picker.setVisible(len(entries) > 1)
        shown = [
            (self.picker.itemText(place), self.picker.itemData(place)) for place in range(self.picker.count())
        ]
        with QSignalBlocker(self.picker):
            if shown != entries:
                self.picker.clear()
                for text, send_id in entries:
                    self.picker.addItem(text, send_id)
            self.picker.setCurrentIndex(self.picker.findData(current))

    async def _pause(self) -> None:
        if self._summary is None:
            return
        with busy(self._pause_button):
            counts = await self._acts.pause(self._summary.send.id)
        self._messages.show_message(where_they_are(counts, for_good=False), key="paused")
        self.acted.emit()

    async def _resume(self) -> None:
        summary = self._summary
        if summary is None:
            return
        if is_too_late(summary):
            dialog = LateDialog(summary, self._page)
            if not await ask(dialog):
                return
            await self._acts.extend(summary.send.id, dialog.moment)
        with busy(self._resume_button):
            await self._acts.resume(summary)
        self._messages.withdraw("paused")
        self.acted.emit()

    async def _stop(self) -> None:
        summary = self._summary
        if summary is None:
            return
        question = ConfirmDialog(
            tr("Stop this send?"),
            tr(
                "{n:invitation has|invitations have} not left yet and will not be sent. "
                "What was handed over stays sent.",
                n=summary.queued,
            ),
            tr("Stop the send"),
            tr("Go on sending"),
            self._page,
        )
        if not await ask(question):
            return
        counts = await self._acts.stop(summary.send.id)
        self._messages.show_message(where_they_are(counts, for_good=True), key="stopped")
        self.acted.emit()
