"""Large results in pieces, so that the event loop gets its turns while they arrive."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final, cast

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

    The server goes on while a chunk is worked on; all other tasks get their turn after each. By the driver's cursor,
    because SQLAlchemy's rows cost as much again as fetching them. Nothing else can be asked on this connection before
    the end; leaving early (`contextlib.aclosing`) closes it.
    """
    driver = (await conn.get_raw_connection()).driver_connection
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError(driver)
    cursor = driver.cursor(binary=True)
    set_json_loads(_decoded, cursor)
    try:
        async with cursor, aclosing(_rows(cursor, query, parameters)) as rows:
            chunk: list[tuple[Any, ...]] = []
            async for row in rows:
                chunk.append(row)
                if len(chunk) == CHUNK:
                    yield chunk
                    chunk = []
                    await asyncio.sleep(0)
            if chunk:
                yield chunk
    except psycopg.Error as error:
        raise exc.DBAPIError(None, None, error) from error
    finally:
        if driver.closed:
            # Cut off, or left early: SQLAlchemy must not try to roll back on it.
            await conn.invalidate()


def _rows(
    cursor: psycopg.AsyncCursor[Any], query: str, parameters: Mapping[str, object]
) -> AsyncGenerator[tuple[Any, ...], None]:
    # What an older libpq cannot hand over in chunks comes row by row.
    size = CHUNK if psycopg.capabilities.has_stream_chunked() else 1
    return cast("AsyncGenerator[tuple[Any, ...], None]", cursor.stream(query, parameters, size=size))


def _decoded(text: str | bytes) -> Any:  # noqa: ANN401 - whatever a column holds
    """Read JSON in the encoding that a database sends; finding out which it is would take as long again."""
    return _decode(text if isinstance(text, str) else str(text, "utf-8"))
