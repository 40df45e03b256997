"""A sender on a real database and the practice Twilio: what the engine's tests share."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from waapp.core.cadence import Cadence
from waapp.core.errors_twilio import Table, load_table
from waapp.core.events import EventDraft
from waapp.core.guests import GuestDraft
from waapp.core.invitations import Invitation
from waapp.core.plan import Options
from waapp.core.template import TemplateDraft
from waapp.db import events, guests, invitations, templates
from waapp.db.engine import Database
from waapp.db.feed import Feed
from waapp.db.queueing import Queued
from waapp.engine.account import Line
from waapp.engine.plans import prepare, queue
from waapp.engine.sending import Sending
from waapp.errors import DatabaseError
from waapp.paths import data_dir
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PRACTICE_SENDER, PracticeTwilio
from waapp.whatsapp.practice_script import Script

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="session")
def table() -> Table:
    return load_table((data_dir("resources") / "twilio_errors.toml").read_text(encoding="utf-8"))


@dataclass
class Desk:
    """One desk: a database, a line and an event with a template."""

    database: Database
    line: Line
    practice: PracticeTwilio
    table: Table
    event_id: UUID
    template_id: UUID
    name: str = "Maria on DESK"
    request_seconds: float = 3.0

    async def invite(self, phones: Sequence[str], options: Options | None = None) -> Queued:
        """Add guests with these phones and queue the template for everybody who can get it."""
        drafts = [GuestDraft(name=f"Guest {phone[-4:]}", phone=phone) for phone in phones]
        async with self.database.begin() as conn:
            await guests.add_guests(conn, self.event_id, drafts)
        return await self.queue(options)

    async def queue(self, options: Options | None = None) -> Queued:
        """Queue the template for everybody who can get it."""
        prepared = await prepare(
            self.database,
            self.event_id,
            self.template_id,
            options or Options(),
            line=self.line,
            practice=True,
            rates=None,
        )
        return await queue(self.database, prepared, planner="Maria")

    def sending(self, **changes: Any) -> Sending:
        """Return the engine of this desk, not yet running."""
        line = replace(self.line, **changes)
        return Sending(
            self.database, line, desk=self.name, table=self.table, request_seconds=self.request_seconds
        )

    @asynccontextmanager
    async def at_work(self, **changes: Any) -> AsyncIterator[Sending]:
        """Run the engine and the feed that wakes it while in the block, then stop it in an orderly way."""
        sending = self.sending(**changes)
        feed = Feed(self.database.url)
        feed.subscribe(sending.changed)
        feeding = asyncio.create_task(feed.run())
        working = asyncio.create_task(sending.run())
        try:
            yield sending
        finally:
            sending.stop()
            await working
            feeding.cancel()
            await asyncio.wait([feeding])

    async def rows(self) -> list[Invitation]:
        """Return all invitations of the event, by recipient."""
        async with self.database.read() as conn:
            found = await invitations.list_invitations(conn, self.event_id, practice=True)
        return sorted(found, key=lambda row: row.recipient)

    async def until(self, met: Callable[[list[Invitation]], bool], seconds: float = 60.0) -> list[Invitation]:
        """Wait until the invitations meet a condition; fail after a generous time."""
        async with asyncio.timeout(seconds):
            while True:
                with suppress(DatabaseError):  # some tests stop it
                    rows = await self.rows()
                    if met(rows):
                        return rows
                await asyncio.sleep(0.05)


async def make_desk(database: Database, practice: PracticeTwilio, twilio: TwilioClient, table: Table) -> Desk:
    """Make an event and a template on a database; messages live fifty times as fast as in practice mode."""
    line = Line(
        twilio, PRACTICE_SENDER, "practice-test", practice=True, rate=500, cadence=Cadence(scale=0.02)
    )
    async with database.begin() as conn:
        draft = EventDraft("Party", datetime(2030, 6, 5, 16, tzinfo=UTC), "Porto", "Europe/Lisbon", "PT")
        event = await events.create_event(conn, draft)
        content = "Dear {{guest_name}}, please come to our party in the garden on Saturday evening!"
        template = await templates.save_template(conn, None, TemplateDraft("party", "Party", content))
    return Desk(database, line, practice, table, event.id, template.id)


@pytest.fixture
def desk(run: Run, database: Database, practice: PracticeTwilio, twilio: TwilioClient, table: Table) -> Desk:
    """A desk with an event and a template."""
    practice.script = Script(speed=50)
    made: Desk = run(make_desk(database, practice, twilio, table))
    return made


def numbers(count: int, start: int = 0) -> list[str]:
    """Return valid numbers from North America's range for fiction (555-01xx); practice mode reads them all."""
    canada = (
        204,
        226,
        236,
        249,
        250,
        289,
        306,
        343,
        403,
        416,
        418,
        431,
        437,
        438,
        450,
        506,
        514,
        519,
        604,
        613,
    )
    return [f"+1{area}55501{ending:02}" for area in canada for ending in range(70)][start : start + count]
