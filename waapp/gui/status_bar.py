"""The bottom of the window: database, sender and who is sending, last change."""

import time

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from waapp.core.lines import number_of
from waapp.core.phone import shorten
from waapp.engine.lines import LinesState, LineState
from waapp.engine.sending import Duty, SendingState
from waapp.gui import style
from waapp.gui.send_state_words import computer_of
from waapp.gui.texts import ago
from waapp.gui.undo_bar import UndoBar
from waapp.gui.widgets import name
from waapp.texts import tr, who_could

_EVERY_MS = 5000


class _Dot(QWidget):
    """Green while connected, amber while not; the words beside it say the same."""

    def __init__(self) -> None:
        super().__init__()
        self.connected = False
        self.setFixedSize(8, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = style.tokens()
        painter.setPen(colors.delivered if self.connected else colors.unknown)
        painter.setBrush(colors.delivered if self.connected else colors.unknown)
        painter.drawEllipse(0, 0, 7, 7)


class _Cut(QLabel):
    """A line that gives way: cut short where there is no room, and never a reason for a wider window."""

    def minimumSizeHint(self) -> QSize:
        """Return no width at all."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much of the text as there is room for."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        cut = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, cut)


class StatusBar(QFrame):
    """Says what this window is connected to and what it does."""

    def __init__(self) -> None:
        super().__init__()
        name(self, "status_bar", tr("Status"))
        self.setFixedHeight(30)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(6)
        self._dot = _Dot()
        self._database, self._sender, self._lines, self._changed = QLabel(), _Cut(), _Cut(), QLabel()
        for part, object_name in (
            (self._database, "status_database"), (self._sender, "status_sender"), (self._lines, "status_lines"),
            (self._changed, "status_changed"),
        ):  # fmt: skip
            part.setObjectName(object_name)
            part.setFont(style.font(12))
        row.addWidget(self._dot)
        row.addWidget(self._database)
        row.addSpacing(10)
        row.addWidget(self._sender)
        row.addSpacing(10)
        row.addWidget(self._lines)
        row.addSpacing(10)
        self.undo = UndoBar("status_undo", compact=True, key=True)
        row.addWidget(self.undo)
        row.addStretch(1)
        row.addWidget(self._changed)
        self._lines.hide()
        self._last_change: float | None = None
        self._tick = QTimer(self, interval=_EVERY_MS)
        self._tick.timeout.connect(self._tell_change)

    def set_database(self, text: str, *, connected: bool) -> None:
        """Say which database this is, and whether it answers."""
        self._dot.connected = connected
        self._dot.update()
        self._database.setText(text if connected else tr("{database} · not connected", database=text))

    def show_lines(self, state: LinesState, *, practice: bool) -> None:
        """Say which number sends, from which desk, and what becomes of the other numbers."""
        self._sender.setText(_own_words(state.own, practice=practice))
        self._sender.setToolTip(self._sender.text())
        others = [_other_words(one) for one in state.others if one.active]
        others += [_out_of_reach_words(key) for key in state.out_of_reach]
        more = tr("and {n:more number|more numbers}", n=len(others) - 1) if len(others) > 1 else ""
        self._lines.setText(" ".join(filter(None, [*others[:1], more])))
        self._lines.setVisible(bool(others))
        self._lines.setToolTip("\n".join(others))
        self._lines.setAccessibleDescription("; ".join(others))

    def mark_change(self) -> None:
        """Remember that something has just changed in the database."""
        self._last_change = time.monotonic()
        self._tell_change()
        self._tick.start()

    def _tell_change(self) -> None:
        if self._last_change is not None:
            self._changed.setText(tr("Last change {ago}", ago=ago(time.monotonic() - self._last_change)))


def _own_words(line: LineState | None, *, practice: bool) -> str:
    if line is None:
        return tr("No sender chosen")
    who = tr("Practice sender") if practice else tr("Sender {number}", number=shorten(line.number))
    return f"{who} · {_duty(line.state)}"


def _other_words(line: LineState) -> str:
    number = shorten(line.number)
    match line.state.duty:
        case Duty.SENDING:
            return tr("this computer also sends for {number}", number=number)
        case Duty.STANDBY:
            holder = line.state.holder
            computer = computer_of(holder) if holder else tr("another computer")
            return tr("{computer} sends for {number}", computer=computer, number=number)
        case Duty.STARTING | Duty.OFFLINE | Duty.STOPPED:
            return tr("{number} is about to be sent for", number=number)


def _out_of_reach_words(key: str) -> str:
    return tr("{number} waits for {computer}", number=shorten(number_of(key)), computer=who_could(key))


def _duty(state: SendingState) -> str:
    match state.duty:
        case Duty.SENDING:
            return tr("this computer is sending")
        case Duty.STANDBY:
            return tr(
                "{computer} is sending",
                computer=computer_of(state.holder) if state.holder else tr("another computer"),
            )
        case Duty.OFFLINE:
            return tr("waiting for the database")
        case Duty.STARTING:
            return tr("starting")
        case Duty.STOPPED:
            return tr("not sending")
