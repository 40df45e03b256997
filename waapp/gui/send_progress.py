"""A send while it runs and after it: how many are where, how fast, how long still, and how to stop it."""

from collections import deque
from time import monotonic

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.errors_twilio import Table
from waapp.core.invitations import SendState, SendSummary
from waapp.core.status import Shown
from waapp.db.sends import Stopped
from waapp.gui import style
from waapp.gui.paint import Pill, SegmentBar
from waapp.gui.send_acts import is_account_trouble, is_too_late, where_they_are
from waapp.gui.send_state_words import state_line
from waapp.gui.texts import number
from waapp.gui.widgets import Card, button, label, repolish, rule
from waapp.texts import tr

_WINDOW = 10.0
"""Seconds over which the rate is measured."""

_COUNTS = (
    ("queued", Shown.QUEUED),
    ("in_flight", Shown.SENDING),
    ("handed_over", Shown.SENT),
    ("delivered", Shown.DELIVERED),
    ("read", Shown.READ),
    ("failed", Shown.FAILED),
    ("unknown", Shown.UNKNOWN),
    ("cancelled", Shown.CANCELLED),
)
_BAR = (Shown.READ, Shown.DELIVERED, Shown.SENT, Shown.SENDING, Shown.UNKNOWN, Shown.FAILED)


class Pace:
    """How fast messages leave, measured over the last seconds; times are from a monotonic clock."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, at: float, left: int) -> None:
        """Learn how many had left at a moment."""
        self._seen.append((at, left))
        while len(self._seen) > 2 and at - self._seen[0][0] > _WINDOW:
            self._seen.popleft()

    def rate(self) -> float | None:
        """Return messages per second, or None while too little is known."""
        if len(self._seen) < 2:
            return None
        (began, first), (now, last) = self._seen[0], self._seen[-1]
        return (last - first) / (now - began) if now - began >= 0.5 and last > first else None


class _Count(QWidget):
    """How many are in one state: a number over the pill of the state."""

    def __init__(self, key: str, state: Shown) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[0])
        self._value = QLabel("0")
        self._value.setObjectName(f"send.count.{key}")
        self._value.setFont(style.font(22, QFont.Weight.DemiBold))
        self._pill = Pill(state)
        column.addWidget(self._value)
        column.addWidget(self._pill, 0, Qt.AlignmentFlag.AlignLeading)

    def show_count(self, count: int) -> None:
        self._value.setText(number(count))
        self._value.setAccessibleName(f"{number(count)} {self._pill.text()}")


class SendProgress(Card):
    """Shows one send; emits what a person wants done with it."""

    pause_wanted = Signal()
    resume_wanted = Signal()
    stop_wanted = Signal()
    messages_wanted = Signal()
    another_wanted = Signal()
    extend_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, errors: Table, settings: Settings) -> None:
        super().__init__()
        self._errors = errors
        self._here = settings
        self._pace = Pace()
        self._summary: SendSummary | None = None
        inside = QVBoxLayout()
        inside.setContentsMargins(16, 16, 16, 16)
        inside.setSpacing(style.SPACE[2])
        self._done = QLabel("…")
        self._done.setObjectName("send.progress.done")
        self._done.setFont(style.font(28, QFont.Weight.DemiBold))
        self._left = label(tone="muted")
        self._left.setObjectName("send.progress.left")
        self._bar = SegmentBar("send.progress.bar", tr("Progress of the send"))
        inside.addWidget(self._done)
        inside.addWidget(self._left)
        inside.addWidget(self._bar)
        self.body.addLayout(inside)
        self.body.addWidget(rule())
        grid = QGridLayout()
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setHorizontalSpacing(style.SPACE[1])
        grid.setVerticalSpacing(style.SPACE[3])
        self._counts = {}
        for place, (key, state) in enumerate(_COUNTS):
            self._counts[key] = _Count(key, state)
            grid.addWidget(self._counts[key], place // 4, place % 4)
            grid.setColumnStretch(place % 4, 1)
        self.body.addLayout(grid)
        self.body.addWidget(rule())
        self._outcome = label()
        self._outcome.setObjectName("send.progress.outcome")
        self._outcome.setContentsMargins(16, 16, 16, 16)
        self._outcome.hide()
        self.body.addWidget(self._outcome)
        self.body.addStretch(1)
        self.body.addWidget(rule())
        self.body.addLayout(self._build_footer())

    def _build_footer(self) -> QHBoxLayout:
        footer = QHBoxLayout()
        footer.setContentsMargins(16, 16, 16, 16)
        footer.setSpacing(style.SPACE[1])
        self._messages = button(tr("Open messages"), "send.messages", icon="messages", key="Ctrl+M")
        self._another = button(tr("Plan another send"), "send.another", key="Ctrl+N")
        self._pause = button(tr("Pause"), "send.pause", icon="pause", key="Ctrl+P")
        self._resume = button(tr("Resume"), "send.resume", primary=True, icon="play", key="Ctrl+R")
        self._extend = button(tr("Send until…"), "send.extend", primary=True, icon="clock", key="Ctrl+R")
        self._settings = button(tr("Open settings"), "send.settings")
        self._stop = button(tr("Stop"), "send.stop", kind="danger", icon="stop", key="Ctrl+.")
        for made, wanted in (
            (self._messages, self.messages_wanted),
            (self._another, self.another_wanted),
            (self._pause, self.pause_wanted),
            (self._resume, self.resume_wanted),
            (self._extend, self.extend_wanted),
            (self._settings, self.settings_wanted),
            (self._stop, self.stop_wanted),
        ):
            made.clicked.connect(wanted)
        footer.addWidget(self._messages)
        footer.addStretch(1)
        for made in (self._another, self._settings, self._pause, self._stop, self._resume, self._extend):
            footer.addWidget(made)
        return footer

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """Return the buttons that change the send; to be disabled while a change is on its way."""
        return (self._pause, self._resume, self._stop, self._extend)

    def begin(self) -> None:
        """Get ready for another send: what was measured and said belongs to the one before."""
        self._pace = Pace()
        self._summary = None
        self._outcome.hide()

    def show_summary(self, now: SendSummary) -> None:
        """Show how far the send is."""
        self._summary = now
        self._pace.note(monotonic(), now.total - now.queued - now.cancelled)
        sent = now.handed_over + now.delivered + now.read
        self._done.setText(tr("{sent} of {total} sent", sent=sent, total=now.total))
        self._left.setText(state_line(now, self._pace.rate(), self._here, self._errors))
        trouble = now.send.state is SendState.PAUSED and now.send.pause_code != "planner"
        tone = "unknown" if trouble else "muted"
        if self._left.property("tone") != tone:
            self._left.setProperty("tone", tone)
            repolish(self._left)
        for key, count in self._counts.items():
            count.show_count(getattr(now, key))
        by_state = {state: getattr(now, key) for key, state in _COUNTS}
        self._bar.set_segments([(state, by_state[state]) for state in _BAR], now.total)
        state = now.send.state
        late = is_too_late(now)
        self._pause.setVisible(state is SendState.ACTIVE)
        self._resume.setVisible(state is SendState.PAUSED and not late)
        self._extend.setVisible(late)
        self._stop.setText(tr("Leave them unsent") if late else tr("Stop"))
        self._stop.setAccessibleName(self._stop.text())
        self._settings.setVisible(is_account_trouble(now))
        if state is SendState.ACTIVE and not self.outcome():
            self.say(_may_leave(practice=now.send.practice))
        self._stop.setVisible(state in {SendState.ACTIVE, SendState.PAUSED})
        self._another.setVisible(state in {SendState.STOPPED, SendState.FINISHED})

    def show_stopped(self, counts: Stopped, *, for_good: bool) -> None:
        """Say exactly where every message was at the moment of the stop or the pause."""
        self.say(where_they_are(counts, for_good=for_good))

    def say(self, text: str) -> None:
        """Say what has just happened to the send."""
        self._outcome.setText(text)
        self._outcome.show()

    def outcome(self) -> str:
        """Return what was said last; empty when nothing was."""
        return self._outcome.text() if not self._outcome.isHidden() else ""

    def status(self) -> str:
        """Return the line under the number."""
        return self._left.text()


def _may_leave(*, practice: bool) -> str:
    """Say what becomes of a send whose window is left or closed."""
    if practice:
        return tr(
            "You can leave this page meanwhile, and close the program: the practice send goes on when it is opened "
            "again on this computer."
        )
    return tr(
        "You can leave this page meanwhile, and close the program: the send goes on at once on any other computer "
        "that is signed in to the same Twilio account, or here when it is opened again."
    )
