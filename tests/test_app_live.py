"""Two desks on one database: what one changes the other's window shows, and leaves the planner where she is."""

from dataclasses import replace

import psycopg
import pytest
from PySide6.QtCore import Qt

from tests import test_app
from tests.gui.guest_data import by_name, invite
from tests.test_app import desk, make_party, mobiles
from waapp import config
from waapp.db import feed, migrate
from waapp.db.engine import Database

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.timeout(300)]

GUESTS = 150

server = test_app.server
_dressed = test_app._dressed


class FeedWithABadListener(feed.Feed):
    """A feed with a listener that always fails, heard before all others."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.failed = 0
        self.subscribe(self._fail)

    def _fail(self, change):
        FeedWithABadListener.told += 1
        raise ZeroDivisionError(change)

    told = 0


async def elsewhere(url, statement, *values):
    """Do something on another desk: over a connection of its own, without a word to this program."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as other:
        assert (await other.execute(statement, values)).rowcount == 1


class Place:
    """Where the planner is in a table: what is selected, and which rows are in view."""

    def __init__(self, view):
        self.view = view

    def now(self):
        return list(self.view.selected_ids()), self.view.verticalScrollBar().value()


async def follows(at, url, view, *, change, shown):
    """Change something elsewhere, and see it come without the planner being moved."""
    place = Place(view)
    before = place.now()
    assert before[0]
    assert before[1] > 0
    await elsewhere(url, *change)
    await at.until(shown)
    assert place.now() == before


async def on_guests(at, url, event_id, turn):
    at.control(Qt.Key.Key_2)
    page = at.page("guests")
    await at.until(lambda: page.guests.model.total == GUESTS)
    view, model = page.guests.view, page.guests.model
    if not view.selected_ids():
        view.go_to(model.id_at(100))
        view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    name = f"Guest 120 of turn {turn}"
    old = next(row for row in (model.row_at(place) for place in range(len(model))) if "120" in row.name)
    change = ("UPDATE guests SET name = %s WHERE id = %s", name, old.id)
    await follows(at, url, view, change=change, shown=lambda: model.row(old.id).name == name)


async def on_messages(at, url, turn):
    at.control(Qt.Key.Key_5)
    page = at.page("messages")
    await at.until(lambda: page.model.total == GUESTS)
    page.chips.choose("all")
    await at.until(lambda: len(page.model) == GUESTS)
    if not page.view.selected_ids():
        page.view.go_to(page.model.id_at(90))
        await at.until(lambda: page.view.selected_ids())
        page.view.verticalScrollBar().setValue(page.view.verticalScrollBar().maximum() // 2)
    some = page.model.id_at(10 + turn)
    arrived = "twilio_status = 'delivered', delivered_at = now() AT TIME ZONE 'UTC'"
    change = (f"UPDATE whatsapp_invitations SET {arrived} WHERE id = %s", some)
    await follows(
        at, url, page.view, change=change, shown=lambda: page.model.row(some).twilio_status == "delivered"
    )


def test_what_another_desk_changes_shows_and_moves_neither_selection_nor_scroll(
    window_run,
    server,
    monkeypatch,
) -> None:
    monkeypatch.setattr("waapp.app.Feed", FeedWithABadListener)
    FeedWithABadListener.told = 0

    async def scenario():
        url = await server.start()
        await migrate.upgrade(url)
        event_id = await make_party(url, mobiles(GUESTS))
        database = Database(url, planner="Rui")
        everybody = sorted(await by_name(database, event_id))
        await invite(database, event_id, [(name, "sent") for name in everybody])
        await database.dispose()
        async with desk(replace(config.load(), database_url=url, database_from_environment=True)) as at:
            await at.until(lambda: at.window.event_id == event_id)
            await on_guests(at, url, event_id, 1)
            await on_messages(at, url, 1)
            await server.stop()
            await at.until(lambda: "not connected" in at.window.status._database.text())
            assert await server.start() == url
            await at.until(lambda: "not connected" not in at.window.status._database.text())
            await on_messages(at, url, 2)
            await on_guests(at, url, event_id, 2)
            assert FeedWithABadListener.told

    window_run(scenario())
