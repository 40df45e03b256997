"""Tags as chips with a field behind them: Enter or a comma adds one, Backspace in the empty field takes the last."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QPushButton, QSizePolicy, QWidget

from waapp.core.guests import TAG_LIMIT
from waapp.gui import style
from waapp.gui.flow_layout import FlowLayout
from waapp.gui.widgets import button, name
from waapp.texts import tr

_WIDEST_WORD: Final = 220
_COMMAS: Final = frozenset({",", ";", "،", "、"})


class _TagField(QLineEdit):
    """The field behind the chips."""

    emptied = Signal()
    finished = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Add by Enter or comma, take back by Backspace."""
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if (enter and self.text().strip()) or event.text() in _COMMAS:
            self.finished.emit()
        elif event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied.emit()
        else:
            super().keyPressEvent(event)


class TagEditor(QWidget):
    """Edits a few short words; `edited` comes for every change that the planner makes."""

    edited = Signal()

    def __init__(self, object_name: str, accessible_name: str, prompt: str = "") -> None:
        super().__init__()
        name(self, object_name, accessible_name)
        self._chips: dict[str, QPushButton] = {}
        self._made = 0
        self._row = FlowLayout(style.SPACE[0], self)
        self.field = name(_TagField(), f"{object_name}_field", accessible_name)
        self.field.setPlaceholderText(prompt or tr("Add a tag"))
        self.field.setMaxLength(TAG_LIMIT * 4)
        self.field.setMinimumWidth(96)
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row.addWidget(self.field)
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(lambda _text: self._take_typed(), Qt.ConnectionType.QueuedConnection)
        self.field.setCompleter(completer)
        self.field.finished.connect(self._take_typed)
        self.field.editingFinished.connect(self._take_typed)
        self.field.emptied.connect(self._take_back)
        self.field.textEdited.connect(lambda _text: self.edited.emit())
        self.setFocusProxy(self.field)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def tags(self) -> tuple[str, ...]:
        """Return the tags in their order, what is typed and not yet a chip among them."""
        typed = _composed(self.field.text())
        return tuple(self._chips) + ((typed,) if typed and not self._has(typed) else ())

    def set_tags(self, tags: Iterable[str]) -> None:
        """Show these tags."""
        wanted = tuple(tags)
        if wanted == self.tags():
            return
        self.field.clear()
        for tag in tuple(self._chips):
            self._drop(tag)
        for tag in wanted:
            self._show(tag)

    def set_known(self, tags: Iterable[str]) -> None:
        """Offer the tags that other guests have."""
        self._known.setStringList(sorted(set(tags), key=str.casefold))

    def _take_typed(self) -> None:
        typed = _composed(self.field.text())
        self.field.clear()
        if typed and not self._has(typed):
            self._show(typed)
            self.edited.emit()

    def _take_back(self) -> None:
        if self._chips:
            self._drop(next(reversed(self._chips)))
            self.edited.emit()

    def _show(self, tag: str) -> None:
        self._made += 1
        chip = button(
            QFontMetrics(style.font(13)).elidedText(tag, Qt.TextElideMode.ElideRight, _WIDEST_WORD),
            f"{self.objectName()}_chip_{self._made}",
            kind="chip",
            icon="close",
            accessible_name=tr("Remove the tag {tag}", tag=tag),
        )
        chip.setLayoutDirection(_other(self.layoutDirection()))  # the cross stands behind the word
        chip.setToolTip(tag)
        chip.clicked.connect(lambda: self._removed(tag))
        self._chips[tag] = chip
        self._row.insert_widget(len(self._chips) - 1, chip)
        self.updateGeometry()

    def _removed(self, tag: str) -> None:
        self._drop(tag)
        self.field.setFocus()
        self.edited.emit()

    def _drop(self, tag: str) -> None:
        chip = self._chips.pop(tag)
        self._row.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        self.updateGeometry()

    def _has(self, tag: str) -> bool:
        return tag.casefold() in {known.casefold() for known in self._chips}


def _composed(text: str) -> str:
    return " ".join(text.split())


def _other(direction: Qt.LayoutDirection) -> Qt.LayoutDirection:
    left, right = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
    return left if direction is right else right
