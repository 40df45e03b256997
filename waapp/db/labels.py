"""The groups and tags of an event, and their colours, shared by all desks."""

from typing import Final, Literal
from uuid import UUID

from sqlalchemy import text

from waapp.db.engine import Connection

LabelKind = Literal["group", "tag"]
Colors = dict[tuple[str, str], str]

_LIST: Final = text("SELECT kind, name, color FROM waapp_labels WHERE event_id = :event_id")

_IN_USE: Final = text("""
SELECT 'group', guest_group FROM guests WHERE event_id = :event_id AND guest_group <> ''
UNION
SELECT 'tag', tag FROM guests, unnest(tags) tag WHERE event_id = :event_id
ORDER BY 1, 2
""")

_SET: Final = text("""
INSERT INTO waapp_labels (event_id, kind, name, color) VALUES (:event_id, :kind, :name, :color)
ON CONFLICT (event_id, kind, name) DO UPDATE SET color = EXCLUDED.color
""")

_CLEAR: Final = text("DELETE FROM waapp_labels WHERE event_id = :event_id AND kind = :kind AND name = :name")

# The other desks look at the event again, and find the colours with it.
_TELL: Final = text("SELECT pg_notify('waapp', 'events:' || :event_id)")


async def list_colors(conn: Connection, event_id: UUID) -> Colors:
    """Return the colours that were chosen, by kind and name."""
    return {(kind, name): color for kind, name, color in await conn.execute(_LIST, {"event_id": event_id})}


async def list_labels(conn: Connection, event_id: UUID) -> dict[LabelKind, list[str]]:
    """Return the groups and the tags that guests of an event have, in order."""
    found: dict[LabelKind, list[str]] = {"group": [], "tag": []}
    for kind, name in await conn.execute(_IN_USE, {"event_id": event_id}):
        found[kind].append(name)
    return found


async def set_color(conn: Connection, event_id: UUID, kind: LabelKind, name: str, color: str) -> None:
    """Choose a colour; an empty one takes the choice back."""
    parameters = {"event_id": event_id, "kind": kind, "name": name}
    if color:
        await conn.execute(_SET, {**parameters, "color": color})
    else:
        await conn.execute(_CLEAR, parameters)
    await conn.execute(_TELL, {"event_id": str(event_id)})
