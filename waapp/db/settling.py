"""Invitations of which nobody knows whether they were sent: finding them, looking for them, settling them.

Nothing here sends anything again by itself. Every transition compares and swaps, so that whoever settles a row
first wins and the other learns of it.
"""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

from collections.abc import Collection
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from waapp.core.invitations import Unsettled
from waapp.db import attempts
from waapp.db.claims import finish
from waapp.db.engine import Connection


class Decision(StrEnum):
    """What a planner may decide about an invitation whose outcome stays unknown."""

    SEND_AGAIN = "send_again"
    TREAT_AS_SENT = "treat_as_sent"


_EXPIRE = text("""
UPDATE whatsapp_invitations i
SET engine_state = 'unknown', looks = 0, next_look_at = NULL
WHERE i.sender = :sender AND i.engine_state = 'sending'
  AND i.claimed_at < clock_timestamp() AT TIME ZONE 'UTC' - make_interval(secs => :older_than)
  AND i.claim_token <> ALL(CAST(:live AS uuid[]))
RETURNING i.id
""")

_COLUMNS: Final = """
    i.id, i.send_id, i.recipient, i.sender,
    -- Of an approved template Twilio's list has the text alone, without header, footer and buttons.
    COALESCE(CASE WHEN i.content_sid IS NOT NULL THEN i.message_parts ->> 'body' END, i.message_content, '') AS body,
    i.claimed_at AT TIME ZONE 'UTC' AS claimed_at, i.looks"""

_DUE = text(f"""
SELECT {_COLUMNS} FROM whatsapp_invitations i
WHERE i.sender = :sender AND i.engine_state = 'unknown' AND i.send_id IS NOT NULL
  AND (i.next_look_at IS NULL OR i.next_look_at <= clock_timestamp() AT TIME ZONE 'UTC')
ORDER BY i.claimed_at, i.id
LIMIT :limit
""")

_NEXT = text("""
SELECT EXTRACT(epoch FROM min(CASE
    WHEN i.engine_state = 'unknown' THEN COALESCE(i.next_look_at, clock_timestamp() AT TIME ZONE 'UTC')
    ELSE i.claimed_at + make_interval(secs => :older_than) END) - clock_timestamp() AT TIME ZONE 'UTC')
FROM whatsapp_invitations i
WHERE i.sender = :sender AND i.engine_state IN ('sending', 'unknown') AND i.send_id IS NOT NULL
  AND (i.engine_state = 'unknown' OR i.claim_token <> ALL(CAST(:live AS uuid[])))
""")

_NOTE_LOOK = text("""
UPDATE whatsapp_invitations
SET looks = looks + 1,
    next_look_at = CASE WHEN CAST(:seconds AS double precision) IS NULL THEN timestamp '9999-12-31'
        ELSE clock_timestamp() AT TIME ZONE 'UTC' + make_interval(secs => :seconds) END,
    twilio_error_code = CASE WHEN :candidates > 1 THEN 'ambiguous' ELSE twilio_error_code END
WHERE id = :id AND engine_state = 'unknown'
RETURNING id
""")

_LOCK_SEND = text("""
SELECT s.id FROM whatsapp_sends s
WHERE s.id = (SELECT send_id FROM whatsapp_invitations WHERE id = :id)
FOR NO KEY UPDATE
""")

_ADOPT = text("""
UPDATE whatsapp_invitations i
SET engine_state = 'accepted', claim_token = NULL, twilio_message_sid = :sid, twilio_status = :status,
    twilio_error_code = NULL, twilio_error_message = NULL, sent_at = COALESCE(i.claimed_at, i.queued_at),
    next_look_at = NULL
WHERE i.id = :id AND i.engine_state = 'unknown'
RETURNING i.id
""")

_SEND_AGAIN = text("""
UPDATE whatsapp_invitations
SET engine_state = 'queued', claim_token = NULL, claimed_by = :desk, twilio_error_code = NULL,
    twilio_error_message = NULL, next_retry_at = NULL, wait_reason = NULL, looks = 0, next_look_at = NULL
WHERE id = :id AND engine_state = 'unknown'
RETURNING id
""")

# The other rows of a stopped or finished send are final: opening it again lets this one go and no other.
_REOPEN = text("""
UPDATE whatsapp_sends SET state = 'active', pause_code = NULL
WHERE id = :id AND state IN ('stopped', 'finished')
""")

_TREAT_AS_SENT = text("""
UPDATE whatsapp_invitations
SET engine_state = 'accepted', claim_token = NULL, claimed_by = :desk, twilio_status = 'sent',
    twilio_error_code = NULL, twilio_error_message = NULL, sent_at = COALESCE(claimed_at, queued_at),
    next_look_at = NULL
WHERE id = :id AND engine_state = 'unknown'
RETURNING id
""")

_KNOWN_SIDS = text("""
SELECT twilio_message_sid FROM whatsapp_invitations WHERE twilio_message_sid = ANY(:sids)
UNION
SELECT twilio_message_sid FROM whatsapp_proofs WHERE twilio_message_sid = ANY(:sids)
""")


async def expire_claims(
    conn: Connection, sender: str, older_than: float, live: Collection[UUID] = ()
) -> list[UUID]:
    """Turn claims that nobody works on any more into unknown; return the ids of their invitations.

    Call it only while holding the sender's lock: then every claim of the number is either in `live`, the tokens
    that the caller itself is working on, or was left behind by a desk that is gone. `older_than` is in seconds
    by the database's clock.
    """
    parameters = {"sender": sender, "older_than": older_than, "live": list(live)}
    return list((await conn.execute(_EXPIRE, parameters)).scalars())


async def next_due(
    conn: Connection, sender: str, older_than: float, live: Collection[UUID] = ()
) -> float | None:
    """Return the seconds until a claim is to expire or an unknown invitation to be looked for; None: there is none.

    The parameters are those of `expire_claims`. What is overdue gives a number below zero.
    """
    parameters = {"sender": sender, "older_than": older_than, "live": list(live)}
    seconds = (await conn.execute(_NEXT, parameters)).scalar_one()
    return None if seconds is None else float(seconds)


async def due_for_a_look(conn: Connection, sender: str, limit: int = 50) -> list[Unsettled]:
    """Return unknown invitations that are due to be looked for in Twilio's list, oldest claim first."""
    result = await conn.execute(_DUE, {"sender": sender, "limit": limit})
    return [Unsettled(**row) for row in result.mappings()]


async def note_look(
    conn: Connection, invitation_id: UUID, seconds: float | None, candidates: int = 0
) -> bool:
    """Count a look that settled nothing and say when the next is due; None: only a person can settle it now.

    Several `candidates` give the row the error code `ambiguous`. False when it was settled meanwhile.
    """
    parameters = {"id": invitation_id, "seconds": seconds, "candidates": candidates}
    return (await conn.execute(_NOTE_LOOK, parameters)).one_or_none() is not None


async def known_sids(conn: Connection, sids: Collection[str]) -> set[str]:
    """Return those of the SIDs that are taken: messages of invitations, deleted ones too, or of earlier attempts."""
    own = set((await conn.execute(_KNOWN_SIDS, {"sids": list(sids)})).scalars())
    return own | await attempts.known_sids(conn, sids)


async def adopt(conn: Connection, invitation_id: UUID, sid: str, status: str) -> bool:
    """Give an unknown invitation the message that was found for it, with Twilio's word for its status.

    False when it was settled meanwhile, or when the message belongs to another invitation.
    """
    send_id = await _lock_send(conn, invitation_id)
    try:
        async with conn.begin_nested():
            parameters = {"id": invitation_id, "sid": sid, "status": status}
            adopted = (await conn.execute(_ADOPT, parameters)).one_or_none()
    except IntegrityError:
        return False
    if adopted is None:
        return False
    await finish(conn, [] if send_id is None else [send_id])
    return True


async def settle_by_person(conn: Connection, invitation_id: UUID, decision: Decision, desk: str) -> bool:
    """Do what a planner decided about an unknown invitation; False when it was settled meanwhile.

    Sending again opens a stopped or finished send for this one invitation; a paused send stays paused.
    """
    send_id = await _lock_send(conn, invitation_id)
    parameters = {"id": invitation_id, "desk": desk}
    match decision:
        case Decision.SEND_AGAIN:
            if (await conn.execute(_SEND_AGAIN, parameters)).one_or_none() is None:
                return False
            await conn.execute(_REOPEN, {"id": send_id})
            await attempts.settle(conn, [invitation_id])
        case Decision.TREAT_AS_SENT:
            if (await conn.execute(_TREAT_AS_SENT, parameters)).one_or_none() is None:
                return False
            await finish(conn, [] if send_id is None else [send_id])
    return True


async def _lock_send(conn: Connection, invitation_id: UUID) -> UUID | None:
    found: UUID | None = (await conn.execute(_LOCK_SEND, {"id": invitation_id})).scalar_one_or_none()
    return found
