"""The view of a table: whole rows, by keyboard and pointer, that stay where they are when the data changes."""

from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from waapp.gui import style
from waapp.gui.delegates import CellDelegate
from waapp.gui.row_pictures import Layout, Marks, RowPictures
from waapp.gui.table import Index, Kept, TableModel, shared_widths
from waapp.texts import tr

_TO_A_ROW: Final = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
)
_MOST_PARTS: Final = 1_000


class TableView(QTableView):
    """A table of whole rows that keeps selection, current row and scroll when the model is rearranged.

    `picked` gives the ids of the selected rows (as `Kept`) and comes only when others are selected than before;
    `opened` comes when a row is double-clicked or Enter is pressed on it. Alt with a digit sorts by that column.
    """

    picked = Signal(object)
    opened = Signal(object)

    def __init__(self, model: TableModel[Any], row_height: int = style.ROW_HEIGHT) -> None:
        super().__init__()
        self.hovered_row = -1
        self._table = model
        self._kept: Kept[Any] = model.keep(())
        self._is_restoring = False
        self._kept_current: Hashable | None = None
        self._kept_top: tuple[Hashable, int] | None = None
        self._kept_sorting = model.sorting
        self._last_picked = self._kept
        self._given = {place: column.width for place, column in enumerate(model.columns)}
        self._delegates = [(column.delegate or CellDelegate)() for column in model.columns]
        self._pictures = RowPictures(model, self._delegates)
        self.setModel(model)
        for place, delegate in enumerate(self._delegates):
            self.setItemDelegateForColumn(place, delegate)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(row_height)
        self.verticalHeader().setDefaultSectionSize(row_height)
        self._dress_header()
        for header in (self.horizontalHeader(), self.verticalHeader()):
            # Before it paints, a header asks of every row whether it is selected: with all of many that takes seconds.
            header.setSelectionModel(QItemSelectionModel(model, header))
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        model.rowsRemoved.connect(self._tell_picked)
        self.activated.connect(lambda index: self.opened.emit(model.id_at(index.row())))
        self.selectionModel().selectionChanged.connect(self._tell_picked)

    def selected_ids(self) -> list[Hashable]:
        """Return the ids of the selected rows, from top to bottom."""
        return list(self._table.keep(self._selected_spans()))

    def _selected_spans(self) -> list[tuple[int, int]]:
        """Return the first and last rows of what is selected, from top to bottom."""
        spans: list[tuple[int, int]] = []
        below = 0  # parts may overlap
        for top, bottom in sorted(
            {(part.top(), part.bottom()) for part in self.selectionModel().selection().toList()}
        ):
            if bottom >= below:
                spans.append((max(top, below), bottom))
                below = bottom + 1
        return spans

    def select_ids(self, ids: Iterable[Hashable]) -> None:
        """Select these rows and nothing else; ids that are not shown are passed over.

        Thousands that lie scattered among others are not selected: nobody could see them together, and Qt would hold
        the window up for them.
        """
        rows = self._table.rows_for_ids(ids)
        parts = sum(row + 1 != below for row, below in pairwise(rows)) + 1
        self._select(rows if parts <= _MOST_PARTS else ())

    def _select(self, rows: Sequence[int]) -> None:
        """Select the rows at these positions, from top to bottom, and nothing else."""
        model = self._table
        # Of a single row it would do nothing where only one may be selected.
        if len(rows) == len(model) > 1:
            self.selectAll()
            return
        selection = QItemSelection()
        start = 0
        for place, row in enumerate(rows):
            if place + 1 == len(rows) or rows[place + 1] != row + 1:
                selection.select(model.index(rows[start], 0), model.index(row, len(model.columns) - 1))
                start = place + 1
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def current_id(self) -> Hashable | None:
        """Return the id of the row that has the keyboard, or None."""
        index = self.currentIndex()
        return self._table.id_at(index.row()) if index.isValid() else None

    def go_to(self, row_id: Hashable) -> bool:
        """Select a row, make it current and scroll to it; False when it is not shown."""
        row = self._table.row_for_id(row_id)
        if row < 0:
            return False
        self.setCurrentIndex(self._table.index(row, 0))
        self.select_ids([row_id])
        self.scrollTo(self._table.index(row, 0))
        return True

    def _dress_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        header.setFixedHeight(33)
        header.setSectionsClickable(True)
        for place, column in enumerate(self._table.columns):
            stretch = QHeaderView.ResizeMode.Stretch if column.stretch else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(place, stretch)
            self.setColumnWidth(place, column.width)
        sorting, order = self._table.sorting
        header.setSortIndicatorClearable(False)
        header.setSortIndicator(sorting, order)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self._sort_by)

    def _sort_by(self, place: int) -> None:
        if not 0 <= place < len(self._table.columns) or not self._table.columns[place].sortable:
            return
        column, order = self._table.sorting
        ascending, descending = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        wanted = descending if column == place and order is ascending else ascending
        self.horizontalHeader().setSortIndicator(place, wanted)
        self._table.sort(place, wanted)

    def _keep(self) -> None:
        self._kept = self._table.keep(self._selected_spans())
        self._kept_current = self.current_id()
        top = self.rowAt(0)
        offset = self.verticalScrollBar().value() - top * self.verticalHeader().defaultSectionSize()
        self._kept_top = (
            (self._table.id_at(top), offset) if top >= 0 and self.verticalScrollBar().value() else None
        )

    def _restore(self) -> None:
        model, kept = self._table, self._kept
        self._kept = model.keep(())  # the rows that it names may be many, and gone
        still = model.find(kept)
        self._is_restoring = True
        try:
            self._select(still)
        finally:
            self._is_restoring = False
        current = -1 if self._kept_current is None else model.row_for_id(self._kept_current)
        if current >= 0:
            self.selectionModel().setCurrentIndex(
                model.index(current, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        self.updateGeometries()
        if self._kept_sorting != model.sorting:
            self._kept_sorting = model.sorting
            if current >= 0 and kept.slots:
                self.scrollTo(model.index(current, 0), QAbstractItemView.ScrollHint.PositionAtCenter)
            else:
                self.scrollToTop()
        elif self._kept_top is not None:
            top, offset = self._kept_top
            row = model.row_for_id(top)
            if row >= 0:
                self.verticalScrollBar().setValue(row * self.verticalHeader().defaultSectionSize() + offset)
        if len(still) < len(kept.slots):
            self._tell_picked()
        else:
            # The same rows, perhaps in another order.
            self._last_picked = self._table.keep(self._selected_spans())

    def _tell_picked(self, *_args: object) -> None:
        if self._is_restoring:
            return
        picked = self._table.keep(self._selected_spans())
        if picked != self._last_picked:
            self._last_picked = picked
            self.picked.emit(picked)

    # Qt's interface

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint whole rows; Qt's own way asks style, model and delegate for every cell of them."""
        model, selection = self._table, self.selectionModel()
        height = self.verticalHeader().defaultSectionSize()
        offset = self.verticalOffset()
        first = (event.rect().top() + offset) // height
        last = min((event.rect().bottom() + offset) // height, len(model) - 1)
        ringed = self.currentIndex().row() if self.hasFocus() else -1
        layout = self._row_layout(height)
        painter = QPainter(self.viewport())
        for row in range(first, last + 1):
            selected = selection.isSelected(model.index(row, 0))
            marks = Marks(selected, not selected and row == self.hovered_row, row == ringed)
            painter.drawPixmap(0, row * height - offset, self._pictures.get(row, marks, layout))
        painter.end()
        self._pictures.forget(self.viewport().height() // height + 2)

    def _row_layout(self, height: int) -> Layout:
        shown = [place for place in range(len(self._table.columns)) if not self.isColumnHidden(place)]
        return Layout(
            QSize(self.viewport().width(), height),
            self.devicePixelRatioF(),
            self.layoutDirection(),
            tuple((place, self.columnViewportPosition(place), self.columnWidth(place)) for place in shown),
        )

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Repaint: the ring goes around whole rows."""
        super().currentChanged(current, previous)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Sort by Alt and a digit; everything else as usual."""
        digit = event.key() - Qt.Key.Key_1
        if event.modifiers() == Qt.KeyboardModifier.AltModifier and 0 <= digit <= 8:
            shown = [place for place in range(len(self._table.columns)) if not self.isColumnHidden(place)]
            if digit < len(shown):
                self._sort_by(shown[digit])
            return
        super().keyPressEvent(event)
        current = self.currentIndex()
        if event.key() in _TO_A_ROW and current.isValid() and not self.selectionModel().hasSelection():
            # The current row may be the only one: then Qt goes nowhere and selects nothing.
            self._select([current.row()])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the row under the pointer."""
        self._hover(self.rowAt(event.position().toPoint().y()))
        super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Unmark the row when the pointer leaves."""
        if event.type() is QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the columns that say so while there is too little room, and let others give some of theirs."""
        super().resizeEvent(event)
        for place, column in enumerate(self._table.columns):
            if column.hide_below:
                self.setColumnHidden(place, self.viewport().width() < column.hide_below)
        self.share_room()

    def share_room(self) -> None:
        """Keep the column that stretches readable at the others' expense."""
        shown = [place for place in range(len(self._table.columns)) if not self.isColumnHidden(place)]
        stretched = [place for place in shown if self._table.columns[place].stretch]
        room = self.viewport().width() - sum(self._table.columns[place].width for place in stretched)
        self._give([place for place in shown if place not in stretched], room)

    def _give(self, places: Sequence[int], room: int) -> None:
        """Share the room out among columns, but for those that the planner has drawn to another width."""
        widths = shared_widths([self._table.columns[place] for place in places], room)
        for place, width in zip(places, widths, strict=True):
            if self.columnWidth(place) == self._given[place]:
                self.setColumnWidth(place, width)
                self._given[place] = self.columnWidth(place)

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()


def table_view(
    model: TableModel[Any], object_name: str, accessible_name: str, row_height: int = style.ROW_HEIGHT
) -> TableView:
    """Return a table for a model, ready for keyboard and screen reader."""
    view = TableView(model, row_height)
    view.setObjectName(object_name)
    view.setAccessibleName(accessible_name)
    view.setAccessibleDescription(tr("Enter opens a row; Alt and a digit sorts by that column."))
    return view
