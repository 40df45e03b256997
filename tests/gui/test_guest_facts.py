"""What the guest list says about its rows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.guests import GuestRow
from waapp.core.status import EngineState
from waapp.gui.guest_facts import (
    GuestCounts,
    GuestFilter,
    answer_text,
    filters_of,
    fold,
    matcher,
    narrows,
    needs_look,
    search_text,
)
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


@given(rows)
def test_every_guest_is_under_one_chip_of_progress_at_most(guest):
    own = [key for key in filters_of(guest) if key is not GuestFilter.LOOK]
    assert len(own) <= 1
    assert bool(own) or filters_of(guest) == (GuestFilter.LOOK,)
    assert (GuestFilter.LOOK in filters_of(guest)) == needs_look(guest)


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


@given(st.text(max_size=20))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("jose", "José"),
        ("soren", "Søren"),
        ("lodz", "Łódź"),
        ("istanbul", "İstanbul"),
        ("strasse", "Straße"),
        ("احمد", "أحمد"),
    ],
)
def test_accents_do_not_hide_a_name(typed, name):
    matches = matcher(typed)
    assert matches is not None
    assert matches(search_text(row(name=name)))


def test_digits_of_other_scripts_find_a_number():
    matches = matcher("٩١٢ ٣٤٥")
    assert matches is not None
    assert matches(search_text(row(phone="+351912345678")))


def test_nothing_typed_finds_everybody():
    assert matcher("  ") is None


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


_TYPED = st.text("aé 01+-", max_size=4)


@given(_TYPED, _TYPED, st.lists(st.text("ae01\n", max_size=8), max_size=8))
def test_what_is_typed_on_finds_nothing_new(begun, more, texts):
    if narrows(begun + more, begun):
        before, after = matcher(begun), matcher(begun + more)
        found = {text for text in texts if after is None or after(text)}
        assert found <= {text for text in texts if before is None or before(text)}


def test_a_longer_number_may_find_what_its_beginning_does_not():
    assert narrows("ana m", "ana")
    assert not narrows("01", "0")
    assert not narrows("ana", "")


@pytest.mark.parametrize("typed", ["vip", "sousa", "vip sousa", "ζωη"])
def test_tags_and_households_are_searched_too(typed):
    found = search_text(row(name="Ζωή", tags=("VIP", "Late"), household="Família Sousa"))
    assert matcher(typed)(found)
    assert not matcher("nobody")(found)
