"""A list of 100,000 guests through the import dialog: read, compared, saved, brought again, taken back.

    python -m tests.bench.import_window [--rows 100000] [--xlsx] [--stacks]

Prints each step with its time, the longest time in which the window's loop did not turn, and the memory that the
process holds at most. The floor is what nobody can do without: every number parsed by `phonenumbers`, and the same rows
copied to the table by bare psycopg. Target: reading, comparing and saving take at most 1.5 times the floor, no stall
is longer than 50 ms.
"""

import argparse
import asyncio
import csv
import os
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import phonenumbers
import psutil
import psycopg
import xlsxwriter
from PySide6.QtWidgets import QApplication

from waapp.core.events import EventDraft
from waapp.db import embedded, events, migrate
from waapp.db.engine import Database, connect_parameters
from waapp.engine.aside import aside
from waapp.engine.import_work import undo_import
from waapp.gui import garbage, style
from waapp.gui.aio import Tasks
from waapp.gui.import_dialog import ImportDialog
from waapp.loop import window_loop

_HEADING = ("Name", "Phone", "E-mail", "Group", "Table")
_FIRST = ("Ana", "Rui", "Eva", "João", "Zoë", "Inês", "Tomás", "Marta", "Hugo", "Sara")
_LAST = ("Sousa", "Costa", "Reis", "Brandão", "Nunes", "Pinto", "Lopes", "Faria", "Serra", "Vale")


class Pulse:
    """The longest time in which the loop did not turn, and with `stacks` what it did then.

    `memory` is the most that this process and those that it has started, the database excepted, held meanwhile.
    """

    def __init__(self, stacks: bool) -> None:
        self.longest = 0.0
        self.memory = 0
        self._stacks = stacks
        self._beat = time.perf_counter()
        self._running = True
        self._main = threading.get_ident()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    async def run(self) -> None:
        while self._running:
            await asyncio.sleep(0.004)
            now = time.perf_counter()
            self.longest = max(self.longest, now - self._beat - 0.004)
            self._beat = now

    def stop(self) -> None:
        self._running = False
        self._watching.join()

    def _watch(self) -> None:
        told = looked = 0.0
        while self._running:
            time.sleep(0.005)
            now = time.perf_counter()
            if now - looked > 0.1:
                looked = now
                self.memory = max(self.memory, held())
            if self._stacks and now - self._beat > 0.04 and self._beat != told:
                told = self._beat
                frame = sys._current_frames().get(self._main)
                print("".join(traceback.format_stack(frame, limit=6)) if frame else "?")


def held() -> int:
    """Return the bytes that this process and its children hold, the database's excepted."""
    own = psutil.Process()
    total = 0
    for process in (own, *own.children()):
        with suppress(psutil.Error):
            if "postgres" not in process.name():
                total += process.memory_info().rss
    return total


def rows(count: int) -> list[tuple[str, ...]]:
    """Return guests as a planner's list has them: names of many words, national numbers."""
    return [
        (
            f"{_FIRST[n % 10]} {_LAST[n // 10 % 10]} {_LAST[n // 100 % 10]} {n:x}",
            f"91{n % 10} {n // 1000 % 1000:03} {n % 1000:03}" if n % 50 else "",
            f"guest{n}@example.org",
            ("Bride", "Groom", "Friends")[n % 3],
            str(n % 40),
        )
        for n in range(count)
    ]


def write(path: Path, guests: list[tuple[str, ...]]) -> None:
    """Write a list as its name says."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([_HEADING, *guests])
        return
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([_HEADING, *guests]):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)


def floor(url: str, event_id: UUID, guests: list[tuple[str, ...]]) -> float:
    """Return the seconds that parsing the numbers and copying the rows take at least; nothing stays."""
    started = time.perf_counter()
    parsed = []
    for name, phone, email, group, table in guests:
        number = ""
        if phone:
            read = phonenumbers.parse(phone, "PT")
            if phonenumbers.is_valid_number(read):
                number = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)
        parsed.append((event_id, name, number, email, group, f'{{"table": "{table}"}}'))
    with psycopg.connect(**connect_parameters(url)) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY guests (event_id, name, phone, email, guest_group, extra) FROM STDIN") as copy:
            for row in parsed:
                copy.write_row(row)
        took = time.perf_counter() - started
        connection.rollback()
    return took


async def measure(url: str, path: Path, count: int, stacks: bool) -> None:
    """Do it all once and print it."""
    guests = rows(count)
    write(path, guests)
    database = Database(url)
    async with database.begin() as conn:
        draft = EventDraft("Ball", datetime(2027, 6, 1, tzinfo=UTC), "Lisbon", "Europe/Lisbon", "PT")
        event = await events.create_event(conn, draft)
    least = await asyncio.to_thread(floor, url, event.id, guests)
    del guests
    print(f"floor: phonenumbers and COPY             {least:7.2f} s")
    total = 0.0
    failures: list[BaseException] = []
    async with Tasks(failures.append) as tasks:

        async def timed(name: str, work: Callable[[], Awaitable[object]]) -> float:
            pulse = Pulse(stacks)
            ticking = asyncio.ensure_future(pulse.run())
            started = time.perf_counter()
            await work()
            took = time.perf_counter() - started
            pulse.stop()
            await ticking
            memory = pulse.memory / 1024 / 1024
            print(f"{name:40} {took:7.2f} s   stall {pulse.longest * 1000:5.0f} ms   most {memory:5.0f} MB")
            if failures:
                raise failures[0]
            return took

        async def settled(dialog: ImportDialog) -> None:
            while not failures and (dialog._working is None or not dialog._working.done()):
                await asyncio.sleep(0.001)

        async def opened() -> ImportDialog:
            dialog = ImportDialog(path, event, database, "bench", tasks)
            dialog.show()
            dialog.start()
            await settled(dialog)
            return dialog

        shown: list[ImportDialog] = []
        imported: list[UUID] = []

        async def read() -> None:
            shown.append(await opened())

        async def save() -> None:
            dialog = shown[-1]
            dialog._save()
            while dialog.saved is None and not failures:
                await asyncio.sleep(0.001)
            assert dialog.saved is not None
            imported.append(dialog.saved.id)
            shown.remove(dialog)
            await dialog.desk.close()
            dialog.deleteLater()

        async def choose() -> None:
            dialog = shown[-1]
            dialog._work(dialog.desk.erase(True))
            await settled(dialog)

        async def mend() -> None:
            dialog = shown[-1]
            dialog._mend(count // 2, "phone", "912 000 001")
            await settled(dialog)

        async def undo() -> None:
            work = aside(undo_import, url, "bench", imported[0], rest=False)
            await garbage.in_thread(lambda: list(work))

        total += await timed("read and compare", read)
        total += await timed("save", save)
        print(f"{'together, times the floor':40} {total / least:7.2f}")
        await timed("the same list again: read and compare", read)
        await timed("a decision for all", choose)
        await timed("one cell corrected", mend)
        await timed("take the import back", undo)
        for dialog in shown:
            dialog.close()
            await dialog.desk.close()
            dialog.deleteLater()
    await database.dispose()


def main() -> None:
    """Run the benchmark on a private server."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--xlsx", action="store_true")
    parser.add_argument("--stacks", action="store_true")
    arguments = parser.parse_args()
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    style.apply(application)
    folder = Path(tempfile.mkdtemp(prefix="waapp-bench-"))
    path = folder / ("list.xlsx" if arguments.xlsx else "list.csv")

    async def run() -> None:
        server = await embedded.start(folder / "pg")
        try:
            await migrate.upgrade(server.url)
            await measure(server.url, path, arguments.rows, arguments.stacks)
        finally:
            await server.stop()

    try:
        with (
            garbage.collected_by_window(),
            asyncio.Runner(loop_factory=lambda: window_loop(application)) as runner,
        ):
            runner.run(run())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
