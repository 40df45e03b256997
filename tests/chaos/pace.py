"""The pace of messages, measured at the receiving end: never above the rate, and near it; slower after a 429."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.report import Result, Scenario
from tests.chaos.servers import server
from tests.chaos.world import World, judge, migrated, until, world


@dataclass(frozen=True)
class Pace:
    """What the receiver saw: messages per second on average, and in the busiest second wherever it begins."""

    average: float
    busiest: int
    seconds: float


def pace_of(times: Sequence[float]) -> Pace:
    """Return the pace of messages by the moments in which they were taken over, in order."""
    ordered = sorted(times)
    busiest = max(bisect_left(ordered, at + 1.0) - place for place, at in enumerate(ordered))
    seconds = ordered[-1] - ordered[0]
    return Pace((len(ordered) - 1) / seconds, busiest, seconds)


def received(here: World, count: int) -> list[float]:
    """Let one worker send so many, and return when each was taken over."""
    before = here.accepted()
    here.queue(count)
    worker = here.start_worker()
    # Whoever measures must not keep the receiver busy.
    until(lambda: here.accepted() == before + count, "all messages", count / here.rate * 2 + 30, every=0.5)
    here.stop(worker)
    return [message["at"] for message in here.practice.accepted()[before:]]


def pace(times: int) -> Result:
    """Send for `times` seconds at 80/s, once undisturbed and once with a 429 on the way."""
    problems: list[str] = []
    rate = 80.0
    with server() as pg:
        migrated(pg.url)
        with world(pg.url, rate=rate, request_seconds=10) as here:
            seen = pace_of(received(here, int(rate * times)))
            if seen.busiest > rate:
                problems.append(f"{seen.busiest} messages in one second")
            here.script({"kind": "throttle", "skip": int(rate), "times": 1})
            throttled = received(here, int(rate * 4))
            # What was under way when the answer came may still arrive.
            after = [at for at in throttled if at > throttled[int(rate)] + 0.5]
            slowed = bisect_left(after, after[0] + 1.0)
            if slowed > rate * 0.6:
                problems.append(f"{slowed} messages in a second after a 429")
            verdict = judge(here)
    what = (
        f"{rate:g}/s for {seen.seconds:.0f} s, at the receiver: {seen.average:.1f}/s on average, "
        f"{seen.busiest} in the busiest second; {slowed} in the second after a 429"
    )
    return Result(what, times, [verdict], (), problems)


SCENARIOS = (Scenario("pace", pace, times=30, short=0),)
