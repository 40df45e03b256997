"""What each column of the guests', events' and imports' tables gets, in narrow windows and in wide ones."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QImage

from waapp.gui import style
from waapp.gui.event_columns import event_columns
from waapp.gui.guest_columns import guest_columns
from waapp.gui.import_table import ImportModel, ImportView, import_table
from waapp.gui.table import Column, TableModel, shared_widths
from waapp.gui.table_view import TableView, table_view


@st.composite
def columns(draw):
    width = draw(st.integers(40, 300))
    least = draw(st.just(0) | st.integers(40, width))
    most = draw(st.just(0) | st.integers(width, 600))
    return Column("some", "Some", str, width=width, least=least, most=most)


@given(st.lists(columns(), max_size=8), st.integers(-200, 3_000))
def test_columns_give_and_take_only_what_they_can(some, room):
    widths = shared_widths(some, room)
    wanted = sum(column.width for column in some)
    for column, width in zip(some, widths, strict=True):
        assert (column.least or column.width) <= width <= max(column.most, column.width)
    if wanted <= room:
        assert wanted <= sum(widths) <= room
    else:
        least = sum(column.least or column.width for column in some)
        # Parts of pixels are not shared out.
        assert sum(widths) <= max(room, least) + len(some)


def shown(qtbot, view: TableView, width: int) -> TableView:
    qtbot.addWidget(view)
    view.resize(width, 300)
    view.show()
    assert view.viewport().width() <= width
    return view


def widths(view: TableView, all_columns) -> dict[str, int]:
    return {
        column.key: view.columnWidth(place)
        for place, column in enumerate(all_columns)
        if not view.isColumnHidden(place)
    }


def events(qtbot, width: int) -> dict[str, int]:
    view = table_view(TableModel(event_columns()), "events", "Events")
    return widths(shown(qtbot, view, width), event_columns())


def guests(qtbot, width: int) -> dict[str, int]:
    all_columns = guest_columns(str, lambda _kind, _name: "grey")
    return widths(shown(qtbot, table_view(TableModel(all_columns), "guests", "Guests"), width), all_columns)


# The rooms that tables have in windows 960, 1024, 1280 and 1920 pixels wide, without and beside a panel.
ROOMS = (698, 762, 1018, 1658, 362, 426, 682, 1322)


@pytest.mark.parametrize("room", ROOMS)
def test_an_events_name_can_be_read_in_every_window(qtbot, room):
    got = events(qtbot, room)
    assert got["name"] >= 150
    assert got["when"] >= 184
    assert sum(got.values()) <= room


@pytest.mark.parametrize(
    ("room", "gone"), [(762, set()), (1658, set()), (426, {"where", "progress", "answers"})]
)
def test_a_narrow_window_still_says_where_an_event_is_and_how_far_its_invitations_are(qtbot, room, gone):
    assert {column.key for column in event_columns()} - set(events(qtbot, room)) == gone


@pytest.mark.parametrize("room", [*(room for room in ROOMS if room > 362)])
def test_a_guests_name_has_more_room_than_its_state(qtbot, room):
    got = guests(qtbot, room)
    assert got["name"] >= 130 > got["invitation"] - 10
    assert got["phone"] == 168
    assert sum(got.values()) <= room


def test_in_a_wide_window_groups_and_tags_grow_with_the_name(qtbot):
    narrow, wide = guests(qtbot, 1018), guests(qtbot, 1658)
    for key in ("name", "group", "tags"):
        assert wide[key] > narrow[key]
    assert (wide["group"], wide["tags"]) == (220, 300)


def test_a_column_that_was_drawn_to_a_width_keeps_it(qtbot):
    all_columns = guest_columns(str, lambda _kind, _name: "grey")
    view = shown(qtbot, table_view(TableModel(all_columns), "guests", "Guests"), 1018)
    group = next(place for place, column in enumerate(all_columns) if column.key == "group")
    view.horizontalHeader().resizeSection(group, 333)
    for room in (762, 1658):
        view.resize(room, 300)
        assert view.columnWidth(group) == 333


def rows_of_a_list(qtbot, room: int) -> tuple[ImportView, dict[str, int], int]:
    model = ImportModel()
    model.can_mend = frozenset({"name", "phone", "email", "group", "language"})
    view = import_table(model)
    view.show_columns()
    shown(qtbot, view, room)
    why = next(place for place, column in enumerate(model.columns) if column.key == "words")
    return view, widths(view, model.columns), view.columnViewportPosition(why)


@pytest.mark.parametrize("room", [576, 640, 936, 1100, 1340])
def test_the_reasons_are_in_sight_whether_the_panel_is_open_or_not(qtbot, room):
    view, got, left = rows_of_a_list(qtbot, room)
    assert got["words"] >= 140
    assert left + got["words"] <= view.viewport().width()
    assert got["phone"] == 166
    assert got["name"] >= 124


def test_numbers_of_rows_have_room_for_all_their_digits(qtbot):
    view, got, _ = rows_of_a_list(qtbot, 936)
    assert got["row"] == 66
    view.hide()
    view.model().replace_all(SimpleNamespace(number=number) for number in range(60_000))
    view.share_room()
    assert view.columnWidth(0) > 66


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
@pytest.mark.parametrize("room", [762, 1658])
def test_the_arrow_of_the_order_stands_at_the_columns_end_and_never_on_its_title(
    qtbot, qapp, room, direction
):
    style.apply(qapp)
    title = QFontMetrics(style.font(12))
    for model, named in ((TableModel(event_columns()), "events"), (ImportModel(), "rows")):
        view = table_view(model, named, named)
        view.setLayoutDirection(direction)
        header = shown(qtbot, view, room).horizontalHeader()
        for place, column in enumerate(model.columns):
            left, width = header.sectionViewportPosition(place), header.sectionSize(place)
            if view.isColumnHidden(place) or left < 0 or left + width > header.width():
                continue
            header.setSortIndicatorShown(False)
            without = header.grab().toImage()
            header.setSortIndicatorShown(True)
            header.setSortIndicator(place, Qt.SortOrder.AscendingOrder)
            sorted_by = header.grab().toImage()
            arrow = [x for x in range(without.width()) if differs(without, sorted_by, x)]
            assert arrow, column.key
            start, end = arrow[0] - left, left + width - arrow[-1]
            if direction is Qt.LayoutDirection.RightToLeft:
                start, end = end, start
            assert start >= 12 + title.horizontalAdvance(column.title), column.key
            assert end <= 20, column.key


def differs(one: QImage, other: QImage, x: int) -> bool:
    return any(one.pixel(x, y) != other.pixel(x, y) for y in range(one.height()))
