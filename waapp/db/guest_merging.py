"""Making several guests one with the history of all of them, and taking that back; who only looks the same."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text

from waapp.core.guest_merging import Merge, Message, as_seen, waits_no_longer
from waapp.core.status import EngineState
from waapp.db import guest_changes
from waapp.db.engine import Connection
from waapp.db.guest_changes import Before
from waapp.db.guests import BULK_UPDATE, get_guests, lock_guests, put_back, rows_as_json
from waapp.errors import UserError

# Tests to the planner's own phone invite nobody.
_MESSAGES: Final = text("""
SELECT i.id, i.guest_id, i.engine_state, i.twilio_status, COALESCE(CAST(s.template_id AS text), i.template_name),
    i.practice, COALESCE(i.recipient, '')
FROM whatsapp_invitations i LEFT JOIN whatsapp_sends s ON s.id = i.send_id
WHERE i.guest_id = ANY(:ids) AND NOT i.test
ORDER BY i.created_at, i.id
""")

# Sends before guests, as whoever records what came of a message takes them.
_LOCK_SENDS: Final = text("""
SELECT FROM whatsapp_sends s
WHERE s.id IN (SELECT i.send_id FROM whatsapp_invitations i WHERE i.guest_id = ANY(:ids))
ORDER BY s.id
FOR NO KEY UPDATE
""")

_LOCK: Final = text("SELECT FROM guests WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")

_CANCEL: Final = text("""
UPDATE whatsapp_invitations SET engine_state = 'cancelled', twilio_error_code = 'merged', next_retry_at = NULL
WHERE id = ANY(:ids) AND engine_state = 'queued'
""")

_AS_THEY_ARE: Final = text(
    "SELECT id, CAST(to_jsonb(g) AS text) FROM guests g WHERE g.id = ANY(:ids) ORDER BY g.id"
)

# What a list said of somebody holds for who that is now, so that the same list adds nobody again. Undoing its import
# must not touch a guest whom it did not make, nor one whom it did not make alone: such a one is noted as stored like
# nobody, and so counts as edited since.
_MOVE_IMPORT_ROWS: Final = text("""
WITH moved AS (
    DELETE FROM waapp_import_rows r
    WHERE r.guest_id = ANY(:ids) OR r.guest_id = :survivor AND r.outcome = 'added'
    RETURNING r.*)
SELECT CAST(to_jsonb(m) AS text) FROM moved m
""")
_ADD_IMPORT_ROWS: Final = text("""
INSERT INTO waapp_import_rows (import_id, row_number, guest_id, outcome, given, after, undone)
SELECT r.import_id, r.row_number, :survivor, CASE WHEN r.guest_id = :survivor THEN 'added' ELSE 'unchanged' END,
    r.given, CASE WHEN r.guest_id = :survivor THEN CAST('{"name": ""}' AS jsonb) END, r.undone
FROM jsonb_populate_recordset(NULL::waapp_import_rows, CAST(:rows AS jsonb)) r
""")
# Of an import that was undone meanwhile they are rows that were taken back.
_TAKE_IMPORT_ROWS: Final = text("""
WITH gone AS (
    DELETE FROM waapp_import_rows r
    USING jsonb_populate_recordset(NULL::waapp_import_rows, CAST(:rows AS jsonb)) was
    WHERE r.import_id = was.import_id AND r.row_number = was.row_number AND r.guest_id = :survivor
    RETURNING was.*, r.undone AS is_undone)
SELECT CAST(to_jsonb(g) - 'is_undone' || jsonb_build_object('undone', g.is_undone) AS text) FROM gone g
""")

_MERGE: Final = text("SELECT waapp_merge_guest(:absorbed, :survivor)")
_UNMERGE: Final = text("SELECT waapp_unmerge_guest(:restored, :survivor)")

# From row to row, because the web application chose the types.
_TAKE_ANSWER: Final = text("""
UPDATE guests g SET rsvp_status = r.rsvp_status, rsvp_count = r.rsvp_count,
    updated_at = clock_timestamp() AT TIME ZONE 'UTC'
FROM jsonb_populate_record(NULL::guests, CAST(:row AS jsonb)) r
WHERE g.id = :id
  AND (g.rsvp_status, g.rsvp_count) IS DISTINCT FROM (r.rsvp_status, r.rsvp_count)
""")

# Who was reached under either entry was reached, by whatever channel.
_RANKS: Final = "ARRAY['not_sent', 'failed', 'queued', 'sent', 'delivered', 'read']"
_TAKE_STATUS: Final = text(f"""
UPDATE guests g SET invitation_status = best.invitation_status, invitation_method = best.invitation_method,
    invitation_sent_at = best.invitation_sent_at, updated_at = clock_timestamp() AT TIME ZONE 'UTC'
FROM (
    SELECT r.invitation_status, r.invitation_method, r.invitation_sent_at
    FROM jsonb_populate_recordset(NULL::guests, CAST(:rows AS jsonb)) r
    ORDER BY array_position({_RANKS}, CAST(r.invitation_status AS text)) DESC NULLS LAST, r.invitation_sent_at DESC
    LIMIT 1
) best
WHERE g.id = :id
  AND array_position({_RANKS}, CAST(g.invitation_status AS text))
    < array_position({_RANKS}, CAST(best.invitation_status AS text))
""")
# Back to what it was, unless a message has changed it since; and on to what messages that are back have become.
_RESET_STATUS: Final = text("""
UPDATE guests g SET invitation_status = was.invitation_status, invitation_method = was.invitation_method,
    invitation_sent_at = was.invitation_sent_at, updated_at = clock_timestamp() AT TIME ZONE 'UTC'
FROM jsonb_populate_record(NULL::guests, CAST(:was AS jsonb)) was,
    jsonb_populate_record(NULL::guests, CAST(:made AS jsonb)) made
WHERE g.id = :id AND g.invitation_status IS NOT DISTINCT FROM made.invitation_status
""")
_FOLLOW_STATUS: Final = text("""
UPDATE guests g SET invitation_status = newest.status, invitation_method = 'whatsapp',
    invitation_sent_at = newest.at, updated_at = clock_timestamp() AT TIME ZONE 'UTC'
FROM (
    SELECT DISTINCT ON (i.guest_id) i.guest_id, waapp_guest_status(i.twilio_status, i.engine_state) AS status,
        COALESCE(i.sent_at, i.queued_at) AS at
    FROM whatsapp_invitations i
    WHERE i.guest_id = ANY(:ids) AND NOT i.practice AND NOT i.test AND i.engine_state <> 'cancelled'
    ORDER BY i.guest_id, i.created_at DESC, i.id DESC
) newest
WHERE g.id = newest.guest_id
  AND waapp_guest_status_rank(CAST(newest.status AS text)) > waapp_guest_status_rank(CAST(g.invitation_status AS text))
""")

_ANSWER_IS: Final = text("""
SELECT (g.rsvp_status, g.rsvp_count) IS NOT DISTINCT FROM (r.rsvp_status, r.rsvp_count)
FROM guests g, jsonb_populate_record(NULL::guests, CAST(:row AS jsonb)) r WHERE g.id = :id
""")

_DISTINCT: Final = text("""
SELECT d.one, d.other FROM waapp_distinct_guests d JOIN guests g ON g.id = d.one WHERE g.event_id = :event_id
""")
_TELL_APART: Final = text("""
INSERT INTO waapp_distinct_guests (one, other, noted_by) SELECT a.id, b.id, left(:desk, 100)
FROM guests a JOIN guests b ON a.id < b.id AND b.id = ANY(:ids) WHERE a.id = ANY(:ids)
ON CONFLICT DO NOTHING
""")
_NO_LONGER_APART: Final = text("""
DELETE FROM waapp_distinct_guests WHERE one = ANY(:ids) AND other = ANY(:ids)
""")


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: all that takes it back. `stopped` is the number of messages that wait no longer."""

    merge: Merge
    stopped: int
    before: tuple[Before, ...]
    rows: tuple[tuple[UUID, str], ...]
    made: str
    imported: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unmerged:
    """Who is apart again, and whether something of the survivor stays because somebody has set it otherwise since."""

    ids: tuple[UUID, ...]
    stays: bool


async def read_messages(conn: Connection, ids: Collection[UUID]) -> list[Message]:
    """Return what was planned for guests and what became of it, in both modes, the oldest first."""
    rows = await conn.execute(_MESSAGES, {"ids": list(ids)})
    return [Message(row[0], row[1], EngineState(row[2]), *row[3:]) for row in rows]


async def merge_guests(conn: Connection, merge: Merge) -> Merged:
    """Make guests one; what was sent to any of them is the survivor's from now on.

    Raises `guest_unknown` when one of them is gone, and `guest_changed` when one is not as the planner has seen it.
    """
    ids = [guest.id for guest in merge.seen]
    await conn.execute(_LOCK_SENDS, {"ids": ids})
    await conn.execute(_LOCK, {"ids": ids})
    now = {guest.id: guest for guest in await get_guests(conn, ids)}
    for seen in merge.seen:
        if seen.id not in now:
            raise UserError("guest_unknown", guest=seen.name)
        if not as_seen(seen, now[seen.id]):
            raise UserError("guest_changed", guest=now[seen.id].name)
    messages = await read_messages(conn, ids)
    stopping = waits_no_longer(messages, merge.survivor, merge.draft.phone)
    if stopping:
        await conn.execute(_CANCEL, {"ids": list(stopping)})
    rows = await _as_they_are(conn, ids)
    imported = tuple(
        (
            await conn.execute(_MOVE_IMPORT_ROWS, {"ids": list(merge.absorbed), "survivor": merge.survivor})
        ).scalars()
    )
    if imported:
        await conn.execute(_ADD_IMPORT_ROWS, {"survivor": merge.survivor, "rows": _array(imported)})
    for absorbed in merge.absorbed:
        await conn.execute(_MERGE, {"absorbed": absorbed, "survivor": merge.survivor})
    survivor = now[merge.survivor]
    await conn.execute(BULK_UPDATE, {"rows": rows_as_json([(survivor.id, merge.draft)])})
    await conn.execute(_TAKE_ANSWER, {"id": survivor.id, "row": rows[merge.answer_from]})
    await conn.execute(_TAKE_STATUS, {"id": survivor.id, "rows": _array(rows.values())})
    made = (await _as_they_are(conn, [survivor.id]))[survivor.id]
    before = Before(survivor.id, survivor.name, survivor.draft, merge.draft)
    return Merged(merge, len(stopping), (before,), tuple(rows.items()), made, imported)


async def unmerge_guests(conn: Connection, done: Merged) -> Unmerged:
    """Bring back who became one with another guest, with what was theirs; what was stopped stays so.

    Raises `guest_unknown` when the survivor is gone.
    """
    merge = done.merge
    if not await lock_guests(conn, [merge.survivor]):
        raise UserError("guest_unknown", guest=done.before[0].name)
    rows = dict(done.rows)
    own_answer = (await conn.execute(_ANSWER_IS, {"id": merge.survivor, "row": done.made})).scalar_one()
    await put_back(conn, "guests", [rows[one] for one in merge.absorbed])
    for restored in reversed(merge.absorbed):
        await conn.execute(_UNMERGE, {"restored": restored, "survivor": merge.survivor})
    if done.imported:
        taken = {"rows": _array(done.imported), "survivor": merge.survivor}
        still = list((await conn.execute(_TAKE_IMPORT_ROWS, taken)).scalars())
        await put_back(conn, "waapp_import_rows", still)
    fields = await guest_changes.take_back(conn, done.before)
    was = rows[merge.survivor]
    if own_answer:
        await conn.execute(_TAKE_ANSWER, {"id": merge.survivor, "row": was})
    await conn.execute(_RESET_STATUS, {"id": merge.survivor, "was": was, "made": done.made})
    await conn.execute(_FOLLOW_STATUS, {"ids": [merge.survivor, *merge.absorbed]})
    return Unmerged(tuple(guest.id for guest in merge.seen), bool(fields.refused) or not own_answer)


async def told_apart(conn: Connection, event_id: UUID) -> frozenset[frozenset[UUID]]:
    """Return the pairs of guests of whom a planner has said that they are two."""
    rows = await conn.execute(_DISTINCT, {"event_id": event_id})
    return frozenset(frozenset(pair) for pair in rows)


async def tell_apart(conn: Connection, ids: Collection[UUID], *, desk: str) -> None:
    """Note that no two of these guests are the same, for every desk."""
    await conn.execute(_TELL_APART, {"ids": list(ids), "desk": desk})


async def no_longer_apart(conn: Connection, ids: Collection[UUID]) -> None:
    """Take back that these guests are not the same."""
    await conn.execute(_NO_LONGER_APART, {"ids": list(ids)})


async def _as_they_are(conn: Connection, ids: Collection[UUID]) -> dict[UUID, str]:
    found = await conn.execute(_AS_THEY_ARE, {"ids": list(ids)})
    return {row[0]: row[1] for row in found}


def _array(rows: Iterable[str]) -> str:
    return f"[{','.join(rows)}]"
