"""The columns of a list: shown in turns of the window, in their order, and only while they are looked at."""

import pytest
from PySide6.QtWidgets import QComboBox

from tests.gui.pages import until
from waapp.core.columns import recognise_columns
from waapp.gui.import_columns import ImportColumns

SAMPLES = {0: ("Ana", "Rui")}


def lines(shown: ImportColumns) -> list[str]:
    boxes = shown.findChildren(QComboBox)
    return [box.objectName() for box in sorted(boxes, key=lambda box: box.mapTo(shown, box.pos()).y())]


@pytest.fixture
def shown(qtbot):
    made = ImportColumns()
    qtbot.addWidget(made)
    made.resize(900, 500)
    return made


def columns(count):
    return recognise_columns([[f"Question {n}" for n in range(count)], ["x"] * count], 1).columns


def test_the_hundred_columns_of_an_address_book_come_in_turns(shown, window_run):
    async def story():
        shown.show_columns(columns(100), SAMPLES)
        assert lines(shown) == []
        shown.show()
        assert 0 < len(lines(shown)) < 20
        await until(lambda: len(lines(shown)) == 100)
        assert lines(shown) == [f"import_column_{n}" for n in range(100)]

    window_run(story())


def test_another_sheet_with_fewer_columns_takes_their_place(shown, window_run):
    async def story():
        shown.show_columns(columns(30), SAMPLES)
        shown.show()
        await until(lambda: len(lines(shown)) == 30)
        shown.show_columns(columns(3), SAMPLES)
        await until(lambda: len(lines(shown)) == 3)
        boxes = shown.findChildren(QComboBox)
        assert [box.accessibleName() for box in boxes] == [f"What “Question {n}” holds" for n in range(3)]

    window_run(story())


def test_what_is_hidden_waits_for_the_next_time(shown, window_run):
    async def story():
        shown.show_columns(columns(60), SAMPLES)
        shown.show()
        shown.hide()
        some = len(lines(shown))
        assert some < 60
        shown.show()
        await until(lambda: len(lines(shown)) == 60)

    window_run(story())


def test_lines_are_alike_whatever_script_they_are_in(shown, window_run):
    async def story():
        found = recognise_columns([["Name", "الاسم", "ชื่อ"], ["x"] * 3], 1).columns
        shown.show_columns(found, {0: ("Ana",), 1: ("محمد عبد الرحمن الحسن",), 2: ("สมชาย ใจดี",)})
        shown.show()
        await until(lambda: len(lines(shown)) == 3)
        boxes = shown.findChildren(QComboBox)
        # Asked of the layout itself, whether or not the lines have been laid out yet.
        assert len({box.parentWidget().sizeHint().height() for box in boxes}) == 1

    window_run(story())
