"""Guests of one list made one: what was sent stays and counts, nothing leaves twice, all of it can be taken back."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from tests.db.rows import (
    accepted,
    address,
    claim,
    column,
    execute,
    make_event,
    new_invitations,
    new_send,
    queue,
)
from waapp import paths
from waapp.core.duplicates import find_duplicates
from waapp.core.guest_merging import Merge, merged
from waapp.core.guests import GuestDraft
from waapp.core.import_diff import diff
from waapp.core.rows import Row
from waapp.db import (
    claims,
    events,
    guest_changes,
    guest_merging,
    guests,
    import_undo,
    imports,
    invitations,
    personal_data,
    queueing,
    sends,
)
from waapp.db.clock import Horizon, look
from waapp.db.engine import Database
from waapp.db.guest_exports import newest_outcomes
from waapp.db.guest_merging import Merged
from waapp.errors import UserError


@pytest.fixture
def planner(database_url: str, run) -> Iterator[Database]:
    """A database as a planner sees it who is no more than that."""
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute((paths.data_dir("sql") / "roles.sql").read_text(encoding="utf-8"))
        owner.execute("DROP ROLE IF EXISTS maria; CREATE ROLE maria LOGIN IN ROLE waapp_planner")
        database = Database(database_url.replace("postgresql://waapp@", "postgresql://maria@"))
        yield database
        run(database.dispose())
        owner.execute("DROP OWNED BY maria; DROP ROLE maria")


async def planned(database: Database, ids: Sequence[UUID], survivor: int = 0, **chosen: Any) -> Merge:
    async with database.read() as conn:
        found = {guest.id: guest for guest in await guests.get_guests(conn, ids)}
    return merged([found[one] for one in ids], ids[survivor], chosen)


async def make_one(database: Database, ids: Sequence[UUID], survivor: int = 0, **chosen: Any) -> Merged:
    merge = await planned(database, ids, survivor, **chosen)
    async with database.begin() as conn:
        return await guest_merging.merge_guests(conn, merge)


async def take_back(database: Database, done: Merged) -> guest_merging.Unmerged:
    async with database.begin() as conn:
        return await guest_merging.unmerge_guests(conn, done)


async def set_state(database: Database, guest: UUID, state: str) -> None:
    await execute(database, f"UPDATE whatsapp_invitations SET {state} WHERE guest_id = :id", id=guest)


DELIVERED = (
    "engine_state = 'accepted', twilio_status = 'delivered', twilio_message_sid = 'SM' || md5(id::text)"
)
FAILED = "engine_state = 'failed', twilio_error_code = '63024'"

EVERYTHING = """
SELECT CAST(to_jsonb(t) - 'updated_at' AS text) FROM {table} t ORDER BY CAST(to_jsonb(t) - 'updated_at' AS text)
"""


async def everything(database: Database) -> dict[str, list[Any]]:
    return {
        table: [json.loads(row) for row in await column(database, EVERYTHING.format(table=table))]
        for table in ("guests", "whatsapp_invitations", "whatsapp_invitation_log", "waapp_import_rows")
    }


def test_a_planner_makes_two_of_one_send_one_and_takes_it_back(run, planner):
    """Both had a message of the same send: both messages are the survivor's, each with whom it was for."""

    async def story():
        event, (one, other), queued = await queue(planner, 2)
        await set_state(planner, one, FAILED)
        await set_state(planner, other, DELIVERED)
        before = await everything(planner)
        done = await make_one(planner, [one, other])
        assert await column(planner, "SELECT id FROM guests") == [one]
        assert await column(planner, "SELECT guest_id FROM whatsapp_invitations") == [one, one]
        assert sorted(await column(planner, "SELECT CAST(merged_from AS text) FROM whatsapp_invitations")) == [
            f"{{{other}}}", "{}"
        ]  # fmt: skip
        assert set(await column(planner, "SELECT recipient FROM whatsapp_invitations")) == {
            address(0),
            address(1),
        }
        assert await column(planner, "SELECT CAST(invitation_status AS text) FROM guests") == ["delivered"]
        async with planner.read() as conn:
            summary = await sends.list_sends(conn, event.id, False)
        assert (summary[0].total, summary[0].send.id) == (2, queued.send.id)
        undone = await take_back(planner, done)
        assert set(undone.ids) == {one, other}
        assert not undone.stays
        assert await everything(planner) == before

    run(story())


def test_who_was_invited_under_either_entry_is_not_invited_again(run, database):
    async def story():
        event, (one, other), _queued = await queue(database, 2)
        await set_state(database, one, FAILED)
        await set_state(database, other, DELIVERED)
        await make_one(database, [one, other])
        template = (await column(database, "SELECT id FROM whatsapp_templates"))[0]
        async with database.read() as conn:
            prior = await invitations.prior_invitations(conn, event.id, template, practice=False)
        assert (prior[one].twilio_status, prior[one].taken) == ("delivered", 1)
        with pytest.raises(UserError, match="nobody_left"):
            async with database.begin() as conn:
                await queueing.queue_send(conn, new_send(event.id), new_invitations([one]))

    run(story())


def test_a_message_that_waits_is_cancelled_where_the_other_entry_has_it(run, database):
    async def story():
        _event, (one, other), _queued = await queue(database, 2)
        await set_state(database, other, DELIVERED)
        done = await make_one(database, [one, other])
        assert done.stopped == 1
        assert await claim(database) == []
        waiting = "SELECT twilio_error_code FROM whatsapp_invitations WHERE engine_state = 'cancelled'"
        assert await column(database, waiting) == ["merged"]
        await take_back(database, done)
        assert await claim(database) == []
        status = "SELECT CAST(invitation_status AS text) FROM guests WHERE id = :id"
        assert await column(database, status, id=one) == ["not_sent"]
        assert await column(database, status, id=other) == ["delivered"]

    run(story())


def test_of_two_messages_that_wait_one_leaves(run, database):
    async def story():
        _event, ids, _queued = await queue(database, 2)
        done = await make_one(database, ids)
        assert done.stopped == 1
        assert [one.recipient for one in await claim(database)] == [address(0)]

    run(story())


def test_a_message_on_its_way_tells_its_end_under_the_survivor(run, database):
    async def story():
        _event, (one, other), _queued = await queue(database, 2)
        await set_state(database, one, FAILED)
        (flying,) = await claim(database)
        # The newest message tells the guest's status, as for everybody.
        older = (
            "UPDATE whatsapp_invitations SET created_at = created_at - interval '1 hour' WHERE guest_id = :id"
        )
        await execute(database, older, id=one)
        done = await make_one(database, [one, other])
        await execute(
            database,
            "UPDATE whatsapp_invitations SET engine_state = 'accepted', twilio_status = 'read' WHERE id = :id",
            id=flying.id,
        )
        status = "SELECT CAST(invitation_status AS text) FROM guests WHERE id = :id"
        assert await column(database, status, id=one) == ["read"]
        await take_back(database, done)
        assert await column(database, status, id=other) == ["read"]

    run(story())


async def shown(database: Database, event: UUID) -> dict[UUID, tuple[str, ...]]:
    """What the list, what changed in it, an export and the event's counts say of each guest."""
    async with database.read() as conn:
        chunks = [chunk async for chunk in guests.stream_guest_rows(conn, event, False)]
        changes = await guests.guest_rows_changed_since(conn, event, False, Horizon.first(await look(conn)))
        written = await newest_outcomes(conn, event, False)
        (counted,) = [one for one in await events.list_events(conn, False) if one.event.id == event]
    told = {row.id: [row.shown.value] for chunk in chunks for row in chunk}
    for row in changes.rows:
        told[row.id].append(row.shown.value)
    for guest, outcome in written.items():
        told[guest].append(outcome.shown.value)
    assert sum(counted.states.values()) == len(told)
    return {guest: tuple(words) for guest, words in told.items()}


def test_the_survivors_own_message_is_shown_before_a_newer_one_of_the_other(run, database):
    async def story():
        event, (one, other), _queued = await queue(database, 2)
        await set_state(database, one, DELIVERED)
        await set_state(database, other, FAILED)
        newer = (
            "UPDATE whatsapp_invitations SET created_at = created_at + interval '1 hour' WHERE guest_id = :id"
        )
        await execute(database, newer, id=other)
        await make_one(database, [one, other])
        assert await shown(database, event.id) == {one: ("delivered",) * 3}

    run(story())


def test_what_was_withdrawn_hides_nothing_that_was_sent(run, database):
    """The survivor's own message waited and is cancelled, because the other entry has had it."""

    async def story():
        event, (one, other), _queued = await queue(database, 2)
        await set_state(database, other, DELIVERED)
        assert (await make_one(database, [one, other])).stopped == 1
        assert await shown(database, event.id) == {one: ("delivered",) * 3}

    run(story())


def test_three_become_one_and_three_again(run, planner):
    async def story():
        _event, ids, _queued = await queue(planner, 3)
        for one in ids:
            await set_state(planner, one, DELIVERED)
        before = await everything(planner)
        done = await make_one(planner, ids, survivor=1)
        assert await column(planner, "SELECT id FROM guests") == [ids[1]]
        await take_back(planner, done)
        assert await everything(planner) == before

    run(story())


def test_a_merge_of_a_merge_is_taken_back_in_turn(run, database):
    async def story():
        _event, (one, two, three), _queued = await queue(database, 3)
        for guest in (one, two, three):
            await set_state(database, guest, DELIVERED)
        before = await everything(database)
        first = await make_one(database, [two, three])
        second = await make_one(database, [one, two])
        path = "SELECT max(cardinality(merged_from)) FROM whatsapp_invitations WHERE guest_id = :id"
        assert await column(database, path, id=one) == [2]
        with pytest.raises(UserError, match="guest_unknown"):
            await take_back(database, first)
        await take_back(database, second)
        await take_back(database, first)
        assert await everything(database) == before

    run(story())


def test_the_proof_is_kept_of_all_that_was_sent_when_the_survivor_goes(run, database):
    async def story():
        _event, (one, other), _queued = await queue(database, 2)
        await set_state(database, one, DELIVERED)
        await set_state(database, other, DELIVERED)
        await make_one(database, [one, other])
        async with database.read() as conn:
            document = await personal_data.gather(conn, one)
        assert {row["recipient"] for row in document["invitations"]} == {address(0), address(1)}
        async with database.begin() as conn:
            await guests.delete_guests(conn, [one])
        assert set(await column(database, "SELECT recipient FROM whatsapp_proofs")) == {
            address(0),
            address(1),
        }
        async with database.begin() as conn:
            await conn.execute(text("SELECT waapp_erase_guest(:id)"), {"id": one})
        assert set(await column(database, "SELECT recipient FROM whatsapp_proofs")) == {None}

    run(story())


def test_a_survivor_who_was_deleted_comes_back_whole_and_can_still_be_taken_apart(run, planner):
    async def story():
        _event, ids, _queued = await queue(planner, 2)
        for one in ids:
            await set_state(planner, one, DELIVERED)
        before = await everything(planner)
        done = await make_one(planner, ids)
        whole = await everything(planner)
        async with planner.begin() as conn:
            await guests.delete_guests(conn, [ids[0]])
        assert await column(planner, "SELECT id FROM guests") == []
        with pytest.raises(UserError, match="guest_unknown"):
            await take_back(planner, done)
        async with planner.begin() as conn:
            await guests.restore_guests(conn, [ids[0]])
        assert await everything(planner) == whole
        await take_back(planner, done)
        assert await everything(planner) == before

    run(story())


def test_proofs_kept_of_an_entry_follow_it(run, database):
    """A deletion that was undone leaves proofs: erasing the survivor must find them."""

    async def story():
        _event, (one, other), _queued = await queue(database, 2)
        await set_state(database, other, DELIVERED)
        async with database.begin() as conn:
            gone = await guests.delete_guests(conn, [other])
            await guests.restore_guests(conn, gone)
        done = await make_one(database, [one, other])
        assert await column(database, "SELECT guest_id FROM whatsapp_proofs") == [one]
        await take_back(database, done)
        assert await column(database, "SELECT guest_id FROM whatsapp_proofs") == [other]

    run(story())


def test_fields_answer_and_status_come_together(run, database):
    async def story():
        async with database.begin() as conn:
            event = await make_event(conn)
            drafts = [
                GuestDraft("Ana", address(1), tags=("VIP",), extra={"Table": "4"}),
                GuestDraft("Ana Sousa", address(2), "ana@example.org", household="Sousa", tags=("Dance",)),
            ]
            ids = await guests.add_guests(conn, event.id, drafts)
            await conn.execute(
                text("UPDATE guests SET rsvp_status = 'yes', rsvp_count = 3, invitation_status = 'sent',"
                     " invitation_method = 'email' WHERE id = :id"), {"id": ids[1]},
            )  # fmt: skip
        before = await everything(database)
        done = await make_one(database, ids, name="Ana Sousa")
        async with database.read() as conn:
            guest = await guests.get_guest(conn, ids[0])
        assert guest.draft == GuestDraft(
            "Ana Sousa",
            address(1),
            "ana@example.org",
            household="Sousa",
            tags=("VIP", "Dance"),
            extra={"Table": "4"},
        )
        assert (guest.rsvp_status, guest.rsvp_count) == ("yes", 3)
        channel = (
            "SELECT CAST(invitation_status AS text) || ' ' || CAST(invitation_method AS text) FROM guests"
        )
        assert await column(database, channel) == ["sent email"]
        assert not (await take_back(database, done)).stays
        assert await everything(database) == before

    run(story())


def test_what_somebody_has_set_since_stays_when_it_is_taken_back(run, database):
    async def story():
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await guests.add_guests(
                conn, event.id, [GuestDraft("Ana"), GuestDraft("Ana S.", notes="Tall")]
            )
        done = await make_one(database, ids)
        async with database.begin() as conn:
            await guest_changes.change_guests(conn, [ids[0]], guest_changes.BulkChange(group="Bride"))
            await conn.execute(text("UPDATE guests SET notes = 'Very tall'"))
        assert (await take_back(database, done)).stays
        async with database.read() as conn:
            found = {guest.id: guest for guest in await guests.list_guests(conn, event.id)}
        assert (found[ids[0]].notes, found[ids[0]].group) == ("Very tall", "Bride")
        assert (found[ids[1]].name, found[ids[1]].notes) == ("Ana S.", "Tall")

    run(story())


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE guests SET notes = 'Tall', updated_at = now() WHERE id = :id", "guest_changed"),
        ("UPDATE guests SET rsvp_status = 'yes', updated_at = now() WHERE id = :id", "guest_changed"),
        ("DELETE FROM guests WHERE id = :id", "guest_unknown"),
    ],
)
def test_nothing_happens_to_guests_who_are_not_as_seen(run, database, statement, code):
    async def story():
        _event, ids, _queued = await queue(database, 2)
        merge = await planned(database, ids)
        await execute(database, statement, id=ids[1])
        before = await everything(database)
        with pytest.raises(UserError, match=code):
            async with database.begin() as conn:
                await guest_merging.merge_guests(conn, merge)
        assert await everything(database) == before

    run(story())


def test_news_of_a_message_is_no_change_of_the_guest(run, database):
    async def story():
        _event, ids, _queued = await queue(database, 2)
        merge = await planned(database, ids)
        await set_state(database, ids[1], DELIVERED)
        async with database.begin() as conn:
            assert (await guest_merging.merge_guests(conn, merge)).stopped == 1

    run(story())


def test_guests_of_two_events_never_become_one(run, planner):
    async def story():
        async with planner.begin() as conn:
            one, other = await make_event(conn), await make_event(conn, "Dinner")
            ids = [
                (await guests.add_guests(conn, event.id, [GuestDraft("Ana")]))[0] for event in (one, other)
            ]
        with pytest.raises(Exception, match="one event"):
            await make_one(planner, ids)
        assert len(await column(planner, "SELECT id FROM guests")) == 2

    run(story())


def test_the_same_list_again_adds_nobody_and_undoing_its_import_leaves_the_survivor(run, database):
    async def story():
        rows = [Row(2, GuestDraft("Ana Sousa", address(1)), ()), Row(3, GuestDraft("Nita", address(2)), ())]
        async with database.begin() as conn:
            event = await make_event(conn)
            hand = await guests.add_guests(conn, event.id, [GuestDraft("Ana S.", address(3))])
            saved = await imports.save_import(
                conn, event.id, imports.Source("a.csv", "", "Maria"), diff(rows, [], []), {}
            )
            stored = {guest.name: guest for guest in await guests.list_guests(conn, event.id)}
        before = await everything(database)
        done = await make_one(database, [hand[0], stored["Ana Sousa"].id, stored["Nita"].id])
        async with database.read() as conn:
            now = await guests.list_guests(conn, event.id)
            given = await imports.list_given(conn, event.id)
        again = diff(rows, now, find_duplicates(rows, now), given)
        assert (again.account.added, again.account.changed) == (0, 0)
        await take_back(database, done)
        assert await everything(database) == before
        done = await make_one(database, [hand[0], stored["Ana Sousa"].id])
        async with database.begin() as conn:
            assert not (await import_undo.undo_import(conn, saved.id, "Maria")).kept
        assert await column(database, "SELECT id FROM guests") == hand
        await take_back(database, done)
        assert await column(database, "SELECT guest_id FROM waapp_import_rows WHERE NOT undone") == []

    run(story())


def test_who_is_not_the_same_is_remembered_until_that_is_taken_back(run, planner):
    async def story():
        event, ids, _queued = await queue(planner, 3)
        async with planner.begin() as conn:
            await guest_merging.tell_apart(conn, ids, desk="Maria on PC")
            await guest_merging.tell_apart(conn, ids[:2], desk="Maria on PC")
            apart = await guest_merging.told_apart(conn, event.id)
            assert apart == {frozenset(ids[:2]), frozenset(ids[1:]), frozenset((ids[0], ids[2]))}
            await guest_merging.no_longer_apart(conn, ids)
            assert await guest_merging.told_apart(conn, event.id) == frozenset()

    run(story())


def test_a_second_row_of_a_send_for_one_guest_is_still_refused(run, database):
    async def story():
        _event, ids, queued = await queue(database, 1)
        with pytest.raises(Exception, match="first_guest_key"):
            await execute(
                database,
                "INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, send_id)"
                " SELECT guest_id, event_id, 'x', send_id FROM whatsapp_invitations",
            )
        assert queued.count == len(ids)

    run(story())


def test_merging_while_messages_leave_sends_nothing_twice_and_nobody_waits_for_the_other(run, database):
    async def story():
        left = []
        for number in range(12):
            _event, ids, _queued = await queue(database, 2)
            merge = await planned(database, ids)

            async def leave(prefix: int = number) -> int:
                taken = await claim(database, 1)
                async with database.begin() as conn:
                    await claims.record(
                        conn,
                        [(one.token, accepted(f"SM{prefix}-{place}")) for place, one in enumerate(taken)],
                    )
                return len(taken)

            async def become_one(merge: Merge = merge) -> Merged:
                async with database.begin() as conn:
                    return await guest_merging.merge_guests(conn, merge)

            sent, done = await asyncio.gather(leave(), become_one())
            states = await column(
                database, "SELECT engine_state FROM whatsapp_invitations WHERE guest_id = :id", id=ids[0]
            )
            assert sorted(states) in (
                ["accepted", "cancelled"],
                ["cancelled", "queued"],
                ["accepted", "queued"],
            )
            # What was on its way when they became one has left; of what waited one message is left at most.
            rest = await claim(database)
            left.append(sent + len(rest))
            assert left[-1] == 1
            assert done.stopped == 1

    run(story())
