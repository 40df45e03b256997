"""The part of the send page that decides when a send leaves."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from PySide6.QtCore import QDate, QTime

from tests.gui.accessibility import assert_accessible
from tests.gui.plans import prepared_plan
from waapp.core.outlook import Elsewhere, Outlook, Stretch
from waapp.core.waiting import Timing
from waapp.gui.send_when import SendWhen
from waapp.gui.send_when_words import limits_line, offset, when_sentence

LISBON = "Europe/Lisbon"
NOW = datetime(2026, 5, 12, 13, 30, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: int = 12) -> datetime:
    """Return a moment in May by the clock of Lisbon, which is an hour ahead then."""
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("outlook", "says"),
    [
        (Outlook((Stretch(NOW, NOW),)), "Leaves at once."),
        (Outlook((Stretch(at(9, day=13), at(9, 1, day=13)),)), "Leaves tomorrow at 09:00."),
        (
            Outlook((Stretch(at(9, day=13), at(9, 1, day=13)),), rests=True),
            "Leaves tomorrow at 09:00 (quiet hours until then).",
        ),
        (
            Outlook((Stretch(at(14, 30), at(21)), Stretch(at(9, day=13), at(10, day=13)))),
            "Leaves now until 21:00, goes on tomorrow at 09:00.",
        ),
        (
            Outlook((Stretch(NOW, NOW),), (Elsewhere("America/New_York", 3, at(15)),)),
            "Leaves at once; 3 guests in New York at 15:00 (10:00 there).",
        ),
        (
            Outlook((Stretch(NOW, at(15)),), left_over=40),
            "Leaves at once. 40 messages cannot leave before the end: you will be asked.",
        ),
        (Outlook((), left_over=1), "Nothing can leave before the latest time. 1 message cannot leave"),
    ],
)  # fmt: skip
def test_the_sentence(qapp, outlook, says):
    assert when_sentence(outlook, LISBON, NOW).startswith(says)


@pytest.mark.parametrize(
    ("timing", "says"),
    [
        (Timing(), ""),
        (Timing(not_after=at(18)), "Nothing leaves after 18:00 today"),
        (Timing(not_after=at(18, day=13)), "Nothing leaves after 18:00 tomorrow"),
        (
            Timing(datetime(2027, 6, 5, 15, tzinfo=UTC), datetime(2027, 6, 5, 15, tzinfo=UTC), time(21), time(9)),
            "Quiet hours 21:00–09:00 where each guest is · nothing leaves after 5 June 2027, 16:00",
        ),
    ],
)  # fmt: skip
def test_what_binds_a_send(qapp, timing, says):
    assert limits_line(timing, LISBON, NOW) == says


@pytest.mark.parametrize(
    ("zone", "says"),
    [(LISBON, "UTC+1"), ("UTC", "UTC"), ("America/St_Johns", "UTC−2:30"), ("Asia/Kathmandu", "UTC+5:45")],
)
def test_the_offset_of_a_zone(zone, says):
    assert offset(zone, NOW) == says


@pytest.fixture
def section(qtbot):
    made = SendWhen()
    qtbot.addWidget(made)
    made.resize(640, 220)
    made.show()
    return made


def test_it_begins_with_what_the_event_says(section):
    plan = prepared_plan(quiet_start=time(22), quiet_end=time(8))
    section.show_plan(plan, 10)
    timing = section.timing
    assert (timing.quiet_start, timing.quiet_end) == (time(22), time(8))
    assert timing.not_after == plan.event.date
    assert (timing.not_before, timing.undo_seconds) == (None, 10)
    assert "22:00–08:00" in section.accessibleDescription()


def test_what_is_decided_survives_a_change_of_the_event_and_ends_with_the_next_send(section, qtbot):
    plan = prepared_plan(quiet_start=time(22), quiet_end=time(8))
    section.show_plan(plan, 0)
    section.open_button.toggle()
    with qtbot.waitSignal(section.changed):
        section.quiet.setChecked(False)
    section.show_plan(replace(plan, event=replace(plan.event, quiet_start=time(20))), 0)
    assert section.timing.quiet_start is None
    assert_accessible(section)
    section.begin()
    section.show_plan(plan, 0)
    assert section.timing.quiet_start == time(22)


def test_moments_are_those_of_the_events_zone(section):
    plan = prepared_plan(time_zone="America/New_York")
    section.show_plan(plan, 0)
    section.later.setChecked(True)
    section.start.day.setDate(QDate(2087, 6, 1))
    section.start.clock.setTime(QTime(10, 30))
    assert section.timing.not_before == datetime(2087, 6, 1, 14, 30, tzinfo=UTC)
    assert "New York" in section._where.text()


def test_a_last_moment_in_the_past_is_said_and_is_a_problem(section):
    section.show_plan(prepared_plan(), 0)
    section.ends.setChecked(True)
    section.end.day.setDate(QDate(2020, 1, 1))
    assert section.problem()
    assert section.sentence() == section.problem()
