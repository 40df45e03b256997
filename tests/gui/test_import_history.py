"""Taking imports back from the list of them, pasting, and who must stay as they are."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QListWidget, QMenu, QPushButton

from tests.gui.accessibility import assert_accessible, assert_nothing_cut
from tests.gui.guest_data import errors
from tests.gui.import_processes import workers
from tests.gui.pages import SETTINGS, Reports, forget_nothing, make_event, until
from waapp.core.guests import GuestDraft
from waapp.db import guests
from waapp.db.engine import Database
from waapp.gui.aio import Tasks
from waapp.gui.guest_import import dropped_file
from waapp.gui.guests_page import GuestsPage
from waapp.gui.import_dialog import ImportDialog
from waapp.gui.import_history import ImportHistory, UndoQuestion

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LIST = "Name,Phone\nAna,+351912345678\nRui,+351913456789\nEva,+351914456789\n"


class Desk:
    def __init__(self, qtbot, run, database_url):
        self.run = run
        self.database = Database(database_url, planner="test")
        self.reports = Reports()
        self.tasks = Tasks(self.reports)
        self.page = GuestsPage(
            database=self.database,
            settings=SETTINGS,
            tasks=self.tasks,
            navigate=lambda _page: None,
            errors=errors(),
            forget_practised=forget_nothing,
        )
        qtbot.addWidget(self.page)
        self.page.resize(1200, 800)

    async def open(self, *drafts):
        self.event_id = await make_event(self.database, drafts)
        self.page.show()
        await self.page.open(self.event_id)

    async def stored(self):
        async with self.database.read() as conn:
            return {guest.name: guest for guest in await guests.list_guests(conn, self.event_id)}

    async def shown(self, kind):
        await until(lambda: any(each.isVisible() for each in self.page.findChildren(kind)))
        return next(each for each in self.page.findChildren(kind) if each.isVisible())

    async def bring(self):
        dialog = await self.shown(ImportDialog)
        await until(lambda: dialog._add.isEnabled())
        QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "from" in self.page.messages.text)

    async def history(self):
        self.page._import_menu.history.trigger()
        return await self.shown(ImportHistory)


@pytest.fixture
def desk(qtbot, window_run, database_url):
    made = Desk(qtbot, window_run, database_url)
    yield made
    window_run(made.tasks.close())
    window_run(made.database.dispose())
    made.reports.check()


def write(folder: Path) -> Path:
    path = folder / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_a_paste_is_brought_in_and_taken_back_from_the_list_of_imports(desk):
    async def story():
        await desk.open()
        empty = await desk.history()
        assert not empty.findChild(QPushButton, "import_history_undo").isEnabled()
        assert_accessible(empty)
        empty.reject()
        QGuiApplication.clipboard().setText(LIST.replace(",", "\t"))
        desk.page._import_menu.paste.trigger()
        await desk.bring()
        assert desk.page.messages.text == "3 guests were added from Pasted guests."
        history = await desk.history()
        assert_accessible(history)
        assert [one.source for one in history._model.all_rows()] == ["Pasted guests"]
        history.findChild(QPushButton, "import_history_undo").click()
        await until(lambda: desk.page.messages.text == "Import undone: 3 guests removed.")
        assert await desk.stored() == {}
        again = await desk.history()
        assert not again.findChild(QPushButton, "import_history_undo").isEnabled()
        again.reject()

    desk.run(story())


def test_a_file_is_chosen_while_what_reads_it_gets_ready(desk, tmp_path):
    async def story():
        await desk.open()
        desk.page.findChild(QPushButton, "guests_import").click()
        chooser = await desk.shown(QFileDialog)
        await until(lambda: len(workers()) == 2)
        ready = set(workers())
        field = chooser.findChild(QLineEdit)
        field.setText(str(write(tmp_path)))
        QTest.keyClick(field, Qt.Key.Key_Return)
        await desk.shown(ImportDialog)
        await desk.bring()
        assert desk.page.messages.text == "3 guests were added from list.csv."
        await until(lambda: not workers())
        assert all(not process.is_running() for process in ready)

    desk.run(story())


@pytest.mark.parametrize("patience", [0, 2], ids=["at once", "when all is ready"])
def test_when_no_file_is_chosen_nothing_goes_on(desk, patience):
    async def story():
        await desk.open()
        desk.page.findChild(QPushButton, "guests_import").click()
        chooser = await desk.shown(QFileDialog)
        await until(lambda: len(workers()) >= patience)
        chooser.reject()
        await until(lambda: not workers())

    desk.run(story())


def test_an_import_is_brought_back_from_the_list_of_imports_and_by_the_keys(desk, tmp_path):
    async def story():
        await desk.open()
        desk.page.import_file(write(tmp_path))
        await desk.bring()
        before = await desk.stored()
        await press(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: desk.page.messages.text == "Import undone: 3 guests removed.")
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        await press(desk, Qt.Key.Key_Z, both)
        await until(lambda: desk.page.messages.text == "Import redone: 3 guests added again.")
        assert await same(desk, before)
        history = await desk.history()
        assert not history.findChild(QPushButton, "import_history_redo").isEnabled()
        history.findChild(QPushButton, "import_history_undo").click()
        await until(lambda: desk.page.messages.text == "Import undone: 3 guests removed.")
        again = await desk.history()
        assert_accessible(again)
        assert [again.view.model().index(0, place).data() for place in range(7)][-1] == "Undone"
        again.findChild(QPushButton, "import_history_redo").click()
        await until(lambda: desk.page.messages.text == "Import redone: 3 guests added again.")
        assert await same(desk, before)
        # That was the last thing done: Undo beside the words takes it back.
        desk.page.findChild(QPushButton, "guests_message_action").click()
        await until(lambda: desk.page.messages.text == "Import undone: 3 guests removed.")
        assert await desk.stored() == {}

    desk.run(story())


async def press(desk, key, modifier):
    """Press a key in the list, once that is in front again, as a window system puts it when a dialog closes."""
    desk.page.window().activateWindow()
    await until(desk.page.window().isActiveWindow)
    view = desk.page.guests.view
    view.setFocus()
    QTest.keyClick(view, key, modifier)


async def same(desk, before):
    now = await desk.stored()
    return {name: replace(guest, updated_at=before[name].updated_at) for name, guest in now.items()} == before


def test_for_whom_it_cannot_be_brought_back_is_said_and_the_rest_can_be(desk, tmp_path):
    async def story():
        await desk.open()
        desk.page.import_file(write(tmp_path))
        await desk.bring()
        await press(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "3 guests removed" in desk.page.messages.text)
        async with desk.database.begin() as conn:
            await guests.add_guests(conn, desk.event_id, [GuestDraft("Ana M.", "+351912345678")])
        history = await desk.history()
        history.findChild(QPushButton, "import_history_redo").click()
        question = await desk.shown(UndoQuestion)
        assert_accessible(question)
        assert [question.findChild(QListWidget).item(0).text()] == ["\u2068Ana\u2069 — added again since"]
        assert question.findChild(QPushButton, "import_undo_rest").text() == "Redo for the other 2 guests"
        assert set(await desk.stored()) == {"Ana M."}
        question.findChild(QPushButton, "import_undo_no").click()
        history = await desk.history()
        history.findChild(QPushButton, "import_history_redo").click()
        (await desk.shown(UndoQuestion)).findChild(QPushButton, "import_undo_rest").click()
        await until(lambda: desk.page.messages.text == "Import redone: 2 guests added again, 1 guest stays.")
        assert set(await desk.stored()) == {"Ana M.", "Rui", "Eva"}

    desk.run(story())


def test_nothing_on_the_clipboard_is_said(desk):
    async def story():
        await desk.open()
        QGuiApplication.clipboard().clear()
        desk.page._import_menu.paste.trigger()
        await until(lambda: desk.page.messages.text.startswith("Nothing to paste"))

    desk.run(story())


def test_who_was_edited_since_stays_and_the_rest_can_be_taken_back(desk, tmp_path):
    async def story():
        await desk.open()
        desk.page.import_file(write(tmp_path))
        await desk.bring()
        ana = (await desk.stored())["Ana"]
        async with desk.database.begin() as conn:
            await guests.update_guest(
                conn, ana.id, GuestDraft("Ana", ana.phone, notes="mine"), ana.updated_at
            )
        desk.page.findChild(QPushButton, "guests_message_action").click()
        question = await desk.shown(UndoQuestion)
        assert_accessible(question)
        assert [question.findChild(QListWidget).item(0).text()] == ["\u2068Ana\u2069 — edited since"]
        assert set(await desk.stored()) == {"Ana", "Rui", "Eva"}
        question.findChild(QPushButton, "import_undo_rest").click()
        await until(lambda: desk.page.messages.text.startswith("Import undone"))
        assert set(await desk.stored()) == {"Ana"}

    desk.run(story())


def test_the_menu_is_opened_by_its_button(desk):
    async def story():
        await desk.open()
        desk.page.findChild(QPushButton, "guests_import_more").click()
        menu = desk.page.findChild(QMenu, "guests_import_menu")
        assert menu.isVisible()
        menu.close()

    desk.run(story())


@pytest.mark.parametrize(
    ("urls", "name"),
    [
        (["file:///tmp/photo.png", "file:///tmp/list.xlsx"], "list.xlsx"),
        (["file:///tmp/photo.png"], None),
        ([], None),
    ],
)
def test_which_of_the_dropped_files_is_taken(urls, name):
    content = QMimeData()
    content.setUrls([QUrl(url) for url in urls])
    found = dropped_file(content)
    assert (None if found is None else found.name) == name


def test_with_nothing_imported_yet_there_is_one_small_button(qtbot):
    dialog = ImportHistory(())
    qtbot.addWidget(dialog)
    dialog.show()
    close = dialog.findChild(QPushButton, "import_history_close")
    assert close.width() == close.sizeHint().width()
    assert_nothing_cut(dialog)
