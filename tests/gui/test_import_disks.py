"""Disks and folders that take nothing while a list comes in: it comes in all the same, or one sentence says why not."""

import subprocess
from contextlib import contextmanager

import psycopg
import pytest
from PySide6.QtWidgets import QPushButton

from tests.chaos.disk import UnplayableError, fill, small_disk
from tests.gui import test_import_dialog, test_import_history
from tests.gui.pages import until
from tests.gui.test_import_dialog import LIST
from tests.gui.test_import_troubles import PEOPLE, saved
from waapp.core.headings import Field
from waapp.errors import UserError

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.timeout(300)]

setting = test_import_dialog.setting
desk = test_import_history.desk


@pytest.fixture
def disk():
    """A small disk; only root may mount one."""
    try:
        with small_disk(2) as folder:
            yield folder
    except UnplayableError:
        pytest.skip("no disk can be mounted here")


@contextmanager
def full(disk):
    ballast = fill(disk)
    yield
    ballast.unlink()


@contextmanager
def read_only(disk):
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


@pytest.mark.parametrize("trouble", [full, read_only])
def test_a_temporary_folder_that_takes_nothing_is_not_needed(
    setting, disk, database_url, monkeypatch, trouble
):
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(disk))

    async def story():
        await setting.begin()
        with trouble(disk):
            dialog = await setting.opened()
            await dialog.write_remarks(setting.folder / "remarks.xlsx")
            dialog._add.click()
            await until(lambda: dialog.saved is not None)
        assert (setting.folder / "remarks.xlsx").stat().st_size > 1000
        assert saved(database_url)[:2] == (PEOPLE, 1)
        assert not list(disk.iterdir())

    setting.run(story())


@pytest.mark.parametrize("trouble", [full, read_only])
def test_the_folder_of_the_list_takes_nothing(setting, disk, database_url, trouble):
    async def story():
        await setting.begin()
        path = disk / "guests.csv"
        path.write_text(LIST)
        with trouble(disk):
            dialog = await setting.opened(path)
            with pytest.raises(UserError) as caught:
                await dialog.write_remarks(disk / "remarks.xlsx")
            assert caught.value.code == ("disk_full" if trouble is full else "file_not_written")
            assert dialog.isVisible()
            dialog._add.click()
            await until(lambda: dialog.saved is not None)
        assert saved(database_url)[:2] == (PEOPLE, 1)
        assert [each.name for each in disk.iterdir()] == ["guests.csv"]

    setting.run(story())


def refuse_mappings(url, code):
    """Let the database refuse to keep how columns are read, as it does where a disk is full or a right is missing."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{code}'; END $$"
        )
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON waapp_import_mappings"
            " FOR EACH ROW EXECUTE FUNCTION refuse()"
        )


@pytest.mark.parametrize("code", ["53100", "42501", "23514"])
def test_columns_that_cannot_be_remembered_keep_nobody_out(desk, database_url, tmp_path, code):
    refuse_mappings(database_url, code)

    async def story():
        await desk.open()
        desk.page.import_file(test_import_history.write(tmp_path))
        await desk.bring()
        assert desk.page.messages.text == (
            "3 guests were added from list.csv. How its columns were read could not be kept for the next list."
        )
        assert set(await desk.stored()) == {"Ana", "Rui", "Eva"}
        desk.page.findChild(QPushButton, "guests_message_action").click()
        await until(lambda: "3 guests removed" in desk.page.messages.text)

    desk.run(story())


def test_a_mapping_that_makes_no_sense_any_more_is_passed_over(setting, database_url):
    async def story():
        await setting.begin()
        first = await setting.opened()
        await first.desk.assign(3, Field.IGNORED)
        first._add.click()
        await until(lambda: first.saved is not None)
        with psycopg.connect(database_url) as connection:
            connection.execute(
                'UPDATE waapp_import_mappings SET choices = \'{"0:name": "moon", "x": "name"}\''
            )
        again = await setting.opened(LIST.replace("Ana", "Eva"), file="other.csv")
        assert again.desk.now.columns.columns[0].field is Field.NAME
        again.reject()

    setting.run(story())
