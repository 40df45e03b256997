"""The folder of settings and logs full or read-only: the window says so in plain words, and nothing is lost."""

import subprocess
from contextlib import contextmanager
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from tests import test_app
from tests.chaos.disk import UnplayableError, fill, small_disk
from tests.test_app import desk, make_party, mobiles, one
from waapp import config, paths
from waapp.db import migrate
from waapp.gui.import_dialog import ImportDialog

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.timeout(300)]

server = test_app.server
_dressed = test_app._dressed


@pytest.fixture
def disk(monkeypatch):
    """A small disk that holds the program's folder; only root may mount one."""
    try:
        with small_disk(4) as folder:
            monkeypatch.setenv("WAAPP_HOME", str(folder))
            yield folder
    except UnplayableError:
        pytest.skip("no disk can be mounted here")


@contextmanager
def read_only(folder):
    """Take the right to write to a folder away, from root as well."""
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def said(at):
    return " ".join(label.text() for label in at.page("settings").outcome.findChildren(QLabel))


async def save_as(at, name):
    """Give another name in the settings and press Ctrl+S."""
    at.control(Qt.Key.Key_6)
    settings = at.page("settings")
    await at.until(settings.isVisible)
    settings.sending.planner.selectAll()
    QTest.keyClicks(settings.sending.planner, name)
    at.control(Qt.Key.Key_S)


def test_a_full_and_then_read_only_folder_is_said_in_plain_words_and_loses_nothing(
    window_run, server, disk
) -> None:
    async def scenario():
        url = await server.start()
        await migrate.upgrade(url)
        event_id = await make_party(url, mobiles(3))
        settings = replace(config.load(), database_url=url, database_from_environment=True)
        config.save(replace(settings, planner="Maria"))
        async with desk(settings) as at:
            await at.until(lambda: at.window.event_id == event_id)
            ballast = fill(disk)
            await save_as(at, "Joana")
            await at.until(lambda: "could not be saved" in said(at))
            assert "the disk is not full" in said(at)
            assert "No space left" in said(at)
            assert at.page("settings").sending.planner.text() == "Joana"
            assert config.load().planner == "Maria"
            with read_only(paths.config_dir()):
                at.control(Qt.Key.Key_S)
                await at.until(lambda: "may be written to" in said(at) and "Read-only" in said(at))
            # The rest of the program goes on: a guest is changed, and the database has it.
            at.control(Qt.Key.Key_2)
            page = at.page("guests")
            await at.until(lambda: page.guests.model.total == 3)
            page.show_guest(page.guests.model.id_at(0))
            await at.until(lambda: page.panel.guest is not None)
            page.panel.form.lines["name"].setFocus()
            page.panel.form.lines["name"].selectAll()
            QTest.keyClicks(page.panel.form.lines["name"], "Ana Full")
            at.control(Qt.Key.Key_S, page.panel.form.lines["name"])
            await at.until(lambda: "was saved" in page.messages.text)
            assert one(url, "SELECT count(*) FROM guests WHERE name = 'Ana Full'") == 1
            ballast.unlink()
            earlier = at.page("guests")
            await save_as(at, "Joana")
            await at.until(lambda: at.page("guests") is not earlier and at.window._stack.ready)
            assert config.load().planner == "Joana"

    window_run(scenario())


def test_lists_come_in_and_are_taken_back_while_the_folder_takes_nothing(
    window_run, server, disk, tmp_path
) -> None:
    path = tmp_path / "guests.csv"

    async def bring(at, people, said):
        page = at.page("guests")
        path.write_text("Name,Phone\n" + "".join(f"{name},+3519{n:08}\n" for n, name in people.items()))
        page.import_file(path)
        await at.until(lambda: at.find(ImportDialog, "import_dialog") is not None)
        dialog = at.find(ImportDialog, "import_dialog")
        await at.until(lambda: dialog._add.isEnabled())
        at.control(Qt.Key.Key_Return, dialog)
        await at.until(lambda: said in page.messages.text)

    async def scenario():
        url = await server.start()
        await migrate.upgrade(url)
        event_id = await make_party(url, mobiles(1))
        settings = replace(config.load(), database_url=url, database_from_environment=True)
        config.save(replace(settings, planner="Maria"))
        async with desk(settings) as at:
            await at.until(lambda: at.window.event_id == event_id)
            at.control(Qt.Key.Key_2)
            page = at.page("guests")
            await at.until(lambda: page.guests.model.total == 1)
            ballast = fill(disk)
            await bring(at, {12345678: "Ana", 13456789: "Rui"}, "2 guests were added")
            assert one(url, "SELECT count(*) FROM guests") == 3
            with read_only(paths.config_dir()):
                await bring(at, {12345678: "Ana", 13456789: "Rui", 14567890: "Eva"}, "1 guest was added")
                assert one(url, "SELECT count(*) FROM guests") == 4
                at.control(Qt.Key.Key_Z, page)
                await at.until(lambda: "1 guest removed" in page.messages.text)
            ballast.unlink()
            assert one(url, "SELECT count(*) FROM guests") == 3

    window_run(scenario())


def test_a_private_database_in_a_folder_that_cannot_be_written_is_explained(window_run, disk) -> None:
    async def scenario():
        with read_only(disk):
            async with desk() as at:
                await at.until(lambda: "Check that it may be written to" in at.text("opening_text"))
                assert str(disk) in at.text("opening_text")
                assert "Read-only file system" in at.text("opening_text")

    window_run(scenario())


def test_a_private_database_on_a_full_disk_is_explained(window_run, disk) -> None:
    async def scenario():
        fill(disk)
        async with desk() as at:
            await at.until(lambda: "The disk is full" in at.text("opening_text"))
            assert "Make room, then start again" in at.text("opening_text")

    window_run(scenario())
