"""Claims and outcomes when the database fails in between: nothing that is known is forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.engine.conftest import Desk, Run, numbers
from waapp.core.cadence import Cadence
from waapp.core.invitations import Claim, Invitation
from waapp.core.outcome import Accepted
from waapp.core.pacing import Next
from waapp.core.plan import Options
from waapp.core.status import EngineState
from waapp.db import claims, settling
from waapp.engine.ledger import Ledger


async def until(met: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await met():
            await asyncio.sleep(0.02)


def quiet(*, unknown: bool) -> None:
    pass


async def states(desk: Desk) -> list[str]:
    return [row.engine_state.value for row in await desk.rows()]


def test_a_claim_whose_commit_was_not_answered_is_given_back(run: Run, desk: Desk) -> None:
    """The claim is committed only after the client has given up on it."""
    ledger = Ledger(desk.database, desk.line.key, quiet)
    tokens = [uuid4() for _ in range(3)]

    async def scenario() -> list[str]:
        await desk.invite(numbers(3))
        writing = asyncio.create_task(ledger.run())
        async with desk.database.begin() as conn:
            assert len(await claims.claim(conn, desk.line.key, 3, desk.name, tokens)) == 3
            ledger.not_posted(tokens)
            # The ledger waits for this transaction, because it cannot see what will come of it.
            await until(lambda: _waits(desk))
        ledger.stop()
        await writing
        return await states(desk)

    assert run(scenario()) == ["queued"] * 3


async def _waits(desk: Desk) -> bool:
    async with desk.database.read() as conn:
        query = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return bool((await conn.execute(text(query))).all())


def test_a_claim_that_never_came_about_changes_nothing(run: Run, desk: Desk) -> None:
    ledger = Ledger(desk.database, desk.line.key, quiet)

    async def scenario() -> list[str]:
        await desk.invite(numbers(2))
        ledger.not_posted([uuid4()])
        ledger.stop()
        await ledger.run()
        assert not ledger.tokens
        return await states(desk)

    assert run(scenario()) == ["queued"] * 2


def test_a_claim_given_back_as_unknown_meanwhile_is_queued_again(run: Run, desk: Desk) -> None:
    """We know that it was not posted; whoever gave it up could not."""

    async def scenario() -> list[str]:
        await desk.invite(numbers(1))
        async with desk.database.begin() as conn:
            (taken,) = await claims.claim(conn, desk.line.key, 1, desk.name)
            await settling.expire_claims(conn, desk.line.key, -1.0)
            assert await claims.give_back(conn, [taken.token])
        return await states(desk)

    assert run(scenario()) == ["queued"]


@pytest.mark.parametrize("verdict", [EngineState.ACCEPTED, EngineState.UNKNOWN])
def test_an_outcome_whose_claim_the_database_has_lost_is_recorded(
    run: Run, desk: Desk, verdict: EngineState
) -> None:
    """As after the fail-over to a standby that had not got the claim yet."""
    ledger = Ledger(desk.database, desk.line.key, quiet)
    sid = "SM" + "0" * 32 if verdict is EngineState.ACCEPTED else None

    async def scenario() -> list[Invitation]:
        await desk.invite(numbers(1))
        (row,) = await desk.rows()
        claim = Claim(
            row.id, uuid4(), row.send_id or uuid4(), desk.event_id, row.recipient, "", None, {}, 0, 3
        )
        ledger.note(claim, Accepted("SM" + "0" * 32, "queued"), Next(verdict, 0, sid=sid))
        ledger.stop()
        await ledger.run()
        return await desk.rows()

    (row,) = run(scenario())
    assert (row.engine_state, row.sid) == (verdict, sid)


def test_an_answer_that_comes_late_takes_back_another_attempt(run: Run, desk: Desk) -> None:
    """A planner has asked for another attempt, which has not begun; then Twilio says that it has the first."""
    ledger = Ledger(desk.database, desk.line.key, quiet)
    sid = "SM" + "0" * 32

    async def scenario() -> list[Invitation]:
        await desk.invite(numbers(1))
        async with desk.database.begin() as conn:
            (taken,) = await claims.claim(conn, desk.line.key, 1, desk.name)
            await settling.expire_claims(conn, desk.line.key, -1.0)
            assert await settling.settle_by_person(conn, taken.id, settling.Decision.SEND_AGAIN, desk.name)
        ledger.note(
            taken, Accepted(sid, "queued"), Next(EngineState.ACCEPTED, 0, sid=sid, twilio_status="queued")
        )
        ledger.stop()
        await ledger.run()
        return await desk.rows()

    (row,) = run(scenario())
    assert (row.engine_state, row.sid) == (EngineState.ACCEPTED, sid)


def test_two_guests_on_one_phone_do_not_get_their_messages_at_once(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.invite([*numbers(3), numbers(1)[0]], Options(one_per_phone=False))
        async with desk.at_work(cadence=Cadence(scale=0.1)):
            await desk.until(lambda rows: all(row.sid for row in rows))

    run(scenario())
    times = [message.at for message in desk.practice.accepted() if message.to == numbers(1)[0]]
    assert len(times) == 2
    assert times[1] - times[0] >= 0.55  # six seconds at a tenth of the time
