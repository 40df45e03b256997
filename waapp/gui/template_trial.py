"""A message to one's own phone: the template with the values of the guest in the preview."""

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from waapp.core.invitations import Invitation
from waapp.core.status import Shown
from waapp.errors import UserError
from waapp.gui import style
from waapp.gui.aio import Tasks
from waapp.gui.message_facts import invitation_shown
from waapp.gui.paint import Pill
from waapp.gui.template_dialog import TemplateDialog
from waapp.gui.template_findings import Row, RowWidget
from waapp.gui.widgets import Field, announce, button, label, name
from waapp.texts import message, tr


class TrialDialog(TemplateDialog):
    """Asks for the number, sends, and stays to show what becomes of the message.

    `send` queues the message to a number and returns its rows whenever `look` is asked for them.
    """

    def __init__(
        self,
        title: str,
        guest: str,
        number: str,
        send: Callable[[str], Awaitable[Callable[[], Awaitable[Sequence[Invitation]]]]],
        tasks: Tasks,
        *,
        practice: bool,
        approved: bool,
        parent: QWidget | None = None,
    ) -> None:
        text = tr("“{title}” goes to your own phone as {guest} would get it.", title=title, guest=guest)
        text += " " + tr(
            "It is marked as a test in the history and does not count as this guest's invitation."
        )
        super().__init__("templates.trial", tr("Send me a test"), text, parent=parent)
        self._send = send
        self._tasks = tasks
        self._look: Callable[[], Awaitable[Sequence[Invitation]]] | None = None
        note = ""
        if practice:
            note = tr("Practice mode: nothing reaches a phone. You see how it would go on.")
        elif not approved:
            note = tr(
                "WhatsApp has not approved this text yet: it arrives only if you have written to the sender's number "
                "in the last 24 hours."
            )
        if note:
            marked = RowWidget("templates.trial.note")
            marked.setProperty("card", "true")
            marked.show_row(Row("unknown", note))
            self.column.addWidget(marked)
        self.number = QLineEdit(number)
        name(self.number, "templates.trial.number", tr("Your number"))
        self.number.setPlaceholderText("+351 912 345 678")
        self.number.textEdited.connect(lambda _text: self.field.set_error(None))
        self.field: Field = Field(
            tr("Your number"), self.number, tr("With the country's code. It is remembered here.")
        )
        self.column.addWidget(self.field)
        state = QHBoxLayout()
        state.setSpacing(style.SPACE[1])
        self.pill = Pill()
        self.pill.hide()
        self.said = label("", tone="muted", size=12)
        state.addWidget(self.pill)
        state.addWidget(self.said, 1)
        self.column.addLayout(state)
        self._go = button(tr("Send the test"), "templates.trial.yes", primary=True)
        self._go.clicked.connect(self.send)
        self.finish(tr("Close"), self._go)
        self.number.setFocus()

    def send(self) -> None:
        """Queue the message and follow it."""
        if not any(character.isdigit() for character in self.number.text()):
            self.field.set_error(tr("Write a phone number, such as +351 912 345 678."))
            return
        self._go.setEnabled(False)
        self._tasks.start(self._queue(self.number.text().strip()))

    def refresh(self) -> None:
        """Look what has become of the message; to be called when invitations have changed."""
        if self._look is not None:
            self._tasks.start(self._show())

    async def _queue(self, number: str) -> None:
        try:
            self._look = await self._send(number)
        except UserError as error:
            words = message(error)
            self.field.set_error(f"{words.what} {words.todo}".strip())
            announce(self.field)
        else:
            await self._show()
        finally:
            self._go.setEnabled(True)
            self._go.setText(tr("Send it again"))

    async def _show(self) -> None:
        if self._look is None:
            return
        rows = await self._look()
        if not rows:
            return
        state = invitation_shown(rows[-1])
        self.pill.set_state(state)
        self.pill.show()
        self.said.setText(_explained(state, rows[-1]))
        announce(self.said)


def _explained(state: Shown, row: Invitation) -> str:
    match state:
        case Shown.QUEUED | Shown.SENDING | Shown.WAITING:
            return tr("On its way.")
        case Shown.SENT:
            return tr("WhatsApp has it.")
        case Shown.DELIVERED:
            return tr("It is on the phone.")
        case Shown.READ:
            return tr("It was read.")
        case Shown.FAILED:
            return row.error_message or tr("It did not arrive. The message list says why.")
        case _:
            return ""
