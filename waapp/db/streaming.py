"""Large results in pieces, so that the event loop gets its turns while they arrive."""

import asyncio
import json
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from typing import Any, Final, cast
from uuid import UUID

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


async def id_array(ids: Collection[UUID]) -> str:
    """Return ids as the value of `CAST(… AS uuid[])`, with a turn for all other tasks after a few hundred each.

    For thousands of ids: the driver's array of as many takes ten times as long, and in one piece.
    """
    ordered = list(ids)
    parts: list[str] = []
    for start in range(0, len(ordered), CHUNK):
        parts.append(",".join([one.hex for one in ordered[start : start + CHUNK]]))
        await asyncio.sleep(0)
    return f"{{{','.join(parts)}}}"


async def ids_from(array: str | None) -> list[UUID]:
    """Return the ids in `CAST(array_agg(…) AS text)` in the same way.

    For statements that may fail and leave the transaction usable: a stream that fails closes its connection.
    """
    texts = array[1:-1].split(",") if array else []
    ids: list[UUID] = []
    for start in range(0, len(texts), CHUNK):
        ids += map(UUID, texts[start : start + CHUNK])
        await asyncio.sleep(0)
    return ids


def _rows(
    cursor: psycopg.AsyncCursor[Any], query: str, parameters: Mapping[str, object]
) -> AsyncGenerator[tuple[Any, ...], None]:
    # What an older libpq cannot hand over in chunks comes row by row.
    size = CHUNK if psycopg.capabilities.has_stream_chunked() else 1
    return cast("AsyncGenerator[tuple[Any, ...], None]", cursor.stream(query, parameters, size=size))


def _decoded(text: str | bytes) -> Any:  # noqa: ANN401 - whatever a column holds
    """Read JSON in the encoding that a database sends; finding out which it is would take as long again."""
    return _decode(text if isinstance(text, str) else str(text, "utf-8"))
