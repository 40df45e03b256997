"""Which language a template gets next, and which text it begins with."""

from collections.abc import Collection, Mapping

from PySide6.QtWidgets import QButtonGroup, QComboBox, QRadioButton, QWidget

from waapp.core.languages import LANGUAGES, language_name
from waapp.gui.template_dialog import TemplateDialog
from waapp.gui.widgets import Field, button, label, name
from waapp.texts import tr


class LanguageDialog(TemplateDialog):
    """Asks for a language that is not there yet; guests' own languages come first.

    `wanted` counts the guests who read each language, `ready` names those with a ready-made text.
    """

    def __init__(
        self,
        there: Collection[str],
        wanted: Mapping[str, int],
        ready: Collection[str],
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            "templates.language",
            tr("Add a language"),
            tr("Each language is approved by itself. A guest gets the language that the guest list names."),
            parent=parent,
        )
        self._ready = ready
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
        starter.setEnabled(self.code in self._ready)
        if starter.isChecked() and not starter.isEnabled():
            self._choices["copy"].setChecked(True)
