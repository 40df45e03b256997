"""Large results in pieces, so that the event loop gets its turns while they arrive."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final
from uuid import uuid4

import psycopg
from sqlalchemy import exc

from waapp.db.engine import Connection

CHUNK: Final = 500
"""Rows between two turns of the event loop: a few milliseconds of work for whoever makes records of them."""


async def stream(
    conn: Connection, query: str, parameters: Mapping[str, object]
) -> AsyncGenerator[list[tuple[Any, ...]], None]:
    """Yield the rows of a query (in the driver's own spelling, `%(name)s`) in chunks.

    Every chunk is waited for, so other tasks get their turn. By the driver's cursor, because SQLAlchemy's rows cost
    as much again as fetching them. Close the generator (`contextlib.aclosing`) when leaving it early.
    """
    driver = (await conn.get_raw_connection()).driver_connection
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError(driver)
    cursor = driver.cursor(name=f"waapp_{uuid4().hex}", binary=True)
    try:
        try:
            async with cursor:
                await cursor.execute(query, parameters)
                while rows := await cursor.fetchmany(CHUNK):
                    yield rows
        finally:
            # Cancelled just while it was being closed: the server's side ends with the transaction.
            await psycopg.AsyncCursor.close(cursor)
    except psycopg.Error as error:
        raise exc.DBAPIError(None, None, error) from error
