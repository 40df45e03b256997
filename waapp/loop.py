"""The event loops: Qt's own for the window, a plain one for headless commands. The only user of qasync."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def headless_loop() -> asyncio.AbstractEventLoop:
    """Return a loop for commands without a window; psycopg's async mode refuses Windows' proactor loop."""
    return asyncio.SelectorEventLoop()


def window_loop(application: "QApplication") -> asyncio.AbstractEventLoop:
    """Return a loop that runs on Qt's own; give it to `asyncio.Runner(loop_factory=…)`."""
    import qasync

    loop: asyncio.AbstractEventLoop
    if sys.platform == "win32":
        # qasync's own loop for Windows is a proactor; its base over its selector is what psycopg accepts.
        # Both names are private, which is why qasync is pinned to one minor version.
        from qasync._unix import _SelectorEventLoop

        loop = type("WindowsLoop", (qasync._QEventLoop, _SelectorEventLoop), {})(application)  # noqa: SLF001
    else:
        loop = qasync.QEventLoop(application)
    return loop


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
