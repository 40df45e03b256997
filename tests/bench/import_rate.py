"""How long importing 100,000 guests takes, against phonenumbers and COPY of the same rows in the same run.

    python -m tests.bench.import_rate [--rows 100000] [--rounds 3]

The floor reads every number with phonenumbers (parse, type, E.164) and copies the same guests into the same table; the
import reads a file in a process of its own, recognises columns, cleans, looks for duplicates, compares with the event's
guests and saves, as the window does. The target is at most 1.5 times the floor for CSV and for XLSX. Every import goes
into a new event; the candidates take turns. Stalls are the longest times between two turns of the event loop meanwhile;
memory is what this process and its children hold beyond what they held before.
"""

import argparse
import asyncio
import csv
import gc
import json
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import phonenumbers
import psutil
import psycopg
import xlsxwriter
from phonenumbers import PhoneNumberFormat

from waapp.core.events import EventDraft
from waapp.core.import_diff import Diff, Present, diff
from waapp.core.import_list import Reading, new_list
from waapp.db import embedded, events, imports, migrate
from waapp.db.engine import Database, connect_parameters
from waapp.engine.guest_files import read_aside
from waapp.loop import headless_loop

HEADING = ["Nome", "Apelido", "Telemóvel", "E-mail", "Grupo", "Mesa", "Observações"]
NAMES = (
    "Ana Bruno Carla Davi Eva Filipe Gabriela Henrique Inês João Lúcia Mário Noémia Óscar Paula Rui Sofia",
    "Almeida Barros Conceição Dias Esteves Faria Gonçalves Horta Leal Matos Nunes Pires Quintela Reis Sá Vaz",
)
GIVEN, FAMILY = (names.split() for names in NAMES)
COPY = "COPY guests (id, event_id, name, phone, email, guest_group, notes, extra) FROM STDIN"
MEGABYTE = 1024 * 1024
TICK = 0.001


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


@dataclass
class Taken:
    """What the rounds of one candidate took."""

    seconds: list[float] = field(default_factory=list)
    stalls: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=dict)


class Rounds:
    """Runs and measures the candidates."""

    def __init__(self, database: Database, people: list[list[str]]) -> None:
        self._database = database
        self._people = people

    async def floor(self, event_id: UUID, _taken: Taken) -> None:
        """Read the numbers and copy the guests, and nothing else."""

        def read() -> list[tuple[object, ...]]:
            found: list[tuple[object, ...]] = []
            for given, family, phone, email, group, table, notes in self._people:
                text = f"+{phone[2:]}" if phone.startswith("00") else phone
                number = phonenumbers.parse(text, "PT")
                phonenumbers.number_type(number)
                e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
                extra = json.dumps({"mesa": table})
                found.append((uuid4(), event_id, f"{given} {family}", e164, email, group, notes, extra))
            return found

        found = await asyncio.to_thread(read)
        parameters = connect_parameters(self._database.url)
        async with (
            await psycopg.AsyncConnection.connect(**parameters) as driver,
            driver.cursor() as cursor,
            cursor.copy(COPY) as copy,
        ):
            for row in found:
                await copy.write_row(row)

    async def whole(self, path: Path, event_id: UUID, taken: Taken) -> None:
        """Import a file as the window does."""
        clock = time.perf_counter
        started = clock()
        file = await asyncio.to_thread(read_aside, path, None)
        read = clock()

        def compare() -> Diff:
            reading = Reading(new_list(file.rows, "PT"), Present())
            return diff(reading.rows, (), reading.duplicates)

        compared = await asyncio.to_thread(compare)
        cleaned = clock()
        source = imports.Source(path.name, file.source.digest, "bench")
        async with self._database.begin() as conn:
            saved = await imports.save_import(conn, event_id, source, compared, {})
        assert saved.account.read == len(self._people)
        parts = {"read": read - started, "clean": cleaned - read, "save": clock() - cleaned}
        for name, seconds in parts.items():
            taken.parts.setdefault(name, []).append(seconds)

    async def run(self, name: str, work: Callable[[UUID, Taken], Awaitable[None]], taken: Taken) -> None:
        """Time one round."""
        async with self._database.begin() as conn:
            event = await events.create_event(conn, EventDraft(name, None))
        # As in the program, which collects when nobody notices.
        gc.collect()
        gc.disable()
        with peak_memory() as held:
            started = time.perf_counter()
            taken.stalls.append(await longest_stall(work(event.id, taken)))
            taken.seconds.append(time.perf_counter() - started)
        gc.enable()
        taken.memory.append(held[0])
        async with self._database.begin() as conn:
            await events.delete_event(conn, event.id)


async def longest_stall(work: Awaitable[None]) -> float:
    """Return the longest time between two turns of the event loop while something runs."""
    task = asyncio.ensure_future(work)
    longest, before = 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(TICK)
        now = time.perf_counter()
        longest, before = max(longest, now - before - TICK), now
    await task
    return longest


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """Give the most bytes that this process and its children held beyond what they hold now."""
    stop = threading.Event()
    peak = [0]

    def held() -> int:
        total = 0
        own = psutil.Process()
        for process in (own, *(child for child in own.children() if "postgres" not in child.name())):
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
        return total

    before = held()

    def watch() -> None:
        while not stop.wait(0.05):
            peak[0] = max(peak[0], held() - before)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


async def measure(url: str, folder: Path, count: int, rounds: int) -> None:
    """Time all candidates and print the table."""
    people = rows(count)
    files = write(folder, people)
    database = Database(url)
    bench = Rounds(database, people)
    taken = {name: Taken() for name in ("floor", *files)}
    for _ in range(rounds):
        await bench.run("floor", bench.floor, taken["floor"])
        for name, path in files.items():

            async def whole(event_id: UUID, round_: Taken, path: Path = path) -> None:
                await bench.whole(path, event_id, round_)

            await bench.run(name, whole, taken[name])
    floor = statistics.median(taken["floor"].seconds)
    print(f"{count:,} rows, {rounds} rounds, median of each")
    print(f"{'':8} {'seconds':>8} {'ratio':>6} {'longest stall':>14} {'memory':>8}  parts")
    for name, one in taken.items():
        seconds = statistics.median(one.seconds)
        parts = ", ".join(f"{part} {statistics.median(all_):.2f}" for part, all_ in one.parts.items())
        print(
            f"{name:8} {seconds:8.2f} {seconds / floor:6.2f} {max(one.stalls) * 1000:11.0f} ms"
            f" {max(one.memory) / MEGABYTE:5.0f} MB  {parts}"
        )
    await database.dispose()


def main() -> None:
    """Run the benchmark on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="waapp-bench-"))

    async def on_own_server() -> None:
        server = await embedded.start(folder / "database")
        try:
            await migrate.upgrade(server.url)
            await measure(server.url, folder, options.rows, options.rounds)
        finally:
            await server.stop()

    try:
        with asyncio.Runner(loop_factory=headless_loop) as runner:
            runner.run(on_own_server())
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
