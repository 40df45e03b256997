"""Rows that the database tests start from, written through the product's own functions."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from waapp.core.events import Event, EventDraft
from waapp.core.guests import GuestDraft
from waapp.core.invitations import Claim, NewInvitation
from waapp.core.pacing import Next
from waapp.core.status import EngineState
from waapp.db import claims, events, guests, queueing
from waapp.db.engine import Connection, Database

SENDER = "+351210000000"
DESK = "Maria on MARIA-PC"
TEMPLATE = "rsvp_invitation"
WHEN = datetime(2026, 9, 12, 18, 30, tzinfo=UTC)


async def make_event(conn: Connection, name: str = "Garden party", **changes: Any) -> Event:
    return await events.create_event(conn, EventDraft(name=name, date=WHEN, location="Lisbon", **changes))


def address(number: int) -> str:
    return f"+35191{number:07d}"


async def make_guests(conn: Connection, event_id: UUID, count: int, start: int = 0) -> list[UUID]:
    drafts = [GuestDraft(name=f"Guest {n}", phone=address(n)) for n in range(start, start + count)]
    return await guests.add_guests(conn, event_id, drafts)


async def template_id(conn: Connection, name: str = TEMPLATE) -> UUID:
    found: UUID = (
        await conn.execute(text("SELECT id FROM whatsapp_templates WHERE name = :name"), {"name": name})
    ).scalar_one()
    return found


def new_send(event_id: UUID, **changes: Any) -> queueing.NewSend:
    fields: dict[str, Any] = {
        "id": uuid4(),
        "event_id": event_id,
        "template_id": None,
        "template_name": TEMPLATE,
        "template_version": 1,
        "sender": SENDER,
        "practice": False,
        "planned_by": DESK,
        "rate": 80.0,
    }
    return queueing.NewSend(**(fields | changes))


def new_invitations(guest_ids: Sequence[UUID], start: int = 0) -> list[NewInvitation]:
    return [
        NewInvitation(guest_id, address(number), {"guest_name": f"Guest {number}"}, f"Hi Guest {number}!")
        for number, guest_id in enumerate(guest_ids, start)
    ]


async def queue(
    database: Database, count: int = 3, **changes: Any
) -> tuple[Event, list[UUID], queueing.Queued]:
    """Make an event with guests and queue a send to all of them."""
    async with database.begin() as conn:
        event = await make_event(conn)
        ids = await make_guests(conn, event.id, count)
        queued = await queueing.queue_send(conn, new_send(event.id, **changes), new_invitations(ids))
    return event, ids, queued


async def claim(database: Database, limit: int = 100, sender: str = SENDER) -> list[Claim]:
    async with database.begin() as conn:
        return await claims.claim(conn, sender, limit, DESK)


def accepted(sid: str, status: str = "queued") -> Next:
    return Next(EngineState.ACCEPTED, 0, sid=sid, twilio_status=status)


async def accept_all(database: Database, prefix: str = "SM") -> list[Claim]:
    """Claim everything that is due and record that Twilio took it over, as SM0000, SM0001, …"""
    taken: list[Claim] = []
    while batch := await claim(database, 1_000):
        taken += batch
    async with database.begin() as conn:
        await claims.record(
            conn, [(one.token, accepted(f"{prefix}{number:04d}")) for number, one in enumerate(taken)]
        )
    return taken


async def column(database: Database, statement: str, **parameters: Any) -> list[Any]:
    async with database.read() as conn:
        return list((await conn.execute(text(statement), parameters)).scalars())


async def execute(database: Database, statement: str, **parameters: Any) -> None:
    async with database.begin() as conn:
        await conn.execute(text(statement), parameters)
