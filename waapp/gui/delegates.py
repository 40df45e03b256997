"""How table cells are painted: text in a tone, pills, bars and two lines. All mirror for right-to-left."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from waapp.gui import style
from waapp.gui.paint import Segments, isolated, paint_pill, paint_segments, pill_font, pill_width

if TYPE_CHECKING:
    from waapp.core.status import Shown
    from waapp.gui.table import Column, TableModel

PADDING = style.SPACE[2]
Index = QModelIndex | QPersistentModelIndex


class CellDelegate(QStyledItemDelegate):
    """Paints a cell's text; the ground, the line and the ring belong to the row (`row_pictures`).

    It asks the model's own methods instead of `data()`: one screen is hundreds of cells.
    """

    def paint_content(
        self, painter: QPainter, room: QRect, model: "TableModel[Any]", row: int, column: int,
        direction: Qt.LayoutDirection,
    ) -> None:  # fmt: skip
        """Paint what the cell says, in the room within its padding."""
        described = model.columns[column]
        painter.setFont(style.font(14, QFont.Weight.DemiBold if described.bold else QFont.Weight.Normal))
        painter.setPen(cell_color(described, model.row_at(row)))
        _draw_text(painter, room, model.cell_text(row, column), described.align, direction)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the room that the whole text wants; used when a column is fitted to its content."""
        described = cast("TableModel[Any]", index.model()).columns[index.column()]
        face = style.font(14, QFont.Weight.DemiBold if described.bold else QFont.Weight.Normal)
        width = QFontMetrics(face).horizontalAdvance(str(index.data() or "")) + PADDING * 2
        return QSize(width, style.ROW_HEIGHT)


class PillDelegate(CellDelegate):
    """Paints the column's `value` (a `Shown`) as a pill with the column's text as its word."""

    def paint_content(
        self, painter: QPainter, room: QRect, model: "TableModel[Any]", row: int, column: int,
        direction: Qt.LayoutDirection,
    ) -> None:  # fmt: skip
        """Paint the pill; a cell without a value stays empty."""
        state = model.cell_value(row, column)
        if state is not None:
            paint_pill(painter, room, cast("Shown", state), model.cell_text(row, column), direction)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the pill's room."""
        width = pill_width(str(index.data() or ""), QFontMetrics(pill_font()))
        return QSize(width + PADDING * 2, style.ROW_HEIGHT)


class SegmentDelegate(CellDelegate):
    """Paints the column's `value`, a pair of `Segments` and their total, as a bar; its text is for reading aloud."""

    def paint_content(
        self, painter: QPainter, room: QRect, model: "TableModel[Any]", row: int, column: int,
        direction: Qt.LayoutDirection,
    ) -> None:  # fmt: skip
        """Paint the bar."""
        value = cast("tuple[Segments, int] | None", model.cell_value(row, column))
        if value is not None:
            segments, total = value
            paint_segments(painter, room, segments, total, direction)


class TwoLineDelegate(CellDelegate):
    """Paints the column's text above its `detail`; `detail_first` puts the muted line on top, as the messages do."""

    def __init__(self, *, detail_first: bool = False) -> None:
        super().__init__()
        self._detail_first = detail_first

    def paint_content(
        self, painter: QPainter, room: QRect, model: "TableModel[Any]", row: int, column: int,
        direction: Qt.LayoutDirection,
    ) -> None:  # fmt: skip
        """Paint both lines, or one line centred when there is no detail."""
        described = model.columns[column]
        detail = model.cell_detail(row, column)
        if not detail:
            super().paint_content(painter, room, model, row, column, direction)
            return
        face = style.font(14, QFont.Weight.DemiBold if described.bold else QFont.Weight.Normal)
        small = style.font(14 if self._detail_first else 12)
        line = 18
        top = room.y() + (room.height() - line * 2) // 2
        upper, lower = (
            QRect(room.x(), top, room.width(), line),
            QRect(room.x(), top + line, room.width(), line),
        )
        main, second = (lower, upper) if self._detail_first else (upper, lower)
        painter.setFont(face)
        painter.setPen(cell_color(described, model.row_at(row)))
        _draw_text(painter, main, model.cell_text(row, column), described.align, direction)
        painter.setFont(small)
        painter.setPen(style.tokens().muted)
        _draw_text(painter, second, detail, described.align, direction)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the room of two lines."""
        return QSize(super().sizeHint(option, index).width(), style.TWO_LINE_ROW_HEIGHT)


class WrappedDelegate(CellDelegate):
    """Paints a text in a second line too where one is too short for it; a sentence in small letters."""

    def __init__(self, size: int = 12) -> None:
        super().__init__()
        self._size = size
        self._line = size + 4

    def paint_content(
        self, painter: QPainter, room: QRect, model: "TableModel[Any]", row: int, column: int,
        direction: Qt.LayoutDirection,
    ) -> None:  # fmt: skip
        """Paint one line, or two; what does not fit into the second is elided."""
        described = model.columns[column]
        face = style.font(self._size, QFont.Weight.DemiBold if described.bold else QFont.Weight.Normal)
        painter.setFont(face)
        painter.setPen(cell_color(described, model.row_at(row)))
        text = model.cell_text(row, column)
        first = _first_line(text, face, room.width())
        lines = [text] if first == len(text) else [text[:first].rstrip(), text[first:]]
        top = room.y() + (room.height() - self._line * len(lines)) // 2
        for place, line in enumerate(lines):
            strip = QRect(room.x(), top + self._line * place, room.width(), self._line)
            _draw_text(painter, strip, line, described.align, direction)


def _first_line(text: str, face: QFont, width: int) -> int:
    """Return how much of a text the first of several lines takes."""
    layout = QTextLayout(text, face)
    layout.setTextOption(QTextOption())
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(max(width, 1))
    layout.endLayout()
    return line.textLength()


def cell_color(column: "Column[Any]", row: object) -> QColor:
    """Return the colour of a cell's text."""
    token = column.color(row) if callable(column.color) else column.color
    return cast("QColor", getattr(style.tokens(), token))


def _draw_text(
    painter: QPainter, room: QRect, text: str, align: Qt.AlignmentFlag, direction: Qt.LayoutDirection
) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    if direction is Qt.LayoutDirection.RightToLeft:
        shown = isolated(shown)
    painter.drawText(room, _single_line(align, direction), shown)


@lru_cache(maxsize=16)
def _single_line(align: Qt.AlignmentFlag, direction: Qt.LayoutDirection) -> int:
    """Return the flags of a line; putting Python's flags together costs as much as painting some text."""
    # AlignAbsolute: otherwise Qt would swap the sides again for a text that begins in another direction.
    side = QStyle.visualAlignment(direction, align) | Qt.AlignmentFlag.AlignAbsolute
    return int((side | Qt.AlignmentFlag.AlignVCenter).value | Qt.TextFlag.TextSingleLine.value)
