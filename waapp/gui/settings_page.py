"""Settings: the database, the Twilio account, the sender, practice mode, and who sends how fast."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.db.feed import Change
from waapp.errors import UserError
from waapp.gui import style
from waapp.gui.aio import Tasks, busy
from waapp.gui.settings_sections import (
    AccountSection,
    DatabaseSection,
    Outcome,
    PracticeSection,
    SenderSection,
    SendingSection,
    Verdict,
)
from waapp.gui.widgets import PageHeader, button
from waapp.texts import one_line, tr

_WIDTH = 720


@dataclass(frozen=True, slots=True)
class Entered:
    """What is typed on the page, saved or not.

    `settings.database_url` carries a password only if one was typed; `secret` is None to keep the stored one.
    """

    settings: Settings
    secret: str | None = field(default=None, repr=False)


Test = Callable[[Entered], Awaitable[Verdict]]


class SettingsPage(QWidget):
    """Shows the settings, tries them out, saves them.

    The tests get what is typed, saved or not; a `UserError` of theirs is shown beside their button. `save`
    stores the settings and the secrets; `saved` comes after it.
    """

    saved = Signal(object)

    def __init__(
        self,
        *,
        settings: Settings,
        tasks: Tasks,
        test_database: Test,
        test_account: Test,
        test_sender: Test,
        list_senders: Callable[[Entered], Awaitable[Sequence[tuple[str, str]]]],
        save: Callable[[Entered], Awaitable[None]],
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._settings = settings
        self._tasks = tasks
        self._list_senders = list_senders
        self._save = save
        self.database = DatabaseSection()
        self.account = AccountSection()
        self.number = SenderSection()
        self.practice = PracticeSection()
        self.sending = SendingSection()
        self._sections = (self.database, self.account, self.number, self.practice, self.sending)
        self._build()
        for section in self._sections:
            section.edited.connect(self._edited)
        self.save.clicked.connect(self._start_saving)
        self.undo.clicked.connect(lambda: self.show_settings(self._settings))
        self._offer_test(self.database.test, self.database.outcome, test_database)
        self._offer_test(self.account.test, self.account.outcome, test_account)
        self._offer_test(self.number.test, self.number.outcome, test_sender)
        self.number.load.clicked.connect(lambda: self._tasks.start(self._load_senders()))
        self.show_settings(settings)

    def _build(self) -> None:
        self.header = PageHeader(tr("Settings"), tr("On this computer only. Passwords are kept in its safe."))
        self.outcome = Outcome("settings_outcome")
        self.undo = button(tr("Undo changes"), "settings_undo")
        self.save = button(
            tr("Save"), "settings_save", primary=True, key="Ctrl+S", accessible_name=tr("Save settings")
        )
        self.header.add(self.undo)
        self.header.add(self.save)
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout()
        column.setSpacing(style.SPACE[3])
        for section in self._sections:
            section.setMaximumWidth(_WIDTH)
            column.addWidget(section)
        column.addStretch(1)
        row.addLayout(column, 10)
        row.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 24, 24, 16)
        whole.setSpacing(style.SPACE[3])
        whole.addWidget(self.header)
        whole.addWidget(self.outcome)
        whole.addWidget(scroll, 1)
        self.outcome.hide()

    # What the window asks

    async def open(self, event_id: UUID | None) -> None:
        """Do nothing: settings belong to no event, and what is typed stays."""

    def changed(self, change: Change) -> None:
        """Do nothing: settings are not in the database."""

    def show_settings(self, settings: Settings) -> None:
        """Show what is set, in place of what was typed."""
        self._settings = settings
        for section in self._sections:
            section.show_settings(settings)
            section.show_problems({})
        self._mark(changed=False)

    def entered(self) -> Entered:
        """Return what is typed."""
        settings = self._settings
        for section in self._sections:
            settings = section.read(settings)
        return Entered(settings, self.account.typed_secret())

    # What the planner does

    def _edited(self) -> None:
        self.practice.allow_leaving(allowed=bool(self.account.sid.text().strip()))
        self._mark(changed=True)
        self.outcome.hide()

    def _mark(self, *, changed: bool) -> None:
        self.undo.setEnabled(changed)
        self.save.setEnabled(changed)

    def _offer_test(self, pressed: QPushButton, outcome: Outcome, test: Test) -> None:
        pressed.clicked.connect(lambda: self._tasks.start(self._try(pressed, outcome, test)))

    async def _try(self, pressed: QPushButton, outcome: Outcome, test: Test) -> None:
        if not self._check():
            return
        outcome.wait(tr("Testing…"))
        with busy(pressed):
            try:
                verdict = await test(self.entered())
            except UserError as error:
                verdict = Verdict("error", one_line(error))
        outcome.show_verdict(verdict)

    async def _load_senders(self) -> None:
        self.number.outcome.wait(tr("Asking Twilio…"))
        with busy(self.number.load):
            try:
                senders = await self._list_senders(self.entered())
            except UserError as error:
                self.number.outcome.show_verdict(Verdict("error", one_line(error)))
                return
        self.number.offer(senders)
        if senders:
            found = Verdict("ok", tr("{n:number|numbers} found.", n=len(senders)))
        else:
            found = Verdict(
                "warning", tr("This account has no WhatsApp number yet. The sandbox is one to begin with.")
            )
        self.number.outcome.show_verdict(found)

    def _check(self) -> bool:
        """Say what is wrong beneath the fields; False when anything is."""
        first: QWidget | None = None
        for section in (self.database, self.account, self.number, self.sending):
            problems = section.problems()
            section.show_problems(problems)
            first = first or next((section.fields[key].editor for key in problems), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        return first is None

    def _start_saving(self) -> None:
        if self._check():
            self._tasks.start(self._save_entered())

    async def _save_entered(self) -> None:
        entered = self.entered()
        with busy(self.save, self.undo):
            try:
                await self._save(entered)
            except UserError as error:
                self.outcome.show()
                self.outcome.show_verdict(Verdict("error", one_line(error)))
                return
        self.show_settings(entered.settings)
        self.outcome.show()
        self.outcome.show_verdict(Verdict("ok", tr("Saved.")))
        self._mark(changed=False)
        self.saved.emit(entered.settings)
