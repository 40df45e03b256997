"""What was typed for an event and not saved: kept, said, and there again on a real page and database."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from tests.gui.keyboard import press
from tests.gui.pages import until
from tests.gui.test_events_page import Stage, on_stage, two_events  # noqa: F401 - a fixture
from waapp.db import events as event_rows


async def go_back(stage: Stage) -> None:
    await until(lambda: "is not saved yet" in stage.page.messages.text)
    stage.page.messages.findChild(QPushButton, "events_message_action").click()
    await until(stage.page.panel.isVisible)


async def edit(stage: Stage, name: str, place: str) -> None:
    """Type another place for an event."""
    page = stage.page
    page.table.go_to((await stage.stored())[name].id)
    page.edit.click()
    await until(lambda: page.panel.isVisible() and page.panel.name_edit.text() == name)
    page.panel.location.setText(place)


def test_esc_keeps_what_was_typed_and_says_so(on_stage) -> None:  # noqa: F811
    async def scenario(stage: Stage) -> None:
        await edit(stage, "Clara & Davi", "Lisbon")
        stage.page.panel.location.setFocus()
        press(Qt.Key.Key_Escape)
        await until(stage.page.panel.isHidden)
        await go_back(stage)
        assert stage.page.panel.location.text() == "Lisbon"
        assert stage.page.messages.text == ""
        stage.page.panel.save.click()
        await until(stage.page.panel.isHidden)
        assert (await stage.stored())["Clara & Davi"].location == "Lisbon"
        assert "not saved" not in stage.page.messages.text

    on_stage(scenario, before=two_events)


def test_nothing_is_said_where_nothing_was_typed(on_stage) -> None:  # noqa: F811
    async def scenario(stage: Stage) -> None:
        await edit(stage, "Clara & Davi", "Porto")
        stage.page.panel.cancel.click()
        await until(stage.page.panel.isHidden)
        assert stage.page.messages.text == ""

    on_stage(scenario, before=two_events)


def test_another_event_may_be_edited_in_between(on_stage) -> None:  # noqa: F811
    async def scenario(stage: Stage) -> None:
        page = stage.page
        await edit(stage, "Clara & Davi", "Lisbon")
        await edit(stage, "Helix dinner", "Faro")
        page.panel.save.click()
        await until(page.panel.isHidden)
        await edit(stage, "Clara & Davi", page.panel.location.text())
        page.panel.cancel.click()
        events = await stage.stored()
        assert (events["Clara & Davi"].location, events["Helix dinner"].location) == ("Porto", "Faro")

    on_stage(scenario, before=two_events)


def test_the_event_comes_back_with_what_was_typed(on_stage) -> None:  # noqa: F811
    async def scenario(stage: Stage) -> None:
        page = stage.page
        await edit(stage, "Clara & Davi", "Lisbon")
        await edit(stage, "Helix dinner", "Faro")
        page.table.go_to((await stage.stored())["Clara & Davi"].id)
        page.edit.click()
        await until(lambda: page.panel.name_edit.text() == "Clara & Davi")
        assert page.panel.location.text() == "Lisbon"
        assert "Helix dinner" in stage.page.messages.text

    on_stage(scenario, before=two_events)


def test_a_new_event_that_was_begun_is_gone_on_with(on_stage) -> None:  # noqa: F811
    async def scenario(stage: Stage) -> None:
        page = stage.page
        page.new.click()
        page.panel.name_edit.setText("Festa")
        page.panel.cancel.click()
        await until(page.panel.isHidden)
        assert "that you began is kept" in page.messages.text
        page.new.click()
        assert page.panel.name_edit.text() == "Festa"
        assert stage.page.messages.text == ""
        page.panel.save.click()
        await until(page.panel.isHidden)
        assert "Festa" in await stage.stored()
        page.new.click()
        assert page.panel.name_edit.text() == ""

    on_stage(scenario, before=two_events)


def test_what_a_colleague_saved_meanwhile_is_told_when_it_comes_back(on_stage) -> None:  # noqa: F811
    async def scenario(stage: Stage) -> None:
        page = stage.page
        await edit(stage, "Clara & Davi", "Lisbon")
        page.panel.cancel.click()
        await until(page.panel.isHidden)
        event = (await stage.stored())["Clara & Davi"]
        async with stage.database.begin() as conn:
            theirs = replace(event.draft, location="Braga")
            await event_rows.update_event(conn, event.id, theirs, event.updated_at)
        await go_back(stage)
        await until(lambda: bool(page.panel.conflict.undecided))
        assert page.panel.conflict.isVisible()

    on_stage(scenario, before=two_events)
