import pytest

from waapp.core.cadence import LOOKS_AT, REAL, Cadence


@pytest.mark.parametrize(
    ("age", "interval"),
    [
        (0, 5),
        (60, 5),
        (61, 15),
        (600, 15),
        (601, 60),
        (3_600, 60),
        (3_601, 600),
        (86_400, 600),
        (86_401, 3_600),
    ],
)
def test_a_message_is_asked_about_less_often_as_it_ages(age: float, interval: float) -> None:
    assert REAL.poll_interval(age) == interval


def test_a_message_older_than_thirty_days_is_no_longer_asked_about() -> None:
    assert REAL.poll_interval(30 * 86_400 + 1) is None


def test_searches_for_an_unknown_message_grow_apart_and_end_after_a_day() -> None:
    at, looks, moments = 0.0, 1, [0.0]
    while (gap := REAL.next_look(looks)) is not None:
        at += gap
        looks += 1
        moments.append(at)
    assert moments == list(LOOKS_AT)
    assert moments[-1] == 24 * 3_600


def test_no_search_has_happened_yet_means_no_interval() -> None:
    assert REAL.next_look(0) is None


def test_a_scale_shortens_ages_and_intervals_alike() -> None:
    fast = Cadence(scale=0.1)
    assert fast.poll_interval(6) == pytest.approx(0.5)
    assert fast.poll_interval(6.1) == pytest.approx(1.5)
    assert fast.next_look(1) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("age", "under_review", "interval"),
    [
        (0, True, 60),
        (900, True, 60),
        (901, True, 1_200),
        (48 * 3_600, True, 1_200),
        (48 * 3_600 + 1, True, 1_800),
        (0, False, 1_800),
    ],
)
def test_an_approval_is_asked_about_less_often_as_it_takes_longer(
    age: float, under_review: bool, interval: float
) -> None:
    assert REAL.approval_interval(age, under_review=under_review) == interval
    assert Cadence(0.1).approval_interval(age / 10, under_review=under_review) == interval / 10
