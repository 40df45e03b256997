"""Posting: claim a few rows, commit, post them at the sender's pace, record what came of it.

The order is what keeps the promise. A row is claimed and committed before its request is written, so a crash at any
moment leaves it `sending`, and reconciliation asks Twilio before anything is sent again. The tokens of claims are
made here, so that a claim whose commit was not answered can be given back.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from math import ceil
from typing import Any
from uuid import UUID, uuid4

from waapp.core import phone
from waapp.core.errors_twilio import Table
from waapp.core.invitations import Claim
from waapp.core.outcome import Accepted, NotSent, Outcome, Refused, Throttled, Unknown
from waapp.core.pacing import PAIR_SECONDS, Next, Pacer, PairSpacing, decide
from waapp.db import claims, sends
from waapp.db.engine import Database
from waapp.db.sender_lock import time_with_sleep
from waapp.engine.account import Line
from waapp.engine.ledger import Ledger
from waapp.errors import DatabaseError

_log = logging.getLogger(__name__)

_IDLE = 5.0
"""Seconds between looks for work that no notification announced (a retry that became due, say)."""
_STALE_CLAIM = 5.0
"""Seconds after which a claimed row is given back instead of posted: the machine slept or stood still."""
_MOST_IN_FLIGHT = 16
_MOST_CLAIMED = 200
_BURST_SECONDS = 0.05
"""After a late timer so much of the rate may follow at once, within the rate of any one second."""
_TROUBLE_WAIT = 0.5
"""Seconds between attempts to claim while the database or the lock does not answer."""


class Sender:
    """Sends the queued rows of one WhatsApp number; run it only while holding that number's lock.

    `may_post` tells, without waiting, whether the lock is known to be held at this moment.
    """

    def __init__(
        self,
        database: Database,
        line: Line,
        *,
        desk: str,
        table: Table,
        ledger: Ledger,
        may_post: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database = database
        self._client = line.client
        self._number = line.number
        self._key = line.key
        self._desk = desk
        self._table = table
        self._ledger = ledger
        self._may_post = may_post
        self._spacing = PairSpacing(PAIR_SECONDS * line.cadence.scale)
        self._pacer = Pacer(line.rate, burst=max(1, ceil(line.rate * _BURST_SECONDS)))
        self._streak = 0
        self._resting_until = 0.0
        self._batch = max(1, min(_MOST_CLAIMED, ceil(line.rate / 4)))
        self._places = asyncio.Semaphore(max(1, min(_MOST_IN_FLIGHT, ceil(line.rate))))
        self._claimed: set[UUID] = set()
        self._posting: dict[asyncio.Task[None], Claim] = {}
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
        """Return the claims that this sender is working on; what came of others is in the ledger."""
        return [*self._claimed, *(claim.token for claim in self._posting.values())]

    def wake(self) -> None:
        """Look for work now: something was queued, resumed or became due."""
        self._work_came.set()

    def stop(self) -> None:
        """Begin to stop: no further claim or post; `run` returns when the requests that are out are answered."""
        self._stopping.set()
        self._work_came.set()

    async def run(self) -> None:
        """Send until `stop`; on cancellation wait for the requests that are out first."""
        try:
            while not self._stopping.is_set():
                # Not before something may leave: what is claimed should not have to wait.
                await self._wait_for_pace()
                self._work_came.clear()
                claimed_at = time_with_sleep()
                claimed, idle = await self._claim()
                if claimed:
                    await self._post_all(claimed, claimed_at)
                else:
                    await self._wait_for_work(idle)
        finally:
            self._stopping.set()
            if self._posting:
                await finish(_all_done(list(self._posting)))

    async def _claim(self) -> tuple[list[Claim], float]:
        """Return what may be posted now; when that is nothing, also the seconds until it makes sense to look again."""
        if self._ledger.in_trouble or not self._may_post():
            # What is known here must be in the database before it is asked what to send.
            return [], _TROUBLE_WAIT
        tokens = [uuid4() for _ in range(self._batch)]
        due = None
        self._claimed = set(tokens)
        try:
            async with self._database.begin() as conn:
                claimed = await claims.claim(conn, self._key, self._batch, self._desk, tokens)
                if not claimed:
                    await sends.pause_late(conn, self._key)
                    due = await claims.next_due(conn, self._key)
        except BaseException as error:
            # The claim may have been committed all the same.
            self._claimed = set()
            self._ledger.not_posted(tokens)
            if not isinstance(error, DatabaseError):
                raise
            _log.info("no claim: %s", error)
            return [], _TROUBLE_WAIT
        self._claimed = {claim.token for claim in claimed}
        return claimed, _IDLE if due is None else min(due, _IDLE)

    async def _post_all(self, claimed: list[Claim], claimed_at: float) -> None:
        """Start a request for each claim at the sender's pace; give back what must not go any more."""
        waiting = deque(claimed)
        try:
            while waiting:
                await self._places.acquire()
                await self._wait_for_pace()
                late = time_with_sleep() - claimed_at > _STALE_CLAIM
                if self._stopping.is_set() or late or not self._may_post():
                    self._places.release()
                    return
                self._start(waiting.popleft())
        finally:
            self._claimed = set()
            self._ledger.not_posted(claim.token for claim in waiting)

    def _start(self, claim: Claim) -> None:
        """Begin to post a claim, or put it off when its phone has just got another message."""
        self._claimed.discard(claim.token)
        now = time.monotonic()
        wait = self._spacing.delay(claim.recipient, now)
        if claim.id in self._busy():
            # The database has lost the claim of a message that is still on its way.
            wait = max(wait, _STALE_CLAIM)
        if wait > 0:
            self._places.release()
            self._ledger.not_posted([claim.token], wait)
            return
        self._pacer.sent(now)
        self._spacing.sent(claim.recipient, now)
        self._sent_at.append(now)
        task = asyncio.create_task(self._post(claim), name="post")
        self._posting[task] = claim
        task.add_done_callback(self._posted)

    def _busy(self) -> set[UUID]:
        return self._ledger.ids | {claim.id for claim in self._posting.values()}

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
        # A request may have taken its time; the phone gets the message no earlier than this.
        self._spacing.sent(claim.recipient, time.monotonic())
        verdict = decide(
            outcome,
            attempt=claim.retry_count,
            now=datetime.now(UTC),
            table=self._table,
            # Reading a number costs as much as posting it; only some errors mean other things elsewhere.
            recipient_region=phone.read(claim.recipient).region if isinstance(outcome, Refused) else None,
            max_retries=claim.max_retries,
            jitter=random.random(),  # noqa: S311 - spreads retries, hides nothing
            streak=self._streak,
        )
        self._learn(outcome, verdict)
        self._ledger.note(claim, outcome, verdict)

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

    async def _wait_for_work(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._work_came.wait(), seconds)

    async def _pause_for(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


async def _all_done(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.wait(tasks)


async def finish(work: Coroutine[Any, Any, None]) -> None:
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
