"""The event loops: Qt's own for the window, a plain one for headless commands. The only user of qasync."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def headless_loop() -> asyncio.AbstractEventLoop:
    """Return a loop for commands without a window; psycopg's async mode refuses Windows' proactor loop."""
    return asyncio.SelectorEventLoop()


def window_loop(application: "QApplication") -> asyncio.AbstractEventLoop:
    """Return a loop that runs on Qt's own; give it to `asyncio.Runner(loop_factory=…)`."""
    import qasync

    bases: tuple[type, ...] = (qasync.QEventLoop,)
    if sys.platform == "win32":
        # qasync's own loop for Windows is a proactor; its base over its selector is what psycopg accepts.
        # Both names are private, which is why qasync is pinned to one minor version.
        from qasync._unix import _SelectorEventLoop

        bases = (qasync._QEventLoop, _SelectorEventLoop)  # noqa: SLF001
    loop: asyncio.AbstractEventLoop = type("WindowLoop", bases, {"run_until_complete": _run_until_complete})(
        application
    )
    return loop


def _run_until_complete(loop: asyncio.AbstractEventLoop, work: Awaitable[Any]) -> Any:  # noqa: ANN401
    """Run until one piece of work is done, and stop there.

    qasync handles Qt's events once more after that. A task that wakes then finds that no loop runs, and dies with its
    connection in hands.
    """
    future = asyncio.ensure_future(work, loop=loop)

    def stop(_done: object) -> None:
        loop.stop()

    future.add_done_callback(stop)
    try:
        loop.run_forever()
    finally:
        future.remove_done_callback(stop)
    if not future.done():
        raise RuntimeError("the loop was stopped before its work was done")
    return future.result()


@contextmanager
def stop_signals(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` on SIGTERM and SIGINT instead of dying, so that what is under way is finished and recorded."""
    loop = asyncio.get_running_loop()
    wanted = (signal.SIGTERM, signal.SIGINT)
    if sys.platform == "win32":
        before = {one: signal.signal(one, lambda *_: loop.call_soon_threadsafe(stop)) for one in wanted}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
    else:
        for one in wanted:
            loop.add_signal_handler(one, stop)
        try:
            yield
        finally:
            for one in wanted:
                loop.remove_signal_handler(one)
