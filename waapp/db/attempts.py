"""Earlier messages of an invitation: ones that failed and were replaced by a further attempt.

Twilio may say later that such a message arrived after all. Then the further attempt is not needed, if it has not left;
if it has, the guest may have got the message twice, and the invitation says so.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from waapp.core.facts import Known, learn
from waapp.core.invitations import Fact
from waapp.db.engine import Connection

_KEEP: Final = text("""
INSERT INTO whatsapp_attempts AS a (sid, invitation_id, sender, status, error_code, error_message, sent_at,
    delivered_at, read_at, failed_at, price, price_unit)
SELECT i.twilio_message_sid, i.id, i.sender, i.twilio_status, i.twilio_error_code, i.twilio_error_message, i.sent_at,
    i.delivered_at, i.read_at, i.failed_at, i.price, i.price_unit
FROM whatsapp_invitations i
WHERE i.id = ANY(:ids) AND (CAST(:sid AS text) IS NULL OR i.twilio_message_sid = :sid)
  AND i.engine_state = 'accepted' AND i.twilio_status IN ('failed', 'undelivered', 'canceled')
  AND i.twilio_message_sid IS NOT NULL
ON CONFLICT (sid) DO UPDATE
SET adopted = false, status = EXCLUDED.status, error_code = EXCLUDED.error_code,
    error_message = EXCLUDED.error_message, failed_at = EXCLUDED.failed_at, price = EXCLUDED.price,
    price_unit = EXCLUDED.price_unit
""")

_KNOWN: Final = text("""
SELECT a.sid, a.invitation_id, i.send_id, a.updated_at AS version, a.status, a.error_code, a.error_message,
       a.delivered_at AT TIME ZONE 'UTC' AS delivered_at, a.read_at AT TIME ZONE 'UTC' AS read_at,
       a.failed_at AT TIME ZONE 'UTC' AS failed_at, a.price, a.price_unit
FROM whatsapp_attempts a JOIN whatsapp_invitations i ON i.id = a.invitation_id
WHERE a.sid = ANY(:sids) AND NOT a.adopted
""")

_LOCK_SENDS: Final = text("""
SELECT FROM whatsapp_sends WHERE id = ANY(:sends) ORDER BY id FOR NO KEY UPDATE
""")

_SWAP: Final = text("""
UPDATE whatsapp_attempts a
SET status = r.status, error_code = r.error_code, error_message = r.error_message,
    delivered_at = r.delivered_at AT TIME ZONE 'UTC', read_at = r.read_at AT TIME ZONE 'UTC',
    failed_at = r.failed_at AT TIME ZONE 'UTC', price = r.price, price_unit = r.price_unit
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS r(sid text, version timestamp, status text, error_code text, error_message text,
              delivered_at timestamptz, read_at timestamptz, failed_at timestamptz, price numeric, price_unit text)
WHERE a.sid = r.sid AND a.updated_at = r.version AND NOT a.adopted
RETURNING a.sid
""")

_ARRIVED: Final = text("""
SELECT DISTINCT i.id FROM whatsapp_attempts a JOIN whatsapp_invitations i ON i.id = a.invitation_id
WHERE a.invitation_id = ANY(:ids) AND NOT a.adopted AND a.status IN ('delivered', 'partially_delivered', 'read')
""")

_LOCK_GUESTS: Final = text("""
SELECT FROM guests
WHERE id IN (SELECT guest_id FROM whatsapp_invitations WHERE id = ANY(:ids) AND NOT practice)
ORDER BY id
FOR NO KEY UPDATE
""")

# The invitation becomes the message that arrived: no further attempt has left, or it came to nothing.
_TAKE_BACK: Final = text("""
WITH arrived AS (
    SELECT DISTINCT ON (a.invitation_id) a.* FROM whatsapp_attempts a
    WHERE a.invitation_id = ANY(:ids) AND NOT a.adopted AND a.status IN ('delivered', 'partially_delivered', 'read')
    ORDER BY a.invitation_id, a.status = 'read' DESC, a.sid
), adopted AS (
    UPDATE whatsapp_invitations i
    SET engine_state = 'accepted', claim_token = NULL, doubled = false, next_retry_at = NULL, wait_reason = NULL,
        twilio_message_sid = arrived.sid, twilio_status = arrived.status, twilio_error_code = NULL,
        twilio_error_message = NULL, sent_at = arrived.sent_at, delivered_at = arrived.delivered_at,
        read_at = arrived.read_at, failed_at = NULL, price = arrived.price, price_unit = arrived.price_unit
    FROM arrived
    WHERE i.id = arrived.invitation_id
      AND (i.engine_state IN ('queued', 'cancelled', 'failed')
        OR i.engine_state = 'accepted' AND i.twilio_status IN ('failed', 'undelivered', 'canceled'))
    RETURNING i.id, arrived.sid
), noted AS (
    UPDATE whatsapp_attempts a SET adopted = true FROM adopted WHERE a.sid = adopted.sid
)
SELECT id FROM adopted
""")

_FLAG: Final = text("""
UPDATE whatsapp_invitations i SET doubled = true
WHERE i.id = ANY(:ids) AND NOT i.doubled
  AND (i.engine_state IN ('sending', 'unknown')
    OR i.engine_state = 'accepted' AND COALESCE(i.twilio_status, '') NOT IN ('failed', 'undelivered', 'canceled'))
  AND EXISTS (
      SELECT FROM whatsapp_attempts a
      WHERE a.invitation_id = i.id AND NOT a.adopted AND a.status IN ('delivered', 'partially_delivered', 'read'))
""")

_SIDS: Final = text("SELECT sid FROM whatsapp_attempts WHERE sid = ANY(:sids)")

_VALUES: Final = (
    "error_code", "error_message", "delivered_at", "read_at", "failed_at", "price", "price_unit",
)  # fmt: skip


async def keep(conn: Connection, invitation_id: UUID, sid: str) -> None:
    """Keep the failed message of an invitation before a further attempt takes its place."""
    await conn.execute(_KEEP, {"ids": [invitation_id], "sid": sid})


async def known_sids(conn: Connection, sids: Collection[str]) -> set[str]:
    """Return those of the SIDs that belong to earlier attempts of any invitation."""
    return set((await conn.execute(_SIDS, {"sids": list(sids)})).scalars())


async def learn_facts(conn: Connection, facts: Mapping[str, Sequence[Fact]]) -> None:
    """Learn what Twilio says about earlier attempts, by SID, and what follows for their invitations."""
    waiting = dict(facts)
    while waiting:
        rows = (await conn.execute(_KNOWN, {"sids": list(waiting)})).all()
        news: dict[str, tuple[Row[Any], Known]] = {}
        for row in rows:
            old = _known(row)
            new = old
            for fact in waiting[row.sid]:
                new = learn(new, fact)
            if new != old:
                news[row.sid] = (row, new)
        if not news:
            return
        arrived = {row.invitation_id: row.send_id for row, new in news.values() if new.arrived}
        if arrived:
            await conn.execute(_LOCK_SENDS, {"sends": [one for one in arrived.values() if one is not None]})
        swapped = set((await conn.execute(_SWAP, {"rows": json.dumps(_as_rows(news))})).scalars())
        await settle(conn, arrived)
        waiting = {sid: waiting[sid] for sid in news.keys() - swapped}


async def settle(conn: Connection, invitation_ids: Collection[UUID]) -> set[UUID]:
    """Draw the conclusion for invitations of which an earlier attempt has arrived; their sends must be locked.

    One whose further attempt has not left, or came to nothing, takes the message back; their ids are returned.
    The others are marked as doubled.
    """
    if not invitation_ids:
        return set()
    arrived = list((await conn.execute(_ARRIVED, {"ids": list(invitation_ids)})).scalars())
    if not arrived:
        return set()
    ids = {"ids": arrived}
    await conn.execute(_LOCK_GUESTS, ids)
    await conn.execute(_KEEP, {**ids, "sid": None})
    taken_back = set((await conn.execute(_TAKE_BACK, ids)).scalars())
    await conn.execute(_FLAG, ids)
    return taken_back


def _known(row: Row[Any]) -> Known:
    return Known(row.status, **{name: getattr(row, name) for name in _VALUES})


def _as_rows(news: Mapping[str, tuple[Row[Any], Known]]) -> list[dict[str, str | None]]:
    return [
        {
            "sid": sid,
            "version": row.version.isoformat(),
            "status": new.status,
            **{name: json_value(getattr(new, name)) for name in _VALUES},
        }
        for sid, (row, new) in news.items()
    ]


def json_value(value: str | datetime | Decimal | None) -> str | None:
    """Return a fact's value as JSON has it."""
    match value:
        case datetime():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value
