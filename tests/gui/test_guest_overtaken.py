"""What is read or stored late must not take back what is known by then of guests, nor pull the planner away."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import text

from tests.gui.keyboard import has, press
from tests.gui.pages import make_event, until
from tests.gui.test_guests_page import GUESTS, Desk, at_the_list
from tests.gui.test_template_overtaken import LateDatabase
from waapp.db import guests
from waapp.db.feed import Change, Kind
from waapp.gui.guest_panel import PanelMode

DIAS = "Bartolomeu Dias"
CONTROL = Qt.KeyboardModifier.ControlModifier
HOLD_UP = text("LOCK TABLE guests IN SHARE ROW EXCLUSIVE MODE")


@pytest.fixture
def late(qtbot, database_url, window_run):
    made = Desk(qtbot, LateDatabase(database_url, planner="test"), window_run)
    qtbot.addWidget(made.window)
    yield made

    async def end():
        await until(lambda: not made.tasks._running)
        await made.tasks.close()
        await made.database.dispose()

    window_run(end())
    made.reports.check()


async def arrived(desk):
    """Wait until a reading has its answer on the way; return what lets it through. Later ones are not held up."""
    await desk.database.arrived.wait()
    release, desk.database.release = desk.database.release, None
    return release


@asynccontextmanager
async def nothing_is_written(desk):
    """Hold up who writes guests, as a colleague's large change under way does."""
    async with desk.database.begin() as conn:
        await conn.execute(HOLD_UP)
        yield


async def still(desk):
    await until(lambda: not desk.tasks._running)


async def begin_group(desk, text):
    """Type a group; the list of groups that opens beneath gives the window back, as a window system does."""
    desk.type_in("group", text)
    desk.window.activateWindow()
    await until(desk.window.isActiveWindow)
    desk.field("group").setFocus()


def row_of(desk, name):
    return next((row for row in desk.page.guests.model.all_rows() if row.name == name), None)


def test_a_guest_read_before_a_save_does_not_take_it_back(late):
    async def story():
        await late.open()
        await late.select(DIAS)
        await still(late)
        late.database.hold()
        late.tasks.start(late.page._editing.refresh({late.panel.guest.id}))
        release = await arrived(late)
        late.type_in("household", "Dias family")
        late.press(late.field("household"), Qt.Key.Key_Return)
        await until(lambda: late.page._editing._reading._waiters)
        late.database.hold()
        release.set()
        again = await arrived(late)
        assert late.panel.draft.household == "Dias family"
        again.set()
        await still(late)
        assert late.panel.draft.household == "Dias family"
        late.type_in("group", "Family")
        late.press(late.field("group"), Qt.Key.Key_Return)
        await until(lambda: not late.panel.is_changed)
        await still(late)
        stored = (await late.stored())[DIAS]
        assert (stored.household, stored.group) == ("Dias family", "Family")
        assert not late.panel.conflict.isVisible()

    late.run(story())


def test_a_list_read_before_a_guest_was_added_does_not_take_the_guest_out(late):
    async def story():
        await late.open()
        stored = await late.stored()
        async with late.database.begin() as conn:
            await guests.delete_guests(conn, [stored["Ewa Kowalczyk"].id])
        late.database.hold()
        late.tell()
        release = await arrived(late)
        late.page._add()
        late.type_in("name", "Zoe Ng")
        late.press(late.field("name"), Qt.Key.Key_Return)
        await until(lambda: row_of(late, "Zoe Ng") is not None or late.page._reading._waiters)
        release.set()
        await still(late)
        assert row_of(late, "Zoe Ng") is not None
        assert late.panel.guest.name == "Zoe Ng"
        assert row_of(late, "Ewa Kowalczyk") is None

    late.run(story())


def test_a_list_read_before_a_deletion_does_not_bring_the_guest_back(late):
    async def story():
        await late.open()
        await late.select(DIAS)
        await late.elsewhere("Ewa Kowalczyk", group="Bride")
        await still(late)
        late.database.hold()
        late.tell()
        release = await arrived(late)
        late.page._many.delete()
        await until(lambda: "was deleted" in late.message())
        release.set()
        await still(late)
        assert row_of(late, DIAS) is None
        assert row_of(late, "Ewa Kowalczyk").group == "Bride"

    late.run(story())


def test_what_changes_while_the_list_is_loaded_is_caught_up_with(late):
    async def story():
        await late.open()
        first = late.event_id
        second = await make_event(late.database, GUESTS[:3])
        await late.page.open(second)
        late.event_id = first
        late.database.hold()
        late.tasks.start(late.page.open(first))
        release = await arrived(late)
        stored = await late.stored()
        async with late.database.begin() as conn:
            await guests.delete_guests(conn, [stored[DIAS].id])
        late.tell()
        await until(lambda: not late.page._refresher._wanted)
        release.set()
        await until(lambda: late.page._horizon is not None and row_of(late, DIAS) is None)

    late.run(story())


def test_what_changes_before_the_event_itself_is_read_is_asked_for_again(late):
    async def story():
        await late.open()
        second = await make_event(late.database, GUESTS[:3])
        late.database.hold()
        async with late.database.begin() as conn:
            await conn.execute(text("LOCK TABLE events IN ACCESS EXCLUSIVE MODE"))
            late.tasks.start(late.page.open(second))
            await until(lambda: late.page.guests.is_loading)
            late.page.changed(Change(Kind.EVENTS, second))
            assert late.page._refresher._wanted
        late.database.release.set()
        await still(late)
        assert late.page._event.id == second

    late.run(story())


def test_a_guest_read_late_does_not_stand_for_several_that_are_selected_by_then(late):
    async def story():
        await late.open()
        await late.select(DIAS)
        await still(late)
        late.database.hold()
        late.tasks.start(late.page._editing.refresh({late.panel.guest.id}))
        release = await arrived(late)
        await at_the_list(late)
        press(Qt.Key.Key_A, CONTROL)
        assert late.panel.mode is PanelMode.SEVERAL
        release.set()
        await still(late)
        assert late.panel.mode is PanelMode.SEVERAL
        assert late.panel.guest is None

    late.run(story())


def test_who_goes_on_to_another_guest_while_one_is_saved_is_not_called_back(late):
    async def story():
        await late.open()
        await late.select(DIAS)
        await still(late)
        async with nothing_is_written(late):
            late.type_in("group", "Family")
            late.press(late.field("group"), Qt.Key.Key_Return)
            await late.select("Ewa Kowalczyk")
        await until(lambda: "was saved" in late.message())
        await still(late)
        assert late.panel.guest.name == "Ewa Kowalczyk"
        assert [late.page.guests.model.row(one).name for one in late.page.guests.selected] == [
            "Ewa Kowalczyk"
        ]
        assert (await late.stored())[DIAS].group == "Family"
        await late.select(DIAS)
        assert not late.panel.is_changed, "what is stored is not offered as unsaved"

    late.run(story())


def test_who_goes_on_while_the_saved_guest_is_read_again_is_not_called_back(late):
    async def story():
        await late.open()
        await late.select(DIAS)
        await still(late)
        ewa = (await late.stored())["Ewa Kowalczyk"].id
        late.database.hold()
        late.type_in("household", "Dias family")
        late.press(late.field("household"), Qt.Key.Key_Return)
        list_is_read = await arrived(late)
        late.database.hold()
        list_is_read.set()
        guest_is_read = await arrived(late)
        late.page.show_guest(ewa)
        assert late.page.guests.selected == [ewa]
        late.database.hold()
        other_is_read = late.database.release
        guest_is_read.set()
        await until(lambda: "was saved" in late.message())
        assert late.page.guests.selected == [ewa]
        other_is_read.set()
        await still(late)
        assert late.panel.guest.name == "Ewa Kowalczyk"

    late.run(story())


def test_a_new_guest_left_while_it_is_saved_is_not_offered_again(late):
    async def story():
        await late.open()
        late.page._add()
        async with nothing_is_written(late):
            late.type_in("name", "Zoe Ng")
            late.press(late.field("name"), Qt.Key.Key_Return)
            late.press(late.field("name"), Qt.Key.Key_Escape)
            assert "is kept" in late.message()
        await until(lambda: "was added" in late.message())
        await still(late)
        assert late.panel.isHidden()
        late.page._add()
        assert late.panel.draft.name == ""

    late.run(story())


def test_enter_twice_adds_a_guest_once(late):
    async def story():
        await late.open()
        late.page._add()
        late.type_in("name", "Zoe Ng")
        async with nothing_is_written(late):
            late.press(late.field("name"), Qt.Key.Key_Return)
            late.press(late.field("name"), Qt.Key.Key_Return)
            await asyncio.sleep(0)
            late.press(late.field("name"), Qt.Key.Key_Return)
        await until(lambda: "was added" in late.message())
        await still(late)
        assert late.names().count("Zoe Ng") == 1

    late.run(story())


def test_a_conflict_met_while_saving_brings_the_keyboard_to_the_choice(late):
    async def story():
        await late.open()
        await late.select(DIAS)
        await still(late)
        await begin_group(late, "Mine")
        await late.elsewhere(DIAS, group="Theirs", household="Dias family")
        async with nothing_is_written(late):
            press(Qt.Key.Key_S, CONTROL)
            await until(lambda: not late.panel.save_button.isEnabled())
            late.tell()
            await until(lambda: late.panel.conflict.undecided)
            # While the first one is under way a second one does nothing.
            press(Qt.Key.Key_S, CONTROL)
            assert has("guest_group")
        await until(lambda: "Not saved yet" in late.message())
        await until(lambda: has("guest_conflict_mine_group"))
        late.field("group").setFocus()
        press(Qt.Key.Key_S, CONTROL)
        assert has("guest_conflict_mine_group")
        assert (await late.stored())[DIAS].group == "Theirs"

    late.run(story())


def test_who_types_on_while_a_conflict_is_met_keeps_the_field(late):
    async def story():
        await late.open()
        await late.select(DIAS)
        await still(late)
        await begin_group(late, "Mine")
        await late.elsewhere(DIAS, group="Theirs")
        async with nothing_is_written(late):
            press(Qt.Key.Key_S, CONTROL)
            late.qtbot.keyClicks(late.field("group"), " own")
        await until(lambda: "Not saved yet" in late.message())
        assert has("guest_group")
        assert late.panel.draft.group == "Mine own"

    late.run(story())


def test_the_keyboard_stays_at_the_choice_when_more_is_told(late):
    async def story():
        await late.open()
        await late.select(DIAS)
        await still(late)
        await begin_group(late, "Mine")
        await late.elsewhere(DIAS, group="Theirs")
        late.tell()
        await until(lambda: late.panel.conflict.undecided == ("group",))
        press(Qt.Key.Key_S, CONTROL)
        assert has("guest_conflict_mine_group")
        await late.elsewhere(DIAS, household="Dias family")
        late.tell()
        await until(lambda: late.panel.draft.household == "Dias family")
        assert has("guest_conflict_mine_group")
        assert late.panel.conflict.undecided == ("group",)

    late.run(story())


def test_what_is_typed_while_others_are_deleted_stays(late):
    async def story():
        await late.open()
        await late.select(DIAS)
        async with nothing_is_written(late):
            late.page._many.delete()
            await late.select("Ewa Kowalczyk")
            late.type_in("household", "Kowalczyk family")
        await until(lambda: "was deleted" in late.message())
        await still(late)
        assert row_of(late, DIAS) is None
        assert late.panel.guest.name == "Ewa Kowalczyk"
        assert late.panel.draft.household == "Kowalczyk family"

    late.run(story())


def test_what_was_done_to_the_event_before_is_undone_there(late):
    async def story():
        await late.open()
        first = late.event_id
        await late.select(DIAS)
        await still(late)
        second = await make_event(late.database, GUESTS[:3])
        async with nothing_is_written(late):
            late.type_in("household", "Dias family")
            late.press(late.field("household"), Qt.Key.Key_Return)
            await late.page.open(second)
        await until(lambda: "was saved" in late.message())
        await still(late)
        assert not late.page.messages._action.isVisible()
        await at_the_list(late)
        press(Qt.Key.Key_Z, CONTROL)
        assert "Nothing is left" in late.message()
        await late.page.open(first)
        await at_the_list(late)
        press(Qt.Key.Key_Z, CONTROL)
        await until(lambda: "as before" in late.message())
        assert (await late.stored())[DIAS].household == ""

    late.run(story())
