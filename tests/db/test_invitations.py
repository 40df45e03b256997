"""Invitations read from the real database: lists, changes, the life of one, and who was invited before."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.db.rows import (
    DESK,
    accept_all,
    accepted,
    claim,
    execute,
    new_invitations,
    new_send,
    queue,
    template_id,
)
from waapp.core.invitations import Fact
from waapp.core.pacing import Next
from waapp.core.status import EngineState
from waapp.db import claims, invitations, queueing, statuses, templates
from waapp.db.clock import Horizon, Look, database_clock, look
from waapp.db.engine import Database
from waapp.errors import UserError


def test_an_invitation_tells_all_about_itself(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, queued = await queue(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            at = await database_clock(conn)
            await statuses.apply_facts(conn, [Fact("SM0000", "read", at)])
        async with database.read() as conn:
            (one,) = await invitations.list_invitations(conn, event.id, practice=False)
            assert await invitations.get_invitation(conn, one.id) == one
            assert await invitations.list_invitations(conn, event.id, practice=True) == []
            assert await invitations.list_of_send(conn, queued.send.id) == [one]
            with pytest.raises(UserError, match="invitation_unknown"):
                await invitations.get_invitation(conn, uuid4())
        assert (one.guest_id, one.guest_name, one.event_id, one.send_id) == (
            ids[0],
            "Guest 0",
            event.id,
            queued.send.id,
        )
        assert (one.engine_state, one.twilio_status, one.sid) == (EngineState.ACCEPTED, "read", "SM0000")
        assert (one.claimed_by, one.read_at) == (DESK, at)
        for moment in (one.queued_at, one.claimed_at, one.sent_at, one.delivered_at, one.updated_at):
            assert moment is not None
            assert moment.utcoffset() == timedelta(0)

    run(scenario())


def test_rows_of_other_programs_are_read_too(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 1)
        await execute(
            database,
            "INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, retry_count, max_retries) "
            "VALUES (:guest, :event, 'by_hand', NULL, NULL)",
            guest=ids[0],
            event=event.id,
        )
        async with database.read() as conn:
            newest, _ = await invitations.list_invitations(conn, event.id, practice=False)
        assert (newest.template_name, newest.send_id, newest.recipient) == ("by_hand", None, "+351910000000")
        assert (newest.body, newest.retry_count, newest.template_version) == ("", 0, 1)

    run(scenario())


def test_changes_since_a_moment(run, database: Database) -> None:
    async def scenario() -> None:
        event, _, _ = await queue(database, 2)
        async with database.read() as conn:
            at, floor, coming = await look(conn)
            now = Horizon.first(Look(at, floor, coming))
            later = Horizon.first(Look(at + timedelta(minutes=2), floor, coming))
            assert len((await invitations.invitations_changed_since(conn, event.id, False, now)).rows) == 2
            nothing = await invitations.invitations_changed_since(conn, event.id, False, later)
            assert (nothing.rows, nothing.total) == ([], 2)
            assert nothing.horizon.later >= at
            assert (await invitations.invitations_changed_since(conn, event.id, True, now)).total == 0

    run(scenario())


def test_what_an_answer_has_brought_is_not_brought_again_and_a_late_commit_is(
    run, database: Database
) -> None:
    """Late: written before the look, in a savepoint with a number of its own, and committed after it."""
    touch = text("UPDATE whatsapp_invitations SET looks = looks + 1 WHERE recipient = :recipient")

    async def scenario() -> None:
        event, _, _ = await queue(database, 3)
        async with database.read() as conn:
            since = Horizon.first(await look(conn))
            first = await invitations.invitations_changed_since(conn, event.id, False, since)
        assert len(first.rows) == 3
        slow, other = [row.recipient for row in first.rows[:2]]
        async with database.begin() as late:
            await late.execute(text("SELECT pg_current_xact_id()"))
            async with late.begin_nested():
                await late.execute(touch, {"recipient": slow})
            async with database.begin() as quick:
                await quick.execute(touch, {"recipient": other})
            async with database.read() as conn:
                second = await invitations.invitations_changed_since(conn, event.id, False, first.horizon)
            assert [row.recipient for row in second.rows] == [other]
        async with database.read() as conn:
            third = await invitations.invitations_changed_since(conn, event.id, False, second.horizon)
            fourth = await invitations.invitations_changed_since(conn, event.id, False, third.horizon)
        assert slow in {row.recipient for row in third.rows}
        assert fourth.rows == []

    run(scenario())


def test_the_log_tells_the_life_of_an_invitation(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 1)
        (taken,) = await claim(database)
        async with database.begin() as conn:
            now = await database_clock(conn)
            retry = Next(EngineState.QUEUED, 1, 0.0, error_code="20429", error_message="Too many")
            await claims.record(conn, [(taken.token, retry)])
        (taken,) = await claim(database)
        async with database.begin() as conn:
            await claims.record(conn, [(taken.token, accepted("SM1"))])
            await statuses.apply_facts(conn, [Fact("SM1", "delivered", now)])
        async with database.read() as conn:
            log = await invitations.get_log(conn, taken.id)
        assert [(one.engine_state, one.twilio_status, one.error_code) for one in log] == [
            (EngineState.QUEUED, None, None),
            (EngineState.SENDING, None, None),
            (EngineState.QUEUED, None, "20429"),
            (EngineState.SENDING, None, "20429"),
            (EngineState.ACCEPTED, "queued", None),
            (EngineState.ACCEPTED, "delivered", None),
        ]
        assert log[2].detail == "Too many"
        assert {one.actor for one in log} == {DESK}
        assert [one.at for one in log] == sorted(one.at for one in log)

    run(scenario())


def test_who_has_the_template_already_and_from_whom(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 3)
        one, two, _ = await claim(database)
        async with database.begin() as conn:
            failed = Next(EngineState.FAILED, 0, error_code="21211")
            await claims.record(conn, [(one.token, accepted("SM1")), (two.token, failed)])
            template = await template_id(conn)
            prior = await invitations.prior_invitations(conn, event.id, template, practice=False)
            assert {prior[guest].engine_state for guest in ids} == {
                EngineState.ACCEPTED,
                EngineState.FAILED,
                EngineState.SENDING,
            }
            assert {known.by for known in prior.values()} == {DESK}
            assert all(known.at.utcoffset() == timedelta(0) for known in prior.values())
            assert await invitations.prior_invitations(conn, event.id, template, practice=True) == {}
            assert await invitations.prior_invitations(conn, event.id, uuid4(), practice=False) == {}

    run(scenario())


def test_a_later_attempt_that_failed_does_not_hide_what_arrived(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            await queueing.queue_send(
                conn, new_send(event.id), [replace(one, announced=1) for one in new_invitations(ids)]
            )
        (again,) = await claim(database)
        async with database.begin() as conn:
            await claims.record(conn, [(again.token, Next(EngineState.FAILED, 0, error_code="21211"))])
            prior = await invitations.prior_invitations(
                conn, event.id, await template_id(conn), practice=False
            )
        assert prior[ids[0]].engine_state is EngineState.ACCEPTED

    run(scenario())


def test_who_has_a_template_has_it_also_under_its_new_name(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 2)
        await accept_all(database)
        async with database.begin() as conn:
            template = await templates.get_template(conn, await template_id(conn))
            draft = replace(template.draft, name="renamed", content="Dear {{guest_name}}, do come!")
            renamed = await templates.save_template(conn, template.id, draft, template.draft)
            prior = await invitations.prior_invitations(conn, event.id, template.id, practice=False)
        assert set(prior) == set(ids)
        send = new_send(event.id, template_id=renamed.id, template_name=renamed.name, template_version=2)
        async with database.begin() as conn:
            with pytest.raises(UserError, match="nobody_left"):
                await queueing.queue_send(conn, send, new_invitations(ids))

    run(scenario())
