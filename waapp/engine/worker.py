"""Sending without a window: for a server, or to finish what a desk has queued."""

import asyncio
import logging

from waapp.config import Settings
from waapp.core.errors_twilio import load_table
from waapp.db import send_timing, settling, statuses
from waapp.db.engine import Database
from waapp.db.feed import Feed
from waapp.engine.account import Line, open_account
from waapp.engine.approvals import Approvals
from waapp.engine.sending import Duty, Sending, SendingState
from waapp.errors import UserError
from waapp.loop import stop_signals
from waapp.opening import open_database
from waapp.paths import resource_text

_log = logging.getLogger(__name__)

_SOON = 60.0
"""Seconds within which something that becomes due is worth waiting for."""
_LOOK = 1.0
_MOVING = (None, "accepted", "scheduled", "queued", "sending")


async def run(settings: Settings, *, until_idle: bool) -> None:
    """Send, follow and settle until SIGTERM or, if wanted, until nothing is left to do soon.

    Raises DatabaseError, UserError("sender_missing"), UserError("account_missing").
    """
    stop = asyncio.Event()
    with stop_signals(stop.set):
        async with open_database(settings) as opened, open_account(settings) as account:
            if account.line is None:
                raise UserError("sender_missing")
            sending = Sending(
                opened.database,
                account.line,
                desk=settings.desk,
                table=load_table(resource_text("twilio_errors.toml")),
                request_seconds=settings.http_timeout,
                on_state=_tell,
            )
            approvals = Approvals(
                opened.database,
                account.client,
                account.line.cadence,
                account=account.line.key if account.practice else "",
                desk=settings.desk,
            )
            feed = Feed(opened.url)
            feed.subscribe(sending.changed)
            feed.subscribe(approvals.changed)
            async with asyncio.TaskGroup() as tasks:
                feeding = tasks.create_task(feed.run(), name="feed")
                following = tasks.create_task(approvals.run(), name="approvals")
                working = tasks.create_task(sending.run(), name="sending")
                watching = tasks.create_task(
                    _wait_until_idle(opened.database, account.line, sending) if until_idle else stop.wait(),
                    name="watch",
                )
                stopped = tasks.create_task(stop.wait(), name="stop")
                await asyncio.wait([watching, stopped, working], return_when=asyncio.FIRST_COMPLETED)
                sending.stop()
                await working
                for task in (feeding, following, watching, stopped):
                    task.cancel()


async def is_idle(database: Database, line: Line) -> bool:
    """Tell whether nothing is to be sent, settled or handed over soon for this number."""
    async with database.read() as conn:
        due = await send_timing.next_due(conn, line.key)
        if due is not None and due <= _SOON:
            return False
        if await settling.due_for_a_look(conn, line.key, limit=1):
            return False
        return not any(message.status in _MOVING for message in await statuses.open_messages(conn, line.key))


async def _wait_until_idle(database: Database, line: Line, sending: Sending) -> None:
    """Wait until this desk sends for the number and finds nothing to do, twice in a row."""
    quiet = 0
    while quiet < 2:
        await asyncio.sleep(_LOOK)
        idle = sending.state.duty is Duty.SENDING and not sending.in_flight and await is_idle(database, line)
        quiet = quiet + 1 if idle else 0


def _tell(state: SendingState) -> None:
    holder = f", {state.holder} is sending" if state.holder else ""
    _log.warning("sending: %s%s", state.duty.value, holder)
