"""Work in a process of its own: what reads a stranger's file may take much memory, stand still, or end its process.

It also leaves the window its thread: Python runs one thread of a process at a time.
"""

import contextlib
import multiprocessing
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final, ParamSpec, TypeVar

import psutil  # type: ignore[import-untyped] # ships no types

from waapp.errors import UserError

P = ParamSpec("P")
T = TypeVar("T")

MEMORY_LIMIT: Final = 1024 * 1024 * 1024
"""Bytes that such a process may take."""
TIME_LIMIT: Final = 300.0
"""Seconds that such a process may take from one result to the next."""

_LOOK_EVERY: Final = 0.05
_END_WITHIN: Final = 5.0


class AsideError(Exception):
    """The process ended without a result; `why` is "memory", "time" or "ended"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def aside(work: Callable[P, Iterator[T]], *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
    """Run a generator of a module in a process of its own and yield what it yields. Blocks.

    What goes in and comes out is pickled, so big results should come in pieces. A `UserError` is raised here as it
    was raised there. Closing the iterator ends the process. Raises AsideError.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work, args, kwargs), daemon=True)
    process.start()
    sender.close()
    try:
        yield from _results(receiver, process)
    finally:
        receiver.close()
        _end(process)


def _results(receiver: Connection, process: BaseProcess) -> Iterator[Any]:
    since = time.monotonic()
    while True:
        while not receiver.poll(_LOOK_EVERY):
            _check(process, since)
        try:
            kind, value = receiver.recv()
        except (EOFError, OSError) as error:
            process.join(_END_WITHIN)
            # Where there is no memory, what is not Python ends its process.
            raise AsideError("memory" if process.exitcode == -signal.SIGABRT else "ended") from error
        match kind:
            case "result":
                yield value
                since = time.monotonic()
            case "user_error":
                code, params = value
                raise UserError(code, **params)
            case "bug":
                raise RuntimeError(f"in the process aside:\n{value}")
            case _:
                return


def _check(process: BaseProcess, since: float) -> None:
    if time.monotonic() - since > TIME_LIMIT:
        raise AsideError("time")
    with contextlib.suppress(psutil.Error):
        if process.pid is not None and psutil.Process(process.pid).memory_info().rss > MEMORY_LIMIT:
            raise AsideError("memory")


def _end(process: BaseProcess) -> None:
    process.join(0 if process.is_alive() else _END_WITHIN)
    if process.is_alive():
        process.kill()
        process.join(_END_WITHIN)


def _work(
    sender: Connection, work: Callable[..., Iterator[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    _limit_memory()
    try:
        for result in work(*args, **kwargs):
            sender.send(("result", result))
        sender.send(("done", None))
    except UserError as error:
        sender.send(("user_error", (error.code, error.params)))
    except BrokenPipeError:
        # Nobody wants the rest.
        return
    except MemoryError:
        raise
    except Exception:
        sender.send(("bug", traceback.format_exc()))


def _limit_memory() -> None:
    """Let a single allocation beyond all measure fail at once; elsewhere whoever started us looks after that."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY_LIMIT, 2 * MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
