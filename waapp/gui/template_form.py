"""The few facts of a template beside its text: what people and WhatsApp call it, language and category."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QSizePolicy, QWidget

from waapp.core.languages import LANGUAGES, language_name
from waapp.core.template import TemplateDraft
from waapp.core.template_rules import DISPLAY_NAME_LIMIT, NAME_LIMIT, suggest_name
from waapp.gui.template_words import categories, category_word
from waapp.gui.widgets import Field, name
from waapp.texts import tr


class TemplateForm(QWidget):
    """Edits everything of a draft but its text; `edited` follows every change that a person makes.

    While a template is new, WhatsApp's name follows the title until a person writes one.
    """

    edited = Signal()

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._name_follows = self.is_variant = False
        self._title = QLineEdit()
        self._title.setMaxLength(DISPLAY_NAME_LIMIT)
        self._title.setPlaceholderText(tr("Invitation"))
        self._name = QLineEdit()
        self._name.setMaxLength(NAME_LIMIT)
        self._name.setPlaceholderText("invitation")
        self._language = QComboBox()
        for code in sorted(LANGUAGES, key=language_name):
            self._language.addItem(language_name(code), code)
        self._category = QComboBox()
        for category in categories():
            self._category.addItem(category_word(category), category)
        self._fields: dict[str, Field] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for place, (key, label, editor) in enumerate(
            (
                ("display_name", tr("Title"), self._title),
                ("name", tr("Name for WhatsApp"), self._name),
                ("language", tr("Language"), self._language),
                ("category", tr("Category"), self._category),
            )
        ):
            name(editor, f"{object_name}.{key}", label)
            self._fields[key] = Field(label, editor)
            if isinstance(editor, QComboBox):
                # Otherwise the longest language would decide how wide the page is.
                editor.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
                editor.setMinimumContentsLength(6)
            grid.addWidget(self._fields[key], place // 2, place % 2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._title.textEdited.connect(self._on_title)
        self._name.textEdited.connect(self._on_name)
        self._language.activated.connect(self.edited)
        self._category.activated.connect(self.edited)

    def load(self, draft: TemplateDraft, *, is_new: bool, is_variant: bool = False) -> None:
        """Show a draft's facts; in a further language the names are those of the template."""
        for key in ("display_name", "name"):
            self._fields[key].setVisible(not is_variant)
        self.is_variant = is_variant
        rest = draft.name.removeprefix(suggest_name(draft.display_name))
        self._name_follows = is_new and (not rest or rest.removeprefix("_").isdigit())
        for line, text in ((self._title, draft.display_name), (self._name, draft.name)):
            if line.text() != text:
                line.setText(text)
                line.setCursorPosition(0)
        _choose(self._language, draft.language, language_name(draft.language))
        _choose(self._category, draft.category, category_word(draft.category))
        self.show_errors({})

    def apply_to(self, draft: TemplateDraft) -> TemplateDraft:
        """Return the draft with what the fields hold."""
        return replace(
            draft,
            display_name=self._title.text().strip(),
            name=self._name.text().strip(),
            language=self._language.currentData(),
            category=self._category.currentData(),
        )

    def show_errors(self, errors: Mapping[str, str]) -> bool:
        """Show a sentence under each field that has one, and go to the first; tell whether there was any."""
        first = None
        for key, field in self._fields.items():
            field.set_error(errors.get(key))
            if key in errors and first is None:
                first = key
        if first is not None:
            {"display_name": self._title, "name": self._name}.get(first, self._title).setFocus()
        return first is not None

    def set_locked(self, *, locked: bool) -> None:
        """Let the facts that WhatsApp has be read only; the title is ours."""
        self._name.setReadOnly(locked)
        self._language.setEnabled(not locked and not self.is_variant)
        self._category.setEnabled(not locked)

    def focus_title(self) -> None:
        """Go to the title and select it, ready to be written over."""
        self._title.setFocus()
        self._title.selectAll()

    def _on_title(self, text: str) -> None:
        if self._name_follows:
            self._name.setText(suggest_name(text))
        self.edited.emit()

    def _on_name(self) -> None:
        self._name_follows = False
        self.edited.emit()


def _choose(box: QComboBox, code: str, word: str) -> None:
    place = box.findData(code)
    if place < 0:
        box.addItem(word, code)
        place = box.count() - 1
    box.setCurrentIndex(place)
