"""Several numbers of one account on one database: who serves which, at which pace, and what nobody may serve."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.engine.conftest import Desk, Run, numbers
from waapp.core.cadence import REAL
from waapp.core.guests import GuestDraft
from waapp.core.invitations import NewInvitation
from waapp.core.lines import OpenLine, line_key
from waapp.db import guests, queueing, sends
from waapp.db.feed import Feed
from waapp.db.lines import open_lines
from waapp.db.queueing import NewSend
from waapp.db.sender_lock import SenderLock
from waapp.engine.account import Account, Line
from waapp.engine.lines import Lines, LinesState, LineState
from waapp.engine.sending import Duty, SendingState
from waapp.engine.worker import is_idle

NUMBER, OTHER = "+15005550006", "+15005550007"
OTHER_ACCOUNT = "AC" + "0" * 31 + "7"


def key(desk: Desk, number: str) -> str:
    return line_key(number, desk.practice.account_sid)


def account(desk: Desk, own: str | None, rate: float = 200.0) -> Account:
    """A real account, as far as the engine knows, at the practice Twilio."""
    sid, client = desk.practice.account_sid, desk.line.client
    line = Line(client, own, line_key(own, sid), practice=False, rate=rate, cadence=REAL) if own else None
    return Account(client, practice=False, line=line, sid=sid)


async def queue(desk: Desk, sender: str, phones: Sequence[str], rate: float = 200.0) -> UUID:
    """Queue a send as the desk that is set to this number does."""
    async with desk.database.begin() as conn:
        ids = await guests.add_guests(
            conn, desk.event_id, [GuestDraft(f"Guest {each[-4:]}", each) for each in phones]
        )
        new = NewSend(
            id=uuid4(),
            event_id=desk.event_id,
            template_id=desk.template_id,
            template_name="party",
            template_version=1,
            sender=sender,
            practice=False,
            planned_by="Maria",
            rate=rate,
        )
        rows = [
            NewInvitation(guest, phone, {}, f"Dear {phone}") for guest, phone in zip(ids, phones, strict=True)
        ]
        await queueing.queue_send(conn, new, rows)
    return new.id


@asynccontextmanager
async def at_work(desk: Desk, here: Account, name: str = "Maria on DESK") -> AsyncIterator[Lines]:
    lines = Lines(desk.database, here, desk=name, table=desk.table, request_seconds=desk.request_seconds)
    feed = Feed(desk.database.url)
    feed.subscribe(lines.changed)
    feeding = asyncio.create_task(feed.run())
    working = asyncio.create_task(lines.run())
    try:
        yield lines
    finally:
        lines.stop()
        await working
        feeding.cancel()
        await asyncio.wait([feeding])


async def until(met, seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not met():
            await asyncio.sleep(0.02)


def duties(lines: Lines) -> dict[str, Duty]:
    return {one.number: one.state.duty for one in lines.state.lines}


def taken(desk: Desk) -> dict[str, list[str]]:
    """Which phones got a message from which number."""
    found: dict[str, list[str]] = {}
    for message in desk.practice.accepted():
        found.setdefault(message.sender, []).append(message.to)
    return {sender: sorted(phones) for sender, phones in found.items()}


def test_a_desk_carries_on_another_number_of_its_account_beside_its_own(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        await queue(desk, key(desk, NUMBER), numbers(20))
        await queue(desk, key(desk, OTHER), numbers(20, 20))
        async with at_work(desk, account(desk, NUMBER)) as lines:
            await until(lambda: len(desk.practice.accepted()) == 40)
            assert duties(lines) == {NUMBER: Duty.SENDING, OTHER: Duty.SENDING}
            assert lines.state.own.number == NUMBER

    run(scenario())
    assert taken(desk) == {NUMBER: sorted(numbers(20)), OTHER: sorted(numbers(20, 20))}


def test_a_worker_without_a_number_serves_every_number_of_its_account(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        await queue(desk, key(desk, NUMBER), numbers(5))
        async with at_work(desk, account(desk, None)) as lines:
            await until(lambda: len(desk.practice.accepted()) == 5)
            await queue(desk, key(desk, OTHER), numbers(5, 5))
            await until(lambda: len(desk.practice.accepted()) == 10)
            assert lines.state.own is None

    run(scenario())
    assert {sender: len(phones) for sender, phones in taken(desk).items()} == {NUMBER: 5, OTHER: 5}


def test_what_another_desk_holds_is_only_stood_by_for(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        await queue(desk, key(desk, OTHER), numbers(5))
        async with (
            SenderLock(desk.database, key(desk, OTHER), "Ana on PC") as lock,
            at_work(desk, account(desk, NUMBER)) as lines,
        ):
            state = SendingState(Duty.STANDBY, "Ana on PC")
            standby = LineState(key(desk, OTHER), False, state, active=True)
            await until(lambda: lines.state.others == (standby,))
            assert desk.practice.accepted() == []
            await lock.__aexit__(None, None, None)
            await until(lambda: len(desk.practice.accepted()) == 5)

    run(scenario())


@pytest.mark.parametrize("own", [NUMBER, OTHER, None])
def test_another_accounts_messages_wait_and_are_named(run: Run, desk: Desk, own: str | None) -> None:
    theirs = line_key(OTHER, OTHER_ACCOUNT)

    async def scenario() -> None:
        await queue(desk, theirs, numbers(3))
        async with at_work(desk, account(desk, own)) as lines:
            await until(lambda: lines.state.out_of_reach == (theirs,))
            await queue(desk, key(desk, NUMBER), numbers(3, 3))
            await until(lambda: len(desk.practice.accepted()) == 3)
            async with SenderLock(desk.database, theirs, "Ana on PC"):
                await until(lambda: lines.state.out_of_reach == ())

    run(scenario())
    assert taken(desk) == {NUMBER: sorted(numbers(3, 3))}


def test_practice_and_real_never_mix(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.invite(numbers(2, 4))
        await queue(desk, key(desk, NUMBER), numbers(2))
        await queue(desk, "practice-another", numbers(2, 2))
        async with at_work(desk, Account(desk.line.client, practice=True, line=desk.line)) as lines:
            await until(lambda: len(desk.practice.accepted()) == 2)
            assert [one.key for one in lines.state.lines] == ["practice-test"]
            assert lines.state.out_of_reach == ()

    run(scenario())
    assert sorted(message.to for message in desk.practice.accepted()) == sorted(numbers(2, 4))


def test_the_pace_is_the_lowest_that_a_send_was_queued_with(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        await queue(desk, key(desk, OTHER), numbers(12), rate=5.0)
        async with at_work(desk, account(desk, NUMBER, rate=500.0)):
            await until(lambda: len(desk.practice.accepted()) == 12)

    run(scenario())
    times = sorted(message.at for message in desk.practice.accepted())
    assert all(later - first >= 0.99 for first, later in zip(times, times[5:], strict=False))


def test_a_slower_send_slows_the_number_down_and_nothing_is_lost(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        await queue(desk, key(desk, NUMBER), numbers(40), rate=50.0)
        async with at_work(desk, account(desk, NUMBER, rate=50.0)):
            await until(lambda: len(desk.practice.accepted()) > 10)
            slow = await queue(desk, key(desk, NUMBER), numbers(40, 40), rate=20.0)
            await until(lambda: len(desk.practice.accepted()) == 80)
            async with desk.database.read() as conn:
                assert (await sends.summary(conn, slow)).queued == 0

    run(scenario())
    assert len({message.to for message in desk.practice.accepted()}) == 80
    last = sorted(message.at for message in desk.practice.accepted())[-40:]
    assert all(later - first >= 0.99 for first, later in zip(last, last[20:], strict=False))


def test_a_number_is_let_go_when_nothing_of_it_is_open(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        send_id = await queue(desk, key(desk, OTHER), numbers(3), rate=0.5)
        async with at_work(desk, account(desk, NUMBER)) as lines:
            await until(lambda: duties(lines).get(OTHER) is Duty.SENDING)
            async with desk.database.begin() as conn:
                await sends.stop(conn, send_id)
                await conn.exec_driver_sql(
                    "UPDATE whatsapp_invitations SET twilio_status = 'read', engine_state = CASE WHEN engine_state ="
                    " 'sending' THEN 'cancelled' ELSE engine_state END"
                )
            await until(lambda: OTHER not in duties(lines))
            assert duties(lines) == {NUMBER: Duty.SENDING}
            async with SenderLock(desk.database, key(desk, OTHER), "Ana on PC") as lock:
                assert lock.held

    run(scenario())


def test_what_is_open_is_sent_followed_or_settled(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        mine, other = key(desk, NUMBER), key(desk, OTHER)

        async def found() -> list[OpenLine]:
            async with desk.database.read() as conn:
                return await open_lines(conn)

        async def all_become(changes: str) -> None:
            async with desk.database.begin() as conn:
                await conn.exec_driver_sql(f"UPDATE whatsapp_invitations SET {changes}")
                await conn.exec_driver_sql("UPDATE whatsapp_sends SET state = 'finished'")

        assert await found() == []
        await queue(desk, mine, numbers(2), rate=60.0)
        await queue(desk, mine, numbers(2, 2), rate=40.0)
        await queue(desk, other, numbers(2, 4))
        assert await found() == [OpenLine(mine, 40.0), OpenLine(other, 200.0)]
        async with SenderLock(desk.database, other, "Ana on PC"):
            assert await found() == [OpenLine(mine, 40.0), OpenLine(other, 200.0, "Ana on PC")]
        assert not await is_idle(desk.database, mine)
        sid = "twilio_message_sid = 'SM' || id, sent_at = now() AT TIME ZONE 'UTC'"
        await all_become(f"engine_state = 'accepted', {sid}, twilio_status = 'sent'")
        assert await found() == [OpenLine(mine), OpenLine(other)]
        await all_become("sent_at = now() AT TIME ZONE 'UTC' - interval '31 days'")
        assert await found() == []
        await all_become("engine_state = 'unknown', twilio_message_sid = NULL")
        assert await found() == [OpenLine(mine), OpenLine(other)]
        await all_become("next_look_at = '9999-12-31'")
        assert await found() == []
        assert await is_idle(desk.database, mine)

    run(scenario())


def test_without_a_database_the_own_number_says_so_and_goes_on_when_it_is_back(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        gone = replace(desk, database=type(desk.database)("postgresql://maria@127.0.0.1:1/none"))
        async with at_work(gone, account(desk, NUMBER)) as lines:
            await until(lambda: duties(lines) == {NUMBER: Duty.OFFLINE})
            assert not lines.state.looked
        assert lines.state == LinesState(
            (LineState(key(desk, NUMBER), True, SendingState(Duty.STOPPED)),), (), looked=False
        )
        await gone.database.dispose()

    run(scenario())


@pytest.mark.parametrize("turns", range(0, 60, 6))
def test_who_is_told_to_stop_at_any_moment_stops(run: Run, desk: Desk, turns: int) -> None:
    async def scenario() -> None:
        await queue(desk, key(desk, OTHER), numbers(5))
        async with asyncio.timeout(60), at_work(desk, account(desk, NUMBER)) as lines:
            for _ in range(turns):
                await asyncio.sleep(0.002)
        assert duties(lines) == {NUMBER: Duty.STOPPED}

    run(scenario())
