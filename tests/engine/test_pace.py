"""The pace of messages, measured where they arrive."""

import math
import time
from collections import Counter

import pytest
from sqlalchemy import text

from tests.engine.conftest import Desk, Run, numbers
from tests.engine.test_sending import all_read, deliveries
from waapp.core.pacing import SANDBOX_RATE, sender_rate
from waapp.engine import sender
from waapp.whatsapp.practice_script import Fault, FaultKind, Script


def most_in_a_second(times: list[float]) -> int:
    """Return how many messages came within the busiest second."""
    times = sorted(times)
    return max(sum(1 for later in times if at <= later < at + 1.0) for at in times)


@pytest.mark.parametrize("rate", [3, 20, 50])
def test_no_second_sees_more_messages_than_the_rate_allows(run: Run, desk: Desk, rate: int) -> None:
    count = rate * 3

    async def scenario() -> None:
        await desk.invite(numbers(count))
        async with desk.at_work(rate=rate):
            await desk.until(lambda rows: all(row.sid for row in rows))

    run(scenario())
    times = [message.at for message in desk.practice.accepted()]
    assert len(times) == count
    assert most_in_a_second(times) <= rate


def test_after_too_many_the_pace_is_halved_and_everything_arrives(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, faults=(Fault(FaultKind.THROTTLE, skip=20, times=1),))
    rate = 20

    async def scenario() -> None:
        await desk.invite(numbers(60))
        async with desk.at_work(rate=rate):
            await desk.until(lambda rows: all(row.sid for row in rows))

    run(scenario())
    assert deliveries(desk) == Counter(numbers(60))
    times = sorted(message.at for message in desk.practice.accepted())
    # What was under way when the answer came may still arrive; it recovers by a third of the rate in 20 seconds.
    after = [at for at in times if at > times[20] + 0.5]
    second = [at for at in after if at < after[0] + 1.0]
    assert len(second) <= math.ceil(rate / 2 + rate / 60 * 3) + 1


def test_the_sandbox_gets_a_message_every_three_seconds() -> None:
    assert sender_rate("+14155238886", 80) == SANDBOX_RATE == pytest.approx(1 / 3)


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_clock_that_is_set_changes_nothing(
    run: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    """Due times come from the database's clock and the pace from one that nobody sets."""
    right = time.time
    desk.practice._clock = right

    async def scenario() -> None:
        await desk.invite(numbers(40))
        async with desk.at_work(rate=40):
            await desk.until(lambda rows: any(row.sid for row in rows))
            monkeypatch.setattr(time, "time", lambda: right() + jump)
            await desk.until(all_read)

    run(scenario())
    assert deliveries(desk) == Counter(numbers(40))


def test_a_claim_that_slept_is_given_back_and_not_posted(
    run: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The computer sleeps for an hour right after its first claim."""
    awake = sender.time_with_sleep
    looks = 0

    def clock() -> float:
        nonlocal looks
        looks += 1
        return awake() + (3600.0 if looks > 1 else 0.0)

    monkeypatch.setattr(sender, "time_with_sleep", clock)

    async def scenario() -> list[str]:
        await desk.invite(numbers(10))
        async with desk.at_work():
            await desk.until(lambda rows: all(row.sid for row in rows))
        async with desk.database.read() as conn:
            query = "SELECT engine_state FROM whatsapp_invitation_log WHERE twilio_status IS NULL ORDER BY id"
            return list((await conn.execute(text(query))).scalars())

    states = run(scenario())
    assert Counter(states) == {"queued": 20, "sending": 20}
    assert deliveries(desk) == Counter(numbers(10))
