"""Unknown outcomes on the real database: found, looked for, settled once, never sent again by themselves."""

import asyncio

import pytest

from tests.db.rows import DESK, SENDER, accept_all, accepted, claim, column, execute, queue
from waapp.core.invitations import SendState
from waapp.core.pacing import Next
from waapp.core.status import EngineState
from waapp.db import claims, guests, invitations, sends, settling
from waapp.db.engine import Database
from waapp.db.settling import Decision


async def make_unknown(database: Database, count: int = 1) -> list[claims.Claim]:
    await queue(database, count)
    taken = await claim(database)
    async with database.begin() as conn:
        unknown = Next(EngineState.UNKNOWN, 0, error_message="time-out")
        await claims.record(conn, [(one.token, unknown) for one in taken])
    return taken


def test_a_claim_of_a_desk_that_is_gone_becomes_unknown(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 3)
        one, two, three = await claim(database)
        await execute(
            database,
            "UPDATE whatsapp_invitations SET claimed_at = claimed_at - interval '1 minute' WHERE id <> :id",
            id=three.id,
        )
        async with database.begin() as conn:
            assert await settling.expire_claims(conn, SENDER, 30.0, [two.token]) == [one.id]
            assert await settling.expire_claims(conn, SENDER, 30.0, [two.token]) == []
            assert await settling.expire_claims(conn, "+15550000000", 0.0) == []
            (due,) = await settling.due_for_a_look(conn, SENDER)
        assert (due.id, due.recipient, due.body, due.sender, due.looks) == (
            one.id,
            one.recipient,
            one.body,
            SENDER,
            0,
        )
        assert due.claimed_at.tzinfo is not None
        assert await claim(database) == []

    run(scenario())


def test_a_fruitless_look_puts_the_next_one_off(run, database: Database) -> None:
    async def scenario() -> None:
        (one,) = await make_unknown(database)
        async with database.begin() as conn:
            assert await settling.note_look(conn, one.id, 60.0)
            assert await settling.due_for_a_look(conn, SENDER) == []
            assert (await invitations.get_invitation(conn, one.id)).looks == 1
        await execute(
            database, "UPDATE whatsapp_invitations SET next_look_at = next_look_at - interval '1 minute'"
        )
        async with database.begin() as conn:
            assert [due.id for due in await settling.due_for_a_look(conn, SENDER)] == [one.id]
            assert await settling.note_look(conn, one.id, None, candidates=2)
            assert await settling.due_for_a_look(conn, SENDER) == []
        await execute(
            database, "UPDATE whatsapp_invitations SET created_at = created_at - interval '10 years'"
        )
        async with database.read() as conn:
            assert await settling.due_for_a_look(conn, SENDER) == []
        assert await column(database, "SELECT twilio_error_code FROM whatsapp_invitations") == ["ambiguous"]

    run(scenario())


def test_a_found_message_is_adopted_once(run, database: Database) -> None:
    async def scenario() -> None:
        one, two = await make_unknown(database, 2)
        async with database.begin() as conn:
            assert await settling.adopt(conn, one.id, "SM1", "delivered")
            assert not await settling.adopt(conn, one.id, "SM2", "delivered")
            assert not await settling.adopt(conn, two.id, "SM1", "delivered")
            # The transaction goes on after the refusal.
            assert await settling.known_sids(conn, ["SM1", "SM2"]) == {"SM1"}
            assert [found.id for found in await settling.due_for_a_look(conn, SENDER)] == [two.id]
            assert not await settling.note_look(conn, one.id, 1.0)
        assert await column(
            database,
            "SELECT ROW(engine_state, twilio_status, sent_at = claimed_at, twilio_error_message)::text "
            "FROM whatsapp_invitations WHERE twilio_message_sid = 'SM1'",
        ) == ["(accepted,delivered,t,)"]

    run(scenario())


def test_the_message_of_who_was_deleted_is_not_taken_for_another_ones(run, database: Database) -> None:
    """The same number and text, added anew: the first message belongs to whom it was sent, and may come back."""

    async def scenario() -> None:
        _event, ids, _queued = await queue(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            assert await settling.known_sids(conn, ["SM0000", "SM9"]) == {"SM0000"}
            await guests.delete_guests(conn, ids)
        async with database.begin() as conn:
            assert await settling.known_sids(conn, ["SM0000", "SM9"]) == {"SM0000"}
            await guests.restore_guests(conn, ids)
            assert await settling.known_sids(conn, ["SM0000"]) == {"SM0000"}

    run(scenario())


def test_of_two_desks_that_adopt_at_once_one_wins(run, database: Database) -> None:
    async def scenario() -> None:
        one, two = await make_unknown(database, 2)

        async def adopt(claimed: claims.Claim) -> bool:
            async with database.begin() as conn:
                return await settling.adopt(conn, claimed.id, "SM1", "sent")

        assert sorted(await asyncio.gather(adopt(one), adopt(two))) == [False, True]

    run(scenario())


@pytest.mark.parametrize("before", ["active", "stopped", "paused"])
def test_sending_again_is_a_persons_decision(run, database: Database, before: str) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 2)
        (taken,) = await claim(database, 1)
        async with database.begin() as conn:
            await claims.record(conn, [(taken.token, Next(EngineState.UNKNOWN, 0))])
            if before == "stopped":
                await sends.stop(conn, queued.send.id)
            elif before == "paused":
                await sends.pause(conn, queued.send.id, "planner")
            assert await settling.settle_by_person(conn, taken.id, Decision.SEND_AGAIN, "Ana on PC-2")
            assert not await settling.settle_by_person(conn, taken.id, Decision.SEND_AGAIN, "Ana on PC-2")
            # An answer to the first request that comes this late says nothing about the second.
            assert await claims.record(conn, [(taken.token, accepted("SM1"))]) == []
            state = (await sends.get_send(conn, queued.send.id)).state
        actors = await column(database, "SELECT actor FROM whatsapp_invitation_log ORDER BY id DESC LIMIT 1")
        assert actors == ["Ana on PC-2"]
        claimable = {one.id for one in await claim(database)}
        if before == "paused":
            assert (state, claimable) == (SendState.PAUSED, set())
        else:
            assert state is SendState.ACTIVE
            assert taken.id in claimable
            assert len(claimable) == (1 if before == "stopped" else 2)

    run(scenario())


def test_treating_as_sent_ends_the_search(run, database: Database) -> None:
    async def scenario() -> None:
        (one,) = await make_unknown(database)
        async with database.begin() as conn:
            assert await settling.settle_by_person(conn, one.id, Decision.TREAT_AS_SENT, DESK)
            assert not await settling.settle_by_person(conn, one.id, Decision.TREAT_AS_SENT, DESK)
            assert (await sends.get_send(conn, one.send_id)).state is SendState.FINISHED
            assert await settling.due_for_a_look(conn, SENDER) == []
        assert await column(
            database, "SELECT ROW(engine_state, twilio_status)::text FROM whatsapp_invitations"
        ) == ["(accepted,sent)"]

    run(scenario())


def test_whoever_settles_knows_when_the_next_one_is_due(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 2)
        async with database.begin() as conn:
            assert await settling.next_due(conn, SENDER, 30.0) is None
        left, live = await claim(database, 2)
        async with database.begin() as conn:
            due = await settling.next_due(conn, SENDER, 3600.0, [live.token])
            assert due is not None
            assert 0 < due <= 3600
            assert await settling.next_due(conn, SENDER, 3600.0, [left.token, live.token]) is None
            await settling.expire_claims(conn, SENDER, -1.0, [live.token])
            due = await settling.next_due(conn, SENDER, 3600.0, [live.token])
            assert due is not None
            assert abs(due) < 1
            await settling.note_look(conn, left.id, 60.0)
            due = await settling.next_due(conn, SENDER, 3600.0, [live.token])
            assert due is not None
            assert 0 < due <= 60

    run(scenario())
