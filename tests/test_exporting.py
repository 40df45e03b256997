"""A guest list to a file and back, from a real database."""

import csv
import errno
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest

from tests.db.rows import accept_all, make_event, queue
from waapp.core.errors_twilio import load_table
from waapp.core.events import Event
from waapp.core.guests import Consent, GuestDraft
from waapp.core.import_diff import Decisions, Origin, Outcome, Present, compare
from waapp.core.import_list import Reading, new_list
from waapp.db import guests
from waapp.db.engine import Database
from waapp.engine import guest_exports
from waapp.engine.guest_files import read_guest_file
from waapp.errors import UserError
from waapp.exporting import export_guests
from waapp.paths import resource_text

ERRORS = load_table(resource_text("twilio_errors.toml"))
WICKED = GuestDraft(
    '=HYPERLINK("http://example.com")', "+351912345678", notes="@SUM(1)\nline", extra={"+x": "-1+1"}
)


async def invited(database: Database) -> tuple[Event, list[UUID]]:
    event, ids, _queued = await queue(database, 3)
    async with database.begin() as conn:
        await guests.add_guests(conn, event.id, [WICKED])
    return event, ids


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_the_list_comes_back_with_what_became_of_each(
    run, database: Database, tmp_path: Path, suffix: str
) -> None:
    async def scenario() -> None:
        event, ids = await invited(database)
        await accept_all(database)
        path = tmp_path / f"list{suffix}"
        assert await export_guests(database, event, path, practice=False, errors=ERRORS) == 4
        heading, *rows = read_guest_file(path).rows
        assert heading[:3] == ["Name", "Phone", "E-mail"]
        state = heading.index("Invitation")
        assert [row[state] for row in rows] == ["Sending"] * 3 + ["Not invited"]
        chosen = await export_guests(
            database, event, path, practice=False, errors=ERRORS, ids=[ids[2], ids[0]]
        )
        assert chosen == 2
        assert [row[0] for row in read_guest_file(path).rows] == ["Name", "Guest 2", "Guest 0"]

    run(scenario())


def test_no_cell_is_a_formula(run, database: Database, tmp_path: Path) -> None:
    async def scenario() -> None:
        event, _ids = await invited(database)
        for suffix in (".csv", ".xlsx"):
            await export_guests(database, event, tmp_path / f"l{suffix}", practice=False, errors=ERRORS)
        text = (tmp_path / "l.csv").read_text(encoding="utf-8-sig")
        cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
        assert '\'=HYPERLINK("http://example.com")' in cells
        assert not [cell for cell in cells if cell[:1] in {"=", "@"}]
        last = read_guest_file(tmp_path / "l.xlsx").rows[-1]
        assert last[0] == WICKED.name
        assert WICKED.notes in last
        assert b"<f>" not in (tmp_path / "l.xlsx").read_bytes()

    run(scenario())


RICH = GuestDraft(
    "Zoë Álvarez", "+351912345001", "zoe@example.org", "Bride", "pt_PT", "- no nuts\nby train, \"late\"",
    {"table": "=7", "menu": "'@home"}, ("VIP", "Vegan"), "Álvarez", 2, "Europe/Lisbon", Consent.YES, "Form",
    datetime(2026, 5, 3, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", None], ids=["comma", "semicolon", "workbook"])
def test_an_exported_list_brought_in_again_changes_nobody(
    run, database: Database, tmp_path: Path, delimiter: str | None
) -> None:
    people = [
        RICH,
        replace(WICKED, extra={"x": "-1+1"}),
        replace(RICH, name="נועה לוי", phone="+972502345678", email="", household=""),
        replace(RICH, name="Ivo Odd", phone="+351 (0) 12-345", email="", household=""),
        replace(RICH, name="Eva Odd", phone="+1-0", email="", household=""),
    ]

    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            await guests.add_guests(conn, event.id, people)
        path = tmp_path / ("list.xlsx" if delimiter is None else "list.csv")
        written = await export_guests(
            database, event, path, practice=False, errors=ERRORS, delimiter=delimiter or ","
        )
        assert written == len(people)
        async with database.read() as conn:
            stored = await guests.list_guests(conn, event.id)
        present = Present(stored, [])
        reading = Reading(new_list(read_guest_file(path).rows, event.default_region), present)
        origin = Origin(path.name, datetime.now(UTC))
        planned = compare(reading.rows, present, reading.duplicates, Decisions(), origin)
        assert [
            (line.outcome, line.changes) for line in planned.lines if line.outcome is not Outcome.SAME
        ] == []

    run(scenario())


def test_contacts_brought_in_again_change_nobody(run, database: Database, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            await guests.add_guests(conn, event.id, [RICH, replace(WICKED, extra={})])
        path = tmp_path / "list.vcf"
        await export_guests(database, event, path, practice=False, errors=ERRORS)
        async with database.read() as conn:
            stored = await guests.list_guests(conn, event.id)
        present = Present(stored, [])
        reading = Reading(new_list(read_guest_file(path).rows, event.default_region), present)
        origin = Origin(path.name, datetime.now(UTC))
        planned = compare(reading.rows, present, reading.duplicates, Decisions(), origin)
        assert [
            (line.outcome, line.changes) for line in planned.lines if line.outcome is not Outcome.SAME
        ] == []

    run(scenario())


def test_a_file_that_cannot_be_written_stays_as_it_was(run, database: Database, tmp_path: Path) -> None:
    async def scenario() -> None:
        event, _ids = await invited(database)
        taken = tmp_path / "list.csv"
        taken.mkdir()
        with pytest.raises(UserError) as caught:
            await export_guests(database, event, taken, practice=False, errors=ERRORS)
        assert caught.value.code == "file_not_written"
        with pytest.raises(UserError) as caught:
            await export_guests(database, event, tmp_path / "no" / "l.xlsx", practice=False, errors=ERRORS)
        assert caught.value.code == "file_not_written"

    run(scenario())
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said_to_be_full(run, tmp_path: Path) -> None:
    def fill(_target: Path) -> None:
        with Path("/dev/full").open("wb", buffering=0) as device:
            device.write(b"x")

    with pytest.raises(UserError) as caught:
        run(guest_exports._write(tmp_path / "never", fill))
    assert caught.value.code == "disk_full"
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC
