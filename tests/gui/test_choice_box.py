"""A combo box whose choice is too long for it."""

import pytest

from waapp.gui.choice_box import ChoiceBox

LONG = "Row 1: Name, Phone, E-mail, Group, Table, Language, May we write to them at all?"


@pytest.fixture
def box(qtbot):
    made = ChoiceBox()
    qtbot.addWidget(made)
    made.addItems(["Yes", LONG])
    made.resize(220, 32)
    made.show()
    return made


@pytest.mark.parametrize("words", ["Yes", ""])
def test_what_fits_is_said_in_full(box, words):
    box.setCurrentIndex(box.findText(words) if words else -1)
    box.grab()
    assert (box.shown_words(), box.toolTip()) == (words, "")


def test_what_does_not_fit_ends_in_an_ellipsis_and_is_read_over_the_pointer(box):
    box.setCurrentText(LONG)
    box.grab()
    shown = box.shown_words()
    assert shown.endswith("…")
    assert LONG.startswith(shown[:-1].rstrip())
    assert box.fontMetrics().horizontalAdvance(shown) < box.width() - 26
    assert box.toolTip() == LONG
    box.resize(900, 32)
    box.grab()
    assert (box.shown_words(), box.toolTip()) == (LONG, "")


def test_while_nothing_is_chosen_it_says_what_to_do(box):
    box.setPlaceholderText("Choose…")
    box.setCurrentIndex(-1)
    assert box.shown_words() == "Choose…"
    box.setCurrentText("Yes")
    assert box.shown_words() == "Yes"
