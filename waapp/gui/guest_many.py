"""What is done to all selected guests at once: changing and deleting them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from itertools import chain
from typing import Final
from uuid import UUID

from PySide6.QtWidgets import QWidget

from waapp.core.guest_edits import BulkChange, differs
from waapp.core.guest_search import is_number
from waapp.core.guests import GuestDraft, GuestRow
from waapp.core.two_edits import OtherEdit
from waapp.db import guest_changes, opt_outs
from waapp.db import guests as guest_rows
from waapp.db.engine import Database
from waapp.db.guest_changes import Before
from waapp.db.opt_outs import OptOut
from waapp.gui.aio import Tasks, ask
from waapp.gui.bulk_dialog import BulkDialog, StopChange
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.guest_acts import Act, DeletionAct, EditAct, OptOutAct, TogetherAct, numbers_words
from waapp.gui.guest_list import GuestList
from waapp.gui.guest_panel import GuestPanel, PanelMode
from waapp.gui.guest_questions import (
    deletion_question,
    late_change_question,
    late_deletion_question,
    lifting_question,
    stopped_words,
)
from waapp.gui.undo_history import UndoHistory
from waapp.texts import tr

_WORTH_A_WORD: Final = 500
"""So many guests are deleted in less time than it takes to read that they are being deleted."""
_TAKEN_OUT_AT_ONCE: Final = 2_000
"""Between two turns of the window, which a hundred thousand rows must not hold up."""


class GuestMany:
    """Asks before what others have just done would be undone by it, and remembers how all of it is taken back.

    `leaving` holds those whom this window deletes, so that nobody else is blamed for it.
    """

    def __init__(
        self,
        *,
        database: Database,
        desk: str,
        tasks: Tasks,
        guests: GuestList,
        panel: GuestPanel,
        undo: UndoHistory,
        catch_up: Callable[[], Awaitable[None]],
        leaving: set[UUID],
        parent: QWidget,
    ) -> None:
        self._database: Final = database
        self._desk: Final = desk
        self._tasks: Final = tasks
        self._guests: Final = guests
        self._panel: Final = panel
        self._undo: Final = undo
        self._catch_up: Final = catch_up
        self._leaving: Final = leaving
        self._parent: Final = parent

    def delete(self) -> None:
        """Delete the selected guests."""
        ids = self._guests.selected
        if ids:
            self._tasks.start(self._delete_guests(ids))

    def change(self) -> None:
        """Ask for one change of all selected guests, and make it."""
        ids = self._guests.selected
        if ids:
            self._tasks.start(self._change_guests(ids))

    async def _delete_guests(self, ids: Sequence[UUID]) -> None:
        of = self._undo.event_id
        rows = [row for guest_id in ids if (row := self._guests.model.row(guest_id)) is not None]
        invited = sum(row.invitation_id is not None for row in rows)
        if invited and not await ask(deletion_question(rows, invited, self._parent)):
            return
        telling = self._undo.telling(tr("Deleting {n:guest|guests}…", n=len(rows)))
        with telling if len(rows) > _WORTH_A_WORD else nullcontext():
            deleted = await self._delete_seen(rows)
        if deleted is None:
            return
        self._leave(deleted)
        for start in range(0, len(deleted), _TAKEN_OUT_AT_ONCE):
            self._guests.remove(deleted[start : start + _TAKEN_OUT_AT_ONCE])
            await asyncio.sleep(0)
        words = (
            tr("{name} was deleted.", name=rows[0].name or tr("No name"))
            if len(rows) == 1
            else tr("{n:guest was|guests were} deleted.", n=len(deleted))
        )
        self._undo.remember(words, DeletionAct(self._database, deleted), of=of)

    def _leave(self, deleted: Sequence[UUID]) -> None:
        """Show the deleted guests no more; whom the planner has gone on to meanwhile stays."""
        gone, shown = set(deleted), self._panel.guest
        if self._panel.mode is PanelMode.SEVERAL or (shown is not None and shown.id in gone):
            self._panel.forget()
        if gone.issuperset(self._guests.selected):
            self._guests.view.clearSelection()

    async def _delete_seen(self, rows: Sequence[GuestRow]) -> tuple[UUID, ...] | None:
        """Delete guests who are as the planner has seen them, the others only if the planner says so again."""
        ids = {row.id: row for row in rows}
        self._leaving.update(ids)
        async with self._database.begin() as conn:
            now = await guest_rows.lock_guests(conn, ids)
            late = [guest for guest in now if differs(ids[guest.id], guest)]
            if not late:
                return await guest_rows.delete_guests(conn, ids)
        await self._catch_up()
        if not await ask(late_deletion_question(late, self._parent)):
            self._leaving.difference_update(ids)
            return None
        async with self._database.begin() as conn:
            return await guest_rows.delete_guests(conn, ids)

    async def _change_guests(self, ids: Sequence[UUID]) -> None:
        of = self._undo.event_id
        async with self._database.read() as conn:
            seen = {guest.id: guest for guest in await guest_rows.get_guests(conn, ids)}
            numbers = list(dict.fromkeys(one.phone for one in seen.values() if is_number(one.phone)))
            stops = await opt_outs.get_opt_outs(conn, numbers)
        dialog = BulkDialog(
            len(ids), numbers=len(numbers), stopped=len(stops), **self._guests.known(), parent=self._parent
        )
        if not await ask(dialog):
            return
        change, stop = dialog.change, dialog.stop
        if stop is not None and not stop.forbids:
            numbers = list(stops)
            names = {guest.phone: guest.name for guest in seen.values()}
            noted = [(names[address], one) for address, one in stops.items()]
            if not await ask(lifting_question(noted, self._parent)):
                return
        stored: list[tuple[Before, ...]] = []
        acts: list[Act] = []
        said: list[str] = []
        try:
            if not change.is_empty:
                drafts = {one: guest.draft for one, guest in seen.items()}
                await self._change(ids, change, drafts, stored)
            if stop is not None:
                said.append(await self._stop(numbers, stop))
                affected = tuple(one for one, guest in seen.items() if guest.phone in numbers)
                before_stop = {address: stops.get(address) for address in numbers}
                acts.append(OptOutAct(self._database, self._desk, affected, before_stop))
                await self._catch_up()
        finally:
            # What is stored by then can be undone, whether the rest and the reading of the list work or not.
            if stored:
                before = tuple(chain.from_iterable(stored))
                said.insert(0, tr("{n:guest was|guests were} changed.", n=len(before)))
                acts.insert(0, EditAct(self._database, before))
            if acts:
                act = acts[0] if len(acts) == 1 else TogetherAct(tuple(acts))
                self._undo.remember(" ".join(said), act, of=of)

    async def _change(
        self,
        ids: Sequence[UUID],
        change: BulkChange,
        seen: Mapping[UUID, GuestDraft],
        stored: list[tuple[Before, ...]],
    ) -> None:
        """Change guests, those whom others have changed only if the planner says so; `stored` takes what is done."""
        async with self._database.begin() as conn:
            done = await guest_changes.change_guests(conn, ids, change, seen)
        stored.append(done.before)
        await self._catch_up()
        if done.overtaken and await ask(self._late_change_question(done.overtaken)):
            async with self._database.begin() as conn:
                more = await guest_changes.change_guests(conn, done.overtaken, change)
            stored.append(more.before)
            await self._catch_up()

    async def _stop(self, numbers: Sequence[str], stop: StopChange) -> str:
        """Note that numbers must not be written to, or may be again; return what to say."""
        async with self._database.begin() as conn:
            if not stop.forbids:
                await opt_outs.lift_opt_outs(conn, numbers, desk=self._desk)
                return tr("{numbers} can get messages again.", numbers=numbers_words(numbers))
            notes = [OptOut(address, opt_outs.PLANNER, stop.reason, self._desk) for address in numbers]
            return stopped_words(numbers, await opt_outs.add_opt_outs(conn, notes, desk=self._desk))

    def _late_change_question(self, overtaken: Mapping[UUID, Sequence[OtherEdit]]) -> ConfirmDialog:
        names = {guest_id: row.name for guest_id in overtaken if (row := self._guests.model.row(guest_id))}
        edits = [(names.get(guest_id, ""), edit) for guest_id, each in overtaken.items() for edit in each]
        return late_change_question(edits, self._panel.form.title, self._parent)
