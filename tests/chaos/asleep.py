"""Computers that fall asleep while they send: the number goes to another desk, and the sleeper posts nothing stale."""

import signal
import time
from typing import Final

from tests.chaos.report import Result, Scenario
from tests.chaos.servers import server
from tests.chaos.world import judge, migrated, until, world

RATE: Final = 20.0
TAKEN_OVER_WITHIN: Final = 10.0


def asleep(times: int) -> Result:
    """Freeze the worker that sends until another one does, then wake it in the middle of the other one's work."""
    recovery: list[float] = []
    problems: list[str] = []
    with server() as pg:
        migrated(pg.url)
        with world(pg.url, rate=RATE) as here:
            workers = [here.start_worker(), here.start_worker()]
            for _ in range(times):
                if here.states()["queued"] < RATE * 8:
                    here.queue(int(RATE * 12))
                until(here.all_in_line, "one that sends and one that stands by")
                sleeper = until(here.sending, "a worker that sends")
                before = here.accepted()
                until(lambda before=before: here.accepted() > before + 3, "messages")
                frozen_at = time.monotonic()
                sleeper.send_signal(signal.SIGSTOP)
                until(lambda sleeper=sleeper: here.sending() not in (None, sleeper), "another that sends")
                before = here.accepted()
                until(lambda before=before: here.accepted() > before, "messages from it")
                recovery.append(time.monotonic() - frozen_at)
                sleeper.send_signal(signal.SIGCONT)
            until(lambda: here.states()["queued"] == 0, "the end of the queue")
            problems += [
                f"a worker ended with {worker.returncode}"
                for worker in workers
                if worker.poll() is not None or here.stop(worker) != 0
            ]
            here.settle()
            verdict = judge(here)
            problems += filter(None, [here.complaints()])
    slow = [f"taken over only after {max(recovery):.1f} s"] if max(recovery) > TAKEN_OVER_WITHIN else []
    what = "the computer that sends falls asleep (SIGSTOP), another takes over, the sleeper wakes (SIGCONT)"
    return Result(what, times, [verdict], recovery, problems, slow)


SCENARIOS = (Scenario("asleep", asleep, times=10, short=1),)
