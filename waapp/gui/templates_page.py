"""The page for writing templates: list, editor with findings, and the message as each guest will get it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.folding import FOLD_LINES
from waapp.core.template import Category, Template, TemplateDraft, render
from waapp.core.template_rules import suggest_name
from waapp.core.template_values import known_variables, sample_values
from waapp.db import events as event_rows
from waapp.db import guests as guest_rows
from waapp.db import template_versions as variant_rows
from waapp.db import templates as template_rows
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.gui.aio import Tasks
from waapp.gui.refresher import Refresher
from waapp.gui.template_desk import TemplateDesk
from waapp.gui.template_drafts import KeptDrafts
from waapp.gui.template_entries import entry, facts_of, fallback, tab
from waapp.gui.template_errands import Errands
from waapp.gui.template_findings import RowWidget
from waapp.gui.template_guests import GuestStepper
from waapp.gui.template_header import MenuEntry, TemplateHeader
from waapp.gui.template_list import TemplateList
from waapp.gui.template_notes import approval_row, conflict_row
from waapp.gui.template_sheets import Sheet, Sheets
from waapp.gui.template_survey import PreviewGuest, Survey, preview_guests, survey
from waapp.gui.widgets import Card, EmptyState, button
from waapp.texts import tr

if TYPE_CHECKING:
    from waapp.core.events import Event
    from waapp.core.guests import Guest
    from waapp.engine.approvals import Approvals

_SURVEY_AFTER = 250
"""Milliseconds between the check of the rules and the look at all guests."""
_KEEP_AFTER = 400
"""Milliseconds after a key until what was typed is safe on this computer."""
_NARROW = 900
_PREVIEW_WIDTH = 340
_NARROW_PREVIEW_WIDTH = 280
_LIST_WIDTH = 190


class TemplatesPage(QWidget):
    """Lists, edits and previews templates.

    What is typed is kept, also over the program's end, until it is saved or discarded on purpose. Without
    `approvals` templates can be written but not submitted.
    """

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        tasks: Tasks,
        navigate: Callable[[str], None],
        approvals: "Approvals | None" = None,
        drafts: KeptDrafts | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._database = database
        self._settings = settings
        self._account = settings.practice_key if settings.practice else ""
        self._tasks = tasks
        self._navigate = navigate
        self._drafts = drafts
        self._sheets = Sheets()
        self._key: UUID | None = None
        self._event: Event | None = None
        self._guests: list[Guest] = []
        self._people: list[PreviewGuest] = []
        self._survey = Survey()
        self._sample_id = uuid4()
        self._known: tuple[str, ...] = known_variables()
        self._people_language = ""
        self._survey_task: asyncio.Task[None] | None = None
        self._template_reader = Refresher(tasks, self._reload_templates)
        self._guest_reader = Refresher(tasks, self._reload_guests)
        self._survey_timer = QTimer(self, singleShot=True)
        self._survey_timer.timeout.connect(self._start_survey)
        self._keep_timer = QTimer(self, singleShot=True, interval=_KEEP_AFTER)
        self._keep_timer.timeout.connect(self.keep)
        self._errands = Errands(database, settings, approvals, self._account, self)
        self._build()

    # How it is built

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        self._header = TemplateHeader()
        self._header.chosen.connect(self._go_to)
        self._header.offer(self._menu_entries)
        self._save_button, self._details = self._header.save, self._header.details
        self._save_button.clicked.connect(self.save)
        self._header.submit.clicked.connect(self.submit)
        column.addWidget(self._header)
        self._conflict = RowWidget("templates.conflict")
        self._conflict.setProperty("card", "true")
        self._conflict.hide()
        column.addWidget(self._conflict)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build_desk())
        first = button(tr("Write the first template"), "templates.first", primary=True)
        first.clicked.connect(self.new_template)
        empty = EmptyState(
            "templates",
            tr("No templates yet"),
            tr("A template is the text of your invitation, with a place for each guest's name."),
            first,
        )
        self._stack.addWidget(empty)
        column.addWidget(self._stack, 1)

    def _build_desk(self) -> QWidget:
        desk = QWidget()
        row = QHBoxLayout(desk)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self._list_card = Card(padding=8, spacing=8)
        self._list_card.setFixedWidth(_LIST_WIDTH)
        listing = self._list_card.body
        self._list = TemplateList("templates.list")
        self._list.chosen.connect(self._go_to)
        listing.addWidget(self._list, 1)
        new = button(tr("New template"), "templates.new", kind="link", key="Ctrl+N")
        new.clicked.connect(self.new_template)
        listing.addWidget(new, 0, Qt.AlignmentFlag.AlignLeading)
        row.addWidget(self._list_card)
        self._stepper = GuestStepper("templates.guests")
        self._stepper.setFixedWidth(_PREVIEW_WIDTH)
        self._desk = TemplateDesk(self._stepper.show_among)
        self._desk.edited.connect(self._on_edited)
        self._stepper.stepped.connect(lambda: self._desk.set_samples(self._stepper.values))
        self._desk.checked.connect(lambda: self._survey_timer.start(_SURVEY_AFTER))
        self._desk.languages.chosen.connect(self._go_to)
        self._desk.languages.language_wanted.connect(self.add_language)
        self._details.toggled.connect(lambda shown: self._desk.show_form(shown=shown))
        row.addWidget(self._desk, 1)
        row.addWidget(self._stepper)
        return desk

    # What the window asks of a page

    async def open(self, event_id: UUID | None) -> None:
        """Show the templates, with the guests of an event in the preview."""
        async with self._database.read() as conn:
            templates = await template_rows.list_templates(conn, account=self._account)
            variants = await variant_rows.list_variants(conn, account=self._account)
            self._event = await event_rows.get_event(conn, event_id) if event_id is not None else None
            self._guests = await guest_rows.list_guests(conn, event_id) if event_id is not None else []
        self._sheets.take(templates, variants)
        if self._drafts is not None:
            for kept in self._drafts.read():
                self._sheets.restore(kept)
        self._people_language = ""
        self._known = known_variables(self._guests)
        self._desk.set_known(self._known)
        if self._sheets.get(self._key) is None:
            self._key = next((sheet.key for sheet in self._sheets.mains()), None)
        self._show_sheet()

    def changed(self, change: Change) -> None:
        """Follow what this desk or another one has changed."""
        if change.kind in {Kind.TEMPLATES, Kind.ALL}:
            self._template_reader.ask()
        if self._event is not None and change.concerns(self._event.id, Kind.GUESTS, Kind.EVENTS):
            self._guest_reader.ask()

    def keep(self) -> None:
        """Put what is typed and not saved where it survives the end of the program."""
        self._keep_timer.stop()
        if self._drafts is not None:
            self._drafts.write(self._sheets)

    async def _reload_templates(self) -> None:
        async with self._database.read() as conn:
            templates = await template_rows.list_templates(conn, account=self._account)
            variants = await variant_rows.list_variants(conn, account=self._account)
        before = self._sheets.get(self._key)
        self._sheets.take(templates, variants)
        self._show_list()
        after = self._sheets.get(self._key)
        if after is None:
            self._key = next((sheet.key for sheet in self._sheets.mains()), None)
            self._show_sheet()
        elif before is None or before.draft != after.draft:
            self._show_sheet()
        else:
            self._show_state()

    async def _reload_guests(self) -> None:
        event = self._event
        if event is None:
            return
        async with self._database.read() as conn:
            self._event = await event_rows.get_event(conn, event.id)
            self._guests = await guest_rows.list_guests(conn, event.id)
        self._people_language = ""
        self._known = known_variables(self._guests)
        self._desk.set_known(self._known)
        self._survey_timer.start(0)

    # What a person does

    def new_template(self) -> None:
        """Begin a template, from one of the starters."""
        self._tasks.start(self._new_template())

    async def _new_template(self) -> None:
        draft = await self._errands.choose_starter()
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
            self._tasks.start(self._submit(sheet, sheet.stored))

    async def _submit(self, sheet: Sheet, template: Template) -> None:
        category = await self._errands.ask_to_submit(template)
        if category is None:
            return
        if category != template.category:
            saved = await self._save(self._sheets.write(sheet.key, replace(sheet.draft, category=category)))
            if saved is None:
                return
            template = saved
            self._show_sheet()
        try:
            await self._errands.submit(template)
        finally:
            await self._reload_templates()

    def _go_to(self, key: UUID) -> None:
        if key != self._key:
            self._key = key
            self._show_sheet()

    def _on_edited(self) -> None:
        before = self._sheets.get(self._key)
        if before is None:
            return
        draft = self._desk.draft
        now = self._sheets.write(before.key, draft)
        if self._survey_task is not None:
            self._survey_task.cancel()  # it would be out of date, and a key must not wait for it
        self._stepper.show_wording(draft)
        self._show_length(draft.content)
        self._show_fold()
        self._keep_timer.start()
        if before.is_unsaved != now.is_unsaved or before.draft.display_name != draft.display_name:
            self._show_list()
            self._show_state()

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

    # What it shows

    def _show_list(self) -> None:
        mains = self._sheets.mains()
        entries = [entry(self._sheets.languages(sheet.key)) for sheet in mains]
        entries.sort(key=lambda one: one.is_retired)
        shown = self._sheets.get(self._key)
        current = shown.root if shown is not None else None
        self._list.show_entries(entries, current)
        self._header.show_choice(entries, current)
        if shown is not None:
            languages = self._sheets.languages(shown.key)
            self._desk.languages.show_tabs([tab(each) for each in languages], shown.key, fallback(languages))

    def _show_sheet(self) -> None:
        """Load the current template into the editor."""
        sheet = self._sheets.get(self._key)
        self._stack.setCurrentIndex(1 if sheet is None else 0)
        if sheet is not None:
            others = [each.draft for each in self._sheets if each.root != sheet.root]
            self._desk.set_others([each.content for each in others if each.is_active])
            self._desk.load(sheet.draft, is_new=sheet.stored is None, is_variant=sheet.family is not None)
            self._stepper.show_wording(sheet.draft)
            self._show_fold()
            self._show_length(sheet.draft.content)
            self._survey_timer.start(0)
        self._show_list()
        self._show_state()

    def _show_state(self) -> None:
        """Write the title, the facts, and whether there is something to save, to submit or to decide."""
        sheet = self._sheets.get(self._key)
        conflict = conflict_row(
            sheet,
            take_theirs=self._discard,
            keep_mine=self._keep_mine,
            show=lambda: self._tasks.start(self._show_conflict()),
        )
        self._conflict.setVisible(conflict is not None)
        if conflict is not None:
            self._conflict.show_row(conflict)
        stored = sheet.stored if sheet is not None else None
        unsaved = sheet is not None and sheet.is_unsaved
        self._header.show_buttons(
            any_shown=sheet is not None,
            unsaved=unsaved,
            submittable=self._errands.can_submit and stored is not None and not (sheet and sheet.is_locked),
        )
        if sheet is None:
            self._header.set_title(tr("Templates"))
            self._header.set_facts("")
            return
        self._header.set_title(sheet.draft.display_name or tr("No title"))
        self._header.set_facts(facts_of(sheet))
        self._save_button.setEnabled(unsaved and sheet.theirs is None)
        approval = approval_row(sheet, practice=self._settings.practice, edit=self.edit_next)
        self._desk.show_approval(shown=approval is not None)
        if approval is not None:
            self._desk.approval.show_row(approval)
        self._desk.set_locked(locked=sheet.is_locked)

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

    def _show_length(self, content: str) -> None:
        longest = self._survey.longest
        if longest is not None and longest < len(self._people):
            values = self._people[longest].values
        else:
            values = self._stepper.values
        self._desk.length.show_length(len(render(content, values)), of_longest_guest=longest is not None)

    def _show_fold(self) -> None:
        """Mark where the phone hides the rest: Meta folds what it takes for advertising."""
        is_marketing = self._desk.draft.category == Category.MARKETING
        self._stepper.preview.set_fold(FOLD_LINES if is_marketing else None)

    def _start_survey(self) -> None:
        self._survey_task = self._tasks.restart(self._survey_task, self._survey_guests())

    async def _survey_guests(self) -> None:
        """Work out the guests' values if they are not known yet, then what the text comes to for all of them."""
        sheet = self._sheets.get(self._key)
        if sheet is None:
            return
        language = sheet.draft.language
        if self._people_language != language:
            sample = PreviewGuest(self._sample_id, tr("Ana Sousa"), sample_values(language))
            people = await preview_guests(self._guests, self._event, language) if self._event else []
            self._people, self._people_language, self._survey = people, language, Survey()
            self._stepper.set_guests(people, sample)
            self._desk.set_samples(self._stepper.values)
        self._survey = await survey(sheet.draft, self._people)
        self._stepper.set_survey(self._survey)
        self._show_length(self._desk.draft.content)
        self._desk.show_touched(self._survey.touched)

    def minimumSizeHint(self) -> QSize:
        """Return the least room that is still usable."""
        return QSize(640, 400)

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep what is typed when somebody goes elsewhere, or closes the window."""
        super().hideEvent(event)
        self.keep()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the content to the new room."""
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        self._list_card.setVisible(not narrow)
        self._header.set_narrow(narrow=narrow)
        self._stepper.setFixedWidth(_NARROW_PREVIEW_WIDTH if narrow else _PREVIEW_WIDTH)
        self._desk.findings.set_most_height(max(110, self.height() // 4))
