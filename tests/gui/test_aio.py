"""Tasks have an owner, dialogs are awaited, and nothing is left behind."""

import asyncio

import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from tests.gui.pages import until
from waapp.errors import UserError
from waapp.gui.aio import Tasks, ask, busy


def test_failing_task_is_reported_and_spares_its_siblings(window_run) -> None:
    reported: list[BaseException] = []
    done: list[str] = []

    async def fail() -> None:
        raise UserError("event_unknown", name="x")

    async def work() -> None:
        await asyncio.sleep(0)
        done.append("work")

    async def main() -> None:
        async with Tasks(reported.append) as tasks:
            tasks.start(fail())
            tasks.start(work())
            await until(lambda: done and reported)

    window_run(main())
    assert done == ["work"]
    assert [str(error) for error in reported] == ["event_unknown (name=x)"]


def test_bug_is_reported_with_its_traceback_in_the_log(window_run, caplog) -> None:
    reported: list[BaseException] = []

    async def fail() -> None:
        raise ZeroDivisionError

    async def main() -> None:
        async with Tasks(reported.append) as tasks:
            tasks.start(fail())
            await until(lambda: reported)

    window_run(main())
    assert isinstance(reported[0], ZeroDivisionError)
    assert "Traceback" in caplog.text


def test_leaving_the_scope_cancels_what_runs_and_waits_for_its_end(window_run) -> None:
    steps: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            steps.append("tidied up")

    async def main() -> None:
        async with Tasks(steps.append) as tasks:
            tasks.start(work())
            await asyncio.sleep(0)
        steps.append("left")

    window_run(main())
    assert steps == ["tidied up", "left"]


def test_scope_that_is_closed_starts_nothing(window_run) -> None:
    async def main() -> None:
        tasks = Tasks(lambda error: pytest.fail(str(error)))
        await tasks.close()
        assert tasks.start(asyncio.sleep(3600)) is None

    window_run(main())


def test_newest_request_wins(window_run) -> None:
    finished: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        finished.append(number)

    async def main() -> None:
        async with Tasks(lambda error: pytest.fail(str(error))) as tasks:
            first = tasks.start(work(1))
            tasks.restart(first, work(2))
            await until(lambda: 2 in finished)

    window_run(main())
    assert finished == [2]


@pytest.mark.parametrize("accept", [True, False])
def test_dialog_is_awaited_while_everything_else_goes_on(window_run, qtbot, accept: bool) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    ticks: list[int] = []

    async def tick() -> None:
        while True:
            ticks.append(1)
            await asyncio.sleep(0)

    async def main() -> bool:
        dialog = QDialog(window)
        async with Tasks(lambda error: pytest.fail(str(error))) as tasks:
            tasks.start(tick())
            answer = asyncio.get_running_loop().create_future()

            async def question() -> None:
                answer.set_result(await ask(dialog))

            tasks.start(question())
            await until(dialog.isVisible)
            before = len(ticks)
            await until(lambda: len(ticks) > before + 3)
            (dialog.accept if accept else dialog.reject)()
            return await answer

    assert window_run(main()) is accept


def test_cancelled_question_takes_its_dialog_away(window_run, qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = QDialog(window)
    gone = QSignalSpy(dialog.destroyed)

    async def main() -> None:
        async with Tasks(lambda error: pytest.fail(str(error))) as tasks:
            tasks.start(ask(dialog))
            await until(dialog.isVisible)
        await until(gone.count)

    window_run(main())


def test_busy_widgets_cannot_be_pressed_twice(qtbot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    enabled: list[bool] = []

    def fail() -> None:
        with busy(button):
            enabled.append(button.isEnabled())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert enabled == [False]
    assert button.isEnabled()


@pytest.mark.parametrize("goes_on", [False, True])
def test_the_keyboard_is_back_where_it_was_after_an_action_unless_it_went_on(qtbot, *, goes_on: bool) -> None:
    window = QWidget()
    row = QVBoxLayout(window)
    acting, neighbour, other = QPushButton("Save"), QPushButton("Copy"), QPushButton("Close")
    for button in (acting, neighbour, other):
        row.addWidget(button)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    acting.setFocus()
    qtbot.waitUntil(acting.hasFocus)
    with busy(acting):
        assert not acting.hasFocus()
        if goes_on:
            other.setFocus()
    assert other.hasFocus() if goes_on else acting.hasFocus()


def test_an_error_in_place_of_a_cancellation_is_not_reported(window_run) -> None:
    reported: list[BaseException] = []

    async def turns_cancellation_into_an_error() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise RuntimeError("can't change that now") from None

    async def scenario() -> None:
        async with Tasks(reported.append) as tasks:
            task = tasks.start(turns_cancellation_into_an_error())
            await asyncio.sleep(0)
            assert task is not None
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()

    window_run(scenario())
    assert reported == []
