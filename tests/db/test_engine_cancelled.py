"""Borrowers of the pool who are cancelled: nothing is left behind, and a server that hangs holds nobody up."""

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text

from tests.chaos.proxy import Proxy, proxy
from waapp.db.engine import Connection, Database
from waapp.errors import DatabaseError

PATIENT = 8.0
"""Seconds: less than the driver alone would wait for a server that hangs."""


async def ask(database: Database, kind: str, query: str = "SELECT 1") -> object:
    async with getattr(database, kind)() as conn:
        return (await conn.execute(text(query))).scalar_one()


def pool_of(database: Database) -> Any:
    return database._engine.sync_engine.pool


async def cancelled_after(work: Any, steps: int) -> bool:
    """Cancel work after so many turns of the loop; False when it was over by then."""
    task = asyncio.ensure_future(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    cut_off = task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() == cut_off, task
    return cut_off


@pytest.mark.parametrize("warm", [False, True], ids=["a new connection", "one of the pool's"])
@pytest.mark.parametrize("kind", ["read", "begin"])
def test_a_borrower_who_is_cancelled_at_any_moment_leaves_nothing_behind(
    run, database_url: str, kind: str, warm: bool
) -> None:
    async def once(steps: int) -> bool:
        database = Database(database_url)
        if warm:
            await ask(database, kind)
        cut_off = await cancelled_after(ask(database, kind), steps)
        assert await ask(database, kind) == 1
        await database.dispose()
        assert pool_of(database).checkedout() == 0
        return cut_off

    async def scenario() -> int:
        steps = 0
        while await once(steps):
            # What is dropped without having been closed says so when it is collected: a warning, an error here.
            gc.collect()
            steps += 1 + steps // 20
        return steps

    assert run(scenario()) > 3


def test_borrowers_who_are_cancelled_twice_when_everything_ends_leave_nothing_behind(
    run, database_url
) -> None:
    """As when a window closes: readers are cancelled, do not wait for what they were to clean up, and the pool goes."""

    async def once(steps: int, more: int) -> None:
        database = Database(database_url)
        await ask(database, "read")
        readers = [asyncio.ensure_future(ask(database, "read")) for _ in range(8)]
        for pause in (steps, more):
            for _ in range(pause):
                await asyncio.sleep(0)
            for reader in readers:
                reader.cancel()
        await asyncio.wait(readers)
        await database.dispose()
        gc.collect()
        assert pool_of(database).checkedout() == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    async def scenario() -> None:
        for steps in range(0, 60, 5):
            for more in range(3):
                await once(steps, more)

    run(scenario())


# --- a server that hangs ------------------------------------------------------------------------------------------


@pytest.fixture
def wire(database_url: str) -> Iterator[Proxy]:
    parts = conninfo_to_dict(database_url)
    with proxy(f"{parts['host']}/.s.PGSQL.{parts['port']}") as made:
        yield made


@pytest.fixture
def far(run, wire: Proxy, database_url: str) -> Iterator[Database]:
    parts = conninfo_to_dict(database_url)
    pool = Database(f"postgresql://{parts['user']}@127.0.0.1:{wire.port}/{parts['dbname']}")
    yield pool
    wire.flow()
    run(pool.dispose())


@pytest.mark.parametrize("kind", ["read", "begin"])
def test_who_is_cancelled_does_not_wait_for_a_server_that_hangs(
    run, wire: Proxy, far: Database, kind: str
) -> None:
    async def scenario() -> None:
        asking = asyncio.Event()

        async def wait_for_ever() -> None:
            async with getattr(far, kind)() as conn:
                asking.set()
                await conn.execute(text("SELECT pg_sleep(600)"))

        task = asyncio.ensure_future(wait_for_ever())
        await asking.wait()
        await asyncio.sleep(0)
        wire.stall()
        task.cancel()
        await asyncio.wait([task], timeout=PATIENT)
        assert task.cancelled()
        wire.flow()
        assert await ask(far, kind) == 1

    run(scenario())


def test_a_connection_that_hangs_before_it_is_lent_holds_nobody_up(run, wire: Proxy, far: Database) -> None:
    async def scenario() -> None:
        await ask(far, "read")
        wire.stall()
        task = asyncio.ensure_future(ask(far, "read"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=PATIENT)
        assert task.cancelled()
        wire.flow()
        assert await ask(far, "read") == 1

    run(scenario())


@pytest.mark.parametrize("kind", ["read", "begin"])
def test_an_answer_that_does_not_come_in_time_is_known_trouble(
    run, wire: Proxy, far: Database, kind: str
) -> None:
    async def transaction(within: float | None) -> None:
        async with getattr(far, kind)(within=within) as conn:
            await conn.execute(text("SELECT 1"))

    async def scenario() -> None:
        await transaction(30)
        wire.stall()
        with pytest.raises(DatabaseError) as caught:
            await transaction(0.2)
        assert caught.value.code == "database_gone"
        wire.flow()
        await transaction(30)

    run(scenario())


def test_a_time_limit_of_the_borrower_is_not_the_databases(run, database: Database) -> None:
    async def scenario(conn_of: list[Connection]) -> None:
        async with database.begin(within=60) as conn:
            conn_of.append(conn)
            async with asyncio.timeout(0):
                await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run(scenario([]))


async def hold(database: Database, held: asyncio.Semaphore, until: asyncio.Event) -> None:
    async with database.read() as conn:
        await conn.execute(text("SELECT 1"))
        held.release()
        await until.wait()


def test_after_an_answer_that_did_not_come_no_connection_is_trusted_that_was_open_then(
    run, wire: Proxy, far: Database
) -> None:
    """One after the other they would be tried, and each would hang."""

    async def scenario() -> None:
        held, over = asyncio.Semaphore(0), asyncio.Event()
        holding = [asyncio.ensure_future(hold(far, held, over)) for _ in range(4)]
        async with asyncio.timeout(60):
            for _ in holding:
                await held.acquire()
        over.set()
        await asyncio.wait(holding)
        wire.swallow()
        with pytest.raises(DatabaseError):
            async with far.read(within=0.2) as conn:
                await conn.execute(text("SELECT 1"))
        async with asyncio.timeout(PATIENT):
            assert await ask(far, "read") == 1
        await far.dispose()
        gc.collect()

    run(scenario())


def test_a_connection_that_hangs_when_it_comes_back_is_closed(run, wire: Proxy, far: Database) -> None:
    async def scenario() -> None:
        held, over = asyncio.Semaphore(0), asyncio.Event()
        holding = asyncio.ensure_future(hold(far, held, over))
        async with asyncio.timeout(60):
            await held.acquire()
        wire.swallow()
        over.set()
        await asyncio.wait([holding], timeout=PATIENT)
        assert holding.done()
        assert pool_of(far).checkedout() == 0

    run(scenario())
