"""Statuses of what Twilio has taken over: one list request tells about a thousand messages."""

import asyncio
import logging
import time
from contextlib import aclosing
from datetime import timedelta
from decimal import Decimal

from waapp.core import phone
from waapp.core.errors_twilio import Table
from waapp.core.invitations import Fact
from waapp.core.pacing import decide_failure
from waapp.db import sends, statuses
from waapp.db.engine import Database
from waapp.db.statuses import OpenMessage
from waapp.engine.account import Line
from waapp.errors import UserError
from waapp.waiting import wait_at_most

_log = logging.getLogger(__name__)

_MOST_PAGES = 11
"""List requests in one round; each tells about a thousand messages."""
_MOST_FRUITLESS = 2
"""Pages without one message that is asked about, after which the rest are asked about one by one."""
_MOST_STRAGGLERS = 20
"""Fetches by SID in one round, for messages that the list does not show (yet)."""
_AT_ONCE = 200
"""Facts that are written in one go: more would hold up the window, and the locks that sending waits for."""
_GATHER = 2.0
"""Seconds after a round in which hand-overs gather for the next one."""
_REST_PER_WORK = 9.0
_TROUBLE_WAIT = 15.0


_Told = tuple[str, Decimal | None]
"""Status and price as Twilio last told them."""


class Poller:
    """Keeps the open messages of one WhatsApp number up to date; run it only while holding its lock."""

    def __init__(self, database: Database, line: Line, *, table: Table) -> None:
        self._database = database
        self._client = line.client
        self._key = line.key
        self._number = line.number
        self._cadence = line.cadence
        self._table = table
        self._asked: dict[str, float] = {}
        self._told: dict[str, _Told] = {}
        self._sent = asyncio.Event()

    def wake(self) -> None:
        """Look soon: messages were handed over."""
        self._sent.set()

    async def run(self) -> None:
        """Refresh statuses until cancelled; trouble with Twilio or the database only delays the next round."""
        while True:
            started = time.monotonic()
            try:
                wait = await self.refresh()
            except UserError as error:
                _log.info("no statuses this time: %s", error)
                wait = _TROUBLE_WAIT
            self._sent.clear()
            # Reading thousands of statuses takes a while; sending and the window have the rest of the time.
            least = max(_GATHER * self._cadence.scale, _REST_PER_WORK * (time.monotonic() - started))
            await self._rest(least, max(least, wait))

    async def refresh(self) -> float:
        """Ask about every message that is due; return the seconds until the next one is."""
        async with self._database.read() as conn:
            open_messages = await statuses.open_messages(conn, self._key)
        now = time.monotonic()
        due: list[OpenMessage] = []
        waits: list[float] = []
        for message in open_messages:
            interval = self._cadence.poll_interval(message.age)
            if interval is None:
                continue
            asked_at = self._asked.get(message.sid)
            if asked_at is None and message.age < interval / 2:
                # Of what was handed over a moment ago there is no news yet.
                waits.append(interval / 2 - message.age)
                continue
            waits.append(interval)
            if asked_at is None or now - asked_at >= interval * 0.9:
                due.append(message)
        if due:
            await self._ask(due, {message.sid: message for message in open_messages})
        self._asked = {m.sid: at for m in open_messages if (at := self._asked.get(m.sid)) is not None}
        return min(waits, default=60.0)

    async def _ask(self, due: list[OpenMessage], ours: dict[str, OpenMessage]) -> None:
        """List messages, newest first, until every due one has been seen or it makes no sense to go on."""
        now = self._client.now
        oldest = timedelta(seconds=max(message.age for message in due))
        # A day's margin, because the list goes by days. Before Twilio's first answer its clock is not known.
        since = None if now is None else now - oldest - timedelta(days=1)
        missing = {message.sid for message in due}
        told: dict[str, _Told] = {}
        fruitless = 0
        pages = self._client.message_pages(from_=self._number, since=since, page_cap=_MOST_PAGES)
        async with aclosing(pages):
            async for page in pages:
                before = len(missing)
                await self._learn([record.fact() for record in page], ours, told)
                missing.difference_update(record.sid for record in page)
                fruitless = 0 if len(missing) < before else fruitless + 1
                if not missing or fruitless == _MOST_FRUITLESS:
                    break
        for sid in sorted(missing, key=lambda sid: self._asked.get(sid, -1.0))[:_MOST_STRAGGLERS]:
            record = await self._client.fetch(sid)
            if record is not None:
                await self._learn([record.fact()], ours, told)
            missing.discard(sid)
        asked_at = time.monotonic()
        self._asked.update((message.sid, asked_at) for message in due if message.sid not in missing)
        self._told = told

    async def _learn(self, facts: list[Fact], ours: dict[str, OpenMessage], told: dict[str, _Told]) -> None:
        """Write what is new. Messages that are not open count, too: one that failed may have arrived after all."""
        news = [
            fact
            for fact in facts
            if self._told.get(fact.sid) != (fact.status, fact.price)
            or (fact.sid in ours and ours[fact.sid].status != fact.status)
        ]
        for start in range(0, len(news), _AT_ONCE):
            await self._apply(news[start : start + _AT_ONCE])
        told.update((fact.sid, (fact.status, fact.price)) for fact in facts)

    async def _apply(self, news: list[Fact]) -> None:
        async with self._database.begin() as conn:
            for failed in await statuses.apply_facts(conn, news):
                verdict = decide_failure(
                    failed.error_code,
                    attempt=failed.retry_count,
                    table=self._table,
                    recipient_region=phone.read(failed.recipient).region,
                    max_retries=failed.max_retries,
                )
                if verdict.wait is not None and verdict.reason is not None:
                    await statuses.send_again_later(conn, failed, verdict.wait, verdict.reason)
                if verdict.pause_code is not None:
                    await sends.pause_sender(conn, self._key, verdict.pause_code)

    async def _rest(self, least: float, most: float) -> None:
        """Rest at least so long, so that hand-overs share a request, and at most so long when none comes."""
        await asyncio.sleep(least)
        await wait_at_most(self._sent, most - least)
