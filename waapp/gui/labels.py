"""Groups and tags in colour: the palette, how they are painted in a table, and an icon for lists."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from waapp.gui import style
from waapp.gui.delegates import PADDING, CellDelegate
from waapp.gui.paint import isolated
from waapp.texts import tr

if TYPE_CHECKING:
    from waapp.gui.table import TableModel

Index = QModelIndex | QPersistentModelIndex
Label = tuple[str, str]
"""A word and the name of its colour, empty for the neutral one."""

# Each names a pair of tokens that has been measured for contrast in light and in dark.
_TOKENS: Final[Mapping[str, str]] = {
    "": "queued",
    "blue": "sent",
    "green": "delivered",
    "violet": "read",
    "red": "failed",
    "amber": "unknown",
}
COLORS: Final = tuple(_TOKENS)
"""The names of the colours that a label may have; the first is the neutral one."""

_HEIGHT: Final = 20
_SIDE: Final = 7
_GAP: Final = 4


def color_word(color: str) -> str:
    """Return a colour's name for a person."""
    words = {
        "": tr("Grey"),
        "blue": tr("Blue"),
        "green": tr("Green"),
        "violet": tr("Violet"),
        "red": tr("Red"),
        "amber": tr("Amber"),
    }
    return words.get(color, words[""])


def ink_and_ground(color: str) -> tuple[QColor, QColor]:
    """Return the colours of a label's word and of what is behind it, in the scheme of now."""
    token, now = _TOKENS.get(color, _TOKENS[""]), style.tokens()
    return getattr(now, token), getattr(now, f"{token}_weak")


def color_icon(color: str) -> QIcon:
    """Return a dot in a colour."""
    pixmap = QPixmap(16, 16)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink_and_ground(color)[0])
    painter.drawEllipse(3, 3, 10, 10)
    painter.end()
    return QIcon(pixmap)


class LabelsDelegate(CellDelegate):
    """Paints the column's `value`, a sequence of `Label`, side by side; what does not fit is counted."""

    def paint_content(
        self, painter: QPainter, room: QRect, model: "TableModel[Any]", row: int, column: int,
        direction: Qt.LayoutDirection,
    ) -> None:  # fmt: skip
        """Paint the labels."""
        labels = cast("Sequence[Label] | None", model.cell_value(row, column))
        if not labels:
            return
        face = style.font(12)
        metrics = QFontMetrics(face)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(face)
        at = room.x()
        for place, (word, color) in enumerate(labels):
            left = len(labels) - place - 1
            reserved = metrics.horizontalAdvance(f"+{left}") + _GAP if left else 0
            width = min(metrics.horizontalAdvance(word) + 2 * _SIDE, room.right() - at - reserved)
            if place and width < metrics.horizontalAdvance("mm") + 2 * _SIDE:
                self._write(
                    painter,
                    room,
                    QRect(at, room.y(), room.right() - at, room.height()),
                    f"+{left + 1}",
                    direction,
                )
                break
            logical = QRect(at, room.y() + (room.height() - _HEIGHT) // 2, width, _HEIGHT)
            ink, ground = ink_and_ground(color)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(QStyle.visualRect(direction, room, logical)), 5, 5)
            painter.setPen(ink)
            shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, width - 2 * _SIDE + 1)
            self._write(painter, room, logical.adjusted(_SIDE, 0, -_SIDE + 1, 0), shown, direction)
            at += width + _GAP
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the room of the words."""
        width = QFontMetrics(style.font(12)).horizontalAdvance(str(index.data() or ""))
        return QSize(width + 2 * (_SIDE + PADDING), style.ROW_HEIGHT)

    def _write(
        self, painter: QPainter, room: QRect, logical: QRect, text: str, direction: Qt.LayoutDirection
    ) -> None:
        if direction is Qt.LayoutDirection.RightToLeft:
            text = isolated(text)
        side = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(
            QStyle.visualRect(direction, room, logical), side | Qt.AlignmentFlag.AlignVCenter, text
        )
