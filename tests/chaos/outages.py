"""PostgreSQL is stopped, restarted and killed during a send."""

import os
import signal
import time

import psycopg

from tests.chaos.report import Result, Scenario
from tests.chaos.servers import Server
from tests.chaos.servers import server as running_server
from tests.chaos.world import World, judge, migrated, until, world

RATE = 40.0
AWAY = 0.5
"""Seconds for which the database stays away."""


def _stopped(pg: Server) -> None:
    pg.stop()


def _crashed(pg: Server) -> None:
    pg.stop(signal.SIGQUIT)


def _killed(pg: Server) -> None:
    pg.kill()


def _backend_killed(pg: Server) -> None:
    """SIGKILL one session's process: the server ends all others and recovers by itself."""
    with psycopg.connect(pg.url, autocommit=True) as connection:
        ((pid,),) = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'waapp/%' AND pid <> pg_backend_pid()"
            " ORDER BY state = 'active' DESC, query_start DESC LIMIT 1"
        ).fetchall()
    os.kill(pid, signal.SIGKILL)


def _sessions_ended(pg: Server) -> None:
    with psycopg.connect(pg.url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'waapp/%' AND pid <> pg_backend_pid()"
        )


KINDS = (_stopped, _killed, _backend_killed, _crashed, _sessions_ended)


def outages(times: int) -> Result:
    """Break the server in one way after the other while one and the same worker sends."""
    recovery: list[float] = []
    problems: list[str] = []
    with running_server() as pg:
        migrated(pg.url)
        with world(pg.url, rate=RATE) as here:
            worker = here.start_worker()
            for turn in range(times):
                if here.states()["queued"] < RATE * 8:
                    here.queue(int(RATE * 12))
                before = here.accepted()
                until(lambda before=before: here.accepted() > before + RATE / 2, "messages before the outage")
                recovery.append(_break(here, pg, KINDS[turn % len(KINDS)]))
            if worker.poll() is not None:
                problems.append(f"the worker ended with {worker.returncode}")
            until(lambda: here.states()["queued"] == 0, "the end of the queue")
            if here.stop(worker) != 0:
                problems.append("the worker did not end in order")
            here.settle()
            verdict = judge(here)
            problems += filter(None, [here.complaints()])
    slow = [f"full pace only after {max(recovery):.1f} s"] if max(recovery) > 5 else []
    what = (
        "PostgreSQL during a send: stopped, postmaster killed (SIGKILL), a backend killed (SIGKILL), "
        "stopped as in a crash, all sessions ended, in turn"
    )
    return Result(what, times, [verdict], recovery, problems, slow)


def _break(here: World, pg: Server, how: object) -> float:
    """Break the server, bring it back, and return the seconds from its return to the full pace."""
    assert callable(how)
    how(pg)
    if not pg.running:
        time.sleep(AWAY)
        pg.start()
    until(lambda: here.query("SELECT 1"), "the database")
    return here.full_pace_after(time.time())


SCENARIOS = (Scenario("outages", outages, times=20, short=2),)
