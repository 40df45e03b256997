"""What is read late of messages must not take back what is known or was chosen by then."""

import pytest
from PySide6.QtCore import Qt

from tests.gui.guest_data import errors, invite
from tests.gui.pages import SETTINGS, until
from tests.gui.test_messages_page import Desk
from tests.gui.test_template_overtaken import LateDatabase
from waapp.core.invitations import SendState
from waapp.db import sends
from waapp.gui.send_progress import SendProgress
from waapp.gui.send_watch import SendWatch
from waapp.gui.undo_bar import UndoBar


@pytest.fixture
def late(qtbot, database_url, window_run):
    made = Desk(qtbot, LateDatabase(database_url, planner="test"), window_run)
    qtbot.addWidget(made.window)
    yield made

    async def end():
        await until(lambda: not made.tasks._running)
        await made.tasks.close()
        await made.database.dispose()

    window_run(end())
    made.reports.check()


async def arrived(desk):
    """Wait until a reading has its answer on the way; return what lets it through. Later ones are not held up."""
    await desk.database.arrived.wait()
    release, desk.database.release = desk.database.release, None
    return release


async def still(desk):
    await until(lambda: not desk.tasks._running)


def test_the_send_that_was_chosen_last_is_shown(late):
    async def story():
        await late.open([("Dörte Petersen", "sent")])
        first, page = late.send, late.page
        second = await invite(late.database, late.event_id, [("Ewa Kowalczyk", "delivered")])
        await still(late)
        late.database.hold()
        page.show_send(first.id)
        release = await arrived(late)
        page.show_send(second.id)
        await until(lambda: page._send_id == second.id or page._reading._waiters)
        release.set()
        await still(late)
        assert page._send_id == second.id
        assert late.names() == ["Ewa Kowalczyk"]

    late.run(story())


def test_a_message_read_before_it_changed_is_not_shown_as_it_was(late):
    async def story():
        await late.open([("Dörte Petersen", "sent"), ("Ewa Kowalczyk", "sent")])
        await still(late)
        await late.select("Dörte Petersen")
        await still(late)
        late.database.hold()
        model = late.page.model
        late.page.view.go_to(model.id_at(late.names().index("Ewa Kowalczyk")))
        release = await arrived(late)
        await late.bring("Ewa Kowalczyk", "failed")
        late.tell()
        await until(lambda: any(row.error_code for row in model.all_rows()))
        await until(lambda: not late.page._refresher._running)
        release.set()
        await until(lambda: late.page.panel._title.text() == "Ewa Kowalczyk")
        await still(late)
        assert late.page.panel._invitation.error_code == "63024"

    late.run(story())


def test_a_panel_that_was_closed_is_not_opened_by_what_is_read_late(late):
    async def story():
        await late.open([("Dörte Petersen", "sent")])
        await still(late)
        await late.select("Dörte Petersen")
        await still(late)
        await late.bring("Dörte Petersen", "delivered")
        late.tell()
        # The second reading is the panel's, after that of the rows.
        late.database.hold()
        await late.database.arrived.wait()
        rows = late.database.release
        late.database.hold()
        rows.set()
        release = await arrived(late)
        late.qtbot.keyClick(late.page.panel, Qt.Key.Key_Escape)
        assert late.page.panel.isHidden()
        release.set()
        await still(late)
        assert late.page.panel.isHidden()

    late.run(story())


def test_a_send_looked_at_before_it_was_paused_is_not_shown_as_under_way(late):
    async def story():
        await late.open([("Dörte Petersen", "queued")])
        await still(late)
        card, bar = SendProgress(errors(), SETTINGS), UndoBar("watched.undo_bar")
        late.qtbot.addWidget(card)
        late.qtbot.addWidget(bar)
        watch = SendWatch(late.database, late.tasks, card, bar, late.page)
        states = []
        watch.shown.connect(lambda summary: states.append(summary.send.state))
        watch.begin(late.send.id)
        late.database.hold()
        late.tasks.start(watch.look())
        release = await arrived(late)
        async with late.database.begin() as conn:
            await sends.pause(conn, late.send.id, "planner")
        late.tasks.start(watch.look())
        await until(lambda: states or watch._reading._waiters)
        release.set()
        await still(late)
        assert states[-1] is SendState.PAUSED

    late.run(story())
