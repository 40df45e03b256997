"""Imports of guest lists: saved as one transaction through COPY, listed, remembered by the list's shape."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

import json
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import exc, text

from waapp.core.deletions import KEPT_FOR
from waapp.core.guests import Guest, GuestDraft
from waapp.core.import_diff import Account, Diff, Given, Key, Line, Outcome, identity
from waapp.core.imports import Import
from waapp.db.draft_columns import set_from
from waapp.db.engine import Connection
from waapp.db.import_rows import draft_from, write_rows
from waapp.db.streaming import CHUNK, stream
from waapp.errors import UserError

_log: Final = logging.getLogger(__name__)

# Held until the import is saved or taken back, also when nobody is left at the other end.
_ALONE: Final = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('waapp import ' || CAST(:id AS text), 0))"
)

_AFTER_OTHERS: Final = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('waapp import into ' || CAST(:id AS text), 0))"
)
_ARRIVED: Final = text("""
SELECT name, COALESCE(phone, ''), COALESCE(email, '') FROM guests
WHERE event_id = :event_id AND NOT id = ANY(:known)
""")

_EVENT: Final = text("SELECT id FROM events WHERE id = :id FOR KEY SHARE")

_LOCK_GUESTS: Final = text("""
SELECT id, CAST(updated_at AS timestamp) AT TIME ZONE 'UTC' FROM guests
WHERE id = ANY(:ids) AND event_id = :event_id ORDER BY id FOR UPDATE
""")

_NEW: Final = text("""
INSERT INTO waapp_imports (id, event_id, source, digest, imported_by, added, changed, same, skipped)
VALUES (:id, :event_id, :source, :digest, :planner, :added, :changed, :same, :skipped)
""")

_CHANGE: Final = text(f"""
UPDATE guests g SET {set_from("r.after")}, updated_at = clock_timestamp() AT TIME ZONE 'UTC'
FROM waapp_import_rows r
WHERE r.import_id = :id AND r.outcome = 'changed' AND g.id = r.guest_id
""")

# Whom an import had added and who went with it is set aside together with its rows.
_LIST: Final = """
SELECT m.id, m.event_id, m.source, m.imported_by, m.created_at AT TIME ZONE 'UTC', m.added, m.changed, m.same,
    m.skipped, m.undone_at AT TIME ZONE 'UTC', m.undone_by,
    (SELECT count(*) FROM waapp_import_rows r
     WHERE r.import_id = m.id AND r.outcome IN ('added', 'changed') AND NOT r.undone),
    CASE WHEN m.undone_at < clock_timestamp() AT TIME ZONE 'UTC' - CAST(:kept_for AS interval) THEN 0 ELSE (
        SELECT count(*) FROM waapp_import_rows r
        WHERE r.import_id = m.id AND r.outcome IN ('added', 'changed') AND r.undone) + COALESCE(gone.guests, 0)
    END
FROM waapp_imports m LEFT JOIN (
    SELECT d.content ->> 'import_id' AS import_id, count(*) AS guests
    FROM waapp_deleted_rows d
    WHERE d.table_name = 'waapp_import_rows' AND d.event_id = {event} AND d.content -> 'undone' = 'true'
      AND d.content ->> 'outcome' = 'added'
      AND d.deleted_at >= clock_timestamp() AT TIME ZONE 'UTC' - CAST(:kept_for AS interval)
    GROUP BY 1) gone ON gone.import_id = CAST(m.id AS text)
"""

_OF_EVENT: Final = text(
    f"{_LIST.format(event=':event_id')} WHERE m.event_id = :event_id ORDER BY m.created_at DESC, m.id"
)
_BY_ID: Final = text(
    f"{_LIST.format(event='(SELECT event_id FROM waapp_imports WHERE id = :id)')} WHERE m.id = :id"
)

_GIVEN: Final = """
SELECT r.guest_id, r.given
FROM waapp_imports m JOIN waapp_import_rows r ON r.import_id = m.id
WHERE m.event_id = %(event_id)s AND NOT r.undone
ORDER BY m.created_at DESC, m.id, r.row_number
"""

_RECALL: Final = text("SELECT choices FROM waapp_import_mappings WHERE shape = :shape")

_REMEMBER: Final = text("""
INSERT INTO waapp_import_mappings (shape, choices, used_by) VALUES (:shape, CAST(:choices AS jsonb), :planner)
ON CONFLICT (shape) DO UPDATE SET choices = EXCLUDED.choices, used_by = EXCLUDED.used_by,
    used_at = clock_timestamp() AT TIME ZONE 'UTC'
""")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the guests of an import come from and who brings them in."""

    name: str
    digest: str
    planner: str


class Overtaken(NamedTuple):
    """A row whose guest somebody changed or deleted since the diff, with the name that it gives."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What an import did. `overtaken` are the rows that came too late.

    `remembered`: how the columns were read is kept for the next list of this shape.
    """

    id: UUID
    account: Account
    overtaken: tuple[Overtaken, ...] = ()
    remembered: bool = True


async def list_given(conn: Connection, event_id: UUID) -> list[Given]:
    """Return what former imports said of an event's guests, the newest import first."""
    return [
        Given(guest_id, draft_from(given))
        async for chunk in stream(conn, _GIVEN, {"event_id": event_id})
        for guest_id, given in chunk
    ]


async def save_import(
    conn: Connection,
    event_id: UUID,
    source: Source,
    diff: Diff,
    guests: Mapping[UUID, Guest],
    progress: Callable[[int], object] = lambda _rows: None,
    *,
    import_id: UUID | None = None,
) -> Saved:
    """Store what a diff adds and changes; the caller's transaction makes it all or nothing.

    Under an `import_id` it is done once: where the answer to an earlier try was lost, what that did is returned.
    `guests` are those that the diff was made against: one that somebody has changed or deleted since is left
    alone and told, and whom somebody has added since is not added again. `progress` is
    told the number of rows that are on their way. Raises `event_unknown`.
    """
    if import_id is None:
        import_id = uuid4()
    elif (earlier := await find_saved(conn, import_id)) is not None:
        return earlier
    if (await conn.execute(_EVENT, {"id": event_id})).one_or_none() is None:
        raise UserError("event_unknown", name=event_id)
    await wait_for_others(conn, event_id)
    locked = await _lock(conn, event_id, diff)
    arrived = await _arrived(conn, event_id, diff, guests)
    overtaken = tuple(line for line in diff.lines if _is_overtaken(line, guests, locked, arrived))
    account = _account(diff, overtaken)
    await conn.execute(
        _NEW,
        {
            "id": import_id,
            "event_id": event_id,
            "source": source.name[-300:],
            "digest": source.digest,
            "planner": source.planner,
            "added": account.added,
            "changed": account.changed,
            "same": account.same,
            "skipped": account.skipped,
        },
    )
    left_out = {line.number for line in overtaken}
    await write_rows(conn, import_id, event_id, diff, left_out, guests, progress)
    await conn.execute(_CHANGE, {"id": import_id})
    return Saved(import_id, account, tuple(Overtaken(line.number, _name(line)) for line in overtaken))


async def find_saved(conn: Connection, import_id: UUID) -> Saved | None:
    """Return what an import did that may have been saved, or None; waits for one that is just being saved."""
    parameters: dict[str, object] = {"id": import_id}
    await conn.execute(_ALONE, parameters)
    row = (await conn.execute(_BY_ID, parameters | {"kept_for": KEPT_FOR})).one_or_none()
    return None if row is None else Saved(import_id, _as_import(row).account)


async def list_imports(conn: Connection, event_id: UUID) -> list[Import]:
    """Return the imports of an event, the newest first."""
    parameters = {"event_id": event_id, "kept_for": KEPT_FOR}
    return [_as_import(row) for row in await conn.execute(_OF_EVENT, parameters)]


async def get_import(conn: Connection, import_id: UUID) -> Import:
    """Return an import; raises `import_unknown`."""
    row = (await conn.execute(_BY_ID, {"id": import_id, "kept_for": KEPT_FOR})).one_or_none()
    if row is None:
        raise UserError("import_unknown", id=import_id)
    return _as_import(row)


async def wait_for_others(conn: Connection, event_id: UUID) -> None:
    """Wait until nobody else brings guests into an event; the second of two must see whom the first one did."""
    await conn.execute(_AFTER_OTHERS, {"id": event_id})


async def recall_mapping(conn: Connection, shape: str) -> dict[str, str] | None:
    """Return what was chosen for the columns of lists of this shape, if any was imported."""
    found: dict[str, str] | None = (await conn.execute(_RECALL, {"shape": shape})).scalar_one_or_none()
    return found


async def remember_mapping(conn: Connection, shape: str, choices: Mapping[str, str], planner: str) -> bool:
    """Keep what was chosen for the columns of lists of this shape, for all planners; return whether that worked.

    Where the database refuses it, what else the transaction does goes on.
    """
    parameters = {"shape": shape, "choices": json.dumps(dict(choices)), "planner": planner}
    try:
        async with conn.begin_nested():
            await conn.execute(_REMEMBER, parameters)
    except exc.DBAPIError as error:
        if error.connection_invalidated or conn.closed:
            raise
        _log.warning("The columns of a list could not be remembered: %s", type(error.orig).__name__)
        return False
    return True


async def _lock(conn: Connection, event_id: UUID, diff: Diff) -> dict[UUID, datetime]:
    """Hold the guests that the rows are about, and return when each was changed last."""
    # In the order of their ids, so that two imports never wait for each other in a circle.
    wanted = sorted(line.guest_id for line in diff.lines if line.guest_id is not None)
    locked: dict[UUID, datetime] = {}
    for start in range(0, len(wanted), CHUNK):
        parameters = {"ids": wanted[start : start + CHUNK], "event_id": event_id}
        locked.update((row[0], row[1]) for row in await conn.execute(_LOCK_GUESTS, parameters))
    return locked


async def _arrived(conn: Connection, event_id: UUID, diff: Diff, guests: Collection[UUID]) -> frozenset[Key]:
    """Return who is in the event by now and was not when the diff was made, if it adds anybody."""
    if not any(line.outcome is Outcome.ADD for line in diff.lines):
        return frozenset()
    rows = await conn.execute(_ARRIVED, {"event_id": event_id, "known": list(guests)})
    return frozenset(identity(GuestDraft(name, phone, email)) for name, phone, email in rows)


def _is_overtaken(
    line: Line, guests: Mapping[UUID, Guest], locked: Mapping[UUID, datetime], arrived: Collection[Key]
) -> bool:
    """Tell whether a row's guest is no longer what the diff was made against."""
    if line.guest_id is None:
        return bool(arrived) and line.draft is not None and identity(line.draft) in arrived
    if line.guest_id not in locked:
        return True
    return line.outcome is Outcome.CHANGE and locked[line.guest_id] != guests[line.guest_id].updated_at


def _name(line: Line) -> str:
    return "" if line.given is None else line.given.name


def _account(diff: Diff, overtaken: Sequence[Line]) -> Account:
    planned = diff.account
    late = Counter(line.outcome for line in overtaken)
    return Account(
        planned.read,
        planned.added - late[Outcome.ADD],
        planned.changed - late[Outcome.CHANGE],
        planned.same - late[Outcome.SAME],
        planned.skipped + len(overtaken),
    )


def _as_import(row: Any) -> Import:  # noqa: ANN401 - a row of SQLAlchemy
    added, changed, same, skipped = row[5:9]
    account = Account(added + changed + same + skipped, added, changed, same, skipped)
    return Import(row[0], row[1], row[2], row[3], row[4], account, *row[9:])
