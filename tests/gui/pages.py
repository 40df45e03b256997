"""What tests of pages need: an event with guests in a real database, and waiting for what a page shows."""

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from waapp.config import Settings
from waapp.core.events import EventDraft
from waapp.core.guests import GuestDraft
from waapp.core.template import Template, TemplateDraft
from waapp.db import events, guests, templates
from waapp.db.engine import Database
from waapp.errors import UserError

SETTINGS = Settings(
    database_url=None,
    planner="Maria",
    host="MARIA-PC",
    installation="0a1b2c3d",
    sender=None,
    account_sid=None,
    api_key=None,
    base_url=None,
)

INVITATION = (
    "Hi {{guest_first_name}}, you are invited to {{event_name}} at {{event_location}}. "
    "Please answer here: {{rsvp_link}} until May, we look forward to it."
)


@contextmanager
def garbage_stays_here() -> Iterator[None]:
    """Collect cyclic garbage before and after, never meanwhile.

    The collector runs in whichever thread allocates, and the loop's executor has some: a widget of an earlier test
    that dies in one of them takes the process along.
    """
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


async def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so; fail when it does not become so in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def forget_nothing(_sid: str) -> None:
    """Stand for a practice Twilio that has no messages."""


async def make_event(database: Database, drafts: Sequence[GuestDraft]) -> UUID:
    """Store an event in Porto with these guests."""
    async with database.begin() as conn:
        event = await events.create_event(
            conn,
            EventDraft(
                "Clara & Davi",
                datetime(2087, 6, 5, 15, tzinfo=UTC),
                "Quinta da Boa Vista, Porto",
                "Europe/Lisbon",
                "PT",
                "https://rsvp.example/{rsvp_token}",
            ),
        )
        await guests.add_guests(conn, event.id, drafts)
    return event.id


async def make_template(database: Database, name: str = "invitation", content: str = INVITATION) -> Template:
    """Store a template."""
    async with database.begin() as conn:
        return await templates.save_template(
            conn, None, TemplateDraft(name, name.replace("_", " ").capitalize(), content), desk="Maria"
        )


class Reports:
    """Collects what tasks report; a test that expects nothing calls `check`."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []

    def __call__(self, error: BaseException) -> None:
        self.errors.append(error)

    @property
    def codes(self) -> list[str]:
        return [error.code if isinstance(error, UserError) else repr(error) for error in self.errors]

    def check(self) -> None:
        for error in self.errors:
            raise error
