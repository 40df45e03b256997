"""The sender's lock on the real database: one desk has it, everybody sees which, and it ends with the connection."""

import asyncio

import pytest

from tests.db.rows import SENDER, execute
from waapp.db import sender_lock
from waapp.db.engine import Database
from waapp.db.sender_lock import SenderLock, lock_holder, lock_key
from waapp.errors import DatabaseError

END_LOCKS = (
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
)


async def holder(database: Database, sender: str = SENDER) -> str | None:
    async with database.read() as conn:
        return await lock_holder(conn, sender)


@pytest.mark.parametrize(
    "desk", ["Maria on MARIA-PC", "José on Büro-PC", "山田 on 東京のとても長い名前のパソコン、二台目の予備機"]
)
def test_one_desk_has_the_number_and_the_others_see_which(run, database: Database, desk: str) -> None:
    async def scenario() -> None:
        assert await holder(database) is None
        async with SenderLock(database, SENDER, desk) as first:
            assert first.held
            seen = await holder(database)
            assert seen is not None
            assert desk.startswith(seen)
            assert len(seen) > 5
            async with SenderLock(database, SENDER, "Ana on PC-2") as second:
                assert not second.held
                assert second.holder == seen
            async with SenderLock(database, "practice-01234567", "Ana on PC-2") as other:
                assert other.held
            await first.check()
        assert not first.held
        assert await holder(database) is None
        async with SenderLock(database, SENDER, "Ana on PC-2") as third:
            assert third.held

    run(scenario())


def test_of_desks_that_try_at_once_one_gets_it(run, database: Database) -> None:
    async def attempt(number: int, everybody: asyncio.Barrier) -> bool:
        async with SenderLock(database, SENDER, f"Desk {number}") as lock:
            await everybody.wait()
            return lock.held

    async def scenario() -> None:
        everybody = asyncio.Barrier(5)
        assert sorted(await asyncio.gather(*(attempt(n, everybody) for n in range(5)))) == [False] * 4 + [
            True
        ]

    run(scenario())


def test_a_lock_whose_connection_was_ended_is_known_to_be_lost(run, database: Database) -> None:
    async def scenario() -> None:
        async with SenderLock(database, SENDER, "Desk 1") as lock:
            await execute(database, END_LOCKS)
            with pytest.raises(DatabaseError, match="database_gone"):
                await lock.lost()
            async with SenderLock(database, SENDER, "Desk 2") as successor:
                assert successor.held
            with pytest.raises(DatabaseError, match="database_gone"):
                await lock.check()

    run(scenario())


def test_a_desk_that_falls_silent_loses_the_number_and_knows_it_without_asking(
    run, database: Database
) -> None:
    async def scenario() -> None:
        async with SenderLock(database, SENDER, "Desk 1") as silent:
            assert silent.fresh
            async with asyncio.timeout(60):
                while await holder(database) is not None:
                    await asyncio.sleep(0.05)
            assert not silent.fresh
            async with SenderLock(database, SENDER, "Desk 2") as heir:
                assert heir.fresh
            with pytest.raises(DatabaseError):
                await silent.check()

    run(scenario())


def test_a_heartbeat_keeps_the_number(run, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 1000.0
    monkeypatch.setattr(sender_lock, "time_with_sleep", lambda: clock)

    async def scenario() -> None:
        nonlocal clock
        async with SenderLock(database, SENDER, "Desk 1") as lock:
            clock += 4
            assert lock.fresh
            clock += 2
            assert not lock.fresh
            await lock.check()
            assert lock.fresh

    run(scenario())


def test_a_database_that_is_away_is_known_trouble(run) -> None:
    async def scenario() -> None:
        nowhere = Database("postgresql://nobody@/nothing?host=/nowhere")
        with pytest.raises(DatabaseError):
            async with SenderLock(nowhere, SENDER, "Desk 1"):
                pass

    run(scenario())


def test_the_key_is_the_same_in_every_version() -> None:
    # Two versions of the program that disagree here would send side by side.
    assert lock_key("+351210000000") == 7001588669531259735
    assert lock_key("+351210000001") != lock_key("+351210000000")


def test_a_server_that_takes_no_writes_gives_nobody_the_number(
    run, database: Database, database_url: str
) -> None:
    """A standby, or a primary that was demoted: others may send by the one that was promoted."""

    async def scenario() -> None:
        async with SenderLock(database, SENDER, "Maria") as lock:
            assert lock.held
            assert lock._connection is not None
            await lock._connection.execute("SET default_transaction_read_only = on")
            with pytest.raises(DatabaseError, match="database_readonly"):
                await lock.check()
        standby = Database(f"{database_url}&options=-c%20default_transaction_read_only%3Don")
        try:
            with pytest.raises(DatabaseError, match="database_readonly"):
                async with SenderLock(standby, SENDER, "Maria"):
                    pass
            assert await holder(database) is None
        finally:
            await standby.dispose()

    run(scenario())
