"""How long deleting 20,000 invited guests takes, and putting them back, with the log of their messages.

    python -m tests.bench.guests_deleted [--guests 20000] [--rounds 3]

Prints a table against the floor: the driver copies the same rows aside as JSON and deletes them, without a trigger.
Every guest has one invitation, of which six lines are logged.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psycopg
from PySide6.QtWidgets import QApplication
from sqlalchemy import text

from tests.bench.guests_open import _GUESTS, stalls_while
from waapp.core.events import EventDraft
from waapp.db import embedded, events, guests, migrate
from waapp.db.engine import Database, connect_parameters
from waapp.gui.garbage import collected_by_window
from waapp.loop import window_loop

_INVITATIONS = """
INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, recipient, engine_state, message_content,
    queued_at)
SELECT id, event_id, 'rsvp_invitation', phone, 'queued', repeat('x', 200), now() FROM guests
"""
_STEPS = (
    "engine_state = 'sending'",
    "engine_state = 'accepted', twilio_status = 'queued', twilio_message_sid = 'SM' || md5(id::text), sent_at = now()",
    "twilio_status = 'sent'",
    "twilio_status = 'delivered', delivered_at = now()",
    "twilio_status = 'read', read_at = now()",
)
_TABLES = (
    (
        "whatsapp_invitation_log",
        "invitation_id IN (SELECT id FROM whatsapp_invitations WHERE guest_id = ANY(%(ids)s))",
    ),
    ("whatsapp_invitations", "guest_id = ANY(%(ids)s)"),
    ("guests", "id = ANY(%(ids)s)"),
)


async def fill(database: Database, count: int) -> list[UUID]:
    """Make an event with so many guests, each with an invitation that was read; return their ids."""
    async with database.begin() as conn:
        event = await events.create_event(conn, EventDraft("Everybody", None))
        await conn.execute(text(_GUESTS), {"event": event.id, "guests": count})
        await conn.execute(text(_INVITATIONS))
        for step in _STEPS:
            await conn.execute(text(f"UPDATE whatsapp_invitations SET {step}"))
        ids = list(await guests.guest_ids(conn, event.id))
    async with await psycopg.AsyncConnection.connect(
        **connect_parameters(database.url), autocommit=True
    ) as driver:
        await driver.execute("VACUUM ANALYZE")
    return ids


async def bare(url: str, ids: Sequence[UUID]) -> None:
    """Set the same rows aside and delete them with the driver alone, and roll back."""
    async with await psycopg.AsyncConnection.connect(**connect_parameters(url)) as driver:
        await driver.execute("CREATE TEMPORARY TABLE aside (content JSONB) ON COMMIT DROP")
        for table, _ in _TABLES:
            await driver.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for table, chosen in _TABLES:
            parameters = {"ids": list(ids)}
            await driver.execute(
                f"INSERT INTO aside SELECT to_jsonb(t) FROM {table} t WHERE {chosen}",
                parameters,
            )
            await driver.execute(f"DELETE FROM {table} WHERE {chosen}", parameters)
        await driver.rollback()


async def measure(url: str, count: int, rounds: int) -> None:
    """Print one line for each of the things that are done."""
    database = Database(url)
    ids = await fill(database, count)

    async def delete() -> int:
        async with database.begin() as conn:
            return len(await guests.delete_guests(conn, ids))

    async def restore() -> int:
        async with database.begin() as conn:
            return len(await guests.restore_guests(conn, ids))

    seconds: dict[str, list[float]] = {
        "set aside and deleted by the driver": [],
        "deleted": [],
        "put back": [],
    }
    longest: dict[str, float] = {}
    for _ in range(rounds):
        started = time.perf_counter()
        await bare(url, ids)
        seconds["set aside and deleted by the driver"].append(time.perf_counter() - started)
        for name, work in (("deleted", delete), ("put back", restore)):
            started = time.perf_counter()
            stalls = await stalls_while(work())
            seconds[name].append(time.perf_counter() - started)
            longest[name] = max(longest.get(name, 0.0), *stalls)
    base = statistics.median(seconds["set aside and deleted by the driver"])
    print(f"{count:,} invited guests, {rounds} rounds, median of each")
    print(f"{'':38} {'seconds':>8} {'ratio':>6} {'longest stall':>14}")
    for name, taken in seconds.items():
        stall = f"{longest[name] * 1000:.0f} ms" if name in longest else ""
        print(f"{name:38} {statistics.median(taken):8.2f} {statistics.median(taken) / base:6.2f} {stall:>14}")
    await database.dispose()


def main() -> None:
    """Run the benchmark on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--guests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
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
