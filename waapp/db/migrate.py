"""Bring a database up to date, in this process, while others may be doing the same.

The SQL beside each version under `sql/versions` is the migration; the Python there only says in which order and
in which transactions it runs.
"""

import asyncio
import io
import threading
import time
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from alembic import command, op
from alembic.config import Config
from psycopg import sql
from sqlalchemy import exc

from waapp import paths
from waapp.db.engine import Connection, connect_parameters, label
from waapp.db.errors import translate
from waapp.db.schema import REVISION
from waapp.errors import DatabaseError, UserError

VERSION_TABLE: Final = "waapp_alembic_version"

_VERSIONS: Final = sa.table(VERSION_TABLE, sa.column("version_num"))

LOCK_KEY: Final = 0x7761617070
"""The advisory lock of migrations ("waapp")."""

# Alembic keeps its context in the module: one run at a time in a process, whatever the database.
_ALEMBIC: Final = threading.Lock()

_OLDEST_SERVER: Final = 130000
_LOCK_PATIENCE: Final = 60.0  # seconds that another machine's migration may take
_TABLE_PATIENCE: Final = "10s"  # how long the web application's transactions may keep a table from us


async def upgrade(url: str) -> bool:
    """Migrate to this program's version; return whether there was anything to do.

    Of several machines that migrate at once one works and the others wait for it. Raise
    `UserError("database_too_new")` for a database of a newer major version, `database_busy` when a table stays
    locked by somebody else, `database_no_right` when this role may not change tables.
    """
    cancelled = threading.Event()
    try:
        return await asyncio.to_thread(_upgrade, url, cancelled)
    finally:
        cancelled.set()


async def pending_sql(url: str) -> str:
    """Return the SQL that `upgrade` would run now, for psql; empty when there is nothing to do."""
    return await asyncio.to_thread(_pending_sql, url)


async def check_version(connection: Connection) -> None:
    """Raise `UserError` unless this program can work with the database as it is.

    Codes: `database_not_migrated`, `database_outdated`, `database_too_new`. A newer version of the same major is
    fine: within a major, changes only add.
    """
    revision = None
    if await connection.scalar(sa.text(f"SELECT to_regclass('{VERSION_TABLE}') IS NOT NULL")):
        revision = await connection.scalar(sa.select(sa.func.max(_VERSIONS.c.version_num)))
    if revision is None:
        raise UserError("database_not_migrated")
    if _is_pending(str(revision)):
        raise UserError("database_outdated", found=revision, known=REVISION)


def run_script(name: str) -> None:
    """Run a script beside the versions, or print it when Alembic runs without a database."""
    context = op.get_context()
    text = (paths.data_dir("sql") / "versions" / name).read_text(encoding="utf-8")
    if context.as_sql:
        context.impl.static_output(text)
        return
    # Past SQLAlchemy, which would look for parameters in it; psycopg sends it as it is, statement after statement.
    _driver(op.get_bind()).execute(text.encode())


def _upgrade(url: str, cancelled: threading.Event) -> bool:
    name = label(url)
    engine = sa.create_engine(
        "postgresql+psycopg://",
        connect_args=connect_parameters(url),
        poolclass=sa.NullPool,
        hide_parameters=True,
    )
    try:
        with engine.connect() as connection:
            if not _is_pending(_revision(connection)):
                return False
            # Closing the connection gives the lock back, whatever happens.
            _lock(connection, name, cancelled)
            if not _is_pending(_revision(connection)):
                return False  # somebody else has done it while we waited
            with _ALEMBIC:
                command.upgrade(_config(connection), "head")
            return True
    except exc.DBAPIError as error:
        raise translate(error, name) or error from error
    except psycopg.Error as error:
        raise translate(error, name) or error from error
    finally:
        engine.dispose()


def _pending_sql(url: str) -> str:
    name = label(url)
    try:
        with psycopg.connect(**connect_parameters(url)) as connection:
            revision = _driver_revision(connection)
    except psycopg.Error as error:
        raise translate(error, name) or error from error
    if not _is_pending(revision):
        return ""
    buffer = io.StringIO()
    config = Config(output_buffer=buffer)
    config.set_main_option("script_location", _script_location())
    with _ALEMBIC:
        command.upgrade(config, f"{revision or 'base'}:head", sql=True)
    return buffer.getvalue()


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", _script_location())
    config.attributes["connection"] = connection
    return config


def _script_location() -> str:
    return str(paths.data_dir("sql")).replace("%", "%%")


def _revision(connection: sa.Connection) -> str | None:
    revision = _driver_revision(_driver(connection))
    connection.rollback()
    return revision


def _driver(connection: sa.Connection) -> psycopg.Connection[Any]:
    driver: psycopg.Connection[Any] | None = connection.connection.driver_connection
    if driver is None:
        raise DatabaseError("database_gone", database="", detail="")
    return driver


def _driver_revision(connection: psycopg.Connection[Any]) -> str | None:
    if connection.info.server_version < _OLDEST_SERVER:
        raise DatabaseError(
            "database_server_too_old", version=connection.info.parameter_status("server_version")
        )
    known = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [VERSION_TABLE]).fetchone()
    if known is None or not known[0]:
        return None
    query = sql.SQL("SELECT max(version_num) FROM {}").format(sql.Identifier(VERSION_TABLE))
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _is_pending(revision: str | None) -> bool:
    if revision is None:
        return True
    found, known = _parts(revision), _parts(REVISION)
    if found[0] > known[0]:
        raise UserError("database_too_new", found=revision, known=REVISION)
    return found < known


def _parts(revision: str) -> tuple[int, int]:
    major, _, number = revision.removeprefix("v").partition("_")
    return int(major), int(number)


def _lock(connection: sa.Connection, name: str, cancelled: threading.Event) -> None:
    """Take the migrations' lock for this session, and give up on tables that stay locked by others."""
    deadline = time.monotonic() + _LOCK_PATIENCE
    while not connection.scalar(sa.text(f"SELECT pg_try_advisory_lock({LOCK_KEY})")):
        connection.rollback()
        if time.monotonic() > deadline or cancelled.wait(0.1):
            raise DatabaseError("database_busy", database=name, detail="another machine is migrating it")
    connection.execute(sa.text(f"SET lock_timeout = '{_TABLE_PATIENCE}'"))
    connection.execute(sa.text("SET TIME ZONE 'UTC'"))
    connection.commit()
