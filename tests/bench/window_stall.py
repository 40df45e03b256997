"""For how long the window does not answer while it sends: the whole program, its pages open one after the other.

    python -m tests.bench.window_stall [--messages 5000] [--rate 80] [--pages messages,guests,send]

A tick every two milliseconds stands for a hand at the mouse: it is answered late by as much as the loop was busy.
Ticks that a stall swallowed count with what they would have waited.
Targets: longest 50 ms, 99th percentile 16 ms. The practice Twilio and PostgreSQL are processes of their own; on a busy
machine the scheduler's own pauses are in these numbers, which is why an idle window is measured first, and why a second
line says for how long the window's thread itself worked between two ticks: what the stalls would be on a processor of
its own.
"""

import argparse
import asyncio
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from tests.bench.bare_twilio import PASSWORD
from tests.bench.send_rate import practice, queue_messages
from waapp import config, loop
from waapp.app import Program
from waapp.db import embedded, migrate, sends
from waapp.db.engine import Database
from waapp.gui import garbage, style
from waapp.whatsapp.practice import PRACTICE_ACCOUNT, PRACTICE_SENDER

TICK = 0.002


@dataclass
class Ticks:
    """How late each tick came, in seconds, and for how long the thread itself had worked until then."""

    late: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    last: float = field(default_factory=time.perf_counter)
    used: float = field(default_factory=time.thread_time)

    def __post_init__(self) -> None:
        self._timer = QTimer(interval=int(TICK * 1000), timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        _note(self.late, now - self.last - TICK)
        self.last = now
        used = time.thread_time()
        _note(self.worked, used - self.used)
        self.used = used

    def begin(self) -> None:
        """Forget what was."""
        self.late.clear()
        self.worked.clear()
        self.last = time.perf_counter()
        self.used = time.thread_time()

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()

    def told(self) -> str:
        """Return percentiles and the longest, of the stalls and of the thread's own work."""
        return f"{_told(self.late)}\n{'  own work':12}{_told(self.worked)}"


def _note(stalls: list[float], stall: float) -> None:
    """Add a stall, and what the ticks that it swallowed would have waited."""
    stalls.append(max(0.0, stall))
    while (stall := stall - TICK) > 0:
        stalls.append(stall)


def _told(stalls: list[float]) -> str:
    ordered = sorted(stalls)
    of = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99)]
    longest = " ".join(f"{one * 1000:.0f}" for one in sorted(_peaks(stalls))[-5:][::-1])
    return f"{' '.join(f'{one * 1000:>7.1f}' for one in of)} {ordered[-1] * 1000:>9.1f}   {longest}"


def _peaks(late: list[float]) -> list[float]:
    return [one for before, one in zip([0.0, *late], late, strict=False) if one > before]


async def measure(url: str, pages: list[str], messages: int, rate: float) -> None:
    """Send once for each page, and print a line for each."""
    database = Database(url)
    program = Program(config.load())
    running = asyncio.ensure_future(program.run())
    while program.window.current_page() != "events":
        await asyncio.sleep(0.05)
    ticks = Ticks()
    await asyncio.sleep(2)
    ticks.begin()
    await asyncio.sleep(5)
    print(f"{messages} messages at {rate:g}/s; milliseconds\n")
    print(
        f"{'':12}{'median':>7} {'95 %':>7} {'99 %':>7} {'longest':>9}   longest five\n{'idle':12}{ticks.told()}"
    )
    for page in pages:
        event_id, send_id = await queue_messages(database, messages)
        program.window.choose_event(event_id)
        program.window.show_page(page)
        await asyncio.sleep(2)
        ticks.begin()
        while True:
            await asyncio.sleep(1)
            async with database.read() as conn:
                summary = await sends.summary(conn, send_id)
            if not summary.queued and not summary.in_flight:
                break
        print(f"{page:12}{ticks.told()}", flush=True)
        program.window.resize(program.window.width() + 1, program.window.height())
    ticks.stop()
    await database.dispose()
    program.window.close()
    await running


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=80.0)
    parser.add_argument("--pages", default="messages,guests,send")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="waapp-bench-") as folder,
        practice() as base_url,
        asyncio.Runner(loop_factory=loop.headless_loop) as runner,
    ):
        server = runner.run(embedded.start(Path(folder) / "database"))
        try:
            runner.run(migrate.upgrade(server.url))
            os.environ |= {
                "WAAPP_HOME": folder,
                "WAAPP_DATABASE_URL": server.url,
                "WAAPP_TWILIO_BASE_URL": base_url,
                "TWILIO_ACCOUNT_SID": PRACTICE_ACCOUNT,
                "TWILIO_AUTH_TOKEN": PASSWORD,
                "WAAPP_SENDER": PRACTICE_SENDER,
                "WAAPP_RATE": str(options.rate),
            }
            application = QApplication.instance() or QApplication(["waapp"])
            application.setQuitOnLastWindowClosed(False)
            style.apply(application)
            with (
                garbage.collected_by_window(),
                asyncio.Runner(loop_factory=lambda: loop.window_loop(application)) as window_runner,
            ):
                window_runner.run(
                    measure(server.url, options.pages.split(","), options.messages, options.rate)
                )
        finally:
            runner.run(server.stop())


if __name__ == "__main__":
    main()
