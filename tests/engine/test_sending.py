"""The engine end to end: a real database, the practice Twilio over HTTP, and its faults."""

import asyncio
from collections import Counter

import pytest

from tests.engine.conftest import Desk, Run, numbers
from waapp.core.invitations import Invitation, SendState
from waapp.core.status import EngineState
from waapp.db import sends, settling
from waapp.engine.sending import Duty
from waapp.whatsapp.practice_script import Fate, Fault, FaultKind, Script


def all_read(rows: list[Invitation]) -> bool:
    return bool(rows) and all(row.twilio_status == "read" for row in rows)


def nothing_open(rows: list[Invitation]) -> bool:
    return all(row.engine_state not in {EngineState.QUEUED, EngineState.SENDING} for row in rows)


def deliveries(desk: Desk) -> Counter[str]:
    return Counter(message.to for message in desk.practice.accepted())


def test_every_guest_gets_one_message_and_its_statuses(run: Run, desk: Desk) -> None:
    async def scenario() -> list[Invitation]:
        await desk.invite(numbers(120))
        async with desk.at_work():
            return await desk.until(all_read)

    rows = run(scenario())
    assert deliveries(desk) == Counter(numbers(120))
    assert len({row.sid for row in rows}) == 120
    assert all(row.sent_at and row.delivered_at and row.read_at for row in rows)
    assert all(row.claimed_by == desk.name for row in rows)


def test_the_text_that_was_planned_is_the_text_that_is_sent(run: Run, desk: Desk) -> None:
    async def scenario() -> list[Invitation]:
        await desk.invite(numbers(3))
        async with desk.at_work():
            return await desk.until(all_read)

    rows = run(scenario())
    sent = {message.to: message.body for message in desk.practice.accepted()}
    assert sent == {row.recipient: row.body for row in rows}


def test_a_finished_send_says_so(run: Run, desk: Desk) -> None:
    async def scenario() -> sends.SendSummary:
        queued = await desk.invite(numbers(5))
        async with desk.at_work():
            await desk.until(all_read)
        async with desk.database.read() as conn:
            return await sends.summary(conn, queued.send.id)

    summary = run(scenario())
    assert summary.send.state is SendState.FINISHED
    assert (summary.total, summary.read) == (5, 5)


def test_a_guest_who_is_not_on_whatsapp_fails_with_the_cause(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, fates={numbers(1)[0]: Fate("failed", 63003)})

    async def scenario() -> list[Invitation]:
        await desk.invite(numbers(1))
        async with desk.at_work():
            return await desk.until(lambda rows: rows[0].twilio_status == "failed")

    (row,) = run(scenario())
    assert row.error_code == "63003"
    assert row.failed_at is not None
    assert row.next_retry_at is None


def test_a_held_back_message_is_queued_again_for_later(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, fates={numbers(1)[0]: Fate("undelivered", 63018)})

    async def scenario() -> list[Invitation]:
        await desk.invite(numbers(1))
        async with desk.at_work():
            return await desk.until(lambda rows: rows[0].next_retry_at is not None)

    (row,) = run(scenario())
    assert row.engine_state is EngineState.QUEUED
    assert row.retry_count == 1
    assert len(desk.practice.accepted()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.THROTTLE, times=3),
        Fault(FaultKind.THROTTLE, times=3, retry_after=0.1),
        Fault(FaultKind.LATENCY, seconds=0.2),
    ],
)
def test_what_twilio_did_not_take_is_sent_again_by_itself(run: Run, desk: Desk, fault: Fault) -> None:
    desk.practice.script = Script(speed=50, faults=(fault,))

    async def scenario() -> None:
        await desk.invite(numbers(10))
        async with desk.at_work():
            await desk.until(all_read)

    run(scenario())
    assert deliveries(desk) == Counter(numbers(10))


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.ANSWER, status=500, accepted=True, times=3),
        Fault(FaultKind.ANSWER, status=500, html=True, accepted=True, times=3),
        Fault(FaultKind.ANSWER, status=200, html=True, accepted=True, times=3),
        Fault(FaultKind.RESET, accepted=True, times=3),
        Fault(FaultKind.CUT, accepted=True, times=3),
        Fault(FaultKind.HANG, accepted=True, times=2, seconds=4),
    ],
)
def test_what_twilio_took_without_saying_so_is_found_and_adopted(run: Run, desk: Desk, fault: Fault) -> None:
    desk.practice.script = Script(speed=50, faults=(fault,))

    async def scenario() -> list[Invitation]:
        await desk.invite(numbers(10))
        async with desk.at_work():
            return await desk.until(all_read)

    rows = run(scenario())
    assert deliveries(desk) == Counter(numbers(10))
    assert {row.sid for row in rows} == {message.sid for message in desk.practice.accepted()}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.ANSWER, status=503, times=3),
        Fault(FaultKind.RESET, times=3),
        Fault(FaultKind.CUT, times=3),
    ],
)
def test_what_may_have_been_sent_is_never_sent_again_by_itself(run: Run, desk: Desk, fault: Fault) -> None:
    desk.practice.script = Script(speed=50, faults=(fault,))

    async def scenario() -> list[Invitation]:
        await desk.invite(numbers(10))
        async with desk.at_work():
            return await desk.until(
                lambda rows: (
                    sum(row.looks >= 2 for row in rows) == 3 and sum(row.sid is not None for row in rows) == 7
                )
            )

    rows = run(scenario())
    unknown = [row for row in rows if row.engine_state is EngineState.UNKNOWN]
    assert len(unknown) == 3
    assert max(deliveries(desk).values()) == 1
    assert len(desk.practice.accepted()) == 7


def test_a_planner_settles_what_cannot_be_found(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, faults=(Fault(FaultKind.RESET, times=2),))

    async def scenario() -> list[Invitation]:
        await desk.invite(numbers(2))
        async with desk.at_work():
            rows = await desk.until(lambda rows: all(row.looks >= 1 for row in rows))
            async with desk.database.begin() as conn:
                again, treat = settling.Decision.SEND_AGAIN, settling.Decision.TREAT_AS_SENT
                assert await settling.settle_by_person(conn, rows[0].id, again, desk.name)
                assert await settling.settle_by_person(conn, rows[1].id, treat, desk.name)
            return await desk.until(lambda rows: rows[0].twilio_status == "read")

    first, second = run(scenario())
    assert deliveries(desk) == Counter([first.recipient])
    assert (second.engine_state, second.twilio_status, second.sid) == (EngineState.ACCEPTED, "sent", None)


def test_wrong_credentials_pause_the_send_and_lose_nothing(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, faults=(Fault(FaultKind.REFUSE, status=401, code=20003),))

    async def scenario() -> sends.SendSummary:
        queued = await desk.invite(numbers(30))
        async with desk.at_work():
            async with asyncio.timeout(60):
                while True:
                    async with desk.database.read() as conn:
                        summary = await sends.summary(conn, queued.send.id)
                    if summary.send.state is SendState.PAUSED and not summary.in_flight:
                        break
                    await asyncio.sleep(0.05)
            assert (summary.send.pause_code, summary.queued) == ("20003", 30)
            desk.practice.script = Script(speed=50)
            async with desk.database.begin() as conn:
                await sends.resume(conn, queued.send.id)
            await desk.until(all_read)
        return summary

    run(scenario())
    assert deliveries(desk) == Counter(numbers(30))


def test_stopping_gives_back_what_was_not_posted(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, faults=(Fault(FaultKind.LATENCY, seconds=0.3),))

    async def scenario() -> list[Invitation]:
        await desk.invite(numbers(60))
        async with desk.at_work(rate=40):
            await desk.until(lambda rows: any(row.sid for row in rows))
        return await desk.rows()

    rows = run(scenario())
    states = Counter(row.engine_state for row in rows)
    assert states[EngineState.SENDING] == 0
    assert states[EngineState.QUEUED] > 0
    assert {row.sid for row in rows if row.sid} == {message.sid for message in desk.practice.accepted()}


def test_a_second_desk_stands_by_and_takes_over(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        first, second = desk.sending(), desk.sending()
        one = asyncio.create_task(first.run())
        async with asyncio.timeout(60):
            while first.state.duty is not Duty.SENDING:
                await asyncio.sleep(0.02)
            two = asyncio.create_task(second.run())
            while second.state.duty is not Duty.STANDBY:
                await asyncio.sleep(0.02)
            assert second.state.holder == desk.name
            first.stop()
            await one
            while second.state.duty is not Duty.SENDING:
                await asyncio.sleep(0.02)
        await desk.invite(numbers(5))
        await desk.until(all_read)
        second.stop()
        await two

    run(scenario())
    assert deliveries(desk) == Counter(numbers(5))


def test_a_claim_left_behind_by_a_dead_desk_is_looked_for_before_anything_else(run: Run, desk: Desk) -> None:
    async def scenario() -> list[Invitation]:
        from waapp.db import claims

        await desk.invite(numbers(4))
        async with desk.database.begin() as conn:
            left = await claims.claim(conn, desk.line.key, 2, "Dead desk")
        await desk.line.client.send(left[0].recipient, desk.line.number, body=left[0].body)
        desk.request_seconds = -15.0  # every claim that is not this desk's own counts as left behind at once
        async with desk.at_work():
            return await desk.until(
                lambda rows: (
                    sum(row.twilio_status == "read" for row in rows) == 3 and any(row.looks for row in rows)
                )
            )

    rows = run(scenario())
    assert [row.engine_state for row in rows].count(EngineState.UNKNOWN) == 1
    assert max(deliveries(desk).values()) == 1
    assert len(desk.practice.accepted()) == 3


@pytest.mark.parametrize("turns", range(0, 60, 3))
def test_who_is_told_to_stop_at_any_moment_of_the_start_stops(run: Run, desk: Desk, turns: int) -> None:
    async def scenario() -> None:
        sending = desk.sending()
        working = asyncio.create_task(sending.run())
        for _ in range(turns):
            await asyncio.sleep(0.001)
        sending.stop()
        async with asyncio.timeout(60):
            await working
        assert sending.state.duty is Duty.STOPPED

    run(scenario())
