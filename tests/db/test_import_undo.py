"""An import taken back and brought back leaves every row of every table as it was, or says of whom it cannot."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.db.rows import column, execute, new_invitations, new_send
from tests.db.test_deletions import everything
from tests.db.test_imports import ANA, RUI, SOURCE, ZOE, Desk
from waapp.core.guests import Consent, GuestDraft
from waapp.core.import_diff import diff
from waapp.core.imports import Why
from waapp.core.rows import Row
from waapp.db import (
    deletions,
    guests,
    import_undo,
    imports,
    personal_data,
    queueing,
)
from waapp.db.engine import Database
from waapp.errors import UserError


class Redoing(Desk):
    """A planner who brings back what was taken back."""

    async def redo(self, import_id: UUID, *, rest: bool = False):
        async with self.database.begin() as conn:
            return await import_undo.redo_import(conn, import_id, rest=rest)

    async def delete(self, *names: str) -> tuple[UUID, ...]:
        ids = [(await self.guests())[name].id for name in names]
        async with self.database.begin() as conn:
            return await guests.delete_guests(conn, ids)


@pytest.fixture
def desk(database: Database) -> Redoing:
    return Redoing(database)


def test_what_was_taken_back_is_brought_back_as_it_was(run, desk: Redoing) -> None:
    async def scenario() -> None:
        await desk.begin(replace(ANA, group="", extra={"menu": "fish"}))
        saved = await desk.bring(ANA, RUI, None, ZOE)
        before = await everything(desk.database)
        undo = await desk.undo(saved.id)
        assert (len(undo.removed), len(undo.restored)) == (2, 1)
        (listed,) = await desk.listed()
        assert (listed.left, listed.gone) == (0, 3)
        redo = await desk.redo(saved.id)
        assert (len(redo.added), len(redo.changed), redo.kept) == (2, 1, ())
        assert await everything(desk.database) == before
        (listed,) = await desk.listed()
        assert (listed.left, listed.gone, listed.undone_at) == (3, 0, None)
        # Again and again, and the list is known as before.
        await desk.undo(saved.id)
        await desk.redo(saved.id)
        assert await everything(desk.database) == before
        again, _ = await desk.compare(ANA, RUI, None, ZOE)
        assert not again.changes_something

    run(scenario())


def test_after_taking_back_the_list_comes_in_anew(run, desk: Redoing) -> None:
    async def scenario() -> None:
        await desk.begin(replace(ANA, group=""))
        first = await desk.bring(ANA, RUI)
        await desk.undo(first.id)
        second = await desk.bring(ANA, RUI)
        assert (second.account.added, second.account.changed) == (1, 1)
        redo = await desk.redo(first.id)
        assert {(one.name, one.why) for one in redo.kept} == {
            ("Ana Sousa", Why.EDITED),
            ("Rui\tCosta", Why.AGAIN),
        }
        assert len(await desk.guests()) == 2
        assert not (await desk.redo(first.id, rest=True)).added
        assert len(await desk.guests()) == 2

    run(scenario())


@pytest.mark.parametrize(
    "arrival",
    [GuestDraft("Somebody", RUI.phone), GuestDraft("rui costa", RUI.phone), RUI],
    ids=["number", "case", "same"],
)
def test_nobody_comes_back_beside_who_was_added_by_hand_since(
    run, desk: Redoing, arrival: GuestDraft
) -> None:
    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(RUI, ZOE)
        await desk.undo(saved.id)
        async with desk.database.begin() as conn:
            await guests.add_guests(conn, desk.event_id, [arrival])
        redo = await desk.redo(saved.id)
        assert [(one.name, one.why) for one in redo.kept] == [("Rui\tCosta", Why.AGAIN)]
        assert len(await desk.guests()) == 1
        redo = await desk.redo(saved.id, rest=True)
        assert len(redo.added) == 1
        assert set(await desk.guests()) == {arrival.name, "زوي"}
        (listed,) = await desk.listed()
        assert (listed.left, listed.gone, listed.undone_at is None) == (1, 1, False)
        # Once the other has gone, the rest of it comes back too.
        await desk.delete(arrival.name)
        assert len((await desk.redo(saved.id)).added) == 1
        (listed,) = await desk.listed()
        assert (listed.left, listed.gone, listed.undone_at) == (2, 0, None)

    run(scenario())


def test_two_of_the_same_who_were_both_there_come_back_both(run, desk: Redoing) -> None:
    async def scenario() -> None:
        await desk.begin(RUI)
        rows = [Row(2, RUI, ())]
        async with desk.database.begin() as conn:
            saved = await imports.save_import(conn, desk.event_id, SOURCE, diff(rows, [], []), {
                guest.id: guest for guest in await guests.list_guests(conn, desk.event_id)
            })  # fmt: skip
        before = await everything(desk.database)
        await desk.undo(saved.id)
        assert not (await desk.redo(saved.id)).kept
        assert await everything(desk.database) == before

    run(scenario())


def test_who_was_changed_or_deleted_since_stays_and_is_named(run, desk: Redoing) -> None:
    async def scenario() -> None:
        await desk.begin(replace(ANA, group=""), replace(RUI, notes="old"), replace(ZOE, household=""))
        saved = await desk.bring(ANA, replace(RUI, notes="new"), ZOE, GuestDraft("Eva", "+351919999999"))
        await desk.undo(saved.id)
        await desk.edit("Ana Sousa", group="Mine")
        await desk.edit("زوي", notes="something else")
        await desk.delete("Rui\tCosta")
        redo = await desk.redo(saved.id)
        assert {(one.name, one.why) for one in redo.kept} == {
            ("Ana Sousa", Why.EDITED),
            ("Rui\tCosta", Why.DELETED),
        }
        assert "Eva" not in await desk.guests()
        redo = await desk.redo(saved.id, rest=True)
        assert (len(redo.added), len(redo.changed)) == (1, 1)
        found = await desk.guests()
        assert set(found) == {"Ana Sousa", "زوي", "Eva"}
        assert found["Ana Sousa"].group == "Mine"
        assert (found["زوي"].household, found["زوي"].notes) == ("Silva", "something else")

    run(scenario())


def test_who_was_deleted_before_does_not_come_back_with_the_import(run, desk: Redoing) -> None:
    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ANA, RUI)
        (ana,) = await desk.delete("Ana Sousa")
        await desk.undo(saved.id)
        await desk.redo(saved.id)
        assert set(await desk.guests()) == {"Rui\tCosta"}
        async with desk.database.begin() as conn:
            assert await guests.restore_guests(conn, [ana])
        assert (await desk.listed())[0].left == 2

    run(scenario())


def test_one_who_was_put_back_alone_is_of_the_import_again_when_it_comes_back(run, desk: Redoing) -> None:
    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ANA, RUI)
        before = await everything(desk.database)
        ana = (await desk.guests())["Ana Sousa"].id
        await desk.undo(saved.id)
        async with desk.database.begin() as conn:
            gone = await deletions.list_deleted_guests(conn)
            assert {one.name for one in gone} == {"Ana Sousa", "Rui\tCosta"}
            await guests.restore_guests(conn, [ana])
        # Taking back again does not touch a guest whom somebody wanted back.
        assert not (await desk.undo(saved.id)).removed
        assert set(await desk.guests()) == {"Ana Sousa"}
        redo = await desk.redo(saved.id)
        assert (len(redo.added), redo.kept) == (1, ())
        assert await everything(desk.database) == before

    run(scenario())


def test_two_imports_come_back_in_their_order(run, desk: Redoing) -> None:
    async def scenario() -> None:
        await desk.begin(replace(ANA, group="a"))
        first = await desk.bring(replace(ANA, group="b"), RUI)
        second = await desk.bring(replace(ANA, group="c"), replace(RUI, notes="more"), ZOE)
        before = await everything(desk.database)
        await desk.undo(second.id)
        await desk.undo(first.id)
        redo = await desk.redo(second.id)
        assert {one.why for one in redo.kept} == {Why.EDITED, Why.DELETED}
        await desk.redo(first.id)
        await desk.redo(second.id)
        assert await everything(desk.database) == before

    run(scenario())


def test_what_a_newer_list_said_of_them_counts_again_in_whatever_order_they_come_back(
    run, desk: Redoing
) -> None:
    async def scenario() -> None:
        await desk.begin()
        first = await desk.bring(ANA, RUI)
        second = await desk.bring(ANA, ZOE)
        before = await everything(desk.database)
        await desk.undo(second.id)
        await desk.undo(first.id)
        await desk.redo(second.id)
        await desk.redo(first.id)
        assert await everything(desk.database) == before

    run(scenario())


def test_messages_that_reached_nobody_come_back_too(run, desk: Redoing) -> None:
    """Test messages and cancelled ones keep nobody; they are of the guest and come back with them."""

    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ANA, RUI)
        ids = [guest.id for guest in (await desk.guests()).values()]
        async with desk.database.begin() as conn:
            await queueing.queue_send(conn, new_send(desk.event_id), new_invitations(ids[:1]))
        await execute(desk.database, "UPDATE whatsapp_invitations SET engine_state = 'cancelled'")
        await execute(desk.database, "UPDATE whatsapp_sends SET state = 'finished'")
        await execute(
            desk.database, "UPDATE guests SET invitation_status = 'not_sent', invitation_sent_at = NULL"
        )
        before = await everything(desk.database)
        assert not (await desk.undo(saved.id)).kept
        assert await column(desk.database, "SELECT id FROM whatsapp_invitations") == []
        await desk.redo(saved.id)
        assert await everything(desk.database) == before

    run(scenario())


def test_nothing_of_a_forgotten_guest_comes_back(run, desk: Redoing) -> None:
    async def scenario() -> None:
        await desk.begin()
        saved = await desk.bring(ANA, RUI)
        ana = (await desk.guests())["Ana Sousa"].id
        await desk.undo(saved.id)
        async with desk.database.begin() as conn:
            document = await personal_data.gather(conn, ana)
            assert document["imports"][0]["given"]["name"] == "Ana Sousa"
            await personal_data.erase(conn, ana)
        redo = await desk.redo(saved.id)
        assert (len(redo.added), redo.kept) == (1, ())
        assert set(await desk.guests()) == {"Rui\tCosta"}

    run(scenario())


def test_after_thirty_days_nothing_is_offered(run, desk: Redoing) -> None:
    async def scenario() -> None:
        await desk.begin(replace(ANA, group=""))
        saved = await desk.bring(ANA, RUI)
        await desk.undo(saved.id)
        for table, column_ in (("waapp_deleted_rows", "deleted_at"), ("waapp_imports", "undone_at")):
            await execute(desk.database, f"UPDATE {table} SET {column_} = {column_} - interval '31 days'")
        # What it had changed is known, but without whom it had added that would not be the import.
        assert (await desk.listed())[0].gone == 0
        assert await desk.redo(saved.id) == await desk.redo(saved.id, rest=True)
        assert {guest.group for guest in (await desk.guests()).values()} == {""}

    run(scenario())


def test_an_event_that_was_deleted_and_put_back_has_its_import_to_bring_back(run, desk: Redoing) -> None:
    async def scenario() -> None:
        from waapp.db import events

        await desk.begin(replace(ANA, group=""))
        saved = await desk.bring(ANA, RUI)
        before = await everything(desk.database)
        await desk.undo(saved.id)
        async with desk.database.begin() as conn:
            await events.delete_event(conn, desk.event_id)
            await events.restore_event(conn, desk.event_id)
        assert not (await desk.redo(saved.id)).kept
        assert await everything(desk.database) == before

    run(scenario())


def test_an_unknown_import_is_a_known_error(run, desk: Redoing) -> None:
    async def scenario() -> None:
        await desk.begin()
        with pytest.raises(UserError, match="import_unknown"):
            await desk.redo(uuid4())

    run(scenario())


def test_two_desks_bring_an_import_back_once(run, desk: Redoing) -> None:
    async def scenario() -> None:
        import asyncio

        await desk.begin()
        saved = await desk.bring(ANA, RUI)
        await desk.undo(saved.id)
        both = await asyncio.gather(desk.redo(saved.id), desk.redo(saved.id))
        assert sorted(len(redo.added) for redo in both) == [0, 2]
        assert len(await desk.guests()) == 2

    run(scenario())


# Any lists, in any order, over any guests


PEOPLE = [
    GuestDraft(f"Guest {n}", f"+35191{n:07d}" if n % 3 else "", f"g{n}@example.org" if n % 2 else "")
    for n in range(6)
]
DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "group": st.sampled_from(["", "A", "B\u2028"]),
        "notes": st.sampled_from(["", "x\ny\\", "“z”"]),
        "tags": st.sampled_from([(), ("vip",), ("a,b", "ü")]),
        "household": st.sampled_from(["", "Sousa"]),
        "plus_ones": st.integers(0, 3),
        "language": st.sampled_from(["", "pt_PT"]),
        "time_zone": st.sampled_from(["", "Asia/Amman"]),
        "consent": st.sampled_from(list(Consent)),
        "consent_source": st.sampled_from(["", "form"]),
        "extra": st.dictionaries(st.sampled_from(["table", "naïve key"]), st.sampled_from(["7", "مرحبا"]), max_size=2),
    },
)  # fmt: skip
LISTED = st.lists(st.tuples(st.integers(0, 5), DETAILS), min_size=1, max_size=6)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=st.sets(st.integers(0, 5)),
    lists=st.lists(LISTED, min_size=1, max_size=3),
    turns=st.integers(1, 2),
    together=st.booleans(),
)
@example(there={0, 1}, lists=[[(0, {"group": "A"}), (2, {})], [(0, {"group": "B\u2028"}), (2, {"plus_ones": 2})]],
         turns=2, together=True)  # fmt: skip
def test_whatever_was_brought_in_taken_back_and_brought_back_is_what_it_was(
    run, database, there, lists, turns, together
) -> None:
    async def scenario() -> None:
        desk = Redoing(database)
        await desk.begin(*(PEOPLE[n] for n in sorted(there)))
        empty = await everything(database)
        saved, states = [], [empty]
        for listed in lists:
            # A list that changes nothing is none that could be taken back.
            found, stored = await desk.compare(*(replace(PEOPLE[n], **details) for n, details in listed))
            if found.changes_something:
                saved.append((await desk.save(found, stored)).id)
                states.append(await everything(database))
        for _ in range(turns):
            for place in reversed(range(len(saved))):
                assert not (await desk.undo(saved[place])).kept
                assert facts(await everything(database)) == facts(states[place])
                if not together:
                    assert not (await desk.redo(saved[place])).kept
                    assert facts(await everything(database)) == facts(states[place + 1])
                    assert not (await desk.undo(saved[place])).kept
            for place in range(len(saved)):
                assert not (await desk.redo(saved[place])).kept
            assert await everything(database) == states[-1]

    run(scenario())


def facts(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return all but the imports themselves, which tell when they were taken back, and their rows that hold."""
    still = [row for row in rows["waapp_import_rows"] if '"undone": true' not in row]
    return {
        table: still if table == "waapp_import_rows" else content
        for table, content in rows.items()
        if table != "waapp_imports"
    }
