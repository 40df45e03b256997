"""Clocks that disagree by hours: the database's, Twilio's and ours."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.engine.conftest import Desk, Run, numbers
from waapp.core.guests import GuestDraft
from waapp.core.plan import Options
from waapp.core.status import EngineState
from waapp.core.waiting import Timing
from waapp.db import guests, invitations
from waapp.engine.plans import prepare, queue
from waapp.errors import UserError
from waapp.whatsapp.practice_script import Call, Fault, FaultKind, Script

# Whoever asks this database for the time gets another one than we have.
_OTHER_CLOCK = """
CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
AS $$ SELECT pg_catalog.clock_timestamp() + make_interval(hours => {hours}) $$
"""
_LOOK_HERE_FIRST = """
DO $$ BEGIN EXECUTE format('ALTER DATABASE %%I SET search_path = public, pg_catalog', current_database()); END $$
"""


async def set_clock(desk: Desk, hours: int) -> None:
    """Put the database's clock so many hours ahead, for every connection from now on."""
    async with desk.database.begin() as conn:
        await conn.exec_driver_sql(_OTHER_CLOCK.format(hours=hours))
        await conn.exec_driver_sql(_LOOK_HERE_FIRST)
    await desk.database.dispose()


@pytest.mark.parametrize("hours", [-7, 9])
def test_everything_is_sent_found_and_tried_again_by_the_databases_clock(
    run: Run, desk: Desk, hours: int
) -> None:
    desk.practice.script = Script(
        speed=50,
        clock_ahead=-3600.0,
        faults=(
            Fault(FaultKind.RESET, on=Call.SEND, accepted=True, skip=2, times=1),
            Fault(FaultKind.THROTTLE, on=Call.SEND, skip=6, times=1),
        ),
    )

    async def scenario() -> None:
        await set_clock(desk, hours)
        await desk.invite(numbers(12))
        async with desk.at_work():
            rows = await desk.until(
                lambda rows: all(row.engine_state is EngineState.ACCEPTED for row in rows), 60
            )
        assert len({row.sid for row in rows}) == 12
        async with desk.database.read() as conn:
            (row, *_) = await invitations.list_invitations(conn, desk.event_id, practice=True)
        assert row.sent_at is not None
        apart = row.sent_at - datetime.now(UTC) - timedelta(hours=hours)
        assert abs(apart) < timedelta(minutes=5)

    run(scenario())
    assert len(desk.practice.accepted()) == 12


@pytest.mark.parametrize("hours", [-7, 9])
def test_times_that_a_planner_sets_hold_by_the_databases_clock(run: Run, desk: Desk, hours: int) -> None:
    async def press(timing: Timing) -> None:
        prepared = await prepare(
            desk.database,
            desk.event_id,
            desk.template_id,
            Options(),
            line=desk.line,
            practice=True,
            rates=None,
        )
        await queue(desk.database, prepared, planner="Maria", timing=timing)

    async def scenario() -> None:
        await set_clock(desk, hours)
        there = datetime.now(UTC) + timedelta(hours=hours)
        minute = timedelta(minutes=1)
        async with desk.database.begin() as conn:
            await guests.add_guests(conn, desk.event_id, [GuestDraft("Ana", numbers(1)[0])])
        with pytest.raises(UserError, match="not_after_past"):
            await press(Timing(not_after=there - minute))
        await press(Timing(not_before=there - minute, not_after=there + 5 * minute))
        async with desk.at_work():
            await desk.until(lambda rows: all(row.sid for row in rows))

    run(scenario())
