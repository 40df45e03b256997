"""What Undo takes back is what was there when it was pressed, and nothing that comes between loses the way back."""

import pytest

from tests.gui.pages import Reports, until
from waapp.gui.aio import Tasks
from waapp.gui.bars import MessageBar
from waapp.gui.guest_acts import OtherAct, Undone
from waapp.gui.undo_history import UndoHistory


class Log:
    """Acts that write down when they are taken back, and a list that may not be read."""

    def __init__(self, qtbot):
        self.taken = []
        self.reports = Reports()
        self.tasks = Tasks(self.reports)
        self.messages = MessageBar()
        qtbot.addWidget(self.messages)
        self.unreadable = False
        self.undo = UndoHistory(
            tasks=self.tasks, messages=self.messages, catch_up=self.catch_up, select=lambda ids: None
        )

    async def catch_up(self):
        if self.unreadable:
            raise ConnectionError

    def act(self, name):
        async def way_back():
            self.taken.append(name)
            return Undone(f"{name} is taken back", (), self.act(f"{name}, again"))

        return OtherAct(way_back)

    def remember(self, name):
        self.undo.remember(f"{name} was done", self.act(name))

    async def ended(self):
        await until(lambda: not self.tasks._running)


@pytest.fixture
def log(qtbot, window_run):
    made = Log(qtbot)
    yield made
    window_run(made.tasks.close())


def test_what_is_done_as_undo_begins_is_not_what_is_undone(log, window_run):
    async def story():
        log.remember("First")
        log.undo.take_back()
        log.remember("Second")
        await log.ended()
        assert log.taken == ["First"]
        log.undo.do_again()
        await log.ended()
        assert log.taken == ["First", "First, again"]
        log.undo.take_back()
        await log.ended()
        log.undo.take_back()
        await log.ended()
        assert log.taken[2:] == ["First, again, again", "Second"]

    window_run(story())
    log.reports.check()


def test_a_key_held_down_undoes_one_thing_at_a_time(log, window_run):
    async def story():
        log.remember("First")
        log.remember("Second")
        log.undo.take_back()
        log.undo.take_back()
        await log.ended()
        assert log.taken == ["Second"]

    window_run(story())
    log.reports.check()


def test_what_was_undone_is_done_again_although_the_list_could_not_be_read(log, window_run):
    async def story():
        log.remember("First")
        log.unreadable = True
        log.undo.take_back()
        await log.ended()
        log.unreadable = False
        log.undo.do_again()
        await log.ended()
        assert log.taken == ["First", "First, again"]

    window_run(story())
    assert [type(error) for error in log.reports.errors] == [ConnectionError]
