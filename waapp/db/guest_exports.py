"""What became of each guest's newest invitation, for a list that leaves the program."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from waapp.core.guests import shown_state
from waapp.core.status import EngineState, Shown
from waapp.db.engine import Connection
from waapp.db.invitations import NEWEST_FIRST
from waapp.db.streaming import stream

_NEWEST: Final = f"""
SELECT DISTINCT ON (i.guest_id)
    i.guest_id, i.engine_state, i.twilio_status, i.next_retry_at IS NOT NULL, i.twilio_error_code,
    i.twilio_error_message, i.sent_at AT TIME ZONE 'UTC', i.delivered_at AT TIME ZONE 'UTC',
    i.read_at AT TIME ZONE 'UTC'
FROM whatsapp_invitations i
WHERE i.event_id = %(event_id)s AND i.practice = %(practice)s AND NOT i.test
ORDER BY i.guest_id, {NEWEST_FIRST}
"""


class Outcome(NamedTuple):
    """What became of an invitation. Times are aware UTC; code and message are as stored."""

    shown: Shown
    error_code: str | None
    error_message: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None


async def newest_outcomes(conn: Connection, event_id: UUID, practice: bool) -> dict[UUID, Outcome]:
    """Return by guest what became of the newest invitation of the mode; who has none is not among them."""
    return {
        guest_id: Outcome(shown_state(EngineState(state), word, waits), *rest)
        async for chunk in stream(conn, _NEWEST, {"event_id": event_id, "practice": practice})
        for guest_id, state, word, waits, *rest in chunk
    }
