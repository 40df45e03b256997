"""All events: when and where, how many guests, how far the invitations are."""

from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.events import EventDraft, EventSummary
from waapp.core.status import Shown
from waapp.db import events as event_rows
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.gui import style
from waapp.gui.aio import Tasks, busy
from waapp.gui.bars import MessageBar
from waapp.gui.delegates import SegmentDelegate
from waapp.gui.event_order import is_past, soonest_first
from waapp.gui.event_panel import EventPanel
from waapp.gui.filter_bar import SearchField
from waapp.gui.first_run import WelcomePage
from waapp.gui.paint import Segments, segments_text
from waapp.gui.panel_area import PanelArea
from waapp.gui.table import Column, TableModel
from waapp.gui.table_view import table_view
from waapp.gui.texts import NOTHING, collate, event_when, number
from waapp.gui.widgets import Card, PageHeader, button
from waapp.texts import tr

_ROW_HEIGHT = 56
_ROOM_WITHOUT_SEARCH = 8
_BAR_ORDER = (
    Shown.READ,
    Shown.DELIVERED,
    Shown.SENT,
    Shown.SENDING,
    Shown.WAITING,
    Shown.UNKNOWN,
    Shown.FAILED,
)


def segments_of(summary: EventSummary) -> tuple[Segments, int]:
    """Return the parts of an event's progress bar and their total."""
    return [(state, summary.states.get(state, 0)) for state in _BAR_ORDER], summary.guests


def event_columns() -> tuple[Column[EventSummary], ...]:
    """Return the columns of the list of events."""
    return (
        Column("name", tr("Event"), _name, lambda row: collate(row.event.name), stretch=True, bold=True, width=200),
        Column("when", tr("When"), _when, soonest_first, color="muted", width=206),
        Column(
            "where", tr("Where"), lambda row: row.event.location or NOTHING, lambda row: collate(row.event.location),
            color="muted", width=196, hide_below=660, tip=lambda row: row.event.location,
        ),
        Column("guests", tr("Guests"), lambda row: number(row.guests), lambda row: row.guests, width=76),
        Column(
            "progress", tr("Invitations"), lambda row: segments_text(*segments_of(row)), _reached,
            value=segments_of, delegate=SegmentDelegate, width=220, hide_below=760,
            tip=lambda row: segments_text(*segments_of(row)),
        ),
        Column("answers", tr("Answers"), _answers, lambda row: row.coming, width=108, hide_below=560),
    )  # fmt: skip


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
        self.model = TableModel(event_columns(), lambda row: row.event.id)
        self.model.sort(1)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.header = PageHeader(tr("Events"))
        self.edit = button(tr("Edit"), "events_edit", key="F2", accessible_name=tr("Edit event"))
        self.archive = button(tr("Archive"), "events_archive", accessible_name=tr("Archive event"))
        self.guests = button(tr("Open guests"), "events_open")
        self.new = button(tr("New event"), "events_new", primary=True, icon="plus", key="Ctrl+N")
        for action in (self.archive, self.edit, self.guests, self.new):
            self.header.add(action)
        self.messages = MessageBar("events_message")
        self.search = SearchField(tr("Search event or place"), "events_search")
        self.table = table_view(self.model, "events_table", tr("Events"), _ROW_HEIGHT)
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        card = Card()
        card.hold_table(self.table)
        self._list = QWidget()
        column = QVBoxLayout(self._list)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[3])
        bar = QHBoxLayout()
        bar.addWidget(self.search)
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
        self._arrange()

    def _connect(self) -> None:
        self.new.clicked.connect(lambda: self.panel.edit(None))
        self.edit.clicked.connect(self._edit)
        self.archive.clicked.connect(lambda: self._with_current(self._archive))
        self.guests.clicked.connect(lambda: self._navigate("guests"))
        self.search.searched.connect(self._search)
        self.table.picked.connect(self._picked)
        self.table.opened.connect(lambda _event_id: self._navigate("guests"))
        self.panel.save_wanted.connect(lambda draft: self._tasks.start(self._save(draft)))
        self.panel.closed.connect(self.table.setFocus)
        self.welcome.sample_wanted.connect(lambda: self._tasks.start(self._sample()))
        self.welcome.event_wanted.connect(lambda: self.panel.edit(None))
        self.welcome.database_wanted.connect(lambda: self._navigate("settings"))

    # What the window asks

    async def open(self, event_id: UUID | None) -> None:
        """Show the events and mark the current one."""
        async with self._database.read() as conn:
            events = await event_rows.list_events(conn, self._settings.practice)
        known = {summary.event.id for summary in events}
        self.model.remove([row.event.id for row in self.model.all_rows() if row.event.id not in known])
        self.model.apply(events)
        if event_id is not None and not self.table.selected_ids():
            self.table.go_to(event_id)
        self._arrange()

    def changed(self, change: Change) -> None:
        """Load the events anew when their own values or their guests' have changed."""
        if change.kind not in {Kind.TEMPLATES, Kind.SENDS}:
            self._stale = True
            if not self._loading:
                self._tasks.start(self._follow())

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

    def _search(self, text: str) -> None:
        wanted = collate(text.strip())
        self.model.set_filter(
            (lambda row: wanted in collate(f"{row.event.name} {row.event.location}")) if wanted else None
        )

    def _picked(self, ids: list[Hashable]) -> None:
        self._arrange()
        if ids:
            self._choose_event(cast("UUID", ids[0]))

    def _edit(self) -> None:
        self._with_current(lambda summary: self.panel.edit(summary.event))

    def _with_current(self, act: Callable[[EventSummary], object]) -> None:
        ids = self.table.selected_ids()
        summary = self.model.row(ids[0]) if ids else None
        if summary is not None:
            act(summary)

    async def _save(self, draft: EventDraft) -> None:
        panel = self.panel
        with busy(panel.save):
            async with self._database.begin() as conn:
                if panel.event_id is None:
                    event = await event_rows.create_event(conn, draft)
                else:
                    event = await event_rows.update_event(
                        conn, panel.event_id, draft, panel.expected_updated_at
                    )
            await self.open(None)
        self.table.go_to(event.id)
        self._choose_event(event.id)
        panel.close_panel()

    def _archive(self, summary: EventSummary) -> None:
        self._tasks.start(self._set_archived(summary, archived=True))

    async def _set_archived(self, summary: EventSummary, *, archived: bool) -> None:
        event = summary.event
        async with self._database.begin() as conn:
            await event_rows.archive_event(conn, event.id, archived=archived)
        await self.open(None)
        if archived:
            undo = (tr("Undo"), lambda: self._tasks.start(self._set_archived(summary, archived=False)))
            self.messages.show_message(tr("“{event}” is archived.", event=event.name), action=undo)

    async def _sample(self) -> None:
        with busy(self.welcome.sample, self.welcome.create_event, self.welcome.connect_database):
            event_id = await self._open_sample()
        await self.open(event_id)
        self._choose_event(event_id)
        self._navigate("guests")

    def _arrange(self) -> None:
        """Show the list or the welcome, and what can be done now."""
        empty = self.model.total == 0
        chosen = bool(self.table.selected_ids())
        self._content.setCurrentWidget(self.welcome if empty else self._list)
        self.header.setVisible(not empty)
        self.search.setVisible(self.model.total > _ROOM_WITHOUT_SEARCH)
        for action in (self.edit, self.archive, self.guests):
            action.setEnabled(chosen)
        self.header.set_facts(_facts([row.event.date for row in self.model.all_rows()], datetime.now(UTC)))


def _facts(dates: list[datetime | None], now: datetime) -> str:
    past = sum(is_past(date, now) for date in dates)
    upcoming = len(dates) - past
    return tr("{upcoming} upcoming · {past} past", upcoming=upcoming, past=past)


def _name(row: EventSummary) -> str:
    return f"{row.event.name} ({tr('sample')})" if row.event.sample else row.event.name


def _when(row: EventSummary) -> str:
    return event_when(row.event.date, row.event.time_zone)


def _answers(row: EventSummary) -> str:
    return tr("{n} coming", n=row.coming) if row.coming else NOTHING


def _reached(row: EventSummary) -> float:
    return (row.states.get(Shown.READ, 0) + row.states.get(Shown.DELIVERED, 0)) / max(row.guests, 1)
