"""The model of tables that stay smooth with a hundred thousand rows: it sorts and filters itself.

A proxy model would call back into Python for every comparison; measured at 100,000 rows, that is seconds
where this model needs milliseconds.
"""

import time
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, overload

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFont

from waapp.gui import style
from waapp.gui.row_order import PLACED_AT_ONCE, Arrangement, RowOrder, Rows, Taken

if TYPE_CHECKING:
    from waapp.gui.delegates import CellDelegate

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

_FOUND_SINGLY: Final = 1_000
_ONE_BY_ONE: Final = 8
"""Up to this many moves, insertions or removals are announced singly, where that is cheap; more as a reset."""
ARRANGED_AT_ONCE: Final = 4_000
"""Up to this many rows are filtered and sorted before the call returns, in a few milliseconds."""
_SLICE_SECONDS: Final = 0.008


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: what it says of a row, how it sorts and how wide it is.

    `sort_key` may return None: such rows come last in either direction; without one the text sorts.
    `value` feeds the pill and bar delegates, `detail` the second line, `color` names a token of the style.
    A column gets `width` pixels, or shares what is left when `stretch` is set; it hides itself while the
    table is narrower than `hide_below`. Where the one that stretches would get less than its `width`, others
    become as narrow as their `least`; where it has more, they take half of that until they are as wide as `most`.
    """

    key: str
    title: str
    text: Callable[[Row], str]
    sort_key: Callable[[Row], Any] | None = None
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
    width: int = 120
    least: int = 0
    most: int = 0
    stretch: bool = False
    color: str | Callable[[Row], str] = "text"
    bold: bool = False
    value: Callable[[Row], Any] | None = None
    detail: Callable[[Row], str] | None = None
    tip: Callable[[Row], str] | None = None
    delegate: "Callable[[], CellDelegate] | None" = None
    hide_below: int = 0
    sortable: bool = True


def shared_widths(columns: Sequence[Column[Any]], room: int) -> list[int]:
    """Return the widths of columns beside one that wants all of the room but so much."""
    over = sum(column.width for column in columns) - room
    if over > 0:
        slack = [max(column.width - column.least, 0) if column.least else 0 for column in columns]
    else:
        slack = [max(column.most - column.width, 0) for column in columns]
    change = min(over if over > 0 else -over // 2, sum(slack))
    sign = -1 if over > 0 else 1
    return [
        column.width + sign * (change * part // sum(slack) if part else 0)
        for column, part in zip(columns, slack, strict=True)
    ]


class Kept(Sequence[Hashable], Generic[Row]):
    """Some rows of a table, to be found again by `TableModel.find`; as a sequence, their ids.

    The ids are looked up when they are asked for: of a hundred thousand rows mostly just the number is wanted.
    """

    def __init__(self, rows: Rows[Row], slots: list[int]) -> None:
        self.rows: Final = rows
        self.slots: Final = slots

    def __len__(self) -> int:
        return len(self.slots)

    @overload
    def __getitem__(self, place: int) -> Hashable: ...
    @overload
    def __getitem__(self, place: slice) -> list[Hashable]: ...
    def __getitem__(self, place: int | slice) -> Hashable | list[Hashable]:
        rows = self.rows
        if isinstance(place, slice):
            return list(map(rows.identify, rows.many(self.slots[place])))
        return rows.identify(rows.at(self.slots[place]))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Kept) and other.rows is self.rows:
            return self.slots == other.slots
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment] # like a list's


class TableModel(QAbstractTableModel, Generic[Row]):
    """Rows by id, in an order and through a filter of their own.

    Texts are computed once per row, when a cell is first shown. `counted` tells that the number of rows,
    shown or total, may have changed.

    More than `at_once` rows are filtered and sorted in slices between which the window lives on; until the newest
    request is through, what is shown stays as it was. `arranged` tells that it is through.
    """

    counted = Signal()
    arranged = Signal()

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        identify: Callable[[Row], Hashable] | None = None,
        parent: QObject | None = None,
        *,
        at_once: int = ARRANGED_AT_ONCE,
    ) -> None:
        super().__init__(parent)
        self._at_once: Final = at_once
        self._arranging: Generator[None, None, Arrangement[Row]] | None = None
        self._next_slice = QTimer(self, interval=0)
        self._next_slice.timeout.connect(self._take_slice)
        self.columns: Final = tuple(columns)
        self._identify: Callable[[Row], Hashable] = identify or attrgetter("id")
        self._order: RowOrder[Row] = RowOrder(Rows(self._identify))
        self._texts: dict[int, list[str | None]] = {}
        self._sorting = (-1, Qt.SortOrder.AscendingOrder)
        self.edition = 0
        """Goes up when rows that are the same may have to be written differently."""

    # What pages ask

    def __len__(self) -> int:
        return len(self._order.shown)

    @property
    def total(self) -> int:
        """The number of rows, filtered out or not."""
        return len(self._order.rows)

    def row(self, row_id: Hashable) -> Row | None:
        """Return the row with this id, also when the filter hides it."""
        slot = self._order.rows.slot(row_id)
        return None if slot is None else self._order.rows.at(slot)

    def row_at(self, position: int) -> Row:
        """Return the row shown at this position."""
        return self._order.rows.at(self._order.shown[position])

    def id_at(self, position: int) -> Hashable:
        """Return the id of the row shown at this position."""
        return self._identify(self.row_at(position))

    def row_for_id(self, row_id: Hashable) -> int:
        """Return the position of a row, or -1 when it is not shown."""
        slot = self._order.rows.slot(row_id)
        return -1 if slot is None else self._order.position(slot)

    def rows_for_ids(self, ids: Iterable[Hashable]) -> list[int]:
        """Return the positions of those of the rows that are shown, from top to bottom."""
        slots = [slot for slot in map(self._order.rows.slot, ids) if slot is not None]
        return sorted({position for position in self._order.positions(slots) if position >= 0})

    def all_rows(self) -> Iterable[Row]:
        """Return every row, filtered out or not, in the order of arrival."""
        return self._order.rows

    def ids_between(self, first: int, last: int) -> list[Hashable]:
        """Return the ids of the rows shown from one position to another, both included."""
        return list(map(self._identify, self._order.rows.many(self._order.shown[first : last + 1])))

    def keep(self, spans: Iterable[tuple[int, int]]) -> Kept[Row]:
        """Remember the rows shown from one position to another, both included, of each span."""
        slots: list[int] = []
        for first, last in spans:
            slots += self._order.shown[first : last + 1]
        return Kept(self._order.rows, slots)

    def find(self, kept: Kept[Row]) -> Sequence[int]:
        """Return the positions at which remembered rows are shown now, from top to bottom."""
        rows, slots = self._order.rows, kept.slots
        if kept.rows is not rows:
            return self.rows_for_ids(map(self._identify, filter(None, kept.rows.many(slots))))
        if len(slots) <= _FOUND_SINGLY:
            return sorted(position for position in self._order.positions(slots) if position >= 0)
        wanted = set(slots)
        if len(wanted) >= len(self) and wanted.issuperset(self._order.shown):
            return range(len(self))
        return [position for position, slot in enumerate(self._order.shown) if slot in wanted]

    @property
    def is_arranged(self) -> bool:
        """Whether what is shown is what was last asked for."""
        return self._arranging is None

    def shown_rows(self) -> Iterator[Row]:
        """Iterate over the rows that are shown, in their order."""
        return self._order.rows.many(self._order.shown)

    @property
    def sorting(self) -> tuple[int, Qt.SortOrder]:
        """The column that orders the rows (-1 for order of arrival) and its direction."""
        return self._sorting

    # What delegates ask

    def cell_text(self, position: int, column: int) -> str:
        """Return what a cell says, computed once per row."""
        slot = self._order.shown[position]
        texts = self._texts.get(slot)
        if texts is None:
            texts = self._texts[slot] = [None] * len(self.columns)
        text = texts[column]
        if text is None:
            text = texts[column] = self.columns[column].text(self._order.rows.at(slot))
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
        self.beginResetModel()
        self._order.replace_all(Rows(self._identify, rows))
        self._texts.clear()
        self.endResetModel()
        self._arrange()

    def add(self, rows: Iterable[Row]) -> None:
        """Store rows that come in chunks; `show_added` shows them."""
        self._order.add(rows)

    def show_added(self) -> None:
        """Show what was added."""
        self._arrange()

    def apply(self, rows: Sequence[Row]) -> None:
        """Add these rows, or replace those with the same ids.

        When neither the order nor the filter's verdict changes, this is one `dataChanged`.
        """
        order = self._order
        before = len(order.rows)
        changed: list[int] = []
        moving: list[int] = []
        for slot, taken in order.take(rows):
            self._texts.pop(slot, None)
            if taken is Taken.PLACE:
                moving.append(slot)
            elif taken is Taken.VALUES:
                changed.append(slot)
        if changed:
            places = order.positions(changed)
            self._tell_changed(min(places), max(places))
        self._bring(list(dict.fromkeys(moving)))
        if moving or len(order.rows) != before:
            self.counted.emit()

    def remove(self, ids: Iterable[Hashable]) -> None:
        """Take rows out; ids that are not there are passed over."""
        order = self._order
        leaving = {row_id: slot for row_id in ids if (slot := order.rows.slot(row_id)) is not None}
        for slot in leaving.values():
            self._texts.pop(slot, None)
        if len(leaving) > _ONE_BY_ONE:
            self.beginResetModel()
            order.drop(leaving)
            self.endResetModel()
        else:
            for slot in leaving.values():
                self._hide(slot)
            order.drop(leaving)
        if leaving:
            self.counted.emit()

    def set_filter(self, predicate: Callable[[Row], bool] | None, *, narrower: bool = False) -> None:
        """Show only the rows that the predicate accepts; None shows all.

        `narrower` promises that it accepts no row that the one before did not: then only those are looked at.
        """
        self._order.set_filter(predicate)
        # The promise is about the filter before, and that one may not have come to be shown.
        self._arrange(narrower=narrower and self.is_arranged)

    def refresh_texts(self) -> None:
        """Compute all texts anew: the language, the time zone or the clock has moved on."""
        self._texts.clear()
        self.edition += 1
        if len(self):
            self._tell_changed(0, len(self) - 1)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; -1 restores the order of arrival."""
        if column >= 0 and not self.columns[column].sortable:
            return
        self._sorting = (column, order)
        self._order.set_key(self._sort_key(column), descending=order is Qt.SortOrder.DescendingOrder)
        self._arrange()

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

    def _arrange(self, *, narrower: bool = False) -> None:
        """Filter and order anew; what was begun before is given up, the newest request counts."""
        self._arranging = None
        self._next_slice.stop()
        if self.total > self._at_once:
            self._arranging = self._order.arranging(narrower=narrower)
            self._next_slice.start()
            return
        self.beginResetModel()
        self._order.rearrange(narrower=narrower)
        self.endResetModel()
        self._tell_arranged()

    def _take_slice(self) -> None:
        arranging = self._arranging
        if arranging is None:
            return
        until = time.perf_counter() + _SLICE_SECONDS
        try:
            while time.perf_counter() < until:
                next(arranging)
        except StopIteration as end:
            self._next_slice.stop()
            self._arranging = None
            self.beginResetModel()
            self._order.show(end.value)
            self.endResetModel()
            self._tell_arranged()

    def _tell_arranged(self) -> None:
        self.counted.emit()
        self.arranged.emit()

    def _tell_changed(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def _bring(self, slots: Sequence[int]) -> None:
        """Bring rows to where their new values belong: singly, in one go, or in slices."""
        if len(slots) <= (_ONE_BY_ONE if self.total <= self._at_once else 1):
            for slot in slots:
                self._move(slot)
        elif len(slots) <= PLACED_AT_ONCE or self.total <= self._at_once:
            self.beginResetModel()
            self._order.place(slots)
            self.endResetModel()
        else:
            self._arrange()
            if len(self):
                # Until they are moved they stand there with what they say now.
                self._tell_changed(0, len(self) - 1)

    def _hide(self, slot: int) -> None:
        position = self._order.position(slot)
        if position >= 0:
            self.beginRemoveRows(QModelIndex(), position, position)
            self._order.move(slot, None)
            self.endRemoveRows()

    def _move(self, slot: int) -> None:
        """Bring one row to where its new values belong: in, out, or to another place."""
        target = self._order.destination(slot)
        source = self._order.position(slot)
        if target is None:
            self._hide(slot)
        elif source < 0:
            self.beginInsertRows(QModelIndex(), target, target)
            self._order.move(slot, target)
            self.endInsertRows()
        else:
            if target != source:
                # Qt names the place before which the row goes, counted while it is still at its old one.
                before = target + 1 if target > source else target
                self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), before)
            self._order.move(slot, target)
            if target != source:
                self.endMoveRows()
            self._tell_changed(target, target)
