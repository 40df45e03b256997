"""Tables keep order, filter, selection and scroll while rows come, change and go."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication

from tests.gui.accessibility import assert_accessible
from waapp.core.status import Shown
from waapp.gui import style
from waapp.gui.delegates import PillDelegate, SegmentDelegate, TwoLineDelegate
from waapp.gui.row_order import PLACED_AT_ONCE, RowOrder, Rows, Taken, run_through
from waapp.gui.table import Column, TableModel
from waapp.gui.table_view import TableView, table_view

ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    age: int | None = None
    state: Shown = Shown.QUEUED


def columns() -> tuple[Column[Person], ...]:
    return (
        Column("name", "Name", lambda row: row.name, stretch=True, bold=True),
        Column("age", "Age", lambda row: str(row.age), lambda row: row.age, color="muted"),
        Column(
            "state", "State", lambda row: row.state.value, value=lambda row: row.state, delegate=PillDelegate,
            hide_below=400,
        ),
    )  # fmt: skip


def order_of(rows: Iterable[Person]) -> RowOrder[Person]:
    return RowOrder(Rows(attrgetter("id"), rows))


def shown_ids(order: RowOrder[Person]) -> list[int]:
    return [row.id for row in order.rows.many(order.shown)]


def model_of(*rows: Person) -> TableModel[Person]:
    model = TableModel(columns())
    model.replace_all(rows)
    return model


def names(model: TableModel[Person]) -> list[str]:
    return [row.name for row in model.shown_rows()]


def people(count: int) -> list[Person]:
    return [Person(number, f"guest {number:04}", number % 7) for number in range(count)]


@pytest.fixture
def shown(qtbot) -> TableView:
    view = table_view(model_of(*people(200)), "people", "People")
    view.resize(600, 400)
    qtbot.addWidget(view)
    with qtbot.waitActive(view):
        view.show()
    return view


def model_behind(view: TableView) -> TableModel[Person]:
    model = view.model()
    assert isinstance(model, TableModel)
    return model


# The model

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("apply"),
            st.lists(
                st.builds(
                    Person, st.integers(0, 30), st.sampled_from("abcde"), st.none() | st.integers(0, 4)
                ),
                max_size=20,
            ),
        ),
        st.tuples(st.just("remove"), st.lists(st.integers(0, 30), max_size=12)),
        st.tuples(st.just("sort"), st.tuples(st.integers(-1, 1), st.sampled_from([ASCENDING, DESCENDING]))),
        st.tuples(st.just("filter"), st.sampled_from([None, "a", "b"])),
    ),
    max_size=8,
)


@given(STEPS)
def test_any_steps_end_in_what_filtering_and_sorting_afresh_would_show(qapp: QApplication, steps) -> None:
    model = model_of()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rows: dict[int, Person] = {}
    wanted, sorting = None, (-1, ASCENDING)
    for kind, given_value in steps:
        if kind == "apply":
            rows.update((row.id, row) for row in given_value)
            model.apply(given_value)
        elif kind == "remove":
            for row_id in given_value:
                rows.pop(row_id, None)
            model.remove(given_value)
        elif kind == "sort":
            sorting = given_value
            model.sort(*given_value)
        else:
            wanted = given_value
            model.set_filter(None if wanted is None else lambda row, wanted=wanted: row.name == wanted)
        visible = [row for row in rows.values() if wanted in (None, row.name)]
        got = list(model.shown_rows())
        assert sorted(row.id for row in got) == sorted(row.id for row in visible)
        assert [model.row_for_id(row.id) for row in got] == list(range(len(got)))
        assert [model.cell_text(place, 0) for place in range(len(got))] == [row.name for row in got]
        keys = [(row.name, row.age)[sorting[0]] for row in got] if sorting[0] >= 0 else []
        known = [key for key in keys if key is not None]
        assert keys[: len(known)] == sorted(known, reverse=sorting[1] is DESCENDING)
        assert model.total == len(rows)
    del tester


def test_model_behaves_as_qt_expects(qtmodeltester) -> None:
    model = model_of(*people(20))
    model.sort(1)
    qtmodeltester.check(model)


def test_changed_values_that_keep_their_place_are_one_signal(qapp: QApplication) -> None:
    model = model_of(*people(1000))
    model.sort(1)
    told, reset = QSignalSpy(model.dataChanged), QSignalSpy(model.modelReset)
    model.apply([replace(person, state=Shown.READ) for person in people(1000)[100:600]])
    assert (told.count(), reset.count()) == (1, 0)


def test_same_rows_again_are_no_change(qapp: QApplication) -> None:
    model = model_of(*people(10))
    told, counted = QSignalSpy(model.dataChanged), QSignalSpy(model.counted)
    model.apply(people(10))
    assert (told.count(), counted.count()) == (0, 0)


def test_one_row_that_moves_does_not_reset_the_table(qapp: QApplication) -> None:
    model = model_of(*people(100))
    model.sort(0)
    moved, reset = QSignalSpy(model.rowsMoved), QSignalSpy(model.modelReset)
    model.apply([Person(50, "a first")])
    assert names(model)[0] == "a first"
    assert (moved.count(), reset.count()) == (1, 0)


def test_rows_without_a_key_come_last_in_both_directions(qapp: QApplication) -> None:
    model = model_of(Person(1, "none"), Person(2, "two", 2), Person(3, "one", 1))
    model.sort(1, ASCENDING)
    assert names(model) == ["one", "two", "none"]
    model.sort(1, DESCENDING)
    assert names(model) == ["two", "one", "none"]


def test_texts_are_computed_once_per_row_and_again_when_the_row_changes(qapp: QApplication) -> None:
    asked: list[int] = []

    def text(row: Person) -> str:
        asked.append(row.id)
        return row.name

    model = TableModel([Column("name", "Name", text, lambda row: row.id)])
    model.replace_all(people(3))
    for _again in range(3):
        model.cell_text(1, 0)
    assert asked == [1]
    model.apply([Person(1, "renamed")])
    assert model.cell_text(1, 0) == "renamed"


def test_hidden_row_that_changes_shows_its_new_text_when_it_returns(qapp: QApplication) -> None:
    model = model_of(Person(1, "Ana"), Person(2, "Rui"))
    assert model.cell_text(0, 0) == "Ana"
    model.set_filter(lambda row: row.id == 2)
    model.apply([Person(1, "Anabela")])
    model.set_filter(None)
    assert model.cell_text(model.row_for_id(1), 0) == "Anabela"


def test_cells_are_read_aloud_as_they_are_shown(qapp: QApplication) -> None:
    model = model_of(Person(1, "Ana", 30, Shown.READ))
    role = Qt.ItemDataRole.AccessibleTextRole
    assert [model.index(0, column).data(role) for column in range(3)] == ["Ana", "30", "read"]
    assert model.headerData(2, Qt.Orientation.Horizontal) == "State"


def test_order_tells_a_value_from_a_place() -> None:
    order = order_of([])
    order.set_key(lambda row: row.name, descending=False)
    assert order.take([Person(1, "Ana")]) == [(0, Taken.PLACE)]
    order.move(0, 0)
    assert order.take([Person(1, "Ana")]) == [(0, Taken.NOTHING)]
    assert order.take([Person(1, "Ana", 3)]) == [(0, Taken.VALUES)]
    assert order.take([Person(1, "Rui", 3)]) == [(0, Taken.PLACE)]
    assert order.take([Person(1, "Ana", 3)]) == [(0, Taken.PLACE)]  # not moved yet


def test_rows_with_equal_keys_stand_as_they_arrived(qapp: QApplication) -> None:
    for direction in (ASCENDING, DESCENDING):
        model = model_of(*people(40))
        model.sort(1, direction)
        for ids in ([12], list(range(20))):
            model.apply([Person(number, "elsewhere", 30) for number in ids])
            model.apply(people(40)[min(ids) : max(ids) + 1])
            afresh = sorted(people(40), key=lambda row: row.age or 0, reverse=direction is DESCENDING)
            assert list(model.shown_rows()) == afresh


@given(
    st.lists(
        st.builds(Person, st.integers(0, 30), st.sampled_from("abc"), st.none() | st.integers(0, 4)),
        min_size=1,
    ),
    st.lists(st.builds(Person, st.integers(0, 30), st.sampled_from("abc"), st.none() | st.integers(0, 4))),
    st.lists(st.integers(0, 30)),
    st.integers(0, 6),
    st.booleans(),
    st.sampled_from([None, "a"]),
)
def test_what_changes_while_rows_are_arranged_is_in_its_place_at_the_end(
    there, changed, gone, steps, descending, wanted
) -> None:
    order = order_of(there)
    order.set_key(lambda row: row.name, descending=False)
    order.rearrange()
    order.set_key(lambda row: row.age, descending=descending)
    order.set_filter(None if wanted is None else lambda row: row.name == wanted)
    arranging = order.arranging()
    try:
        for _ in range(steps):
            next(arranging)
    except StopIteration:
        return
    order.place([slot for slot, taken in order.take(changed) if taken is Taken.PLACE])
    order.drop(gone)
    earlier = [row.name for row in order.rows.many(order.shown)]
    assert earlier == sorted(earlier)
    assert sorted(shown_ids(order)) == sorted(row.id for row in order.rows)
    order.show(run_through(arranging))
    visible = [row for row in order.rows if wanted in (None, row.name)]
    known = [row for row in visible if row.age is not None]
    known.sort(key=lambda row: row.age or 0, reverse=descending)
    assert shown_ids(order) == [row.id for row in [*known, *(row for row in visible if row.age is None)]]
    assert order.positions(order.shown) == list(range(len(order.shown)))
    before = order.shown
    order.rearrange()
    assert order.shown == before


def test_many_rows_are_sorted_like_few(qapp: QApplication) -> None:
    rows = [Person(number, f"guest {number * 7919 % 20_011:05}", number % 13) for number in range(20_011)]
    order = order_of(rows)
    for descending in (False, True):
        order.set_key(lambda row: row.age, descending=descending)
        order.rearrange()
        best = sorted(rows, key=lambda row: row.age or 0, reverse=descending)
        assert shown_ids(order) == [row.id for row in best]


def many(count: int = 300) -> TableModel[Person]:
    """A model for which these are too many to be arranged at once."""
    model = TableModel(columns(), at_once=100)
    model.replace_all(people(count))
    return model


def test_many_rows_are_arranged_in_slices_and_the_newest_request_counts(qtbot) -> None:
    model = many()
    qtbot.waitUntil(lambda: model.is_arranged)
    assert len(model) == 300
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.set_filter(lambda row: row.age == 1)
    assert len(model) == 300
    with qtbot.waitSignal(model.arranged):
        model.sort(0, DESCENDING)
        model.set_filter(lambda row: row.age == 2)
    assert {row.age for row in model.shown_rows()} == {2}
    assert names(model) == sorted(names(model), reverse=True)


def test_a_narrower_filter_is_not_taken_at_its_word_while_the_one_before_is_not_shown(qtbot) -> None:
    model = many()
    model.set_filter(lambda row: row.age == 1)
    qtbot.waitUntil(lambda: model.is_arranged)
    model.set_filter(lambda row: row.age == 2)
    model.set_filter(lambda row: row.age == 2 and row.id < 100, narrower=True)
    qtbot.waitUntil(lambda: model.is_arranged)
    assert len(model) == len([row for row in people(100) if row.age == 2])


@pytest.mark.parametrize("how_many", [1, 50, PLACED_AT_ONCE + 1])
def test_rows_that_come_change_and_go_meanwhile_are_in_their_places(qtbot, how_many: int) -> None:
    model = many(3_000)
    qtbot.waitUntil(lambda: model.is_arranged)
    model.sort(0, DESCENDING)
    model.apply([Person(number, f"guest 5{number:04}") for number in range(1, how_many + 1)])
    model.apply([Person(9_000, "guest 9")])
    model.remove([0, *range(1_500, 1_600)])
    qtbot.waitUntil(lambda: model.is_arranged)
    assert names(model) == sorted(names(model), reverse=True)
    assert len(model) == model.total == 3_000 + 1 - 101
    assert model.cell_text(model.row_for_id(1), 0) == "guest 50001"


def test_rows_replaced_while_others_are_arranged_are_the_ones_shown(qtbot) -> None:
    model = many()
    model.replace_all(people(20))
    assert (len(model), model.is_arranged) == (20, True)
    model.replace_all(people(500)[200:])
    assert list(model.shown_rows()) == []
    qtbot.waitUntil(lambda: model.is_arranged)
    assert len(model) == 300


# The view


def test_view_is_ready_for_keyboard_and_screen_reader(shown: TableView) -> None:
    assert_accessible(shown)
    assert shown.rowHeight(0) == shown.rowHeight(150) == style.ROW_HEIGHT
    assert shown.verticalHeader().isHidden()


@pytest.mark.parametrize("how_many", [1, 100])
def test_selection_current_row_and_scroll_survive_changes(shown: TableView, how_many: int) -> None:
    model = model_behind(shown)
    model.sort(0)
    shown.go_to(120)
    shown.select_ids([118, 120, 121])
    top = shown.rowAt(0)
    picked = QSignalSpy(shown.picked)
    model.apply([Person(1000 + number, "guest 0000 and") for number in range(how_many)])
    assert shown.selected_ids() == [118, 120, 121]
    assert shown.current_id() == 120
    assert picked.count() == 0
    if how_many > 1:
        assert model.id_at(shown.rowAt(0)) == top


def test_thousands_are_selected_where_they_stand_together_and_not_where_they_lie_scattered(qtbot) -> None:
    view = table_view(model_of(*people(4_000)), "people", "People")
    qtbot.addWidget(view)
    view.select_ids(range(1_000, 4_000))
    assert len(view.selected_ids()) == 3_000
    view.select_ids(range(0, 2_000, 2))
    assert len(view.selected_ids()) == 1_000
    view.select_ids(range(0, 4_000, 2))
    assert view.selected_ids() == []


def test_selection_and_current_row_survive_an_order_that_comes_later(qtbot) -> None:
    model = many()
    view = table_view(model, "guests", "Guests")
    qtbot.addWidget(view)
    qtbot.waitUntil(lambda: model.is_arranged)
    view.go_to(120)
    view.select_ids([118, 120, 121])
    picked = QSignalSpy(view.picked)
    model.sort(1)
    qtbot.waitUntil(lambda: model.is_arranged)
    assert set(view.selected_ids()) == {118, 120, 121}
    assert view.current_id() == 120
    assert picked.count() == 0  # the same guests, in their new order


def test_all_of_many_stay_selected_through_sorting_and_only_they_through_filtering(qtbot) -> None:
    model = TableModel(columns())
    model.replace_all(people(2_000))
    view = table_view(model, "guests", "Guests")
    qtbot.addWidget(view)
    model.set_filter(lambda row: row.age != 1)
    view.selectAll()
    chosen = set(view.selected_ids())
    model.sort(0, DESCENDING)
    assert view.selected_ids() == sorted(chosen, reverse=True)
    model.set_filter(None)
    assert set(view.selected_ids()) == chosen
    assert len(chosen) < len(model)


def test_selected_row_that_is_filtered_out_is_no_longer_picked(shown: TableView, qtbot) -> None:
    shown.go_to(3)
    with qtbot.waitSignal(shown.picked) as picked:
        model_behind(shown).set_filter(lambda row: row.id > 100)
    assert picked.args == [[]]


def test_selected_row_that_is_removed_is_no_longer_picked(shown: TableView) -> None:
    shown.select_ids([3, 4])
    model_behind(shown).remove([3])
    assert shown.selected_ids() == [4]


def test_sorting_follows_the_row_that_is_worked_on(shown: TableView, qtbot) -> None:
    shown.go_to(199)
    qtbot.keyClick(shown, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(shown, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert model_behind(shown).sorting == (0, DESCENDING)
    assert model_behind(shown).id_at(0) == 199
    assert shown.viewport().rect().intersects(shown.visualRect(shown.currentIndex()))


def test_whole_table_works_by_keyboard(shown: TableView, qtbot) -> None:
    opened = QSignalSpy(shown.opened)
    shown.setFocus()
    qtbot.keyClick(shown, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(shown, Qt.Key.Key_Down)
    assert shown.selected_ids() == [1]
    qtbot.keyClick(shown, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert shown.selected_ids() == [1, 2]
    qtbot.keyClick(shown, Qt.Key.Key_Return)
    assert opened.count() == 1
    assert opened.at(0) == [2]


def test_clicking_a_heading_sorts_and_again_turns_round(shown: TableView, qtbot) -> None:
    header = shown.horizontalHeader()

    def click() -> None:
        x = header.sectionViewportPosition(1) + 20
        position = QPointF(x, header.height() / 2).toPoint()
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=position)

    click()
    assert model_behind(shown).sorting == (1, ASCENDING)
    click()
    assert model_behind(shown).sorting == (1, DESCENDING)
    assert header.sortIndicatorSection() == 1


def test_narrow_table_hides_what_may_be_hidden(shown: TableView) -> None:
    assert not shown.isColumnHidden(2)
    shown.resize(360, 400)
    assert shown.isColumnHidden(2)
    shown.resize(600, 400)
    assert not shown.isColumnHidden(2)


def test_row_under_the_pointer_is_marked(shown: TableView) -> None:
    middle = shown.visualRect(shown.model().index(2, 0)).center()
    here = QPointF(middle)
    none = Qt.MouseButton.NoButton
    moved = QMouseEvent(QEvent.Type.MouseMove, here, here, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(shown.viewport(), moved)
    assert shown.hovered_row == 2
    assert ground(shown, 2) == style.tokens().hover
    QApplication.sendEvent(shown.viewport(), QEvent(QEvent.Type.Leave))
    assert ground(shown, 2) == style.tokens().surface


def test_ring_goes_round_the_current_row_only_while_the_table_has_the_keyboard(shown: TableView) -> None:
    shown.go_to(2)
    shown.setFocus()
    assert edge(shown, 2) == style.tokens().accent
    shown.clearFocus()
    assert edge(shown, 2) != style.tokens().accent


def test_cells_mirror(right_to_left: None, qtbot) -> None:
    view = table_view(model_of(Person(1, "Ana", 3, Shown.FAILED)), "people", "People")
    qtbot.addWidget(view)
    view.resize(600, 200)
    view.show()
    cell = view.visualRect(view.model().index(0, 2))
    picture = view.viewport().grab(cell).toImage()
    failed = style.tokens().failed_weak

    def inked(x: int) -> bool:
        return picture.pixelColor(x, cell.height() // 2 - 8) == failed

    # The pill stands at the leading edge, here the right one.
    assert inked(cell.width() - 24)
    assert not inked(24)


def test_every_delegate_paints_every_state(qtbot) -> None:
    states = [Person(number, state.value, number, state) for number, state in enumerate(Shown)]
    bar: Column[Person] = Column(
        "bar", "Bar", lambda row: row.name, value=lambda row: ([(row.state, 1)], 4), delegate=SegmentDelegate
    )
    lines: Column[Person] = Column(
        "lines",
        "Lines",
        lambda row: row.name,
        detail=lambda row: "more" if row.id else "",
        delegate=TwoLineDelegate,
    )
    model = TableModel([*columns(), bar, lines])
    model.replace_all(states)
    view = table_view(model, "states", "States", style.TWO_LINE_ROW_HEIGHT)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    pictures = [
        view.viewport().grab(view.visualRect(model.index(row, column))).toImage()
        for column in (2, 3)
        for row in range(len(states))
    ]
    assert all(not picture.isNull() for picture in pictures)
    assert model.index(1, 4).data(Qt.ItemDataRole.AccessibleDescriptionRole) == "more"


def ground(view: TableView, row: int) -> QColor:
    rect = view.visualRect(view.model().index(row, 1))
    return view.viewport().grab(rect).toImage().pixelColor(rect.width() - 3, rect.height() // 2)


def edge(view: TableView, row: int) -> QColor:
    rect = view.visualRect(view.model().index(row, 1))
    return view.viewport().grab(rect).toImage().pixelColor(rect.width() // 2, 0)
