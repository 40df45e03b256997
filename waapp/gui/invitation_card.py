"""How a guest's newest invitation fares, why, and what to do about it: what a planner opens a guest for."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from waapp.core.errors_twilio import Table
from waapp.core.invitations import Invitation, LogEntry
from waapp.core.status import Shown
from waapp.gui import style
from waapp.gui.message_facts import Step, advise, invitation_shown, timeline
from waapp.gui.moments import stamp
from waapp.gui.paint import Pill
from waapp.gui.widgets import button, label, repolish
from waapp.texts import tr

_TONES = {Shown.FAILED: "failed", Shown.UNKNOWN: "unknown", Shown.WAITING: "unknown"}
_SAID_BY_THE_PILL = frozenset({Shown.NONE, Shown.DELIVERED, Shown.READ})


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """What there is to say of a guest's newest invitation; `at` is when it came to be as it is."""

    shown: Shown
    at: str = ""
    cause: str = ""
    todo: str = ""
    steps: tuple[Step, ...] = ()


NOT_INVITED = InvitationFacts(Shown.NONE)


def invitation_facts(invitation: Invitation, log: Sequence[LogEntry], errors: Table) -> InvitationFacts:
    """Return what there is to say of an invitation, given its log, oldest entry first."""
    shown = invitation_shown(invitation)
    planned = tr(
        "{template} v{version}", template=invitation.template_name, version=invitation.template_version
    )
    steps = tuple(timeline(log, errors, planned))
    at = stamp(log[-1].at) if log else ""
    if shown in _SAID_BY_THE_PILL and not invitation.doubled:
        return InvitationFacts(shown, at, steps=steps)
    advice = advise(invitation, errors)
    # What is not known is decided beside the message.
    todo = tr("Decide beside the message.") if shown is Shown.UNKNOWN else advice.todo
    return InvitationFacts(shown, at, advice.happened, todo, steps)


class InvitationCard(QFrame):
    """Stands above the fields of a guest.

    `message_wanted` asks for the message itself, `opt_in_wanted` to write to the number again.
    """

    message_wanted = Signal()
    opt_in_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("guest_invitation")
        self.setProperty("tinted", "true")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(style.SPACE[0])
        self._pill = Pill()
        self._at = label("", tone="muted", size=12)
        self._at.setWordWrap(False)
        self._message = button(tr("Show message"), "guest_message", kind="link", small=True, key="Ctrl+M")
        self._cause = label("")
        self._cause.setObjectName("guest_cause")
        self._todo = label("")
        self._todo.setObjectName("guest_advice")
        self._stop = label("", tone="failed")
        self._stop.setObjectName("guest_stop")
        self._allow = button(tr("Allow messages again"), "guest_opt_in", kind="link", small=True)
        self._facts = NOT_INVITED
        head = QHBoxLayout()
        head.setSpacing(style.SPACE[1])
        head.addWidget(self._pill)
        head.addWidget(self._at)
        head.addStretch(1)
        head.addWidget(self._message)
        column.addLayout(head)
        for words in (self._cause, self._todo, self._stop):
            column.addWidget(words)
        column.addWidget(self._allow, 0, Qt.AlignmentFlag.AlignLeading)
        self._message.clicked.connect(self.message_wanted)
        self._allow.clicked.connect(self.opt_in_wanted)
        self.show_invitation(NOT_INVITED)
        self.show_opt_out("")

    @property
    def facts(self) -> InvitationFacts:
        """What is said of the invitation now."""
        return self._facts

    def show_invitation(self, facts: InvitationFacts) -> None:
        """Say how the invitation fares."""
        self._facts = facts
        self._pill.set_state(facts.shown)
        self._at.setText(facts.at)
        self._message.setVisible(facts.shown is not Shown.NONE)
        self._cause.setProperty("tone", _TONES.get(facts.shown, "muted"))
        repolish(self._cause)
        _say(self._cause, facts.cause)
        _say(self._todo, facts.todo)

    def show_opt_out(self, words: str) -> None:
        """Say that the number must not be written to, and offer to take that back; nothing when it may."""
        _say(self._stop, words)
        self._allow.setVisible(bool(words))


def _say(words: QLabel, text: str) -> None:
    words.setText(text)
    words.setVisible(bool(text))
