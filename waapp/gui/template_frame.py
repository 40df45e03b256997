"""How the templates' page is laid out, and how it shows what is written, stored and found out about guests."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.folding import FOLD_LINES
from waapp.core.households import household_key, members
from waapp.core.template import Category, TemplateDraft, render
from waapp.core.template_samples import guest_samples
from waapp.core.template_values import answer_address, guest_values, known_variables, sample_values
from waapp.core.template_versions import same_text
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
from waapp.gui.template_header import TemplateHeader
from waapp.gui.template_list import TemplateList
from waapp.gui.template_notes import approval_row, conflict_row
from waapp.gui.template_picture import FetchPicture, HeaderPicture
from waapp.gui.template_sheets import Sheets
from waapp.gui.template_survey import PreviewGuest, Survey, preview_guests, survey
from waapp.gui.widgets import Card, EmptyState, button
from waapp.texts import tr

if TYPE_CHECKING:
    from waapp.core.events import Event
    from waapp.core.guests import Guest
    from waapp.engine.account import Line
    from waapp.engine.approvals import Approvals

KeepOrder = Callable[[tuple[str, ...]], Awaitable[None]]
"""Remembers the planner's order of languages, for plans and for the next start."""
_SURVEY_AFTER = 250
"""Milliseconds between the check of the rules and the look at all guests."""
_KEEP_AFTER = 400
"""Milliseconds after a key until what was typed is safe on this computer."""
_NARROW = 900
_PREVIEW_WIDTH = 340
_NARROW_PREVIEW_WIDTH = 280
_LIST_WIDTH = 190


class TemplateFrame(QWidget):
    """Shows one template at a time in one of its languages; what a person asks for beyond that are its signals."""

    new_wanted = Signal()
    theirs_wanted = Signal()
    mine_wanted = Signal()
    difference_wanted = Signal()
    next_wanted = Signal()

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        tasks: Tasks,
        navigate: Callable[[str], None],
        approvals: "Approvals | None" = None,
        line: "Line | None" = None,
        drafts: KeptDrafts | None = None,
        memory: QSettings | None = None,
        fetch_picture: FetchPicture | None = None,
        order: Sequence[str] = (),
        keep_order: KeepOrder | None = None,
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
        self._order = tuple(order)
        self._keep_order = keep_order
        self._is_restored = False
        self._changes = 0
        self._reading = asyncio.Lock()
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
        self._errands = Errands(
            database,
            settings,
            tasks,
            approvals,
            self._account,
            self,
            line=line,
            memory=memory,
            fetch=fetch_picture,
        )
        self._build()
        self._picture = HeaderPicture(self._stepper.preview, tasks, fetch_picture)

    # How it is built

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        self._header = TemplateHeader()
        self._header.chosen.connect(self._go_to)
        self._save_button, self._details = self._header.save, self._header.details
        column.addWidget(self._header)
        self._conflict = RowWidget("templates.conflict")
        self._conflict.setProperty("card", "true")
        self._conflict.hide()
        column.addWidget(self._conflict)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build_desk())
        first = button(tr("Write the first template"), "templates.first", primary=True)
        first.clicked.connect(self.new_wanted)
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
        new.clicked.connect(self.new_wanted)
        listing.addWidget(new, 0, Qt.AlignmentFlag.AlignLeading)
        row.addWidget(self._list_card)
        self._stepper = GuestStepper("templates.guests")
        self._stepper.setFixedWidth(_PREVIEW_WIDTH)
        self._desk = TemplateDesk(self._stepper.show_among)
        self._desk.edited.connect(self._on_edited)
        self._stepper.stepped.connect(lambda: self._desk.set_samples(self._stepper.values))
        self._desk.checked.connect(lambda: self._survey_timer.start(_SURVEY_AFTER))
        self._desk.languages.chosen.connect(self._go_to)
        self._details.toggled.connect(lambda shown: self._desk.show_form(shown=shown))
        row.addWidget(self._desk, 1)
        row.addWidget(self._stepper)
        return desk

    # What the window asks of a page

    async def open(self, event_id: UUID | None) -> None:
        """Show the templates, with the guests of an event in the preview."""
        changes = self._changes
        await self._read_templates()
        async with self._database.read() as conn:
            event = await event_rows.get_event(conn, event_id) if event_id is not None else None
            guests = await guest_rows.list_guests(conn, event_id) if event_id is not None else []
        self._event, self._guests = event, guests
        if self._drafts is not None and not self._is_restored:
            for kept in self._drafts.read():
                self._sheets.restore(kept)
        self._is_restored = True
        self._people_language = ""
        self._learn_variables()
        if self._sheets.get(self._key) is None:
            self._key = next((sheet.key for sheet in self._sheets.mains()), None)
        self._show_sheet()
        if changes != self._changes:
            self._template_reader.ask()
            self._guest_reader.ask()

    def changed(self, change: Change) -> None:
        """Follow what this desk or another one has changed."""
        self._changes += 1
        if change.kind in {Kind.TEMPLATES, Kind.ALL}:
            self._template_reader.ask()
        self._errands.changed(change)
        if self._event is not None and change.concerns(self._event.id, Kind.GUESTS, Kind.EVENTS):
            self._guest_reader.ask()

    def keep(self) -> None:
        """Put what is typed and not saved where it survives the end of the program."""
        self._keep_timer.stop()
        # Before the file was read there is nothing here that could take its place.
        if self._drafts is not None and self._is_restored:
            self._drafts.write(self._sheets)

    async def _read_templates(self) -> None:
        """Learn what is stored now, one reading at a time: an older one must not come after a newer one.

        A reading that was overtaken by a save of this page would take back what the save has told.
        """
        async with self._reading:
            saves = None
            while saves != self._sheets.saves:
                saves = self._sheets.saves
                async with self._database.read() as conn:
                    templates = await template_rows.list_templates(conn, account=self._account)
                    variants = await variant_rows.list_variants(conn, account=self._account)
            self._sheets.take(templates, variants)

    async def _reload_templates(self) -> None:
        before = self._sheets.get(self._key)
        await self._read_templates()
        self._show_list()
        after = self._sheets.get(self._key)
        if after is None:
            self._key = next((sheet.key for sheet in self._sheets.mains()), None)
            self._show_sheet()
        elif before is None:
            self._show_sheet()
        else:
            self._show_merged(after.draft)

    async def _reload_guests(self) -> None:
        event = self._event
        if event is None:
            return
        async with self._database.read() as conn:
            now = await event_rows.get_event(conn, event.id)
            guests = await guest_rows.list_guests(conn, event.id)
        if self._event is None or self._event.id != event.id:
            return  # another event has been opened meanwhile
        self._event, self._guests = now, guests
        self._people_language = ""
        self._learn_variables()
        self._survey_timer.start(0)

    def _learn_variables(self) -> None:
        self._known = known_variables(self._guests)
        self._desk.set_known(self._known, answer_address(self._event) if self._event else "")

    # What it shows

    def _show_merged(self, draft: TemplateDraft) -> None:
        """Show what somebody else has changed; where that is not the text, its cursor and its undo stay."""
        shown = self._desk.draft
        if not same_text(shown, draft):
            self._show_sheet()
            return
        if shown != draft:
            self._desk.follow(draft)
        self._show_state()

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
            self._desk.languages.show_tabs(
                [tab(each) for each in languages], shown.key, fallback(languages, self._order)
            )

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
            take_theirs=self.theirs_wanted.emit,
            keep_mine=self.mine_wanted.emit,
            show=self.difference_wanted.emit,
        )
        self._conflict.setVisible(conflict is not None)
        if conflict is not None:
            self._conflict.show_row(conflict)
        stored = sheet.stored if sheet is not None else None
        unsaved = sheet is not None and sheet.is_unsaved
        self._header.show_buttons(
            any_shown=sheet is not None,
            testable=self._errands.can_test and bool(self._people) and stored is not None and not unsaved,
            unsaved=unsaved,
            locked=sheet is not None and sheet.is_locked,
            submittable=self._errands.can_submit and sheet is not None and sheet.may_submit,
        )
        if sheet is None:
            self._header.set_title(tr("Templates"))
            self._header.set_facts("")
            return
        self._header.set_title(sheet.draft.display_name or tr("No title"))
        self._header.set_facts(facts_of(sheet))
        self._save_button.setEnabled(unsaved and sheet.theirs is None)
        approval = approval_row(sheet, practice=self._settings.practice, edit=self.next_wanted.emit)
        self._desk.show_approval(shown=approval is not None)
        if approval is not None:
            self._desk.approval.show_row(approval)
        self._desk.set_locked(locked=sheet.is_locked)

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

    def _samples(self, language: str) -> Mapping[str, str]:
        """Return the values of the first guest in a language, or of an invented one."""
        if self._event is None or not self._guests:
            return sample_values(language)
        filled = guest_values(self._guests[0], self._event, language)
        return sample_values(language) | {name: value for name, value in filled.items() if value}

    def _guest_samples(self, language: str) -> Mapping[str, str]:
        """Return what may be shown to a reviewer of the guest in the preview, else of the first one."""
        if self._event is None or not self._guests:
            return {}
        shown = self._stepper.guest
        chosen = next((each for each in self._guests if shown and each.id == shown.id), self._guests[0])
        household = members(self._guests).get(household_key(chosen.household), ())
        return guest_samples(chosen, self._event, language, household)

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
            self._show_state()
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
        self._desk.findings.set_most_height(max(110, self.height() // 5))
