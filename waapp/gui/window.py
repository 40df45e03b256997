"""The frame around the pages: navigation, current event, bars, status, closing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from waapp.core.events import EventSummary
from waapp.db.feed import Change, Kind
from waapp.errors import DatabaseError, UserError
from waapp.gui import style
from waapp.gui.aio import Tasks
from waapp.gui.bars import MessageBar, PracticeBanner
from waapp.gui.crash_dialog import CrashDialog
from waapp.gui.event_order import soonest_first
from waapp.gui.navigation import Navigation
from waapp.gui.page_stack import PageStack, page_titles
from waapp.gui.status_bar import StatusBar
from waapp.texts import one_line

_USABLE_WHILE_OPENING = ("events", "settings")
"""Entries that answer while no database is open: in place of the events there is the page that tells why."""

_LIST_PAUSE = 1.0
"""Seconds between two looks at all events: while a send runs something changes ten times a second."""


class Window(QMainWindow):
    """Shows one page at a time for one event at a time.

    Closing is asked for by `close_requested`; whoever owns the work under way ends it and then calls
    `finish`. A page is opened when it is first shown and whenever another event was chosen since; changes
    that come while it is hidden reach it when it is shown.
    """

    close_requested = Signal()
    event_chosen = Signal(object)

    def __init__(
        self,
        *,
        load_events: Callable[[], Awaitable[Sequence[EventSummary]]],
        log_dir: Path,
        state: QSettings | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("waapp")
        self.setWindowIcon(QIcon(style.pixmap("send", "accent", 64)))
        self.setMinimumSize(960, 640)
        self._load_events = load_events
        self._log_dir = log_dir
        self._state = state
        self._events: Sequence[EventSummary] = ()
        self._event_id: UUID | None = None
        self._list_stale = False
        self._list_reading = asyncio.Lock()
        self._list_loading = False
        self._crash: CrashDialog | None = None
        self._finished = False
        self._tasks = Tasks(self.report)
        self._build()
        self._restore()

    def _build(self) -> None:
        self.practice_banner = PracticeBanner()
        self.messages = MessageBar()
        self.navigation = Navigation(page_titles())
        self.status = StatusBar()
        self._stack = PageStack(self.report)
        self.opening = self._stack.opening
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.practice_banner)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        line = QFrame()
        line.setObjectName("navigation_line")
        line.setFixedWidth(1)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.messages)
        right.addWidget(self._stack, 1)
        middle.addWidget(self.navigation)
        middle.addWidget(line)
        middle.addLayout(right, 1)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)
        self.navigation.page_wanted.connect(self.show_page)
        self.navigation.event_wanted.connect(self.choose_event)
        self.practice_banner.connect_wanted.connect(lambda: self.show_page("settings"))
        self.opening.settings_wanted.connect(lambda: self.show_page("settings"))
        for key, act in ((QKeySequence.StandardKey.Quit, self.close), ("F5", self._refresh)):
            QShortcut(QKeySequence(key), self).activated.connect(act)
        self.navigation.set_usable(_USABLE_WHILE_OPENING)

    # Pages

    @property
    def event_id(self) -> UUID | None:
        """The event that the pages show."""
        return self._event_id

    def tasks_for(self, key: str) -> Tasks:
        """Return the scope of a page's coroutines; `close_pages` ends them all."""
        return self._stack.tasks_for(key)

    def add_page(self, key: str, page: QWidget) -> None:
        """Take a page in, in the place of an earlier one with this key. It must have `Page`'s two methods."""
        self._stack.add_page(key, page)

    def show_page(self, key: str) -> None:
        """Go to a page, opening it if it shows another event or nothing yet."""
        self.navigation.show_current(key)
        self._stack.show_page(key, self._event_id)

    def current_page(self) -> str:
        """Return the key of the page that is shown."""
        return self._stack.current_key()

    def set_count(self, key: str, count: int | None) -> None:
        """Show a number beside a page's name in the navigation."""
        self.navigation.set_count(key, count)

    # Events

    async def start(self, event_id: UUID | None = None, page: str = "events") -> None:
        """Begin work on an open database: load the events and show a page, unless the planner is in the settings."""
        self._stack.begin()
        self.navigation.set_usable([key for key, _title in page_titles()])
        remembered = str(self._state.value("event", "")) if self._state else ""
        await self.refresh_events(event_id or _uuid(remembered))
        if self.current_page() != "settings":
            self.show_page(page)

    async def refresh_events(self, choose: UUID | None = None) -> None:
        """Load the events anew and keep the current one, or choose another."""
        # One reading at a time: an older one that came after a newer one would not know an event that was just made.
        async with self._list_reading:
            self._events = sorted(await self._load_events(), key=soonest_first)
            wanted = choose or self._event_id
            known = [summary.event.id for summary in self._events]
            current = wanted if wanted in known else known[0] if known else None
            self._show_events(current)

    def choose_event(self, event_id: UUID) -> None:
        """Show this event on every page."""
        if event_id not in {summary.event.id for summary in self._events}:
            self._tasks.start(self.refresh_events(event_id))
        else:
            self._show_events(event_id)

    def _show_events(self, current: UUID | None) -> None:
        self.navigation.switcher.show_events(self._events, current)
        shown = next((summary for summary in self._events if summary.event.id == current), None)
        self.set_count("guests", None if shown is None else shown.guests)
        self.setWindowTitle("waapp" if shown is None else f"{shown.event.name} – waapp")
        if current == self._event_id:
            return
        self._event_id = current
        if self._state is not None:
            self._state.setValue("event", str(current or ""))
        self.event_chosen.emit(current)
        self._stack.follow_event(current)

    # What happens elsewhere

    def changed(self, change: Change) -> None:
        """Pass a change of the database on to the pages; to be called for every one that the feed tells."""
        if not self._stack.ready:
            return
        self.status.mark_change()
        if change.kind in {Kind.EVENTS, Kind.GUESTS, Kind.ALL}:
            self._refresh_list()
        self._stack.changed(change, self._event_id)

    def report(self, error: BaseException) -> None:
        """Tell the planner of trouble: known trouble in the message bar, a bug in the crash dialog."""
        if isinstance(error, UserError):
            level = "warning" if isinstance(error, DatabaseError) else "error"
            self.messages.show_message(
                one_line(error), level, key="database" if level == "warning" else error.code
            )
        elif self._crash is None:
            self._crash = CrashDialog(error, self._log_dir, self)
            self._crash.finished.connect(self._crash_seen)
            self._crash.open()

    def set_database(self, label: str, *, connected: bool) -> None:
        """Say which database this is and whether it answers; its trouble leaves the message bar when it returns."""
        self.status.set_database(label, connected=connected)
        if connected:
            self.messages.withdraw("database")

    def set_practice(self, practice: bool) -> None:
        """Show or hide the banner of practice mode."""
        self.practice_banner.setVisible(practice)

    def show_finishing(self, messages: int) -> None:
        """Show that what is under way is being finished before the work ends."""
        self._stack.ready = False
        self.navigation.set_usable(())
        self.opening.show_finishing(messages)
        self._stack.setCurrentWidget(self.opening)

    def show_opening(self, text: str = "") -> None:
        """Show that the database is being opened."""
        self._stack.ready = False
        self.navigation.set_usable(_USABLE_WHILE_OPENING)
        self.opening.show_progress(text)
        self._stack.setCurrentWidget(self.opening)

    def show_opening_failed(self, error: UserError) -> None:
        """Show why the database did not open, with the ways on."""
        self.opening.show_failure(one_line(error))
        if self.current_page() != "settings":
            self.navigation.show_current("events")
            self._stack.setCurrentWidget(self.opening)

    # Closing

    async def close_pages(self) -> None:
        """End every coroutine of the pages and of the window, and wait for it; new pages may be added after."""
        tasks, self._tasks = self._tasks, Tasks(self.report)
        await self._stack.close_pages()
        await tasks.close()

    def finish(self) -> None:
        """Close for good, after everything else has ended."""
        self._finished = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask for the orderly end; only `finish` really closes."""
        if self._state is not None:
            self._state.setValue("geometry", self.saveGeometry())
        if self._finished:
            event.accept()
        else:
            event.ignore()
            self.close_requested.emit()

    def _crash_seen(self) -> None:
        self._crash = None

    def _refresh(self) -> None:
        """Read everything anew, as F5 does everywhere."""
        if not self._stack.ready:
            self.opening.retry()
        else:
            self._refresh_list()
            self._stack.reopen(self._event_id)

    def _refresh_list(self) -> None:
        """Load the events anew; what is asked while that runs is done once more at its end."""
        self._list_stale = True
        if not self._list_loading:
            self._tasks.start(self._follow_list())

    async def _follow_list(self) -> None:
        self._list_loading = True
        try:
            while self._list_stale and self._stack.ready:
                self._list_stale = False
                await self.refresh_events()
                await asyncio.sleep(_LIST_PAUSE)
        finally:
            self._list_loading = False

    def _restore(self) -> None:
        geometry = self._state.value("geometry") if self._state is not None else None
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(1280, 800)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
