"""One PostgreSQL per test process, and a fresh migrated database for every test that asks."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from waapp.db import embedded, migrate
from waapp.db.engine import Database
from waapp.errors import DatabaseError
from waapp.loop import headless_loop

_TEMPLATE = "waapp_template"

_PREFIX = "waapp-tests-"
_SETTLED = 300  # seconds after which a folder without a user is no longer one that is being made

# A crash of the machine may cost a test run its databases, and the disk is spared.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class Server:
    """The server of this test process: makes and drops databases."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._counter = 0

    def url_of(self, name: str) -> str:
        parts = conninfo_to_dict(self.url)
        return f"postgresql://{parts['user']}@/{name}?host={parts['host']}&port={parts['port']}"

    def execute(self, statement: sql.Composable) -> None:
        with psycopg.connect(make_conninfo(self.url, dbname="postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str | None = None) -> str:
        """Make a database, empty or as a copy, and return its name."""
        self._counter += 1
        name = f"test_{self._counter}"
        copied = sql.SQL("TEMPLATE {}").format(sql.Identifier(template or "template0"))
        self.execute(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), copied))
        return name

    def drop(self, name: str) -> None:
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _sweep(runner: asyncio.Runner) -> None:
    """Stop the servers of test runs that were killed, and remove their files."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(
            OSError, DatabaseError
        ):  # another user's run, or swept by another one at the same moment
            if folder.stat().st_mtime > time.time() - _SETTLED:
                continue
            pid_file = folder / "data" / "postmaster.pid"
            if pid_file.exists():  # join and leave: the last one out stops it
                runner.run(runner.run(embedded.start(folder, _FAST)).stop())
            if not pid_file.exists():
                shutil.rmtree(folder)


@pytest.fixture(scope="session")
def pg_server() -> Iterator[Server]:
    """Start the product's own embedded PostgreSQL for this test process."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    with asyncio.Runner(loop_factory=headless_loop) as runner:
        _sweep(runner)
        running = runner.run(embedded.start(folder, _FAST))
        try:
            yield Server(running.url)
        finally:
            runner.run(running.stop())
            shutil.rmtree(folder)


@pytest.fixture(scope="session")
def pg_url(pg_server: Server) -> str:
    """Return the URL of the migrated database that tests are given copies of; never write to it."""
    pg_server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(_TEMPLATE)))
    url = pg_server.url_of(_TEMPLATE)
    with asyncio.Runner(loop_factory=headless_loop) as runner:
        runner.run(migrate.upgrade(url))
    return url


@pytest.fixture
def database_url(pg_server: Server, pg_url: str) -> Iterator[str]:
    """Return the URL of a migrated database of this test's own."""
    name = pg_server.create(_TEMPLATE)
    yield pg_server.url_of(name)
    pg_server.drop(name)


@pytest.fixture
def empty_url(pg_server: Server) -> Iterator[str]:
    """Return the URL of an empty database of this test's own."""
    name = pg_server.create()
    yield pg_server.url_of(name)
    pg_server.drop(name)


@pytest.fixture
def database(database_url: str, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> Iterator[Database]:
    """Return a pool on a migrated database of this test's own, for coroutines that `run` runs."""
    pool = Database(database_url, planner="test")
    yield pool
    run(pool.dispose())
