"""The guest list with more guests than are filtered and sorted at once."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from PySide6.QtWidgets import QWidget

from waapp.core.guests import GuestRow
from waapp.gui.guest_list import GuestList
from waapp.gui.table import ARRANGED_AT_ONCE
from waapp.gui.widgets import EmptyState

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
MANY = ARRANGED_AT_ONCE + 500


def row(number: int) -> GuestRow:
    fields = dict.fromkeys(GuestRow._fields)
    words = dict.fromkeys(("email", "group", "language", "household", "time_zone"), "")
    known = {
        "id": UUID(int=number),
        "name": f"Guest {number:05}",
        "phone": f"+3519120{number:05}",
        "rsvp_status": "pending",
        "updated_at": NOW,
        "changed_at": NOW,
        "tags": (),
        "plus_ones": 0,
    }
    given = {name: value for name, value in (words | known).items() if name in fields}
    return GuestRow(**(fields | given))


@pytest.fixture
def full(qtbot) -> GuestList:
    made = GuestList(QWidget(), EmptyState("guests", "Nobody", ""), str)
    qtbot.addWidget(made)
    made.begin()
    made.arrive([row(number) for number in range(MANY)])
    made.finish()
    qtbot.waitUntil(lambda: made.model.is_arranged)
    return made


def test_every_guest_is_there_once_all_have_arrived(full: GuestList) -> None:
    assert len(full.model) == MANY
    assert full.model.row_at(0).name == "Guest 00000"


def test_words_that_nobody_fits_are_said_when_all_were_looked_at(full: GuestList, qtbot) -> None:
    full.search.searched.emit("nobody is called that")
    assert full._inner.currentWidget() is full.view
    qtbot.waitUntil(lambda: full.model.is_arranged)
    assert full._inner.currentWidget() is not full.view
    full.search.searched.emit("")
    qtbot.waitUntil(lambda: full.model.is_arranged)
    assert full._inner.currentWidget() is full.view


def test_a_guest_whom_the_search_hides_is_gone_to(full: GuestList, qtbot) -> None:
    full.search.setText("Guest 04321")
    qtbot.waitUntil(lambda: len(full.model) == 1)
    full.go_to(UUID(int=MANY - 1))
    qtbot.waitUntil(lambda: full.selected == [UUID(int=MANY - 1)])
    assert full.search.text() == ""


def test_a_guest_is_gone_to_when_the_rows_are_not_in_order_yet(full: GuestList, qtbot) -> None:
    full.begin()
    full.arrive([row(number) for number in range(MANY)])
    full.finish()
    assert not full.model.is_arranged
    full.go_to(UUID(int=MANY - 1))
    qtbot.waitUntil(lambda: full.selected == [UUID(int=MANY - 1)])
