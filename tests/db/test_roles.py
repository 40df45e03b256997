"""The planners' role: enough for the whole main job, and nothing beyond it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from waapp import paths
from waapp.core.events import EventDraft
from waapp.core.guests import GuestDraft
from waapp.core.import_diff import diff
from waapp.core.invitations import Fact, NewInvitation
from waapp.core.pacing import Next
from waapp.core.rows import Row
from waapp.core.status import EngineState
from waapp.core.template import TemplateDraft
from waapp.db import (
    claims,
    events,
    guests,
    import_undo,
    imports,
    invitations,
    migrate,
    opt_outs,
    personal_data,
    queueing,
    sends,
    settling,
    statuses,
    templates,
)
from waapp.db.engine import Database
from waapp.errors import DatabaseError

_ROLES = (paths.data_dir("sql") / "roles.sql").read_text(encoding="utf-8")
_SENDER = "+351910000000"


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    """The owner, on a database with the role and a member of it, twice over as after an update."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for _ in range(2):
            connection.execute(_ROLES)
        connection.execute("DROP ROLE IF EXISTS maria; CREATE ROLE maria LOGIN IN ROLE waapp_planner")
        connection.execute("DROP ROLE IF EXISTS web_application; CREATE ROLE web_application LOGIN")
        connection.execute("GRANT SELECT, DELETE ON events, guests TO web_application")
        yield connection
        connection.execute("DROP OWNED BY maria, web_application; DROP ROLE maria, web_application")


@pytest.fixture
def planner_url(owner: psycopg.Connection, database_url: str) -> str:
    return database_url.replace("postgresql://waapp@", "postgresql://maria@")


@pytest.fixture
def planner(planner_url: str, run) -> Iterator[Database]:
    database = Database(planner_url)
    yield database
    run(database.dispose())


def new_send(event, template) -> queueing.NewSend:
    return queueing.NewSend(
        uuid4(), event.id, template.id, template.name, 1, _SENDER, False, "Maria on PC", 80
    )


async def main_job(database: Database) -> None:
    """From an empty event to settled invitations, with the statements that the program uses."""
    async with database.read() as conn:
        await migrate.check_version(conn)
    async with database.begin() as conn:
        event = await events.create_event(conn, EventDraft("Wedding", datetime(2026, 6, 20, 15, tzinfo=UTC)))
        ids = await guests.add_guests(
            conn, event.id, [GuestDraft(f"Guest {n}", f"+35191000000{n}") for n in range(6)]
        )
        draft = TemplateDraft("party", "Party", "Hi {{guest_name}}")
        template = await templates.save_template(conn, None, draft, desk="Maria on PC")
        await guests.delete_guests(conn, ids[5:])
        await opt_outs.add_opt_out(conn, "+351910000009", source="planner", created_by="Maria on PC")
        rows = [
            NewInvitation(guest, f"+35191000000{n}", {"guest_name": "x"}, "Hi x")
            for n, guest in enumerate(ids[:5])
        ]
        send = new_send(event, template)
        await queueing.queue_send(conn, send, rows)
    async with database.begin() as conn:
        found = diff([Row(2, GuestDraft("From a list"), ())], [], [])
        saved = await imports.save_import(conn, event.id, imports.Source("a.csv", "", "Maria"), found, {})
        await imports.remember_mapping(conn, "shape", {}, "Maria")
        await imports.remember_mapping(conn, "shape", {}, "Maria")
        assert len((await import_undo.undo_import(conn, saved.id, "Maria")).removed) == 1
        assert len((await import_undo.redo_import(conn, saved.id)).added) == 1
        assert len((await import_undo.undo_import(conn, saved.id, "Maria")).removed) == 1
    async with database.begin() as conn:
        claimed = await claims.claim(conn, _SENDER, 4, "Maria on PC")
    assert len(claimed) == 4
    results = [
        (claimed[0].token, Next(EngineState.ACCEPTED, 0, sid="SM1", twilio_status="queued")),
        (claimed[1].token, Next(EngineState.FAILED, 0, error_code="63024", error_message="no WhatsApp")),
        (claimed[2].token, Next(EngineState.UNKNOWN, 0)),
    ]
    async with database.begin() as conn:
        assert len(await claims.record(conn, results)) == 3
        await claims.give_back(conn, [claimed[3].token])
    now = datetime.now(UTC)
    async with database.begin() as conn:
        await statuses.apply_facts(conn, [Fact("SM1", "delivered", now)])
        await settling.expire_claims(conn, _SENDER, 60.0)
        await settling.note_look(conn, claimed[2].id, 10.0)
        await settling.adopt(conn, claimed[2].id, "SM3", "sent")
    async with database.begin() as conn:
        await sends.pause(conn, send.id, "planner")
        await sends.resume(conn, send.id)
        assert (await sends.stop(conn, send.id)).never_left == 2
    async with database.read() as conn:
        assert [s.send.id for s in await sends.list_sends(conn, event.id, False)] == [send.id]
        assert len(await invitations.get_log(conn, claimed[0].id)) == 4
        (shown,) = [s for s in await events.list_events(conn, False) if s.event.id == event.id]
        assert shown.guests == 5


def test_a_planner_can_do_the_main_job(run, planner):
    run(main_job(planner))


@pytest.fixture
def invited(owner: psycopg.Connection) -> None:
    """One event, a guest with a message that was sent, one with a message that waits, one with a practice message."""
    owner.execute("""
        WITH e AS (INSERT INTO events (name) VALUES ('Party') RETURNING id),
          g AS (INSERT INTO guests (event_id, name) SELECT id, n FROM e, unnest(ARRAY['sent', 'waits', 'practice']) n
                RETURNING *)
        INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, message_content, engine_state, practice)
        SELECT id, event_id, 'x', 'Hi', CASE name WHEN 'waits' THEN 'queued' ELSE 'accepted' END, name = 'practice'
        FROM g""")
    owner.execute("INSERT INTO whatsapp_opt_outs (address, source) VALUES ('+351', 'reply')")
    owner.execute(
        """INSERT INTO whatsapp_sends (event_id, template_name, sender) SELECT id, 'x', '+351' FROM events"""
    )


FORBIDDEN = {
    "create a table": "CREATE TABLE mine (id int)",
    "create a function": "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "replace the sync": "ALTER FUNCTION sync_guest_invitation_status() RENAME TO mine",
    "add a column": "ALTER TABLE guests ADD COLUMN mine int",
    "drop a table": "DROP TABLE whatsapp_opt_outs",
    "truncate": "TRUNCATE guests CASCADE",
    "add a status": "ALTER TYPE invitation_status_enum ADD VALUE 'lost'",
    "switch triggers off": "ALTER TABLE whatsapp_invitations DISABLE TRIGGER ALL",
    "step round triggers": "SET session_replication_role = replica",
    "put a trigger on guests": "CREATE TRIGGER t AFTER INSERT ON guests EXECUTE FUNCTION waapp_notify('guests')",
    "delete what was sent": "DELETE FROM whatsapp_invitations",
    "delete a send": "DELETE FROM whatsapp_sends",
    "rewrite what was said": "UPDATE whatsapp_invitations SET message_content = 'never said'",
    "rewrite to whom": "UPDATE whatsapp_invitations SET recipient = '+1'",
    "rewrite of whom": "UPDATE whatsapp_invitations SET guest_id = guest_id",
    "make it practice": "UPDATE whatsapp_invitations SET practice = true",
    "send for another number": "UPDATE whatsapp_sends SET sender = '+1'",
    "claim another's plan": "UPDATE whatsapp_sends SET planned_by = 'nobody'",
    "write the log": "INSERT INTO whatsapp_invitation_log (engine_state) VALUES ('queued')",
    "change the log": "UPDATE whatsapp_invitation_log SET actor = 'nobody'",
    "delete the log": "DELETE FROM whatsapp_invitation_log",
    "write to who said stop": "DELETE FROM whatsapp_opt_outs",
    "lift without a trace": "DELETE FROM waapp_lifted_opt_outs",
    "rewrite who lifted": "UPDATE waapp_lifted_opt_outs SET lifted_by = 'nobody'",
    "pretend that it was lifted": "INSERT INTO waapp_lifted_opt_outs (source, created_at) VALUES ('x', now())",
    "hide whom it was for": "UPDATE whatsapp_invitations SET merged_from = '{}'",
    "rename who said stop": "UPDATE whatsapp_opt_outs SET address = '+1'",
    "pretend another version": "UPDATE waapp_alembic_version SET version_num = 'v9_0001'",
    "lose the version": "DELETE FROM waapp_alembic_version",
    "read passwords": "SELECT * FROM pg_authid",
    "become the owner": "SET ROLE waapp",
    "make a role": "CREATE ROLE mine",
    "read files": "COPY guests (name) FROM '/etc/hostname'",
    "run programs": "COPY guests (name) TO PROGRAM 'cat'",
    "write a proof": "INSERT INTO whatsapp_proofs (invitation_id) VALUES (gen_random_uuid())",
    "change a proof": "UPDATE whatsapp_proofs SET message_content = 'never said'",
    "remove a proof": "DELETE FROM whatsapp_proofs",
}  # fmt: skip


@pytest.mark.usefixtures("invited")
@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_planner_may_not(planner_url, statement):
    with psycopg.connect(planner_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


ALLOWED = {
    "remove a guest whose message waits": "DELETE FROM guests WHERE name = 'waits'",
    "remove a guest after practice": "DELETE FROM guests WHERE name = 'practice'",
    "remove a template": "DELETE FROM whatsapp_templates",
    "listen": "LISTEN waapp",
    "take a lock": "SELECT pg_advisory_lock(1)",
    "lock for claiming": "SELECT FROM whatsapp_invitations FOR UPDATE SKIP LOCKED",
}


@pytest.mark.usefixtures("invited")
@pytest.mark.parametrize("statement", ALLOWED.values(), ids=ALLOWED.keys())
def test_a_planner_may(planner_url, statement):
    with psycopg.connect(planner_url) as connection:
        connection.execute(statement)


@pytest.mark.usefixtures("invited")
def test_the_log_is_written_for_planners_all_the_same(planner_url, owner):
    with psycopg.connect(planner_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE whatsapp_invitations SET engine_state = 'sending' WHERE engine_state = 'queued'"
        )
    count = owner.execute(
        "SELECT count(*) FROM whatsapp_invitation_log WHERE engine_state = 'sending'"
    ).fetchone()
    assert count == (1,)


@pytest.mark.usefixtures("invited")
def test_a_planners_own_functions_are_not_called_with_the_owners_rights(planner_url, owner):
    """The log's function runs with the owner's rights: names that a planner plants must not catch it."""
    with psycopg.connect(planner_url) as connection:
        connection.execute("CREATE TEMPORARY TABLE whatsapp_invitation_log (LIKE whatsapp_invitation_log)")
        connection.execute(
            "UPDATE whatsapp_invitations SET engine_state = 'sending' WHERE engine_state = 'queued'"
        )
        assert connection.execute("SELECT count(*) FROM pg_temp.whatsapp_invitation_log").fetchone() == (0,)
    count = owner.execute(
        "SELECT count(*) FROM whatsapp_invitation_log WHERE engine_state = 'sending'"
    ).fetchone()
    assert count == (1,)


def test_the_web_application_writes_templates_and_their_versions_are_kept(database_url, owner):
    owner.execute("GRANT SELECT, INSERT, UPDATE ON whatsapp_templates TO web_application")
    with psycopg.connect(database_url.replace("//waapp@", "//web_application@")) as connection:
        connection.execute(
            "INSERT INTO whatsapp_templates (name, display_name, content, variables) VALUES ('w', 'W', 'a', '[]')"
        )
        connection.execute("UPDATE whatsapp_templates SET content = 'b' WHERE name = 'w'")
    kept = owner.execute(
        "SELECT version, content FROM whatsapp_template_versions WHERE name = 'w' ORDER BY 1"
    )
    assert kept.fetchall() == [(1, "a"), (2, "b")]


def test_a_planner_cannot_rewrite_what_a_template_said(planner_url):
    with psycopg.connect(planner_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE whatsapp_template_versions SET content = 'x'")


@pytest.mark.usefixtures("invited")
def test_the_web_application_keeps_its_cascade(database_url, owner):
    with psycopg.connect(database_url.replace("//waapp@", "//web_application@")) as connection:
        connection.execute("DELETE FROM guests WHERE name = 'sent'")
    assert owner.execute("SELECT count(*) FROM guests").fetchone() == (2,)


@pytest.mark.usefixtures("invited")
@pytest.mark.parametrize("statement", ["DELETE FROM guests", "DELETE FROM events"])
def test_what_was_sent_stays_provable_when_a_planner_deletes(planner_url, owner, statement):
    with psycopg.connect(planner_url) as connection:
        connection.execute(statement)
    proofs = owner.execute("SELECT guest_name, event_name, message_content FROM whatsapp_proofs").fetchall()
    assert proofs == [("sent", "Party", "Hi")]


@pytest.mark.usefixtures("invited")
def test_a_stranger_cannot_erase_anybody(database_url, owner):
    with (
        psycopg.connect(database_url.replace("//waapp@", "//web_application@")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT waapp_erase_guest(gen_random_uuid())")


def test_what_is_refused_is_a_known_trouble(run, planner):
    async def drop() -> None:
        async with planner.begin() as conn:
            await conn.exec_driver_sql("DROP TABLE guests")

    with pytest.raises(DatabaseError) as caught:
        run(drop())
    assert caught.value.code == "database_no_right"


def test_a_planner_cannot_migrate(run, empty_url, owner):
    with pytest.raises(DatabaseError) as caught:
        run(migrate.upgrade(empty_url.replace("//waapp@", "//maria@")))
    assert caught.value.code == "database_no_right"


def test_a_planner_allows_a_number_again_on_the_record(run, planner, owner):
    async def story() -> None:
        async with planner.begin() as conn:
            await opt_outs.add_opt_out(conn, "+351910000009", source="reply", reason="STOP", created_by="x")
            assert await opt_outs.lift_opt_outs(conn, ["+351910000009"], desk="Maria on PC")
            assert await opt_outs.list_addresses(conn) == frozenset()

    run(story())
    kept = owner.execute("SELECT address, reason, lifted_by FROM waapp_lifted_opt_outs").fetchall()
    assert kept == [("+351910000009", "STOP", "Maria on PC")]


def test_who_is_erased_is_not_known_by_what_was_lifted(run, planner, owner):
    async def story() -> None:
        async with planner.begin() as conn:
            event = await events.create_event(
                conn, EventDraft("Party", datetime(2026, 6, 20, 15, tzinfo=UTC))
            )
            (ana,) = await guests.add_guests(conn, event.id, [GuestDraft("Ana", "+351910000009")])
            other = await events.create_event(
                conn, EventDraft("Dinner", datetime(2026, 6, 20, 15, tzinfo=UTC))
            )
            (again,) = await guests.add_guests(conn, other.id, [GuestDraft("Ana", "+351910000009")])
            await opt_outs.add_opt_out(conn, "+351910000009", source="planner", reason="on the phone")
            await opt_outs.lift_opt_outs(conn, ["+351910000009"], desk="Maria on PC")
            document = await personal_data.gather(conn, ana)
            assert document["lifted_opt_outs"][0]["lifted_by"] == "Maria on PC"
            await personal_data.erase(conn, ana)
        kept = "SELECT address, reason, lifted_by FROM waapp_lifted_opt_outs"
        assert owner.execute(kept).fetchall() == [("+351910000009", "on the phone", "Maria on PC")]
        async with planner.begin() as conn:
            await personal_data.erase(conn, again)
        assert owner.execute(kept).fetchall() == [(None, None, "Maria on PC")]

    run(story())
