"""The rows of a list on its way in, as a table whose cells can be mended in place."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from waapp.core import phone
from waapp.core.import_diff import Outcome
from waapp.core.import_rows import MENDABLE, ImportRow, RowFilter
from waapp.core.status import Shown as State
from waapp.gui import style
from waapp.gui.delegates import PADDING, PillDelegate, WrappedDelegate
from waapp.gui.import_desk import Shown
from waapp.gui.table import ARRANGED_AT_ONCE, Column, Index, TableModel
from waapp.gui.table_view import TableView
from waapp.gui.widgets import name
from waapp.texts import tr
from waapp.texts.imports import field_name, verdict_word, why_words

_NOTHING: Final = "—"
_PIECE: Final = 500
"""Rows between two turns of the window."""
_ALWAYS: Final = frozenset({"name", "phone"})
_WIDTHS: Final = {"name": 176, "phone": 166, "email": 150, "group": 120, "notes": 150}
_WIDTH: Final = 108
_LEAST: Final = {"name": 124}
_WHY_WIDTHS: Final = (140, 300, 440)
"""The least, what other columns give their room for, and the most: what is left shows that there are more columns."""
_ROW_HEIGHT: Final = 40
# How the codes of findings begin, and the field that they are about.
_FIELD_OF: Final = {
    "phone": "phone",
    "email": "email",
    "group": "group",
    "language": "language",
    "tag": "tags",
    "household": "household",
    "plus_ones": "plus_ones",
    "time_zone": "time_zone",
    "row_consent": "consent",
    "row_no_phone": "phone",
    "row_several": "phone",
    "row_phone_guessed": "phone",
    "row_plus_one": "plus_ones",
}


class ImportModel(TableModel[ImportRow]):
    """The rows of a list; `mended` gives the number of a row, the field and what was typed."""

    mended = Signal(int, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda row: row.number, parent)
        self.can_mend: frozenset[str] = frozenset()

    async def take_in(self, shown: Shown) -> None:
        """Show all rows anew, or take in those that differ; between pieces of many the window lives on."""
        rows = list(shown.rows.values())
        if shown.state.whole and len(rows) <= ARRANGED_AT_ONCE:
            self.replace_all(rows)
            return
        take: Callable[[Sequence[ImportRow]], None] = self.apply
        if shown.state.whole:
            self.replace_all(())
            take = self.add
        self.remove(shown.state.gone)
        for start in range(0, len(rows), _PIECE):
            take(rows[start : start + _PIECE])
            await asyncio.sleep(0)
        if shown.state.whole:
            self.show_added()

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return whether a cell can be chosen and corrected."""
        flags = super().flags(index)
        if index.isValid() and self.columns[index.column()].key in self.can_mend:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text; to be corrected, as it is."""
        if role == Qt.ItemDataRole.EditRole and index.isValid():
            text = self.cell_text(index.row(), index.column())
            return "" if text == _NOTHING else text
        return super().data(index, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell what was typed; the table changes once the row has been read anew."""
        text = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or text == self.data(index, role):
            return False
        self.mended.emit(self.row_at(index.row()).number, self.columns[index.column()].key, text)
        return True


class ImportView(TableView):
    """The rows of a list: F2 corrects the current cell, and Enter what is wrong with the row.

    Shown are the columns that the list has; where there is not enough room for them the table scrolls sideways.
    """

    def __init__(self, model: ImportModel) -> None:
        super().__init__(model, _ROW_HEIGHT)
        self._model = model
        self.show_columns()

    def show_columns(self) -> None:
        """Show the columns that the list has."""
        for place, column in enumerate(self._model.columns):
            has = column.key in self._model.can_mend or column.key in _ALWAYS or column.key not in MENDABLE
            if not column.hide_below:
                self.setColumnHidden(place, not has)
        self.share_room()
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the row by F2 where its current cell cannot be corrected."""
        row = self.current_id()
        editable = self.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable
        if event.key() == Qt.Key.Key_F2 and row is not None and not editable:
            self.opened.emit(row)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the reasons the room beside what cannot be done without: the columns behind them may need scrolling."""
        super().resizeEvent(event)
        self._fit()

    def share_room(self) -> None:
        """Let what stands before the reasons give them room, but for the numbers of the rows."""
        # Twice as many: of a list with empty rows the last number is higher than there are guests.
        digits = len(str(2 * self._model.total))
        numbers = QFontMetrics(style.font()).horizontalAdvance("0" * digits) + 2 * PADDING
        if self.columnWidth(0) == self._given[0]:
            self.setColumnWidth(0, max(numbers, self._model.columns[0].width))
            self._given[0] = self.columnWidth(0)
        room = self.viewport().width() - self.columnWidth(0) - _WHY_WIDTHS[1]
        self._give(range(1, self._why), room)

    @property
    def _why(self) -> int:
        return next(place for place, column in enumerate(self._model.columns) if column.stretch)

    def _fit(self) -> None:
        header = self.horizontalHeader()
        why = self._why
        sizes = {
            place: header.sectionSize(place)
            for place in range(len(self._model.columns))
            if place != why and not self.isColumnHidden(place)
        }
        least, _, most = _WHY_WIDTHS
        fits = sum(sizes.values()) + most <= self.viewport().width()
        wanted = QHeaderView.ResizeMode.Stretch if fits else QHeaderView.ResizeMode.Interactive
        if header.sectionResizeMode(why) is not wanted:
            header.setSectionResizeMode(why, wanted)
        if not fits:
            before = sum(size for place, size in sizes.items() if place < why)
            header.resizeSection(why, min(max(self.viewport().width() - before, least), most))


def import_table(model: ImportModel) -> ImportView:
    """Return the view of a list's rows; F2 or a double click corrects a cell."""
    view = name(ImportView(model), "import_rows", tr("Rows of the list"))
    view.setEditTriggers(
        QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
    )
    view.setAccessibleDescription(tr("F2 corrects a cell."))
    return view


def first_to_mend(model: ImportModel, row: ImportRow) -> QModelIndex | QPersistentModelIndex:
    """Return the cell of a row in which something is wrong, else its first that can be corrected."""
    wrong = (
        field
        for finding in row.findings
        for code, field in _FIELD_OF.items()
        if finding.code.startswith(code)
    )
    field = next((field for field in wrong if field in model.can_mend), "name")
    place = next((n for n, column in enumerate(model.columns) if column.key == field), 1)
    return model.index(model.row_for_id(row.number), place)


def _verdict(row: ImportRow) -> State:
    match row.outcome:
        case Outcome.ADD:
            return State.UNKNOWN if row.needs_look else State.DELIVERED
        case Outcome.CHANGE:
            return State.SENT
        case Outcome.SAME:
            return State.NONE
        case Outcome.SKIP:
            return State.FAILED if RowFilter.MEND in row.kinds and not row.is_guest else State.NONE


def _columns() -> tuple[Column[ImportRow], ...]:
    number: Column[ImportRow] = Column(
        "row",
        tr("Row"),
        lambda row: str(row.number),
        lambda row: row.number,
        width=66,
        color="muted",
        hide_below=640,
    )
    verdict: Column[ImportRow] = Column(
        "verdict",
        tr("What happens"),
        verdict_word,
        width=134,
        value=_verdict,
        delegate=PillDelegate,
    )
    why: Column[ImportRow] = Column(
        "words",
        tr("Why"),
        why_words,
        stretch=True,
        tip=why_words,
        color="muted",
        delegate=WrappedDelegate,
    )
    name_of, number_of, *further = (_cell_column(field) for field in MENDABLE)
    # What cannot be done without stands first: the other columns may need scrolling.
    return (number, name_of, number_of, verdict, why, *further)


def _cell_column(field: str) -> Column[ImportRow]:
    shown = phone.display if field == "phone" else str
    nothing = _NOTHING if field in _ALWAYS else ""

    def text(row: ImportRow) -> str:
        cell = row.cell(field)
        return shown(cell) if cell else nothing

    tip = text if field == "notes" else None
    color = "text" if field == "name" else "muted"
    return Column(
        field,
        field_name(field),
        text,
        width=_WIDTHS.get(field, _WIDTH),
        least=_LEAST.get(field, 0),
        color=color,
        tip=tip,
    )
