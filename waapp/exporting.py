"""A guest list to a file, for the window and the command line: the rows, the words, the format by the file's name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from waapp import texts
from waapp.core import phone
from waapp.core.errors_twilio import Table
from waapp.core.events import Event, zone
from waapp.core.guest_export import ExportRow, table, vcards
from waapp.core.guests import Guest
from waapp.core.status import Shown
from waapp.core.template_values import rsvp_link
from waapp.db import guests
from waapp.db.engine import Database
from waapp.db.guest_exports import Outcome, newest_outcomes
from waapp.engine.guest_exports import write_csv, write_text, write_workbook
from waapp.errors import UserError

SUFFIXES: Final = (".xlsx", ".csv", ".vcf")
"""The endings of file names that choose a format: workbook, CSV, contacts."""

_TROUBLES: Final = {Shown.FAILED, Shown.WAITING, Shown.UNKNOWN, Shown.CANCELLED}


async def export_guests(
    database: Database,
    event: Event,
    path: Path,
    *,
    practice: bool,
    errors: Table,
    ids: Sequence[UUID] | None = None,
    delimiter: str = ",",
    right_to_left: bool = False,
) -> int:
    """Write guests of an event, with what became of their invitations in one mode; return how many.

    `ids` says which and in what order; without it all, as they were added. Raises `export_format_unknown` for a
    name that ends in none of `SUFFIXES`, and what `engine.guest_exports` raises.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError("export_format_unknown", file=path.name)
    async with database.read() as conn:
        stored = await guests.list_guests(conn, event.id)
        outcomes = await newest_outcomes(conn, event.id, practice)
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
