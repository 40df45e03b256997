"""Trouble with files, disks, processes and the database: one sentence, a window that lives, nothing half saved."""

import asyncio
import os
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.chaos.disk import UnplayableError, fill, small_disk
from tests.chaos.proxy import proxy
from tests.chaos.servers import Server
from tests.corpus.troubles import TROUBLES
from tests.gui import test_import_dialog, test_import_history
from tests.gui.import_processes import workers
from tests.gui.pages import until
from tests.gui.test_import_dialog import LIST, Setting
from waapp.db import binaries, migrate
from waapp.engine.aside import MEMORY_LIMIT
from waapp.errors import UserError
from waapp.gui.import_dialog import ImportDialog
from waapp.texts import message

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.timeout(300)]

setting = test_import_dialog.setting
desk = test_import_history.desk

PEOPLE = 4  # whom LIST adds
JARGON = ("traceback", "exception", "errno", "null", "sql", "0x", "none", "thread", "process")
LONG = "Name;Phone\n" + "".join(f"Guest {n};+1 202 555 {n:04}\n" for n in range(100, 3100))


@dataclass
class Held:
    """The most memory that the processes of an import held at once."""

    most: int = 0


@contextmanager
def watched():
    """Watch the processes that work on lists."""
    held, over = Held(), threading.Event()

    def look():
        while not over.wait(0.02):
            with suppress(psutil.Error):
                held.most = max(held.most, sum(worker.memory_info().rss for worker in workers()))

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield held
    finally:
        over.set()
        watching.join()


def saved(url):
    """Return how many guests, imports and rows of imports there are."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM guests), (SELECT count(*) FROM waapp_imports),"
            " (SELECT count(*) FROM waapp_import_rows)"
        ).fetchone()


NOTHING = (0, 0, 0)


@contextmanager
def locked_guests(url):
    """Let nobody add guests; yields a function that tells whether somebody waits for it."""
    with psycopg.connect(url) as connection, psycopg.connect(url, autocommit=True) as other:
        connection.execute("LOCK TABLE guests IN SHARE MODE")
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        yield lambda: other.execute(waiting).fetchone()[0] > 0
        connection.rollback()


async def refused(setting, path):
    """Bring a file in and return the words that are said in place of the dialog, and how often the loop turned."""
    dialog = setting.dialog(path)
    turns = 0
    async with asyncio.timeout(60):
        while not setting.reports.errors:
            turns += 1
            await asyncio.sleep(0.01)
    assert not dialog.isVisible()
    (error,) = setting.reports.errors
    assert isinstance(error, UserError)
    setting.reports.errors.clear()
    words = message(error)
    plain = f"{words.what} {words.todo}".lower()
    assert not [word for word in JARGON if word in plain]
    return error.code, words, turns


async def added(setting, content=LIST):
    """Bring a list in and save it."""
    dialog = await setting.opened(content)
    dialog._add.click()
    await until(lambda: dialog.saved is not None)
    return dialog.saved


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_file_that_is_no_list_is_refused_in_one_sentence(setting, database_url, trouble):
    make, code = TROUBLES[trouble]

    async def story():
        await setting.begin()
        path = setting.folder / "guests.xlsx"
        path.write_bytes(make())
        with watched() as held:
            said, words, turns = await refused(setting, path)
        assert said == code
        assert "guests.xlsx" in words.what
        assert words.todo
        assert turns > 10
        # Two processes at most, of which one reads.
        assert 0 < held.most < MEMORY_LIMIT
        assert saved(database_url) == NOTHING

    setting.run(story())


def folder(path):
    path.mkdir()


def fifo(path):
    os.mkfifo(path)


def device(path):
    path.symlink_to("/dev/zero")


def broken_disk(path):
    # The kernel refuses to read it, as it does with a disk that is broken.
    path.symlink_to("/proc/self/mem")


def forbidden(path):
    path.write_text(LIST)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("nothing is forbidden to who runs this")


def gigabyte(path):
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(1 << 30)


def gigabyte_of_text(path):
    with path.open("wb") as file:
        file.write(LIST.encode())
        file.truncate(1 << 30)


def nowhere(path):
    path.symlink_to(path.parent / "gone.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files here")
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (folder, "file_is_folder"),
        (fifo, "file_not_a_list"),
        (device, "file_not_a_list"),
        (broken_disk, "file_unreadable"),
        (forbidden, "file_unreadable"),
        (gigabyte, "file_too_large"),
        (gigabyte_of_text, "file_too_large"),
        (nowhere, "file_missing"),
    ],
)
def test_what_is_no_file_to_read_is_refused_in_one_sentence(setting, database_url, make, code):
    async def story():
        await setting.begin()
        path = setting.folder / "guests.csv"
        make(path)
        with watched() as held:
            said, words, _ = await refused(setting, path)
        assert said == code
        assert "guests.csv" in words.what
        assert 0 < held.most < MEMORY_LIMIT / 2
        assert saved(database_url) == NOTHING

    setting.run(story())


@contextmanager
def another_program(script, *arguments):
    """Let another program do something to files all the time."""
    command = ["/bin/sh", "-c", f"while :; do {script}; done", "sh", *map(str, arguments)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        try:
            yield
        finally:
            running.kill()


def test_a_file_that_grows_while_it_is_read_is_never_read_in_part(setting, database_url):
    async def story():
        await setting.begin()
        path = setting.folder / "guests.csv"
        path.write_text("Name;Phone\n" + "Eva;914 456 789\n" * 300_000)
        with another_program('echo "Rui;913 456 789" >> "$1"', path):
            code, _, _ = await refused(setting, path)
        # Where the other program paused for long enough, what there was is read: more than there may be.
        assert code in {"file_changing", "too_many_rows"}
        assert saved(database_url) == NOTHING
        path.write_text(LIST)
        assert (await added(setting, path)).account.added == PEOPLE

    setting.run(story())


def test_a_file_that_comes_and_goes_is_refused_or_read_whole(setting, database_url):
    async def story():
        await setting.begin()
        path = setting.folder / "guests.csv"
        spare = setting.folder / "spare"
        spare.write_text(LIST)
        with another_program('ln "$1" "$2"; rm -f "$2"', spare, path):
            for _ in range(3):
                dialog = setting.dialog(path)
                await until(lambda dialog=dialog: setting.reports.errors or dialog.desk.now is not None)
                if setting.reports.errors:
                    assert setting.reports.codes in (["file_missing"], ["file_changing"])
                    setting.reports.errors.clear()
                else:
                    await until(lambda dialog=dialog: dialog.model.total == 6)
                    dialog.reject()
        assert saved(database_url) == NOTHING

    setting.run(story())


# --- processes ------------------------------------------------------------------------------------------------------


def test_the_process_is_killed_while_it_reads(setting, database_url):
    async def story():
        await setting.begin()
        dialog = setting.dialog(LONG)
        await until(workers)
        for worker in workers():
            worker.kill()
        await until(lambda: setting.reports.errors)
        assert setting.reports.codes == ["workbook_unreadable"]
        setting.reports.errors.clear()
        assert not dialog.isVisible()
        assert saved(database_url) == NOTHING
        assert (await added(setting)).account.added == PEOPLE

    setting.run(story())


def test_the_process_is_killed_while_it_compares(setting, database_url):
    async def story():
        await setting.begin()
        dialog = await setting.opened()
        for worker in workers():
            worker.send_signal(signal.SIGSTOP)
        dialog.columns._erase.click()
        await asyncio.sleep(0)
        for worker in workers():
            worker.kill()
        await until(lambda: dialog._messages.text)
        assert "has ended by itself. Nothing was saved." in dialog._messages.text
        assert dialog.isVisible()
        dialog.reject()
        assert saved(database_url) == NOTHING
        assert (await added(setting)).account.added == PEOPLE

    setting.run(story())


def test_the_process_is_killed_while_it_saves(setting, database_url):
    async def story():
        await setting.begin()
        dialog = await setting.opened()
        with locked_guests(database_url) as somebody_waits:
            dialog._add.click()
            await until(somebody_waits)
            for worker in workers():
                worker.kill()
            await until(lambda: not workers())
        await until(lambda: dialog._messages.text)
        assert "has ended by itself. Nothing was saved." in dialog._messages.text
        assert dialog.saved is None
        dialog.reject()
        await until(lambda: not workers())
        assert saved(database_url) == NOTHING
        assert (await added(setting)).account.added == PEOPLE

    setting.run(story())


def test_the_dialog_is_closed_while_it_reads_compares_and_saves(setting, database_url):
    async def story():
        await setting.begin()
        reading = setting.dialog(LONG)
        await until(workers)
        reading.reject()
        await until(lambda: not workers())
        comparing = await setting.opened()
        comparing.columns._erase.click()
        comparing.reject()
        await until(lambda: not workers())
        saving = await setting.opened()
        with locked_guests(database_url) as somebody_waits:
            saving._add.click()
            await until(somebody_waits)
            saving.reject()
            await until(lambda: not workers())
        await until(lambda: not saving.isVisible())
        assert await saving.desk.saved_after_all() is None
        assert saved(database_url) == NOTHING
        assert (await added(setting)).account.added == PEOPLE

    setting.run(story())


# --- the database ---------------------------------------------------------------------------------------------------


@pytest.fixture
def wire(database_url):
    parts = conninfo_to_dict(database_url)
    with proxy(f"{parts['host']}/.s.PGSQL.{parts['port']}") as made:
        yield made


@pytest.fixture
def far(qtbot, window_run, tmp_path, database_url, wire):
    """A desk that reaches the database through a cable that can be cut."""
    parts = conninfo_to_dict(database_url)
    url = f"postgresql://{parts['user']}@127.0.0.1:{wire.port}/{parts['dbname']}?sslmode=disable"
    made = Setting(qtbot, window_run, tmp_path, url)
    yield made
    for dialog in made.dialogs:
        window_run(dialog.desk.close())
    window_run(made.tasks.close())
    window_run(made.database.dispose())
    made.reports.check()


def test_the_database_is_gone_while_it_saves(far, wire, database_url):
    async def story():
        await far.begin()
        dialog = await far.opened()
        with locked_guests(database_url) as somebody_waits:
            dialog._add.click()
            await until(somebody_waits)
            wire.refuse()
            wire.cut()
            await until(lambda: dialog._messages.text)
        assert "was lost while guests.csv was being saved" in dialog._messages.text
        assert "nobody is added twice" in dialog._messages.text
        assert dialog.isVisible()
        wire.refuse(False)
        await until(lambda: saved(database_url) == NOTHING)
        dialog._add.click()
        await until(lambda: dialog.saved is not None)
        assert saved(database_url)[:2] == (PEOPLE, 1)

    far.run(story())


def test_the_database_is_gone_before_it_saves(far, wire, database_url):
    async def story():
        await far.begin()
        dialog = await far.opened()
        wire.refuse()
        dialog._add.click()
        await until(lambda: dialog._messages.text)
        assert dialog.isVisible()
        wire.refuse(False)
        dialog._add.click()
        await until(lambda: dialog.saved is not None)
        assert saved(database_url)[:2] == (PEOPLE, 1)

    far.run(story())


def behind_the_copying(last=b"waapp_import_mappings"):
    """Return what tells the end of a save from the other transactions."""
    copied = False

    def is_it(asked):
        nonlocal copied
        copied = copied or last in asked
        return copied and b"COMMIT" in asked

    return is_it


def test_it_was_saved_but_the_answer_is_lost_and_adding_again_adds_nobody_twice(far, wire, database_url):
    async def story():
        await far.begin()
        dialog = await far.opened()
        wire.cut_before(behind_the_copying())
        dialog._add.click()
        await until(lambda: "nobody is added twice" in dialog._messages.text)
        assert not wire.armed
        assert saved(database_url)[:2] == (PEOPLE, 1)
        dialog._add.click()
        await until(lambda: dialog.saved is not None)
        assert dialog.saved.account.added == PEOPLE
        assert saved(database_url)[:2] == (PEOPLE, 1)

    far.run(story())


def test_it_was_saved_but_nobody_heard_of_it_and_the_page_says_so(desk, monkeypatch):
    async def story():
        await desk.open()
        path = test_import_history.write(desk.folder)
        desk.tasks.start(desk.page._import.bring(desk.page._event, path))
        dialog = await desk.shown(ImportDialog)
        await until(lambda: dialog.desk.now is not None and dialog._add.isEnabled())
        with locked_guests(desk.database.url) as somebody_waits:
            dialog._add.click()
            await until(somebody_waits)
            # It stands still from here to behind its commit, and the planner closes the window.
            work = dialog.desk._work
            monkeypatch.setattr(work, "kill", lambda: None)
            dialog.reject()
        await until(lambda: "3 guests were added from list.csv" in desk.page.messages.text)
        assert len(await desk.stored()) == 3

    desk.folder = desk.run(_folder())
    desk.run(story())


async def _folder():
    import tempfile
    from pathlib import Path

    return Path(tempfile.mkdtemp())


# --- disks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk():
    """A small disk; only root may mount one."""
    try:
        with small_disk(2) as folder:
            yield folder
    except UnplayableError:
        pytest.skip("no disk can be mounted here")


def test_a_full_disk_takes_no_remarks_and_says_so(setting, disk):
    async def story():
        await setting.begin()
        dialog = await setting.opened()
        ballast = fill(disk)
        with pytest.raises(UserError) as caught:
            await dialog.write_remarks(disk / "remarks.xlsx")
        assert caught.value.code == "disk_full"
        assert [path.name for path in disk.iterdir()] == ["ballast"]
        ballast.unlink()
        await dialog.write_remarks(disk / "remarks.xlsx")
        assert (disk / "remarks.xlsx").stat().st_size > 1000
        dialog._add.click()
        await until(lambda: dialog.saved is not None)

    setting.run(story())


def test_the_disk_of_the_database_fills_up_while_it_saves(qtbot, window_run, tmp_path):
    try:
        with small_disk(300) as folder:
            binaries.give_to_account(folder)
            server = Server.make(folder / "primary", min_wal_size="32MB", max_wal_size="64MB")
            try:
                _fill_up(qtbot, window_run, tmp_path, folder, server)
            finally:
                server.end()
    except UnplayableError:
        pytest.skip("no disk can be mounted here")


def _fill_up(qtbot, window_run, tmp_path, folder, server):
    many = "Name;Phone;Note\n" + "".join(
        f"Guest {n};+1 202 555 {n:04};{'x' * 900}\n" for n in range(100, 9100)
    )
    made = Setting(qtbot, window_run, tmp_path, server.url)

    async def story():
        await migrate.upgrade(server.url)
        await made.begin()
        dialog = await made.opened(many)
        ballast = fill(folder)
        dialog._add.click()
        await until(lambda: dialog._messages.text, seconds=60)
        assert "is full" in dialog._messages.text or "was lost" in dialog._messages.text
        assert dialog.isVisible()
        ballast.unlink()
        if not server.running:
            server.start()
        assert saved(server.url) == NOTHING
        dialog._add.click()
        await until(lambda: dialog.saved is not None, seconds=60)
        guests, imports, _ = saved(server.url)
        assert (guests, imports) == (dialog.saved.account.added, 1)

    window_run(story())
    for dialog in made.dialogs:
        window_run(dialog.desk.close())
    window_run(made.tasks.close())
    window_run(made.database.dispose())
    made.reports.check()
