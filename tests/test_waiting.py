"""Waiting for an event: it ends when it should, and a cancellation is never lost."""

import asyncio

import pytest

from waapp.waiting import wait_at_most

LONG = 60.0


@pytest.mark.parametrize("seconds", [None, LONG, 0.0, -1.0])
def test_what_has_happened_is_not_waited_for(run, seconds: float | None) -> None:
    async def scenario() -> None:
        event = asyncio.Event()
        event.set()
        await wait_at_most(event, seconds)
        assert event.is_set()

    run(scenario())


@pytest.mark.parametrize("seconds", [0.01, 0.0, -1.0])
def test_what_does_not_happen_is_not_waited_for_any_longer(run, seconds: float) -> None:
    async def scenario() -> bool:
        event = asyncio.Event()
        async with asyncio.timeout(LONG):
            await wait_at_most(event, seconds)
        return event.is_set()

    assert run(scenario()) is False


@pytest.mark.parametrize("turns", range(6))
@pytest.mark.parametrize("seconds", [None, LONG])
@pytest.mark.parametrize("loop", ["run", "window_run"])
def test_whoever_is_cancelled_when_it_happens_ends(
    request, loop: str, seconds: float | None, turns: int
) -> None:
    """In whichever turn of the loop after the event the cancellation comes."""
    stages: list[str] = []

    async def follow(event: asyncio.Event) -> None:
        while True:
            event.clear()
            stages.append("waits")
            await wait_at_most(event, seconds)

    async def scenario() -> bool:
        event = asyncio.Event()
        following = asyncio.create_task(follow(event))
        while not stages:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        event.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        following.cancel()
        await asyncio.wait([following], timeout=5)
        ended = following.done()
        following.cancel()
        return ended

    assert request.getfixturevalue(loop)(scenario())
