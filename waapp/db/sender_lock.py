"""The right to send for one WhatsApp number: of all desks on a database one has it.

It is an advisory lock of the session, on a connection of its own: it ends with that connection, whatever happens
to the desk. The server itself ends a session that falls silent: a desk that sleeps or has lost its network does not
keep the number, and when it wakes it knows that it may have lost it before it asks.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from math import inf
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, unquote

import psycopg
from sqlalchemy import text

from waapp.db.driver import DriverConnection
from waapp.db.engine import Connection, Database, connect_parameters
from waapp.db.errors import translate
from waapp.errors import DatabaseError

_PREFIX: Final = "waapp/"
_NAME_BYTES: Final = 63
_HEARTBEAT: Final = 2.0
_ANSWER_WITHIN: Final = 4.0
_SILENCE: Final = 7.0
"""Seconds without a heartbeat after which the server ends the lock's session, so that another desk can take over."""
_TRUSTED: Final = 5.0
"""Seconds after a heartbeat left in which the lock is certainly still held; less than `_SILENCE`."""

_KNOWS_IDLE_SESSIONS: Final = 14_00_00

# A key of 64 bits is shown as two halves.
_HOLDER: Final = """
SELECT a.application_name
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid = CAST((CAST({key} AS bigint) >> 32) & 4294967295 AS oid)
  AND l.objid = CAST(CAST({key} AS bigint) & 4294967295 AS oid)
"""


def time_with_sleep() -> float:
    """Return seconds on a clock that nobody sets and that goes on while the computer sleeps."""
    # Where the system has no such clock, its monotonic one does this itself: macOS by that name, Windows always.
    clock = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def lock_key(sender: str) -> int:
    """Return the advisory lock's key of a sender: the same on every desk and in every version."""
    digest = hashlib.blake2b(b"waapp sender " + sender.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


async def lock_holder(conn: Connection, sender: str) -> str | None:
    """Return the desk that sends for a number at this moment, or None."""
    statement = text(_HOLDER.format(key=":key"))
    name = (await conn.execute(statement, {"key": lock_key(sender)})).scalars().first()
    return None if name is None else _desk(name)


def is_desk(holder: str, desk: str) -> bool:
    """Tell whether a holder is this desk: names of sessions are cut short."""
    return holder == _desk(_application_name(desk))


class SenderLock:
    """A wish to send for a number, as a context; `held` tells whether this desk may.

    If not, `holder` names the desk that does, and `try_again` asks anew over the same connection. Raises
    `DatabaseError` when the database cannot be reached.
    """

    def __init__(self, database: Database, sender: str, desk: str) -> None:
        self._database = database
        self._key = lock_key(sender)
        self._desk = desk
        self._connection: DriverConnection | None = None
        self._proven_at = -inf
        self.held = False
        self.holder: str | None = None

    @property
    def fresh(self) -> bool:
        """Tell whether the lock is certainly held at this moment, going by the last heartbeat."""
        return self.held and time_with_sleep() - self._proven_at < _TRUSTED

    async def __aenter__(self) -> Self:
        parameters = connect_parameters(self._database.url) | {
            "application_name": _application_name(self._desk)
        }
        try:
            async with self._answering(None):  # connecting has a limit of its own, for each host
                self._connection = await DriverConnection.connect(**parameters, autocommit=True)
            async with self._answering():
                await self._end_when_silent(self._connection)
            await self.try_again()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A backend takes a moment to notice that its client has gone; the next desk need not wait for that.
        try:
            if self.held:
                with suppress(psycopg.Error, TimeoutError):
                    async with asyncio.timeout(_ANSWER_WITHIN):
                        await self._ask("SELECT pg_advisory_unlock(%(key)s)")
        finally:
            await self._close()

    async def try_again(self) -> None:
        """Ask for the number, and who has it if not this desk. Who stands by asks every second or two."""
        async with self._answering():
            await self._refuse_standby()
            started = time_with_sleep()
            self.held = bool(await self._ask("SELECT pg_try_advisory_lock(%(key)s)"))
            self._proven_at = started
            name = None if self.held else await self._ask(_HOLDER.format(key="%(key)s"))
            self.holder = None if name is None else _desk(name)

    async def check(self) -> None:
        """Make sure that the lock is still ours; raises `DatabaseError` when it is not, or no answer comes."""
        started = time_with_sleep()
        async with self._answering():
            await self._refuse_standby()
        self._proven_at = started

    async def lost(self) -> None:
        """Wait until the lock's connection has ended, then raise `DatabaseError`."""
        while True:
            await self.check()
            await asyncio.sleep(_HEARTBEAT)

    async def _refuse_standby(self) -> None:
        """Raise `database_readonly` on a server that takes no writes: its locks say nothing to other desks."""
        if await self._ask("SELECT current_setting('transaction_read_only')") == "on":
            raise DatabaseError("database_readonly", database=self._database.label, detail="")

    async def _end_when_silent(self, connection: DriverConnection) -> None:
        if connection.info.server_version >= _KNOWS_IDLE_SESSIONS:
            await connection.execute(f"SET idle_session_timeout = {_SILENCE * 1000:.0f}")
        # The server's side of keepalives ends a session whose network is gone even where there is no such setting.
        await connection.execute("SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2")
        await connection.execute("SET tcp_keepalives_count = 2")

    @asynccontextmanager
    async def _answering(self, within: float | None = _ANSWER_WITHIN) -> AsyncIterator[None]:
        """Turn trouble with the connection, and answers that do not come, into known errors."""
        try:
            async with asyncio.timeout(within):
                yield
        except TimeoutError as error:
            raise DatabaseError("database_gone", database=self._database.label, detail="") from error
        except psycopg.Error as error:
            raise self._known(error) from error

    async def _ask(self, query: str) -> Any:  # noqa: ANN401 - whatever the query's first column is
        if self._connection is None:
            raise psycopg.InterfaceError("the connection is closed")
        row = await (await self._connection.execute(query, {"key": self._key})).fetchone()
        return None if row is None else row[0]

    async def _close(self) -> None:
        self.held = False
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    def _known(self, error: psycopg.Error) -> Exception:
        return translate(error, self._database.label) or error


def _application_name(desk: str) -> str:
    # Names of sessions are ASCII and short; one that is cut in the middle of a character must still be readable.
    name = desk
    while len(encoded := _PREFIX + quote(name, safe=" @.,()'")) > _NAME_BYTES:
        name = name[:-1]
    return encoded


def _desk(application_name: str) -> str:
    return unquote(application_name.removeprefix(_PREFIX))
