"""Large results in pieces, also when whoever reads them is cancelled."""

import asyncio
import gc
from contextlib import suppress

from waapp.db.streaming import stream


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
