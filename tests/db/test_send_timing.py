"""Undo, quiet hours of each guest, last moments and trouble with the account, on the real database."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.db.rows import (
    DESK,
    SENDER,
    TEMPLATE,
    address,
    claim,
    column,
    execute,
    make_event,
    make_guests,
    new_invitations,
    new_send,
    queue,
)
from waapp.core.invitations import NewInvitation, SendState, SendSummary
from waapp.core.pacing import Next
from waapp.core.status import EngineState
from waapp.core.waiting import WaitReason
from waapp.db import claims, invitations, queueing, send_timing, sends
from waapp.db.engine import Database
from waapp.db.sender_lock import SenderLock, is_desk
from waapp.errors import UserError

GUESTS = "SELECT to_jsonb(g) - 'updated_at' FROM guests g ORDER BY id"


async def summary(database: Database, send_id: Any) -> SendSummary:
    async with database.read() as conn:
        return await sends.summary(conn, send_id)


async def end_undo_window(database: Database) -> None:
    await execute(database, "UPDATE whatsapp_sends SET undo_until = clock_timestamp() AT TIME ZONE 'UTC'")


def test_nothing_leaves_in_the_undo_window(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 3, undo_seconds=60)
        assert await claim(database) == []
        found = await summary(database, queued.send.id)
        assert found.waiting is not None
        assert found.waiting.reason is WaitReason.UNDO
        assert 50 < found.undo_seconds <= 60
        async with database.read() as conn:
            due = await send_timing.next_due(conn, SENDER)
        assert due is not None
        assert 50 < due <= 60
        await end_undo_window(database)
        assert len(await claim(database)) == 3
        assert (await summary(database, queued.send.id)).undo_seconds == 0

    run(scenario())


def test_an_undone_send_was_never_queued(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 3)
        await execute(
            database,
            """UPDATE guests SET invitation_status = 'sent', invitation_method = 'email',
            invitation_sent_at = '2026-01-02' WHERE id = :id""",
            id=ids[0],
        )
        before = await column(database, GUESTS)
        plan = new_send(event.id, undo_seconds=60)
        async with database.begin() as conn:
            await queueing.queue_send(conn, plan, new_invitations(ids))
        assert await column(database, GUESTS) != before
        async with database.begin() as conn:
            await send_timing.undo(conn, plan.id)
        assert await column(database, GUESTS) == before
        async with database.read() as conn:
            assert await invitations.list_invitations(conn, event.id, practice=False) == []
            assert await sends.list_sends(conn, event.id, practice=False) == []
            send = await sends.get_send(conn, plan.id)
        assert (send.state, send.pause_code) == (SendState.STOPPED, "undone")
        await end_undo_window(database)
        assert await claim(database) == []
        # The same press of Send cannot come to life again by itself; a new one can.
        with pytest.raises(UserError, match="send_undone"):
            async with database.begin() as conn:
                await queueing.queue_send(conn, plan, new_invitations(ids))
        async with database.begin() as conn:
            assert (await queueing.queue_send(conn, new_send(event.id), new_invitations(ids))).count == 3

    run(scenario())


def test_undo_is_refused_when_the_window_is_over_or_there_was_none(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, at_once = await queue(database, 1)
        _, _, queued = await queue(database, 1, undo_seconds=60)
        await execute(
            database,
            "UPDATE whatsapp_sends SET undo_until = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = :id",
            id=queued.send.id,
        )
        for send_id, code in [
            (at_once.send.id, "undo_too_late"),
            (queued.send.id, "undo_too_late"),
            (uuid4(), "send_unknown"),
        ]:
            with pytest.raises(UserError, match=code):
                async with database.begin() as conn:
                    await send_timing.undo(conn, send_id)
        assert len(await claim(database)) == 2

    run(scenario())


def test_who_does_not_want_to_wait_sends_now(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 1, undo_seconds=60)
        async with database.begin() as conn:
            await send_timing.send_now(conn, queued.send.id)
        assert len(await claim(database)) == 1

    run(scenario())


def test_each_guest_sleeps_where_they_are(run, database: Database) -> None:
    async def scenario() -> None:
        (now,) = await column(database, "SELECT clock_timestamp()")
        # Quiet for one hour yet in Tokyo; in Lima it is fourteen hours earlier.
        tokyo = now + timedelta(hours=9)
        start, end = (tokyo - timedelta(hours=2)).time(), (tokyo + timedelta(hours=1)).time()
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 4)
            zones = ["Asia/Tokyo", "America/Lima", None, "Asia/Tokyo"]
            new = [NewInvitation(one, address(n), {}, "Hi", time_zone=zones[n]) for n, one in enumerate(ids)]
            plan = new_send(event.id, quiet_start=start, quiet_end=end, time_zone="America/Lima")
            await queueing.queue_send(conn, plan, new)
        taken = await claim(database, 1) + await claim(database, 9) + await claim(database, 9)
        assert {one.recipient for one in taken} == {address(1), address(2)}
        async with database.read() as conn:
            rows = await invitations.list_of_send(conn, plan.id)
            due = await send_timing.next_due(conn, SENDER)
        parked = [row for row in rows if row.engine_state is EngineState.QUEUED]
        assert {row.recipient for row in parked} == {address(0), address(3)}
        assert {row.wait_reason for row in parked} == {WaitReason.QUIET_HOURS}
        assert {row.guest_time_zone for row in parked} == {"Asia/Tokyo"}
        assert due is not None
        assert abs(due - 3600) < 60
        found = await summary(database, plan.id)
        assert found.parked == 2
        assert found.waiting is not None
        assert found.waiting.reason is WaitReason.QUIET_HOURS
        assert found.waiting.at == parked[0].next_retry_at

    run(scenario())


def test_many_who_sleep_hold_nobody_up(run, database: Database) -> None:
    async def scenario() -> None:
        (now,) = await column(database, "SELECT clock_timestamp()")
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = sorted(await make_guests(conn, event.id, 60))
            new = [
                NewInvitation(one, address(n), {}, "Hi", time_zone="UTC" if n < 59 else "Asia/Tokyo")
                for n, one in enumerate(ids)
            ]
            quiet = {
                "quiet_start": (now - timedelta(hours=1)).time(),
                "quiet_end": (now + timedelta(hours=1)).time(),
            }
            await queueing.queue_send(conn, new_send(event.id, **quiet), new)
        taken = []
        for _ in range(5):
            taken += await claim(database, 20)
            async with database.read() as conn:
                if await send_timing.next_due(conn, SENDER) != 0:
                    break
        assert [one.recipient for one in taken] == [address(59)]

    run(scenario())


def test_a_late_send_asks_and_goes_on_when_it_may(run, database: Database) -> None:
    async def scenario() -> None:
        (now,) = await column(database, "SELECT clock_timestamp()")
        _, _, late = await queue(database, 2, not_after=now)
        _, _, other = await queue(database, 1)
        # It is asked about although another send goes on.
        assert [one.send_id for one in await claim(database)] == [other.send.id]
        found = await summary(database, late.send.id)
        assert (found.send.state, found.send.pause_code, found.queued) == (SendState.PAUSED, "too_late", 2)
        async with database.begin() as conn:
            with pytest.raises(UserError, match="not_after_past"):
                await send_timing.extend(conn, late.send.id, now)
            await send_timing.extend(conn, late.send.id, now + timedelta(hours=1))
        assert len(await claim(database)) == 2

    run(scenario())


def test_a_late_send_whose_messages_have_left_is_not_asked_about(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 1)
        await claim(database)
        await execute(database, "UPDATE whatsapp_sends SET not_after = '2020-01-01'")
        assert await claim(database) == []
        assert (await summary(database, queued.send.id)).send.state is SendState.ACTIVE

    run(scenario())


def test_extending_a_send_that_a_planner_paused_leaves_it_paused(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 1)
        later = datetime(2090, 1, 1, tzinfo=UTC)
        async with database.begin() as conn:
            await sends.pause(conn, queued.send.id, "planner")
            await send_timing.extend(conn, queued.send.id, later)
            send = await sends.get_send(conn, queued.send.id)
            assert (send.state, send.pause_code, send.not_after) == (SendState.PAUSED, "planner", later)

    run(scenario())


def test_nothing_that_will_be_too_late_is_waited_for(run, database: Database) -> None:
    async def scenario() -> None:
        (now,) = await column(database, "SELECT clock_timestamp()")
        await queue(database, 1, not_after=now + timedelta(hours=1))
        await execute(
            database,
            "UPDATE whatsapp_invitations SET next_retry_at = clock_timestamp() AT TIME ZONE 'UTC' + interval '2 hours'",
        )
        async with database.read() as conn:
            assert await send_timing.next_due(conn, SENDER) is None

    run(scenario())


def test_trouble_with_the_account_is_known_until_it_is_repaired(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, one = await queue(database, 2)
        _, _, other = await queue(database, 1)
        (taken, *_) = await claim(database, 1)
        trouble = Next(EngineState.QUEUED, 0, error_code="20003", pause_code="20003")
        async with database.begin() as conn:
            assert await send_timing.account_trouble(conn, SENDER) is None
            await claims.record(conn, [(taken.token, trouble)])
            assert await send_timing.account_trouble(conn, SENDER) == "20003"
            assert await send_timing.account_trouble(conn, "+15550000000") is None
        assert await claim(database) == []
        async with database.begin() as conn:
            await sends.pause(conn, other.send.id, "planner")
            resumed = await send_timing.resume_after_repair(conn, SENDER)
            assert sorted(resumed) == sorted([one.send.id, other.send.id])
            assert await send_timing.account_trouble(conn, SENDER) is None
        assert len(await claim(database)) == 3

    run(scenario())


def test_a_summary_names_the_desk_that_sends(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 1)
        assert (await summary(database, queued.send.id)).holder is None
        async with SenderLock(database, SENDER, DESK):
            holder = (await summary(database, queued.send.id)).holder
        assert holder is not None
        assert is_desk(holder, DESK)
        assert not is_desk(holder, "Jo on JO-PC")
        long = "A very long name of somebody on a computer with a long name " * 2
        async with SenderLock(database, SENDER, long):
            holder = (await summary(database, queued.send.id)).holder
        assert holder is not None
        assert is_desk(holder, long)

    run(scenario())


def test_a_stopped_send_gives_back_what_another_channel_had_set(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 1)
        await execute(database, "UPDATE guests SET invitation_status = 'sent', invitation_method = 'email'")
        plan = new_send(event.id)
        async with database.begin() as conn:
            await queueing.queue_send(conn, plan, new_invitations(ids))
            await queueing.queue_send(conn, new_send(event.id, template_name="second"), new_invitations(ids))
        async with database.begin() as conn:
            await sends.stop(conn, plan.id)
        assert await column(database, "SELECT invitation_status::text FROM guests") == ["queued"]
        (other,) = await column(
            database, "SELECT id FROM whatsapp_sends WHERE template_name <> :name", name=TEMPLATE
        )
        async with database.begin() as conn:
            await sends.stop(conn, other)
        assert await column(database, "SELECT invitation_status::text FROM guests") == ["sent"]
        assert await column(database, "SELECT invitation_method::text FROM guests") == ["email"]

    run(scenario())


@pytest.mark.parametrize("quiet", [(time(0), time(0)), (None, time(9))])
def test_no_quiet_hours(run, database: Database, quiet: tuple[time | None, time]) -> None:
    async def scenario() -> None:
        await queue(database, 1, quiet_start=quiet[0], quiet_end=quiet[1])
        assert len(await claim(database)) == 1

    run(scenario())
