"""What every test may use: a real PostgreSQL, the product's own event loops, and no way to the user's own files."""

import asyncio
import importlib.util
import os
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from waapp.loop import headless_loop, window_loop

# Before Qt, keyring and waapp read them.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

# How long an example takes says something about the machine, and speed is not a matter of tests.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A commit passes everywhere or nowhere: its examples are the same on every machine. New ones are looked for on purpose.
settings.register_profile("waapp", _PATIENT, derandomize=True)
settings.register_profile("search", _PATIENT, max_examples=2000, print_blob=True)
settings.load_profile("waapp")

pytest_plugins = [
    name
    for name in ("tests.fixtures_db", "tests.fixtures_practice")
    if importlib.util.find_spec(name) is not None
]

Run = Callable[[Coroutine[Any, Any, Any]], Any]

_OURS = ("WAAPP_", "TWILIO_", "PG")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """End a window test that hangs: Qt swallows the exception by which a time-out usually ends a test."""
    for item in items:
        if "qapp" in getattr(item, "fixturenames", ()):
            given = item.get_closest_marker("timeout")
            item.add_marker(
                pytest.mark.timeout(*(given.args if given else ()), method="thread"), append=False
            )


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep a developer's database, account and data folder out of reach."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WAAPP_HOME", str(tmp_path_factory.getbasetemp() / f"home-{uuid.uuid4().hex[:8]}"))


@pytest.fixture
def run() -> Iterator[Run]:
    """Run coroutines on the loop of headless commands; a task that outlives the test fails it."""
    runner = asyncio.Runner(loop_factory=headless_loop)
    try:
        yield _beside_others(runner)
    finally:
        _close(runner)


@pytest.fixture
def window_run(qapp: Any) -> Iterator[Run]:
    """Run coroutines on Qt's loop, with garbage collected as in the product; a task that outlives the test fails it."""
    from waapp.gui.garbage import collected_by_window

    qapp.setQuitOnLastWindowClosed(False)
    with collected_by_window():
        runner = asyncio.Runner(loop_factory=lambda: window_loop(qapp))
        beside = _beside_others(runner)

        def run(work: Coroutine[Any, Any, Any]) -> Any:
            try:
                return beside(work)
            finally:
                # Qt goes on between two runs, and tasks with it: after each phase of a test its events are handled.
                # A task that then asks for its loop must find it.
                asyncio._set_running_loop(runner.get_loop())

        try:
            yield run
        finally:
            asyncio._set_running_loop(None)
            _close(runner)


@contextmanager
def _no_loop_runs() -> Iterator[None]:
    """Let another loop run although the window's goes on in between its own runs."""
    other = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(other)


def _beside_others(runner: asyncio.Runner) -> Run:
    def run(work: Coroutine[Any, Any, Any]) -> Any:
        with _no_loop_runs():
            return runner.run(work)

    return run


def _close(runner: asyncio.Runner) -> None:
    with _no_loop_runs(), runner:
        runner.run(_no_task_left())


async def _no_task_left() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    names = sorted(task.get_name() for task in left)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    if names:
        pytest.fail(f"tasks left running: {', '.join(names)}")
