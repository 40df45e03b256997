"""The send page over a real database, planning with the product's own functions."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDate, Qt, QTime
from PySide6.QtWidgets import QCheckBox, QPushButton, QVBoxLayout, QWidget
from sqlalchemy import text

from tests.gui.accessibility import assert_accessible
from tests.gui.guest_data import errors
from tests.gui.pages import (
    INVITATION,
    SETTINGS,
    Reports,
    garbage_stays_here,
    make_event,
    make_template,
    until,
)
from waapp.core.errors_twilio import load_table
from waapp.core.events import EventDraft
from waapp.core.guests import GuestDraft
from waapp.core.lines import line_key
from waapp.core.plan import Notice, NoticeCode
from waapp.core.rates import load_rates
from waapp.core.waiting import Timing
from waapp.db import events, guests, invitations, send_timing, sends, templates
from waapp.db.engine import Database
from waapp.db.feed import Change, Feed, Kind
from waapp.db.sender_lock import SenderLock
from waapp.engine import plans
from waapp.engine.account import open_practice
from waapp.engine.sending import Sending
from waapp.gui.aio import Tasks
from waapp.gui.late_dialog import LateDialog
from waapp.gui.send_confirm import SendDialog
from waapp.gui.send_page import SendPage
from waapp.gui.send_progress import Pace
from waapp.gui.send_rows import _language_rows
from waapp.paths import data_dir
from waapp.whatsapp.practice_script import Script

# What Qt's offscreen platform says of every window and dialog.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

GUESTS = [
    GuestDraft("Ana Sousa", "+351912345601"),
    GuestDraft("Bruno Dias", "+351912345602"),
    GuestDraft("Clara Lopes", "+351912345602"),
    GuestDraft("Duarte", "+351221234567"),
    GuestDraft("محمد الحسن", ""),
    GuestDraft("Ewa", "tomorrow"),
]


RATES = load_rates("""
as_of = 2026-01-01
currency = "USD"
source = "a test"
twilio_fee = 0.005
[meta]
other = { marketing = 0.07, utility = 0.02 }
""")


class Desk:
    """The page in a window, with a database and a practice account of its own; nothing is sent unless `at_work`."""

    def __init__(self, qtbot, database, line, run, **settings):
        self.qtbot, self.database, self.run = qtbot, database, run
        self.line = line
        self.settings = replace(SETTINGS, **settings)
        self.reports = Reports()
        self.tasks = Tasks(self.reports)
        self.went_to, self.shown_guests, self.edited = [], [], []
        self.queued = 0
        self.may_plan = asyncio.Event()
        self.may_plan.set()
        self.window = QWidget()
        self.page = SendPage(
            database=database,
            settings=self.settings,
            tasks=self.tasks,
            navigate=self.went_to.append,
            prepare=self.prepare,
            queue=self.queue,
            show_guests=self.shown_guests.append,
            edit_event=self.edited.append,
            errors=errors(),
        )
        QVBoxLayout(self.window).addWidget(self.page)
        self.window.resize(1090, 756)

    async def prepare(self, event_id, template_id, options):
        await self.may_plan.wait()
        return await plans.prepare(
            self.database, event_id, template_id, options, line=self.line, practice=True, rates=RATES
        )

    async def queue(self, prepared, timing=None):
        self.queued += 1
        return await plans.queue(self.database, prepared, planner=self.settings.desk, timing=timing)

    async def open(self, event_id):
        self.window.show()
        self.window.activateWindow()
        await self.page.open(event_id)

    def texts(self):
        return [entry.text() for entry in self.page._review.entries()]

    def entry(self, key):
        return next(each for each in self.page._review.entries() if each.row.key == key)

    def press(self, key, name="remedy"):
        button = self.window.findChild(QPushButton, f"send.{key}.{name}")
        assert button.isVisible()
        button.click()

    def figures(self):
        review = self.page._review
        return [each.text() for each in (review.recipients, review.left_out, review.cost, review.time)]

    @property
    def send_button(self):
        return self.page._review.send_button

    def dialog(self):
        return next(iter(each for each in self.page.findChildren(SendDialog) if each.isVisible()), None)

    async def confirm(self, yes=True):
        self.send_button.click()
        await until(self.dialog)
        self.dialog().findChild(QPushButton, f"send.confirm.{'yes' if yes else 'no'}").click()

    async def until_planned(self):
        """Wait until a plan that was asked for is shown; not only the one before it."""
        await until(lambda: not self.page._planner._running and not self.page._planner._wanted)

    async def until_watching(self):
        await until(lambda: self.page._cards.currentWidget() is self.page._progress)

    @property
    def progress(self):
        return self.page._progress


@pytest.fixture(autouse=True)
def _garbage():
    with garbage_stays_here():
        yield


@pytest.fixture
def undo_seconds():
    return 0.0


@pytest.fixture
def desk(qtbot, database_url, window_run, undo_seconds):
    database = Database(database_url, planner="test")
    account = open_practice(SETTINGS, None, Script(speed=50))

    async def begin():
        line = await account.__aenter__()
        return Desk(qtbot, database, line, window_run, undo_seconds=undo_seconds)

    made = window_run(begin())
    qtbot.addWidget(made.window)
    yield made

    async def end():
        await made.tasks.close()
        await account.__aexit__(None, None, None)
        await database.dispose()

    window_run(end())
    made.reports.check()


async def prepared(desk, drafts=GUESTS, content=INVITATION):
    async with desk.database.begin() as conn:
        for each in await templates.list_templates(conn):
            await templates.delete_template(conn, each.id)
    event_id = await make_event(desk.database, drafts)
    await make_template(desk.database, content=content)
    await desk.open(event_id)
    return event_id


def test_the_plan_is_shown_with_everybody_accounted_for(desk):
    async def story():
        await prepared(desk)
        assert desk.figures() == ["2", "4", "≈ $ 0.15", "0 s"]
        texts = desk.texts()
        assert "1 guest has no phone number · \u2068محمد الحسن\u2069" in texts
        assert "1 guest has only a landline · \u2068Duarte\u2069" in texts
        assert "1 guest shares a phone with somebody who gets it · one message for each phone" in texts
        assert "Nobody gets this message twice" in texts
        assert desk.send_button.isEnabled()
        assert desk.send_button.text() == "Send to 2 guests"
        assert desk.page._stepper.preview.message.startswith("Hi Ana, you are invited")
        assert desk.page._header._facts.text() == "Invitation v1 · English · draft"

    desk.run(story())


def test_the_names_of_a_reason_open_and_stay_open(desk):
    async def story():
        event_id = await prepared(desk)
        desk.press("reason.no_number", "names")
        assert desk.entry("reason.no_number").names() == ["\u2068محمد الحسن\u2069 · No phone number"]
        desk.page.changed(Change(Kind.GUESTS, event_id))
        await desk.until_planned()
        assert len(desk.entry("reason.no_number").names()) == 1
        desk.press("reason.no_number", "names")
        assert desk.entry("reason.no_number").names() == []

    desk.run(story())


def test_fixing_numbers_opens_exactly_these_guests(desk):
    async def story():
        event_id = await prepared(desk)
        desk.press("reason.landline")
        async with desk.database.read() as conn:
            names = {each.id: each.name for each in await guests.list_guests(conn, event_id)}
        assert [names[each] for each in desk.shown_guests[0]] == ["Duarte"]

    desk.run(story())


def test_one_message_each_can_be_chosen_and_taken_back(desk):
    async def story():
        await prepared(desk)
        desk.press("reason.same_phone")
        await until(lambda: desk.figures()[:2] == ["3", "3"])
        desk.press("choice.phones")
        await until(lambda: desk.figures()[:2] == ["2", "4"])

    desk.run(story())


def test_a_changed_guest_changes_the_plan(desk):
    async def story():
        event_id = await prepared(desk)
        async with desk.database.begin() as conn:
            await guests.add_guests(conn, event_id, [GuestDraft("Filipa", "+351912345699")])
        desk.page.changed(Change(Kind.GUESTS, event_id))
        await until(lambda: desk.figures()[0] == "3")

    desk.run(story())


def test_nothing_can_be_sent_while_the_plan_is_made_and_the_window_lives(desk):
    async def story():
        event_id = await prepared(desk)
        desk.may_plan.clear()
        desk.page.changed(Change(Kind.GUESTS, event_id))
        await until(lambda: not desk.send_button.isEnabled())
        assert desk.page._review._hint.text() == "Looking at every guest…"
        desk.qtbot.keyClick(desk.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        desk.may_plan.set()
        await until(lambda: desk.send_button.isEnabled())
        await desk.until_planned()
        assert desk.dialog() is None

    desk.run(story())


def test_a_blocker_is_red_says_what_to_do_and_disables_send(desk):
    async def story():
        await prepared(
            desk, content="Hi {{guest_name}}, see you at {{nowhere}} on Saturday evening, we are glad."
        )
        first = desk.page._review.entries()[0]
        assert (first.row.key, first.row.token) == ("blocker.template_errors", "failed")
        assert "Fix them in the editor" in first.text()
        assert not desk.send_button.isEnabled()
        desk.qtbot.keyClick(desk.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert desk.dialog() is None
        desk.press("blocker.template_errors")
        assert desk.went_to == ["templates"]

    desk.run(story())


def test_an_event_that_lacks_what_the_text_needs_is_completed_from_here(desk):
    async def story():
        event_id = await prepared(desk)
        async with desk.database.begin() as conn:
            event = await events.get_event(conn, event_id)
            incomplete = EventDraft("Clara & Davi", None, "", "Europe/Lisbon", "PT")
            await events.update_event(conn, event_id, incomplete, event.updated_at)
        desk.page.changed(Change(Kind.EVENTS, event_id))
        await until(lambda: desk.page._review.entries()[0].row.key == "blocker.event_incomplete")
        await desk.until_planned()
        button = desk.window.findChild(QPushButton, "send.blocker.event_incomplete.remedy")
        assert button.text() == "Complete the event"
        button.click()
        assert desk.edited == [event_id]

    desk.run(story())


def test_nobody_left_blocks(desk):
    async def story():
        await prepared(desk, [GuestDraft("Duarte", "+351221234567")])
        assert desk.page._review.entries()[0].row.key == "blocker.nobody_left"
        assert not desk.send_button.isEnabled()

    desk.run(story())


def test_confirming_queues_once_even_on_a_double_click(desk):
    async def story():
        event_id = await prepared(desk)
        desk.send_button.click()
        desk.send_button.click()
        await until(desk.dialog)
        assert len([each for each in desk.page.findChildren(SendDialog) if each.isVisible()]) == 1
        dialog = desk.dialog()
        assert "Practice mode: nothing leaves this computer" in dialog.accessibleDescription()
        yes = dialog.findChild(QPushButton, "send.confirm.yes")
        assert yes.text() == "Send 2 practice messages"
        assert_accessible(dialog)
        yes.click()
        yes.click()
        await desk.until_watching()
        assert desk.queued == 1
        async with desk.database.read() as conn:
            (summary,) = await sends.list_sends(conn, event_id, practice=True)
        assert (summary.total, summary.queued) == (2, 2)
        assert desk.progress._done.text() == "0 of 2 sent"
        assert desk.progress.status().startswith("No computer is sending")

    desk.run(story())


def test_not_yet_queues_nothing(desk):
    async def story():
        event_id = await prepared(desk)
        await desk.confirm(yes=False)
        await until(lambda: not desk.page._is_asking)
        await desk.until_planned()
        assert desk.send_button.isEnabled()
        assert desk.queued == 0
        async with desk.database.read() as conn:
            assert await sends.list_sends(conn, event_id, practice=True) == []

    desk.run(story())


def test_by_keyboard_alone(desk):
    async def story():
        await prepared(desk)
        control = Qt.KeyboardModifier.ControlModifier
        desk.qtbot.keyClick(desk.window, Qt.Key.Key_Return, control)
        await until(desk.dialog)
        desk.qtbot.keyClick(desk.dialog(), Qt.Key.Key_Return, control)
        await desk.until_watching()
        desk.window.activateWindow()  # window managers do this by themselves
        await until(desk.window.isActiveWindow)
        desk.qtbot.keyClick(desk.window, Qt.Key.Key_P, control)
        await until(lambda: desk.page._header._title.text() == "Paused")
        desk.qtbot.keyClick(desk.window, Qt.Key.Key_R, control)
        await until(lambda: desk.page._header._title.text() == "Sending")
        desk.qtbot.keyClick(desk.window, Qt.Key.Key_Period, control)
        await until(lambda: desk.page._header._title.text() == "Stopped")

    desk.run(story())


def test_a_real_send_says_so_and_enter_does_not_send(desk, qtbot):
    async def story():
        event_id = await prepared(desk)
        made = await desk.prepare(event_id, desk.page._template_id, desk.page._options)
        dialog = SendDialog(replace(made, practice=False, key="+351912345204"), (), desk.page)
        said = dialog.accessibleDescription()
        assert "REAL: 2 guests get a WhatsApp message on the phone now, from +351 912 345 204." in said
        assert "It costs ≈ $ 0.15." in said
        assert dialog.findChild(QPushButton, "send.confirm.yes").text() == "Send 2 real messages"
        dialog.open()
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
        assert dialog.result() == SendDialog.DialogCode.Rejected
        assert not dialog.isVisible()
        dialog.deleteLater()

    desk.run(story())


def test_stop_says_exactly_what_left_and_what_never_will(desk):
    async def story():
        await prepared(desk)
        await desk.confirm()
        await desk.until_watching()
        desk.progress._stop.click()
        await until(lambda: desk.page._header._title.text() == "Stopped")
        assert desk.progress.outcome() == "Stopped. 0 messages were sent, 2 never left."
        assert not desk.progress._stop.isVisible()
        assert not desk.progress._pause.isVisible()
        assert desk.progress._counts["cancelled"]._value.text() == "2"
        desk.progress._another.click()
        await until(lambda: desk.page._cards.currentWidget() is desk.page._review)
        await until(lambda: desk.figures()[:2] == ["2", "4"])

    desk.run(story())


@pytest.mark.parametrize("undo_seconds", [40.0])
def test_a_send_can_be_undone_and_everything_is_as_it_was(desk):
    async def story():
        event_id = await prepared(desk)
        desk.press("reason.same_phone")
        await until(lambda: desk.figures()[:2] == ["3", "3"])
        await desk.until_planned()
        when = desk.page._review.when
        when.quiet.setChecked(True)
        assert desk.page._review._hint.text() == "After Send you can undo it for 40 s."
        await desk.confirm()
        await desk.until_watching()
        bar = desk.page.undo_bar
        await until(bar.isVisible)
        assert re.fullmatch(r"Sending to 3 guests begins in (40|3\d) s", bar.text)
        assert desk.page._header._title.text() == "About to send"
        assert desk.progress.status() == "Nothing has left yet: you can still undo it."
        assert_accessible(desk.page)
        bar.undo.click()
        await until(lambda: desk.page._cards.currentWidget() is desk.page._review)
        await desk.until_planned()
        assert not bar.isVisible()
        assert desk.page.messages.text == "Undone. Nothing has left, and everything is as it was before."
        assert desk.figures()[:2] == ["3", "3"]
        assert when.quiet.isChecked()
        assert desk.send_button.isEnabled()
        async with desk.database.read() as conn:
            assert await invitations.list_invitations(conn, event_id, practice=True) == []

    desk.run(story())


@pytest.mark.parametrize("undo_seconds", [40.0])
def test_the_wait_can_be_cut_short(desk):
    async def story():
        await prepared(desk)
        await desk.confirm()
        await desk.until_watching()
        await until(desk.page.undo_bar.isVisible)
        desk.page.undo_bar.begin.click()
        await until(lambda: not desk.page.undo_bar.isVisible())
        await until(lambda: desk.page._header._title.text() == "Sending")

    desk.run(story())


def test_when_it_leaves_is_queued_as_decided(desk):
    async def story():
        event_id = await prepared(desk)
        when = desk.page._review.when
        when.later.setChecked(True)
        when.start.day.setDate(QDate(2087, 6, 1))
        when.start.clock.setTime(QTime(10, 30))
        await desk.confirm()
        await desk.until_watching()
        async with desk.database.read() as conn:
            (summary,) = await sends.list_sends(conn, event_id, practice=True)
        assert summary.send.not_before == datetime(2087, 6, 1, 9, 30, tzinfo=UTC)
        assert summary.send.not_after == datetime(2087, 6, 5, 15, tzinfo=UTC)
        assert desk.progress.status() == "Begins on 1 June at 10:30 in Lisbon."

    desk.run(story())


def test_a_wrong_time_cannot_be_sent(desk):
    async def story():
        await prepared(desk)
        when = desk.page._review.when
        when.end.day.setDate(QDate(2020, 1, 1))
        assert not desk.send_button.isEnabled()
        when.ends.setChecked(False)
        assert desk.send_button.isEnabled()

    desk.run(story())


async def behind_its_time(desk):
    """Queue a send and let its last moment pass."""
    event_id = await prepared(desk)
    await desk.confirm()
    await desk.until_watching()
    send_id = desk.page._watch.send_id
    async with desk.database.begin() as conn:
        await conn.execute(
            text("UPDATE whatsapp_sends SET not_after = '2026-01-02 10:00' WHERE id = :id"), {"id": send_id}
        )
        assert await send_timing.pause_late(conn, desk.line.key) == [send_id]
    desk.page.changed(Change(Kind.SENDS, event_id))
    await until(lambda: desk.page._header._title.text() == "Paused")
    assert "2 messages have not left" in desk.progress.status()
    return send_id


def test_what_is_too_late_is_asked_about_and_left_unsent(desk):
    async def story():
        await behind_its_time(desk)
        assert not desk.progress._resume.isVisible()
        assert desk.progress._stop.text() == "Leave them unsent"
        desk.progress._stop.click()
        await until(lambda: desk.page._header._title.text() == "Stopped")
        assert desk.progress.outcome() == "Stopped. 0 messages were sent, 2 never left."

    desk.run(story())


def test_what_is_too_late_can_be_sent_after_all(desk):
    async def story():
        send_id = await behind_its_time(desk)
        desk.progress._extend.click()
        await until(lambda: [each for each in desk.page.findChildren(LateDialog) if each.isVisible()])
        dialog = desk.page.findChildren(LateDialog)[0]
        assert_accessible(dialog)
        dialog.until.day.setDate(QDate(2020, 1, 1))
        assert not dialog.go.isEnabled()
        dialog.until.day.setDate(QDate(2087, 6, 1))
        dialog.go.click()
        await until(lambda: desk.page._header._title.text() == "Sending")
        async with desk.database.read() as conn:
            assert (await sends.get_send(conn, send_id)).not_after.year == 2087

    desk.run(story())


def test_trouble_with_the_account_has_one_cause_and_a_way_out(desk):
    async def story():
        event_id = await prepared(desk)
        await desk.confirm()
        await desk.until_watching()
        async with desk.database.begin() as conn:
            await sends.pause_sender(conn, desk.line.key, "20003")
        desk.page.changed(Change(Kind.SENDS, event_id))
        await until(lambda: desk.page._header._title.text() == "Paused")
        error = errors().get("20003")
        assert desk.progress.status() == f"{error.meaning} {error.advice}"
        desk.progress._settings.click()
        assert desk.went_to == ["settings"]
        desk.progress._resume.click()
        await until(lambda: desk.page._header._title.text() == "Sending")

    desk.run(story())


def test_who_was_faster_is_told_and_nobody_gets_it_twice(desk):
    async def story():
        event_id = await prepared(desk)
        desk.page._planner.ask = lambda: None  # the news from the other desk is still on its way
        made = await desk.prepare(event_id, desk.page._template_id, desk.page._options)
        fewer = replace(made, plan=replace(made.plan, recipients=made.plan.recipients[:1]))
        await plans.queue(desk.database, fewer, planner="Rui")
        await desk.confirm()
        await desk.until_watching()
        await until(lambda: desk.page.messages.text)
        assert desk.page.messages.text == "1 of these was just queued by Rui; left out."
        assert desk.progress._done.text() == "0 of 1 sent"

    desk.run(story())


def test_when_everybody_was_queued_by_another_desk_nothing_is_sent(desk):
    async def story():
        event_id = await prepared(desk)
        made = await desk.prepare(event_id, desk.page._template_id, desk.page._options)
        await plans.queue(desk.database, made, planner="Rui")
        await desk.confirm()
        await until(lambda: desk.page.messages.text)
        await until(lambda: not desk.page._is_asking)
        await desk.until_planned()
        async with desk.database.read() as conn:
            assert len(await sends.list_sends(conn, event_id, practice=True)) == 1
        assert desk.page.messages.text.startswith("2 of these were just queued by Rui; left out.")

    desk.run(story())


def test_a_send_of_another_desk_is_announced_and_can_be_watched(desk):
    async def story():
        event_id = await prepared(desk)
        made = await desk.prepare(event_id, desk.page._template_id, desk.page._options)
        await plans.queue(desk.database, made, planner="Rui", timing=Timing(undo_seconds=30))
        desk.page.changed(Change(Kind.SENDS, event_id))
        await until(lambda: desk.page.messages.text == "Rui is sending “Invitation” to 2 guests.")
        assert desk.page.undo_bar.isVisible()
        assert desk.page._cards.currentWidget() is desk.page._review
        desk.page.messages._action.click()
        await desk.until_watching()
        assert not desk.page.messages.isVisible()
        await desk.until_planned()
        assert desk.page._cards.currentWidget() is desk.page._progress

    desk.run(story())


def test_a_send_that_runs_is_found_again(desk):
    async def story():
        event_id = await prepared(desk)
        await desk.confirm()
        await desk.until_watching()
        desk.page._watch.forget()
        await desk.page.open(None)
        assert desk.page._stack.currentWidget() is desk.page._empty
        await desk.page.open(event_id)
        await desk.until_watching()
        assert desk.progress._done.text() == "0 of 2 sent"
        desk.progress._messages.click()
        assert desk.went_to == ["messages"]

    desk.run(story())


def test_live_from_queued_to_read(desk):
    async def story():
        event_id = await prepared(desk)
        table = load_table((data_dir("resources") / "twilio_errors.toml").read_text(encoding="utf-8"))
        working = Sending(desk.database, desk.line, desk="Maria on MARIA-PC", table=table, request_seconds=3)
        feed = Feed(desk.database.url)
        feed.subscribe(working.changed)
        feed.subscribe(desk.page.changed)
        tasks = [asyncio.create_task(feed.run()), asyncio.create_task(working.run())]
        try:
            await desk.confirm()
            await desk.until_watching()
            await until(lambda: desk.progress._done.text() == "2 of 2 sent")
            await until(lambda: desk.page._header._title.text() == "Sent")
            await until(lambda: desk.progress._counts["read"]._value.text() == "2")
            assert desk.progress._bar.accessibleDescription() == "2 read, of 2"
        finally:
            working.stop()
            await tasks[1]
            tasks[0].cancel()
            with suppress(asyncio.CancelledError):
                await tasks[0]
        desk.progress._another.click()
        await until(lambda: any("were invited already" in text for text in desk.texts()))
        assert not desk.send_button.isEnabled()
        desk.press("reason.already_invited")
        await until(lambda: desk.figures()[0] == "2")
        assert "2 guests get this message again · you chose to include them" in desk.texts()
        desk.press("choice.invited")
        await until(lambda: desk.figures()[0] == "0")
        async with desk.database.read() as conn:
            assert len(await invitations.list_invitations(conn, event_id, practice=True)) == 2

    desk.run(story())


def test_a_second_send_says_who_and_when_and_wants_a_tick_of_its_own(desk):
    async def story():
        event_id = await prepared(desk)
        made = await desk.prepare(event_id, desk.page._template_id, desk.page._options)
        await desk.queue(made)
        async with desk.database.begin() as conn:
            row = (await sends.list_sends(conn, event_id, practice=True))[0]
            for each in await invitations.list_of_send(conn, row.send.id):
                await conn.execute(
                    text(
                        "UPDATE whatsapp_invitations SET engine_state = 'accepted', sent_at = '2026-05-03 10:00'"
                        " WHERE id = :id"
                    ),
                    {"id": each.id},
                )
        desk.page.changed(Change(Kind.INVITATIONS, event_id))
        await until(lambda: desk.figures()[0] == "0")
        await desk.until_planned()
        assert any("on 3 May by Maria on MARIA-PC" in line for line in desk.texts())
        desk.press("reason.already_invited")
        await until(lambda: desk.figures()[0] == "2")
        await desk.until_planned()
        desk.send_button.click()
        await until(desk.dialog)
        dialog = desk.dialog()
        said = dialog.accessibleDescription()
        assert "Maria on MARIA-PC sent this template to 2 of these guests on 3 May." in said
        yes = dialog.findChild(QPushButton, "send.confirm.yes")
        tick = dialog.findChild(QCheckBox, "send.confirm.again")
        assert not tick.isChecked()
        assert not yes.isEnabled()
        assert tick.hasFocus()
        assert_accessible(dialog)
        tick.toggle()
        assert yes.isEnabled()
        yes.click()
        await desk.until_watching()
        assert desk.queued == 2

    desk.run(story())


async def second_desk(desk, **settings):
    """Open the page of another desk on the same database and event."""
    other = Desk(desk.qtbot, Database(desk.database.url, planner="test"), desk.line, desk.run, **settings)
    desk.qtbot.addWidget(other.window)
    await other.open(desk.page._event_id)
    return other


async def close(desk):
    await desk.tasks.close()
    await desk.database.dispose()
    desk.reports.check()


def test_two_desks_that_invite_again_at_one_moment_are_both_asked_and_nobody_gets_it_twice(desk):
    async def story():
        event_id = await prepared(desk)
        await desk.queue(await desk.prepare(event_id, desk.page._template_id, desk.page._options))
        async with desk.database.begin() as conn:
            await conn.execute(
                text(
                    "UPDATE whatsapp_invitations SET engine_state = 'accepted', sent_at = '2026-05-03 10:00'"
                )
            )
            await conn.execute(text("UPDATE whatsapp_sends SET state = 'finished'"))
        other = await second_desk(desk, planner="Rui", host="RUI-PC")
        both = (desk, other)
        for each in both:
            each.page.changed(Change(Kind.INVITATIONS, event_id))
            await until(lambda each=each: each.figures()[0] == "0")
            await each.until_planned()
            each.press("reason.already_invited")
            await until(lambda each=each: each.figures()[0] == "2")
            await each.until_planned()
            each.send_button.click()
            await until(each.dialog)
            said = each.dialog().accessibleDescription()
            assert "Maria on MARIA-PC sent this template to 2 of these guests on 3 May." in said
            each.dialog().findChild(QCheckBox, "send.confirm.again").toggle()
        for each in both:
            each.dialog().findChild(QPushButton, "send.confirm.yes").click()
        await until(lambda: (desk.queued, other.queued) == (2, 1))
        await until(lambda: not any(each.page._is_asking for each in both))
        first, second = both if desk.page._watch.send_id else (other, desk)
        await first.until_watching()
        faster = first.settings.desk
        await until(
            lambda: second.page.messages.text.startswith(
                f"2 of these were just queued by {faster}; left out."
            )
        )
        async with desk.database.read() as conn:
            assert len(await sends.list_sends(conn, event_id, practice=True)) == 2
            assert len(await invitations.list_invitations(conn, event_id, practice=True)) == 4
        await close(other)

    desk.run(story())


def test_whose_computer_must_be_on_is_said_and_who_sends_is_named_live(desk):
    account, elsewhere = "AC" + "0" * 24 + "1a2b3c4d", "AC" + "0" * 24 + "9f9f9f9f"
    number = "+351912345678"

    async def hand_over(key):
        async with desk.database.begin() as conn:
            await conn.execute(
                text("UPDATE whatsapp_sends SET practice = false, sender = :key"), {"key": key}
            )

    async def story():
        event_id = await prepared(desk)
        await desk.queue(await desk.prepare(event_id, desk.page._template_id, desk.page._options))
        await hand_over(line_key(number, elsewhere))
        real = await second_desk(desk, account_sid=account, sender=number)
        await real.until_watching()
        status = real.progress.status
        await until(lambda: status() == "Waiting for a computer that is signed in to account …9f9f")
        assert "signed in to the same Twilio account" in real.progress.outcome()
        async with SenderLock(desk.database, line_key(number, elsewhere), "Rui on RUI-PC"):
            real.page.changed(Change(Kind.SENDS, event_id))
            await until(lambda: status() == "Rui’s computer is sending")
        await hand_over(line_key("+351912345679", account))
        real.page.changed(Change(Kind.SENDS, event_id))
        await until(lambda: status() == "No computer is sending; the next one takes over in a few seconds")
        await close(real)

    desk.run(story())


def test_a_practice_send_goes_on_nowhere_else_and_says_so(desk):
    async def story():
        await prepared(desk)
        await desk.confirm()
        await desk.until_watching()
        await until(desk.progress.outcome)
        assert desk.progress.outcome().endswith("goes on when it is opened again on this computer.")
        other = await second_desk(desk, installation="99999999")
        await other.until_watching()
        await until(
            lambda: (
                other.progress.status()
                == "Waiting for the computer on which they were planned: practice messages leave from no other"
            )
        )
        await close(other)

    desk.run(story())


def test_choosing_another_template_plans_anew(desk):
    async def story():
        event_id = await prepared(desk)
        await make_template(
            desk.database, "reminder", "Dear {{guest_name}}, do not forget our party in June, please."
        )
        desk.page.changed(Change(Kind.TEMPLATES))
        await until(lambda: desk.page._picker.count() == 2)
        desk.page._picker.setCurrentIndex(1)
        desk.page._picker.activated.emit(1)
        await until(lambda: desk.page._stepper.preview.message.startswith("Dear Ana Sousa"))
        assert desk.page._header._facts.text().startswith("Reminder")
        assert event_id == desk.page._event_id

    desk.run(story())


def test_empty_pages_say_what_to_do(desk):
    async def story():
        async def shown():
            desk.window.findChild(QPushButton, "send.next").click()
            return desk.page._empty._title.text(), desk.went_to[-1]

        await desk.open(None)
        assert await shown() == ("No event chosen", "events")
        empty_event = await make_event(desk.database, [])
        await desk.open(empty_event)
        assert await shown() == ("No guests yet", "guests")
        async with desk.database.begin() as conn:
            for each in await templates.list_templates(conn):
                await templates.delete_template(conn, each.id)
        await desk.open(empty_event)
        assert await shown() == ("No template yet", "templates")

    desk.run(story())


def test_trouble_while_planning_is_reported_and_the_next_change_tries_again(desk):
    async def story():
        event_id = await prepared(desk)
        async with desk.database.begin() as conn:
            await events.delete_event(conn, event_id)
        desk.page.changed(Change(Kind.EVENTS, event_id))
        await until(lambda: desk.reports.codes == ["event_unknown"])
        desk.reports.errors.clear()
        assert not desk.send_button.isEnabled()

    desk.run(story())


@pytest.mark.parametrize("width", [748, 1068, 1708])
def test_accessible(desk, width):
    async def story():
        await prepared(desk)
        desk.window.resize(width + 22, 596)
        await until(lambda: desk.page.width() == width)
        desk.press("reason.no_number", "names")
        assert_accessible(desk.page)
        await desk.confirm()
        await desk.until_watching()
        assert_accessible(desk.page)

    desk.run(story())


def test_the_rate_is_measured_over_the_last_seconds():
    pace = Pace()
    assert pace.rate() is None
    pace.note(100.0, 0)
    pace.note(100.2, 20)
    assert pace.rate() is None
    pace.note(101.0, 80)
    assert pace.rate() == pytest.approx(80)
    for second in range(2, 30):
        pace.note(100.0 + second, 80 + 10 * second)
    assert pace.rate() == pytest.approx(10)
    for second in range(30, 50):
        pace.note(100.0 + second, 370)
    assert pace.rate() is None


def test_the_template_written_last_is_offered_first(desk):
    async def story():
        await make_template(desk.database, "a_first_by_name")
        event_id = await make_event(desk.database, GUESTS)
        await make_template(desk.database, "z_written_last")
        await desk.open(event_id)
        await desk.until_planned()
        assert desk.page._picker.currentText() == "Z written last"

    desk.run(story())


def test_languages_that_are_missing_make_one_row() -> None:
    notices = [
        Notice(
            NoticeCode.LANGUAGE_MISSING, {"language": "French", "code": "fr", "shown": "English", "guests": 2}
        ),
        Notice(
            NoticeCode.LANGUAGE_MISSING,
            {"language": "German", "code": "de", "shown": "English", "guests": 12},
        ),
        Notice(
            NoticeCode.LANGUAGE_ERRORS, {"language": "Greek", "code": "el", "shown": "English", "guests": 1}
        ),
    ]
    first, second = _language_rows(notices)
    assert (first.text[:9], first.detail) == ("14 guests", "German 12, French 2")
    assert second.text.startswith("1 guest speaks Greek")
    assert len({first.key, second.key}) == 2


def test_a_plan_that_is_ready_too_late_is_not_shown_nor_sent(desk):
    async def story():
        await prepared(desk)
        other = await make_template(
            desk.database, "reminder", "Dear {{guest_name}}, do not forget our party."
        )
        page = desk.page
        page.changed(Change(Kind.ALL))
        await desk.until_planned()
        await until(lambda: page._picker.findText("Reminder") >= 0)
        assert page._prepared.template.id != other.id
        shown = []
        page._review.show_plan = lambda prepared, *rest, show=page._review.show_plan: (
            shown.append(prepared.template.id),
            show(prepared, *rest),
        )
        desk.may_plan.clear()
        page.changed(Change(Kind.ALL))
        await until(lambda: not page._planner._wanted and not desk.send_button.isEnabled())
        page._picker.setCurrentIndex(page._picker.findText("Reminder"))
        page._picker.activated.emit(page._picker.currentIndex())
        desk.may_plan.set()
        await desk.until_planned()
        assert shown == [other.id]
        assert page._prepared.template.id == other.id

    desk.run(story())


def test_what_was_planned_before_another_choice_cannot_be_sent(desk):
    async def story():
        await prepared(desk)
        assert desk.send_button.isEnabled()
        desk.page._plan_with(replace(desk.page._options, one_per_phone=True))
        assert not desk.send_button.isEnabled()
        desk.page._start_sending()
        await desk.until_planned()
        assert desk.dialog() is None
        assert desk.send_button.isEnabled()

    desk.run(story())
