"""Claiming and recording on the real database: nothing twice, nothing lost, whoever comes in between."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.db.rows import (
    DESK,
    SENDER,
    accept_all,
    accepted,
    claim,
    column,
    execute,
    make_event,
    make_guests,
    new_invitations,
    new_send,
    queue,
)
from waapp.core.invitations import Fact, SendState
from waapp.core.pacing import Next
from waapp.core.status import EngineState
from waapp.core.waiting import WaitReason
from waapp.db import claims, opt_outs, queueing, send_timing, sends, settling, statuses
from waapp.db.engine import Database


def test_a_claim_brings_all_that_was_frozen(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 1)
            (new,) = new_invitations(ids)
            frozen = type(new)(ids[0], new.recipient, {"a": "x"}, "Olá João 🎉", "HX1", {"1": "x"})
            queued = await queueing.queue_send(conn, new_send(event.id, max_retries=5), [frozen])
        (taken,) = await claim(database)
        assert taken.send_id == queued.send.id
        assert taken.event_id == event.id
        assert (taken.recipient, taken.body) == (frozen.recipient, "Olá João 🎉")
        assert (taken.content_sid, taken.content_variables) == ("HX1", {"1": "x"})
        assert (taken.retry_count, taken.max_retries) == (0, 5)
        assert await column(database, "SELECT engine_state FROM whatsapp_invitations") == ["sending"]
        assert await column(database, "SELECT claimed_by FROM whatsapp_invitations") == [DESK]

    run(scenario())


def test_two_claimers_never_get_the_same_row(run, database: Database) -> None:
    async def claim_until_empty() -> list:
        taken = []
        while batch := await claim(database, 7):
            taken += batch
        return taken

    async def scenario() -> None:
        await queue(database, 200)
        shares = await asyncio.gather(*(claim_until_empty() for _ in range(4)))
        everything = [one.id for share in shares for one in share]
        assert len(everything) == 200
        assert len(set(everything)) == 200

    run(scenario())


def test_only_what_may_leave_now_is_claimed(run, database: Database) -> None:
    now = datetime.now(UTC)

    async def scenario() -> None:
        await queue(database, 2, not_before=now + timedelta(hours=1))
        await queue(database, 2, not_after=now - timedelta(hours=1))
        await queue(database, 2, sender="+15550000000")
        _, _, paused = await queue(database, 2)
        async with database.begin() as conn:
            await sends.pause(conn, paused.send.id, "planner")
        assert await claim(database) == []
        async with database.begin() as conn:
            await sends.resume(conn, paused.send.id)
        assert len(await claim(database)) == 2

    run(scenario())


@pytest.mark.parametrize(
    ("start_in", "end_in", "may_leave"), [(-1, 1, False), (1, 2, True), (-2, -1, True), (-22, 1, False)]
)
def test_quiet_hours_are_kept_in_the_zone_of_the_send(
    run, database: Database, start_in: int, end_in: int, may_leave: bool
) -> None:
    async def scenario() -> None:
        (local,) = await column(database, "SELECT now() AT TIME ZONE 'Asia/Tokyo'")
        start, end = ((local + timedelta(hours=hours)).time() for hours in (start_in, end_in))
        await queue(database, 1, quiet_start=start, quiet_end=end, time_zone="Asia/Tokyo")
        assert bool(await claim(database)) is may_leave
        async with database.read() as conn:
            due = await send_timing.next_due(conn, SENDER)
        # Claimed: nothing waits. Asleep: it goes on when the quiet hours end.
        assert due is None if may_leave else due is not None and abs(due - end_in * 3600) < 60

    run(scenario())


def test_sends_of_one_number_take_turns(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, large = await queue(database, 50)
        _, _, small = await queue(database, 3)
        first = await claim(database, 6)
        assert [one.send_id for one in first].count(small.send.id) == 3
        assert [one.send_id for one in first].count(large.send.id) == 3

    run(scenario())


def test_a_retry_waits_for_its_time_by_the_databases_clock(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 1)
        (taken,) = await claim(database)
        later = Next(
            EngineState.QUEUED, 1, 3600.0, WaitReason.LATER, error_code="63018", error_message="Rate"
        )
        async with database.begin() as conn:
            assert await claims.record(conn, [(taken.token, later)]) == [taken.id]
        assert await claim(database) == []
        async with database.read() as conn:
            due = await send_timing.next_due(conn, SENDER)
        assert due is not None
        assert 3590 < due <= 3600
        await execute(
            database, "UPDATE whatsapp_invitations SET next_retry_at = next_retry_at - interval '1 hour'"
        )
        (again,) = await claim(database)
        assert again.retry_count == 1
        assert again.token != taken.token

    run(scenario())


def test_next_due_is_zero_when_something_may_leave_and_none_when_nothing_waits(
    run, database: Database
) -> None:
    async def scenario() -> None:
        async with database.read() as conn:
            assert await send_timing.next_due(conn, SENDER) is None
        await queue(database, 1)
        async with database.read() as conn:
            assert await send_timing.next_due(conn, SENDER) == 0
        await claim(database)
        async with database.read() as conn:
            assert await send_timing.next_due(conn, SENDER) is None

    run(scenario())


def test_an_accepted_message_has_its_sid_and_forgets_earlier_errors(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 1)
        (taken,) = await claim(database)
        async with database.begin() as conn:
            retry = Next(EngineState.QUEUED, 1, error_code="20429", error_message="Too many")
            await claims.record(conn, [(taken.token, retry)])
        (taken,) = await claim(database)
        async with database.begin() as conn:
            await claims.record(conn, [(taken.token, accepted("SM1", "accepted"))])
        assert await column(
            database,
            "SELECT ROW(engine_state, twilio_message_sid, twilio_status, twilio_error_code, claim_token, "
            "next_retry_at, sent_at IS NOT NULL)::text FROM whatsapp_invitations",
        ) == ["(accepted,SM1,accepted,,,,t)"]

    run(scenario())


def test_a_result_for_a_claim_that_is_no_longer_current_changes_nothing(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 1)
        (taken,) = await claim(database)
        async with database.begin() as conn:
            assert await claims.give_back(conn, [taken.token]) == [taken.id]
        (newer,) = await claim(database)
        async with database.begin() as conn:
            assert await claims.record(conn, [(taken.token, accepted("SM1"))]) == []
            assert await claims.give_back(conn, [taken.token]) == []
            assert await claims.record(conn, [(newer.token, accepted("SM2"))]) == [newer.id]
            assert await claims.record(conn, [(newer.token, accepted("SM3"))]) == []
        assert await column(database, "SELECT twilio_message_sid FROM whatsapp_invitations") == ["SM2"]

    run(scenario())


def test_a_late_answer_settles_what_was_given_up_as_unknown(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 1)
        (taken,) = await claim(database)
        async with database.begin() as conn:
            assert await settling.expire_claims(conn, SENDER, 0.0) == [taken.id]
            assert await claims.record(conn, [(taken.token, accepted("SM1"))]) == [taken.id]
            assert (await sends.get_send(conn, queued.send.id)).state is SendState.FINISHED

    run(scenario())


def test_the_answer_to_our_own_request_takes_a_message_back_from_a_wrong_guess(
    run, database: Database
) -> None:
    """Two guests on one phone with one text: the search gave the first one the message of the second."""

    async def scenario() -> None:
        await queue(database, 2)
        guessed, proven = await claim(database)
        async with database.begin() as conn:
            await claims.record(conn, [(guessed.token, Next(EngineState.UNKNOWN, 0))])
            assert await settling.adopt(conn, guessed.id, "SM1", "sent")
        async with database.begin() as conn:
            assert await claims.record(conn, [(proven.token, accepted("SM1"))]) == [proven.id]
        assert await column(
            database, "SELECT id FROM whatsapp_invitations WHERE twilio_message_sid = 'SM1'"
        ) == [proven.id]
        assert await column(
            database, "SELECT id FROM whatsapp_invitations WHERE engine_state = 'unknown'"
        ) == [guessed.id]

    run(scenario())


def test_a_send_is_finished_by_its_last_result(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 3)
        one, two, three = await claim(database)
        async with database.begin() as conn:
            await claims.record(
                conn, [(one.token, accepted("SM1")), (two.token, Next(EngineState.UNKNOWN, 0))]
            )
            await claims.record(conn, [(three.token, Next(EngineState.FAILED, 0, error_code="21211"))])
            assert (await sends.get_send(conn, queued.send.id)).state is SendState.ACTIVE
            assert await settling.adopt(conn, two.id, "SM2", "sent")
            assert (await sends.get_send(conn, queued.send.id)).state is SendState.FINISHED

    run(scenario())


def test_account_trouble_pauses_every_active_send_of_the_number(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, first = await queue(database, 1)
        _, _, second = await queue(database, 1)
        _, _, foreign = await queue(database, 1, sender="+15550000000")
        taken = (await claim(database, 1))[0]
        trouble = Next(EngineState.QUEUED, 0, error_code="63007", pause_code="63007")
        async with database.begin() as conn:
            await claims.record(conn, [(taken.token, trouble)])
        async with database.read() as conn:
            paused = [await sends.get_send(conn, queued.send.id) for queued in (first, second)]
            assert [(send.state, send.pause_code) for send in paused] == [(SendState.PAUSED, "63007")] * 2
            assert (await sends.get_send(conn, foreign.send.id)).state is SendState.ACTIVE
        assert await claim(database) == []

    run(scenario())


def test_a_retry_of_a_stopped_send_is_cancelled(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 2)
        one, two = await claim(database)
        async with database.begin() as conn:
            stopped = await sends.stop(conn, queued.send.id)
            assert (stopped.in_flight, stopped.never_left) == (2, 0)
            await claims.record(conn, [(one.token, Next(EngineState.QUEUED, 1))])
            await claims.give_back(conn, [two.token])
        assert await column(database, "SELECT engine_state FROM whatsapp_invitations") == ["cancelled"] * 2

    run(scenario())


def test_whoever_opted_out_after_planning_gets_nothing(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 2)
        # As if the opt-out had been committed between planning and queueing.
        await execute(
            database,
            "INSERT INTO whatsapp_opt_outs (address, source) SELECT min(recipient), 'reply' FROM whatsapp_invitations",
        )
        (taken,) = await claim(database)
        async with database.read() as conn:
            refusing = await opt_outs.list_addresses(conn)
        assert taken.recipient not in refusing
        assert await column(
            database, "SELECT twilio_error_code FROM whatsapp_invitations WHERE engine_state = 'cancelled'"
        ) == ["opted_out"]

    run(scenario())


def test_practice_and_real_rows_are_claimed_apart(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, real = await queue(database, 1)
        _, _, practice = await queue(database, 1, sender="practice-01234567", practice=True)
        assert [one.send_id for one in await claim(database)] == [real.send.id]
        assert [one.send_id for one in await claim(database, sender="practice-01234567")] == [
            practice.send.id
        ]

    run(scenario())


def test_claiming_recording_and_stopping_at_once_loses_and_doubles_nothing(run, database: Database) -> None:
    under_way = asyncio.Event()

    async def work() -> int:
        done = 0
        while taken := await claim(database, 5):
            async with database.begin() as conn:
                results = [(one.token, accepted(f"SM{uuid4().hex[:24]}")) for one in taken]
                done += len(await claims.record(conn, results))
            under_way.set()
        return done

    async def scenario() -> None:
        _, _, queued = await queue(database, 300)

        async def stop() -> sends.Stopped:
            await under_way.wait()
            async with database.begin() as conn:
                return await sends.stop(conn, queued.send.id)

        *done, stopped = await asyncio.gather(work(), work(), stop())
        assert isinstance(stopped, sends.Stopped)
        assert sum(done) == stopped.sent + stopped.in_flight
        assert stopped.sent + stopped.in_flight + stopped.never_left == 300
        async with database.read() as conn:
            after = await sends.summary(conn, queued.send.id)
        assert (after.handed_over, after.cancelled) == (stopped.sent + stopped.in_flight, stopped.never_left)
        assert after.queued == after.in_flight == after.unknown == 0

    run(scenario())


def test_a_desk_that_vanishes_within_its_transactions_holds_up_no_other(run, database: Database) -> None:
    """The one that waited for the first one's locks gets them when that is ended, and is as silent."""

    async def vanish(holds: asyncio.Event) -> None:
        async with database.begin() as conn:
            await claims.claim(conn, SENDER, 5, "Maria on MARIA-PC")
            holds.set()
            await asyncio.Event().wait()

    async def scenario() -> None:
        await queue(database, 20)
        first, second = asyncio.Event(), asyncio.Event()
        vanished = [asyncio.create_task(vanish(first))]
        await first.wait()
        vanished.append(asyncio.create_task(vanish(second)))
        async with asyncio.timeout(9):  # a number is another desk's within ten seconds
            await second.wait()
            assert len(await claim(database, 5)) == 5
        for task in vanished:
            task.cancel()
        await asyncio.wait(vanished)

    run(scenario())


def test_everything_claimed_at_once_can_be_recorded_at_once(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 500)
        assert len(await accept_all(database)) == 500
        assert await column(database, "SELECT DISTINCT engine_state FROM whatsapp_invitations") == [
            "accepted"
        ]

    run(scenario())


def test_planning_the_next_message_while_the_first_goes_out_ends_in_no_deadlock(
    run, database: Database
) -> None:
    """Real rows: a trigger writes the same guests from both sides."""
    everything_queued = asyncio.Event()

    async def scenario() -> None:
        event, ids, _ = await queue(database, 600)

        async def send() -> None:
            number = 0
            while taken := await claim(database, 60):
                sids = [f"SM{number + place:04d}" for place in range(len(taken))]
                number += len(taken)
                async with database.begin() as conn:
                    await claims.record(
                        conn, [(one.token, accepted(sid)) for one, sid in zip(taken, sids, strict=True)]
                    )
                async with database.begin() as conn:
                    facts = [
                        Fact(sid, "delivered", datetime(2026, 9, 1, tzinfo=UTC)) for sid in reversed(sids)
                    ]
                    await statuses.apply_facts(conn, facts)
            await everything_queued.wait()

        async def plan() -> None:
            for number in range(6):
                async with database.begin() as conn:
                    other = new_send(event.id, template_name=f"reminder_{number}", sender="+15550000000")
                    await queueing.queue_send(conn, other, new_invitations(ids[::-1] if number % 2 else ids))
                async with database.begin() as conn:
                    await sends.stop(conn, other.id)
            everything_queued.set()

        await asyncio.gather(send(), plan())
        assert await column(
            database, "SELECT DISTINCT engine_state FROM whatsapp_invitations ORDER BY 1"
        ) == [
            "accepted",
            "cancelled",
        ]

    run(scenario())
