"""The shares of a send that is larger than WhatsApp allows in 24 hours."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from waapp.core.daily_limit import DAY_SECONDS, waits

addresses = st.lists(st.integers(0, 30).map(str), max_size=60)


@given(addresses=addresses, limit=st.integers(1, 20), used=st.integers(0, 40))
def test_no_day_sees_more_people_than_allowed(addresses: list[str], limit: int, used: int) -> None:
    people: dict[float, set[str]] = defaultdict(set)
    result = waits(addresses, limit, used)
    assert len(result) == len(addresses)
    for address, wait in zip(addresses, result, strict=True):
        people[wait].add(address)
    assert len(people[0.0]) <= max(0, limit - used)
    assert all(len(today) <= limit for today in people.values())
    assert sum(map(len, people.values())) == len(set(addresses))  # nobody on two days


@given(addresses=addresses, used=st.integers(0, 40))
def test_without_a_limit_nothing_waits(addresses: list[str], used: int) -> None:
    assert set(waits(addresses, None, used)) <= {0.0}


def test_the_rest_waits_a_day_and_its_rest_another_one() -> None:
    assert waits("abcdef", 2, 1) == [
        0.0,
        DAY_SECONDS,
        DAY_SECONDS,
        2 * DAY_SECONDS,
        2 * DAY_SECONDS,
        3 * DAY_SECONDS,
    ]
