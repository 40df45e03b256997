"""The seconds after Send in which it can be taken back, counted down."""

from math import ceil
from time import monotonic
from uuid import UUID

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from waapp.core.invitations import SendSummary
from waapp.gui import style
from waapp.gui.widgets import Drawing, announce, button, label, name
from waapp.texts import tr

_TICK_MS = 100
_LINE = 3


class UndoBar(QFrame):
    """Counts down until a send begins; hides itself when nothing can be undone any more.

    `undo_wanted` and `begin_wanted` name the send, `over` comes when the time has run out. With `key` its button is
    pressed by Ctrl+Z.
    """

    undo_wanted = Signal(object)
    begin_wanted = Signal(object)
    over = Signal()

    def __init__(self, object_name: str, *, compact: bool = False, key: bool = False) -> None:
        super().__init__()
        name(self, object_name, tr("Undo the send"))
        self._send_id: UUID | None = None
        self._guests = 0
        self._ends = 0.0
        self._lasts = 1.0
        row = QHBoxLayout(self)
        row.setSpacing(style.SPACE[1])
        self._text = label(size=12 if compact else 14)
        self._text.setWordWrap(not compact)
        self._text.setObjectName(f"{object_name}.text")
        self.undo = button(
            tr("Undo"), f"{object_name}.undo", small=True, kind="link" if compact else None,
            key="Ctrl+Z" if key else None, accessible_name=tr("Undo the send"),
        )  # fmt: skip
        self.begin = button(
            tr("Send now"), f"{object_name}.begin", small=True, accessible_name=tr("Send without waiting")
        )
        self.undo.clicked.connect(lambda: self.undo_wanted.emit(self._send_id))
        self.begin.clicked.connect(lambda: self.begin_wanted.emit(self._send_id))
        if compact:
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(self._text)
        else:
            self.setProperty("bar", "message")
            row.setContentsMargins(style.margins(16, 6, 12, 6 + _LINE))
            row.addWidget(Drawing("clock", "accent"))
            row.addWidget(self._text, 1)
            row.addWidget(self.begin)
        row.addWidget(self.undo)
        self.begin.setVisible(not compact)
        self._compact = compact
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._tell)
        self.hide()

    @property
    def send_id(self) -> UUID | None:
        """The send that can be undone now."""
        return self._send_id

    @property
    def text(self) -> str:
        """What is said now; empty while nothing can be undone."""
        return "" if self.isHidden() else self._text.text()

    def show_send(self, summary: SendSummary | None) -> None:
        """Count down for this send, or for none."""
        left = summary.undo_seconds if summary is not None else 0.0
        if summary is None or left <= 0:
            self._end()
            return
        is_new = self._send_id != summary.send.id
        self._send_id, self._guests = summary.send.id, summary.total
        self._ends = monotonic() + left
        if is_new:
            self._lasts = left
        self._tick.start()
        self.show()
        self._tell()
        if is_new:
            announce(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is left of the time as a line that grows shorter."""
        super().paintEvent(event)
        if self._compact or self._send_id is None:
            return
        share = min(1.0, max(0.0, (self._ends - monotonic()) / self._lasts))
        width = self.width() * share
        start = self.width() - width if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else 0.0
        painter = QPainter(self)
        painter.fillRect(QRectF(start, self.height() - _LINE, width, _LINE), style.tokens().accent)
        painter.end()

    def _tell(self) -> None:
        left = self._ends - monotonic()
        if left <= 0:
            self._end()
            self.over.emit()
            return
        said = tr("Sending to {n:guest|guests} begins in {left} s", n=self._guests, left=ceil(left))
        if said != self._text.text():
            self._text.setText(said)
            self.setAccessibleDescription(said)
        if not self._compact:
            self.update()

    def _end(self) -> None:
        self._tick.stop()
        self._send_id = None
        self.hide()
