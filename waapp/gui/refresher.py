"""Catching up with the database, once at a time and never in vain."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from waapp.gui.aio import Tasks

FOLLOWING: Final = 0.25
"""Seconds between two looks of a page that follows a send: its changes come ten times a second."""


class Refresher:
    """Runs `work` soon after it was asked for; asked for while it runs, it runs once more afterwards.

    A hundred changes that come together cost two queries, and the last change is never missed. Between two runs it
    rests for `pause` seconds.
    """

    def __init__(self, tasks: Tasks, work: Callable[[], Awaitable[None]], *, pause: float = 0.0) -> None:
        self._tasks = tasks
        self._work = work
        self._pause = pause
        self._wanted = False
        self._running = False

    def ask(self) -> None:
        """Run now, or again when the present run is over."""
        self._wanted = True
        if not self._running:
            self._tasks.start(self._run(), "refresh")

    async def _run(self) -> None:
        if self._running:
            return
        self._running = True
        try:
            while self._wanted:
                self._wanted = False
                await self._work()
                if self._pause:
                    await asyncio.sleep(self._pause)
        finally:
            self._running = False
