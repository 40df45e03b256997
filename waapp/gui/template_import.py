"""Taking in a template that the Twilio account has already, with names for its numbered variables."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from waapp.core.languages import language_name
from waapp.core.template import Template, TemplateDraft, is_variable_name, normalise_name, render
from waapp.core.template_content import decompile, render_message, variables_of
from waapp.core.template_parts import Header
from waapp.core.template_rules import suggest_name
from waapp.engine.approvals import AtTwilio
from waapp.gui import style
from waapp.gui.template_dialog import TemplateDialog
from waapp.gui.template_preview import ChatPreview
from waapp.gui.widgets import Field, button, label, name
from waapp.texts import tr, variable

_LIST_WIDTH = 230
_ROW_HEIGHT = 52


class ImportTemplateDialog(TemplateDialog):
    """Lists the account's templates, newest first; those that are here already are shown but not offered."""

    def __init__(
        self,
        found: Sequence[AtTwilio],
        known: Sequence[str],
        templates: Sequence[Template],
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            "templates.import",
            tr("Take in a template from Twilio"),
            tr("Its text stays as WhatsApp has approved it. Say what each of its variables stands for."),
            width=920,
            parent=parent,
        )
        self._found = found
        self._known = known
        self._boxes: dict[str, QComboBox] = {}
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[3])
        self.list = QListWidget()
        name(self.list, "templates.import.list", tr("Templates at Twilio"))
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setMinimumHeight(400)
        self.list.setProperty("bordered", "true")
        for each in found:
            self.list.addItem(_item(each))
        row.addWidget(self.list)
        middle = QVBoxLayout()
        middle.setSpacing(style.SPACE[2])
        self._title = QLineEdit()
        name(self._title, "templates.import.title", tr("Title"))
        self._title_field = Field(tr("Title"), self._title)
        middle.addWidget(self._title_field)
        self._into = QComboBox()
        name(self._into, "templates.import.into", tr("Where it goes"))
        self._into.addItem(tr("A template of its own"), None)
        for template in templates:
            self._into.addItem(tr("A language of “{title}”", title=template.display_name), template.id)
        self._into.activated.connect(self._fit)
        middle.addWidget(Field(tr("Where it goes"), self._into))
        self._heading = label(tr("Variables"), bold=True)
        middle.addWidget(self._heading)
        held = QWidget()
        self._form = QFormLayout(held)
        self._form.setContentsMargins(0, 0, style.SPACE[1], 0)
        self._form.setSpacing(style.SPACE[0])
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(held)
        middle.addWidget(scroll, 1)
        self._said = label("", tone="muted", size=12)
        middle.addWidget(self._said)
        row.addLayout(middle, 1)
        self.preview = ChatPreview("templates.import.preview")
        self.preview.setFixedWidth(300)
        row.addWidget(self.preview)
        self.column.addLayout(row, 1)
        self._go = button(tr("Take in"), "templates.import.yes", primary=True)
        self._go.clicked.connect(self.accept)
        self.finish(tr("Cancel"), self._go)
        self.list.currentRowChanged.connect(lambda _row: self._show())
        first = next((place for place, each in enumerate(found) if _can_be_taken(each)), 0)
        self.list.setCurrentRow(first)
        self._show()

    @property
    def chosen(self) -> AtTwilio | None:
        """Return the template of the account that is selected."""
        place = self.list.currentRow()
        return self._found[place] if 0 <= place < len(self._found) else None

    @property
    def into(self) -> UUID | None:
        """Return the template that gets it as a further language, None for one of its own."""
        wanted: UUID | None = self._into.currentData()
        return wanted

    def set_name(self, number: str, wanted: str) -> None:
        """Say what a variable stands for."""
        self._boxes[number].setEditText(wanted)

    def names(self) -> dict[str, str]:
        """Return the name of each variable, as far as one is given."""
        named = {}
        for number, box in self._boxes.items():
            place = box.findText(box.currentText())
            text = str(box.itemData(place)) if place >= 0 else normalise_name(box.currentText())
            if is_variable_name(text) and not text.isdigit():
                named[number] = text
        return named

    def draft(self) -> TemplateDraft:
        """Return what will be stored: the text with the names in place of the numbers."""
        found = self.chosen
        if found is None or found.wording is None:
            return TemplateDraft("", "", "")
        wording = decompile(found.wording, self.names())
        title = self._title.text().strip() or found.record.name
        return TemplateDraft(
            suggest_name(found.record.name or title),
            title,
            wording.content,
            found.record.language,
            (found.record.approval.category or "MARKETING").upper(),
            header=wording.header,
            footer=wording.footer,
            buttons=wording.buttons,
        )

    def _show(self) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        self._boxes = {}
        found = self.chosen
        if found is None or found.wording is None:
            hint = (
                tr("This account has no templates.")
                if found is None
                else tr("This kind cannot be sent from here.")
            )
            self.preview.show_hint(hint)
            self._heading.hide()
            self._fit()
            return
        self._title.setText((found.record.name or "").replace("_", " ").strip().capitalize())
        self._title.setCursorPosition(0)
        numbers = variables_of(found.wording)
        self._heading.setVisible(bool(numbers))
        for number in numbers:
            self._form.addRow(self._label(found, number), self._box(number))
        self._guess()
        self._fit()

    def _label(self, found: AtTwilio, number: str) -> QWidget:
        sample = found.record.variables.get(number, "")
        made = label(f"{{{{{number}}}}}" + (f" · {sample}" if sample else ""), tone="muted", size=12)
        made.setWordWrap(False)
        return made

    def _box(self, number: str) -> QComboBox:
        box = QComboBox()
        name(box, f"templates.import.variable.{number}", tr("What {{{{{n}}}}} stands for", n=number))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(14)
        for each in self._known:
            box.addItem(variable(each), each)
        box.setCurrentIndex(-1)
        line = QLineEdit()
        line.setPlaceholderText(tr("Choose, or write a name"))
        box.setLineEdit(line)
        box.editTextChanged.connect(lambda _text: self._fit())
        self._boxes[number] = box
        return box

    def _guess(self) -> None:
        """Choose names that are used there already, as some accounts call their variables by words."""
        for number, box in self._boxes.items():
            if number in self._known:
                box.setCurrentIndex(box.findData(number))
            elif not number.isdigit():
                box.setEditText(number)

    def _fit(self) -> None:
        """Show the message as far as it is named, and offer to take it in once everything has a name of its own."""
        found = self.chosen
        usable = found is not None and _can_be_taken(found)
        named = self.names()
        missing = len(self._boxes) - len(named)
        doubled = len(set(named.values())) < len(named)
        self._go.setEnabled(usable and not missing and not doubled)
        self._title_field.setEnabled(self.into is None)
        if found is not None and found.version_id is not None:
            self._said.setText(tr("This one is here already."))
        elif doubled:
            self._said.setText(tr("Two variables cannot have the same name."))
        elif missing:
            self._said.setText(tr("{n:variable|variables} without a name yet.", n=missing))
        else:
            self._said.setText("")
        if found is not None and found.wording is not None:
            shown = {number: f"[{variable(each)}]" for number, each in named.items()}
            message = render_message(found.wording, shown)
            header = found.wording.header
            if header is not None and header.is_media:
                # A picture is shown as WhatsApp's reviewer saw it, not at an address that no variable fills yet.
                filled = Header(header.kind, render(header.value, found.record.variables))
                message = replace(message, header=filled)
            self.preview.show_message(message)


def _can_be_taken(found: AtTwilio) -> bool:
    return found.wording is not None and found.version_id is None


def _item(found: AtTwilio) -> QListWidgetItem:
    record = found.record
    state = tr("here already") if found.version_id is not None else record.approval.status
    made = QListWidgetItem(f"{record.name or record.sid}\n{language_name(record.language)} · {state}")
    made.setToolTip(record.sid)
    made.setSizeHint(QSize(_LIST_WIDTH - 14, _ROW_HEIGHT))
    if not _can_be_taken(found):
        made.setForeground(style.tokens().muted)
    made.setData(Qt.ItemDataRole.UserRole, record.sid)
    return made
