"""The guests of an event: find, add, edit, delete, import, and see how each one's invitation fares."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.errors_twilio import Table
from waapp.core.events import Event
from waapp.core.guest_search import GuestFilter
from waapp.core.template_values import rsvp_link
from waapp.db import events as event_rows
from waapp.db import guests as guest_rows
from waapp.db.clock import Horizon, look
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.errors import UserError
from waapp.gui import style
from waapp.gui.aio import Tasks
from waapp.gui.bars import MessageBar
from waapp.gui.garbage import setting_aside
from waapp.gui.guest_deletions import GuestDeletions
from waapp.gui.guest_editing import GuestEditing
from waapp.gui.guest_export import GuestExport
from waapp.gui.guest_import import GuestImport, ImportMenu, dropped_file
from waapp.gui.guest_list import GuestList
from waapp.gui.guest_looks import GuestLooks
from waapp.gui.guest_many import GuestMany
from waapp.gui.guest_menu import GuestMenu
from waapp.gui.guest_merging import GuestMerging
from waapp.gui.guest_panel import GuestPanel
from waapp.gui.guest_states import cannot_read, no_event, nobody_yet
from waapp.gui.refresher import FOLLOWING, Refresher
from waapp.gui.texts import when
from waapp.gui.undo_history import UndoHistory
from waapp.gui.widgets import PageHeader, button
from waapp.texts import count, tr


class GuestsPage(QWidget):
    """Shows one event's guests and keeps them in step with the database.

    `message_wanted` asks the window to show an invitation's message.
    """

    message_wanted = Signal(object)

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        tasks: Tasks,
        navigate: Callable[[str], None],
        errors: Table,
        forget_practised: Callable[[str], Awaitable[object]],
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAcceptDrops(True)
        self._forget_practised = forget_practised
        self._database = database
        self._practice = settings.practice
        self._desk = settings.desk
        self._tasks = tasks
        self._navigate = navigate
        self._errors = errors
        self._event: Event | None = None
        self._opening: UUID | None = None
        self._wanted: UUID | None = None
        self._horizon: Horizon | None = None
        self._chosen_for: UUID | None = None
        self._next_guest: UUID | None = None
        self._leaving: set[UUID] = set()
        self._reading = asyncio.Lock()
        self._refresher = Refresher(tasks, self._catch_up, pause=FOLLOWING)
        self._build()
        self._connect()

    # What the window asks

    async def open(self, event_id: UUID | None) -> None:
        """Show the guests of an event, or that there is none to show; the same event again only catches up."""
        if self._event is not None and self._event.id == event_id and self._horizon is not None:
            self._refresher.ask()
            return
        self._leave_event()
        if event_id != self._chosen_for:
            self.guests.choose(())
        if event_id is None:
            self.guests.begin()
            self.guests.show_instead(self._no_event)
            return
        self._opening = event_id
        try:
            await self._load(event_id)
        except UserError:
            self.guests.show_instead(self._trouble)
            self._wanted = event_id
            raise
        finally:
            self._opening = None
            self._show_facts()

    def changed(self, change: Change) -> None:
        """Take in what somebody has changed, if it concerns this event."""
        shown = self._event.id if self._event is not None else self._opening
        if shown is not None and change.concerns(shown, Kind.GUESTS, Kind.INVITATIONS, Kind.EVENTS):
            self._refresher.ask()

    def show_guest(self, guest_id: UUID) -> None:
        """Go to a guest and show the panel, as soon as the guest is there."""
        self._next_guest = guest_id
        self._go_to_next_guest()

    def show_guests(self, event_id: UUID | None, ids: Iterable[UUID]) -> None:
        """Show only these guests of an event, until the planner takes that back."""
        self._chosen_for = event_id
        self.guests.choose(ids)

    def import_file(self, path: Path) -> None:
        """Show what a file would add, and add it if the planner agrees."""
        if self._event is not None:
            self._tasks.start(self._import.bring(self._event, path))

    # How it is built

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        column = QVBoxLayout()
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(style.SPACE[3])
        self.header = PageHeader(tr("Guests"))
        self._import_button = button(
            tr("Import…"), "guests_import", key="Ctrl+O", accessible_name=tr("Import guests from a file")
        )
        self._export_button = button(
            tr("Export…"),
            "guests_export",
            key="Ctrl+E",
            accessible_name=tr("Export the shown guests to a file"),
        )
        self._add_button = button(tr("Add guest"), "guests_add", primary=True, key="Ctrl+N")
        self._more_imports = button(
            "",
            "guests_import_more",
            kind="icon",
            icon="chevron-down",
            accessible_name=tr("More ways to import guests"),
        )
        self._import_menu = ImportMenu(self._more_imports)
        for action in (self._export_button, self._import_button, self._more_imports, self._add_button):
            action.setEnabled(False)  # until an event is open
            self.header.add(action)
        self.messages = MessageBar("guests_message")
        self.panel = GuestPanel()
        self.guests = GuestList(self.panel, nobody_yet(self._choose_file, self._add), when)
        self._no_event = self.guests.add_state(no_event(lambda: self._navigate("events")))
        self._trouble = self.guests.add_state(cannot_read(self._try_again))
        self._menu = GuestMenu(self.guests.view)
        self._undo = UndoHistory(
            tasks=self._tasks,
            messages=self.messages,
            catch_up=self._catch_up,
            select=self.guests.view.select_ids,
        )
        self._editing = GuestEditing(
            database=self._database,
            tasks=self._tasks,
            errors=self._errors,
            guests=self.guests,
            panel=self.panel,
            messages=self.messages,
            catch_up=self._catch_up,
            undo=self._undo,
            desk=self._desk,
            show_message=self.message_wanted.emit,
        )
        self._import = GuestImport(
            database=self._database,
            desk=self._desk,
            tasks=self._tasks,
            messages=self.messages,
            parent=self,
            catch_up=self._catch_up,
            undo=self._undo,
        )
        self._looks = GuestLooks(
            database=self._database,
            desk=self._desk,
            tasks=self._tasks,
            guests=self.guests,
            undo=self._undo,
            catch_up=self._catch_up,
            parent=self,
        )
        self._many = GuestMany(
            database=self._database,
            desk=self._desk,
            tasks=self._tasks,
            guests=self.guests,
            panel=self.panel,
            undo=self._undo,
            catch_up=self._catch_up,
            leaving=self._leaving,
            parent=self,
        )
        self._merging = GuestMerging(
            database=self._database,
            desk=self._desk,
            tasks=self._tasks,
            guests=self.guests,
            messages=self.messages,
            undo=self._undo,
            catch_up=self._catch_up,
            leaving=self._leaving,
            title_of=self.panel.form.title,
            parent=self,
        )
        self._export = GuestExport(
            database=self._database,
            practice=self._practice,
            errors=self._errors,
            messages=self.messages,
            parent=self,
            catch_up=self._catch_up,
            forget_practised=self._forget_practised,
        )
        self._deletions = GuestDeletions(
            database=self._database,
            practice=self._practice,
            errors=self._errors,
            tasks=self._tasks,
            parent=self,
            catch_up=self._catch_up,
            undo=self._undo,
            forget=self._undo.forget_guest,
            forget_practised=self._forget_practised,
        )
        column.addWidget(self.header)
        column.addWidget(self.guests, 1)
        whole.addWidget(self.messages)
        whole.addLayout(column, 1)

    def _connect(self) -> None:
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(self._undo.take_back)
        for key in ("Ctrl+Shift+Z", "Ctrl+Y"):
            QShortcut(QKeySequence(key), self).activated.connect(self._undo.do_again)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self).activated.connect(self._paste)
        self.guests.model.counted.connect(self._show_facts)
        self._menu.change_wanted.connect(self._many.change)
        self.panel.change_wanted.connect(self._many.change)
        self._menu.merge_wanted.connect(self._merging.merge_selected)
        self.panel.merge_wanted.connect(self._merging.merge_selected)
        self.guests.filters.lookalikes_wanted.connect(self._merging.show_lookalikes)
        self._import_menu.lookalikes.triggered.connect(self._merging.show_lookalikes)
        self._menu.edit_wanted.connect(self._editing.edit)
        self._menu.number_wanted.connect(self._copy_number)
        self._menu.link_wanted.connect(self._copy_link)
        self._menu.delete_wanted.connect(self._many.delete)
        self._menu.personal_data_wanted.connect(lambda: self._with_one(self._export.save_personal_data))
        self._menu.erasure_wanted.connect(lambda: self._with_one(self._erase))
        self._export_button.clicked.connect(self._export_shown)
        self._import_button.clicked.connect(self._choose_file)
        self.guests.counted.connect(self._show_facts)
        self._import_menu.paste.triggered.connect(self._paste)
        self._import_menu.deleted.triggered.connect(lambda: self._bring_in(self._deletions.show))
        self._import_menu.history.triggered.connect(lambda: self._bring_in(self._import.show_history))
        self._add_button.clicked.connect(self._add)
        self.panel.delete_wanted.connect(self._many.delete)
        self.panel.link_wanted.connect(self._copy_link)

    def _try_again(self) -> None:
        self._tasks.start(self.open(self._wanted))

    # Loading and following changes

    def _add(self) -> None:
        self._editing.add()

    def _leave_event(self) -> None:
        self._editing.leave_event()
        self._event = self._horizon = None
        self._undo.take_event(None)
        self.messages.dismiss()

    async def _load(self, event_id: UUID) -> None:
        self.guests.begin()
        # What changes meanwhile is caught up with afterwards: that waits for its turn.
        async with self._reading:
            with setting_aside():
                horizon = await self._read_all(event_id)
            self._horizon = horizon
        self._tasks.start(self.guests.prepare())
        if self.panel.isHidden():
            self.guests.view.setFocus()
        self._go_to_next_guest()

    async def _read_all(self, event_id: UUID) -> Horizon:
        """Show all guests as they arrive; return from where to look for changes."""
        async with self._database.read() as conn:
            self._take_event(await event_rows.get_event(conn, event_id))
            self._looks.show(await self._looks.read(conn, event_id))
            horizon = Horizon.first(await look(conn))
            async with aclosing(guest_rows.stream_guest_rows(conn, event_id, self._practice)) as chunks:
                async for chunk in chunks:
                    self.guests.arrive(chunk)
        self.guests.finish()
        return horizon

    async def _catch_up(self) -> None:
        # One reading at a time: an older one must not come after a newer one.
        async with self._reading:
            fresh = await self._take_changes()
        await self._editing.refresh(fresh)

    async def _take_changes(self) -> set[UUID]:
        """Take in what has changed since the last reading; return the ids of those that are new or different."""
        event, horizon, removals = self._event, self._horizon, None
        if event is None or horizon is None:
            return set()
        # A reading that a deletion of this window overtakes would bring the deleted ones back.
        while removals != self.guests.removals:
            removals = self.guests.removals
            async with self._database.read() as conn:
                now = await event_rows.get_event(conn, event.id)
                looks = await self._looks.read(conn, event.id)
                changes = await guest_rows.guest_rows_changed_since(conn, event.id, self._practice, horizon)
                held = self.guests.model
                expected = held.total + sum(held.row(row.id) is None for row in changes.rows)
                remaining = await guest_rows.guest_ids(conn, event.id) if changes.total < expected else None
            if self._horizon is not horizon:
                return set()  # another event has been opened meanwhile, or this one anew
        if now != event:
            self._take_event(now)
        self._horizon = changes.horizon
        self._looks.show(looks)
        fresh = self.guests.apply(changes.rows)
        if remaining is not None:
            gone = self.guests.ids() - remaining
            self._editing.take_leave(gone - self._leaving)
            self.guests.remove(gone)
        self._show_facts()
        self._go_to_next_guest()
        return fresh

    def _take_event(self, event: Event) -> None:
        self._event = event
        self._looks.take_event(event.id)
        self._merging.take_event(event)
        self._undo.take_event(event.id)
        self._editing.take_event(event)

    def _go_to_next_guest(self) -> None:
        if self._next_guest is not None and self.guests.model.row(self._next_guest) is not None:
            wanted, self._next_guest = self._next_guest, None
            self.guests.go_to(wanted)

    def _show_facts(self) -> None:
        totals = self.guests.counts.by_filter
        guests = count(totals[GuestFilter.ALL], "guest", "guests")
        if self._event is None:
            self.header.set_facts("")
        elif self.guests.is_loading:
            self.header.set_facts(tr("Loading… {guests}", guests=guests))
        else:
            look, wrong = totals[GuestFilter.LOOK], self.guests.counts.wrong_numbers
            shown = len(self.guests.model)
            parts = [
                tr("{number} of {guests} shown", number=shown, guests=guests)
                if shown < totals[GuestFilter.ALL]
                else guests,
                tr("{number} reachable", number=self.guests.counts.reachable),
                tr("{n:number is not a mobile|numbers are not mobiles}", n=wrong) if wrong else "",
                tr("{n:needs a look|need a look}", n=look) if look else "",
            ]
            if not self.guests.has_read_numbers:
                parts = [guests, tr("reading their numbers…")]
            self.header.set_facts(" · ".join(part for part in parts if part))
        self._add_button.setEnabled(self._event is not None)
        self._import_button.setEnabled(self._event is not None)
        self._more_imports.setEnabled(self._event is not None)
        self._export_button.setEnabled(self._event is not None and totals[GuestFilter.ALL] > 0)

    # Copying, importing, the menu

    def _copy_number(self) -> None:
        rows = [
            row for guest_id in self.guests.selected if (row := self.guests.model.row(guest_id)) is not None
        ]
        numbers = [row.phone for row in rows if row.phone]
        if numbers:
            QGuiApplication.clipboard().setText("\n".join(numbers))
            self.messages.show_message(tr("{n:number|numbers} copied.", n=len(numbers)), key="copied")

    def _copy_link(self) -> None:
        event, guest = self._event, self.panel.guest
        link = rsvp_link(event.rsvp_link, guest, event.id) if event is not None and guest is not None else ""
        if link:
            QGuiApplication.clipboard().setText(link)
            self.messages.show_message(tr("The answer link is copied."), key="copied")

    def _export_shown(self) -> None:
        event, selected = self._event, self.guests.selected
        if event is None:
            return
        shown = [row.id for row in self.guests.model.shown_rows()]
        # Several that are selected are meant; one is only where the planner is.
        self._tasks.start(self._export.export(event, selected if len(selected) > 1 else shown))

    def _with_one(self, act: Callable[[UUID, str], Coroutine[Any, Any, None]]) -> None:
        """Do something with the one guest that is selected."""
        row = self.guests.model.row(self.guests.selected[0]) if len(self.guests.selected) == 1 else None
        if row is not None:
            self._tasks.start(act(row.id, row.name))

    async def _erase(self, guest_id: UUID, name: str) -> None:
        self._leaving.add(guest_id)
        if not await self._export.erase(guest_id, name, self._forget_guest):
            self._leaving.discard(guest_id)

    def _forget_guest(self, guest_id: UUID) -> None:
        self._undo.forget_guest(guest_id)
        self._editing.forget_guest(guest_id)

    def _bring_in(self, how: Callable[[Event], Coroutine[Any, Any, None]]) -> None:
        if self._event is not None:
            self._tasks.start(how(self._event))

    def _choose_file(self) -> None:
        self._bring_in(self._import.ask_for_file)

    def _paste(self) -> None:
        self._bring_in(self._import.paste)

    # Qt's interface

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a file that could be a guest list."""
        if self._event is not None and dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import the file that was dropped."""
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.import_file(path)
