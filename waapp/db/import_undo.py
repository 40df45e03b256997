"""Taking an import back as one, and bringing it back: never over what came later, and said of whom that is true."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

import asyncio
from typing import Final
from uuid import UUID

from sqlalchemy import text

from waapp.core.deletions import KEPT_FOR
from waapp.core.guests import GuestDraft
from waapp.core.import_diff import Outcome
from waapp.core.imports import ImportedRow, Redo, Undo, UndoneRow, plan_redo, plan_undo
from waapp.db.draft_columns import is_all_of, is_what_is_in, set_from
from waapp.db.engine import Connection
from waapp.db.guests import get_guests, restore_guests
from waapp.db.import_rows import values_from
from waapp.db.imports import get_import, wait_for_others
from waapp.db.streaming import id_array, stream

# The event before what is in it, as whoever deletes it takes them.
_HOLD_EVENT: Final = text("""
SELECT FROM events WHERE id = (SELECT event_id FROM waapp_imports WHERE id = :id) FOR KEY SHARE
""")
_LOCK_IMPORT: Final = text("SELECT id FROM waapp_imports WHERE id = :id FOR UPDATE")

_LOCK_ITS_GUESTS: Final = text("""
SELECT count(*) FROM (
    SELECT g.id FROM guests g
    WHERE g.id IN (
        SELECT guest_id FROM waapp_import_rows
        WHERE import_id = :id AND outcome IN ('added', 'changed') AND undone = :undone)
    ORDER BY g.id FOR UPDATE) AS locked
""")

# Most guests are as the import has left them, which the database sees without sending them.
_ROWS: Final = f"""
SELECT guest_id, outcome, untouched, CASE WHEN NOT untouched THEN said END
FROM (
    SELECT r.guest_id, r.outcome, r.said, r.row_number, CASE r.outcome
        WHEN 'changed' THEN {is_what_is_in("r.said")}
        ELSE {is_all_of("r.said")}
            AND COALESCE(CAST(g.rsvp_status AS text), 'pending') = 'pending' AND g.rsvp_count IS NULL
        END AS untouched
    FROM (
        SELECT guest_id, outcome, row_number, COALESCE(after, given) AS said
        FROM waapp_import_rows
        WHERE import_id = %(id)s AND outcome IN ('added', 'changed') AND NOT undone
    ) r JOIN guests g ON g.id = r.guest_id
) compared
ORDER BY row_number
"""

# One that was stopped before it left reached nobody. Other channels leave their mark on the guest alone. Of whom the
# import has added all history is newer, also that of another guest with whom they have become one.
_INVITED_SINCE: Final = text("""
SELECT r.guest_id
FROM waapp_imports m
    JOIN waapp_import_rows r ON r.import_id = m.id AND NOT r.undone
    JOIN whatsapp_invitations i ON i.guest_id = r.guest_id
WHERE m.id = :id AND (i.created_at >= m.created_at OR r.outcome = 'added')
  AND i.engine_state <> 'cancelled' AND NOT i.test
UNION
SELECT r.guest_id
FROM waapp_imports m
    JOIN waapp_import_rows r ON r.import_id = m.id AND r.outcome IN ('added', 'changed') AND NOT r.undone
    JOIN guests g ON g.id = r.guest_id
WHERE m.id = :id AND COALESCE(CAST(g.invitation_status AS text), 'not_sent') <> 'not_sent'
  AND (r.outcome = 'added' OR CAST(g.invitation_sent_at AS timestamp) >= m.created_at)
""")

# Whoever is on a newer list too is there because of that one as well.
_LISTED_SINCE: Final = text("""
SELECT DISTINCT r.guest_id
FROM waapp_imports m
    JOIN waapp_import_rows r ON r.import_id = m.id AND r.outcome = 'added' AND NOT r.undone
    JOIN waapp_import_rows also ON also.guest_id = r.guest_id AND also.import_id <> m.id AND NOT also.undone
    JOIN waapp_imports newer ON newer.id = also.import_id AND newer.undone_at IS NULL
WHERE m.id = :id AND (newer.created_at, newer.id) > (m.created_at, m.id)
""")

_RESTORE: Final = text(f"""
UPDATE guests g SET {set_from("r.before")}, updated_at = clock_timestamp() AT TIME ZONE 'UTC'
FROM waapp_import_rows r
WHERE r.import_id = :id AND r.outcome = 'changed' AND NOT r.undone
  AND g.id = r.guest_id AND g.id <> ALL(:kept)
""")

# Of a guest who stays the row stays as it is: taking back again looks at it again.
_NOTE_UNDONE: Final = text("""
UPDATE waapp_import_rows SET undone = :undone
WHERE import_id = :id AND undone <> :undone AND guest_id <> ALL(:kept)
""")

# With their rows, which this notes as undone, they are set aside, as those are whom a planner deletes.
_REMOVE: Final = text("SELECT count(*) FROM waapp_take_back_guests(CAST(:ids AS uuid[]), :id)")

_MARK: Final = text("""
UPDATE waapp_imports SET undone_at = clock_timestamp() AT TIME ZONE 'UTC', undone_by = :planner
WHERE id = :id AND (:did_something OR undone_at IS NULL)
""")

# Who went with the import, and who is there. What was set aside of the event is gone through once: a join of it with
# itself, of which the server has no statistics yet, would take minutes for a long list.
_UNDONE: Final = f"""
SELECT gone.guest_id, gone.outcome, gone.name, gone.phone, gone.email, false, false
FROM (
    SELECT d.guest_id, max(d.content ->> 'outcome') AS outcome, COALESCE(max(d.content ->> 'name'), '') AS name,
        COALESCE(max(d.content ->> 'phone'), '') AS phone, COALESCE(max(d.content ->> 'email'), '') AS email
    FROM waapp_deleted_rows d
    WHERE d.event_id = %(event_id)s
      AND d.deleted_at >= clock_timestamp() AT TIME ZONE 'UTC' - CAST(%(kept_for)s AS interval)
      AND (d.table_name = 'guests' OR d.table_name = 'waapp_import_rows'
          AND d.content ->> 'import_id' = CAST(%(id)s AS text) AND d.content -> 'undone' = 'true'
          AND d.content ->> 'outcome' IN ('added', 'changed'))
    GROUP BY d.guest_id
    HAVING bool_or(d.table_name = 'guests') AND bool_or(d.table_name = 'waapp_import_rows')
) gone
WHERE NOT EXISTS (SELECT FROM guests g WHERE g.id = gone.guest_id)
UNION ALL
SELECT g.id, r.outcome, g.name, COALESCE(g.phone, ''), COALESCE(g.email, ''), true,
    r.outcome = 'added' OR {is_what_is_in("r.before")}
FROM waapp_import_rows r JOIN guests g ON g.id = r.guest_id
WHERE r.import_id = %(id)s AND r.outcome IN ('added', 'changed') AND r.undone
"""

# The web application may give its guests times of its own; those of lists are ours.
_ARRIVED_SINCE: Final = text("""
SELECT g.name, COALESCE(g.phone, ''), COALESCE(g.email, '')
FROM guests g JOIN waapp_imports m ON m.id = :id
WHERE g.event_id = m.event_id AND (CAST(g.created_at AS timestamp) >= m.undone_at OR EXISTS (
    SELECT FROM waapp_import_rows r JOIN waapp_imports newer ON newer.id = r.import_id
    WHERE r.guest_id = g.id AND r.outcome = 'added' AND newer.created_at >= m.undone_at))
""")

_CHANGE_AGAIN: Final = text(f"""
UPDATE guests g SET {set_from("r.after")}, updated_at = clock_timestamp() AT TIME ZONE 'UTC'
FROM waapp_import_rows r
WHERE r.import_id = :id AND r.outcome = 'changed' AND g.id = r.guest_id AND g.id = ANY(:ids)
""")

# What was said of guests who have only just come back is true of every list that was not taken back.
_NOTE_OTHERS: Final = text("""
UPDATE waapp_import_rows r SET undone = false
FROM waapp_imports m
WHERE m.id = r.import_id AND m.event_id = :event_id AND m.undone_at IS NULL AND r.undone
  AND r.guest_id = ANY(CAST(:ids AS uuid[]))
""")

_UNMARK: Final = text("UPDATE waapp_imports SET undone_at = NULL, undone_by = NULL WHERE id = :id")


async def undo_import(conn: Connection, import_id: UUID, planner: str, *, rest: bool = False) -> Undo:
    """Take an import back: remove whom it added, put back what it changed; raises `import_unknown`.

    While there are guests who must stay as they are, nothing is done and `kept` says who and why; with `rest`
    the others are taken back all the same.
    """
    parameters: dict[str, object] = {"id": import_id}
    await conn.execute(_HOLD_EVENT, parameters)
    await conn.execute(_LOCK_IMPORT, parameters)
    await get_import(conn, import_id)
    await conn.execute(_LOCK_ITS_GUESTS, parameters | {"undone": False})
    invited = set((await conn.execute(_INVITED_SINCE, parameters)).scalars())
    listed = set((await conn.execute(_LISTED_SINCE, parameters)).scalars())
    rows = [
        ImportedRow(guest_id, Outcome(outcome), untouched, values_from(after or {}))
        async for chunk in stream(conn, _ROWS, parameters)
        for guest_id, outcome, untouched, after in chunk
    ]
    looked_at = invited.union(listed, (row.guest_id for row in rows if not row.untouched))
    undo = await asyncio.to_thread(plan_undo, rows, await get_guests(conn, looked_at), invited, listed)
    if undo.kept and not rest:
        return undo
    staying = parameters | {"kept": [one.guest_id for one in undo.kept]}
    await conn.execute(_RESTORE, staying)
    await conn.execute(_REMOVE, parameters | {"ids": await id_array(undo.removed)})
    await conn.execute(_NOTE_UNDONE, staying | {"undone": True})
    did_something = bool(undo.removed or undo.restored)
    await conn.execute(_MARK, parameters | {"planner": planner, "did_something": did_something})
    return undo


async def redo_import(conn: Connection, import_id: UUID, *, rest: bool = False) -> Redo:
    """Bring an import back that was taken back: whom it had added as they were, and what it had changed.

    While there are guests of whom that is not possible, nothing is done and `kept` says who and why; with `rest` the
    others are brought back all the same. Nothing happens where nothing is missing of it, or what is was forgotten.
    Raises `import_unknown` and what bringing back deleted guests raises.
    """
    parameters: dict[str, object] = {"id": import_id}
    await conn.execute(_HOLD_EVENT, parameters)
    await conn.execute(_LOCK_IMPORT, parameters)
    found = await get_import(conn, import_id)
    if not found.gone:
        return Redo()
    await wait_for_others(conn, found.event_id)
    await conn.execute(_LOCK_ITS_GUESTS, parameters | {"undone": True})
    query = parameters | {"event_id": found.event_id, "kept_for": KEPT_FOR}
    rows = [
        UndoneRow(guest_id, Outcome(outcome), GuestDraft(name, phone, email), listed, as_before)
        async for chunk in stream(conn, _UNDONE, query)
        for guest_id, outcome, name, phone, email, listed, as_before in chunk
    ]
    arrived = [GuestDraft(*row) for row in await conn.execute(_ARRIVED_SINCE, parameters)]
    redo = await asyncio.to_thread(plan_redo, rows, arrived)
    if redo.kept and not rest:
        return redo
    if redo.added:
        await restore_guests(conn, redo.added, of_import=import_id)
    await conn.execute(_CHANGE_AGAIN, parameters | {"ids": list(redo.changed)})
    kept = [one.guest_id for one in redo.kept]
    await conn.execute(_NOTE_UNDONE, parameters | {"kept": kept, "undone": False})
    if not kept:
        await conn.execute(_UNMARK, parameters)
    await conn.execute(_NOTE_OTHERS, {"event_id": found.event_id, "ids": await id_array(redo.added)})
    return redo
