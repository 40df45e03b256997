"""All background work for one WhatsApp number: hold its lock, then send, poll and settle.

Of all desks and workers on one database a single one sends for a number; the others stand by and take over when
its connection ends. So pace and daily limit need no coordination.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from waapp.core.errors_twilio import Table
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.db.sender_lock import SenderLock
from waapp.engine.account import Line
from waapp.engine.ledger import Ledger
from waapp.engine.poller import Poller
from waapp.engine.reconcile import Reconciler
from waapp.engine.sender import Sender, finish
from waapp.errors import DatabaseError
from waapp.waiting import wait_at_most

_log = logging.getLogger(__name__)

_STANDBY = 1.0
"""Seconds between attempts to take over the sender."""
_BACK_OFF = (0.1, 0.25, 0.5, 1.0)
"""Seconds between attempts to reach the database."""
_A_SECOND = 1.0
"""Seconds after taking a number over in which nothing leaves: another desk may have posted until this moment."""
_LAST_WRITES = 10.0
"""Seconds that stopping waits for a database that does not take the last outcomes."""


class Duty(StrEnum):
    """What this desk does for the sender."""

    STARTING = "starting"
    SENDING = "sending"
    STANDBY = "standby"
    OFFLINE = "offline"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class SendingState:
    """What the status bar says; `holder` names the desk that sends while this one stands by."""

    duty: Duty
    holder: str | None = None


class Sending:
    """Runs the engine for one number; `state` and `on_state` tell what it does."""

    def __init__(
        self,
        database: Database,
        line: Line,
        *,
        desk: str,
        table: Table,
        request_seconds: float,
        on_state: Callable[[SendingState], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._line = line
        self._desk = desk
        self._on_state = on_state
        self._state = SendingState(Duty.STARTING)
        self._stopping = asyncio.Event()
        self._lock: SenderLock | None = None
        self._ledger = Ledger(database, line.key, self._recorded)
        self._sender = Sender(
            database, line, desk=desk, table=table, ledger=self._ledger, may_post=self._may_post
        )
        self._poller = Poller(database, line, table=table)
        self._reconciler = Reconciler(database, line, request_seconds=request_seconds, live=self._live)

    @property
    def state(self) -> SendingState:
        """Return what this desk does at this moment."""
        return self._state

    @property
    def rate(self) -> float:
        """Return the messages per second over the last ten seconds."""
        return self._sender.rate

    @property
    def in_flight(self) -> int:
        """Return how many requests are with Twilio at this moment."""
        return self._sender.in_flight

    def changed(self, change: Change) -> None:
        """Learn from the feed that there may be work."""
        if change.kind in (Kind.SENDS, Kind.INVITATIONS, Kind.ALL):
            self._sender.wake()

    def stop(self) -> None:
        """Begin to stop: no further post; `run` returns when the outcomes of those under way are recorded."""
        self._stopping.set()
        self._sender.stop()

    async def run(self) -> None:
        """Work until `stop`."""
        writing = asyncio.create_task(self._ledger.run(), name="ledger")
        # One for all the times that the lock is held: pace, rests and requests under way outlive a lost connection.
        posting = asyncio.create_task(self._sender.run(), name="sender")
        try:
            await self._stand_in_line(posting)
        finally:
            self._sender.stop()
            await finish(_ended(posting))
            await finish(self._write_the_rest(writing))
            self._become(SendingState(Duty.STOPPED))
        posting.result()

    async def _stand_in_line(self, posting: asyncio.Task[None]) -> None:
        """Get the lock, work while it is held, and get it again, until stopped."""
        failures = 0
        while not self._stopping.is_set():
            try:
                async with SenderLock(self._database, self._line.key, self._desk) as lock:
                    failures = 0
                    while not (lock.held or self._stopping.is_set()):
                        self._become(SendingState(Duty.STANDBY, lock.holder))
                        await self._rest(_STANDBY)
                        await lock.try_again()
                    if not self._stopping.is_set():
                        if self._state.duty is Duty.STANDBY:
                            # The pace is promised for every second, also for one that two desks share.
                            self._sender.rest(max(_A_SECOND, 1 / self._line.rate))
                        self._become(SendingState(Duty.SENDING))
                        await self._serve(lock, posting)
            except DatabaseError as error:
                _log.info("no database: %s", error)
                self._become(SendingState(Duty.OFFLINE))
                await self._rest(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
                failures += 1

    async def _write_the_rest(self, writing: asyncio.Task[None]) -> None:
        self._ledger.stop()
        _, unfinished = await asyncio.wait([writing], timeout=_LAST_WRITES)
        for task in unfinished:
            # The rows stay `sending` in a database that is gone; they are settled when it is back.
            _log.warning("%d outcomes could not be recorded", len(self._ledger.tokens))
            task.cancel()
            await asyncio.wait([task])
        if not unfinished:
            writing.result()

    def _recorded(self, *, unknown: bool) -> None:
        self._poller.wake()
        if unknown:
            self._reconciler.wake()

    def _live(self) -> list[UUID]:
        return [*self._sender.live_tokens(), *self._ledger.tokens]

    def _may_post(self) -> bool:
        return self._lock is not None and self._lock.fresh

    async def _serve(self, lock: SenderLock, posting: asyncio.Task[None]) -> None:
        """Post, poll and settle until stopped or until the lock's connection ends."""
        self._lock = lock
        self._sender.wake()
        others = [
            asyncio.create_task(self._poller.run(), name="poller"),
            asyncio.create_task(self._reconciler.run(), name="reconcile"),
            asyncio.create_task(lock.lost(), name="lock"),
        ]
        try:
            done, _ = await asyncio.wait([posting, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._lock = None
            for task in others:
                task.cancel()
            await asyncio.wait(others)
        for task in done:
            task.result()

    def _become(self, state: SendingState) -> None:
        if state != self._state:
            self._state = state
            self._on_state(state)

    async def _rest(self, seconds: float) -> None:
        await wait_at_most(self._stopping, seconds)


async def _ended(task: asyncio.Task[None]) -> None:
    await asyncio.wait([task])
