"""The send that can be undone now, for every page and whichever desk has queued it."""

from collections.abc import Callable
from uuid import UUID

from waapp.core.invitations import SendSummary
from waapp.db import sends
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.gui.aio import Tasks
from waapp.gui.refresher import Refresher
from waapp.gui.send_acts import SendActs


class UndoWatch:
    """Looks at the open sends of a number when one has changed, and tells `show` the one that ends first."""

    def __init__(
        self,
        database: Database,
        tasks: Tasks,
        *,
        sender: str,
        show: Callable[[SendSummary | None], None],
    ) -> None:
        self._database = database
        self._tasks = tasks
        self._sender = sender
        self._show = show
        self._acts = SendActs(database)
        self._refresher = Refresher(tasks, self._look)

    def changed(self, change: Change) -> None:
        """Look again if a send of any event may have been queued, undone or begun."""
        if change.kind in {Kind.SENDS, Kind.ALL}:
            self._refresher.ask()

    def undo(self, send_id: UUID) -> None:
        """Take a send back."""
        self._tasks.start(self._acts.undo(send_id))

    async def _look(self) -> None:
        async with self._database.read() as conn:
            found = await sends.list_open_sends(conn, self._sender)
        undoable = [summary for summary in found if summary.undo_seconds > 0]
        self._show(min(undoable, key=lambda summary: summary.undo_seconds, default=None))
