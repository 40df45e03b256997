"""When a send may leave: quiet hours where each guest is, across changes of the clocks."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.events import Event
from waapp.core.waiting import (
    Hours,
    Timing,
    Waiting,
    WaitReason,
    check_timing,
    default_timing,
    other_zones,
    quiet_until,
)
from waapp.errors import UserError

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
ZONES = ["UTC", "Europe/Lisbon", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "start", "end", "until"),
    [
        ("2026-07-01 12:00", "UTC", time(21), time(9), None),
        ("2026-07-01 21:00", "UTC", time(21), time(9), "2026-07-02 09:00"),
        ("2026-07-02 08:59", "UTC", time(21), time(9), "2026-07-02 09:00"),
        ("2026-07-02 09:00", "UTC", time(21), time(9), None),
        ("2026-07-01 13:30", "UTC", time(13), time(15), "2026-07-01 15:00"),
        ("2026-07-01 15:00", "UTC", time(13), time(15), None),
        ("2026-07-01 12:00", "Asia/Tokyo", time(21), time(9), "2026-07-02 00:00"),
        ("2026-07-01 12:00", "UTC", time(12), time(12), None),
        ("2026-07-01 12:00", "UTC", None, time(12), None),
        # The night in which clocks go forward is an hour shorter, the other an hour longer.
        ("2027-03-27 23:00", "Europe/Berlin", time(21), time(9), "2027-03-28 07:00"),
        ("2026-10-24 23:00", "Europe/Berlin", time(21), time(9), "2026-10-25 08:00"),
        # 02:30 does not exist that night: not before the clocks have jumped over it.
        ("2027-03-28 00:30", "Europe/Berlin", time(21), time(2, 30), "2027-03-28 01:30"),
        # 02:30 comes twice: it is quiet again after the clocks have gone back.
        ("2026-10-25 00:15", "Europe/Berlin", time(21), time(2, 30), "2026-10-25 00:30"),
        ("2026-10-25 01:15", "Europe/Berlin", time(21), time(2, 30), "2026-10-25 01:30"),
    ],
)
def test_quiet_hours(now: str, zone: str, start: time | None, end: time | None, until: str | None) -> None:
    assert quiet_until(at(now), zone, start, end) == (None if until is None else at(until))


@given(
    seconds=st.integers(0, 2 * 365 * 86_400),
    zone=st.sampled_from(ZONES),
    start=st.times(),
    end=st.times(),
)
def test_quiet_hours_end_within_a_day_and_are_over_then(
    seconds: int, zone: str, start: time, end: time
) -> None:
    moment = NOON + timedelta(seconds=seconds)
    until = quiet_until(moment, zone, start, end)
    if until is None:
        return
    assert moment < until <= moment + timedelta(hours=25)
    later = quiet_until(until, zone, start, end)
    # Only where a clock that goes back makes them begin anew.
    assert later is None or later - until <= timedelta(hours=1)


NIGHT = {"quiet_start": time(21), "quiet_end": time(9)}


@pytest.mark.parametrize(
    ("hours", "opens"),
    [
        (Hours("UTC"), None),
        (
            Hours("UTC", undo_until=NOON + timedelta(seconds=9)),
            Waiting(at("2026-07-01 12:00:09"), WaitReason.UNDO),
        ),
        (Hours("UTC", undo_until=NOON), None),
        (
            Hours("UTC", not_before=at("2026-07-03 10:00")),
            Waiting(at("2026-07-03 10:00"), WaitReason.NOT_BEFORE),
        ),
        # Asleep at the moment from which it could go.
        (
            Hours("UTC", not_before=at("2026-07-03 22:00"), **NIGHT),
            Waiting(at("2026-07-04 09:00"), WaitReason.QUIET_HOURS),
        ),
        (Hours("Asia/Tokyo", **NIGHT), Waiting(at("2026-07-02 00:00"), WaitReason.QUIET_HOURS)),
        # Somebody is awake somewhere.
        (Hours("Asia/Tokyo", ("UTC",), **NIGHT), None),
        (
            Hours("Asia/Tokyo", ("Australia/Sydney",), **NIGHT),
            Waiting(at("2026-07-01 23:00"), WaitReason.QUIET_HOURS),
        ),
    ],
)
def test_when_a_send_opens(hours: Hours, opens: Waiting | None) -> None:
    assert hours.opens(NOON) == opens


def test_a_zone_that_sleeps_is_told_with_its_morning() -> None:
    hours = Hours("Asia/Tokyo", ("UTC", "Asia/Kolkata"), **NIGHT)
    assert hours.asleep(NOON) == {"Asia/Tokyo": at("2026-07-02 00:00")}
    assert hours.asleep(NOON + timedelta(hours=4)).keys() == {"Asia/Tokyo", "Asia/Kolkata"}


@pytest.mark.parametrize(
    ("due", "reason", "expected"),
    [
        (None, None, None),
        (NOON - timedelta(hours=1), WaitReason.TRANSIENT, None),
        (at("2026-07-01 13:00"), WaitReason.LATER, Waiting(at("2026-07-01 13:00"), WaitReason.LATER)),
        (at("2026-07-01 22:00"), WaitReason.LATER, Waiting(at("2026-07-02 09:00"), WaitReason.QUIET_HOURS)),
    ],
)
def test_when_the_next_row_leaves(
    due: datetime | None, reason: WaitReason | None, expected: Waiting | None
) -> None:
    assert Hours("UTC", **NIGHT).next_leaves(NOON, due, reason) == expected


def event(date: datetime | None) -> Event:
    return Event(uuid4(), "Party", date, "Porto", "Europe/Lisbon", quiet_start=time(21), quiet_end=time(9))


@pytest.mark.parametrize(
    ("date", "last"),
    [
        (None, None),
        (at("2026-08-01 17:00"), at("2026-08-01 17:00")),
        # Midnight in Lisbon stands for the whole day.
        (at("2026-07-31 23:00"), at("2026-08-01 23:00")),
        (at("2026-06-30 23:00"), at("2026-07-01 23:00")),
        (at("2026-06-01 17:00"), None),
    ],
)
def test_nothing_leaves_after_the_event_unless_it_is_over_already(
    date: datetime | None, last: datetime | None
) -> None:
    assert default_timing(event(date), NOON, 7) == Timing(
        not_after=last, quiet_start=time(21), quiet_end=time(9), undo_seconds=7
    )


def test_a_timing_in_which_nothing_could_leave_is_refused() -> None:
    check_timing(Timing(), NOON)
    check_timing(Timing(not_before=NOON + timedelta(hours=1), not_after=NOON + timedelta(hours=2)), NOON)
    with pytest.raises(UserError, match="not_after_past"):
        check_timing(Timing(not_after=NOON), NOON)
    later = NOON + timedelta(hours=1)
    with pytest.raises(UserError, match="not_before_too_late"):
        check_timing(Timing(not_before=later, not_after=later), NOON)


def test_guests_zones_are_listed_once_and_without_the_events() -> None:
    zones = ["UTC", None, "Asia/Tokyo", "Asia/Tokyo", "Africa/Lagos"]
    assert other_zones("UTC", zones) == ("Africa/Lagos", "Asia/Tokyo")
