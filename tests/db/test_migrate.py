"""`waapp migrate` from wherever a database may be."""

import asyncio
import subprocess
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.db.catalogue import catalogue, rows, tables_of
from waapp import paths
from waapp.db import binaries, migrate, schema, schema_records
from waapp.db.engine import Database
from waapp.errors import DatabaseError, UserError

STARTS = Path(__file__).parent / "starts"


def execute(url: str, *names: str) -> None:
    for name in names:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute((STARTS / f"{name}.sql").read_text(encoding="utf-8"))


def statement(url: str, text: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(text)
        return cursor.fetchall() if cursor.description else []


SAME_END = {
    "empty": (),
    "web application": ("web_app",),
    "spec by hand": ("web_app", "spec"),
    "spec by hand, with rows": ("web_app", "spec", "spec_rows"),
}


@pytest.fixture(scope="session")
def migrated(pg_url: str) -> dict[tuple[str, str], str]:
    return catalogue(pg_url)


@pytest.mark.parametrize("scripts", SAME_END.values(), ids=SAME_END.keys())
def test_every_start_ends_in_the_same_schema_with_every_row(run, empty_url, migrated, scripts):
    execute(empty_url, *scripts)
    before = rows(empty_url)
    assert run(migrate.upgrade(empty_url)) is True
    assert catalogue(empty_url) == migrated
    after = rows(empty_url)
    for table, kept in before.items():
        known = set(kept[0]) if kept else set()
        found = [{name: value for name, value in row.items() if name in known} for row in after[table]]
        for row in kept:
            if table == "whatsapp_invitations":
                row = mended(row)
                found = [{**other, "updated_at": row["updated_at"]} for other in found]
            assert row in found, table
        expected = len(kept) + (
            table == "whatsapp_templates" and not any(r["name"] == "rsvp_invitation" for r in kept)
        )
        assert len(after[table]) == expected
    assert statement(empty_url, "SELECT count(*) FROM whatsapp_templates WHERE name = 'rsvp_invitation'") == [
        (1,)
    ]


def mended(row: dict) -> dict:
    """Counts that the promised constraints do not allow come into range; the row stays."""
    match (row["retry_count"], row["max_retries"]):
        case (7, 3):
            return {**row, "max_retries": 7}
        case (-1, 1000):
            return {**row, "retry_count": 0, "max_retries": 20}
        case _:
            return row


@pytest.mark.parametrize("scripts", SAME_END.values(), ids=SAME_END.keys())
def test_a_second_run_changes_nothing(run, empty_url, migrated, scripts):
    execute(empty_url, *scripts)
    run(migrate.upgrade(empty_url))
    content = rows(empty_url)
    assert run(migrate.upgrade(empty_url)) is False
    assert (catalogue(empty_url), rows(empty_url)) == (migrated, content)
    # Nor does it where the record of the first one was lost.
    statement(empty_url, "DELETE FROM waapp_alembic_version")
    assert run(migrate.upgrade(empty_url)) is True
    assert (catalogue(empty_url), rows(empty_url)) == (migrated, content)


def test_the_specs_own_trigger_fails_on_every_row(empty_url):
    """Why it is replaced; the day this passes, the correction may go."""
    execute(empty_url, "web_app", "spec")
    insert = """INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, twilio_status)
        SELECT id, event_id, 'x', 'queued' FROM guests LIMIT 1"""
    with pytest.raises(psycopg.errors.DatatypeMismatch):
        statement(empty_url, insert)


def test_a_web_application_of_another_cut_keeps_its_own(run, empty_url, migrated):
    execute(empty_url, "web_app_otherwise")
    before, content = catalogue(empty_url), rows(empty_url)
    run(migrate.upgrade(empty_url))
    after = catalogue(empty_url)
    changed = {key for key, text in before.items() if after.get(key) != text}
    assert changed == {("enum", "invitation_status_enum"), ("enum", "invitation_method_enum")}
    missing = set(migrated) - set(after)
    assert missing == {
        ("constraint", "guests.guests_rsvp_token_key"),  # its own tokens are not unique
        ("index", "guests_rsvp_token_key"),
        ("constraint", "guests.guests_rsvp_token_not_null"),
        ("constraint", "guests.guests_invitation_status_not_null"),
        ("constraint", "guests.guests_updated_at_not_null"),
        ("constraint", "events.events_created_at_not_null"),
        ("trigger", "guests.waapp_touch_updated_at"),  # it has one
    }
    for table, kept in content.items():
        for row in kept:
            assert any(row.items() <= found.items() for found in rows(empty_url)[table])
    # Its guests follow the invitations like any others.
    statement(
        empty_url,
        """INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, twilio_status, sent_at)
        SELECT id, event_id, 'x', 'sent', '2026-05-04 12:00' FROM guests WHERE name = 'Ana'""",
    )
    with psycopg.connect(empty_url, options="-c timezone=America/New_York") as connection:
        connection.execute("UPDATE whatsapp_invitations SET twilio_status = 'delivered'")
    found = statement(
        empty_url,
        """SELECT invitation_status::text, invitation_method::text, invitation_sent_at = '2026-05-04 12:00Z',
        abs(extract(epoch FROM clock_timestamp() - updated_at)) < 60 FROM guests WHERE name = 'Ana'""",
    )
    assert found == [("delivered", "whatsapp", True, True)]


def test_ids_that_are_no_uuids_are_refused_and_nothing_is_changed(run, empty_url):
    statement(empty_url, "CREATE TABLE events (id SERIAL PRIMARY KEY, name TEXT)")
    before = catalogue(empty_url)
    with pytest.raises(DatabaseError) as caught:
        run(migrate.upgrade(empty_url))
    assert caught.value.code == "database_foreign_ids"
    after = {key: text for key, text in catalogue(empty_url).items() if "waapp_alembic_version" not in key[1]}
    assert after == before


def test_machines_that_migrate_at_once(run, empty_url, migrated):
    execute(empty_url, "web_app", "spec", "spec_rows")

    async def everybody() -> list[bool]:
        return await asyncio.gather(*(migrate.upgrade(empty_url) for _ in range(3)))

    assert sorted(run(everybody())) == [False, False, True]
    assert catalogue(empty_url) == migrated


@pytest.mark.parametrize("scripts", SAME_END.values(), ids=SAME_END.keys())
def test_the_printed_sql_does_the_same(run, empty_url, migrated, scripts):
    execute(empty_url, *scripts)
    text = run(migrate.pending_sql(empty_url))
    assert catalogue(empty_url).keys() == {key for key in catalogue(empty_url) if "waapp" not in key[1]}
    psql(empty_url, text)
    assert catalogue(empty_url) == migrated
    assert run(migrate.pending_sql(empty_url)) == ""
    assert run(migrate.upgrade(empty_url)) is False


def test_the_printed_sql_a_second_time(run, empty_url, migrated):
    text = run(migrate.pending_sql(empty_url))
    psql(empty_url, text)
    # The second finds the version table written and stops there; what the first did stays.
    with pytest.raises(subprocess.CalledProcessError):
        psql(empty_url, text)
    assert catalogue(empty_url) == migrated


def test_the_printed_sql_starts_where_the_database_is(run, empty_url, migrated):
    execute(empty_url, "web_app")
    text = run(migrate.pending_sql(empty_url))
    psql(empty_url, text[: text.index("-- Running upgrade v1_0001 -> v1_0002")] + "COMMIT;")
    assert statement(empty_url, "SELECT version_num FROM waapp_alembic_version") == [("v1_0001",)]
    rest = run(migrate.pending_sql(empty_url))
    assert "CREATE TABLE IF NOT EXISTS guests" not in rest
    psql(empty_url, rest)
    assert catalogue(empty_url) == migrated


def psql(url: str, text: str) -> None:
    command = [binaries.program("psql"), "-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-"]
    subprocess.run(command, input=text, text=True, encoding="utf-8", check=True, capture_output=True)


def check(run, url: str) -> None:
    async def look() -> None:
        database = Database(url)
        try:
            async with database.read() as connection:
                await migrate.check_version(connection)
        finally:
            await database.dispose()

    run(look())


@pytest.mark.parametrize("version", ["v2_0001", "v17_0099"])
def test_a_newer_major_is_refused(run, database_url, version):
    statement(database_url, f"UPDATE waapp_alembic_version SET version_num = '{version}'")
    for work in (migrate.upgrade, migrate.pending_sql):
        with pytest.raises(UserError) as caught:
            run(work(database_url))
        assert caught.value.code == "database_too_new"
    with pytest.raises(UserError) as caught:
        check(run, database_url)
    assert caught.value.code == "database_too_new"


def test_a_newer_version_of_the_same_major_is_fine(run, database_url):
    statement(database_url, "UPDATE waapp_alembic_version SET version_num = 'v1_9999'")
    assert run(migrate.upgrade(database_url)) is False
    assert run(migrate.pending_sql(database_url)) == ""
    check(run, database_url)


def test_a_planner_learns_that_somebody_must_migrate(run, empty_url, database_url):
    with pytest.raises(UserError) as caught:
        check(run, empty_url)
    assert caught.value.code == "database_not_migrated"
    statement(database_url, "UPDATE waapp_alembic_version SET version_num = 'v1_0002'")
    with pytest.raises(UserError) as caught:
        check(run, database_url)
    assert caught.value.code == "database_outdated"


def test_a_table_that_stays_locked_is_left_alone(run, empty_url, migrated, monkeypatch):
    monkeypatch.setattr(migrate, "_TABLE_PATIENCE", "50ms")
    execute(empty_url, "web_app", "spec")
    with psycopg.connect(empty_url) as web_application:
        web_application.execute("LOCK TABLE whatsapp_invitations IN ACCESS SHARE MODE")
        with pytest.raises(DatabaseError) as caught:
            run(migrate.upgrade(empty_url))
        assert caught.value.code == "database_busy"
        # Whole versions or nothing.
        assert statement(empty_url, "SELECT version_num FROM waapp_alembic_version") == [("v1_0001",)]
    assert run(migrate.upgrade(empty_url)) is True
    assert catalogue(empty_url) == migrated


def test_waiting_for_another_machine_can_be_given_up(run, empty_url):
    async def give_up() -> None:
        waiting = asyncio.ensure_future(migrate.upgrade(empty_url))
        asked = "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try_advisory_lock%'"
        with psycopg.connect(empty_url, autocommit=True) as watching:
            while not watching.execute(asked).fetchall():
                await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    with psycopg.connect(empty_url, autocommit=True) as other_machine:
        other_machine.execute("SELECT pg_advisory_lock(%s)", [migrate.LOCK_KEY])
        run(give_up())
        assert statement(empty_url, "SELECT to_regclass('guests')") == [(None,)]


def test_the_tables_are_described_as_they_are(pg_server, migrated):
    """What schema.py and schema_records.py say, created by SQLAlchemy, is what the migrations make."""
    name = pg_server.create()
    url = pg_server.url_of(name)
    for enum in (schema.invitation_status_enum, schema.invitation_method_enum):
        labels = ", ".join(f"'{label}'" for label in enum.enums)
        statement(url, f"CREATE TYPE {enum.name} AS ENUM ({labels})")
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    schema_records.metadata.create_all(engine)
    engine.dispose()
    try:
        assert tables_of(catalogue(url)) == tables_of(migrated)
    finally:
        pg_server.drop(name)


def test_the_newest_version_is_the_one_that_the_program_names():
    config = Config()
    config.set_main_option("script_location", str(paths.data_dir("sql")))
    versions = list(ScriptDirectory.from_config(config).walk_revisions())
    assert versions[0].revision == schema.REVISION
    for version in versions:
        assert Path(version.path).with_suffix(".sql").exists()


def test_a_database_that_does_not_answer(run):
    with pytest.raises(DatabaseError) as caught:
        run(migrate.upgrade("postgresql://waapp:hidden@127.0.0.1:1/x"))
    assert caught.value.code == "database_unreachable"
    assert "hidden" not in str(caught.value)
