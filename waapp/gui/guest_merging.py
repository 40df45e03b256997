"""Making guests one: those who are selected, and those who look alike."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

from PySide6.QtWidgets import QDialog, QWidget

from waapp.core.events import Event
from waapp.core.guests import GuestRow
from waapp.core.lookalikes import Lookalikes, find_lookalikes
from waapp.db import guest_merging
from waapp.db import guests as guest_rows
from waapp.db.engine import Database
from waapp.errors import UserError
from waapp.gui.aio import Tasks, ask
from waapp.gui.bars import MessageBar
from waapp.gui.guest_acts import MergeAct, OtherAct, Undone
from waapp.gui.guest_list import GuestList
from waapp.gui.lookalikes_dialog import LookalikesDialog
from waapp.gui.merge_dialog import MergeDialog
from waapp.gui.undo_history import UndoHistory
from waapp.texts import tr

MOST: Final = 20
"""More guests than this are hardly one person, and could not be looked through."""


class GuestMerging:
    """Asks field by field, merges, and remembers how that is taken back.

    `leaving` holds those who go from this window, so that nobody else is blamed for it; `title_of` names a field.
    """

    def __init__(
        self,
        *,
        database: Database,
        desk: str,
        tasks: Tasks,
        guests: GuestList,
        messages: MessageBar,
        undo: UndoHistory,
        catch_up: Callable[[], Awaitable[None]],
        leaving: set[UUID],
        title_of: Callable[[str], str],
        parent: QWidget,
    ) -> None:
        self._database: Final = database
        self._desk: Final = desk
        self._tasks: Final = tasks
        self._guests: Final = guests
        self._messages: Final = messages
        self._undo: Final = undo
        self._catch_up: Final = catch_up
        self._leaving: Final = leaving
        self._title_of: Final = title_of
        self._parent: Final = parent
        self._event: Event | None = None

    def take_event(self, event: Event) -> None:
        """Work for this event from now on."""
        self._event = event

    def merge_selected(self) -> None:
        """Make the guests one who are selected."""
        ids = self._guests.selected
        if len(ids) > MOST:
            words = tr("At most {n} guests can be merged at a time.", n=MOST)
            self._messages.show_message(words, "warning", key="merge")
        elif len(ids) > 1:
            self._tasks.start(self._merge(ids, self._parent))

    def show_lookalikes(self) -> None:
        """Show who may be one person."""
        if self._event is not None:
            dialog = LookalikesDialog(
                self._look, self._merge_these, self._tell_apart, self._tasks, self._parent
            )
            self._tasks.start(ask(dialog))

    async def _look(self) -> list[tuple[Lookalikes, Sequence[GuestRow]]]:
        event = self._event
        if event is None:
            return []
        async with self._database.read() as conn:
            apart = await guest_merging.told_apart(conn, event.id)
        rows = {row.id: row for row in self._guests.model.all_rows()}
        found = await asyncio.to_thread(find_lookalikes, list(rows.values()), apart, event.default_region)
        return [(one, [rows[guest] for guest in one.ids]) for one in found]

    async def _merge_these(self, one: Lookalikes) -> None:
        dialog = self._parent.findChild(QDialog, "lookalikes")
        await self._merge(one.ids[:MOST], dialog if isinstance(dialog, QDialog) else self._parent)

    async def _merge(self, ids: Sequence[UUID], parent: QWidget) -> None:
        """Ask until nobody comes in between, or the planner leaves it."""
        of = self._undo.event_id
        while True:
            async with self._database.read() as conn:
                stored = {guest.id: guest for guest in await guest_rows.get_guests(conn, ids)}
                messages = await guest_merging.read_messages(conn, ids)
            found = [stored[one] for one in ids if one in stored]
            if len(found) < 2:
                await self._catch_up()
                return
            rows = [row for one in ids if (row := self._guests.model.row(one)) is not None]
            dialog = MergeDialog(
                found,
                messages,
                title_of=self._title_of,
                has_link=bool(self._event and self._event.rsvp_link),
                refused=[row.id for row in rows if row.opted_out],
                parent=parent,
            )
            if not await ask(dialog):
                return
            merge = dialog.merge
            try:
                self._leaving.update(merge.absorbed)
                async with self._database.begin() as conn:
                    done = await guest_merging.merge_guests(conn, merge)
            except UserError as error:
                self._leaving.difference_update(merge.absorbed)
                if error.code not in {"guest_changed", "guest_unknown"}:
                    raise
                await self._catch_up()
                words = tr("Nothing was merged: somebody else has just changed one of them. Look again.")
                self._messages.show_message(words, "warning", key="merge")
                continue
            break
        self._messages.withdraw("merge")
        words = tr(
            "{n:guest|guests} merged into one: {name}.", n=len(found), name=merge.draft.name or tr("No name")
        )
        if done.stopped:
            words += " " + tr("{n:waiting message was|waiting messages were} cancelled.", n=done.stopped)
        try:
            await self._catch_up()
            self._guests.go_to(merge.survivor)
        finally:
            # They are one by now, whether the list can be read afterwards or not.
            self._undo.remember(words, MergeAct(self._database, done), of=of)

    async def _tell_apart(self, one: Lookalikes) -> None:
        await self._set_apart(one.ids, apart=True)
        words = tr("{n:guest is|guests are} marked as different people.", n=len(one.ids))
        self._undo.remember_way(words, lambda: self._undo_apart(one.ids, apart=False))

    async def _undo_apart(self, ids: Sequence[UUID], *, apart: bool) -> Undone:
        await self._set_apart(ids, apart=apart)
        words = (
            tr("{n:guest is|guests are} marked as different people.", n=len(ids))
            if apart
            else tr("{n:guest|guests} may be one person, as before.", n=len(ids))
        )
        return Undone(words, tuple(ids), OtherAct(lambda: self._undo_apart(ids, apart=not apart)))

    async def _set_apart(self, ids: Sequence[UUID], *, apart: bool) -> None:
        async with self._database.begin() as conn:
            if apart:
                await guest_merging.tell_apart(conn, ids, desk=self._desk)
            else:
                await guest_merging.no_longer_apart(conn, ids)
