"""What was done to events, each kind with the way to take it back and what takes that back in turn."""

from dataclasses import dataclass
from uuid import UUID

from waapp.core.events import Event, EventDraft, field_values, with_field_values
from waapp.db import events as event_rows
from waapp.db.engine import Database
from waapp.gui.guest_acts import Act, Undone
from waapp.texts import tr


@dataclass(frozen=True, slots=True)
class EventEditAct:
    """An event was changed from one to the other."""

    database: Database
    event_id: UUID
    was: EventDraft
    made: EventDraft

    async def take_back(self) -> Undone:
        """Bring back every field that nobody has set otherwise since."""
        before, after = field_values(self.was), field_values(self.made)
        async with self.database.begin() as conn:
            now = await event_rows.get_event(conn, self.event_id)
            stored = field_values(now.draft)
            mine = {field for field in after if after[field] != before[field]}
            back = {field: before[field] for field in mine if stored[field] == after[field]}
            draft = with_field_values(now.draft, back)
            event = await event_rows.update_event(conn, self.event_id, draft, now.updated_at)
        words = tr("“{event}” is as before.", event=event.name)
        if len(back) < len(mine):
            words += " " + tr("What somebody else has changed since stays.")
        again = EventEditAct(self.database, self.event_id, now.draft, event.draft) if back else None
        return Undone(words, (self.event_id,), again, "info" if len(back) == len(mine) else "warning")

    def without(self, guest_id: UUID) -> Act | None:
        """Return the same: it knows of no guests."""
        return self


@dataclass(frozen=True, slots=True)
class EventArchiveAct:
    """An event was put into the archive, or taken out of it."""

    database: Database
    event_id: UUID
    archived: bool

    async def take_back(self) -> Undone:
        """Put it where it was."""
        async with self.database.begin() as conn:
            event = await event_rows.archive_event(conn, self.event_id, archived=not self.archived)
        words = tr("“{event}” is active again.", event=event.name)
        if not self.archived:
            words = tr("“{event}” is archived.", event=event.name)
        again = EventArchiveAct(self.database, self.event_id, not self.archived)
        return Undone(words, (self.event_id,), again)

    def without(self, guest_id: UUID) -> Act | None:
        """Return the same: it knows of no guests."""
        return self


@dataclass(frozen=True, slots=True)
class EventArrivalAct:
    """An event was made, duplicated or put back, with so many guests."""

    database: Database
    event_id: UUID
    guests: int

    async def take_back(self) -> Undone:
        """Delete it, unless it has become somebody's work since."""
        async with self.database.begin() as conn:
            used = await event_rows.use_of(conn, self.event_id)
            event = await event_rows.get_event(conn, self.event_id)
            if used.guests == self.guests and not used.is_sending:
                await event_rows.delete_event(conn, self.event_id)
                again = EventDeletionAct(self.database, self.event_id)
                return Undone(tr("“{event}” is deleted.", event=event.name), (), again)
        words = tr(
            "“{event}” stays: guests or invitations came since. To delete it all the same, archive it first.",
            event=event.name,
        )
        return Undone(words, (self.event_id,), None, "warning")

    def without(self, guest_id: UUID) -> Act | None:
        """Return the same: it knows of no guests."""
        return self


@dataclass(frozen=True, slots=True)
class EventDeletionAct:
    """An event was deleted with its guests."""

    database: Database
    event_id: UUID

    async def take_back(self) -> Undone:
        """Bring it back with the guests who went with it; what waited stays cancelled."""
        async with self.database.begin() as conn:
            event = await event_rows.restore_event(conn, self.event_id)
        return await put_back_words(self.database, event)

    def without(self, guest_id: UUID) -> Act | None:
        """Return the same: who was erased does not come back with the event."""
        return self


async def put_back_words(database: Database, event: Event) -> Undone:
    """Return what to say of an event that is back, and what deletes it again."""
    async with database.read() as conn:
        used = await event_rows.use_of(conn, event.id)
    words = tr(
        "“{event}” is restored with {n:guest|guests}. Nothing is sent by itself.",
        event=event.name,
        n=used.guests,
    )
    return Undone(words, (event.id,), EventArrivalAct(database, event.id, used.guests))
