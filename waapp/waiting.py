"""Waiting for something, for a time at most."""

import asyncio
from contextlib import suppress


async def wait_at_most(event: asyncio.Event, seconds: float | None) -> None:
    """Wait until the event is set or the seconds are over; None waits for as long as it takes.

    Until Python 3.12 `asyncio.wait_for` drops a cancellation that comes in the moment in which the event is set:
    whoever cancelled then waits for ever.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
