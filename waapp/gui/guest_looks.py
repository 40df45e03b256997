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
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.guest_acts import EditAct, LabelAct, OtherAct, Undone
from waapp.gui.guest_list import GuestList
from waapp.gui.labels_dialog import LabelsDialog, LabelUse
from waapp.gui.line_dialog import LineDialog
from waapp.gui.undo_history import UndoHistory
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
        undo: UndoHistory,
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
        event_id = self._event_id
        if event_id is None or color == one.color:
            return

        async def paint(new: str, old: str) -> Undone:
            async with self._database.begin() as conn:
                await labels.set_color(conn, event_id, one.kind, one.name, new)
            await self._catch_up()
            words = tr("“{label}” has another colour.", label=one.name)
            return Undone(words, (), OtherAct(lambda: paint(old, new)))

        done = await paint(color, one.color)
        self._undo.remember_way(done.words, lambda: paint(one.color, color))

    async def _relabel(self, one: LabelUse, new: str) -> None:
        """Give all guests of a group or tag another one, or none; kept filters go on asking for it."""
        event_id = self._event_id
        if event_id is None:
            return
        rows = self._guests.model.all_rows()
        if one.kind == "group":
            ids = [row.id for row in rows if row.group == one.name]
            change = BulkChange(group=new)
        else:
            ids = [row.id for row in rows if one.name in row.tags]
            change = BulkChange(add_tags=(new,) if new else (), remove_tags=(one.name,))
        async with self._database.begin() as conn:
            done = await guest_changes.change_guests(conn, ids, change)
            if new and one.color and not self._guests.color_of(one.kind, new):
                await labels.set_color(conn, event_id, one.kind, new, one.color)
            followed = await guest_filters.follow_label(
                conn, event_id, one.kind, one.name, new, desk=self._desk
            )
        asked = self._guests.filters.query()
        if (now := asked.relabelled(one.kind, one.name, new)) != asked:
            self._guests.filters.ask(now)
        try:
            await self._catch_up()
        finally:
            words = tr("{n:guest was|guests were} changed.", n=len(done.before))
            edit = EditAct(self._database, done.before)
            self._undo.remember(words, LabelAct(edit, event_id, followed, self._desk), of=event_id)

    async def _keep_filter(self, query: GuestQuery) -> None:
        event_id = self._event_id
        text = tr("Every planner finds it above the guests of this event.")
        dialog = LineDialog(
            tr("Save this filter"), text, tr("Name"), tr("Save"), limit=100, needed=True, parent=self._parent
        )
        if event_id is None or not await ask(dialog):
            return
        async with self._database.read() as conn:
            was = (await guest_filters.list_filters(conn, event_id)).get(dialog.line)
        if was is not None and was != query and not await self._may_replace(dialog.line):
            return
        await self._set_filter(event_id, dialog.line, query)
        self._guests.filters.choose_saved(dialog.line)
        self._undo.remember_way(
            tr("The filter “{name}” is saved.", name=dialog.line),
            lambda: self._undo_filter(event_id, dialog.line, was, query),
        )

    async def _may_replace(self, name: str) -> bool:
        title = tr("Replace “{name}”?", name=name)
        text = tr("There is a filter of this name already, for every planner of the event.")
        return await ask(ConfirmDialog(title, text, tr("Replace"), tr("Cancel"), self._parent))

    async def _forget_filter(self, name: str) -> None:
        event_id = self._event_id
        if event_id is None:
            return
        async with self._database.read() as conn:
            was = (await guest_filters.list_filters(conn, event_id)).get(name)
        await self._set_filter(event_id, name, None)
        self._undo.remember_way(
            tr("The filter “{name}” was deleted.", name=name),
            lambda: self._undo_filter(event_id, name, was, None),
        )

    async def _undo_filter(
        self, event_id: UUID, name: str, was: GuestQuery | None, now: GuestQuery | None
    ) -> Undone:
        await self._set_filter(event_id, name, was)
        words = (
            tr("The filter “{name}” was deleted.", name=name)
            if was is None
            else tr("The filter “{name}” is as before.", name=name)
        )
        return Undone(words, (), OtherAct(lambda: self._undo_filter(event_id, name, now, was)))

    async def _set_filter(self, event_id: UUID, name: str, query: GuestQuery | None) -> None:
        async with self._database.begin() as conn:
            if query is None:
                await guest_filters.delete_filter(conn, event_id, name)
            else:
                await guest_filters.save_filter(conn, event_id, name, query, desk=self._desk)
        await self._catch_up()
