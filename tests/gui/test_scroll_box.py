"""What scrolls in a dialog, beside what does not."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from waapp.gui import style
from waapp.gui.scroll_box import ScrollBox

GAP = style.SPACE[1]


def filled(qtbot, lines: int) -> tuple[ScrollBox, QLabel]:
    box = ScrollBox()
    qtbot.addWidget(box)
    box.resize(300, 200)
    show_lines(box, lines)
    box.show()
    return box, box.findChild(QLabel)


def show_lines(box: ScrollBox, lines: int) -> None:
    inside = QWidget()
    column = QVBoxLayout(inside)
    for number in range(lines):
        line = QLabel(str(number))
        line.setFixedHeight(30)
        column.addWidget(line)
    column.addStretch(1)
    box.show_inside(inside)


def edges(box: ScrollBox, line: QLabel) -> tuple[int, int]:
    left = line.mapTo(box, line.rect().topLeft()).x()
    return left, box.width() - left - line.width()


def test_few_lines_reach_both_edges(qtbot):
    box, line = filled(qtbot, 2)
    qtbot.waitUntil(lambda: edges(box, line) == (0, 0), timeout=10_000)


def test_many_keep_off_the_bar(qtbot):
    box, line = filled(qtbot, 40)
    qtbot.waitUntil(lambda: edges(box, line) == (0, box.verticalScrollBar().width() + GAP), timeout=10_000)


def test_they_do_so_at_the_other_side_too(qtbot, right_to_left):
    box, line = filled(qtbot, 40)
    qtbot.waitUntil(lambda: edges(box, line) == (box.verticalScrollBar().width() + GAP, 0), timeout=10_000)


def test_the_gap_goes_with_the_bar(qtbot):
    box, _ = filled(qtbot, 40)
    qtbot.waitUntil(lambda: box.verticalScrollBar().maximum() > 0, timeout=10_000)
    show_lines(box, 2)
    qtbot.waitUntil(lambda: edges(box, box.findChild(QLabel)) == (0, 0), timeout=10_000)
