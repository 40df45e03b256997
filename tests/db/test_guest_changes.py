"""Many guests changed in one transaction, and taken back."""

from datetime import timedelta

from tests.db.rows import make_event, make_guests
from waapp.core.guest_edits import BulkChange
from waapp.core.guests import Consent
from waapp.db import guest_changes, guests
from waapp.db.engine import Database


def test_a_change_of_many_is_taken_back_where_nobody_was_there_since(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 4)
            first = {guest.id: guest.draft for guest in await guests.list_guests(conn, event.id)}
        change = BulkChange(group="Work", add_tags=("VIP",), consent=Consent.YES, consent_source="Form")
        async with database.begin() as conn:
            before = await guest_changes.change_guests(conn, ids[:3], change)
        assert [one.guest_id for one in before] == sorted(ids[:3])
        async with database.read() as conn:
            now = {guest.id: guest for guest in await guests.list_guests(conn, event.id)}
        assert all(
            (now[one].group, now[one].tags, now[one].consent) == ("Work", ("VIP",), Consent.YES)
            for one in ids[:3]
        )
        assert all(now[one].consent_at is not None for one in ids[:3])
        assert now[ids[3]].draft == first[ids[3]]
        async with database.begin() as conn:
            again = await guest_changes.change_guests(conn, ids[:3], change)
            other = now[ids[1]]
            await guests.update_guest(conn, other.id, other.draft, other.updated_at)
            await guests.delete_guests(conn, [ids[2]])
        assert again == []  # they are so already
        async with database.begin() as conn:
            taken = await guest_changes.take_back(conn, before)
            left = {guest.id: guest.draft for guest in await guests.list_guests(conn, event.id)}
        assert taken.ids == (ids[0],)
        assert set(taken.refused) == {"Guest 1", "Guest 2"}
        assert left[ids[0]] == first[ids[0]]
        assert left[ids[1]].group == "Work"

    run(scenario())


def test_other_desks_see_a_change_of_many(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 3)
        async with database.read() as conn:
            since = (await guests.guest_rows_changed_since(conn, event.id, False, event.updated_at)).as_of
        async with database.begin() as conn:
            await guest_changes.change_guests(conn, ids, BulkChange(household="Sousa"))
        async with database.read() as conn:
            later = since + timedelta(seconds=60)
            changes = await guests.guest_rows_changed_since(conn, event.id, False, min(later, since))
        assert {row.household for row in changes.rows} == {"Sousa"}

    run(scenario())
