"""The feed on the real database: every change is told, to everybody, whatever breaks in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from psycopg import sql
from sqlalchemy import text

from tests.db.rows import accept_all, execute, make_event, make_guests, queue
from waapp.db import feed
from waapp.db.engine import Database
from waapp.db.feed import Change, Connected, Feed, Kind, Timing

QUICK = Timing(coalesce=0.02, poll=0.2, backoff_first=0.01, backoff_cap=0.05)
# So long that only a notification can be what told.
NOTIFIED = Timing(coalesce=0.02, poll=3600.0)

END_LISTENERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND query LIKE ANY (ARRAY['LISTEN%', '%pg_stat_all_tables%']) "
    "AND pid <> pg_backend_pid()"
)


class Heard:
    """What a listener was told, to be waited for."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._news = asyncio.Event()

    def __call__(self, change: Change) -> None:
        self.changes.append(change)
        self._news.set()

    async def until(self, condition: Callable[[list[Change]], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition(self.changes):
                self._news.clear()
                await self._news.wait()

    async def change(self, change: Change) -> None:
        await self.until(lambda changes: change in changes)


@asynccontextmanager
async def listening(url: str, timing: Timing = NOTIFIED) -> AsyncIterator[tuple[Feed, Heard]]:
    """Run a feed and begin after its first word, that anything may have changed."""
    told = Feed(url, timing=timing)
    heard = Heard()
    told.subscribe(heard)
    running = asyncio.create_task(told.run())
    try:
        await heard.change(Change(Kind.ALL))
        heard.changes.clear()
        yield told, heard
    finally:
        running.cancel()
        await asyncio.wait([running])


def test_every_kind_of_change_is_told_with_its_event(run, database: Database, database_url: str) -> None:
    async def scenario() -> None:
        async with listening(database_url) as (_, heard):
            async with database.begin() as conn:
                event = await make_event(conn)
            await heard.change(Change(Kind.EVENTS, event.id))
            async with database.begin() as conn:
                await make_guests(conn, event.id, 3)
            await heard.change(Change(Kind.GUESTS, event.id))
            other, _, _ = await queue(database, 2)
            await heard.change(Change(Kind.SENDS, other.id))
            heard.changes.clear()
            await accept_all(database)
            await heard.change(Change(Kind.INVITATIONS, other.id))
            await execute(database, "UPDATE whatsapp_templates SET description = 'x'")
            await heard.change(Change(Kind.TEMPLATES))
            await execute(database, "DELETE FROM events WHERE id = :id", id=event.id)
            await heard.change(Change(Kind.EVENTS, event.id))

    run(scenario())


def test_changes_that_come_together_are_told_once(run, database: Database, database_url: str) -> None:
    async def scenario() -> None:
        async with listening(database_url) as (_, heard):
            async with database.begin() as conn:
                event = await make_event(conn)
                for number in range(20):
                    await make_guests(conn, event.id, 1, start=number)
            await heard.change(Change(Kind.GUESTS, event.id))
            async with database.begin() as conn:
                other = await make_event(conn, "The end")
            await heard.change(Change(Kind.EVENTS, other.id))
            assert heard.changes.count(Change(Kind.GUESTS, event.id)) == 1

    run(scenario())


def test_a_rolled_back_change_is_not_told(run, database: Database, database_url: str) -> None:
    async def make_event_in_vain() -> None:
        async with database.begin() as conn:
            await make_event(conn)
            raise ZeroDivisionError

    async def scenario() -> None:
        async with listening(database_url) as (_, heard):
            with pytest.raises(ZeroDivisionError):
                await make_event_in_vain()
            async with database.begin() as conn:
                kept = await make_event(conn)
            await heard.change(Change(Kind.EVENTS, kept.id))
            assert [one for one in heard.changes if one.kind is Kind.EVENTS] == [Change(Kind.EVENTS, kept.id)]

    run(scenario())


def test_a_listener_that_fails_harms_nobody_else(
    run, database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(change: Change) -> None:
        raise ZeroDivisionError(change)

    async def scenario() -> None:
        async with listening(database_url) as (told, heard):
            told.subscribe(fail)
            second = Heard()
            told.subscribe(second)
            for _ in range(2):
                async with database.begin() as conn:
                    event = await make_event(conn)
                await heard.change(Change(Kind.EVENTS, event.id))
                await second.change(Change(Kind.EVENTS, event.id))

    run(scenario())
    failures = [record for record in caplog.records if record.levelname == "ERROR"]
    assert failures
    assert all(record.message == "a listener of the feed failed" for record in failures)


def test_who_unsubscribed_hears_nothing_more(run, database: Database, database_url: str) -> None:
    async def scenario() -> None:
        async with listening(database_url) as (told, heard):
            second = Heard()
            unsubscribe = told.subscribe(second)
            third = Heard()

            def leave_in_the_middle(change: Change) -> None:
                third(change)
                remove_third()

            remove_third = told.subscribe(leave_in_the_middle)
            last = Heard()
            told.subscribe(last)
            unsubscribe()
            unsubscribe()
            async with database.begin() as conn:
                event = await make_event(conn)
            await heard.change(Change(Kind.EVENTS, event.id))
            await execute(database, "UPDATE events SET name = 'x'")
            await last.until(lambda changes: changes.count(Change(Kind.EVENTS, event.id)) == 2)
            assert second.changes == []
            assert len(third.changes) == 1

    run(scenario())


def test_a_feed_whose_connection_is_ended_comes_back_and_says_so(
    run, database: Database, database_url: str
) -> None:
    async def scenario() -> None:
        states: list[Connected] = []
        async with listening(database_url, QUICK) as (told, heard):
            told.watch(states.append)
            assert told.state.connected
            for _ in range(3):
                heard.changes.clear()
                await execute(database, END_LISTENERS)
                await heard.change(Change(Kind.ALL))
                async with database.begin() as conn:
                    event = await make_event(conn)
                await heard.change(Change(Kind.EVENTS, event.id))
            assert [one.connected for one in states] == [False, True] * 3
            assert {one.error.code for one in states if one.error is not None} == {"database_gone"}

    run(scenario())


def test_a_feed_waits_for_a_database_that_is_not_there_yet(run, pg_server, pg_url: str) -> None:
    async def scenario() -> None:
        name = f"later_{uuid4().hex}"
        url = pg_server.url_of(name)
        away = asyncio.Event()
        heard = Heard()
        told = Feed(url, timing=QUICK)
        told.subscribe(heard)
        states: list[Connected] = []

        def state(change: Connected) -> None:
            states.append(change)
            away.set()

        told.watch(state)
        running = asyncio.create_task(told.run())
        try:
            async with asyncio.timeout(60):
                await away.wait()
                assert not told.state.connected
                database = pg_server.create("waapp_template")
                pg_server.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(database), sql.Identifier(name)
                    )
                )
                await heard.change(Change(Kind.ALL))
            # However often it failed to connect, that is one piece of news.
            assert [one.connected for one in states] == [False, True]
            assert states[0].error is not None
            assert states[0].error.code == "database_missing"
        finally:
            running.cancel()
            await asyncio.wait([running])
            pg_server.drop(name)

    run(scenario())


def test_without_notifications_the_poll_tells(run, database: Database, database_url: str) -> None:
    """As behind a pooler in transaction mode, or where somebody has switched the triggers off."""

    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
        await execute(database, "ALTER TABLE guests DISABLE TRIGGER USER")
        async with listening(database_url, QUICK) as (_, heard):
            async with database.begin() as conn:
                await make_guests(conn, event.id, 1)
                # PostgreSQL itself may keep its counters back for ten seconds; that is not what is tested.
                await conn.execute(text("SELECT pg_stat_force_next_flush()"))
            await heard.change(Change(Kind.GUESTS))

    run(scenario())


def test_a_feed_that_was_stopped_tells_nothing_more(run, database: Database, database_url: str) -> None:
    async def scenario() -> None:
        async with listening(database_url) as (told, heard):
            pass
        assert told.state == Connected(False)
        await execute(database, "UPDATE whatsapp_templates SET description = 'x'")
        assert heard.changes == []

    run(scenario())


def test_words_of_a_newer_version_are_passed_over() -> None:
    event_id = UUID("00000000-0000-0000-0000-000000000001")
    assert feed._parse(f"guests:{event_id}") == Change(Kind.GUESTS, event_id)
    assert feed._parse("templates:") == Change(Kind.TEMPLATES)
    for strange in ("", "seats:1", "guests:not-an-id", ":"):
        assert feed._parse(strange) is None


def test_a_reader_knows_what_concerns_it() -> None:
    mine, other = uuid4(), uuid4()
    assert Change(Kind.GUESTS, mine).concerns(mine, Kind.GUESTS)
    assert Change(Kind.GUESTS, mine).concerns(mine)
    assert Change(Kind.GUESTS).concerns(mine, Kind.GUESTS, Kind.INVITATIONS)
    assert Change(Kind.ALL).concerns(mine, Kind.TEMPLATES)
    assert not Change(Kind.GUESTS, other).concerns(mine, Kind.GUESTS)
    assert not Change(Kind.SENDS, mine).concerns(mine, Kind.GUESTS)
