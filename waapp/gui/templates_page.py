"""The page for writing templates: what a person can do there."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QMenu

from waapp.core.findings import Level
from waapp.core.language_choice import stand_ins
from waapp.core.template import Template, TemplateDraft
from waapp.core.template_rules import suggest_name
from waapp.errors import UserError
from waapp.gui.template_frame import TemplateFrame
from waapp.gui.template_header import MenuEntry
from waapp.gui.template_sheets import Sheet
from waapp.texts import tr

_SURVEY_AFTER = 250
"""Milliseconds between the check of the rules and the look at all guests."""
_KEEP_AFTER = 400
"""Milliseconds after a key until what was typed is safe on this computer."""
_NARROW = 900
_PREVIEW_WIDTH = 340
_NARROW_PREVIEW_WIDTH = 280
_LIST_WIDTH = 190


class TemplatesPage(TemplateFrame):
    """Lists, edits and previews templates.

    What is typed is kept, also over the program's end, until it is saved or discarded on purpose. Without
    `approvals` templates can be written but not submitted, without `line` not tried out.
    """

    def __init__(self, **handles: Any) -> None:  # noqa: ANN401 - handed on as they are
        super().__init__(**handles)
        for signal, act in (
            (self.new_wanted, self.new_template),
            (self.theirs_wanted, self._discard),
            (self.mine_wanted, self._keep_mine),
            (self.difference_wanted, lambda: self._tasks.start(self._show_conflict())),
            (self.next_wanted, self.edit_next),
            (self._desk.languages.language_wanted, self.add_language),
            (self._desk.languages.order_wanted, self.change_order),
            (self._header.save.clicked, self.save),
            (self._header.submit.clicked, self.submit),
            (self._header.test.clicked, self.send_test),
        ):
            signal.connect(act)
        self._header.offer(self._menu_entries)

    def new_template(self) -> None:
        """Begin a template, from one of the starters."""
        self._tasks.start(self._new_template())

    async def _new_template(self) -> None:
        draft = await self._errands.choose_starter(self._guests, self._samples)
        if draft is not None:
            self.begin(draft)

    def begin(self, draft: TemplateDraft, family: UUID | None = None) -> None:
        """Show a draft as a new template, or as a further language of one."""
        if family is None:
            draft = replace(draft, name=self._sheets.free_name(draft.name))
        self._key = self._sheets.add(draft, family).key
        self._show_sheet()
        self.keep()
        if family is None:
            self._details.setChecked(True)
            self._desk.name_it()
        else:
            self._desk.editor.setFocus()

    def add_language(self) -> None:
        """Add a language to the template that is shown."""
        self._tasks.start(self._add_language())

    async def _add_language(self) -> None:
        sheet = self._sheets.get(self._key)
        if sheet is None:
            return
        there = self._sheets.languages(sheet.key)
        draft = await self._errands.choose_language(
            sheet.draft, [each.draft.language for each in there], self._guests
        )
        if draft is not None:
            self.begin(draft, sheet.root)

    def change_order(self) -> None:
        """Let the planner say which language stands in for one that is missing."""
        self._tasks.start(self._change_order())

    async def _change_order(self) -> None:
        if self._key is None:
            return
        there = [each.draft.language for each in self._sheets.languages(self._key)]
        shown = [*stand_ins(there, there[0], self._order), *there]
        chosen = await self._errands.choose_order(tuple(dict.fromkeys(shown)))
        if chosen is None:
            return
        # What the planner has said of languages that this template does not have stays said.
        self._order = (*chosen, *(code for code in self._order if code not in chosen))
        self._show_list()
        if self._keep_order is not None:
            await self._keep_order(self._order)

    def save(self) -> None:
        """Store the template that is shown."""
        sheet = self._sheets.get(self._key)
        if sheet is None or not self._save_button.isEnabled():
            return
        if sheet.theirs is not None:
            self._show_state()
            return
        if self._desk.show_errors():
            self._details.setChecked(True)
            return
        self._save_button.setEnabled(False)
        self._tasks.start(self._save(sheet))

    async def _save(self, sheet: Sheet) -> Template | None:
        """Store a sheet; return what is stored now, None when somebody must decide first."""
        try:
            saved = await self._errands.save(sheet)
            if isinstance(saved, Template):
                now = self._sheets.saved(sheet.key, saved, sheet.draft)
                if self._key == sheet.key:
                    self._key = now.key
                    self._show_merged(now.draft)
                self._show_list()
                self.keep()
                return saved
            if saved:
                self._details.setChecked(True)
                self._desk.show_errors(saved)
            else:
                await self._reload_templates()
            return None
        finally:
            self._show_state()

    def submit(self) -> None:
        """Submit the template that is shown, after asking."""
        sheet = self._sheets.get(self._key)
        if sheet is not None and sheet.stored is not None and not sheet.is_unsaved:
            self._desk.check()
            self._tasks.start(self._submit(sheet, sheet.stored))

    async def _submit(self, sheet: Sheet, template: Template) -> None:
        if any(finding.level is Level.ERROR for finding in self._desk.found):
            raise UserError("template_not_ready", name=template.display_name)
        asked = await self._errands.ask_to_submit(template, self._guest_samples(template.language))
        if asked is None:
            return
        category = asked.category
        if category != template.category:
            saved = await self._save(self._sheets.write(sheet.key, replace(sheet.draft, category=category)))
            if saved is None:
                return
            template = saved
            self._show_sheet()
        try:
            await self._errands.submit(template, asked.samples)
        finally:
            await self._reload_templates()

    def menu(self) -> QMenu:
        """Return the menu of what else can be done with the template that is shown."""
        return self._header.menu()

    def _menu_entries(self) -> Sequence[MenuEntry]:
        sheet = self._sheets.get(self._key)
        if sheet is None:
            return ()
        stored, is_active = sheet.stored is not None, sheet.draft.is_active
        at_twilio = sheet.stored is not None and sheet.stored.content_sid is not None
        connected = self._errands.can_submit
        return (
            MenuEntry("history", tr("Versions…"), self.show_history, stored),
            MenuEntry("duplicate", tr("Duplicate"), self._duplicate),
            MenuEntry("discard", tr("Discard changes"), self._discard, sheet.is_unsaved),
            MenuEntry("import", tr("Take in from Twilio…"), self.take_in, connected, begins_group=True),
            MenuEntry("compare", tr("Compare with Twilio…"), self.compare, connected and at_twilio),
            MenuEntry(
                "withdraw",
                tr("Remove this language"),
                self._remove_language,
                stored and sheet.family is not None,
                begins_group=True,
            ),
            MenuEntry(
                "archive", tr("Stop using it"), self._toggle_active, stored and is_active, begins_group=True
            ),
            MenuEntry("restore", tr("Use it again"), self._toggle_active, not is_active),
        )

    def show_history(self) -> None:
        """Show every version that the template had in this language."""
        sheet = self._sheets.get(self._key)
        if sheet is not None and sheet.stored is not None:
            self._tasks.start(self._show_history(sheet, sheet.stored))

    async def _show_history(self, sheet: Sheet, stored: Template) -> None:
        chosen = await self._errands.show_history(stored)
        if chosen is not None and self._key == sheet.key:
            self._sheets.open(sheet.key)
            kept = sheet.draft
            self._desk.put_back(
                replace(
                    kept,
                    content=chosen.content,
                    header=chosen.header,
                    footer=chosen.footer,
                    buttons=chosen.buttons,
                )
            )
            self._on_edited()
            self._show_state()

    def take_in(self) -> None:
        """Take in templates that the account has already."""
        self._tasks.start(self._take_in())

    async def _take_in(self) -> None:
        taken = await self._errands.take_in(
            self._known, [each.stored for each in self._sheets.mains() if each.stored]
        )
        if taken is not None:
            await self._reload_templates()
            self._go_to(self._sheets.key_of(taken))

    def compare(self) -> None:
        """Look whether Twilio has the same text."""
        sheet = self._sheets.get(self._key)
        if sheet is not None and sheet.stored is not None:
            self._tasks.start(self._errands.compare(sheet.stored))

    def send_test(self) -> None:
        """Send the template that is shown to one's own phone, as the guest in the preview would get it."""
        sheet, guest = self._sheets.get(self._key), self._stepper.guest
        if sheet is not None and sheet.stored is not None and guest is not None and self._people:
            self._tasks.start(self._errands.send_test(sheet.stored, guest))

    def edit_next(self) -> None:
        """Let a submitted text be changed into its next version."""
        if self._key is not None:
            self._sheets.open(self._key)
            self._show_state()
            self._desk.editor.setFocus()

    def _duplicate(self) -> None:
        sheet = self._sheets.get(self._key)
        if sheet is not None:
            title = tr("{title} (copy)", title=sheet.draft.display_name)
            draft = replace(sheet.draft, display_name=title, name=suggest_name(title), is_active=True)
            self._key = self._sheets.add(replace(draft, name=self._sheets.free_name(draft.name))).key
            self._show_sheet()

    def _discard(self) -> None:
        """Go back to what is stored; Ctrl+Z in the text brings the typed one back."""
        if self._key is None:
            return
        root = self._sheets.languages(self._key)[0].key
        now = self._sheets.discard(self._key)
        self.keep()
        if now is None:
            left = self._sheets.mains()
            self._key = root if self._sheets.get(root) else left[0].key if left else None
            self._show_sheet()
            return
        self._desk.put_back(now.draft)
        self._show_list()
        self._show_state()

    def _keep_mine(self) -> None:
        if self._key is not None:
            self._sheets.keep_mine(self._key)
            self._show_state()
            self.save()

    def _keep_as_copy(self) -> None:
        """Make a template of its own of what is typed, and take what somebody else has saved."""
        sheet = self._sheets.get(self._key)
        if sheet is not None:
            self._sheets.discard(sheet.key)
            title = tr("{title} (mine)", title=sheet.draft.display_name)
            self.begin(replace(sheet.draft, display_name=title, name=suggest_name(title)))

    def _toggle_active(self) -> None:
        sheet = self._sheets.get(self._key)
        if sheet is not None:
            main = self._sheets.languages(sheet.key)[0]
            self._key = main.key
            self._sheets.write(main.key, replace(main.draft, is_active=not main.draft.is_active))
            self._show_sheet()
            self.save()

    def _remove_language(self) -> None:
        sheet = self._sheets.get(self._key)
        if sheet is not None and sheet.stored is not None:
            self._tasks.start(self._withdraw(sheet.root, sheet.stored))

    async def _withdraw(self, root: UUID, stored: Template) -> None:
        await self._errands.remove_language(stored)
        self._key = root
        await self._reload_templates()
        self._show_sheet()

    async def _show_conflict(self) -> None:
        sheet = self._sheets.get(self._key)
        if sheet is None or sheet.theirs is None:
            return
        match await self._errands.ask_about_conflict(sheet.draft, sheet.theirs):
            case "theirs":
                self._discard()
            case "mine":
                self._keep_mine()
            case "copy":
                self._keep_as_copy()
