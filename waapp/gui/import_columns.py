"""What each column of a list holds, with its first cells, for the planner to correct."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from waapp.core.columns import Column, GuessedBy
from waapp.core.headings import Field
from waapp.gui import style
from waapp.gui.choice_box import ChoiceBox
from waapp.gui.widgets import Card, OneLine, label, name, rule
from waapp.texts import tr
from waapp.texts.imports import COLUMN_FIELDS, GUESSED_BY

_OWN: Final = "own"
_BETWEEN: Final = "  ·  "
_TITLE_HEIGHT: Final = 20
_CELLS_HEIGHT: Final = 18
_AT_ONCE: Final = 5
"""Lines that are made between two turns of the window."""


class ImportColumns(Card):
    """A line for each column: its heading and first cells, what it holds, and who says so.

    `assigned` gives the place of a column and what the planner chose (None: a variable of its own); `erasing` tells
    that empty cells shall take away what is stored, or no longer.
    """

    assigned = Signal(int, object)
    erasing = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[_Line] = []
        self._pieces: list[QWidget] = []
        self._shown: Sequence[Column] = ()
        self._samples: Mapping[int, tuple[str, ...]] = {}
        self._making = QTimer(self, interval=0)
        self._making.timeout.connect(self._make_lines)
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(16, 8, 16, 8)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._inside)
        words = tr("Empty cells clear what the guest has in that column")
        self._erase = name(QCheckBox(words), "import_erase", words)
        self._erase.toggled.connect(self.erasing)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 16, 4)
        foot.addWidget(self._erase)
        foot.addStretch(1)
        self.body.addWidget(scroll, 1)
        self.body.addWidget(rule())
        self.body.addLayout(foot)
        self.body.setContentsMargins(1, 1, 1, 6)

    def show_columns(self, columns: Sequence[Column], samples: Mapping[int, tuple[str, ...]]) -> None:
        """Show the columns of a list with their first cells; what has the keyboard keeps it."""
        if len(columns) != len(self._shown):
            for piece in self._pieces:
                self._column.removeWidget(piece)
                piece.hide()
                piece.deleteLater()
            self._lines, self._pieces = [], []
        self._shown, self._samples = columns, samples
        for line, column in zip(self._lines, columns, strict=False):
            line.show_column(column, samples.get(column.index, ()))
        if self.isVisible():
            self._make_lines()

    def showEvent(self, event: QShowEvent) -> None:
        """Make the first lines at once, and the others in turns."""
        super().showEvent(event)
        self._make_lines()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the lines that are missing for the next time."""
        super().hideEvent(event)
        self._making.stop()

    def _make_lines(self) -> None:
        """Make some of the lines that are missing: an address book has a hundred columns, and each takes a moment."""
        if len(self._lines) >= len(self._shown):
            self._making.stop()
            return
        # Each piece in a box of its own: a layout of hundreds of lines would weigh all of them with each one more.
        piece = QWidget()
        column = QVBoxLayout(piece)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for place in range(len(self._lines), min(len(self._lines) + _AT_ONCE, len(self._shown))):
            line = _Line(self, place)
            line.show_column(self._shown[place], self._samples.get(self._shown[place].index, ()))
            self._lines.append(line)
            column.addWidget(line)
        self._column.insertWidget(len(self._pieces), piece)
        self._pieces.append(piece)
        self._making.start()


class _Line(QWidget):
    """One column."""

    def __init__(self, owner: ImportColumns, place: int) -> None:
        super().__init__()
        self._index = place
        self._title = OneLine(bold=True)
        self._cells = OneLine(size=12, tone="muted")
        # As high as scripts with tall letters ask for, so that all lines are alike.
        self._title.setFixedHeight(_TITLE_HEIGHT)
        self._cells.setFixedHeight(_CELLS_HEIGHT)
        self._by = label("", tone="muted", size=12)
        # A label that may wrap makes the layout weigh all lines again with each one that is added.
        self._by.setWordWrap(False)
        self._by.setFixedWidth(128)
        self._box = name(ChoiceBox(), f"import_column_{place}", tr("What the column holds"))
        self._box.setFixedWidth(220)
        self._box.activated.connect(
            lambda at: owner.assigned.emit(self._index, _field(str(self._box.itemData(at))))
        )
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._cells)
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 8)
        row.setSpacing(style.SPACE[3])
        row.addLayout(words, 1)
        row.addWidget(self._by)
        row.addWidget(self._box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(rule())

    def show_column(self, column: Column, samples: tuple[str, ...]) -> None:
        self._index = column.index
        title = column.title or tr("Column {letters}", letters=letters(column.index))
        self._title.setText(" ".join(title.split()))
        cells = _BETWEEN.join(" ".join(cell.split()) for cell in samples) or tr("Empty")
        self._cells.setText(cells)
        by = tr(GUESSED_BY[column.by])
        self._by.setText(by if column.field is not None or column.by is not GuessedBy.HEADING else "")
        self._box.setAccessibleName(tr("What “{column}” holds", column=title))
        self._box.setAccessibleDescription(f"{by}. {cells}")
        if self._box.count() == 0:
            for field, words in COLUMN_FIELDS.items():
                self._box.addItem(tr(words), field.value)
            self._box.insertItem(0, "", _OWN)
        self._box.setItemText(0, tr("Keep as “{column}”", column=column.key.replace("_", " ")))
        self._box.setCurrentIndex(
            max(self._box.findData(_OWN if column.field is None else column.field.value), 0)
        )


def letters(index: int) -> str:
    """Return what a spreadsheet calls a column: A, B, …, Z, AA."""
    found = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _field(word: str) -> Field | None:
    return None if word == _OWN else Field(word)
