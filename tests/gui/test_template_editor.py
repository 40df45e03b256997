"""The field that a template is written in, on the real widget."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tests.gui.accessibility import assert_accessible
from waapp.core.findings import Finding, Level
from waapp.core.template_rules import check
from waapp.core.template_values import BUILT_IN
from waapp.gui.template_editor import TemplateEditor
from waapp.gui.template_toolbar import LengthLabel, TemplateToolbar

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

KNOWN = ("guest_name", "guest_first_name", "event_name", "table_no")


@pytest.fixture
def editor(qtbot):
    window = QWidget()
    window.resize(400, 300)
    made = TemplateEditor("text")
    made.set_known(KNOWN)
    QVBoxLayout(window).addWidget(made)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    made.setFocus()
    yield made
    window.close()


def select(editor, start, end):
    cursor = editor.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)


def put_cursor_at_end(editor):
    editor.moveCursor(QTextCursor.MoveOperation.End)


def underlined(editor):
    return [selection.cursor.selectedText() for selection in editor.extraSelections()]


def test_every_key_is_told_once_with_the_whole_text(editor, qtbot):
    told = []
    editor.edited.connect(told.append)
    qtbot.keyClicks(editor, "Hi")
    assert told == ["H", "Hi"]


def test_loading_a_text_is_not_told_and_cannot_be_undone(editor):
    told = []
    editor.edited.connect(told.append)
    editor.set_text("Hello\n\nthere")
    editor.undo()
    assert editor.text() == "Hello\n\nthere"
    assert told == []


def test_hard_blanks_and_emoji_survive(editor, qtbot):
    editor.set_text("Venez\u00a0! 🎉 {{guest_name}}")
    put_cursor_at_end(editor)
    qtbot.keyClicks(editor, "x")
    assert editor.text() == "Venez\u00a0! 🎉 {{guest_name}}x"


def test_pasted_rich_text_comes_in_plain(editor):
    rich = QMimeData()
    rich.setHtml("<b>bold</b><br>line")
    rich.setText("bold\nline")
    editor.insertFromMimeData(rich)
    assert editor.text() == "bold\nline"


@pytest.mark.parametrize(
    ("kind", "marked"),
    [
        ("bold", "Hi *dear* guest"),
        ("italic", "Hi _dear_ guest"),
        ("strike", "Hi ~dear~ guest"),
        ("code", "Hi `dear` guest"),
    ],
)
def test_markup_goes_around_the_selection_and_away_again(editor, kind, marked):
    editor.set_text("Hi dear guest")
    select(editor, 3, 7)
    editor.toggle_markup(kind)
    assert editor.text() == marked
    editor.toggle_markup(kind)
    assert editor.text() == "Hi dear guest"


def test_markup_leaves_blanks_outside_and_marks_each_line(editor):
    editor.set_text("one \n two\n\nthree")
    editor.selectAll()
    editor.toggle_markup("bold")
    assert editor.text() == "*one* \n *two*\n\n*three*"


def test_markup_without_selection_takes_the_word_or_makes_room(editor):
    editor.set_text("Hi dear")
    select(editor, 5, 5)
    editor.toggle_markup("bold")
    assert editor.text() == "Hi *dear*"
    editor.set_text("Hi ")
    put_cursor_at_end(editor)
    editor.toggle_markup("italic")
    editor.insert_text("x")
    assert editor.text() == "Hi _x_"


def test_markup_by_key(editor, qtbot):
    editor.set_text("dear")
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert editor.text() == "*dear*"


def test_typing_two_braces_offers_the_variables(editor, qtbot):
    qtbot.keyClicks(editor, "Hi {{gu")
    popup = editor._popup
    assert popup.isVisible()
    assert [popup.model().index(row, 0).data() for row in range(popup.model().rowCount())] == [
        "guest_name",
        "guest_first_name",
    ]
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert editor.text() == "Hi {{guest_name}}"
    assert not popup.isVisible()
    assert editor.textCursor().position() == len("Hi {{guest_name}}")


def test_completion_inside_braces_does_not_add_a_second_pair(editor, qtbot):
    editor.set_text("Hi {{}} 🎉")
    select(editor, 5, 5)
    qtbot.keyClicks(editor, "ta")
    qtbot.keyClick(editor._popup, Qt.Key.Key_Return)
    assert editor.text() == "Hi {{table_no}} 🎉"


def test_escape_closes_the_completions_and_keeps_what_was_typed(editor, qtbot):
    qtbot.keyClicks(editor, "{{g")
    qtbot.keyClick(editor._popup, Qt.Key.Key_Escape)
    assert not editor._popup.isVisible()
    assert editor.text() == "{{g"


def test_nothing_is_offered_after_the_braces_are_closed(editor, qtbot):
    qtbot.keyClicks(editor, "{{guest_name}} and")
    assert not editor._popup.isVisible()


def test_a_variable_that_would_touch_another_gets_a_blank(editor):
    editor.set_text("{{guest_name}}")
    put_cursor_at_end(editor)
    editor.insert_variable("event_name")
    assert editor.text() == "{{guest_name}} {{event_name}}"


def test_findings_are_underlined_where_they_are_behind_emoji(editor):
    editor.set_text("🎉🎉 come {{guest_nam}} now")
    found = check(editor.text(), KNOWN)
    editor.set_findings([each for each in found if each.code == "unknown_variable"])
    assert underlined(editor) == ["{{guest_nam}}"]


def test_a_finding_about_the_whole_text_is_not_underlined(editor):
    editor.set_text("Hi you")
    editor.set_findings([Finding("too_few_words", Level.ERROR, 0, 6), Finding("folds", Level.HINT, 1, 3)])
    assert underlined(editor) == []


def test_a_fix_changes_only_what_differs_and_can_be_undone(editor):
    editor.set_text("Hi 🎉 {{guest_name}}")
    select(editor, 1, 1)
    editor.replace_text("Hi 🎉 {{guest_name}}\n\nBye")
    assert editor.text() == "Hi 🎉 {{guest_name}}\n\nBye"
    editor.undo()
    assert editor.text() == "Hi 🎉 {{guest_name}}"


def test_the_grounds_of_variables_lie_under_them_also_when_they_wrap(editor):
    editor.set_text("word " * 12 + "{{guest_name}} and {{nobody}}")
    grounds = editor._grounds()
    assert [known for _, known in grounds] == [True, False]
    assert all(
        ground.left() >= 0 and ground.right() <= editor.viewport().width() + 2 for ground, _ in grounds
    )


def test_a_place_is_selected_on_demand(editor):
    editor.set_text("🎉 Hi {{nobody}}!")
    editor.show_place(5, 15)
    assert editor.textCursor().selectedText() == "{{nobody}}"


@pytest.fixture
def toolbar(editor, qtbot):
    made = TemplateToolbar(editor, editor.insert_variable, "toolbar")
    made.set_variables(KNOWN, {"guest_name": "Ana & Rui", "table_no": "7"})
    editor.window().resize(560, 300)
    editor.window().layout().insertWidget(0, made)
    return made


def test_the_menu_inserts_by_keyboard(editor, toolbar, qtbot):
    editor.set_text("Hi ")
    put_cursor_at_end(editor)
    qtbot.keyClick(editor, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    menu = toolbar._menu
    assert menu.isVisible()
    assert menu.activeAction().data() == "guest_name"
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert editor.text() == "Hi {{guest_first_name}}"


def test_the_menu_tells_own_columns_from_built_in_ones_with_samples(toolbar):
    texts = [action.text() for action in toolbar.menu().actions()]
    assert [texts[0], texts[4]] == ["Guest", "Event"]
    assert "Guest's name\tAna && Rui" in texts
    assert texts[-2:] == ["From your guest list", "Table no\t7"]


def test_every_built_in_variable_has_its_place_in_the_menu(toolbar):
    toolbar.set_variables((*BUILT_IN, "table_no"), {})
    offered = [action.data() for action in toolbar.menu().actions() if action.data()]
    assert sorted(offered) == sorted((*BUILT_IN, "table_no"))


def test_the_counter_warns_by_colour_and_says_whose_length_it_is(qtbot):
    length = LengthLabel("length")
    qtbot.addWidget(length)
    length.show_length(212, of_longest_guest=True)
    assert length.text().endswith(", longest guest")
    assert length.property("tone") == "muted"
    length.show_length(1025, of_longest_guest=False)
    assert length.property("tone") == "failed"


def test_accessible(editor, toolbar):
    assert_accessible(toolbar)
    assert_accessible(editor)
