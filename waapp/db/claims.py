"""Which invitations may be posted now, and what came of each attempt.

Every function here locks the rows of `whatsapp_sends` that it touches before those of the invitations, in the
order of their ids. So claiming, recording, pausing and stopping come one after the other, the counts that a stop
reports are exact, and no two of them can deadlock.
"""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from waapp.core.invitations import Claim
from waapp.core.pacing import Next
from waapp.core.status import EngineState
from waapp.db import attempts
from waapp.db.engine import Connection
from waapp.db.send_timing import NOT_IDLE, lock_ready

# After these the invitation's earlier attempts count again, if one of them has arrived.
_NOT_LEFT: Final = frozenset({EngineState.QUEUED, EngineState.FAILED})

# A row whose guest is asleep, by the hours where that guest is, waits until they end.
_CLAIM = text("""
WITH clock AS MATERIALIZED (
    SELECT clock_timestamp() AT TIME ZONE 'UTC' AS utc
), ready AS (
    SELECT * FROM unnest(CAST(:sends AS uuid[]), CAST(:zones AS text[])) AS r(id, zone)
), asleep AS (
    SELECT * FROM unnest(CAST(:asleep_sends AS uuid[]), CAST(:asleep_zones AS text[]),
                         CAST(:asleep_until AS timestamptz[])) AS a(send_id, zone, until)
), due AS MATERIALIZED (
    SELECT candidate.id, candidate.recipient, ready.id AS send_id, COALESCE(candidate.zone, ready.zone) AS zone,
           row_number() OVER (PARTITION BY ready.id ORDER BY candidate.due_at, candidate.id) AS turn
    FROM ready CROSS JOIN clock CROSS JOIN LATERAL (
        SELECT i.id, i.recipient, i.guest_time_zone AS zone, COALESCE(i.next_retry_at, '-infinity') AS due_at
        FROM whatsapp_invitations i
        WHERE i.send_id = ready.id AND i.engine_state = 'queued'
          AND COALESCE(i.next_retry_at, '-infinity') <= clock.utc
        ORDER BY COALESCE(i.next_retry_at, '-infinity'), i.id
        LIMIT :limit
        FOR NO KEY UPDATE OF i SKIP LOCKED
    ) candidate
), picked AS MATERIALIZED (
    SELECT due.id, due.turn, a.until AT TIME ZONE 'UTC' AS until,
           CASE WHEN o.address IS NOT NULL THEN 'cancelled' WHEN a.until IS NOT NULL THEN 'queued' ELSE 'sending' END
               AS state,
           row_number() OVER (ORDER BY due.turn, due.id) AS place
    FROM due
         LEFT JOIN whatsapp_opt_outs o ON o.address = due.recipient
         LEFT JOIN asleep a ON a.send_id = due.send_id AND a.zone = due.zone
    ORDER BY due.turn, due.id
    LIMIT :limit
)
UPDATE whatsapp_invitations i
SET engine_state = picked.state,
    twilio_error_code = CASE WHEN picked.state = 'cancelled' THEN 'opted_out' ELSE i.twilio_error_code END,
    claim_token = CASE WHEN picked.state = 'sending' THEN (CAST(:tokens AS uuid[]))[picked.place] END,
    claimed_by = CASE WHEN picked.state = 'queued' THEN i.claimed_by ELSE :desk END,
    claimed_at = CASE WHEN picked.state = 'queued' THEN i.claimed_at ELSE clock.utc END,
    twilio_message_sid = CASE WHEN picked.state = 'sending' THEN NULL ELSE i.twilio_message_sid END,
    next_retry_at = CASE WHEN picked.state = 'queued' THEN picked.until END,
    wait_reason = CASE WHEN picked.state = 'queued' THEN 'quiet_hours' END
FROM picked CROSS JOIN clock
WHERE i.id = picked.id
RETURNING picked.turn, i.id, i.claim_token, i.send_id, i.event_id, i.recipient, i.message_content, i.content_sid,
          i.content_variables, i.retry_count, i.max_retries
""")

_LOCK_SENDS = text(f"""
SELECT s.id, {NOT_IDLE} FROM whatsapp_sends s
WHERE s.id IN (SELECT i.send_id FROM whatsapp_invitations i WHERE i.claim_token = ANY(:tokens))
ORDER BY s.id
FOR NO KEY UPDATE
""")

_LOCK_SENDS_OF_SENDER = text("""
SELECT s.id FROM whatsapp_sends s
WHERE s.state IN ('active', 'paused')
  AND s.sender IN (SELECT i.sender FROM whatsapp_invitations i WHERE i.claim_token = ANY(:tokens))
   OR s.id IN (SELECT i.send_id FROM whatsapp_invitations i WHERE i.claim_token = ANY(:tokens))
ORDER BY s.id
FOR NO KEY UPDATE
""")

# A trigger writes the guests' status row by row. Everybody who changes several takes them in this order.
_LOCK_GUESTS = text("""
SELECT FROM guests g
WHERE g.id IN (SELECT i.guest_id FROM whatsapp_invitations i WHERE i.claim_token = ANY(:tokens) AND NOT i.practice)
ORDER BY g.id
FOR NO KEY UPDATE
""")

# A claim whose commit was not answered may still be under way: it holds its sends, so whoever has these locks knows
# whether it came about.
_LOCK_SENDS_OF_CLAIMS = text(f"""
SELECT s.id, {NOT_IDLE} FROM whatsapp_sends s
WHERE s.sender = :sender AND s.state IN ('active', 'paused')
   OR s.id IN (SELECT i.send_id FROM whatsapp_invitations i WHERE i.claim_token = ANY(:tokens))
ORDER BY s.id
FOR NO KEY UPDATE
""")

_GIVE_BACK = text("""
UPDATE whatsapp_invitations i
SET engine_state = CASE WHEN s.state = 'stopped' THEN 'cancelled' ELSE 'queued' END,
    claim_token = NULL, looks = 0, next_look_at = NULL,
    next_retry_at = CASE WHEN s.state <> 'stopped' AND :wait > 0
        THEN clock_timestamp() AT TIME ZONE 'UTC' + make_interval(secs => :wait) END,
    wait_reason = CASE WHEN s.state <> 'stopped' AND :wait > 0 THEN 'shared_phone' END
FROM whatsapp_sends s
WHERE i.claim_token = ANY(:tokens) AND i.engine_state IN ('sending', 'unknown') AND s.id = i.send_id
RETURNING i.id
""")

# A row that was given up as unknown while its answer was still on the way keeps its token: the answer settles it.
_RECORD = text("""
UPDATE whatsapp_invitations i
SET engine_state = CASE WHEN r.state = 'queued' AND s.state = 'stopped' THEN 'cancelled' ELSE r.state END,
    claim_token = CASE WHEN r.state = 'unknown' THEN i.claim_token END,
    twilio_message_sid = r.sid,
    twilio_status = r.word,
    twilio_error_code = r.code,
    twilio_error_message = r.message,
    sent_at = CASE WHEN r.state = 'accepted' THEN clock_timestamp() AT TIME ZONE 'UTC' END,
    failed_at = CASE WHEN r.state = 'failed' THEN clock_timestamp() AT TIME ZONE 'UTC' END,
    retry_count = LEAST(r.retries, i.max_retries),
    next_retry_at = CASE WHEN r.state = 'queued' AND s.state <> 'stopped'
        THEN clock_timestamp() AT TIME ZONE 'UTC' + make_interval(secs => r.wait) END,
    wait_reason = CASE WHEN r.state = 'queued' AND s.state <> 'stopped' THEN r.reason END
FROM jsonb_to_recordset(CAST(:results AS jsonb))
         AS r(token uuid, state text, retries int, sid text, word text, code text, message text,
              wait double precision, reason text)
     CROSS JOIN whatsapp_sends s
WHERE i.claim_token = r.token AND i.engine_state IN ('sending', 'unknown') AND s.id = i.send_id
RETURNING i.id
""")

# What was posted stays posted, whatever the database says: it may have lost the claim, or a planner may have asked
# for another attempt while the answer to this one was on its way.
_CORRECT = text("""
UPDATE whatsapp_invitations i
SET engine_state = r.state, claim_token = NULL, next_retry_at = NULL,
    claimed_at = COALESCE(i.claimed_at, i.queued_at),
    twilio_message_sid = r.sid, twilio_status = r.word, twilio_error_code = r.code, twilio_error_message = r.message,
    sent_at = CASE WHEN r.state = 'accepted' THEN clock_timestamp() AT TIME ZONE 'UTC' END
FROM jsonb_to_recordset(CAST(:results AS jsonb)) AS r(id uuid, state text, sid text, word text, code text, message text)
WHERE i.id = r.id AND i.engine_state IN ('queued', 'cancelled') AND r.state IN ('accepted', 'unknown')
  AND NOT EXISTS (SELECT FROM whatsapp_invitations other WHERE other.twilio_message_sid = r.sid)
RETURNING i.id
""")

# An adoption is a guess by address, body and time; the answer to our own request is proof.
_DISOWN = text("""
UPDATE whatsapp_invitations
SET engine_state = 'unknown', twilio_message_sid = NULL, twilio_status = NULL, sent_at = NULL,
    delivered_at = NULL, read_at = NULL, failed_at = NULL, next_look_at = NULL
WHERE twilio_message_sid = ANY(:sids) AND claim_token IS NULL
""")

_PAUSE = text("""
UPDATE whatsapp_sends s SET state = 'paused', pause_code = :code
WHERE s.id = ANY(:sends) AND s.state = 'active'
""")

_FINISH = text("""
UPDATE whatsapp_sends s
SET state = 'finished', pause_code = NULL
WHERE s.id = ANY(:sends) AND s.state IN ('active', 'paused')
  AND NOT EXISTS (
      SELECT FROM whatsapp_invitations i
      WHERE i.send_id = s.id AND i.engine_state IN ('queued', 'sending', 'unknown'))
""")


async def claim(
    conn: Connection, sender: str, limit: int, desk: str, tokens: Sequence[UUID] = ()
) -> list[Claim]:
    """Take up to `limit` invitations that may be posted now; commit before posting any of them.

    `tokens`, one for each, are made by the caller who wants to know what it has claimed even when the answer to
    its commit is lost: `give_back` them.
    Only rows of active sends whose time has come, by the database's clock. Several sends of one number take
    turns. A row whose address has opted out since it was planned is cancelled instead, and one whose guest is
    asleep is put off to the end of the quiet hours: nothing claimed does not mean that nothing is due.
    """
    ready = await lock_ready(conn, sender)
    if not ready:
        return []
    asleep = [(one.id, name, until) for one in ready for name, until in one.asleep.items()]
    parameters = {
        "limit": limit,
        "desk": desk,
        "tokens": list(tokens) or [uuid4() for _ in range(limit)],
        "sends": [one.id for one in ready],
        "zones": [one.time_zone for one in ready],
        "asleep_sends": [send_id for send_id, _, _ in asleep],
        "asleep_zones": [name for _, name, _ in asleep],
        "asleep_until": [until for _, _, until in asleep],
    }
    result = await conn.execute(_CLAIM, parameters)
    rows = sorted(result.all(), key=lambda row: (row.turn, row.send_id))
    return [
        Claim(
            id=row.id,
            token=row.claim_token,
            send_id=row.send_id,
            event_id=row.event_id,
            recipient=row.recipient,
            body=row.message_content or "",
            content_sid=row.content_sid,
            content_variables=row.content_variables or {},
            retry_count=row.retry_count,
            max_retries=row.max_retries,
        )
        for row in rows
        if row.claim_token is not None
    ]


async def give_back(
    conn: Connection, tokens: Collection[UUID], *, sender: str | None = None, wait: float = 0.0
) -> list[UUID]:
    """Put claimed invitations that were certainly not posted back in the queue; return their ids.

    They may be claimed again after `wait` seconds. What belongs to a send that was stopped meanwhile is cancelled.
    With `sender` this also waits for claims of that number that are still being committed.
    """
    if not tokens:
        return []
    names = {"tokens": list(tokens)}
    if sender is None:
        sends = list((await conn.execute(_LOCK_SENDS, names)).scalars())
    else:
        sends = list((await conn.execute(_LOCK_SENDS_OF_CLAIMS, {**names, "sender": sender})).scalars())
    changed = list((await conn.execute(_GIVE_BACK, {**names, "wait": wait})).scalars())
    await attempts.settle(conn, changed)
    await finish(conn, sends)
    return changed


async def record(conn: Connection, results: Sequence[tuple[UUID, Next]]) -> list[UUID]:
    """Write what follows from attempts, by claim token; return the ids of the invitations that changed.

    A token that is no longer current (settled by somebody else meanwhile) changes nothing. A retry in a send that
    was stopped meanwhile becomes cancelled. A `pause_code` pauses every active send of the number: trouble with
    the account concerns them all. A send without open rows becomes finished. Of several results for one token
    the first counts.
    """
    if not results:
        return []
    by_token = dict(reversed(results))
    tokens = {"tokens": list(by_token)}
    pause_code = next((step.pause_code for step in by_token.values() if step.pause_code is not None), None)
    lock = _LOCK_SENDS if pause_code is None else _LOCK_SENDS_OF_SENDER
    sends = list((await conn.execute(lock, tokens)).scalars())
    await conn.execute(_LOCK_GUESTS, tokens)
    parameters = {"results": json.dumps([_as_row(token, step) for token, step in by_token.items()])}
    try:
        async with conn.begin_nested():
            changed = list((await conn.execute(_RECORD, parameters)).scalars())
    except IntegrityError:
        await conn.execute(
            _DISOWN, {"sids": [step.sid for step in by_token.values() if step.sid is not None]}
        )
        changed = list((await conn.execute(_RECORD, parameters)).scalars())
    if any(step.state in _NOT_LEFT and step.retry_count for step in by_token.values()):
        await attempts.settle(conn, changed)
    if pause_code is not None:
        await conn.execute(_PAUSE, {"sends": sends, "code": pause_code})
    await finish(conn, sends)
    return changed


async def correct(conn: Connection, results: Sequence[tuple[UUID, Next]]) -> list[UUID]:
    """Write outcomes whose claim is gone, by invitation, where the row says that nothing was sent; return the ids.

    Only what Twilio has taken over or may have: everything else leaves the row as it is.
    """
    rows = [{"id": str(invitation_id), **_as_row(invitation_id, step)} for invitation_id, step in results]
    return list((await conn.execute(_CORRECT, {"results": json.dumps(rows)})).scalars())


async def finish(conn: Connection, sends: Iterable[UUID]) -> None:
    """Mark those of the sends as finished that have no open invitation left."""
    await conn.execute(_FINISH, {"sends": list(sends)})


def _as_row(token: UUID, step: Next) -> dict[str, str | int | float | None]:
    return {
        "token": str(token),
        "state": step.state.value,
        "retries": step.retry_count,
        "sid": step.sid,
        "word": step.twilio_status,
        "code": step.error_code,
        "message": step.error_message,
        "wait": step.wait,
        "reason": None if step.reason is None else step.reason.value,
    }
