"""A send that is larger than WhatsApp allows in a day, on a real number at the practice Twilio."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from tests.engine.conftest import Desk, Run, numbers
from waapp.core.guests import GuestDraft
from waapp.core.plan import NoticeCode, Options
from waapp.db import guests, invitations
from waapp.engine.account import SenderLimit
from waapp.engine.plans import Prepared, prepare, queue
from waapp.whatsapp.practice import PRACTICE_SENDER
from waapp.whatsapp.practice_script import Call, Fault, FaultKind, Script

APPROVE = "UPDATE whatsapp_templates SET is_approved = true, twilio_template_id = 'HX' || repeat('0', 32)"


def real(desk: Desk) -> Desk:
    """The same desk with a line that counts: practice invites nobody and has no limit."""
    line = replace(desk.line, practice=False, key=PRACTICE_SENDER, limit=SenderLimit())
    return replace(desk, line=line)


async def plan(desk: Desk, phones: list[str]) -> Prepared:
    async with desk.database.begin() as conn:
        await conn.execute(text(APPROVE))
        await guests.add_guests(conn, desk.event_id, [GuestDraft(f"Guest {p[-4:]}", p) for p in phones])
    return await prepare(
        desk.database, desk.event_id, desk.template_id, Options(), line=desk.line, practice=False, rates=None
    )


def test_the_rest_waits_until_the_next_day_and_the_plan_says_so(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, messaging_limit="5 Customers/24hr")
    here = real(desk)

    async def scenario() -> tuple[Prepared, Prepared, list[datetime | None]]:
        first = await plan(here, numbers(8))
        await queue(here.database, first, planner="Maria")
        # Those who are about to be written to count already.
        second = await plan(here, numbers(2, start=8))
        async with here.database.read() as conn:
            rows = await invitations.list_invitations(conn, here.event_id, practice=False)
        return first, second, [row.next_retry_at for row in rows]

    tomorrow = datetime.now(UTC) + timedelta(hours=24)
    first, second, due = run(scenario())
    since, until = (
        (moment + timedelta(minutes=5)).astimezone(ZoneInfo("Europe/Lisbon")).date()
        for moment in (tomorrow, datetime.now(UTC) + timedelta(hours=24))
    )
    (notice,) = [one for one in first.plan.warnings if one.code is NoticeCode.OVER_DAILY_LIMIT]
    assert {**notice.params, "until": None} == {"limit": 5, "used": 0, "over": 3, "until": None}
    assert since <= notice.params["until"] <= until
    assert (second.daily_limit, second.daily_used) == (5, 5)
    assert Counter(moment is None for moment in due) == {True: 5, False: 3}
    assert all(moment > tomorrow for moment in due if moment is not None)


def test_the_limit_is_asked_once_and_a_key_without_the_right_to_read_it_sends_all_the_same(
    run: Run, desk: Desk
) -> None:
    here = real(desk)

    async def scenario() -> None:
        assert await here.line.daily_limit() == 2000
        asked = here.practice.requests[Call.ANY]
        assert await here.line.daily_limit() == 2000
        assert here.practice.requests[Call.ANY] == asked
        here.practice.script = Script(
            faults=(Fault(FaultKind.REFUSE, on=Call.ANY, status=403, code=20403),), speed=50
        )
        assert await real(desk).line.daily_limit() is None
        assert await desk.line.daily_limit() is None

    run(scenario())
