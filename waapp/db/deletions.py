"""What was deleted and is still kept: guests and events to be put back, and the proof of what was sent."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

from typing import Final
from uuid import UUID

from sqlalchemy import text

from waapp.core.deletions import KEPT_FOR, DeletedEvent, DeletedGuest
from waapp.core.events import Event
from waapp.db.engine import Connection
from waapp.db.events import EVENT_COLUMNS
from waapp.db.streaming import stream

# The name of a connection is waapp/ and who uses it.
# In the order of the fields of DeletedGuest: who can come back, then those of whom only the proof of a message is left.
_GUESTS: Final = """
SELECT d.guest_id, d.event_id, COALESCE(e.name, gone.content ->> 'name', ''), COALESCE(d.content ->> 'name', ''),
    COALESCE(d.content ->> 'phone', ''), COALESCE(d.content ->> 'email', ''), d.deleted_at AT TIME ZONE 'UTC',
    regexp_replace(d.deleted_by, '^waapp/', ''), (d.deleted_at + CAST(%(kept_for)s AS interval)) AT TIME ZONE 'UTC',
    COALESCE(p.messages, 0), e.id IS NULL
FROM waapp_deleted_rows d
    LEFT JOIN events e ON e.id = d.event_id
    LEFT JOIN waapp_deleted_rows gone ON gone.event_id = d.event_id AND gone.table_name = 'events'
    LEFT JOIN (SELECT guest_id, count(*) AS messages FROM whatsapp_proofs GROUP BY guest_id) p
        ON p.guest_id = d.guest_id
WHERE d.table_name = 'guests' AND (CAST(%(event_id)s AS uuid) IS NULL OR d.event_id = %(event_id)s)
  AND d.deleted_at >= clock_timestamp() AT TIME ZONE 'UTC' - CAST(%(kept_for)s AS interval)
  AND NOT EXISTS (SELECT FROM guests g WHERE g.id = d.guest_id)
UNION ALL
SELECT p.guest_id, p.event_id, COALESCE(e.name, max(p.event_name)), max(p.guest_name), COALESCE(max(p.recipient), ''),
    '', max(p.kept_at) AT TIME ZONE 'UTC', regexp_replace(max(p.kept_by), '^waapp/', ''),
    CAST(NULL AS timestamptz), count(*), e.id IS NULL
FROM whatsapp_proofs p LEFT JOIN events e ON e.id = p.event_id
WHERE p.erased_at IS NULL AND (CAST(%(event_id)s AS uuid) IS NULL OR p.event_id = %(event_id)s)
  AND NOT EXISTS (SELECT FROM guests g WHERE g.id = p.guest_id)
  AND NOT EXISTS (
      SELECT FROM waapp_deleted_rows d
      WHERE d.guest_id = p.guest_id AND d.table_name = 'guests'
        AND d.deleted_at >= clock_timestamp() AT TIME ZONE 'UTC' - CAST(%(kept_for)s AS interval))
GROUP BY p.guest_id, p.event_id, e.id, e.name
"""

_EVENTS: Final = text(f"""
SELECT {EVENT_COLUMNS}, d.deleted_at AT TIME ZONE 'UTC', regexp_replace(d.deleted_by, '^waapp/', ''),
    (SELECT count(*) FROM waapp_deleted_rows g
     WHERE g.event_id = d.event_id AND g.table_name = 'guests' AND g.with_event)
FROM waapp_deleted_rows d CROSS JOIN LATERAL jsonb_populate_record(NULL::events, d.content) e
WHERE d.table_name = 'events' AND NOT EXISTS (SELECT FROM events live WHERE live.id = d.event_id)
  AND d.deleted_at >= clock_timestamp() AT TIME ZONE 'UTC' - CAST(:kept_for AS interval)
ORDER BY d.deleted_at DESC
""")


async def list_deleted_guests(conn: Connection, event_id: UUID | None = None) -> list[DeletedGuest]:
    """Return the guests on no list any more of whom something is kept, of one event or of all; the newest first."""
    query = {"event_id": event_id, "kept_for": KEPT_FOR}
    rows = [DeletedGuest(*row) async for chunk in stream(conn, _GUESTS, query) for row in chunk]
    return sorted(rows, key=lambda row: (row.deleted_at, row.id), reverse=True)


async def list_deleted_events(conn: Connection) -> list[DeletedEvent]:
    """Return the events that can be put back, the last deleted first."""
    return [
        DeletedEvent(Event(*row[:-3]), row[-1], row[-3], row[-2])
        for row in await conn.execute(_EVENTS, {"kept_for": KEPT_FOR})
    ]


async def forget_event(conn: Connection, event_id: UUID) -> None:
    """Forget a deleted event and its guests at once; the proof of what was sent stays."""
    await conn.execute(text("SELECT waapp_forget_event(:id)"), {"id": event_id})


async def forget_old(conn: Connection) -> int:
    """Forget what was deleted longer ago than it is kept; return how many rows that were."""
    return int((await conn.execute(text("SELECT waapp_forget_deleted()"))).scalar_one())
