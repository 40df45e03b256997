"""The templates by name and state, with those that hold unsaved changes marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from waapp.gui import style
from waapp.gui.widgets import name
from waapp.texts import tr

_KEY = Qt.ItemDataRole.UserRole
_ENTRY = Qt.ItemDataRole.UserRole + 1
_ROW_HEIGHT = 58


@dataclass(frozen=True, slots=True)
class TemplateEntry:
    """One line of the list; `token` colours its second line."""

    key: UUID
    title: str
    state: str
    token: str
    is_unsaved: bool = False
    is_retired: bool = False


class _EntryDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the room that shows everything."""
        return QSize(100, _ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: TemplateEntry = index.data(_ENTRY)
        colours = style.tokens()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        direction: Qt.LayoutDirection = option.direction
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(colours.accent_weak)
            painter.drawRoundedRect(QRectF(rect), style.RADIUS, style.RADIUS)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(colours.hover)
            painter.drawRoundedRect(QRectF(rect), style.RADIUS, style.RADIUS)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_Selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.accent, 2))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), style.RADIUS, style.RADIUS)
        room = rect.adjusted(10, 9, -10, -9)
        side = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignAbsolute
        for text, font, colour, top in (
            (entry.title, style.font(14, QFont.Weight.DemiBold), colours.text, 0),
            (entry.state, style.font(12), getattr(colours, entry.token), 21),
        ):
            painter.setFont(font)
            painter.setPen(colour)
            line = QRect(room.x(), room.y() + top, room.width(), 20)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.restore()


class TemplateList(QListWidget):
    """Shows entries; `chosen` tells which one a person went to."""

    chosen = Signal(object)

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name(self, object_name, tr("Templates"))
        self.setItemDelegate(_EntryDelegate(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.currentItemChanged.connect(self._on_current)

    def show_entries(self, entries: Sequence[TemplateEntry], current: UUID | None) -> None:
        """Show these in this order, keeping what did not change and the place that is scrolled to."""
        was = self.blockSignals(True)
        try:
            for place, entry in enumerate(entries):
                if place == self.count():
                    self.addItem(QListWidgetItem())
                item = self.item(place)
                if item.data(_ENTRY) != entry:
                    item.setData(_KEY, entry.key)
                    item.setData(_ENTRY, entry)
                    item.setText(f"{entry.title}, {entry.state}")
                    item.setToolTip(entry.title)
                if entry.key == current:
                    self.setCurrentItem(item)
            while self.count() > len(entries):
                self.takeItem(self.count() - 1)
            if current is None:
                self.setCurrentRow(-1)
        finally:
            self.blockSignals(was)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(_KEY))
