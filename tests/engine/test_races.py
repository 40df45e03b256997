"""Planners who stop, undo, pause and resume while messages leave: what they are told is what becomes of it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from tests.engine.conftest import Desk, Run, numbers
from waapp.core.guests import GuestDraft
from waapp.core.invitations import Invitation
from waapp.core.plan import Options
from waapp.core.status import EngineState
from waapp.core.waiting import Timing
from waapp.db import guests, send_timing, sends
from waapp.db.clock import database_clock
from waapp.db.engine import Database
from waapp.db.queueing import Queued
from waapp.db.sends import Stopped
from waapp.engine.plans import prepare, queue
from waapp.errors import UserError
from waapp.whatsapp.practice_script import Fault, FaultKind, Script

GUESTS = 20
ANSWER = 0.08
"""Seconds that Twilio takes for an answer, so that there is always something in flight."""


def accepted(desk: Desk) -> Counter[str]:
    return Counter(message.to for message in desk.practice.accepted())


def at_rest(rows: list[Invitation]) -> bool:
    return all(row.engine_state not in {EngineState.QUEUED, EngineState.SENDING} for row in rows)


async def invite(desk: Desk, phones: Sequence[str], undo_seconds: float = 0.0) -> Queued:
    """Queue the template for these guests alone."""
    drafts = [GuestDraft(name=f"Guest {phone[-4:]}", phone=phone) for phone in phones]
    async with desk.database.begin() as conn:
        ids = await guests.add_guests(conn, desk.event_id, drafts)
    prepared = await prepare(
        desk.database,
        desk.event_id,
        desk.template_id,
        Options(only_guest_ids=frozenset(ids)),
        line=desk.line,
        practice=True,
        rates=None,
    )
    timing = Timing(undo_seconds=undo_seconds)
    return await queue(desk.database, prepared, planner="Maria", timing=timing)


async def until_accepted(desk: Desk, count: int) -> None:
    async with asyncio.timeout(60):
        while len(desk.practice.accepted()) < count:
            await asyncio.sleep(0)


async def until_time(desk: Desk, moment: datetime) -> None:
    """Wait for a moment by the database's clock."""
    async with desk.database.read() as conn, asyncio.timeout(60):
        while await database_clock(conn) < moment:
            await asyncio.sleep(0)


async def stop(database: Database, queued: Queued) -> Stopped:
    async with database.begin() as conn:
        return await sends.stop(conn, queued.send.id)


@pytest.mark.timeout(300)
def test_a_stop_at_any_of_twenty_moments_says_exactly_what_becomes_of_every_guest(
    run: Run, desk: Desk
) -> None:
    desk.practice.script = Script(speed=50, faults=(Fault(FaultKind.LATENCY, seconds=ANSWER),))

    async def once(turn: int) -> None:
        phones = numbers(GUESTS, turn * GUESTS)
        before = len(desk.practice.accepted())
        queued = await invite(desk, phones)
        await until_accepted(desk, before + turn)
        said = await stop(desk.database, queued)
        assert said.sent + said.in_flight + said.never_left == GUESTS, said
        assert said.unknown == said.failed == 0
        rows = [row for row in await desk.until(at_rest) if row.recipient in set(phones)]
        states = Counter(row.engine_state for row in rows)
        # What was claimed and had not been posted yet may still be held back; nobody who was said not to get it does.
        assert said.sent <= states[EngineState.ACCEPTED] <= said.sent + said.in_flight, said
        assert states[EngineState.CANCELLED] == GUESTS - states[EngineState.ACCEPTED]
        got = {phone for phone in phones if accepted(desk)[phone]}
        assert got == {row.recipient for row in rows if row.engine_state is EngineState.ACCEPTED}
        assert len(desk.practice.accepted()) - before == len(got)

    async def scenario() -> None:
        async with desk.at_work(rate=60):
            for turn in range(20):
                await once(turn)

    run(scenario())


async def undone(desk: Desk, queued: Queued) -> bool:
    with suppress(UserError):
        async with desk.database.begin() as conn:
            await send_timing.undo(conn, queued.send.id)
            return True
    return False


@pytest.mark.timeout(300)
def test_an_undo_in_the_last_moments_withdraws_everything_or_nothing(run: Run, desk: Desk) -> None:
    ended: Counter[str] = Counter()

    async def once(turn: int) -> None:
        phones = numbers(5, turn * 5)
        before = len(desk.practice.accepted())
        queued = await invite(desk, phones, 0.4)
        assert queued.send.undo_until is not None
        left = (10 - turn) / 100  # from 100 ms before the end to as much after it
        await until_time(desk, queued.send.undo_until - timedelta(seconds=left))
        assert left <= 0 or len(desk.practice.accepted()) == before
        if await undone(desk, queued):
            ended["undone"] += 1
            assert not [row for row in await desk.rows() if row.recipient in set(phones)]
            await until_time(desk, queued.send.undo_until + timedelta(seconds=0.3))
            assert len(desk.practice.accepted()) == before
        else:
            ended["sent"] += 1
            await desk.until(lambda rows: at_rest([row for row in rows if row.recipient in set(phones)]))
            assert accepted(desk) & Counter(phones) == Counter(phones)
            assert len(desk.practice.accepted()) == before + 5

    async def scenario() -> None:
        async with desk.at_work():
            for turn in range(20):
                await once(turn)

    run(scenario())
    assert ended["sent"] >= 1
    assert ended["undone"] >= 1


@pytest.mark.timeout(300)
def test_storms_of_pause_and_resume_from_two_desks_double_and_lose_nothing(
    run: Run, desk: Desk, database_url: str
) -> None:
    desk.practice.script = Script(speed=50, faults=(Fault(FaultKind.LATENCY, seconds=ANSWER),))
    phones = numbers(150)

    async def storm(database: Database, queued: Queued, over: asyncio.Event) -> int:
        pressed = 0
        while not over.is_set():
            async with database.begin() as conn:
                said = await (
                    sends.resume(conn, queued.send.id)
                    if pressed % 2
                    else sends.pause(conn, queued.send.id, "planner")
                )
            assert said.sent + said.in_flight + said.never_left == len(phones), said
            pressed += 1
        return pressed

    async def scenario() -> None:
        other = Database(database_url, planner="Rui")
        over = asyncio.Event()
        queued = await invite(desk, phones)
        async with desk.at_work(rate=100):
            storms = [
                asyncio.create_task(storm(database, queued, over)) for database in (desk.database, other)
            ]
            await until_accepted(desk, 60)
            over.set()
            assert min(await asyncio.gather(*storms)) > 5
            async with other.begin() as conn:
                await sends.resume(conn, queued.send.id)
            await desk.until(at_rest)
        await other.dispose()

    run(scenario())
    assert accepted(desk) == Counter(phones)


@pytest.mark.timeout(300)
def test_a_stop_while_unknown_messages_are_being_found_forgets_none_of_them(run: Run, desk: Desk) -> None:
    """Twilio took them over without saying so; the planner stops in the moment in which they are found."""

    async def once(turn: int) -> None:
        phones = numbers(8, turn * 8)
        lost = Fault(FaultKind.CUT, accepted=True, times=6)
        desk.practice.script = Script(speed=50, faults=(lost,))
        before = len(desk.practice.accepted())
        queued = await invite(desk, phones)
        await until_accepted(desk, before + 2 + turn % 6)
        said = await stop(desk.database, queued)
        assert said.sent + said.in_flight + said.unknown + said.never_left == len(phones), said
        got = {phone for phone in phones if accepted(desk)[phone]}
        rows = await desk.until(
            lambda rows: all(
                row.engine_state in {EngineState.ACCEPTED, EngineState.CANCELLED}
                for row in rows
                if row.recipient in set(phones)
            )
        )
        got = {phone for phone in phones if accepted(desk)[phone]}
        ours = [row for row in rows if row.recipient in set(phones)]
        assert {row.recipient for row in ours if row.engine_state is EngineState.ACCEPTED} == got
        assert max(accepted(desk).values()) == 1
        assert {row.sid for row in ours if row.sid} <= {each.sid for each in desk.practice.accepted()}

    async def scenario() -> None:
        async with desk.at_work(rate=60):
            for turn in range(12):
                await once(turn)

    run(scenario())
