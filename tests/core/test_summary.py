"""The funnel only ever narrows, and adds up."""

from hypothesis import given
from hypothesis import strategies as st

from waapp.core.status import Shown
from waapp.core.summary import Funnel, funnel


@given(st.dictionaries(st.sampled_from(Shown), st.integers(0, 1000)), st.integers(0, 1000))
def test_steps_include_the_later_ones_and_everything_adds_up(states: dict[Shown, int], answered: int) -> None:
    what = funnel(states, answered)
    assert what.planned >= what.sent >= what.delivered >= what.read
    assert what.planned == what.sent + what.waiting + what.failed + what.unknown + what.cancelled
    assert what.planned == sum(states.values()) - states.get(Shown.NONE, 0)
    assert what.answered == answered


def test_example() -> None:
    states = {
        Shown.NONE: 9,
        Shown.QUEUED: 1,
        Shown.WAITING: 2,
        Shown.SENDING: 3,
        Shown.SENT: 10,
        Shown.DELIVERED: 20,
        Shown.READ: 30,
        Shown.FAILED: 4,
        Shown.UNKNOWN: 5,
        Shown.CANCELLED: 6,
    }
    assert funnel(states, answered=7) == Funnel(
        planned=81,
        sent=60,
        delivered=50,
        read=30,
        answered=7,
        waiting=6,
        failed=4,
        unknown=5,
        cancelled=6,
    )
