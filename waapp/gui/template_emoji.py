"""The emoji picker: search, groups, a grid; everything by keyboard as well."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from waapp.core.emoji_table import GROUPS, Emoji, find, in_group, read_emoji
from waapp.gui import style
from waapp.gui.widgets import button, label, name
from waapp.paths import resource_text
from waapp.texts import tr

_CELL: Final = 36
_COLUMNS: Final = 9
_ROWS: Final = 6
_REMEMBERED: Final = 18
_RECENT: Final = "recent"
_SIGNS: Final = {
    _RECENT: "🕒",
    "party": "🎉",
    "smileys": "😀",
    "people": "👋",
    "nature": "🌸",
    "food": "🍽️",
    "places": "✈️",
    "activities": "🎵",
    "objects": "💡",
    "symbols": "❤️",
    "flags": "🏳️",
}


class EmojiPicker(QFrame):
    """A popup that is `picked` from; typing searches, arrows move, Enter picks, Esc closes."""

    picked = Signal(str)

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        name(self, object_name, tr("Emoji"))
        self.setProperty("card", "true")
        self._recent: list[Emoji] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(style.SPACE[1])
        self.field = QLineEdit()
        name(self.field, f"{object_name}.search", tr("Search emoji"))
        self.field.setPlaceholderText(tr("Search emoji"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(lambda _text: self._show())
        self.field.installEventFilter(self)
        column.addWidget(self.field)
        column.addLayout(self._build_groups(object_name))
        self.grid = QListWidget()
        name(self.grid, f"{object_name}.grid", tr("Emoji"))
        self.grid.setViewMode(QListWidget.ViewMode.IconMode)
        self.grid.setMovement(QListWidget.Movement.Static)
        self.grid.setResizeMode(QListWidget.ResizeMode.Fixed)
        self.grid.setUniformItemSizes(True)
        self.grid.setGridSize(QSize(_CELL, _CELL))
        self.grid.setItemDelegate(_EmojiDelegate(self.grid))
        self.grid.setMouseTracking(True)
        self.grid.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.grid.setFixedSize(_CELL * _COLUMNS + 28, _CELL * _ROWS)  # with room for the bar at its side
        self.grid.itemClicked.connect(self._pick)
        self.grid.itemActivated.connect(self._pick)
        self.grid.itemEntered.connect(self.grid.setCurrentItem)
        self.grid.currentItemChanged.connect(self._say)
        self.grid.installEventFilter(self)
        column.addWidget(self.grid)
        self._said = label("", tone="muted", size=12)
        self._said.setWordWrap(False)
        column.addWidget(self._said)

    def _build_groups(self, object_name: str) -> QHBoxLayout:
        words = {
            _RECENT: tr("Used last"),
            "party": tr("For invitations"),
            "smileys": tr("Smileys"),
            "people": tr("People"),
            "nature": tr("Animals and plants"),
            "food": tr("Food and drink"),
            "places": tr("Travel and places"),
            "activities": tr("Activities"),
            "objects": tr("Things"),
            "symbols": tr("Signs"),
            "flags": tr("Flags"),
        }
        row = QHBoxLayout()
        row.setSpacing(0)
        self._groups = QButtonGroup(self)
        self._tabs: dict[str, QPushButton] = {}
        for key in (_RECENT, *GROUPS):
            tab = button(_SIGNS[key], f"{object_name}.{key}", kind="icon", accessible_name=words[key])
            tab.setCheckable(True)
            tab.setFixedWidth(30)
            tab.toggled.connect(lambda on: self._choose_group() if on else None)
            self._groups.addButton(tab)
            self._tabs[key] = tab
            row.addWidget(tab)
        row.addStretch(1)
        return row

    def open_at(self, place: QPoint) -> None:
        """Show the picker below a place of the screen, or above where there is no room."""
        self.field.clear()
        self._tabs[_RECENT].setVisible(bool(self._recent))
        (self._tabs[_RECENT] if self._recent else self._tabs[GROUPS[0]]).setChecked(True)
        self._show()
        self.adjustSize()
        screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        x = min(place.x(), room.right() - self.width())
        y = (
            place.y()
            if place.y() + self.height() <= room.bottom()
            else max(room.top(), place.y() - self.height() - 40)
        )
        self.move(max(room.left(), x), y)
        self.show()
        self.field.setFocus()

    def shown(self) -> list[str]:
        """Return the emoji in the grid."""
        return [self.grid.item(row).text() for row in range(self.grid.count())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows go from the search to the grid, and letters from the grid to the search."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        key = event.key()
        if watched is self.field and key in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            item = self.grid.currentItem()
            if key == Qt.Key.Key_Down:
                self.grid.setFocus()
            elif item is not None:
                self._pick(item)
            return True
        if watched is self.grid:
            if key == Qt.Key.Key_Up and self.grid.currentRow() < _COLUMNS:
                self.field.setFocus()
                return True
            if key == Qt.Key.Key_Space and self.grid.currentItem() is not None:
                self._pick(self.grid.currentItem())
                return True
            if event.text().strip() and event.text().isprintable():
                self.field.setFocus()
                self.field.insert(event.text())
                return True
        return super().eventFilter(watched, event)

    def _choose_group(self) -> None:
        if self.field.text():
            self.field.clear()
        else:
            self._show()

    def _show(self) -> None:
        if self.field.text().strip():
            entries: Sequence[Emoji] = find(_table(), self.field.text())
        else:
            group = next((key for key, tab in self._tabs.items() if tab.isChecked()), GROUPS[0])
            entries = self._recent if group == _RECENT else in_group(_table(), group)
        self.grid.clear()
        for emoji in entries:
            item = QListWidgetItem(emoji.sign)
            item.setData(Qt.ItemDataRole.UserRole, emoji)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, emoji.name)
            item.setToolTip(emoji.name)
            self.grid.addItem(item)
        self.grid.setCurrentRow(0 if entries else -1)
        if not entries:
            self._said.setText(tr("Nothing found") if self.field.text() else "")

    def _say(self, item: QListWidgetItem | None) -> None:
        self._said.setText(item.data(Qt.ItemDataRole.UserRole).name.capitalize() if item is not None else "")

    def _pick(self, item: QListWidgetItem) -> None:
        emoji: Emoji = item.data(Qt.ItemDataRole.UserRole)
        self._recent = [emoji, *(each for each in self._recent if each != emoji)][:_REMEMBERED]
        self.hide()
        self.picked.emit(emoji.sign)


class _EmojiDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the room of one emoji."""
        return QSize(_CELL, _CELL)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours = style.tokens()
        rect = QRectF(option.rect).adjusted(2, 2, -2, -2)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(colours.accent_weak)
            focused = bool(state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(QPen(colours.accent, 2) if focused else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(rect, style.RADIUS, style.RADIUS)
        font = QFont(style.font(20))
        painter.setFont(font)
        painter.setPen(colours.text)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), index.data())
        painter.restore()


@lru_cache(maxsize=1)
def _table() -> tuple[Emoji, ...]:
    return read_emoji(resource_text("emoji.tsv"))
