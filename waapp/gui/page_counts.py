"""The numbers beside the pages' names: how many templates there are, how many messages need a person."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from PySide6.QtCore import QTimer

from waapp.core.status import Shown
from waapp.db import events, templates
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.errors import UserError
from waapp.gui.aio import Tasks
from waapp.gui.refresher import Refresher

_PAUSE_MS: Final = 1000
"""While a send runs, its changes come ten times a second; the numbers need not."""


class PageCounts:
    """Counts anew when something has changed, and tells `show` (page, number or None)."""

    def __init__(
        self, database: Database, tasks: Tasks, *, practice: bool, show: Callable[[str, int | None], None]
    ) -> None:
        self._database = database
        self._practice = practice
        self._show = show
        self._event_id: UUID | None = None
        self._refresher = Refresher(tasks, self._count)
        self._pause = QTimer(singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._refresher.ask)

    def follow(self, event_id: UUID | None) -> None:
        """Count for this event from now on."""
        self._event_id = event_id
        self._refresher.ask()

    def changed(self, change: Change) -> None:
        """Count again soon, if the change can matter."""
        matters = change.concerns(self._event_id, Kind.INVITATIONS, Kind.TEMPLATES)
        if matters and not self._pause.isActive():
            self._pause.start()

    async def _count(self) -> None:
        event_id = self._event_id
        async with self._database.read() as conn:
            written = len(await templates.list_templates(conn))
            try:
                states = (await events.get_summary(conn, event_id, self._practice)).states if event_id else {}
            except UserError as error:
                if error.code != "event_unknown":
                    raise
                states = {}  # deleted a moment ago: the window is about to choose another
        if event_id == self._event_id:
            need_you = states.get(Shown.FAILED, 0) + states.get(Shown.UNKNOWN, 0)
            self._show("templates", written or None)
            self._show("messages", need_you or None)
