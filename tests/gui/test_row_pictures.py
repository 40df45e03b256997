"""Rows in sight are painted again when something about them is different, and only then."""

from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from waapp.gui import style
from waapp.gui.delegates import CellDelegate
from waapp.gui.table import Column, TableModel
from waapp.gui.table_view import TableView, table_view


@dataclass(frozen=True)
class Guest:
    id: int
    name: str


class Counting(CellDelegate):
    """Notes the rows that it paints."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[int] = []

    def paint_content(self, painter, room, model, row, column, direction) -> None:
        self.painted.append(model.id_at(row))
        super().paint_content(painter, room, model, row, column, direction)


@pytest.fixture
def painter() -> Counting:
    return Counting()


@pytest.fixture
def view(qtbot, painter: Counting) -> TableView:
    model = TableModel([Column("name", "Name", lambda row: row.name, stretch=True, delegate=lambda: painter)])
    model.replace_all([Guest(number, f"guest {number:03}") for number in range(100)])
    model.sort(0)
    made = table_view(model, "guests", "Guests")
    qtbot.addWidget(made)
    made.resize(400, 400)
    with qtbot.waitActive(made):
        made.show()
    repaint(made, painter)
    return made


def repaint(view: TableView, painter: Counting) -> list[int]:
    QApplication.processEvents()
    view.viewport().repaint()
    painted, painter.painted[:] = sorted(painter.painted), []
    return painted


def test_nothing_is_painted_again_for_nothing(view, painter) -> None:
    assert repaint(view, painter) == []
    model = view.model()
    model.apply([Guest(90, "the last guest")])
    model.sort(0, Qt.SortOrder.DescendingOrder)
    model.sort(0, Qt.SortOrder.AscendingOrder)
    assert repaint(view, painter) == []


def test_a_row_that_changes_is_painted_and_no_other(view, painter) -> None:
    view.model().apply([Guest(2, "guest 002 changed")])
    assert repaint(view, painter) == [2]


def test_a_row_that_comes_into_sight_is_painted(view, painter) -> None:
    view.model().apply([Guest(200, "a first guest")])
    assert repaint(view, painter) == [200]


def test_a_row_is_painted_when_it_is_marked_and_when_it_no_longer_is(view, painter, qtbot) -> None:
    view.select_ids([1])
    assert repaint(view, painter) == [1]
    view.select_ids([2])
    assert repaint(view, painter) == [1, 2]
    qtbot.mouseMove(view.viewport(), QPointF(view.visualRect(view.model().index(4, 0)).center()).toPoint())
    qtbot.waitUntil(lambda: view.hovered_row == 4)
    assert repaint(view, painter) == [4]


def test_all_are_painted_when_their_words_their_colours_or_their_room_may_have_changed(
    view, painter, qapp
) -> None:
    in_sight = list(range(view.rowAt(0), view.rowAt(view.viewport().height() - 1) + 1))
    view.model().refresh_texts()
    assert repaint(view, painter) == in_sight
    style.switch(qapp, Qt.ColorScheme.Dark)
    try:
        assert repaint(view, painter) == in_sight
    finally:
        style.switch(qapp, Qt.ColorScheme.Unknown)
    repaint(view, painter)
    view.resize(view.width() + 40, view.height())
    assert repaint(view, painter) == in_sight


def test_what_left_sight_long_ago_is_not_kept(view, painter) -> None:
    for place in (30, 60, 90):
        view.scrollTo(view.model().index(place, 0), TableView.ScrollHint.PositionAtTop)
        view.viewport().repaint()
    painter.painted.clear()
    view.scrollToTop()
    assert repaint(view, painter)[:1] == [0]


def test_an_equal_row_that_is_another_one_is_painted_as_it_is_now(view, painter) -> None:
    model = view.model()
    model.replace_all([replace(row, name=row.name.upper()) for row in model.all_rows()])
    assert 0 in repaint(view, painter)
    assert model.cell_text(0, 0) == "GUEST 000"
