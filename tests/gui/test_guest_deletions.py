"""Who was deleted: found in the list of them, put back, saved to a file and erased for good."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from tests.gui.accessibility import assert_accessible
from tests.gui.guest_data import errors, invite
from tests.gui.pages import SETTINGS, Reports, make_event, until
from waapp.core.guests import GuestDraft
from waapp.db import deletions, events, guests
from waapp.db.engine import Database
from waapp.gui.aio import Tasks
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.guest_deletions import DeletedGuests
from waapp.gui.guests_page import GuestsPage

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PEOPLE = (
    GuestDraft("Ana Sousa", "+351912345678", "ana@example.org"),
    GuestDraft("Rui Costa", "+351913456789"),
    GuestDraft("Eva Dias", "+351914456789"),
)


class Desk:
    def __init__(self, qtbot, database: Database) -> None:
        self.qtbot, self.database = qtbot, database
        self.reports = Reports()
        self.tasks = Tasks(self.reports)
        self.forgotten: list[str] = []
        self.page = GuestsPage(
            database=database,
            settings=SETTINGS,
            tasks=self.tasks,
            navigate=lambda _page: None,
            errors=errors(),
            forget_practised=self._forget,
        )
        qtbot.addWidget(self.page)
        self.page.resize(1200, 800)

    async def _forget(self, sid: str) -> None:
        self.forgotten.append(sid)

    async def open(self) -> None:
        """Show an event whose first guest was invited, and of which two guests are deleted."""
        self.event_id = await make_event(self.database, PEOPLE)
        await invite(self.database, self.event_id, [("Ana Sousa", "read")])
        async with self.database.begin() as conn:
            await conn.exec_driver_sql("UPDATE whatsapp_invitations SET practice = false")
        self.ids = {guest.name: guest.id for guest in await self.stored()}
        await self.delete("Ana Sousa", "Rui Costa")
        self.page.show()
        await self.page.open(self.event_id)

    async def delete(self, *names: str) -> None:
        async with self.database.begin() as conn:
            await guests.delete_guests(conn, [self.ids[name] for name in names])

    async def stored(self):
        async with self.database.read() as conn:
            return await guests.list_guests(conn, self.event_id)

    async def names(self) -> set[str]:
        return {guest.name for guest in await self.stored()}

    async def deleted(self) -> DeletedGuests:
        self.page._import_menu.deleted.trigger()
        dialog = await self.shown(DeletedGuests)
        await until(lambda: dialog._model.total > 0)
        return dialog

    async def shown(self, kind):
        await until(lambda: any(each.isVisible() for each in self.page.findChildren(kind)))
        return next(each for each in self.page.findChildren(kind) if each.isVisible())

    def listed(self, dialog: DeletedGuests) -> set[str]:
        return {row.name for row in dialog._model.shown_rows()}


@pytest.fixture
def desk(qtbot, window_run, database_url):
    made = Desk(qtbot, Database(database_url, planner="test"))
    made.run = window_run
    yield made
    window_run(made.tasks.close())
    window_run(made.database.dispose())
    made.reports.check()


def press(desk: Desk, widget: QPushButton) -> None:
    desk.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def facts(dialog: DeletedGuests) -> str:
    return dialog.findChild(QLabel, "deleted_guests_facts").text()


def test_who_was_deleted_is_found_and_put_back_and_that_is_undone(desk):
    async def story():
        await desk.open()
        dialog = await desk.deleted()
        assert_accessible(dialog)
        assert desk.listed(dialog) == {"Ana Sousa", "Rui Costa"}
        assert not dialog.restore.isEnabled()
        desk.qtbot.keyClicks(dialog.search, "912 345")
        await until(lambda: desk.listed(dialog) == {"Ana Sousa"})
        dialog.view.selectAll()
        dialog.view.go_to(desk.ids["Ana Sousa"])
        assert facts(dialog).startswith("Everything is kept until")
        assert "the proof of 1 message that was sent stays" in facts(dialog)
        press(desk, dialog.restore)
        await until(lambda: dialog.messages.text == "1 guest is back.")
        await until(lambda: dialog._model.total == 1)
        assert await desk.names() == {"Ana Sousa", "Eva Dias"}
        dialog.leave.click()
        await until(lambda: desk.page.guests.model.total == 2)
        assert desk.page.messages.text == "1 guest is back."
        desk.page.findChild(QPushButton, "guests_message_action").click()
        await until(lambda: "removed again" in desk.page.messages.text)
        assert await desk.names() == {"Eva Dias"}

    desk.run(story())


def test_who_was_deleted_is_erased_after_what_stays_was_said(desk):
    async def story():
        await desk.open()
        dialog = await desk.deleted()
        dialog.view.go_to(desk.ids["Ana Sousa"])
        press(desk, dialog.erase)
        question = await desk.shown(ConfirmDialog)
        assert "Of 1 message" in question.accessibleDescription()
        dialog.reject()
        assert dialog.isVisible(), "what is asked over it is told in it"
        press(desk, question.findChild(QPushButton, "confirm_yes"))
        await until(lambda: desk.listed(dialog) == {"Rui Costa"})
        await until(lambda: dialog.messages.text == "The guest was erased.")
        async with desk.database.read() as conn:
            assert [one.name for one in await deletions.list_deleted_guests(conn)] == ["Rui Costa"]
        dialog.leave.click()
        await until(lambda: not dialog.isVisible())

    desk.run(story())


def test_what_is_kept_of_who_was_deleted_is_saved(desk, tmp_path: Path):
    async def story():
        await desk.open()
        dialog = await desk.deleted()
        dialog.view.go_to(desk.ids["Ana Sousa"])
        press(desk, dialog.save)
        asked = await desk.shown(QFileDialog)
        file = tmp_path / "ana.json"
        asked.filesSelected.emit([str(file)])
        asked.accept()
        await until(lambda: "was saved to" in dialog.messages.text)
        kept = json.loads(file.read_text(encoding="utf-8"))
        assert (kept["guest"]["name"], len(kept["invitations"])) == ("Ana Sousa", 1)
        dialog.leave.click()

    desk.run(story())


def test_trouble_is_said_in_the_dialog_which_covers_the_page(desk):
    async def story():
        await desk.open()
        dialog = await desk.deleted()
        dialog.view.go_to(desk.ids["Rui Costa"])
        async with desk.database.begin() as conn:
            await conn.exec_driver_sql("UPDATE whatsapp_sends SET state = 'finished'")
            await events.delete_event(conn, desk.event_id)
        press(desk, dialog.restore)
        await until(lambda: "Restore the event first" in dialog.messages.text)
        dialog.leave.click()

    desk.run(story())


def test_nobody_to_be_found_is_said_and_guests_of_all_events_are_shown_then(desk):
    async def story():
        await desk.open()
        first, desk.event_id = desk.event_id, await make_event(desk.database, PEOPLE[2:])
        await desk.page.open(desk.event_id)
        dialog = await desk.deleted()
        assert (dialog.chips.current(), desk.listed(dialog)) == ("all", {"Ana Sousa", "Rui Costa"})
        desk.qtbot.keyClicks(dialog.search, "nobody")
        await until(lambda: not dialog.view.isVisible())
        assert first != desk.event_id
        dialog.leave.click()

    desk.run(story())
