"""What is deleted and put back is what there was: every row of every table, the log of messages included."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.db.rows import (
    DESK,
    accept_all,
    accepted,
    claim,
    column,
    execute,
    make_event,
    new_invitations,
    new_send,
)
from waapp import paths
from waapp.core.duplicates import find_duplicates
from waapp.core.guest_query import GuestQuery
from waapp.core.guests import Consent, GuestDraft
from waapp.core.import_diff import Outcome, diff
from waapp.core.rows import Row
from waapp.core.status import EngineState
from waapp.db import (
    claims,
    events,
    guest_changes,
    guest_filters,
    guest_merging,
    guests,
    import_undo,
    imports,
    invitations,
    labels,
    queueing,
)
from waapp.db.engine import Connection, Database
from waapp.errors import UserError

# The time of the last change is what other desks see a change by.
_TOUCHED = {"guests": ("updated_at",)}
_ASIDE = ("waapp_deleted_rows", "whatsapp_proofs", "waapp_alembic_version")


async def everything(database: Database) -> dict[str, list[str]]:
    """Return every row of every table that says something of events and guests."""
    tables = await column(
        database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    )
    found = {}
    for table in tables:
        if table not in _ASIDE:
            without = "".join(f" - '{name}'" for name in _TOUCHED.get(table, ()))
            found[table] = await column(
                database, f"SELECT CAST(to_jsonb(t){without} AS text) AS row FROM {table} t ORDER BY row"
            )
    return found


async def busy_event(database: Database, name: str = "Gala") -> tuple[UUID, list[UUID]]:
    """Make an event with all that this program writes about one: lists, labels, filters, messages and their log."""
    async with database.begin() as conn:
        event = await make_event(conn, name)
        rows = [Row(n + 2, GuestDraft(f"Listed {n}", f"+35192{n:07d}"), ()) for n in range(3)]
        source = imports.Source(f"{name}.csv", "d1", "Maria")
        await imports.save_import(conn, event.id, source, diff(rows, [], []), {})
        drafts = [
            GuestDraft(
                f"{name} {n}", f"+35191{n:07d}", f"g{n}@example.org", "Family", "pt_PT", "vegan\n“no” nuts\\",
                {"table": "7", "naïve key": "مرحبا"}, ("vip", "a,b"), "Sousa", n, "Asia/Amman", Consent.YES, "form",
            )
            for n in range(4)
        ]  # fmt: skip
        ids = await guests.add_guests(conn, event.id, drafts)
        await labels.set_color(conn, event.id, "tag", "vip", "green")
        await guest_filters.save_filter(conn, event.id, "Family", GuestQuery(groups=("Family",)), desk=DESK)
        await guest_merging.tell_apart(conn, ids[:2], desk=DESK)
        await queueing.queue_send(conn, new_send(event.id), new_invitations(ids))
        await queueing.queue_send(conn, new_send(event.id, practice=True), new_invitations(ids[:2]))
    await accept_all(database, f"SM{name}")
    await execute(
        database,
        "INSERT INTO whatsapp_attempts (sid, invitation_id, status, price) "
        "SELECT 'SM' || md5(id::text), id, 'failed', 0.05 FROM whatsapp_invitations i "
        "WHERE NOT EXISTS (SELECT FROM whatsapp_attempts a WHERE a.invitation_id = i.id)",
    )
    await execute(database, "UPDATE whatsapp_sends SET state = 'finished'")
    return event.id, [guest.id for guest in await _all(database, event.id)]


async def _all(database: Database, event_id: UUID):
    async with database.read() as conn:
        return await guests.list_guests(conn, event_id)


def test_deleted_guests_come_back_with_the_log_of_their_messages(run, database: Database) -> None:
    async def scenario() -> None:
        _event, ids = await busy_event(database)
        before = await everything(database)
        assert len(before["whatsapp_invitation_log"]) == 18, "the test writes what it looks for"
        async with database.begin() as conn:
            assert set(await guests.delete_guests(conn, ids[2:])) == set(ids[2:])
        gone = await everything(database)
        assert len(gone["whatsapp_invitation_log"]) < len(before["whatsapp_invitation_log"])
        async with database.begin() as conn:
            assert set(await guests.restore_guests(conn, ids)) == set(ids[2:])
        assert await everything(database) == before
        assert await column(database, "SELECT count(*) FROM waapp_deleted_rows") == [0]
        async with database.begin() as conn:
            assert await guests.restore_guests(conn, ids) == (), "a second time there is nothing to do"
            (one, *_rest) = await invitations.list_invitations(conn, _event, False)
            steps = [entry.engine_state for entry in await invitations.get_log(conn, one.id)]
        assert steps == [EngineState.QUEUED, EngineState.SENDING, EngineState.ACCEPTED]

    run(scenario())


def test_a_deleted_event_comes_back_whole(run, database: Database) -> None:
    async def scenario() -> None:
        event_id, ids = await busy_event(database)
        await busy_event(database, "Other")
        before = await everything(database)
        async with database.begin() as conn:
            await events.delete_event(conn, event_id)
        assert event_id not in await column(database, "SELECT id FROM events")
        async with database.begin() as conn:
            with pytest.raises(UserError, match="guests_without_event"):
                await guests.restore_guests(conn, ids[:1])
            event = await events.restore_event(conn, event_id)
        assert event.name == "Gala"
        assert await everything(database) == before
        assert await column(database, "SELECT count(*) FROM waapp_deleted_rows") == [0]
        async with database.begin() as conn:
            with pytest.raises(UserError, match="event_not_restorable"):
                await events.restore_event(conn, uuid4())

    run(scenario())


def test_who_was_deleted_before_the_event_does_not_come_back_with_it(run, database: Database) -> None:
    async def scenario() -> None:
        event_id, ids = await busy_event(database)
        before = await everything(database)
        async with database.begin() as conn:
            await guests.delete_guests(conn, ids[:1])
        async with database.begin() as conn:
            await events.delete_event(conn, event_id)
            await events.restore_event(conn, event_id)
        assert {guest.id for guest in await _all(database, event_id)} == set(ids[1:])
        async with database.begin() as conn:
            await guests.restore_guests(conn, ids[:1])
        assert await everything(database) == before

    run(scenario())


def test_that_two_are_not_the_same_comes_back_with_the_second_of_them(run, database: Database) -> None:
    async def scenario() -> None:
        event_id, _ids = await busy_event(database)
        async with database.read() as conn:
            apart = await guest_merging.told_apart(conn, event_id)
        (pair,) = apart
        one, other = pair
        for order in ([one, other], [other, one], [one, other, one]):
            for each in order:
                async with database.begin() as conn:
                    await guests.restore_guests(conn, [each])
                    await guests.delete_guests(conn, [each])
            for each in order:
                async with database.begin() as conn:
                    await guests.restore_guests(conn, [each])
            async with database.read() as conn:
                assert await guest_merging.told_apart(conn, event_id) == apart
        assert await column(database, "SELECT count(*) FROM waapp_deleted_rows") == [0]

    run(scenario())


def test_the_template_of_a_send_may_be_gone_when_its_event_comes_back(run, database: Database) -> None:
    async def scenario() -> None:
        event_id, _ids = await busy_event(database)
        await execute(database, "UPDATE whatsapp_sends SET template_id = (SELECT id FROM whatsapp_templates)")
        async with database.begin() as conn:
            await events.delete_event(conn, event_id)
        await execute(database, "DELETE FROM whatsapp_templates")
        async with database.begin() as conn:
            await events.restore_event(conn, event_id)
        assert set(await column(database, "SELECT template_id FROM whatsapp_sends")) == {None}

    run(scenario())


def test_a_column_that_came_since_has_its_default(run, database: Database) -> None:
    async def scenario() -> None:
        event_id, ids = await busy_event(database)
        async with database.begin() as conn:
            await guests.delete_guests(conn, ids[:1])
        await execute(
            database,
            "ALTER TABLE guests ADD COLUMN seat int NOT NULL DEFAULT 7, "
            "ADD COLUMN loud text GENERATED ALWAYS AS (upper(name)) STORED, DROP COLUMN notes",
        )
        async with database.begin() as conn:
            await guests.delete_guests(conn, ids[1:2])
            await guests.restore_guests(conn, ids[:2])
        assert await column(database, "SELECT DISTINCT seat FROM guests") == [7]
        assert len(await column(database, "SELECT loud FROM guests WHERE loud = upper(name)")) == len(ids)
        assert event_id in await column(database, "SELECT DISTINCT event_id FROM guests")

    run(scenario())


def test_all_that_goes_with_guests_and_events_is_set_aside(database_url: str) -> None:
    """A table of ours that is added one day and goes with a guest or an event must not be forgotten here."""
    query = """
        WITH RECURSIVE goes AS (
          SELECT 'events'::regclass AS tab UNION SELECT 'guests'::regclass
          UNION SELECT c.conrelid::regclass FROM pg_constraint c JOIN goes g ON c.confrelid = g.tab
          WHERE c.contype = 'f' AND c.confdeltype = 'c')
        SELECT tab::text FROM goes"""
    with psycopg.connect(database_url) as connection:
        # These go by a trigger.
        tables = {"waapp_import_rows"} | {name for (name,) in connection.execute(query)}
        (kept,) = connection.execute(
            "SELECT string_agg(prosrc, '') FROM pg_proc WHERE proname IN ('waapp_set_aside', 'waapp_delete_event')"
        ).fetchone()
    assert len(tables) >= 11
    assert [name for name in tables if f"'{name}'" not in kept] == []


def test_what_is_older_than_thirty_days_is_forgotten(run, database: Database) -> None:
    async def scenario() -> None:
        _event, ids = await busy_event(database)
        async with database.begin() as conn:
            await guests.delete_guests(conn, ids[:1])
        await execute(database, "UPDATE waapp_deleted_rows SET deleted_at = deleted_at - interval '31 days'")
        async with database.begin() as conn:
            await guests.delete_guests(conn, ids[1:2])
            assert set(await guests.restore_guests(conn, ids[:2])) == {ids[1]}

    run(scenario())


def test_what_waited_comes_back_cancelled_and_the_log_says_so(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            ids = await guests.add_guests(conn, event.id, [GuestDraft("Ana", "+351910000001")])
            await queueing.queue_send(conn, new_send(event.id), new_invitations(ids))
        async with database.begin() as conn:
            await guests.delete_guests(conn, ids)
            await guests.restore_guests(conn, ids)
        assert await claim(database) == []
        log = await column(database, "SELECT engine_state FROM whatsapp_invitation_log ORDER BY id")
        assert log == ["queued", "cancelled"]

    run(scenario())


def test_a_message_that_is_somebody_elses_by_now_is_said(run, database: Database) -> None:
    async def scenario() -> None:
        event_id, ids = await busy_event(database)
        async with database.begin() as conn:
            sid = (await invitations.list_invitations(conn, event_id, False))[0]
            await guests.delete_guests(conn, [sid.guest_id])
            (stranger,) = await guests.add_guests(conn, event_id, [GuestDraft("Stranger", "+351910000009")])
            await queueing.queue_send(conn, new_send(event_id), new_invitations([stranger], 9))
        (taken,) = await claim(database)
        async with database.begin() as conn:
            await claims.record(conn, [(taken.token, accepted(sid.sid))])
        async with database.begin() as conn:
            with pytest.raises(UserError, match="guests_not_restorable"):
                await guests.restore_guests(conn, [sid.guest_id])
        assert sid.guest_id not in {guest.id for guest in await _all(database, event_id)}
        assert len(ids) == 7

    run(scenario())


# The planners' role


@pytest.fixture
def planner_url(database_url: str) -> Iterator[str]:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute((paths.data_dir("sql") / "roles.sql").read_text(encoding="utf-8"))
        owner.execute("DROP ROLE IF EXISTS ines; CREATE ROLE ines LOGIN IN ROLE waapp_planner")
        yield database_url.replace("postgresql://waapp@", "postgresql://ines@")
        owner.execute("DROP OWNED BY ines; DROP ROLE ines")


def test_a_planner_deletes_and_brings_back_and_the_log_is_as_it_was(run, database, planner_url) -> None:
    async def scenario() -> None:
        event_id, ids = await busy_event(database)
        before = await everything(database)
        planner = Database(planner_url)
        async with planner.begin() as conn:
            await guests.delete_guests(conn, ids[:3])
        async with planner.begin() as conn:
            await guests.restore_guests(conn, ids[:3])
        async with planner.begin() as conn:
            await events.delete_event(conn, event_id)
        async with planner.begin() as conn:
            await events.restore_event(conn, event_id)
        await planner.dispose()
        assert await everything(database) == before

    run(scenario())


FORBIDDEN = {
    "write what is set aside": "INSERT INTO waapp_deleted_rows (table_name, event_id, with_event, content) "
    "VALUES ('whatsapp_invitation_log', gen_random_uuid(), false, '{}')",
    "change what is set aside": "UPDATE waapp_deleted_rows SET content = '{}'",
    "remove what is set aside": "DELETE FROM waapp_deleted_rows",
    "set aside by hand": "SELECT waapp_set_aside(ARRAY[gen_random_uuid()], false)",
    "write anywhere": "SELECT waapp_put_back('whatsapp_invitation_log', ARRAY[1::bigint])",
    "bring back by hand": "SELECT waapp_bring_back(ARRAY[gen_random_uuid()])",
    "remove by hand": "SELECT waapp_remove_guests(ARRAY[gen_random_uuid()], NULL)",
    "tell apart by hand": "SELECT waapp_tell_apart_again(ARRAY[gen_random_uuid()])",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_planner_may_not(planner_url, statement):
    with psycopg.connect(planner_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_a_planner_cannot_have_another_log_by_deleting_and_restoring(run, database, planner_url) -> None:
    """Whoever makes the guest and the message anew, other than they were, does not get the old log for them."""

    async def scenario() -> None:
        event_id, ids = await busy_event(database)
        async with database.read() as conn:
            one = (await invitations.list_invitations(conn, event_id, False))[0]
        with psycopg.connect(planner_url, autocommit=True) as forger:
            forger.execute("SELECT waapp_delete_guests(%s)", [[one.guest_id]])
            forger.execute(
                "INSERT INTO guests (id, event_id, name) VALUES (%s, %s, 'Forged')", [one.guest_id, event_id]
            )
            forger.execute(
                "INSERT INTO whatsapp_invitations (id, guest_id, event_id, template_name, message_content) "
                "VALUES (%s, %s, %s, 'x', 'never said')",
                [one.id, one.guest_id, event_id],
            )
            forger.execute("SELECT waapp_restore_guests(%s)", [[one.guest_id]])
        log = await column(
            database, "SELECT engine_state FROM whatsapp_invitation_log WHERE invitation_id = :id", id=one.id
        )
        assert log == ["accepted"], "only what the forger did"
        proof = "SELECT message_content FROM whatsapp_proofs WHERE invitation_id = :id"
        assert await column(database, proof, id=one.id) != ["never said"]
        assert len(ids) == 7

    run(scenario())


# Any order of deleting, undoing, editing and doing again


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["guests", "event", "change", "consent", "retype"]),
        st.sets(st.integers(0, 6), min_size=1),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
@example(acts=[("consent", {0, 6}), ("retype", {0, 5}), ("change", {0})])
@example(acts=[("guests", {0}), ("guests", {0})])  # by two desks: the second deletes nobody
def test_whatever_is_done_and_undone_leaves_the_rows_there_were(run, database, acts) -> None:
    async def scenario() -> None:
        event_id, ids = await busy_event(database, f"Gala{uuid4().hex[:8]}")
        before = await everything(database)
        done = []
        for kind, chosen in acts:
            async with database.begin() as conn:
                if kind == "event":
                    # Nothing can be done to an event that is gone: it is back before the next.
                    await events.delete_event(conn, event_id)
                    await events.restore_event(conn, event_id)
                else:
                    done.append(await do(conn, kind, [ids[n] for n in sorted(chosen)]))
        undone = await take_back(database, done)
        assert await everything(database) == before
        done = await take_back(database, undone)
        await take_back(database, done)
        assert await everything(database) == before
        await assert_import_is_known(database, event_id)

    run(scenario())


async def assert_import_is_known(database: Database, event_id: UUID) -> None:
    """The list that brought guests in adds none again, and can be taken back whole."""
    rows = [Row(n + 2, GuestDraft(f"Listed {n}", f"+35192{n:07d}"), ()) for n in range(3)]
    async with database.begin() as conn:
        stored = await guests.list_guests(conn, event_id)
        found = diff(rows, stored, find_duplicates(rows, stored), await imports.list_given(conn, event_id))
        (listed,) = await imports.list_imports(conn, event_id)
        undo = await import_undo.undo_import(conn, listed.id, "Maria")
    assert {line.outcome for line in found.lines} == {Outcome.SAME}
    assert (len(undo.removed), undo.kept, listed.left) == (3, (), 3)


CHANGES = {
    "change": guest_changes.BulkChange(
        add_tags=("late",), remove_tags=("vip",), household="Moved", group="", language="fr",
        time_zone="Europe/Paris", plus_ones=3,
    ),
    "consent": guest_changes.BulkChange(consent=Consent.NO, consent_source="on the phone"),
}  # fmt: skip


async def do(conn: Connection, kind: str, some: list[UUID]) -> tuple[str, Any]:
    """Do something to guests; return what takes it back."""
    if kind == "guests":
        return "restore", await guests.delete_guests(conn, some)
    if kind in CHANGES:
        return "edit", (await guest_changes.change_guests(conn, some, CHANGES[kind])).before
    before = []
    for guest in await guests.get_guests(conn, some):
        typed = GuestDraft("Retyped", "+351930000000", "", notes=f"{guest.notes}\nmore", extra={"table": "8"})
        changed = await guests.update_guest(conn, guest.id, typed, guest.updated_at)
        before.append(guest_changes.Before(guest.id, guest.name, guest.draft, changed.draft))
    return "edit", tuple(before)


async def take_back(database: Database, done: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Take everything back, the last thing first; return what takes that back in turn."""
    undone: list[tuple[str, Any]] = []
    for kind, how in reversed(done):
        async with database.begin() as conn:
            match kind:
                case "restore":
                    undone.append(("delete", await guests.restore_guests(conn, how)))
                case "delete":
                    undone.append(("restore", await guests.delete_guests(conn, how)))
                case _:
                    taken = await guest_changes.take_back(conn, how)
                    assert taken.refused == ()
                    undone.append(("edit", taken.before))
    return undone
