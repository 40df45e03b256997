"""Large results in pieces, so that the event loop gets its turns while they arrive."""

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg.types.json import set_json_loads
from sqlalchemy import exc

from waapp.db.engine import Connection

CHUNK: Final = 500
"""Rows between two turns of the event loop: a few milliseconds of work for whoever makes records of them."""

_decode: Final = json.JSONDecoder().decode


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
    set_json_loads(_decoded, cursor)
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


def _decoded(text: str | bytes) -> Any:  # noqa: ANN401 - whatever a column holds
    """Read JSON in the encoding that a database sends; finding out which it is would take as long again."""
    return _decode(text if isinstance(text, str) else str(text, "utf-8"))
