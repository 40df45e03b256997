"""Sending without a window: for a server, or to finish what a desk has queued."""

import asyncio
import logging
import sys
from contextlib import suppress

from waapp.config import Settings
from waapp.core.cadence import REAL
from waapp.core.errors_twilio import load_table
from waapp.core.lines import is_practice, number_of
from waapp.core.phone import shorten
from waapp.db import send_timing, settling, statuses
from waapp.db.engine import Database
from waapp.db.feed import Feed
from waapp.engine.account import open_account
from waapp.engine.approvals import Approvals
from waapp.engine.lines import Lines, LinesState, LineState
from waapp.engine.sending import Duty
from waapp.loop import stop_signals
from waapp.opening import open_database
from waapp.paths import resource_text
from waapp.texts import who_could

_log = logging.getLogger(__name__)

_SOON = 60.0
"""Seconds within which something that becomes due is worth waiting for."""
_LOOK = 1.0
_MOVING = (None, "accepted", "scheduled", "queued", "sending")


async def run(settings: Settings, *, until_idle: bool) -> None:
    """Send, follow and settle until SIGTERM or, if wanted, until nothing is left to do soon.

    It serves every number of its account; without one of its own it only carries on what others have queued.
    Raises DatabaseError, UserError("account_missing").
    """
    stop = asyncio.Event()
    with stop_signals(stop.set):
        async with open_database(settings) as opened, open_account(settings) as account:
            lines = Lines(
                opened.database,
                account,
                desk=settings.desk,
                table=load_table(resource_text("twilio_errors.toml")),
                request_seconds=settings.http_timeout,
                on_state=_Told(),
            )
            approvals = Approvals(
                opened.database,
                account.client,
                account.line.cadence if account.line else REAL,
                account=settings.practice_key if account.practice else "",
                desk=settings.desk,
            )
            feed = Feed(opened.url)
            feed.subscribe(lines.changed)
            feed.subscribe(approvals.changed)
            async with asyncio.TaskGroup() as tasks:
                feeding = tasks.create_task(feed.run(), name="feed")
                following = tasks.create_task(approvals.run(), name="approvals")
                working = tasks.create_task(lines.run(), name="lines")
                watching = tasks.create_task(
                    _wait_until_idle(opened.database, lines) if until_idle else stop.wait(), name="watch"
                )
                stopped = tasks.create_task(stop.wait(), name="stop")
                await asyncio.wait([watching, stopped, working], return_when=asyncio.FIRST_COMPLETED)
                lines.stop()
                await working
                for task in (feeding, following, watching, stopped):
                    task.cancel()


async def is_idle(database: Database, key: str) -> bool:
    """Tell whether nothing is to be sent, settled or handed over soon for the line with this key."""
    async with database.read() as conn:
        due = await send_timing.next_due(conn, key)
        if due is not None and due <= _SOON:
            return False
        if await settling.due_for_a_look(conn, key, limit=1):
            return False
        return not any(message.status in _MOVING for message in await statuses.open_messages(conn, key))


async def _wait_until_idle(database: Database, lines: Lines) -> None:
    """Wait until this desk has its own number and no number that it serves has anything to do, twice in a row."""
    quiet = 0
    while quiet < 2:
        await asyncio.sleep(_LOOK)
        state = lines.state
        ready = state.looked and (state.own is None or state.own.state.duty is Duty.SENDING)
        idle = (
            ready and not lines.in_flight and all([await is_idle(database, one.key) for one in state.lines])
        )
        quiet = quiet + 1 if idle else 0


class _Told:
    """Prints what has become different: which number is served by whom, and what waits for another account."""

    def __init__(self) -> None:
        self._before: set[str] = set()

    def __call__(self, state: LinesState) -> None:
        now = {_line_words(one) for one in state.lines} | {_waiting_words(key) for key in state.out_of_reach}
        for words in sorted(now - self._before):
            _log.warning("%s", words)
            # Whoever watched may have closed the terminal: that stops no work.
            with suppress(OSError, AttributeError):
                sys.stderr.write(f"{words}\n")
        self._before = now


def _line_words(one: LineState) -> str:
    who = "practice" if is_practice(one.key) else shorten(one.number)
    holder = f", {one.state.holder} is sending" if one.state.holder else ""
    return f"{who}: {one.state.duty.value}{holder}"


def _waiting_words(key: str) -> str:
    return f"{shorten(number_of(key))}: waiting for {who_could(key)}"
