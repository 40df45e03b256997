"""All numbers that this desk serves: its own, and those of its account that have work nobody else is doing.

Each has a `Sending` of its own, so they send in parallel, each at its pace and under its lock. Which they are is
decided by `waapp.core.lines` from what is open in the database.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from waapp.core.cadence import REAL
from waapp.core.errors_twilio import Table
from waapp.core.lines import OpenLine, Post, lines_to_serve, number_of, out_of_reach
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.db.lines import open_lines
from waapp.engine.account import Account, Line
from waapp.engine.sending import Duty, Sending, SendingState
from waapp.errors import DatabaseError
from waapp.waiting import wait_at_most

_log = logging.getLogger(__name__)

_LOOK = 2.0
"""Seconds between looks for lines that no notification announced."""
_A_SECOND = 1.0
"""Seconds in which nothing leaves between two paces of a line: no second may see more than either of them."""


@dataclass(frozen=True, slots=True)
class LineState:
    """What this desk does for one number; it is `active` while messages are to leave from it."""

    key: str
    own: bool
    state: SendingState
    active: bool = False

    @property
    def number(self) -> str:
        """Return the number in E.164."""
        return number_of(self.key)


@dataclass(frozen=True, slots=True)
class LinesState:
    """What this desk does for each number; its own comes first.

    `out_of_reach` are the keys of lines whose sends wait for a computer that is signed in to another account. `looked`
    tells whether the database has been asked yet.
    """

    lines: tuple[LineState, ...] = ()
    out_of_reach: tuple[str, ...] = ()
    looked: bool = False

    @property
    def own(self) -> LineState | None:
        """Return the line that this desk is set to, if it is set to any."""
        return next((line for line in self.lines if line.own), None)

    @property
    def others(self) -> tuple[LineState, ...]:
        """Return the lines besides."""
        return tuple(line for line in self.lines if not line.own)


@dataclass(slots=True)
class _Served:
    """One line at work; `leaving` when it is being let go."""

    sending: Sending
    rate: float
    task: asyncio.Task[None]
    leaving: bool = False


class Lines:
    """Runs the engine for every line that this desk can serve; `state` and `on_state` tell what it does."""

    def __init__(
        self,
        database: Database,
        account: Account,
        *,
        desk: str,
        table: Table,
        request_seconds: float,
        on_state: Callable[[LinesState], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._account = account
        self._desk = desk
        self._table = table
        self._request_seconds = request_seconds
        self._on_state = on_state
        own = account.line
        self._post = Post(account.sid, own.key, own.rate) if own else Post(account.sid)
        self._served: dict[str, _Served] = {}
        self._active: frozenset[str] = frozenset()
        self._out_of_reach: tuple[str, ...] = ()
        self._answers = True
        self._looked = False
        self._state = LinesState()
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
        self._tell()

    @property
    def state(self) -> LinesState:
        """Return what this desk does at this moment."""
        return self._state

    @property
    def in_flight(self) -> int:
        """Return how many requests are with Twilio at this moment."""
        return sum(one.sending.in_flight for one in self._served.values())

    def changed(self, change: Change) -> None:
        """Learn from the feed that there may be work."""
        if change.kind in (Kind.SENDS, Kind.ALL):
            self._news.set()
        for one in self._served.values():
            one.sending.changed(change)

    def stop(self) -> None:
        """Begin to stop: no further post; `run` returns when the outcomes of those under way are recorded."""
        self._stopping.set()
        self._news.set()
        for one in self._served.values():
            one.sending.stop()

    async def run(self) -> None:
        """Work until `stop`."""
        try:
            async with asyncio.TaskGroup() as tasks:
                while not self._stopping.is_set():
                    self._news.clear()
                    await self._look_and_serve(tasks)
                    await wait_at_most(self._news, _LOOK)
        finally:
            self._tell()

    async def _look_and_serve(self, tasks: asyncio.TaskGroup) -> None:
        """Ask the database what is open and serve it; a stop does not wait for the answer."""
        looking = tasks.create_task(self._look(), name="look for lines")
        halt = tasks.create_task(self._stopping.wait(), name="stop")
        await asyncio.wait([looking, halt], return_when=asyncio.FIRST_COMPLETED)
        halt.cancel()
        if self._stopping.is_set():
            looking.cancel()
            return
        found = looking.result()
        self._answers = found is not None
        self._looked = self._looked or self._answers
        if found is not None:
            self._serve(found, tasks)
        self._tell()

    async def _look(self) -> list[OpenLine] | None:
        """Return what is open; None while the database does not answer."""
        try:
            async with self._database.read() as conn:
                return await open_lines(conn)
        except DatabaseError as error:
            _log.info("no look for lines: %s", error)
            return None

    def _serve(self, found: list[OpenLine], tasks: asyncio.TaskGroup) -> None:
        """Begin and end what differs from what should be served."""
        wanted = lines_to_serve(self._post, found, {key: one.rate for key, one in self._served.items()})
        for key, one in self._served.items():
            if wanted.get(key) != one.rate and not one.leaving:
                # With another rate it begins anew when it has ended.
                one.leaving = True
                one.sending.stop()
        for key, rate in wanted.items():
            if key not in self._served:
                self._begin(key, rate, tasks)
        self._active = frozenset(one.key for one in found if one.rate is not None)
        self._out_of_reach = out_of_reach(self._post, found)

    def _begin(self, key: str, rate: float, tasks: asyncio.TaskGroup) -> None:
        sending = Sending(
            self._database,
            self._line(key, rate),
            desk=self._desk,
            table=self._table,
            request_seconds=self._request_seconds,
            on_state=lambda _: self._tell(),
        )
        task = tasks.create_task(self._work(key, sending), name=f"sending {key[-6:]}")
        self._served[key] = _Served(sending, rate, task)

    async def _work(self, key: str, sending: Sending) -> None:
        try:
            await sending.run()
            await wait_at_most(self._stopping, _A_SECOND)
        finally:
            del self._served[key]
            self._news.set()
            self._tell()

    def _line(self, key: str, rate: float) -> Line:
        own = self._account.line
        if own is not None and key == own.key:
            return replace(own, rate=rate)
        return Line(self._account.client, number_of(key), key, practice=False, rate=rate, cadence=REAL)

    def _tell(self) -> None:
        own = self._post.own
        states = {key: one.sending.state for key, one in self._served.items()}
        if own is not None:
            states.setdefault(own, SendingState(self._duty_before()))
        lines = [LineState(key, key == own, state, key in self._active) for key, state in states.items()]
        in_order = sorted(lines, key=lambda line: (not line.own, line.key))
        state = LinesState(tuple(in_order), self._out_of_reach, looked=self._looked)
        if state != self._state:
            self._state = state
            self._on_state(state)

    def _duty_before(self) -> Duty:
        """Return what this desk does for its own number while that is not at work."""
        if self._stopping.is_set():
            return Duty.STOPPED
        return Duty.STARTING if self._answers else Duty.OFFLINE
