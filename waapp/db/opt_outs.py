"""Addresses that must not be written to, for all events."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text

from waapp.db.engine import Connection

_ADD: Final = text("""
INSERT INTO whatsapp_opt_outs (address, source, reason, created_by) VALUES (:address, :source, :reason, :created_by)
ON CONFLICT (address) DO NOTHING
RETURNING address
""")

# What waits is cancelled when its turn comes; doing it here too takes it off the planner's screen at once.
_CANCEL_WAITING: Final = text("""
UPDATE whatsapp_invitations i
SET engine_state = 'cancelled', twilio_error_code = 'opted_out', next_retry_at = NULL, claimed_by = :created_by
FROM whatsapp_sends s
WHERE i.recipient = :address AND i.engine_state = 'queued' AND s.id = i.send_id
""")


_TOUCH_GUESTS: Final = text("""
UPDATE guests SET updated_at = clock_timestamp() AT TIME ZONE 'UTC' WHERE phone = :address
""")

_GET: Final = text("""
SELECT address, source, COALESCE(reason, ''), COALESCE(created_by, ''), created_at AT TIME ZONE 'UTC'
FROM whatsapp_opt_outs WHERE address = :address
""")


class OptOut(NamedTuple):
    """An address that must not be written to: since when (aware UTC), by whom it was noted, and why."""

    address: str
    source: str
    reason: str
    created_by: str
    created_at: datetime


async def get_opt_out(conn: Connection, address: str) -> OptOut | None:
    """Return what is known of an address that must not be written to; None when it may."""
    row = (await conn.execute(_GET, {"address": address})).one_or_none()
    return None if row is None else OptOut(*row)


async def list_addresses(conn: Connection) -> frozenset[str]:
    """Return all addresses that must not be written to."""
    return frozenset((await conn.execute(text("SELECT address FROM whatsapp_opt_outs"))).scalars())


async def add_opt_out(
    conn: Connection, address: str, *, source: str, reason: str = "", created_by: str = ""
) -> bool:
    """Write no more to an address, and cancel what waits for it; False when that was known already."""
    parameters = {"address": address, "source": source, "reason": reason, "created_by": created_by}
    added = (await conn.execute(_ADD, parameters)).one_or_none() is not None
    await conn.execute(_CANCEL_WAITING, {"address": address, "created_by": created_by})
    await conn.execute(_TOUCH_GUESTS, {"address": address})
    return added


async def remove_opt_out(conn: Connection, address: str) -> bool:
    """Allow an address again; what was cancelled stays so. False when it was allowed already."""
    statement = text("DELETE FROM whatsapp_opt_outs WHERE address = :address RETURNING address")
    removed = (await conn.execute(statement, {"address": address})).one_or_none() is not None
    await conn.execute(_TOUCH_GUESTS, {"address": address})
    return removed
