"""Changes of many guests in one transaction, and taking changes back field by field where nobody came in between."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from waapp.core.guest_edits import BulkChange, changed, field_values, overtaken, with_field_values
from waapp.core.guests import Consent, Guest, GuestDraft
from waapp.core.two_edits import OtherEdit
from waapp.db.clock import database_clock
from waapp.db.engine import Connection
from waapp.db.guests import BULK_UPDATE, lock_guests, rows_as_json


@dataclass(frozen=True, slots=True)
class Before:
    """A guest as it was before a change, and what the change made of it: all that takes it back."""

    guest_id: UUID
    name: str
    draft: GuestDraft
    made: GuestDraft


@dataclass(frozen=True, slots=True)
class Changed:
    """How the guests were that are different now, and what others had changed of those who were left as they are."""

    before: tuple[Before, ...]
    overtaken: Mapping[UUID, tuple[OtherEdit, ...]]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What takes this back in turn, and the names of those of whom somebody has changed the same since."""

    before: tuple[Before, ...]
    refused: tuple[str, ...]


async def change_guests(
    conn: Connection, ids: Collection[UUID], change: BulkChange, seen: Mapping[UUID, GuestDraft] | None = None
) -> Changed:
    """Change guests, those who are gone excepted.

    With `seen`, how the planner had them in view, whoever was given another value of the same fields meanwhile stays.
    """
    guests = await lock_guests(conn, ids)
    now = await database_clock(conn)
    wanted: list[tuple[Guest, GuestDraft]] = []
    late: dict[UUID, tuple[OtherEdit, ...]] = {}
    for guest in guests:
        was = seen.get(guest.id) if seen is not None else None
        edits = overtaken(change, was, guest.draft) if was is not None else ()
        if edits:
            late[guest.id] = edits
        else:
            draft = changed(guest.draft, change)
            wanted.append((guest, draft if change.consent_at else _dated(draft, guest.draft, now)))
    return Changed(await _store(conn, wanted), late)


async def take_back(conn: Connection, before: Sequence[Before]) -> TakenBack:
    """Bring back every field that a change has set and nobody has set otherwise since; the others stay."""
    stored = {guest.id: guest for guest in await lock_guests(conn, [one.guest_id for one in before])}
    wanted: list[tuple[Guest, GuestDraft]] = []
    refused: list[str] = []
    for one in before:
        guest = stored.get(one.guest_id)
        was, made = field_values(one.draft), field_values(one.made)
        # A column of the planner's own that the guest had not is not the same as one without a value.
        fields = {field for field in was.keys() | made.keys() if was.get(field) != made.get(field)}
        now = field_values(guest.draft) if guest is not None else {}
        back = {field: was.get(field) for field in fields if now.get(field, "") == made.get(field, "")}
        if guest is None or len(back) < len(fields):
            refused.append(one.name)
        if guest is not None and back:
            wanted.append((guest, with_field_values(guest.draft, back)))
    return TakenBack(await _store(conn, wanted), tuple(refused))


async def _store(conn: Connection, wanted: Sequence[tuple[Guest, GuestDraft]]) -> tuple[Before, ...]:
    different = [(guest, draft) for guest, draft in wanted if draft != guest.draft]
    if different:
        await conn.execute(
            BULK_UPDATE, {"rows": rows_as_json((guest.id, draft) for guest, draft in different)}
        )
    return tuple(Before(guest.id, guest.name, guest.draft, draft) for guest, draft in different)


def _dated(draft: GuestDraft, was: GuestDraft, now: datetime) -> GuestDraft:
    """Note since when a consent is known that has just become so."""
    if draft.consent is was.consent or draft.consent is Consent.UNKNOWN:
        return draft
    return replace(draft, consent_at=now.replace(hour=12, minute=0, second=0, microsecond=0))
