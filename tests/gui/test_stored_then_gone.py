"""What is stored is stored, and can be undone, though the database goes away before the list is read again."""

from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton

from tests.gui.pages import SETTINGS, make_event, until
from tests.gui.test_guest_many import bulk, question
from tests.gui.test_guests_page import GUESTS, Desk, at_the_list, by_key
from waapp.core.guest_edits import BulkChange
from waapp.core.guests import GuestDraft
from waapp.db import events as event_rows
from waapp.db.engine import Database
from waapp.db.guest_changes import change_guests
from waapp.errors import DatabaseError
from waapp.gui.aio import Tasks
from waapp.gui.events_page import EventsPage

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DIAS = "Bartolomeu Dias"


class LostDatabase(Database):
    """A database that cannot be read any more once the next change has been stored, until it is back."""

    lose_next = False
    is_gone = False

    @asynccontextmanager
    async def begin(self, *, within=None):
        async with super().begin(within=within) as conn:
            yield conn
        self.is_gone, self.lose_next = self.is_gone or self.lose_next, False

    @asynccontextmanager
    async def read(self, *, within=None):
        if self.is_gone:
            raise DatabaseError("database_gone")
        async with super().read(within=within) as conn:
            yield conn


@pytest.fixture
def losing(qtbot, database_url, window_run):
    made = Desk(qtbot, LostDatabase(database_url, planner="test"), window_run)
    qtbot.addWidget(made.window)
    yield made

    async def end():
        await until(lambda: not made.tasks._running)
        await made.tasks.close()
        await made.database.dispose()

    window_run(end())


async def lost_and_back(desk):
    """Wait until a change has been stored, and the reading after it has failed; bring the database back."""
    await until(lambda: desk.reports.codes)
    await until(lambda: not desk.tasks._running)
    assert set(desk.reports.codes) == {"database_gone"}
    desk.database.is_gone = False
    await desk.page._catch_up()


async def undone(desk):
    await by_key(desk, Qt.Key.Key_Z)
    await until(lambda: not desk.tasks._running)


def test_a_change_of_many_can_be_undone(losing):
    async def story():
        await losing.open()
        was = {name: guest.draft for name, guest in (await losing.stored()).items()}
        dialog = await bulk(losing)
        dialog.findChild(QCheckBox, "bulk_group_tick").setChecked(True)
        dialog.findChild(QLineEdit, "bulk_group").setText("Everybody")
        losing.database.lose_next = True
        dialog.findChild(QPushButton, "bulk_yes").click()
        await lost_and_back(losing)
        assert "6 guests were changed" in losing.message()
        await undone(losing)
        assert {name: guest.draft for name, guest in (await losing.stored()).items()} == was

    losing.run(story())


def test_what_was_changed_before_a_colleagues_change_was_asked_about_can_be_undone(losing):
    async def story():
        await losing.open()
        was = {name: guest.draft for name, guest in (await losing.stored()).items()}
        dialog = await bulk(losing)
        dialog.findChild(QCheckBox, "bulk_group_tick").setChecked(True)
        dialog.findChild(QLineEdit, "bulk_group").setText("Everybody")
        dias = (await losing.stored())[DIAS].id
        async with losing.database.begin() as conn:
            await change_guests(conn, [dias], BulkChange(group="Theirs"))
        dialog.findChild(QPushButton, "bulk_yes").click()
        asked = await question(losing)
        losing.database.lose_next = True
        asked.findChild(QPushButton, "confirm_yes").click()
        await lost_and_back(losing)
        assert {guest.group for guest in (await losing.stored()).values()} == {"Everybody"}
        await undone(losing)
        now = {name: guest.draft.group for name, guest in (await losing.stored()).items()}
        assert now == {name: draft.group for name, draft in was.items()} | {DIAS: "Theirs"}

    losing.run(story())


def test_a_saved_guest_can_be_undone(losing):
    async def story():
        await losing.open()
        was = (await losing.stored())[DIAS].draft
        await losing.select(DIAS)
        await until(lambda: not losing.tasks._running)
        losing.type_in("household", "Dias family")
        losing.database.lose_next = True
        losing.press(losing.field("household"), Qt.Key.Key_Return)
        await lost_and_back(losing)
        assert (await losing.stored())[DIAS].household == "Dias family"
        await undone(losing)
        assert (await losing.stored())[DIAS].draft == was

    losing.run(story())


def test_a_merge_can_be_undone(losing):
    async def story():
        await losing.open(
            [GuestDraft("Ana Sousa", "+351912345678"), GuestDraft("Ana Sousa", "", "a@x.example")]
        )
        losing.view.selectAll()
        await at_the_list(losing)
        losing.press(losing.view, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: losing.page.findChild(QPushButton, "merge_yes") is not None)
        losing.database.lose_next = True
        losing.page.findChild(QPushButton, "merge_yes").click()
        await lost_and_back(losing)
        async with losing.database.read() as conn:
            assert (await event_rows.list_events(conn, practice=True))[0].guests == 1
        await undone(losing)
        async with losing.database.read() as conn:
            assert (await event_rows.list_events(conn, practice=True))[0].guests == 2

    losing.run(story())


def test_nothing_of_an_erased_guest_comes_back(losing):
    async def story():
        await losing.open()
        await losing.select(DIAS)
        await until(lambda: not losing.tasks._running)
        losing.type_in("household", "Dias family")
        losing.press(losing.field("household"), Qt.Key.Key_Return)
        await until(lambda: not losing.panel.is_changed and not losing.tasks._running)
        dias = losing.panel.guest.id
        losing.tasks.start(losing.page._erase(dias, DIAS))
        asked = await question(losing)
        losing.database.lose_next = True
        asked.findChild(QPushButton, "confirm_yes").click()
        await until(lambda: losing.reports.codes)
        await until(lambda: not losing.tasks._running)
        assert losing.panel.guest is None
        assert not losing.page._undo._done.get(losing.event_id)
        losing.database.is_gone = False
        await losing.page._catch_up()
        assert DIAS not in losing.names()

    losing.run(story())


def test_a_created_event_is_not_created_twice(qtbot, window_run, database_url):
    async def main():
        database, reported = LostDatabase(database_url, planner="test"), []
        try:
            async with Tasks(reported.append) as tasks:
                page = EventsPage(
                    database=database,
                    settings=SETTINGS,
                    tasks=tasks,
                    navigate=lambda _page: None,
                    choose_event=lambda _event: None,
                    open_sample=None,
                )
                qtbot.addWidget(page)
                with qtbot.waitActive(page):
                    page.show()
                await make_event(database, GUESTS)
                await page.open(None)
                page._editing.edit(None)
                page.panel.name_edit.setText("Helix dinner")
                database.lose_next = True
                page.panel.save.click()
                await until(lambda: reported and not tasks._running)
                database.is_gone = False
                if not page.panel.isHidden():
                    page.panel.save.click()
                await until(lambda: not tasks._running)
                async with database.read() as conn:
                    stored = await event_rows.list_events(conn, practice=True)
                assert sorted(one.event.name for one in stored) == ["Clara & Davi", "Helix dinner"]
                assert "was created" in page.messages.text
        finally:
            await database.dispose()

    window_run(main())
