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
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any
from uuid import UUID, uuid4

from waapp.core import phone
from waapp.core.arrivals import Arrivals
from waapp.core.errors_twilio import Table
from waapp.core.invitations import Claim
from waapp.core.outcome import Accepted, NotSent, Outcome, Refused, Throttled, Unknown
from waapp.core.pacing import PAIR_SECONDS, Next, Pacer, PairSpacing, decide
from waapp.db import claims, send_timing
from waapp.db.engine import Database
from waapp.db.sender_lock import time_with_sleep
from waapp.engine.account import Line
from waapp.engine.ledger import Ledger
from waapp.errors import DatabaseError
from waapp.waiting import wait_at_most

_log = logging.getLogger(__name__)

_IDLE = 5.0
"""Seconds between looks for work that no notification announced (a retry that became due, say)."""
_STALE_CLAIM = 5.0
"""Seconds after which a claimed row is given back instead of posted: the machine slept or stood still."""
_MOST_IN_FLIGHT = 32
"""Requests at once. At 80 a second they may each take 0.4 seconds; each is one that a crash leaves in doubt."""
_MOST_CLAIMED = 200
_CLAIM_SECONDS = 0.125
"""So much of the rate is claimed at a time: what is claimed and not posted is in doubt after a crash."""
_CLAIM_AHEAD_SECONDS = 0.1
"""So long before the claimed rows run out the next ones are claimed: nothing would leave during the claim."""
_BURST_SECONDS = 0.05
"""After a late timer so much of the rate may follow at once, within the rate of any one second."""
_CATCH_UP = 1.25
"""So many times as fast messages may follow each other after a delay, within the rate of any one second."""
_TROUBLE_WAIT = 0.25
"""Seconds between attempts to claim while the database does not answer or another desk has the lock."""
_CLAIM_WITHIN = 5.0
"""Seconds that the database has to answer a claim; it is given back then."""


@dataclass(frozen=True, slots=True)
class _Claimed:
    """What may be posted, claimed `at` (seconds, sleep included); if nothing, look again after `idle` seconds."""

    claims: list[Claim]
    at: float = 0.0
    idle: float = 0.0


class Sender:
    """Sends the queued rows of one WhatsApp number while this desk holds that number's lock.

    `may_post` tells, without waiting, whether it is known to be held at this moment.
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
        burst = max(1, ceil(line.rate * _BURST_SECONDS))
        self._pacer = Pacer(line.rate, burst=burst, catch_up=_CATCH_UP)
        self._arrivals = Arrivals(line.rate)
        self._streak = 0
        self._resting_until = 0.0
        self._batch = max(1, min(_MOST_CLAIMED, ceil(line.rate * _CLAIM_SECONDS)))
        self._ahead_from = int(line.rate * _CLAIM_AHEAD_SECONDS)
        self._ahead: asyncio.Task[_Claimed] | None = None
        self._places = asyncio.Semaphore(min(_MOST_IN_FLIGHT, self._arrivals.most))
        self._claimed: set[UUID] = set()
        self._posting: dict[asyncio.Task[None], Claim] = {}
        self._posting_ids: set[UUID] = set()
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

    def rest(self, seconds: float) -> None:
        """Post nothing for so long."""
        self._resting_until = max(self._resting_until, time.monotonic() + seconds)

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
                batch = await (self._ahead or self._claim())
                self._ahead = None
                if batch.claims:
                    await self._post_all(batch)
                else:
                    await self._wait_for_work(batch.idle)
        finally:
            self._stopping.set()
            if self._ahead is not None:
                await finish(self._return_unposted(self._ahead))
            if self._posting:
                await finish(_all_done(list(self._posting)))

    async def _claim(self) -> _Claimed:
        """Return what may be posted now."""
        self._work_came.clear()
        if self._ledger.in_trouble or not self._may_post():
            # What is known here must be in the database before it is asked what to send.
            return _Claimed([], idle=_TROUBLE_WAIT)
        at = time_with_sleep()
        tokens = [uuid4() for _ in range(self._batch)]
        due = None
        self._claimed.update(tokens)
        try:
            async with self._database.begin(within=_CLAIM_WITHIN) as conn:
                claimed = await claims.claim(conn, self._key, self._batch, self._desk, tokens)
                if not claimed:
                    due = await send_timing.next_due(conn, self._key)
        except BaseException as error:
            # The claim may have been committed all the same.
            self._claimed.difference_update(tokens)
            self._ledger.not_posted(tokens)
            if not isinstance(error, DatabaseError):
                raise
            _log.info("no claim: %s", error)
            return _Claimed([], idle=_TROUBLE_WAIT)
        self._claimed.difference_update(tokens)
        self._claimed.update(claim.token for claim in claimed)
        return _Claimed(claimed, at, _IDLE if due is None else min(due, _IDLE))

    async def _return_unposted(self, ahead: asyncio.Task[_Claimed]) -> None:
        """Give back what was claimed ahead and will not be posted."""
        await asyncio.wait([ahead])
        if not ahead.cancelled() and ahead.exception() is None:
            self._let_go(claim.token for claim in ahead.result().claims)

    def _let_go(self, tokens: Iterable[UUID]) -> None:
        unposted = list(tokens)
        self._claimed.difference_update(unposted)
        self._ledger.not_posted(unposted)

    async def _post_all(self, batch: _Claimed) -> None:
        """Start a request for each claim at the sender's pace; give back what must not go any more."""
        waiting = deque(batch.claims)
        try:
            while waiting:
                if len(waiting) <= self._ahead_from and self._ahead is None:
                    self._ahead = asyncio.create_task(self._claim(), name="claim ahead")
                await self._places.acquire()
                await self._wait_for_pace()
                late = time_with_sleep() - batch.at > _STALE_CLAIM
                if self._stopping.is_set() or late or not self._may_post():
                    self._places.release()
                    return
                self._start(waiting.popleft())
        finally:
            self._let_go(claim.token for claim in waiting)

    def _start(self, claim: Claim) -> None:
        """Begin to post a claim, or put it off when its phone has just got another message."""
        self._claimed.discard(claim.token)
        now = time.monotonic()
        wait = self._spacing.delay(claim.recipient, now)
        if self._ledger.holds(claim.id) or claim.id in self._posting_ids:
            # The database has lost the claim of a message that is still on its way.
            wait = max(wait, _STALE_CLAIM)
        if wait > 0:
            self._places.release()
            self._ledger.not_posted([claim.token], wait)
            return
        self._pacer.sent(now)
        self._arrivals.sent()
        self._spacing.sent(claim.recipient, now)
        self._sent_at.append(now)
        task = asyncio.create_task(self._post(claim, now), name="post")
        self._posting[task] = claim
        self._posting_ids.add(claim.id)
        task.add_done_callback(self._posted)

    async def _wait_for_pace(self) -> None:
        # Timers of Qt's loop fire up to half a millisecond early, so the clock decides, not the sleep.
        while not self._stopping.is_set():
            now = time.monotonic()
            delay = max(self._pacer.delay(now), self._arrivals.delay(now), self._resting_until - now)
            if delay <= 0:
                return
            await self._pause_for(delay)

    async def _post(self, claim: Claim, left_at: float) -> None:
        try:
            outcome = await self._client.send(
                to=claim.recipient,
                sender=self._number,
                body=None if claim.content_sid else claim.body,
                content_sid=claim.content_sid,
                variables=claim.content_variables if claim.content_sid else None,
            )
        finally:
            self._arrivals.answered(left_at, time.monotonic())
        # A request may have taken its time; the phone gets the message no earlier than this.
        self._spacing.sent(claim.recipient, time.monotonic())
        verdict = decide(
            outcome,
            attempt=claim.retry_count,
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
        self._posting_ids.discard(self._posting.pop(task).id)
        self._places.release()
        if not task.cancelled() and task.exception() is not None:
            # A bug in our own code after the request may have been written: the row stays `sending`, and
            # reconciliation settles it.
            _log.error("posting failed", exc_info=task.exception())

    async def _wait_for_work(self, seconds: float) -> None:
        await wait_at_most(self._work_came, seconds)

    async def _pause_for(self, seconds: float) -> None:
        await wait_at_most(self._stopping, seconds)


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
