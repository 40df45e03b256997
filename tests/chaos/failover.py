"""The primary dies, its standby is promoted, and workers with an address of several hosts go on there."""

import time

from tests.chaos.report import Result, Scenario
from tests.chaos.servers import Server
from tests.chaos.servers import server as running_server
from tests.chaos.world import World, judge, migrated, until, world

RATE = 40.0
AWAY = 0.5
"""Seconds that the watchman of the databases takes to notice."""


def failovers(times: int) -> Result:
    """Kill the primary and promote its standby, so often; each time a new standby follows the new primary.

    Replication is synchronous: a commit that a worker was told of is on both. (Without that a failover may lose what
    was committed last, whatever a program does.) Two workers, so that the number may change hands, too.
    """
    recovery: list[float] = []
    problems: list[str] = []
    with running_server() as first:
        migrated(first.url)
        primary, standby = first, _standby(first, 1)
        try:
            with world(_url(primary, standby), rate=RATE) as here:
                workers = [here.start_worker(), here.start_worker()]
                for turn in range(times):
                    if here.states()["queued"] < RATE * 8:
                        here.queue(int(RATE * 12))
                    before = here.accepted()
                    until(lambda before=before: here.accepted() > before + RATE / 2, "messages before it")
                    recovery.append(_fail_over(here, primary, standby))
                    primary, standby = standby, None
                    if turn < times - 1:
                        # On the dead one's port: the workers' address stays true.
                        standby = _standby(primary, turn + 2, port=_other_port(here, primary))
                until(lambda: here.states()["queued"] == 0, "the end of the queue")
                problems += [
                    f"a worker ended with {worker.returncode}"
                    for worker in workers
                    if worker.poll() is not None or here.stop(worker) != 0
                ]
                here.settle()
                verdict = judge(here)
                problems += filter(None, [here.complaints()])
        finally:
            primary.end()
            if standby is not None:
                standby.end()
    slow = [f"full pace only after {max(recovery):.1f} s"] if max(recovery) > 5 else []
    what = (
        "failover: primary killed (SIGKILL), standby (pg_basebackup, synchronous) promoted, "
        "two workers with a URL of both hosts"
    )
    return Result(what, times, [verdict], recovery, problems, slow)


def _fail_over(here: World, primary: Server, standby: Server) -> float:
    """Return the seconds from the moment in which the standby takes writes to the full pace."""
    primary.kill()
    time.sleep(AWAY)
    standby.promote()
    until(lambda: here.query("SELECT 1 WHERE NOT pg_is_in_recovery()"), "the promoted standby")
    return here.full_pace_after(time.time())


def _standby(primary: Server, number: int, port: int | None = None) -> Server:
    """Make a standby that every commit waits for."""
    made = primary.standby(primary.folder.parent / f"standby-{number}", port=port)
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    primary.execute("SELECT pg_reload_conf()")
    until(
        lambda: primary.ask("SELECT sync_state FROM pg_stat_replication") == [("sync",)],
        "a synchronous standby",
    )
    return made


def _other_port(here: World, primary: Server) -> int:
    """Return the port of the address that is not the primary's."""
    hosts = here.url.split("@")[1].split("/")[0].split(",")
    return next(port for host in hosts if (port := int(host.split(":")[1])) != primary.port)


def _url(one: Server, other: Server) -> str:
    hosts = f"127.0.0.1:{one.port},127.0.0.1:{other.port}"
    return f"postgresql://waapp@{hosts}/waapp?target_session_attrs=read-write&connect_timeout=3"


SCENARIOS = (Scenario("failover", failovers, times=10, short=1),)
