"""The rows of a list on its way in, as a table whose cells can be mended in place."""

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

from waapp.gui.delegates import PillDelegate
from waapp.gui.import_rows import (
    ImportRow,
    row_email,
    row_group,
    row_name,
    row_phone,
    verdict_state,
    verdict_word,
    why_words,
)
from waapp.gui.table import Column, Index, TableModel
from waapp.gui.table_view import TableView
from waapp.gui.widgets import name
from waapp.texts import tr

MENDED: Final = ("name", "phone", "email", "group")
"""The fields that can be corrected in the table, which are the keys of their columns."""


class ImportModel(TableModel[ImportRow]):
    """The rows of a list; `mended` gives the number of a row, the field and what was typed."""

    mended = Signal(int, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda row: row.number, parent)
        self.can_mend: frozenset[str] = frozenset()

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
        """Tell what was typed; the table changes once the list has been read anew."""
        text = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or text == self.data(index, role):
            return False
        self.mended.emit(self.row_at(index.row()).number, self.columns[index.column()].key, text)
        return True


_NOTHING: Final = "—"


class ImportView(TableView):
    """The rows of a list: F2 corrects the current cell, and Enter what is wrong with the row."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the row by F2 where its current cell cannot be corrected."""
        row = self.current_id()
        editable = self.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable
        if event.key() == Qt.Key.Key_F2 and row is not None and not editable:
            self.opened.emit(row)
        else:
            super().keyPressEvent(event)


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
    wrong = next((finding.code.split("_")[0] for finding in row.line.findings), "")
    field = {"phone": "phone", "email": "email", "group": "group", "row": "phone"}.get(wrong, "name")
    place = next((n for n, column in enumerate(model.columns) if column.key == field), 1)
    return model.index(model.row_for_id(row.number), place)


def _columns() -> tuple[Column[ImportRow], ...]:
    return (
        Column(
            "row", tr("Row"), lambda row: str(row.number), lambda row: row.number, width=52, color="muted"
        ),
        Column("name", tr("Name"), lambda row: row_name(row) or _NOTHING, width=152),
        Column("phone", tr("WhatsApp"), lambda row: row_phone(row) or _NOTHING, width=166, color="muted"),
        Column("email", tr("E-mail"), row_email, width=150, color="muted", hide_below=960),
        Column("group", tr("Group"), row_group, width=92, color="muted", hide_below=820),
        Column(
            "verdict", tr("What happens"), verdict_word, width=122, value=verdict_state, delegate=PillDelegate
        ),
        Column("words", tr("Why"), why_words, stretch=True, tip=why_words, color="muted"),
    )
