"""The pages of the window: which one is shown, for which event, and what each has missed while hidden."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, cast
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from waapp.db.feed import Change
from waapp.gui.aio import Tasks
from waapp.gui.opening_page import OpeningPage
from waapp.gui.widgets import name
from waapp.texts import tr

OPENING: Final = "opening"
_WITHOUT_DATABASE: Final = ("settings",)
_FOR_ALL_EVENTS: Final = ("events", "settings")


class Page(Protocol):
    """What the window asks of a page; every page is a QWidget as well."""

    async def open(self, event_id: UUID | None) -> None:
        """Show an event, or what to do when there is none."""

    def changed(self, change: Change) -> None:
        """Take in what somebody has changed."""


def page_titles() -> tuple[tuple[str, str], ...]:
    """Return the pages' keys and names in the order of their shortcuts, Ctrl+1 first."""
    return (
        ("events", tr("Events")),
        ("guests", tr("Guests")),
        ("templates", tr("Templates")),
        ("send", tr("Send")),
        ("messages", tr("Messages")),
        ("settings", tr("Settings")),
    )


class _Pane(QWidget):
    """Gives a page all its room, and does not ask for other room when the page would like some.

    Else every number that changes on a page would have the whole window laid out anew.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        page.setParent(self)
        page.show()  # as soon as the pane is

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Pass the room on."""
        super().resizeEvent(event)
        self._page.resize(event.size())


class PageStack(QStackedWidget):
    """Opens a page when it is first shown and whenever another event was chosen since.

    Changes that come while a page is hidden reach it when it is shown. Until `ready` there is only the page
    that tells how the database is being opened, and the settings.
    """

    def __init__(self, report: Callable[[BaseException], None]) -> None:
        super().__init__()
        self.ready = False
        self.opening = OpeningPage()
        self.addWidget(self.opening)
        self._report = report
        self._pages: dict[str, QWidget] = {}
        self._panes: dict[str, _Pane] = {}
        self._scopes: dict[str, Tasks] = {}
        self._opened: dict[str, UUID | None] = {}
        self._loading: dict[str, asyncio.Task[None] | None] = {}
        self._missed: dict[str, dict[Change, None]] = {}

    def tasks_for(self, key: str) -> Tasks:
        """Return the scope of a page's coroutines; `close_pages` ends them all."""
        return self._scopes.setdefault(key, Tasks(self._report))

    def add_page(self, key: str, page: QWidget) -> None:
        """Take a page in, in the place of an earlier one with this key. It must have `Page`'s two methods."""
        earlier = self._pages.pop(key, None)
        self._opened.pop(key, None)
        self._missed.pop(key, None)
        if earlier is not None:
            pane = self._panes.pop(key)
            self.removeWidget(pane)
            pane.deleteLater()
        name(page, f"page_{key}", dict(page_titles())[key])
        page.setProperty("page", "true")
        page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._pages[key] = page
        self._panes[key] = _Pane(page)
        self.addWidget(self._panes[key])

    def current_key(self) -> str:
        """Return the key of the page that is shown."""
        shown = self.currentWidget()
        return next((key for key, pane in self._panes.items() if pane is shown), OPENING)

    def show_page(self, key: str, event_id: UUID | None) -> None:
        """Go to a page, opening it if it shows another event or nothing yet."""
        if key not in self._pages or not (self.ready or key in _WITHOUT_DATABASE):
            self.setCurrentWidget(self.opening)
            return
        if self.current_key() != key:
            self.setCurrentWidget(self._panes[key])
            # Else the keyboard would land on whatever comes first, such as a button that deletes.
            self._pages[key].setFocus(Qt.FocusReason.OtherFocusReason)
        stale = key not in _FOR_ALL_EVENTS and self._opened.get(key) != event_id
        if self.ready and (key not in self._opened or stale):
            self._opened[key] = event_id
            self._missed.pop(key, None)
            # The page of another event may still be loading: the newest choice wins.
            opening = self._page(key).open(event_id)
            self._loading[key] = self.tasks_for(key).restart(self._loading.get(key), opening)
        for change in self._missed.pop(key, {}):
            self._page(key).changed(change)

    def follow_event(self, event_id: UUID | None) -> None:
        """Show another event on the page that is shown, if it is about one event."""
        key = self.current_key()
        if key in self._opened and key not in _FOR_ALL_EVENTS:
            self.show_page(key, event_id)

    def reopen(self, event_id: UUID | None) -> None:
        """Open the shown page anew."""
        key = self.current_key()
        self._opened.pop(key, None)
        self.show_page(key, event_id)

    def changed(self, change: Change, event_id: UUID | None) -> None:
        """Pass a change on to the pages that it concerns; the list of events wants them all."""
        shown = self.current_key()
        for key in self._pages:
            if key != "events" and not change.concerns(event_id):
                continue
            if key == shown:
                self._page(key).changed(change)
            elif key in self._opened:
                self._missed.setdefault(key, {})[change] = None

    def begin(self) -> None:
        """Let every page be opened, afresh."""
        self.ready = True
        self._opened.clear()
        self._missed.clear()

    async def close_pages(self) -> None:
        """End every coroutine of the pages and wait for it; new pages may be added after."""
        self.ready = False
        scopes, self._scopes = self._scopes, {}
        for scope in scopes.values():
            await scope.close()

    def _page(self, key: str) -> Page:
        return cast("Page", self._pages[key])
