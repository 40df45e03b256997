"""Tables that stay smooth with a hundred thousand rows: a model that sorts and filters itself, and its view.

A proxy model would call back into Python for every comparison; measured at 100,000 rows, that is seconds
where this model needs milliseconds.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QTableView

from waapp.gui import style
from waapp.gui.delegates import CellDelegate
from waapp.gui.row_order import RowOrder, Taken
from waapp.texts import tr

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

_ONE_BY_ONE: Final = 8
"""Up to this many moves, insertions or removals are announced singly; more are announced as a reset."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: what it says of a row, how it sorts and how wide it is.

    `sort_key` may return None: such rows come last in either direction; without one the text sorts.
    `value` feeds the pill and bar delegates, `detail` the second line, `color` names a token of the style.
    A column gets `width` pixels, or shares what is left when `stretch` is set; it hides itself while the
    table is narrower than `hide_below`.
    """

    key: str
    title: str
    text: Callable[[Row], str]
    sort_key: Callable[[Row], Any] | None = None
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
    width: int = 120
    stretch: bool = False
    color: str | Callable[[Row], str] = "text"
    bold: bool = False
    value: Callable[[Row], Any] | None = None
    detail: Callable[[Row], str] | None = None
    tip: Callable[[Row], str] | None = None
    delegate: Callable[[], QStyledItemDelegate] | None = None
    hide_below: int = 0
    sortable: bool = True


class TableModel(QAbstractTableModel, Generic[Row]):
    """Rows by id, in an order and through a filter of their own.

    Texts are computed once per row, when a cell is first shown. `counted` tells that the number of rows,
    shown or total, may have changed.
    """

    counted = Signal()

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        identify: Callable[[Row], Hashable] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns: Final = tuple(columns)
        self._identify: Callable[[Row], Hashable] = identify or attrgetter("id")
        self._order: RowOrder[Row] = RowOrder()
        self._texts: dict[Hashable, list[str | None]] = {}
        self._sorting = (-1, Qt.SortOrder.AscendingOrder)

    # What pages ask

    def __len__(self) -> int:
        return len(self._order.shown)

    @property
    def total(self) -> int:
        """The number of rows, filtered out or not."""
        return len(self._order.rows)

    def row(self, row_id: Hashable) -> Row | None:
        """Return the row with this id, also when the filter hides it."""
        return self._order.rows.get(row_id)

    def row_at(self, position: int) -> Row:
        """Return the row shown at this position."""
        return self._order.rows[self._order.shown[position]]

    def id_at(self, position: int) -> Hashable:
        """Return the id of the row shown at this position."""
        return self._order.shown[position]

    def row_for_id(self, row_id: Hashable) -> int:
        """Return the position of a row, or -1 when it is not shown."""
        return self._order.position(row_id)

    def all_rows(self) -> Iterable[Row]:
        """Return every row, filtered out or not, in the order of arrival."""
        return self._order.rows.values()

    def shown_rows(self) -> Iterator[Row]:
        """Iterate over the rows that are shown, in their order."""
        return map(self._order.rows.__getitem__, self._order.shown)

    @property
    def sorting(self) -> tuple[int, Qt.SortOrder]:
        """The column that orders the rows (-1 for order of arrival) and its direction."""
        return self._sorting

    # What delegates ask

    def cell_text(self, position: int, column: int) -> str:
        """Return what a cell says, computed once per row."""
        row_id = self._order.shown[position]
        texts = self._texts.get(row_id)
        if texts is None:
            texts = self._texts[row_id] = [None] * len(self.columns)
        text = texts[column]
        if text is None:
            text = texts[column] = self.columns[column].text(self._order.rows[row_id])
        return text

    def cell_value(self, position: int, column: int) -> object:
        """Return what a column's delegate paints."""
        value = self.columns[column].value
        return None if value is None else value(self.row_at(position))

    def cell_detail(self, position: int, column: int) -> str:
        """Return the second line of a cell."""
        detail = self.columns[column].detail
        return "" if detail is None else detail(self.row_at(position))

    # What changes

    def replace_all(self, rows: Iterable[Row]) -> None:
        """Show these rows instead of all that were there."""
        identify = self._identify
        self.beginResetModel()
        self._order.rows = {identify(row): row for row in rows}
        self._texts.clear()
        self._order.rearrange()
        self.endResetModel()
        self.counted.emit()

    def apply(self, rows: Sequence[Row]) -> None:
        """Add these rows, or replace those with the same ids.

        When neither the order nor the filter's verdict changes, this is one `dataChanged`.
        """
        identify, order = self._identify, self._order
        before = len(order.rows)
        changed: list[int] = []
        moving: dict[Hashable, None] = {}
        for row in rows:
            row_id = identify(row)
            taken = order.take(row_id, row)
            self._texts.pop(row_id, None)
            if taken is Taken.PLACE:
                moving[row_id] = None
            elif taken is Taken.VALUES:
                moving.pop(row_id, None)  # the same row twice: the later one has brought it back
                changed.append(order.position(row_id))
        if changed:
            self._tell_changed(min(changed), max(changed))
        if len(moving) > _ONE_BY_ONE:
            self.beginResetModel()
            order.rearrange_only(moving)
            self.endResetModel()
        else:
            for row_id in moving:
                self._move(row_id)
        if moving or len(order.rows) != before:
            self.counted.emit()

    def remove(self, ids: Iterable[Hashable]) -> None:
        """Take rows out; ids that are not there are passed over."""
        leaving = [row_id for row_id in dict.fromkeys(ids) if row_id in self._order.rows]
        for row_id in leaving:
            self._texts.pop(row_id, None)
        if len(leaving) > _ONE_BY_ONE:
            self.beginResetModel()
            self._order.drop(leaving)
            self._order.rearrange()
            self.endResetModel()
        else:
            for row_id in leaving:
                self._hide(row_id)
            self._order.drop(leaving)
        if leaving:
            self.counted.emit()

    def set_filter(self, predicate: Callable[[Row], bool] | None) -> None:
        """Show only the rows that the predicate accepts; None shows all."""
        self._order.set_filter(predicate)
        self._rearrange()
        self.counted.emit()

    def refresh_texts(self) -> None:
        """Compute all texts anew: the language, the time zone or the clock has moved on."""
        self._texts.clear()
        if len(self):
            self._tell_changed(0, len(self) - 1)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; -1 restores the order of arrival."""
        if column >= 0 and not self.columns[column].sortable:
            return
        self._sorting = (column, order)
        self._order.set_key(self._sort_key(column), descending=order is Qt.SortOrder.DescendingOrder)
        self._rearrange()

    # Qt's interface

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of shown rows."""
        return 0 if parent.isValid() else len(self)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text, also for reading aloud; painting does not pass through here."""
        if not index.isValid():
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self.cell_text(index.row(), index.column())
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self.cell_detail(index.row(), index.column()) or None
        if role == Qt.ItemDataRole.ToolTipRole and column.tip is not None:
            return column.tip(self.row_at(index.row())) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's title."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.columns[section].align | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole:
            return style.font(12, QFont.Weight.Medium)
        return None

    # Keeping the view in step

    def _sort_key(self, place: int) -> Callable[[Row], Any] | None:
        if place < 0:
            return None
        column = self.columns[place]
        text = column.text
        return column.sort_key or (lambda row: text(row).casefold() or None)

    def _rearrange(self) -> None:
        self.beginResetModel()
        self._order.rearrange()
        self.endResetModel()

    def _tell_changed(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def _hide(self, row_id: Hashable) -> None:
        position = self._order.position(row_id)
        if position >= 0:
            self.beginRemoveRows(QModelIndex(), position, position)
            self._order.hide(row_id)
            self.endRemoveRows()

    def _move(self, row_id: Hashable) -> None:
        """Bring one row to where its new values belong: in, out, or to another place."""
        target = self._order.destination(row_id)
        source = self._order.position(row_id)
        if target is None:
            self._hide(row_id)
        elif source < 0:
            self.beginInsertRows(QModelIndex(), target, target)
            self._order.move(row_id, target)
            self.endInsertRows()
        else:
            if target != source:
                # Qt names the place before which the row goes, counted while it is still at its old one.
                before = target + 1 if target > source else target
                self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), before)
            self._order.move(row_id, target)
            if target != source:
                self.endMoveRows()
            self._tell_changed(target, target)


class TableView(QTableView):
    """A table of whole rows that keeps selection, current row and scroll when the model is rearranged.

    `picked` gives the ids of the selected rows and comes only when they differ from before; `opened` comes
    when a row is double-clicked or Enter is pressed on it. Alt with a digit sorts by that column.
    """

    picked = Signal(list)
    opened = Signal(object)

    def __init__(self, model: TableModel[Any], row_height: int = style.ROW_HEIGHT) -> None:
        super().__init__()
        self.hovered_row = -1
        self._table = model
        self._kept: list[Hashable] = []
        self._kept_current: Hashable | None = None
        self._kept_top: tuple[Hashable, int] | None = None
        self._kept_sorting = model.sorting
        self._last_picked: list[Hashable] = []
        self._delegates = [(column.delegate or CellDelegate)() for column in model.columns]
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
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        model.rowsRemoved.connect(self._tell_picked)
        self.activated.connect(lambda index: self.opened.emit(model.id_at(index.row())))
        self.selectionModel().selectionChanged.connect(self._tell_picked)

    def selected_ids(self) -> list[Hashable]:
        """Return the ids of the selected rows, from top to bottom."""
        model = self._table
        parts = self.selectionModel().selection().toList()
        rows = {row for part in parts for row in range(part.top(), part.bottom() + 1)}
        return [model.id_at(row) for row in sorted(rows) if row < len(model)]

    def select_ids(self, ids: Iterable[Hashable]) -> None:
        """Select these rows and nothing else; ids that are not shown are passed over."""
        model = self._table
        rows = sorted(row for row in (model.row_for_id(row_id) for row_id in ids) if row >= 0)
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
        self._kept = self.selected_ids()
        self._kept_current = self.current_id()
        top = self.rowAt(0)
        offset = self.verticalScrollBar().value() - top * self.verticalHeader().defaultSectionSize()
        self._kept_top = (
            (self._table.id_at(top), offset) if top >= 0 and self.verticalScrollBar().value() else None
        )

    def _restore(self) -> None:
        model = self._table
        self.select_ids(self._kept)
        current = -1 if self._kept_current is None else model.row_for_id(self._kept_current)
        if current >= 0:
            self.selectionModel().setCurrentIndex(
                model.index(current, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        self.updateGeometries()
        if self._kept_sorting != model.sorting:
            self._kept_sorting = model.sorting
            if current >= 0 and self._kept:
                self.scrollTo(model.index(current, 0), QAbstractItemView.ScrollHint.PositionAtCenter)
            else:
                self.scrollToTop()
        elif self._kept_top is not None:
            top, offset = self._kept_top
            row = model.row_for_id(top)
            if row >= 0:
                self.verticalScrollBar().setValue(row * self.verticalHeader().defaultSectionSize() + offset)
        self._tell_picked()

    def _tell_picked(self, *_args: object) -> None:
        picked = self.selected_ids()
        if picked != self._last_picked:
            self._last_picked = picked
            self.picked.emit(picked)

    # Qt's interface

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
        """Hide the columns that say so while there is too little room."""
        super().resizeEvent(event)
        for place, column in enumerate(self._table.columns):
            if column.hide_below:
                self.setColumnHidden(place, self.viewport().width() < column.hide_below)

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
