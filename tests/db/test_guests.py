"""Guests on the real database: the list with what it shows, changes since a moment, edits that see each other."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.db.rows import (
    SENDER,
    accept_all,
    claim,
    column,
    execute,
    make_event,
    make_guests,
    new_invitations,
    new_send,
    queue,
)
from waapp.core.guests import Consent, GuestDraft, GuestRow
from waapp.core.status import EngineState
from waapp.db import guests, queueing, statuses
from waapp.db.clock import Horizon, Look, look
from waapp.db.engine import Database
from waapp.errors import DatabaseError, UserError

FULL = GuestDraft(
    name="Zoë Þórsdóttir 🎉",
    phone="+351912345678",
    email="zoe@example.com",
    group="Family",
    language="pt_BR",
    notes="vegan\nno nuts",
    extra={"table": "7", "naïve key": "مرحبا"},
    tags=("Vegan", "Tables, round"),
    household="Família Sousa",
    plus_ones=2,
    time_zone="America/New_York",
    consent=Consent.YES,
    consent_source="Form, 3 May",
    consent_at=datetime(2026, 5, 3, 9, 30, tzinfo=UTC),
)


async def read_rows(database: Database, event_id: UUID, practice: bool = False) -> dict[UUID, GuestRow]:
    async with database.read() as conn:
        return {
            row.id: row async for chunk in guests.stream_guest_rows(conn, event_id, practice) for row in chunk
        }


def test_a_guest_comes_back_as_it_was_stored(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            guest = await guests.create_guest(conn, event.id, FULL)
            bare = await guests.create_guest(conn, event.id, GuestDraft("Only a name"))
        for name in GuestDraft.__dataclass_fields__:
            assert getattr(guest, name) == getattr(FULL, name)
        assert (guest.event_id, guest.rsvp_status, guest.rsvp_count) == (event.id, "pending", None)
        assert len(guest.rsvp_token) >= 8
        assert guest.rsvp_token != bare.rsvp_token
        assert guest.updated_at is not None
        assert guest.updated_at.utcoffset() == timedelta(0)
        assert (bare.phone, bare.email, bare.extra) == ("", "", {})
        async with database.read() as conn:
            assert await guests.list_guests(conn, event.id) == [guest, bare]
            assert await guests.get_guest(conn, guest.id) == guest

    run(scenario())


def test_what_the_web_application_leaves_open_reads_as_empty(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
        await execute(
            database,
            "INSERT INTO guests (event_id, name, rsvp_status) VALUES (:id, 'Ana', 'yes')",
            id=event.id,
        )
        (row,) = (await read_rows(database, event.id)).values()
        assert (row.name, row.phone, row.email, row.group, row.language) == ("Ana", "", "", "", "")
        assert (row.rsvp_status, row.invitation_id, row.engine_state) == ("yes", None, None)

    run(scenario())


def test_a_row_shows_the_newest_invitation_of_its_mode(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 2)
        await accept_all(database)
        async with database.begin() as conn:
            practice = new_send(event.id, practice=True, sender="practice-1")
            await queueing.queue_send(conn, practice, new_invitations(ids[:1]))
        rows = await read_rows(database, event.id)
        assert [rows[one].engine_state for one in ids] == [EngineState.ACCEPTED] * 2
        assert rows[ids[0]].twilio_status == "queued"
        rehearsed = await read_rows(database, event.id, practice=True)
        assert [rehearsed[one].engine_state for one in ids] == [EngineState.QUEUED, None]
        async with database.begin() as conn:
            again = new_send(event.id, template_name="reminder")
            await queueing.queue_send(conn, again, new_invitations(ids[:1]))
        rows = await read_rows(database, event.id)
        assert [rows[one].engine_state for one in ids] == [EngineState.QUEUED, EngineState.ACCEPTED]
        newest = rows[ids[0]]
        assert newest.invited_at is not None
        assert newest.changed_at >= newest.invited_at
        assert newest.changed_at.utcoffset() == timedelta(0)

    run(scenario())


def test_thousands_stream_in_chunks_and_can_be_left_early(run, database: Database, caplog) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 2_500)
        assert set(await read_rows(database, event.id)) == set(ids)
        async with (
            database.read() as conn,
            aclosing(guests.stream_guest_rows(conn, event.id, False)) as chunks,
        ):
            async for chunk in chunks:
                assert 0 < len(chunk) < 2_500
                break
        async with database.read() as conn:
            assert len(await guests.guest_ids(conn, event.id)) == 2_500
        assert not caplog.records, "nothing was wrong with the connection"

    run(scenario())


def test_other_tasks_get_their_turn_while_a_list_streams(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            await make_guests(conn, event.id, 5_000)
        turns: list[int] = []

        async def watch(chunks_seen: list[int]) -> None:
            while True:
                turns.append(len(chunks_seen))
                await asyncio.sleep(0)

        seen: list[int] = []
        watching = asyncio.create_task(watch(seen))
        async with database.read() as conn:
            async for chunk in guests.stream_guest_rows(conn, event.id, False):
                seen += [len(chunk)]
        watching.cancel()
        await asyncio.wait([watching])
        assert len(set(turns)) >= len(seen)

    run(scenario())


def test_a_connection_that_ends_while_streaming_is_known_trouble(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            await make_guests(conn, event.id, 3_000)

        async def read_and_break() -> None:
            async with database.read() as conn:
                async for _ in guests.stream_guest_rows(conn, event.id, False):
                    await execute(
                        database,
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
                    )

        with pytest.raises(DatabaseError) as caught:
            await read_and_break()
        assert caught.value.code == "database_gone"

    run(scenario())


def test_changes_are_those_of_the_guest_and_of_its_invitations(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 4)
        await accept_all(database)
        await execute(database, "ALTER TABLE whatsapp_invitations DISABLE TRIGGER USER")
        await execute(database, "ALTER TABLE guests DISABLE TRIGGER USER")
        await execute(database, "UPDATE guests SET updated_at = updated_at - interval '1 hour'")
        await execute(database, "UPDATE whatsapp_invitations SET updated_at = updated_at - interval '1 hour'")
        await execute(database, "ALTER TABLE whatsapp_invitations ENABLE TRIGGER USER")
        await execute(database, "ALTER TABLE guests ENABLE TRIGGER USER")
        async with database.begin() as conn:
            since = Horizon.first(await look(conn))
            nothing = await guests.guest_rows_changed_since(conn, event.id, False, since)
            assert (nothing.rows, nothing.total) == ([], 4)
            renamed = await guests.get_guest(conn, ids[0])
            await guests.update_guest(conn, ids[0], GuestDraft("Renamed"), renamed.updated_at)
        await execute(
            database,
            "UPDATE whatsapp_invitations SET twilio_error_message = 'x' WHERE guest_id = :id",
            id=ids[1],
        )
        async with database.begin() as conn:
            changes = await guests.guest_rows_changed_since(conn, event.id, False, since)
            assert {row.id for row in changes.rows} == {ids[0], ids[1]}
            assert changes.horizon.later >= since.later
            everything = await read_rows(database, event.id)
            assert {row.id: row for row in changes.rows} == {one: everything[one] for one in ids[:2]}
            practice = await guests.guest_rows_changed_since(conn, event.id, True, since)
            assert {row.id for row in practice.rows} == {ids[0]}

    run(scenario())


def test_a_commit_that_comes_late_is_not_missed(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            (guest_id,) = await make_guests(conn, event.id, 1)
            stored = await guests.get_guest(conn, guest_id)
        async with database.begin() as slow:
            await guests.update_guest(slow, guest_id, GuestDraft("Late"), stored.updated_at)
            async with database.read() as conn:
                seen = Horizon.first(await look(conn))
                before = await guests.guest_rows_changed_since(conn, event.id, False, seen)
                assert [row.name for row in before.rows] == ["Guest 0"]
        async with database.read() as conn:
            after = await guests.guest_rows_changed_since(conn, event.id, False, before.horizon)
            quiet = await guests.guest_rows_changed_since(conn, event.id, False, after.horizon)
        assert [row.name for row in after.rows] == ["Late"]
        assert quiet.rows == []

    run(scenario())


def test_a_commit_that_comes_minutes_late_is_not_missed_whatever_was_seen_meanwhile(
    run, database: Database
) -> None:
    """As of another program, or of a long import over a slow network."""

    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            late, other = await make_guests(conn, event.id, 2)
        async with database.read() as conn:
            at, floor, coming = await look(conn)
        # Four minutes ago somebody began to write; since then this reader has looked.
        began = at - timedelta(minutes=5)
        horizon = Horizon.first(Look(began, floor, coming))
        await execute(database, "ALTER TABLE guests DISABLE TRIGGER USER")
        write = (
            "UPDATE guests SET name = 'Late', updated_at = (now() - interval '4 minutes') AT TIME ZONE 'UTC'"
        )
        async with database.begin() as slow:
            await slow.execute(text(f"{write} WHERE id = :id"), {"id": late})
            for name in ("Once", "Twice"):
                async with database.begin() as quick:
                    await quick.execute(
                        text(
                            "UPDATE guests SET name = :name, updated_at = now() AT TIME ZONE 'UTC' WHERE id = :id"
                        ),
                        {"name": name, "id": other},
                    )
                async with database.read() as conn:
                    changes = await guests.guest_rows_changed_since(conn, event.id, False, horizon)
                assert name in [row.name for row in changes.rows]
                horizon = changes.horizon
        async with database.read() as conn:
            changes = await guests.guest_rows_changed_since(conn, event.id, False, horizon)
            quiet = await guests.guest_rows_changed_since(conn, event.id, False, changes.horizon)
        assert "Late" in [row.name for row in changes.rows]
        assert quiet.rows == []

    run(scenario())


def test_a_deletion_shows_in_the_total(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 3)
            since = Horizon.first(await look(conn))
            await guests.delete_guests(conn, ids[:1])
        async with database.read() as conn:
            assert (await guests.guest_rows_changed_since(conn, event.id, False, since)).total == 2
            assert await guests.guest_ids(conn, event.id) == set(ids[1:])

    run(scenario())


def test_of_two_edits_of_what_both_have_seen_the_second_is_refused(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            guest = await guests.create_guest(conn, event.id, FULL)

        async def edit(name: str) -> str:
            try:
                async with database.begin() as conn:
                    changed = await guests.update_guest(conn, guest.id, GuestDraft(name), guest.updated_at)
            except UserError as error:
                return error.code
            assert changed.updated_at != guest.updated_at
            return changed.name

        outcomes = await asyncio.gather(edit("First"), edit("Second"))
        assert "guest_changed" in outcomes
        async with database.read() as conn:
            stored = await guests.get_guest(conn, guest.id)
        assert stored.name in outcomes
        assert (stored.phone, stored.extra) == ("", {})

    run(scenario())


def test_an_unknown_guest_or_event_is_named(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            with pytest.raises(UserError, match="guest_unknown"):
                await guests.get_guest(conn, uuid4())
            with pytest.raises(UserError, match="guest_unknown"):
                await guests.update_guest(conn, uuid4(), FULL, None)
            with pytest.raises(UserError, match="event_unknown"):
                await guests.add_guests(conn, uuid4(), [FULL])

    run(scenario())


def test_ids_come_in_the_order_of_the_drafts(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            drafts = [GuestDraft(f"Guest {n}", extra={"n": str(n)}) for n in range(1_200)]
            ids = await guests.add_guests(conn, event.id, drafts)
            names = {guest.id: guest.name for guest in await guests.list_guests(conn, event.id)}
        assert [names[one] for one in ids] == [draft.name for draft in drafts]

    run(scenario())


def test_nothing_is_added_when_one_draft_cannot_be(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
        drafts = [GuestDraft(f"Guest {n}") for n in range(1_500)] + [GuestDraft("x" * 201)]
        with pytest.raises(Exception, match="too long"):
            async with database.begin() as conn:
                await guests.add_guests(conn, event.id, drafts)
        assert await column(database, "SELECT count(*) FROM guests") == [0]

    run(scenario())


def test_deleted_guests_come_back_as_they_were(run, database: Database) -> None:
    everything = (
        "SELECT (to_jsonb(g) - 'updated_at')::text FROM guests g ORDER BY id",
        "SELECT (to_jsonb(i) - 'updated_at')::text FROM whatsapp_invitations i ORDER BY id",
        "SELECT (to_jsonb(a) - 'updated_at')::text FROM whatsapp_attempts a ORDER BY sid",
    )

    async def scenario() -> None:
        await execute(
            database,
            "ALTER TABLE guests ADD COLUMN seat int, ADD COLUMN loud text GENERATED ALWAYS AS (upper(name)) STORED",
        )
        event, ids, _ = await queue(database, 3)
        await accept_all(database)
        await execute(database, "UPDATE guests SET seat = 7")
        await execute(
            database,
            "INSERT INTO whatsapp_attempts (sid, invitation_id, status) "
            "SELECT 'SM' || md5(id::text), id, 'failed' FROM whatsapp_invitations",
        )
        # Another channel has spoken since.
        await execute(
            database,
            "UPDATE guests SET invitation_status = 'sent', invitation_method = 'email' WHERE id = :id",
            id=ids[2],
        )
        async with database.read() as conn:
            at, floor, coming = await look(conn)
        before = [await column(database, query) for query in everything]
        async with database.begin() as conn:
            deleted = await guests.delete_guests(conn, [ids[0], ids[2], uuid4()])
        assert set(deleted) == {ids[0], ids[2]}
        assert await column(database, "SELECT id FROM guests") == [ids[1]]
        async with database.begin() as conn:
            await guests.restore_guests(conn, deleted)
        after = [await column(database, query) for query in everything]
        assert after == before
        async with database.read() as conn:
            # What is looked at again for its late commit would be there anyhow.
            seen = Horizon.first(Look(at + timedelta(seconds=15), floor, coming))
            changes = await guests.guest_rows_changed_since(conn, event.id, False, seen)
        assert {row.id for row in changes.rows} == {ids[0], ids[2]}
        assert {row.engine_state for row in changes.rows} == {EngineState.ACCEPTED}

    run(scenario())


def test_undoing_a_deletion_sends_nothing(run, database: Database) -> None:
    async def scenario() -> None:
        _, ids, _ = await queue(database, 1)
        async with database.begin() as conn:
            deleted = await guests.delete_guests(conn, ids)
        async with database.begin() as conn:
            await guests.restore_guests(conn, deleted)
        assert await claim(database) == []
        assert await column(database, "SELECT engine_state FROM whatsapp_invitations") == ["cancelled"]
        assert await column(database, "SELECT invitation_status::text FROM guests") == ["not_sent"]

    run(scenario())


def test_a_guest_whose_message_is_on_its_way_out_is_not_deleted(run, database: Database) -> None:
    async def scenario() -> None:
        _, ids, _ = await queue(database, 2)
        await claim(database, 1)
        with pytest.raises(UserError, match="guests_being_sent") as caught:
            async with database.begin() as conn:
                await guests.delete_guests(conn, ids)
        assert caught.value.params == {"count": 1}
        assert await column(database, "SELECT count(*) FROM guests") == [2]

    run(scenario())


def test_guests_of_a_deleted_event_do_not_come_back(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 1)
            deleted = await guests.delete_guests(conn, ids)
        await execute(database, "DELETE FROM events")
        with pytest.raises(UserError, match="guests_without_event"):
            async with database.begin() as conn:
                await guests.restore_guests(conn, deleted)

    run(scenario())


def test_practice_leaves_the_shared_guest_untouched(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 1, practice=True, sender="practice-1")
        taken = await claim(database, sender="practice-1")
        assert len(taken) == 1
        assert await column(database, "SELECT invitation_status::text FROM guests") == ["not_sent"]
        async with database.read() as conn:
            assert await statuses.open_messages(conn, SENDER) == []

    run(scenario())
