"""The page for writing templates: list, editor with findings, and the message as each guest will get it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.folding import FOLD_LINES
from waapp.core.template import Category, TemplateDraft, render
from waapp.core.template_rules import suggest_name
from waapp.core.template_values import known_variables, sample_values
from waapp.db import events as event_rows
from waapp.db import guests as guest_rows
from waapp.db import templates as template_rows
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.errors import UserError
from waapp.gui.aio import Tasks
from waapp.gui.refresher import Refresher
from waapp.gui.template_desk import TemplateDesk
from waapp.gui.template_findings import Row, RowAction, RowWidget
from waapp.gui.template_guests import GuestStepper
from waapp.gui.template_list import TemplateEntry, TemplateList
from waapp.gui.template_sheets import Sheet, Sheets
from waapp.gui.template_survey import PreviewGuest, Survey, preview_guests, survey
from waapp.gui.template_words import facts, list_words
from waapp.gui.widgets import Card, EmptyState, PageHeader, button, name
from waapp.texts import field_problem, tr

if TYPE_CHECKING:
    from waapp.core.events import Event
    from waapp.core.guests import Guest

_SURVEY_AFTER = 250
"""Milliseconds between the check of the rules and the look at all guests."""
_NARROW = 900
_PREVIEW_WIDTH = 340
_NARROW_PREVIEW_WIDTH = 280
_LIST_WIDTH = 190
_STARTER = (
    "Hi {{guest_first_name}}, you are invited to {{event_name}} on {{event_date}} at {{event_location}}. "
    "We hope to see you there!"
)


class TemplatesPage(QWidget):
    """Lists, edits and previews templates. What is typed is kept until it is saved or discarded on purpose."""

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        tasks: Tasks,
        navigate: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._database = database
        self._settings = settings
        self._tasks = tasks
        self._navigate = navigate
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
        self._build()

    # How it is built

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        column.addWidget(self._build_header())
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

    def _build_header(self) -> PageHeader:
        self._header = PageHeader(tr("Templates"))
        self._picker = QComboBox()
        name(self._picker, "templates.picker", tr("Template"))
        self._picker.activated.connect(lambda place: self._go_to(self._picker.itemData(place)))
        self._more = button(
            "", "templates.more", icon="more", kind="icon", accessible_name=tr("More actions")
        )
        self._more.clicked.connect(self._open_menu)
        self._menu = QMenu(self)
        name(self._menu, "templates.menu", tr("More actions"))
        self._details = button(
            tr("Details"),
            "templates.details",
            key="Ctrl+D",
            accessible_name=tr("Title, language and category"),
        )
        self._details.setCheckable(True)
        self._save_button = button(tr("Save"), "templates.save", primary=True, key="Ctrl+S")
        self._save_button.clicked.connect(self.save)
        for each in (self._picker, self._more, self._details, self._save_button):
            self._header.add(each)
        return self._header

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
        self._details.toggled.connect(lambda shown: self._desk.show_form(shown=shown))
        row.addWidget(self._desk, 1)
        row.addWidget(self._stepper)
        return desk

    # What the window asks of a page

    async def open(self, event_id: UUID | None) -> None:
        """Show the templates, with the guests of an event in the preview."""
        async with self._database.read() as conn:
            templates = await template_rows.list_templates(conn)
            self._event = await event_rows.get_event(conn, event_id) if event_id is not None else None
            self._guests = await guest_rows.list_guests(conn, event_id) if event_id is not None else []
        self._sheets.take(templates)
        self._people_language = ""
        self._known = known_variables(self._guests)
        self._desk.set_known(self._known)
        self._show_list()
        if self._sheets.get(self._key) is None:
            self._key = next((sheet.key for sheet in self._sheets), None)
        self._show_sheet()

    def changed(self, change: Change) -> None:
        """Follow what this desk or another one has changed."""
        if change.kind in {Kind.TEMPLATES, Kind.ALL}:
            self._template_reader.ask()
        if self._event is not None and change.concerns(self._event.id, Kind.GUESTS, Kind.EVENTS):
            self._guest_reader.ask()

    async def _reload_templates(self) -> None:
        async with self._database.read() as conn:
            templates = await template_rows.list_templates(conn)
        before = self._sheets.get(self._key)
        self._sheets.take(templates)
        self._show_list()
        after = self._sheets.get(self._key)
        if after is None:
            self._key = next((sheet.key for sheet in self._sheets), None)
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
        """Begin a template."""
        title = tr("New template")
        sheet = self._sheets.add(TemplateDraft(self._sheets.free_name(suggest_name(title)), title, _STARTER))
        self._key = sheet.key
        self._show_list()
        self._show_sheet()
        self._details.setChecked(True)
        self._desk.name_it()

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

    async def _save(self, sheet: Sheet) -> None:
        stored = sheet.stored
        try:
            async with self._database.begin() as conn:
                saved = await template_rows.save_template(
                    conn,
                    stored.id if stored else None,
                    sheet.draft,
                    stored.updated_at if stored else None,
                    desk=self._settings.desk,
                )
        except UserError as error:
            if error.code == "template_name_taken":
                self._details.setChecked(True)
                self._desk.show_errors({"name": field_problem("template_name_taken")})
                return
            if error.code in {"template_changed", "template_unknown"}:
                await self._reload_templates()
            if error.code != "template_changed":
                raise
        else:
            now = self._sheets.saved(sheet.key, saved, sheet.draft)
            if self._key == sheet.key:
                self._key = now.key
            self._show_list()
        finally:
            self._show_state()

    def _go_to(self, key: UUID) -> None:
        if key != self._key:
            self._key = key
            self._show_list()
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
        if before.is_unsaved != now.is_unsaved or before.draft.display_name != draft.display_name:
            self._show_list()
            self._show_state()

    def _open_menu(self) -> None:
        self.menu().popup(self._more.mapToGlobal(QPoint(0, self._more.height() + 4)))

    def menu(self) -> QMenu:
        """Return the menu of what else can be done with the template that is shown."""
        self._menu.clear()
        sheet = self._sheets.get(self._key)
        if sheet is None:
            return self._menu
        for key, word, act, offered in (
            ("duplicate", tr("Duplicate"), self._duplicate, True),
            ("discard", tr("Discard changes"), self._discard, sheet.is_unsaved),
            (
                "archive",
                tr("Stop using it"),
                self._toggle_active,
                sheet.stored is not None and sheet.draft.is_active,
            ),
            ("restore", tr("Use it again"), self._toggle_active, not sheet.draft.is_active),
        ):
            if offered:
                action = self._menu.addAction(word)
                action.setObjectName(f"templates.menu.{key}")
                action.triggered.connect(act)
        return self._menu

    def _duplicate(self) -> None:
        sheet = self._sheets.get(self._key)
        if sheet is None:
            return
        title = tr("{title} (copy)", title=sheet.draft.display_name)
        copy = replace(
            sheet.draft, display_name=title, name=self._sheets.free_name(suggest_name(title)), is_active=True
        )
        self._key = self._sheets.add(copy).key
        self._show_list()
        self._show_sheet()

    def _discard(self) -> None:
        """Go back to what is stored; Ctrl+Z in the text brings the typed one back."""
        if self._key is None:
            return
        now = self._sheets.discard(self._key)
        if now is None:
            self._key = next((sheet.key for sheet in self._sheets), None)
            self._show_list()
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

    def _toggle_active(self) -> None:
        sheet = self._sheets.get(self._key)
        if sheet is not None:
            draft = replace(sheet.draft, is_active=not sheet.draft.is_active)
            self._sheets.write(sheet.key, draft)
            self._desk.put_back(draft)
            self._show_state()
            self.save()

    # What it shows

    def _show_list(self) -> None:
        entries = [_entry(sheet) for sheet in self._sheets]
        entries.sort(key=lambda entry: entry.is_retired)
        self._list.show_entries(entries, self._key)
        was = self._picker.blockSignals(True)
        self._picker.clear()
        for entry in entries:
            self._picker.addItem(entry.title, entry.key)
        self._picker.setCurrentIndex(max(0, self._picker.findData(self._key)))
        self._picker.blockSignals(was)

    def _show_sheet(self) -> None:
        """Load the current template into the editor."""
        sheet = self._sheets.get(self._key)
        self._stack.setCurrentIndex(1 if sheet is None else 0)
        if sheet is not None:
            others = [each.draft for each in self._sheets if each.key != sheet.key]
            self._desk.set_others([each.content for each in others if each.is_active])
            self._desk.load(sheet.draft, is_new=sheet.stored is None)
            self._stepper.show_wording(sheet.draft)
            self._show_fold()
            self._show_list()
            self._show_length(sheet.draft.content)
            self._survey_timer.start(0)
        self._show_state()

    def _show_state(self) -> None:
        """Write the title, the facts, and whether there is something to save or to decide."""
        sheet = self._sheets.get(self._key)
        for each in (self._more, self._details, self._save_button):
            each.setVisible(sheet is not None)
        self._conflict.setVisible(sheet is not None and sheet.theirs is not None)
        if sheet is None:
            self._header.set_title(tr("Templates"))
            self._header.set_facts("")
            return
        self._header.set_title(sheet.draft.display_name or tr("No title"))
        said = facts(sheet.stored) if sheet.stored else tr("New, not saved yet")
        if sheet.stored and sheet.is_unsaved:
            said += " · " + tr("unsaved changes")
        self._header.set_facts(said)
        self._save_button.setEnabled(sheet.is_unsaved and sheet.theirs is None)
        if sheet.theirs is not None:
            who = sheet.theirs.updated_by or tr("Somebody else")
            self._conflict.show_row(
                Row(
                    "unknown",
                    tr("{who} saved this template while you were writing.", who=who),
                    tr("Yours is kept here and not saved yet."),
                    (
                        RowAction("theirs", tr("Take theirs"), self._discard, tr("Ctrl+Z brings yours back")),
                        RowAction("mine", tr("Save mine instead"), self._keep_mine),
                    ),
                    is_strong=True,
                )
            )

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
        self._survey = await survey(sheet.draft.content, self._people)
        self._stepper.set_survey(self._survey)
        self._show_length(self._desk.draft.content)
        self._desk.show_touched(self._survey.touched)

    def minimumSizeHint(self) -> QSize:
        """Return the least room that is still usable."""
        return QSize(640, 400)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the content to the new room."""
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        self._list_card.setVisible(not narrow)
        self._picker.setVisible(narrow)
        self._stepper.setFixedWidth(_NARROW_PREVIEW_WIDTH if narrow else _PREVIEW_WIDTH)
        self._desk.findings.set_most_height(max(110, self.height() // 3))


def _entry(sheet: Sheet) -> TemplateEntry:
    title = sheet.draft.display_name or tr("No title")
    if not sheet.draft.is_active:
        return TemplateEntry(
            sheet.key, title, tr("not used any more"), "muted", sheet.is_unsaved, is_retired=True
        )
    if sheet.stored is None:
        return TemplateEntry(sheet.key, title, tr("not saved yet"), "unknown", is_unsaved=True)
    if sheet.is_unsaved:
        return TemplateEntry(sheet.key, title, tr("unsaved changes"), "unknown", is_unsaved=True)
    word, token = list_words(sheet.stored)
    return TemplateEntry(sheet.key, title, word, token)
