"""What is done to all selected guests at once, with the numbers that must not be written to."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton
from sqlalchemy import text

from tests.gui.accessibility import assert_accessible
from tests.gui.pages import until
from tests.gui.test_guests_page import Desk, at_the_list, desk, redo, undo  # noqa: F401 - a fixture
from waapp.core.guests import GuestDraft
from waapp.db import opt_outs
from waapp.gui import guest_many
from waapp.gui.bulk_dialog import BulkDialog
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.guest_panel import PanelMode

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NUMBERS = {"+33612345678", "+351912345678", "+4915123456789", "+48512345678", "+201012345678"}


async def bulk(desk: Desk) -> BulkDialog:  # noqa: F811 - it is one
    desk.view.selectAll()
    await until(lambda: desk.panel.mode is PanelMode.SEVERAL)
    await at_the_list(desk)
    desk.press(desk.view, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: desk.page.findChild(BulkDialog) is not None)
    return desk.page.findChild(BulkDialog)


async def refusing(desk: Desk) -> set[str]:  # noqa: F811
    async with desk.database.read() as conn:
        return set(await opt_outs.list_addresses(conn))


async def question(desk: Desk) -> ConfirmDialog:  # noqa: F811
    await until(lambda: desk.page.findChild(ConfirmDialog) is not None)
    return desk.page.findChild(ConfirmDialog)


def test_many_numbers_are_never_written_to_again_and_that_is_undone_and_done_again(desk):  # noqa: F811
    async def story():
        await desk.open(states=[("Aurélie Fontaine", "queued"), ("Bartolomeu Dias", "delivered")])
        async with desk.database.begin() as conn:
            await opt_outs.add_opt_out(conn, "+48512345678", source="reply", reason="STOP")
        was = await desk.stored()
        dialog = await bulk(desk)
        dialog.findChild(QCheckBox, "bulk_stop_tick").setChecked(True)
        dialog.findChild(QLineEdit, "bulk_stop_reason").setText("asked by the family")
        assert "5 numbers" in dialog.findChild(QLabel, "bulk_stop_effect").text()
        assert_accessible(dialog)
        dialog.findChild(QPushButton, "bulk_yes").click()
        await until(lambda: "opted out" in desk.message())
        assert "5 numbers" in desk.message()
        assert "1 waiting message was cancelled" in desk.message()
        assert await refusing(desk) == NUMBERS
        async with desk.database.read() as conn:
            noted = await opt_outs.get_opt_outs(conn, NUMBERS)
        assert noted["+33612345678"].reason == "asked by the family"
        assert noted["+48512345678"].reason == "STOP"
        await until(lambda: sum(row.opted_out for row in desk.page.guests.model.all_rows()) == 5)
        assert {name: guest.draft for name, guest in (await desk.stored()).items()} == {
            name: guest.draft for name, guest in was.items()
        }
        await undo(desk)
        await until(lambda: "as before" in desk.message())
        assert await refusing(desk) == {"+48512345678"}
        await redo(desk)
        await until(lambda: "as before" in desk.message())
        assert await refusing(desk) == NUMBERS

    desk.run(story())


def test_many_are_allowed_again_after_it_is_said_what_was_noted_of_them(desk):  # noqa: F811
    async def story():
        await desk.open()
        async with desk.database.begin() as conn:
            await opt_outs.add_opt_out(conn, "+48512345678", source="reply", reason="STOP")
            await opt_outs.add_opt_out(
                conn, "+33612345678", source="planner", reason="moved", created_by="Rui"
            )
        dialog = await bulk(desk)
        dialog.findChild(QCheckBox, "bulk_group_tick").setChecked(True)
        dialog.findChild(QLineEdit, "bulk_group").setText("Everybody")
        dialog.findChild(QCheckBox, "bulk_stop_tick").setChecked(True)
        dialog.findChild(QComboBox, "bulk_stop").setCurrentIndex(1)
        assert "2 numbers of these" in dialog.findChild(QLabel, "bulk_stop_effect").text()
        dialog.findChild(QPushButton, "bulk_yes").click()
        asked = await question(desk)
        assert "STOP" in asked.accessibleDescription()
        assert "by Rui: moved" in asked.accessibleDescription()
        asked.findChild(QPushButton, "confirm_yes").click()
        await until(lambda: "can get messages again" in desk.message())
        assert "6 guests were changed" in desk.message()
        assert await refusing(desk) == set()
        async with desk.database.read() as conn:
            kept = text("SELECT address, lifted_by FROM waapp_lifted_opt_outs ORDER BY 1")
            assert [tuple(row) for row in await conn.execute(kept)] == [
                ("+33612345678", "Maria on MARIA-PC"), ("+48512345678", "Maria on MARIA-PC"),
            ]  # fmt: skip
        await undo(desk)
        await until(lambda: "as before" in desk.message())
        assert await refusing(desk) == {"+48512345678", "+33612345678"}
        assert {guest.group for guest in (await desk.stored()).values()} != {"Everybody"}

    desk.run(story())


def test_leaving_it_changes_nothing_at_all(desk):  # noqa: F811
    async def story():
        await desk.open()
        async with desk.database.begin() as conn:
            await opt_outs.add_opt_out(conn, "+48512345678", source="reply", reason="STOP")
        dialog = await bulk(desk)
        dialog.findChild(QCheckBox, "bulk_add_tags_tick").setChecked(True)
        dialog.findChild(QCheckBox, "bulk_stop_tick").setChecked(True)
        dialog.findChild(QComboBox, "bulk_stop").setCurrentIndex(1)
        dialog.findChild(QPushButton, "bulk_yes").click()
        (await question(desk)).findChild(QPushButton, "confirm_no").click()
        await until(lambda: desk.page.findChild(ConfirmDialog) is None)
        assert await refusing(desk) == {"+48512345678"}

    desk.run(story())


def test_what_somebody_asked_for_is_not_lifted_by_one_click_in_the_panel(desk):  # noqa: F811
    async def story():
        await desk.open()
        async with desk.database.begin() as conn:
            await opt_outs.add_opt_out(conn, "+48512345678", source="reply", reason="STOP")
        await desk.select("Ewa Kowalczyk")
        allow = desk.panel.findChild(QPushButton, "guest_opt_in")
        await until(allow.isVisible)
        allow.click()
        asked = await question(desk)
        assert "asked for it" in asked.accessibleDescription()
        asked.findChild(QPushButton, "confirm_yes").click()
        await until(lambda: "can get messages again" in desk.message())
        assert await refusing(desk) == set()

    desk.run(story())


def test_without_any_number_there_is_nothing_to_stop(desk):  # noqa: F811
    async def story():
        await desk.open([GuestDraft("Ana"), GuestDraft("Rui", "12 34")])
        dialog = await bulk(desk)
        assert not dialog.findChild(QCheckBox, "bulk_stop_tick").isEnabled()
        assert dialog.findChild(QComboBox, "bulk_stop").count() == 1
        dialog.reject()

    desk.run(story())


def test_while_many_are_deleted_and_put_back_the_window_says_so(desk, monkeypatch):  # noqa: F811
    monkeypatch.setattr(guest_many, "_WORTH_A_WORD", 1)

    async def story():
        await desk.open(states=[("Ewa Kowalczyk", "delivered")])
        async with desk.database.begin() as conn:
            # Somebody else's transaction keeps it waiting.
            await conn.execute(text("SELECT FROM guests FOR KEY SHARE"))
            desk.view.selectAll()
            await at_the_list(desk)
            desk.press(desk.view, Qt.Key.Key_Delete)
            (await question(desk)).findChild(QPushButton, "confirm_yes").click()
            await until(lambda: desk.message() == "Deleting 6 guests…")
        await until(lambda: desk.message() == "6 guests were deleted.")
        async with desk.database.begin() as conn:
            await conn.execute(text("LOCK TABLE guests IN SHARE MODE"))
            desk.page.findChild(QPushButton, "guests_message_action").click()
            await until(lambda: desk.message() == "Undoing…")
        await until(lambda: "back" in desk.message())
        assert len(await desk.stored()) == 6

    desk.run(story())
