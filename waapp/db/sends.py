"""Sends: freezing a plan into rows, pausing, stopping, and how far each send has come."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from waapp.core.events import is_time_zone
from waapp.core.invitations import NewInvitation, Send, SendState, SendSummary
from waapp.core.waiting import other_zones
from waapp.db.engine import Connection
from waapp.db.send_timing import waits_of
from waapp.db.sender_lock import lock_holder
from waapp.errors import UserError

# Enough for one statement to be cheap, few enough that preparing them does not hold the window up.
_CHUNK: Final = 1000

UNDONE: Final = "undone"
"""The pause code of a stopped send that was withdrawn in its undo window."""

# Invitation `i` may still leave (or may have left, which nobody knows): never doubled, not even on request.
_IN_PROGRESS: Final = "i.engine_state IN ('queued', 'sending', 'unknown')"
_ARRIVED: Final = """i.engine_state = 'accepted'
        AND COALESCE(i.twilio_status, '') NOT IN ('failed', 'undelivered', 'canceled')"""


@dataclass(frozen=True, slots=True)
class NewSend:
    """What is frozen of a press of Send.

    `id` is made by whoever plans: queueing the same id again (after a commit whose outcome was lost) adds
    nothing. `sender` is the key of the line that it leaves from (`core.lines`). Quiet hours are
    wall-clock times where a guest is, and in `time_zone` for those of whom that is not known. Nothing leaves
    for the first `undo_seconds`.
    """

    id: UUID
    event_id: UUID
    template_id: UUID | None
    template_name: str
    template_version: int
    sender: str
    practice: bool
    planned_by: str
    rate: float
    not_before: datetime | None = None
    not_after: datetime | None = None
    quiet_start: time | None = None
    quiet_end: time | None = None
    time_zone: str = "UTC"
    max_retries: int = 3
    undo_seconds: float = 0.0
    test: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """A send as queued: how many guests it goes to, and the guests that were left out at the last moment.

    They were invited with this template meanwhile, opted out or were deleted.
    """

    send: Send
    count: int
    skipped: tuple[UUID, ...] = ()


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


_COLUMNS: Final = """
    s.id, s.event_id, s.template_id, s.template_name, s.template_version, s.sender, s.practice, s.planned_by,
    s.state, s.pause_code, s.rate, s.not_before AT TIME ZONE 'UTC' AS not_before,
    s.not_after AT TIME ZONE 'UTC' AS not_after, s.quiet_start, s.quiet_end, s.time_zone,
    s.created_at AT TIME ZONE 'UTC' AS created_at, s.updated_at AT TIME ZONE 'UTC' AS updated_at,
    s.undo_until AT TIME ZONE 'UTC' AS undo_until, s.test"""

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

_INSERT_SEND = text(f"""
INSERT INTO whatsapp_sends AS s (id, event_id, template_id, template_name, template_version, sender, practice,
    planned_by, state, rate, not_before, not_after, quiet_start, quiet_end, time_zone, guest_zones, undo_until,
    test)
VALUES (:id, :event_id, (SELECT id FROM whatsapp_templates WHERE id = :template_id), :template_name,
    :template_version, :sender, :practice, :planned_by, 'active', :rate,
    CAST(:not_before AS timestamptz) AT TIME ZONE 'UTC', CAST(:not_after AS timestamptz) AT TIME ZONE 'UTC',
    :quiet_start, :quiet_end, :time_zone, :guest_zones,
    CASE WHEN :undo_seconds > 0
        THEN clock_timestamp() AT TIME ZONE 'UTC' + make_interval(secs => :undo_seconds) END, :test)
ON CONFLICT (id) DO NOTHING
RETURNING {_COLUMNS}
""")

# Two planners who press Send for the same template and event come one after the other; the second one's next
# statement sees what the first has written.
_QUEUE_FOR_TEMPLATE = text("""
SELECT pg_advisory_xact_lock(hashtextextended(
    concat_ws(' ', 'waapp plan', CAST(:event_id AS text), CAST(:template_key AS text), CAST(:practice AS text)), 0))
""")

# Who got a template before it was renamed has it all the same.
_EARLIER_NAMES = text("SELECT DISTINCT name FROM whatsapp_template_versions WHERE template_id = :template_id")

_INSERT_INVITATIONS = text(f"""
INSERT INTO whatsapp_invitations (id, send_id, guest_id, event_id, template_name, template_version, sender, practice,
    recipient, template_variables, message_content, content_sid, content_variables, engine_state, max_retries,
    queued_at, next_retry_at, wait_reason, guest_time_zone, prior_status, prior_method, prior_sent_at, test, language,
    template_version_id, message_parts)
SELECT gen_random_uuid(), :send_id, n.guest_id, :event_id, :template_name,
    COALESCE(n.template_version, :template_version), :sender, :practice,
    n.recipient, CAST(n.variables AS jsonb), n.body, n.content_sid, CAST(n.content_variables AS jsonb),
    'queued', :max_retries, clock_timestamp() AT TIME ZONE 'UTC',
    CASE WHEN n.wait > 0 THEN clock_timestamp() AT TIME ZONE 'UTC' + make_interval(secs => n.wait) END,
    CASE WHEN n.wait > 0 THEN n.wait_reason END, n.time_zone,
    g.invitation_status, g.invitation_method, g.invitation_sent_at, :test, n.language,
    v.id, CAST(n.parts AS jsonb)
FROM unnest(CAST(:guest_ids AS uuid[]), CAST(:recipients AS text[]), CAST(:variables AS text[]),
            CAST(:bodies AS text[]), CAST(:content_sids AS text[]), CAST(:content_variables AS text[]),
            CAST(:waits AS double precision[]), CAST(:wait_reasons AS text[]), CAST(:time_zones AS text[]),
            CAST(:languages AS text[]), CAST(:versions AS integer[]), CAST(:version_ids AS uuid[]),
            CAST(:parts AS text[]), CAST(:announced AS integer[]))
         AS n(guest_id, recipient, variables, body, content_sid, content_variables, wait, wait_reason, time_zone,
              language, template_version, version_id, parts, announced)
     JOIN guests g ON g.id = n.guest_id AND g.event_id = :event_id
     LEFT JOIN whatsapp_template_versions v ON v.id = n.version_id
     LEFT JOIN (
         SELECT i.guest_id, count(*) AS taken FROM whatsapp_invitations i
         WHERE NOT :test AND i.guest_id = ANY(CAST(:guest_ids AS uuid[])) AND i.practice = :practice AND NOT i.test
           AND i.template_name = ANY(CAST(:template_names AS varchar[]))
           AND {_ARRIVED}
         GROUP BY i.guest_id
     ) had ON had.guest_id = n.guest_id
WHERE NOT EXISTS (SELECT FROM whatsapp_opt_outs o WHERE o.address = n.recipient)
  -- Not "a test, or nothing exists": beside an OR each guest's rows are not looked up, but all there are read.
  AND NOT EXISTS (
      SELECT FROM whatsapp_invitations i
      WHERE NOT :test AND i.guest_id = n.guest_id AND i.practice = :practice AND NOT i.test
        AND i.template_name = ANY(CAST(:template_names AS varchar[]))
        AND {_IN_PROGRESS})
  -- Somebody may have invited them since the planner saw how often they were.
  AND n.announced >= COALESCE(had.taken, 0)
ORDER BY g.id
FOR KEY SHARE OF g
ON CONFLICT DO NOTHING
RETURNING guest_id
""")

_GUESTS_OF_SEND = text("SELECT guest_id FROM whatsapp_invitations WHERE send_id = :send_id")

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


async def queue_send(
    conn: Connection,
    plan: NewSend,
    invitations: Sequence[NewInvitation],
) -> Queued:
    """Write a send and one row per guest; call it in a transaction of its own.

    A guest who meanwhile has an invitation of this template in this mode is skipped: always when it may still
    leave or nobody knows whether it did, and when Twilio has more of them than were `announced`. Raises
    `nobody_left` when that leaves no guest (the transaction must then be rolled back), `send_undone` when this
    send has been undone meanwhile, and `time_zone_unknown` for quiet hours in a zone that nobody knows.
    """
    key = {"event_id": plan.event_id, "practice": plan.practice}
    template_key = str(plan.template_id or plan.template_name)
    await conn.execute(_QUEUE_FOR_TEMPLATE, {**key, "template_key": template_key})
    earlier = await conn.execute(_EARLIER_NAMES, {"template_id": plan.template_id})
    has_quiet_hours = plan.quiet_start is not None and plan.quiet_end is not None
    if has_quiet_hours and not is_time_zone(plan.time_zone):
        raise UserError("time_zone_unknown", zone=plan.time_zone)
    row = (await conn.execute(_INSERT_SEND, _send_parameters(plan, invitations))).one_or_none()
    if row is None:
        return await _queued_before(conn, plan.id, invitations)
    shared = {
        **key,
        "template_name": plan.template_name,
        "template_names": list({plan.template_name, *earlier.scalars()}),
        "send_id": plan.id,
        "template_version": plan.template_version,
        "sender": plan.sender,
        "max_retries": plan.max_retries,
        "test": plan.test,
    }
    written: set[UUID] = set()
    # In the order in which everybody locks guests.
    in_order = sorted(invitations, key=lambda new: new.guest_id)
    for start in range(0, len(in_order), _CHUNK):
        columns = _invitation_columns(in_order[start : start + _CHUNK])
        written.update((await conn.execute(_INSERT_INVITATIONS, {**shared, **columns})).scalars())
        await asyncio.sleep(0)
    if not written:
        raise UserError("nobody_left", template=plan.template_name)
    skipped = tuple(new.guest_id for new in invitations if new.guest_id not in written)
    return Queued(_as_send(row), len(written), skipped)


async def get_send(conn: Connection, send_id: UUID) -> Send:
    """Return a send; raises `send_unknown`."""
    statement = text(f"SELECT {_COLUMNS} FROM whatsapp_sends s WHERE s.id = :id")
    row = (await conn.execute(statement, {"id": send_id})).one_or_none()
    if row is None:
        raise UserError("send_unknown", send=send_id)
    return _as_send(row)


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


def _send_parameters(plan: NewSend, invitations: Sequence[NewInvitation]) -> dict[str, object]:
    return {
        "id": plan.id,
        "event_id": plan.event_id,
        "template_id": plan.template_id,
        "template_name": plan.template_name,
        "template_version": plan.template_version,
        "sender": plan.sender,
        "practice": plan.practice,
        "planned_by": plan.planned_by,
        "rate": plan.rate,
        "not_before": plan.not_before,
        "not_after": plan.not_after,
        "quiet_start": plan.quiet_start,
        "quiet_end": plan.quiet_end,
        "time_zone": plan.time_zone,
        "guest_zones": list(other_zones(plan.time_zone, (new.time_zone for new in invitations))),
        "undo_seconds": plan.undo_seconds,
        "test": plan.test,
    }


def _invitation_columns(invitations: Sequence[NewInvitation]) -> dict[str, list[Any]]:
    return {
        "guest_ids": [new.guest_id for new in invitations],
        "recipients": [new.recipient for new in invitations],
        "variables": [_json(new.variables) for new in invitations],
        "bodies": [new.body for new in invitations],
        "content_sids": [new.content_sid for new in invitations],
        "content_variables": [
            None if new.content_variables is None else _json(new.content_variables) for new in invitations
        ],
        "waits": [new.wait for new in invitations],
        "wait_reasons": [new.wait_reason for new in invitations],
        "time_zones": [new.time_zone for new in invitations],
        "languages": [new.language for new in invitations],
        "versions": [new.template_version for new in invitations],
        "version_ids": [new.template_version_id for new in invitations],
        "announced": [new.announced for new in invitations],
        "parts": [None if new.parts is None else _json(new.parts) for new in invitations],
    }


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), ensure_ascii=False)


def _as_send(row: Row[Any]) -> Send:
    fields: dict[str, Any] = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns
    fields.update(state=SendState(row.state), rate=float(row.rate))
    return Send(**fields)


async def _queued_before(conn: Connection, send_id: UUID, invitations: Sequence[NewInvitation]) -> Queued:
    send = await get_send(conn, send_id)
    if send.pause_code == UNDONE:
        raise UserError("send_undone")
    present = set((await conn.execute(_GUESTS_OF_SEND, {"send_id": send_id})).scalars())
    skipped = tuple(new.guest_id for new in invitations if new.guest_id not in present)
    return Queued(send, len(present), skipped)


async def _summaries(conn: Connection, condition: str, parameters: Mapping[str, object]) -> list[SendSummary]:
    statement = text(f"""
        SELECT {_COLUMNS}, n.total, n.queued, n.in_flight, n.unknown, n.handed_over, n.delivered, n.read, n.failed,
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
