"""What one desk changes the others see, through restarts of the database and listeners that fail."""

import asyncio
import logging
import time
from datetime import UTC, datetime
from statistics import median
from uuid import UUID

import psycopg

from tests.chaos.report import Result, Scenario
from tests.chaos.servers import Server
from tests.chaos.servers import server as running_server
from tests.chaos.world import migrated
from waapp.core.events import EventDraft
from waapp.db import events
from waapp.db.engine import Database
from waapp.db.feed import Change, Feed, Kind
from waapp.loop import headless_loop

SEEN_WITHIN = 1.0
PATIENCE = 20.0


class _Desk:
    """Hears the feed, and notes when; beside it a listener that always fails."""

    def __init__(self, url: str) -> None:
        self.feed = Feed(url)
        self.heard: list[tuple[float, Change]] = []
        self._news = asyncio.Event()
        self.feed.subscribe(self._fail)
        self.feed.subscribe(self._hear)

    def _fail(self, change: Change) -> None:
        raise ZeroDivisionError(change)

    def _hear(self, change: Change) -> None:
        self.heard.append((time.monotonic(), change))
        self._news.set()

    async def until(self, change: Change, since: float) -> float:
        """Return how many seconds after a moment a change was told."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for at, told in self.heard:
                    if told == change and at >= since:
                        return at - since
                self._news.clear()
                await self._news.wait()


def live(times: int) -> Result:
    """Change something from elsewhere and wait until two desks know; restart the database in between."""
    with running_server() as pg:
        migrated(pg.url)
        # The failures of the listener are wanted here, and known to be logged.
        logging.getLogger("waapp.db.feed").disabled = True
        try:
            with asyncio.Runner(loop_factory=headless_loop) as runner:
                seen, back = runner.run(_watch(pg, times))
        finally:
            logging.getLogger("waapp.db.feed").disabled = False
    slow = [f"a change was seen only after {max(seen):.2f} s"] if max(seen) > SEEN_WITHIN else []
    what = (
        "a change of one desk seen by two others, each with a listener that fails, and after restarts of PostgreSQL: "
        f"after {median(seen) * 1000:.0f} ms, most {max(seen) * 1000:.0f}"
    )
    return Result(what, times, (), back, (), slow)


async def _watch(pg: Server, times: int) -> tuple[list[float], list[float]]:
    desks = [_Desk(pg.url), _Desk(pg.url)]
    feeds = [asyncio.create_task(desk.feed.run()) for desk in desks]
    database = Database(pg.url)
    try:
        async with database.begin() as conn:
            event = await events.create_event(conn, EventDraft("Party", datetime(2030, 1, 1, tzinfo=UTC)))
        for desk in desks:
            await desk.until(Change(Kind.ALL), 0.0)
        seen: list[float] = []
        back: list[float] = []
        for turn in range(times):
            seen += await _change(pg, event.id, desks)
            if turn % 5 == 4 or turn == times - 1:
                stopped = time.monotonic()
                await asyncio.to_thread(pg.stop)
                await asyncio.to_thread(pg.start)
                away = time.monotonic() - stopped
                # They may be back before the server's start has been noticed here.
                back += [max(0.0, await desk.until(Change(Kind.ALL), stopped) - away) for desk in desks]
                seen += await _change(pg, event.id, desks)
    finally:
        for task in feeds:
            task.cancel()
        await asyncio.wait(feeds)
        await database.dispose()
    return seen, back


async def _change(pg: Server, event_id: UUID, desks: list[_Desk]) -> list[float]:
    async with await psycopg.AsyncConnection.connect(pg.url, autocommit=True) as other:
        await other.execute("UPDATE events SET name = name || 'x' WHERE id = %s", [event_id])
    committed = time.monotonic()
    # The answer to the commit may come after the news of it.
    return [await desk.until(Change(Kind.EVENTS, event_id), committed - 0.1) + 0.0 for desk in desks]


SCENARIOS = (Scenario("live", live, times=50, short=2),)
