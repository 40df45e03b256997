"""Queueing a send: a plan is frozen into one row for the send and one per guest."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from waapp.core.events import is_time_zone
from waapp.core.invitations import NewInvitation, Send
from waapp.core.waiting import other_zones
from waapp.db.engine import Connection
from waapp.db.sends import SEND_COLUMNS, UNDONE, as_send, get_send
from waapp.errors import UserError

# Enough for one statement to be cheap, few enough that preparing them does not hold the window up.
_CHUNK: Final = 1000

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
RETURNING {SEND_COLUMNS}
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
    return Queued(as_send(row), len(written), skipped)


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


async def _queued_before(conn: Connection, send_id: UUID, invitations: Sequence[NewInvitation]) -> Queued:
    send = await get_send(conn, send_id)
    if send.pause_code == UNDONE:
        raise UserError("send_undone")
    present = set((await conn.execute(_GUESTS_OF_SEND, {"send_id": send_id})).scalars())
    skipped = tuple(new.guest_id for new in invitations if new.guest_id not in present)
    return Queued(send, len(present), skipped)
