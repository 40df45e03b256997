"""What was done to guests, each kind with the way to take it back and what takes that back in turn."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from waapp.core import phone
from waapp.core.guest_merging import Merge
from waapp.core.guest_query import GuestQuery
from waapp.db import guest_changes, guest_filters, guest_merging, opt_outs
from waapp.db import guests as guest_rows
from waapp.db.engine import Database
from waapp.db.guest_changes import Before
from waapp.db.guest_merging import Merged
from waapp.db.opt_outs import OptOut
from waapp.texts import tr

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Undone:
    """How taking back went: what to say, which guests to go to, and the act that takes it back in turn, if any."""

    words: str
    guests: tuple[UUID, ...] = ()
    again: "Act | None" = None
    level: str = "info"


class Act(Protocol):
    """Something that was done and can be taken back."""

    async def take_back(self) -> Undone | None:
        """Take it back; None when that has told its end itself."""

    def without(self, guest_id: UUID) -> "Act | None":
        """Return the act without any memory of a guest; None when nothing is left of it."""


@dataclass(frozen=True, slots=True)
class OtherAct:
    """Anything that knows nothing of single guests."""

    way_back: Callable[[], Awaitable[Undone | None]]

    async def take_back(self) -> Undone | None:
        """Take it back."""
        return await self.way_back()

    def without(self, guest_id: UUID) -> Act | None:
        """Return the same."""
        return self


@dataclass(frozen=True, slots=True)
class EditAct:
    """Guests were changed."""

    database: Database
    before: tuple[Before, ...]

    async def take_back(self) -> Undone:
        """Bring back every field that nobody has set otherwise since."""
        async with self.database.begin() as conn:
            done = await guest_changes.take_back(conn, self.before)
        ids = tuple(one.guest_id for one in done.before)
        again = EditAct(self.database, done.before) if done.before else None
        words = tr("{n:guest is|guests are} as before.", n=len(ids))
        if not done.refused:
            return Undone(words, ids, again)
        stays = tr(
            "Not undone where somebody else has changed the same since: {names}",
            names=some_names(done.refused),
        )
        return Undone(f"{words} {stays}", ids, again, "warning")

    def without(self, guest_id: UUID) -> Act | None:
        """Return the act of the others."""
        left = tuple(one for one in self.before if one.guest_id != guest_id)
        return EditAct(self.database, left) if left else None


@dataclass(frozen=True, slots=True)
class DeletionAct:
    """Guests were deleted."""

    database: Database
    ids: tuple[UUID, ...]

    async def take_back(self) -> Undone:
        """Bring them back with their invitations; what waited stays cancelled."""
        async with self.database.begin() as conn:
            ids = await guest_rows.restore_guests(conn, self.ids)
        words = tr("{n:guest is|guests are} back.", n=len(ids))
        again = ArrivalAct(self.database, ids, even_invited=True) if ids else None
        return Undone(words, ids, again)

    def without(self, guest_id: UUID) -> Act | None:
        """Return the act of the others: of who was erased nothing is left to bring back."""
        left = tuple(one for one in self.ids if one != guest_id)
        return DeletionAct(self.database, left) if left else None


@dataclass(frozen=True, slots=True)
class ArrivalAct:
    """Guests were added, or came back; those invited since stay unless they came back `even_invited`."""

    database: Database
    ids: tuple[UUID, ...]
    even_invited: bool = False

    async def take_back(self) -> Undone:
        """Delete them again."""
        async with self.database.begin() as conn:
            invited = set() if self.even_invited else await guest_rows.invited_among(conn, self.ids)
            kept = [guest.name for guest in await guest_rows.get_guests(conn, list(invited))]
            deleted = await guest_rows.delete_guests(conn, [one for one in self.ids if one not in invited])
        again = DeletionAct(self.database, deleted) if deleted else None
        words = tr("{n:guest was|guests were} removed again.", n=len(deleted))
        if not kept:
            return Undone(words, (), again)
        stays = tr("Kept, because invited since: {names}", names=some_names(kept))
        return Undone(f"{words} {stays}", tuple(invited), again, "warning")

    def without(self, guest_id: UUID) -> Act | None:
        """Return the act of the others."""
        left = tuple(one for one in self.ids if one != guest_id)
        return ArrivalAct(self.database, left, self.even_invited) if left else None


@dataclass(frozen=True, slots=True)
class MergeAct:
    """Guests became one."""

    database: Database
    done: Merged

    async def take_back(self) -> Undone:
        """Bring back who became one with another; what waited stays cancelled."""
        async with self.database.begin() as conn:
            undone = await guest_merging.unmerge_guests(conn, self.done)
            now = await guest_rows.get_guests(conn, undone.ids)
        words = tr("{n:guest is|guests are} separate again.", n=len(undone.ids))
        if not undone.stays:
            again = MergeAgainAct(self.database, replace(self.done.merge, seen=tuple(now)))
            return Undone(words, undone.ids, again)
        stays = tr("What somebody else has changed since stays.")
        return Undone(f"{words} {stays}", undone.ids, level="warning")

    def without(self, guest_id: UUID) -> Act | None:
        """Return nothing for one of those who became one: it knows all about them."""
        return None if any(guest.id == guest_id for guest in self.done.merge.seen) else self


@dataclass(frozen=True, slots=True)
class MergeAgainAct:
    """Guests who became one were taken apart again."""

    database: Database
    merge: Merge

    async def take_back(self) -> Undone:
        """Make them one as before, unless somebody has changed them since."""
        async with self.database.begin() as conn:
            done = await guest_merging.merge_guests(conn, self.merge)
        words = tr("{n:guest|guests} merged into one again.", n=len(self.merge.seen))
        return Undone(words, (self.merge.survivor,), MergeAct(self.database, done))

    def without(self, guest_id: UUID) -> Act | None:
        """Return nothing for one of them."""
        return None if any(guest.id == guest_id for guest in self.merge.seen) else self


@dataclass(frozen=True, slots=True)
class OptOutAct:
    """Whether numbers may be written to was changed.

    `before` is by number what was noted of it, None when it was allowed; `guests` are those it was done for.
    """

    database: Database
    desk: str
    guests: tuple[UUID, ...]
    before: Mapping[str, OptOut | None]

    async def take_back(self) -> Undone:
        """Note or allow them again; what was cancelled stays so."""
        noted = [stop for stop in self.before.values() if stop is not None]
        allowed = [address for address, stop in self.before.items() if stop is None]
        async with self.database.begin() as conn:
            now = await opt_outs.get_opt_outs(conn, self.before)
            if allowed:
                await opt_outs.lift_opt_outs(conn, allowed, desk=self.desk)
            if noted:
                await opt_outs.add_opt_outs(conn, noted, desk=self.desk)
        said = []
        if allowed:
            who = numbers_words(allowed)
            said.append(
                tr("{numbers} can get messages again. What was cancelled stays cancelled.", numbers=who)
            )
        if noted:
            who = numbers_words([stop.address for stop in noted])
            said.append(tr("{numbers} opted out, as before.", numbers=who))
        again = replace(self, before={address: now.get(address) for address in self.before})
        return Undone(" ".join(said), self.guests, again)

    def without(self, guest_id: UUID) -> Act | None:
        """Return nothing where one of the guests is: the numbers tell who that was."""
        return None if guest_id in self.guests else self


@dataclass(frozen=True, slots=True)
class TogetherAct:
    """Several things were done at once."""

    acts: tuple[Act, ...]

    async def take_back(self) -> Undone:
        """Take all of them back, the last one first."""
        undone = [one for act in reversed(self.acts) if (one := await act.take_back()) is not None]
        again = tuple(one.again for one in undone if one.again is not None)
        return Undone(
            " ".join(one.words for one in undone),
            tuple(dict.fromkeys(guest for one in undone for guest in one.guests)),
            TogetherAct(again) if again else None,
            "warning" if any(one.level == "warning" for one in undone) else "info",
        )

    def without(self, guest_id: UUID) -> Act | None:
        """Return the act of the others."""
        left = tuple(one for act in self.acts if (one := act.without(guest_id)) is not None)
        return TogetherAct(left) if left else None


@dataclass(frozen=True, slots=True)
class LabelAct:
    """A group or tag got another name or was taken away; `filters` are the kept ones that followed, as they were."""

    edit: EditAct
    event_id: UUID
    filters: Mapping[str, GuestQuery]
    desk: str

    async def take_back(self) -> Undone:
        """Bring back the label and what the filters asked for."""
        undone = await self.edit.take_back()
        async with self.edit.database.begin() as conn:
            now = await guest_filters.list_filters(conn, self.event_id)
            still = {name: query for name, query in self.filters.items() if name in now}
            for name, query in still.items():
                await guest_filters.save_filter(conn, self.event_id, name, query, desk=self.desk)
        again = undone.again
        if isinstance(again, EditAct):
            again = LabelAct(again, self.event_id, {name: now[name] for name in still}, self.desk)
        return replace(undone, again=again)

    def without(self, guest_id: UUID) -> Act | None:
        """Return the act of the others."""
        left = self.edit.without(guest_id)
        return replace(self, edit=left) if isinstance(left, EditAct) else None


def numbers_words(addresses: Sequence[str]) -> str:
    """Write one number as it is, and of several how many they are."""
    return phone.display(addresses[0]) if len(addresses) == 1 else tr("{n:number|numbers}", n=len(addresses))


def some_names(names: Sequence[str]) -> str:
    """Write the first names of a few, and how many more there are."""
    shown = ", ".join(f"\u2068{name or tr('No name')}\u2069" for name in names[:_NAMED])
    more = len(names) - _NAMED
    return shown + (tr(" and {n} more", n=more) if more > 0 else "")
