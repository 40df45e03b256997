"""The sample event: invented guests in a workbook as planners keep them, and a template that passes every rule.

It is marked as a sample in the database and can never be sent outside practice mode: a number that looks valid
may belong to somebody.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from waapp.core.events import Event, EventDraft
from waapp.core.tabular import Import, parse_table
from waapp.core.template import Template, TemplateDraft
from waapp.db import events, guests, templates
from waapp.db.engine import Database
from waapp.engine.guest_files import read_guest_file
from waapp.errors import UserError
from waapp.paths import data_dir

_ZONE: Final = "Europe/Lisbon"
_TEMPLATE: Final = TemplateDraft(
    name="sample_invitation",
    display_name="Sample invitation",
    content=(
        "Dear {{guest_name}}, we are getting married and would be so happy to have you with us!\n\n"
        "*{{event_name}}*\n{{event_date}}, {{event_location}}\n\n"
        "Please tell us by the first of May whether you can come: {{rsvp_link}}\n\n"
        "_With love, Clara and Davi_"
    ),
    description="Belongs to the sample event",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample as stored, with the account of every row of its workbook.

    `guest_ids` are by the number of the row, as the spreadsheet shows it.
    """

    event: Event
    template: Template
    table: Import
    guest_ids: Mapping[int, UUID]


def workbook() -> Path:
    """Return the path of the sample's guest list."""
    return data_dir("resources") / "sample" / "guests.xlsx"


def expected_file() -> Path:
    """Return the path of the list that says how every row of the workbook ends in practice mode."""
    return data_dir("resources") / "sample" / "expected.toml"


async def add_sample(database: Database, now: datetime) -> Sample:
    """Store the sample event with its guests, and its template unless there is one already."""
    rows = (await asyncio.to_thread(read_guest_file, workbook())).rows
    day = datetime(now.astimezone(UTC).year + 1, 6, 5, 16, 0, tzinfo=ZoneInfo(_ZONE))
    draft = EventDraft(
        name="Clara & Davi",
        date=day.astimezone(UTC),
        location="Quinta da Boa Vista, Porto",
        time_zone=_ZONE,
        default_region="PT",
        rsvp_link="https://rsvp.example/{rsvp_token}",
        sample=True,
    )
    table = parse_table(rows, draft.default_region)
    async with database.begin() as conn:
        event = await events.create_event(conn, draft)
        ids = await guests.add_guests(conn, event.id, table.drafts)
        try:
            template = await templates.find_template(conn, _TEMPLATE.name)
        except UserError:
            template = await templates.save_template(conn, None, _TEMPLATE)
    added = [row.number for row in table.rows if row.draft is not None]
    return Sample(event, template, table, dict(zip(added, ids, strict=True)))
