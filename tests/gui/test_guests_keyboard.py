"""The dialogs of the guests' page by keys: Tab goes as the eye does, the keyboard is never left nowhere."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLabel, QListView, QPushButton, QRadioButton

from tests.gui.accessibility import assert_accessible
from tests.gui.keyboard import has, holder, in_reading_order, press, tab_stops, tab_to
from tests.gui.pages import until
from tests.gui.test_guest_merging import TWICE, choose_two
from tests.gui.test_guests_page import Desk, at_the_list, desk  # noqa: F401 - a fixture
from waapp.db import guests
from waapp.gui.bulk_dialog import BulkDialog
from waapp.gui.guest_deletions import DeletedGuests
from waapp.gui.import_dialog import ImportDialog
from waapp.gui.import_history import ImportHistory, UndoQuestion
from waapp.gui.labels_dialog import LabelsDialog
from waapp.gui.lookalikes_dialog import LookalikesDialog

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


async def shown(desk: Desk, kind: type[QDialog]) -> QDialog:  # noqa: F811 - it is one
    """Wait until a dialog is open and has the keyboard."""
    await until(lambda: any(each.isVisible() for each in desk.page.findChildren(kind)))
    dialog = next(each for each in desk.page.findChildren(kind) if each.isVisible())
    dialog.activateWindow()
    await until(dialog.isActiveWindow)
    return dialog


async def closed_by_esc(desk: Desk, dialog: QDialog) -> None:  # noqa: F811
    """Leave a dialog by Esc; the page has the keyboard again, as a window system gives it back."""
    press(Qt.Key.Key_Escape)
    await until(lambda: not dialog.isVisible())
    desk.window.activateWindow()
    await until(desk.window.isActiveWindow)
    holder()


def test_deleted_guests_are_restored_by_keys(desk):  # noqa: F811
    async def story():
        await desk.open()
        stored = await desk.stored()
        async with desk.database.begin() as conn:
            await guests.delete_guests(
                conn, [stored[name].id for name in ("Dörte Petersen", "Ewa Kowalczyk")]
            )
        await at_the_list(desk)
        desk.page._import_menu.deleted.trigger()
        dialog = await shown(desk, DeletedGuests)
        await until(lambda: dialog._model.total == 2)
        assert has("deleted_guests_search")
        tab_to("deleted_guests_rows")
        press(Qt.Key.Key_Home)
        press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Up)
        assert dialog.restore.isEnabled()
        tab_to("deleted_guests_search")
        stops = tab_stops()
        assert "deleted_guests_restore" in stops
        assert stops == in_reading_order(dialog, stops)
        tab_to("deleted_guests_restore")
        press(Qt.Key.Key_Space)
        await until(lambda: dialog._model.total == 1 and not dialog.is_busy)
        assert has("deleted_guests_rows")
        await closed_by_esc(desk, dialog)

    desk.run(story())


def test_labels_are_taken_away_by_keys(desk):  # noqa: F811
    async def story():
        await desk.open()
        await at_the_list(desk)
        desk.page.findChild(QPushButton, "guests_labels").click()
        dialog = await shown(desk, LabelsDialog)
        stops = tab_stops()
        assert stops[-1] == "labels_close"
        assert stops == in_reading_order(dialog, stops)
        remove = next(name for name in stops if "_remove_" in name)
        tab_to(remove)
        press(Qt.Key.Key_Space)
        await until(lambda: len([one for one in tab_stops() if "_remove_" in one]) == 2)
        assert dialog.isAncestorOf(holder())
        await closed_by_esc(desk, dialog)

    desk.run(story())


def test_many_are_changed_by_keys(desk):  # noqa: F811
    async def story():
        await desk.open()
        await at_the_list(desk)
        press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
        dialog = await shown(desk, BulkDialog)
        for key in ("group", "consent"):
            tab_to(f"bulk_{key}_tick")
            press(Qt.Key.Key_Space)
            assert dialog.findChild(QCheckBox, f"bulk_{key}_tick").isChecked()
        assert_accessible(dialog)
        tab_to("bulk_group_tick")
        stops = tab_stops()
        assert stops[:2] == ["bulk_group_tick", "bulk_group"]
        assert stops[-2:] == ["bulk_no", "bulk_yes"]
        assert stops.index("bulk_consent_tick") + 1 == stops.index("bulk_consent")
        press(Qt.Key.Key_Tab)
        press(Qt.Key.Key_Return)
        await until(lambda: "6 guests were changed" in desk.message())
        desk.window.activateWindow()
        await until(desk.window.isActiveWindow)
        assert desk.view.hasFocus()

    desk.run(story())


def test_two_are_merged_by_keys(desk):  # noqa: F811
    async def story():
        await desk.open(TWICE)
        dialog = await choose_two(desk)
        dialog.activateWindow()
        await until(dialog.isActiveWindow)
        tab_to("merge_stays_0")
        press(Qt.Key.Key_Down)
        assert has("merge_stays_1")
        await until(lambda: dialog._scroll.findChild(QRadioButton, "merge_stays_1").hasFocus())
        assert dialog.findChild(QRadioButton, "merge_stays_1").isChecked()
        stops = tab_stops()
        assert stops[-1] == "merge_yes" or stops.index("merge_no") + 1 == stops.index("merge_yes")
        press(Qt.Key.Key_Return)
        await until(lambda: "merged into one" in desk.message())
        desk.window.activateWindow()
        await until(desk.window.isActiveWindow)
        assert desk.view.hasFocus()

    desk.run(story())


def test_who_looks_alike_is_told_apart_by_keys(desk):  # noqa: F811
    async def story():
        await desk.open(TWICE)
        await at_the_list(desk)
        desk.page._import_menu.lookalikes.trigger()
        dialog = await shown(desk, LookalikesDialog)
        await until(lambda: has("lookalikes_merge_0"))
        tab_to("lookalikes_apart_0")
        press(Qt.Key.Key_Space)
        await until(lambda: "different people" in desk.message())
        await until(lambda: dialog.isAncestorOf(holder()))
        await closed_by_esc(desk, dialog)

    desk.run(story())


def test_the_list_of_imports_is_left_by_keys(desk):  # noqa: F811
    async def story():
        await desk.open()
        await at_the_list(desk)
        desk.page._import_menu.history.trigger()
        dialog = await shown(desk, ImportHistory)
        assert tab_stops() == ["import_history_close"]
        await closed_by_esc(desk, dialog)

    desk.run(story())


def test_an_import_is_undone_from_the_list_of_imports_with_its_question_by_keys(desk, tmp_path):  # noqa: F811
    async def story():
        await desk.open([])
        path = tmp_path / "list.csv"
        path.write_text("Name,Phone\nAna,+351912345678\nRui,+351913456789\n", encoding="utf-8")
        desk.page.import_file(path)
        importing = await shown(desk, ImportDialog)
        await until(lambda: importing._add.isEnabled())
        press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "were added from" in desk.message())
        await desk.elsewhere("Ana", notes="mine")
        await at_the_list(desk)
        desk.page._import_menu.history.trigger()
        await shown(desk, ImportHistory)
        assert has("import_history_rows")
        stops = tab_stops()
        assert stops == ["import_history_rows", "import_history_close", "import_history_undo"]
        tab_to("import_history_undo")
        press(Qt.Key.Key_Space)
        question = await shown(desk, UndoQuestion)
        assert has("import_undo_no"), "Enter keeps everything"
        assert set(tab_stops()) == {"import_undo_no", "import_undo_rest", "import_undo_kept"}
        await closed_by_esc(desk, question)
        assert desk.view.hasFocus()
        assert set(await desk.stored()) == {"Ana", "Rui"}

        press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await shown(desk, UndoQuestion)
        tab_to("import_undo_rest")
        press(Qt.Key.Key_Space)
        await until(lambda: desk.message().startswith("Import undone"))
        desk.window.activateWindow()
        await until(desk.window.isActiveWindow)
        assert desk.view.hasFocus()
        assert set(await desk.stored()) == {"Ana"}

    desk.run(story())


def test_two_planners_edit_one_guest_and_the_second_settles_it_by_keys(desk):  # noqa: F811
    async def story():
        await desk.open()
        await desk.select("Bartolomeu Dias")
        await at_the_list(desk)
        press(Qt.Key.Key_Return)
        assert has("guest_name")
        press(Qt.Key.Key_End)
        desk.qtbot.keyClicks(holder(), " the elder")
        await desk.elsewhere("Bartolomeu Dias", name="Bartholomew", household="Dias family")
        press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "Choose" in desk.message())
        await until(lambda: has("guest_conflict_mine_name"))
        for stop in ("guest_name", "guest_tags_field", "guest_save"):
            tab_to(stop)
            press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
            assert has("guest_conflict_mine_name"), stop
        press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Space)
        assert desk.field("name").text() == "Bartholomew"
        press(Qt.Key.Key_Up)
        assert desk.field("name").text().endswith("the elder")
        press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "was saved" in desk.message())
        assert desk.page.isAncestorOf(holder())
        stored = next(guest for name, guest in (await desk.stored()).items() if name.endswith("the elder"))
        assert stored.household == "Dias family"

    desk.run(story())


def test_completions_that_are_open_do_not_keep_the_keyboard_from_the_choice(desk):  # noqa: F811
    async def story():
        await desk.open()
        await desk.select("Bartolomeu Dias")
        group = desk.field("group")
        group.setFocus()
        group.selectAll()
        desk.qtbot.keyClicks(group, "F")
        await until(lambda: isinstance(QApplication.activePopupWidget(), QListView))
        await desk.elsewhere("Bartolomeu Dias", group="Theirs")
        desk.tell()
        await until(lambda: desk.panel.conflict.undecided == ("group",))
        press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        assert QApplication.activePopupWidget() is None
        desk.window.activateWindow()
        await until(lambda: has("guest_conflict_mine_group"))
        press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Space)
        assert group.text() == "Theirs"
        group.setFocus()
        group.selectAll()
        desk.qtbot.keyClicks(group, "F")
        await until(lambda: isinstance(QApplication.activePopupWidget(), QListView))
        press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert QApplication.activePopupWidget() is None
        desk.window.activateWindow()
        await until(lambda: has("guests_search"))

    desk.run(story())


def test_a_second_press_restores_nobody_twice(desk):  # noqa: F811
    async def story():
        await desk.open()
        stored = await desk.stored()
        async with desk.database.begin() as conn:
            await guests.delete_guests(conn, [stored["Ewa Kowalczyk"].id])
        await at_the_list(desk)
        desk.page._import_menu.deleted.trigger()
        dialog = await shown(desk, DeletedGuests)
        await until(lambda: dialog._model.total == 1)
        tab_to("deleted_guests_rows")
        press(Qt.Key.Key_Home)
        tab_to("deleted_guests_restore")
        press(Qt.Key.Key_Space)
        press(Qt.Key.Key_Space)
        await until(lambda: dialog._model.total == 0 and not dialog.is_busy)
        assert dialog.messages.text == "1 guest is back."
        await closed_by_esc(desk, dialog)

    desk.run(story())


def test_who_was_told_apart_is_not_shown_again_by_a_look_that_began_before(desk):  # noqa: F811
    async def story():
        await desk.open(TWICE)
        looks, release = [], asyncio.Event()

        async def look():
            found = await desk.page._merging._look()
            looks.append(found)
            if len(looks) == 1:
                await release.wait()
            return found

        dialog = LookalikesDialog(
            look, desk.page._merging._merge_these, desk.page._merging._tell_apart, desk.tasks, desk.page
        )
        desk.qtbot.addWidget(dialog)
        dialog.show()
        await until(lambda: looks)
        (one, _rows), *_others = looks[0]
        desk.tasks.start(dialog._act(desk.page._merging._tell_apart, one))
        await until(lambda: len(looks) == 2 or dialog._looking._waiters)
        release.set()
        await until(lambda: len(looks) == 2 and not desk.tasks._running)
        shown_now = [label.text() for label in dialog.findChildren(QLabel) if "names_" in label.objectName()]
        assert len(shown_now) == len(looks[1]) == len(looks[0]) - 1
        dialog.reject()

    desk.run(story())
