"""When queued sends may go: what is ready, when the next goes, undoing one, and asking about one that is too late.

All of it by the database's clock. Whoever locks several sends does so in the order of their ids.
"""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from waapp.core.invitations import SendState
from waapp.core.waiting import Hours, Waiting, WaitReason
from waapp.db.engine import Connection
from waapp.errors import UserError

# A desk that vanishes in the middle of a transaction must not hold up the one that takes over. When it ends, another
# of its own may get the locks that it was waiting for: two of them last no longer than such a desk keeps the number.
NOT_IDLE: Final = "set_config('idle_in_transaction_session_timeout', '3s', true)"

_HOURS: Final = """
    s.time_zone, s.guest_zones, s.undo_until AT TIME ZONE 'UTC' AS undo_until,
    s.not_before AT TIME ZONE 'UTC' AS not_before, s.not_after AT TIME ZONE 'UTC' AS not_after,
    s.quiet_start, s.quiet_end"""

_ACTIVE: Final = text(f"""
WITH ready AS MATERIALIZED (
    SELECT s.id, {_HOURS}, {NOT_IDLE}
    FROM whatsapp_sends s
    WHERE s.sender = :sender AND s.state = 'active'
    ORDER BY s.id
    FOR NO KEY UPDATE OF s
)
SELECT *, clock_timestamp() AS now FROM ready
""")

# The first row of each open send, by when it is due.
_FIRST_DUE: Final = f"""
SELECT s.id, clock_timestamp() AS now, {_HOURS}, first.due_at AT TIME ZONE 'UTC' AS due_at, first.wait_reason
FROM whatsapp_sends s CROSS JOIN LATERAL (
    SELECT i.next_retry_at AS due_at, i.wait_reason
    FROM whatsapp_invitations i
    WHERE i.send_id = s.id AND i.engine_state = 'queued'
    ORDER BY COALESCE(i.next_retry_at, '-infinity'), i.id
    LIMIT 1
) first
"""

_NEXT_OF_SENDER: Final = text(f"{_FIRST_DUE} WHERE s.sender = :sender AND s.state = 'active'")

_NEXT_OF_SENDS: Final = text(f"{_FIRST_DUE} WHERE s.id = ANY(:sends) AND s.state = 'active'")

# What is left of a send that only waits for answers is not late: it has left.
_PAUSE_LATE: Final = text("""
UPDATE whatsapp_sends SET state = 'paused', pause_code = 'too_late'
WHERE id IN (
    SELECT s.id FROM whatsapp_sends s
    WHERE s.sender = :sender AND s.state = 'active' AND s.not_after <= clock_timestamp() AT TIME ZONE 'UTC'
      AND EXISTS (SELECT FROM whatsapp_invitations i WHERE i.send_id = s.id AND i.engine_state = 'queued')
    ORDER BY s.id
    FOR NO KEY UPDATE)
RETURNING id
""")

_LOCK: Final = text("""
SELECT s.state, s.pause_code, clock_timestamp() AS now FROM whatsapp_sends s WHERE s.id = :id FOR NO KEY UPDATE
""")

_EXTEND: Final = text("""
UPDATE whatsapp_sends
SET not_after = CAST(:not_after AS timestamptz) AT TIME ZONE 'UTC',
    state = CASE WHEN state = 'paused' AND pause_code = 'too_late' THEN 'active' ELSE state END,
    pause_code = CASE WHEN state = 'paused' AND pause_code <> 'too_late' THEN pause_code END
WHERE id = :id
""")

_UNDO: Final = text("SELECT waapp_undo_send(:id)")

_SEND_NOW: Final = text("""
UPDATE whatsapp_sends SET undo_until = NULL WHERE id = :id AND undo_until > clock_timestamp() AT TIME ZONE 'UTC'
""")

_TROUBLE: Final = text("""
SELECT s.pause_code FROM whatsapp_sends s
WHERE s.sender = :sender AND s.state = 'paused' AND s.pause_code ~ '^[0-9]+$'
ORDER BY s.updated_at DESC, s.id
LIMIT 1
""")

_RESUME_AFTER_REPAIR: Final = text("""
UPDATE whatsapp_sends SET state = 'active', pause_code = NULL
WHERE id IN (
    SELECT s.id FROM whatsapp_sends s
    WHERE s.sender = :sender AND s.state = 'paused' AND s.pause_code ~ '^[0-9]+$'
    ORDER BY s.id
    FOR NO KEY UPDATE)
RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Ready:
    """An active send whose rows may be claimed now, except those of guests in a zone where it is quiet.

    `asleep` says until when it is quiet there.
    """

    id: UUID
    time_zone: str
    asleep: Mapping[str, datetime]


async def lock_ready(conn: Connection, sender: str) -> list[Ready]:
    """Lock the number's active sends and return those that may go now; what is too late is paused to be asked about."""
    ready: list[Ready] = []
    late = False
    for row in (await conn.execute(_ACTIVE, {"sender": sender})).all():
        hours = _hours(row)
        if hours.is_late(row.now):
            late = True
        elif hours.opens(row.now) is None:
            ready.append(Ready(row.id, hours.time_zone, hours.asleep(row.now)))
    if late:
        await pause_late(conn, sender)
    return ready


async def next_due(conn: Connection, sender: str) -> float | None:
    """Return the seconds until an invitation of this number may be claimed, 0 when one may be now.

    The end of quiet hours, of an undo window and "not before" count. None: nothing waits, or what waits is paused
    or will be too late.
    """
    waits = []
    for row in (await conn.execute(_NEXT_OF_SENDER, {"sender": sender})).all():
        waiting = _waiting(row)
        at = row.now if waiting is None else waiting.at
        if row.not_after is None or at < row.not_after:
            waits.append((at - row.now).total_seconds())
    return min(waits, default=None)


async def waits_of(conn: Connection, sends: list[UUID]) -> dict[UUID, Waiting]:
    """Return those of the sends that are active but have nothing to send now: until when, and why."""
    rows = (await conn.execute(_NEXT_OF_SENDS, {"sends": sends})).all()
    return {row.id: waiting for row in rows if (waiting := _waiting(row)) is not None}


async def pause_late(conn: Connection, sender: str) -> list[UUID]:
    """Pause the number's active sends whose last moment has passed, with the code `too_late`; return their ids.

    The planner is asked: `extend` it, or `sends.stop` it. Nothing stale leaves by itself.
    """
    return list((await conn.execute(_PAUSE_LATE, {"sender": sender})).scalars())


async def extend(conn: Connection, send_id: UUID, not_after: datetime | None) -> None:
    """Give a send another last moment (None: no end); one that was paused for being too late goes on.

    Raises `send_unknown`, and `not_after_past` when that moment has passed already.
    """
    row = await _lock(conn, send_id)
    if not_after is not None and not_after <= row.now:
        raise UserError("not_after_past")
    if SendState(row.state) in {SendState.ACTIVE, SendState.PAUSED}:
        await conn.execute(_EXTEND, {"id": send_id, "not_after": not_after})


async def undo(conn: Connection, send_id: UUID) -> None:
    """Withdraw a send in its undo window as if it had never been queued.

    Its invitations are gone, its guests show what they showed before, and the send itself stays as stopped with
    the pause code `undone`. Raises `send_unknown`, and `undo_too_late` when the window is over.
    """
    await _lock(conn, send_id)
    if not (await conn.execute(_UNDO, {"id": send_id})).scalar_one():
        raise UserError("undo_too_late")


async def send_now(conn: Connection, send_id: UUID) -> None:
    """End a send's undo window before its time; without one nothing happens. Raises `send_unknown`."""
    await _lock(conn, send_id)
    await conn.execute(_SEND_NOW, {"id": send_id})


async def account_trouble(conn: Connection, sender: str) -> str | None:
    """Return Twilio's code for which the number's sends stand paused: trouble with the account, or None."""
    return (await conn.execute(_TROUBLE, {"sender": sender})).scalar_one_or_none()


async def resume_after_repair(conn: Connection, sender: str) -> list[UUID]:
    """Let all sends of a number go on that were paused for trouble with the account; return their ids."""
    return list((await conn.execute(_RESUME_AFTER_REPAIR, {"sender": sender})).scalars())


async def _lock(conn: Connection, send_id: UUID) -> Row[Any]:
    row = (await conn.execute(_LOCK, {"id": send_id})).one_or_none()
    if row is None:
        raise UserError("send_unknown", send=send_id)
    return row


def _hours(row: Row[Any]) -> Hours:
    return Hours(
        row.time_zone,
        tuple(row.guest_zones),
        row.undo_until,
        row.not_before,
        row.not_after,
        row.quiet_start,
        row.quiet_end,
    )


def _waiting(row: Row[Any]) -> Waiting | None:
    reason = None if row.wait_reason is None else WaitReason(row.wait_reason)
    return _hours(row).next_leaves(row.now, row.due_at, reason)
