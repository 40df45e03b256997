"""What came of claims, kept until the database has taken it.

It outlives a lost connection and a lost lock: every write names the token of its claim, so it is right whoever
sends by then. Nothing is dropped while the program runs.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol
from uuid import UUID

from waapp.core.invitations import Claim
from waapp.core.outcome import Outcome, Unknown
from waapp.core.pacing import Next
from waapp.db import claims
from waapp.db.engine import Connection, Database
from waapp.errors import DatabaseError

_log = logging.getLogger(__name__)

_LINGER = 0.1
"""Seconds that an outcome waits for company before it is recorded."""
_MOST_AT_ONCE = 200
_BACK_OFF = (0.1, 0.25, 0.5, 1.0)
"""Seconds between attempts to reach the database."""
_WITHIN = 5.0
"""Seconds that the database has to take a batch; after that it is tried anew: writing one twice changes nothing."""


class Listener(Protocol):
    """Told after outcomes have been recorded."""

    def __call__(self, *, unknown: bool) -> None:
        """Learn that outcomes are recorded, and whether one of them is unknown."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An outcome on its way into the database."""

    claim: Claim
    outcome: Outcome
    next: Next


class Ledger:
    """Writes outcomes, and gives back claims that were not posted, for the sender `key`."""

    def __init__(self, database: Database, key: str, on_recorded: Listener) -> None:
        self._database = database
        self._key = key
        self._on_recorded = on_recorded
        self._outcomes: deque[_Entry] = deque()
        self._ids: set[UUID] = set()
        self._unposted: dict[UUID, float] = {}
        self._came = asyncio.Event()
        self._stopping = False
        self._failures = 0

    @property
    def in_trouble(self) -> bool:
        """Return whether the last attempt to write failed: what the database holds may be old."""
        return self._failures > 0

    @property
    def tokens(self) -> list[UUID]:
        """Return the claims that are not written yet."""
        return [*(entry.claim.token for entry in self._outcomes), *self._unposted]

    def holds(self, invitation_id: UUID) -> bool:
        """Tell whether an outcome of this invitation is not written yet."""
        return invitation_id in self._ids

    def note(self, claim: Claim, outcome: Outcome, verdict: Next) -> None:
        """Record what came of posting a claim, soon."""
        self._outcomes.append(_Entry(claim, outcome, verdict))
        self._ids.add(claim.id)
        self._came.set()

    def not_posted(self, tokens: Iterable[UUID], wait: float = 0.0) -> None:
        """Give back claims of which nothing was posted, soon; they may go again after `wait` seconds.

        Also for tokens whose claim may have failed: those that the database does not know change nothing.
        """
        self._unposted.update(dict.fromkeys(tokens, wait))
        self._came.set()

    def stop(self) -> None:
        """Let `run` return as soon as everything is written."""
        self._stopping = True
        self._came.set()

    async def run(self) -> None:
        """Write until `stop`, and then what is left; trouble with the database only delays it."""
        while not (self._stopping and not self._outcomes and not self._unposted):
            await self._came.wait()
            self._came.clear()
            await asyncio.sleep(0 if self._stopping else _LINGER)
            while self._outcomes or self._unposted:
                try:
                    await self._write()
                except DatabaseError as error:
                    _log.warning("outcomes wait for the database: %s", error)
                    pause = _BACK_OFF[min(self._failures, len(_BACK_OFF) - 1)]
                    self._failures += 1
                    await asyncio.sleep(pause)
                else:
                    self._failures = 0

    async def _write(self) -> None:
        batch = [self._outcomes[index] for index in range(min(_MOST_AT_ONCE, len(self._outcomes)))]
        unposted = dict(self._unposted)
        if unposted:
            async with self._database.begin(within=_WITHIN) as conn:
                by_wait = sorted(unposted, key=unposted.__getitem__)
                for wait, tokens in groupby(by_wait, unposted.__getitem__):
                    await claims.give_back(conn, list(tokens), sender=self._key, wait=wait)
            for token in unposted:
                del self._unposted[token]
        if batch:
            async with self._database.begin(within=_WITHIN) as conn:
                await self._record(conn, batch)
            for entry in batch:
                self._outcomes.popleft()
                self._ids.discard(entry.claim.id)
            self._on_recorded(unknown=any(isinstance(entry.outcome, Unknown) for entry in batch))

    async def _record(self, conn: Connection, batch: list[_Entry]) -> None:
        changed = set(await claims.record(conn, [(entry.claim.token, entry.next) for entry in batch]))
        strays = [(entry.claim.id, entry.next) for entry in batch if entry.claim.id not in changed]
        if strays:
            # Settled by somebody else, or the database has lost the claim (a standby that was promoted).
            corrected = await claims.correct(conn, strays)
            _log.warning("%d outcomes found no claim, %d of them are recorded", len(strays), len(corrected))
