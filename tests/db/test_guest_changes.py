"""Many guests changed in one transaction, and taken back."""

from dataclasses import replace
from uuid import UUID

from tests.db.rows import make_event, make_guests
from waapp.core.guest_edits import BulkChange
from waapp.core.guests import Consent, GuestDraft
from waapp.core.two_edits import OtherEdit
from waapp.db import guest_changes, guests
from waapp.db.clock import Horizon, look
from waapp.db.engine import Database

CHANGE = BulkChange(group="Work", add_tags=("VIP",), consent=Consent.YES, consent_source="Form")


async def drafts_of(database: Database, event_id: UUID) -> dict[UUID, GuestDraft]:
    async with database.read() as conn:
        return {guest.id: guest.draft for guest in await guests.list_guests(conn, event_id)}


def test_a_change_of_many_is_taken_back_and_done_again(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 4)
        first = await drafts_of(database, event.id)
        async with database.begin() as conn:
            done = await guest_changes.change_guests(conn, ids[:3], CHANGE)
        assert [one.guest_id for one in done.before] == sorted(ids[:3])
        changed = await drafts_of(database, event.id)
        assert {(changed[one].group, changed[one].tags, changed[one].consent) for one in ids[:3]} == {
            ("Work", ("VIP",), Consent.YES)
        }
        assert all(changed[one].consent_at is not None for one in ids[:3])
        assert changed[ids[3]] == first[ids[3]]
        async with database.begin() as conn:
            again = await guest_changes.change_guests(conn, ids[:3], CHANGE)
        assert again.before == ()  # they are so already
        async with database.begin() as conn:
            taken = await guest_changes.take_back(conn, done.before)
        assert not taken.refused
        assert await drafts_of(database, event.id) == first
        async with database.begin() as conn:
            redone = await guest_changes.take_back(conn, taken.before)
        assert await drafts_of(database, event.id) == changed
        assert {one.guest_id for one in redone.before} == set(ids[:3])

    run(scenario())


def test_only_what_somebody_else_has_set_otherwise_since_stays(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 3)
            first = {guest.id: guest.draft for guest in await guests.list_guests(conn, event.id)}
            done = await guest_changes.change_guests(conn, ids, CHANGE)
        async with database.begin() as conn:
            now = {guest.id: guest for guest in await guests.list_guests(conn, event.id)}
            mine = now[ids[0]]
            # Another field, and what the program itself writes, are in nobody's way.
            await guests.update_guest(conn, mine.id, replace(mine.draft, notes="By train"), mine.updated_at)
            other = now[ids[1]]
            await guests.update_guest(conn, other.id, replace(other.draft, group="Band"), other.updated_at)
            await guests.delete_guests(conn, [ids[2]])
        async with database.begin() as conn:
            taken = await guest_changes.take_back(conn, done.before)
        left = await drafts_of(database, event.id)
        assert set(taken.refused) == {now[ids[1]].name, now[ids[2]].name}
        assert left[ids[0]] == replace(first[ids[0]], notes="By train")
        assert left[ids[1]] == replace(first[ids[1]], group="Band")

    run(scenario())


def test_who_was_given_something_else_meanwhile_is_left_and_told(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 4)
        seen = await drafts_of(database, event.id)
        async with database.begin() as conn:
            now = {guest.id: guest for guest in await guests.list_guests(conn, event.id)}
            for place, changes in enumerate(
                ({"group": "Band"}, {"group": "Work"}, {"notes": "x", "tags": ("y",)})
            ):
                guest = now[ids[place]]
                await guests.update_guest(conn, guest.id, replace(guest.draft, **changes), guest.updated_at)
        async with database.begin() as conn:
            done = await guest_changes.change_guests(
                conn, ids, BulkChange(group="Work", add_tags=("VIP",)), seen
            )
        assert dict(done.overtaken) == {ids[0]: (OtherEdit("group", seen[ids[0]].group, "Work", "Band"),)}
        left = await drafts_of(database, event.id)
        assert [left[one].group for one in ids] == ["Band", "Work", "Work", "Work"]
        assert left[ids[0]].tags == ()
        assert left[ids[2]].tags == ("y", "VIP")
        async with database.begin() as conn:
            more = await guest_changes.change_guests(conn, done.overtaken, BulkChange(group="Work"))
        assert [one.guest_id for one in more.before] == [ids[0]]

    run(scenario())


def test_other_desks_see_a_change_of_many(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 3)
        async with database.read() as conn:
            horizon = Horizon.first(await look(conn))
        async with database.begin() as conn:
            await guest_changes.change_guests(conn, ids, BulkChange(household="Sousa"))
        async with database.read() as conn:
            changes = await guests.guest_rows_changed_since(conn, event.id, False, horizon)
        assert {row.household for row in changes.rows} == {"Sousa"}

    run(scenario())
