"""How planners look at a guest list: filters that are kept, and the colours and names of groups and tags."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from PySide6.QtWidgets import QWidget

from waapp.core.guest_edits import BulkChange
from waapp.core.guest_query import GuestQuery
from waapp.db import guest_changes, guest_filters, labels
from waapp.db.engine import Connection, Database
from waapp.db.labels import Colors
from waapp.gui.aio import Tasks, ask
from waapp.gui.guest_list import GuestList
from waapp.gui.guest_undo import GuestUndo
from waapp.gui.labels_dialog import LabelsDialog, LabelUse
from waapp.gui.line_dialog import LineDialog
from waapp.texts import tr

Looks = tuple[dict[str, GuestQuery], Colors]


class GuestLooks:
    """Keeps filters and colours in the database, for every desk, and shows those of the event."""

    def __init__(
        self,
        *,
        database: Database,
        desk: str,
        tasks: Tasks,
        guests: GuestList,
        undo: GuestUndo,
        catch_up: Callable[[], Awaitable[None]],
        parent: QWidget,
    ) -> None:
        self._database: Final = database
        self._desk: Final = desk
        self._tasks: Final = tasks
        self._guests: Final = guests
        self._undo: Final = undo
        self._catch_up: Final = catch_up
        self._parent: Final = parent
        self._event_id: UUID | None = None
        row = guests.filters
        row.save_wanted.connect(lambda query: tasks.start(self._keep_filter(query)))
        row.forget_wanted.connect(lambda name: tasks.start(self._forget_filter(name)))
        row.labels_wanted.connect(lambda: tasks.start(self._show_labels()))

    def take_event(self, event_id: UUID) -> None:
        """Work for this event from now on."""
        self._event_id = event_id

    async def read(self, conn: Connection, event_id: UUID) -> Looks:
        """Return what is kept for an event."""
        return await guest_filters.list_filters(conn, event_id), await labels.list_colors(conn, event_id)

    def show(self, looks: Looks) -> None:
        """Offer the filters and paint in the colours."""
        filters, colors = looks
        self._guests.filters.set_saved(filters)
        self._guests.set_colors(colors)

    async def _show_labels(self) -> None:
        await ask(
            LabelsDialog(self._guests.label_uses, self._recolor, self._relabel, self._tasks, self._parent)
        )

    async def _recolor(self, one: LabelUse, color: str) -> None:
        if self._event_id is None:
            return
        async with self._database.begin() as conn:
            await labels.set_color(conn, self._event_id, one.kind, one.name, color)
        await self._catch_up()

    async def _relabel(self, one: LabelUse, new: str) -> None:
        """Give all guests of a group or tag another one, or none."""
        if self._event_id is None:
            return
        rows = self._guests.model.all_rows()
        if one.kind == "group":
            ids = [row.id for row in rows if row.group == one.name]
            change = BulkChange(group=new)
        else:
            ids = [row.id for row in rows if one.name in row.tags]
            change = BulkChange(add_tags=(new,) if new else (), remove_tags=(one.name,))
        async with self._database.begin() as conn:
            before = await guest_changes.change_guests(conn, ids, change)
            if new and one.color and not self._guests.color_of(one.kind, new):
                await labels.set_color(conn, self._event_id, one.kind, new, one.color)
        await self._catch_up()
        self._undo.changed(tr("{n:guest was|guests were} changed.", n=len(before)), before)

    async def _keep_filter(self, query: GuestQuery) -> None:
        event_id = self._event_id
        text = tr("Every planner finds it above the guests of this event.")
        dialog = LineDialog(
            tr("Keep this filter"), text, tr("Name"), tr("Keep"), limit=100, needed=True, parent=self._parent
        )
        if event_id is None or not await ask(dialog):
            return
        async with self._database.begin() as conn:
            await guest_filters.save_filter(conn, event_id, dialog.line, query, desk=self._desk)
        await self._catch_up()
        self._guests.filters.choose_saved(dialog.line)

    async def _forget_filter(self, name: str) -> None:
        if self._event_id is None:
            return
        async with self._database.begin() as conn:
            await guest_filters.delete_filter(conn, self._event_id, name)
        await self._catch_up()
