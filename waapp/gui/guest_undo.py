"""Taking back what was done to guests, the last thing first, where nobody has done anything to them since."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final
from uuid import UUID

from waapp.db import guest_changes
from waapp.db import guests as guest_rows
from waapp.db.engine import Database
from waapp.db.guest_changes import Before
from waapp.gui.aio import Tasks
from waapp.gui.bars import MessageBar
from waapp.texts import tr

_DEEPEST: Final = 50
_NAMED: Final = 3
_KEY: Final = "undo"


class GuestUndo:
    """Says what was done, with Undo beside it, and remembers how it is undone until the event is left.

    `catch_up` brings the list in step with the database, `select` goes to the guests that are as before.
    """

    def __init__(
        self,
        *,
        database: Database,
        tasks: Tasks,
        messages: MessageBar,
        catch_up: Callable[[], Awaitable[None]],
        select: Callable[[Iterable[UUID]], object],
    ) -> None:
        self._database: Final = database
        self._tasks: Final = tasks
        self._messages: Final = messages
        self._catch_up: Final = catch_up
        self._select: Final = select
        self._ways_back: list[Callable[[], object]] = []

    def forget(self) -> None:
        """Forget everything: other guests are shown now."""
        self._ways_back.clear()
        self._messages.withdraw(_KEY)

    def changed(self, words: str, before: Sequence[Before]) -> None:
        """Say that guests were changed."""
        self.remember(words, lambda: self._tasks.start(self._change_back(before)))

    def deleted(self, words: str, deleted: guest_rows.DeletedGuests) -> None:
        """Say that guests were deleted."""
        self.remember(words, lambda: self._tasks.start(self._restore(deleted)))

    def remember(self, words: str, way_back: Callable[[], object], level: str = "info") -> None:
        """Say what was done, with the way back."""
        self._ways_back = [*self._ways_back[1 - _DEEPEST :], way_back]
        self._messages.show_message(words, level, (tr("Undo"), self.take_back), key=_KEY)

    def take_back(self) -> None:
        """Undo the last thing, if there is any."""
        if self._ways_back:
            self._messages.withdraw(_KEY)
            self._ways_back.pop()()

    async def _change_back(self, before: Sequence[Before]) -> None:
        async with self._database.begin() as conn:
            done = await guest_changes.take_back(conn, before)
        await self._catch_up()
        self._select(done.ids)
        if not done.refused:
            self._messages.show_message(tr("{n:guest is|guests are} as before.", n=len(done.ids)), key=_KEY)
            return
        names = ", ".join(f"\u2068{name or tr('No name')}\u2069" for name in done.refused[:_NAMED])
        more = len(done.refused) - _NAMED
        self._messages.show_message(
            tr(
                "{n:guest is|guests are} as before. Somebody else has changed since, and so stays: {names}{more}",
                n=len(done.ids),
                names=names,
                more=tr(" and {n} more", n=more) if more > 0 else "",
            ),
            "warning",
            key=_KEY,
        )

    async def _restore(self, deleted: guest_rows.DeletedGuests) -> None:
        async with self._database.begin() as conn:
            await guest_rows.restore_guests(conn, deleted)
        await self._catch_up()
        self._select(deleted.ids)
        self._messages.show_message(tr("{n:guest is|guests are} back.", n=len(deleted.ids)), key=_KEY)
