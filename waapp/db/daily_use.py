"""How many people have been written to lately, over all events and numbers of the business."""

from typing import Final

from sqlalchemy import text

from waapp.db.engine import Connection

# The clock in a query of its own: read once, so that an index can find what is younger.
_PEOPLE: Final = text("""
SELECT count(DISTINCT recipient) FROM (
    SELECT i.recipient FROM whatsapp_invitations i
    WHERE NOT i.practice AND i.claimed_at > (SELECT clock_timestamp() AT TIME ZONE 'UTC' - interval '24 hours')
      AND i.engine_state IN ('accepted', 'sending', 'unknown')
    UNION ALL
    SELECT i.recipient FROM whatsapp_sends s JOIN whatsapp_invitations i ON i.send_id = s.id
    WHERE s.state IN ('active', 'paused') AND NOT s.practice AND i.engine_state = 'queued'
      AND COALESCE(i.next_retry_at, '-infinity') < clock_timestamp() AT TIME ZONE 'UTC' + interval '24 hours'
) i
""")

_TAKE_TURNS: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('waapp daily use', 0))")


async def people_written_to(conn: Connection) -> int:
    """Return how many different people got a message in the last 24 hours, or are about to get one."""
    found: int = (await conn.execute(_PEOPLE)).scalar_one()
    return found


async def reserve(conn: Connection) -> int:
    """Return the same for whoever queues a share of the rest in this transaction: others wait for its end."""
    await conn.execute(_TAKE_TURNS)
    return await people_written_to(conn)
