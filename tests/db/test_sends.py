"""Sends on the real database: one row per guest whoever presses Send, and counts that add up."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    template_id,
)
from waapp.core.invitations import NewInvitation, SendState
from waapp.core.pacing import Next
from waapp.core.status import EngineState
from waapp.db import claims, guests, invitations, opt_outs, queueing, send_timing, sends
from waapp.db.engine import Database
from waapp.db.sends import Stopped
from waapp.errors import UserError


def test_a_send_is_stored_as_planned(run, database: Database) -> None:
    soon = datetime(2030, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)

    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 2)
            plan = new_send(
                event.id,
                template_id=await template_id(conn),
                template_version=7,
                rate=0.333,
                not_before=soon,
                not_after=soon + timedelta(days=1),
                quiet_start=time(22),
                quiet_end=time(8, 30),
                time_zone="Europe/Lisbon",
            )
            queued = await queueing.queue_send(conn, plan, new_invitations(ids))
        assert (queued.count, queued.skipped) == (2, ())
        async with database.read() as conn:
            send = await sends.get_send(conn, plan.id)
        assert send == queued.send
        for name in plan.__dataclass_fields__:
            if name not in {"max_retries", "undo_seconds"}:
                assert getattr(send, name) == getattr(plan, name), name
        assert (send.state, send.pause_code) == (SendState.ACTIVE, None)
        assert send.created_at.tzinfo is not None

    run(scenario())


def test_what_a_guest_gets_is_frozen(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 1)
        async with database.read() as conn:
            (stored,) = await invitations.list_of_send(conn, queued.send.id)
        assert stored.body == "Hi Guest 0!"
        assert stored.recipient == "+351910000000"
        assert (stored.engine_state, stored.template_version, stored.practice) == (
            EngineState.QUEUED,
            1,
            False,
        )
        assert await column(database, "SELECT template_variables FROM whatsapp_invitations") == [
            {"guest_name": "Guest 0"}
        ]

    run(scenario())


def test_queueing_the_same_send_again_adds_nothing(run, database: Database) -> None:
    """A double click, or a commit whose answer was lost and that is tried again."""

    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 3)
        plan = new_send(event.id)

        async def press() -> queueing.Queued:
            async with database.begin() as conn:
                return await queueing.queue_send(conn, plan, new_invitations(ids))

        first, second, third = await asyncio.gather(press(), press(), press())
        assert first == second == third
        assert first.count == 3
        assert await column(database, "SELECT count(*) FROM whatsapp_invitations") == [3]

    run(scenario())


def announced(ids: Sequence[UUID], times: int) -> list[NewInvitation]:
    """Return invitations of a planner who knows that these guests have this many and wants another."""
    return [replace(one, announced=times) for one in new_invitations(ids)]


def test_who_was_invited_once_more_since_the_planner_looked_is_left_out(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 2)
        await accept_all(database)
        async with database.begin() as conn:
            template = await template_id(conn)
            seen = await invitations.prior_invitations(conn, event.id, template, practice=False)
            assert [seen[one].taken for one in ids] == [1, 1]
            # A colleague sends the first of them another one meanwhile.
            await queueing.queue_send(conn, new_send(event.id), announced(ids[:1], 1))
        await accept_all(database, "SX")
        async with database.begin() as conn:
            late = await queueing.queue_send(conn, new_send(event.id), announced(ids, 1))
        assert (late.count, late.skipped) == (1, (ids[0],))

    run(scenario())


@pytest.mark.parametrize("on_request", [False, True])
def test_two_planners_who_press_send_at_once_invite_everybody_once(
    run, database: Database, on_request: bool
) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 40)

        async def press(share: slice) -> tuple[int, int]:
            chosen = ids[share]
            try:
                async with database.begin() as conn:
                    queued = await queueing.queue_send(
                        conn, new_send(event.id), announced(chosen, int(on_request))
                    )
            except UserError as error:
                return (0, len(chosen)) if error.code == "nobody_left" else (-1, 0)
            return queued.count, len(queued.skipped)

        shares = [slice(0, 30), slice(10, 40), slice(0, 40)]
        outcomes = await asyncio.gather(*(press(share) for share in shares))
        assert sum(count for count, _ in outcomes) == 40
        assert sum(count + skipped for count, skipped in outcomes) == 30 + 30 + 40
        doubled = "SELECT guest_id FROM whatsapp_invitations GROUP BY guest_id HAVING count(*) > 1"
        assert await column(database, doubled) == []

    run(scenario())


@pytest.mark.parametrize(
    ("state", "word", "skipped", "skipped_on_request"),
    [
        ("queued", None, True, True),
        ("sending", None, True, True),
        ("unknown", None, True, True),
        ("accepted", "sent", True, False),
        ("accepted", None, True, False),
        ("accepted", "read", True, False),
        ("accepted", "undelivered", False, False),
        ("failed", None, False, False),
        ("cancelled", None, False, False),
    ],
)
@pytest.mark.parametrize("on_request", [False, True])
def test_who_has_the_invitation_already_is_skipped(
    run,
    database: Database,
    state: str,
    word: str | None,
    skipped: bool,
    skipped_on_request: bool,
    on_request: bool,
) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 1)
        await execute(
            database,
            "UPDATE whatsapp_invitations SET engine_state = :state, twilio_status = :word",
            state=state,
            word=word,
        )
        async with database.begin() as conn:
            (other,) = await make_guests(conn, event.id, 1, start=9)
            both = new_invitations([ids[0], other])
            wanted = [replace(one, announced=int(on_request)) for one in both]
            queued = await queueing.queue_send(conn, new_send(event.id), wanted)
        left_out = skipped_on_request if on_request else skipped
        assert queued.skipped == ((ids[0],) if left_out else ())
        assert queued.count == (1 if left_out else 2)

    run(scenario())


def test_another_template_or_mode_is_no_second_invitation(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 1)
        for changes in ({"template_name": "save_the_date"}, {"practice": True, "sender": "practice-1"}):
            async with database.begin() as conn:
                queued = await queueing.queue_send(conn, new_send(event.id, **changes), new_invitations(ids))
            assert (queued.count, queued.skipped) == (1, ())

    run(scenario())


def test_who_opted_out_was_deleted_or_is_no_guest_of_the_event_is_skipped(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            other = await make_event(conn, "Another party")
            ids = await make_guests(conn, event.id, 3)
            foreign = await make_guests(conn, other.id, 1, start=3)
            new = new_invitations(ids + foreign)
            await opt_outs.add_opt_out(conn, new[1].recipient, source="reply")
            await guests.delete_guests(conn, [ids[2]])
            queued = await queueing.queue_send(
                conn, new_send(event.id), [replace(one, announced=1) for one in new]
            )
        assert queued.count == 1
        assert queued.skipped == (ids[1], ids[2], foreign[0])

    run(scenario())


def test_when_nobody_is_left_there_is_no_send(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 1)
        with pytest.raises(UserError, match="nobody_left"):
            async with database.begin() as conn:
                await queueing.queue_send(conn, new_send(event.id), new_invitations(ids))
        assert await column(database, "SELECT count(*) FROM whatsapp_sends") == [1]

    run(scenario())


def test_quiet_hours_in_a_zone_that_the_server_does_not_know_are_refused(run, database: Database) -> None:
    async def scenario() -> None:
        with pytest.raises(UserError, match="time_zone_unknown"):
            await queue(database, 1, quiet_start=time(22), quiet_end=time(8), time_zone="Mars/Olympus")
        assert await column(database, "SELECT count(*) FROM whatsapp_sends") == [0]

    run(scenario())


def test_thousands_are_queued_in_one_transaction(run, database: Database) -> None:
    async def scenario() -> None:
        _, ids, queued = await queue(database, 2_500)
        assert queued.count == 2_500
        assert set(await column(database, "SELECT guest_id FROM whatsapp_invitations")) == set(ids)
        assert len(set(await column(database, "SELECT xmin::text FROM whatsapp_invitations"))) == 1

    run(scenario())


def test_a_stop_says_exactly_what_left_and_what_did_not(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 10)
        one, two, three, _, _ = await claim(database, 5)
        async with database.begin() as conn:
            results = [
                (one.token, accepted("SM1")),
                (two.token, Next(EngineState.UNKNOWN, 0)),
                (three.token, Next(EngineState.FAILED, 0, error_code="21211")),
            ]
            await claims.record(conn, results)
            stopped = await sends.stop(conn, queued.send.id)
            assert stopped == Stopped(sent=1, in_flight=2, unknown=1, failed=1, never_left=5)
            assert (await sends.get_send(conn, queued.send.id)).state is SendState.STOPPED
            assert await sends.stop(conn, queued.send.id) == stopped
            assert await sends.resume(conn, queued.send.id) == stopped
            found = await sends.summary(conn, queued.send.id)
            assert (found.queued, found.cancelled, found.in_flight, found.unknown) == (0, 5, 2, 1)
        assert await claim(database) == []

    run(scenario())


@pytest.mark.parametrize("end", [sends.stop, lambda conn, send: sends.pause(conn, send, "planner")])
def test_a_claim_that_is_not_yet_committed_counts_as_in_flight(run, database: Database, end) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 5)

        async def end_it() -> Stopped:
            async with database.begin() as conn:
                return await end(conn, queued.send.id)

        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        async with database.begin() as conn:
            taken = await claims.claim(conn, SENDER, 2, DESK)
            ending = asyncio.create_task(end_it())
            while not ending.done() and await column(database, waiting) == [0]:
                pass
        assert len(taken) == 2
        assert await ending == Stopped(sent=0, in_flight=2, unknown=0, failed=0, never_left=3)

    run(scenario())


def test_two_templates_queued_at_once_do_not_deadlock(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 2_200)
            ids.sort()

        async def press(template: str, chosen: list) -> int:
            async with database.begin() as conn:
                plan = new_send(event.id, template_name=template)
                return (await queueing.queue_send(conn, plan, new_invitations(chosen))).count

        assert await asyncio.gather(press("one", ids), press("two", ids[::-1])) == [2_200, 2_200]

    run(scenario())


def test_a_pause_says_why_and_ends_with_resume(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 2)
        async with database.begin() as conn:
            paused = await sends.pause(conn, queued.send.id, "planner")
            assert paused == Stopped(0, 0, 0, 0, never_left=2)
            await sends.pause(conn, queued.send.id, "another reason")
            send = await sends.get_send(conn, queued.send.id)
            assert (send.state, send.pause_code) == (SendState.PAUSED, "planner")
            later = datetime(2031, 1, 1, tzinfo=UTC)
            await sends.resume(conn, queued.send.id, not_after=later)
            send = await sends.get_send(conn, queued.send.id)
            assert (send.state, send.pause_code, send.not_after) == (SendState.ACTIVE, None, later)

    run(scenario())


def test_a_send_that_is_too_late_pauses_and_asks(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, late = await queue(database, 1, not_after=datetime(2020, 1, 1, tzinfo=UTC))
        _, _, other = await queue(database, 1, not_after=datetime(2090, 1, 1, tzinfo=UTC))
        async with database.begin() as conn:
            assert await send_timing.pause_late(conn, SENDER) == [late.send.id]
            assert (await sends.get_send(conn, late.send.id)).pause_code == "too_late"
            assert (await sends.get_send(conn, other.send.id)).state is SendState.ACTIVE
            assert await send_timing.pause_late(conn, SENDER) == []

    run(scenario())


def test_a_send_whose_last_open_guest_was_deleted_is_finished(run, database: Database) -> None:
    async def scenario() -> None:
        _, ids, queued = await queue(database, 1)
        async with database.begin() as conn:
            assert await sends.finish_done(conn, SENDER) == []
            await guests.delete_guests(conn, ids)
            assert await sends.finish_done(conn, SENDER) == [queued.send.id]
            assert (await sends.get_send(conn, queued.send.id)).state is SendState.FINISHED

    run(scenario())


def test_open_sends_are_listed_over_all_events(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, first = await queue(database, 1)
        _, _, second = await queue(database, 2)
        await queue(database, 1, sender="+15550000000")
        async with database.begin() as conn:
            await sends.pause(conn, first.send.id, "planner")
            found = await sends.list_open_sends(conn, SENDER)
            assert [(one.send.id, one.queued) for one in found] == [(first.send.id, 1), (second.send.id, 2)]
            await sends.stop(conn, first.send.id)
            assert [one.send.id for one in await sends.list_open_sends(conn, SENDER)] == [second.send.id]

    run(scenario())


def test_an_events_sends_are_listed_by_mode_newest_first(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, first = await queue(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            again = await queueing.queue_send(conn, new_send(event.id), announced(ids, 1))
            practice = new_send(event.id, practice=True, sender="practice-1")
            rehearsed = await queueing.queue_send(conn, practice, new_invitations(ids))
        async with database.read() as conn:
            real = await sends.list_sends(conn, event.id, practice=False)
            assert [one.send.id for one in real] == [again.send.id, first.send.id]
            assert [one.send.id for one in await sends.list_sends(conn, event.id, practice=True)] == [
                rehearsed.send.id
            ]

    run(scenario())


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([state.value for state in EngineState]),
            st.sampled_from(
                [None, "queued", "sent", "delivered", "read", "failed", "undelivered", "canceled", "new"]
            ),
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_invitation_is_in_exactly_one_count(run, database: Database, rows: list) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, len(rows))
        for place, (state, word) in enumerate(rows):
            await execute(
                database,
                "UPDATE whatsapp_invitations SET engine_state = :state, twilio_status = :word WHERE id = "
                "(SELECT id FROM whatsapp_invitations WHERE send_id = :id ORDER BY id OFFSET :place LIMIT 1)",
                state=state,
                word=word,
                id=queued.send.id,
                place=place,
            )
        async with database.begin() as conn:
            found = await sends.summary(conn, queued.send.id)
            stopped = await sends.pause(conn, queued.send.id, "planner")
        parts = (
            found.queued, found.in_flight, found.unknown, found.handed_over, found.delivered, found.read,
            found.failed, found.cancelled,
        )  # fmt: skip
        assert sum(parts) == found.total == len(rows)
        assert (
            stopped.sent + stopped.in_flight + stopped.unknown + stopped.failed + stopped.never_left
            == len(rows)
        )

    run(scenario())


@pytest.mark.parametrize("change", [sends.summary, sends.get_send, sends.stop, sends.resume])
def test_a_send_that_does_not_exist_is_named(run, database: Database, change) -> None:
    async def scenario() -> None:
        with pytest.raises(UserError, match="send_unknown"):
            async with database.begin() as conn:
                await change(conn, new_send((await make_event(conn)).id).id)

    run(scenario())


def test_a_deleted_template_leaves_its_sends(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            template = await template_id(conn)
        _, _, queued = await queue(database, 1, template_id=template)
        await execute(database, "DELETE FROM whatsapp_templates")
        async with database.read() as conn:
            send = await sends.get_send(conn, queued.send.id)
        assert (send.template_id, send.template_name) == (None, "rsvp_invitation")
        # And one that was deleted before Send was pressed keeps nobody from queueing what was planned.
        _, _, late = await queue(database, 1, template_id=template)
        assert late.send.template_id is None

    run(scenario())


def test_rates_and_planners_survive_the_way(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 1, rate=80.0)
        assert queued.send.rate == 80.0
        assert await column(database, "SELECT rate FROM whatsapp_sends") == [Decimal("80.000")]
        assert await column(database, "SELECT actor FROM whatsapp_invitation_log") == [DESK]
        await accept_all(database)

    run(scenario())
