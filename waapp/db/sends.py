"""Sends: pausing and stopping them, and how far each has come."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from waapp.core.invitations import Send, SendState, SendSummary
from waapp.db.engine import Connection
from waapp.db.send_timing import waits_of
from waapp.db.sender_lock import lock_holder
from waapp.errors import UserError

UNDONE: Final = "undone"
"""The pause code of a stopped send that was withdrawn in its undo window."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Where the invitations of a send were at the moment it was paused or stopped; together they are all of it.

    `sent`: Twilio has taken them over (whatever became of them). `in_flight`: being posted right now, they will
    still go out. `unknown`: may or may not have been sent. `failed`: refused before they were sent.
    `never_left`: will not be sent, or not before the send is resumed.
    """

    sent: int
    in_flight: int
    unknown: int
    failed: int
    never_left: int


SEND_COLUMNS: Final = """
    s.id, s.event_id, s.template_id, s.template_name, s.template_version, s.sender, s.practice, s.planned_by,
    s.state, s.pause_code, s.rate, s.not_before AT TIME ZONE 'UTC' AS not_before,
    s.not_after AT TIME ZONE 'UTC' AS not_after, s.quiet_start, s.quiet_end, s.time_zone,
    s.created_at AT TIME ZONE 'UTC' AS created_at, s.updated_at AT TIME ZONE 'UTC' AS updated_at,
    s.undo_until AT TIME ZONE 'UTC' AS undo_until, s.test"""
"""What is read of a send `s`, for `as_send`."""

# Every row is in exactly one of the counts.
_COUNTS: Final = """
    count(i.id) AS total,
    count(*) FILTER (WHERE i.engine_state = 'queued') AS queued,
    count(*) FILTER (WHERE i.engine_state = 'sending') AS in_flight,
    count(*) FILTER (WHERE i.engine_state = 'unknown') AS unknown,
    count(*) FILTER (WHERE i.engine_state = 'accepted' AND COALESCE(i.twilio_status, '') NOT IN
        ('delivered', 'partially_delivered', 'read', 'failed', 'undelivered', 'canceled')) AS handed_over,
    count(*) FILTER (WHERE i.engine_state = 'accepted'
        AND i.twilio_status IN ('delivered', 'partially_delivered')) AS delivered,
    count(*) FILTER (WHERE i.engine_state = 'accepted' AND i.twilio_status = 'read') AS read,
    count(*) FILTER (WHERE i.engine_state = 'failed' OR i.engine_state = 'accepted'
        AND i.twilio_status IN ('failed', 'undelivered', 'canceled')) AS failed,
    count(*) FILTER (WHERE i.engine_state = 'cancelled') AS cancelled,
    count(*) FILTER (WHERE i.engine_state = 'queued'
        AND i.next_retry_at > clock_timestamp() AT TIME ZONE 'UTC') AS parked"""

_LOCK = text("SELECT s.state FROM whatsapp_sends s WHERE s.id = :id FOR NO KEY UPDATE")

_LOCK_ACTIVE = text("""
SELECT s.id FROM whatsapp_sends s
WHERE s.sender = :sender AND s.state = 'active'
ORDER BY s.id
FOR NO KEY UPDATE
""")

_LOCK_QUEUED_GUESTS = text("""
SELECT FROM guests g
WHERE g.id IN (SELECT guest_id FROM whatsapp_invitations
               WHERE send_id = :id AND engine_state = 'queued' AND NOT practice)
ORDER BY g.id
FOR NO KEY UPDATE
""")

_CANCEL_QUEUED = text("""
UPDATE whatsapp_invitations SET engine_state = 'cancelled', next_retry_at = NULL
WHERE send_id = :id AND engine_state = 'queued'
""")

_PARTITION = text("""
SELECT count(*) FILTER (WHERE engine_state = 'accepted') AS sent,
       count(*) FILTER (WHERE engine_state = 'sending') AS in_flight,
       count(*) FILTER (WHERE engine_state = 'unknown') AS unknown,
       count(*) FILTER (WHERE engine_state = 'failed') AS failed,
       count(*) FILTER (WHERE engine_state IN ('queued', 'cancelled')) AS never_left
FROM whatsapp_invitations WHERE send_id = :id
""")

_FINISH_DONE = text("""
UPDATE whatsapp_sends SET state = 'finished', pause_code = NULL
WHERE id IN (
    SELECT s.id FROM whatsapp_sends s
    WHERE s.sender = :sender AND s.state IN ('active', 'paused')
      AND NOT EXISTS (
          SELECT FROM whatsapp_invitations i
          WHERE i.send_id = s.id AND i.engine_state IN ('queued', 'sending', 'unknown'))
    ORDER BY s.id
    FOR NO KEY UPDATE)
RETURNING id
""")

_SET_STATE = text("UPDATE whatsapp_sends SET state = :state, pause_code = :code WHERE id = :id")

_SET_NOT_AFTER = text("""
UPDATE whatsapp_sends SET not_after = CAST(:not_after AS timestamptz) AT TIME ZONE 'UTC' WHERE id = :id
""")


async def get_send(conn: Connection, send_id: UUID) -> Send:
    """Return a send; raises `send_unknown`."""
    statement = text(f"SELECT {SEND_COLUMNS} FROM whatsapp_sends s WHERE s.id = :id")
    row = (await conn.execute(statement, {"id": send_id})).one_or_none()
    if row is None:
        raise UserError("send_unknown", send=send_id)
    return as_send(row)


async def list_sends(conn: Connection, event_id: UUID, practice: bool) -> list[SendSummary]:
    """Return an event's sends of one mode with their counts, newest first; without tests and what was undone."""
    return await _summaries(
        conn,
        "s.event_id = :event_id AND s.practice = :practice AND NOT s.test"
        f" AND s.pause_code IS DISTINCT FROM '{UNDONE}'",
        {"event_id": event_id, "practice": practice},
    )


async def list_open_sends(conn: Connection, sender: str) -> list[SendSummary]:
    """Return the active and paused sends of a number over all events, oldest first."""
    found = await _summaries(
        conn, "s.sender = :sender AND s.state IN ('active', 'paused')", {"sender": sender}
    )
    return found[::-1]


async def summary(conn: Connection, send_id: UUID) -> SendSummary:
    """Return a send with its counts, each invitation in exactly one of them; raises `send_unknown`."""
    found = await _summaries(conn, "s.id = :id", {"id": send_id})
    if not found:
        raise UserError("send_unknown", send=send_id)
    return found[0]


async def pause(conn: Connection, send_id: UUID, code: str) -> Stopped:
    """Let no further invitation of an active send be claimed; `code` says why ("planner", "63007", …).

    A send that is not active keeps its state. Raises `send_unknown`.
    """
    if await _lock(conn, send_id) is SendState.ACTIVE:
        await _set_state(conn, send_id, SendState.PAUSED, code)
    return await _partition(conn, send_id)


async def resume(conn: Connection, send_id: UUID, *, not_after: datetime | None = None) -> Stopped:
    """Let a paused send go on, with a new last moment when `not_after` names one.

    A send that is not paused keeps its state. Raises `send_unknown`.
    """
    if await _lock(conn, send_id) is SendState.PAUSED:
        await _set_state(conn, send_id, SendState.ACTIVE, None)
        if not_after is not None:
            await conn.execute(_SET_NOT_AFTER, {"id": send_id, "not_after": not_after})
    return await _partition(conn, send_id)


async def stop(conn: Connection, send_id: UUID) -> Stopped:
    """Cancel what has not left yet, for good, and return exactly what has.

    A finished send keeps its state. Raises `send_unknown`.
    """
    if await _lock(conn, send_id) in {SendState.ACTIVE, SendState.PAUSED}:
        await _set_state(conn, send_id, SendState.STOPPED, None)
        await conn.execute(_LOCK_QUEUED_GUESTS, {"id": send_id})
        await conn.execute(_CANCEL_QUEUED, {"id": send_id})
    return await _partition(conn, send_id)


async def pause_sender(conn: Connection, sender: str, code: str) -> list[UUID]:
    """Pause every active send of a number (trouble with the account concerns them all); return their ids."""
    sends = list((await conn.execute(_LOCK_ACTIVE, {"sender": sender})).scalars())
    for send_id in sends:
        await _set_state(conn, send_id, SendState.PAUSED, code)
    return sends


async def finish_done(conn: Connection, sender: str) -> list[UUID]:
    """Mark the number's open sends without an open invitation as finished; return their ids.

    Recording and settling do this as they go; this catches what came about in other ways, such as a guest that
    was deleted.
    """
    return list((await conn.execute(_FINISH_DONE, {"sender": sender})).scalars())


def as_send(row: Row[Any]) -> Send:
    """Return the send that `SEND_COLUMNS` have read."""
    fields: dict[str, Any] = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns
    fields.update(state=SendState(row.state), rate=float(row.rate))
    return Send(**fields)


async def _summaries(conn: Connection, condition: str, parameters: Mapping[str, object]) -> list[SendSummary]:
    statement = text(f"""
        SELECT {SEND_COLUMNS}, n.total, n.queued, n.in_flight, n.unknown, n.handed_over, n.delivered, n.read, n.failed,
               n.cancelled, n.parked, clock_timestamp() AS as_of
        FROM whatsapp_sends s CROSS JOIN LATERAL (
            SELECT {_COUNTS} FROM whatsapp_invitations i WHERE i.send_id = s.id
        ) n
        WHERE {condition}
        ORDER BY s.created_at DESC, s.id DESC""")
    rows = (await conn.execute(statement, parameters)).all()
    active = [row.id for row in rows if row.state == SendState.ACTIVE]
    waits = await waits_of(conn, active) if active else {}
    holders = {
        number: await lock_holder(conn, number)
        for number in {row.sender for row in rows if row.state in {SendState.ACTIVE, SendState.PAUSED}}
    }
    summaries = []
    for row in rows:
        fields: dict[str, Any] = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns
        counts = {name: fields.pop(name) for name in _COUNT_NAMES}
        as_of = fields.pop("as_of")
        fields.update(state=SendState(row.state), rate=float(row.rate))
        summaries.append(
            SendSummary(
                Send(**fields),
                **counts,
                waiting=waits.get(row.id),
                holder=holders.get(row.sender),
                as_of=as_of,
            )
        )
    return summaries


_COUNT_NAMES: Final = (
    "total", "queued", "in_flight", "unknown", "handed_over", "delivered", "read", "failed", "cancelled",
    "parked",
)  # fmt: skip


async def _lock(conn: Connection, send_id: UUID) -> SendState:
    state = (await conn.execute(_LOCK, {"id": send_id})).scalar_one_or_none()
    if state is None:
        raise UserError("send_unknown", send=send_id)
    return SendState(state)


async def _set_state(conn: Connection, send_id: UUID, state: SendState, code: str | None) -> None:
    await conn.execute(_SET_STATE, {"id": send_id, "state": state.value, "code": code})


async def _partition(conn: Connection, send_id: UUID) -> Stopped:
    row = (await conn.execute(_PARTITION, {"id": send_id})).one()
    return Stopped(row.sent, row.in_flight, row.unknown, row.failed, row.never_left)
