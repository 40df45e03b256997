"""Invitations to read: lists, changes since a moment, the life of one, and who was invited before."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text

from waapp.core.invitations import Invitation, LogEntry
from waapp.core.plan import PriorInvitation
from waapp.core.status import EngineState
from waapp.core.waiting import WaitReason
from waapp.db.clock import Horizon, changed_since, look
from waapp.db.engine import Connection
from waapp.db.streaming import stream
from waapp.errors import UserError

# In the order of the fields of Invitation.
_COLUMNS: Final = """
    i.id, i.send_id, i.guest_id, i.event_id, g.name, COALESCE(i.recipient, g.phone, ''), i.template_name,
    COALESCE(i.template_version, 1), i.engine_state, i.twilio_status, i.twilio_message_sid, i.twilio_error_code,
    i.twilio_error_message, COALESCE(i.message_content, ''), i.practice, COALESCE(i.retry_count, 0),
    COALESCE(i.max_retries, 0), i.next_retry_at AT TIME ZONE 'UTC', i.looks, i.claimed_by,
    i.claimed_at AT TIME ZONE 'UTC', i.queued_at AT TIME ZONE 'UTC', i.sent_at AT TIME ZONE 'UTC',
    i.delivered_at AT TIME ZONE 'UTC', i.read_at AT TIME ZONE 'UTC', i.failed_at AT TIME ZONE 'UTC',
    i.updated_at AT TIME ZONE 'UTC',
    CASE WHEN i.retry_count = 0 THEN i.price ELSE (
        SELECT sum(p.price) FROM (
            SELECT i.price AS price
            UNION ALL SELECT a.price FROM whatsapp_attempts a WHERE a.invitation_id = i.id AND NOT a.adopted) p
    ) END,
    CASE WHEN i.retry_count = 0 THEN i.price_unit ELSE COALESCE(i.price_unit, (
        SELECT min(a.price_unit) FROM whatsapp_attempts a WHERE a.invitation_id = i.id)) END,
    i.wait_reason, NULLIF(i.next_look_at, '9999-12-31') AT TIME ZONE 'UTC',
    i.guest_time_zone, i.doubled, i.language, i.message_parts, i.test"""

NEWEST_FIRST: Final = """
    (i.engine_state = 'cancelled'), (i.merged_from <> '{}'), i.created_at DESC, i.id DESC"""
"""Which invitation a guest shows: one that was not withdrawn before any that was, the guest's own before those of
entries that became one with it, the newest."""

_FROM: Final = "FROM whatsapp_invitations i JOIN guests g ON g.id = i.guest_id"

_BY_EVENT: Final = f"""
SELECT {_COLUMNS} {_FROM}
WHERE i.event_id = %(event_id)s AND i.practice = %(practice)s
ORDER BY i.created_at DESC, i.id DESC
"""

_BY_SEND: Final = f"SELECT {_COLUMNS} {_FROM} WHERE i.send_id = %(send_id)s ORDER BY g.name, i.id"

_BY_ID: Final = f"SELECT {_COLUMNS} {_FROM} WHERE i.id = %(id)s"

_CHANGED: Final = f"""
SELECT {_COLUMNS} {_FROM}
WHERE i.event_id = %(event_id)s AND i.practice = %(practice)s
  AND {changed_since("i")}
"""

_LOG: Final = text("""
SELECT at AT TIME ZONE 'UTC', engine_state, twilio_status, error_code, detail, actor
FROM whatsapp_invitation_log WHERE invitation_id = :id ORDER BY id
""")

_PRIOR: Final = """
SELECT DISTINCT ON (i.guest_id)
    i.guest_id, i.engine_state, i.twilio_status,
    COALESCE(i.sent_at, i.queued_at, i.created_at) AT TIME ZONE 'UTC' AS at,
    COALESCE(s.planned_by, '') AS by,
    count(*) FILTER (WHERE i.engine_state = 'accepted'
        AND COALESCE(i.twilio_status, '') NOT IN ('failed', 'undelivered', 'canceled')) OVER (PARTITION BY i.guest_id)
FROM whatsapp_invitations i LEFT JOIN whatsapp_sends s ON s.id = i.send_id
WHERE i.event_id = %(event_id)s AND i.practice = %(practice)s AND NOT i.test
  -- Under whatever name: who got it before it was renamed has it all the same.
  AND i.template_name IN (
      SELECT name FROM whatsapp_templates WHERE id = %(template_id)s
      UNION SELECT name FROM whatsapp_template_versions WHERE template_id = %(template_id)s)
ORDER BY i.guest_id,
    -- What is on its way or has arrived counts before a later attempt that came to nothing.
    (i.engine_state IN ('failed', 'cancelled')
     OR i.engine_state = 'accepted' AND COALESCE(i.twilio_status, '') IN ('failed', 'undelivered', 'canceled')),
    i.created_at DESC, i.id DESC
"""


class InvitationChanges(NamedTuple):
    """The invitations that may have changed, how many there are in all, and the horizon of the next question.

    When `total` is not what the caller holds after merging, some were deleted: `list_invitations` tells which.
    """

    rows: list[Invitation]
    total: int
    horizon: Horizon


async def list_invitations(conn: Connection, event_id: UUID, practice: bool) -> list[Invitation]:
    """Return all invitations of an event in one mode, newest first."""
    return await _all(conn, _BY_EVENT, {"event_id": event_id, "practice": practice})


async def list_of_send(conn: Connection, send_id: UUID) -> list[Invitation]:
    """Return the invitations of a send, by guest name."""
    return await _all(conn, _BY_SEND, {"send_id": send_id})


async def get_invitation(conn: Connection, invitation_id: UUID) -> Invitation:
    """Return an invitation; raises `invitation_unknown`."""
    found = await _all(conn, _BY_ID, {"id": invitation_id})
    if not found:
        raise UserError("invitation_unknown", invitation=invitation_id)
    return found[0]


async def invitations_changed_since(
    conn: Connection, event_id: UUID, practice: bool, horizon: Horizon
) -> InvitationChanges:
    """Return the event's invitations that may have changed since a horizon; merge them by id."""
    seen = await look(conn)
    parameters = {"event_id": event_id, "practice": practice}
    rows = await _all(conn, _CHANGED, {**parameters, **horizon.parameters})
    count = text(
        "SELECT count(*) FROM whatsapp_invitations WHERE event_id = :event_id AND practice = :practice"
    )
    total = (await conn.execute(count, parameters)).scalar_one()
    return InvitationChanges(rows, total, horizon.after(seen))


async def get_log(conn: Connection, invitation_id: UUID) -> list[LogEntry]:
    """Return what happened to an invitation, oldest first."""
    result = await conn.execute(_LOG, {"id": invitation_id})
    return [LogEntry(at, EngineState(state), *rest) for at, state, *rest in result]


async def prior_invitations(
    conn: Connection, event_id: UUID, template_id: UUID, practice: bool
) -> dict[UUID, PriorInvitation]:
    """Return by guest the invitation with this template that counts.

    That is one on its way or arrived, before the newest of those that came to nothing.
    """
    parameters = {"event_id": event_id, "template_id": template_id, "practice": practice}
    return {
        guest_id: PriorInvitation(EngineState(state), word, at, by, taken)
        async for chunk in stream(conn, _PRIOR, parameters)
        for guest_id, state, word, at, by, taken in chunk
    }


async def _all(conn: Connection, query: str, parameters: dict[str, object]) -> list[Invitation]:
    return [_as_invitation(row) async for chunk in stream(conn, query, parameters) for row in chunk]


def _as_invitation(row: Iterable[Any]) -> Invitation:
    values = list(row)
    values[_STATE] = EngineState(values[_STATE])
    if values[_WAIT_REASON] is not None:
        values[_WAIT_REASON] = WaitReason(values[_WAIT_REASON])
    return Invitation(*values)


_STATE: Final = list(Invitation.__dataclass_fields__).index("engine_state")
_WAIT_REASON: Final = list(Invitation.__dataclass_fields__).index("wait_reason")
