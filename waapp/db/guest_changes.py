"""Changes of many guests in one transaction, and taking a change back where nobody has made another since."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from waapp.core.guest_edits import BulkChange, changed
from waapp.core.guests import Consent, Guest, GuestDraft
from waapp.db.clock import database_clock
from waapp.db.engine import Connection
from waapp.db.guests import BULK_UPDATE, lock_guests, rows_as_json


@dataclass(frozen=True, slots=True)
class Before:
    """A guest as it was before a change, and when the change was made: all that takes it back."""

    guest_id: UUID
    name: str
    draft: GuestDraft
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Who is as before, and the names of those whom somebody has changed or deleted since."""

    ids: tuple[UUID, ...]
    refused: tuple[str, ...]


async def change_guests(conn: Connection, ids: Collection[UUID], change: BulkChange) -> list[Before]:
    """Change guests, those who are gone excepted; return how those were that are different now."""
    guests = await lock_guests(conn, ids)
    now = await database_clock(conn)
    wanted = [(guest, _dated(changed(guest.draft, change), guest.draft, now)) for guest in guests]
    return await _store(conn, [(guest, draft) for guest, draft in wanted if draft != guest.draft])


async def take_back(conn: Connection, before: Sequence[Before]) -> TakenBack:
    """Bring guests back to how they were, where nobody has changed them since."""
    stored = {guest.id: guest for guest in await lock_guests(conn, [one.guest_id for one in before])}
    again = [
        (guest, one.draft)
        for one in before
        if (guest := stored.get(one.guest_id)) is not None and guest.updated_at == one.changed_at
    ]
    done = await _store(conn, again)
    restored = {one.guest_id for one in done}
    refused = tuple(one.name for one in before if one.guest_id not in restored)
    return TakenBack(tuple(one.guest_id for one in done), refused)


async def _store(conn: Connection, wanted: Sequence[tuple[Guest, GuestDraft]]) -> list[Before]:
    rows = rows_as_json((guest.id, draft) for guest, draft in wanted)
    changed_at = {row.id: row.updated_at for row in await conn.execute(BULK_UPDATE, {"rows": rows})}
    return [Before(guest.id, guest.name, guest.draft, changed_at[guest.id]) for guest, _draft in wanted]


def _dated(draft: GuestDraft, was: GuestDraft, now: datetime) -> GuestDraft:
    """Note since when a consent is known that has just become so."""
    if draft.consent is was.consent or draft.consent is Consent.UNKNOWN:
        return draft
    return replace(draft, consent_at=now.replace(hour=0, minute=0, second=0, microsecond=0))
