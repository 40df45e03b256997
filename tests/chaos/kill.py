"""Kills the real worker at every step of a send and at random moments.

What a killed worker was doing is steered by the practice Twilio's faults and by locks in the database, and read from
both: not by the clock.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import psycopg

from tests.chaos.world import Verdict, World, judge, until


class Step(StrEnum):
    """Where in a send the worker is when it dies."""

    BEFORE_CLAIM = "before the claim"
    AFTER_CLAIM = "after the claim"
    DURING_POST = "during the POST"
    AFTER_POST = "after the POST, before the record"
    DURING_RECORD = "during the record"
    RANDOM = "at a random moment"


@dataclass(frozen=True)
class Outcome:
    """What a run of kills brought."""

    kills: Counter[Step]
    verdict: Verdict
    recovery: list[float]


def run(here: World, kills: int, seed: int, workers: int = 1) -> Outcome:
    """Kill so often, each step in turn and every second time at random; then let a worker finish.

    With several `workers` one sends and the others stand by: each kill takes the one that sends. `recovery` is then
    how long another one takes to take over; with one worker it is how long a new one takes from its start.
    """
    dice = random.Random(seed)
    steps = [Step.RANDOM if turn % 2 else list(Step)[turn // 2 % 5] for turn in range(kills)]
    done: Counter[Step] = Counter()
    recovery: list[float] = []
    for _ in range(workers - 1):
        here.start_worker()
    for step in steps:
        here.keep_busy()
        before = here.accepted()
        killed_at = time.monotonic()
        if step is Step.RANDOM and done:
            # Nothing stands in the way of this one: how long until messages flow again?
            here.start_worker()
            _until_sent(here, before, "a message after a kill")
            if workers == 1:
                recovery.append(time.monotonic() - killed_at)
            else:
                until(here.all_in_line, "workers that stand by")
            time.sleep(dice.uniform(0, 1))
            _kill_sending(here)
            if workers > 1:
                killed_at, before = time.monotonic(), here.accepted()
                _until_sent(here, before, "a message after a kill")
                recovery.append(time.monotonic() - killed_at)
        else:
            _kill_at(here, step)
        done[step] += 1
        here.script()
    for worker in list(here.workers):
        here.kill(worker)
    here.settle()
    return Outcome(done, judge(here), recovery)


def _kill_at(here: World, step: Step) -> None:
    match step:
        case Step.BEFORE_CLAIM:
            with _sends_locked(here):
                here.start_worker()
                until(lambda: _waits(here, "%ready AS MATERIALIZED%"), "a claim")
                _kill_sending(here)
        case Step.AFTER_CLAIM:
            here.start_worker()
            _until_busy(here, lambda: _claimed(here), "a claimed row")
            _kill_sending(here)
        case Step.DURING_POST:
            here.script({"kind": "latency", "seconds": 0.5})
            asked = here.practice.requests()["send"]
            here.start_worker()
            _until_busy(here, lambda: here.practice.requests()["send"] > asked, "a request")
            _kill_sending(here)
        case Step.AFTER_POST:
            here.script({"kind": "hang", "accepted": True, "seconds": 5})
            before = here.accepted()
            here.start_worker()
            _until_sent(here, before, "a message")
            _kill_sending(here)
        case Step.DURING_RECORD:
            here.script({"kind": "latency", "seconds": 0.5})
            here.start_worker()
            _until_busy(here, lambda: _claimed(here), "a claimed row")
            with _sends_locked(here):
                until(lambda: _waits(here, "%i.claim_token = ANY%"), "a record")
                _kill_sending(here)
        case Step.RANDOM:
            here.start_worker()
            _kill_sending(here)


def _until_busy(here: World, met: Callable[[], bool], what: str) -> None:
    """Wait, and give the workers more to send meanwhile."""

    def told() -> bool:
        here.keep_busy()
        return met()

    until(told, what)


def _until_sent(here: World, before: int, what: str) -> None:
    _until_busy(here, lambda: here.accepted() > before, what)


def _kill_sending(here: World) -> None:
    here.kill(until(here.sending, "a worker that sends"))


def _claimed(here: World) -> bool:
    # What the dead left behind does not count.
    return bool(
        here.query(
            "SELECT FROM whatsapp_invitations WHERE sender = %s AND engine_state = 'sending'"
            " AND split_part(claimed_by, ' ', 1) = ANY(%s) LIMIT 1",
            here.sender,
            here.alive,
        )
    )


def _waits(here: World, query: str) -> bool:
    return bool(
        here.query(
            "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"
            " AND pid <> pg_backend_pid() AND datname = current_database()",
            query,
        )
    )


@contextmanager
def _sends_locked(here: World) -> Iterator[None]:
    with psycopg.connect(here.url) as connection:
        connection.execute("SELECT FROM whatsapp_sends ORDER BY id FOR UPDATE")
        yield
        connection.rollback()
