"""Catching up with the database, once at a time and never in vain."""

from collections.abc import Awaitable, Callable

from waapp.gui.aio import Tasks


class Refresher:
    """Runs `work` soon after it was asked for; asked for while it runs, it runs once more afterwards.

    A hundred changes that come together cost two queries, and the last change is never missed.
    """

    def __init__(self, tasks: Tasks, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks = tasks
        self._work = work
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
        finally:
            self._running = False
