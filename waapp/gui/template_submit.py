"""What is asked before a template goes to WhatsApp: in which category, and what that means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QWidget

from waapp.core.languages import language_name
from waapp.core.template import Category, Template
from waapp.gui import style
from waapp.gui.template_dialog import TemplateDialog
from waapp.gui.template_findings import Row, RowWidget
from waapp.gui.template_samples import SampleFields
from waapp.gui.template_words import categories, category_word
from waapp.gui.widgets import button, label, name
from waapp.texts import tr

_INDENT: Final = 24
_WIDTH: Final = 620


@dataclass(frozen=True, slots=True)
class Submission:
    """What the planner has decided: the category, and an example for each variable."""

    category: str
    samples: Mapping[str, str]


class SubmitDialog(TemplateDialog):
    """Says what submitting means and lets the planner choose the category and the examples."""

    def __init__(
        self,
        template: Template,
        samples: Mapping[str, str],
        *,
        practice: bool,
        parent: QWidget | None = None,
    ) -> None:
        title = tr("Submit “{title}” to WhatsApp?", title=template.display_name)
        text = tr(
            "WhatsApp reads the text and answers within minutes mostly, within two days at most. From then on this "
            "text stays as it is: when you change it, it becomes version {number}, which WhatsApp reads anew.",
            number=template.version + 1,
        )
        super().__init__("templates.submit_dialog", title, text, width=_WIDTH, parent=parent)
        self._template = template
        if practice:
            marked = RowWidget("templates.submit_dialog.practice")
            marked.setProperty("card", "true")
            words = tr("Practice mode: nothing goes to WhatsApp. The answer is made up on this computer.")
            marked.show_row(Row("unknown", words))
            self.column.addWidget(marked)
        self.column.addWidget(label(tr("Category"), bold=True))
        self._choices = QButtonGroup(self)
        self._category = template.category
        for category in dict.fromkeys([*categories(), template.category]):
            choice = QRadioButton(category_word(category))
            explained = _explained(category)
            name(choice, f"templates.submit_dialog.{category.lower()}", category_word(category))
            choice.setAccessibleDescription(explained)
            choice.setChecked(category == template.category)
            choice.toggled.connect(lambda on, category=category: self._choose(category) if on else None)
            self._choices.addButton(choice)
            self.column.addWidget(choice)
            self.column.addLayout(_indented(explained))
        self.column.addSpacing(style.SPACE[0])
        self.samples = SampleFields("templates.submit_dialog.samples", template, samples)
        self.samples.setParent(self)
        self.samples.setVisible(bool(samples))
        if samples:
            self.column.addWidget(label(tr("Examples"), bold=True))
            why = tr(
                "WhatsApp sees these in place of the variables when it reads the text. Change what it should not see."
            )
            self.column.addWidget(label(why, tone="muted", size=12))
            self.column.addWidget(self.samples)
            self.column.addSpacing(style.SPACE[0])
        self._name = label("", tone="muted", size=12)
        self.column.addWidget(self._name)
        self._choose(template.category)
        go = button(tr("Submit"), "templates.submit_dialog.yes", primary=True)
        go.clicked.connect(self.accept)
        go.setEnabled(self.samples.is_good)
        self.samples.changed.connect(lambda: go.setEnabled(self.samples.is_good))
        self.finish(tr("Not yet"), go)
        # Left to itself a dialog opens at two thirds of the screen at most, and cuts its words off.
        wide = max(self.sizeHint().width(), _WIDTH)
        self.setMinimumHeight(self.column.minimumHeightForWidth(wide))
        self.resize(wide, self.column.totalHeightForWidth(wide))

    @property
    def submission(self) -> Submission:
        """Return what is chosen and written."""
        return Submission(self._category, self.samples.values)

    def _choose(self, category: str) -> None:
        self._category = category
        template = self._template
        if category != template.category:
            # Another category makes another version.
            template = replace(template, version=template.version + 1)
        self._name.setText(
            tr(
                "WhatsApp calls it {name}, in {language}.",
                name=template.submitted_name,
                language=language_name(template.language),
            )
        )


def _indented(text: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(style.margins(_INDENT, 0, 0, 0))
    row.addWidget(label(text, tone="muted", size=12))
    return row


def _explained(category: str) -> str:
    match category:
        case Category.MARKETING:
            return tr(
                "The one for invitations: WhatsApp counts every message that asks people to answer or to do "
                "something as marketing. It costs the most, and US numbers (+1) do not get it."
            )
        case Category.UTILITY:
            return tr(
                "For guests who have said yes: reminders and changes of plan. It costs less, and US numbers get "
                "it. WhatsApp rejects invitations here, or moves them to marketing."
            )
        case _:
            return tr("WhatsApp has put it there.")
