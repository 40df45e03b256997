"""The life of one invitation, newest step first."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from waapp.gui import style
from waapp.gui.message_facts import Step
from waapp.texts import tr

_TITLE_WIDTH = 92
_DOT = 8


class _Dot(QWidget):
    """A coloured point; grey for the steps that are past."""

    def __init__(self, step: Step | None) -> None:
        super().__init__()
        self._step = step
        self.setFixedSize(QSize(_DOT, 20))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour())
        painter.drawEllipse(0, 6, _DOT, _DOT)

    def _colour(self) -> QColor:
        if self._step is None:
            return style.tokens().line
        return style.pill_colors(self._step.shown).ink


class Timeline(QWidget):
    """A list of steps; `show_steps` replaces them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setAccessibleName(tr("What happened so far"))
        self._steps: tuple[Step, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnMinimumWidth(1, _TITLE_WIDTH)
        self._grid.setColumnStretch(2, 1)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return what is shown, newest first."""
        return self._steps

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Replace what is shown; the same steps again cost nothing."""
        if tuple(steps) == self._steps:
            return
        self._steps = tuple(steps)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for line, step in enumerate(steps):
            title, detail = QLabel(step.title), QLabel(step.detail)
            title.setFont(style.font(14, QFont.Weight.Medium))
            detail.setProperty("tone", "muted")
            for label in (title, detail):
                label.setWordWrap(True)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
            detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(_Dot(step if line == 0 else None), line, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(title, line, 1)
            self._grid.addWidget(detail, line, 2)
        self.setAccessibleDescription("; ".join(f"{step.title}: {step.detail}" for step in steps))
