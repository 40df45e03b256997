"""What a template may have around its text, as rows of fields: header, footer and buttons."""

from collections.abc import Collection
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from waapp.core.findings import Finding, Level
from waapp.core.template import utf16_index
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind
from waapp.gui import style
from waapp.gui.template_words import button_word, header_word
from waapp.gui.widgets import button, name, repolish
from waapp.texts import FINDINGS, tr

_KIND_WIDTH: Final = 112
_WEIGHTS: Final = {Level.ERROR: "true", Level.WARNING: "warning", Level.HINT: "false"}


class PartField(QLineEdit):
    """One line of a part; `entered` tells that the next variable goes here."""

    entered = Signal()

    def __init__(self, object_name: str, words: str) -> None:
        super().__init__()
        name(self, object_name, words)
        self.setPlaceholderText(words)
        self.setMinimumWidth(60)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that one writes here now."""
        super().focusInEvent(event)
        self.entered.emit()

    def load(self, text: str) -> None:
        """Show another text from its beginning."""
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(0)

    def insert_variable(self, variable: str) -> None:
        """Put a variable where the cursor is."""
        self.insert(f"{{{{{variable}}}}}")
        self.setFocus()

    def put(self, text: str) -> None:
        """Write another text in one step that can be undone."""
        self.selectAll()
        self.insert(text)

    def show_findings(self, findings: Collection[Finding]) -> None:
        """Mark the field when something is wrong with it; a screen reader says what."""
        worst = next((level for level in Level if any(each.level is level for each in findings)), Level.HINT)
        said = " ".join(tr(FINDINGS[each.code], **each.params) for each in findings)
        self.setAccessibleDescription(said)
        self.setToolTip(said)
        if self.property("invalid") != _WEIGHTS[worst]:
            self.setProperty("invalid", _WEIGHTS[worst])
            repolish(self)

    def show_place(self, start: int, end: int) -> None:
        """Select what a finding is about."""
        text = self.text()
        self.setFocus()
        first = utf16_index(text, start)
        self.setSelection(first, utf16_index(text, end) - first)


class _Row(QWidget):
    """A line of fields with the button that takes the part away at its end."""

    edited = Signal()
    removed = Signal()

    def __init__(self, object_name: str, remove_words: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(12, 4, 8, 4)
        self.row.setSpacing(style.SPACE[1])
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._remove = button(
            "", f"{object_name}.remove", kind="icon", small=True, icon="close", accessible_name=remove_words
        )
        self._remove.clicked.connect(self.removed)
        self.row.addWidget(self._remove)

    def put_in(self, widget: QWidget, stretch: int = 0) -> None:
        self.row.insertWidget(self.row.count() - 1, widget, stretch)

    def set_locked(self, *, locked: bool) -> None:
        self._remove.setVisible(not locked)
        for field in self.findChildren(QLineEdit):
            field.setReadOnly(locked)
        for box in self.findChildren(QComboBox):
            box.setEnabled(not locked)


class HeaderRow(_Row):
    """The words above the text, or the address of a file."""

    def __init__(self, object_name: str) -> None:
        super().__init__(object_name, tr("Remove the header"))
        self._kind = QComboBox()
        name(self._kind, f"{object_name}.kind", tr("Kind of header"))
        for kind in HeaderKind:
            self._kind.addItem(header_word(kind), kind)
        self._kind.setFixedWidth(_KIND_WIDTH)
        self._kind.activated.connect(self._on_kind)
        self.field = PartField(f"{object_name}.value", tr("Header"))
        self.field.textEdited.connect(self.edited)
        self.field.textChanged.connect(self._on_text)
        self._told = ""
        self.put_in(self._kind)
        self.put_in(self.field, 1)

    def load(self, header: Header) -> None:
        """Show a header."""
        self._kind.setCurrentIndex(self._kind.findData(header.kind))
        self._told = header.value
        self.field.load(header.value)
        self._hint()

    def value(self) -> Header:
        """Return the header as it is written now."""
        return Header(HeaderKind(self._kind.currentData()), self.field.text())

    def _on_kind(self) -> None:
        self._hint()
        self.edited.emit()

    def _on_text(self, text: str) -> None:
        # A variable or a correction that is put in is no `textEdited`.
        if text != self._told:
            self._told = text
            self.edited.emit()

    def _hint(self) -> None:
        is_media = self._kind.currentData() != HeaderKind.TEXT
        self.field.setPlaceholderText("https://…" if is_media else tr("Header"))


class FooterRow(_Row):
    """The small line under the text."""

    def __init__(self, object_name: str) -> None:
        super().__init__(object_name, tr("Remove the footer"))
        self.field = PartField(f"{object_name}.value", tr("Footer"))
        self.field.textChanged.connect(lambda _text: self.edited.emit())
        self.put_in(self.field, 1)


class ButtonRow(_Row):
    """One button: what it does, what it says, where it leads."""

    def __init__(self, object_name: str, place: int) -> None:
        super().__init__(object_name, tr("Remove button {n}", n=place + 1))
        self._kind = QComboBox()
        name(self._kind, f"{object_name}.kind", tr("What button {n} does", n=place + 1))
        for kind in ButtonKind:
            self._kind.addItem(button_word(kind), kind)
        self._kind.setFixedWidth(_KIND_WIDTH)
        self._kind.activated.connect(self._on_kind)
        self.title = PartField(f"{object_name}.title", tr("Words on button {n}", n=place + 1))
        self.title.setPlaceholderText(tr("Words on the button"))
        self.target = PartField(f"{object_name}.target", tr("Where button {n} leads", n=place + 1))
        for field in (self.title, self.target):
            field.textChanged.connect(lambda _text: self.edited.emit())
        self.put_in(self._kind)
        self.put_in(self.title, 1)
        self.put_in(self.target, 1)

    def load(self, one: Button) -> None:
        """Show a button."""
        self._kind.setCurrentIndex(self._kind.findData(one.kind))
        self.title.load(one.title)
        self.target.load(one.value)
        self._fit()

    def value(self) -> Button:
        """Return the button as it is written now."""
        kind = ButtonKind(self._kind.currentData())
        return Button(kind, self.title.text(), "" if kind is ButtonKind.QUICK_REPLY else self.target.text())

    def _on_kind(self) -> None:
        self._fit()
        self.edited.emit()

    def _fit(self) -> None:
        kind = ButtonKind(self._kind.currentData())
        self.target.setVisible(kind is not ButtonKind.QUICK_REPLY)
        hints = {ButtonKind.URL: "https://…", ButtonKind.PHONE: "+351…", ButtonKind.COPY_CODE: tr("Code")}
        self.target.setPlaceholderText(hints.get(kind, ""))


class ButtonsForm(QWidget):
    """The buttons under the text, a row each."""

    edited = Signal()
    entered = Signal(object)

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self._rows: list[ButtonRow] = []
        self._shown = 0
        self._loading = self._locked = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def rows(self) -> list[ButtonRow]:
        """Return the rows that are shown."""
        return self._rows[: self._shown]

    def load(self, buttons: tuple[Button, ...]) -> None:
        """Show these buttons."""
        self._loading = True
        try:
            while len(self._rows) < len(buttons):
                self._add_row()
            self._shown = len(buttons)
            for place, row in enumerate(self._rows):
                row.setVisible(place < len(buttons))
                if place < len(buttons):
                    row.load(buttons[place])
                    row.set_locked(locked=self._locked)
        finally:
            self._loading = False
        self.setVisible(bool(buttons))

    def value(self) -> tuple[Button, ...]:
        """Return the buttons as they are written now."""
        return tuple(row.value() for row in self.rows())

    def set_locked(self, *, locked: bool) -> None:
        """Let the buttons be read only."""
        self._locked = locked
        for row in self._rows:
            row.set_locked(locked=locked)

    def _add_row(self) -> None:
        place = len(self._rows)
        row = ButtonRow(f"{self.objectName()}.{place}", place)
        row.edited.connect(self._on_edited)
        row.removed.connect(lambda: self._take_away(place))
        for field in (row.title, row.target):
            field.entered.connect(lambda field=field: self.entered.emit(field))
        self._rows.append(row)
        self._column.addWidget(row)

    def _on_edited(self) -> None:
        if not self._loading:
            self.edited.emit()

    def _take_away(self, place: int) -> None:
        left = self.value()
        self.load(left[:place] + left[place + 1 :])
        self.edited.emit()
        if self.rows():
            self.rows()[min(place, self._shown - 1)].title.setFocus()
