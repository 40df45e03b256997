"""What Twilio says about messages that it has taken over: whom to ask about, and learning what comes back.

Facts may arrive in any order, repeatedly and from two desks at once. What a row holds afterwards depends only on
which facts have arrived.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from waapp.core.facts import Known, learn
from waapp.core.invitations import Fact
from waapp.core.waiting import WaitReason
from waapp.db import attempts
from waapp.db.attempts import json_value
from waapp.db.engine import Connection


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message of which Twilio may still have news; `age` in seconds since it was handed over."""

    id: UUID
    sid: str
    status: str
    age: float


@dataclass(frozen=True, slots=True)
class Failed:
    """An invitation that Twilio had accepted and that failed, as far as it matters for a further attempt."""

    id: UUID
    send_id: UUID
    sid: str
    recipient: str
    error_code: str | None
    retry_count: int
    max_retries: int


# The statement's time and not the clock's: with one that goes on while it reads, no index can find the young ones
# among all that were never read.
_OPEN: Final = text("""
SELECT i.id, i.twilio_message_sid AS sid, COALESCE(i.twilio_status, 'accepted') AS status,
       CAST(EXTRACT(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - i.sent_at) AS double precision) AS age
FROM whatsapp_invitations i
WHERE i.sender = :sender AND i.engine_state = 'accepted' AND i.twilio_message_sid IS NOT NULL
  AND COALESCE(i.twilio_status, 'accepted') NOT IN ('read', 'failed', 'undelivered', 'canceled', 'partially_delivered')
  AND i.sent_at > statement_timestamp() AT TIME ZONE 'UTC' - make_interval(secs => :max_age)
UNION ALL
-- An earlier attempt that failed may arrive all the same, for a day or so.
SELECT a.invitation_id, a.sid, COALESCE(a.status, 'failed'),
       CAST(EXTRACT(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - a.sent_at) AS double precision)
FROM whatsapp_attempts a
WHERE a.sender = :sender AND NOT a.adopted AND a.status IN ('failed', 'undelivered', 'canceled')
  AND a.sent_at > statement_timestamp() AT TIME ZONE 'UTC' - make_interval(secs => LEAST(:max_age, 86400))
ORDER BY age, id
""")

_KNOWN: Final = text("""
SELECT i.id, i.send_id, i.recipient, i.retry_count, i.max_retries, i.updated_at AS version, i.practice, i.guest_id,
       i.twilio_message_sid AS sid, i.twilio_status AS status, i.twilio_error_code AS error_code,
       i.twilio_error_message AS error_message, i.delivered_at AT TIME ZONE 'UTC' AS delivered_at,
       i.read_at AT TIME ZONE 'UTC' AS read_at, i.failed_at AT TIME ZONE 'UTC' AS failed_at, i.price,
       i.price_unit
FROM whatsapp_invitations i
WHERE i.twilio_message_sid = ANY(:sids) AND i.engine_state = 'accepted'
""")

# A trigger writes the guests' status row by row. Everybody who changes several takes them in this order.
_LOCK_GUESTS: Final = text("SELECT FROM guests WHERE id = ANY(:guests) ORDER BY id FOR NO KEY UPDATE")

_SWAP: Final = text("""
UPDATE whatsapp_invitations i
SET twilio_status = r.status, twilio_error_code = r.error_code, twilio_error_message = r.error_message,
    delivered_at = r.delivered_at AT TIME ZONE 'UTC', read_at = r.read_at AT TIME ZONE 'UTC',
    failed_at = r.failed_at AT TIME ZONE 'UTC', price = r.price, price_unit = r.price_unit,
    sent_at = COALESCE(i.sent_at, LEAST(i.claimed_at, r.delivered_at AT TIME ZONE 'UTC'))
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS r(id uuid, old_status text, version timestamp, status text, error_code text, error_message text,
              delivered_at timestamptz, read_at timestamptz, failed_at timestamptz, price numeric, price_unit text)
WHERE i.id = r.id AND i.twilio_status IS NOT DISTINCT FROM r.old_status AND i.updated_at = r.version
RETURNING i.id
""")

# Several invitations and their sends: the sends first, as everywhere.
_LOCK_SENDS: Final = text("SELECT FROM whatsapp_sends WHERE id = ANY(:sends) ORDER BY id FOR NO KEY UPDATE")

# The failed message moves to the attempts: should it arrive after all, that is noticed there.
_SEND_AGAIN_LATER: Final = text("""
UPDATE whatsapp_invitations i
SET engine_state = 'queued', twilio_message_sid = NULL, twilio_status = NULL, sent_at = NULL, failed_at = NULL,
    price = NULL, price_unit = NULL,
    retry_count = LEAST(i.retry_count + 1, i.max_retries),
    next_retry_at = clock_timestamp() AT TIME ZONE 'UTC' + make_interval(secs => :wait), wait_reason = :reason
FROM whatsapp_sends s
WHERE i.id = :id AND s.id = i.send_id AND s.state <> 'stopped' AND i.engine_state = 'accepted'
  AND i.twilio_message_sid = :sid AND i.twilio_status IN ('failed', 'undelivered')
RETURNING i.id
""")

_REOPEN: Final = text("UPDATE whatsapp_sends SET state = 'active' WHERE id = :id AND state = 'finished'")

_REST: Final = (
    "error_code", "error_message", "delivered_at", "read_at", "failed_at", "price", "price_unit",
)  # fmt: skip


async def open_messages(conn: Connection, sender: str, max_age: float = 30 * 86_400.0) -> list[OpenMessage]:
    """Return the messages of a number that Twilio may still have news of, newest first.

    Ages are by the database's clock; what is older than `max_age` seconds is left alone.
    """
    result = await conn.execute(_OPEN, {"sender": sender, "max_age": max_age})
    return [OpenMessage(*row) for row in result]


async def apply_facts(conn: Connection, facts: Iterable[Fact]) -> list[Failed]:
    """Learn what Twilio says about messages; return the invitations that have failed by it.

    A message that is not ours is passed over. One that failed and waits for another attempt needs none when it has
    arrived after all, and an invitation whose earlier attempt has arrived has not failed. A row that somebody else
    changes at the same moment is read and compared again until the fact is in it.
    """
    by_sid = {
        sid: list(group)
        for sid, group in groupby(sorted(facts, key=lambda fact: fact.sid), lambda fact: fact.sid)
    }
    await attempts.learn_facts(conn, by_sid)
    failed: list[Failed] = []
    while by_sid:
        rows = (await conn.execute(_KNOWN, {"sids": list(by_sid)})).all()
        news: dict[UUID, tuple[Row[Any], Known, Known]] = {}
        for row in rows:
            old = _known(row)
            new = old
            for fact in by_sid[row.sid]:
                new = learn(new, fact)
            if new != old:
                news[row.id] = (row, old, new)
        await _lock_sends(conn, news.values())
        swapped = await _swap(conn, list(news.values()))
        failed += [
            _failed(row, new) for row, old, new in map(news.__getitem__, swapped) if _has_failed(old, new)
        ]
        by_sid = {row.sid: by_sid[row.sid] for row, _, _ in news.values() if row.id not in swapped}
    arrived_before = await attempts.settle(conn, [one.id for one in failed])
    return [one for one in failed if one.send_id is not None and one.id not in arrived_before]


async def send_again_later(conn: Connection, failed: Failed, wait: float, reason: WaitReason) -> bool:
    """Queue a failed invitation for one more attempt after `wait` seconds.

    False when it is no longer as it was: another fact arrived, or its send was stopped. A finished send becomes
    active again; every other row of it stays as it is.
    """
    await conn.execute(
        text("SELECT FROM whatsapp_sends WHERE id = :id FOR NO KEY UPDATE"), {"id": failed.send_id}
    )
    await attempts.keep(conn, failed.id, failed.sid)
    parameters = {"id": failed.id, "sid": failed.sid, "wait": wait, "reason": reason.value}
    if (await conn.execute(_SEND_AGAIN_LATER, parameters)).one_or_none() is None:
        return False
    await conn.execute(_REOPEN, {"id": failed.send_id})
    return True


def _has_failed(old: Known, new: Known) -> bool:
    return new.failed and (not old.failed or old.error_code != new.error_code)


def _failed(row: Row[Any], new: Known) -> Failed:
    return Failed(
        row.id, row.send_id, row.sid, row.recipient, new.error_code, row.retry_count, row.max_retries
    )


def _known(row: Row[Any]) -> Known:
    return Known(row.status, **{name: getattr(row, name) for name in _REST})


async def _lock_sends(conn: Connection, news: Iterable[tuple[Row[Any], Known, Known]]) -> None:
    """Lock the sends of invitations that may be sent again."""
    sends = {row.send_id for row, old, new in news if _has_failed(old, new)} - {None}
    if sends:
        await conn.execute(_LOCK_SENDS, {"sends": list(sends)})


async def _swap(conn: Connection, news: Sequence[tuple[Row[Any], Known, Known]]) -> set[UUID]:
    if not news:
        return set()
    guests = [row.guest_id for row, _, _ in news if not row.practice]
    await conn.execute(_LOCK_GUESTS, {"guests": guests})
    rows = [
        {
            "id": str(row.id),
            "old_status": old.status,
            "version": row.version.isoformat(),
            "status": new.status,
            **{name: json_value(getattr(new, name)) for name in _REST},
        }
        for row, old, new in news
    ]
    return set((await conn.execute(_SWAP, {"rows": json.dumps(rows)})).scalars())
