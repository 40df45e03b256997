"""What each column of a list holds, with its first cells, for the planner to correct."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from waapp.core.columns import Column, GuessedBy
from waapp.core.headings import Field
from waapp.gui import style
from waapp.gui.paint import isolated
from waapp.gui.widgets import Card, label, name, rule
from waapp.texts import tr
from waapp.texts.imports import COLUMN_FIELDS, GUESSED_BY

_OWN: Final = "own"
_BETWEEN: Final = "  ·  "


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
        words = tr("Empty cells take away what the guest has in that column")
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
        if len(columns) != len(self._lines):
            for line in self._lines:
                self._column.removeWidget(line)
                line.deleteLater()
            self._lines = [_Line(self, place) for place in range(len(columns))]
            for place, line in enumerate(self._lines):
                self._column.insertWidget(place, line)
        for line, column in zip(self._lines, columns, strict=True):
            line.show_column(column, samples.get(column.index, ()))


class _Line(QWidget):
    """One column."""

    def __init__(self, owner: ImportColumns, place: int) -> None:
        super().__init__()
        self._index = place
        self._title = label("", bold=True)
        self._cells = _OneLine()
        self._by = label("", tone="muted", size=12)
        self._by.setFixedWidth(128)
        self._box = name(QComboBox(), f"import_column_{place}", tr("What the column holds"))
        self._box.setFixedWidth(220)
        self._box.activated.connect(
            lambda at: owner.assigned.emit(self._index, _field(str(self._box.itemData(at))))
        )
        words = QVBoxLayout()
        words.setSpacing(2)
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
        self._title.setText(title)
        cells = _BETWEEN.join(" ".join(cell.split()) for cell in samples) or tr("Empty")
        self._cells.show_words(cells)
        self._cells.setToolTip("\n".join(samples))
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


class _OneLine(QLabel):
    """Quiet words in one line, cut with an ellipsis where the room ends."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(style.font(12))
        self.setProperty("tone", "muted")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_words(self, words: str) -> None:
        self._words = words
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
        cut = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width())
        self.setText(isolated(cut) if mirrored else cut)


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
