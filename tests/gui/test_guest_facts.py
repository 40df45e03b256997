"""What the guest list says about its rows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.guest_search import GuestFilter
from waapp.core.guests import GuestRow
from waapp.core.status import EngineState
from waapp.gui.guest_facts import GuestCounts, answer_text
from waapp.gui.moments import due, stamp

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


def row(**values):
    fields = dict.fromkeys(GuestRow._fields)
    given = {"name": "", "phone": "", "email": "", "group": "", "language": "", "rsvp_status": "pending"}
    return GuestRow(**{**fields, **given, "tags": (), "household": "", **values})


rows = st.builds(
    row,
    phone=st.sampled_from(["", "+351912345678", "+351221234567", "ask"]),
    engine_state=st.sampled_from([None, *EngineState]),
    twilio_status=st.sampled_from(
        [None, "queued", "sent", "delivered", "read", "failed", "undelivered", "odd"]
    ),
    next_retry_at=st.sampled_from([None, NOW]),
)


@given(st.lists(rows), st.data())
def test_taking_rows_away_undoes_counting_them(guests, data):
    gone = data.draw(st.integers(0, len(guests)))
    counts, direct = GuestCounts(), GuestCounts()
    counts.count(guests)
    counts.count(guests[:gone], -1)
    direct.count(guests[gone:])
    assert counts.by_filter == direct.by_filter
    assert (counts.reachable, counts.wrong_numbers) == (direct.reachable, direct.wrong_numbers)


@pytest.mark.parametrize(
    ("phone", "reachable", "wrong", "look"),
    [
        ("+351912345678", 1, 0, 0),
        ("+351221234567", 0, 1, 1),  # a landline
        ("+351808200100", 0, 1, 1),  # of shared cost
        ("+351012", 0, 1, 1),  # there is no such number
        ("ask his mother", 0, 0, 1),
        ("", 0, 0, 1),
    ],
)
def test_only_a_mobile_number_makes_a_guest_reachable(phone, reachable, wrong, look):
    counts = GuestCounts()
    counts.count([row(phone=phone)])
    assert (counts.reachable, counts.wrong_numbers, counts.by_filter[GuestFilter.LOOK]) == (
        reachable,
        wrong,
        look,
    )


@pytest.mark.parametrize(
    ("status", "number", "text"),
    [("pending", None, "—"), ("yes", 2, "Coming · 2"), ("Attending", None, "Coming"), ("no", None, "Cannot come"),
     ("maybe", None, "Perhaps"), ("waitlist", None, "waitlist")],
)  # fmt: skip
def test_answers_are_in_words(status, number, text):
    assert answer_text(row(rsvp_status=status, rsvp_count=number)) == text


def test_moments_say_the_day_only_when_it_is_another():
    assert due(NOW + timedelta(hours=1), UTC, NOW).startswith("at ")
    assert due(NOW + timedelta(days=1), UTC, NOW).startswith("tomorrow at ")
    assert due(NOW + timedelta(days=9), UTC, NOW).startswith("on 21 ")
    assert stamp(NOW, UTC, NOW) in due(NOW, UTC, NOW)
    assert stamp(NOW - timedelta(days=1), UTC, NOW).startswith("11 ")
