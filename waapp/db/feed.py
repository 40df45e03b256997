"""One stream of what changes in the database, whoever changes it: this desk, another one, the web application.

The database notifies, and a poll of its counters every few seconds catches what a notification cannot: behind a
pooler that does not pass notifications on, in the time between two connections, and on a table whose triggers were
switched off. So nothing may rely on one Change per change; it says "look again".
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

import psycopg

from waapp.db.driver import DriverConnection
from waapp.db.engine import connect_parameters, label
from waapp.db.errors import translate
from waapp.errors import DatabaseError

_log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What has changed; ALL after the connection was away, when anything may have."""

    GUESTS = "guests"
    EVENTS = "events"
    TEMPLATES = "templates"
    INVITATIONS = "invitations"
    SENDS = "sends"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Change:
    """Something of an event has changed; without an event it may concern any, or none."""

    kind: Kind
    event_id: UUID | None = None

    def concerns(self, event_id: UUID | None, *kinds: Kind) -> bool:
        """Tell whether a reader of these kinds (none: of all) of one event must look again."""
        right_kind = not kinds or self.kind in (Kind.ALL, *kinds)
        return right_kind and (self.event_id is None or self.event_id == event_id)


@dataclass(frozen=True, slots=True)
class Connected:
    """Whether the feed hears the database; `error` says why not."""

    connected: bool
    error: DatabaseError | None = None


Listener = Callable[[Change], None]
StateListener = Callable[[Connected], None]

_News = TypeVar("_News")
_Listener = TypeVar("_Listener")

_TABLES: Final = {
    "guests": Kind.GUESTS,
    "events": Kind.EVENTS,
    "whatsapp_templates": Kind.TEMPLATES,
    "whatsapp_template_versions": Kind.TEMPLATES,
    "whatsapp_template_approvals": Kind.TEMPLATES,
    "whatsapp_invitations": Kind.INVITATIONS,
    "whatsapp_sends": Kind.SENDS,
}

_COUNTERS: Final = """
SELECT relname, n_tup_ins + n_tup_upd + n_tup_del
FROM pg_stat_all_tables WHERE relid = ANY(%(tables)s::text[]::regclass[])
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """How the feed paces itself, in seconds.

    `coalesce`: changes this close together are told once. `poll`: between two looks at the counters. `answer`: a
    look that takes longer means that the connection is dead. `backoff_first` and `backoff_cap`: before connecting
    again, doubling from one to the other.
    """

    coalesce: float = 0.1
    poll: float = 3.0
    answer: float = 5.0
    backoff_first: float = 0.25
    backoff_cap: float = 2.0


class Feed:
    """Tells subscribers what changes in one database, for as long as `run` runs."""

    def __init__(self, url: str, *, planner: str | None = None, timing: Timing | None = None) -> None:
        self._parameters = connect_parameters(url, planner)
        self._label = label(url)
        self._timing = timing or Timing()
        self._listeners: dict[object, Listener] = {}
        self._state_listeners: dict[object, StateListener] = {}
        self._state = Connected(False)
        self._pending: dict[Change, None] = {}
        self._heard: set[Kind] = set()
        self._flush: asyncio.TimerHandle | None = None

    @property
    def state(self) -> Connected:
        """Return whether the feed hears the database at this moment."""
        return self._state

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for every change from now on; return what ends that."""
        return _add(self._listeners, listener)

    def watch(self, listener: StateListener) -> Callable[[], None]:
        """Call `listener` whenever the feed begins or ceases to hear the database; return what ends that."""
        return _add(self._state_listeners, listener)

    async def run(self) -> None:
        """Listen until cancelled; connect again and again while the database is away."""
        failures = 0
        try:
            while True:
                try:
                    await self._listen()
                except (psycopg.Error, OSError, TimeoutError) as error:
                    # Only a connection that never came about makes the next attempt wait longer.
                    failures = 0 if self._state.connected else failures + 1
                    self._become(Connected(False, self._known(error)))
                await asyncio.sleep(self._pause(failures))
        finally:
            self._state = Connected(False)
            self._pending.clear()
            if self._flush is not None:
                self._flush.cancel()
                self._flush = None

    async def _listen(self) -> None:
        connection = await DriverConnection.connect(**self._parameters, autocommit=True)
        try:
            async with asyncio.timeout(self._timing.answer):
                await connection.execute("LISTEN waapp")
            counters = await self._read_counters(connection)
            self._become(Connected(True))
            # What changed while nobody listened is not known: the first time neither, as windows may have read
            # the database before.
            self._note([Change(Kind.ALL)])
            while True:
                await self._hear(connection)
                latest = await self._read_counters(connection)
                moved = {kind for kind, count in latest.items() if counters.get(kind) != count}
                self._note(Change(kind) for kind in moved - self._heard)
                self._heard.clear()
                counters = latest
        finally:
            with suppress(psycopg.Error):
                await connection.close()

    async def _hear(self, connection: DriverConnection) -> None:
        """Take notifications until it is time to poll."""
        async for notification in connection.notifies(timeout=self._timing.poll):
            change = _parse(notification.payload)
            if change is not None:
                self._heard.add(change.kind)
                self._note([change])

    async def _read_counters(self, connection: DriverConnection) -> dict[Kind, int]:
        async with asyncio.timeout(self._timing.answer):
            cursor = await connection.execute(_COUNTERS, {"tables": list(_TABLES)})
            return {_TABLES[name]: count for name, count in await cursor.fetchall()}

    def _note(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._pending[change] = None
        if self._pending and self._flush is None:
            loop = asyncio.get_running_loop()
            self._flush = loop.call_later(self._timing.coalesce, self._tell)

    def _tell(self) -> None:
        self._flush = None
        changes, self._pending = list(self._pending), {}
        if Change(Kind.ALL) in changes:
            changes = [Change(Kind.ALL)]
        for change in changes:
            for listener in list(self._listeners.values()):
                _call(listener, change)

    def _become(self, state: Connected) -> None:
        if state.connected == self._state.connected and state.error is None:
            return
        changed = state.connected != self._state.connected or self._state.error is None
        self._state = state
        if changed:
            _log.info(
                "feed %s: %s", "connected" if state.connected else "disconnected", state.error or self._label
            )
            for listener in list(self._state_listeners.values()):
                _call(listener, state)

    def _known(self, error: BaseException) -> DatabaseError:
        return translate(error, self._label) or DatabaseError(
            "database_gone", database=self._label, detail=""
        )

    def _pause(self, failures: int) -> float:
        doubled = self._timing.backoff_first * 2.0 ** min(failures, 16)
        # Desks that lost the same server at the same moment must not come back at the same moment.
        return min(self._timing.backoff_cap, doubled) * random.uniform(0.5, 1.0)  # noqa: S311 - hides nothing


def _parse(payload: str) -> Change | None:
    """Read `kind:event_id`; None for what a newer version of the program may say."""
    kind, _, event_id = payload.partition(":")
    try:
        return Change(Kind(kind), UUID(event_id) if event_id else None)
    except ValueError:
        return None


def _call(listener: Callable[[_News], None], news: _News) -> None:
    try:
        listener(news)
    except Exception:
        _log.exception("a listener of the feed failed")


def _add(listeners: dict[object, _Listener], listener: _Listener) -> Callable[[], None]:
    key = object()
    listeners[key] = listener

    def remove() -> None:
        listeners.pop(key, None)

    return remove
