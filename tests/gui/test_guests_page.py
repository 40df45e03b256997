"""The guests' page over a real database, mostly by keyboard."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tests.gui.accessibility import assert_accessible
from tests.gui.guest_data import GUESTS, bring_to, by_name, errors, invite
from tests.gui.pages import SETTINGS, Reports, make_event, until
from waapp.core.guest_edits import BulkChange
from waapp.core.guest_query import GuestQuery
from waapp.core.guests import Consent, GuestDraft
from waapp.core.import_rows import RowFilter
from waapp.db import guests
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.db.guest_changes import change_guests
from waapp.db.guest_filters import list_filters, save_filter
from waapp.db.labels import set_color
from waapp.db.opt_outs import list_addresses
from waapp.engine.guest_files import read_guest_file
from waapp.gui.aio import Tasks
from waapp.gui.bulk_dialog import BulkDialog
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.guest_panel import PanelMode
from waapp.gui.guests_page import GuestsPage
from waapp.gui.import_dialog import ImportDialog
from waapp.gui.labels_dialog import LabelsDialog
from waapp.gui.line_dialog import LineDialog
from waapp.gui.many_box import ManyBox
from waapp.paths import data_dir

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Desk:
    """The page in a window, on a database of its own."""

    def __init__(self, qtbot, database, run):
        self.qtbot = qtbot
        self.database = database
        self.run = run
        self.reports = Reports()
        self.tasks = Tasks(self.reports)
        self.went_to = []
        self.forgotten = []
        self.page = GuestsPage(
            database=database,
            settings=SETTINGS,
            tasks=self.tasks,
            navigate=self.went_to.append,
            errors=errors(),
            forget_practised=self._forget,
        )
        self.window = QWidget()
        layout = QVBoxLayout(self.window)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        self.window.resize(1068, 734)
        self.event_id = None

    async def _forget(self, sid):
        self.forgotten.append(sid)

    @property
    def panel(self):
        return self.page.panel

    @property
    def view(self):
        return self.page.guests.view

    async def open(self, drafts=GUESTS, states=()):
        self.event_id = await make_event(self.database, drafts)
        if states:
            await invite(self.database, self.event_id, states)
        await self.show(self.event_id)

    async def show(self, event_id):
        self.window.show()
        self.window.activateWindow()
        await self.page.open(event_id)

    def names(self):
        model = self.page.guests.model
        return [model.row_at(place).name for place in range(len(model))]

    def facts(self):
        return self.page.header.findChild(QWidget, "page_facts").text()

    def chips(self):
        return [chip.text() for chip in self.page.guests.chips.findChildren(QWidget) if not chip.isHidden()]

    def field(self, key):
        return self.panel.findChild(QWidget, f"guest_{key}")

    def error(self, key):
        return self.panel.form.fields[key].error

    def message(self):
        return self.page.messages.text

    def press(self, widget, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.qtbot.keyClick(widget, key, modifier)

    def type_in(self, key, text):
        self.field(key).selectAll()
        self.qtbot.keyClicks(self.field(key), text)

    async def stored(self):
        return await by_name(self.database, self.event_id)

    async def select(self, name):
        self.page.show_guest((await self.stored())[name].id)
        await until(lambda: self.panel.guest is not None and self.panel.guest.name == name)

    async def elsewhere(self, who, **changes):
        """Change a guest as a colleague would."""
        guest = (await self.stored())[who]
        async with self.database.begin() as conn:
            await guests.update_guest(conn, guest.id, replace(guest.draft, **changes), guest.updated_at)

    def tell(self, kind=Kind.GUESTS):
        self.page.changed(Change(kind, self.event_id))


async def at_the_list(desk):
    """Go back to the list, as a window system does when a dialog closes."""
    desk.window.activateWindow()
    await until(desk.window.isActiveWindow)
    desk.view.setFocus()


async def by_key(desk, key):
    """Press Ctrl and a key, and wait until what it does is done."""
    await at_the_list(desk)
    desk.press(desk.view, key, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: not desk.page._undo._busy and desk.message())


async def undo(desk):
    desk.page.messages.dismiss()
    await by_key(desk, Qt.Key.Key_Z)


async def redo(desk):
    desk.page.messages.dismiss()
    await by_key(desk, Qt.Key.Key_Y)


@pytest.fixture
def desk(qtbot, database_url, window_run):
    database = Database(database_url, planner="test")
    made = Desk(qtbot, database, window_run)
    yield made
    made.window.close()

    async def end():
        # A read that is cancelled half-way gives its connection back only after this loop has ended.
        await until(lambda: not made.tasks._running)
        await made.tasks.close()
        await database.dispose()

    window_run(end())
    made.reports.check()


def test_a_landline_makes_nobody_reachable_and_says_why(desk):
    async def story():
        await desk.open([GuestDraft("Ana", "+351912345678"), GuestDraft("Rui", "+351221234567")])
        assert desk.facts() == "2 guests · 1 reachable · 1 number is not a mobile · 1 needs a look"
        model = desk.page.guests.model
        tips = [model.index(row, 1).data(Qt.ItemDataRole.ToolTipRole) for row in range(2)]
        assert tips == [None, "This is a landline. WhatsApp needs a mobile number."]

    desk.run(story())


def test_counts_who_is_reachable_and_who_needs_a_look(desk):
    async def story():
        await desk.open(
            states=[("Aurélie Fontaine", "read"), ("Dörte Petersen", "failed"), ("Ewa Kowalczyk", "unknown")]
        )
        assert desk.facts() == "6 guests · 5 reachable · 3 need a look"
        assert desk.chips() == ["All 6", "Not invited 3", "Read 1", "Failed 1", "Needs a look 3"]
        desk.page.guests.chips.choose("look")
        assert desk.names() == ["Dörte Petersen", "Ewa Kowalczyk", "Henrique Sousa"]
        assert desk.facts() == "3 of 6 guests shown · 5 reachable · 3 need a look"

    desk.run(story())


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("aurelie", ["Aurélie Fontaine"]),
        ("DÖRTE pet", ["Dörte Petersen"]),
        ("محمد", ["محمد الحسن"]),
        ("0912 345", ["Bartolomeu Dias"]),
        ("+49 (151)", ["Dörte Petersen"]),
        ("@example.org", ["Aurélie Fontaine"]),
        ("friends", ["Dörte Petersen", "Ewa Kowalczyk"]),
        ("nobody", []),
    ],
)
def test_finds_by_name_number_address_and_group(desk, typed, found):
    async def story():
        await desk.open()
        desk.press(desk.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert desk.page.guests.search.hasFocus()
        # As an input method does it: a test can press keys for ASCII only.
        desk.page.guests.search.insert(typed)
        await until(lambda: desk.names() == found)
        desk.press(desk.page.guests.search, Qt.Key.Key_Escape)
        assert len(desk.names()) == 6

    desk.run(story())


def test_adds_a_guest_by_keyboard(desk):
    async def story():
        await desk.open()
        desk.press(desk.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        assert desk.field("name").hasFocus()
        desk.type_in("name", "Zoe Brandt")
        desk.type_in("phone", "912 000 111")
        assert desk.panel.form.fields["phone"]._hint == "+351 912 000 111"
        desk.press(desk.field("phone"), Qt.Key.Key_Return)
        await until(lambda: "Zoe Brandt" in desk.names())
        stored = (await desk.stored())["Zoe Brandt"]
        assert stored.phone == "+351912000111"
        await until(lambda: desk.page.guests.selected == [stored.id])
        assert desk.panel.guest.id == stored.id
        assert desk.message() == "Zoe Brandt was added."

    desk.run(story())


def test_says_what_is_wrong_with_a_field_while_it_is_typed(desk):
    async def story():
        await desk.open()
        desk.press(desk.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        assert desk.error("name") is None
        desk.type_in("phone", "22 123")
        assert "No such number" in desk.error("phone")
        desk.type_in("email", "zoe@")
        assert desk.error("email") == "This is not an e-mail address."
        desk.press(desk.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        assert desk.error("name") == "Give the guest a name."
        assert desk.field("name").hasFocus()
        assert desk.field("name").accessibleDescription() == "Give the guest a name."
        assert len(await desk.stored()) == 6

    desk.run(story())


def test_a_number_that_cannot_be_reached_may_be_kept(desk):
    async def story():
        await desk.open()
        await desk.select("Henrique Sousa")
        desk.type_in("phone", "ask his mother")
        assert desk.error("phone") == "This is not a phone number."
        desk.press(desk.field("phone"), Qt.Key.Key_Return)
        await until(lambda: desk.message() == "Henrique Sousa was saved.")
        assert (await desk.stored())["Henrique Sousa"].phone == "ask his mother"

    desk.run(story())


def test_a_clash_keeps_what_was_typed_and_lets_the_planner_choose(desk):
    async def story():
        await desk.open()
        await desk.select("Bartolomeu Dias")
        desk.type_in("group", "Work")
        await desk.elsewhere("Bartolomeu Dias", group="Friends", notes="vegetarian")
        desk.press(desk.field("group"), Qt.Key.Key_Return)
        await until(lambda: "Choose" in desk.message())
        assert desk.field("group").text() == "Work"
        assert desk.field("notes").toPlainText() == "vegetarian"
        # Until the planner has chosen nothing is saved.
        desk.press(desk.field("name"), Qt.Key.Key_Return)
        assert desk.panel.conflict.undecided == ("group",)
        mine = desk.panel.findChild(QWidget, "guest_conflict_mine_group")
        assert mine.hasFocus()
        assert mine.text() == "Yours: Work"
        desk.press(mine, Qt.Key.Key_Down)
        theirs = desk.panel.findChild(QWidget, "guest_conflict_theirs_group")
        assert theirs.accessibleName() == "Group. Theirs: Friends"
        desk.press(theirs, Qt.Key.Key_Space)
        assert desk.field("group").text() == "Friends"
        desk.type_in("group", "Work")
        desk.press(desk.field("group"), Qt.Key.Key_Return)
        await until(lambda: desk.message() == "Bartolomeu Dias was saved.")
        stored = (await desk.stored())["Bartolomeu Dias"]
        assert (stored.group, stored.notes) == ("Work", "vegetarian")

    desk.run(story())


def test_a_guest_deleted_elsewhere_can_be_added_again(desk):
    async def story():
        await desk.open()
        await desk.select("Ewa Kowalczyk")
        desk.type_in("name", "Ewa Nowak")
        async with desk.database.begin() as conn:
            await guests.delete_guests(conn, [(await desk.stored())["Ewa Kowalczyk"].id])
        desk.press(desk.field("name"), Qt.Key.Key_Return)
        await until(lambda: desk.panel.mode is PanelMode.NEW)
        assert desk.field("phone").text() == "+48 512 345 678"
        desk.press(desk.field("name"), Qt.Key.Key_Return)
        await until(lambda: "Ewa Nowak" in desk.names())
        assert (await desk.stored())["Ewa Nowak"].phone == "+48512345678"

    desk.run(story())


def test_a_guest_deleted_elsewhere_while_being_changed_is_not_lost(desk):
    async def story():
        await desk.open()
        await desk.select("Ewa Kowalczyk")
        desk.type_in("name", "Ewa Nowak")
        async with desk.database.begin() as conn:
            await guests.delete_guests(conn, [(await desk.stored())["Ewa Kowalczyk"].id])
        desk.tell()
        await until(lambda: desk.panel.mode is PanelMode.NEW)
        assert "deleted this guest" in desk.message()
        desk.press(desk.field("name"), Qt.Key.Key_Return)
        await until(lambda: "Ewa Nowak" in desk.names())
        assert (await desk.stored())["Ewa Nowak"].phone == "+48512345678"

    desk.run(story())


def test_who_is_only_looked_at_when_deleted_elsewhere_is_said_to_be_gone(desk):
    async def story():
        await desk.open()
        await desk.select("Ewa Kowalczyk")
        async with desk.database.begin() as conn:
            await guests.delete_guests(conn, [(await desk.stored())["Ewa Kowalczyk"].id])
        desk.tell()
        await until(lambda: desk.message() == "Somebody else has deleted Ewa Kowalczyk.")
        assert desk.panel.isHidden()

    desk.run(story())


def test_what_was_typed_and_left_behind_for_a_guest_deleted_elsewhere_can_be_added(desk):
    async def story():
        await desk.open()
        await desk.select("Ewa Kowalczyk")
        desk.type_in("name", "Ewa Nowak")
        await desk.select("Bartolomeu Dias")
        async with desk.database.begin() as conn:
            await guests.delete_guests(conn, [(await desk.stored())["Ewa Kowalczyk"].id])
        desk.tell()
        await until(lambda: "Somebody else has deleted Ewa Nowak" in desk.message())
        desk.page.findChild(QPushButton, "guests_message_action").click()
        assert desk.panel.mode is PanelMode.NEW
        assert desk.field("name").text() == "Ewa Nowak"

    desk.run(story())


def test_deletes_and_takes_it_back(desk):
    async def story():
        await desk.open()
        await desk.select("Ewa Kowalczyk")
        desk.press(desk.view, Qt.Key.Key_Delete)
        await until(lambda: desk.message() == "Ewa Kowalczyk was deleted.")
        assert "Ewa Kowalczyk" not in await desk.stored()
        assert desk.facts().startswith("5 guests")
        assert desk.panel.isHidden()
        desk.press(desk.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "Ewa Kowalczyk" in desk.names())
        assert "Ewa Kowalczyk" in await desk.stored()

    desk.run(story())


def test_asks_before_deleting_a_guest_with_a_history(desk):
    async def story():
        await desk.open(states=[("Ewa Kowalczyk", "delivered")])
        await desk.select("Ewa Kowalczyk")
        desk.press(desk.view, Qt.Key.Key_Delete)
        await until(lambda: desk.page.findChild(ConfirmDialog))
        dialog = desk.page.findChild(ConfirmDialog)
        assert_accessible(dialog)
        dialog.findChild(QWidget, "confirm_no").click()
        await until(lambda: not desk.tasks._running)
        assert "Ewa Kowalczyk" in await desk.stored()

    desk.run(story())


def test_a_change_elsewhere_moves_neither_selection_nor_scroll(desk):
    async def story():
        many = [GuestDraft(f"Guest {number:03}", f"+3519120{number:05}") for number in range(200)]
        await desk.open(many)
        await desk.select("Guest 120")
        desk.view.verticalScrollBar().setValue(100 * 36)
        before = desk.view.verticalScrollBar().value()
        await desk.elsewhere("Guest 005", name="Aaron", group="Work")
        async with desk.database.begin() as conn:
            await guests.delete_guests(conn, [(await desk.stored())["Guest 006"].id])
            await guests.add_guests(conn, desk.event_id, [GuestDraft("Zita")])
        desk.tell()
        await until(lambda: "Zita" in desk.names() and "Guest 006" not in desk.names())
        assert desk.names()[0] == "Aaron"
        assert desk.panel.guest.name == "Guest 120"
        assert [desk.page.guests.model.row(each).name for each in desk.page.guests.selected] == ["Guest 120"]
        assert abs(desk.view.verticalScrollBar().value() - before) <= 36
        assert desk.facts() == "200 guests · 199 reachable · 1 needs a look"

    desk.run(story())


def test_the_open_panel_follows_a_change_and_keeps_what_was_typed(desk):
    async def story():
        await desk.open(states=[("Dörte Petersen", "sent")])
        await desk.select("Dörte Petersen")
        await until(lambda: desk.panel._timeline.steps)
        assert desk.panel._timeline.steps[0].title == "Sent"
        desk.type_in("notes", "plus one")
        await desk.elsewhere("Dörte Petersen", group="Family")
        await bring_to(desk.database, desk.panel.guest.id, "failed")
        desk.tell(Kind.INVITATIONS)
        await until(lambda: desk.panel._timeline.steps[0].title == "Failed")
        assert desk.field("group").text() == "Family"
        assert desk.field("notes").toPlainText() == "plus one"
        assert "WhatsApp" in desk.panel.findChild(QWidget, "guest_cause").text()
        assert desk.panel.findChild(QWidget, "guest_advice").text()

    desk.run(story())


def test_what_was_typed_waits_while_others_are_looked_at(desk):
    async def story():
        await desk.open()
        await desk.select("Bartolomeu Dias")
        desk.type_in("notes", "by train")
        await desk.select("Ewa Kowalczyk")
        assert desk.message() == "What you changed for Bartolomeu Dias is not saved yet."
        desk.page.messages.findChild(QWidget, "guests_message_action").click()
        await until(lambda: desk.panel.guest.name == "Bartolomeu Dias")
        assert desk.field("notes").toPlainText() == "by train"

    desk.run(story())


def test_several_guests_are_deleted_together(desk):
    async def story():
        await desk.open()
        desk.view.setFocus()
        desk.press(desk.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        assert desk.panel.mode is PanelMode.SEVERAL
        desk.panel.findChild(QWidget, "guest_delete").click()
        await until(lambda: desk.message() == "6 guests were deleted.")
        assert desk.page.findChild(QWidget, "guests_first_import").isVisible()
        desk.page.messages.findChild(QWidget, "guests_message_action").click()
        await until(lambda: len(desk.names()) == 6)

    desk.run(story())


def test_copies_numbers_and_the_answer_link(desk):
    async def story():
        await desk.open()
        await desk.select("Bartolomeu Dias")
        desk.press(desk.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert QGuiApplication.clipboard().text() == "+351912345678"
        desk.press(desk.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        assert QGuiApplication.clipboard().text().startswith("https://rsvp.example/")

    desk.run(story())


def test_opening_the_same_event_again_keeps_the_place(desk):
    async def story():
        await desk.open()
        await desk.select("Ewa Kowalczyk")
        await desk.elsewhere("Aurélie Fontaine", name="Aurélie Martin")
        await desk.page.open(desk.event_id)
        await until(lambda: "Aurélie Martin" in desk.names())
        assert desk.panel.guest.name == "Ewa Kowalczyk"

    desk.run(story())


def test_without_event_and_without_guests_it_says_what_to_do(desk):
    async def story():
        await desk.show(None)
        go = desk.page.findChild(QWidget, "guests_go_to_events")
        assert go.isVisible()
        go.click()
        assert desk.went_to == ["events"]
        await desk.open(())
        assert desk.page.findChild(QWidget, "guests_first_import").isVisible()
        assert desk.facts() == "0 guests · 0 reachable"

    desk.run(story())


def test_an_event_that_is_gone_is_said_and_can_be_tried_again(desk):
    async def story():
        with pytest.raises(Exception, match="event_unknown"):
            await desk.show(uuid4())
        assert desk.page.findChild(QWidget, "guests_try_again").isVisible()

    desk.run(story())


def test_imports_a_workbook_after_showing_what_becomes_of_it(desk):
    async def story():
        await desk.open(())
        desk.page.import_file(data_dir("resources") / "sample" / "guests.xlsx")
        await until(
            lambda: desk.page.findChild(ImportDialog) and desk.page.findChild(ImportDialog).isVisible()
        )
        dialog = desk.page.findChild(ImportDialog)
        await until(lambda: dialog._add.isEnabled())
        expected = dialog.desk.now.counts[RowFilter.ADDS]
        assert expected > 100
        desk.press(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: len(desk.names()) == expected)
        assert desk.message() == f"{expected} guests were added from guests.xlsx."
        desk.page.findChild(QPushButton, "guests_message_action").click()
        await until(lambda: desk.names() == [])
        assert desk.message() == f"Import undone: {expected} guests removed."

    desk.run(story())


def test_an_unreadable_file_is_one_message(desk, tmp_path: Path):
    async def story():
        await desk.open()
        broken = tmp_path / "guests.xlsx"
        broken.write_bytes(b"PK\x03\x04 not a workbook")
        desk.page.import_file(broken)
        await until(lambda: desk.reports.errors)
        assert desk.reports.codes == ["workbook_damaged"]
        desk.reports.errors.clear()
        assert desk.page.findChild(ImportDialog) is None or not desk.page.findChild(ImportDialog).isVisible()
        assert len(desk.names()) == 6
        assert desk.message() == ""

    desk.run(story())


def test_everything_can_be_reached_and_named(desk, qtmodeltester):
    async def story():
        await desk.open(states=[("Dörte Petersen", "failed")])
        desk.page.messages.show_message("Ready.", action=("Undo", list))
        assert_accessible(desk.page)
        await desk.select("Dörte Petersen")
        assert_accessible(desk.page)
        qtmodeltester.check(desk.page.guests.model)

    desk.run(story())


def test_shows_chosen_guests_until_that_is_taken_back(desk):
    async def scenario():
        await desk.open()
        everybody = desk.names()
        stored = await desk.stored()
        chosen = sorted([everybody[0], everybody[2]])
        desk.page.show_guests(desk.event_id, [stored[one].id for one in chosen])
        assert sorted(desk.names()) == chosen
        chip = desk.page.findChild(QWidget, "guests_chosen")
        assert not chip.isHidden()
        assert chip.text() == "Chosen 2"
        assert_accessible(desk.page)
        desk.press(chip, Qt.Key.Key_Space)
        assert desk.names() == everybody
        assert chip.isHidden()

    desk.run(scenario())


def test_guests_may_be_chosen_before_their_event_is_open_and_another_event_forgets_them(desk):
    async def scenario():
        event_id = await make_event(desk.database, GUESTS)
        other = await make_event(desk.database, [GuestDraft("Somebody Else")])
        desk.event_id = event_id
        stored = await desk.stored()
        one = next(iter(stored))
        desk.page.show_guests(event_id, [stored[one].id])
        await desk.show(event_id)
        assert desk.names() == [one]
        await desk.show(other)
        assert desk.names() == ["Somebody Else"]

    desk.run(scenario())


def test_a_guest_may_be_asked_for_before_the_event_is_open(desk):
    async def scenario():
        desk.event_id = await make_event(desk.database, GUESTS)
        wanted = next(iter((await desk.stored()).values()))
        desk.page.show_guest(wanted.id)
        await desk.show(desk.event_id)
        await until(lambda: desk.panel.guest is not None and desk.panel.guest.id == wanted.id)

    desk.run(scenario())


def file_dialog(desk):
    return next((one for one in desk.page.findChildren(QFileDialog) if one.isVisible()), None)


async def save_as(desk, path):
    await until(lambda: file_dialog(desk) is not None)
    dialog = file_dialog(desk)
    dialog.selectNameFilter(next(one for one in dialog.nameFilters() if path.suffix in one))
    dialog.filterSelected.emit(dialog.selectedNameFilter())
    field = dialog.findChild(QLineEdit)
    field.setText(str(path))
    desk.press(field, Qt.Key.Key_Return)


def test_the_shown_guests_are_exported_in_their_order(desk, tmp_path):
    async def story():
        await desk.open(states=[("Aurélie Fontaine", "read"), ("Dörte Petersen", "failed")])
        desk.page.guests.search.setText("a")
        await until(lambda: 1 < len(desk.names()) < 6)
        desk.press(desk.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        await save_as(desk, tmp_path / "list.csv")
        await until(lambda: "list.csv" in desk.message() and "Saving" not in desk.message())
        heading, *rows = await asyncio.to_thread(lambda: read_guest_file(tmp_path / "list.csv").rows)
        assert [row[0] for row in rows] == desk.names()
        by_name = {row[0]: dict(zip(heading, row, strict=True)) for row in rows}
        assert by_name["Aurélie Fontaine"]["Invitation"] == "Read"

    desk.run(story())


def test_what_is_kept_about_a_guest_is_saved_and_erased(desk, tmp_path):
    async def story():
        await desk.open(states=[("Dörte Petersen", "read")])
        await desk.select("Dörte Petersen")
        desk.page.findChild(QAction, "guests_menu_data").trigger()
        await save_as(desk, tmp_path / "data.json")
        await until(lambda: "data.json" in desk.message())
        kept = json.loads(await asyncio.to_thread((tmp_path / "data.json").read_text, "utf-8"))
        assert kept["guest"]["name"] == "Dörte Petersen"
        assert len(kept["invitations"]) == 1
        desk.page.findChild(QAction, "guests_menu_erase").trigger()
        await until(lambda: desk.page.findChild(ConfirmDialog) is not None)
        desk.page.findChild(ConfirmDialog).findChild(QPushButton, "confirm_yes").click()
        await until(lambda: "erased" in desk.message())
        assert "Dörte Petersen" not in desk.names()
        assert "Dörte Petersen" not in await desk.stored()

    desk.run(story())


def test_all_selected_guests_are_changed_and_taken_back_by_keyboard(desk, qtbot):
    async def story():
        await desk.open()
        desk.view.selectAll()
        await until(lambda: desk.panel.mode is PanelMode.SEVERAL)
        desk.press(desk.view, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: desk.page.findChild(BulkDialog) is not None)
        dialog = desk.page.findChild(BulkDialog)
        assert_accessible(dialog)
        yes = dialog.findChild(QPushButton, "bulk_yes")
        assert not yes.isEnabled()
        dialog.findChild(QCheckBox, "bulk_group_tick").setChecked(True)
        dialog.findChild(QLineEdit, "bulk_group").setText("Everybody")
        dialog.findChild(QCheckBox, "bulk_add_tags_tick").setChecked(True)
        qtbot.keyClicks(dialog.findChild(QLineEdit, "bulk_add_tags_field"), "VIP,")
        was = await desk.stored()
        yes.click()
        await until(lambda: "changed" in desk.message())
        assert {(guest.group, guest.tags) for guest in (await desk.stored()).values()} == {
            ("Everybody", ("VIP",))
        }
        await desk.elsewhere("Dörte Petersen", group="From elsewhere")
        desk.window.activateWindow()
        await until(desk.window.isActiveWindow)
        desk.view.setFocus()
        desk.press(desk.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "as before" in desk.message())
        assert "Dörte Petersen" in desk.message()
        now = await desk.stored()
        assert now["Dörte Petersen"].draft == replace(was["Dörte Petersen"].draft, group="From elsewhere")
        assert all(now[name].draft == was[name].draft for name in now if name != "Dörte Petersen")

    desk.run(story())


def test_an_edit_is_undone_by_the_message_bar(desk):
    async def story():
        await desk.open()
        await desk.select("Dörte Petersen")
        was = (await desk.stored())["Dörte Petersen"].draft
        desk.panel.form.notes.setPlainText("By train")
        desk.panel.save_button.click()
        await until(lambda: "was saved" in desk.message())
        assert (await desk.stored())["Dörte Petersen"].notes == "By train"
        desk.page.messages.findChild(QPushButton, "guests_message_action").click()
        await until(lambda: "as before" in desk.message())
        assert (await desk.stored())["Dörte Petersen"].draft == was
        assert desk.panel.draft == was

    desk.run(story())


def test_a_number_that_must_not_be_written_to_is_noted_shown_and_allowed_again(desk):
    async def story():
        await desk.open()
        await desk.select("Dörte Petersen")
        forbid = desk.panel.findChild(QPushButton, "guest_opt_out")
        await until(forbid.isVisible)
        forbid.click()
        await until(lambda: desk.page.findChild(LineDialog) is not None)
        dialog = desk.page.findChild(LineDialog)
        assert_accessible(dialog)
        dialog.findChild(QLineEdit, "line_text").setText("asked on the phone")
        dialog.findChild(QPushButton, "line_yes").click()
        stop = desk.panel.findChild(QLabel, "guest_stop")
        await until(stop.isVisible)
        assert "asked on the phone" in stop.text()
        guest = (await desk.stored())["Dörte Petersen"]
        await until(lambda: desk.page.guests.model.row(guest.id).opted_out)
        desk.panel.findChild(QPushButton, "guest_opt_in").click()
        await until(forbid.isVisible)
        await until(lambda: not desk.page.guests.model.row(guest.id).opted_out)

    desk.run(story())


async def keep_filter(desk, called):
    desk.page.findChild(QPushButton, "guests_filters_keep").click()
    await until(lambda: desk.page.findChild(LineDialog) is not None)
    dialog = desk.page.findChild(LineDialog)
    dialog.findChild(QLineEdit, "line_text").setText(called)
    dialog.findChild(QPushButton, "line_yes").click()


def test_filters_combine_and_are_kept_under_a_name_for_every_desk(desk, qtbot):
    async def story():
        await desk.open()
        guests = await desk.stored()
        chosen = sorted(guests)[:3]
        async with desk.database.begin() as conn:
            ids = [guests[name].id for name in chosen]
            await change_guests(conn, ids, BulkChange(group="Bride", add_tags=("VIP",)))
            await change_guests(conn, ids[:1], BulkChange(consent=Consent.YES, consent_source="Form"))
        desk.tell()
        await until(lambda: "VIP" in desk.page.guests.known()["tags"])
        row = desk.page.guests.filters
        assert not row.isVisible()
        desk.page.findChild(QPushButton, "guests_filters_show").setChecked(True)
        assert row.isVisible()
        assert_accessible(row)
        box = desk.page.findChild(ManyBox, "guests_filters_tag")
        box.toggle(box.findText("VIP"))
        await until(lambda: sorted(desk.names()) == chosen)
        consent = desk.page.findChild(QComboBox, "guests_filters_consent")
        consent.setCurrentIndex(consent.findText("Has agreed"))
        await until(lambda: desk.names() == chosen[:1])
        search = desk.page.findChild(QLineEdit, "guests_search")
        search.setText(chosen[0][:4])
        desk.page.findChild(QPushButton, "guests_filter_not_invited").click()
        await until(lambda: row.query().text == chosen[0][:4])
        desk.page.findChild(QPushButton, "guests_filters_keep").click()
        await until(lambda: desk.page.findChild(LineDialog) is not None)
        dialog = desk.page.findChild(LineDialog)
        assert not dialog.findChild(QPushButton, "line_yes").isEnabled()
        dialog.findChild(QLineEdit, "line_text").setText("Agreed VIPs")
        dialog.findChild(QPushButton, "line_yes").click()
        saved = desk.page.findChild(QComboBox, "guests_filters_saved")
        await until(lambda: saved.findText("Agreed VIPs") > 0)
        desk.page.findChild(QPushButton, "guests_filters_clear").click()
        await until(lambda: len(desk.names()) == len(guests))
        assert search.text() == ""
        saved.setCurrentIndex(saved.findText("Agreed VIPs"))
        await until(lambda: row.query().text == chosen[0][:4])
        assert desk.names() == chosen[:1]
        assert desk.page.guests.chips.current() == "not_invited"
        assert saved.currentText() == "Agreed VIPs"
        async with desk.database.read() as conn:
            kept = await list_filters(conn, desk.event_id)
        assert kept == {
            "Agreed VIPs": GuestQuery(
                tags=("VIP",), consent=Consent.YES, text=chosen[0][:4], state="not_invited"
            )
        }
        # Whoever searches for something else no longer sees the kept one.
        search.clear()
        await until(lambda: saved.currentIndex() == 0)
        await keep_filter(desk, "Agreed VIPs")
        await until(lambda: desk.page.findChild(ConfirmDialog) is not None)
        desk.page.findChild(QPushButton, "confirm_no").click()
        await until(lambda: desk.page.findChild(ConfirmDialog) is None)
        async with desk.database.read() as conn:
            assert await list_filters(conn, desk.event_id) == kept
        saved.setCurrentIndex(saved.findText("Agreed VIPs"))
        desk.page.findChild(QPushButton, "guests_filters_forget").click()
        await until(lambda: not saved.isVisible())
        await undo(desk)
        await until(saved.isVisible)
        async with desk.database.read() as conn:
            assert await list_filters(conn, desk.event_id) == kept

    desk.run(story())


def test_several_tags_and_groups_combine_with_everything_else_and_are_kept(desk):
    async def story():
        await desk.open()
        guests = await desk.stored()
        first, second, third, *_rest = sorted(guests)
        async with desk.database.begin() as conn:
            await change_guests(conn, [guests[first].id], BulkChange(group="Bride", add_tags=("VIP",)))
            await change_guests(
                conn, [guests[second].id], BulkChange(group="Groom", add_tags=("VIP", "Dance"))
            )
            await change_guests(conn, [guests[third].id], BulkChange(group="Work", add_tags=("Dance",)))
        desk.tell()
        await until(lambda: desk.page.guests.known()["tags"] == {"VIP", "Dance"})
        desk.page.findChild(QPushButton, "guests_filters_show").setChecked(True)
        tags = desk.page.findChild(ManyBox, "guests_filters_tag")
        groups = desk.page.findChild(ManyBox, "guests_filters_group")
        tags.toggle(tags.findText("VIP"))
        tags.toggle(tags.findText("Dance"))
        await until(lambda: sorted(desk.names()) == [first, second, third])
        assert tags.words() == "Dance or VIP"
        tags.toggle(tags.findText("Match all"))
        await until(lambda: desk.names() == [second])
        assert tags.words() == "Dance and VIP"
        await keep_filter(desk, "Both")
        saved = desk.page.findChild(QComboBox, "guests_filters_saved")
        await until(lambda: saved.currentText() == "Both")
        tags.toggle(tags.findText("Match all"))
        groups.toggle(groups.findText("Work"))
        groups.toggle(groups.findText("Bride"))
        await until(lambda: sorted(desk.names()) == [first, third])
        assert saved.currentIndex() == 0
        saved.setCurrentIndex(saved.findText("Both"))
        await until(lambda: desk.names() == [second])
        assert (tags.words(), groups.words()) == ("Dance and VIP", "Any group")
        async with desk.database.read() as conn:
            assert await list_filters(conn, desk.event_id) == {
                "Both": GuestQuery(tags=("Dance", "VIP"), every_tag=True)
            }
        tags.toggle(0)
        await until(lambda: len(desk.names()) == len(guests))

    desk.run(story())


def test_groups_and_tags_get_colours_and_other_names(desk, qtbot):
    async def story():
        await desk.open()
        guests = await desk.stored()
        async with desk.database.begin() as conn:
            ids = [guest.id for guest in guests.values()]
            await change_guests(conn, ids, BulkChange(group="Bride", add_tags=("VIP",)))
            await change_guests(conn, ids[:2], BulkChange(add_tags=("vips",)))
            await save_filter(conn, desk.event_id, "Both", GuestQuery(tags=("vips",)), desk="Rui")
        desk.tell()
        await until(lambda: desk.page.guests.known()["tags"] == {"VIP", "vips"})
        desk.page.findChild(QPushButton, "guests_filters_show").setChecked(True)
        desk.page.findChild(QPushButton, "guests_labels").click()
        await until(lambda: desk.page.findChild(LabelsDialog) is not None)
        dialog = desk.page.findChild(LabelsDialog)
        assert_accessible(dialog)
        colors = dialog.findChildren(QComboBox)[0]
        colors.setCurrentIndex(colors.findData("violet"))
        colors.activated.emit(colors.currentIndex())
        await until(lambda: desk.page.guests.color_of("group", "Bride") == "violet")
        rename = [one for one in dialog.findChildren(QPushButton) if one.accessibleName() == "Rename vips"]
        rename[0].click()
        await until(lambda: dialog.findChild(LineDialog) is not None)
        line = dialog.findChild(LineDialog)
        line.findChild(QLineEdit, "line_text").setText("VIP")
        line.findChild(QPushButton, "line_yes").click()
        await until(lambda: desk.page.guests.known()["tags"] == {"VIP"})
        assert {guest.tags for guest in (await desk.stored()).values()} == {("VIP",)}
        async with desk.database.read() as conn:
            assert await list_filters(conn, desk.event_id) == {"Both": GuestQuery(tags=("VIP",))}
        dialog.accept()
        await undo(desk)
        await until(lambda: desk.page.guests.known()["tags"] == {"VIP", "vips"})
        async with desk.database.read() as conn:
            assert await list_filters(conn, desk.event_id) == {"Both": GuestQuery(tags=("vips",))}
        await undo(desk)
        await until(lambda: desk.page.guests.color_of("group", "Bride") == "")
        for _ in range(2):
            await redo(desk)
        assert {guest.tags for guest in (await desk.stored()).values()} == {("VIP",)}
        assert desk.page.guests.color_of("group", "Bride") == "violet"

    desk.run(story())


def test_several_languages_and_households_are_asked_for_and_kept(desk):
    async def story():
        await desk.open()
        ids = [guest.id for guest in (await desk.stored()).values()]
        async with desk.database.begin() as conn:
            await change_guests(conn, ids[:1], BulkChange(language="pt_PT", household="Sousa"))
            await change_guests(conn, ids[1:2], BulkChange(language="de", household="Brandt"))
            await change_guests(conn, ids[2:3], BulkChange(language="fr", household="Brandt"))
            # Kept by another desk, for a language that nobody has any more.
            await save_filter(conn, desk.event_id, "South", GuestQuery(languages=("es", "pt_PT")), desk="Rui")
        desk.tell(Kind.EVENTS)
        desk.tell()
        await until(lambda: "fr" in {row.language for row in desk.page.guests.model.all_rows()})
        desk.page.findChild(QPushButton, "guests_filters_show").setChecked(True)
        row = desk.page.guests.filters
        languages = desk.page.findChild(ManyBox, "guests_filters_language")
        households = desk.page.findChild(ManyBox, "guests_filters_household")
        assert_accessible(row)
        stored = await desk.stored()

        async def shown(spoken, homes=("", "Brandt", "Sousa")):
            wanted = sorted(
                name for name, one in stored.items() if one.language in spoken and one.household in homes
            )
            await until(lambda: sorted(desk.names()) == wanted)

        for word in ("German", "Portuguese (Portugal)"):
            languages.toggle(languages.findText(word))
        await shown({"de", "pt_PT"})
        households.toggle(households.findText("Brandt"))
        await shown({"de", "pt_PT"}, {"Brandt"})
        households.toggle(households.findText("Sousa"))
        await shown({"de", "pt_PT"}, {"Brandt", "Sousa"})
        await keep_filter(desk, "Both")
        assert row.query() == GuestQuery(languages=("de", "pt_PT"), households=("Brandt", "Sousa"))
        saved = desk.page.findChild(QComboBox, "guests_filters_saved")
        await until(lambda: saved.findText("South") > 0 and saved.currentText() == "Both")
        async with desk.database.read() as conn:
            assert (await list_filters(conn, desk.event_id))["Both"] == row.query()
        saved.setCurrentIndex(saved.findText("South"))
        await shown({"es", "pt_PT"})
        assert set(languages.words().split(" or ")) == {"Portuguese (Portugal)", "Spanish"}
        saved.setCurrentIndex(saved.findText("Both"))
        await shown({"de", "pt_PT"}, {"Brandt", "Sousa"})
        desk.page.findChild(QPushButton, "guests_filters_clear").click()
        await until(lambda: row.query() == GuestQuery())

    desk.run(story())


def test_colours_and_kept_filters_are_there_when_the_event_opens(desk):
    async def story():
        desk.event_id = await make_event(desk.database, GUESTS)
        async with desk.database.begin() as conn:
            await set_color(conn, desk.event_id, "group", "Bride", "violet")
            await save_filter(conn, desk.event_id, "Brides", GuestQuery(groups=("Bride",)), desk="Rui")
        await desk.show(desk.event_id)
        assert desk.page.guests.color_of("group", "Bride") == "violet"
        assert desk.page.findChild(QComboBox, "guests_filters_saved").findText("Brides") > 0

    desk.run(story())


def test_everything_is_undone_in_turn_and_done_again(desk):
    async def story():
        await desk.open()
        began = await desk.stored()
        desk.press(desk.view, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        desk.type_in("name", "Zoe Adams")
        desk.press(desk.field("name"), Qt.Key.Key_Return)
        await until(lambda: desk.message() == "Zoe Adams was added.")
        await desk.select("Ewa Kowalczyk")
        desk.type_in("household", "Nowak")
        desk.press(desk.field("household"), Qt.Key.Key_Return)
        await until(lambda: desk.message() == "Ewa Kowalczyk was saved.")
        desk.page.findChild(QPushButton, "guest_opt_out").click()
        await until(lambda: desk.page.findChild(LineDialog) is not None)
        desk.page.findChild(QPushButton, "line_yes").click()
        await until(lambda: "opted out" in desk.message())
        await at_the_list(desk)
        desk.press(desk.view, Qt.Key.Key_Delete)
        await until(lambda: "Ewa Kowalczyk was deleted" in desk.message())
        done = (desk.names(), [])
        for said in ("back", "can get messages again", "as before", "removed again"):
            await undo(desk)
            await until(lambda said=said: said in desk.message())
        now = await desk.stored()
        assert {name: guest.draft for name, guest in now.items()} == {
            name: guest.draft for name, guest in began.items()
        }
        async with desk.database.read() as conn:
            assert not await list_addresses(conn)
        await undo(desk)
        assert desk.message() == "Nothing is left to be undone."
        for _ in range(4):
            await redo(desk)
        assert desk.names() == done[0]
        async with desk.database.read() as conn:
            assert await list_addresses(conn) == {"+48512345678"}
        await redo(desk)
        assert desk.message() == "Nothing was undone."

    desk.run(story())


def test_what_was_done_can_still_be_undone_after_a_look_at_another_event(desk):
    async def story():
        await desk.open()
        first = desk.event_id
        await desk.select("Ewa Kowalczyk")
        desk.press(desk.view, Qt.Key.Key_Delete)
        await until(lambda: "Ewa Kowalczyk was deleted" in desk.message())
        other = await make_event(desk.database, GUESTS[:1])
        await desk.show(other)
        await undo(desk)
        assert desk.message() == "Nothing is left to be undone."
        await desk.show(first)
        await undo(desk)
        await until(lambda: "Ewa Kowalczyk" in desk.names())

    desk.run(story())


def test_who_was_added_and_invited_since_is_not_taken_out(desk):
    async def story():
        await desk.open()
        desk.press(desk.view, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        desk.type_in("name", "Zoe Adams")
        desk.type_in("phone", "+351912000001")
        desk.press(desk.field("name"), Qt.Key.Key_Return)
        await until(lambda: desk.message() == "Zoe Adams was added.")
        await invite(desk.database, desk.event_id, [("Zoe Adams", "sent")])
        await undo(desk)
        await until(lambda: "because invited since" in desk.message())
        assert "Zoe Adams" in await desk.stored()

    desk.run(story())


def test_what_somebody_else_set_while_many_are_changed_is_asked_for(desk):
    async def story():
        await desk.open()
        desk.view.selectAll()
        desk.press(desk.view, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: desk.page.findChild(BulkDialog) is not None)
        dialog = desk.page.findChild(BulkDialog)
        dialog.findChild(QCheckBox, "bulk_group_tick").click()
        dialog.findChild(QLineEdit, "bulk_group").setText("Work")
        await desk.elsewhere("Ewa Kowalczyk", group="Band")
        dialog.findChild(QPushButton, "bulk_yes").click()
        await until(lambda: desk.page.findChild(ConfirmDialog) is not None)
        question = desk.page.findChild(ConfirmDialog)
        assert "Group Friends → Band" in question.accessibleDescription()
        assert "Kowalczyk" in question.accessibleDescription()
        question.findChild(QPushButton, "confirm_no").click()
        await until(lambda: "5 guests were changed." in desk.message())
        assert {
            name: guest.group for name, guest in (await desk.stored()).items() if guest.group != "Work"
        } == {"Ewa Kowalczyk": "Band"}

    desk.run(story())


def test_who_was_changed_elsewhere_a_moment_ago_is_not_deleted_unasked(desk):
    async def story():
        await desk.open()
        await desk.select("Ewa Kowalczyk")
        await desk.elsewhere("Ewa Kowalczyk", household="Nowak")
        desk.view.setFocus()
        desk.press(desk.view, Qt.Key.Key_Delete)
        await until(lambda: desk.page.findChild(ConfirmDialog) is not None)
        question = desk.page.findChild(ConfirmDialog)
        assert "Somebody else has just changed 1 guest" in question.accessibleName()
        question.findChild(QPushButton, "confirm_no").click()
        await until(lambda: desk.page.findChild(ConfirmDialog) is None)
        assert "Ewa Kowalczyk" in await desk.stored()
        await until(lambda: desk.field("household").text() == "Nowak")
        await at_the_list(desk)
        desk.press(desk.view, Qt.Key.Key_Delete)
        await until(lambda: "Ewa Kowalczyk" not in desk.names())

    desk.run(story())
