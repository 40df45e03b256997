"""The window's loop from run to run."""

import asyncio

import pytest


async def _steps() -> str:
    for _ in range(20):
        await asyncio.sleep(0)
        asyncio.get_running_loop()
    return "done"


def test_a_task_that_outlives_a_run_goes_on_in_the_next(window_run, qapp) -> None:
    async def begin() -> "asyncio.Task[str]":
        return asyncio.ensure_future(_steps())

    async def end(task: "asyncio.Task[str]") -> str:
        return await task

    task = window_run(begin())
    qapp.processEvents()  # as pytest-qt does after each phase of a test
    assert window_run(end(task)) == "done"


def test_a_loop_that_is_stopped_early_says_so(window_run) -> None:
    async def stop() -> None:
        asyncio.get_running_loop().stop()
        await asyncio.sleep(3600)

    with pytest.raises(RuntimeError, match="before its work was done"):
        window_run(stop())

    async def tidy() -> None:
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    window_run(tidy())
