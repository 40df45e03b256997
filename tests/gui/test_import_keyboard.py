"""The import dialog and the list of imports without a pointer: the keyboard is never left nowhere."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QPushButton, QRadioButton

from tests.gui.keyboard import has, holder, press, tab_to
from tests.gui.pages import until
from tests.gui.test_import_dialog import ANA, Setting
from waapp.core.guests import GuestDraft
from waapp.core.import_diff import Outcome
from waapp.db import events
from waapp.gui.import_dialog import ImportDialog

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TWICE = "Name;Phone;Group\nAna Sousa;912 345 678;Bride\nRui Costa;913 456 789;Groom\nAna Sousa;914 456 789;\n"


@pytest.fixture
def setting(qtbot, window_run, tmp_path, database_url):
    made = Setting(qtbot, window_run, tmp_path, database_url)
    yield made
    for dialog in made.dialogs:
        window_run(dialog.desk.close())
    window_run(made.tasks.close())
    window_run(made.database.dispose())
    made.reports.check()


async def opened(setting: Setting, content: str) -> ImportDialog:
    dialog = await setting.opened(content)
    dialog.activateWindow()
    await until(dialog.view.hasFocus)
    return dialog


def test_esc_in_the_panel_of_a_row_goes_back_to_the_rows(setting):
    async def story():
        await setting.begin(ANA)
        dialog = await opened(setting, TWICE)
        dialog.view.go_to(2)
        tab_to("import_choice")
        press(Qt.Key.Key_Escape)
        assert dialog.isVisible()
        assert not dialog.panel.isVisible()
        assert dialog.view.hasFocus()

    setting.run(story())


def test_what_counts_in_a_field_is_chosen_by_arrow_and_the_keyboard_stays(setting):
    async def story():
        await setting.begin(ANA)
        dialog = await opened(setting, TWICE)
        dialog.view.go_to(2)
        tab_to("import_side_group_file")
        press(Qt.Key.Key_Up)
        await until(lambda: dialog.model.row(2).outcome is Outcome.SAME)
        await setting.settled(dialog)
        assert has("import_side_group_stored")
        assert dialog.panel.findChild(QRadioButton, "import_side_group_stored").isChecked()

    setting.run(story())


def test_the_keyboard_stays_in_the_panel_when_its_button_goes(setting):
    async def story():
        await setting.begin(ANA, GuestDraft("Rui Costa", "+351913456700"))
        dialog = await opened(setting, TWICE)
        dialog.view.go_to(3)
        tab_to("import_choice")
        press(Qt.Key.Key_Down)
        await setting.settled(dialog)
        tab_to("import_for_all")
        press(Qt.Key.Key_Space)
        await setting.settled(dialog)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert focused.isVisible()
        assert focused is dialog.panel or dialog.panel.isAncestorOf(focused)

    setting.run(story())


def test_columns_are_assigned_and_the_rows_come_back(setting):
    async def story():
        await setting.begin()
        dialog = await opened(setting, TWICE)
        tab_to("import_view_rows")
        press(Qt.Key.Key_Right)
        box = dialog.columns.findChild(QComboBox, "import_column_2")
        await until(box.isVisible)
        tab_to("import_column_2")
        before = box.currentIndex()
        press(Qt.Key.Key_Down)
        await setting.settled(dialog)
        assert box.currentIndex() == before + 1
        assert has("import_column_2")

    setting.run(story())


def test_a_save_that_fails_leaves_the_keyboard_at_the_button(setting):
    async def story():
        await setting.begin()
        dialog = await opened(setting, TWICE)
        tab_to("import_add")
        async with setting.database.begin() as conn:
            await events.delete_event(conn, setting.event.id)
        press(Qt.Key.Key_Space)
        await until(lambda: dialog._messages.text)
        assert dialog.findChild(QPushButton, "import_add").hasFocus()

    setting.run(story())


def test_tab_goes_as_the_eye_does(setting):
    async def story():
        await setting.begin(ANA)
        dialog = await opened(setting, TWICE)
        dialog.view.go_to(2)
        passed = []
        while not passed or not has(passed[0]):
            passed.append(QApplication.focusWidget().objectName())
            press(Qt.Key.Key_Tab)
        assert passed == [
            "import_rows",
            "import_row_close",
            "import_choice",
            "import_side_group_file",
            "import_remarks",
            "import_cancel",
            "import_add",
            "import_view_rows",
            "import_heading",
            "import_region",
            "import_filter_all",
        ]

    setting.run(story())


def test_a_copy_with_remarks_is_saved_by_keys(setting):
    async def story():
        await setting.begin(ANA)
        dialog = await opened(setting, TWICE)
        tab_to("import_remarks")
        press(Qt.Key.Key_Space)
        await shown_over(dialog, QFileDialog)
        assert holder().text() == "guests with remarks.xlsx"
        press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        setting.qtbot.keyClicks(holder(), str(setting.folder / "copy"))
        press(Qt.Key.Key_Return)
        await until(lambda: "copy.xlsx" in dialog._messages.text)
        assert (setting.folder / "copy.xlsx").exists(), "with the ending that was not typed"
        dialog.activateWindow()
        await until(dialog.isActiveWindow)
        await until(lambda: has("import_remarks"))
        # Esc in the question leaves everything as it is, and the keyboard where it was.
        press(Qt.Key.Key_Space)
        await shown_over(dialog, QFileDialog)
        press(Qt.Key.Key_Escape)
        await until(lambda: QApplication.activeModalWidget() in {None, dialog})
        dialog.activateWindow()
        await until(lambda: has("import_remarks"))
        assert dialog.isVisible()

    setting.run(story())


async def shown_over(dialog, kind):
    """Wait until a dialog stands over another and has the keyboard."""
    await until(lambda: any(each.isVisible() for each in dialog.findChildren(kind)))
    made = next(each for each in dialog.findChildren(kind) if each.isVisible())
    made.activateWindow()
    await until(lambda: made.isActiveWindow() and isinstance(QApplication.focusWidget(), QLineEdit))
    return made
