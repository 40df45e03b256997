"""Work in a process of its own ends in a result or a known trouble, and leaves no process behind."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial

import psutil
import pytest

from waapp.engine import aside as module
from waapp.engine.aside import Aside, AsideError, Help, Helper, aside
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

    def end(self, how: int) -> Iterator[int]:
        os.kill(os.getpid(), how)
        yield self.count

    def grow(self) -> Iterator[int]:
        return grows()


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


def test_nothing_starts_for_a_question_that_comes_when_it_is_over(counter: Aside[Counter]) -> None:
    before = psutil.Process().children()
    counter.close()
    with pytest.raises(AsideError):
        list(counter.ask(Counter.add, 1))
    assert psutil.Process().children() == before


def test_a_helper_without_a_first_question_waits_for_one() -> None:
    made = Aside(Scale, 10, helped_by=Help(partial(Counter, 5)))
    try:
        assert list(made.ask(Scale.first)) == []
        assert list(made.ask(Scale.add, 1)) == [60]
    finally:
        made.close()


class Scale:
    """Works with a counter in a process beside its own."""

    def __init__(self, counter: Helper[Counter], factor: int) -> None:
        self.counter = counter
        self.factor = factor

    def first(self) -> Iterator[int]:
        begun = self.counter.begun()
        yield from () if begun is None else self._scaled(begun)

    def add(self, number: int) -> Iterator[int]:
        yield from self._scaled(self.counter.ask(Counter.add, number))

    def refuse(self) -> Iterator[int]:
        yield from self._scaled(self.counter.ask(Counter.refuse))

    def fail(self) -> Iterator[int]:
        yield from self._scaled(self.counter.ask(Counter.fail))

    def end(self, how: int) -> Iterator[int]:
        yield from self._scaled(self.counter.ask(Counter.end, how))

    def grow(self) -> Iterator[int]:
        yield from self._scaled(self.counter.ask(Counter.grow))

    def _scaled(self, answer: Iterator[int]) -> Iterator[int]:
        number, *_ = answer
        yield number * self.factor


def scale(memory: int = 1 << 30) -> Aside[Scale]:
    return Aside(Scale, 10, memory=memory, helped_by=Help(partial(Counter, 5), Counter.add, (2,)))


@pytest.fixture
def scaled() -> Iterator[Aside[Scale]]:
    made = scale()
    yield made
    made.close()


def test_a_helper_begins_by_itself_and_is_asked_again(scaled: Aside[Scale]) -> None:
    assert list(scaled.ask(Scale.first)) == [70]
    assert list(scaled.ask(Scale.first)) == []
    assert list(scaled.ask(Scale.add, 1)) == [80]


def test_a_known_trouble_of_a_helper_leaves_all_as_they_are(scaled: Aside[Scale]) -> None:
    assert list(scaled.ask(Scale.first)) == [70]
    with pytest.raises(DatabaseError, match="database_unreachable"):
        list(scaled.ask(Scale.refuse))
    assert list(scaled.ask(Scale.add, 0)) == [1070]


def test_a_bug_of_a_helper_is_told_and_ends_both(scaled: Aside[Scale]) -> None:
    assert list(scaled.ask(Scale.first)) == [70]
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(scaled.ask(Scale.fail))
    with pytest.raises(AsideError):
        list(scaled.ask(Scale.add, 1))


@pytest.mark.skipif(sys.platform == "win32", reason="ends with another code there")
@pytest.mark.parametrize(("how", "why"), [(signal.SIGTERM, "ended"), (signal.SIGABRT, "memory")])
def test_a_helper_that_dies_ends_both(scaled: Aside[Scale], how: int, why: str) -> None:
    assert list(scaled.ask(Scale.first)) == [70]
    with pytest.raises(AsideError) as caught:
        list(scaled.ask(Scale.end, how))
    assert caught.value.why == why


def test_a_helper_that_takes_all_memory_ends_both() -> None:
    made = scale(memory=200 * 1024 * 1024)
    try:
        assert list(made.ask(Scale.first)) == [70]
        with pytest.raises(AsideError) as caught:
            list(made.ask(Scale.grow))
        assert caught.value.why == "memory"
    finally:
        made.close()
