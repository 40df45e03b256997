"""Which lines have something to send, to follow or to settle, and who is doing it."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

from typing import Final

from sqlalchemy import text

from waapp.core.lines import OpenLine
from waapp.db.engine import Connection
from waapp.db.sender_lock import lock_holder

_FOLLOWED: Final = """
    i.engine_state = 'accepted' AND i.twilio_message_sid IS NOT NULL
    AND COALESCE(i.twilio_status, 'accepted')
        NOT IN ('read', 'failed', 'undelivered', 'canceled', 'partially_delivered')
"""

# Of the many messages that are followed the index is asked for one of each line: step by step, never all of them.
# What only a planner can settle any more has no look that comes.
_OPEN: Final = text(f"""
WITH RECURSIVE followed AS (
    (SELECT i.sender FROM whatsapp_invitations i WHERE {_FOLLOWED} AND i.sender IS NOT NULL ORDER BY i.sender LIMIT 1)
    UNION ALL
    SELECT (SELECT i.sender FROM whatsapp_invitations i WHERE {_FOLLOWED} AND i.sender > f.sender
            ORDER BY i.sender LIMIT 1)
    FROM followed f WHERE f.sender IS NOT NULL
), line AS (
    SELECT s.sender, min(s.rate) AS rate FROM whatsapp_sends s WHERE s.state = 'active' GROUP BY s.sender
    UNION ALL
    SELECT i.sender, NULL FROM whatsapp_invitations i
    WHERE i.engine_state IN ('sending', 'unknown')
      AND (i.engine_state = 'sending' OR i.next_look_at IS DISTINCT FROM timestamp '9999-12-31')
    UNION ALL
    SELECT f.sender, NULL FROM followed f
    WHERE EXISTS (SELECT FROM whatsapp_invitations i
                  WHERE {_FOLLOWED} AND i.sender = f.sender
                    AND i.sent_at > statement_timestamp() AT TIME ZONE 'UTC' - interval '30 days')
)
SELECT l.sender AS key, CAST(min(l.rate) AS double precision) AS rate
FROM line l WHERE l.sender IS NOT NULL
GROUP BY l.sender ORDER BY l.sender
""")


async def open_lines(conn: Connection) -> list[OpenLine]:
    """Return every line with something to do, practice's too, each with the desk that does it."""
    rows = (await conn.execute(_OPEN)).all()
    # Who sends matters where something is to be sent.
    return [
        OpenLine(row.key, row.rate, None if row.rate is None else await lock_holder(conn, row.key))
        for row in rows
    ]
