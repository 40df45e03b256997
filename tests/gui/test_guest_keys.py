"""Keys of the guests', events' and import windows: none means two things at once, each that is told works."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QWidget

from tests.gui.keyboard import has, press
from tests.gui.pages import until
from tests.gui.test_events_keyboard import at_the_list as at_the_events
from tests.gui.test_events_page import on_stage, two_events  # noqa: F401 - a fixture
from tests.gui.test_guest_merging import TWICE
from tests.gui.test_guests_keyboard import shown
from tests.gui.test_guests_page import at_the_list, desk  # noqa: F401 - a fixture
from tests.gui.test_import_keyboard import ANA, opened, setting  # noqa: F401 - a fixture
from tests.gui.test_import_keyboard import TWICE as ROWS_TWICE
from waapp.db import guests
from waapp.gui.bulk_dialog import BulkDialog
from waapp.gui.guest_deletions import DeletedGuests
from waapp.gui.guest_panel import PanelMode
from waapp.gui.import_history import ImportHistory
from waapp.gui.labels_dialog import LabelsDialog
from waapp.gui.lookalikes_dialog import LookalikesDialog
from waapp.gui.texts import key_name

CONTROL = Qt.KeyboardModifier.ControlModifier
IN_TOOLTIP = re.compile(r"\(([^()]+)\)$")


def own(window: QWidget, kind: type) -> Iterator:
    """Return what is in sight of a window, without what belongs to dialogs over it."""
    for one in window.findChildren(kind):
        widget = one if isinstance(one, QWidget) else one.parent()
        if isinstance(widget, QWidget) and widget.window() is window.window() and widget.isVisible():
            yield one


def keys_heard(window: QWidget) -> Counter:
    """Count the keys that a window hears wherever its keyboard is."""
    everywhere = Qt.ShortcutContext.WindowShortcut
    heard = Counter(
        one.key().toString()
        for one in own(window, QShortcut)
        if one.isEnabled() and one.context() is everywhere
    )
    heard += Counter(
        key.toString()
        for one in own(window, QAction)
        if one.shortcutContext() is everywhere
        for key in one.shortcuts()
    )
    for one in own(window, QAbstractButton):
        mnemonic = QKeySequence.mnemonic(one.text()).toString()
        heard += Counter(filter(None, {one.shortcut().toString(), mnemonic}))
    return heard


def keys_told(window: QWidget) -> dict[str, QWidget]:
    """Return the keys that tooltips tell, with the widgets that they belong to."""
    told: dict[str, QWidget] = {}
    for one in own(window, QWidget):
        found = IN_TOOLTIP.search(one.toolTip())
        key = QKeySequence(found[1], QKeySequence.SequenceFormat.NativeText) if found else QKeySequence()
        if not key.isEmpty() and key_name(key.toString()) == found[1]:
            assert key.toString() not in told, key.toString()
            told[key.toString()] = one
    return told


def assert_keys_work(window: QWidget) -> list[str]:
    """Press each key that is told, with all that it would begin held back; return those that were pressed."""
    twice = [key for key, number in keys_heard(window).items() if number > 1]
    assert not twice
    pressed = []
    at = QApplication.focusWidget()
    for key, target in keys_told(window).items():
        if key == "Esc" or not target.isEnabled():
            continue
        at.setFocus()
        clicks: list[str] = []
        mine = [one for one in own(window, QShortcut) if one.key().toString() == key]
        for one in mine:
            one.activated.connect(lambda key=key, clicks=clicks: clicks.append(key))
            one.activatedAmbiguously.connect(lambda clicks=clicks: clicks.append("ambiguous"))
        target.blockSignals(True)
        combination = QKeySequence(key)[0]
        QTest.keyClick(QApplication.focusWidget(), combination.key(), combination.keyboardModifiers())
        target.blockSignals(False)
        assert clicks == [key], f"{target.objectName()}: {clicks}"
        pressed.append(key)
        if isinstance(target, QLineEdit):
            assert target.hasFocus()
    at.setFocus()
    return sorted(pressed)


def test_keys_of_the_guests_page(desk):  # noqa: F811
    async def story():
        await desk.open()
        await at_the_list(desk)
        assert assert_keys_work(desk.window) == ["Ctrl+E", "Ctrl+F", "Ctrl+N", "Ctrl+O"]
        await desk.select("Bartolomeu Dias")
        await at_the_list(desk)
        one = ["Ctrl+E", "Ctrl+F", "Ctrl+L", "Ctrl+N", "Ctrl+O", "Ctrl+S"]
        assert assert_keys_work(desk.window) == one
        # Wherever the keyboard is in the panel they work as well.
        desk.field("name").setFocus()
        assert assert_keys_work(desk.window) == one
        press(Qt.Key.Key_Escape)
        assert desk.panel.isHidden()
        press(Qt.Key.Key_A, CONTROL)
        await until(lambda: desk.panel.mode is PanelMode.SEVERAL)
        assert assert_keys_work(desk.window) == ["Ctrl+E", "Ctrl+F", "Ctrl+J", "Ctrl+N", "Ctrl+O"]

    desk.run(story())


def test_esc_closes_the_panel_from_the_list_too(desk):  # noqa: F811
    async def story():
        await desk.open()
        await desk.select("Bartolomeu Dias")
        await at_the_list(desk)
        press(Qt.Key.Key_Escape)
        assert desk.panel.isHidden()
        assert desk.view.hasFocus()

    desk.run(story())


def test_each_key_in_the_menu_of_a_guest_does_what_stands_beside_it(desk):  # noqa: F811
    async def story():
        await desk.open()
        await desk.select("Bartolomeu Dias")
        await at_the_list(desk)
        menu = desk.page._menu
        keys = {
            one.objectName(): one.shortcut().toString() for one in menu.actions() if not one.isSeparator()
        }
        assert keys == {
            "guests_menu_edit": "Return",
            "guests_menu_copy": "Ctrl+C",
            "guests_menu_link": "Ctrl+L",
            "guests_menu_change": "Ctrl+B",
            "guests_menu_merge": "Ctrl+J",
            "guests_menu_delete": "Del",
            "guests_menu_data": "",
            "guests_menu_erase": "",
        }
        press(Qt.Key.Key_C, CONTROL)
        assert QGuiApplication.clipboard().text() == "+351912345678"
        press(Qt.Key.Key_L, CONTROL)
        assert QGuiApplication.clipboard().text().startswith("https://rsvp.example/")
        press(Qt.Key.Key_Return)
        assert has("guest_name")
        await at_the_list(desk)
        press(Qt.Key.Key_B, CONTROL)
        (await shown(desk, BulkDialog)).reject()
        await at_the_list(desk)
        press(Qt.Key.Key_Delete)
        await until(lambda: "was deleted" in desk.message())
        assert "Bartolomeu Dias" not in await desk.stored()
        press(Qt.Key.Key_A, CONTROL)
        await until(lambda: desk.panel.mode is PanelMode.SEVERAL)
        press(Qt.Key.Key_J, CONTROL)
        await until(lambda: any(one.objectName() == "merge" for one in desk.page.findChildren(QDialog)))
        next(one for one in desk.page.findChildren(QDialog) if one.objectName() == "merge").reject()

    desk.run(story())


def test_keys_of_the_dialogs_of_the_guests_page(desk):  # noqa: F811
    async def story():
        await desk.open(TWICE)
        async with desk.database.begin() as conn:
            await guests.delete_guests(conn, [next(iter((await desk.stored()).values())).id])
        for action, kind, pressed in (
            (desk.page._import_menu.deleted.trigger, DeletedGuests, ["Ctrl+F"]),
            (desk.page._import_menu.history.trigger, ImportHistory, []),
            (desk.page._import_menu.lookalikes.trigger, LookalikesDialog, []),
            (lambda: desk.page.guests.filters.labels_wanted.emit(), LabelsDialog, []),
        ):
            await at_the_list(desk)
            action()
            dialog = await shown(desk, kind)
            assert assert_keys_work(dialog) == pressed
            dialog.reject()
            await until(lambda: QApplication.activeModalWidget() is None)

    desk.run(story())


def test_keys_of_the_import(setting):  # noqa: F811
    async def story():
        await setting.begin(ANA)
        dialog = await opened(setting, ROWS_TWICE)
        dialog.view.go_to(2)
        assert assert_keys_work(dialog) == ["Ctrl+Return"]

    setting.run(story())


def test_keys_of_the_events_page(on_stage):  # noqa: F811
    async def scenario(stage):
        await at_the_events(stage, "Clara & Davi")
        assert assert_keys_work(stage.page) == ["Ctrl+D", "Ctrl+N", "F2"]
        press(Qt.Key.Key_F2)
        await until(stage.page.panel.isVisible)
        assert assert_keys_work(stage.page) == ["Ctrl+D", "Ctrl+N", "Ctrl+S", "F2"]
        await at_the_events(stage, "Clara & Davi")
        press(Qt.Key.Key_Escape)
        assert stage.page.panel.isHidden()
        # What is typed is not dropped from the list, only in the panel itself.
        press(Qt.Key.Key_F2)
        stage.page.panel.location.setText("Braga")
        await at_the_events(stage, "Clara & Davi")
        press(Qt.Key.Key_Escape)
        assert stage.page.panel.isVisible()
        assert has("event_name")
        press(Qt.Key.Key_Escape)
        assert stage.page.panel.isHidden()

    on_stage(scenario, before=two_events)


@pytest.mark.parametrize("text", ["Fish && chips", "Save"])
def test_a_text_has_no_hidden_key(text):
    assert QKeySequence.mnemonic(text).isEmpty()
