"""Search and filter chips above a list: side by side, or one above the other where there is little room."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QSizePolicy, QWidget

from waapp.gui import style
from waapp.gui.widgets import Chips, SearchField


class ChipStrip(QScrollArea):
    """Holds chips that may need more room than there is; the wheel and Tab bring the rest into view."""

    def __init__(self, chips: Chips) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setFixedHeight(style.CONTROL_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._chips = chips
        self.setWidget(chips)

    def sizeHint(self) -> QSize:
        """Return the room of all chips."""
        return QSize(self._chips.sizeHint().width(), style.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the least room; the rest scrolls."""
        return QSize(120, style.CONTROL_HEIGHT)


class FilterBar(QWidget):
    """A search field and chips that go to a second line when both do not fit."""

    def __init__(self, search: SearchField, chips: Chips) -> None:
        super().__init__()
        self._search = search
        self._chips = chips
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(style.SPACE[1])
        search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._row.addWidget(search, 1000)
        self._row.addWidget(ChipStrip(chips))
        self._row.addStretch(1)
        chips.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again whether both fit when the chips' counts grow."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._arrange()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use one line or two."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        wanted = self._search.minimumWidth() + style.SPACE[1] + self._chips.sizeHint().width()
        both = (
            QBoxLayout.Direction.LeftToRight if wanted <= self.width() else QBoxLayout.Direction.TopToBottom
        )
        if self._row.direction() is not both:
            self._row.setDirection(both)
