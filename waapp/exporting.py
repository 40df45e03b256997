"""Guest lists and personal data to a file: the rows, the words, the format by the ending of the file's name."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from waapp import texts
from waapp.core import phone
from waapp.core.errors_twilio import Table
from waapp.core.events import Event, zone
from waapp.core.guest_export import ExportRow, table, vcards
from waapp.core.guest_query import GuestQuery
from waapp.core.guest_search import fitting
from waapp.core.guests import Guest
from waapp.core.status import Shown
from waapp.core.template_values import rsvp_link
from waapp.db import guests, personal_data
from waapp.db.engine import Database
from waapp.db.guest_exports import Outcome, newest_outcomes
from waapp.engine.guest_exports import write_csv, write_text, write_workbook
from waapp.errors import UserError

SUFFIXES: Final = (".xlsx", ".csv", ".vcf")
"""The endings of file names that choose a format: workbook, CSV, contacts."""

PERSONAL_SUFFIXES: Final = (".json", ".xlsx")
"""The same for what is kept about one guest: for a program, for a person."""

_TROUBLES: Final = {Shown.FAILED, Shown.WAITING, Shown.UNKNOWN, Shown.CANCELLED}


async def export_guests(
    database: Database,
    event: Event,
    path: Path,
    *,
    practice: bool,
    errors: Table,
    ids: Sequence[UUID] | None = None,
    queries: Sequence[GuestQuery] = (),
    delimiter: str = ",",
    right_to_left: bool = False,
) -> int:
    """Write guests of an event, with what became of their invitations in one mode; return how many.

    `ids` says which and in what order; without it all, as they were added, whom every one of the `queries` shows.
    Raises `export_format_unknown` for a name that ends in none of `SUFFIXES`, and what `engine.guest_exports` raises.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError("export_format_unknown", file=path.name)
    async with database.read() as conn:
        stored = await guests.list_guests(conn, event.id)
        outcomes = await newest_outcomes(conn, event.id, practice)
        if queries:
            fits = fitting(queries)
            chunks = guests.stream_guest_rows(conn, event.id, practice)
            shown = {row.id async for chunk in chunks for row in chunk if fits(row)}
            stored = [guest for guest in stored if guest.id in shown]
    if ids is not None:
        by_id = {guest.id: guest for guest in stored}
        stored = [by_id[guest_id] for guest_id in ids if guest_id in by_id]
    if suffix == ".vcf":
        await write_text(path, vcards(stored))
        return len(stored)
    lines = [_row(guest, event, outcomes.get(guest.id), errors) for guest in stored]
    headings = {column: texts.tr(words) for column, words in texts.EXPORT_HEADINGS.items()}
    rows = table(lines, zone(event.time_zone), headings, texts.state)
    if suffix == ".csv":
        await write_csv(path, rows, delimiter=delimiter)
    else:
        await write_workbook(path, event.name, rows, right_to_left=right_to_left)
    return len(stored)


async def export_personal_data(database: Database, guest_id: UUID, path: Path) -> None:
    """Write everything that is kept about a guest; raises `guest_unknown` and what `export_guests` raises."""
    suffix = path.suffix.lower()
    if suffix not in PERSONAL_SUFFIXES:
        raise UserError("personal_format_unknown", file=path.name)
    async with database.read() as conn:
        document = await personal_data.gather(conn, guest_id)
    if suffix == ".json":
        await write_text(path, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        heading = [texts.tr("What"), texts.tr("Value")]
        await write_workbook(path, str(document["guest"].get("name", "")), [heading, *_lines("", document)])


def _lines(name: str, value: object) -> Iterator[list[str]]:
    """Yield a line for each single value of a document, named by the way to it."""
    match value:
        case dict():
            for key, one in value.items():
                yield from _lines(f"{name}.{key}" if name else str(key), one)
        case list():
            for number, one in enumerate(value, start=1):
                yield from _lines(f"{name} {number}", one)
        case None:
            return
        case _:
            yield [name, str(value)]


def _row(guest: Guest, event: Event, outcome: Outcome | None, errors: Table) -> ExportRow:
    link = rsvp_link(event.rsvp_link, guest, event.id)
    if outcome is None:
        return ExportRow(guest, link=link)
    cause = ""
    if outcome.shown in _TROUBLES:
        region = phone.read(guest.phone, event.default_region).region
        cause = texts.cause(outcome.error_code, outcome.error_message, errors, region)
    return ExportRow(
        guest, outcome.shown, cause, outcome.sent_at, outcome.delivered_at, outcome.read_at, link
    )
