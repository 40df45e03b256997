"""Connections that are cut, that hang, and that end between a commit and its answer or a request and its answer."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from tests.chaos.proxy import Proxy, proxy
from tests.chaos.report import Result, Scenario
from tests.chaos.servers import server
from tests.chaos.world import PATIENCE, World, judge, migrated, practice_process, until, world

RATE: Final = 40.0
HANGS: Final = (2.0, 5.0, 8.0, 12.0)
"""Seconds for which a connection to the database passes nothing: less and more than each of our time limits."""
LATE: Final = 3.0
"""Seconds for which Twilio's answers are held back: longer than the worker waits for one."""
FOUND_OUT_WITHIN: Final = 10.0
"""Seconds in which a worker must notice that its connections lead nowhere."""

Cut = Callable[[Proxy, int], None]
"""Hurts in one way; the number says how often it has done so before."""


def _all(wire: Proxy, _turn: int) -> None:
    wire.cut()


def _refused(wire: Proxy, _turn: int) -> None:
    """Nobody gets through for a second."""
    wire.refuse()
    wire.cut()
    time.sleep(1)
    wire.refuse(refusing=False)


def _after_commit(wire: Proxy, _turn: int) -> None:
    """The server commits, and nobody hears of it."""
    wire.cut_before(lambda asked: b"COMMIT" in asked, times=3)
    until(lambda: not wire.armed, "three commits whose answers are lost")


def _hanging(wire: Proxy, turn: int) -> None:
    wire.stall()
    time.sleep(HANGS[turn % len(HANGS)])
    wire.flow()


def _hanging_then_cut(wire: Proxy, turn: int) -> None:
    wire.stall()
    time.sleep(HANGS[turn % len(HANGS)])
    wire.cut()
    wire.flow()


def _forgotten(wire: Proxy, _turn: int) -> None:
    """Whoever speaks over a connection that was open speaks to nobody; new ones pass."""
    wire.swallow()


def database_cuts(times: int) -> Result:
    """Hurt the connections between one worker and PostgreSQL."""
    result = _database(times, (_all, _after_commit, _hanging, _refused, _hanging_then_cut), 5.0)
    hangs = ", ".join(f"{seconds:g}" for seconds in HANGS)
    what = (
        "connections to PostgreSQL: all cut, cut between commit and answer (three times each), hanging for "
        f"{hangs} s, refused for 1 s, hanging and then cut, in turn"
    )
    return replace(result, what=what)


def database_forgotten(times: int) -> Result:
    """Let the connections between one worker and PostgreSQL lead nowhere, without a word to either."""
    result = _database(times, (_forgotten,), FOUND_OUT_WITHIN)
    return replace(result, what="connections to PostgreSQL forgotten by a router: neither side is told")


def _database(times: int, kinds: tuple[Cut, ...], within: float) -> Result:
    with server() as pg:
        migrated(pg.url)
        with proxy("127.0.0.1", pg.port) as wire, world(pg.url, rate=RATE) as here:
            here.worker_url = pg.url.replace(f":{pg.port}/", f":{wire.port}/")
            recovery, problems = _hurt(here, wire, kinds, times)
            verdict = judge(here)
    slow = [f"full pace only after {max(recovery):.1f} s"] if max(recovery) > within else []
    return Result("", times, [verdict], recovery, problems, slow)


def _answer_lost(wire: Proxy, _turn: int) -> None:
    """Twilio gets the request and takes the message over; its answer is lost."""
    wire.cut_before(lambda asked: asked.startswith(b"POST"), times=5)
    until(lambda: not wire.armed, "five requests whose answers are lost")


def _late(wire: Proxy, _turn: int) -> None:
    """Requests arrive after the worker has given up waiting for their answers."""
    wire.stall()
    time.sleep(LATE)
    wire.flow()


def twilio_cuts(times: int) -> Result:
    """Hurt the connections between one worker and Twilio."""
    kinds = (_all, _answer_lost, _late, _refused)
    with server() as pg, practice_process() as practice:
        migrated(pg.url)
        port = urlsplit(practice.base_url).port
        assert port is not None
        with proxy("127.0.0.1", port) as wire, world(pg.url, practice=practice, rate=RATE) as here:
            here.worker_twilio = f"http://127.0.0.1:{wire.port}"
            recovery, problems = _hurt(here, wire, kinds, times)
            verdict = judge(here)
    what = (
        "connections to Twilio: all cut, cut after the request was written (five times each), "
        f"held back for {LATE:.0f} s, refused for 1 s, in turn"
    )
    return Result(what, times, [verdict], recovery, problems)


def _hurt(here: World, wire: Proxy, kinds: tuple[Cut, ...], times: int) -> tuple[list[float], list[str]]:
    """Send, and hurt in one way after the other; return the seconds to full pace and what was wrong."""
    recovery: list[float] = []
    problems: list[str] = []
    worker = here.start_worker()
    for turn in range(times):
        if here.states()["queued"] < RATE * 8:
            here.queue(int(RATE * 12))
        before = here.accepted()
        until(lambda before=before: here.accepted() > before + RATE / 2, "messages before the trouble")
        kinds[turn % len(kinds)](wire, turn // len(kinds))
        recovery.append(here.full_pace_after(time.time()))
    if not wire.harmed:
        problems.append("nothing was cut: the worker does not come this way")
    if worker.poll() is not None:
        problems.append(f"the worker ended with {worker.returncode}")
    until(lambda: here.states()["queued"] == 0, "the end of the queue", PATIENCE * 3)
    if here.stop(worker) != 0:
        problems.append("the worker did not end in order")
    here.settle()
    problems += filter(None, [here.complaints()])
    return recovery, problems


SCENARIOS = (
    Scenario("database-cut", database_cuts, times=20, short=2),
    Scenario("database-forgotten", database_forgotten, times=20, short=0),
    Scenario("twilio-cut", twilio_cuts, times=20, short=3),
)
