"""The import dialog over real files: what it says of every row before anything is saved."""

import pytest

from tests.gui.accessibility import assert_accessible
from tests.gui.pages import Reports, until
from waapp.core.guests import GuestDraft, GuestRow
from waapp.errors import UserError
from waapp.gui.aio import Tasks
from waapp.gui.import_dialog import ImportDialog, can_read
from waapp.gui.import_rows import Present, Verdict
from waapp.paths import data_dir

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LIST = """Name;Phone;Group
Ana Sousa;912 345 678;Bride
Ana Sousa;+351 912 345 678;Bride
Rui Costa;223 456 789;Groom
Total;2;

Zoë Brandt;+49 1512 3456789;Friends
Without Number;;Friends
"""


class Setting:
    def __init__(self, qtbot, run, folder):
        self.qtbot = qtbot
        self.run = run
        self.folder = folder
        self.reports = Reports()
        self.tasks = Tasks(self.reports)

    def dialog(self, content=LIST, region="PT", present=()):
        path = self.folder / "guests.csv"
        path.write_text(content, encoding="utf-8")
        made = ImportDialog(path, region, Present(present), self.tasks)
        self.qtbot.addWidget(made)
        return made


@pytest.fixture
def setting(qtbot, window_run, tmp_path):
    made = Setting(qtbot, window_run, tmp_path)
    yield made
    window_run(made.tasks.close())
    made.reports.check()


def row(name, phone="", email=""):
    fields = dict.fromkeys(GuestRow._fields)
    return GuestRow(**{**fields, "name": name, "phone": phone, "email": email})


def verdicts(dialog):
    return [(each.number, each.verdict.value) for each in dialog._model.all_rows()]


def test_accounts_for_every_row(setting):
    async def story():
        dialog = setting.dialog()
        await dialog.prepare()
        assert verdicts(dialog) == [
            (2, "add"),
            (3, "skip"),
            (4, "look"),
            (5, "skip"),
            (7, "add"),
            (8, "look"),
        ]
        assert dialog._summary.text() == (
            "Adds 4 guests · 2 of them to look at · skips 2 rows · 1 line is empty or headings"
        )
        assert [draft.name for draft in dialog.drafts] == [
            "Ana Sousa",
            "Rui Costa",
            "Zoë Brandt",
            "Without Number",
        ]
        words = {each.number: each.words for each in dialog._model.all_rows()}
        assert words[3] == "Ana Sousa stands in row 2 already."
        assert "landline" in words[4]
        assert words[5] == "A sum, not a guest."
        assert words[8] == "No phone number."
        assert dialog._add.text() == "Add 4 guests"

    setting.run(story())


def test_the_chips_show_one_kind_of_row(setting):
    async def story():
        dialog = setting.dialog()
        await dialog.prepare()
        dialog._chips.choose(Verdict.SKIP)
        assert [dialog._model.row_at(place).number for place in range(len(dialog._model))] == [3, 5]
        assert len(dialog.drafts) == 4

    setting.run(story())


def test_another_country_reads_the_file_again(setting):
    async def story():
        dialog = setting.dialog(region=None)
        await dialog.prepare()
        assert dialog.drafts[0].phone == "912 345 678"
        dialog._region.setCurrentIndex(dialog._region.findData("PT"))
        await until(lambda: dialog.drafts[0].phone == "+351912345678")
        await until(lambda: dialog._add.isEnabled())

    setting.run(story())


def test_guests_on_the_list_already_are_not_doubled(setting):
    async def story():
        dialog = setting.dialog(
            present=[row("ANA SOUSA", "+351912345678"), row("Without number"), row("Zoë Brandt")]
        )
        await dialog.prepare()
        assert [draft.name for draft in dialog.drafts] == ["Rui Costa", "Zoë Brandt"]
        words = {each.number: each.words for each in dialog._model.all_rows()}
        assert words[2] == "On the list already."

    setting.run(story())


def test_the_same_file_again_adds_nobody(setting):
    async def story():
        first = setting.dialog()
        await first.prepare()
        again = setting.dialog(present=[row(draft.name, draft.phone, draft.email) for draft in first.drafts])
        await again.prepare()
        assert again.drafts == []
        assert again._add.text() == "Nobody to add"
        assert not again._add.isEnabled()

    setting.run(story())


def test_a_workbook_offers_its_sheets(setting):
    async def story():
        dialog = ImportDialog(
            data_dir("resources") / "sample" / "guests.xlsx", "PT", Present(()), setting.tasks
        )
        setting.qtbot.addWidget(dialog)
        await dialog.prepare()
        assert dialog._sheet.count() > 1
        assert not dialog._sheet_field.isHidden()
        first = len(dialog.drafts)
        dialog._sheet.setCurrentIndex(1 - dialog._sheet.currentIndex())
        dialog._sheet.activated.emit(dialog._sheet.currentIndex())
        await until(lambda: len(dialog.drafts) != first)

    setting.run(story())


def test_an_empty_file_is_a_known_error(setting):
    async def story():
        with pytest.raises(UserError) as caught:
            await setting.dialog("\n\n").prepare()
        assert caught.value.code == "file_empty"

    setting.run(story())


def test_everything_can_be_reached_and_named(setting):
    async def story():
        dialog = setting.dialog()
        await dialog.prepare()
        assert_accessible(dialog)

    setting.run(story())


@pytest.mark.parametrize(
    ("path", "readable"), [("/tmp/Guests.XLSX", True), ("list.csv", True), ("photo.png", False), ("", False)]
)
def test_which_dropped_files_could_be_lists(path, readable):
    assert can_read(path) is readable


def test_the_same_person_is_told_by_name_with_number_or_address():
    present = Present([row("Zoë  Brandt", "+4915123456789"), row("Ana", email="Ana@Example.org")])
    assert not present.has(GuestDraft("Zoë Brandt", "+4915100000000"))
    assert present.has(GuestDraft("ana", email="ana@example.org"))
    assert not present.has(GuestDraft("Ana"))
