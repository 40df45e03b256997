"""Two desks at work on the same guests at the same moment: neither undoes what the other does, nor stops it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.db.rows import column, make_event
from tests.db.test_imports import SOURCE
from waapp.core.duplicates import find_duplicates
from waapp.core.guest_edits import BulkChange
from waapp.core.guest_merging import merged
from waapp.core.guests import Guest, GuestDraft
from waapp.core.import_diff import diff
from waapp.core.rows import Row
from waapp.db import (
    events,
    guest_changes,
    guest_merging,
    guests,
    import_undo,
    imports,
    personal_data,
)
from waapp.db.engine import Connection, Database

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

HOME = tuple(GuestDraft(name, "+351912000001") for name in ("Zoé Reis", "Rui Reis", "Eva Reis"))


async def bring_home(database: Database) -> tuple[UUID, UUID]:
    """Bring in a household that is called by its first guest; return the event and the import."""
    async with database.begin() as conn:
        event = await make_event(conn)
        rows = [Row(number, draft, ()) for number, draft in enumerate(HOME, start=2)]
        saved = await imports.save_import(conn, event.id, SOURCE, diff(rows, (), find_duplicates(rows)), {})
    return event.id, saved.id


async def listed(database: Database, event_id: UUID) -> dict[str, Guest]:
    async with database.read() as conn:
        return {guest.name: guest for guest in await guests.list_guests(conn, event_id)}


def test_two_who_forget_members_of_one_household_leave_the_name_of_neither(run, database: Database) -> None:
    async def scenario() -> None:
        event_id, _ = await bring_home(database)
        home = await listed(database, event_id)
        assert {guest.household for guest in home.values()} == {"Zoé Reis"}

        async def erase(name: str) -> None:
            async with database.begin() as conn:
                await personal_data.erase(conn, home[name].id)

        async with database.begin() as conn:
            await personal_data.erase(conn, home["Zoé Reis"].id)
            other = asyncio.create_task(erase("Rui Reis"))
            while not other.done() and await column(database, WAITING) == [0]:
                pass
        await other
        (left,) = (await listed(database, event_id)).values()
        assert (left.name, left.household) == ("Eva Reis", "Eva Reis")
        said = (
            "SELECT COALESCE(after, given) ->> 'household' FROM waapp_import_rows r WHERE r::text !~ 'Zo|Rui'"
        )
        assert await column(database, said) == ["Eva Reis"]

    run(scenario())


def test_who_is_forgotten_while_a_colleague_names_their_household_leaves_no_name(
    run, database: Database
) -> None:
    async def scenario() -> None:
        event_id, _ = await bring_home(database)
        home = await listed(database, event_id)

        async def erase() -> None:
            async with database.begin() as conn:
                await personal_data.erase(conn, home["Rui Reis"].id)

        async with database.begin() as conn:
            named = BulkChange(household="Rui Reis")
            await guest_changes.change_guests(conn, [guest.id for guest in home.values()], named)
            other = asyncio.create_task(erase())
            while not other.done() and await column(database, WAITING) == [0]:
                pass
        await other
        left = await listed(database, event_id)
        assert {guest.household for guest in left.values()} == {"Zoé Reis"}

    run(scenario())


Act = Callable[[Connection, UUID, UUID, list[Guest]], Awaitable[object]]


async def change(conn: Connection, _event: UUID, _import: UUID, home: list[Guest]) -> object:
    return await guest_changes.change_guests(conn, [one.id for one in home], BulkChange(group="Family"))


async def take_back(conn: Connection, _event: UUID, _import: UUID, home: list[Guest]) -> object:
    before = [
        guest_changes.Before(one.id, one.name, replace(one.draft, group="Work"), one.draft) for one in home
    ]
    return await guest_changes.take_back(conn, before)


async def delete(conn: Connection, _event: UUID, _import: UUID, home: list[Guest]) -> object:
    return await guests.delete_guests(conn, [one.id for one in home])


async def delete_event(conn: Connection, event: UUID, _import: UUID, _home: list[Guest]) -> object:
    return await events.delete_event(conn, event)


async def merge(conn: Connection, _event: UUID, _import: UUID, home: list[Guest]) -> object:
    return await guest_merging.merge_guests(conn, merged(home, home[0].id, {}))


async def undo(conn: Connection, _event: UUID, import_: UUID, _home: list[Guest]) -> object:
    return await import_undo.undo_import(conn, import_, "maria")


async def erase(conn: Connection, _event: UUID, _import: UUID, home: list[Guest]) -> object:
    return await personal_data.erase(conn, home[-1].id)


@pytest.mark.parametrize("act", [change, take_back, delete, delete_event, merge, undo, erase])
def test_whoever_waits_for_one_guest_holds_no_later_one(run, database: Database, act: Act) -> None:
    """In one order for all, so that no two desks ever wait for each other."""

    async def scenario() -> None:
        event_id, import_id = await bring_home(database)
        home = sorted((await listed(database, event_id)).values(), key=lambda one: one.id, reverse=True)
        async with database.begin() as conn:
            named = BulkChange(household=home[-1].name)
            await guest_changes.change_guests(conn, [one.id for one in home], named)
        home = sorted((await listed(database, event_id)).values(), key=lambda one: one.id, reverse=True)

        async def work() -> None:
            async with database.begin() as conn:
                await act(conn, event_id, import_id, home)

        lock = text("SELECT FROM guests WHERE id = ANY(:ids) FOR UPDATE NOWAIT")
        async with database.begin() as conn:
            await conn.execute(lock, {"ids": [home[-1].id]})
            other = asyncio.create_task(work())
            while not other.done() and await column(database, WAITING) == [0]:
                pass
            await conn.execute(lock, {"ids": [one.id for one in home[:-1]]})
        await other

    run(scenario())


async def redo(conn: Connection, _event: UUID, import_: UUID, _home: list[Guest]) -> object:
    return await import_undo.redo_import(conn, import_)


@pytest.mark.parametrize("act", [undo, redo])
def test_taking_an_import_back_waits_for_whoever_deletes_its_event_and_holds_nothing(
    run, database: Database, act: Act
) -> None:
    async def scenario() -> None:
        event_id, import_id = await bring_home(database)
        if act is redo:
            async with database.begin() as conn:
                await undo(conn, event_id, import_id, [])

        async def work() -> None:
            async with database.begin() as conn:
                await act(conn, event_id, import_id, [])

        parameters = {"event": event_id, "import": import_id}
        lock_import = text("SELECT FROM waapp_imports WHERE id = :import FOR UPDATE NOWAIT")
        async with database.begin() as conn:
            await conn.execute(text("SELECT FROM events WHERE id = :event FOR UPDATE"), parameters)
            await conn.execute(text("SELECT FROM guests WHERE event_id = :event FOR UPDATE"), parameters)
            other = asyncio.create_task(work())
            while not other.done() and await column(database, WAITING) == [0]:
                pass
            await conn.execute(lock_import, parameters)
        await other

    run(scenario())
