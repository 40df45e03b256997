"""All events: when and where, how many guests, how far the invitations are."""

from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.events import EventDraft, EventSummary, field_values, with_field_values
from waapp.core.status import Shown
from waapp.db import events as event_rows
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.errors import UserError
from waapp.gui import style
from waapp.gui.aio import Tasks, ask, busy
from waapp.gui.bars import MessageBar
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.delegates import SegmentDelegate
from waapp.gui.event_duplicate import DuplicateDialog
from waapp.gui.event_order import is_past, soonest_first
from waapp.gui.event_panel import EventPanel
from waapp.gui.filter_bar import Chips, SearchField
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
_CURRENT = "current"
_ARCHIVED = "archived"
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
        Column("when", tr("When"), _when, soonest_first, color="muted", width=226),
        Column(
            "where", tr("Where"), lambda row: row.event.location or NOTHING, lambda row: collate(row.event.location),
            color="muted", width=160, hide_below=920, tip=lambda row: row.event.location,
        ),
        Column("guests", tr("Guests"), lambda row: number(row.guests), lambda row: row.guests, width=76),
        Column(
            "progress", tr("Invitations"), lambda row: segments_text(*segments_of(row)), _reached,
            value=segments_of, delegate=SegmentDelegate, width=150, hide_below=760,
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
        self._way_back: Callable[[], object] | None = None
        self.model = TableModel(event_columns(), lambda row: row.event.id)
        self.model.sort(1)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.header = PageHeader(tr("Events"))
        self.edit = button(tr("Edit"), "events_edit", key="F2", accessible_name=tr("Edit event"))
        self.archive = button(tr("Archive"), "events_archive", accessible_name=tr("Archive event"))
        self.restore = button(
            tr("Put back"), "events_restore", accessible_name=tr("Put the event back on the list")
        )
        self.delete = button(
            tr("Delete…"), "events_delete", kind="danger", accessible_name=tr("Delete event")
        )
        self.duplicate = button(
            tr("Duplicate…"), "events_duplicate", key="Ctrl+D", accessible_name=tr("Duplicate event")
        )
        self.guests = button(tr("Open guests"), "events_open")
        self.new = button(tr("New event"), "events_new", primary=True, icon="plus", key="Ctrl+N")
        for action in (
            self.delete, self.restore, self.archive, self.duplicate, self.edit, self.guests, self.new,
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
        self._arrange()

    def _connect(self) -> None:
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(self._take_back)
        self.new.clicked.connect(lambda: self.panel.edit(None))
        self.edit.clicked.connect(self._edit)
        self.archive.clicked.connect(lambda: self._with_current(self._archive))
        self.restore.clicked.connect(
            lambda: self._with_current(lambda row: self._tasks.start(self._set_archived(row, archived=False)))
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
        self.table.opened.connect(lambda _event_id: self._navigate("guests"))
        self.panel.save_wanted.connect(lambda draft: self._tasks.start(self._save(draft)))
        self.panel.closed.connect(self._panel_closed)
        self.welcome.sample_wanted.connect(lambda: self._tasks.start(self._sample()))
        self.welcome.event_wanted.connect(lambda: self.panel.edit(None))
        self.welcome.database_wanted.connect(lambda: self._navigate("settings"))

    # What the window asks

    async def open(self, event_id: UUID | None) -> None:
        """Show the events and mark the current one."""
        async with self._database.read() as conn:
            events = await event_rows.list_events(conn, self._settings.practice, archived=True)
        known = {summary.event.id for summary in events}
        self.model.remove([row.event.id for row in self.model.all_rows() if row.event.id not in known])
        self.model.apply(events)
        self._tell_panel()
        self._filter()
        if event_id is not None and not self.table.selected_ids():
            self.table.go_to(event_id)
        self._arrange()

    def _tell_panel(self) -> None:
        """Let the panel take in what somebody else has made of the event that is edited."""
        event_id = self.panel.event_id
        if event_id is None or self.panel.isHidden():
            return
        now = self.model.row(event_id)
        if now is None:
            self.panel.begin_again()
            text = tr("Somebody else has deleted this event. What you typed is kept: Save makes it anew.")
            self.messages.show_message(text, "warning", key="conflict")
        # While it is being saved the change may be our own.
        elif now.event.updated_at != self.panel.expected_updated_at and self.panel.save.isEnabled():
            self.panel.take_over(now.event)

    def changed(self, change: Change) -> None:
        """Load the events anew when their own values or their guests' have changed."""
        if change.kind not in {Kind.TEMPLATES, Kind.SENDS}:
            self._stale = True
            if not self._loading:
                self._tasks.start(self._follow())

    def edit_event(self, event_id: UUID) -> None:
        """Open the panel of an event, as another page asks."""
        self._tasks.start(self._edit_one(event_id))

    async def _edit_one(self, event_id: UUID) -> None:
        async with self._database.read() as conn:
            event = await event_rows.get_event(conn, event_id)
        self.panel.edit(event)

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
        archived = self.chips.current() == _ARCHIVED

        def passes(row: EventSummary) -> bool:
            of_list = (row.event.archived_at is not None) == archived
            return of_list and (not wanted or wanted in collate(f"{row.event.name} {row.event.location}"))

        self.model.set_filter(passes)
        self._arrange()

    def _picked(self, ids: list[Hashable]) -> None:
        self._arrange()
        if ids:
            self._choose_event(cast("UUID", ids[0]))

    def _edit(self) -> None:
        self._with_current(lambda summary: self.panel.edit(summary.event))

    def _panel_closed(self) -> None:
        self.messages.withdraw("conflict")
        self.table.setFocus()

    def _with_current(self, act: Callable[[EventSummary], object]) -> None:
        ids = self.table.selected_ids()
        summary = self.model.row(ids[0]) if ids else None
        if summary is not None:
            act(summary)

    async def _save(self, draft: EventDraft) -> None:
        panel, was = self.panel, self.panel.edited
        with busy(panel.save):
            try:
                async with self._database.begin() as conn:
                    if panel.event_id is None:
                        event = await event_rows.create_event(conn, draft)
                    else:
                        event = await event_rows.update_event(
                            conn, panel.event_id, draft, panel.expected_updated_at
                        )
            except UserError as error:
                if panel.event_id is None or error.code != "event_changed":
                    raise
                await self._settle_conflict(panel.event_id)
                return
            await self.open(None)
        self.table.go_to(event.id)
        self._choose_event(event.id)
        panel.close_panel()
        if was is not None and was.draft != event.draft:
            self._tell(
                tr("“{event}” was saved.", event=event.name),
                lambda: self._tasks.start(self._change_back(event.id, was.draft, event.draft)),
            )

    def _tell(self, words: str, way_back: Callable[[], object]) -> None:
        """Say what was done, with the way back, which Ctrl+Z takes too."""
        self._way_back = way_back
        self.messages.show_message(words, action=(tr("Undo"), self._take_back), key="done")

    def _take_back(self) -> None:
        if self._way_back is not None:
            way_back, self._way_back = self._way_back, None
            self.messages.withdraw("done")
            way_back()

    async def _change_back(self, event_id: UUID, was: EventDraft, made: EventDraft) -> None:
        """Bring back what an edit has set and nobody has set otherwise since."""
        before, after = field_values(was), field_values(made)
        async with self._database.begin() as conn:
            now = await event_rows.get_event(conn, event_id)
            stored = field_values(now.draft)
            mine = {field for field in after if after[field] != before[field]}
            back = {field: before[field] for field in mine if stored[field] == after[field]}
            draft = with_field_values(now.draft, back)
            event = await event_rows.update_event(conn, event_id, draft, now.updated_at)
        await self.open(None)
        words = tr("“{event}” is as before.", event=event.name)
        if len(back) < len(mine):
            words += " " + tr("What somebody else has changed since stays.")
        self._way_back = lambda: self._tasks.start(self._change_back(event_id, now.draft, event.draft))
        self.messages.show_message(words, action=(tr("Redo"), self._take_back), key="done")

    async def _settle_conflict(self, event_id: UUID) -> None:
        """Somebody was faster: take in what they changed and leave the choice where both did."""
        async with self._database.read() as conn:
            theirs = await event_rows.get_event(conn, event_id)
        if self.panel.event_id != event_id:
            return
        self.panel.take_over(theirs)
        text = (
            tr("Not saved yet: somebody else changed the same. Choose in the panel, then save again.")
            if self.panel.conflict.undecided
            else tr("Not saved yet: somebody else changed other fields meanwhile; both are kept. Save again.")
        )
        self.messages.show_message(text, "warning", key="conflict")

    async def _duplicate(self, summary: EventSummary) -> None:
        dialog = DuplicateDialog(summary, self)
        if not await ask(dialog):
            return
        async with self._database.begin() as conn:
            copy = await event_rows.duplicate_event(
                conn, summary.event.id, dialog.name, with_guests=dialog.with_guests
            )
        self.chips.choose(_CURRENT)
        await self.open(None)
        self.table.go_to(copy.id)
        self._choose_event(copy.id)
        self.panel.edit(copy)  # its date is hardly the same

    async def _delete(self, summary: EventSummary) -> None:
        event = summary.event
        text = tr(
            "{n:guest goes|guests go} with it, and everything about their invitations. "
            "The proof of what was sent is kept. This cannot be undone.",
            n=summary.guests,
        )
        title = tr("Delete “{event}” for good?", event=event.name)
        if not await ask(ConfirmDialog(title, text, tr("Delete for good"), tr("Keep"), self)):
            return
        async with self._database.begin() as conn:
            await event_rows.delete_event(conn, event.id)
        await self.open(None)
        self.messages.show_message(tr("“{event}” was deleted.", event=event.name), key="deleted")

    def _archive(self, summary: EventSummary) -> None:
        self._tasks.start(self._set_archived(summary, archived=True))

    async def _set_archived(self, summary: EventSummary, *, archived: bool) -> None:
        event = summary.event
        async with self._database.begin() as conn:
            await event_rows.archive_event(conn, event.id, archived=archived)
        await self.open(None)
        if archived:
            self._tell(
                tr("“{event}” is archived.", event=event.name),
                lambda: self._tasks.start(self._set_archived(summary, archived=False)),
            )

    async def _sample(self) -> None:
        with busy(self.welcome.sample, self.welcome.create_event, self.welcome.connect_database):
            event_id = await self._open_sample()
        await self.open(event_id)
        self._choose_event(event_id)
        self._navigate("guests")

    def _arrange(self) -> None:
        """Show the list or the welcome, and what can be done now."""
        rows = list(self.model.all_rows())
        dates = [row.event.date for row in rows if row.event.archived_at is None]
        archived = len(rows) - len(dates)
        if not archived:
            self.chips.choose(_CURRENT)
        in_archive = self.chips.current() == _ARCHIVED
        self._content.setCurrentWidget(self._list if rows else self.welcome)
        self.header.setVisible(bool(rows))
        self.chips.set_chips(
            ((_CURRENT, tr("On the list"), len(dates)), (_ARCHIVED, tr("Archived"), archived))
        )
        self.chips.setVisible(archived > 0)
        self.search.setVisible(len(rows) > _ROOM_WITHOUT_SEARCH)
        chosen = bool(self.table.selected_ids())
        for action in (self.edit, self.duplicate, self.archive, self.guests, self.restore, self.delete):
            action.setEnabled(chosen)
        for action in (self.edit, self.archive, self.guests):
            action.setVisible(not in_archive)
        for action in (self.restore, self.delete):
            action.setVisible(in_archive)
        self.header.set_facts(_facts(dates, datetime.now(UTC)))


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
