"""How fast durable sending is: against a bare loop over the twilio package, on the same local server, in one run.

    python -m tests.bench.send_rate [MESSAGES [ROUNDS]]

Durable means: rows in PostgreSQL, claimed and committed before each post, every outcome recorded. Headless is the
engine alone; in the window is the whole program with its Messages page open and following along.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from tests.bench.bare_twilio import PASSWORD, bare_rate, number, start_practice
from waapp import config, loop
from waapp.app import Program
from waapp.core.cadence import REAL
from waapp.core.errors_twilio import load_table
from waapp.core.events import EventDraft
from waapp.core.guests import GuestDraft
from waapp.core.invitations import NewInvitation
from waapp.core.template import TemplateDraft
from waapp.db import embedded, events, guests, invitations, migrate, queueing, sends, templates
from waapp.db.clock import database_clock
from waapp.db.engine import Database
from waapp.db.queueing import NewSend
from waapp.engine.account import Line
from waapp.engine.sending import Sending
from waapp.gui import style
from waapp.paths import data_dir
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PRACTICE_ACCOUNT, PRACTICE_SENDER

CONCURRENCY = 16
UNLIMITED = 10_000.0


async def queue_messages(database: Database, count: int) -> tuple[UUID, UUID]:
    """Queue so many invitations of a new event; return the ids of event and send."""
    async with database.begin() as conn:
        event = await events.create_event(conn, EventDraft("Bench", datetime(2030, 1, 1, tzinfo=UTC)))
        draft = TemplateDraft(f"bench_{uuid4().hex}", "Bench", "Dear {{guest_name}}, welcome to our party!")
        template = await templates.save_template(conn, None, draft)
        ids = await guests.add_guests(
            conn, event.id, [GuestDraft(f"Guest {index}", number(index)) for index in range(count)]
        )
        new = NewSend(
            id=uuid4(),
            event_id=event.id,
            template_id=template.id,
            template_name=template.name,
            template_version=1,
            sender=PRACTICE_SENDER,
            practice=False,
            planned_by="bench",
            rate=UNLIMITED,
        )
        rows = [
            NewInvitation(
                guest_id, number(index), {"guest_name": f"Guest {index}"}, f"Dear guest {index}, welcome"
            )
            for index, guest_id in enumerate(ids)
        ]
        await queueing.queue_send(conn, new, rows)
    return event.id, new.id


async def rate_until_recorded(database: Database, send_id: UUID, count: int, started: datetime) -> float:
    """Wait until every outcome is in the database; return messages per second by the database's clock."""
    while True:
        async with database.read() as conn:
            summary = await sends.summary(conn, send_id)
            if not summary.queued and not summary.in_flight:
                assert (summary.total, summary.unknown, summary.failed) == (count, 0, 0)
                # Statuses that Twilio reports later change rows again: what counts is when it took the last one over.
                last = max(
                    row.sent_at for row in await invitations.list_of_send(conn, send_id) if row.sent_at
                )
                return count / (last - started).total_seconds()
        # Asking costs; the answer to the last question does not depend on how often it was asked.
        await asyncio.sleep(0.25)


async def headless_rate(url: str, base_url: str, count: int) -> float:
    """Send with the engine alone."""
    database = Database(url)
    async with TwilioClient(PRACTICE_ACCOUNT, PRACTICE_ACCOUNT, PASSWORD, base_url=base_url) as client:
        await client.send(number(0), PRACTICE_SENDER, body="imports do not count")
        _, send_id = await queue_messages(database, count)
        line = Line(client, PRACTICE_SENDER, PRACTICE_SENDER, practice=False, rate=UNLIMITED, cadence=REAL)
        table = load_table((data_dir("resources") / "twilio_errors.toml").read_text(encoding="utf-8"))
        sending = Sending(database, line, desk="bench", table=table, request_seconds=30)
        async with database.read() as conn:
            started = await database_clock(conn)
        task = asyncio.create_task(sending.run())
        rate = await rate_until_recorded(database, send_id, count, started)
        sending.stop()
        await task
    await database.dispose()
    return rate


async def window_rate(url: str, base_url: str, count: int) -> float:
    """Send with the whole program, its Messages page open on the event."""
    os.environ |= {
        "WAAPP_DATABASE_URL": url,
        "WAAPP_TWILIO_BASE_URL": base_url,
        "TWILIO_ACCOUNT_SID": PRACTICE_ACCOUNT,
        "TWILIO_AUTH_TOKEN": PASSWORD,
        "WAAPP_SENDER": PRACTICE_SENDER,
        "WAAPP_RATE": str(UNLIMITED),
    }
    program = Program(config.load())
    running = asyncio.ensure_future(program.run())
    while program.window.current_page() != "events":
        await asyncio.sleep(0.05)
    database = Database(url)
    event_id, send_id = await queue_messages(database, count)
    program.window.choose_event(event_id)
    program.window.show_page("messages")
    async with database.read() as conn:
        started = await database_clock(conn)
    rate = await rate_until_recorded(database, send_id, count, started)
    await database.dispose()
    program.window.close()
    await running
    return rate


@contextmanager
def practice() -> Iterator[str]:
    """Run a practice Twilio of its own process."""
    process, base_url = start_practice()
    try:
        yield base_url
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def main(count: int, rounds: int) -> None:
    """Measure each way in turn, several times, and print the medians and their ratios."""
    with tempfile.TemporaryDirectory(prefix="waapp-bench-") as folder, practice() as base_url:
        os.environ["WAAPP_HOME"] = folder
        with asyncio.Runner(loop_factory=loop.headless_loop) as runner:
            server = runner.run(embedded.start(Path(folder) / "database"))
            try:
                runner.run(migrate.upgrade(server.url))
                application = QApplication.instance() or QApplication(["waapp"])
                application.setQuitOnLastWindowClosed(False)
                style.apply(application)
                rates: dict[str, list[float]] = {
                    "bare twilio loop": [],
                    "durable, headless": [],
                    "durable, in the window": [],
                }
                for _ in range(rounds):
                    rates["bare twilio loop"].append(
                        runner.run(bare_rate(base_url, PRACTICE_ACCOUNT, PASSWORD, count, CONCURRENCY))
                    )
                    rates["durable, headless"].append(runner.run(headless_rate(server.url, base_url, count)))
                    with asyncio.Runner(loop_factory=lambda: loop.window_loop(application)) as window_runner:
                        rates["durable, in the window"].append(
                            window_runner.run(window_rate(server.url, base_url, count))
                        )
            finally:
                runner.run(server.stop())
    bare = rates["bare twilio loop"]
    print(f"{count} messages, {rounds} rounds, {CONCURRENCY} requests at once; medians")
    for name, measured in rates.items():
        ratios = [one / other for one, other in zip(measured, bare, strict=True)]
        spread = f"from {min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{name:<24} {median(measured):>7.0f}/s   ratio {median(ratios):.2f} ({spread})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
