"""The rows of a table as pictures: painted once, and again only when something about them is different."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from waapp.gui import style
from waapp.gui.delegates import PADDING, CellDelegate
from waapp.gui.table import TableModel

_SPARE: Final = 2
"""Screens of rows that are kept: this one, and one that was scrolled away or sorted out of sight."""
_RING: Final = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the cells of every row are; `columns` holds place, left edge and width of each that is shown."""

    size: QSize
    ratio: float
    direction: Qt.LayoutDirection
    columns: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """What sets a row off from the others."""

    selected: bool = False
    hovered: bool = False
    ringed: bool = False


@dataclass(frozen=True, slots=True)
class _Picture:
    row: object
    marks: Marks
    pixmap: QPixmap


class RowPictures:
    """Keeps the pictures of the rows that are in sight.

    Painting a cell passes from Qt to Python and back a dozen times, and while a send runs the rows in sight are
    painted many times a second: hardly one of them is different then.
    """

    def __init__(self, model: TableModel[Any], delegates: Sequence[CellDelegate]) -> None:
        self._model = model
        self._delegates = delegates
        self._pictures: OrderedDict[Hashable, _Picture] = OrderedDict()
        self._painted_for: tuple[Layout, style.Tokens, int] | None = None

    def get(self, position: int, marks: Marks, layout: Layout) -> QPixmap:
        """Return the picture of the row that is shown at a position."""
        model = self._model
        painted_for = (layout, style.tokens(), model.edition)
        if painted_for != self._painted_for:
            self._painted_for = painted_for
            self._pictures.clear()
        row_id, row = model.id_at(position), model.row_at(position)
        known = self._pictures.get(row_id)
        if known is None or known.row is not row or known.marks != marks:
            known = self._pictures[row_id] = _Picture(row, marks, self._paint(position, marks, layout))
        self._pictures.move_to_end(row_id)
        return known.pixmap

    def forget(self, screen: int) -> None:
        """Keep a few screens of so many rows, those that were painted last."""
        while len(self._pictures) > _SPARE * screen:
            self._pictures.popitem(last=False)

    def _paint(self, position: int, marks: Marks, layout: Layout) -> QPixmap:
        width, height = layout.size.width(), layout.size.height()
        pixmap = QPixmap(layout.size * layout.ratio)
        pixmap.setDevicePixelRatio(layout.ratio)
        now = style.tokens()
        ground = now.accent_weak if marks.selected else now.hover if marks.hovered else now.surface
        pixmap.fill(ground)
        painter = QPainter(pixmap)
        painter.fillRect(0, height - 1, width, 1, now.line)
        for column, left, breadth in layout.columns:
            room = QRect(left + PADDING, 0, breadth - 2 * PADDING, height - 1)
            # Nothing may be painted into the neighbour's cell.
            painter.setClipRect(left, 0, breadth, height)
            self._delegates[column].paint_content(
                painter, room, self._model, position, column, layout.direction
            )
        if marks.ringed:
            painter.setClipping(False)
            for x, y, w, h in (
                (0, 0, width, _RING),
                (0, height - _RING, width, _RING),
                (0, 0, _RING, height),
                (width - _RING, 0, _RING, height),
            ):
                painter.fillRect(x, y, w, h, now.accent)
        painter.end()
        return pixmap
