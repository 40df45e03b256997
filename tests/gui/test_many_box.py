"""A combo box of which several entries are chosen, by keyboard and mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy

from waapp.gui.many_box import ManyBox

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TAGS = [("Dance", "Dance"), ("VIP", "VIP"), ("No tag", "")]


@pytest.fixture
def box(qtbot, window_run):
    made = ManyBox("tags", "Tag", "Every one of these")
    made.offer("Any tag", TAGS)
    qtbot.addWidget(made)
    made.show()
    return made


def test_nothing_is_asked_for_at_first(box):
    assert (box.chosen(), box.words(), box.accessibleName()) == ((), "Any tag", "Tag: Any tag")


def test_entries_are_ticked_by_keyboard_while_it_stays_open(box, qtbot):
    edited = QSignalSpy(box.edited)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    view = box.view()
    assert view.isVisible()
    for _ in range(2):
        qtbot.keyClick(view, Qt.Key.Key_Down)
        qtbot.keyClick(view, Qt.Key.Key_Space)
    assert view.isVisible()
    assert box.chosen() == ("Dance", "VIP")
    assert box.accessibleName() == "Tag: Dance or VIP"
    assert edited.count() == 2
    box.hidePopup()


def test_entries_are_ticked_by_mouse_and_the_first_takes_all_away(box, qtbot):
    box.showPopup()
    view = box.view()

    def press(row: int) -> None:
        at = view.visualRect(box.model().index(row, 0)).center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.x(), at.y()))

    press(1)
    press(3)
    assert (box.chosen(), view.isVisible()) == (("Dance", ""), True)
    press(1)
    assert box.chosen() == ("",)
    press(0)
    assert (box.chosen(), view.isVisible()) == ((), False)


def test_all_of_several_can_be_asked_for_but_not_all_of_one(box):
    every = box.findText("Every one of these")
    box.toggle(1)
    box.toggle(every)
    assert not box.wants_every()
    box.toggle(2)
    box.toggle(every)
    assert (box.wants_every(), box.words()) == (True, "Dance and VIP")
    box.toggle(1)
    assert (box.wants_every(), box.words()) == (False, "VIP")


def test_what_is_ticked_stays_when_other_entries_are_offered(box):
    box.choose(("VIP", "Gone"), every=True)
    box.offer("Any tag", [("Aisle", "Aisle"), *TAGS])
    assert (set(box.chosen()), box.wants_every()) == ({"VIP", "Gone"}, True)
    box.choose(())
    assert (box.chosen(), box.wants_every()) == ((), False)


def test_a_wheel_over_it_changes_nothing(box, qtbot):
    box.choose(("VIP",))
    qtbot.keyClick(box, Qt.Key.Key_PageDown)
    assert box.chosen() == ("VIP",)
