"""Where one template is written: its facts, its parts, and what WhatsApp will say about it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from waapp.core.findings import Finding
from waapp.core.template import TemplateDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind, Part
from waapp.core.template_rules import check_draft, check_message
from waapp.gui.template_editor import TemplateEditor
from waapp.gui.template_find import FindBar
from waapp.gui.template_findings import RowList, RowWidget
from waapp.gui.template_form import TemplateForm
from waapp.gui.template_languages import LanguageTabs
from waapp.gui.template_parts_form import ButtonsForm, FooterRow, HeaderRow, PartField
from waapp.gui.template_rows import finding_rows
from waapp.gui.template_scroll import TextArea, scrolling
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
        self._answer_link = ""
        self._found: tuple[Finding, ...] = ()
        self._touched: Sequence[Touched] = ()
        self._is_locked = self._loading = False
        self._form = TemplateForm("templates.form")
        self._form.edited.connect(self._on_form)
        self._form_line = rule()
        self.approval = RowWidget("templates.approval")
        self._approval_line = rule()
        self.languages = LanguageTabs("templates.languages")
        self.languages.part_wanted.connect(self.add_part)
        self.editor = TemplateEditor("templates.text")
        self.editor.setProperty("bare", "true")
        self.editor.edited.connect(self._on_text)
        self.toolbar = TemplateToolbar(self.editor, self._insert_variable, "templates.toolbar")
        self.finder = FindBar(self.editor, "templates.find")
        self.toolbar.find_wanted.connect(self.finder.open_bar)
        self.length = LengthLabel("templates.length")
        self.findings = RowList(
            "templates.findings", tr("What WhatsApp says about this text"), most_height=190
        )
        self._build_parts()
        over: tuple[QWidget, ...] = (
            self._form,
            self._form_line,
            self.approval,
            self._approval_line,
            self.languages,
            self.toolbar,
            self.finder,
            rule(),
        )
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for each in over:
            column.addWidget(each)
        column.addWidget(TextArea(self.editor, self.header_row, self.footer_row, self.buttons), 1)
        # On a low screen all of it scrolls, rather than stand on top of each other.
        self.body.addWidget(scrolling(held), 1)
        self.body.addWidget(self.length)
        self.body.addWidget(self.findings)
        self.show_form(shown=False)
        self._pause = QTimer(self, singleShot=True, interval=_CHECK_AFTER)
        self._pause.timeout.connect(self.check)

    def _build_parts(self) -> None:
        self.header_row = HeaderRow("templates.header")
        self.footer_row = FooterRow("templates.footer")
        self.buttons = ButtonsForm("templates.buttons")
        self._target: TemplateEditor | PartField = self.editor
        for each in (self.header_row, self.footer_row, self.buttons):
            each.edited.connect(self._on_parts)
        self.header_row.removed.connect(lambda: self._change(replace(self._draft, header=None)))
        self.footer_row.removed.connect(lambda: self._change(replace(self._draft, footer="")))
        for field in (self.header_row.field, self.footer_row.field):
            field.entered.connect(lambda field=field: self._aim(field))
        self.buttons.entered.connect(self._aim)
        self.editor.entered.connect(lambda: self._aim(self.editor))

    @property
    def draft(self) -> TemplateDraft:
        """Return what is written now."""
        return self._draft

    def load(self, draft: TemplateDraft, *, is_new: bool, is_variant: bool = False) -> None:
        """Show another draft; this cannot be undone."""
        self._draft = draft
        self._form.load(draft, is_new=is_new, is_variant=is_variant)
        self._aim(self.editor)
        self._load_parts()
        self.editor.set_text(draft.content)
        self.check()

    def put_back(self, draft: TemplateDraft) -> None:
        """Put another draft in place of this one; Ctrl+Z in the text brings the old text back."""
        self._draft = draft
        self._form.load(draft, is_new=False, is_variant=self._form.is_variant)
        self._load_parts()
        self.editor.replace_text(draft.content)
        self._pause.start()

    def follow(self, draft: TemplateDraft) -> None:
        """Take over facts beside the text, without touching what is being typed."""
        self._draft = draft
        self._form.load(draft, is_new=False, is_variant=self._form.is_variant)

    def set_locked(self, *, locked: bool) -> None:
        """Let everything be read and nothing be changed, as with a text that WhatsApp has."""
        if locked != self._is_locked:
            self._is_locked = locked
            self.editor.setReadOnly(locked)
            self.toolbar.set_locked(locked=locked)
            self._form.set_locked(locked=locked)
            for part in (self.header_row, self.footer_row, self.buttons):
                part.set_locked(locked=locked)
            self._show_findings()
        self._offer_parts()

    def set_known(self, names: Sequence[str], answer_link: str = "") -> None:
        """Tell which variables there are, and the event's address to answer as a button takes it."""
        self._known = names
        self._answer_link = answer_link
        self.editor.set_known(names)

    def set_samples(self, values: Mapping[str, str]) -> None:
        """Tell what the variables hold for the guest in the preview."""
        self.toolbar.set_variables(self._known, values)

    def set_others(self, contents: Collection[str]) -> None:
        """Tell what the other templates say, to notice a text that exists already."""
        self._others = contents

    def show_approval(self, *, shown: bool) -> None:
        """Show or hide how far the approval is."""
        self.approval.setVisible(shown)
        self._approval_line.setVisible(shown)

    def show_form(self, *, shown: bool) -> None:
        """Show or hide the facts beside the text."""
        self._form.setVisible(shown)
        self._form_line.setVisible(shown)

    def name_it(self) -> None:
        """Go to the title, ready to be written over."""
        self._form.focus_title()

    def add_part(self, key: str) -> None:
        """Add a part and go to it."""
        draft = self._draft
        if key == "footer":
            self.footer_row.show()
            self.footer_row.field.setFocus()
            return
        if key.startswith("header_"):
            self._change(replace(draft, header=Header(HeaderKind(key.removeprefix("header_")), "")))
            self.header_row.field.setFocus()
            return
        self._change(replace(draft, buttons=(*draft.buttons, Button(ButtonKind(key), ""))))
        self.buttons.rows()[-1].title.setFocus()

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
        """Check the whole template against WhatsApp's rules."""
        self._pause.stop()
        draft = self._draft
        self._found = check_message(
            draft,
            self._known,
            language=draft.language,
            category=draft.category,
            others=self._others,
            answer_link=self._answer_link,
        )
        self.editor.set_findings([each for each in self._found if each.part is Part.BODY])
        self._mark_parts()
        self._show_findings()
        self.checked.emit()

    @property
    def found(self) -> tuple[Finding, ...]:
        """Return what the template breaks, as far as it has been checked."""
        return self._found

    def show_touched(self, touched: Sequence[Touched]) -> None:
        """Show for how many guests values are missing or refused."""
        self._touched = touched
        self._show_findings()

    def _show_findings(self) -> None:
        self.findings.show_rows(
            finding_rows(
                self._found,
                self._touched,
                wording=self._draft,
                apply=None if self._is_locked else self._mend,
                show_place=self._show_place,
                show_guests=self._show_guests,
            )
        )

    # Parts

    def _load_parts(self) -> None:
        draft = self._draft
        self._loading = True
        try:
            self.header_row.setVisible(draft.header is not None)
            if draft.header is not None:
                self.header_row.load(draft.header)
            self.footer_row.setVisible(bool(draft.footer))
            self.footer_row.field.load(draft.footer)
            self.buttons.load(draft.buttons)
        finally:
            self._loading = False
        self._offer_parts()

    def _offer_parts(self) -> None:
        self.languages.set_parts(
            has_header=self._draft.header is not None,
            has_footer=not self.footer_row.isHidden(),
            locked=self._is_locked,
        )

    def _mark_parts(self) -> None:
        fields: list[tuple[PartField, Part, int | None]] = [
            (self.header_row.field, Part.HEADER, None),
            (self.footer_row.field, Part.FOOTER, None),
        ]
        rows = self.buttons.rows()
        for place, row in enumerate(rows):
            fields += [(row.title, Part.BUTTON_TITLE, place), (row.target, Part.BUTTON_VALUE, place)]
        for field, part, number in fields:
            field.show_findings([each for each in self._found if (each.part, each.button) == (part, number)])

    def _field_of(self, finding: Finding) -> PartField | None:
        rows = self.buttons.rows()
        match finding.part:
            case Part.HEADER:
                return self.header_row.field
            case Part.FOOTER:
                return self.footer_row.field
            case Part.BUTTON_TITLE if finding.button is not None and finding.button < len(rows):
                return rows[finding.button].title
            case Part.BUTTON_VALUE if finding.button is not None and finding.button < len(rows):
                return rows[finding.button].target
            case Part.BUTTONS if rows:
                return rows[finding.button or 0].title
            case _:
                return None

    def _show_place(self, finding: Finding) -> None:
        field = self._field_of(finding)
        if field is None:
            self.editor.show_place(finding.start, finding.end)
        else:
            field.show_place(finding.start, finding.end)

    def _mend(self, finding: Finding) -> None:
        fix, field = finding.fix, self._field_of(finding)
        if fix is None:
            return
        if finding.part is Part.BODY:
            self.editor.replace_text(fix.content)
        elif finding.part is Part.BUTTONS:
            self._change(replace(self._draft, buttons=fix.buttons))
        elif field is not None:
            field.put(fix.content)

    def _aim(self, target: TemplateEditor | PartField) -> None:
        """Remember where one writes: the next variable goes there."""
        self._target = target

    def _insert_variable(self, variable: str) -> None:
        self._target.insert_variable(variable)

    def _change(self, draft: TemplateDraft) -> None:
        self._draft = draft
        self._load_parts()
        self._tell()

    def _on_text(self, text: str) -> None:
        self._draft = replace(self._draft, content=text)
        self._tell()

    def _on_parts(self) -> None:
        if self._loading:
            return
        header = self.header_row.value() if not self.header_row.isHidden() else None
        self._draft = replace(
            self._draft, header=header, footer=self.footer_row.field.text(), buttons=self.buttons.value()
        )
        self.buttons.setVisible(bool(self._draft.buttons))
        self._offer_parts()
        self._tell()

    def _on_form(self) -> None:
        self._draft = self._form.apply_to(self._draft)
        self._form.show_errors({})
        self._tell()

    def _tell(self) -> None:
        self._pause.start()
        self.edited.emit()
