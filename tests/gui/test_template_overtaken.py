"""What is read late must not take back what is known by then: saves, events opened, colleagues' changes."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.gui.pages import INVITATION, make_event, make_template, until
from tests.gui.test_templates_page import GUESTS, Desk, prepared
from waapp.core.guests import GuestDraft
from waapp.db import guests
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class LateDatabase(Database):
    """A database whose answers to readings can be held up on their way, as by a slow network."""

    def hold(self):
        self.arrived, self.release = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def read(self, *, within=None):
        release = self.__dict__.get("release")
        async with super().read(within=within) as conn:
            yield conn
        if release is not None and not release.is_set():
            self.arrived.set()
            await release.wait()


@pytest.fixture
def late(qtbot, database_url, window_run):
    database = LateDatabase(database_url, planner="test")
    made = Desk(qtbot, database, window_run)
    qtbot.addWidget(made.window)
    yield made

    async def end():
        await made.tasks.close()
        await database.dispose()

    window_run(end())
    made.reports.check()


async def settled(desk):
    """Wait until the page has caught up with everything it was told."""
    await until(lambda: not desk.page._template_reader._running and not desk.page._guest_reader._running)


def test_a_reading_that_a_save_overtakes_leaves_the_new_template_shown(late):
    async def story():
        await prepared(late)
        await late.begin()
        late.page._desk._form._title.setText("Our day")
        late.page._desk._form._title.textEdited.emit("Our day")
        late.database.hold()
        late.page.changed(Change(Kind.TEMPLATES))
        await late.database.arrived.wait()
        late.page.save()
        await until(lambda: not late.page._sheets.get(late.page._key).is_unsaved)
        late.database.release.set()
        await settled(late)
        assert late.page._header._title.text() == "Our day"
        assert late.page._sheets.get(late.page._key).draft.display_name == "Our day"

    late.run(story())


def test_a_reading_that_a_save_overtakes_leaves_the_new_text_and_no_conflict(late):
    async def story():
        await prepared(late)
        late.type(" Mine.")
        late.database.hold()
        late.page.changed(Change(Kind.TEMPLATES))
        await late.database.arrived.wait()
        late.page.save()
        await until(lambda: not late.page._sheets.get(late.page._key).is_unsaved)
        late.type(" More.")
        late.database.release.set()
        await settled(late)
        assert late.editor.text() == INVITATION + " Mine. More."
        assert not late.page._conflict.isVisible()
        late.page.save()
        await until(lambda: not late.page._sheets.get(late.page._key).is_unsaved)
        assert (await late.stored())["invitation"].content == INVITATION + " Mine. More."

    late.run(story())


def test_an_older_reading_does_not_come_after_a_newer_one(late):
    async def story():
        await prepared(late)
        late.database.hold()
        late.page.changed(Change(Kind.TEMPLATES))
        await late.database.arrived.wait()
        other = await make_template(late.database, "reminder", "Dear {{guest_name}}, the party is near.")
        release, late.database.release = late.database.release, None
        # Another reading of the same page, as after a template was taken in from Twilio.
        second = asyncio.ensure_future(late.page._reload_templates())
        await until(lambda: second.done() or late.page._reading._waiters)
        release.set()
        await second
        await settled(late)
        assert late.page._sheets.get(other.id) is not None

    late.run(story())


def test_guests_that_come_late_are_not_taken_for_those_of_the_next_event(late):
    async def story():
        await prepared(late)
        other = await make_event(late.database, [GuestDraft("Zoe Ng", "+351912345699")])
        late.database.hold()
        late.page.changed(Change(Kind.GUESTS))
        await late.database.arrived.wait()
        release, late.database.release = late.database.release, None
        await late.page.open(other)
        release.set()
        await settled(late)
        assert late.page._event.id == other
        assert [each.name for each in late.page._guests] == ["Zoe Ng"]

    late.run(story())


def test_what_changes_while_an_event_opens_is_read_again(late):
    async def story():
        event_id, _ = await prepared(late)
        await late.page.open(None)
        late.database.hold()
        late.tasks.start(late.page.open(event_id))
        await late.database.arrived.wait()
        templates_read = late.database.release
        late.database.hold()
        templates_read.set()
        await late.database.arrived.wait()
        async with late.database.begin() as conn:
            first = next(iter(await guests.guest_ids(conn, event_id)))
            await guests.delete_guests(conn, [first])
        late.page.changed(Change(Kind.GUESTS, event_id))
        late.database.release.set()
        await until(lambda: len(late.page._guests) == len(GUESTS) - 1)

    late.run(story())
