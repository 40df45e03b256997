"""Tasks with an owner, and dialogs that are awaited: no nested event loop anywhere."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from waapp.errors import UserError

_log = logging.getLogger(__name__)


class Tasks:
    """The owner of a scope's coroutines.

    A failing task is reported through `report` (a `UserError` is for the message bar, anything else for the
    crash dialog) and does not take its siblings along. Leaving the block, or `close()`, cancels what still
    runs and waits for it. Starting a task in a closed scope does nothing: a late signal of a page that is
    going away must not raise.
    """

    def __init__(self, report: Callable[[BaseException], None]) -> None:
        self._report = report
        self._running: dict[asyncio.Task[None], Coroutine[Any, Any, object]] = {}
        self._closed = False

    def start(self, work: Coroutine[Any, Any, object], name: str = "") -> "asyncio.Task[None] | None":
        """Run a coroutine in this scope; its result is dropped, its failure reported."""
        if self._closed:
            work.close()
            return None
        known_as = name or getattr(work, "__qualname__", "task")
        task = asyncio.get_running_loop().create_task(self._guarded(work), name=known_as)
        self._running[task] = work
        task.add_done_callback(self._ended)
        return task

    def restart(
        self, task: "asyncio.Task[None] | None", work: Coroutine[Any, Any, object]
    ) -> "asyncio.Task[None] | None":
        """Cancel an earlier run of the same job, if any, and start it anew: the newest request wins."""
        if task is not None:
            task.cancel()
        return self.start(work)

    async def close(self) -> None:
        """Cancel what runs and wait until it has ended."""
        self._closed = True
        while self._running:
            waiting = list(self._running)
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting)
            for task in waiting:
                self._ended(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if (work := self._running.pop(task, None)) is not None:
            # A task that is cancelled before its first step never gets to the coroutine: end that one as well.
            work.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _guarded(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except UserError as error:
            _log.info("task ended: %s", error)
            self._report(error)
        except Exception as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                # A library that is cancelled half-way may raise an error of its own in place of the cancellation.
                _log.info("task cancelled: %s", error)
                raise asyncio.CancelledError from error
            _log.exception("task failed")
            self._report(error)


async def ask(dialog: QDialog) -> bool:
    """Open a dialog window-modally and wait for its answer; True when it was accepted.

    The dialog is deleted afterwards, also when the waiting task is cancelled.
    """
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def finished(result: int) -> None:
        if not answer.done():
            answer.set_result(result)

    dialog.finished.connect(finished)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.open()
    try:
        return await answer == QDialog.DialogCode.Accepted
    finally:
        dialog.hide()
        dialog.deleteLater()


@contextmanager
def busy(*widgets: QWidget) -> Iterator[None]:
    """Disable widgets while their action runs, so that it cannot be started twice.

    The one that had the keyboard has it again, unless it went on meanwhile.
    """
    held = next((widget for widget in widgets if widget.hasFocus()), None)
    for widget in widgets:
        widget.setEnabled(False)
    aside = None if held is None else held.window().focusWidget()
    try:
        yield
    finally:
        for widget in widgets:
            widget.setEnabled(True)
        if held is not None and held.isVisible() and held.window().focusWidget() is aside:
            held.setFocus()
