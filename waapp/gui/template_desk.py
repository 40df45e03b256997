"""Where one template is written: its facts, its text, and what WhatsApp will say about it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal

from waapp.core.findings import Finding
from waapp.core.template import TemplateDraft
from waapp.core.template_rules import check, check_draft
from waapp.gui.template_editor import TemplateEditor
from waapp.gui.template_find import FindBar
from waapp.gui.template_findings import RowList
from waapp.gui.template_form import TemplateForm
from waapp.gui.template_rows import finding_rows
from waapp.gui.template_survey import Touched
from waapp.gui.template_toolbar import LengthLabel, TemplateToolbar
from waapp.gui.widgets import Card, rule
from waapp.texts import field_problem, tr

_CHECK_AFTER = 60
"""Milliseconds without a key before the rules are checked; the preview never waits."""


class TemplateDesk(Card):
    """Edits a draft. `edited` follows every change at once, `checked` comes when typing pauses.

    `show_guests` shows some of the guests, by their places in the list, in the preview.
    """

    edited = Signal()
    checked = Signal()

    def __init__(self, show_guests: Callable[[tuple[int, ...]], None]) -> None:
        super().__init__()
        self._show_guests = show_guests
        self._draft = TemplateDraft("", "", "")
        self._known: Sequence[str] = ()
        self._others: Collection[str] = ()
        self._found: tuple[Finding, ...] = ()
        self._touched: Sequence[Touched] = ()
        self._form = TemplateForm("templates.form")
        self._form.edited.connect(self._on_form)
        self._form_line = rule()
        self.editor = TemplateEditor("templates.text")
        self.editor.setProperty("bare", "true")
        self.editor.edited.connect(self._on_text)
        self.toolbar = TemplateToolbar(self.editor, "templates.toolbar")
        self.findings = RowList(
            "templates.findings", tr("What WhatsApp says about this text"), most_height=190
        )
        self.finder = FindBar(self.editor, "templates.find")
        self.toolbar.find_wanted.connect(self.finder.open_bar)
        for part in (self._form, self._form_line, self.toolbar, self.finder, rule()):
            self.body.addWidget(part)
        self.body.addWidget(self.editor, 1)
        self.length = LengthLabel("templates.length")
        self.body.addWidget(self.length)
        self.body.addWidget(self.findings)
        self.show_form(shown=False)
        self._pause = QTimer(self, singleShot=True, interval=_CHECK_AFTER)
        self._pause.timeout.connect(self.check)

    @property
    def draft(self) -> TemplateDraft:
        """Return what is written now."""
        return self._draft

    def load(self, draft: TemplateDraft, *, is_new: bool) -> None:
        """Show another draft; this cannot be undone."""
        self._draft = draft
        self._form.load(draft, is_new=is_new)
        self.editor.set_text(draft.content)
        self.check()

    def put_back(self, draft: TemplateDraft) -> None:
        """Put another draft in place of this one; Ctrl+Z in the text brings the old text back."""
        self._draft = draft
        self._form.load(draft, is_new=False)
        self.editor.replace_text(draft.content)
        self._pause.start()

    def set_known(self, names: Sequence[str]) -> None:
        """Tell which variables there are."""
        self._known = names
        self.editor.set_known(names)

    def set_samples(self, values: Mapping[str, str]) -> None:
        """Tell what the variables hold for the guest in the preview."""
        self.toolbar.set_variables(self._known, values)

    def set_others(self, contents: Collection[str]) -> None:
        """Tell what the other templates say, to notice a text that exists already."""
        self._others = contents

    def show_form(self, *, shown: bool) -> None:
        """Show or hide the facts beside the text."""
        self._form.setVisible(shown)
        self._form_line.setVisible(shown)

    def name_it(self) -> None:
        """Go to the title, ready to be written over."""
        self._form.focus_title()

    def show_errors(self, errors: Mapping[str, str] | None = None) -> bool:
        """Show what keeps the draft from being saved, by field (None: look for it); tell whether anything does."""
        if errors is None:
            errors = {field: field_problem(code) for field, code in check_draft(self._draft).items()}
        if errors.keys() - {"content"}:
            self.show_form(shown=True)
        self._form.show_errors(errors)
        if errors.keys() == {"content"}:
            self.editor.setFocus()
        return bool(errors)

    def check(self) -> None:
        """Check the text against WhatsApp's rules."""
        self._pause.stop()
        draft = self._draft
        self._found = check(
            draft.content, self._known, language=draft.language, category=draft.category, others=self._others
        )
        self.editor.set_findings(self._found)
        self._show_findings()
        self.checked.emit()

    def show_touched(self, touched: Sequence[Touched]) -> None:
        """Show for how many guests values are missing or refused."""
        self._touched = touched
        self._show_findings()

    def _show_findings(self) -> None:
        self.findings.show_rows(
            finding_rows(
                self._found,
                self._touched,
                apply=self.editor.replace_text,
                show_place=self.editor.show_place,
                show_guests=self._show_guests,
            )
        )

    def _on_text(self, text: str) -> None:
        self._draft = replace(self._draft, content=text)
        self._pause.start()
        self.edited.emit()

    def _on_form(self) -> None:
        self._draft = self._form.apply_to(self._draft)
        self._form.show_errors({})
        self._pause.start()
        self.edited.emit()
