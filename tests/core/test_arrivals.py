"""The promise about the other end: never more than the rate in any one second, whatever the network does."""

import heapq
import random
from bisect import bisect_left

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waapp.core.arrivals import Arrivals
from waapp.core.pacing import Pacer

PLACES = 32


def simulate(rate: float, there: list[float], back: list[float], seconds: float) -> list[float]:
    """Send as the engine does for so long, over a network with these ways; return when messages arrive."""
    arrivals, pacer = Arrivals(rate), Pacer(rate, burst=max(1, round(rate * 0.05)), catch_up=1.25)
    places = min(PLACES, arrivals.most)
    now, number = 100.0, 0
    end = now + seconds
    answers: list[tuple[float, float]] = []
    arrived = []
    while now < end:
        while answers and answers[0][0] <= now:
            at, sent_at = heapq.heappop(answers)
            arrivals.answered(sent_at, at)
        if len(answers) == places:
            now = answers[0][0]
            continue
        wait = max(arrivals.delay(now), pacer.delay(now))
        if wait > 0:
            # As if the timer fired a little early, or an answer came in between.
            now = min(now + wait, answers[0][0]) if answers else now + wait
            continue
        arrivals.sent()
        pacer.sent(now)
        arrived.append(now + there[number % len(there)])
        heapq.heappush(answers, (arrived[-1] + back[number % len(back)], now))
        number += 1
    return sorted(arrived)


def most_in_a_window(arrived: list[float], period: float) -> int:
    return max(place - bisect_left(arrived, at - period + 1e-9) + 1 for place, at in enumerate(arrived))


ways = st.lists(st.floats(0.0, 0.4), min_size=1, max_size=50)


@settings(max_examples=40)
@given(rate=st.floats(0.3, 100), there=ways, back=st.lists(st.floats(0.0, 0.01), min_size=1, max_size=50))
def test_never_above_the_rate_at_the_receiver(rate: float, there: list[float], back: list[float]) -> None:
    arrived = simulate(rate, there, back, seconds=max(2.5, 4 / rate))
    period = 1.0 if rate >= 1 else 1 / rate
    assert most_in_a_window(arrived, period) <= max(1, int(rate))


def test_leaving_evenly_is_not_enough() -> None:
    pacer, now, arrived = Pacer(80.0), 0.0, []
    for number in range(400):
        now += pacer.delay(now)
        pacer.sent(now)
        arrived.append(now + (0.05 if number < 40 else 0.0))
    assert most_in_a_window(sorted(arrived), 1.0) > 80


@pytest.mark.parametrize(("base", "jitter"), [(0.002, 0.004), (0.15, 0.01)])
def test_the_rate_is_held_within_two_percent(base: float, jitter: float) -> None:
    dice = random.Random(1)
    there = [base / 2 + dice.random() * jitter / 2 for _ in range(997)]
    back = [base / 2 + dice.random() * jitter / 2 for _ in range(991)]
    arrived = simulate(80.0, there, back, seconds=30.0)
    steady = [at for at in arrived if at > arrived[0] + 10]
    rate = (len(steady) - 1) / (steady[-1] - steady[0])
    assert 80 * 0.98 <= rate <= 80
    assert most_in_a_window(arrived, 1.0) <= 80


def test_a_request_that_hangs_costs_its_own_place_only() -> None:
    arrivals = Arrivals(10.0)
    arrivals.sent()
    now = 0.0
    for _ in range(100):
        now += arrivals.delay(now)
        arrivals.sent()
        arrivals.answered(now, now)
    assert now == pytest.approx(99 // 9, abs=1.01)
