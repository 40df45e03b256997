"""The list of events on a real database: begin, create, edit, archive, follow what others do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QDate, Qt, QTime
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QRadioButton

from tests.gui.accessibility import assert_accessible
from tests.gui.pages import SETTINGS, until
from waapp.core.events import Event, EventDraft, EventSummary
from waapp.core.guests import GuestDraft
from waapp.core.status import Shown
from waapp.db import events as event_rows
from waapp.db import guests as guest_rows
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.gui.aio import Tasks
from waapp.gui.event_columns import segments_of
from waapp.gui.event_order import soonest_first
from waapp.gui.events_page import EventsPage

NEXT_YEAR = datetime(datetime.now(UTC).year + 1, 6, 5, 15, 0, tzinfo=UTC)


class Stage:
    """The page on its database, and what it asked of the window."""

    def __init__(self, database: Database, tasks: Tasks) -> None:
        self.database = database
        self.shown: list[str] = []
        self.chosen: list[UUID] = []
        self.reported: list[BaseException] = []
        self.page = EventsPage(
            database=database,
            settings=SETTINGS,
            tasks=tasks,
            navigate=self.shown.append,
            choose_event=self.chosen.append,
            open_sample=self.open_sample,
        )

    async def open_sample(self) -> UUID:
        return (await self.create("Sample party", sample=True)).id

    async def create(self, name: str, date: datetime | None = NEXT_YEAR, **more: object) -> Event:
        async with self.database.begin() as conn:
            return await event_rows.create_event(
                conn, EventDraft(name, date, "Porto", "Europe/Lisbon", **more)
            )

    async def stored(self) -> dict[str, Event]:
        async with self.database.read() as conn:
            summaries = await event_rows.list_events(conn, practice=True)
        return {summary.event.name: summary.event for summary in summaries}

    def names(self) -> list[str]:
        return [row.event.name for row in self.page.model.shown_rows()]


@pytest.fixture
def on_stage(qtbot, window_run, database_url: str):
    """Run a scenario on the page in a window of its own."""

    def run(scenario: Callable, before: Callable | None = None) -> None:
        async def main() -> None:
            database = Database(database_url, planner="test")
            reported: list[BaseException] = []
            try:
                async with Tasks(reported.append) as tasks:
                    stage = Stage(database, tasks)
                    stage.reported = reported
                    qtbot.addWidget(stage.page)
                    stage.page.resize(1040, 700)
                    with qtbot.waitActive(stage.page):
                        stage.page.show()
                    if before is not None:
                        await before(stage)
                    await stage.page.open(None)
                    await scenario(stage)
            finally:
                await database.dispose()

        window_run(main())

    return run


async def shown_dialog(page: EventsPage, name: str) -> QDialog:
    await until(lambda: any(one.isVisible() for one in page.findChildren(QDialog, name)))
    return next(one for one in page.findChildren(QDialog, name) if one.isVisible())


def press(qtbot, widget: QPushButton) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


async def two_events(stage: Stage) -> None:
    await stage.create("Clara & Davi")
    await stage.create("Helix dinner", NEXT_YEAR + timedelta(days=60))


def test_without_events_there_are_three_ways_to_begin(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        assert stage.page.welcome.isVisible()
        assert_accessible(stage.page)
        press(qtbot, stage.page.welcome.connect_database)
        assert stage.shown == ["settings"]
        press(qtbot, stage.page.welcome.sample)
        await until(lambda: stage.shown == ["settings", "guests"])
        assert stage.names() == ["Sample party"]
        assert not stage.page.welcome.isVisible()
        assert set(stage.chosen) == {(await stage.stored())["Sample party"].id}

    on_stage(scenario)


def test_event_is_created_by_keyboard_alone(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        page, panel = stage.page, stage.page.panel
        qtbot.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        await until(panel.isVisible)
        assert panel.name_edit.hasFocus()
        qtbot.keyClicks(panel.name_edit, "Lurdes, 90")
        panel.date.setDate(QDate(2031, 5, 2))
        panel.time.setTime(QTime(13, 30))
        panel.time_zone.setCurrentText("Europe/Lisbon")
        qtbot.keyClicks(panel.location, "Braga")
        qtbot.keyClick(page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        await until(panel.isHidden)
        event = (await stage.stored())["Lurdes, 90"]
        assert event.date == datetime(2031, 5, 2, 13, 30, tzinfo=ZoneInfo("Europe/Lisbon"))
        assert (event.location, event.time_zone) == ("Braga", "Europe/Lisbon")
        assert page.table.selected_ids() == [event.id]
        assert stage.chosen[-1] == event.id
        assert_accessible(page)

    on_stage(scenario)


def test_wrong_fields_say_what_is_wrong_and_nothing_is_stored(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        panel = stage.page.panel
        panel.edit(None)
        panel.time_zone.setCurrentText("Europe/Porto")
        panel.region.setCurrentText("Atlantis")
        panel.rsvp_link.setText("rsvp.example/{rsvp_token}")
        press(qtbot, panel.save)
        wrong = {key: field.error for key, field in panel._fields.items() if field.error}
        assert wrong.keys() == {"name", "time_zone", "default_region", "rsvp_link"}
        assert panel.name_edit.hasFocus()
        assert panel.name_edit.accessibleDescription() == wrong["name"] == "Give the event a name."
        assert await stage.stored() == {}

    on_stage(scenario)


@pytest.mark.parametrize(
    "draft",
    [
        EventDraft("Party", NEXT_YEAR, "Porto", "Europe/Lisbon", "PT", "https://rsvp.example/{rsvp_token}"),
        EventDraft("No date", None, "", "Asia/Tokyo", None),
        EventDraft("Whole day", datetime(2031, 5, 1, 23, tzinfo=UTC), "", "Europe/Lisbon", "BR"),
        EventDraft("Sample", NEXT_YEAR, "", "America/Sao_Paulo", "BR", sample=True),
    ],
    ids=lambda draft: draft.name,
)
def test_what_is_edited_and_saved_unchanged_stays_the_same(on_stage, draft: EventDraft) -> None:
    async def scenario(stage: Stage) -> None:
        async with stage.database.begin() as conn:
            event = await event_rows.create_event(conn, draft)
        stage.page.panel.edit(event)
        assert stage.page.panel.draft() == draft

    on_stage(scenario)


def test_time_or_date_can_be_left_open(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        panel = stage.page.panel
        panel.edit(None)
        panel.date.setDate(QDate(2031, 5, 2))
        panel.time_zone.setCurrentText("Asia/Tokyo")
        qtbot.keyClick(panel.no_time, Qt.Key.Key_Space)
        assert not panel.time.isEnabled()
        assert panel.draft().date == datetime(2031, 5, 2, tzinfo=ZoneInfo("Asia/Tokyo"))
        qtbot.keyClick(panel.no_date, Qt.Key.Key_Space)
        assert not panel.date.isEnabled()
        assert panel.draft().date is None

    on_stage(scenario)


def test_a_time_that_the_clocks_skip_is_not_saved(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        panel = stage.page.panel
        panel.edit(None)
        panel.name_edit.setText("Night")
        panel.date.setDate(QDate(2031, 3, 30))
        panel.time.setTime(QTime(1, 30))
        panel.time_zone.setCurrentText("Europe/Lisbon")
        press(qtbot, panel.save)
        assert "put forward" in panel._fields["date"].error
        assert await stage.stored() == {}
        panel.time.setTime(QTime(2, 30))
        press(qtbot, panel.save)
        await until(lambda: stage.page.table.selected_ids())
        assert [event.date for event in (await stage.stored()).values()] == [
            datetime(2031, 3, 30, 1, 30, tzinfo=UTC)
        ]

    on_stage(scenario)


def test_event_is_edited_with_f2(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        stage.page.table.go_to((await stage.stored())["Clara & Davi"].id)
        qtbot.keyClick(stage.page, Qt.Key.Key_F2)
        panel = stage.page.panel
        await until(panel.isVisible)
        panel.name_edit.setText("Clara & Davi’s wedding")
        qtbot.keyClick(panel.name_edit, Qt.Key.Key_Return)
        await until(panel.isHidden)
        assert "Clara & Davi’s wedding" in stage.names()
        assert stage.page.table.hasFocus()

    on_stage(scenario, before=two_events)


def test_what_a_colleague_changed_meanwhile_is_told_and_chosen(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        event = (await stage.stored())["Clara & Davi"]
        panel = stage.page.panel
        panel.edit(event)
        panel.location.setText("Braga")
        async with stage.database.begin() as conn:
            draft = EventDraft("Renamed elsewhere", event.date, "Lisbon", event.time_zone)
            await event_rows.update_event(conn, event.id, draft, event.updated_at)
        press(qtbot, panel.save)
        await until(lambda: panel.name_edit.text() == "Renamed elsewhere")
        assert (await stage.stored())["Renamed elsewhere"].location == "Lisbon"
        assert "Choose" in stage.page.messages.text
        told = panel.findChild(QLabel, "event_conflict_told_name").text()
        assert told == "Name of the event: Clara & Davi → Renamed elsewhere"
        # Where both changed something nothing is saved before the planner has chosen.
        assert panel.location.text() == "Braga"
        press(qtbot, panel.save)
        assert panel.conflict.undecided == ("location",)
        mine = panel.findChild(QRadioButton, "event_conflict_mine_location")
        assert mine.hasFocus()
        qtbot.keyClick(panel.findChild(QRadioButton, "event_conflict_theirs_location"), Qt.Key.Key_Space)
        assert panel.location.text() == "Lisbon"
        qtbot.keyClick(mine, Qt.Key.Key_Space)
        assert_accessible(panel)
        press(qtbot, panel.save)
        await until(panel.isHidden)
        assert (await stage.stored())["Renamed elsewhere"].location == "Braga"
        assert stage.page.messages.text == "“Renamed elsewhere” was saved."
        assert not stage.reported

    on_stage(scenario, before=two_events)


def test_an_edit_is_undone_by_key_but_for_what_a_colleague_set_since(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        event = (await stage.stored())["Clara & Davi"]
        panel = stage.page.panel
        panel.edit(event)
        panel.name_edit.setText("Renamed")
        panel.location.setText("Braga")
        press(qtbot, panel.save)
        await until(lambda: stage.page.messages.text == "“Renamed” was saved.")
        now = (await stage.stored())["Renamed"]
        async with stage.database.begin() as conn:
            await event_rows.update_event(
                conn, event.id, replace(now.draft, location="Lisbon"), now.updated_at
            )
        qtbot.keyClick(stage.page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "is as before" in stage.page.messages.text)
        assert "somebody else has changed since stays" in stage.page.messages.text
        assert (await stage.stored())["Clara & Davi"].location == "Lisbon"
        qtbot.keyClick(stage.page.table, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "Renamed" in stage.page.messages.text)
        assert (await stage.stored())["Renamed"].location == "Lisbon"
        assert not stage.reported

    on_stage(scenario, before=two_events)


def test_the_open_panel_follows_a_colleague_and_survives_a_deletion(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        event = (await stage.stored())["Clara & Davi"]
        panel = stage.page.panel
        panel.edit(event)
        panel.location.setText("Braga")
        async with stage.database.begin() as conn:
            await event_rows.update_event(
                conn, event.id, replace(event.draft, name="Renamed"), event.updated_at
            )
        stage.page.changed(Change(Kind.EVENTS, event.id))
        await until(lambda: panel.name_edit.text() == "Renamed")
        assert panel.location.text() == "Braga"
        assert not panel.conflict.undecided
        async with stage.database.begin() as conn:
            await event_rows.delete_event(conn, event.id)
        stage.page.changed(Change(Kind.EVENTS, event.id))
        await until(lambda: panel.event_id is None)
        press(qtbot, panel.save)
        await until(panel.isHidden)
        assert (await stage.stored())["Renamed"].location == "Braga"
        assert not stage.reported

    on_stage(scenario, before=two_events)


def test_archiving_can_be_undone(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        stage.page.table.go_to((await stage.stored())["Clara & Davi"].id)
        press(qtbot, stage.page.archive)
        await until(lambda: stage.names() == ["Helix dinner"])
        undo = stage.page.messages.findChild(QPushButton, "events_message_action")
        await until(undo.isVisible)
        press(qtbot, undo)
        await until(lambda: stage.names() == ["Clara & Davi", "Helix dinner"])

    on_stage(scenario, before=two_events)


async def undone(stage: Stage, qtbot, words: str, key: Qt.Key = Qt.Key.Key_Z) -> None:
    """Press Ctrl and a key, and wait until the page says these words."""
    stage.page.window().activateWindow()
    await until(stage.page.window().isActiveWindow)
    stage.page.table.setFocus()
    qtbot.keyClick(stage.page.table, key, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: words in stage.page.messages.text)


def test_everything_done_to_events_is_undone_and_done_again_in_order(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        page = stage.page
        event = (await stage.stored())["Clara & Davi"]
        async with stage.database.begin() as conn:
            await guest_rows.add_guests(conn, event.id, [GuestDraft("Ana"), GuestDraft("Rui")])
        press(qtbot, page.new)
        page.panel.name_edit.setText("Brunch")
        press(qtbot, page.panel.save)
        await until(lambda: "“Brunch” was created." in page.messages.text)
        page.table.go_to(event.id)
        press(qtbot, page.duplicate)
        dialog = await shown_dialog(page, "event_duplicate")
        press(qtbot, dialog.findChild(QPushButton, "event_duplicate_yes"))
        await until(lambda: "(copy)” was created with 2 guests." in page.messages.text)
        page.panel.close_panel()
        page.table.go_to(event.id)
        press(qtbot, page.archive)
        await until(lambda: "“Clara & Davi” is archived." in page.messages.text)
        page.chips.choose("archived")
        page.table.go_to(event.id)
        press(qtbot, page.delete)
        confirm = await shown_dialog(page, "confirm")
        assert "2 guests go with it" in confirm.accessibleDescription()
        press(qtbot, confirm.findChild(QPushButton, "confirm_yes"))
        await until(lambda: "“Clara & Davi” was deleted." in page.messages.text)
        assert stage.names() == ["Brunch", "Clara & Davi (copy)", "Helix dinner"]

        await undone(stage, qtbot, "“Clara & Davi” is restored with 2 guests")
        assert stage.names() == ["Clara & Davi"], "it is shown where it is: in the archive"
        async with stage.database.read() as conn:
            assert [guest.name for guest in await guest_rows.list_guests(conn, event.id)] == ["Ana", "Rui"]
        await undone(stage, qtbot, "“Clara & Davi” is active again.")
        await undone(stage, qtbot, "“Clara & Davi (copy)” is deleted.")
        await undone(stage, qtbot, "“Brunch” is deleted.")
        assert stage.names() == ["Clara & Davi", "Helix dinner"]
        await undone(stage, qtbot, "Nothing is left to be undone.")

        await undone(stage, qtbot, "“Brunch” is restored", Qt.Key.Key_Y)
        await undone(stage, qtbot, "“Clara & Davi (copy)” is restored with 2 guests", Qt.Key.Key_Y)
        await undone(stage, qtbot, "“Clara & Davi” is archived.", Qt.Key.Key_Y)
        await undone(stage, qtbot, "“Clara & Davi” is deleted.", Qt.Key.Key_Y)
        assert set(await stage.stored()) == {"Brunch", "Clara & Davi (copy)", "Helix dinner"}
        assert not stage.reported

    on_stage(scenario, before=two_events)


def test_a_new_event_that_somebody_works_in_is_not_undone_away(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        page = stage.page
        press(qtbot, page.new)
        page.panel.name_edit.setText("Brunch")
        press(qtbot, page.panel.save)
        await until(lambda: "“Brunch” was created." in page.messages.text)
        async with stage.database.begin() as conn:
            await guest_rows.add_guests(conn, (await stage.stored())["Brunch"].id, [GuestDraft("Ana")])
        await undone(stage, qtbot, "“Brunch” stays: guests or invitations came since.")
        assert "Brunch" in await stage.stored()
        assert not stage.reported

    on_stage(scenario, before=two_events)


def test_a_deleted_event_is_put_back_or_forgotten_from_the_list_of_them(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        page, events = stage.page, await stage.stored()
        for event in events.values():
            async with stage.database.begin() as conn:
                await event_rows.delete_event(conn, event.id)
        page.changed(Change(Kind.EVENTS, None))
        await until(lambda: stage.names() == [])
        assert not page.welcome.isVisible()
        page.chips.choose("deleted")
        await until(lambda: set(stage.names()) == set(events))
        assert_accessible(page)
        assert not page.edit.isVisible()
        assert not page.delete.isVisible()
        facts = page.header.findChild(QLabel, "page_facts")
        assert facts.text() == "Deleted events can be restored for thirty days."
        chosen = len(stage.chosen)
        page.table.go_to(events["Helix dinner"].id)
        assert facts.text().startswith("Deleted today by test, kept until")
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
        assert (stage.shown, len(stage.chosen)) == ([], chosen), "no page is to show what is not there"
        press(qtbot, page.restore)
        await until(lambda: stage.names() == ["Helix dinner"])
        assert set(await stage.stored()) == {"Helix dinner"}
        page.chips.choose("deleted")
        page.table.go_to(events["Clara & Davi"].id)
        press(qtbot, page.forget)
        confirm = await shown_dialog(page, "confirm")
        press(qtbot, confirm.findChild(QPushButton, "confirm_yes"))
        await until(lambda: "was deleted for good" in page.messages.text)
        assert not page.chips.isVisible()
        assert not stage.reported

    on_stage(scenario, before=two_events)


def test_an_only_event_stays_chosen_when_the_list_is_loaded_anew(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        page, event = stage.page, (await stage.stored())["Clara & Davi"]
        page.table.go_to(event.id)
        press(qtbot, page.archive)
        await until(page.chips.isVisible)
        page.chips.choose("archived")
        await until(lambda: stage.names() == ["Clara & Davi"])
        page.table.go_to(event.id)
        await page.open(None)
        assert page.table.selected_ids() == [event.id]
        press(qtbot, page.restore)
        await until(lambda: len(stage.names()) == 2)

    on_stage(scenario, before=two_events)


def test_the_archive_can_be_seen_put_back_and_emptied(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        page, events = stage.page, await stage.stored()
        assert not page.chips.isVisible()
        async with stage.database.begin() as conn:
            for event in events.values():
                await event_rows.archive_event(conn, event.id)
        page.changed(Change(Kind.EVENTS, None))
        await until(lambda: stage.names() == [])
        assert page.chips.isVisible()
        page.chips.choose("archived")
        await until(lambda: set(stage.names()) == set(events))
        assert not page.edit.isVisible()
        page.table.go_to(events["Helix dinner"].id)
        press(qtbot, page.restore)
        await until(lambda: stage.names() == ["Clara & Davi"])
        page.table.go_to(events["Clara & Davi"].id)
        press(qtbot, page.delete)
        confirm = await shown_dialog(page, "confirm")
        press(qtbot, confirm.findChild(QPushButton, "confirm_yes"))
        await until(lambda: stage.names() == ["Helix dinner"])
        assert page.chips.current() == "current", "the archive is empty"
        assert not stage.reported

    on_stage(scenario, before=two_events)


def test_an_event_is_duplicated_with_its_guests(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        page, event = stage.page, (await stage.stored())["Clara & Davi"]
        async with stage.database.begin() as conn:
            await guest_rows.add_guests(conn, event.id, [GuestDraft("Ana"), GuestDraft("Rui")])
        await page.open(None)
        page.table.go_to(event.id)
        qtbot.keyClick(page, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        dialog = await shown_dialog(page, "event_duplicate")
        assert_accessible(dialog)
        field = dialog.findChild(QLineEdit, "event_duplicate_name")
        field.setText("Second wedding")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: "Second wedding" in stage.names())
        copy = (await stage.stored())["Second wedding"]
        await until(page.panel.isVisible)
        assert page.panel.event_id == copy.id
        row = page.model.row(copy.id)
        assert row is not None
        assert row.guests == 2

    on_stage(scenario, before=two_events)


def test_quiet_hours_are_set_and_taken_away(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        page, panel = stage.page, stage.page.panel
        page.table.go_to((await stage.stored())["Clara & Davi"].id)
        press(qtbot, page.edit)
        assert panel.no_quiet.isChecked()
        qtbot.keyClick(panel.no_quiet, Qt.Key.Key_Space)
        panel.quiet_start.setTime(QTime(22, 30))
        panel.quiet_end.setTime(QTime(22, 30))
        press(qtbot, panel.save)
        assert panel.quiet_start.hasFocus()
        panel.quiet_end.setTime(QTime(8, 0))
        press(qtbot, panel.save)
        await until(panel.isHidden)
        event = (await stage.stored())["Clara & Davi"]
        assert (event.quiet_start, event.quiet_end) == (time(22, 30), time(8))

    on_stage(scenario, before=two_events)


def test_choosing_and_opening_a_row(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        events = await stage.stored()
        table = stage.page.table
        table.setFocus()
        qtbot.keyClick(table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        assert stage.chosen[-1] == events["Helix dinner"].id
        qtbot.keyClick(table, Qt.Key.Key_Return)
        assert stage.shown == ["guests"]

    on_stage(scenario, before=two_events)


def test_list_follows_other_desks_and_keeps_the_chosen_row(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        chosen = (await stage.stored())["Helix dinner"]
        stage.page.table.go_to(chosen.id)
        await stage.create("Earlier party", NEXT_YEAR - timedelta(days=30))
        async with stage.database.begin() as conn:
            await guest_rows.add_guests(conn, chosen.id, [GuestDraft("Ana", "+351912345678")])
        for _many in range(5):
            stage.page.changed(Change(Kind.ALL))
        await until(lambda: stage.names() == ["Earlier party", "Clara & Davi", "Helix dinner"])
        row = stage.page.model.row(chosen.id)
        assert row is not None
        assert row.guests == 1
        assert stage.page.table.selected_ids() == [chosen.id]

    on_stage(scenario, before=two_events)


def test_many_events_can_be_searched_without_accents(on_stage, qtbot) -> None:
    async def many(stage: Stage) -> None:
        for number in range(9):
            await stage.create(f"Festa {number}")
        await stage.create("Ação de Graças")

    async def scenario(stage: Stage) -> None:
        search = stage.page.search
        assert search.isVisible()
        qtbot.keyClick(stage.page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(search, "acao")
        await until(lambda: stage.names() == ["Ação de Graças"])
        qtbot.keyClick(search, Qt.Key.Key_Escape)
        assert len(stage.names()) == 10

    on_stage(scenario, before=many)


def test_next_comes_first_then_the_undated_then_the_past() -> None:
    now = datetime.now(UTC)
    days = {"last year": -365, "yesterday night": -0.5, "tomorrow": 1, "next month": 30, "last month": -30}
    made = [
        EventSummary(Event(UUID(int=place), name, now + timedelta(days=offset), ""))
        for place, (name, offset) in enumerate(days.items())
    ]
    made.append(EventSummary(Event(UUID(int=9), "some day", None, "")))
    ordered = [summary.event.name for summary in sorted(made, key=soonest_first)]
    assert ordered == ["yesterday night", "tomorrow", "next month", "some day", "last month", "last year"]


def test_bar_shows_every_state_that_means_something() -> None:
    event = Event(UUID(int=1), "Party", None, "")
    segments, total = segments_of(EventSummary(event, 10, 0, dict.fromkeys(Shown, 1)))
    assert total == 10
    assert {state for state, count in segments if count} == set(Shown) - {
        Shown.NONE,
        Shown.QUEUED,
        Shown.CANCELLED,
    }


def test_another_page_can_open_the_panel_of_an_event(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        event = (await stage.stored())["Helix dinner"]
        stage.page.edit_event(event.id)
        await until(stage.page.panel.isVisible)
        assert stage.page.panel.event_id == event.id

    on_stage(scenario, two_events)
