"""What is kept about a guest, saved and erased by keys alone, from the list and from among those who were deleted."""

import asyncio
import json

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu

from tests.gui.keyboard import has, holder, press, tab_to
from tests.gui.pages import until
from tests.gui.test_guests_keyboard import closed_by_esc, shown
from tests.gui.test_guests_page import Desk, at_the_list, desk  # noqa: F401 - a fixture
from waapp.db import guests
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.guest_deletions import DeletedGuests

DOERTE = "Dörte Petersen"


async def menu_by_key(desk: Desk, wanted: str) -> None:  # noqa: F811
    """Open the menu of the selected guests by its key and choose an entry by arrows."""
    press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = desk.page.findChild(QMenu, "guests_menu")
    await until(menu.isVisible)
    for _entry in menu.actions():
        desk.qtbot.keyClick(menu, Qt.Key.Key_Down)
        if menu.activeAction().objectName() == wanted:
            break
    assert menu.activeAction().objectName() == wanted
    desk.qtbot.keyClick(menu, Qt.Key.Key_Return)
    await until(lambda: not menu.isVisible())


async def saved_by_keys(desk: Desk, path) -> None:  # noqa: F811
    """Type where a file is to be written."""
    await shown(desk, QFileDialog)
    await until(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.keyClicks(holder(), str(path))
    await until(lambda: QApplication.focusWidget() is not None and holder().text() == str(path))
    press(Qt.Key.Key_Return)
    await until(lambda: QApplication.activeModalWidget() is None)
    desk.window.activateWindow()
    await until(desk.window.isActiveWindow)


def test_the_data_of_a_guest_is_saved_and_erased_by_keys(desk, tmp_path):  # noqa: F811
    async def story():
        await desk.open(states=[(DOERTE, "read")])
        await desk.select(DOERTE)
        await at_the_list(desk)
        await menu_by_key(desk, "guests_menu_data")
        await saved_by_keys(desk, tmp_path / "data.json")
        await until(lambda: "data.json" in desk.message())
        kept = json.loads(await asyncio.to_thread((tmp_path / "data.json").read_text, "utf-8"))
        assert kept["guest"]["name"] == DOERTE
        assert desk.view.hasFocus()

        await menu_by_key(desk, "guests_menu_erase")
        await shown(desk, ConfirmDialog)
        assert has("confirm_no"), "Enter keeps what is there"
        tab_to("confirm_yes")
        press(Qt.Key.Key_Space)
        await until(lambda: "erased" in desk.message())
        desk.window.activateWindow()
        await until(desk.window.isActiveWindow)
        assert desk.view.hasFocus()
        assert DOERTE not in await desk.stored()

    desk.run(story())


def test_erasing_is_called_off_by_esc_and_the_list_has_the_keyboard(desk):  # noqa: F811
    async def story():
        await desk.open()
        await desk.select(DOERTE)
        await at_the_list(desk)
        await menu_by_key(desk, "guests_menu_erase")
        await closed_by_esc(desk, await shown(desk, ConfirmDialog))
        assert desk.view.hasFocus()
        assert DOERTE in await desk.stored()

    desk.run(story())


def test_a_deleted_guest_is_saved_and_erased_by_keys(desk, tmp_path):  # noqa: F811
    async def story():
        await desk.open()
        stored = await desk.stored()
        async with desk.database.begin() as conn:
            await guests.delete_guests(conn, [stored[DOERTE].id])
        await at_the_list(desk)
        desk.page._import_menu.deleted.trigger()
        dialog = await shown(desk, DeletedGuests)
        await until(lambda: dialog._model.total == 1)
        tab_to("deleted_guests_rows")
        press(Qt.Key.Key_Home)
        tab_to("deleted_guests_save")
        press(Qt.Key.Key_Space)
        await shown(desk, QFileDialog)
        await until(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
        press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        desk.qtbot.keyClicks(holder(), str(tmp_path / "data.json"))
        press(Qt.Key.Key_Return)
        await until(lambda: "data.json" in dialog.messages.text)
        dialog.activateWindow()
        await until(dialog.isActiveWindow)
        await until(lambda: not dialog.is_busy)
        assert dialog.isAncestorOf(holder())
        tab_to("deleted_guests_erase")
        press(Qt.Key.Key_Space)
        await shown(desk, ConfirmDialog)
        assert has("confirm_no")
        tab_to("confirm_yes")
        press(Qt.Key.Key_Space)
        await until(lambda: dialog._model.total == 0 and not dialog.is_busy)
        dialog.activateWindow()
        await until(dialog.isActiveWindow)
        assert has("deleted_guests_search"), "nobody is left to go to"
        await closed_by_esc(desk, dialog)

    desk.run(story())
