"""Statuses of many messages in few requests."""

import time

from sqlalchemy import text

from tests.engine.conftest import Desk, Run
from waapp.engine.poller import Poller
from waapp.whatsapp.practice import PRACTICE_SENDER
from waapp.whatsapp.practice_script import Call

MAKE_ROWS = """
WITH made AS (
    INSERT INTO guests (event_id, name, phone)
    SELECT :event, 'Guest ' || n, '+35191' || lpad(n::text, 7, '0') FROM generate_series(1, :count) n
    RETURNING id
), numbered AS (SELECT id, row_number() OVER () AS place FROM made)
INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, sender, practice, recipient, engine_state,
    twilio_message_sid, twilio_status, sent_at)
SELECT id, :event, 'party', :sender, true, '+351910000000', 'accepted', (CAST(:sids AS text[]))[place], 'queued',
    clock_timestamp() AT TIME ZONE 'UTC' - make_interval(secs => :age)
FROM numbered
"""


async def hand_over(desk: Desk, count: int, *, age: float = 10.0) -> list[str]:
    """Make messages that Twilio has taken over so many seconds ago, without sending them one by one."""
    sids = [
        desk.practice._store.add(
            to=f"whatsapp:+35191{index:07}",
            from_=f"whatsapp:{PRACTICE_SENDER}",
            body="Come",
            now=time.time(),
            steps=((0.0, "delivered"),),
            date_sent=time.time(),
        ).sid
        for index in range(count)
    ]
    async with desk.database.begin() as conn:
        values = {"event": desk.event_id, "count": count, "sender": desk.line.key, "sids": sids, "age": age}
        await conn.execute(text(MAKE_ROWS), values)
    return sids


async def words(desk: Desk) -> dict[str, int]:
    async with desk.database.read() as conn:
        query = "SELECT twilio_status, count(*) FROM whatsapp_invitations GROUP BY 1"
        return dict((await conn.execute(text(query))).all())


def test_ten_thousand_open_messages_take_eleven_requests_at_most(run: Run, desk: Desk) -> None:
    poller = Poller(desk.database, desk.line, table=desk.table)

    async def scenario() -> None:
        await hand_over(desk, 10_000)
        await poller.refresh()
        assert await words(desk) == {"delivered": 10_000}

    run(scenario())
    assert desk.practice.requests[Call.LIST] <= 11
    assert desk.practice.requests[Call.FETCH] == 0


def test_an_old_message_is_asked_about_by_name_and_not_searched_for(run: Run, desk: Desk) -> None:
    poller = Poller(desk.database, desk.line, table=desk.table)

    async def scenario() -> None:
        await hand_over(desk, 5)
        for index in range(4000):
            desk.practice._store.add(
                to=f"whatsapp:+35192{index:07}",
                from_=f"whatsapp:{PRACTICE_SENDER}",
                body="Of another program",
                now=time.time(),
                steps=((0.0, "read"),),
                date_sent=time.time(),
            )
        await poller.refresh()
        assert await words(desk) == {"delivered": 5}

    run(scenario())
    assert desk.practice.requests[Call.LIST] == 2
    assert desk.practice.requests[Call.FETCH] == 5


def test_nobody_asks_about_what_was_handed_over_a_moment_ago(run: Run, desk: Desk) -> None:
    poller = Poller(desk.database, desk.line, table=desk.table)

    async def scenario() -> float:
        # A moment that has not come yet stays one, however slow this machine is.
        await hand_over(desk, 5, age=-60)
        wait = await poller.refresh()
        assert await words(desk) == {"queued": 5}
        return wait

    assert 55 < run(scenario()) < 65
    assert desk.practice.requests[Call.LIST] == desk.practice.requests[Call.FETCH] == 0


def test_a_failed_message_that_arrives_after_all_is_noticed(run: Run, desk: Desk) -> None:
    poller = Poller(desk.database, desk.line, table=desk.table)

    async def scenario() -> None:
        first, _ = await hand_over(desk, 2)
        desk.practice.set_course(first, ((0.0, "undelivered"),), 63024)
        await poller.refresh()
        assert await words(desk) == {"delivered": 1, "undelivered": 1}
        desk.practice.set_course(first, ((0.0, "delivered"),))
        poller._asked.clear()
        await poller.refresh()
        assert await words(desk) == {"delivered": 2}

    run(scenario())
