"""The import dialog over real files and a real database: what it says of every row, and what it saves."""

from dataclasses import replace

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QRadioButton

from tests.corpus.writers import xlsx
from tests.gui.accessibility import assert_accessible
from tests.gui.guest_data import by_name
from tests.gui.pages import Reports, make_event, until
from waapp.core.guests import GuestDraft
from waapp.core.headings import Field
from waapp.core.import_diff import Choice, Outcome
from waapp.core.import_rows import RowFilter
from waapp.core.sources import Pasted
from waapp.db import events, guests
from waapp.db.engine import Database
from waapp.gui.aio import Tasks
from waapp.gui.import_dialog import ImportDialog, can_read
from waapp.paths import data_dir
from waapp.texts.imports import why_words

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LIST = """Name;Phone;Group;Table
Ana Sousa;912 345 678;Bride;7
Ana Sousa;+351 912 345 678;Bride;8
Rui Costa;223 456 789;Groom;
Total;2;;

Zoë Brandt;+49 1512 3456789;Friends;
Without Number;;Friends;
"""
ANA = GuestDraft("Ana Sousa", "+351912345678", group="Family")


class Setting:
    def __init__(self, qtbot, run, folder, database_url):
        self.qtbot = qtbot
        self.run = run
        self.folder = folder
        self.database = Database(database_url, planner="test")
        self.reports = Reports()
        self.tasks = Tasks(self.reports)
        self.event = None
        self.dialogs = []

    async def begin(self, *drafts):
        event_id = await make_event(self.database, drafts)
        async with self.database.read() as conn:
            self.event = replace(await events.get_event(conn, event_id), default_region="PT")

    def dialog(self, content=LIST, file="guests.csv", event=None):
        origin = content
        if isinstance(content, str):
            origin = self.folder / file
            origin.write_text(content, encoding="utf-8")
        made = ImportDialog(origin, event or self.event, self.database, "Maria on PC", self.tasks)
        self.qtbot.addWidget(made)
        self.dialogs.append(made)
        made.show()
        made.start()
        return made

    async def opened(self, content=LIST, **more):
        made = self.dialog(content, **more)
        await until(lambda: made.desk.now is not None and not made._progress.isVisible())
        return made

    async def settled(self, dialog):
        await until(lambda: dialog._working is None or dialog._working.done())

    async def stored(self):
        return await by_name(self.database, self.event.id)


@pytest.fixture
def setting(qtbot, window_run, tmp_path, database_url):
    made = Setting(qtbot, window_run, tmp_path, database_url)
    yield made
    for dialog in made.dialogs:
        window_run(dialog.desk.close())
    window_run(made.tasks.close())
    window_run(made.database.dispose())
    made.reports.check()


def outcomes(dialog):
    return [(row.number, row.outcome) for row in dialog.model.all_rows()]


def words(dialog):
    return {row.number: why_words(row) for row in dialog.model.all_rows()}


def choose(box: QComboBox, data):
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def test_accounts_for_every_row(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened()
        assert outcomes(dialog) == [
            (2, Outcome.ADD),
            (3, Outcome.SKIP),
            (4, Outcome.ADD),
            (5, Outcome.SKIP),
            (7, Outcome.ADD),
            (8, Outcome.ADD),
        ]
        assert dialog._summary.text() == "Adds 4 guests · skips 2 rows · 1 line is empty"
        said = words(dialog)
        assert said[3] == "Merged into row 2."
        assert "landline" in said[4]
        assert said[5] == "A total, not a guest."
        assert said[8] == "No phone number."
        assert dialog._add.text() == "Add 4 guests"

    setting.run(story())


def test_the_chips_show_one_kind_of_row(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened()
        for kind, numbers in {
            RowFilter.SKIPPED: [3, 5],
            RowFilter.DUPLICATES: [3],
            RowFilter.MEND: [4, 8],
            RowFilter.ADDS: [2, 4, 7, 8],
        }.items():
            dialog._chips.choose(kind)
            assert [row.number for row in dialog.model.shown_rows()] == numbers

    setting.run(story())


def test_saves_what_it_shows_and_undoes_nothing_of_others(setting):
    async def story():
        await setting.begin(ANA, GuestDraft("Zoë Brandt", notes="mine"))
        dialog = await setting.opened()
        assert dialog._add.text() == "Add 3, change 1"
        assert words(dialog)[2].startswith("Group: Family → Bride · Table: — → 7")
        QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: dialog.saved is not None and not dialog.isVisible())
        found = await setting.stored()
        assert found["Ana Sousa"].draft == replace(ANA, group="Bride", extra={"table": "7"})
        assert "Rui Costa" in found

    setting.run(story())


def test_the_same_list_again_changes_nothing(setting):
    async def story():
        await setting.begin()
        first = await setting.opened()
        first._add.click()
        await until(lambda: first.saved is not None)
        again = await setting.opened()
        assert again._add.text() == "Nothing to add"
        assert not again._add.isEnabled()
        again.view.go_to(2)
        assert again.panel._choice.currentText() == "Same guest as on the list"

    setting.run(story())


def test_another_country_reads_the_list_again(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened(event=replace(setting.event, default_region=None))
        assert dialog.model.row(2).cell("phone") == "912 345 678"
        choose(dialog.choices.region, "PT")
        await until(lambda: dialog.model.row(2).cell("phone") == "+351912345678")

    setting.run(story())


def test_a_column_is_corrected_and_remembered_for_the_next_list_of_this_shape(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened()
        dialog._views.choose("columns")
        boxes = dialog.columns.findChildren(QComboBox)
        assert [box.currentText() for box in boxes] == [
            "Name",
            "WhatsApp number",
            "Group",
            "Keep as “Table”",
        ] or [box.currentText() for box in boxes][3] == "Keep as “table”"
        choose(boxes[3], Field.IGNORED.value)
        await setting.settled(dialog)
        assert dialog.desk.now.columns.columns[3].field is Field.IGNORED
        dialog._add.click()
        await until(lambda: dialog.saved is not None)
        again = await setting.opened(LIST.replace("Ana", "Eva"), file="other.csv")
        assert again.desk.now.columns.columns[3].field is Field.IGNORED

    setting.run(story())


def test_a_list_without_known_headings_begins_with_its_columns(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened("Ana Sousa;912 345 678\nRui Costa;913 456 789\nEva Reis;914 456 789\n")
        assert dialog._views.current() == "columns"
        assert dialog._add.text() == "Add 3 guests"
        choose(dialog.choices.heading, 1)
        await until(lambda: dialog._add.text() == "Add 2 guests")

    setting.run(story())


def test_each_view_says_what_is_true_there(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened()
        assert "F2" in dialog._hint.text()
        dialog._views.choose("columns")
        assert "column" in dialog._hint.text()
        assert "F2" not in dialog._hint.text()
        dialog._views.choose("rows")
        assert "F2" in dialog._hint.text()

    setting.run(story())


def test_a_cell_is_mended_in_place(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened()
        dialog.view.setFocus()
        dialog.view.go_to(8)
        dialog.view.opened.emit(8)
        editor = dialog.view.findChild(QLineEdit)
        assert editor is not None
        QTest.keyClicks(editor, "913 000 111")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await until(lambda: dialog.model.row(8).cell("phone") == "+351913000111")
        assert RowFilter.MEND not in dialog.model.row(8).kinds
        assert dialog.view.selected_ids() == [8]

    setting.run(story())


def test_the_planner_decides_for_one_row_for_all_like_it_and_for_fields(setting):
    async def story():
        await setting.begin(ANA, GuestDraft("Rui Costa", "+351913456700"))
        dialog = await setting.opened(
            "Name;Phone;Group\nAna Sousa;912 345 678;Bride\nRui Costa;913 456 789;Groom\nAna Sousa;914 456 789;\n"
        )
        assert [outcome for _, outcome in outcomes(dialog)] == [Outcome.CHANGE, Outcome.ADD, Outcome.ADD]
        dialog.view.go_to(3)
        assert dialog.panel.isVisible()
        choose(dialog.panel._choice, Choice.MERGE)
        await until(lambda: dialog.model.row(3).outcome is Outcome.CHANGE)
        assert dialog.model.row(4).outcome is Outcome.ADD
        dialog.panel.findChild(QPushButton, "import_for_all").click()
        await until(lambda: dialog.model.row(4).outcome is not Outcome.ADD)
        dialog.view.go_to(2)
        await until(lambda: len(dialog.panel.findChildren(QRadioButton, "import_side_group_stored")) == 1)
        dialog.panel.findChild(QRadioButton, "import_side_group_stored").click()
        await until(lambda: dialog.model.row(2).outcome is Outcome.SAME)
        choose(dialog.panel._choice, Choice.SKIP)
        await until(lambda: dialog.model.row(2).outcome is Outcome.SKIP)

    setting.run(story())


def test_empty_cells_erase_only_when_asked(setting):
    async def story():
        await setting.begin(ANA)
        dialog = await setting.opened("Name;Phone;Group\nAna Sousa;912 345 678;\n")
        assert outcomes(dialog) == [(2, Outcome.SAME)]
        dialog.columns._erase.click()
        await until(lambda: outcomes(dialog) == [(2, Outcome.CHANGE)])

    setting.run(story())


def test_who_was_changed_by_somebody_meanwhile_is_left_alone(setting):
    async def story():
        await setting.begin(ANA)
        dialog = await setting.opened()
        ana = (await setting.stored())["Ana Sousa"]
        async with setting.database.begin() as conn:
            await guests.update_guest(conn, ana.id, replace(ANA, group="Theirs"), ana.updated_at)
        dialog._add.click()
        await until(lambda: dialog.saved is not None)
        assert [line.number for line in dialog.saved.overtaken] == [2]
        assert (await setting.stored())["Ana Sousa"].group == "Theirs"

    setting.run(story())


def test_what_goes_wrong_while_saving_is_said_here_and_nothing_is_saved(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened()
        async with setting.database.begin() as conn:
            await events.delete_event(conn, setting.event.id)
        dialog._add.click()
        await until(lambda: dialog._messages.text)
        assert dialog.isVisible()
        assert dialog.saved is None

    setting.run(story())


def test_a_paste_is_a_list_too(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened(Pasted("Name\tPhone\nAna\t912345678\n"))
        assert dialog.windowTitle() == "Import pasted guests"
        assert dialog._add.text() == "Add 1 guest"

    setting.run(story())


def test_a_workbook_offers_its_sheets(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened(data_dir("resources") / "sample" / "guests.xlsx")
        assert dialog.choices.sheet.count() > 1
        assert not dialog.choices.sheet_field.isHidden()
        first = dialog.model.total
        dialog.choices.sheet.setCurrentIndex(1 - dialog.choices.sheet.currentIndex())
        dialog.choices.sheet.activated.emit(dialog.choices.sheet.currentIndex())
        await until(lambda: dialog.model.total != first)

    setting.run(story())


def test_an_empty_file_closes_the_dialog_and_is_a_known_error(setting):
    async def story():
        await setting.begin()
        dialog = setting.dialog("\n\n")
        await until(lambda: setting.reports.errors)
        assert setting.reports.codes == ["file_empty"]
        setting.reports.errors.clear()
        assert not dialog.isVisible()

    setting.run(story())


def test_the_remarks_are_a_copy_of_the_list(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened()
        target = setting.folder / "remarks.xlsx"
        await dialog.write_remarks(target)
        rows = list(openpyxl.load_workbook(target).active.values)
        assert rows[0] == ("Name", "Phone", "Group", "Table", "Remarks")
        assert rows[1][:4] == ("Ana Sousa", "912 345 678", "Bride", "7")
        assert rows[4][4] == "Skipped: A total, not a guest."
        assert len(rows) == 8

    setting.run(story())


def test_by_keyboard_alone(setting):
    async def story():
        await setting.begin(ANA)
        dialog = await setting.opened()
        dialog.activateWindow()
        await until(dialog.view.hasFocus)
        QTest.keyClick(dialog.view, Qt.Key.Key_End)
        QTest.keyClick(dialog.view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        assert dialog.view.current_id() == 8
        dialog.view.setCurrentIndex(dialog.model.index(5, 0))
        QTest.keyClick(dialog.view, Qt.Key.Key_F2)
        editor = dialog.view.findChild(QLineEdit)
        QTest.keyClicks(editor, "913 000 111")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await until(lambda: dialog.model.row(8).cell("phone") == "+351913000111")
        QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: dialog.saved is not None)
        assert (await setting.stored())["Without Number"].phone == "+351913000111"

    setting.run(story())


def test_everything_can_be_reached_and_named(setting):
    async def story():
        await setting.begin(ANA)
        dialog = await setting.opened()
        dialog.view.go_to(2)
        assert_accessible(dialog)
        dialog._views.choose("columns")
        assert_accessible(dialog)

    setting.run(story())


@pytest.mark.parametrize(
    ("path", "readable"),
    [("/tmp/Guests.XLSX", True), ("list.csv", True), ("cards.vcf", True), ("photo.png", False), ("", False)],
)
def test_which_dropped_files_could_be_lists(path, readable):
    assert can_read(path) is readable


def test_every_field_that_the_list_has_is_a_column_that_can_be_corrected(setting):
    async def story():
        await setting.begin()
        dialog = await setting.opened(
            "Guests of Ana\nName;Phone;Tags;Language;Notes\nAna Sousa;912345678;vip;Klingon;vegan\n"
        )
        assert "1 line stands above the headings" in dialog._summary.text()
        places = {column.key: place for place, column in enumerate(dialog.model.columns)}
        hidden = {key for key, place in places.items() if dialog.view.isColumnHidden(place)}
        assert hidden == {"email", "group", "household", "plus_ones", "time_zone", "consent"}
        row = dialog.model.row(3)
        assert (row.cell("tags"), row.cell("language"), row.cell("notes")) == ("vip", "Klingon", "vegan")
        assert RowFilter.MEND in row.kinds
        for key, text in {"tags": "vip, bride", "language": "pt", "notes": "vegan, late"}.items():
            dialog.model.setData(dialog.model.index(0, places[key]), text)
            await setting.settled(dialog)
        assert RowFilter.MEND not in dialog.model.row(3).kinds
        dialog._add.click()
        await until(lambda: dialog.saved is not None)
        ana = (await setting.stored())["Ana Sousa"]
        assert (ana.tags, ana.language, ana.notes, ana.extra) == (("vip", "bride"), "pt", "vegan, late", {})

    setting.run(story())


def test_a_row_that_the_workbook_hides_is_looked_at_before_it_is_added(setting):
    async def story():
        await setting.begin()
        path = setting.folder / "filtered.xlsx"
        path.write_bytes(
            xlsx([["Name", "Phone"], ["Ana", "912345678"], ["Rui", "913456789"]], hidden_rows=[3])
        )
        dialog = await setting.opened(path)
        assert [row.needs_look for row in dialog.model.all_rows()] == [False, True]
        assert words(dialog)[3] == "The workbook hides this row."
        choose(dialog.choices.region, "")
        await setting.settled(dialog)
        dialog._mend(3, "phone", "+351913456700")
        await until(lambda: dialog.model.row(3).cell("phone") == "+351913456700")
        assert words(dialog)[3] == "The workbook hides this row."

    setting.run(story())
