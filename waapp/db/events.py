"""Events: the list with its counts, and what a person may change of them."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import exc, text

from waapp.core.events import Event, EventDraft, EventSummary
from waapp.core.guests import COMING
from waapp.core.status import EngineState, Progress, Shown, shown
from waapp.db import schema
from waapp.db.engine import Connection
from waapp.db.invitations import NEWEST_FIRST
from waapp.errors import UserError

EVENT_COLUMNS: Final = """
    e.id, e.name, CAST(e.date AS timestamp) AT TIME ZONE 'UTC', COALESCE(e.location, ''), e.time_zone,
    e.default_region, e.rsvp_link, e.quiet_start, e.quiet_end, e.sample, e.archived_at AT TIME ZONE 'UTC',
    CAST(e.updated_at AS timestamp) AT TIME ZONE 'UTC'"""
"""In the order of the fields of Event. The casts read the types that a web application may have chosen."""

_BY_ID: Final = text(f"SELECT {EVENT_COLUMNS} FROM events e WHERE e.id = :id")

_LIST: Final = text(f"""
SELECT {EVENT_COLUMNS} FROM events e
WHERE (:archived OR e.archived_at IS NULL) AND (CAST(:id AS uuid) IS NULL OR e.id = :id)
ORDER BY e.date NULLS LAST, lower(e.name), e.id
""")

_COUNTS: Final = text(f"""
WITH chosen AS MATERIALIZED (
    SELECT e.id FROM events e
    WHERE (:archived OR e.archived_at IS NULL) AND (CAST(:id AS uuid) IS NULL OR e.id = :id)
), newest AS (
    SELECT DISTINCT ON (i.guest_id) i.guest_id, i.engine_state, i.twilio_status,
        i.next_retry_at IS NOT NULL AS waits
    FROM whatsapp_invitations i
    WHERE i.event_id IN (SELECT id FROM chosen) AND i.practice = :practice AND NOT i.test
    ORDER BY i.guest_id, {NEWEST_FIRST}
)
SELECT g.event_id, n.engine_state, n.twilio_status, n.waits, count(*),
    count(*) FILTER (WHERE lower(trim(CAST(g.rsvp_status AS text))) = ANY(CAST(:coming AS text[])))
FROM guests g LEFT JOIN newest n ON n.guest_id = g.id
WHERE g.event_id IN (SELECT id FROM chosen)
GROUP BY g.event_id, n.engine_state, n.twilio_status, n.waits
""")

_BY_NAME: Final = text("""
SELECT e.id, e.name = :name AS exact FROM events e
WHERE lower(e.name) = lower(:name) AND (e.archived_at IS NULL OR e.name = :name)
""")

_INSERT: Final = text(f"""
INSERT INTO events AS e (name, date, location, time_zone, default_region, rsvp_link, sample, quiet_start, quiet_end)
VALUES (:name, CAST(:date AS timestamptz) AT TIME ZONE 'UTC', :location, :time_zone, :default_region, :rsvp_link,
    :sample, :quiet_start, :quiet_end)
RETURNING {EVENT_COLUMNS}
""")

_NOW: Final = "clock_timestamp() AT TIME ZONE 'UTC'"

_UPDATE: Final = text(f"""
UPDATE events e
SET name = :name, date = CAST(:date AS timestamptz) AT TIME ZONE 'UTC', location = :location,
    time_zone = :time_zone, default_region = :default_region, rsvp_link = :rsvp_link, sample = :sample,
    quiet_start = :quiet_start, quiet_end = :quiet_end, updated_at = {_NOW}
WHERE e.id = :id
  AND e.updated_at IS NOT DISTINCT FROM CAST(:expected AS timestamptz) AT TIME ZONE 'UTC'
RETURNING {EVENT_COLUMNS}
""")

_ARCHIVE: Final = text(f"""
UPDATE events e SET archived_at = CASE WHEN :archived THEN {_NOW} END, updated_at = {_NOW}
WHERE e.id = :id
RETURNING {EVENT_COLUMNS}
""")

# All that is kept of a guest, whatever this program adds to it, but nothing of how that guest fared.
_KEPT_OF_GUESTS: Final = ", ".join(
    column.name
    for column in schema.guests.columns
    if column.name not in {"id", "event_id", "created_at", "updated_at"}
    and not column.name.startswith(("invitation_", "rsvp_", "import_"))
)

_COPY_GUESTS: Final = text(f"""
INSERT INTO guests (event_id, {_KEPT_OF_GUESTS})
SELECT :copy, {_KEPT_OF_GUESTS} FROM guests WHERE event_id = :event_id ORDER BY created_at, id
""")

# The colours of groups and tags, and the filters, of those who plan the same kind of event again.
_COPY_COLORS: Final = text("""
INSERT INTO waapp_labels (event_id, kind, name, color)
SELECT :copy, kind, name, color FROM waapp_labels WHERE event_id = :event_id
""")
_COPY_FILTERS: Final = text("""
INSERT INTO waapp_guest_filters (event_id, name, filter, created_by)
SELECT :copy, name, filter, created_by FROM waapp_guest_filters WHERE event_id = :event_id ORDER BY created_at, id
""")

_LOCK: Final = text("SELECT FROM events WHERE id = :id FOR UPDATE")

_IN_USE: Final = text("""
SELECT EXISTS (SELECT FROM whatsapp_sends s WHERE s.event_id = :id AND s.state IN ('active', 'paused'))
  OR EXISTS (
      SELECT FROM whatsapp_invitations i WHERE i.event_id = :id AND i.engine_state IN ('sending', 'unknown'))
""")

_USE: Final = text("""
SELECT (SELECT count(*) FROM guests WHERE event_id = :id),
    EXISTS (SELECT FROM whatsapp_sends WHERE event_id = :id AND state IN ('active', 'paused'))
""")

_DELETE: Final = text("SELECT waapp_delete_event(:id)")
_RESTORE: Final = text("SELECT waapp_restore_event(:id)")


class Use(NamedTuple):
    """How many guests an event has, and whether anything of it is being sent."""

    guests: int
    is_sending: bool


async def list_events(conn: Connection, practice: bool, *, archived: bool = False) -> list[EventSummary]:
    """Return the events by date, those without a date last, with what their guests show in one mode.

    Archived events are among them only when asked for.
    """
    return await _summaries(conn, {"practice": practice, "archived": archived, "id": None})


async def get_summary(conn: Connection, event_id: UUID, practice: bool) -> EventSummary:
    """Return one event with what its guests show in one mode; raises `event_unknown`."""
    found = await _summaries(conn, {"practice": practice, "archived": True, "id": event_id})
    if not found:
        raise UserError("event_unknown", name=event_id)
    return found[0]


async def get_event(conn: Connection, event_id: UUID) -> Event:
    """Return an event; raises `event_unknown`."""
    row = (await conn.execute(_BY_ID, {"id": event_id})).one_or_none()
    if row is None:
        raise UserError("event_unknown", name=event_id)
    return Event(*row)


async def find_event(conn: Connection, id_or_name: str) -> Event:
    """Return the event that a person means by an id or a name; raises `event_unknown` or `event_ambiguous`.

    Case does not matter as long as only one event comes into question. An archived one is meant by its exact
    name or id only.
    """
    wanted = id_or_name.strip()
    try:
        return await get_event(conn, UUID(wanted))
    except (ValueError, UserError):
        pass  # A name may look like an id.
    rows = (await conn.execute(_BY_NAME, {"name": wanted})).all()
    found = [row for row in rows if row.exact] or rows
    if not found:
        raise UserError("event_unknown", name=wanted)
    if len(found) > 1:
        raise UserError("event_ambiguous", name=wanted, count=len(found))
    return await get_event(conn, found[0].id)


async def create_event(conn: Connection, draft: EventDraft) -> Event:
    """Store a new event."""
    return Event(*(await conn.execute(_INSERT, _parameters(draft))).one())


async def update_event(
    conn: Connection, event_id: UUID, draft: EventDraft, expected_updated_at: datetime | None
) -> Event:
    """Change an event that is still as the caller has seen it; raises `event_changed` or `event_unknown`."""
    parameters = {**_parameters(draft), "id": event_id, "expected": expected_updated_at}
    row = (await conn.execute(_UPDATE, parameters)).one_or_none()
    if row is None:
        event = await get_event(conn, event_id)
        raise UserError("event_changed", name=event.name)
    return Event(*row)


async def duplicate_event(conn: Connection, event_id: UUID, name: str, *, with_guests: bool) -> Event:
    """Store a copy of an event under a new name, with its guests or without; raises `event_unknown`.

    Colours and kept filters come along. Guests come as they are kept, each with an answer sign of their own; what they
    were sent and what they answered belongs to the first event. A copy of the sample is a sample too: its numbers may
    be anybody's.
    """
    event = await get_event(conn, event_id)
    copy = await create_event(conn, replace(event.draft, name=name))
    parameters = {"event_id": event_id, "copy": copy.id}
    await conn.execute(_COPY_COLORS, parameters)
    await conn.execute(_COPY_FILTERS, parameters)
    if with_guests:
        await conn.execute(_COPY_GUESTS, parameters)
    return copy


async def archive_event(conn: Connection, event_id: UUID, *, archived: bool = True) -> Event:
    """Take an event off the list, or put it back; raises `event_unknown`."""
    parameters = {"id": event_id, "archived": archived}
    return _one((await conn.execute(_ARCHIVE, parameters)).one_or_none(), event_id)


async def use_of(conn: Connection, event_id: UUID) -> Use:
    """Return what an event is in use for."""
    return Use(*(await conn.execute(_USE, {"id": event_id})).one())


async def delete_event(conn: Connection, event_id: UUID) -> None:
    """Delete an event with its guests; for thirty days `restore_event` brings it back.

    Raises `event_unknown`, or `event_in_use` while a send of it is open or the outcome of a message unknown.
    """
    parameters = {"id": event_id}
    await conn.execute(_LOCK, parameters)
    event = await get_event(conn, event_id)
    if (await conn.execute(_IN_USE, parameters)).scalar_one():
        raise UserError("event_in_use", name=event.name)
    await conn.execute(_DELETE, parameters)


async def restore_event(conn: Connection, event_id: UUID) -> Event:
    """Bring a deleted event back as it was, with the guests who went with it; what waited comes back as cancelled.

    Raises `event_not_restorable` when nothing of it is kept any more.
    """
    try:
        async with conn.begin_nested():
            await conn.execute(_RESTORE, {"id": event_id})
    except exc.IntegrityError as error:
        raise UserError("event_not_restorable") from error
    row = (await conn.execute(_BY_ID, {"id": event_id})).one_or_none()
    if row is None:
        raise UserError("event_not_restorable")
    return Event(*row)


def _one(row: Iterable[Any] | None, event_id: UUID) -> Event:
    if row is None:
        raise UserError("event_unknown", name=event_id)
    return Event(*row)


async def _summaries(conn: Connection, parameters: Mapping[str, object]) -> list[EventSummary]:
    states: defaultdict[UUID, Counter[Shown]] = defaultdict(Counter)
    coming: Counter[UUID] = Counter()
    for event_id, state, word, waits, guests, accepted in await conn.execute(
        _COUNTS, {**parameters, "coming": sorted(COMING)}
    ):
        progress = None if state is None else Progress(EngineState(state), word, waits)
        states[event_id][shown(progress)] += guests
        coming[event_id] += accepted
    return [
        EventSummary(event, states[event.id].total(), coming[event.id], dict(states[event.id]))
        for event in [Event(*row) for row in await conn.execute(_LIST, parameters)]
    ]


def _parameters(draft: EventDraft) -> dict[str, object]:
    return {
        "name": draft.name,
        "date": draft.date,
        "location": draft.location,
        "time_zone": draft.time_zone,
        "default_region": draft.default_region,
        "rsvp_link": draft.rsvp_link,
        "sample": draft.sample,
        "quiet_start": draft.quiet_start,
        "quiet_end": draft.quiet_end,
    }
