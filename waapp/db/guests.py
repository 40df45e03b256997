"""Guests: the list as it streams into a window, what changed since, and what a person may change."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from psycopg import errors
from sqlalchemy import TextClause, exc, text

from waapp.core.guests import Consent, Guest, GuestDraft, GuestRow, make_guest
from waapp.core.status import EngineState
from waapp.db.clock import Horizon, changed_since, look
from waapp.db.engine import Connection
from waapp.db.invitations import NEWEST_FIRST
from waapp.db.streaming import CHUNK, id_array, ids_from, stream
from waapp.errors import UserError

# In the order of the fields of Guest. The casts read the types that a web application may have chosen.
_COLUMNS: Final = """
    g.id, g.event_id, g.name, COALESCE(g.phone, ''), COALESCE(g.email, ''), g.guest_group, g.language, g.notes,
    COALESCE(CAST(g.rsvp_status AS text), 'pending'), g.rsvp_count, COALESCE(CAST(g.rsvp_token AS text), ''),
    g.extra, CAST(g.updated_at AS timestamp) AT TIME ZONE 'UTC',
    g.tags, g.household, g.plus_ones, g.time_zone, g.consent, g.consent_source, g.consent_at AT TIME ZONE 'UTC'"""

# In the order of the fields of GuestRow; `g` is the guest and `i` the newest invitation of the mode.
_ROW: Final = """
    g.id, g.name, COALESCE(g.phone, ''), COALESCE(g.email, ''), g.guest_group, g.language,
    COALESCE(CAST(g.rsvp_status AS text), 'pending'), g.rsvp_count,
    CAST(g.updated_at AS timestamp) AT TIME ZONE 'UTC',
    i.id, i.engine_state, i.twilio_status, i.twilio_error_code, i.next_retry_at AT TIME ZONE 'UTC',
    COALESCE(i.sent_at, i.queued_at) AT TIME ZONE 'UTC',
    GREATEST(CAST(g.updated_at AS timestamp), i.updated_at) AT TIME ZONE 'UTC',
    g.tags, g.household, g.plus_ones, g.consent, o.address IS NOT NULL"""

# Few addresses, so that a guest list costs hardly more for it.
_OPT_OUT: Final = "LEFT JOIN whatsapp_opt_outs o ON o.address = g.phone"

_INVITATION: Final = """
    i.id, i.guest_id, i.engine_state, i.twilio_status, i.twilio_error_code, i.next_retry_at, i.sent_at, i.queued_at,
    i.updated_at"""

# One pass over the event's invitations: for a whole list several times cheaper than looking up guest by guest.
_ALL_ROWS: Final = f"""
SELECT {_ROW}
FROM guests g LEFT JOIN (
    SELECT DISTINCT ON (i.guest_id) {_INVITATION}
    FROM whatsapp_invitations i
    WHERE i.event_id = %(event_id)s AND i.practice = %(practice)s AND NOT i.test
    ORDER BY i.guest_id, {NEWEST_FIRST}
) i ON i.guest_id = g.id {_OPT_OUT}
WHERE g.event_id = %(event_id)s
"""

_CHANGED_ROWS: Final = f"""
WITH changed AS (
    SELECT g.id FROM guests g
    WHERE g.event_id = %(event_id)s AND {changed_since("g")}
    UNION
    SELECT i.guest_id FROM whatsapp_invitations i
    WHERE i.event_id = %(event_id)s AND i.practice = %(practice)s AND NOT i.test AND {changed_since("i")}
)
SELECT {_ROW}
FROM changed JOIN guests g ON g.id = changed.id LEFT JOIN LATERAL (
    SELECT {_INVITATION}
    FROM whatsapp_invitations i
    WHERE i.guest_id = g.id AND i.practice = %(practice)s AND NOT i.test
    ORDER BY {NEWEST_FIRST}
    LIMIT 1
) i ON true {_OPT_OUT}
"""

_BY_ID: Final = text(f"SELECT {_COLUMNS} FROM guests g WHERE g.id = :id")
_LIST: Final = (
    f"SELECT {_COLUMNS} FROM guests g WHERE g.event_id = %(event_id)s ORDER BY g.created_at, g.name, g.id"
)
_IDS: Final = "SELECT id FROM guests WHERE event_id = %(event_id)s"
_OWN_COLUMNS: Final = text(
    "SELECT DISTINCT jsonb_object_keys(extra) AS name FROM guests WHERE event_id = :event_id ORDER BY name"
)
_COUNT: Final = text("SELECT count(*) FROM guests WHERE event_id = :event_id")

_FIELDS: Final = """name, phone, email, guest_group, language, notes, extra, tags, household, plus_ones, time_zone,
    consent, consent_source, consent_at"""

# The same from a draft as JSON (see `rows_as_json`).
_VALUES: Final = """
    n.name, NULLIF(n.phone, ''), NULLIF(n.email, ''), n.guest_group, n.language, n.notes, n.extra,
    ARRAY(SELECT jsonb_array_elements_text(n.tags)), n.household, n.plus_ones, n.time_zone,
    n.consent, n.consent_source, n.consent_at AT TIME ZONE 'UTC'"""

_RECORD: Final = """(id uuid, name text, phone text, email text, guest_group text, language text, notes text,
    extra jsonb, tags jsonb, household text, plus_ones int, time_zone text,
    consent text, consent_source text, consent_at timestamptz)"""

_INSERT: Final = text(f"""
INSERT INTO guests (id, event_id, {_FIELDS})
SELECT n.id, :event_id, {_VALUES}
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS n{_RECORD}
""")

_UPDATE: Final = text(f"""
UPDATE guests g
SET ({_FIELDS}, updated_at) = (
    SELECT {_VALUES}, clock_timestamp() AT TIME ZONE 'UTC'
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS n{_RECORD})
WHERE g.id = :id
  AND g.updated_at IS NOT DISTINCT FROM CAST(:expected AS timestamptz) AT TIME ZONE 'UTC'
RETURNING {_COLUMNS}
""")

BULK_UPDATE: Final = text(f"""
UPDATE guests g
SET ({_FIELDS}, updated_at) = ({_VALUES}, clock_timestamp() AT TIME ZONE 'UTC')
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS n{_RECORD}
WHERE g.id = n.id
RETURNING g.id, CAST(g.updated_at AS timestamp) AT TIME ZONE 'UTC' AS updated_at
""")
"""Writes drafts (`rows_as_json`) over guests that the caller has locked."""

_BY_IDS: Final = f"SELECT {_COLUMNS} FROM guests g WHERE g.id = ANY(:ids) ORDER BY g.id"
_READ: Final = text(_BY_IDS)
_LOCKED: Final = text(f"{_BY_IDS} FOR NO KEY UPDATE")

# Messages before guests, as whoever records what came of a message takes them. Nobody claims one meanwhile.
LOCK_INVITATIONS: Final = text("""
SELECT count(*) FROM (
    SELECT FROM whatsapp_invitations WHERE guest_id = ANY(CAST(:ids AS uuid[]))
    ORDER BY id FOR UPDATE) AS locked
""")
"""Holds the messages of guests (`ids`) that the caller locks next."""

_LOCK: Final = text("""
SELECT count(*) FROM (
    SELECT FROM guests WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE) AS locked
""")

_INVITED: Final = """
SELECT DISTINCT guest_id FROM whatsapp_invitations WHERE guest_id = ANY(CAST(%(ids)s AS uuid[]))
"""

_SENDING: Final = text("""
SELECT count(DISTINCT guest_id) FROM whatsapp_invitations
WHERE guest_id = ANY(CAST(:ids AS uuid[])) AND engine_state = 'sending'
""")

_DELETE: Final = "SELECT waapp_delete_guests(CAST(%(ids)s AS uuid[]))"
_RESTORE: Final = text("""
SELECT CAST(array_agg(back) AS text) FROM waapp_restore_guests(CAST(:ids AS uuid[])) AS back
""")
_RESTORE_OF_IMPORT: Final = text("""
SELECT CAST(array_agg(back) AS text) FROM waapp_bring_back_guests(CAST(:ids AS uuid[]), :import) AS back
""")

# What the database computes itself cannot be written back.
_WRITABLE: Final = text("""
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
FROM pg_attribute
WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
""")


class GuestChanges(NamedTuple):
    """The rows that may have changed, how many guests there are in all, and the horizon of the next question.

    When `total` is not what the caller holds after merging, some were deleted: `guest_ids` tells which remain.
    """

    rows: list[GuestRow]
    total: int
    horizon: Horizon


async def stream_guest_rows(
    conn: Connection, event_id: UUID, practice: bool
) -> AsyncGenerator[list[GuestRow], None]:
    """Yield an event's guests in chunks, each with its newest invitation of the mode, in no particular order.

    The event loop gets a turn after every chunk. Call `clock.look` before the first one: that is the
    `Horizon.first` of the first question for changes. Close the iterator (`contextlib.aclosing`) when leaving it early.
    """
    async with aclosing(stream(conn, _ALL_ROWS, {"event_id": event_id, "practice": practice})) as chunks:
        async for chunk in chunks:
            yield _as_rows(chunk)


async def guest_rows_changed_since(
    conn: Connection, event_id: UUID, practice: bool, horizon: Horizon
) -> GuestChanges:
    """Return the rows of which the guest or an invitation may have changed since a horizon; merge them by id."""
    seen = await look(conn)
    query = {"event_id": event_id, "practice": practice, **horizon.parameters}
    rows = [row async for chunk in stream(conn, _CHANGED_ROWS, query) for row in _as_rows(chunk)]
    total = (await conn.execute(_COUNT, {"event_id": event_id})).scalar_one()
    return GuestChanges(rows, total, horizon.after(seen))


async def guest_ids(conn: Connection, event_id: UUID) -> set[UUID]:
    """Return the ids of an event's guests: whatever else a list holds was deleted."""
    return set(await _ids_of(conn, _IDS, {"event_id": event_id}))


async def own_columns(conn: Connection, event_id: UUID) -> tuple[str, ...]:
    """Return the names of the further columns that guests of an event have, in alphabetical order."""
    return tuple((await conn.execute(_OWN_COLUMNS, {"event_id": event_id})).scalars())


async def list_guests(conn: Connection, event_id: UUID) -> list[Guest]:
    """Return all guests of an event in the order in which they were added."""
    return [_as_guest(row) async for chunk in stream(conn, _LIST, {"event_id": event_id}) for row in chunk]


async def get_guest(conn: Connection, guest_id: UUID) -> Guest:
    """Return a guest; raises `guest_unknown`."""
    row = (await conn.execute(_BY_ID, {"id": guest_id})).one_or_none()
    if row is None:
        raise UserError("guest_unknown", guest=guest_id)
    return _as_guest(row)


async def create_guest(conn: Connection, event_id: UUID, draft: GuestDraft) -> Guest:
    """Store a new guest of an event; raises `event_unknown`."""
    (guest_id,) = await add_guests(conn, event_id, [draft])
    return await get_guest(conn, guest_id)


async def add_guests(conn: Connection, event_id: UUID, drafts: Sequence[GuestDraft]) -> list[UUID]:
    """Store guests of an event, thousands at once; return their ids in the order of the drafts.

    Raises `event_unknown`. The caller's transaction makes it all or nothing.
    """
    event = text("SELECT id FROM events WHERE id = :id FOR KEY SHARE")
    if (await conn.execute(event, {"id": event_id})).one_or_none() is None:
        raise UserError("event_unknown", name=event_id)
    ids: list[UUID] = []
    for start in range(0, len(drafts), CHUNK):
        chunk = drafts[start : start + CHUNK]
        new = [uuid4() for _ in chunk]
        await conn.execute(
            _INSERT, {"event_id": event_id, "rows": rows_as_json(zip(new, chunk, strict=True))}
        )
        ids += new
        await asyncio.sleep(0)
    return ids


async def update_guest(
    conn: Connection, guest_id: UUID, draft: GuestDraft, expected_updated_at: datetime | None
) -> Guest:
    """Change a guest that is still as the caller has seen it; raises `guest_changed` or `guest_unknown`."""
    parameters = {
        "id": guest_id,
        "expected": expected_updated_at,
        "rows": rows_as_json([(guest_id, draft)]),
    }
    row = (await conn.execute(_UPDATE, parameters)).one_or_none()
    if row is None:
        guest = await get_guest(conn, guest_id)
        raise UserError("guest_changed", guest=guest.name)
    return _as_guest(row)


async def get_guests(conn: Connection, ids: Collection[UUID]) -> list[Guest]:
    """Return these guests, those who are gone excepted."""
    return await _in_turns(conn, _READ, ids)


async def lock_guests(conn: Connection, ids: Collection[UUID]) -> list[Guest]:
    """Return these guests, those who are gone excepted, and let nobody change them before the transaction ends."""
    return await _in_turns(conn, _LOCKED, ids)


async def _in_turns(conn: Connection, statement: TextClause, ids: Collection[UUID]) -> list[Guest]:
    """Read many guests in the order of their ids, with a turn for all other tasks after a few hundred each."""
    ordered = sorted(ids)
    found: list[Guest] = []
    for start in range(0, len(ordered), CHUNK):
        rows = await conn.execute(statement, {"ids": ordered[start : start + CHUNK]})
        found += [_as_guest(row) for row in rows]
    return found


async def invited_among(conn: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Return which of these guests have an invitation, of whatever mode."""
    return set(await _ids_of(conn, _INVITED, {"ids": await id_array(ids)}))


async def delete_guests(conn: Connection, ids: Collection[UUID]) -> tuple[UUID, ...]:
    """Delete guests with everything about their invitations; return whom there was.

    For thirty days `restore_guests` brings them back. Raises `guests_being_sent` while a message to one of them is on
    its way out: its outcome must find its row.
    """
    parameters = {"ids": await id_array(ids)}
    await conn.execute(LOCK_INVITATIONS, parameters)
    await conn.execute(_LOCK, parameters)
    sending = (await conn.execute(_SENDING, parameters)).scalar_one()
    if sending:
        raise UserError("guests_being_sent", count=sending)
    return tuple(await _ids_of(conn, _DELETE, parameters))


async def restore_guests(
    conn: Connection, ids: Collection[UUID], *, of_import: UUID | None = None
) -> tuple[UUID, ...]:
    """Bring deleted guests back as they were, with their invitations, the log of these and what lists said of them.

    What `of_import` said of them is no longer undone. Returns whom there was something of. What waited to be sent comes
    back as cancelled: undoing a deletion must not send anything. Raises `guests_without_event` when the event is gone,
    `guests_not_restorable` where something of theirs is somebody else's by now.
    """
    statement = _RESTORE if of_import is None else _RESTORE_OF_IMPORT
    parameters = {"ids": await id_array(ids)} | ({} if of_import is None else {"import": of_import})
    try:
        async with conn.begin_nested():
            return tuple(await ids_from((await conn.execute(statement, parameters)).scalar_one()))
    except exc.IntegrityError as error:
        lost = isinstance(error.orig, errors.ForeignKeyViolation)
        raise UserError("guests_without_event" if lost else "guests_not_restorable") from error


async def _ids_of(conn: Connection, query: str, parameters: Mapping[str, object]) -> list[UUID]:
    return [guest_id async for chunk in stream(conn, query, parameters) for (guest_id,) in chunk]


async def put_back(conn: Connection, table: str, rows: Iterable[str]) -> None:
    """Store rows of a table again that were read as JSON, with all that the database does not compute itself."""
    columns = (await conn.execute(_WRITABLE, {"table": table})).scalar_one()
    statement = text(
        f"INSERT INTO {table} ({columns}) "
        f"SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb))"
    )
    await conn.execute(statement, {"rows": _array(rows)})


def _array(rows: Iterable[str]) -> str:
    return f"[{','.join(rows)}]"


_STATES: Final[Mapping[str | None, EngineState | None]] = {None: None} | {
    state.value: state for state in EngineState
}


def _as_rows(
    rows: Iterable[tuple[Any, ...]],
    new: Callable[[type[GuestRow], tuple[Any, ...]], GuestRow] = tuple.__new__,
) -> list[GuestRow]:
    """Make the records; `new` is what `GuestRow._make` ends in, a hundred thousand times."""
    return [new(GuestRow, (*row[:10], _STATES[row[10]], *row[11:])) for row in rows]


_TAGS: Final = list(Guest.__dataclass_fields__).index("tags")
_CONSENT: Final = list(Guest.__dataclass_fields__).index("consent")
_CONSENTS: Final = {consent.value: consent for consent in Consent}


def _as_guest(row: Iterable[Any]) -> Guest:
    values = list(row)
    values[_TAGS] = tuple(values[_TAGS])
    values[_CONSENT] = _CONSENTS[values[_CONSENT]]
    return make_guest(*values)


def rows_as_json(drafts: Iterable[tuple[UUID, GuestDraft]]) -> str:
    """Return drafts as the statements of this module take them."""
    return json.dumps(
        [
            {
                "id": str(guest_id),
                "name": draft.name,
                "phone": draft.phone,
                "email": draft.email,
                "guest_group": draft.group,
                "language": draft.language,
                "notes": draft.notes,
                "extra": dict(draft.extra),
                "tags": list(draft.tags),
                "household": draft.household,
                "plus_ones": draft.plus_ones,
                "time_zone": draft.time_zone,
                "consent": draft.consent.value,
                "consent_source": draft.consent_source,
                "consent_at": None if draft.consent_at is None else draft.consent_at.isoformat(),
            }
            for guest_id, draft in drafts
        ],
        ensure_ascii=False,
    )
