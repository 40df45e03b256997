"""Editing one guest in the panel: showing, saving, settling conflicts, keeping what was typed and not saved."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from waapp.core import phone
from waapp.core.errors_twilio import Table
from waapp.core.events import Event
from waapp.core.guest_edits import storable
from waapp.core.guest_search import is_number
from waapp.core.guests import Guest, GuestDraft
from waapp.core.invitations import Invitation
from waapp.db import guests as guest_rows
from waapp.db import invitations as invitation_rows
from waapp.db import opt_outs
from waapp.db.engine import Connection, Database
from waapp.db.guest_changes import Before
from waapp.errors import UserError
from waapp.gui.aio import Tasks, ask, busy
from waapp.gui.bars import MessageBar
from waapp.gui.guest_acts import ArrivalAct, EditAct, OptOutAct
from waapp.gui.guest_list import GuestList
from waapp.gui.guest_panel import GuestPanel, PanelMode
from waapp.gui.guest_questions import lifting_question, stopped_words
from waapp.gui.invitation_card import NOT_INVITED, invitation_facts
from waapp.gui.line_dialog import LineDialog
from waapp.gui.texts import day
from waapp.gui.undo_history import UndoHistory
from waapp.texts import tr

_WORTH_A_SUMMARY: Final = 5_000


class GuestEditing:
    """Stands between the panel and the database.

    What was typed for a guest and not saved is kept while the planner looks at others, or at another event.
    `catch_up` brings the list in step with the database, `show_message` goes to an invitation's message.
    """

    def __init__(
        self,
        *,
        database: Database,
        tasks: Tasks,
        errors: Table,
        guests: GuestList,
        panel: GuestPanel,
        messages: MessageBar,
        catch_up: Callable[[], Awaitable[None]],
        undo: UndoHistory,
        desk: str,
        show_message: Callable[[Invitation], None],
    ) -> None:
        self._database: Final = database
        self._tasks: Final = tasks
        self._errors: Final = errors
        self._guests: Final = guests
        self._panel: Final = panel
        self._messages: Final = messages
        self._catch_up: Final = catch_up
        self._undo: Final = undo
        self._desk: Final = desk
        self._event: Event | None = None
        self._shown_invitation: Invitation | None = None
        self._columns_of: tuple[UUID, int] | None = None
        self._unsaved: dict[tuple[UUID, UUID | None], GuestDraft] = {}
        self._showing: asyncio.Task[None] | None = None
        self._reading: Final = asyncio.Lock()
        self._is_storing = False
        self._is_typed_on = False
        guests.picked.connect(self._picked)
        guests.opened.connect(lambda _id: self.edit())
        panel.save_wanted.connect(self._save)
        panel.edited.connect(self._typed_on)
        panel.message_wanted.connect(lambda: self._go_to_message(show_message))
        panel.closing.connect(self._keep_typed)
        panel.closed.connect(self._panel_closed)
        panel.opt_out_wanted.connect(lambda: self._tasks.start(self._forbid()))
        panel.opt_in_wanted.connect(lambda: self._tasks.start(self._allow()))

    def leave_event(self) -> None:
        """Close the panel; what is typed in it comes back with its guest."""
        self._keep_typed()
        self._event = None
        self._panel.close_panel()

    def take_event(self, event: Event) -> None:
        """Edit guests of this event from now on."""
        self._event = event
        self._panel.set_event(event.default_region, has_link=bool(event.rsvp_link))

    def add(self) -> None:
        """Begin a new guest, or go on with one that was begun."""
        if self._event is None:
            return
        self._keep_typed()
        unsaved = self._unsaved.pop((self._event.id, None), None)
        if unsaved is not None:
            self._messages.withdraw("unsaved")
        self._add(unsaved)

    def _add(self, begun: GuestDraft | None) -> None:
        self._panel.set_known(**self._guests.known())
        self._panel.show_new(begun)
        self._guests.view.clearSelection()

    def edit(self) -> None:
        """Go to the first field of the guest that is shown."""
        if not self._panel.isHidden():
            self._panel.focus_first()

    def take_leave(self, gone: Collection[UUID]) -> None:
        """Take in that others have deleted these guests; call it while the list still has them."""
        event, shown = self._event, self._panel.guest
        if event is None:
            return
        for guest_id in gone:
            kept = self._unsaved.pop((event.id, guest_id), None)
            if kept is not None:
                self._messages.show_message(
                    tr("Somebody else has deleted {name}. What you typed is kept.", name=kept.name),
                    "warning",
                    (tr("Add again"), partial(self._add, kept)),
                    key="unsaved",
                )
        if shown is None or shown.id not in gone:
            return
        if self._panel.is_changed:
            self._offer_again()
            return
        self._panel.forget()
        self._messages.show_message(
            tr("Somebody else has deleted {name}.", name=shown.name or tr("No name")), key="gone"
        )

    def forget_guest(self, guest_id: UUID) -> None:
        """Keep nothing of what was typed for a guest who was erased."""
        for key in [key for key in self._unsaved if key[1] == guest_id]:
            del self._unsaved[key]
        self._messages.withdraw("unsaved")
        if self._panel.guest is not None and self._panel.guest.id == guest_id:
            self._panel.forget()

    async def refresh(self, changed: set[UUID]) -> None:
        """Take in what others have changed of the guest that is shown, if it is among these."""
        shown = self._panel.guest
        if shown is not None and shown.id in changed:
            await self._show_guest(shown.id)

    def _go_to_message(self, show_message: Callable[[Invitation], None]) -> None:
        if self._shown_invitation is not None:
            show_message(self._shown_invitation)

    def _picked(self, ids: Sequence[UUID]) -> None:
        if self._panel.guest is not None and len(ids) == 1 and ids[0] == self._panel.guest.id:
            return
        if not ids and self._panel.mode in {PanelMode.NEW, PanelMode.CLOSED}:
            return  # whoever is being added is not in the list
        self._keep_typed()
        if self._showing is not None:
            self._showing.cancel()
        if len(ids) == 1:
            self._showing = self._tasks.start(self._show_guest(ids[0]))
        elif ids:
            # Going through more of them would hold the window up at every step of a selection.
            few = ids if len(ids) <= _WORTH_A_SUMMARY else ()
            rows = [row for one in few if (row := self._guests.model.row(one)) is not None]
            self._panel.show_several(len(ids), rows)
        else:
            self._panel.close_panel()

    async def _show_guest(self, guest_id: UUID) -> None:
        try:
            await self._fill_panel(guest_id)
        except UserError as error:
            if error.code not in {"guest_unknown", "invitation_unknown"}:
                raise
            # Deleted a moment ago: catching up takes the row out.
            await self._catch_up()

    async def _fill_panel(self, guest_id: UUID) -> None:
        # One reading at a time, and anew when a save overtook it: what is older must not come after what is newer.
        async with self._reading:
            while True:
                held = self._panel.guest
                row = self._guests.model.row(guest_id)
                async with self._database.read() as conn:
                    guest = await guest_rows.get_guest(conn, guest_id)
                    newest = row.invitation_id if row is not None else None
                    found = await invitation_rows.get_invitation(conn, newest) if newest is not None else None
                    log = await invitation_rows.get_log(conn, newest) if newest is not None else []
                    stop = await opt_outs.get_opt_out(conn, guest.phone) if is_number(guest.phone) else None
                    await self._read_columns(conn, guest.event_id)
                if self._panel.guest is held:
                    break
        shown = self._panel.guest
        if shown is not None and shown.id == guest_id:
            if shown.updated_at != guest.updated_at:
                self._panel.take_over(guest)
        elif self._guests.selected == [guest_id]:
            unsaved = self._unsaved.pop((guest.event_id, guest_id), None)
            self._panel.set_known(**self._guests.known())
            self._panel.show_guest(guest, unsaved)
            if unsaved is not None:
                self._messages.withdraw("unsaved")
        if self._panel.guest is not None and self._panel.guest.id == guest_id:
            self._shown_invitation = found
            self._panel.show_opt_out(_stop_words(stop) if is_number(guest.phone) else None)
            facts = invitation_facts(found, log, self._errors) if found is not None else NOT_INVITED
            self._panel.show_invitation(facts)

    async def _read_columns(self, conn: Connection, event_id: UUID) -> None:
        """Learn which columns of the planner's own the event has; they come and go with guests."""
        known = (event_id, self._guests.model.total)
        if self._columns_of != known:
            self._panel.set_columns(await guest_rows.own_columns(conn, event_id))
            self._columns_of = known  # only now: this may be cancelled

    async def _forbid(self) -> None:
        """Note that the number must not be written to, by any event."""
        guest = self._panel.guest
        if guest is None:
            return
        text = tr(
            "{phone} gets no more messages, from any event or planner. What waits to be sent there is cancelled.",
            phone=phone.display(guest.phone),
        )
        title = tr("Opt {name} out?", name=guest.name)
        dialog = LineDialog(
            title,
            text,
            tr("Reason"),
            tr("Opt out"),
            hint=tr("Such as: asked on the phone"),
            parent=self._panel,
        )
        if not await ask(dialog):
            return
        stop = opt_outs.OptOut(guest.phone, opt_outs.PLANNER, dialog.line, self._desk)
        async with self._database.begin() as conn:
            before = await opt_outs.get_opt_out(conn, guest.phone)
            noted = await opt_outs.add_opt_outs(conn, [stop], desk=self._desk)
        await self._opted(guest, before, stopped_words([guest.phone], noted))

    async def _allow(self) -> None:
        guest = self._panel.guest
        if guest is None:
            return
        async with self._database.read() as conn:
            before = await opt_outs.get_opt_out(conn, guest.phone)
        if before is None:
            await self._show_guest(guest.id)
            return
        # A planner's own note is taken back at once; what the person has asked for is not.
        if before.source != opt_outs.PLANNER and not await ask(
            lifting_question([(guest.name, before)], self._panel)
        ):
            return
        async with self._database.begin() as conn:
            lifted = await opt_outs.lift_opt_outs(conn, [guest.phone], desk=self._desk)
        if lifted:
            words = tr("{number} can get messages again.", number=phone.display(guest.phone))
            await self._opted(guest, before, words)

    async def _opted(self, guest: Guest, before: opt_outs.OptOut | None, words: str) -> None:
        try:
            await self._show_guest(guest.id)
            await self._catch_up()
        finally:
            act = OptOutAct(self._database, self._desk, (guest.id,), {guest.phone: before})
            self._undo.remember(words, act, of=guest.event_id)

    def _keep_typed(self) -> None:
        """Remember what was typed and not saved; it comes back with the guest."""
        if self._event is None or not self._panel.is_changed:
            return
        guest = self._panel.guest
        self._unsaved[self._event.id, guest.id if guest is not None else None] = self._panel.draft
        if guest is None:
            text, back = tr("The guest that you began to add is kept."), self.add
        else:
            text = tr("What you changed for {name} is not saved yet.", name=guest.name or tr("No name"))
            back = lambda: self._guests.go_to(guest.id)  # noqa: E731 - one line beside its sibling
        self._messages.show_message(text, "warning", (tr("Back to it"), back), key="unsaved")

    def _panel_closed(self) -> None:
        self._messages.withdraw("conflict")
        self._guests.view.clearSelection()
        self._guests.view.setFocus()

    def _save(self) -> None:
        """Store what is typed as it is now, and against what is stored as the panel knows it now."""
        event, panel = self._event, self._panel
        if event is None or self._is_storing or panel.mode not in {PanelMode.NEW, PanelMode.EDIT}:
            return
        if panel.try_to_finish():
            self._is_storing, self._is_typed_on = True, False
            self._tasks.start(self._store(event, panel.guest, panel.draft))

    def _typed_on(self) -> None:
        self._is_typed_on = True

    async def _store(self, event: Event, stored: Guest | None, typed: GuestDraft) -> None:
        draft = storable(typed, event.default_region)
        chosen = self._guests.selected
        try:
            with busy(self._panel.save_button):
                async with self._database.begin() as conn:
                    if stored is None:
                        guest = await guest_rows.create_guest(conn, event.id, draft)
                    else:
                        guest = await guest_rows.update_guest(conn, stored.id, draft, stored.updated_at)
        except UserError as error:
            if stored is None or error.code not in {"guest_changed", "guest_unknown"}:
                raise
            await self._settle_conflict(stored.id, error.code)
            return
        finally:
            self._is_storing = False
        self._forget_kept(event.id, stored, typed)
        is_shown = self._is_shown(stored, guest)
        if is_shown:
            self._panel.saved(guest, typed)
        try:
            await self._catch_up()
        finally:
            # It is stored, whether the list can be read afterwards or not.
            self._remember(event, stored, guest)
        went_on = not {guest.id, *chosen}.issuperset(self._guests.selected)
        if is_shown and not went_on and self._panel.guest is not None and self._panel.guest.id == guest.id:
            # Who went on to another guest meanwhile is not called back; the panel may still be waiting for that one.
            self._guests.go_to(guest.id)

    def _remember(self, event: Event, stored: Guest | None, guest: Guest) -> None:
        """Say that a guest was added or saved, with the way back."""
        if stored is None:
            added = ArrivalAct(self._database, (guest.id,))
            self._undo.remember(tr("{name} was added.", name=guest.name), added, of=event.id)
        elif stored.draft != guest.draft:
            before = Before(guest.id, guest.name, stored.draft, guest.draft)
            edit = EditAct(self._database, (before,))
            self._undo.remember(tr("{name} was saved.", name=guest.name), edit, of=event.id)

    def _is_shown(self, stored: Guest | None, guest: Guest) -> bool:
        """Tell whether the panel still shows who was saved, and nobody has changed that guest since."""
        shown = self._panel.guest
        if stored is None or shown is None:
            return shown is stored and self._panel.mode is PanelMode.NEW
        # A reading that came between the storing and this may have brought it already.
        return shown is stored or (shown.id == guest.id and shown.updated_at == guest.updated_at)

    def _forget_kept(self, event_id: UUID, stored: Guest | None, typed: GuestDraft) -> None:
        """Offer no longer as unsaved what was left while it was being saved."""
        key = (event_id, stored.id if stored is not None else None)
        if self._unsaved.get(key) == typed:
            del self._unsaved[key]
            self._messages.withdraw("unsaved")

    async def _settle_conflict(self, guest_id: UUID, code: str) -> None:
        """Somebody was faster: merge what they changed, or offer to add again whom they deleted."""
        if self._panel.guest is None or self._panel.guest.id != guest_id:
            return
        if code == "guest_unknown":
            self._offer_again()
            return
        async with self._reading:
            async with self._database.read() as conn:
                theirs = await guest_rows.get_guest(conn, guest_id)
            if self._panel.guest is None or self._panel.guest.id != guest_id:
                return
            self._panel.take_over(theirs)
        text = (
            tr("Not saved yet: somebody else changed the same field. Choose in the panel, then save again.")
            if self._panel.conflict.undecided
            else tr("Not saved yet: somebody else changed other fields meanwhile; both are kept. Save again.")
        )
        self._messages.show_message(text, "warning", key="conflict")
        focused = self._panel.window().focusWidget()
        if not self._is_typed_on and focused is not None and self._panel.isAncestorOf(focused):
            # To save is asked for in vain while this is under way: the choice does not wait to be asked once more.
            self._panel.insist()

    def _offer_again(self) -> None:
        self._panel.show_new(self._panel.draft)
        self._messages.show_message(
            tr("Somebody else has deleted this guest. What you typed is kept: Save adds the guest again."),
            "warning",
            key="conflict",
        )


def _stop_words(stop: opt_outs.OptOut | None) -> str:
    if stop is None:
        return ""
    since = day(stop.created_at.astimezone()) if stop.created_at is not None else ""
    if stop.reason:
        return tr("Opted out since {day}: {reason}", day=since, reason=stop.reason)
    return tr("Opted out since {day}.", day=since)
