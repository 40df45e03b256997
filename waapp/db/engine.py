"""Connections to the database: pooled, in UTC, encrypted to remote hosts, with known errors as `DatabaseError`."""

import asyncio
import getpass
import logging
import os
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, LiteralString, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection as Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from waapp.db.driver import DriverConnection
from waapp.db.errors import translate
from waapp.errors import DatabaseError

_log = logging.getLogger(__name__)

__all__ = ["Connection", "ConnectionReport", "Database", "connect_parameters", "label", "test_connection"]

_SCHEMES: Final = ("postgresql://", "postgres://", "postgresql+psycopg://")
_LOCAL_HOSTS: Final = frozenset({"", "localhost", "::1"})

# A desk that sleeps in the middle of a transaction must not hold locks in a database that others share.
_SESSION: Final = "SET TIME ZONE 'UTC'; SET idle_in_transaction_session_timeout = '5min'"

_CONNECT_WITHIN: Final = 5
_UNANSWERED: Final = 8_000
"""Milliseconds after which a connection that sends and hears nothing is given up; the system alone would go on for a
quarter of an hour, and ask again ever more seldom when the network has long been back."""
_HANDED_BACK_WITHIN: Final = 5.0
"""Seconds that rolling back may take."""
_LAST_CLOSED_WITHIN: Final = 5.0
"""Seconds that closing waits for connections that are still being opened or handed back."""

_Result = TypeVar("_Result")


def connect_parameters(url: str, planner: str | None = None) -> dict[str, Any]:
    """Return libpq's parameters for a URL: what it says, and our defaults for what it leaves open.

    libpq reads the URL, so that everything it knows works: several hosts, sockets, `service`, client certificates.
    Raise `DatabaseError("database_url")` for a URL that it cannot read; the text never repeats the URL, because
    the unreadable part may be the password.
    """
    scheme = next((known for known in _SCHEMES if url.startswith(known)), None)
    if scheme is None:
        raise DatabaseError("database_url")
    try:
        given = conninfo_to_dict("postgresql://" + url.removeprefix(scheme))
    except (psycopg.Error, UnicodeError):
        raise DatabaseError("database_url") from None
    defaults: dict[str, Any] = {
        "connect_timeout": _CONNECT_WITHIN,
        "application_name": application_name(planner),
        "keepalives": 1,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": _UNANSWERED,
    }
    if "," in str(given.get("host", "")):
        # A primary and its standbys: which of them takes writes changes when the primary is lost.
        defaults["target_session_attrs"] = "read-write"
    if (
        any(not _is_local(host) for host in str(given.get("host", "")).split(","))
        and "PGSSLMODE" not in os.environ
    ):
        defaults["sslmode"] = "require"
    return defaults | {name: value for name, value in given.items() if value is not None}


def application_name(planner: str | None = None) -> str:
    """Return how this desk shows up in `pg_stat_activity`: plain ASCII, at most 63 characters."""
    if planner is None:
        try:
            planner = getpass.getuser()
        except (OSError, KeyError):  # an account without a name, as in some containers
            planner = "unknown"
    return f"waapp/{planner}".encode("ascii", "replace").decode()[:63]


def label(url: str) -> str:
    """Name a database for people and logs, without its password."""
    given = connect_parameters(url)
    hosts = str(given.get("host") or "localhost").split(",")
    ports = str(given.get("port") or "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    places = ",".join(
        f"{host}:{port}" if port and not host.startswith("/") else host
        for host, port in zip(hosts, ports, strict=False)
    )
    user = f"{given['user']}@" if given.get("user") else ""
    return f"{user}{places}/{given.get('dbname') or given.get('user') or ''}"


def _is_local(host: str) -> bool:
    return host in _LOCAL_HOSTS or host.startswith(("/", "@", "127."))


class Database:
    """A pool of connections to one database.

    A connection belongs to the coroutine that opened it: never share one between concurrent tasks. Whoever is
    cancelled leaves at once; what that takes with the connection is done behind it, by tasks of the pool's own.
    """

    def __init__(self, url: str, planner: str | None = None) -> None:
        self.url = url
        self.label = label(url)
        self._engine = _create_engine(url, planner)
        self._errands: set[asyncio.Task[Any]] = set()

    def __repr__(self) -> str:
        return f"Database({self.label})"

    @asynccontextmanager
    async def begin(self, *, within: float | None = None) -> AsyncIterator[Connection]:
        """Open a transaction: committed at the end of the block, rolled back by any exception.

        After `within` seconds it fails with `DatabaseError("database_gone")`; it may then have been committed.
        """
        async with self._known_trouble(within), self._lent() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def read(self, *, within: float | None = None) -> AsyncIterator[Connection]:
        """Open a read-only transaction, for `within` seconds at most; writing in it is a bug."""
        async with self._known_trouble(within, reading=True), self._lent() as connection:
            yield await connection.execution_options(postgresql_readonly=True)

    async def dispose(self) -> None:
        """Close all connections; call it in the event loop that used them."""
        if self._errands:
            _, late = await asyncio.wait(self._errands, timeout=_LAST_CLOSED_WITHIN)
            for errand in late:
                errand.cancel()
            if late:
                await asyncio.wait(late)
        await self._engine.dispose()

    @asynccontextmanager
    async def _known_trouble(self, within: float | None, *, reading: bool = False) -> AsyncIterator[None]:
        """Turn the driver's and the pool's errors into known ones."""
        limit = asyncio.timeout(within)
        try:
            async with limit:
                yield
        except TimeoutError as error:
            if not limit.expired():
                raise
            # The others of the pool hang as well, and would be tried one after the other.
            await asyncio.shield(self._errand(self._engine.dispose()))
            raise DatabaseError("database_gone", database=self.label, detail="no answer in time") from error
        except (exc.SQLAlchemyError, psycopg.Error) as error:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                # A statement that is cut off may fail with an error of its own in place of the cancellation.
                raise asyncio.CancelledError from error
            wrote = reading and _tried_to_write(error)
            if not wrote and (known := translate(error, self.label)) is not None:
                raise known from error
            raise

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[Connection]:
        """Take a connection from the pool and hand it back, whatever becomes of the borrower meanwhile."""
        pool = self._engine.pool
        connection = self._engine.connect()
        arriving = self._errand(connection.start())
        try:
            await asyncio.shield(arriving)
        except asyncio.CancelledError:
            self._errand(self._hand_back(connection, arriving, pool))
            raise
        try:
            yield connection
        finally:
            await asyncio.shield(self._errand(self._hand_back(connection, arriving, pool)))

    async def _hand_back(self, connection: Connection, arriving: asyncio.Task[Any], pool: Pool) -> None:
        await asyncio.wait([arriving])
        if arriving.cancelled() or arriving.exception() is not None:
            return
        if pool is not self._engine.pool and not connection.invalidated:
            # It is from a pool that was given up, which nobody would take it from again.
            await connection.invalidate()
        with suppress(TimeoutError):
            # Closed by then, as what is cut off always is.
            async with asyncio.timeout(_HANDED_BACK_WITHIN):
                await connection.close()

    def _errand(self, work: Coroutine[Any, Any, _Result]) -> asyncio.Task[_Result]:
        task = asyncio.get_running_loop().create_task(work, name="connection")
        self._errands.add(task)
        task.add_done_callback(self._errand_done)
        return task

    def _errand_done(self, task: asyncio.Task[Any]) -> None:
        self._errands.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Whoever still waits for it learns of it too.
            _log.debug("connection: %s", type(error).__name__)


def _tried_to_write(error: Exception) -> bool:
    """Tell whether a statement would have written; that no server that takes writes was found is something else."""
    return isinstance(error, exc.DBAPIError) and isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction)


def _create_engine(url: str, planner: str | None) -> AsyncEngine:
    engine = create_async_engine(
        "postgresql+psycopg://",
        connect_args={**connect_parameters(url, planner), "async_creator_fn": DriverConnection.connect},
        # Whoever waits for another planner's lock must then see what that one has written.
        isolation_level="READ COMMITTED",
        pool_size=5,
        max_overflow=5,
        pool_timeout=30,
        pool_pre_ping=True,
        pool_recycle=1800,
        # Guests' names and numbers must not reach a log through an error's text.
        hide_parameters=True,
    )

    # By statement and not by startup option: PgBouncer refuses connections that bring options.
    @event.listens_for(engine.sync_engine, "connect")
    def set_session(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(_SESSION)
        cursor.close()
        connection.commit()

    # A primary that became a standby, or was locked, answers as before: only a new connection finds the one that
    # takes writes.
    @event.listens_for(engine.sync_engine, "handle_error")
    def leave_read_only_server(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, psycopg.errors.ReadOnlySqlTransaction):
            context.is_disconnect = True

    return engine


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What a connection test found.

    With `transaction_pooling` something like PgBouncer stands in between and gives every transaction another
    server connection, so that LISTEN and the sender's lock cannot work. `latency` is seconds for one query.
    """

    label: str
    version: str
    tls: bool
    transaction_pooling: bool
    read_only: bool
    latency: float


async def test_connection(url: str) -> ConnectionReport:
    """Connect outside any pool and look at what is there; raise `DatabaseError` when it cannot be used."""
    name = label(url)
    parameters = connect_parameters(url)
    try:
        async with (
            await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as first,
            await psycopg.AsyncConnection.connect(**parameters) as second,
        ):
            return await _examine(name, first, second)
    except psycopg.Error as error:
        raise translate(error, name) or error from error


test_connection.__test__ = False  # type: ignore[attr-defined] # its name would make pytest collect it


async def _examine(
    name: str, first: psycopg.AsyncConnection[Any], second: psycopg.AsyncConnection[Any]
) -> ConnectionReport:
    started = time.monotonic()
    pid, version, read_only = await _one_row(
        first,
        "SELECT pg_backend_pid(), current_setting('server_version'), current_setting('transaction_read_only')",
    )
    latency = time.monotonic() - started
    # Two sessions never share a server process. The second holds a transaction open, so a transaction pooler has
    # either given it the first one's process or must give the first another one now.
    held = (await _one_row(second, "SELECT pg_backend_pid()"))[0]
    again = (await _one_row(first, "SELECT pg_backend_pid()"))[0]
    await second.rollback()
    return ConnectionReport(
        label=name,
        version=version,
        tls=first.pgconn.ssl_in_use,
        transaction_pooling=held == pid or again != pid,
        read_only=read_only == "on",
        latency=latency,
    )


async def _one_row(connection: psycopg.AsyncConnection[Any], query: LiteralString) -> tuple[Any, ...]:
    cursor = await connection.execute(query)
    return await cursor.fetchone() or ()
