"""What `waapp deleted`, `restore`, `erase` and `personal-data` do: who is on no list any more, and what is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from waapp.config import Settings
from waapp.core import phone
from waapp.core.deletions import DeletedEvent, DeletedGuest, Kept, find_deleted
from waapp.core.events import Event
from waapp.db import deletions, events, guests, personal_data
from waapp.engine.account import open_account
from waapp.errors import UserError
from waapp.exporting import export_personal_data
from waapp.opening import open_database
from waapp.texts import tr
from waapp.texts.deletions import what_stays


@dataclass(frozen=True, slots=True)
class Deleted:
    """Events that can be put back, and guests on no list of whom something is kept."""

    events: tuple[DeletedEvent, ...]
    guests: tuple[DeletedGuest, ...]

    def text(self) -> str:
        """Return a line for each, beginning with the id that the other commands take."""
        lines = [
            tr(
                "{id}  event “{name}” with {n:guest|guests}, deleted {day} by {who}; can be restored until {until}",
                id=one.event.id,
                name=one.event.name,
                n=one.guests,
                day=f"{one.deleted_at.astimezone():%Y-%m-%d}",
                who=one.deleted_by,
                until=f"{one.until.astimezone():%Y-%m-%d}",
            )
            for one in self.events
        ]
        lines += [
            tr(
                "{id}  {name} {number} of “{event}”, deleted {day} by {who}; {kept}",
                id=one.id,
                name=one.name or tr("No name"),
                number=phone.display(one.phone) if one.phone else "",
                event=one.event_name,
                day=f"{one.deleted_at.astimezone():%Y-%m-%d}",
                who=one.deleted_by,
                kept=_kept(one),
            )
            for one in self.guests
        ]
        return "\n".join(lines) or tr("Nothing is kept of anybody who was deleted.")

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {
            "events": [
                {
                    "id": one.event.id,
                    "name": one.event.name,
                    "guests": one.guests,
                    "deleted_at": one.deleted_at.isoformat(),
                    "deleted_by": one.deleted_by,
                    "until": one.until.isoformat(),
                }
                for one in self.events
            ],
            "guests": [
                {
                    "id": one.id,
                    "name": one.name,
                    "phone": one.phone,
                    "email": one.email,
                    "event": one.event_id,
                    "event_name": one.event_name,
                    "event_deleted": one.event_deleted,
                    "deleted_at": one.deleted_at.isoformat(),
                    "deleted_by": one.deleted_by,
                    "until": None if one.until is None else one.until.isoformat(),
                    "messages": one.messages,
                }
                for one in self.guests
            ],
        }


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: events, and how many guests beside those of the events."""

    events: tuple[Event, ...]
    guests: tuple[UUID, ...]

    def text(self) -> str:
        """Return what is back."""
        words = [tr("“{event}” is back.", event=event.name) for event in self.events]
        words += [tr("{n:guest is|guests are} back.", n=len(self.guests))] if self.guests else []
        return "\n".join(words)

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {"events": [event.id for event in self.events], "guests": list(self.guests)}


@dataclass(frozen=True, slots=True)
class Erased:
    """What erasing a guest keeps, and whether it was done."""

    guest_id: UUID
    kept: Kept
    done: bool

    def text(self) -> str:
        """Return what stays and why, and how to go on."""
        head = tr("Erased.") if self.done else tr("Nothing was erased yet. To do it, add --yes.")
        return f"{what_stays(self.kept)}\n\n{head}"

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        kept = self.kept
        return {
            "guest": self.guest_id,
            "done": self.done,
            "kept": {
                "messages": kept.messages,
                "opted_out": kept.opted_out,
                "elsewhere": list(kept.elsewhere),
                "named_to_others": kept.named,
                "noted_of_others": kept.noted,
                "lists": list(kept.lists),
            },
        }


@dataclass(frozen=True, slots=True)
class Written:
    """All that is kept about a guest is in a file."""

    guest_id: UUID
    file: Path

    def text(self) -> str:
        """Return what was written."""
        return tr("What is kept was written to {file}.", file=self.file)

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {"guest": self.guest_id, "file": str(self.file)}


async def list_deleted(settings: Settings, event: str | None, find: str) -> Deleted:
    """Tell what was deleted and is still kept; raises `event_unknown`, `event_ambiguous`."""
    async with open_database(settings) as opened, opened.database.read() as conn:
        event_id = None if event is None else (await events.find_event(conn, event)).id
        gone = [] if event_id or find else await deletions.list_deleted_events(conn)
        found = find_deleted(await deletions.list_deleted_guests(conn, event_id), find)
    return Deleted(tuple(gone), tuple(found))


async def restore(settings: Settings, ids: Sequence[UUID]) -> Restored:
    """Put deleted events and guests back, all or none; raises `deleted_unknown` and what bringing back raises."""
    async with open_database(settings) as opened, opened.database.begin() as conn:
        gone = {one.event.id for one in await deletions.list_deleted_events(conn)}
        back = tuple([await events.restore_event(conn, one) for one in ids if one in gone])
        wanted = [one for one in ids if one not in gone]
        restored = await guests.restore_guests(conn, wanted)
        for missing in set(wanted) - set(restored):
            raise UserError("deleted_unknown", id=missing)
    return Restored(back, restored)


async def erase(settings: Settings, guest_id: UUID, *, sure: bool) -> Erased:
    """Forget a guest, of a list or deleted, for good once that is `sure`.

    Raises `guest_unknown`, or `guests_being_sent` while the outcome of a message is not known.
    """
    async with open_database(settings) as opened:
        async with opened.database.begin() as conn:
            kept = await personal_data.what_erasing_keeps(conn, guest_id)
            practised = await personal_data.erase(conn, guest_id) if sure else []
        if practised and settings.practice:
            async with open_account(settings) as account:
                for sid in practised:
                    await account.client.delete(sid)
    return Erased(guest_id, kept, sure)


async def save_personal_data(settings: Settings, guest_id: UUID, file: Path) -> Written:
    """Write all that is kept about a guest, of a list or deleted; raises `guest_unknown`, `personal_format_unknown`."""
    async with open_database(settings) as opened:
        await export_personal_data(opened.database, guest_id, file)
    return Written(guest_id, file)


def _kept(one: DeletedGuest) -> str:
    proof = tr("{n:message|messages} on record", n=one.messages)
    if one.until is None:
        return proof
    until = f"{one.until.astimezone():%Y-%m-%d}"
    words = tr("can be restored until {day}", day=until)
    if one.event_deleted:
        words = tr("can be restored, after its event, until {day}", day=until)
    return f"{words}, {proof}" if one.messages else words
