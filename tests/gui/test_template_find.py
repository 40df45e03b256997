"""Finding and replacing in a template, at the keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tests.gui.accessibility import assert_accessible
from waapp.gui.template_editor import TemplateEditor
from waapp.gui.template_find import FindBar, find_all

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def bar(qtbot):
    window = QWidget()
    window.resize(460, 300)
    editor = TemplateEditor("text")
    editor.set_text("🎉 Party at eight.\nThe party of the year. PARTY!")
    made = FindBar(editor, "find")
    column = QVBoxLayout(window)
    column.addWidget(made)
    column.addWidget(editor)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    editor.setFocus()
    made.editor = editor
    yield made
    window.close()


def opened(bar, qtbot, wanted="party"):
    qtbot.keyClick(bar.editor, Qt.Key.Key_F, CONTROL)
    qtbot.keyClicks(bar.field, wanted)
    return bar


def chosen(bar):
    return bar.editor.textCursor().selectedText()


def test_typing_goes_to_the_first_match_and_enter_to_the_next(bar, qtbot):
    opened(bar, qtbot)
    assert bar.field.hasFocus()
    assert (chosen(bar), bar._count.text()) == ("Party", "1 of 3")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert (chosen(bar), bar._count.text()) == ("party", "2 of 3")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert (chosen(bar), bar._count.text()) == ("Party", "1 of 3")


def test_shift_goes_back(bar, qtbot):
    opened(bar, qtbot)
    qtbot.keyClick(bar.field, Qt.Key.Key_F3, SHIFT)
    assert (chosen(bar), bar._count.text()) == ("PARTY", "3 of 3")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return, SHIFT)
    assert bar._count.text() == "2 of 3"


def test_all_matches_have_a_ground(bar, qtbot):
    opened(bar, qtbot)
    assert [each.cursor.selectedText() for each in bar.editor.extraSelections()] == [
        "Party",
        "party",
        "PARTY",
    ]
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert bar.editor.extraSelections() == []
    assert bar.editor.hasFocus()
    assert not bar.isVisible()


def test_replacing_one_goes_on_to_the_next(bar, qtbot):
    opened(bar, qtbot)
    bar.replacement.setFocus()
    qtbot.keyClicks(bar.replacement, "feast")
    qtbot.keyClick(bar.replacement, Qt.Key.Key_Return)
    assert bar.editor.text() == "🎉 feast at eight.\nThe party of the year. PARTY!"
    assert chosen(bar) == "party"


def test_replacing_all_is_undone_in_one_step(bar, qtbot):
    before = bar.editor.text()
    opened(bar, qtbot)
    bar.replacement.setText("feast")
    bar.findChild(QWidget, "find.replace_all").click()
    assert bar.editor.text() == "🎉 feast at eight.\nThe feast of the year. feast!"
    assert bar._count.text() == "Not found"
    bar.editor.undo()
    assert bar.editor.text() == before


def test_what_is_selected_is_looked_for(bar, qtbot):
    bar.editor.select(2, 7)
    qtbot.keyClick(bar.editor, Qt.Key.Key_F, CONTROL)
    assert bar.field.text() == "Party"
    assert len(bar.matches) == 3


def test_nothing_found_offers_nothing(bar, qtbot):
    opened(bar, qtbot, "wedding")
    assert bar._count.text() == "Not found"
    assert not any(each.isEnabled() for each in bar._acts)


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("aaa", "aa", [(0, 2)]),
        ("Straße strasse", "straße", [(0, 6)]),
        ("🎉🎉x", "X", [(2, 3)]),
        ("any", "", []),
        ("İstanbul i", "i", [(9, 10)]),
    ],
)
def test_matches_do_not_overlap_and_count_characters(text, wanted, found):
    assert find_all(text, wanted) == found


def test_accessible(bar, qtbot):
    opened(bar, qtbot)
    assert_accessible(bar)
