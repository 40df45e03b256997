"""Filters of the guest list that were given a name: one set for each event, shared by all desks."""

import json
from typing import Final
from uuid import UUID

from sqlalchemy import text

from waapp.core.guest_query import GuestQuery
from waapp.db.engine import Connection
from waapp.db.labels import LabelKind

_LIST: Final = text(
    "SELECT name, filter FROM waapp_guest_filters WHERE event_id = :event_id ORDER BY lower(name), name"
)

_SAVE: Final = text("""
INSERT INTO waapp_guest_filters (event_id, name, filter, created_by)
VALUES (:event_id, :name, CAST(:filter AS jsonb), :desk)
ON CONFLICT (event_id, name) DO UPDATE SET filter = EXCLUDED.filter, created_by = EXCLUDED.created_by
""")

# The other desks look at the event again, and find the filters with it.
_TELL: Final = text("SELECT pg_notify('waapp', 'events:' || :event_id)")

_DELETE: Final = text("DELETE FROM waapp_guest_filters WHERE event_id = :event_id AND name = :name")


async def list_filters(conn: Connection, event_id: UUID) -> dict[str, GuestQuery]:
    """Return an event's filters by name, in alphabetical order."""
    rows = await conn.execute(_LIST, {"event_id": event_id})
    return {name: GuestQuery.from_json(stored) for name, stored in rows}


async def save_filter(conn: Connection, event_id: UUID, name: str, query: GuestQuery, *, desk: str) -> None:
    """Store a filter under a name; one that had the name is replaced."""
    stored = json.dumps(query.to_json(), ensure_ascii=False)
    await conn.execute(_SAVE, {"event_id": event_id, "name": name, "filter": stored, "desk": desk})
    await conn.execute(_TELL, {"event_id": str(event_id)})


async def delete_filter(conn: Connection, event_id: UUID, name: str) -> None:
    """Forget a filter; nothing happens when it is gone already."""
    await conn.execute(_DELETE, {"event_id": event_id, "name": name})
    await conn.execute(_TELL, {"event_id": str(event_id)})


async def follow_label(
    conn: Connection, event_id: UUID, kind: LabelKind, old: str, new: str, *, desk: str
) -> dict[str, GuestQuery]:
    """Let the filters that ask for a group or tag ask for its new name; return those as they were.

    A label that is taken from everybody has none: whoever asks for it goes on finding nobody.
    """
    followed = {
        name: query
        for name, query in (await list_filters(conn, event_id)).items()
        if query.relabelled(kind, old, new) != query
    }
    for name, query in followed.items():
        await save_filter(conn, event_id, name, query.relabelled(kind, old, new), desk=desk)
    return followed
