"""The commands as a person or a script runs them: processes with exit codes, on the embedded default."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.db.catalogue import rows
from waapp import cli
from waapp.core import phone
from waapp.core.guest_search import GuestFilter
from waapp.db import embedded
from waapp.engine.guest_files import read_guest_file
from waapp.loop import headless_loop
from waapp.paths import data_dir

SAMPLE = data_dir("resources") / "sample" / "guests.xlsx"

Waapp = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation for all tests of this module."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def private_url(home: Path) -> Iterator[str]:
    """Its private database, which stays running between commands."""
    with asyncio.Runner(loop_factory=headless_loop) as runner:
        server = runner.run(embedded.start(home / "database"))
        yield server.url
        runner.run(server.stop())


def environment(home: Path, **changes: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("WAAPP_", "TWILIO_", "PG"))
    }
    return kept | {"WAAPP_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", **changes}


@pytest.fixture(scope="module")
def waapp(home: Path, private_url: str) -> Waapp:
    def call(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "waapp", *arguments]
        return subprocess.run(
            command,
            env=environment(home, **changes),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    return call


@pytest.fixture(scope="module")
def event(waapp: Waapp) -> str:
    made = waapp(
        "event",
        "Ana & Rui",
        "--date",
        "2030-06-05T16:00",
        "--place",
        "Porto",
        "--zone",
        "Europe/Lisbon",
        "--region",
        "PT",
        "--rsvp-link",
        "https://rsvp.example/{rsvp_token}",
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def test_the_main_job_command_by_command(waapp: Waapp, event: str) -> None:
    imported = json.loads(waapp("import", event, str(SAMPLE), "--json").stdout)
    assert imported["added"] + imported["skipped"] == imported["rows"]
    dry = waapp("send", "ana & rui", "--template", "rsvp_invitation", "--dry-run", "--json")
    assert dry.returncode == 0, dry.stderr
    planned = json.loads(dry.stdout)
    assert planned["queued"] == 0
    assert len(planned["recipients"]) + len(planned["excluded"]) == imported["added"]
    before = json.loads(waapp("status", event, "--json").stdout)
    assert {guest["state"] for guest in before["guests"]} == {"none"}
    sent = json.loads(waapp("send", event, "--template", "rsvp_invitation", "--json").stdout)
    assert sent["queued"] == len(planned["recipients"])
    worked = waapp("work", "--until-idle")
    assert worked.returncode == 0, worked.stderr
    after = json.loads(waapp("status", event, "--json").stdout)
    assert after["funnel"]["planned"] == sent["queued"]
    assert after["funnel"]["waiting"] + after["funnel"]["sent"] + after["funnel"]["failed"] == sent["queued"]
    assert after["funnel"]["sent"] > 0
    again = json.loads(waapp("send", event, "--template", "rsvp_invitation", "--dry-run", "--json").stdout)
    reached = {
        one["guest"] for one in again["excluded"] if one["reason"] in {"already_invited", "in_progress"}
    }
    assert len(reached) >= after["funnel"]["sent"]


def test_a_template_is_submitted_once_and_listed_with_its_state(
    waapp: Waapp, event: str, private_url: str
) -> None:
    with psycopg.connect(private_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO whatsapp_templates (name, display_name, content, variables) VALUES"
            " ('garden', 'Garden', 'Dear {{guest_name}}, please come to our party in the garden!', '[]')"
        )
    first = json.loads(waapp("submit", "garden", "--json").stdout)["templates"][0]
    again = json.loads(waapp("submit", "Garden", "--json").stdout)["templates"][0]
    assert first["content_sid"] == again["content_sid"]
    assert again["status"] in {"received", "pending", "approved"}
    listed = json.loads(waapp("templates", "--json").stdout)["templates"]
    assert [one["content_sid"] for one in listed if one["name"] == "garden"] == [first["content_sid"]]
    assert "rsvp_invitation (en, version 1): unsubmitted" in waapp("templates").stdout
    assert "no text in the language de" in waapp("submit", "garden", "--language", "de").stderr


def test_the_examples_for_whatsapp_come_from_a_guest_of_the_event(
    waapp: Waapp, event: str, private_url: str
) -> None:
    assert waapp("import", event, str(SAMPLE)).returncode == 0
    with psycopg.connect(private_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO whatsapp_templates (name, display_name, content, variables) VALUES"
            " ('meadow', 'Meadow', 'Dear {{guest_name}}, please come to our party in the garden!', '[]')"
        )
        (name,) = connection.execute("SELECT name FROM guests ORDER BY name LIMIT 1").fetchone() or ("",)
    assert waapp("submit", "meadow", "--guest", name).returncode == 2
    assert "no guest “Nobody”" in waapp("submit", "meadow", "--event", event, "--guest", "Nobody").stderr
    done = json.loads(waapp("submit", "meadow", "--event", event, "--guest", name, "--json").stdout)
    assert done["templates"][0]["content_sid"]
    assert done["examples"] == {"guest_name": name}
    again = json.loads(waapp("submit", "meadow", "--event", event, "--json").stdout)
    assert again["examples"] == {}, "they went with the first request"


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".vcf"])
def test_what_was_imported_is_exported_and_read_again(
    waapp: Waapp, event: str, tmp_path: Path, suffix: str
) -> None:
    assert waapp("import", event, str(SAMPLE)).returncode == 0
    file = tmp_path / f"out{suffix}"
    done = waapp("export", event, str(file), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    written = json.loads(done.stdout)["guests"]
    read = read_guest_file(file).rows
    assert len(read) == written + 1 > 100
    assert file.stat().st_mode & 0o077 == 0


def test_an_export_needs_to_know_its_format(waapp: Waapp, event: str, tmp_path: Path) -> None:
    refused = waapp("export", event, str(tmp_path / "out.pdf"))
    assert refused.returncode == 1
    assert ".xlsx" in refused.stderr
    assert not list(tmp_path.iterdir())


def test_a_send_that_waits_says_until_when_and_why(waapp: Waapp, event: str, tmp_path: Path) -> None:
    made = waapp("event", "Later", "--date", "2030-06-05T16:00", "--zone", "Europe/Lisbon", "--place", "Porto",
                 "--rsvp-link", "https://rsvp.example/{rsvp_token}", "--quiet", "none")  # fmt: skip
    assert made.returncode == 0, made.stderr
    guests = tmp_path / "guests.csv"
    guests.write_text("name,phone\nAna,+351912345678\n", encoding="utf-8")
    assert waapp("import", "Later", str(guests)).returncode == 0
    late = waapp("send", "Later", "--template", "rsvp_invitation", "--not-after", "2020-01-01")
    assert late.returncode == 1
    assert "latest time" in late.stderr
    wrong = waapp("send", "Later", "--template", "rsvp_invitation", "--quiet", "at night")
    assert "21:00-09:00" in wrong.stderr
    sent = waapp("send", "Later", "--template", "rsvp_invitation", "--not-before", "2030-06-01T12:00",
                 "--quiet", "21:00-09:00", "--undo", "5")  # fmt: skip
    assert sent.returncode == 0, sent.stderr
    assert waapp("work", "--until-idle").returncode == 0
    (send,) = json.loads(waapp("status", "Later", "--json").stdout)["sends"]
    assert (send["queued"], send["waits_for"], send["goes_on_at"]) == (
        1,
        "not_before",
        "2030-06-01 11:00:00+00:00",
    )
    assert send["not_after"] == "2030-06-05 15:00:00+00:00"
    assert "goes on at 2030-06-01 12:00 WEST" in waapp("status", "Later").stdout


def test_json_is_one_document_and_nothing_else(waapp: Waapp, event: str) -> None:
    for command in (["status", event], ["check"], ["event", "Second", "--date", "2030-01-01"]):
        done = waapp(*command, "--json")
        assert done.returncode == 0, done.stderr
        json.loads(done.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "No such event"],
        ["status", "4b0c8cf6-6a1c-4f5c-9f63-3d9c0f9f1f60"],
        ["import", "No such event", str(SAMPLE)],
        ["import", "Ana & Rui", "no-such-file.xlsx"],
        ["import", "Ana & Rui", str(SAMPLE.parent)],
        ["import", "Ana & Rui", str(data_dir("resources") / "icons" / "send.svg")],
        ["import", "Ana & Rui", str(SAMPLE), "--region", "ZZ"],
        ["send", "Ana & Rui", "--template", "no_such_template"],
        ["event", "Late", "--date", "some day"],
        ["event", "Far", "--date", "2030-01-01", "--zone", "Mars/Base"],
        ["event", "", "--date", "2030-01-01"],
        ["event", "Loud", "--date", "2030-01-01", "--quiet", "at night"],
        ["event", "Mute", "--date", "2030-01-01", "--quiet", "21:00-21:00"],
    ],
)
def test_a_known_error_is_one_line_and_changes_nothing(
    waapp: Waapp, event: str, private_url: str, arguments: list[str]
) -> None:
    before = rows(private_url)
    failed = waapp(*arguments)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.startswith("waapp: ")
    assert failed.stderr.count("\n") == 1
    assert "Traceback" not in failed.stderr
    assert rows(private_url) == before


def test_who_was_deleted_is_put_back_and_erased(
    waapp: Waapp, event: str, private_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "gone.csv"
    file.write_text("Name,Phone\nEva Deleted,+351912000444\n", encoding="utf-8")
    assert waapp("import", event, str(file)).returncode == 0
    with psycopg.connect(private_url, autocommit=True) as connection:
        connection.execute(
            "SELECT waapp_delete_guests(ARRAY(SELECT id FROM guests WHERE name = 'Eva Deleted'))"
        )
    listed = waapp("deleted", "--find", "912 000 444")
    guest = listed.stdout.split()[0]
    assert "Eva Deleted" in listed.stdout, listed.stderr
    assert "1 guest is back." in waapp("restore", guest).stdout
    asked = waapp("erase", guest)
    assert (asked.returncode, "Nothing was erased yet" in asked.stdout) == (0, True)
    assert json.loads(waapp("erase", guest, "--yes", "--json").stdout)["done"] is True
    again = waapp("erase", guest, "--yes")
    assert (again.returncode, len(again.stderr.splitlines())) == (1, 1)
    assert waapp("erase", "nobody").returncode == 2


def test_a_card_file_is_imported(waapp: Waapp, tmp_path: Path) -> None:
    cards = tmp_path / "cards.vcf"
    cards.write_text(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Zoë Brandão\nTEL;TYPE=CELL:912 345 204\nEND:VCARD\n", encoding="utf-8"
    )
    event = waapp("event", "By card", "--date", "2030-01-01").stdout.strip()
    done = waapp("import", event, str(cards), "--region", "pt", "--json")
    told = json.loads(done.stdout)
    assert (told["rows"], told["added"], told["would_add"], told["skipped"]) == (1, 1, 1, 0)
    assert told["findings"] == []
    (guest,) = json.loads(waapp("status", event, "--json", PYTHONIOENCODING="ascii").stdout)["guests"]
    assert guest["name"] == "Zoë Brandão"
    blocked = waapp("send", event, "--template", "rsvp_invitation")
    assert blocked.returncode == 1
    assert "1 guest is left out because the event is incomplete" in blocked.stdout
    assert "“Place”, “Answer link”" in blocked.stderr
    assert blocked.stderr.count("\n") == 1


def test_a_reader_that_has_enough_is_no_trouble(home: Path, waapp: Waapp, event: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "waapp", "status", event],
            env=environment(home),
            stdout=nobody,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")


def test_help_loads_nothing_that_takes_time(home: Path) -> None:
    script = (
        "import contextlib, sys\nfrom waapp import cli\n"
        "with contextlib.suppress(SystemExit): cli.run(['--help'])\n"
        "print(*{'asyncio', 'PySide6', 'sqlalchemy', 'twilio', 'keyring', 'phonenumbers'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(home), capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("usage: waapp")
    assert done.stdout.splitlines()[-1] == ""


def test_without_a_screen_one_line_says_so(waapp: Waapp) -> None:
    shown = waapp(QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr.startswith("waapp: There is no screen")
    assert shown.stderr.count("\n") == 1


def test_a_system_without_qts_libraries_is_told_how_to_get_them(waapp: Waapp, tmp_path: Path) -> None:
    broken = tmp_path / "PySide6"
    broken.mkdir()
    message = "libEGL.so.1: cannot open shared object file: No such file or directory"
    (broken / "__init__.py").write_text(f"raise ImportError({message!r})\n")
    shown = waapp(PYTHONPATH=str(tmp_path))
    assert shown.returncode == 1
    assert "lacks libEGL.so.1" in shown.stderr
    assert "sudo apt-get install" in shown.stderr
    assert shown.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["no-such-command"], ["send"], ["status"], ["migrate", "--json"]])
def test_bad_usage_has_its_own_exit_code(waapp: Waapp, arguments: list[str]) -> None:
    assert waapp(*arguments).returncode == 2


def test_a_database_that_is_not_there_is_named_without_its_password(waapp: Waapp) -> None:
    url = "postgresql://maria:hidden@127.0.0.1:9/events"
    failed = waapp("status", "x", WAAPP_DATABASE_URL=url)
    assert failed.returncode == 1
    assert "hidden" not in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_a_worker_ends_in_order_on_sigterm(home: Path, event: str) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "waapp", "work"], env=environment(home), stdout=subprocess.PIPE, text=True
    )
    log = home / "logs" / "waapp.log"
    before = log.read_text(encoding="utf-8").count("practice: sending")
    deadline = time.monotonic() + 60
    while (
        log.read_text(encoding="utf-8").count("practice: sending") == before and time.monotonic() < deadline
    ):
        time.sleep(0.1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert "practice: stopped" in log.read_text(encoding="utf-8").splitlines()[-1]
    assert worker.stdout is not None
    worker.stdout.close()


def test_check_names_what_is_missing(waapp: Waapp) -> None:
    failed = waapp("check", "--json", TWILIO_ACCOUNT_SID="AC" + "0" * 32)
    report = json.loads(failed.stdout)
    assert failed.returncode == 1
    levels = {check["subject"]: check["level"] for check in report["checks"]}
    assert levels["Twilio account"] == "error"
    assert levels["Database"] == "ok"
    assert levels["Window"] == "ok"
    served = json.loads(waapp("check", "--json", QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="").stdout)
    (window,) = [check for check in served["checks"] if check["subject"] == "Window"]
    assert window["level"] == "warning"
    assert "no screen" in window["text"]


def test_migrating_twice_says_so(waapp: Waapp, database_url: str) -> None:
    done = waapp("migrate", WAAPP_DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    assert "already" in done.stdout


def test_migrate_prints_its_sql(waapp: Waapp, empty_url: str) -> None:
    printed = waapp("migrate", "--sql", WAAPP_DATABASE_URL=empty_url)
    assert printed.returncode == 0, printed.stderr
    assert "whatsapp_invitations" in printed.stdout


def test_nothing_to_migrate_is_still_sql(waapp: Waapp, event: str) -> None:
    printed = waapp("migrate", "--sql")
    assert printed.returncode == 0, printed.stderr
    assert all(line.startswith("--") for line in printed.stdout.splitlines())


def test_two_machines_migrate_at_once(home: Path, empty_url: str) -> None:
    machines = [
        subprocess.Popen(
            [sys.executable, "-m", "waapp", "migrate"],
            env=environment(home, WAAPP_DATABASE_URL=empty_url),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = sorted(machine.communicate(timeout=60)[0] for machine in machines)
    assert [machine.returncode for machine in machines] == [0, 0]
    assert said == ["The database is now up to date.\n", "The database was up to date already.\n"]


_TALKATIVE = """
import logging, sys
from waapp import cli
logging.getLogger("waapp").setLevel(logging.DEBUG)
sys.exit(cli.run(["demo", "--json"]))
"""


def test_demo_proves_the_main_job_and_its_log_betrays_nobody(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", _TALKATIVE],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    written = (tmp_path / "logs" / "waapp.log").read_text(encoding="utf-8")
    assert "Messages.json answered 201" in written
    cells = read_guest_file(SAMPLE).rows
    numbers = {number.e164 for row in cells for cell in row if (number := phone.read(cell, "PT")).e164}
    assert len(numbers) > 80
    bare = re.sub(r"[ ()./-]", "", written)
    assert [number for number in numbers if number[-7:] in bare] == []
    # Neither the token of a guest's link nor the whole of an account's name.
    assert re.findall(r"\b[0-9a-f]{16}\b|AC[0-9a-f]{32}|rsvp\.example", written) == []
    report = json.loads(shown.stdout)
    assert shown.returncode == 0, shown.stderr
    assert report["proved"]
    assert report["doubled"] == 0
    assert len(report["guests"]) == 118


def test_the_window_ends_in_order_on_sigterm(home: Path) -> None:
    window = subprocess.Popen(
        [sys.executable, "-m", "waapp"], env=environment(home), stderr=subprocess.DEVNULL
    )
    log = home / "logs" / "waapp.log"
    before = log.read_text(encoding="utf-8").count("feed connected")
    deadline = time.monotonic() + 60
    while log.read_text(encoding="utf-8").count("feed connected") == before and time.monotonic() < deadline:
        time.sleep(0.1)
    window.send_signal(signal.SIGTERM)
    assert window.wait(60) == 0


def test_a_list_that_comes_again_adds_nothing_changes_when_told_and_is_taken_back(
    waapp: Waapp, tmp_path: Path
) -> None:
    event = waapp("event", "Party", "--date", "2027-06-05", "--region", "PT").stdout.strip()
    path = tmp_path / "list.csv"
    path.write_text("Name,Phone,Group\nAna,912345678,Bride\nRui,913456789,Groom\n", encoding="utf-8")
    first = json.loads(waapp("import", event, str(path), "--json").stdout)
    assert (first["rows"], first["added"], first["unchanged"], first["skipped"]) == (2, 2, 0, 0)
    again = json.loads(waapp("import", event, str(path), "--json").stdout)
    assert (again["added"], again["unchanged"], again["import"]) == (0, 2, None)
    path.write_text("Name,Phone,Group\nAna,912345678,Family\nEva,914456789,\n", encoding="utf-8")
    safe = json.loads(waapp("import", event, str(path), "--dry-run", "--json").stdout)
    assert (safe["would_add"], safe["would_change"], safe["skipped"]) == (1, 0, 1)
    shown = waapp("import", event, str(path), "--dry-run").stdout
    assert "row 2: Already on the list, and left as it is there." in shown
    assert "row 2: only with --update: Group: Bride → Family" in shown
    update = json.loads(waapp("import", event, str(path), "--update", "--json").stdout)
    assert (update["added"], update["changed"]) == (1, 1)
    assert update["changes"] == [{"row": 2, "field": "group", "old": "Bride", "new": "Family"}]
    undone = json.loads(waapp("import", "--undo", update["import"], "--json").stdout)
    assert undone == {"done": True, "removed": 1, "restored": 1, "kept": []}
    assert len(json.loads(waapp("status", event, "--json").stdout)["guests"]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["import"],
        ["import", "Party"],
        ["import", "Party", "list.csv", "--rest"],
        ["import", "Party", "--undo", "8c9d3f0e-0000-4000-8000-000000000000"],
        ["import", "Party", "list.csv", "--update", "--skip"],
        ["import", "--undo", "not an id"],
    ],
)
def test_an_import_needs_a_list_or_something_to_take_back(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.run(arguments)
    assert ended.value.code == 2


def new_event(waapp: Waapp, name: str) -> str:
    made = waapp("event", name, "--date", "2030-06-05T16:00", "--zone", "Europe/Lisbon", "--json")
    return str(json.loads(made.stdout)["id"])


def test_an_export_takes_the_filters_of_the_window(waapp: Waapp, tmp_path: Path) -> None:
    event = new_event(waapp, "Filtered")
    guests = tmp_path / "guests.csv"
    guests.write_text(
        "name,phone,group,tags,language,household\n"
        'Ana Sousa,+351912345678,Bride,"VIP, Dance",pt-PT,Sousa\n'
        "Rui Reis,+351912345679,Groom,VIP,pt-PT,Reis\n"
        "Ewa Kowalczyk,+48512345678,Work,,pl,\n"
        "Zoé,,,Dance,,\n",
        encoding="utf-8",
    )
    assert waapp("import", event, str(guests)).returncode == 0

    def names(*asked: str) -> set[str]:
        file = tmp_path / "out.csv"
        done = waapp("export", event, str(file), "--json", *asked)
        assert (done.returncode, done.stderr) == (0, "")
        lines = file.read_text(encoding="utf-8-sig").splitlines()[1:]
        assert json.loads(done.stdout)["guests"] == len(lines)
        return {line.split(",")[0] for line in lines}

    everybody = {"Ana Sousa", "Rui Reis", "Ewa Kowalczyk", "Zoé"}
    assert names() == everybody
    assert names("--group", "Bride", "--group", "Work") == {"Ana Sousa", "Ewa Kowalczyk"}
    assert names("--group", "") == {"Zoé"}
    assert names("--tag", "vip", "--tag", "dance") == {"Ana Sousa", "Rui Reis", "Zoé"}
    assert names("--tag", "vip", "--tag", "dance", "--every-tag") == {"Ana Sousa"}
    assert names("--language", "Polish", "--language", "") == {"Ewa Kowalczyk", "Zoé"}
    assert names("--language", "pt_PT", "--household", "sousa", "--household", "") == {"Ana Sousa"}
    assert names("--search", "sou", "--tag", "VIP") == {"Ana Sousa"}
    assert names("--status", "look") == {"Zoé"}
    good = (tmp_path / "out.csv").read_bytes()
    for slip, known in (("--group", "bride"), "Bride, Groom, Work"), (("--tag", "VIPs"), "Dance, VIP"):
        refused = waapp("export", event, str(tmp_path / "out.csv"), *slip)
        assert refused.returncode == 1
        assert known in refused.stderr
        assert (tmp_path / "out.csv").read_bytes() == good
    assert names("--status", "not-invited") == everybody
    assert names("--status", "delivered") == set()
    assert waapp("export", event, str(tmp_path / "out.csv"), "--status", "lost").returncode == 2


def test_an_export_by_a_kept_filter_narrows_it_and_names_those_there_are(
    waapp: Waapp, tmp_path: Path, private_url: str
) -> None:
    event = new_event(waapp, "Filtered by name")
    guests = tmp_path / "guests.csv"
    guests.write_text(
        "name,phone,group\nAna,+351912345678,Bride\nRui,+351912345679,Bride\n", encoding="utf-8"
    )
    assert waapp("import", event, str(guests)).returncode == 0
    file = tmp_path / "out.vcf"
    refused = waapp("export", event, str(file), "--filter", "Brides")
    assert refused.returncode == 1
    assert "none" in refused.stderr
    assert not file.exists()
    with psycopg.connect(private_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO waapp_guest_filters (event_id, name, filter) VALUES (%s, 'Brides', %s)",
            [event, json.dumps({"group": "Bride", "text": "ana", "state": "not_invited"})],
        )
    assert "1 guest saved" in waapp("export", event, str(file), "--filter", "Brides").stdout
    assert (
        "0 guests saved" in waapp("export", event, str(file), "--filter", "Brides", "--search", "rui").stdout
    )
    assert "Brides" in waapp("export", event, str(file), "--filter", "Grooms").stderr


def test_one_message_for_each_household(waapp: Waapp, tmp_path: Path) -> None:
    made = waapp("event", "Homes", "--date", "2030-06-05T16:00", "--place", "Porto",
                 "--rsvp-link", "https://rsvp.example/{rsvp_token}", "--quiet", "none")  # fmt: skip
    assert made.returncode == 0, made.stderr
    guests = tmp_path / "homes.csv"
    guests.write_text(
        "name,phone,household\nAna,+351912345678,Reis\nRui,+351912345679,Reis\nEva,+351912345680,\n",
        encoding="utf-8",
    )
    assert waapp("import", "Homes", str(guests)).returncode == 0
    planned = ("send", "Homes", "--template", "rsvp_invitation", "--dry-run", "--json")
    each = json.loads(waapp(*planned).stdout)
    home = json.loads(waapp(*planned, "--one-per-household").stdout)
    assert (len(each["recipients"]), len(home["recipients"])) == (3, 2)
    assert [one["reason"] for one in home["excluded"]] == ["household"]


def test_the_statuses_of_an_export_are_the_chips_of_the_list() -> None:
    chips = {chip.value.replace("_", "-") for chip in GuestFilter} - {"all"}
    assert set(cli._STATUSES) == chips
