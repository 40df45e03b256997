"""Events on the real database: what the list counts, how one is found, edits that see each other."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.db.rows import (
    DESK,
    WHEN,
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
from waapp.core.events import EventDraft
from waapp.core.guest_query import GuestQuery
from waapp.core.guests import GuestDraft
from waapp.core.invitations import Fact
from waapp.core.pacing import Next
from waapp.core.status import EngineState, Shown
from waapp.db import claims, events, guest_filters, guests, labels, queueing, sends, settling, statuses
from waapp.db.engine import Database
from waapp.db.settling import Decision
from waapp.errors import UserError

FULL = EventDraft(
    name="Festa de verão",
    date=datetime(2026, 9, 12, 18, 30, tzinfo=UTC),
    location="Quinta da Lua, Lisboa",
    time_zone="Europe/Lisbon",
    default_region="PT",
    rsvp_link="https://example.com/r/{rsvp_token}",
    sample=True,
    quiet_start=time(22),
    quiet_end=time(8, 30),
)


def test_an_event_comes_back_as_it_was_stored(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await events.create_event(conn, FULL)
            assert await events.get_event(conn, event.id) == event
            for name in FULL.__dataclass_fields__:
                assert getattr(event, name) == getattr(FULL, name)
            changed = await events.update_event(
                conn, event.id, EventDraft("Open date", None), event.updated_at
            )
            assert (changed.name, changed.date, changed.quiet_start) == ("Open date", None, None)

    run(scenario())


@pytest.mark.parametrize("kind", ["timestamptz", "date"])
def test_a_web_application_may_keep_dates_its_own_way(run, database: Database, kind: str) -> None:
    async def scenario() -> None:
        await execute(database, f"ALTER TABLE events ALTER COLUMN date TYPE {kind}")
        async with database.begin() as conn:
            event = await make_event(conn)
            expected = WHEN if kind == "timestamptz" else WHEN.replace(hour=0, minute=0)
            assert event.date == expected
            (listed,) = await events.list_events(conn, False)
            assert listed.event == event
            again = await events.update_event(conn, event.id, EventDraft("Renamed", WHEN), event.updated_at)
            assert again.date == expected

    run(scenario())


def test_the_list_counts_what_each_guest_shows(run, database: Database) -> None:
    async def scenario() -> None:
        event, _, _ = await queue(database, 9)
        taken = await claim(database, 7)
        later = Next(EngineState.QUEUED, 1, 1e9)
        results = [(one.token, accepted(f"SM{n}")) for n, one in enumerate(taken[:4])]
        results += [(taken[4].token, Next(EngineState.UNKNOWN, 0)), (taken[5].token, later)]
        async with database.begin() as conn:
            await claims.record(conn, results)
            facts = [
                Fact(f"SM{n}", word, WHEN)
                for n, word in enumerate(["sent", "delivered", "read", "undelivered"])
            ]
            await statuses.apply_facts(conn, facts)
            await make_guests(conn, event.id, 2, start=100)
        await execute(
            database, "UPDATE guests SET rsvp_status = 'yes' WHERE name IN ('Guest 1', 'Guest 100')"
        )
        async with database.begin() as conn:
            await make_event(conn, "Empty")
        async with database.read() as conn:
            found = {one.event.name: one for one in await events.list_events(conn, practice=False)}
            counted = found["Garden party"]
            assert (counted.guests, counted.coming) == (11, 2)
            assert counted.states == {
                Shown.SENT: 1,
                Shown.DELIVERED: 1,
                Shown.READ: 1,
                Shown.FAILED: 1,
                Shown.UNKNOWN: 1,
                Shown.WAITING: 1,
                Shown.SENDING: 1,
                Shown.QUEUED: 2,
                Shown.NONE: 2,
            }
            assert (found["Empty"].guests, found["Empty"].coming, found["Empty"].states) == (0, 0, {})
            rehearsed = await events.get_summary(conn, event.id, practice=True)
            assert rehearsed.states == {Shown.NONE: 11}
            assert await events.get_summary(conn, event.id, practice=False) == counted

    run(scenario())


def test_the_list_is_by_date_and_without_archived_events(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            await events.create_event(conn, EventDraft("No date", None))
            later = await events.create_event(conn, EventDraft("Later", datetime(2027, 1, 1, tzinfo=UTC)))
            await events.create_event(conn, EventDraft("Sooner", datetime(2026, 1, 1, tzinfo=UTC)))
            names = [one.event.name for one in await events.list_events(conn, False)]
            assert names == ["Sooner", "Later", "No date"]
            archived = await events.archive_event(conn, later.id)
            assert archived.archived_at is not None
            assert len(await events.list_events(conn, False)) == 2
            assert len(await events.list_events(conn, False, archived=True)) == 3
            back = await events.archive_event(conn, later.id, archived=False)
            assert back.archived_at is None

    run(scenario())


def test_an_event_is_found_by_id_or_name(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            party = await make_event(conn, "Garden party")
            upper = await make_event(conn, "GARDEN PARTY")
            odd = await make_event(conn, str(uuid4()))
            other = await make_event(conn, "Wedding")
            assert await events.find_event(conn, str(party.id)) == party
            assert await events.find_event(conn, " wedding ") == other
            assert await events.find_event(conn, "GARDEN PARTY") == upper
            assert await events.find_event(conn, odd.name) == odd
            with pytest.raises(UserError, match="event_ambiguous") as caught:
                await events.find_event(conn, "Garden Party")
            assert caught.value.params["count"] == 2
            with pytest.raises(UserError, match="event_unknown"):
                await events.find_event(conn, "Christening")
            archived = await events.archive_event(conn, other.id)
            assert await events.find_event(conn, "Wedding") == archived
            with pytest.raises(UserError, match="event_unknown"):
                await events.find_event(conn, "wedding")

    run(scenario())


def test_of_two_edits_of_what_both_have_seen_the_second_is_refused(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)

        async def edit(name: str) -> str:
            try:
                async with database.begin() as conn:
                    return (
                        await events.update_event(conn, event.id, EventDraft(name, None), event.updated_at)
                    ).name
            except UserError as error:
                return error.code

        outcomes = await asyncio.gather(edit("First"), edit("Second"))
        assert "event_changed" in outcomes
        async with database.read() as conn:
            assert (await events.get_event(conn, event.id)).name in outcomes

    run(scenario())


def test_an_event_with_open_work_is_not_deleted(run, database: Database) -> None:
    async def scenario() -> None:
        event, _, queued = await queue(database, 1)
        (taken,) = await claim(database)

        async def refused() -> None:
            with pytest.raises(UserError, match="event_in_use"):
                async with database.begin() as conn:
                    await events.delete_event(conn, event.id)

        await refused()
        async with database.begin() as conn:
            await claims.record(conn, [(taken.token, Next(EngineState.UNKNOWN, 0))])
            await sends.stop(conn, queued.send.id)
        await refused()
        async with database.begin() as conn:
            await settling.settle_by_person(conn, taken.id, Decision.TREAT_AS_SENT, DESK)
            await events.delete_event(conn, event.id)
            with pytest.raises(UserError, match="event_unknown"):
                await events.delete_event(conn, event.id)
        for table in ("guests", "whatsapp_invitations", "whatsapp_sends", "whatsapp_invitation_log"):
            assert await column(database, f"SELECT count(*) FROM {table}") == [0]

    run(scenario())


def test_an_unknown_event_is_named_everywhere(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            for attempt in (
                events.get_event(conn, uuid4()),
                events.get_summary(conn, uuid4(), False),
                events.update_event(conn, uuid4(), FULL, None),
                events.duplicate_event(conn, uuid4(), "Copy", with_guests=True),
                events.archive_event(conn, uuid4()),
                events.delete_event(conn, uuid4()),
            ):
                with pytest.raises(UserError, match="event_unknown"):
                    await attempt

    run(scenario())


def test_accepted_by_twilio_counts_as_being_sent_until_it_says_more(run, database: Database) -> None:
    async def scenario() -> None:
        event, _, _ = await queue(database, 1)
        await accept_all(database)
        async with database.read() as conn:
            assert (await events.get_summary(conn, event.id, False)).states == {Shown.SENDING: 1}

    run(scenario())


def test_a_guest_counts_by_its_newest_invitation(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _ = await queue(database, 2)
        await accept_all(database)
        for number in range(3):
            async with database.begin() as conn:
                reminder = new_send(event.id, template_name=f"reminder_{number}")
                await queueing.queue_send(conn, reminder, new_invitations(ids[:1]))
                assert (await events.get_summary(conn, event.id, False)).states == {
                    Shown.QUEUED: 1,
                    Shown.SENDING: 1,
                }
            await accept_all(database, f"SM{number}-")

    run(scenario())


@pytest.mark.parametrize("with_guests", [True, False])
def test_a_copy_has_the_guests_and_nothing_of_how_they_fared(
    run, database: Database, *, with_guests: bool
) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await events.create_event(conn, FULL)
            drafts = [
                GuestDraft("Ana", "+351912345678", group="Family", notes="Vegan", extra={"table": "4"}),
                GuestDraft("Rui", "+351912345679"),
            ]
            ids = await guests.add_guests(conn, event.id, drafts)
            await conn.execute(
                text("UPDATE guests SET rsvp_status = 'yes', invitation_status = 'read' WHERE id = :id"),
                {"id": ids[0]},
            )
            await labels.set_color(conn, event.id, "group", "Family", "teal")
            vegan = GuestQuery(text="vegan")
            await guest_filters.save_filter(conn, event.id, "Vegans", vegan, desk="Maria")
            copy = await events.duplicate_event(conn, event.id, "Copy", with_guests=with_guests)
            assert copy.draft == replace(FULL, name="Copy")
            assert await labels.list_colors(conn, copy.id) == {("group", "Family"): "teal"}
            assert await guest_filters.list_filters(conn, copy.id) == {"Vegans": vegan}
            first = await guests.list_guests(conn, event.id)
            copied = await guests.list_guests(conn, copy.id)
            assert [(g.name, g.phone, g.group, g.notes, g.extra) for g in copied] == (
                [(g.name, g.phone, g.group, g.notes, g.extra) for g in first] if with_guests else []
            )
            assert {g.rsvp_status for g in copied} <= {"pending"}
            assert not {g.rsvp_token for g in first} & {g.rsvp_token for g in copied}
            statuses = await conn.execute(
                text("SELECT DISTINCT CAST(invitation_status AS text) FROM guests WHERE event_id = :id"),
                {"id": copy.id},
            )
            assert set(statuses.scalars()) <= {"not_sent"}

    run(scenario())
