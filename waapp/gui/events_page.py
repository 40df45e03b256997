"""All events: when and where, how many guests, how far the invitations are."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.deletions import DeletedEvent
from waapp.core.events import EventSummary
from waapp.db import deletions
from waapp.db import events as event_rows
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.gui import style
from waapp.gui.aio import Tasks, ask, busy
from waapp.gui.bars import MessageBar
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.event_acts import (
    EventArchiveAct,
    EventArrivalAct,
    EventDeletionAct,
    put_back_words,
)
from waapp.gui.event_columns import event_columns
from waapp.gui.event_duplicate import DuplicateDialog
from waapp.gui.event_editing import EventEditing
from waapp.gui.event_order import is_past
from waapp.gui.event_panel import EventPanel
from waapp.gui.filter_bar import Chips, SearchField
from waapp.gui.first_run import WelcomePage
from waapp.gui.moments import on_day
from waapp.gui.panel_area import PanelArea
from waapp.gui.table import TableModel
from waapp.gui.table_view import table_view
from waapp.gui.texts import collate, day
from waapp.gui.undo_history import UndoHistory
from waapp.gui.widgets import Card, PageHeader, button
from waapp.texts import tr

_ROW_HEIGHT = 56
_ROOM_WITHOUT_SEARCH = 8
_CURRENT = "current"
_ARCHIVED = "archived"
_DELETED = "deleted"


class EventsPage(QWidget):
    """Lists the events; choosing a row makes it the event that every page shows.

    While there is no event at all it offers the ways to begin.
    """

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        tasks: Tasks,
        navigate: Callable[[str], None],
        choose_event: Callable[[UUID], None],
        open_sample: Callable[[], Awaitable[UUID]],
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._database = database
        self._settings = settings
        self._tasks = tasks
        self._navigate = navigate
        self._choose_event = choose_event
        self._open_sample = open_sample
        self._loading = False
        self._stale = False
        self._reading = asyncio.Lock()
        self._deleted: dict[UUID, DeletedEvent] = {}
        self.model = TableModel(event_columns(), lambda row: row.event.id)
        self.model.sort(1)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.header = PageHeader(tr("Events"))
        self.edit = button(tr("Edit"), "events_edit", key="F2", accessible_name=tr("Edit event"))
        self.archive = button(tr("Archive"), "events_archive", accessible_name=tr("Archive event"))
        self.restore = button(tr("Restore"), "events_restore", accessible_name=tr("Restore event"))
        self.delete = button(
            tr("Delete…"), "events_delete", kind="danger", accessible_name=tr("Delete event")
        )
        self.forget = button(
            tr("Delete for good…"),
            "events_forget",
            kind="danger",
            accessible_name=tr("Delete the event for good"),
        )
        self.duplicate = button(
            tr("Duplicate…"), "events_duplicate", key="Ctrl+D", accessible_name=tr("Duplicate event")
        )
        self.guests = button(tr("Open guests"), "events_open")
        self.new = button(tr("New event"), "events_new", primary=True, icon="plus", key="Ctrl+N")
        for action in (
            self.forget, self.delete, self.restore, self.archive, self.duplicate, self.edit, self.guests, self.new,
        ):  # fmt: skip
            self.header.add(action)
        self.messages = MessageBar("events_message")
        self.search = SearchField(tr("Search event or place"), "events_search")
        self.chips = Chips("events_filter", tr("Show"))
        self.table = table_view(self.model, "events_table", tr("Events"), _ROW_HEIGHT)
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        card = Card()
        card.hold_table(self.table)
        self._list = QWidget()
        column = QVBoxLayout(self._list)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[3])
        bar = QHBoxLayout()
        bar.setSpacing(style.SPACE[1])
        bar.addWidget(self.search)
        bar.addWidget(self.chips)
        bar.addStretch(1)
        column.addLayout(bar)
        column.addWidget(card, 1)
        self.panel = EventPanel()
        self.welcome = WelcomePage()
        self._content = QStackedWidget()
        self._content.addWidget(self._list)
        self._content.addWidget(self.welcome)
        area = PanelArea(self._content, self.panel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 24, 24, 16)
        whole.setSpacing(style.SPACE[3])
        whole.addWidget(self.header)
        whole.addWidget(self.messages)
        whole.addWidget(area, 1)
        self._undo = UndoHistory(
            tasks=self._tasks, messages=self.messages, catch_up=lambda: self.open(None), select=self._go_to
        )
        self._editing = EventEditing(
            database=self._database,
            tasks=self._tasks,
            panel=self.panel,
            messages=self.messages,
            reading=self._reading,
            catch_up=lambda: self.open(None),
            saved=self._saved,
            undo=self._undo,
        )
        self._arrange()

    def _connect(self) -> None:
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(self._undo.take_back)
        for key in ("Ctrl+Shift+Z", "Ctrl+Y"):
            QShortcut(QKeySequence(key), self).activated.connect(self._undo.do_again)
        self.new.clicked.connect(lambda: self._editing.edit(None))
        self.edit.clicked.connect(self._edit)
        self.archive.clicked.connect(lambda: self._with_current(self._archive))
        self.restore.clicked.connect(
            lambda: self._with_current(lambda row: self._tasks.start(self._put_back(row)))
        )
        self.forget.clicked.connect(
            lambda: self._with_current(lambda row: self._tasks.start(self._forget(row)))
        )
        self.delete.clicked.connect(
            lambda: self._with_current(lambda row: self._tasks.start(self._delete(row)))
        )
        self.duplicate.clicked.connect(
            lambda: self._with_current(lambda row: self._tasks.start(self._duplicate(row)))
        )
        self.chips.chosen.connect(lambda _key: self._filter())
        self.guests.clicked.connect(lambda: self._navigate("guests"))
        self.search.searched.connect(lambda _text: self._filter())
        self.table.picked.connect(self._picked)
        self.table.opened.connect(self._opened)
        self.panel.closed.connect(self._panel_closed)
        self.welcome.sample_wanted.connect(lambda: self._tasks.start(self._sample()))
        self.welcome.event_wanted.connect(lambda: self._editing.edit(None))
        self.welcome.database_wanted.connect(lambda: self._navigate("settings"))

    # What the window asks

    async def open(self, event_id: UUID | None) -> None:
        """Show the events and mark the current one."""
        # One reading at a time: an older one that came after a newer one would not know an event that was just made.
        async with self._reading:
            async with self._database.read() as conn:
                events = await event_rows.list_events(conn, self._settings.practice, archived=True)
                gone = await deletions.list_deleted_events(conn)
            self._take(events, gone)
        if event_id is not None and not self.table.selected_ids():
            self.table.go_to(event_id)
        self._arrange()

    def _take(self, events: list[EventSummary], gone: Sequence[DeletedEvent]) -> None:
        self._deleted = {one.event.id: one for one in gone}
        events += [EventSummary(one.event, one.guests) for one in gone]
        known = {summary.event.id for summary in events}
        self.model.remove([row.event.id for row in self.model.all_rows() if row.event.id not in known])
        self.model.apply(events)
        if (edited := self.panel.event_id) is not None:
            now = self.model.row(edited)
            self._editing.follow(now.event if now is not None and edited not in self._deleted else None)
        self._filter()

    def changed(self, change: Change) -> None:
        """Load the events anew when their own values or their guests' have changed."""
        if change.kind not in {Kind.TEMPLATES, Kind.SENDS}:
            self._stale = True
            if not self._loading:
                self._tasks.start(self._follow())

    def edit_event(self, event_id: UUID) -> None:
        """Open the panel of an event, as another page asks."""
        self._editing.open(event_id)

    async def _follow(self) -> None:
        """Load until nothing has changed meanwhile."""
        self._loading = True
        try:
            while self._stale:
                self._stale = False
                await self.open(None)
        finally:
            self._loading = False

    # What the planner does

    def _filter(self) -> None:
        """Show the events that are searched for, of the list or of the archive."""
        wanted = collate(self.search.text().strip())
        of = self.chips.current() or _CURRENT

        def passes(row: EventSummary) -> bool:
            return self._place_of(row) == of and (
                not wanted or wanted in collate(f"{row.event.name} {row.event.location}")
            )

        self.model.set_filter(passes)
        self._arrange()

    def _place_of(self, row: EventSummary) -> str:
        """Return where an event is: on the list, in the archive or among the deleted ones."""
        if row.event.id in self._deleted:
            return _DELETED
        return _CURRENT if row.event.archived_at is None else _ARCHIVED

    def _picked(self, ids: list[Hashable]) -> None:
        self._arrange()
        if ids and ids[0] not in self._deleted:
            self._choose_event(cast("UUID", ids[0]))

    def _opened(self, event_id: Hashable) -> None:
        if event_id not in self._deleted:
            self._navigate("guests")

    def _go_to(self, ids: Iterable[UUID]) -> None:
        """Show the events that are as before, wherever they are now."""
        for event_id in ids:
            row = self.model.row(event_id)
            if row is not None:
                self.chips.choose(self._place_of(row))
                self.table.go_to(event_id)

    def _edit(self) -> None:
        self._with_current(lambda summary: self._editing.edit(summary.event))

    def _saved(self, event_id: UUID) -> None:
        self.table.go_to(event_id)
        self._choose_event(event_id)

    def _panel_closed(self) -> None:
        self.messages.withdraw("conflict")
        self.table.setFocus()

    def _with_current(self, act: Callable[[EventSummary], object]) -> None:
        ids = self.table.selected_ids()
        summary = self.model.row(ids[0]) if ids else None
        if summary is not None:
            act(summary)

    async def _duplicate(self, summary: EventSummary) -> None:
        dialog = DuplicateDialog(summary, self)
        if not await ask(dialog):
            return
        async with self._database.begin() as conn:
            copy = await event_rows.duplicate_event(
                conn, summary.event.id, dialog.name, with_guests=dialog.with_guests
            )
            used = await event_rows.use_of(conn, copy.id)
        self.chips.choose(_CURRENT)
        await self.open(None)
        self.table.go_to(copy.id)
        self._choose_event(copy.id)
        self._editing.edit(copy)  # its date is hardly the same
        words = tr("“{event}” was created with {n:guest|guests}.", event=copy.name, n=used.guests)
        self._undo.remember(words, EventArrivalAct(self._database, copy.id, used.guests))

    async def _delete(self, summary: EventSummary) -> None:
        event = summary.event
        text = tr(
            "{n:guest goes|guests go} with it, with their invitations, labels, filters and imports. "
            "The proof of what was sent is kept. For thirty days you can put everything back as it was.",
            n=summary.guests,
        )
        title = tr("Delete “{event}”?", event=event.name)
        if not await ask(ConfirmDialog(title, text, tr("Delete"), tr("Keep"), self)):
            return
        async with self._database.begin() as conn:
            await event_rows.delete_event(conn, event.id)
        await self.open(None)
        act = EventDeletionAct(self._database, event.id)
        self._undo.remember(tr("“{event}” was deleted.", event=event.name), act)

    async def _forget(self, summary: EventSummary) -> None:
        event = summary.event
        text = tr(
            "Neither it nor its {n:guest|guests} can be restored any more. The proof of what was sent stays: with the "
            "guests of any event, under “Deleted guests…”, it can be looked up and erased.",
            n=summary.guests,
        )
        title = tr("Delete “{event}” for good?", event=event.name)
        if not await ask(ConfirmDialog(title, text, tr("Delete for good"), tr("Keep"), self)):
            return
        async with self._database.begin() as conn:
            await deletions.forget_event(conn, event.id)
        await self.open(None)
        self.messages.show_message(tr("“{event}” was deleted for good.", event=event.name), key="deleted")

    async def _put_back(self, summary: EventSummary) -> None:
        """Take an event out of the archive, or bring back a deleted one."""
        if summary.event.id not in self._deleted:
            await self._set_archived(summary, archived=False)
            return
        async with self._database.begin() as conn:
            event = await event_rows.restore_event(conn, summary.event.id)
        done = await put_back_words(self._database, event)
        await self.open(None)
        self._go_to(done.guests)
        if done.again is not None:
            self._undo.remember(done.words, done.again)

    def _archive(self, summary: EventSummary) -> None:
        self._tasks.start(self._set_archived(summary, archived=True))

    async def _set_archived(self, summary: EventSummary, *, archived: bool) -> None:
        event = summary.event
        async with self._database.begin() as conn:
            await event_rows.archive_event(conn, event.id, archived=archived)
        await self.open(None)
        words = tr("“{event}” is active again.", event=event.name)
        if archived:
            words = tr("“{event}” is archived.", event=event.name)
        self._undo.remember(words, EventArchiveAct(self._database, event.id, archived))

    async def _sample(self) -> None:
        with busy(self.welcome.sample, self.welcome.create_event, self.welcome.connect_database):
            event_id = await self._open_sample()
        await self.open(event_id)
        self._choose_event(event_id)
        self._navigate("guests")

    def _arrange(self) -> None:
        """Show the list or the welcome, and what can be done now."""
        rows = list(self.model.all_rows())
        places = Counter(self._place_of(row) for row in rows)
        dates = [row.event.date for row in rows if self._place_of(row) == _CURRENT]
        if not places[self.chips.current() or _CURRENT]:
            self.chips.choose(_CURRENT)
        shown = self.chips.current() or _CURRENT
        self._content.setCurrentWidget(self._list if rows else self.welcome)
        self.header.setVisible(bool(rows))
        titles = ((_CURRENT, tr("Active")), (_ARCHIVED, tr("Archived")), (_DELETED, tr("Deleted")))
        self.chips.set_chips(
            [(key, title, places[key]) for key, title in titles if places[key] or key == _CURRENT]
        )
        self.chips.setVisible(places[_ARCHIVED] + places[_DELETED] > 0)
        self.search.setVisible(len(rows) > _ROOM_WITHOUT_SEARCH)
        chosen = bool(self.table.selected_ids())
        offered = {
            _CURRENT: (self.edit, self.archive, self.duplicate, self.guests),
            _ARCHIVED: (self.restore, self.duplicate, self.delete),
            _DELETED: (self.restore, self.forget),
        }[shown]
        for action in (
            self.edit, self.duplicate, self.archive, self.guests, self.restore, self.delete, self.forget,
        ):  # fmt: skip
            action.setEnabled(chosen)
            action.setVisible(action in offered)
        self.header.set_facts(
            self._deletion_facts() if shown == _DELETED else _facts(dates, datetime.now(UTC))
        )

    def _deletion_facts(self) -> str:
        ids = self.table.selected_ids()
        gone = self._deleted.get(cast("UUID", ids[0])) if ids else None
        if gone is None:
            return tr("Deleted events can be restored for thirty days.")
        return tr(
            "Deleted {day} by {who}, kept until {until}",
            day=on_day(gone.deleted_at), who=gone.deleted_by, until=day(gone.until.astimezone()),
        )  # fmt: skip


def _facts(dates: list[datetime | None], now: datetime) -> str:
    past = sum(is_past(date, now) for date in dates)
    upcoming = len(dates) - past
    return tr("{upcoming} upcoming · {past} past", upcoming=upcoming, past=past)
