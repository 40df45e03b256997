"""The panel beside the message list: one invitation's life, its text, its trouble and the decisions it asks for."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from waapp.core import phone
from waapp.core.errors_twilio import Table
from waapp.core.invitations import Invitation, LogEntry
from waapp.core.languages import language_name
from waapp.core.status import Shown
from waapp.gui import style
from waapp.gui.message_facts import (
    addressee,
    advise,
    invitation_shown,
    is_trouble,
    known_error,
    looks_left,
    timeline,
)
from waapp.gui.paint import Pill
from waapp.gui.timeline import Timeline
from waapp.gui.widgets import Card, SidePanel, button, label, rule
from waapp.texts import tr


class MessagePanel(SidePanel):
    """Shows an invitation; what it asks for is done by the page."""

    send_again_wanted = Signal()
    treat_as_sent_wanted = Signal()
    guest_wanted = Signal()

    def __init__(self, errors: Table) -> None:
        super().__init__(tr("Invitation"), "message_panel")
        self._errors = errors
        self._invitation: Invitation | None = None
        self._link = ""
        self._build()

    @property
    def invitation_id(self) -> UUID | None:
        """The invitation that is shown."""
        return self._invitation.id if self._invitation is not None else None

    def show_invitation(self, invitation: Invitation, log: Sequence[LogEntry], planned_by: str) -> None:
        """Show an invitation and its log, oldest entry first."""
        self._invitation = invitation
        shown = invitation_shown(invitation)
        self.set_title(addressee(invitation))
        self._pill.set_state(shown)
        self._number.setText(phone.display(invitation.recipient))
        advice = advise(invitation, self._errors)
        trouble = is_trouble(invitation)
        self._cause.setText(advice.happened)
        self._cause.setProperty(
            "tone", "failed" if shown is Shown.FAILED else "unknown" if trouble else "muted"
        )
        self._cause.style().polish(self._cause)
        self._todo.setText(advice.todo)
        self._todo.setVisible(bool(advice.todo) and shown is not Shown.UNKNOWN)
        error = known_error(self._errors, invitation.error_code, invitation.recipient)
        self._link = error.link if error is not None else ""
        self._more.setVisible(bool(self._link) and trouble)
        template = tr("{name} v{version}", name=invitation.template_name, version=invitation.template_version)
        if invitation.language is not None:
            template = f"{template} ({language_name(invitation.language)})"
        planned = (
            tr("{template}, by {planner}", template=template, planner=planned_by) if planned_by else template
        )
        self._timeline.show_steps(timeline(log, self._errors, planned))
        self._caption.setText(_caption(shown))
        self._text.setText(invitation.body)
        self._text_card.setVisible(bool(invitation.body))
        self._caption.setVisible(bool(invitation.body))
        unknown = shown is Shown.UNKNOWN
        self._promise.setVisible(unknown)
        self._promise.setText(_promise(looks_left(invitation)))
        self._again.setVisible(unknown)
        self._treat.setVisible(unknown)
        self._guest.setVisible(not unknown)
        self.show()

    # Inside

    def _build(self) -> None:
        self._pill = Pill()
        self._number = label("", tone="muted")
        self._number.setObjectName("message_number")
        self._cause = label("")
        self._cause.setObjectName("message_cause")
        self._todo = label("")
        self._todo.setObjectName("message_todo")
        self._more = button(
            tr("What Twilio says about it"), "message_more", kind="link", small=True, key="Ctrl+I",
            accessible_name=tr("Open Twilio’s page about this error"),
        )  # fmt: skip
        self._more.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(self._link)))
        self._promise = label("", tone="muted")
        self._promise.setObjectName("message_promise")
        self._timeline = Timeline()
        self._caption = label("", tone="muted", size=12)
        self._text_card = Card(padding=style.SPACE[2], spacing=style.SPACE[1])
        self._text = label("")
        self._text.setObjectName("message_body")
        self._text.setAccessibleName(tr("Text of the message"))
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._copy = button(tr("Copy text"), "message_copy", kind="link", small=True, key="Ctrl+Shift+C")
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text.text()))
        self._text_card.body.addWidget(self._text)
        self._text_card.body.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTrailing)
        for widget in (self._number, self._cause, self._todo):
            self.body.addWidget(widget)
        self.body.insertWidget(0, self._pill, 0, Qt.AlignmentFlag.AlignLeading)
        self.body.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeading)
        for rest in (rule(), self._timeline, self._promise, rule(), self._caption, self._text_card):
            self.body.addWidget(rest)
        # An aligned layout gets its preferred height and squeezes lines that wrap; a stretch leaves them room.
        self.body.setAlignment(Qt.AlignmentFlag(0))
        self.body.addStretch(1)
        self._build_buttons()

    def _build_buttons(self) -> None:
        self._again = button(tr("It did not arrive: send again"), "message_send_again", key="Ctrl+Shift+A")
        self._treat = button(tr("Treat as sent"), "message_treat_as_sent", key="Ctrl+Shift+T")
        self._guest = button(tr("Go to the guest"), "message_guest", key="Ctrl+E")
        self._again.clicked.connect(self.send_again_wanted)
        self._treat.clicked.connect(self.treat_as_sent_wanted)
        self._guest.clicked.connect(self.guest_wanted)
        self.decisions: tuple[QWidget, QWidget] = (self._again, self._treat)
        column = QVBoxLayout()
        column.setSpacing(style.SPACE[1])
        for each in (self._again, self._treat, self._guest):
            column.addWidget(each)
        self.footer.addLayout(column, 1)


def _caption(shown: Shown) -> str:
    match shown:
        case Shown.NONE | Shown.QUEUED | Shown.WAITING:
            return tr("The text that will be sent")
        case Shown.FAILED | Shown.CANCELLED:
            return tr("The text that was planned")
        case Shown.UNKNOWN:
            return tr("The text that may have been sent")
        case Shown.SENDING | Shown.SENT | Shown.DELIVERED | Shown.READ:
            return tr("The text that was sent, exactly")


def _promise(more_looks: bool) -> str:
    first = tr("We never send twice without asking you.")
    if more_looks:
        return f"{first} {tr('If Twilio’s list shows the message, it is adopted; if not, you decide.')}"
    return f"{first} {tr('Ask the guest whether the message arrived, then choose.')}"
