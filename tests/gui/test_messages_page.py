"""The messages' page over a real database: what happened, what to do, and decisions about the unknown."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tests.gui.accessibility import assert_accessible
from tests.gui.guest_data import GUESTS, bring_to, by_name, errors, invite
from tests.gui.pages import SETTINGS, Reports, make_event, until
from waapp.core.invitations import SendState
from waapp.core.status import EngineState
from waapp.db import invitations, sends
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.gui.aio import Tasks
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.messages_page import MessagesPage

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

STATES = (
    ("Aurélie Fontaine", "read"),
    ("Bartolomeu Dias", "delivered"),
    ("Dörte Petersen", "failed"),
    ("Ewa Kowalczyk", "unknown"),
    ("محمد الحسن", "queued"),
)


class Desk:
    """The page in a window, on a database of its own."""

    def __init__(self, qtbot, database, run):
        self.qtbot = qtbot
        self.database = database
        self.run = run
        self.reports = Reports()
        self.tasks = Tasks(self.reports)
        self.went_to = []
        self.page = MessagesPage(
            database=database,
            settings=SETTINGS,
            tasks=self.tasks,
            navigate=self.went_to.append,
            errors=errors(),
        )
        self.window = QWidget()
        layout = QVBoxLayout(self.window)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        self.window.resize(1068, 734)
        self.event_id = None
        self.send = None

    async def open(self, states=STATES):
        self.event_id = await make_event(self.database, GUESTS)
        if states:
            self.send = await invite(self.database, self.event_id, states)
        self.window.show()
        self.window.activateWindow()
        await self.page.open(self.event_id)

    def names(self):
        model = self.page.model
        return [model.row_at(place).guest_name for place in range(len(model))]

    def lines(self, name):
        model = self.page.model
        place = self.names().index(name)
        return [line for line in (model.cell_detail(place, 2), model.cell_text(place, 2)) if line]

    def number(self, key):
        return self.page.findChild(QWidget, f"messages_{key}_value").text()

    def chips(self):
        return [chip.text() for chip in self.page.chips.findChildren(QWidget)]

    def child(self, name):
        return self.page.findChild(QWidget, name)

    def press(self, key, modifier=Qt.KeyboardModifier.ControlModifier):
        self.qtbot.keyClick(self.window, key, modifier)

    def tell(self, kind=Kind.INVITATIONS):
        self.page.changed(Change(kind, self.event_id))

    async def select(self, name):
        model = self.page.model
        self.page.view.go_to(model.id_at(self.names().index(name)))
        await until(lambda: self.page.panel._title.text() == name)

    async def stored(self):
        async with self.database.read() as conn:
            rows = await invitations.list_of_send(conn, self.send.id)
            return {row.guest_name: row for row in rows}, await sends.get_send(conn, self.send.id)

    async def bring(self, name, state):
        await bring_to(self.database, (await by_name(self.database, self.event_id))[name].id, state)


@pytest.fixture
def desk(qtbot, database_url, window_run):
    database = Database(database_url, planner="test")
    made = Desk(qtbot, database, window_run)
    yield made
    made.window.close()

    async def end():
        await made.tasks.close()
        await database.dispose()

    window_run(end())
    made.reports.check()


def test_begins_with_what_needs_a_person(desk):
    async def story():
        await desk.open()
        assert desk.chips() == ["Need you 2", "Failed 1", "Not confirmed 0", "Not read 1", "All 5"]
        assert desk.names() == ["Ewa Kowalczyk", "Dörte Petersen"]
        counts = {
            key: desk.number(key) for key in ("planned", "sent", "delivered", "read", "answered", "failed")
        }
        assert counts == {
            "planned": "5",
            "sent": "2",
            "delivered": "2",
            "read": "1",
            "answered": "0",
            "failed": "1",
        }
        assert desk.lines("Ewa Kowalczyk")[0].startswith("Twilio did not answer")
        meaning, advice = desk.lines("Dörte Petersen")
        assert "WhatsApp" in meaning
        assert advice

    desk.run(story())


def test_begins_with_everything_when_nothing_needs_a_person(desk):
    async def story():
        await desk.open(STATES[:2])
        assert desk.page.chips.current() == "all"
        assert desk.names() == ["Bartolomeu Dias", "Aurélie Fontaine"]

    desk.run(story())


def test_shows_the_life_the_cause_and_the_exact_text(desk):
    async def story():
        await desk.open()
        await desk.select("Dörte Petersen")
        steps = desk.page.panel._timeline.steps
        assert [step.title for step in steps] == ["Failed", "Planned"]
        assert "63024" in steps[0].detail
        assert "invitation v2, by Maria on MARIA-PC" in steps[-1].detail
        assert "WhatsApp" in desk.child("message_cause").text()
        assert desk.child("message_todo").text()
        assert desk.child("message_body").text() == "Dear Dörte Petersen, come!"
        desk.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        assert QGuiApplication.clipboard().text() == "Dear Dörte Petersen, come!"
        asked = []
        desk.page.guest_wanted.connect(asked.append)
        desk.press(Qt.Key.Key_E)
        assert desk.went_to == ["guests"]
        assert asked == [(await desk.stored())[0]["Dörte Petersen"].guest_id]

    desk.run(story())


def test_says_when_it_will_try_again(desk):
    async def story():
        await desk.open([("Ewa Kowalczyk", "waiting")])
        assert desk.lines("Ewa Kowalczyk")[1].startswith("Will try again ")

    desk.run(story())


@pytest.mark.parametrize(
    ("pressed", "state", "says"),
    [
        ("message_send_again", EngineState.QUEUED, "Ewa Kowalczyk: the message is sent again."),
        ("message_treat_as_sent", EngineState.ACCEPTED, "Ewa Kowalczyk: treated as sent."),
    ],
)
def test_a_person_settles_what_is_unknown(desk, pressed, state, says):
    async def story():
        await desk.open()
        await desk.select("Ewa Kowalczyk")
        assert "never send twice" in desk.child("message_promise").text()
        desk.child(pressed).click()
        await until(lambda: desk.page.messages.text == says)
        assert (await desk.stored())[0]["Ewa Kowalczyk"].engine_state is state
        await until(lambda: not desk.child(pressed).isVisible())
        assert desk.page.panel._title.text() == "Ewa Kowalczyk"

    desk.run(story())


def test_a_decision_that_comes_too_late_changes_nothing(desk):
    async def story():
        await desk.open()
        await desk.select("Ewa Kowalczyk")
        await desk.bring("Ewa Kowalczyk", "delivered")
        desk.child("message_send_again").click()
        await until(lambda: "settled meanwhile" in desk.page.messages.text)
        assert (await desk.stored())[0]["Ewa Kowalczyk"].twilio_status == "delivered"

    desk.run(story())


def test_changes_elsewhere_arrive_and_keep_the_selection(desk):
    async def story():
        await desk.open()
        desk.page.chips.choose("all")
        await desk.select("محمد الحسن")
        await desk.bring("Bartolomeu Dias", "read")
        await desk.bring("محمد الحسن", "sent")
        desk.tell()
        await until(lambda: desk.number("read") == "2" and desk.number("sent") == "3")
        await until(lambda: desk.page.panel._timeline.steps[0].title == "Sent")
        assert [desk.page.model.row(each).guest_name for each in desk.page.view.selected_ids()] == [
            "محمد الحسن"
        ]

    desk.run(story())


def test_pauses_resumes_and_stops_by_key(desk):
    async def story():
        await desk.open()
        desk.press(Qt.Key.Key_P)
        await until(lambda: desk.child("messages_resume").isVisible())
        assert (await desk.stored())[1].state is SendState.PAUSED
        assert "Nothing more leaves until you resume" in desk.page.messages.text
        desk.press(Qt.Key.Key_R)
        await until(lambda: desk.child("messages_pause").isVisible())
        assert desk.page.messages.text == ""
        desk.press(Qt.Key.Key_Period)
        await until(lambda: desk.page.findChild(ConfirmDialog))
        dialog = desk.page.findChild(ConfirmDialog)
        assert_accessible(dialog)
        dialog.findChild(QWidget, "confirm_yes").click()
        await until(lambda: "1 never left" in desk.page.messages.text)
        rows, send = await desk.stored()
        assert send.state is SendState.STOPPED
        assert rows["محمد الحسن"].engine_state is EngineState.CANCELLED
        await until(lambda: not desk.child("messages_stop").isVisible())

    desk.run(story())


def test_an_older_send_can_be_picked(desk):
    async def story():
        await desk.open(STATES[:2])
        assert not desk.child("messages_send").isVisible()
        newer = await invite(desk.database, desk.event_id, STATES[2:])
        desk.tell(Kind.SENDS)
        await until(lambda: desk.child("messages_send").isVisible())
        assert desk.page.controls.picker.count() == 2
        assert len(desk.names()) == 2
        desk.page.show_send(newer.id)
        await until(lambda: desk.number("planned") == "3")
        assert desk.names() == ["Ewa Kowalczyk", "Dörte Petersen"]

    desk.run(story())


def test_without_a_send_it_says_where_to_begin(desk):
    async def story():
        await desk.open(())
        desk.child("messages_go_to_send").click()
        assert desk.went_to == ["send"]
        desk.send = await invite(desk.database, desk.event_id, STATES[:2])
        desk.tell(Kind.SENDS)
        await until(lambda: desk.number("planned") == "2")

    desk.run(story())


def test_everything_can_be_reached_and_named(desk, qtmodeltester):
    async def story():
        await desk.open()
        await desk.select("Ewa Kowalczyk")
        desk.page.messages.show_message("Ready.", action=("Undo", list))
        assert_accessible(desk.page)
        qtmodeltester.check(desk.page.model)

    desk.run(story())
