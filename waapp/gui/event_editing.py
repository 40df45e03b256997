"""What happens around one event: saving what is typed, meeting what somebody else has saved of it."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt

from waapp.core.events import Event, EventDraft
from waapp.db import events as event_rows
from waapp.db.engine import Database
from waapp.errors import UserError
from waapp.gui.aio import Tasks, busy
from waapp.gui.bars import MessageBar
from waapp.gui.event_acts import EventArrivalAct, EventEditAct
from waapp.gui.event_panel import EventPanel
from waapp.gui.undo_history import UndoHistory
from waapp.texts import tr

_Unsaved = tuple[EventDraft, EventDraft]
"""What the fields said at first, and what was typed."""


class EventEditing:
    """Stands between the panel and the database.

    What was typed for an event and not saved is kept while the planner looks at others.
    `reading` is held by whoever reads events to show them, `catch_up` brings the list in step with the database,
    `saved` goes to an event of the list.
    """

    def __init__(
        self,
        *,
        database: Database,
        tasks: Tasks,
        panel: EventPanel,
        messages: MessageBar,
        reading: asyncio.Lock,
        catch_up: Callable[[], Awaitable[None]],
        saved: Callable[[UUID], object],
        undo: UndoHistory,
    ) -> None:
        self._database: Final = database
        self._tasks: Final = tasks
        self._panel: Final = panel
        self._messages: Final = messages
        self._reading: Final = reading
        self._catch_up: Final = catch_up
        self._saved: Final = saved
        self._undo: Final = undo
        self._is_saving = False
        self._unsaved: Final[dict[UUID | None, _Unsaved]] = {}
        panel.save_wanted.connect(self._save)
        panel.leaving.connect(self._keep_typed)

    def open(self, event_id: UUID) -> None:
        """Open the panel of an event."""
        self._tasks.start(self._open(event_id))

    def edit(self, event: Event | None) -> None:
        """Open the panel of this event, or of a new one; what had been typed there and not saved is there again."""
        event_id = None if event is None else event.id
        if not self._panel.isHidden() and self._panel.event_id == event_id:
            self._panel.name_edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        unsaved = self._unsaved.pop(event_id, None)
        if unsaved is None:
            self._panel.edit(event)
            return
        self._messages.withdraw("unsaved")
        self._panel.go_on(event, *unsaved)

    def follow(self, now: Event | None) -> None:
        """Let the panel take in what somebody else has made of the event that is edited; None: it is deleted."""
        panel = self._panel
        if panel.isHidden():
            return
        if now is None:
            panel.begin_again()
            text = tr("Somebody else has deleted this event. What you typed is kept: Save makes it anew.")
            self._messages.show_message(text, "warning", key="conflict")
        # While it is being saved the change may be our own.
        elif now.updated_at != panel.expected_updated_at and not self._is_saving:
            panel.take_over(now)

    async def _open(self, event_id: UUID) -> None:
        async with self._reading:
            async with self._database.read() as conn:
                event = await event_rows.get_event(conn, event_id)
            self.edit(event)

    def _keep_typed(self) -> None:
        """Remember what was typed and not saved, and say so."""
        panel, begun_with = self._panel, self._panel.begun_with
        if begun_with is None or not panel.is_changed:
            return
        event = panel.edited
        self._unsaved[panel.event_id] = (begun_with, panel.draft())
        if event is None:
            text, back = tr("The event that you began is kept."), partial(self.edit, None)
        else:
            text = tr("What you changed of “{event}” is not saved yet.", event=event.name)
            back = partial(self.open, event.id)
        self._messages.show_message(text, "warning", (tr("Back to it"), back), key="unsaved")

    def _save(self, draft: EventDraft) -> None:
        """Store what is typed as it is now, and against what is stored as the panel knows it now."""
        if not self._is_saving:
            self._is_saving = True
            self._tasks.start(self._store(draft, self._panel.edited, self._panel.visit))

    async def _store(self, draft: EventDraft, was: Event | None, visit: int) -> None:
        event: Event | None = None
        try:
            with busy(self._panel.save):
                async with self._database.begin() as conn:
                    if was is None:
                        made = await event_rows.create_event(conn, draft)
                    else:
                        made = await event_rows.update_event(conn, was.id, draft, was.updated_at)
                event = made
                await self._catch_up()
        except UserError as error:
            if event is not None or was is None or error.code != "event_changed":
                raise
            await self._settle_conflict(was.id, draft)
        finally:
            self._is_saving = False
            if event is not None:
                # It is stored, whether the list can be read afterwards or not: Save again would make another one.
                self._go_on(event, draft, visit)
                self._remember(was, event)

    def _remember(self, was: Event | None, event: Event) -> None:
        """Say that an event was created or saved, with the way back."""
        if was is None:
            made = EventArrivalAct(self._database, event.id, 0)
            self._undo.remember(tr("“{event}” was created.", event=event.name), made)
        elif was.draft != event.draft:
            edit = EventEditAct(self._database, event.id, was.draft, event.draft)
            self._undo.remember(tr("“{event}” was saved.", event=event.name), edit)

    def _go_on(self, event: Event, draft: EventDraft, visit: int) -> None:
        """Close the panel, unless the planner has typed on meanwhile or has gone on to something else."""
        panel = self._panel
        if panel.isHidden() or panel.visit != visit:
            return
        self._saved(event.id)
        if panel.draft() == draft:
            panel.finish()
        else:
            panel.saved(event, draft)

    async def _settle_conflict(self, event_id: UUID, draft: EventDraft) -> None:
        """Somebody was faster: take in what they changed and leave the choice where both did."""
        panel = self._panel
        if panel.isHidden() or panel.event_id != event_id:
            return
        is_at_rest = panel.draft() == draft
        async with self._reading:
            async with self._database.read() as conn:
                theirs = await event_rows.get_event(conn, event_id)
            if panel.isHidden() or panel.event_id != event_id:
                return
            panel.take_over(theirs)
        text = (
            tr("Not saved yet: somebody else changed the same field. Choose in the panel, then save again.")
            if panel.conflict.undecided
            else tr("Not saved yet: somebody else changed other fields meanwhile; both are kept. Save again.")
        )
        self._messages.show_message(text, "warning", key="conflict")
        focused = panel.window().focusWidget()
        if is_at_rest and focused is not None and panel.isAncestorOf(focused):
            panel.insist()
