"""Work in a process of its own ends in a result or a known trouble, and leaves no process behind."""

import os
import signal
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from waapp.engine import aside as module
from waapp.engine.aside import Aside, AsideError, aside
from waapp.errors import DatabaseError, UserError


def squares(count: int, *, process: bool = False) -> Iterator[int]:
    for number in range(count):
        yield os.getpid() if process else number * number


def trouble() -> Iterator[int]:
    yield 1
    raise UserError("file_empty", file="list.csv")


def bug() -> Iterator[int]:
    yield 1 // 0


def dies() -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGTERM)


def aborts() -> Iterator[int]:
    yield 1
    os.abort()


def grows() -> Iterator[int]:
    kept = []
    while True:
        kept.append(bytearray(os.urandom(1024)) * 1024)
    yield 1


def stands_still() -> Iterator[int]:
    while True:
        time.sleep(60)
    yield 1


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children() if "tracker" not in " ".join(child.cmdline())}


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


def test_results_come_from_another_process() -> None:
    assert list(aside(squares, 4)) == [0, 1, 4, 9]
    [pid] = aside(squares, 1, process=True)
    assert pid != os.getpid()


def test_a_known_trouble_comes_as_it_was() -> None:
    results = aside(trouble)
    assert next(results) == 1
    with pytest.raises(UserError) as caught:
        next(results)
    assert (caught.value.code, caught.value.params) == ("file_empty", {"file": "list.csv"})


def test_a_bug_is_told_with_its_traceback() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(aside(bug))


def test_a_process_that_dies() -> None:
    results = aside(dies)
    assert next(results) == 1
    with pytest.raises(AsideError) as caught:
        next(results)
    assert caught.value.why == "ended"


@pytest.mark.skipif(sys.platform == "win32", reason="ends with another code there")
def test_a_process_that_is_given_no_memory() -> None:
    with pytest.raises(AsideError) as caught:
        list(aside(aborts))
    assert caught.value.why == "memory"


def test_a_process_that_takes_all_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMORY_LIMIT", 200 * 1024 * 1024)
    with pytest.raises(AsideError) as caught:
        list(aside(grows))
    assert caught.value.why == "memory"


def test_a_process_that_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIME_LIMIT", 0.1)
    with pytest.raises(AsideError) as caught:
        list(aside(stands_still))
    assert caught.value.why == "time"


def test_who_has_seen_enough_ends_it() -> None:
    results = aside(squares, 10**9)
    assert next(results) == 0
    results.close()


class Counter:
    """Lives aside and remembers."""

    def __init__(self, start: int) -> None:
        self.count = start

    def add(self, number: int) -> Iterator[int]:
        self.count += number
        yield self.count
        yield os.getpid()

    def refuse(self) -> Iterator[int]:
        self.count += 100
        yield self.count
        raise DatabaseError("database_unreachable", database="x")

    def fail(self) -> Iterator[int]:
        yield 1 // 0

    def wait(self) -> Iterator[int]:
        yield 1
        time.sleep(60)


@pytest.fixture
def counter() -> Iterator[Aside[Counter]]:
    made = Aside(Counter, 5)
    yield made
    made.close()


def test_an_object_aside_remembers_from_question_to_question(counter: Aside[Counter]) -> None:
    first, pid = counter.ask(Counter.add, 2)
    assert (first, pid != os.getpid()) == (7, True)
    assert list(counter.ask(Counter.add, number=3)) == [10, pid]


def test_a_known_trouble_leaves_it_as_it_is(counter: Aside[Counter]) -> None:
    with pytest.raises(DatabaseError, match="database_unreachable"):
        list(counter.ask(Counter.refuse))
    assert next(counter.ask(Counter.add, 0)) == 105


def test_a_bug_ends_it(counter: Aside[Counter]) -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(counter.ask(Counter.fail))
    with pytest.raises(AsideError):
        list(counter.ask(Counter.add, 1))


def test_a_question_fails_when_it_is_killed_and_none_is_taken_after(counter: Aside[Counter]) -> None:
    answers = counter.ask(Counter.wait)
    assert next(answers) == 1
    counter.kill()
    with pytest.raises(AsideError):
        next(answers)
    with pytest.raises(AsideError):
        list(counter.ask(Counter.add, 1))
