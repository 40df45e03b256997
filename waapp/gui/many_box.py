"""A field like a combo box of which several entries can be chosen."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QStyledItemDelegate, QWidget

from waapp.gui.choice_box import ChoiceBox
from waapp.gui.widgets import name
from waapp.texts import tr

_ROOM: Final = 48
"""What the frame, the padding and the arrow take."""
_EVERY: Final = object()
_KEYS_TO_OPEN: Final = frozenset(
    {Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F4}
)
_KEYS_TO_CHOOSE: Final = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select})


class ManyBox(ChoiceBox):
    """Stays open while entries are ticked, by mouse or Space; the first entry takes all ticks away.

    `edited` comes for what a person does. `every_words`, where given, offers to ask for all of several at once.
    """

    edited = Signal()

    def __init__(
        self, object_name: str, accessible_name: str, every_words: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        name(self, object_name, accessible_name)
        self._title = accessible_name
        self._nothing = ""
        self._every_words = every_words
        self._entries = QStandardItemModel(self)
        self.setModel(self._entries)
        self.setItemDelegate(QStyledItemDelegate(self))
        self.view().installEventFilter(self)
        self.view().viewport().installEventFilter(self)
        self._words = ""
        self._pressed = False

    # What the owner asks and tells

    def chosen(self) -> tuple[str, ...]:
        """Return the values that are ticked, in the order in which they stand."""
        return tuple(
            str(item.data()) for item in self._choices() if item.checkState() is Qt.CheckState.Checked
        )

    def has_choices(self) -> bool:
        """Tell whether there is anything to tick."""
        return bool(self._choices())

    def wants_every(self) -> bool:
        """Tell whether all of several that are ticked are asked for, and not one of them."""
        item = self._every()
        return len(self.chosen()) > 1 and item is not None and item.checkState() is Qt.CheckState.Checked

    def offer(
        self, nothing: str, choices: Iterable[tuple[str, str]], word: Callable[[str], str] = str
    ) -> None:
        """Offer these words and values, and `nothing` for asking for none; what is ticked stays, as `choose` has it."""
        chosen, every = self.chosen(), self.wants_every()
        self._nothing = nothing
        self._entries.clear()
        self._entries.appendRow(QStandardItem(nothing))
        for words, value in choices:
            self._add(words, value)
        if self._every_words:
            self._add(self._every_words, _EVERY)
        self.choose(chosen, every=every, word=word)

    def choose(self, values: Sequence[str], *, every: bool = False, word: Callable[[str], str] = str) -> None:
        """Tick these and no others; what is not offered is offered too, in the words that `word` has for a value."""
        known = {str(item.data()) for item in self._choices()}
        for value in values:
            if value not in known:
                place = self._entries.rowCount() - (1 if self._every() is not None else 0)
                self._entries.insertRow(place, _item(word(value) if value else tr("None"), value))
        for item in self._choices():
            item.setCheckState(_ticked(str(item.data()) in values))
        if (last := self._every()) is not None:
            last.setCheckState(_ticked(every))
        self._dress()

    def toggle(self, row: int) -> None:
        """Tick an entry or not, as if it had been pressed."""
        item = self._entries.item(row)
        if item is None or not item.isEnabled():
            return
        if row == 0:
            self.choose(())
            self.hidePopup()
        else:
            item.setCheckState(_ticked(item.checkState() is not Qt.CheckState.Checked))
            self._dress()
        self.edited.emit()

    def words(self) -> str:
        """Return what is said of the choice."""
        return self._words

    # Qt's interface

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tick by a click or Space, and stay open."""
        if watched is self.view().viewport() and isinstance(event, QMouseEvent):
            if event.type() in {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick}:
                self._pressed = True
            elif event.type() is QEvent.Type.MouseButtonRelease:
                # The one that belongs to the press by which it was opened chooses nothing.
                index = self.view().indexAt(event.position().toPoint())
                if self._pressed and index.isValid():
                    self.toggle(index.row())
                self._pressed = False
                return True
        elif (
            watched is self.view()
            and isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in _KEYS_TO_CHOOSE
        ):
            self.toggle(self.view().currentIndex().row())
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open; the arrows change nothing while it is closed."""
        if event.key() in _KEYS_TO_OPEN:
            self.showPopup()
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave turning the wheel to what is around."""
        event.ignore()

    def sizeHint(self) -> QSize:
        """Return the room of the words."""
        return QSize(self.fontMetrics().horizontalAdvance(self._words) + _ROOM, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    # Inside

    def _add(self, words: str, value: object) -> None:
        self._entries.appendRow(_item(words, value))

    def _choices(self) -> list[QStandardItem]:
        items = [self._entries.item(row) for row in range(1, self._entries.rowCount())]
        return [item for item in items if item.data() is not _EVERY]

    def _every(self) -> QStandardItem | None:
        last = self._entries.item(self._entries.rowCount() - 1) if self._entries.rowCount() else None
        return last if last is not None and last.data() is _EVERY else None

    def _dress(self) -> None:
        ticked = [item.text() for item in self._choices() if item.checkState() is Qt.CheckState.Checked]
        if (item := self._every()) is not None:
            item.setEnabled(len(ticked) > 1)
        between = tr(" and ") if self.wants_every() else tr(" or ")
        self._words = between.join(ticked) or self._nothing
        self.setAccessibleName(tr("{field}: {value}", field=self._title, value=self._words))
        self.updateGeometry()
        self.update()


def _item(words: str, value: object) -> QStandardItem:
    made = QStandardItem(words)
    made.setData(value)
    made.setCheckable(True)
    made.setCheckState(Qt.CheckState.Unchecked)
    return made


def _ticked(on: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
