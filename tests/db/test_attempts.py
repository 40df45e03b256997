"""An earlier attempt that arrives after all: never silent, never doubled by us, never paid for unseen."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from tests.db.rows import SENDER, accept_all, accepted, claim, column, execute, queue
from waapp.core.invitations import Claim, Fact, Invitation, SendState
from waapp.core.pacing import Next
from waapp.core.status import EngineState
from waapp.core.waiting import WaitReason
from waapp.db import attempts, claims, invitations, sends, settling, statuses
from waapp.db.engine import Database
from waapp.db.settling import Decision
from waapp.db.statuses import Failed

T0 = datetime(2026, 9, 1, 12, tzinfo=UTC)
FIRST, SECOND = "SM0000", "SMsecond"


async def fail_first(database: Database) -> Failed:
    """Queue one invitation whose first message has failed for a passing reason."""
    await queue(database, 1)
    await accept_all(database)
    async with database.begin() as conn:
        (failed,) = await statuses.apply_facts(
            conn,
            [Fact(FIRST, "undelivered", T0, error_code="63018", price=Decimal("-0.02"), price_unit="USD")],
        )
        assert await statuses.send_again_later(conn, failed, 0.0, WaitReason.TRANSIENT)
    return failed


async def learn(database: Database, sid: str, word: str, **more: Any) -> list[Failed]:
    async with database.begin() as conn:
        return await statuses.apply_facts(conn, [Fact(sid, word, T0, **more)])


async def only(database: Database) -> Invitation:
    (found,) = await column(database, "SELECT id FROM whatsapp_invitations")
    async with database.read() as conn:
        return await invitations.get_invitation(conn, found)


async def second(database: Database) -> Claim:
    (taken,) = await claim(database)
    return taken


def test_a_replaced_message_keeps_its_sid_and_its_price(run, database: Database) -> None:
    async def scenario() -> None:
        await fail_first(database)
        waiting = await only(database)
        assert (waiting.sid, waiting.wait_reason) == (None, WaitReason.TRANSIENT)
        taken = await second(database)
        async with database.begin() as conn:
            await claims.record(
                conn, [(taken.token, Next(EngineState.ACCEPTED, 1, sid=SECOND, twilio_status="queued"))]
            )
        await learn(database, SECOND, "read", price=Decimal("-0.03"), price_unit="USD")
        found = await only(database)
        assert (found.sid, found.twilio_status, found.doubled) == (SECOND, "read", False)
        assert (found.price, found.price_unit) == (Decimal("-0.05"), "USD")
        # What Twilio charges for the first one later counts too.
        await learn(
            database, FIRST, "undelivered", error_code="63018", price=Decimal("-0.04"), price_unit="USD"
        )
        assert (await only(database)).price == Decimal("-0.07")
        async with database.read() as conn:
            assert await settling.known_sids(conn, [FIRST, SECOND, "SMother"]) == {FIRST, SECOND}

    run(scenario())


def test_an_earlier_attempt_is_asked_about_for_a_day(run, database: Database) -> None:
    async def scenario() -> None:
        await fail_first(database)
        async with database.read() as conn:
            assert [one.sid for one in await statuses.open_messages(conn, SENDER)] == [FIRST]
        await execute(database, "UPDATE whatsapp_attempts SET sent_at = sent_at - interval '25 hours'")
        async with database.read() as conn:
            assert await statuses.open_messages(conn, SENDER) == []

    run(scenario())


def test_an_arrival_cancels_the_attempt_that_has_not_left(run, database: Database) -> None:
    async def scenario() -> None:
        failed = await fail_first(database)
        await learn(database, FIRST, "delivered")
        found = await only(database)
        assert (found.engine_state, found.sid, found.twilio_status) == (
            EngineState.ACCEPTED,
            FIRST,
            "delivered",
        )
        assert (found.error_code, found.next_retry_at, found.wait_reason, found.doubled) == (
            None,
            None,
            None,
            False,
        )
        assert found.price == Decimal("-0.02")
        assert found.sent_at is not None
        assert await claim(database) == []
        assert await column(database, "SELECT invitation_status::text FROM guests") == ["delivered"]
        async with database.begin() as conn:
            assert await sends.finish_done(conn, SENDER) == [failed.send_id]
        await learn(database, FIRST, "read")
        assert (await only(database)).twilio_status == "read"

    run(scenario())


def test_an_arrival_is_taken_in_although_the_send_was_stopped(run, database: Database) -> None:
    async def scenario() -> None:
        failed = await fail_first(database)
        async with database.begin() as conn:
            await sends.stop(conn, failed.send_id)
        await learn(database, FIRST, "read")
        assert (await only(database)).twilio_status == "read"
        async with database.read() as conn:
            assert (await sends.get_send(conn, failed.send_id)).state is SendState.STOPPED

    run(scenario())


def test_an_arrival_after_the_next_has_left_is_shown(run, database: Database) -> None:
    async def scenario() -> None:
        await fail_first(database)
        taken = await second(database)
        await learn(database, FIRST, "delivered")
        found = await only(database)
        assert (found.engine_state, found.doubled) == (EngineState.SENDING, True)
        async with database.begin() as conn:
            await claims.record(conn, [(taken.token, accepted(SECOND))])
        await learn(database, SECOND, "delivered")
        found = await only(database)
        assert (found.sid, found.twilio_status, found.doubled) == (SECOND, "delivered", True)

    run(scenario())


@pytest.mark.parametrize(
    "outcome",
    [
        Next(EngineState.FAILED, 1, error_code="63024"),
        Next(EngineState.QUEUED, 2, 0.0, WaitReason.TRANSIENT, error_code="20500"),
        Next(EngineState.QUEUED, 1, 5.0, WaitReason.NETWORK),
    ],
)
def test_a_next_attempt_that_comes_to_nothing_gives_way(run, database: Database, outcome: Next) -> None:
    async def scenario() -> None:
        await fail_first(database)
        taken = await second(database)
        await learn(database, FIRST, "read")
        async with database.begin() as conn:
            await claims.record(conn, [(taken.token, outcome)])
        found = await only(database)
        assert (found.engine_state, found.sid, found.twilio_status) == (EngineState.ACCEPTED, FIRST, "read")
        assert not found.doubled
        assert await claim(database) == []

    run(scenario())


def test_a_claim_that_is_given_back_gives_way(run, database: Database) -> None:
    async def scenario() -> None:
        await fail_first(database)
        taken = await second(database)
        await learn(database, FIRST, "delivered")
        async with database.begin() as conn:
            await claims.give_back(conn, [taken.token])
        found = await only(database)
        assert (found.engine_state, found.sid, found.doubled) == (EngineState.ACCEPTED, FIRST, False)

    run(scenario())


def test_who_decides_to_send_again_what_has_arrived_sends_nothing(run, database: Database) -> None:
    async def scenario() -> None:
        await fail_first(database)
        taken = await second(database)
        async with database.begin() as conn:
            await claims.record(conn, [(taken.token, Next(EngineState.UNKNOWN, 1))])
        await learn(database, FIRST, "delivered")
        assert (await only(database)).doubled
        async with database.begin() as conn:
            assert await settling.settle_by_person(conn, taken.id, Decision.SEND_AGAIN, "Maria")
        found = await only(database)
        assert (found.engine_state, found.sid) == (EngineState.ACCEPTED, FIRST)
        assert await claim(database) == []

    run(scenario())


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_order_facts_arrive_in(run, database: Database, order: tuple[int, ...]) -> None:
    """The first arrived, the second failed for good: the guest has the message, once."""

    async def scenario() -> None:
        await fail_first(database)
        taken = await second(database)
        async with database.begin() as conn:
            await claims.record(
                conn, [(taken.token, Next(EngineState.ACCEPTED, 1, sid=SECOND, twilio_status="queued"))]
            )
        facts = [(FIRST, "delivered", None), (SECOND, "undelivered", "63018"), (FIRST, "read", None)]
        for place in order:
            sid, word, code = facts[place]
            failed = await learn(database, sid, word, error_code=code)
            if failed and not any(facts[earlier][0] == FIRST for earlier in order[: order.index(place)]):
                async with database.begin() as conn:
                    await statuses.send_again_later(conn, failed[0], 3600.0, WaitReason.TRANSIENT)
            else:
                assert failed == []
        found = await only(database)
        assert (found.engine_state, found.sid, found.twilio_status) == (EngineState.ACCEPTED, FIRST, "read")
        assert not found.doubled
        assert found.error_code is None
        assert await claim(database) == []
        async with database.read() as conn:
            assert await attempts.known_sids(conn, [SECOND]) == {SECOND}

    run(scenario())
