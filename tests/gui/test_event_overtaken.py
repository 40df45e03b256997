"""What is read or stored late must not take back what is known by then of events, nor pull the planner away."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import text

from tests.gui.keyboard import has, press, tab_to
from tests.gui.pages import until
from tests.gui.test_events_keyboard import at_the_list
from tests.gui.test_events_page import Stage, two_events
from tests.gui.test_template_overtaken import LateDatabase
from waapp.db import events as event_rows
from waapp.db.feed import Change, Kind
from waapp.gui.aio import Tasks

CONTROL = Qt.KeyboardModifier.ControlModifier
HOLD_UP = text("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")


@pytest.fixture
def on_late_stage(qtbot, window_run, database_url):
    """Run a scenario on the page over a database whose answers can be held up."""

    def run(scenario):
        async def main():
            database = LateDatabase(database_url, planner="test")
            reported = []
            try:
                async with Tasks(reported.append) as tasks:
                    stage = Stage(database, tasks)
                    stage.tasks = tasks
                    qtbot.addWidget(stage.page)
                    stage.page.resize(1040, 700)
                    with qtbot.waitActive(stage.page):
                        stage.page.show()
                    await two_events(stage)
                    await stage.page.open(None)
                    await scenario(stage)
                    await still(stage)
            finally:
                await database.dispose()
            assert not reported

        window_run(main())

    return run


async def arrived(stage):
    """Wait until a reading has its answer on the way; return what lets it through. Later ones are not held up."""
    await stage.database.arrived.wait()
    release, stage.database.release = stage.database.release, None
    return release


@asynccontextmanager
async def nothing_is_written(stage):
    """Hold up who writes events, as a colleague's change under way does."""
    async with stage.database.begin() as conn:
        await conn.execute(HOLD_UP)
        yield


async def still(stage):
    await until(lambda: not stage.tasks._running)


async def elsewhere(stage, event_name, **changes):
    event = (await stage.stored())[event_name]
    async with stage.database.begin() as conn:
        await event_rows.update_event(conn, event.id, replace(event.draft, **changes), event.updated_at)


def test_a_list_read_before_an_event_was_made_does_not_take_it_out(on_late_stage):
    async def scenario(stage):
        page = stage.page
        stage.database.hold()
        page.changed(Change(Kind.EVENTS))
        release = await arrived(stage)
        page.panel.edit(None)
        page.panel.name_edit.setText("Garden party")
        press(Qt.Key.Key_Return)
        await until(lambda: page.messages.text or page._reading._waiters)
        release.set()
        await still(stage)
        assert "was created" in page.messages.text
        assert "Garden party" in stage.names()
        assert [page.model.row(one).event.name for one in page.table.selected_ids()] == ["Garden party"]

    on_late_stage(scenario)


def test_an_event_edited_since_is_not_shown_as_it_was_before(on_late_stage):
    async def scenario(stage):
        page = stage.page
        await at_the_list(stage, "Clara & Davi")
        stage.database.hold()
        page.changed(Change(Kind.EVENTS))
        release = await arrived(stage)
        press(Qt.Key.Key_F2)
        page.panel.location.setText("Braga")
        press(Qt.Key.Key_S, CONTROL)
        await until(lambda: page.messages.text or page._reading._waiters)
        release.set()
        await still(stage)
        press(Qt.Key.Key_F2)
        assert page.panel.location.text() == "Braga"
        page.panel.name_edit.setText("Renamed")
        press(Qt.Key.Key_S, CONTROL)
        await until(page.panel.isHidden)
        assert (await stage.stored())["Renamed"].location == "Braga"

    on_late_stage(scenario)


def test_an_event_opened_while_another_is_saved_gets_nothing_of_it(on_late_stage):
    async def scenario(stage):
        page = stage.page
        await at_the_list(stage, "Clara & Davi")
        press(Qt.Key.Key_F2)
        page.panel.location.setText("Braga")
        async with nothing_is_written(stage):
            press(Qt.Key.Key_S, CONTROL)
            press(Qt.Key.Key_Escape)
            page.table.go_to((await stage.stored())["Helix dinner"].id)
            press(Qt.Key.Key_F2)
            page.panel.location.setText("Faro")
        await until(lambda: "was saved" in page.messages.text)
        assert page.panel.isVisible()
        assert (page.panel.name_edit.text(), page.panel.location.text()) == ("Helix dinner", "Faro")
        stored = await stage.stored()
        assert page.panel.event_id == stored["Helix dinner"].id
        assert (stored["Clara & Davi"].location, stored["Helix dinner"].location) == ("Braga", "Porto")

    on_late_stage(scenario)


def test_what_is_typed_while_an_event_is_saved_stays(on_late_stage):
    async def scenario(stage):
        page = stage.page
        await at_the_list(stage, "Clara & Davi")
        press(Qt.Key.Key_F2)
        page.panel.location.setText("Braga")
        async with nothing_is_written(stage):
            press(Qt.Key.Key_S, CONTROL)
            page.panel.name_edit.setText("Renamed ")
        await until(lambda: "was saved" in page.messages.text)
        assert page.panel.isVisible()
        assert page.panel.name_edit.text() == "Renamed ", "with the space that was just typed"
        assert not page.panel.conflict.isVisible()
        press(Qt.Key.Key_S, CONTROL)
        await until(page.panel.isHidden)
        assert (await stage.stored())["Renamed"].location == "Braga"

    on_late_stage(scenario)


def test_enter_twice_makes_one_event(on_late_stage):
    async def scenario(stage):
        page = stage.page
        page.panel.edit(None)
        page.panel.name_edit.setText("Garden party")
        async with nothing_is_written(stage):
            press(Qt.Key.Key_Return)
            press(Qt.Key.Key_Return)
            await asyncio.sleep(0)
            press(Qt.Key.Key_Return)
        await until(lambda: "was created" in page.messages.text)
        await still(stage)
        assert stage.names().count("Garden party") == 1

    on_late_stage(scenario)


def test_two_planners_edit_one_event_and_the_second_settles_it_by_keys(on_late_stage):
    async def scenario(stage):
        page = stage.page
        await at_the_list(stage, "Clara & Davi")
        press(Qt.Key.Key_F2)
        tab_to("event_location")
        press(Qt.Key.Key_A, CONTROL)
        for letter in "BRAGA":
            press(Qt.Key(ord(letter)))
        await elsewhere(stage, "Clara & Davi", location="Lisbon", name="Renamed elsewhere")
        press(Qt.Key.Key_Return)
        await until(lambda: "Choose" in page.messages.text)
        await until(lambda: has("event_conflict_mine_location"))
        assert page.panel.name_edit.text() == "Renamed elsewhere"
        # Nothing is saved before it is chosen, and whoever asks is brought to the choice again.
        tab_to("event_save")
        press(Qt.Key.Key_Space)
        assert has("event_conflict_mine_location")
        tab_to("event_name")
        press(Qt.Key.Key_S, CONTROL)
        assert has("event_conflict_mine_location")
        # More that comes meanwhile does not take the keyboard from the choice.
        await elsewhere(stage, "Renamed elsewhere", rsvp_link="https://rsvp.example/{rsvp_token}")
        page.changed(Change(Kind.EVENTS))
        await until(lambda: "rsvp.example" in page.panel.rsvp_link.text())
        await still(stage)
        assert has("event_conflict_mine_location")
        assert page.panel.conflict.undecided == ("location",)
        press(Qt.Key.Key_Down)
        assert has("event_conflict_theirs_location")
        assert page.panel.location.text() == "braga", "to go there is not to choose it"
        press(Qt.Key.Key_Space)
        assert page.panel.location.text() == "Lisbon"
        press(Qt.Key.Key_Up)
        assert page.panel.location.text() == "braga"
        press(Qt.Key.Key_S, CONTROL)
        await until(page.panel.isHidden)
        assert (await stage.stored())["Renamed elsewhere"].location == "braga"
        assert page.table.hasFocus()

    on_late_stage(scenario)
