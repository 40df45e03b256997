"""Work in a process of its own: what reads a stranger's file may take much memory, stand still, or end its process.

It also leaves the window its thread: Python runs one thread of a process at a time.
"""

import contextlib
import gc
import multiprocessing
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar

import psutil  # type: ignore[import-untyped] # ships no types

from waapp.errors import UserError

P = ParamSpec("P")
Q = ParamSpec("Q")
T = TypeVar("T")
W = TypeVar("W")

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
        yield from _results(receiver, process, MEMORY_LIMIT)
    finally:
        receiver.close()
        _end(process)


class Aside(Generic[W]):
    """An object that lives in a process of its own and is asked by its methods, one at a time.

    The process starts with the first question and takes at most `memory` bytes. A trouble that is known leaves it as
    it is; whatever else goes wrong ends it.
    """

    def __init__(self, make: Callable[..., W], *args: object, memory: int = MEMORY_LIMIT) -> None:
        self._make = make
        self._args = args
        self._memory = memory
        self._asking = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._ended = False

    def ask(
        self, method: Callable[Concatenate[W, Q], Iterator[T]], *args: Q.args, **kwargs: Q.kwargs
    ) -> Iterator[T]:
        """Yield what a method of the object yields there. Blocks, also until an earlier question is answered.

        What goes in and comes out is pickled, so big results should come in pieces. Who leaves before the end ends the
        process. Raises AsideError and the `UserError`s of the method.
        """
        with self._asking:
            process, pipe = self._started()
            whole = False
            try:
                if self._ended:
                    raise AsideError("ended")
                pipe.send((method.__name__, args, kwargs))
                yield from _results(pipe, process, self._memory)
                whole = True
            except UserError:
                whole = True
                raise
            except OSError as error:
                raise AsideError("ended") from error
            finally:
                if not whole:
                    self.kill()

    def kill(self) -> None:
        """End the process now, whatever it does; a question that is under way fails. Does not wait."""
        self._ended = True
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End the process and wait until it is gone."""
        self.kill()
        with self._asking:
            if self._process is not None and self._pipe is not None:
                self._pipe.close()
                _end(self._process)
                self._process = None

    def _started(self) -> tuple[BaseProcess, Connection]:
        if self._process is None or self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(
                target=_serve, args=(theirs, self._memory, self._make, self._args), daemon=True
            )
            self._process.start()
            theirs.close()
        return self._process, self._pipe


def _results(receiver: Connection, process: BaseProcess, memory: int) -> Iterator[Any]:
    since = time.monotonic()
    while True:
        try:
            while not receiver.poll(_LOOK_EVERY):
                _check(process, since, memory)
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
                known, code, params = value
                raise known(code, **params)
            case "memory":
                raise AsideError("memory")
            case "bug":
                raise RuntimeError(f"in the process aside:\n{value}")
            case _:
                return


def _check(process: BaseProcess, since: float, memory: int) -> None:
    if time.monotonic() - since > TIME_LIMIT:
        raise AsideError("time")
    with contextlib.suppress(psutil.Error):
        if process.pid is not None and psutil.Process(process.pid).memory_info().rss > memory:
            raise AsideError("memory")


def _end(process: BaseProcess) -> None:
    process.join(0 if process.is_alive() else _END_WITHIN)
    if process.is_alive():
        process.kill()
        process.join(_END_WITHIN)


def _work(
    sender: Connection, work: Callable[..., Iterator[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    _limit_memory(MEMORY_LIMIT)
    _answer(sender, lambda: work(*args, **kwargs))


def _serve(pipe: Connection, memory: int, make: Callable[..., Any], args: tuple[Any, ...]) -> None:
    _limit_memory(memory)
    # What is made here goes with the process: looking for what nobody needs would cost more than it holds.
    gc.disable()
    made = make(*args)
    going_on = True
    while going_on:
        try:
            name, given, named = pipe.recv()
        except EOFError:
            return
        going_on = _answer(pipe, partial(getattr(made, name), *given, **named))


def _answer(sender: Connection, results: Callable[[], Iterator[Any]]) -> bool:
    """Send what comes of it and tell whether there may be more questions."""
    try:
        for result in results():
            sender.send(("result", result))
        sender.send(("done", None))
    except UserError as error:
        sender.send(("user_error", (type(error), error.code, error.params)))
    except BrokenPipeError:
        # Nobody wants the rest.
        return False
    except MemoryError:
        sender.send(("memory", None))
        return False
    except Exception:
        sender.send(("bug", traceback.format_exc()))
        return False
    return True


def _limit_memory(limit: int) -> None:
    """Let a single allocation beyond all measure fail at once; elsewhere whoever started us looks after that."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (2 * limit, 2 * limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
