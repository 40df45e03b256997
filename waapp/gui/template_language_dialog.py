"""Which language a template gets next, and which text it begins with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QButtonGroup, QComboBox, QRadioButton, QWidget

from waapp.core.languages import LANGUAGES, language_name
from waapp.gui.template_dialog import TemplateDialog
from waapp.gui.widgets import Field, button, label, name
from waapp.texts import tr


@dataclass(frozen=True, slots=True)
class Beginning:
    """A text to begin a language with: this one, a starter in that language, or none."""

    key: str
    word: str


class LanguageDialog(TemplateDialog):
    """Asks for a language that is not there yet; guests' own languages come first.

    `wanted` counts the guests who read each language, `beginnings` gives the texts that there are to begin with.
    """

    def __init__(
        self,
        there: Collection[str],
        wanted: Mapping[str, int],
        beginnings: Mapping[str, Sequence[Beginning]],
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            "templates.language",
            tr("Add a language"),
            tr("Each language is approved by itself. A guest gets the language that the guest list names."),
            parent=parent,
        )
        self._beginnings = beginnings
        self._box = QComboBox()
        name(self._box, "templates.language.code", tr("Language"))
        codes = [code for code in LANGUAGES if code not in there]
        codes.sort(key=lambda code: (-wanted.get(code, 0), language_name(code)))
        for code in codes:
            guests = tr(" · {n:guest|guests}", n=wanted[code]) if wanted.get(code) else ""
            self._box.addItem(f"{language_name(code)}{guests}", code)
        self._box.setMaxVisibleItems(14)
        self._box.activated.connect(self._offer)
        self.column.addWidget(Field(tr("Language"), self._box))
        self.column.addWidget(label(tr("Begin with"), bold=True))
        self._group = QButtonGroup(self)
        self._choices: dict[str, QRadioButton] = {}
        for key, word in (
            ("copy", tr("This text, to translate it here")),
            ("starter", tr("A ready-made text in that language")),
            ("empty", tr("An empty page")),
        ):
            choice = QRadioButton(word)
            name(choice, f"templates.language.{key}", word)
            self._group.addButton(choice)
            self._choices[key] = choice
            self.column.addWidget(choice)
        self._choices["copy"].setChecked(True)
        go = button(tr("Add"), "templates.language.yes", primary=True)
        go.clicked.connect(self.accept)
        self.finish(tr("Cancel"), go)
        self._offer()

    @property
    def code(self) -> str:
        """Return the language that is chosen."""
        return str(self._box.currentData())

    @property
    def beginning(self) -> str:
        """Return what to begin with: copy, starter or empty."""
        return next(key for key, choice in self._choices.items() if choice.isChecked())

    def choose(self, code: str) -> None:
        """Choose a language."""
        self._box.setCurrentIndex(self._box.findData(code))
        self._offer()

    def _offer(self) -> None:
        starter = self._choices["starter"]
        starter.setEnabled(bool(self._beginnings.get(self.code)))
        if starter.isChecked() and not starter.isEnabled():
            self._choices["copy"].setChecked(True)
