"""What `waapp export` does: the guests of an event, or those that filters show, to a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waapp import texts
from waapp.config import Settings
from waapp.core.errors_twilio import load_table
from waapp.core.events import Event
from waapp.core.guest_query import GuestQuery
from waapp.db import events
from waapp.db.guest_filters import list_filters
from waapp.db.labels import LabelKind, list_labels
from waapp.errors import UserError
from waapp.exporting import export_guests
from waapp.opening import open_database
from waapp.paths import resource_text


@dataclass(frozen=True, slots=True)
class Exported:
    """A guest list that was written to a file."""

    event: Event
    file: Path
    guests: int

    def text(self) -> str:
        """Return what was written."""
        return texts.tr("{n:guest|guests} saved to {file}.", n=self.guests, file=self.file)

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {"event": self.event.id, "file": str(self.file), "guests": self.guests}


async def export(
    settings: Settings,
    event_name: str,
    file: Path,
    *,
    kept: str | None = None,
    asked: GuestQuery | None = None,
) -> Exported:
    """Write the guests of an event and what became of their invitations to a workbook, CSV or contacts.

    With the name of a filter that is `kept`, and with what is `asked` for beside it, only those whom both show.
    Raises `event_unknown`, `event_ambiguous`, `filter_unknown`, and `group_unknown` or `tag_unknown` for a name that no
    guest has: a slip would put an empty list in the place of a good one.
    """
    errors = load_table(resource_text("twilio_errors.toml"))
    async with open_database(settings) as opened:
        async with opened.database.read() as conn:
            event = await events.find_event(conn, event_name)
            filters = await list_filters(conn, event.id) if kept is not None else {}
            if asked is not None and (asked.groups or asked.tags):
                _check_names(asked, await list_labels(conn, event.id), event)
        if kept is not None and kept not in filters:
            known = _named(tuple(filters))
            raise UserError("filter_unknown", name=kept, event=event.name, known=known)
        wanted = (filters[kept] if kept is not None else None, asked)
        queries = [query for query in wanted if query is not None and query != GuestQuery()]
        written = await export_guests(
            opened.database, event, file, practice=settings.practice, errors=errors, queries=queries
        )
    return Exported(event, file, written)


def _check_names(asked: GuestQuery, labels: Mapping[LabelKind, Sequence[str]], event: Event) -> None:
    groups, tags = labels["group"], labels["tag"]
    lower = {tag.casefold() for tag in tags}
    if (group := next((one for one in asked.groups if one and one not in groups), None)) is not None:
        raise UserError("group_unknown", name=group, event=event.name, known=_named(groups))
    if (tag := next((one for one in asked.tags if one and one.casefold() not in lower), None)) is not None:
        raise UserError("tag_unknown", name=tag, event=event.name, known=_named(tags))


def _named(names: Sequence[str]) -> str:
    return ", ".join(names) or texts.tr("none")
