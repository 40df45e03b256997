"""Undoing a send from the status bar, on whichever page and desk."""

import pytest
from PySide6.QtCore import Qt

from tests.gui.pages import SETTINGS, Reports, make_event, make_template, until
from waapp.core.guests import GuestDraft
from waapp.core.plan import Options
from waapp.core.waiting import Timing
from waapp.db import sends
from waapp.db.engine import Database
from waapp.db.feed import Feed
from waapp.engine import plans
from waapp.engine.account import open_practice
from waapp.gui.aio import Tasks
from waapp.gui.status_bar import StatusBar
from waapp.gui.undo_watch import UndoWatch
from waapp.whatsapp.practice_script import Script

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_another_desk_undoes_by_keyboard_what_this_one_has_sent(qtbot, window_run, database_url):
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(1000, 30)

    reports = Reports()

    async def story():
        mine, theirs = Database(database_url, planner="maria"), Database(database_url, planner="rui")
        feed = Feed(database_url)
        async with open_practice(SETTINGS, None, Script(speed=50)) as line, Tasks(reports) as tasks:
            event_id = await make_event(mine, [GuestDraft("Ana", "+351912345601")])
            template = await make_template(mine)
            watch = UndoWatch(theirs, tasks, sender=line.key, show=bar.undo.show_send)
            bar.undo.undo_wanted.connect(watch.undo)
            feed.subscribe(watch.changed)
            tasks.start(feed.run())
            bar.show()
            bar.activateWindow()
            await until(bar.isActiveWindow)
            made = await plans.prepare(
                mine, event_id, template.id, Options(), line=line, practice=True, rates=None
            )
            queued = await plans.queue(mine, made, planner="Maria", timing=Timing(undo_seconds=30))
            await until(bar.undo.isVisible)
            assert bar.undo.text.startswith("Sending to 1 guest begins in ")
            qtbot.keyClick(bar, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
            await until(lambda: not bar.undo.isVisible())
            async with mine.read() as conn:
                assert (await sends.summary(conn, queued.send.id)).send.pause_code == sends.UNDONE
        await mine.dispose()
        await theirs.dispose()

    window_run(story())
    reports.check()
