"""The program as a whole: the real window over a real database, mostly by keyboard."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QWidget

from tests.fixtures_practice import PASSWORD
from tests.gui.pages import INVITATION, make_template, until
from waapp import config, paths
from waapp.app import Program
from waapp.core.events import EventDraft
from waapp.core.guests import GuestDraft
from waapp.core.status import Shown
from waapp.core.template import compile_template
from waapp.db import embedded, events, guests, migrate, template_versions
from waapp.db.engine import Database
from waapp.gui import style
from waapp.gui.crash_dialog import CrashDialog
from waapp.gui.message_facts import invitation_shown
from waapp.opening import open_database
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PRACTICE_ACCOUNT

# What Qt's offscreen platform says of every window, menu and dialog.
pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.timeout(300)]

_COUNT = "SELECT count(*) FROM whatsapp_invitations WHERE engine_state"
QUEUED = f"{_COUNT} = 'queued'"
CLAIMED = f"{_COUNT} = 'sending'"
OPEN = f"{_COUNT} IN ('sending', 'unknown')"
ACCEPTED = f"{_COUNT} = 'accepted'"

LONG = 60
"""Seconds that the slowest step may take on a loaded machine; the tests wait for what is shown, not for time."""


class Desk:
    """One window of the program, as a person at the keyboard has it."""

    def __init__(self, program):
        self.program = program
        self.window = program.window

    async def until(self, condition, seconds=LONG):
        await until(condition, seconds)
        assert self.window.findChild(CrashDialog) is None

    async def opened(self):
        await self.until(lambda: self.window.current_page() == "events")

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier, widget=None):
        self.window.activateWindow()
        QTest.keyClick(widget or self.window.focusWidget() or self.window, key, modifier)

    def control(self, key, widget=None):
        self.press(key, Qt.KeyboardModifier.ControlModifier, widget)

    async def tab_to(self, object_name):
        """Go to a widget by Tab alone."""
        for _ in range(40):
            focused = QApplication.focusWidget()
            if focused is not None and focused.objectName() == object_name:
                return
            self.press(Qt.Key.Key_Tab, widget=focused)
            await asyncio.sleep(0)
        pytest.fail(f"Tab does not reach {object_name}")

    def find(self, kind, object_name):
        """The widget of this name that can be seen; pages of an earlier session may still be on their way out."""
        return next((each for each in self.window.findChildren(kind, object_name) if each.isVisible()), None)

    def text(self, object_name):
        shown = self.find(QLabel, object_name)
        return "" if shown is None else shown.text()

    def page(self, key):
        return self.window._stack._pages[key]

    async def with_sample(self):
        await self.opened()
        self.window.findChild(QPushButton, "welcome_sample").click()
        await self.until(lambda: self.window.event_id is not None)


@asynccontextmanager
async def desk(settings=None):
    """Run the program until the block ends, then close it as a person does."""
    program = Program(settings or config.load())
    running = asyncio.ensure_future(program.run())
    try:
        yield Desk(program)
    finally:
        program.window.close()
        async with asyncio.timeout(LONG):
            await running
        assert program.window.isHidden()
        program.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def _dressed(qapp):
    style.apply(qapp)


@pytest.fixture
def server(tmp_path, run):
    """A shared database server of this test's own, that it may stop and start."""

    class Shared:
        def __init__(self):
            self.running = None

        async def start(self):
            self.running = await embedded.start(tmp_path / "shared", {"fsync": "off"})
            return self.running.url

        async def stop(self):
            if self.running is not None:
                await self.running.stop()
                self.running = None

    made = Shared()
    yield made
    run(made.stop())


APPROVED_AT_ONCE = {"approvals": {"aaa_invitation": [[0, "approved"]]}}


async def make_party(url, numbers, twilio=None):
    """Store an event with guests, and a template; approved if there is a Twilio that knows it."""
    database = Database(url, planner="test")
    async with database.begin() as conn:
        event = await events.create_event(
            conn,
            EventDraft(
                "Clara & Davi",
                datetime(2087, 6, 5, 15, tzinfo=UTC),
                "Porto",
                "Europe/Lisbon",
                "PT",
                "https://rsvp.example/{rsvp_token}",
            ),
        )
        await guests.add_guests(
            conn, event.id, [GuestDraft(f"Guest {index:03}", number) for index, number in enumerate(numbers)]
        )
    template = await make_template(database, "aaa_invitation", INVITATION)
    if twilio is not None:
        text = compile_template(INVITATION)
        async with TwilioClient(
            PRACTICE_ACCOUNT, PRACTICE_ACCOUNT, PASSWORD, base_url=twilio.base_url, timeout=10
        ) as client:
            sid = await client.create_content(
                name="aaa_invitation", language="en", types={"twilio/text": {"body": text.body}}, variables={}
            )
            await client.request_approval(sid, name="aaa_invitation", category="MARKETING")
            # The program looks for itself: what is noted here must be what Twilio says.
            assert (await client.approval(sid)).status == "approved"
        async with database.begin() as conn:
            await template_versions.set_approval(
                conn, template.version_id, content_sid=sid, status="approved"
            )
    await database.dispose()
    return event.id


def mobiles(count):
    """Portuguese mobile numbers that practice mode delivers to."""
    return [f"+3519125{index:03}10" for index in range(count)]


def one(url, query):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


def database_files():
    return paths.user_data_dir() / "database"


def test_the_main_job_by_keyboard_from_first_start_to_read(window_run):
    async def scenario():
        async with desk() as at:
            await at.opened()
            await at.tab_to("welcome_sample")
            at.press(Qt.Key.Key_Space, widget=QApplication.focusWidget())
            await at.until(lambda: at.window.event_id is not None)
            at.control(Qt.Key.Key_2)
            await at.until(lambda: at.page("guests").guests.model.total > 100)
            at.control(Qt.Key.Key_3)
            preview = at.page("templates")._stepper.preview
            await at.until(lambda: "Clara & Davi" in preview.message)
            at.control(Qt.Key.Key_4)
            send = at.page("send")
            await at.until(
                lambda: send._review.send_button.isVisible() and send._review.send_button.isEnabled()
            )
            at.control(Qt.Key.Key_Return)
            await at.until(lambda: at.find(QPushButton, "send.confirm.yes"))
            at.press(Qt.Key.Key_Return, widget=at.find(QPushButton, "send.confirm.yes"))
            await at.until(lambda: at.text("send.progress.done"))
            at.control(Qt.Key.Key_5)
            messages = at.page("messages")
            await at.until(
                lambda: any(invitation_shown(row) is Shown.READ for row in messages.model.all_rows()), 60
            )
            assert at.window.messages.text == ""
            count = at.window.navigation._items["templates"].accessibleDescription
            await at.until(lambda: count() == "2")

    window_run(scenario())
    assert not (database_files() / "data" / "postmaster.pid").exists()
    assert list((database_files() / "users").iterdir()) == []


def test_a_database_that_does_not_answer_can_be_given_up_and_changed(window_run):
    async def scenario():
        came = asyncio.Event()

        async def stay_silent(reader, writer):
            came.set()
            with suppress(ConnectionError):
                await reader.read()
            writer.close()

        silent = await asyncio.start_server(stay_silent, "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        settings = replace(config.load(), database_url=f"postgresql://maria@127.0.0.1:{port}/events")
        async with desk(settings) as at:
            await asyncio.wait_for(came.wait(), LONG)
            assert at.text("opening_title") == "Opening your database…"
            assert at.find(QWidget, "opening_progress") is not None
            assert at.text("opening_text") == "Connecting to the shared database…"
            at.press(Qt.Key.Key_Escape)
            await at.until(lambda: at.find(QPushButton, "opening_settings"))
            assert "cancelled" in at.text("opening_text")
            await at.tab_to("opening_settings")
            at.press(Qt.Key.Key_Space, widget=QApplication.focusWidget())
            await at.until(lambda: at.window.current_page() == "settings")
            private = at.page("settings").database.private
            private.setFocus()
            at.press(Qt.Key.Key_Space, widget=private)
            assert private.isChecked()
            at.control(Qt.Key.Key_S)
            await at.until(lambda: at.window.status._database.text() == "Private database")
            at.control(Qt.Key.Key_1)
            await at.opened()
        silent.close()
        await silent.wait_closed()
        assert config.load().database_url is None

    window_run(scenario())


def test_the_window_closes_at_once_while_a_database_does_not_answer(window_run):
    async def scenario():
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            settings = replace(config.load(), database_url=f"postgresql://maria@127.0.0.1:{port}/events")
            async with desk(settings) as at:
                await at.until(lambda: at.text("opening_text"))

    window_run(scenario())


def test_without_the_accounts_secret_everything_but_sending_is_there(window_run):
    async def scenario():
        settings = replace(config.load(), account_sid="AC" + "0" * 32, sender="+351912345678")
        async with desk(settings) as at:
            await at.opened()
            assert "not on this computer" in at.window.messages.text
            assert at.window.status._sender.text() == "No sender chosen"
            await at.with_sample()
            at.control(Qt.Key.Key_2)
            await at.until(lambda: at.page("guests").guests.model.total > 100)

    window_run(scenario())


def test_other_settings_begin_a_new_session_with_the_same_event(window_run):
    async def scenario():
        async with desk() as at:
            await at.with_sample()
            event_id, earlier = at.window.event_id, at.page("guests")
            at.control(Qt.Key.Key_6)
            settings = at.page("settings")
            await at.until(lambda: settings.isVisible())
            settings.sending.planner.selectAll()
            QTest.keyClicks(settings.sending.planner, "Joana")
            at.control(Qt.Key.Key_S)
            await at.until(lambda: at.page("guests") is not earlier and at.window._stack.ready)
            assert at.window.event_id == event_id
            at.control(Qt.Key.Key_2)
            await at.until(lambda: at.page("guests").guests.model.total > 100)
            assert config.load().planner == "Joana"

    window_run(scenario())


def test_a_database_that_goes_and_comes_back_loses_nothing_typed(window_run, server):
    async def scenario():
        url = await server.start()
        await migrate.upgrade(url)
        event_id = await make_party(url, mobiles(3))
        async with desk(replace(config.load(), database_url=url, database_from_environment=True)) as at:
            await at.until(lambda: at.window.event_id == event_id)
            at.control(Qt.Key.Key_2)
            page = at.page("guests")
            await at.until(lambda: page.guests.model.total == 3)
            page.show_guest(page.guests.model.id_at(0))
            await at.until(lambda: page.panel.guest is not None)
            page.panel.form.contact.open()
            await at.until(lambda: at.find(QPlainTextEdit, "guest_notes"))
            notes = at.find(QPlainTextEdit, "guest_notes")
            notes.setFocus()
            QTest.keyClicks(notes, "Comes with her mother")
            await server.stop()
            await at.until(lambda: "not connected" in at.window.status._database.text())
            assert at.window.messages.text
            at.control(Qt.Key.Key_S, notes)
            await at.until(lambda: page.panel.save_button.isEnabled())
            assert notes.toPlainText() == "Comes with her mother"
            assert await server.start() == url
            await at.until(lambda: "not connected" not in at.window.status._database.text())
            await at.until(lambda: at.window.messages.text == "")
            assert notes.toPlainText() == "Comes with her mother"
            at.control(Qt.Key.Key_S, notes)
            await at.until(lambda: "was saved" in page.messages.text)
            assert one(url, "SELECT count(*) FROM guests WHERE notes = 'Comes with her mother'") == 1
            await at.until(lambda: "is sending" in at.window.status._sender.text())

    window_run(scenario())


def real_account(url, twilio, **changes):
    return replace(
        config.load(),
        database_url=url,
        database_from_environment=True,
        account_sid=PRACTICE_ACCOUNT,
        secret=PASSWORD,
        sender="+351912345678",
        base_url=twilio.base_url,
        **changes,
    )


async def start_sending(at):
    """Send what can be sent, for real."""
    at.control(Qt.Key.Key_4)
    send = at.page("send")
    await at.until(lambda: send._review.send_button.isVisible() and send._review.send_button.isEnabled())
    at.control(Qt.Key.Key_Return)
    await at.until(lambda: at.find(QPushButton, "send.confirm.yes"))
    at.control(Qt.Key.Key_Return, at.find(QPushButton, "send.confirm.yes"))


def test_closing_finishes_what_is_under_way_and_says_so(window_run, server, start_practice):
    twilio = start_practice(faults=[{"kind": "latency", "seconds": 2.0}], script=APPROVED_AT_ONCE)

    async def scenario():
        url = await server.start()
        await migrate.upgrade(url)
        event_id = await make_party(url, mobiles(60), twilio)
        async with desk(real_account(url, twilio, rate=20.0, http_timeout=10.0)) as at:
            await at.until(lambda: at.window.event_id == event_id)
            await start_sending(at)
            await at.until(lambda: one(url, CLAIMED) and twilio.accepted())
            at.window.close()
            await at.until(lambda: at.text("opening_title").startswith("Finishing"))
            said = at.text("opening_title")
            assert any(character.isdigit() for character in said)
            at.window.close()
            assert at.window.isVisible()
        left = one(url, QUEUED)
        assert left > 0
        assert one(url, OPEN) == 0
        accepted = one(url, ACCEPTED)
        assert accepted == len(twilio.accepted())
        assert accepted + left == 60

    window_run(scenario())


def test_asked_to_terminate_the_program_ends_in_order(tmp_path):
    environ = {**os.environ, "WAAPP_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        [sys.executable, "-m", "waapp"], env=environ, stderr=subprocess.PIPE, text=True
    ) as program:
        running = tmp_path.glob("**/postmaster.pid")
        end = time.monotonic() + LONG
        while next(running, None) is None and time.monotonic() < end:
            time.sleep(0.05)
            running = tmp_path.glob("**/postmaster.pid")
        program.terminate()
        _, complaints = program.communicate(timeout=LONG)
    assert program.returncode == 0, complaints
    assert list(tmp_path.glob("**/postmaster.pid")) == []


def test_a_wrong_secret_pauses_the_send_says_so_and_loses_nothing(window_run, server, start_practice):
    twilio = start_practice(script=APPROVED_AT_ONCE)

    async def scenario():
        url = await server.start()
        await migrate.upgrade(url)
        event_id = await make_party(url, mobiles(10), twilio)
        async with desk(replace(real_account(url, twilio), secret="wrong")) as at:
            await at.until(lambda: at.window.event_id == event_id)
            await start_sending(at)
            await at.until(lambda: at.text("page_title") == "Paused")
            assert one(url, "SELECT pause_code FROM whatsapp_sends")
            assert one(url, QUEUED) == 10

    window_run(scenario())
    assert twilio.accepted() == []


def test_two_windows_of_one_person_share_the_database(window_run):
    async def scenario():
        async with desk() as second:
            async with desk() as first:
                await first.opened()
                await second.opened()
                await first.with_sample()
                await second.until(lambda: second.window._events)
                assert len(second.window._events) == 1
            async with open_database(config.load()) as opened, opened.database.begin() as conn:
                everyone = await guests.list_guests(conn, second.window._events[0].event.id)
                await guests.delete_guests(conn, [guest.id for guest in everyone[1:]])
            await second.until(lambda: second.window._events[0].guests == 1)
            await second.until(lambda: "this computer is sending" in second.window.status._sender.text())
        assert not (database_files() / "data" / "postmaster.pid").exists()

    window_run(scenario())
