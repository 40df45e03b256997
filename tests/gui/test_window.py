"""The frame: pages and events, changes from elsewhere, trouble, opening and closing."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import QEvent, QObject, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QVBoxLayout, QWidget

from tests.gui.accessibility import act, assert_accessible
from tests.gui.pages import until
from waapp.core.events import Event, EventSummary
from waapp.db.feed import Change, Kind
from waapp.engine.lines import LinesState, LineState
from waapp.engine.sending import Duty, SendingState
from waapp.errors import DatabaseError, UserError
from waapp.gui import style
from waapp.gui.crash_dialog import CrashDialog
from waapp.gui.page_stack import page_titles
from waapp.gui.widgets import button
from waapp.gui.window import Window

SOON = datetime.now(UTC) + timedelta(days=9)
WEDDING = EventSummary(Event(uuid4(), "Clara & Davi", SOON, "Porto", "Europe/Lisbon"), guests=486)
DINNER = EventSummary(
    Event(uuid4(), "Helix dinner", SOON + timedelta(days=9), "Lisbon", "Europe/Lisbon"), guests=120
)
SECOND = "+351912345305@1a2b3c4d"
PAST = EventSummary(Event(uuid4(), "Last year", SOON - timedelta(days=400), "Braga", "Europe/Lisbon"))


class Page(QWidget):
    """A page that remembers what the window asked of it."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.opened: list[UUID | None] = []
        self.changes: list[Change] = []
        QVBoxLayout(self).addWidget(button(f"Act on {key}", f"act_{key}"))

    async def open(self, event_id: UUID | None) -> None:
        self.opened.append(event_id)

    def changed(self, change: Change) -> None:
        self.changes.append(change)


class Stage:
    """A window with a page for every key, on a list of events that a test may change."""

    def __init__(self, folder: Path) -> None:
        self.events = [PAST, DINNER, WEDDING]
        self.state = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.loads = 0
        self.window = Window(load_events=self.load, log_dir=folder, state=self.state)
        self.pages = {key: Page(key) for key, _title in page_titles()}
        for key, page in self.pages.items():
            self.window.add_page(key, page)

    async def load(self) -> list[EventSummary]:
        self.loads += 1
        await asyncio.sleep(0)
        return list(self.events)


@pytest.fixture
def on_stage(qtbot, window_run, tmp_path: Path):
    """Run a scenario in an open window and close it in order."""

    def run(scenario: Callable, *, started: bool = True) -> None:
        async def main() -> None:
            stage = Stage(tmp_path)
            qtbot.addWidget(stage.window)
            with qtbot.waitActive(stage.window):
                stage.window.show()
            if started:
                await stage.window.start()
            try:
                await scenario(stage)
            finally:
                await stage.window.close_pages()
                stage.window.finish()

        window_run(main())

    return run


def test_everything_is_named_and_reachable(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        assert_accessible(stage.window)

    on_stage(scenario)


def test_changing_the_page_puts_the_keyboard_on_no_button(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        for place in (2, 5, 1):
            qtbot.keyClick(stage.window, Qt.Key.Key_0 + place, Qt.KeyboardModifier.ControlModifier)
            assert stage.window.focusWidget() is stage.pages[stage.window.current_page()]
        qtbot.keyClick(stage.window.focusWidget(), Qt.Key.Key_Tab)
        assert stage.window.focusWidget().objectName() == "act_events"

    on_stage(scenario)


def test_what_changes_on_a_page_does_not_lay_the_window_out_anew(on_stage, qtbot) -> None:
    class Requests(QObject):
        count = 0

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            self.count += event.type() is QEvent.Type.LayoutRequest
            return False

    async def scenario(stage: Stage) -> None:
        page, requests = stage.pages[stage.window.current_page()], Requests()
        stage.window.resize(1100, 700)
        await asyncio.sleep(0)
        whole = stage.window.centralWidget()
        whole.installEventFilter(requests)
        page.findChild(QPushButton).setText("Act on far more than before")
        QApplication.processEvents()
        assert requests.count == 0
        before = page.size()
        stage.window.resize(1300, 800)
        QApplication.processEvents()
        assert (page.width() - before.width(), page.height() - before.height()) == (200, 100)
        stage.window.resize(980, 660)
        QApplication.processEvents()
        assert page.width() == before.width() - 120

    on_stage(scenario)


def test_next_event_is_current_and_pages_open_when_they_are_first_shown(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        assert stage.window.event_id == WEDDING.event.id
        await until(lambda: stage.pages["events"].opened)
        assert stage.pages["guests"].opened == []
        for _twice in range(2):
            stage.window.show_page("guests")
            stage.window.show_page("events")
        await until(lambda: stage.pages["guests"].opened)
        assert stage.pages["guests"].opened == [WEDDING.event.id]
        assert stage.window.windowTitle().startswith("Clara & Davi")

    on_stage(scenario)


@pytest.mark.parametrize("place", range(6))
def test_pages_are_reached_by_their_keys(on_stage, qtbot, place: int) -> None:
    async def scenario(stage: Stage) -> None:
        qtbot.keyClick(stage.window, Qt.Key.Key_1 + place, Qt.KeyboardModifier.ControlModifier)
        key = page_titles()[place][0]
        assert stage.window.current_page() == key
        assert stage.window.findChild(QPushButton, f"navigate_{key}").isChecked()

    on_stage(scenario)


def test_pages_are_reached_over_the_accessibility_bus(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        act(stage.window.findChild(QPushButton, "navigate_guests"), "Toggle")
        assert stage.window.current_page() == "guests"

    on_stage(scenario)


def test_switching_the_event_by_keyboard_reaches_the_shown_page(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        stage.window.show_page("guests")
        qtbot.keyClick(stage.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        menu = stage.window.findChild(QMenu, "event_menu")
        await until(menu.isVisible)
        texts = [action.text() for action in menu.actions() if action.text()]
        assert [text.split("   ")[0] for text in texts[:-1]] == ["Clara && Davi", "Helix dinner", "Last year"]
        qtbot.keyClick(menu, Qt.Key.Key_Down)
        qtbot.keyClick(menu, Qt.Key.Key_Down)
        qtbot.keyClick(menu, Qt.Key.Key_Return)
        await until(lambda: stage.pages["guests"].opened[-1:] == [DINNER.event.id])
        assert "Helix dinner" in stage.window.navigation.switcher.accessibleName()

    on_stage(scenario)


def test_newest_choice_wins_while_an_earlier_event_is_still_loading(on_stage) -> None:
    class Slow(Page):
        async def open(self, event_id: UUID | None) -> None:
            if event_id == WEDDING.event.id:
                await asyncio.sleep(3600)
            await super().open(event_id)

    async def scenario(stage: Stage) -> None:
        slow = Slow("messages")
        stage.window.add_page("messages", slow)
        stage.window.show_page("messages")
        await asyncio.sleep(0)
        stage.window.choose_event(DINNER.event.id)
        await until(lambda: slow.opened == [DINNER.event.id])

    on_stage(scenario)


def test_chosen_event_is_remembered_for_the_next_time(on_stage) -> None:
    async def choose(stage: Stage) -> None:
        stage.window.choose_event(DINNER.event.id)

    async def look(stage: Stage) -> None:
        assert stage.window.event_id == DINNER.event.id

    on_stage(choose)
    on_stage(look)


def test_new_event_that_the_list_does_not_have_yet_can_be_chosen(on_stage) -> None:
    new = EventSummary(replace(WEDDING.event, id=uuid4(), name="New"))

    async def scenario(stage: Stage) -> None:
        stage.events.append(new)
        stage.window.choose_event(new.event.id)
        await until(lambda: stage.window.event_id == new.event.id)

    on_stage(scenario)


def test_a_list_read_before_an_event_was_made_does_not_send_the_planner_elsewhere(on_stage) -> None:
    new = EventSummary(replace(WEDDING.event, id=uuid4(), name="New"))

    async def scenario(stage: Stage) -> None:
        on_the_way, release = asyncio.Event(), asyncio.Event()

        async def held_up() -> list[EventSummary]:
            stage.window._load_events = stage.load
            read = list(stage.events)
            on_the_way.set()
            await release.wait()
            return read

        stage.window._load_events = held_up
        stage.window.changed(Change(Kind.EVENTS))
        await on_the_way.wait()
        stage.events.append(new)
        stage.window.choose_event(new.event.id)
        await until(lambda: stage.window.event_id == new.event.id or stage.window._list_reading._waiters)
        release.set()
        await until(lambda: not stage.window._list_loading)
        assert stage.window.event_id == new.event.id

    on_stage(scenario)


def test_changes_reach_the_shown_page_at_once_and_the_others_when_they_are_shown(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        stage.window.show_page("guests")
        stage.window.show_page("messages")
        await until(lambda: stage.pages["messages"].opened)
        mine = Change(Kind.INVITATIONS, WEDDING.event.id)
        other = Change(Kind.INVITATIONS, DINNER.event.id)
        for _many in range(3):
            stage.window.changed(mine)
            stage.window.changed(other)
        assert stage.pages["messages"].changes == [mine] * 3
        assert stage.pages["guests"].changes == []
        stage.window.show_page("guests")
        assert stage.pages["guests"].changes == [mine]
        stage.window.show_page("messages")
        stage.window.show_page("guests")
        assert stage.pages["guests"].changes == [mine]
        assert stage.pages["templates"].changes == []

    on_stage(scenario)


def test_many_changes_load_the_events_a_few_times_only(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        before = stage.loads
        stage.events[2] = replace(WEDDING, guests=487)
        for _many in range(50):
            stage.window.changed(Change(Kind.GUESTS, WEDDING.event.id))
        guests = stage.window.findChild(QPushButton, "navigate_guests")
        await until(lambda: guests.accessibleDescription() == "487")
        assert stage.loads - before <= 2

    on_stage(scenario)


def test_f5_reads_everything_anew(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        await until(lambda: stage.pages["events"].opened)
        before = stage.loads
        qtbot.keyClick(stage.window, Qt.Key.Key_F5)
        await until(lambda: len(stage.pages["events"].opened) == 2 and stage.loads > before)

    on_stage(scenario)


def test_event_that_is_gone_gives_way_to_another(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        stage.events.remove(WEDDING)
        await stage.window.refresh_events()
        assert stage.window.event_id == DINNER.event.id
        stage.events.clear()
        await stage.window.refresh_events()
        assert stage.window.event_id is None
        assert "No event yet" in stage.window.navigation.switcher.accessibleName()

    on_stage(scenario)


def test_known_trouble_goes_to_the_message_bar_and_leaves_when_it_is_over(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        stage.window.report(DatabaseError("database_gone", database="db.example"))
        assert "was lost" in stage.window.messages.text
        stage.window.set_database("Shared database · db.example", connected=False)
        assert "not connected" in stage.window.status.findChild(type(stage.window.status._database)).text()
        stage.window.set_database("Shared database · db.example", connected=True)
        assert stage.window.messages.text == ""
        stage.window.report(UserError("event_changed", name="Clara"))
        stage.window.set_database("Shared database · db.example", connected=True)
        assert stage.window.messages.text

    on_stage(scenario)


def test_bug_gets_one_dialog_without_its_traceback_and_details_to_copy(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        def deep() -> None:
            raise ZeroDivisionError("deep inside")

        async def fail() -> None:
            deep()

        for _twice in range(2):
            stage.window.tasks_for("guests").start(fail())
        await until(lambda: stage.window.findChildren(CrashDialog))
        dialogs = stage.window.findChildren(CrashDialog)
        assert len(dialogs) == 1
        assert_accessible(dialogs[0])
        shown = " ".join(part.text() for part in dialogs[0].findChildren(type(stage.window.status._database)))
        assert "deep inside" not in shown
        assert "Traceback" not in shown
        qtbot.mouseClick(dialogs[0].findChild(QPushButton, "crash_copy"), Qt.MouseButton.LeftButton)
        copied = QGuiApplication.clipboard().text()
        assert "Traceback" in copied
        assert "deep inside" in copied
        gone = QSignalSpy(dialogs[0].destroyed)
        qtbot.keyClick(dialogs[0], Qt.Key.Key_Return)
        await until(gone.count)
        stage.window.report(ZeroDivisionError())
        assert len(stage.window.findChildren(CrashDialog)) == 1

    on_stage(scenario)


def test_opening_can_be_cancelled_and_failure_offers_ways_on(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        window = stage.window
        window.show_opening("Starting the private database")
        cancelled, retried = QSignalSpy(window.opening.cancelled), QSignalSpy(window.opening.retry_wanted)
        assert_accessible(window.opening)
        qtbot.keyClick(window, Qt.Key.Key_F5)
        assert retried.count() == 0
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        assert cancelled.count() == 1
        window.show_opening_failed(DatabaseError("database_unreachable", database="db.example"))
        qtbot.keyClick(window, Qt.Key.Key_F5)
        assert retried.count() == 1
        assert not window.findChild(QPushButton, "navigate_guests").isEnabled()
        qtbot.mouseClick(window.findChild(QPushButton, "opening_settings"), Qt.MouseButton.LeftButton)
        assert window.current_page() == "settings"
        qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
        assert window.opening.isVisible()
        await window.start()
        assert window.current_page() == "events"

    on_stage(scenario, started=False)


def test_settings_stay_in_front_when_the_database_opens(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        stage.window.show_opening()
        stage.window.show_page("settings")
        await stage.window.start()
        assert stage.window.current_page() == "settings"

    on_stage(scenario, started=False)


def test_closing_is_asked_for_and_happens_when_the_work_has_ended(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        asked = QSignalSpy(stage.window.close_requested)
        stage.window.close()
        assert asked.count() == 1
        assert stage.window.isVisible()
        await stage.window.close_pages()
        stage.window.finish()
        assert not stage.window.isVisible()

    on_stage(scenario)


def test_another_session_begins_with_new_pages_and_new_tasks(on_stage) -> None:
    async def scenario(stage: Stage) -> None:
        stage.window.show_page("guests")
        stage.window.show_page("settings")
        await stage.window.close_pages()
        stage.window.changed(Change(Kind.ALL))
        assert stage.pages["guests"].changes == []
        stage.window.show_opening()
        for key in ("events", "guests"):
            stage.pages[key] = Page(key)
            stage.window.add_page(key, stage.pages[key])
        await stage.window.start()
        stage.window.show_page("guests")
        await until(lambda: stage.pages["guests"].opened == [WEDDING.event.id])

    on_stage(scenario)


def test_page_that_fails_to_open_is_reported(on_stage) -> None:
    class Broken(Page):
        async def open(self, event_id: UUID | None) -> None:
            raise UserError("event_unknown", name="x")

    async def scenario(stage: Stage) -> None:
        stage.window.add_page("send", Broken("send"))
        stage.window.show_page("send")
        await until(lambda: stage.window.messages.text)

    on_stage(scenario)


@pytest.mark.parametrize(
    ("number", "state", "practice", "words"),
    [
        (
            "+351912345204",
            SendingState(Duty.SENDING),
            False,
            "Sender +351 ••• 204 · this computer is sending",
        ),
        (
            "+351912345204",
            SendingState(Duty.STANDBY, "Ana on PC"),
            False,
            "Sender +351 ••• 204 · Ana’s computer is sending",
        ),
        (None, SendingState(Duty.STOPPED), False, "No sender chosen"),
        ("+14155550100", SendingState(Duty.OFFLINE), True, "Practice sender · waiting for the database"),
    ],
)
def test_status_says_who_sends(on_stage, number, state, practice, words) -> None:
    async def scenario(stage: Stage) -> None:
        own = () if number is None else (LineState(number, True, state),)
        stage.window.status.show_lines(LinesState(own), practice=practice)
        assert stage.window.status._sender.text() == words
        assert not stage.window.status._lines.isVisible()

    on_stage(scenario)


@pytest.mark.parametrize(
    ("others", "out_of_reach", "words", "tip"),
    [
        (
            [LineState(SECOND, False, SendingState(Duty.SENDING), active=True)],
            (),
            "this computer also sends for +351 ••• 305",
            "this computer also sends for +351 ••• 305",
        ),
        (
            [LineState(SECOND, False, SendingState(Duty.STANDBY, "Ana on PC"), active=True)],
            (),
            "Ana’s computer sends for +351 ••• 305",
            "Ana’s computer sends for +351 ••• 305",
        ),
        ([LineState(SECOND, False, SendingState(Duty.SENDING))], (), "", ""),
        (
            [],
            ("+351912345306@9f9f9f9f",),
            "+351 ••• 306 waits for a computer that is signed in to account …9f9f",
            "+351 ••• 306 waits for a computer that is signed in to account …9f9f",
        ),
        (
            [
                LineState(SECOND, False, SendingState(Duty.SENDING), active=True),
                LineState("+351912345306@1a2b3c4d", False, SendingState(Duty.STANDBY), active=True),
            ],
            ("+351912345307@9f9f9f9f",),
            "this computer also sends for +351 ••• 305 and 2 more numbers",
            (
                "this computer also sends for +351 ••• 305\nanother computer sends for +351 ••• 306\n"
                "+351 ••• 307 waits for a computer that is signed in to account …9f9f"
            ),
        ),
    ],
)
def test_status_says_who_sends_for_the_other_numbers(on_stage, others, out_of_reach, words, tip) -> None:
    async def scenario(stage: Stage) -> None:
        own = LineState("+351912345204@1a2b3c4d", True, SendingState(Duty.SENDING))
        stage.window.status.show_lines(LinesState((own, *others), out_of_reach), practice=False)
        shown = stage.window.status._lines
        assert (shown.text(), shown.toolTip(), shown.isVisible()) == (words, tip, bool(words))
        assert stage.window.status._sender.text() == "Sender +351 ••• 204 · this computer is sending"
        assert stage.window.status.minimumSizeHint().width() < 1024

    on_stage(scenario)


def test_banner_leads_to_the_settings(on_stage, qtbot) -> None:
    async def scenario(stage: Stage) -> None:
        stage.window.set_practice(True)
        assert stage.window.practice_banner.isVisible()
        qtbot.mouseClick(stage.window.findChild(QPushButton, "practice_connect"), Qt.MouseButton.LeftButton)
        assert stage.window.current_page() == "settings"
        stage.window.set_practice(False)
        assert not stage.window.practice_banner.isVisible()

    on_stage(scenario)


def test_window_mirrors_and_darkens(on_stage, right_to_left: None, dark: None) -> None:
    async def scenario(stage: Stage) -> None:
        assert stage.window.navigation.x() > stage.window.width() / 2
        picture = stage.window.grab().toImage()
        assert picture.pixelColor(picture.width() - 4, 300) == style.DARK.sunken

    on_stage(scenario)
