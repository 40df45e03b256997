"""What the rows of a send come to, kept up as they change."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from tests.gui.test_message_facts import SENT, TABLE, invitations
from waapp.core.status import EngineState, Shown
from waapp.gui.message_counts import MessageCounts

rows = st.builds(
    lambda row, price, unit, doubled: replace(
        row, id=uuid4(), guest_id=uuid4(), price=price, price_unit=unit, doubled=doubled
    ),
    invitations,
    st.sampled_from([None, Decimal("-0.0750"), Decimal("0.01")]),
    st.sampled_from([None, "USD", "EUR"]),
    st.booleans(),
)


def counts_of(*added):
    counts = MessageCounts(TABLE)
    counts.add(added)
    return counts


@given(st.lists(rows), st.lists(rows))
def test_what_came_and_went_leaves_nothing_behind(stay, go):
    counts, afresh = counts_of(*go, *stay), counts_of(*stay)
    counts.take_away(go)
    assert +counts.states == +afresh.states
    assert (counts.doubled, counts.costs) == (afresh.doubled, afresh.costs)
    assert counts.worth_retrying == afresh.worth_retrying


def test_only_passing_reasons_are_worth_another_attempt():
    gone = replace(SENT, engine_state=EngineState.FAILED, error_code="63024", id=uuid4())
    busy = replace(SENT, engine_state=EngineState.FAILED, error_code="63018", id=uuid4(), guest_id=uuid4())
    counts = counts_of(SENT, gone, busy)
    assert counts.worth_retrying == (busy.guest_id,)
    counts.take_away([busy])
    counts.add([replace(busy, engine_state=EngineState.ACCEPTED, twilio_status="read", error_code=None)])
    assert counts.worth_retrying == ()
    assert counts.states[Shown.READ] == 1


def test_the_cost_is_that_of_all_attempts_by_currency():
    paid = replace(SENT, price=Decimal("-0.07500"), price_unit="USD")
    assert counts_of(SENT, paid, paid).costs == "cost USD 0.15"
    assert counts_of(SENT).costs == ""
