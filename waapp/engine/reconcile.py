"""Settling what is unknown: find the message in Twilio's list, or say that it cannot be found. Never send again.

Reference, section 9: a single empty answer proves nothing, because the list may lag by minutes and, seldom, hours.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from waapp.core.invitations import Unsettled
from waapp.core.unsettled import find_message
from waapp.db import settling
from waapp.db.clock import database_clock
from waapp.db.engine import Database
from waapp.db.sends import finish_done
from waapp.engine.account import Line
from waapp.errors import UserError
from waapp.waiting import wait_at_most

_log = logging.getLogger(__name__)

_EVERY = 60.0
_PAUSE = 1.0
"""Seconds between two rounds at least."""
_TROUBLE_WAIT = 15.0
_CLAIM_MARGIN = 15.0
"""Seconds beyond a request's time-outs after which a claim can no longer be under way anywhere."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What one round of searching brought."""

    adopted: int = 0
    still_unknown: int = 0


class Reconciler:
    """Settles the unknown messages of one WhatsApp number; run it only while holding its lock.

    `request_seconds` is how long a request may take at most. `live` returns the claims that this process itself
    is working on.
    """

    def __init__(
        self, database: Database, line: Line, *, request_seconds: float, live: Callable[[], Collection[UUID]]
    ) -> None:
        self._database = database
        self._line = line
        self._stale_after = request_seconds + _CLAIM_MARGIN
        self._live = live
        self._unknown_came = asyncio.Event()

    def wake(self) -> None:
        """Look soon: an outcome has become unknown."""
        self._unknown_came.set()

    async def run(self) -> None:
        """Settle until cancelled; trouble with Twilio or the database only delays the next round."""
        while True:
            wait = _EVERY * self._line.cadence.scale
            try:
                await self.settle()
                due = await self._next_due()
                if due is not None:
                    wait = min(wait, max(due, _PAUSE * self._line.cadence.scale))
            except UserError as error:
                _log.info("nothing settled this time: %s", error)
                wait = _TROUBLE_WAIT
            await wait_at_most(self._unknown_came, wait)
            self._unknown_came.clear()

    async def settle(self) -> Settled:
        """Turn stale claims into unknown ones and search for every unknown message whose look is due."""
        async with self._database.begin() as conn:
            await settling.expire_claims(conn, self._line.key, self._stale_after, self._live())
            await finish_done(conn, self._line.key)
            due = await settling.due_for_a_look(conn, self._line.key)
        adopted = [await self._look(one) for one in due]
        return Settled(adopted=sum(adopted), still_unknown=len(due) - sum(adopted))

    async def _next_due(self) -> float | None:
        async with self._database.read() as conn:
            return await settling.next_due(conn, self._line.key, self._stale_after, self._live())

    async def _look(self, one: Unsettled) -> bool:
        listed = await self._line.client.list_messages(to=one.recipient, page_cap=1)
        async with self._database.begin() as conn:
            now = await database_clock(conn)
            ahead = (self._line.client.now or now) - now
            taken = await settling.known_sids(conn, [record.sid for record in listed])
            match = find_message(one, self._line.number, listed, taken, skew=ahead)
            if match.sid is not None:
                return await settling.adopt(conn, one.id, match.sid, match.status)
            gap = self._line.cadence.next_look(one.looks + 1)
            await settling.note_look(conn, one.id, gap, match.candidates)
        return False
