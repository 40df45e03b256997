"""The texts to begin with: an occasion, a language, and what the guest's phone would show."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from waapp.core.languages import language_name
from waapp.core.starters import OCCASIONS, STARTER_LANGUAGES, Starter, read_starters
from waapp.core.template import TemplateDraft
from waapp.core.template_content import render_message
from waapp.core.template_rules import suggest_name
from waapp.gui import style
from waapp.gui.template_dialog import TemplateDialog
from waapp.gui.template_preview import ChatPreview
from waapp.gui.template_words import category_word
from waapp.gui.widgets import Field, button, label, name
from waapp.paths import resource_text
from waapp.texts import STARTERS, tr

_LIST_WIDTH = 190


class GalleryDialog(TemplateDialog):
    """Shows the ready-made texts by occasion and language; `draft` is the one to begin with.

    `samples` gives the values that fill them, in a language.
    """

    def __init__(
        self, language: str, samples: Callable[[str], Mapping[str, str]], *, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            "templates.gallery",
            tr("New template"),
            tr("Begin with a ready-made text, written so that WhatsApp approves it, or with an empty page."),
            width=760,
            parent=parent,
        )
        self._samples = samples
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[3])
        side = QVBoxLayout()
        side.setSpacing(style.SPACE[2])
        self.languages = QComboBox()
        name(self.languages, "templates.gallery.language", tr("Language"))
        for code in STARTER_LANGUAGES:
            self.languages.addItem(language_name(code), code)
        self.languages.setCurrentIndex(max(0, self.languages.findData(language)))
        self.languages.currentIndexChanged.connect(lambda _place: self._show())
        side.addWidget(Field(tr("Language"), self.languages))
        self.list = QListWidget()
        name(self.list, "templates.gallery.occasions", tr("Occasions"))
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setProperty("bordered", "true")
        for occasion in OCCASIONS:
            self.list.addItem(tr(STARTERS[occasion]))
        self.list.addItem(tr("Empty page"))
        self.list.currentRowChanged.connect(lambda _row: self._show())
        self.list.itemActivated.connect(lambda _item: self.accept())
        side.addWidget(self.list, 1)
        self._category = label("", tone="muted", size=12)
        self._category.setFixedWidth(_LIST_WIDTH)
        side.addWidget(self._category)
        row.addLayout(side)
        self.preview = ChatPreview("templates.gallery.preview")
        self.preview.setMinimumSize(340, 470)
        row.addWidget(self.preview, 1)
        self.column.addLayout(row, 1)
        go = button(tr("Use this text"), "templates.gallery.yes", primary=True)
        go.clicked.connect(self.accept)
        self.finish(tr("Cancel"), go)
        self.list.setCurrentRow(0)
        self.list.setFocus()

    @property
    def draft(self) -> TemplateDraft:
        """Return the draft of what is chosen."""
        language = str(self.languages.currentData())
        starter = self._starter()
        if starter is None:
            title = tr("New template")
            return TemplateDraft(suggest_name(title), title, "", language)
        return starter.draft(starter.occasion, tr(STARTERS[starter.occasion]))

    def _starter(self) -> Starter | None:
        place = self.list.currentRow()
        if not 0 <= place < len(OCCASIONS):
            return None
        return starter_for(OCCASIONS[place], str(self.languages.currentData()))

    def _show(self) -> None:
        starter = self._starter()
        if starter is None:
            self.preview.show_hint(tr("An empty page, to write all of it yourself."))
            self._category.setText("")
            return
        self.preview.show_message(render_message(self.draft, self._samples(starter.language)))
        self._category.setText(tr("Category: {word}", word=category_word(starter.category)))


def starter_for(occasion: str, language: str) -> Starter | None:
    """Return the ready-made text for an occasion in a language, None when there is none."""
    return next((each for each in starters(language) if each.occasion == occasion), None)


def occasion_of(draft: TemplateDraft) -> str:
    """Return what a template seems to be for: the occasion that its name begins with, else an invitation."""
    return next((each for each in OCCASIONS if draft.name.startswith(each)), OCCASIONS[0])


@lru_cache(maxsize=16)
def starters(language: str) -> tuple[Starter, ...]:
    """Return the ready-made texts in a language, none for a language without any."""
    if language not in STARTER_LANGUAGES:
        return ()
    return read_starters(language, resource_text(f"templates/{language}.toml"))
