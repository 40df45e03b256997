"""PostgreSQL stops in the middle of a send and comes back: nothing doubled, nothing lost, nothing forgotten."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.conftest import Desk, Run, make_desk, numbers
from waapp.core.errors_twilio import Table
from waapp.core.invitations import Invitation
from waapp.core.status import EngineState
from waapp.db import embedded, migrate
from waapp.db.engine import Database
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PracticeTwilio
from waapp.whatsapp.practice_script import Fault, FaultKind, Script


@pytest.mark.timeout(300)
def test_a_database_that_is_away_for_a_while_costs_nothing(
    run: Run, tmp_path: Path, practice: PracticeTwilio, twilio: TwilioClient, table: Table
) -> None:
    practice.script = Script(speed=50, faults=(Fault(FaultKind.LATENCY, seconds=0.5),))

    async def scenario() -> tuple[Desk, list[Invitation]]:
        server = await embedded.start(tmp_path / "database")
        await migrate.upgrade(server.url)
        database = Database(server.url)
        desk = await make_desk(database, practice, twilio, table)
        desk = replace(desk, line=replace(desk.line, rate=100))
        await desk.invite(numbers(200))
        async with desk.at_work():
            await desk.until(lambda rows: any(row.sid for row in rows))
            await server.stop()
            # Answers that come now have nowhere to go.
            async with asyncio.timeout(60):
                while desk.practice.requests["send"] != len(desk.practice.accepted()):
                    await asyncio.sleep(0.05)
            again = await embedded.start(tmp_path / "database")
            assert again.url == server.url
            rows = await desk.until(lambda rows: all(row.sid for row in rows), seconds=90)
        await database.dispose()
        await again.stop()
        return desk, rows

    desk, rows = run(scenario())
    assert Counter(message.to for message in desk.practice.accepted()) == Counter(numbers(200))
    assert {row.sid for row in rows} == {message.sid for message in desk.practice.accepted()}
    assert {row.engine_state for row in rows} == {EngineState.ACCEPTED}
    # None of them was ever in doubt: every answer was kept.
    assert all(row.looks == 0 for row in rows)
