"""Trouble with `waapp import`: one line on the error stream, code 1, nothing saved, and the next try works."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests import test_cli
from tests.chaos.proxy import proxy
from tests.corpus.troubles import TROUBLES
from tests.corpus.writers import xlsx
from tests.gui.test_import_troubles import behind_the_copying, locked_guests, saved
from tests.test_cli import Waapp, environment

home = test_cli.home
private_url = test_cli.private_url
waapp = test_cli.waapp

LIST = "Name;Phone\nAna Sousa;912 345 678\nRui Costa;913 456 789\nTotal;2\n"


@pytest.fixture
def event(waapp: Waapp, request: pytest.FixtureRequest) -> str:
    """Return an event of the test's own."""
    made = waapp("event", request.node.name, "--date", "2030-06-05", "--region", "PT")
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def guests_of(url: str, event: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM guests WHERE event_id = %s", (event,)).fetchone()
    return 0 if found is None else int(found[0])


def check_refused(failed: subprocess.CompletedProcess[str]) -> None:
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.startswith("waapp: ")
    assert failed.stderr.count("\n") == 1, failed.stderr


@pytest.mark.parametrize(
    "trouble",
    [
        "truncated_workbook",
        "truncated_old_workbook",
        "workbook_with_a_broken_sheet",
        "workbook_with_a_password",
        "packed_too_well",
        "cell_in_the_last_column",
        "1048576_rows",
        "one_endless_cell",
    ],
)
def test_a_file_that_is_no_list_is_one_line(
    waapp: Waapp, private_url: str, event: str, tmp_path: Path, trouble: str
) -> None:
    path = tmp_path / "guests.xlsx"
    path.write_bytes(TROUBLES[trouble][0]())
    before = saved(private_url)
    failed = waapp("import", event, str(path))
    check_refused(failed)
    assert "guests.xlsx" in failed.stderr
    assert saved(private_url) == before


def test_it_is_killed_while_it_saves_and_done_again(
    waapp: Waapp, home: Path, private_url: str, event: str, tmp_path: Path
) -> None:
    path = tmp_path / "guests.csv"
    path.write_text(LIST)
    command = [sys.executable, "-m", "waapp", "import", event, str(path)]
    with (
        locked_guests(private_url) as somebody_waits,
        subprocess.Popen(command, env=environment(home), stderr=subprocess.DEVNULL) as running,
    ):
        while not somebody_waits():
            assert running.poll() is None
        running.send_signal(signal.SIGKILL)
    assert guests_of(private_url, event) == 0
    done = json.loads(waapp("import", event, str(path), "--json").stdout)
    assert (done["rows"], done["added"], done["skipped"]) == (3, 2, 1)
    again = json.loads(waapp("import", event, str(path), "--json").stdout)
    assert (again["added"], again["changed"], again["unchanged"], again["skipped"]) == (0, 0, 2, 1)
    assert guests_of(private_url, event) == 2


def test_its_answer_is_lost_and_doing_it_again_adds_nobody_twice(
    waapp: Waapp, private_url: str, event: str, tmp_path: Path
) -> None:
    path = tmp_path / "guests.csv"
    path.write_text(LIST)
    parts = conninfo_to_dict(private_url)
    with proxy(f"{parts['host']}/.s.PGSQL.{parts['port']}") as wire:
        url = f"postgresql://{parts['user']}@127.0.0.1:{wire.port}/{parts.get('dbname', parts['user'])}"
        wire.cut_before(behind_the_copying(b"COPY waapp_import_rows"))
        failed = waapp("import", event, str(path), WAAPP_DATABASE_URL=f"{url}?sslmode=disable")
    check_refused(failed)
    assert "nobody is added twice" in failed.stderr
    assert guests_of(private_url, event) == 2
    again = json.loads(waapp("import", event, str(path), "--json").stdout)
    assert (again["added"], again["unchanged"]) == (0, 2)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files here")
def test_what_is_no_file_to_read_is_one_line(waapp: Waapp, event: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.csv")
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(1 << 30)
    for name in ("fifo.csv", "large.csv", "gone.csv", "."):
        check_refused(waapp("import", event, str(tmp_path / name)))


def test_an_import_is_taken_back_and_brought_back(
    waapp: Waapp, private_url: str, event: str, tmp_path: Path
) -> None:
    path = tmp_path / "guests.csv"
    path.write_text(LIST)
    done = json.loads(waapp("import", event, str(path), "--json").stdout)["import"]
    assert waapp("import", "--undo", done).stdout == "2 removed, 0 changed back, 0 kept.\n"
    assert guests_of(private_url, event) == 0
    back = json.loads(waapp("import", "--redo", done, "--json").stdout)
    assert back == {"done": True, "added": 2, "changed": 0, "kept": []}
    assert guests_of(private_url, event) == 2
    waapp("import", "--undo", done)
    path.write_text("Name;Phone\nAna M.;912 345 678\n")
    waapp("import", event, str(path))
    refused = waapp("import", "--redo", done)
    assert refused.returncode == 1
    assert "Nothing was redone because of 1 guest." in refused.stdout
    assert "  Ana Sousa: added again since" in refused.stdout
    assert "1 guest was changed, deleted or added again since" in refused.stderr
    rest = json.loads(waapp("import", "--redo", done, "--rest", "--json").stdout)
    assert (rest["done"], rest["added"], len(rest["kept"])) == (True, 1, 1)
    for usage in (["--undo", done, "--redo", done], ["--redo", done, event, str(path)]):
        assert waapp("import", *usage).returncode == 2


def test_which_sheet_was_read_is_said(waapp: Waapp, event: str, tmp_path: Path) -> None:
    path = tmp_path / "guests.xlsx"
    sheets = ([["Name", "Phone"], ["Ana", "912345678"]], [["Name", "Phone"], ["Rui", "913456789"]])
    path.write_bytes(xlsx(*sheets, names=["Bride", "Groom"]))
    first = waapp("import", event, str(path))
    assert "Read from the sheet “Bride”; with --sheet NAME: “Groom”." in first.stdout
    second = json.loads(waapp("import", event, str(path), "--sheet", "Groom", "--json").stdout)
    assert (second["sheet"], second["other_sheets"], second["added"]) == ("Groom", ["Bride"], 1)
