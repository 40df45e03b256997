"""How many people have been written to lately, over all events and numbers of the business."""

from typing import Final

from sqlalchemy import text

from waapp.db.engine import Connection

# What changed in the last 24 hours is found by event; a message that left then was changed then.
_PEOPLE: Final = text("""
SELECT count(DISTINCT i.recipient)
FROM events e CROSS JOIN LATERAL (
    SELECT i.recipient FROM whatsapp_invitations i
    WHERE i.event_id = e.id AND i.updated_at > clock_timestamp() AT TIME ZONE 'UTC' - interval '24 hours'
      AND NOT i.practice AND i.recipient IS NOT NULL
      AND (i.engine_state IN ('accepted', 'sending', 'unknown')
           AND COALESCE(i.sent_at, i.claimed_at) > clock_timestamp() AT TIME ZONE 'UTC' - interval '24 hours'
        OR i.engine_state = 'queued'
           AND COALESCE(i.next_retry_at, '-infinity') < clock_timestamp() AT TIME ZONE 'UTC' + interval '24 hours')
) i
""")


async def people_written_to(conn: Connection) -> int:
    """Return how many different people got a message in the last 24 hours, or are about to get one."""
    found: int = (await conn.execute(_PEOPLE)).scalar_one()
    return found
