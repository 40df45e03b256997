"""Work in a process of its own: what reads a stranger's file may take much memory, stand still, or end its process.

It also leaves the window its thread: Python runs one thread of a process at a time.
"""

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Concatenate, Final, Generic, NoReturn, ParamSpec, TypeVar

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
_SWITCHING: Final = 0.0005
"""Seconds after which work gives way to the thread that takes in what a helper sends: the helper waits for it."""


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
        yield from _results(receiver, (process,), MEMORY_LIMIT)
    finally:
        receiver.close()
        _end(process)


@dataclass(frozen=True, slots=True)
class Help:
    """What a helper makes in its process, and the first question to it if there is one: a method and its arguments."""

    make: Callable[[], object]
    method: Callable[..., Iterator[Any]] | None = None
    args: tuple[object, ...] = ()


class Helper(Generic[W]):
    """An object in a process beside the one that works with it, asked by its methods, one at a time.

    With a first question it has been asked when both processes were started (`begun`), so that neither waits until
    the other is there. A thread takes in what it yields as it comes: it never waits for whoever is not ready yet.
    """

    def __init__(self, pipe: Connection, begun: bool) -> None:
        self.pipe: Final = pipe
        self._begun = begun

    def begun(self) -> Iterator[Any] | None:
        """Return what comes of the first question; None when there was none or it was taken already."""
        begun, self._begun = self._begun, False
        return self._answer() if begun else None

    def ask(
        self, method: Callable[Concatenate[W, Q], Iterator[T]], *args: Q.args, **kwargs: Q.kwargs
    ) -> Iterator[T]:
        """Have a method of the object begin and return what it yields there; the answer before must be at its end.

        Raises the `UserError`s of the method, and AsideError when the process has ended.
        """
        try:
            self.pipe.send((method.__name__, args, kwargs))
        except OSError as error:
            raise AsideError("ended") from error
        return self._answer()

    def _answer(self) -> Iterator[Any]:
        sys.setswitchinterval(_SWITCHING)
        arrived: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        threading.Thread(target=self._take_in, args=(arrived,), daemon=True).start()
        return self._taken(arrived)

    def _take_in(self, arrived: "SimpleQueue[tuple[str, Any]]") -> None:
        kind = "result"
        while kind == "result":
            try:
                kind, value = self.pipe.recv()
            except (EOFError, OSError):
                kind, value = "helper_ended", None
            except MemoryError:
                kind, value = "memory", None
            except Exception:
                kind, value = "bug", traceback.format_exc()
            arrived.put((kind, value))

    def _taken(self, arrived: "SimpleQueue[tuple[str, Any]]") -> Iterator[Any]:
        while True:
            kind, value = arrived.get()
            match kind:
                case "result":
                    yield value
                case "memory":
                    raise MemoryError
                case "helper_ended":
                    raise AsideError("ended")
                case "done":
                    return
                case _:
                    _raise(kind, value)


class Aside(Generic[W]):
    """An object that lives in a process of its own and is asked by its methods, one at a time.

    The process starts with the first question and takes at most `memory` bytes. With `helped_by` a second one starts
    beside it, within the same bounds, and `make` is given its `Helper` first. A trouble that is known leaves them as
    they are; whatever else goes wrong in one of them ends both.
    """

    def __init__(
        self,
        make: Callable[..., W],
        *args: object,
        memory: int = MEMORY_LIMIT,
        helped_by: Help | None = None,
    ) -> None:
        self._make = make
        self._args = args
        self._memory = memory
        self._help = helped_by
        self._asking = threading.Lock()
        self._processes: tuple[BaseProcess, ...] = ()
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
            if self._ended:
                raise AsideError("ended")
            pipe = self._started()
            whole = False
            try:
                if self._ended:
                    raise AsideError("ended")
                pipe.send((method.__name__, args, kwargs))
                yield from _results(pipe, self._processes, self._memory)
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
        """End all processes now, whatever they do; a question that is under way fails. Does not wait."""
        self._ended = True
        for process in self._processes:
            process.kill()

    def close(self) -> None:
        """End all processes and wait until they are gone."""
        self.kill()
        with self._asking:
            if self._pipe is not None:
                self._pipe.close()
            for process in self._processes:
                _end(process)
            self._processes = ()

    def _started(self) -> Connection:
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            processes: list[BaseProcess] = []

            def start(theirs: Connection, make: Callable[..., object], args: tuple[object, ...]) -> None:
                given = (theirs, self._memory, make, args)
                processes.append(context.Process(target=_serve, args=given, daemon=True))
                processes[-1].start()
                theirs.close()

            args = self._args
            if self._help is not None:
                ours, theirs = context.Pipe()
                begun = self._help.method is not None
                if self._help.method is not None:
                    # Lies there until the process looks.
                    ours.send((self._help.method.__name__, self._help.args, {}))
                start(theirs, self._help.make, ())
                args = (Helper(ours, begun), *args)
            self._pipe, theirs = context.Pipe()
            start(theirs, self._make, args)
            if self._help is not None:
                ours.close()
            # Who answers comes first.
            self._processes = tuple(reversed(processes))
        return self._pipe


def _results(receiver: Connection, processes: Sequence[BaseProcess], memory: int) -> Iterator[Any]:
    """Yield what the first of the processes sends; the others help it."""
    since = time.monotonic()
    while True:
        try:
            while not receiver.poll(_LOOK_EVERY):
                _check(processes, since, memory)
            kind, value = receiver.recv()
        except (EOFError, OSError) as error:
            raise _ended(processes[0]) from error
        match kind:
            case "result":
                yield value
                since = time.monotonic()
            case "memory":
                raise AsideError("memory")
            case "helper_ended":
                raise _ended(processes[-1])
            case "done":
                return
            case _:
                _raise(kind, value)


def _raise(kind: str, value: Any) -> NoReturn:  # noqa: ANN401 - what the kind of message brings
    if kind == "user_error":
        known, code, params = value
        raise known(code, **params)
    raise RuntimeError(f"in the process aside:\n{value}")


def _ended(process: BaseProcess) -> AsideError:
    process.join(_END_WITHIN)
    # Where there is no memory, what is not Python ends its process.
    return AsideError("memory" if process.exitcode == -signal.SIGABRT else "ended")


def _check(processes: Sequence[BaseProcess], since: float, memory: int) -> None:
    if time.monotonic() - since > TIME_LIMIT:
        raise AsideError("time")
    for process in processes:
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
    _hush()
    _answer(sender, lambda: work(*args, **kwargs))


def _serve(pipe: Connection, memory: int, make: Callable[..., Any], args: tuple[Any, ...]) -> None:
    _limit_memory(memory)
    _hush()
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
    except AsideError:
        sender.send(("helper_ended", None))
        return False
    except Exception:
        sender.send(("bug", traceback.format_exc()))
        return False
    return True


def _hush() -> None:
    """Let readers that are not in Python say nothing of their slips: what goes wrong is told through the pipe."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)


def _limit_memory(limit: int) -> None:
    """Let a single allocation beyond all measure fail at once; elsewhere whoever started us looks after that."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (2 * limit, 2 * limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
