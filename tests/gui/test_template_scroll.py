"""The parts of a template scroll together, and nothing of them stands on top of another."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from waapp.core.template import TemplateDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind
from waapp.gui.template_desk import TemplateDesk
from waapp.gui.template_editor import TemplateEditor
from waapp.gui.template_findings import Row
from waapp.gui.template_scroll import TextArea

LONG = "\n".join(f"Line {number} of the text" for number in range(40))
FULL = TemplateDraft(
    "party",
    "Party",
    LONG,
    header=Header(HeaderKind.TEXT, "Save the date"),
    footer="Ana & Rui",
    buttons=tuple(Button(ButtonKind.QUICK_REPLY, f"Answer {number}") for number in range(4)),
)


@pytest.fixture
def area(qtbot):
    editor = TemplateEditor("text")
    made = TextArea(editor, QLineEdit("over"), QLineEdit("under"))
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    qtbot.waitUntil(lambda: editor.width() > 100)
    return made, editor


def test_a_long_text_has_all_its_room_and_only_the_parts_scroll(area, qtbot):
    scroll, editor = area
    editor.set_text(LONG)
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() > 0)
    assert editor.height() >= editor.document().size().height()
    assert editor.verticalScrollBar().maximum() == 0
    editor.set_text("Short")
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() == 0)


def test_the_line_that_is_written_stays_in_view(area, qtbot):
    scroll, editor = area
    editor.set_text(LONG)
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() > 0)
    editor.setFocus()
    editor.moveCursor(QTextCursor.MoveOperation.End)
    for _ in range(6):
        qtbot.keyClick(editor, Qt.Key.Key_Return)

    def in_view():
        cursor = editor.viewport().mapTo(scroll.viewport(), editor.cursorRect().center())
        return scroll.viewport().rect().contains(cursor)

    qtbot.waitUntil(in_view)
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.waitUntil(in_view)
    assert scroll.verticalScrollBar().value() < scroll.verticalScrollBar().maximum()


@pytest.mark.parametrize("height", [360, 460, 560, 800])
def test_nothing_stands_on_top_of_another_however_low_the_window_is(qtbot, height):
    held = QWidget()
    desk = TemplateDesk(lambda _places: None)
    QVBoxLayout(held).addWidget(desk)
    qtbot.addWidget(held)
    held.resize(480, height)
    desk.load(FULL, is_new=False)
    desk.show_form(shown=True)
    desk.approval.show_row(Row("failed", "WhatsApp has rejected this text. " * 4))
    desk.show_approval(shown=True)
    desk.findings.set_most_height(110)
    held.show()
    desk.finder.open_bar()
    inside = desk.toolbar.parentWidget()
    parts = [inside.layout().itemAt(place).widget() for place in range(inside.layout().count())]

    def everything_has_its_room():
        shown = [each for each in parts if each.isVisible()]
        for each in shown:
            wanted = each.minimumSizeHint().height()
            if each.hasHeightForWidth():
                wanted = each.heightForWidth(each.width())
            assert each.height() >= wanted, each.objectName()
        assert all(one.geometry().bottom() < other.geometry().top() for one, other in pairwise(shown))

    qtbot.waitUntil(everything_has_its_room)
