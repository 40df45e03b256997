"""The emoji picker at the keyboard, and the table that it shows."""

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.gui.accessibility import assert_accessible
from waapp.core.emoji import find_emoji
from waapp.core.emoji_table import GROUPS, find, in_group, read_emoji
from waapp.gui.template_emoji import EmojiPicker
from waapp.paths import resource_text

TABLE = read_emoji(resource_text("emoji.tsv"))


@pytest.fixture
def picker(qtbot):
    made = EmojiPicker("emoji")
    qtbot.addWidget(made)
    made.open_at(QPoint(0, 0))
    qtbot.waitUntil(made.isVisible)
    yield made
    made.hide()


def test_it_opens_with_what_invitations_ask_for(picker):
    assert picker.shown()[:2] == ["🎉", "🎊"]


def test_typing_searches_and_enter_picks(picker, qtbot):
    picked = []
    picker.picked.connect(picked.append)
    qtbot.keyClicks(picker.field, "clink")
    assert picker.shown() == ["🍻", "🥂"]
    qtbot.keyClicks(picker.field, " gla")
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    assert picked == ["🥂"]
    assert not picker.isVisible()


def test_arrows_move_in_the_grid_and_letters_search_again(picker, qtbot):
    picked = []
    picker.picked.connect(picked.append)
    picker.activateWindow()
    qtbot.keyClick(picker.field, Qt.Key.Key_Down)
    assert picker.grid.currentRow() == 0
    qtbot.keyClick(picker.grid, Qt.Key.Key_Right)
    qtbot.keyClick(picker.grid, Qt.Key.Key_Space)
    assert picked == ["🎊"]
    picker.open_at(QPoint(0, 0))
    qtbot.keyClick(picker.grid, Qt.Key.Key_R)
    assert picker.field.text() == "r"


def test_what_was_used_last_comes_first_next_time(picker, qtbot):
    qtbot.keyClicks(picker.field, "bride")
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    picker.open_at(QPoint(0, 0))
    assert picker.shown() == ["👰\u200d♀️"]


def test_a_group_is_chosen_and_leaves_the_search(picker, qtbot):
    qtbot.keyClicks(picker.field, "qqq")
    assert picker.shown() == []
    picker._tabs["flags"].click()
    assert picker.field.text() == ""
    assert "🇵🇹" in picker.shown()


def test_accessible(picker):
    assert_accessible(picker)


def test_every_emoji_counts_as_one():
    wrong = [one for one in TABLE if find_emoji(one.sign) != [(0, len(one.sign))]]
    assert {one.name for one in wrong} <= {"black medium-small square", "white medium-small square"}


def test_every_group_has_some_and_no_sign_comes_twice():
    assert all(len(in_group(TABLE, group)) > 50 for group in GROUPS)
    assert len({one.sign for one in TABLE}) == len(TABLE)


@pytest.mark.parametrize(
    ("typed", "first"), [("ring", "💍"), ("red heart", "❤️"), ("flag portugal", "🇵🇹"), ("PARTY pop", "🎉")]
)
def test_words_lead_to_the_emoji(typed, first):
    assert find(TABLE, typed)[0].sign == first
