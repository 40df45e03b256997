"""Search and filter chips above a list: side by side, or one above the other where there is little room."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from waapp.gui import style
from waapp.gui.texts import key_name, number
from waapp.gui.widgets import button, close_completions, name
from waapp.texts import tr


class Chips(QWidget):
    """A row of filters of which one is chosen; arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, object_name: str, accessible_name: str) -> None:
        super().__init__()
        name(self, object_name, accessible_name)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(style.SPACE[1])
        self._row.addStretch(1)
        self._group = QButtonGroup(self)
        self._chips: dict[str, QPushButton] = {}

    def set_chips(self, chips: Iterable[tuple[str, str, int | None]]) -> None:
        """Show these (key, word, count); known keys keep their chip, and the choice stays if it still exists."""
        wanted = list(chips)
        for key in self._chips.keys() - {key for key, _word, _count in wanted}:
            gone = self._chips.pop(key)
            self._group.removeButton(gone)
            gone.setParent(None)
            gone.deleteLater()
        for place, (key, word, count) in enumerate(wanted):
            text = word if count is None else f"{word} {number(count)}"
            chip = self._chips.get(key) or self._add(key)
            chip.setText(text.replace("&", "&&"))
            chip.setAccessibleName(text)
            if self._row.indexOf(chip) != place:
                self._row.insertWidget(place, chip)
        if wanted and self.current() is None:
            first = self._chips[wanted[0][0]]
            with QSignalBlocker(first):
                first.setChecked(True)
            # Qt gives Tab to one chip of the group, and not to another by itself when that one has gone.
            first.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def current(self) -> str | None:
        """Return the key of the chosen chip."""
        return next((key for key, chip in self._chips.items() if chip.isChecked()), None)

    def choose(self, key: str) -> None:
        """Choose a chip as if it were clicked."""
        if key in self._chips and self.current() != key:
            self._chips[key].click()

    def _add(self, key: str) -> QPushButton:
        chip = button("", f"{self.objectName()}_{key}", kind="chip")
        chip.setCheckable(True)
        self._group.addButton(chip)
        self._chips[key] = chip
        # Not `clicked`: over the accessibility bus what can be checked is toggled.
        chip.toggled.connect(lambda on: self.chosen.emit(key) if on else None)
        return chip


class SearchField(QLineEdit):
    """A search box: Ctrl+F goes there, Esc empties it; `searched` comes when typing pauses."""

    searched = Signal(str)
    _PAUSE_MS = 120

    def __init__(self, placeholder: str, object_name: str) -> None:
        super().__init__()
        name(self, object_name, placeholder)
        self.setPlaceholderText(placeholder)
        self.setClearButtonEnabled(True)
        self.setProperty("leading_icon", "true")
        self.setMinimumWidth(160)
        self.setMaximumWidth(260)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._glass = QAction(style.icon("search", "faint"), "", self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.setToolTip(f"{placeholder} ({key_name('Ctrl+F')})")
        for part in self.findChildren(QAbstractButton):
            clears = self._glass not in part.actions()
            part.setAccessibleName(tr("Clear search") if clears else tr("Search"))
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        shortcut.activated.connect(self._go_here)
        self._pause = QTimer(self, singleShot=True, interval=self._PAUSE_MS)
        self._pause.timeout.connect(lambda: self.searched.emit(self.text()))
        self.textChanged.connect(self._typed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Empty the field by Esc; an empty one lets the key pass."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Redraw the glass in the new scheme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_glass"):
            self._glass.setIcon(style.icon("search", "faint"))

    def _typed(self, text: str) -> None:
        if text:
            self._pause.start()
        else:
            self._pause.stop()
            self.searched.emit("")

    def _go_here(self) -> None:
        close_completions()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()


class ChipStrip(QScrollArea):
    """Holds chips that may need more room than there is; the wheel and Tab bring the rest into view."""

    def __init__(self, chips: Chips) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setFixedHeight(style.CONTROL_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._chips = chips
        self.setWidget(chips)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for other room when the chips have become more, fewer or longer."""
        passed_on = super().eventFilter(watched, event)
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return passed_on

    def sizeHint(self) -> QSize:
        """Return the room of all chips."""
        return QSize(self._chips.sizeHint().width(), style.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the least room; the rest scrolls."""
        return QSize(120, style.CONTROL_HEIGHT)


class FilterBar(QWidget):
    """A search field and chips that go to a second line when both do not fit; `extra` stands before the chips."""

    def __init__(self, search: SearchField, chips: Chips, extra: QWidget) -> None:
        super().__init__()
        self._search = search
        self._chips = chips
        self._extra = extra
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(style.SPACE[1])
        search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._row.addWidget(search, 1000)
        tail = QHBoxLayout()
        tail.setSpacing(style.SPACE[1])
        tail.addWidget(extra)
        tail.addWidget(ChipStrip(chips), 1)
        self._row.addLayout(tail)
        self._row.addStretch(1)
        extra.hide()
        chips.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again whether both fit when the chips' counts grow."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._arrange()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use one line or two."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        extra = 0 if self._extra.isHidden() else self._extra.sizeHint().width() + style.SPACE[1]
        wanted = self._search.minimumWidth() + style.SPACE[1] + extra + self._chips.sizeHint().width()
        both = (
            QBoxLayout.Direction.LeftToRight if wanted <= self.width() else QBoxLayout.Direction.TopToBottom
        )
        if self._row.direction() is not both:
            self._row.setDirection(both)
