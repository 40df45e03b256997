"""What Twilio says about messages that it has taken over: whom to ask about, and learning what comes back.

Facts may arrive in any order, repeatedly and from two desks at once. What a row holds afterwards depends only on
which facts have arrived.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from waapp.core.invitations import Fact
from waapp.core.status import GuestStatus, advance, guest_status
from waapp.core.waiting import WaitReason
from waapp.db.engine import Connection


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message of which Twilio may still have news; `age` in seconds since it was handed over."""

    id: UUID
    sid: str
    recipient: str
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


@dataclass(frozen=True, slots=True)
class Known:
    """What a row holds of Twilio's facts. Times are aware UTC."""

    status: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    failed_at: datetime | None = None
    price: Decimal | None = None
    price_unit: str | None = None


_OPEN: Final = text("""
SELECT i.id, i.twilio_message_sid AS sid, i.recipient, COALESCE(i.twilio_status, 'accepted') AS status,
       CAST(EXTRACT(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - i.sent_at) AS double precision) AS age
FROM whatsapp_invitations i
WHERE i.sender = :sender AND i.engine_state = 'accepted' AND i.twilio_message_sid IS NOT NULL
  AND COALESCE(i.twilio_status, 'accepted') NOT IN ('read', 'failed', 'undelivered', 'canceled', 'partially_delivered')
  AND i.sent_at > clock_timestamp() AT TIME ZONE 'UTC' - make_interval(secs => :max_age)
ORDER BY i.sent_at DESC, i.id
""")

_KNOWN: Final = text("""
SELECT i.id, i.send_id, i.recipient, i.retry_count, i.max_retries, i.updated_at AS version, i.practice, i.guest_id,
       i.twilio_message_sid AS sid, i.twilio_status AS status, i.twilio_error_code AS error_code,
       i.twilio_error_message AS error_message, i.delivered_at AT TIME ZONE 'UTC' AS delivered_at,
       i.read_at AT TIME ZONE 'UTC' AS read_at, i.failed_at AT TIME ZONE 'UTC' AS failed_at, i.price,
       i.price_unit, i.engine_state <> 'accepted' AS superseded
FROM whatsapp_invitations i
WHERE i.twilio_message_sid = ANY(:sids) AND i.engine_state IN ('accepted', 'queued', 'cancelled')
""")

# A trigger writes the guests' status row by row. Everybody who changes several takes them in this order.
_LOCK_GUESTS: Final = text("SELECT FROM guests WHERE id = ANY(:guests) ORDER BY id FOR NO KEY UPDATE")

_SWAP: Final = text("""
UPDATE whatsapp_invitations i
SET twilio_status = r.status, twilio_error_code = r.error_code, twilio_error_message = r.error_message,
    delivered_at = r.delivered_at AT TIME ZONE 'UTC', read_at = r.read_at AT TIME ZONE 'UTC',
    failed_at = r.failed_at AT TIME ZONE 'UTC', price = r.price, price_unit = r.price_unit,
    engine_state = 'accepted', next_retry_at = NULL, wait_reason = NULL,
    sent_at = COALESCE(i.sent_at, LEAST(i.claimed_at, r.delivered_at AT TIME ZONE 'UTC'))
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS r(id uuid, old_status text, version timestamp, status text, error_code text, error_message text,
              delivered_at timestamptz, read_at timestamptz, failed_at timestamptz, price numeric, price_unit text)
WHERE i.id = r.id AND i.twilio_status IS NOT DISTINCT FROM r.old_status AND i.updated_at = r.version
RETURNING i.id
""")

# Several invitations and their sends: the sends first, as everywhere.
_LOCK_SENDS: Final = text("SELECT FROM whatsapp_sends WHERE id = ANY(:sends) ORDER BY id FOR NO KEY UPDATE")

# The row keeps the failed message until the next attempt begins: should it arrive after all, there is none. Its SID
# stays in the log for good, where a search for the next attempt's message finds that this one is not it.
_SEND_AGAIN_LATER: Final = text("""
UPDATE whatsapp_invitations i
SET engine_state = 'queued', twilio_status = NULL, sent_at = NULL, failed_at = NULL,
    twilio_error_message = concat_ws(' ', i.twilio_error_message, '(' || i.twilio_message_sid || ')'),
    retry_count = LEAST(i.retry_count + 1, i.max_retries),
    next_retry_at = clock_timestamp() AT TIME ZONE 'UTC' + make_interval(secs => :wait), wait_reason = :reason
FROM whatsapp_sends s
WHERE i.id = :id AND s.id = i.send_id AND s.state <> 'stopped' AND i.engine_state = 'accepted'
  AND i.twilio_message_sid = :sid AND i.twilio_status IN ('failed', 'undelivered')
RETURNING i.id
""")

_REOPEN: Final = text("UPDATE whatsapp_sends SET state = 'active' WHERE id = :id AND state = 'finished'")

_CENT_FRACTION: Final = Decimal("0.00001")

_ARRIVED: Final = frozenset({GuestStatus.DELIVERED, GuestStatus.READ})

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
    arrived after all. A row that somebody else changes at the same moment is read and
    compared again until the fact is in it.
    """
    by_sid = {
        sid: list(group)
        for sid, group in groupby(sorted(facts, key=lambda fact: fact.sid), lambda fact: fact.sid)
    }
    failed: list[Failed] = []
    while by_sid:
        rows = (await conn.execute(_KNOWN, {"sids": list(by_sid)})).all()
        news: dict[UUID, tuple[Row[Any], Known, Known]] = {}
        for row in rows:
            old = _known(row)
            new = old
            for fact in by_sid[row.sid]:
                if not row.superseded or guest_status(fact.status) in _ARRIVED:
                    new = learn(new, fact)
            if new != old:
                news[row.id] = (row, old, new)
        await _lock_sends(conn, news.values())
        swapped = await _swap(conn, list(news.values()))
        failed += [
            _failed(row, new) for row, old, new in map(news.__getitem__, swapped) if _has_failed(old, new)
        ]
        by_sid = {row.sid: by_sid[row.sid] for row, _, _ in news.values() if row.id not in swapped}
    return [one for one in failed if one.send_id is not None]


async def send_again_later(conn: Connection, failed: Failed, wait: float, reason: WaitReason) -> bool:
    """Queue a failed invitation for one more attempt after `wait` seconds.

    False when it is no longer as it was: another fact arrived, or its send was stopped. A finished send becomes
    active again; every other row of it stays as it is.
    """
    await conn.execute(
        text("SELECT FROM whatsapp_sends WHERE id = :id FOR NO KEY UPDATE"), {"id": failed.send_id}
    )
    parameters = {"id": failed.id, "sid": failed.sid, "wait": wait, "reason": reason.value}
    if (await conn.execute(_SEND_AGAIN_LATER, parameters)).one_or_none() is None:
        return False
    await conn.execute(_REOPEN, {"id": failed.send_id})
    return True


def learn(known: Known, fact: Fact) -> Known:
    """Return what is known after a fact.

    The status that `advance` prefers brings its error along; where two facts are equally far, the smaller code
    wins. A word of Twilio's that we do not know tells only the price.
    """
    known = _learn_price(known, fact)
    if advance(None, fact.status) is None:
        return known
    status = advance(known.status, fact.status)
    now, after = guest_status(fact.status), guest_status(status)
    error = (fact.error_code, fact.error_message if fact.error_code is not None else None)
    if advance(None, known.status or "") is not None and guest_status(known.status) is after:
        own = (known.error_code, known.error_message)
        error = _smaller(own, error) if now is after else own
    arrived = fact.at if now in _ARRIVED else None
    failed_at = _earlier(known.failed_at, fact.at if now is GuestStatus.FAILED else None)
    return replace(
        known,
        status=status,
        error_code=error[0],
        error_message=error[1],
        delivered_at=_earlier(known.delivered_at, arrived),
        read_at=_earlier(known.read_at, fact.at if now is GuestStatus.READ else None),
        # A message that arrived after all did not fail.
        failed_at=failed_at if after is GuestStatus.FAILED else None,
    )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _smaller(*errors: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    coded = [error for error in errors if error[0] is not None]
    return min(coded, key=lambda error: (error[0] or "", error[1] or ""), default=(None, None))


def _learn_price(known: Known, fact: Fact) -> Known:
    if fact.price is None:
        return known
    # As the column holds it. Twilio gives what it takes as a negative number; should it ever name two prices,
    # the dearer one counts.
    named = (fact.price.quantize(_CENT_FRACTION), fact.price_unit)
    held = named if known.price is None else (known.price, known.price_unit)
    price, unit = min(named, held, key=lambda pair: (pair[0], pair[1] or ""))
    return replace(known, price=price, price_unit=unit)


def _has_failed(old: Known, new: Known) -> bool:
    if guest_status(new.status) is not GuestStatus.FAILED:
        return False
    return guest_status(old.status) is not GuestStatus.FAILED or old.error_code != new.error_code


def _failed(row: Row[Any], new: Known) -> Failed:
    return Failed(
        row.id, row.send_id, row.sid, row.recipient, new.error_code, row.retry_count, row.max_retries
    )


def _known(row: Row[Any]) -> Known:
    return Known(row.status, **{name: getattr(row, name) for name in _REST})


async def _lock_sends(conn: Connection, news: Iterable[tuple[Row[Any], Known, Known]]) -> None:
    """Lock the sends of invitations that may be sent again, or no longer."""
    sends = {row.send_id for row, old, new in news if row.superseded or _has_failed(old, new)} - {None}
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
            **{name: _json_value(getattr(new, name)) for name in _REST},
        }
        for row, old, new in news
    ]
    return set((await conn.execute(_SWAP, {"rows": json.dumps(rows)})).scalars())


def _json_value(value: str | datetime | Decimal | None) -> str | None:
    match value:
        case datetime():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value
