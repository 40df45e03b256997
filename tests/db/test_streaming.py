"""Large results in pieces, also when whoever reads them is cancelled."""

import asyncio
import gc
from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy import text

from waapp.db.engine import Database
from waapp.db.streaming import CHUNK, id_array, ids_from, stream


def test_a_reader_may_be_cancelled_at_any_step(database, run):
    """Cancel after every number of turns of the loop; a cursor left open would warn, and so fail the test."""

    async def read():
        async with database.read() as conn:
            query = "SELECT generate_series(1, 3)"
            return [row async for chunk in stream(conn, query, {}) for row in chunk]

    async def scenario():
        for turns in range(60):
            reader = asyncio.create_task(read())
            for _ in range(turns):
                await asyncio.sleep(0)
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader
            assert await read() == [(1,), (2,), (3,)]
        gc.collect()

    run(scenario())


@pytest.mark.parametrize("count", [0, 1, CHUNK, 2 * CHUNK + 1])
def test_ids_go_to_the_database_and_come_back_as_they_are(run, database: Database, count: int) -> None:
    async def scenario() -> None:
        ids = [uuid4() for _ in range(count)]
        query = text("SELECT CAST(array_agg(one) AS text) FROM unnest(CAST(:ids AS uuid[])) AS one")
        async with database.read() as conn:
            array = (await conn.execute(query, {"ids": await id_array(ids)})).scalar_one()
        assert await ids_from(array) == ids

    run(scenario())
