"""Disks that fill up and folders that cannot be written: clear words, nothing lost, and on it goes with room again."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.chaos.report import Result, Scenario
from tests.chaos.servers import Server, server
from tests.chaos.world import World, judge, migrated, until, world
from waapp.db import binaries

RATE: Final = 60.0
MEGABYTE: Final = 1024 * 1024


class UnplayableError(Exception):
    """This computer does not let us make a disk of our own."""


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """Mount a file system of this size in memory; only root may."""
    with tempfile.TemporaryDirectory(prefix="waapp-chaos-disk-") as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", folder]
        if sys.platform != "linux" or subprocess.run(command, capture_output=True, check=False).returncode:
            raise UnplayableError("no disk can be mounted here")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte free; return the file to remove."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            pass
    return ballast


def database_disk_full(times: int) -> Result:
    """Fill the disk of PostgreSQL in the middle of a send, ask for something, and make room again."""
    recovery: list[float] = []
    problems: list[str] = []
    with small_disk(300) as disk:
        binaries.give_to_account(disk)
        made = Server.make(disk / "primary", min_wal_size="32MB", max_wal_size="64MB")
        try:
            migrated(made.url)
            with world(made.url, rate=RATE) as here:
                worker = here.start_worker()
                for _ in range(times):
                    here.queue(int(RATE * 15))
                    before = here.accepted()
                    until(lambda before=before: here.accepted() > before + RATE / 2, "messages before it")
                    ballast = fill(disk)
                    before = here.log().count("disk_full")
                    until(
                        lambda before=before: here.log().count("disk_full") > before, "a word about the disk"
                    )
                    time.sleep(2)
                    ballast.unlink()
                    if not made.running:
                        made.start()
                    until(lambda: here.query("SELECT 1"), "the database")
                    recovery.append(here.full_pace_after(time.time()))
                    until(lambda: here.states()["queued"] == 0, "the end of the queue")
                if worker.poll() is not None or here.stop(worker) != 0:
                    problems.append(f"the worker ended with {worker.returncode}")
                here.settle()
                verdict = judge(here)
                problems += filter(None, [here.complaints()])
        finally:
            made.end()
    return Result("the disk of PostgreSQL full during a send", times, [verdict], recovery, problems)


def home_full(times: int) -> Result:
    """Fill the disk of the configuration and the log during a send, then take the right to write there away."""
    problems: list[str] = []
    with server() as pg, small_disk(4) as disk:
        migrated(pg.url)
        with world(pg.url, rate=RATE, home=disk) as here:
            for turn in range(times):
                here.queue(int(RATE * 4))
                worker = here.start_worker()
                before = here.accepted()
                until(lambda before=before: here.accepted() > before, "messages before it")
                ballast = fill(disk)
                if turn % 2:
                    # One that starts on a folder that cannot be written sends, too.
                    here.kill(worker)
                    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
                    worker = here.start_worker()
                    before = here.accepted()
                    until(lambda before=before: here.accepted() > before, "messages after it")
                # Something to log, and no room for it.
                pg.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name LIKE 'waapp/%' AND pid <> pg_backend_pid()"
                )
                problems += _words(here)
                until(lambda: here.states()["queued"] == 0, "the end of the queue")
                if worker.poll() is not None or here.stop(worker) != 0:
                    problems.append(f"the worker ended with {worker.returncode}")
                if turn % 2:
                    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
                ballast.unlink()
            here.settle()
            verdict = judge(here)
            problems += filter(None, [here.complaints()])
    what = "the disk of the configuration and the log full during a send, and read-only, in turn"
    return Result(what, times, [verdict], (), problems)


def _words(here: World) -> list[str]:
    """Save the settings there, and return what is wrong with what the program says."""
    program = (
        "from waapp import config, texts\n"
        "from waapp.errors import UserError\n"
        "try: config.save(config.load())\n"
        "except UserError as error: print(texts.one_line(error))\n"
        "else: print('saved')\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "WAAPP_HOME": str(here.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    good = said.stdout.startswith("The settings could not be saved") and not said.stderr
    return [] if good else [f"the program says: {said.stdout}{said.stderr}"]


SCENARIOS = (
    Scenario("database-disk-full", database_disk_full, times=5, short=0),
    Scenario("home-full", home_full, times=6, short=0),
)
