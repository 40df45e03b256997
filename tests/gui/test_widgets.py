"""The building blocks: named, reachable by keyboard, and saying what they show."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QLocale, Qt, QTime
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton, QTimeEdit, QVBoxLayout, QWidget

from tests.gui.accessibility import act, assert_accessible
from waapp.core.status import Shown
from waapp.gui import style
from waapp.gui.bars import MessageBar, PracticeBanner
from waapp.gui.filter_bar import Chips, SearchField
from waapp.gui.paint import Pill, SegmentBar, segments_text
from waapp.gui.widgets import (
    EmptyState,
    Field,
    PageHeader,
    SidePanel,
    button,
    label,
    name,
)

CHIPS = [("all", "All", 486), ("failed", "Failed", 9), ("late", "R & D", None)]


@pytest.fixture
def window_of(qtbot) -> Iterator[Callable[..., QWidget]]:
    """Show widgets in a window that lives as long as the test."""
    kept: list[QWidget] = []

    def show(*widgets: QWidget) -> QWidget:
        window = QWidget()
        column = QVBoxLayout(window)
        for widget in widgets:
            column.addWidget(widget)
        window.resize(800, 500)
        kept.append(window)
        qtbot.addWidget(window)
        with qtbot.waitActive(window):
            window.show()
        return window

    yield show
    kept.clear()


def test_key_presses_its_button_and_is_told_in_the_tooltip(qtbot, window_of) -> None:
    save = button("Save", "save", primary=True, key="Ctrl+S")
    window = window_of(save)
    pressed = QSignalSpy(save.clicked)
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert pressed.count() == 1
    assert "Ctrl+S" in save.toolTip()
    save.setEnabled(False)
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert pressed.count() == 1


def test_ampersand_of_a_name_is_no_shortcut(qtbot) -> None:
    made = button("Clara & Davi", "event")
    qtbot.addWidget(made)
    assert made.shortcut().isEmpty()
    assert made.accessibleName() == "Clara & Davi"


def test_button_of_an_icon_alone_says_what_it_does(qtbot, window_of) -> None:
    close = button("", "close", kind="icon", icon="close", accessible_name="Close panel")
    window_of(close)
    assert close.toolTip() == close.accessibleName() == "Close panel"
    assert_accessible(close)


def test_chips_that_a_script_toggles_are_chosen(window_of) -> None:
    chips = Chips("filter", "Filter guests")
    chosen = QSignalSpy(chips.chosen)
    chips.set_chips(CHIPS)
    window_of(chips)
    assert chosen.count() == 0
    act(chips.findChild(QPushButton, "filter_failed"), "Toggle")
    assert [chosen.at(place) for place in range(chosen.count())] == [["failed"]]


def test_search_parts_have_names(window_of) -> None:
    field = SearchField("Search name", "guests_search")
    assert_accessible(window_of(field))
    assert {part.accessibleName() for part in field.findChildren(QAbstractButton)} == {
        "Search",
        "Clear search",
    }


def test_chips_are_chosen_by_arrow_keys_and_keep_the_choice(qtbot, window_of) -> None:
    chips = Chips("filter", "Filter guests")
    chips.set_chips(CHIPS)
    window = window_of(chips)
    assert chips.current() == "all"
    chosen = QSignalSpy(chips.chosen)
    first = chips.findChild(QPushButton, "filter_all")
    first.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(first, Qt.Key.Key_Right)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert chips.current() == "failed"
    assert chosen.at(chosen.count() - 1) == ["failed"]
    chips.set_chips([("all", "All", 5), ("failed", "Failed", 1)])
    assert chips.current() == "failed"
    assert chips.findChild(QPushButton, "filter_failed").accessibleName() == "Failed 1"
    chips.set_chips([("all", "All", 5)])
    assert chips.current() == "all"
    assert_accessible(window)


def test_search_waits_until_typing_pauses_and_escape_empties_it(qtbot, window_of) -> None:
    search = SearchField("Search name", "search")
    window = window_of(search, button("Other", "other"))
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert search.hasFocus()
    searched = QSignalSpy(search.searched)
    with qtbot.waitSignal(search.searched):
        qtbot.keyClicks(search, "ana")
    assert [searched.at(place)[0] for place in range(searched.count())] == ["ana"]
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    assert searched.at(searched.count() - 1) == [""]
    assert_accessible(window)


def test_field_says_what_is_wrong_beneath_and_to_screen_readers(qtbot, window_of) -> None:
    editor = name(QLineEdit(), "phone", "WhatsApp number")
    field = Field("WhatsApp number", editor, "With country code.")
    window_of(field)
    assert editor.accessibleDescription() == "With country code."
    field.set_error("This is not a phone number.")
    assert field.error == editor.accessibleDescription() == "This is not a phone number."
    assert editor.property("invalid") == "true"
    field.set_error(None)
    assert editor.accessibleDescription() == "With country code."
    assert editor.property("invalid") == "false"


def test_side_panel_closes_by_escape_from_any_field(qtbot, window_of) -> None:
    panel = SidePanel("Ewa Kowalczyk")
    editor = name(QLineEdit(), "notes", "Notes")
    panel.body.addWidget(Field("Notes", editor))
    window = window_of(panel)
    editor.setFocus()
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert panel.isHidden()
    panel.set_title("Ana")
    assert panel.accessibleName() == "Ana"
    assert_accessible(window)


def test_page_header_and_empty_state_say_their_words(qtbot, window_of) -> None:
    header = PageHeader("Guests")
    header.set_facts("486 guests")
    act = button("Add guest", "add")
    empty = EmptyState("guests", "No guests yet", "Bring your list.", act)
    window = window_of(header, empty)
    empty.set_words("Nobody found", "Search for less.")
    texts = {shown.text() for shown in window.findChildren(type(label()))}
    assert {"Guests", "486 guests", "Nobody found", "Search for less."} <= texts
    assert act.isVisibleTo(window)


def test_wrapped_words_of_an_empty_state_are_not_cut(qtbot, window_of) -> None:
    empty = EmptyState("guests", "No guests yet", "Many words that need more than a single line. " * 6)
    window_of(empty)
    text = next(part for part in empty.findChildren(type(label())) if part.text().startswith("Many"))
    assert text.height() >= text.heightForWidth(text.width())


def test_pill_and_bar_are_read_aloud(qtbot, window_of) -> None:
    pill, bar = Pill(Shown.FAILED, "Not on WhatsApp"), SegmentBar("bar", "Progress")
    bar.set_segments([(Shown.READ, 174), (Shown.FAILED, 0), (Shown.DELIVERED, 212)], 486)
    window_of(pill, bar)
    interface = QAccessible.queryAccessibleInterface(pill)
    assert interface.text(QAccessible.Text.Name) == "Not on WhatsApp"
    assert bar.accessibleDescription() == "174 read, 212 delivered, of 486"
    assert segments_text([], 64) == "none of 64"
    pill.set_state(Shown.READ)
    assert pill.text() == "Read"


def test_one_failure_among_ten_thousand_is_seen(qtbot, window_of) -> None:
    bar = SegmentBar()
    bar.set_segments([(Shown.READ, 9_999), (Shown.FAILED, 1)], 10_000)
    window_of(bar)
    picture = bar.grab().toImage()
    middle = [picture.pixelColor(x, picture.height() // 2) for x in range(picture.width())]
    near = style.tokens().failed
    assert any(
        abs(color.red() - near.red()) + abs(color.green() - near.green()) < 40 for color in middle[-8:]
    )


def test_message_bar_shows_one_message_and_its_action(qtbot, window_of) -> None:
    bar = MessageBar()
    window = window_of(bar)
    done: list[str] = []
    assert bar.text == ""
    bar.show_message("Clara & Davi is archived.", action=("Undo", lambda: done.append("undo")), key="archive")
    assert bar.text == bar.accessibleDescription() == "Clara & Davi is archived."
    bar.withdraw("database")
    assert bar.text
    qtbot.mouseClick(bar.findChild(QPushButton, "message_bar_action"), Qt.MouseButton.LeftButton)
    assert done == ["undo"]
    assert bar.text == ""
    bar.show_message("The database does not answer.", "warning", key="database")
    bar.withdraw("database")
    assert bar.text == ""
    assert_accessible(window)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_practice_banner_cannot_be_missed(qtbot, window_of, request, scheme: str) -> None:
    if scheme == "dark":
        request.getfixturevalue("dark")
    banner = PracticeBanner()
    window = window_of(banner)
    assert banner.grab().toImage().pixelColor(3, 3) == style.tokens().practice
    with qtbot.waitSignal(banner.connect_wanted):
        qtbot.mouseClick(banner.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert_accessible(window)


def ink_middle(line: QLineEdit) -> float:
    """Return where between the upper and the lower edge of a field its text is."""
    picture = line.grab().toImage()
    inside = range(4, picture.height() - 4)
    paper = picture.pixel(picture.width() // 2, 4)
    rows = [y for y in inside if any(picture.pixel(x, y) != paper for x in range(6, picture.width() - 6))]
    return (rows[0] + rows[-1]) / 2 / picture.height()


@pytest.mark.parametrize("text", ["محمد الحسن", "נועה לוי", "林美玲", "Ana محمد"])
def test_text_of_every_script_stands_in_the_middle_of_its_field(qtbot, text: str) -> None:
    line = name(QLineEdit(), "name", "Name")
    qtbot.addWidget(line)
    line.resize(200, 32)
    line.setText("Ana")
    plain = ink_middle(line)
    line.setText(text)
    assert abs(ink_middle(line) - plain) < 0.12
    line.setText("Ana")
    assert ink_middle(line) == plain


def test_a_time_is_written_as_everywhere_from_right_to_left(qtbot, right_to_left) -> None:
    at = name(QTimeEdit(QTime(16, 5)), "at", "At")
    qtbot.addWidget(at)
    assert at.text() == QLocale().toString(QTime(16, 5), at.displayFormat())
    assert at.text().index("16") < at.text().index("05")


def sides(panel: SidePanel) -> list[tuple[int, int]]:
    """Return how far the title, and a field, are from the panel's leading and trailing edge."""
    parts = [panel.findChild(QLabel), panel.findChild(QLineEdit)]
    lefts = [part.mapTo(panel, part.rect().topLeft()).x() for part in parts]
    both = [(left, panel.width() - left - part.width()) for left, part in zip(lefts, parts, strict=True)]
    mirrored = panel.layoutDirection() is Qt.LayoutDirection.RightToLeft
    return [(right, left) if mirrored else (left, right) for left, right in both]


def panel_with_a_field(qtbot) -> SidePanel:
    panel = SidePanel("Ewa Kowalczyk")
    panel.body.addWidget(name(QLineEdit(), "line", "Name"))
    panel.resize(320, 400)
    qtbot.addWidget(panel)
    with qtbot.waitActive(panel):
        panel.show()
    return panel


def test_a_panels_title_begins_where_its_fields_do(qtbot) -> None:
    title, field = sides(panel_with_a_field(qtbot))
    assert title[0] == field[0]


def test_a_panels_title_begins_where_its_fields_do_from_right_to_left(qtbot, right_to_left) -> None:
    title, field = sides(panel_with_a_field(qtbot))
    assert title[0] == field[0]
