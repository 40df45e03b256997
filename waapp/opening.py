"""Opening the database that the settings name: the shared one, or the private one on this computer."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from waapp import config, paths
from waapp.config import Settings
from waapp.db import deletions, embedded, migrate
from waapp.db.engine import Database
from waapp.errors import DatabaseError


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """A database that is ready for use; `url` carries the password and is for other connections only."""

    database: Database
    url: str
    shared: bool


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[str]:
    """Return the URL of the shared database, or start the private one and return its URL."""
    url = await config.full_database_url(settings)
    if url is not None:
        yield url
        return
    server = await embedded.start(paths.user_data_dir() / "database")
    try:
        yield server.url
    finally:
        await server.stop()


@asynccontextmanager
async def open_database(
    settings: Settings, on_step: Callable[[str], None] = lambda _: None
) -> AsyncIterator[OpenDatabase]:
    """Start, check and connect; the private database is brought up to date by itself, a shared one is not.

    `on_step` hears "start", "migrate" and "connect" as they begin. Raises DatabaseError and
    UserError("database_outdated"), UserError("database_too_new").
    """
    shared = settings.database_url is not None
    on_step("connect" if shared else "start")
    async with database_url(settings) as url:
        if not shared:
            on_step("migrate")
            await migrate.upgrade(url)
        database = Database(url, settings.planner)
        try:
            async with database.read() as conn:
                await migrate.check_version(conn)
            # No reason not to open: where this role may not yet, or the moment is bad, another desk or day does it.
            with suppress(DatabaseError):
                async with database.begin() as conn:
                    await deletions.forget_old(conn)
            yield OpenDatabase(database, url, shared)
        finally:
            await database.dispose()
