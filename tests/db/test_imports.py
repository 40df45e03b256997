"""Imports on the real database: saved whole or not at all, never over another planner's change, undone as one."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import RFC_4122, UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text

from tests.db.rows import execute, make_event, new_invitations, new_send
from waapp.core.duplicates import find_duplicates
from waapp.core.guest_merging import Merge
from waapp.core.guests import Consent, Guest, GuestDraft
from waapp.core.import_diff import Account, Choice, Decisions, Outcome, diff
from waapp.core.imports import Why
from waapp.core.rows import Row
from waapp.db import guest_merging, guests, import_undo, imports, personal_data, queueing
from waapp.db.clock import database_clock
from waapp.db.engine import Database
from waapp.errors import DatabaseError, UserError

ANA = GuestDraft(
    "Ana Sousa", "+351912345678", "ana@example.org", "Bride", "pt_PT", "vegan\n“no” nuts\\", {"table": "7"}
)
RUI = GuestDraft("Rui\tCosta", "+351910000001")
ZOE = GuestDraft(
    "زوي", "", "zoe@example.org", extra={"naïve key": "مرحبا"}, tags=("vip", "a,b"), household="Silva", plus_ones=2,
    time_zone="Asia/Amman", consent=Consent.YES, consent_source="form", consent_at=datetime(2027, 1, 2, 3, tzinfo=UTC),
)  # fmt: skip
SOURCE = imports.Source("guests.xlsx", "d1", "Maria on MARIA-PC")


class Desk:
    """A planner who brings in lists."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.event_id = UUID(int=0)

    async def begin(self, *drafts: GuestDraft) -> None:
        async with self.database.begin() as conn:
            self.event_id = (await make_event(conn)).id
            await guests.add_guests(conn, self.event_id, drafts)

    async def guests(self) -> dict[str, Guest]:
        async with self.database.read() as conn:
            return {guest.name: guest for guest in await guests.list_guests(conn, self.event_id)}

    async def compare(self, *drafts: GuestDraft | None, **decisions):
        async with self.database.read() as conn:
            stored = await guests.list_guests(conn, self.event_id)
            given = await imports.list_given(conn, self.event_id)
        rows = [Row(number, draft, ()) for number, draft in enumerate(drafts, start=2)]
        found = diff(rows, stored, find_duplicates(rows, stored), given, Decisions(**decisions))
        return found, {guest.id: guest for guest in stored}

    async def save(self, found, stored, progress=lambda _rows: None) -> imports.Saved:
        async with self.database.begin() as conn:
            return await imports.save_import(conn, self.event_id, SOURCE, found, stored, progress)

    async def bring(self, *drafts: GuestDraft | None, **decisions) -> imports.Saved:
        return await self.save(*await self.compare(*drafts, **decisions))

    async def edit(self, whom: str, **changes) -> Guest:
        guest = (await self.guests())[whom]
        async with self.database.begin() as conn:
            return await guests.update_guest(
                conn, guest.id, replace(guest.draft, **changes), guest.updated_at
            )

    async def undo(self, import_id: UUID, *, rest: bool = False):
        async with self.database.begin() as conn:
            return await import_undo.undo_import(conn, import_id, "Rui", rest=rest)

    async def listed(self):
        async with self.database.read() as conn:
            return await imports.list_imports(conn, self.event_id)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_list_comes_in_as_it_is(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ANA, None, RUI, ZOE)
        assert saved.account == Account(4, 3, 0, 0, 1)
        found = await desk.guests()
        assert list(found) == ["Ana Sousa", "Rui\tCosta", "زوي"]
        assert [guest.draft for guest in found.values()] == [ANA, RUI, ZOE]
        (listed,) = await desk.listed()
        assert (listed.source, listed.by, listed.account, listed.left) == (
            "guests.xlsx",
            "Maria on MARIA-PC",
            saved.account,
            3,
        )

    run(scenario())


def test_a_list_changes_only_the_fields_in_which_it_differs(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin(ANA, RUI)
        saved = await desk.bring(
            replace(ANA, group="Family", email="", extra={"table": "8", "menu": "fish"}), RUI
        )
        assert saved.account == Account(2, 0, 1, 1, 0)
        ana = (await desk.guests())["Ana Sousa"]
        assert ana.draft == replace(ANA, group="Family", extra={"table": "8", "menu": "fish"})

    run(scenario())


def test_the_same_list_again_does_nothing_even_after_edits(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        drafts = [ANA, replace(ANA, email="", notes="late"), RUI, GuestDraft("Guest"), GuestDraft("Guest")]
        await desk.bring(*drafts)
        found, _ = await desk.compare(*drafts)
        assert not found.changes_something
        await desk.edit("Ana Sousa", name="Ana Maria Reis", phone="+351910000009", notes="")
        found, _ = await desk.compare(*drafts)
        assert not found.changes_something
        assert found.lines[0].outcome is Outcome.SAME

    run(scenario())


def test_who_was_brought_in_by_two_planners_at_once_is_there_once(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin(ZOE)
        one, stored = await desk.compare(ANA, RUI)
        other, also_stored = await desk.compare(
            RUI, replace(ANA, notes="of the other list"), GuestDraft("Eva")
        )
        saved = await asyncio.gather(desk.save(one, stored), desk.save(other, also_stored))
        assert sorted((await desk.guests()).keys()) == sorted(["Ana Sousa", "Eva", "Rui\tCosta", "زوي"])
        assert sum(each.account.added for each in saved) == 3
        late = next(each for each in saved if each.overtaken)
        assert len(late.overtaken) == 2
        assert late.account.skipped == 2

    run(scenario())


def test_another_planners_change_is_told_and_not_overwritten(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin(ANA, RUI, ZOE)
        newer = [replace(draft, notes="new") for draft in (ANA, RUI, ZOE)]
        found, stored = await desk.compare(*newer)
        await desk.edit("Ana Sousa", notes="theirs")
        gone = (await desk.guests())["Rui\tCosta"]
        async with desk.database.begin() as conn:
            await guests.delete_guests(conn, [gone.id])
        saved = await desk.save(found, stored)
        assert [line.number for line in saved.overtaken] == [2, 3]
        assert saved.account == Account(3, 0, 1, 0, 2)
        notes = {name: guest.notes for name, guest in (await desk.guests()).items()}
        assert notes == {"Ana Sousa": "theirs", "زوي": "new"}

    run(scenario())


def test_a_transaction_that_is_lost_leaves_nothing(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin(ANA)
        found, stored = await desk.compare(
            replace(ANA, notes="new"), *[replace(RUI, name=f"Guest {n}") for n in range(1200)]
        )

        def lose_the_connection(_written: int) -> None:
            with psycopg.connect(desk.database.url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND backend_type = 'client backend'"
                )

        with pytest.raises(DatabaseError):
            await desk.save(found, stored, lose_the_connection)
        assert {name: guest.notes for name, guest in (await desk.guests()).items()} == {
            "Ana Sousa": ANA.notes
        }
        assert await desk.listed() == []

    run(scenario())


def test_an_import_that_is_cancelled_leaves_nothing(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        found, stored = await desk.compare(*[replace(RUI, name=f"Guest {n}") for n in range(1200)])

        def stop(_written: int) -> None:
            saving.cancel()

        saving = asyncio.ensure_future(desk.save(found, stored, stop))
        with pytest.raises(asyncio.CancelledError):
            await saving
        assert await desk.guests() == {}

    run(scenario())


def test_an_unknown_event_and_an_unknown_import_are_known_errors(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        found, stored = await desk.compare(ANA)
        desk.event_id = uuid4()
        with pytest.raises(UserError, match="event_unknown"):
            await desk.save(found, stored)
        with pytest.raises(UserError, match="import_unknown"):
            await desk.undo(uuid4())

    run(scenario())


def test_undoing_removes_whom_it_added_and_puts_back_what_it_changed(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin(ANA)
        newer = replace(
            ANA, group="Family", extra={"menu": "fish"}, tags=("vip",), consent=Consent.YES, plus_ones=1
        )
        saved = await desk.bring(newer, RUI, replace(RUI, notes="x"))
        assert saved.account == Account(3, 1, 1, 0, 1)
        undo = await desk.undo(saved.id)
        assert (len(undo.removed), len(undo.restored), undo.kept) == (1, 1, ())
        assert {name: guest.draft for name, guest in (await desk.guests()).items()} == {"Ana Sousa": ANA}
        (listed,) = await desk.listed()
        assert (listed.undone_by, listed.left) == ("Rui", 0)
        assert listed.undone_at is not None
        found, _ = await desk.compare(ANA, RUI)
        assert [line.outcome for line in found.lines] == [Outcome.SAME, Outcome.ADD]

    run(scenario())


def test_undoing_refuses_for_guests_who_were_invited_or_edited_since(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin(ZOE)
        drafts = [GuestDraft(f"Guest {n}", f"+35191000000{n}") for n in range(4)]
        saved = await desk.bring(*drafts, replace(ZOE, notes="new"))
        found = await desk.guests()
        async with desk.database.begin() as conn:
            await queueing.queue_send(conn, new_send(desk.event_id), new_invitations([found["Guest 0"].id]))
        await execute(
            desk.database, "UPDATE guests SET rsvp_status = 'yes' WHERE id = :id", id=found["Guest 2"].id
        )
        await desk.edit("Guest 1", notes="mine")
        await desk.edit("زوي", notes="mine", group="Family")
        before = await desk.guests()
        undo = await desk.undo(saved.id)
        assert {one.name: one.why for one in undo.kept} == {
            "Guest 0": Why.INVITED,
            "Guest 1": Why.EDITED,
            "Guest 2": Why.ANSWERED,
            "زوي": Why.EDITED,
        }
        assert await desk.guests() == before
        undo = await desk.undo(saved.id, rest=True)
        assert len(undo.removed) == 1
        assert sorted(await desk.guests()) == ["Guest 0", "Guest 1", "Guest 2", "زوي"]
        (listed,) = await desk.listed()
        assert listed.left == 4

    run(scenario())


@pytest.mark.parametrize("method", ["email", "manual"])
def test_who_was_invited_by_another_channel_since_stays(run, desk: Desk, method: str) -> None:
    async def scenario() -> None:
        await desk.begin(ANA, ZOE)
        await execute(
            desk.database,
            "UPDATE guests SET invitation_status = 'sent', invitation_method = 'email', "
            "invitation_sent_at = '2020-01-01' WHERE name = 'Ana Sousa'",
        )
        saved = await desk.bring(replace(ANA, group="Family"), replace(ZOE, group="Family"), RUI)
        await execute(
            desk.database,
            "UPDATE guests SET invitation_status = 'sent', "
            f"invitation_method = '{method}', invitation_sent_at = now() AT TIME ZONE 'utc' WHERE name <> 'Ana Sousa'",
        )
        undo = await desk.undo(saved.id, rest=True)
        assert {one.name: one.why for one in undo.kept} == {RUI.name: Why.INVITED, ZOE.name: Why.INVITED}
        assert len(undo.restored) == 1, "who was invited long before is put back"

    run(scenario())


def test_who_is_on_a_list_imported_since_stays_until_that_one_is_taken_back(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        older = await desk.bring(ANA, RUI)
        newer = await desk.bring(ANA, ZOE)
        undo = await desk.undo(older.id)
        assert [(one.name, one.why) for one in undo.kept] == [("Ana Sousa", Why.LISTED)]
        assert set(await desk.guests()) == {"Ana Sousa", RUI.name, ZOE.name}
        await desk.undo(newer.id)
        assert set(await desk.guests()) == {"Ana Sousa", RUI.name}
        assert (await desk.undo(older.id)).kept == ()
        assert await desk.guests() == {}

    run(scenario())


def test_a_list_of_which_the_rest_was_taken_back_does_not_hold_anybody(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        older = await desk.bring(ANA)
        newer = await desk.bring(replace(ANA, group="Family"), ZOE)
        await desk.edit("Ana Sousa", group="Work")
        await desk.undo(newer.id, rest=True)
        assert set(await desk.guests()) == {"Ana Sousa"}
        await desk.edit("Ana Sousa", group=ANA.group)
        assert (await desk.undo(older.id)).kept == ()
        assert await desk.guests() == {}

    run(scenario())


def test_an_older_list_gives_nothing_back_that_a_newer_one_has_set(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin(ANA)
        older = await desk.bring(replace(ANA, group="Friends", notes="older"))
        newer = await desk.bring(replace(ANA, group="Family"))
        undo = await desk.undo(older.id, rest=True)
        assert [one.why for one in undo.kept] == [Why.EDITED]
        await desk.undo(newer.id)
        assert (await desk.guests())["Ana Sousa"].group == "Friends"
        await desk.undo(older.id)
        assert (await desk.guests())["Ana Sousa"].draft == ANA

    run(scenario())


def test_who_was_invited_between_looking_and_taking_back_stays(run, desk: Desk) -> None:
    """Another desk queues at this very moment: whoever is first, nobody who is invited is removed."""

    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ANA, RUI)
        await desk.edit("Ana Sousa", notes="mine")
        looked = await desk.undo(saved.id)
        assert [one.name for one in looked.kept] == ["Ana Sousa"]
        rui = (await desk.guests())[RUI.name].id
        async with desk.database.begin() as inviting:
            await queueing.queue_send(inviting, new_send(desk.event_id), new_invitations([rui]))
            undoing = asyncio.create_task(desk.undo(saved.id, rest=True))
            while not await _waits(desk.database):
                assert not undoing.done()
        undo = await undoing
        assert {one.name: one.why for one in undo.kept} == {"Ana Sousa": Why.EDITED, RUI.name: Why.INVITED}
        assert set(await desk.guests()) == {"Ana Sousa", RUI.name}

    run(scenario())


def test_two_desks_take_an_import_back_once(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ANA, RUI)

        async def take_back(planner: str):
            async with desk.database.begin() as conn:
                return await import_undo.undo_import(conn, saved.id, planner)

        undone = {
            who: await one for who, one in [(w, asyncio.create_task(take_back(w))) for w in ("Eva", "Rui")]
        }
        (winner,) = [who for who, undo in undone.items() if undo.removed]
        (listed,) = await desk.listed()
        assert (listed.undone_by, listed.left) == (winner, 0)
        assert await desk.guests() == {}

    run(scenario())


def test_who_was_deleted_comes_back_after_the_import_was_and_can_be_taken_back_again(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ANA, RUI)
        ana = (await desk.guests())["Ana Sousa"]
        async with desk.database.begin() as conn:
            await guests.delete_guests(conn, [ana.id])
        assert len((await desk.undo(saved.id)).removed) == 1
        async with desk.database.begin() as conn:
            await guests.restore_guests(conn, [ana.id])
        found, _ = await desk.compare(ANA)
        assert [line.outcome for line in found.lines] == [Outcome.SAME], "the list still knows her"
        (listed,) = await desk.listed()
        assert listed.left == 1
        assert len((await desk.undo(saved.id)).removed) == 1
        assert await desk.guests() == {}

    run(scenario())


def test_an_imported_guest_is_recognised_after_deletion_and_undo(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ANA, ZOE)
        await desk.edit("Ana Sousa", name="Ana Maria Sousa", phone="+351912999999", email="")
        async with desk.database.begin() as conn:
            everybody = [guest.id for guest in await guests.list_guests(conn, desk.event_id)]
            await guests.delete_guests(conn, everybody)
        async with desk.database.begin() as conn:
            await guests.restore_guests(conn, everybody)
        found, _ = await desk.compare(ANA, ZOE)
        assert [line.outcome for line in found.lines] == [Outcome.SAME, Outcome.SAME]
        undo = await desk.undo(saved.id, rest=True)
        assert [one.why for one in undo.kept] == [Why.EDITED]
        assert set(await desk.guests()) == {"Ana Maria Sousa"}

    run(scenario())


def test_who_has_become_one_with_somebody_else_stays(run, desk: Desk) -> None:
    """The list made one of the two only; the other is the planner's own."""

    async def scenario() -> None:
        await desk.begin(GuestDraft("Ana S."))
        saved = await desk.bring(ANA, RUI)
        found = await desk.guests()
        ana = found["Ana Sousa"]
        merge = Merge(ana.id, ANA, ana.id, (ana, found["Ana S."]))
        async with desk.database.begin() as conn:
            merged = await guest_merging.merge_guests(conn, merge)
        undo = await desk.undo(saved.id)
        assert [(one.name, one.why) for one in undo.kept] == [("Ana Sousa", Why.EDITED)]
        async with desk.database.begin() as conn:
            await guest_merging.unmerge_guests(conn, merged)
        assert (await desk.undo(saved.id)).kept == ()
        assert set(await desk.guests()) == {"Ana S."}

    run(scenario())


EDITS = {
    "name": "Zoe",
    "phone": "+351910000009",
    "email": "",
    "group": "Family",
    "language": "ar",
    "notes": "late",
    "extra": {"naïve key": "مرحبا", "more": "x"},
    "tags": ("vip", "a,b", "family"),
    "household": "",
    "plus_ones": 0,
    "time_zone": "",
    "consent": Consent.NO,
    "consent_source": "phone",
    "consent_at": datetime(2027, 1, 3, 3, tzinfo=UTC),
}


@pytest.mark.parametrize("field", EDITS)
def test_an_edit_of_any_field_keeps_who_was_added(run, desk: Desk, field: str) -> None:
    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ZOE)
        await desk.edit("زوي", **{field: EDITS[field]})
        (kept,) = (await desk.undo(saved.id)).kept
        assert kept.why is Why.EDITED

    run(scenario())


@pytest.mark.parametrize("field", [field for field in EDITS if field != "name"])
def test_an_edit_of_what_was_changed_keeps_it(run, desk: Desk, field: str) -> None:
    async def scenario() -> None:
        now = replace(ZOE, **{field: EDITS[field]})
        await desk.begin(ZOE)
        saved = await desk.bring(now, erase=frozenset(EDITS) - {"name"}, rows={2: Choice.MERGE})
        assert (await desk.guests())["زوي"].draft == now
        await desk.edit("زوي", **{field: getattr(ZOE, field)})
        (kept,) = (await desk.undo(saved.id)).kept
        assert kept.why is Why.EDITED
        await desk.edit("زوي", **{field: EDITS[field]})
        undo = await desk.undo(saved.id)
        assert (len(undo.restored), undo.kept) == (1, ())
        assert (await desk.guests())["زوي"].draft == ZOE

    run(scenario())


def test_editing_another_field_does_not_keep_a_change_from_being_undone(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin(ANA)
        saved = await desk.bring(replace(ANA, group="Family"))
        await desk.edit("Ana Sousa", notes="mine")
        undo = await desk.undo(saved.id)
        assert undo.kept == ()
        assert (await desk.guests())["Ana Sousa"].draft == replace(ANA, notes="mine")

    run(scenario())


def test_what_was_merged_by_hand_is_stored_so(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin(ANA)
        other = GuestDraft("Ana Sousa", "+351910000005")
        saved = await desk.bring(other, rows={2: Choice.MERGE})
        assert saved.account == Account(1, 0, 1, 0, 0)
        assert (await desk.guests())["Ana Sousa"].phone == "+351910000005"

    run(scenario())


def test_what_a_list_said_of_a_guest_is_handed_over_and_forgotten_with_them(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        await desk.bring(ANA)
        ana = (await desk.guests())["Ana Sousa"]
        async with desk.database.begin() as conn:
            (said,) = (await personal_data.gather(conn, ana.id))["imports"]
            assert (said["list"], said["row_number"]) == ("guests.xlsx", 2)
            assert said["given"]["phone"] == ANA.phone
            await personal_data.erase(conn, ana.id)
            assert await imports.list_given(conn, desk.event_id) == []

    run(scenario())


@pytest.mark.parametrize(
    ("deleted", "left"),
    [
        ("DELETE FROM guests WHERE id = %(ana)s", {RUI.name, ZOE.name}),
        ("DELETE FROM guests WHERE event_id = %(event)s", set()),
        ("DELETE FROM waapp_imports WHERE id = %(first)s", {ZOE.name}),
        ("DELETE FROM events WHERE id = %(event)s", set()),
    ],
)
def test_what_a_list_said_goes_with_guests_and_imports_and_events(
    run, desk: Desk, deleted: str, left: set[str]
) -> None:
    async def scenario() -> set[str]:
        await desk.begin()
        first = await desk.bring(ANA, RUI)
        await desk.bring(ZOE)
        ana = (await desk.guests())["Ana Sousa"]
        with psycopg.connect(desk.database.url) as connection:
            connection.execute(deleted, {"ana": ana.id, "event": desk.event_id, "first": first.id})
            rows = connection.execute("SELECT given ->> 'name' FROM waapp_import_rows").fetchall()
        return {name for (name,) in rows}

    assert run(scenario()) == left


def test_who_is_deleted_while_a_list_is_saved_leaves_nothing_of_it(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin(ANA)
        found, stored = await desk.compare(ANA)
        ana = (await desk.guests())["Ana Sousa"]
        async with desk.database.begin() as conn:
            await imports.save_import(conn, desk.event_id, SOURCE, found, stored)
            with psycopg.connect(desk.database.url) as other:
                deleting = asyncio.create_task(
                    asyncio.to_thread(other.execute, "DELETE FROM guests WHERE id = %s", (ana.id,))
                )
                while not await _waits(desk.database):
                    assert not deleting.done()
                await conn.commit()
                await deleting
        async with desk.database.read() as conn:
            assert await imports.list_given(conn, desk.event_id) == []
        async with desk.database.read() as conn:
            assert (await conn.execute(text("SELECT count(*) FROM waapp_import_rows"))).scalar_one() == 0

    run(scenario())


async def _waits(database: Database) -> bool:
    async with database.read() as conn:
        return (
            await conn.execute(
                text("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            )
        ).scalar_one()


def test_guests_of_a_list_have_random_ids(run, desk: Desk) -> None:
    async def scenario() -> list[UUID]:
        await desk.begin()
        await desk.bring(*(GuestDraft(f"Guest {number}") for number in range(1200)))
        return [guest.id for guest in (await desk.guests()).values()]

    ids = run(scenario())
    assert len(set(ids)) == 1200
    assert {(one.version, one.variant) for one in ids} == {(4, RFC_4122)}


def test_guests_of_a_list_stay_in_its_order_and_have_tokens_and_moments_of_their_own(run, desk: Desk) -> None:
    names = [f"Guest {number * 7919 % 1200}" for number in range(1200)]
    asked = text("SELECT name, rsvp_token, created_at, updated_at FROM guests ORDER BY created_at")

    async def scenario() -> None:
        await desk.begin()
        async with desk.database.begin() as conn:
            before = await database_clock(conn)
            found, stored = await desk.compare(*map(GuestDraft, names))
            await imports.save_import(conn, desk.event_id, SOURCE, found, stored)
            rows = (await conn.execute(asked)).all()
            after = await database_clock(conn)
        listed = (await desk.guests()).values()
        assert [guest.name for guest in listed] == [row.name for row in rows] == names
        assert len({row.rsvp_token for row in rows}) == 1200
        assert all(re.fullmatch("[0-9a-f]{16}", row.rsvp_token) for row in rows)
        assert len({row.created_at for row in rows}) == 1200
        assert all(row.created_at == row.updated_at for row in rows)
        assert before <= rows[0].created_at.replace(tzinfo=UTC)
        assert rows[-1].created_at.replace(tzinfo=UTC) <= after

    run(scenario())


def test_what_the_web_application_gives_its_guests_is_left_to_it(run, desk: Desk) -> None:
    async def scenario() -> None:
        await execute(
            desk.database, "ALTER TABLE guests ALTER COLUMN rsvp_token SET DEFAULT md5(random()::text)"
        )
        await execute(desk.database, "ALTER TABLE guests ALTER COLUMN created_at SET DEFAULT '2026-01-02'")
        await desk.begin()
        await desk.bring(ANA, RUI)
        async with desk.database.read() as conn:
            rows = (await conn.execute(text("SELECT rsvp_token, created_at, updated_at FROM guests"))).all()
        assert {len(row.rsvp_token) for row in rows} == {32}
        assert {row.created_at for row in rows} == {datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None)}
        assert all(row.updated_at > row.created_at for row in rows)

    run(scenario())


def test_a_mapping_is_remembered_for_all_lists_of_its_shape(run, desk: Desk) -> None:
    async def scenario() -> None:
        async with desk.database.begin() as conn:
            assert await imports.recall_mapping(conn, "s1") is None
            await imports.remember_mapping(conn, "s1", {"0:name": "name"}, "Maria")
            await imports.remember_mapping(conn, "s1", {"0:name": "extra"}, "Rui")
            assert await imports.recall_mapping(conn, "s1") == {"0:name": "extra"}
            assert await imports.recall_mapping(conn, "s2") is None

    run(scenario())


def test_undoing_a_deletion_brings_back_what_lists_said_of_the_guest(run, desk: Desk) -> None:
    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ANA, RUI)
        ana = (await desk.guests())["Ana Sousa"]
        async with desk.database.begin() as conn:
            deleted = await guests.delete_guests(conn, [ana.id])
        assert (await desk.listed())[0].left == 1
        async with desk.database.begin() as conn:
            await guests.restore_guests(conn, deleted)
        assert (await desk.listed())[0].left == 2
        # The list is known again even after an edit, and the import can be taken back whole.
        again, _ = await desk.compare(ANA, RUI)
        assert not again.changes_something
        undo = await desk.undo(saved.id)
        assert (len(undo.removed), undo.kept) == (2, ())

    run(scenario())
