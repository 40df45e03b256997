"""What a planner waits for who brings in 100,000 guests: read, compared, saved, brought again, corrected, taken back.

    python -m tests.bench.import_window [--rows 100000] [--dropped] [--stacks]

Goes through the import dialog for CSV and for XLSX, each into a new event, and prints every step with its time, the
longest time in which the window's loop did not turn (`--stacks`: and what it did then), and the memory that the program
and the process that works on the list hold at most. The floor is what nobody can do without: every number read by
`phonenumbers` (parse, type, E.164), and the same guests copied into the same table by bare psycopg; it is taken before
and after each list. Target: opening, reading, comparing and saving take at most 1.5 times the floor, no stall is longer
than 50 ms. As with Ctrl+O, the processes start while a file is chosen, before the time runs; with `--dropped` they do
so within it, as for a file that is dropped on the window.
"""

import argparse
import asyncio
import csv
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import phonenumbers
import psutil
import psycopg
import xlsxwriter
from PySide6.QtWidgets import QApplication

from waapp.core.events import Event, EventDraft
from waapp.db import embedded, events, migrate
from waapp.db.engine import Database, connect_parameters
from waapp.engine.aside import Aside, aside
from waapp.engine.import_work import ImportWork, import_aside, undo_import
from waapp.gui import garbage, style
from waapp.gui.aio import Tasks
from waapp.gui.import_desk import get_ready
from waapp.gui.import_dialog import ImportDialog
from waapp.loop import window_loop

HEADING = ["Nome", "Apelido", "Telemóvel", "E-mail", "Grupo", "Mesa", "Observações"]
NAMES = (
    "Ana Bruno Carla Davi Eva Filipe Gabriela Henrique Inês João Lúcia Mário Noémia Óscar Paula Rui Sofia",
    "Almeida Barros Conceição Dias Esteves Faria Gonçalves Horta Leal Matos Nunes Pires Quintela Reis Sá Vaz",
)
GIVEN, FAMILY = (names.split() for names in NAMES)
COPY = "COPY guests (id, event_id, name, phone, email, guest_group, notes, extra) FROM STDIN"
MEGABYTE = 1024 * 1024


def rows(count: int) -> list[list[str]]:
    """Return the same guests every time, their numbers written as people do."""
    chance = random.Random(11)
    forms = ("9{0}", "+351 9{1}", "9{1}", "003519{0}", "+4479{2}", "(+351) 9{0}")
    found = []
    for number in range(count):
        digits = f"1{number:07}"
        spaced = f"{digits[:2]} {digits[2:5]} {digits[5:]}"
        phone = forms[number % len(forms)].format(digits, spaced, f"11{number:06}"[-8:].rjust(8, "1"))
        family = f"{chance.choice(FAMILY)} {chance.choice(FAMILY)}"
        found.append(
            [
                chance.choice(GIVEN),
                family,
                phone,
                f"guest{number}@example.com",
                chance.choice(["Noiva", "Noivo", "Amigos"]),
                str(number % 40),
                "alérgico a nozes" if number % 9 == 0 else "",
            ]
        )
    return found


def write(folder: Path, people: list[list[str]]) -> dict[str, Path]:
    """Write the list as CSV and as XLSX."""
    with (folder / "list.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADING, *people])
    book = xlsxwriter.Workbook(folder / "list.xlsx", {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate([HEADING, *people]):
        sheet.write_row(number, 0, row)
    book.close()
    return {"CSV": folder / "list.csv", "XLSX": folder / "list.xlsx"}


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
            if now - looked > 0.2:
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


def floor(url: str, event_id: UUID, people: list[list[str]]) -> float:
    """Return the seconds that reading the numbers and copying the guests take at least; nothing stays."""
    started = time.perf_counter()
    found: list[tuple[object, ...]] = []
    for given, family, phone, email, group, table, notes in people:
        text = f"+{phone[2:]}" if phone.startswith("00") else phone
        number = phonenumbers.parse(text, "PT")
        phonenumbers.number_type(number)
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        extra = json.dumps({"mesa": table})
        found.append((uuid4(), event_id, f"{given} {family}", e164, email, group, notes, extra))
    with psycopg.connect(**connect_parameters(url)) as connection, connection.cursor() as cursor:
        with cursor.copy(COPY) as copy:
            for row in found:
                copy.write_row(row)
        took = time.perf_counter() - started
        connection.rollback()
    return took


class Planner:
    """Brings one list into an event of its own, step by step."""

    def __init__(self, path: Path, event: Event, database: Database, tasks: Tasks, *, stacks: bool) -> None:
        self._path = path
        self._event = event
        self._database = database
        self._tasks = tasks
        self._stacks = stacks
        self._dialog: ImportDialog
        self._work: Aside[ImportWork] | None = None
        self._import_id: UUID

    async def timed(self, name: str, work: Callable[[], Awaitable[object]]) -> float:
        """Do one step and print it."""
        pulse = Pulse(self._stacks)
        ticking = asyncio.ensure_future(pulse.run())
        started = time.perf_counter()
        await work()
        took = time.perf_counter() - started
        pulse.stop()
        await ticking
        stall, memory = pulse.longest * 1000, pulse.memory / MEGABYTE
        print(f"  {name:30} {took:7.2f} s   stall {stall:5.0f} ms   most {memory:5.0f} MB", flush=True)
        return took

    async def choose(self) -> None:
        """Have the processes start as they do while a file is chosen."""
        self._work = import_aside(self._database.url, "bench", self._event.id)
        await get_ready(self._work)

    async def open(self) -> None:
        """Show the dialog."""
        work, self._work = self._work, None
        self._dialog = ImportDialog(self._path, self._event, self._database, "bench", self._tasks, work=work)
        self._dialog.show()
        await asyncio.sleep(0)

    async def read(self) -> None:
        """Read and compare the list."""
        self._dialog.start()
        await self._settled()

    async def save(self) -> None:
        """Store it."""
        dialog = self._dialog
        dialog._save()
        while dialog.saved is None:
            await asyncio.sleep(0.001)
        self._import_id = dialog.saved.id
        await self.close()

    async def erase(self) -> None:
        """Decide something for all rows."""
        self._dialog._work(lambda: self._dialog.desk.erase(True))
        await self._settled()

    async def mend(self) -> None:
        """Correct one cell."""
        self._dialog._mend(self._dialog.model.total // 2, "phone", "912 000 001")
        await self._settled()

    async def undo(self) -> None:
        """Take the import back."""
        work = aside(undo_import, self._database.url, "bench", self._import_id, rest=False)
        await garbage.in_thread(lambda: list(work))

    async def close(self) -> None:
        """Close the dialog."""
        self._dialog.close()
        await self._dialog.desk.close()
        self._dialog.deleteLater()

    async def _settled(self) -> None:
        working = self._dialog._working
        while working is not None and not working.done():
            await asyncio.sleep(0.001)


async def measure(url: str, folder: Path, count: int, *, dropped: bool, stacks: bool) -> None:
    """Go through all steps with both files and print them."""
    people = rows(count)
    files = write(folder, people)
    database = Database(url)
    failures: list[BaseException] = []
    async with Tasks(failures.append) as tasks:
        for name, path in files.items():
            async with database.begin() as conn:
                draft = EventDraft(name, datetime(2027, 6, 1, tzinfo=UTC), "Lisbon", "Europe/Lisbon", "PT")
                event = await events.create_event(conn, draft)
            before = await asyncio.to_thread(floor, url, event.id, people)
            print(f"{name}, {count:,} rows; floor: phonenumbers and COPY")
            planner = Planner(path, event, database, tasks, stacks=stacks)
            if not dropped:
                await planner.timed("meanwhile: choose a file", planner.choose)
            took = await planner.timed("open the dialog", planner.open)
            took += await planner.timed("read and compare", planner.read)
            took += await planner.timed("save", planner.save)
            after = await asyncio.to_thread(floor, url, event.id, people)
            least = statistics.mean((before, after))
            print(
                f"  together {took:.2f} s, {took / least:.2f} times the floor of {before:.2f} and {after:.2f} s"
            )
            await planner.open()
            await planner.timed("the same list again", planner.read)
            await planner.timed("a decision for all", planner.erase)
            await planner.timed("one cell corrected", planner.mend)
            await planner.close()
            await planner.timed("take the import back", planner.undo)
            if failures:
                raise failures[0]
    await database.dispose()


def main() -> None:
    """Run the benchmark on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dropped", action="store_true")
    parser.add_argument("--stacks", action="store_true")
    options = parser.parse_args()
    # A process starts with the main module of the one that starts it: the program's is small, this one is not.
    vars(sys.modules["__main__"]).update(__spec__=None, __file__=None)
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    style.apply(application)
    folder = Path(tempfile.mkdtemp(prefix="waapp-bench-"))

    async def run() -> None:
        server = await embedded.start(folder / "database")
        try:
            await migrate.upgrade(server.url)
            await measure(server.url, folder, options.rows, dropped=options.dropped, stacks=options.stacks)
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
