"""How far back a reader looks for changes, whatever transactions were under way when it looked."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waapp.db.clock import Horizon, Look

START = datetime(2027, 6, 5, 12, tzinfo=UTC)


def at(seconds):
    return START + timedelta(seconds=seconds)


def test_with_nothing_under_way_the_next_question_begins_at_the_last_look():
    seen = Horizon.first(Look(at(0), 10, 10)).after(Look(at(5), 12, 12))
    assert (seen.since, seen.floor) == (at(5), 12)


def test_what_is_under_way_holds_the_beginning_back_until_it_is_over():
    seen = Horizon.first(Look(at(0), 10, 10))
    for seconds in (20, 40, 60):
        seen = seen.after(Look(at(seconds), 10, 11 + seconds))
        assert (seen.since, seen.floor) == (at(0), 10)
    seen = seen.after(Look(at(80), 95, 99))
    assert seen.since == at(20), "what runs now began after the first look that saw the long one"
    assert seen.after(Look(at(90), 99, 99)).since == at(90)


def test_what_nobody_ends_holds_it_back_for_ten_minutes_at_most():
    seen = Horizon.first(Look(at(0), 10, 10)).after(Look(at(3600), 10, 90)).after(Look(at(7200), 10, 99))
    assert seen.since == at(7200 - 600)


def test_whoever_begins_while_something_is_under_way_looks_back_a_minute():
    assert Horizon.first(Look(at(0), 9, 10)).since == at(-60)
    assert Horizon.first(Look(at(0), 10, 10)).since == at(0)


@given(st.lists(st.tuples(st.sampled_from(["begin", "end", "look"]), st.integers(0, 5)), max_size=60))
def test_no_transaction_that_a_look_found_under_way_began_before_the_next_beginning(steps):
    """Numbers are given in the order in which transactions begin to write, as PostgreSQL gives them."""
    running, coming = {}, 10
    seen = Horizon.first(Look(at(0), coming, coming))
    for second, (step, which) in enumerate(steps, 1):
        if step == "begin":
            running[coming] = at(second)
            coming += 1
        elif step == "end" and running:
            del running[sorted(running)[which % len(running)]]
        elif step == "look":
            seen = seen.after(Look(at(second), min(running, default=coming), coming))
            assert all(seen.since <= began for began in running.values())
            assert seen.floor <= min(running, default=coming)
