"""When a planned send would leave."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.outlook import Elsewhere, Stretch, look_ahead
from waapp.core.waiting import Timing, quiet_until

LISBON = "Europe/Lisbon"
NEW_YORK = "America/New_York"
NIGHT = {"quiet_start": time(21), "quiet_end": time(9)}


def at(hour: int, minute: int = 0, day: int = 12) -> datetime:
    """Return a moment in May by the clock of Lisbon, which is an hour ahead then."""
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def test_without_limits_it_leaves_now_in_one_stretch():
    found = look_ahead(Timing(), LISBON, at(14), 60, {LISBON: 80})
    assert found.stretches == (Stretch(at(14), at(14, 1)),)
    assert (found.elsewhere, found.rests, found.left_over) == ((), False, 0)


@pytest.mark.parametrize(
    ("now", "starts", "rests"),
    [(at(14), at(14), False), (at(23), at(9, day=13), True), (at(3), at(9), True), (at(21), at(9, day=13), True)],
)  # fmt: skip
def test_quiet_hours_put_the_beginning_off(now, starts, rests):
    found = look_ahead(Timing(**NIGHT), LISBON, now, 60, {None: 80})
    assert (found.stretches[0].starts, found.rests) == (starts, rests)


def test_what_does_not_fit_before_the_night_goes_on_in_the_morning():
    found = look_ahead(Timing(**NIGHT), LISBON, at(20, 30), 3600, {None: 100})
    assert found.stretches == (Stretch(at(20, 30), at(21)), Stretch(at(9, day=13), at(9, 30, day=13)))
    assert found.left_over == 0


def test_guests_elsewhere_wait_for_their_own_morning():
    found = look_ahead(Timing(**NIGHT), LISBON, at(10), 60, {None: 5, LISBON: 4, NEW_YORK: 3})
    assert found.stretches[0].starts == at(10)
    assert found.elsewhere == (Elsewhere(NEW_YORK, 3, at(14)),)


def test_guests_elsewhere_who_get_theirs_with_the_others_are_not_told():
    assert look_ahead(Timing(**NIGHT), LISBON, at(16), 60, {None: 5, NEW_YORK: 3}).elsewhere == ()


def test_what_cannot_leave_before_the_last_moment_is_counted():
    timing = Timing(not_after=at(14, 30), **NIGHT)
    assert look_ahead(timing, LISBON, at(14), 3600, {None: 100}).left_over == 50
    assert look_ahead(timing, LISBON, at(23), 3600, {None: 100}).left_over == 100
    assert (
        look_ahead(Timing(not_after=at(12), **NIGHT), LISBON, at(10), 60, {None: 5, NEW_YORK: 3}).left_over
        == 3
    )


@given(
    st.integers(0, 47),
    st.integers(1, 200_000),
    st.times(),
    st.times(),
    st.sampled_from([None, 1, 30, 90]),
)
def test_no_stretch_is_in_quiet_hours_or_after_the_last_moment(hours, seconds, start, end, last):
    now = at(0) + timedelta(hours=hours)
    timing = Timing(
        not_after=None if last is None else now + timedelta(hours=last), quiet_start=start, quiet_end=end
    )
    found = look_ahead(timing, LISBON, now, seconds, {None: 10})
    for stretch in found.stretches:
        assert stretch.starts <= stretch.ends
        assert quiet_until(stretch.starts, LISBON, start, end) is None
        assert timing.not_after is None or stretch.ends <= timing.not_after
    for before, after in zip(found.stretches, found.stretches[1:], strict=False):
        assert before.ends <= after.starts
    assert 0 <= found.left_over <= 10
