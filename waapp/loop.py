"""The event loops: Qt's own for the window, a plain one for headless commands. The only user of qasync."""

import asyncio
import sys
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
