"""100,000 guests in the real page: opened from the database, sorted, filtered, searched, changed elsewhere.

    python -m tests.bench.guests_window [--guests 100000] [--rounds 5]

Prints the medians, the opening as a ratio to a bare psycopg fetch of the same rows (target: at most 1.5), and the
longest time in which the window's loop did not turn; the last column says for how long at most its thread itself worked
in one go: what the stall would be on a processor of its own.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import psycopg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import text

from tests.bench.guests_open import fill
from tests.gui.pages import SETTINGS, forget_nothing
from waapp.core.errors_twilio import load_table
from waapp.db import embedded, guests, migrate
from waapp.db.engine import Database, connect_parameters
from waapp.db.feed import Change, Kind
from waapp.gui import style
from waapp.gui.aio import Tasks
from waapp.gui.garbage import collected_by_window
from waapp.gui.guests_page import GuestsPage
from waapp.loop import window_loop
from waapp.paths import data_dir

_BARE = guests._ALL_ROWS


@dataclass
class Pulse:
    """Ticks as often as the loop lets it, and remembers the longest pause."""

    longest: float = 0.0
    worked: float = 0.0
    _running: bool = field(default=True)

    async def run(self) -> None:
        before, used = time.perf_counter(), time.thread_time()
        while self._running:
            await asyncio.sleep(0)
            now, using = time.perf_counter(), time.thread_time()
            self.longest = max(self.longest, now - before)
            self.worked = max(self.worked, using - used)
            before, used = now, using

    def begin(self) -> None:
        self.longest = self.worked = 0.0

    def stop(self) -> None:
        self._running = False


async def timed(page: GuestsPage, work: Callable[[], Awaitable[object]]) -> tuple[float, float, float]:
    """Return how long something took until it was painted, the longest stall meanwhile, and the longest own work."""
    pulse = Pulse()
    ticking = asyncio.ensure_future(pulse.run())
    await asyncio.sleep(0.05)
    pulse.begin()
    start = time.perf_counter()
    await work()
    while not page.guests.model.is_arranged:
        await asyncio.sleep(0)
    page.guests.view.viewport().repaint()
    took = time.perf_counter() - start
    pulse.stop()
    await ticking
    return took, pulse.longest, pulse.worked


async def age(database: Database) -> None:
    """Let everything have happened an hour ago: what is seconds old is read again with every change."""
    async with database.begin() as conn:
        for table in ("guests", "whatsapp_invitations"):
            await conn.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            await conn.execute(text(f"UPDATE {table} SET updated_at = updated_at - interval '1 hour'"))
            await conn.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    async with await psycopg.AsyncConnection.connect(
        **connect_parameters(database.url), autocommit=True
    ) as driver:
        await driver.execute("VACUUM ANALYZE")


async def bare_fetch(url: str, event_id: UUID) -> None:
    """Fetch the same rows with the driver alone."""
    async with (
        await psycopg.AsyncConnection.connect(**connect_parameters(url)) as driver,
        driver.cursor(binary=True) as cursor,
    ):
        await cursor.execute(_BARE, {"event_id": event_id, "practice": False})
        await cursor.fetchall()


async def measure(url: str, count: int, rounds: int) -> None:
    """Print one line per action."""
    database = Database(url)
    event_id = await fill(database, count)
    await age(database)
    errors = load_table((data_dir("resources") / "twilio_errors.toml").read_text(encoding="utf-8"))
    real = replace(SETTINGS, account_sid="AC" + "0" * 32)
    results: dict[str, list[tuple[float, float, float]]] = {}
    async with Tasks(lambda error: sys.excepthook(type(error), error, None)) as tasks:
        for _ in range(rounds):
            page = GuestsPage(
                database=database,
                settings=real,
                tasks=tasks,
                navigate=lambda _key: None,
                errors=errors,
                forget_practised=forget_nothing,
            )
            page.resize(1068, 734)
            page.show()
            for name, work in actions(page, database, url, event_id).items():
                results.setdefault(name, []).append(await timed(page, work))
            page.close()
            page.deleteLater()
            await asyncio.sleep(0.05)
    await database.dispose()
    bare = statistics.median(took for took, _, _ in results["bare psycopg fetch"])
    print(
        f"{count:,} guests, {rounds} rounds\n\n{'':28}{'median':>10}{'ratio':>8}{'longest stall':>16}{'own work':>12}"
    )
    for name, measured in results.items():
        took, stall, worked = map(statistics.median, zip(*measured, strict=True))
        ratio = f"{took / bare:.2f}" if name in {"bare psycopg fetch", "open the page"} else ""
        print(f"{name:28}{took * 1000:>7.0f} ms{ratio:>8}{stall * 1000:>13.0f} ms{worked * 1000:>9.0f} ms")


def actions(
    page: GuestsPage, database: Database, url: str, event_id: UUID
) -> dict[str, Callable[[], Awaitable[object]]]:
    """Return what is measured, in order."""
    view = page.guests.view

    async def sort_by(column: int, order: Qt.SortOrder) -> None:
        page.guests.model.sort(column, order)

    async def idle() -> None:
        while page._tasks._running:
            await asyncio.sleep(0)

    async def search(typed: str) -> None:
        page.guests.search.searched.emit(typed)

    async def choose(key: str) -> None:
        page.guests.chips.choose(key)

    async def change_one() -> None:
        guest_id = next(iter(page.guests.ids()))
        async with database.begin() as conn:
            guest = await guests.get_guest(conn, guest_id)
            await guests.update_guest(
                conn, guest_id, replace(guest.draft, notes=str(time.time_ns())), guest.updated_at
            )
        page.changed(Change(Kind.GUESTS, event_id))
        while page._refresher._running or page._refresher._wanted:
            await asyncio.sleep(0)

    async def select_all() -> None:
        view.selectAll()

    async def select_none() -> None:
        view.clearSelection()

    async def scroll() -> None:
        view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)

    return {
        "bare psycopg fetch": lambda: bare_fetch(url, event_id),
        "open the page": lambda: page.open(event_id),
        "sort by number, descending": lambda: sort_by(1, Qt.SortOrder.DescendingOrder),
        "sort by name": lambda: sort_by(0, Qt.SortOrder.AscendingOrder),
        "idle until search is ready": idle,
        "search, first letter": lambda: search("n"),
        "search, more letters": lambda: search("numero 99"),
        "search, emptied": lambda: search(""),
        "chip: delivered": lambda: choose("delivered"),
        "chip: all": lambda: choose("all"),
        "scroll to the middle": scroll,
        "select all": select_all,
        "sort all that is selected": lambda: sort_by(1, Qt.SortOrder.AscendingOrder),
        "select none": select_none,
        "a change elsewhere": change_one,
    }


def main() -> None:
    """Run the benchmark on a private server."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--guests", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    style.apply(application)
    folder = Path(tempfile.mkdtemp(prefix="waapp-bench-"))

    async def run() -> None:
        server = await embedded.start(folder)
        try:
            await migrate.upgrade(server.url)
            with collected_by_window():
                await measure(server.url, arguments.guests, arguments.rounds)
        finally:
            await server.stop()

    try:
        with asyncio.Runner(loop_factory=lambda: window_loop(application)) as runner:
            runner.run(run())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
