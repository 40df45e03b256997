"""All background work for one WhatsApp number: hold its lock, then send, poll and settle.

Of all desks and workers on one database a single one sends for a number; the others stand by and take over when
its connection ends. So pace and daily limit need no coordination.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
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

_log = logging.getLogger(__name__)

_STANDBY = 2.0
"""Seconds between attempts to take over the sender."""
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
        self._table = table
        self._request_seconds = request_seconds
        self._stopping = asyncio.Event()
        self._sender: Sender | None = None
        self._ledger = Ledger(database, line.key, self._recorded)
        self._poller = Poller(database, line, table=table)
        self._reconciler = Reconciler(database, line, request_seconds=request_seconds, live=self._live)

    @property
    def state(self) -> SendingState:
        """Return what this desk does at this moment."""
        return self._state

    @property
    def rate(self) -> float:
        """Return the messages per second over the last ten seconds."""
        return self._sender.rate if self._sender else 0.0

    @property
    def in_flight(self) -> int:
        """Return how many requests are with Twilio at this moment."""
        return self._sender.in_flight if self._sender else 0

    def changed(self, change: Change) -> None:
        """Learn from the feed that there may be work."""
        if self._sender and change.kind in (Kind.SENDS, Kind.INVITATIONS, Kind.ALL):
            self._sender.wake()

    def stop(self) -> None:
        """Begin to stop: no further post; `run` returns when the outcomes of those under way are recorded."""
        self._stopping.set()
        if self._sender:
            self._sender.stop()

    async def run(self) -> None:
        """Work until `stop`."""
        writing = asyncio.create_task(self._ledger.run(), name="ledger")
        try:
            while not self._stopping.is_set():
                try:
                    await self._serve_once()
                except DatabaseError as error:
                    _log.info("no database: %s", error)
                    self._become(SendingState(Duty.OFFLINE))
                await self._rest(_STANDBY)
        finally:
            await finish(self._write_the_rest(writing))
            self._become(SendingState(Duty.STOPPED))

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
        return [*(self._sender.live_tokens() if self._sender else ()), *self._ledger.tokens]

    async def _serve_once(self) -> None:
        async with SenderLock(self._database, self._line.key, self._desk) as lock:
            if not lock.held:
                self._become(SendingState(Duty.STANDBY, lock.holder))
                return
            if self._stopping.is_set():
                return  # while the lock was taken: there was no sender yet that could have been told
            self._become(SendingState(Duty.SENDING))
            await self._serve(lock)

    async def _serve(self, lock: SenderLock) -> None:
        """Send, poll and settle until stopped or until the lock's connection ends."""
        sender = Sender(
            self._database,
            self._line,
            desk=self._desk,
            table=self._table,
            ledger=self._ledger,
            may_post=lambda: lock.fresh,
        )
        self._sender = sender
        sending = asyncio.create_task(sender.run(), name="sender")
        others = [
            asyncio.create_task(self._poller.run(), name="poller"),
            asyncio.create_task(self._reconciler.run(), name="reconcile"),
            asyncio.create_task(lock.lost(), name="lock"),
        ]
        try:
            done, _ = await asyncio.wait([sending, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in others:
                task.cancel()
            sender.stop()
            await asyncio.wait([sending, *others])
            self._sender = None
        for task in done:
            task.result()

    def _become(self, state: SendingState) -> None:
        if state != self._state:
            self._state = state
            self._on_state(state)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
