"""A part of a panel that is folded away until it is wanted."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QVBoxLayout, QWidget

from waapp.gui import style
from waapp.gui.paint import isolated
from waapp.gui.widgets import name

_ICON = 16


class SectionHead(QPushButton):
    """Folds and unfolds by click or Space; folded, it says beside its title what is inside."""

    def __init__(self, title: str, object_name: str) -> None:
        super().__init__()
        self._title = title
        self._summary = ""
        name(self, object_name, title)
        self.setProperty("kind", "fold")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def summary(self) -> str:
        """What is said to be inside."""
        return self._summary

    def set_summary(self, text: str) -> None:
        """Say what is inside; empty for nothing."""
        if text != self._summary:
            self._summary = text
            self.setAccessibleDescription(text)
            self.setToolTip(text)
            self.update()

    def sizeHint(self) -> QSize:
        """Return the room of one line."""
        return QSize(style.PANEL_WIDTH // 2, style.SMALL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the room of the title."""
        return QSize(_ICON + style.SPACE[0] + QFontMetrics(_title_font()).horizontalAdvance(self._title), 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the arrow, the title and, while folded, what is inside."""
        super().paintEvent(event)
        direction = self.layoutDirection()
        mirrored = direction is Qt.LayoutDirection.RightToLeft
        now, room = style.tokens(), self.rect()
        painter = QPainter(self)
        arrow = "chevron-down" if self.isChecked() else "chevron-left" if mirrored else "chevron-right"
        at = QRect(2, (room.height() - _ICON) // 2, _ICON, _ICON)
        painter.drawPixmap(QStyle.visualRect(direction, room, at), style.pixmap(arrow, "muted", _ICON))
        start = at.right() + 1 + style.SPACE[0]
        title = QFontMetrics(_title_font()).horizontalAdvance(self._title)
        painter.setFont(_title_font())
        painter.setPen(now.text)
        self._write(painter, QRect(start, 0, title + 1, room.height()), self._title)
        start += title + style.SPACE[1]
        width = room.width() - start - style.SPACE[0]
        if self._summary and not self.isChecked() and width > _ICON:
            painter.setFont(style.font(12))
            painter.setPen(now.muted)
            words = painter.fontMetrics().elidedText(self._summary, Qt.TextElideMode.ElideRight, width)
            self._write(painter, QRect(start, 0, width, room.height()), words)
        painter.end()

    def _write(self, painter: QPainter, logical: QRect, words: str) -> None:
        direction = self.layoutDirection()
        if direction is Qt.LayoutDirection.RightToLeft:
            words = isolated(words)
        side = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignAbsolute
        where = QStyle.visualRect(direction, self.rect(), logical)
        painter.drawText(where, side | Qt.AlignmentFlag.AlignVCenter, words)


class Section(QWidget):
    """A head and, beneath it while unfolded, `content`."""

    def __init__(self, title: str, object_name: str) -> None:
        super().__init__()
        self.head = SectionHead(title, object_name)
        self._inside = QWidget()
        self.content = QVBoxLayout(self._inside)
        self.content.setContentsMargins(0, style.SPACE[1], 0, style.SPACE[1])
        self.content.setSpacing(style.SPACE[2])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._inside)
        self._inside.hide()
        self.head.toggled.connect(self._inside.setVisible)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def is_open(self) -> bool:
        """Whether the content is shown."""
        return self.head.isChecked()

    def open(self) -> None:
        """Show the content."""
        self.head.setChecked(True)


def _title_font() -> QFont:
    return style.font(13, QFont.Weight.Medium)
