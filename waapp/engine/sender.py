"""Posting: claim a few rows, commit, post them at the sender's pace, record what came of it.

The order is what keeps the promise. A row is claimed and committed before its request is written, so a crash at any
moment leaves it `sending`, and reconciliation asks Twilio before anything is sent again. An outcome is kept and
written again until the database has taken it, and every write names the token of the claim.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Any, Protocol
from uuid import UUID

from waapp.core import phone
from waapp.core.errors_twilio import Table
from waapp.core.invitations import Claim
from waapp.core.outcome import Accepted, NotSent, Outcome, Refused, Throttled, Unknown
from waapp.core.pacing import Next, Pacer, decide
from waapp.db import claims, sends
from waapp.db.engine import Database
from waapp.engine.account import Line
from waapp.errors import DatabaseError

_log = logging.getLogger(__name__)

_LINGER = 0.1
"""Seconds that an outcome waits for company before it is recorded."""
_IDLE = 5.0
"""Seconds between looks for work that no notification announced (a retry that became due, say)."""
_STALE_CLAIM = 5.0
"""Seconds after which a claimed row is given back instead of posted: the machine slept or stood still."""
_MOST_IN_FLIGHT = 16
_MOST_CLAIMED = 200
_BURST_SECONDS = 0.05
"""After a late timer so much of the rate may follow at once, within the rate of any one second."""
_LAST_WRITES = 10.0
"""Seconds that stopping waits for a database that does not take the last outcomes."""
_BACK_OFF = (0.5, 1.0, 2.0, 4.0, 5.0)
"""Seconds between attempts to reach the database."""


class Recorder(Protocol):
    """Told after outcomes have been recorded."""

    def __call__(self, *, unknown: bool) -> None:
        """Learn that outcomes are recorded, and whether one of them is unknown."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An outcome on its way into the database."""

    claim: Claim
    outcome: Outcome
    next: Next


class Sender:
    """Sends the queued rows of one WhatsApp number; run it only while holding that number's lock."""

    def __init__(
        self,
        database: Database,
        line: Line,
        *,
        desk: str,
        table: Table,
        on_recorded: Recorder,
    ) -> None:
        self._database = database
        self._client = line.client
        self._number = line.number
        self._key = line.key
        self._desk = desk
        self._table = table
        self._on_recorded = on_recorded
        self._pacer = Pacer(line.rate, burst=max(1, ceil(line.rate * _BURST_SECONDS)))
        self._streak = 0
        self._resting_until = 0.0
        self._batch = max(1, min(_MOST_CLAIMED, ceil(line.rate / 4)))
        self._places = asyncio.Semaphore(max(1, min(_MOST_IN_FLIGHT, ceil(line.rate))))
        self._claimed: set[UUID] = set()
        self._posting: dict[asyncio.Task[None], Claim] = {}
        self._outcomes: deque[Recorded] = deque()
        self._outcome_came = asyncio.Event()
        self._work_came = asyncio.Event()
        self._stopping = asyncio.Event()
        self._sent_at: deque[float] = deque(maxlen=500)

    @property
    def in_flight(self) -> int:
        """Return how many requests are with Twilio at this moment."""
        return len(self._posting)

    @property
    def rate(self) -> float:
        """Return the messages per second over the last ten seconds."""
        now = time.monotonic()
        recent = [at for at in self._sent_at if now - at <= 10.0]
        return len(recent) / max(1.0, now - recent[0]) if recent else 0.0

    def live_tokens(self) -> list[UUID]:
        """Return the claims that this sender is working on, recorded ones excepted."""
        return [
            *self._claimed,
            *(claim.token for claim in self._posting.values()),
            *(one.claim.token for one in self._outcomes),
        ]

    def wake(self) -> None:
        """Look for work now: something was queued, resumed or became due."""
        self._work_came.set()

    def stop(self) -> None:
        """Begin to stop: no further claim or post; `run` returns when all outcomes are recorded."""
        self._stopping.set()
        self._work_came.set()

    async def run(self) -> None:
        """Send until `stop`; on cancellation finish the requests that are out and record them first."""
        recorder = asyncio.create_task(self._record_outcomes(), name="record outcomes")
        try:
            while not self._stopping.is_set():
                # Not before something may leave: what is claimed should not have to wait.
                await self._wait_for_pace()
                self._work_came.clear()
                claimed, idle = await self._claim()
                if claimed:
                    await self._post_all(claimed)
                else:
                    await self._wait_for_work(idle)
        finally:
            self._stopping.set()
            await _finish(self._drain(recorder))

    async def _claim(self) -> tuple[list[Claim], float]:
        """Return what may be posted now; when that is nothing, also the seconds until it makes sense to look again."""
        try:
            async with self._database.begin() as conn:
                claimed = await claims.claim(conn, self._key, self._batch, self._desk)
                if claimed:
                    return claimed, 0.0
                await sends.pause_late(conn, self._key)
                due = await claims.next_due(conn, self._key)
        except DatabaseError as error:
            _log.info("no claim: %s", error)
            return [], _BACK_OFF[2]
        return [], _IDLE if due is None else min(due, _IDLE)

    async def _post_all(self, claimed: list[Claim]) -> None:
        """Start a request for each claim at the sender's pace; give back what must not go any more."""
        claimed_at = _time_with_sleep()
        self._claimed = {claim.token for claim in claimed}
        for index, claim in enumerate(claimed):
            await self._places.acquire()
            await self._wait_for_pace()
            if self._stopping.is_set() or _time_with_sleep() - claimed_at > _STALE_CLAIM:
                self._places.release()
                await self._give_back(claimed[index:])
                self._claimed.clear()
                return
            now = time.monotonic()
            self._pacer.sent(now)
            self._sent_at.append(now)
            task = asyncio.create_task(self._post(claim), name="post")
            self._posting[task] = claim
            self._claimed.discard(claim.token)
            task.add_done_callback(self._posted)

    async def _wait_for_pace(self) -> None:
        # Timers of Qt's loop fire up to half a millisecond early, so the clock decides, not the sleep.
        while not self._stopping.is_set():
            now = time.monotonic()
            delay = max(self._pacer.delay(now), self._resting_until - now)
            if delay <= 0:
                return
            await self._pause_for(delay)

    async def _post(self, claim: Claim) -> None:
        outcome = await self._client.send(
            to=claim.recipient,
            sender=self._number,
            body=None if claim.content_sid else claim.body,
            content_sid=claim.content_sid,
            variables=claim.content_variables if claim.content_sid else None,
        )
        verdict = decide(
            outcome,
            attempt=claim.retry_count,
            now=datetime.now(UTC),
            table=self._table,
            recipient_region=phone.read(claim.recipient).region,
            max_retries=claim.max_retries,
            jitter=random.random(),  # noqa: S311 - spreads retries, hides nothing
            streak=self._streak,
        )
        self._learn(outcome, verdict)
        self._outcomes.append(Recorded(claim, outcome, verdict))
        self._outcome_came.set()

    def _learn(self, outcome: Outcome, verdict: Next) -> None:
        """Slow down or rest after an answer that concerns the sender as a whole."""
        now = time.monotonic()
        match outcome:
            case Throttled(after):
                self._pacer.throttled(now, after)
                self._streak += 1
            case NotSent():
                self._streak += 1
            case Accepted() | Refused() | Unknown():
                self._streak = 0
        if verdict.hold is not None:
            self._resting_until = max(self._resting_until, now + verdict.hold)

    def _posted(self, task: asyncio.Task[None]) -> None:
        self._posting.pop(task)
        self._places.release()
        if not task.cancelled() and task.exception() is not None:
            # A bug in our own code after the request may have been written: the row stays `sending`, and
            # reconciliation settles it.
            _log.error("posting failed", exc_info=task.exception())

    async def _record_outcomes(self) -> None:
        failures = 0
        while not (self._stopping.is_set() and not self._posting and not self._outcomes):
            await self._outcome_came.wait()
            self._outcome_came.clear()
            await asyncio.sleep(0 if self._stopping.is_set() else _LINGER)
            while self._outcomes:
                batch = [self._outcomes[index] for index in range(min(200, len(self._outcomes)))]
                try:
                    await self._record(batch)
                except DatabaseError as error:
                    _log.warning("outcomes wait for the database: %s", error)
                    await asyncio.sleep(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
                    failures += 1
                    continue
                failures = 0
                for _ in batch:
                    self._outcomes.popleft()
                self._on_recorded(unknown=any(isinstance(one.outcome, Unknown) for one in batch))

    async def _record(self, batch: list[Recorded]) -> None:
        async with self._database.begin() as conn:
            await claims.record(conn, [(one.claim.token, one.next) for one in batch])

    async def _give_back(self, claimed: list[Claim]) -> None:
        try:
            async with self._database.begin() as conn:
                await claims.give_back(conn, [claim.token for claim in claimed])
        except DatabaseError as error:
            # They stay `sending` without having been posted; reconciliation will find nothing and say so.
            _log.warning("claims could not be given back: %s", error)

    async def _wait_for_work(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._work_came.wait(), seconds)

    async def _pause_for(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _drain(self, recorder: asyncio.Task[None]) -> None:
        if self._posting:
            await asyncio.wait(list(self._posting))
        self._outcome_came.set()
        _, unfinished = await asyncio.wait([recorder], timeout=_LAST_WRITES)
        for task in unfinished:
            # The rows stay `sending` in a database that is gone; they are settled when it is back.
            _log.warning("%d outcomes could not be recorded", len(self._outcomes))
            task.cancel()
            await asyncio.wait([task])


async def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Await work to its end although the caller is cancelled meanwhile; the cancellation is passed on then."""
    task = asyncio.create_task(work, name="finish")
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled


def _time_with_sleep() -> float:
    """Return seconds on a clock that goes on while the computer sleeps, where the system has one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.time()
