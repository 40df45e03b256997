"""Taking back what was done to guests or events, the last thing first, and doing it again."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from waapp.errors import DatabaseError, UserError
from waapp.gui.aio import Tasks
from waapp.gui.bars import MessageBar
from waapp.gui.guest_acts import Act, OtherAct, Undone
from waapp.texts import tr

_DEEPEST: Final = 50
_KEY: Final = "undo"
_NO_RIGHT: Final = "database_no_right"
_LATER: Final = frozenset({"guests_being_sent", "event_in_use", "guests_without_event"})
"""What stands in the way for a while only."""


class UndoHistory:
    """Says what was done, with Undo beside it, and remembers for each event how it is undone, and done again.

    `catch_up` brings the list in step with the database, `select` goes to the guests or events that are as before.
    """

    def __init__(
        self,
        *,
        tasks: Tasks,
        messages: MessageBar,
        catch_up: Callable[[], Awaitable[None]],
        select: Callable[[Iterable[UUID]], object],
    ) -> None:
        self._tasks: Final = tasks
        self._messages: Final = messages
        self._catch_up: Final = catch_up
        self._select: Final = select
        self._event_id: UUID | None = None
        self._done: dict[UUID | None, list[Act]] = {}
        self._undone: dict[UUID | None, list[Act]] = {}
        self._busy = False

    @property
    def event_id(self) -> UUID | None:
        """The event whose guests are worked on; where there is none, events are."""
        return self._event_id

    def take_event(self, event_id: UUID | None) -> None:
        """Go on with what was done to the guests of this event."""
        if event_id != self._event_id:
            self._event_id = event_id
            self._messages.withdraw(_KEY)

    @contextmanager
    def telling(self, words: str) -> Iterator[None]:
        """Say what is being done, until it is done or has failed."""
        self._messages.show_message(words, key=_KEY)
        try:
            yield
        finally:
            self._messages.withdraw(_KEY)

    def remember(self, words: str, act: Act, level: str = "info", *, of: UUID | None = None) -> None:
        """Say what was done, with the way back.

        `of` is the event that it was done to: where the planner has gone on meanwhile, it is undone there.
        """
        event_id = of or self._event_id
        acts = self._done.setdefault(event_id, [])
        acts.append(act)
        del acts[:-_DEEPEST]
        self._undone.pop(event_id, None)
        action = (tr("Undo"), self.take_back) if event_id == self._event_id else None
        self._messages.show_message(words, level, action, key=_KEY)

    def remember_way(
        self,
        words: str,
        way_back: Callable[[], Awaitable[Undone | None]],
        level: str = "info",
        *,
        of: UUID | None = None,
    ) -> None:
        """Say what was done, with a way back of its own."""
        self.remember(words, OtherAct(way_back), level, of=of)

    def forget_guest(self, guest_id: UUID) -> None:
        """Remember nothing of a guest who was erased."""
        for acts in (*self._done.values(), *self._undone.values()):
            acts[:] = [left for act in acts if (left := act.without(guest_id)) is not None]
        self._messages.withdraw(_KEY)

    def take_back(self) -> None:
        """Undo the last thing, if there is any."""
        self._start(
            self._done,
            self._undone,
            nothing=tr("Nothing is left to be undone."),
            doing=tr("Undoing…"),
            back=(tr("Redo"), self.do_again),
        )

    def do_again(self) -> None:
        """Do again what was undone last, if anything was."""
        self._start(
            self._undone,
            self._done,
            nothing=tr("Nothing was undone."),
            doing=tr("Doing it again…"),
            back=(tr("Undo"), self.take_back),
        )

    def _start(
        self,
        source: dict[UUID | None, list[Act]],
        target: dict[UUID | None, list[Act]],
        *,
        nothing: str,
        doing: str,
        back: tuple[str, Callable[[], None]],
    ) -> None:
        acts = source.get(self._event_id)
        if not acts:
            self._messages.show_message(nothing, key=_KEY)
        elif not self._busy:
            # What is remembered before the task begins is not what was seen when the key was pressed.
            self._busy = True
            self._tasks.start(self._take(acts, acts.pop(), target, self._event_id, doing, back))

    async def _take(
        self,
        acts: list[Act],
        act: Act,
        target: dict[UUID | None, list[Act]],
        event_id: UUID | None,
        doing: str,
        back: tuple[str, Callable[[], None]],
    ) -> None:
        try:
            with self.telling(doing):
                undone = await act.take_back()
        except UserError as error:
            passes = isinstance(error, DatabaseError) and error.code != _NO_RIGHT
            if passes or error.code in _LATER:  # another one would stand in the way of all before it
                acts.append(act)
            raise
        finally:
            self._busy = False
        if undone is not None and undone.again is not None:
            # Whether the list can be read afterwards or not; and `remember` may have put another list in the place.
            target.setdefault(event_id, []).append(undone.again)
        await self._catch_up()
        if undone is None:
            return
        is_here = event_id == self._event_id
        if is_here:
            self._select(undone.guests)
        action = back if undone.again is not None and is_here else None
        self._messages.show_message(undone.words, undone.level, action, key=_KEY)
