"""The events' page without a pointer: every action is reached, and the keyboard is never left nowhere."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from tests.gui.keyboard import has, holder, in_reading_order, press, tab_stops, tab_to
from tests.gui.pages import until
from tests.gui.test_events_page import Stage, on_stage, shown_dialog, two_events  # noqa: F401 - a fixture


async def back(stage: Stage) -> None:
    """Give the page the keyboard again, as a window system does when a dialog has closed."""
    window = stage.page.window()
    window.activateWindow()
    await until(window.isActiveWindow)


async def at_the_list(stage: Stage, name: str) -> None:
    """Go to an event."""
    await back(stage)
    stage.page.table.setFocus()
    stage.page.table.go_to((await stage.stored())[name].id)


def test_tab_goes_as_the_eye_does(on_stage) -> None:  # noqa: F811
    async def scenario(stage: Stage) -> None:
        await at_the_list(stage, "Clara & Davi")
        tab_to("events_archive")
        stops = tab_stops()
        assert {"events_archive", "events_duplicate", "events_edit", "events_open", "events_new"} < set(stops)
        assert stops == in_reading_order(stage.page, stops)

    on_stage(scenario, before=two_events)


def test_what_is_edited_is_left_by_esc_and_the_list_has_the_keyboard(on_stage) -> None:  # noqa: F811
    async def scenario(stage: Stage) -> None:
        await at_the_list(stage, "Clara & Davi")
        press(Qt.Key.Key_F2)
        await until(stage.page.panel.isVisible)
        assert has("event_name")
        stops = tab_stops()
        panel = [name for name in stops if name.startswith("event_")]
        assert panel[-3:] == ["event_save", "event_cancel", "event_panel_close"]
        tab_to("event_location")
        press(Qt.Key.Key_Escape)
        await until(stage.page.panel.isHidden)
        assert stage.page.table.hasFocus()

    on_stage(scenario, before=two_events)


def test_an_event_is_duplicated_archived_deleted_and_restored_by_keys(on_stage) -> None:  # noqa: F811
    async def scenario(stage: Stage) -> None:
        page = stage.page
        await at_the_list(stage, "Clara & Davi")
        press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        dialog = await shown_dialog(page, "event_duplicate")
        dialog.activateWindow()
        await until(dialog.isActiveWindow)
        assert has("event_duplicate_name")
        assert dialog.findChild(QLineEdit, "event_duplicate_name").selectedText()
        press(Qt.Key.Key_Return)
        await until(lambda: "was created with" in page.messages.text)
        await back(stage)
        holder()
        page.panel.close_panel()

        await at_the_list(stage, "Clara & Davi")
        tab_to("events_archive")
        press(Qt.Key.Key_Space)
        await until(lambda: "is archived" in page.messages.text)
        holder()
        tab_to("events_filter_current")
        press(Qt.Key.Key_Right)
        await until(lambda: stage.names() == ["Clara & Davi"])
        tab_to("events_table")
        press(Qt.Key.Key_Down)
        tab_to("events_delete")
        press(Qt.Key.Key_Space)
        confirm = await shown_dialog(page, "confirm")
        confirm.activateWindow()
        await until(confirm.isActiveWindow)
        assert has("confirm_no"), "Enter keeps what is there"
        tab_to("confirm_yes")
        press(Qt.Key.Key_Space)
        await until(lambda: "was deleted" in page.messages.text)
        await back(stage)
        holder()

    on_stage(scenario, before=two_events)
