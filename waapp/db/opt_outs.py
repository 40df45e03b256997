"""Addresses that must not be written to, for all events."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text

from waapp.db.engine import Connection

_ADD: Final = text("""
INSERT INTO whatsapp_opt_outs (address, source, reason, created_by, created_at)
SELECT o.address, o.source, o.reason, o.created_by,
    COALESCE(o.created_at AT TIME ZONE 'UTC', clock_timestamp() AT TIME ZONE 'UTC')
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS o(address text, source text, reason text, created_by text, created_at timestamptz)
ORDER BY o.address
ON CONFLICT (address) DO NOTHING
RETURNING address
""")

# What waits is cancelled when its turn comes; doing it here too takes it off the planner's screen at once.
_CANCEL_WAITING: Final = text("""
UPDATE whatsapp_invitations i
SET engine_state = 'cancelled', twilio_error_code = 'opted_out', next_retry_at = NULL, claimed_by = :desk
FROM whatsapp_sends s
WHERE i.recipient = ANY(:addresses) AND i.engine_state = 'queued' AND s.id = i.send_id
RETURNING i.id
""")

# As the owner of the tables, who keeps what was lifted, by whom and when.
_LIFT: Final = text("SELECT waapp_lift_opt_outs(CAST(:addresses AS text[]), :desk)")

# Every desk that shows one of them looks again.
_TOUCH_GUESTS: Final = text("""
UPDATE guests SET updated_at = clock_timestamp() AT TIME ZONE 'UTC' WHERE phone = ANY(:addresses)
""")

_GET: Final = text("""
SELECT address, source, COALESCE(reason, ''), COALESCE(created_by, ''), created_at AT TIME ZONE 'UTC'
FROM whatsapp_opt_outs WHERE address = ANY(:addresses) ORDER BY address
""")

PLANNER: Final = "planner"
"""The source of an opt-out that a planner has noted; any other one is the person's own act."""


class OptOut(NamedTuple):
    """An address that must not be written to: since when (aware UTC), by whom it was noted, and why.

    One without `created_at` is noted now.
    """

    address: str
    source: str
    reason: str = ""
    created_by: str = ""
    created_at: datetime | None = None


class Noted(NamedTuple):
    """The addresses that were not known before, and how many messages to any of them were cancelled."""

    added: frozenset[str]
    cancelled: int


async def get_opt_out(conn: Connection, address: str) -> OptOut | None:
    """Return what is known of an address that must not be written to; None when it may."""
    return (await get_opt_outs(conn, [address])).get(address)


async def get_opt_outs(conn: Connection, addresses: Collection[str]) -> dict[str, OptOut]:
    """Return what is known of those of the addresses that must not be written to."""
    rows = await conn.execute(_GET, {"addresses": list(addresses)})
    return {row[0]: OptOut(*row) for row in rows}


async def list_addresses(conn: Connection) -> frozenset[str]:
    """Return all addresses that must not be written to."""
    return frozenset((await conn.execute(text("SELECT address FROM whatsapp_opt_outs"))).scalars())


async def add_opt_out(
    conn: Connection, address: str, *, source: str, reason: str = "", created_by: str = ""
) -> bool:
    """Write no more to an address, and cancel what waits for it; False when that was known already."""
    noted = await add_opt_outs(conn, [OptOut(address, source, reason, created_by)], desk=created_by)
    return address in noted.added


async def add_opt_outs(conn: Connection, stops: Iterable[OptOut], *, desk: str) -> Noted:
    """Write no more to addresses, and cancel what waits for them; what is noted of one already stays."""
    rows = [stop._asdict() for stop in stops]
    addresses = [row["address"] for row in rows]
    stored = json.dumps(rows, default=datetime.isoformat, ensure_ascii=False)
    added = frozenset((await conn.execute(_ADD, {"rows": stored})).scalars())
    cancelled = (await conn.execute(_CANCEL_WAITING, {"addresses": addresses, "desk": desk})).all()
    await conn.execute(_TOUCH_GUESTS, {"addresses": addresses})
    return Noted(added, len(cancelled))


async def lift_opt_outs(conn: Connection, addresses: Collection[str], *, desk: str) -> frozenset[str]:
    """Allow addresses again, on the record of `desk`; what was cancelled stays so.

    Returns those that were not allowed before.
    """
    parameters = {"addresses": list(addresses), "desk": desk}
    lifted = frozenset((await conn.execute(_LIFT, parameters)).scalars())
    await conn.execute(_TOUCH_GUESTS, {"addresses": list(addresses)})
    return lifted
