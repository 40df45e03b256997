"""What is kept about a guest: all of it can be handed over, and all but the bookkeeping forgotten."""

import json

import pytest

from tests.db.rows import accept_all, address, column, execute, queue
from waapp.db import guests, opt_outs, personal_data
from waapp.db.engine import Database
from waapp.errors import UserError


def test_everything_about_a_guest_is_handed_over_and_nothing_about_others(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _queued = await queue(database, 3)
        await accept_all(database)
        async with database.begin() as conn:
            await opt_outs.add_opt_out(conn, address(0), source="planner")
            document = await personal_data.gather(conn, ids[0])
        assert document["guest"]["name"] == "Guest 0"
        assert document["event"]["name"] == event.name
        (invitation,) = document["invitations"]
        assert invitation["message_content"] == "Hi Guest 0!"
        assert [step["engine_state"] for step in invitation["history"]] == ["queued", "sending", "accepted"]
        assert [one["address"] for one in document["opt_outs"]] == [address(0)]
        assert "Guest 1" not in json.dumps(document)

    run(scenario())


def test_an_erased_guest_leaves_the_bookkeeping_alone(run, database: Database) -> None:
    async def scenario() -> None:
        _event, ids, _queued = await queue(database, 2)
        await accept_all(database)
        async with database.begin() as conn:
            kept = await personal_data.what_erasing_keeps(conn, ids[0])
            assert (kept.messages, kept.opted_out, kept.elsewhere) == (1, False, ())
            await personal_data.erase(conn, ids[0])
        assert await column(database, "SELECT name FROM guests ORDER BY name") == ["Guest 1"]
        proofs = "SELECT concat_ws('|', guest_name, recipient, message_content) FROM whatsapp_proofs"
        assert await column(database, proofs) == [""]
        assert await column(
            database,
            "SELECT count(*) FROM whatsapp_proofs WHERE twilio_message_sid LIKE 'SM%' AND sent_at IS NOT NULL",
        ) == [1]
        # Nothing else of the name or the number anywhere.
        tables = await column(
            database,
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'waapp_alembic_version'",
        )
        for table in tables:
            query = f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%Guest 0%' OR t::text LIKE '%{address(0)}%'"
            assert await column(database, query) == [0], table

    run(scenario())


def test_who_is_deleted_first_and_erased_later_is_told_apart(run, database: Database) -> None:
    async def scenario() -> None:
        _event, ids, _queued = await queue(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            deleted = await guests.delete_guests(conn, ids)
        assert await column(database, "SELECT guest_name FROM whatsapp_proofs") == ["Guest 0"]
        async with database.begin() as conn:
            await guests.restore_guests(conn, deleted)
            # What is there again is no proof of something deleted.
            document = await personal_data.gather(conn, ids[0])
        assert len(document["invitations"]) == 1
        assert document["proofs_of_deleted_invitations"] == []

    run(scenario())


def test_nobody_is_erased_while_a_message_is_on_its_way(run, database: Database) -> None:
    async def scenario() -> None:
        _event, ids, _queued = await queue(database, 1)
        await execute(database, "UPDATE whatsapp_invitations SET engine_state = 'unknown'")
        with pytest.raises(UserError) as caught:
            async with database.begin() as conn:
                await personal_data.erase(conn, ids[0])
        assert caught.value.code == "guests_being_sent"
        assert await column(database, "SELECT count(*) FROM guests") == [1]

    run(scenario())


def test_other_events_with_the_number_are_named(run, database: Database) -> None:
    async def scenario() -> None:
        _event, ids, _queued = await queue(database, 1)
        other, _ids, _queued = await queue(database, 1)
        async with database.begin() as conn:
            kept = await personal_data.what_erasing_keeps(conn, ids[0])
        assert kept.elsewhere == (other.name,)

    run(scenario())
