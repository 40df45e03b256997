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
    import qasync  # noqa: PLC0415 - a headless command must not load Qt

    if sys.platform != "win32":
        unix_loop: asyncio.AbstractEventLoop = qasync.QEventLoop(application)
        return unix_loop

    from qasync._unix import _SelectorEventLoop  # noqa: PLC0415, PLC2701 - pinned to 0.28 for this

    # qasync's Windows loop is a proactor; its base class over its own selector is what psycopg accepts.
    class WindowsSelectorLoop(qasync._QEventLoop, _SelectorEventLoop):  # type: ignore[misc] # noqa: SLF001
        """Qt's loop over socket notifiers."""

    windows_loop: asyncio.AbstractEventLoop = WindowsSelectorLoop(application)
    return windows_loop
