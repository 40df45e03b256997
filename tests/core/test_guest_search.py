"""Searching a guest list, and looking at a part of it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.guest_query import GuestQuery
from waapp.core.guest_search import (
    GuestFilter,
    filters_of,
    fitting,
    fold,
    matcher,
    narrows,
    needs_look,
    search_text,
)
from waapp.core.guests import GuestRow
from waapp.core.status import EngineState

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


DELIVERED = {"engine_state": EngineState.ACCEPTED, "twilio_status": "delivered", "phone": "+351912345678"}


@pytest.mark.parametrize(
    ("queries", "fits"),
    [
        ([], True),
        ([GuestQuery(groups=("Bride",))], True),
        ([GuestQuery(text="ana"), GuestQuery(groups=("Bride",), state="delivered")], True),
        ([GuestQuery(text="ana"), GuestQuery(groups=("Groom",))], False),
        ([GuestQuery(text="rui")], False),
        ([GuestQuery(state="failed")], False),
        ([GuestQuery(state="all")], True),
        ([GuestQuery(state="of a newer program")], True),
    ],
)
def test_a_guest_fits_where_all_filters_show_it(queries, fits):
    assert fitting(queries)(row(name="Ana", group="Bride", **DELIVERED)) is fits
