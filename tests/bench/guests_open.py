"""How long opening 100,000 guests takes, against a bare psycopg fetch of the same columns in the same run.

    python -m tests.bench.guests_open [--guests 100000] [--rounds 5]

Prints a table; the target is at most 1.5 times the bare fetch. Every guest has two invitations, of which the newest
shows. Rounds of the candidates alternate, so that what else the machine does meets them all alike.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psycopg
from PySide6.QtWidgets import QApplication
from sqlalchemy import text

from waapp.core.events import EventDraft
from waapp.db import embedded, events, guests, migrate
from waapp.db.engine import Database, connect_parameters
from waapp.gui.garbage import collected_by_window
from waapp.loop import window_loop

_GUESTS = """
INSERT INTO guests (event_id, name, phone, email, guest_group, language)
SELECT :event, 'Guest Número ' || n, '+35191' || lpad(n::text, 7, '0'), 'guest' || n || '@example.com', 'Family',
    'pt_PT'
FROM generate_series(1, :guests) n
"""
_INVITATIONS = """
INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, recipient, engine_state, twilio_message_sid,
    twilio_status, message_content, sent_at, delivered_at)
SELECT id, event_id, 'rsvp_invitation', phone, 'accepted', 'SM' || md5(:round || id::text), 'delivered',
    repeat('x', 200), now(), now()
FROM guests ORDER BY random()
"""


async def fill(database: Database, count: int) -> UUID:
    """Make an event with so many guests, two invitations each."""
    async with database.begin() as conn:
        event = await events.create_event(conn, EventDraft("Everybody", None))
        await conn.execute(text(_GUESTS), {"event": event.id, "guests": count})
        await conn.execute(text("ALTER TABLE whatsapp_invitations DISABLE TRIGGER USER"))
        for number in ("1", "2"):
            await conn.execute(text(_INVITATIONS), {"round": number})
        await conn.execute(text("ALTER TABLE whatsapp_invitations ENABLE TRIGGER USER"))
    async with await psycopg.AsyncConnection.connect(
        **connect_parameters(database.url), autocommit=True
    ) as driver:
        await driver.execute("VACUUM ANALYZE")
    return event.id


async def measure(url: str, count: int, rounds: int) -> None:
    """Time all candidates and print the table."""
    database = Database(url)
    event_id = await fill(database, count)
    parameters = {"event_id": event_id, "practice": False}

    async def bare(binary: bool) -> int:
        async with await psycopg.AsyncConnection.connect(**connect_parameters(url)) as driver:
            cursor = driver.cursor(binary=binary)
            await cursor.execute(guests._ALL_ROWS, parameters)
            return len(await cursor.fetchall())

    async def opened() -> int:
        found = 0
        async with database.read() as conn:
            async for chunk in guests.stream_guest_rows(conn, event_id, False):
                found += len(chunk)
        return found

    async def first_chunk() -> int:
        async with (
            database.read() as conn,
            aclosing(guests.stream_guest_rows(conn, event_id, False)) as chunks,
        ):
            await anext(chunks)
        return count

    candidates: dict[str, Callable[[], Awaitable[int]]] = {
        "bare psycopg, fetchall": lambda: bare(False),
        "bare psycopg, fetchall, binary": lambda: bare(True),
        "stream_guest_rows": opened,
        "  until its first chunk": first_chunk,
    }
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, candidate in candidates.items():
            started = time.perf_counter()
            assert await candidate() == count
            seconds[name].append(time.perf_counter() - started)
    base = statistics.median(seconds["bare psycopg, fetchall"])
    print(f"{count:,} guests, {rounds} rounds, median of each")
    print(f"{'':32} {'seconds':>8} {'ratio':>6}")
    for name, taken in seconds.items():
        print(f"{name:32} {statistics.median(taken):8.3f} {statistics.median(taken) / base:6.2f}")
    stalls = sorted(await stalls_while(opened()), reverse=True)[:10]
    print(
        f"event loop held up at most {', '.join(f'{stall * 1000:.0f}' for stall in stalls)} ms while opening"
    )
    await database.dispose()


async def stalls_while(work: Coroutine[Any, Any, int]) -> list[float]:
    """Return the times between two turns of the event loop while something runs."""
    turns = [time.perf_counter()]
    task = asyncio.create_task(work)
    while not task.done():
        await asyncio.sleep(0)
        turns.append(time.perf_counter())
    await task
    return [later - earlier for earlier, later in pairwise(turns)]


def main() -> None:
    """Run the benchmark on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--guests", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    application = QApplication(sys.argv[:1])
    folder = Path(tempfile.mkdtemp(prefix="waapp-bench-"))

    async def on_own_server() -> None:
        server = await embedded.start(folder)
        try:
            await migrate.upgrade(server.url)
            await measure(server.url, options.guests, options.rounds)
        finally:
            await server.stop()

    try:
        # As the program does: what holds the loop up is its own work, not Python's collector.
        with (
            collected_by_window(),
            asyncio.Runner(loop_factory=lambda: window_loop(application)) as runner,
        ):
            runner.run(on_own_server())
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
