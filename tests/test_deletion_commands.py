"""Who was deleted: found, put back, handed over and erased from the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.db.rows import accept_all, address, column, execute, queue
from waapp import config, deletion_commands
from waapp.config import Settings
from waapp.core.events import Event
from waapp.db import events, guests
from waapp.db.engine import Database
from waapp.errors import UserError

Run = Callable[[Any], Any]


@pytest.fixture
def settings(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("WAAPP_DATABASE_URL", database_url)
    return config.load()


@pytest.fixture
def party(run: Run, database: Database) -> tuple[Event, list[UUID]]:
    """An event with three guests who were invited; the first of them is deleted."""

    async def write() -> tuple[Event, list[UUID]]:
        event, ids, _ = await queue(database, 3)
        await accept_all(database)
        async with database.begin() as conn:
            await conn.exec_driver_sql("UPDATE whatsapp_sends SET state = 'finished'")
            await guests.delete_guests(conn, ids[:1])
        return event, ids

    return run(write())


def test_who_was_deleted_is_found_by_name_number_or_event(run, settings, party) -> None:
    event, ids = party
    for wanted, find in (
        (None, ""),
        (event.name, ""),
        (None, "guest 0"),
        (None, address(0)[4:]),
        (None, "garden"),
    ):
        listed = run(deletion_commands.list_deleted(settings, wanted, find))
        assert [one.id for one in listed.guests] == ids[:1], find
    assert run(deletion_commands.list_deleted(settings, None, "Guest 1")).guests == ()
    (line,) = listed.text().splitlines()
    assert line.startswith(str(ids[0]))
    assert "can be restored until" in line
    assert "1 message on record" in line
    assert json.loads(json.dumps(listed.document(), default=str))["guests"][0]["messages"] == 1
    with pytest.raises(UserError, match="event_unknown"):
        run(deletion_commands.list_deleted(settings, "Nothing", ""))


def test_guests_and_events_are_put_back_all_or_none(run, settings, party, database) -> None:
    event, ids = party

    async def names() -> list[str]:
        return await column(database, "SELECT name FROM guests ORDER BY name")

    with pytest.raises(UserError, match="deleted_unknown"):
        run(deletion_commands.restore(settings, [ids[0], uuid4()]))
    assert run(names()) == ["Guest 1", "Guest 2"]
    assert run(deletion_commands.restore(settings, [ids[0]])).text() == "1 guest is back."

    async def delete() -> None:
        async with database.begin() as conn:
            await events.delete_event(conn, event.id)

    run(delete())
    listed = run(deletion_commands.list_deleted(settings, None, ""))
    assert "event “Garden party” with 3 guests" in listed.text()
    with pytest.raises(UserError, match="guests_without_event"):
        run(deletion_commands.restore(settings, [ids[0]]))
    assert run(deletion_commands.restore(settings, [event.id])).document() == {
        "events": [event.id],
        "guests": [],
    }
    assert run(names()) == ["Guest 0", "Guest 1", "Guest 2"]
    assert (
        run(deletion_commands.list_deleted(settings, None, "")).text()
        == "Nothing is kept of anybody who was deleted."
    )


def test_erasing_says_first_what_stays(run, settings, party, database, tmp_path: Path) -> None:
    _event, ids = party
    asked = run(deletion_commands.erase(settings, ids[0], sure=False))
    assert "Of 1 message stay, without name, number and text" in asked.text()
    assert asked.text().endswith("add --yes.")
    file = tmp_path / "data.json"
    run(deletion_commands.save_personal_data(settings, ids[0], file))
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert (kept["guest"]["name"], len(kept["invitations"])) == ("Guest 0", 1)
    assert run(deletion_commands.erase(settings, ids[0], sure=True)).done
    assert run(deletion_commands.list_deleted(settings, None, "")).guests == ()
    assert run(column(database, "SELECT count(*) FROM whatsapp_proofs WHERE message_content IS NULL")) == [1]
    with pytest.raises(UserError, match="guest_unknown"):
        run(deletion_commands.erase(settings, ids[0], sure=True))


def test_what_is_older_than_thirty_days_is_forgotten_whenever_the_program_opens(
    run, settings, party, database
) -> None:
    _event, ids = party
    run(execute(database, "UPDATE waapp_deleted_rows SET deleted_at = deleted_at - interval '31 days'"))
    listed = run(deletion_commands.list_deleted(settings, None, ""))
    assert [(one.id, one.until) for one in listed.guests] == [(ids[0], None)], "the proof stays"
    assert run(column(database, "SELECT count(*) FROM waapp_deleted_rows")) == [0]


def test_a_desk_that_may_not_forget_yet_opens_all_the_same(run, database_url, party, monkeypatch) -> None:
    """Until the administrator has run roles.sql of this version."""
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS tardy; CREATE ROLE tardy LOGIN")
        owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO tardy")
    monkeypatch.setenv("WAAPP_DATABASE_URL", database_url.replace("//waapp@", "//tardy@"))
    assert len(run(deletion_commands.list_deleted(config.load(), None, "")).guests) == 1
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("DROP OWNED BY tardy; DROP ROLE tardy")
