"""Entries of one person made one: who stays, whose value counts, what waits no longer."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.guest_merging import (
    ANSWER,
    Message,
    as_seen,
    links_lost,
    merged,
    sides,
    waits_no_longer,
    who_stays,
)
from waapp.core.guests import Consent, Guest
from waapp.core.status import EngineState

_EVENT = uuid4()
ANA = Guest(UUID(int=1), _EVENT, "Ana Sousa", "+351912345678", "ana@example.org", "Bride", tags=("VIP",))
ANNA = Guest(UUID(int=2), _EVENT, "Anna Sousa", "+351912345679", "", "Bride", "pt_PT", tags=("Dance", "VIP"))


def message(guest: Guest, state: EngineState, word: str | None = None, **other: object) -> Message:
    fields = {"about": "invitation", "practice": False, "recipient": guest.phone} | other
    return Message(uuid4(), guest.id, state, word, **fields)  # type: ignore[arg-type] # by name


def found(*guests: Guest, survivor: Guest = ANA) -> dict[str, tuple[object, ...]]:
    return {one.field: one.values for one in sides(guests, survivor.id)}


def test_only_what_differs_is_told_and_only_clashes_are_open():
    assert found(ANA, ANNA) == {
        "name": ("Ana Sousa", "Anna Sousa"),
        "phone": ("+351912345678", "+351912345679"),
        "email": ("ana@example.org",),
        "language": ("pt_PT",),
        "tags": (("VIP", "Dance"),),
    }
    assert {one.field for one in sides([ANA, ANNA], ANA.id) if one.is_open} == {"name", "phone"}


def test_the_survivor_comes_first_whoever_it_is():
    assert found(ANA, ANNA, survivor=ANNA)["name"] == ("Anna Sousa", "Ana Sousa")


def test_nothing_that_only_one_of_them_has_is_lost():
    made = merged([ANA, ANNA], ANA.id, {})
    assert (made.draft.email, made.draft.language, made.draft.tags) == (
        "ana@example.org",
        "pt_PT",
        ("VIP", "Dance"),
    )
    assert made.absorbed == (ANNA.id,)


def test_a_choice_overrules_and_own_columns_go_along():
    one = replace(ANA, extra={"Table": "4"})
    other = replace(ANNA, extra={"Table": "5", "Diet": "vegan"})
    made = merged([one, other], ANA.id, {"phone": ANNA.phone, "extra:Table": "5"})
    assert (made.draft.name, made.draft.phone) == ("Ana Sousa", ANNA.phone)
    assert made.draft.extra == {"Table": "5", "Diet": "vegan"}


def test_notes_are_kept_all_unless_one_is_chosen():
    one, other = replace(ANA, notes="Door side"), replace(ANNA, notes="No stairs")
    assert merged([one, other], ANA.id, {}).draft.notes == "Door side\nNo stairs"
    assert merged([one, other], ANA.id, {"notes": "No stairs"}).draft.notes == "No stairs"


def test_a_refusal_counts_before_an_agreement_and_an_agreement_before_nothing():
    day = datetime(2026, 5, 1, 12, tzinfo=UTC)
    agreed = replace(ANA, consent=Consent.YES, consent_source="form", consent_at=day)
    refused = replace(ANNA, consent=Consent.NO, consent_source="phone", consent_at=day)
    assert merged([agreed, refused], ANA.id, {}).draft.consent is Consent.NO
    assert merged([agreed, ANNA], ANNA.id, {}).draft.consent_source == "form"


def test_a_number_that_can_be_reached_counts_before_one_that_has_to_be_mended():
    assert merged([replace(ANA, phone="12 34"), ANNA], ANA.id, {}).draft.phone == ANNA.phone


def test_addresses_that_differ_in_case_alone_are_one():
    assert "email" not in {
        one.field for one in sides([ANA, replace(ANNA, email="ANA@example.org")], ANA.id) if one.is_open
    }


def test_an_answer_is_never_lost():
    answered = replace(ANNA, rsvp_status="yes", rsvp_count=3)
    assert merged([ANA, answered], ANA.id, {}).answer_from == ANNA.id
    both = [replace(ANA, rsvp_status="no"), answered]
    assert found(*both)[ANSWER] == (("no", None), ("yes", 3))
    assert merged(both, ANA.id, {}).answer_from == ANA.id
    assert merged(both, ANA.id, {ANSWER: ("yes", 3)}).answer_from == ANNA.id


def test_what_says_nothing_on_either_side_is_passed_over():
    assert ANSWER not in found(ANA, replace(ANNA, rsvp_count=0))


@pytest.mark.parametrize(
    ("messages", "stays"),
    [
        ([], ANA),
        ([message(ANNA, EngineState.QUEUED)], ANNA),
        ([message(ANNA, EngineState.QUEUED), message(ANA, EngineState.ACCEPTED, "sent")], ANA),
        ([message(ANA, EngineState.FAILED), message(ANNA, EngineState.ACCEPTED, "delivered")], ANNA),
        ([message(ANA, EngineState.ACCEPTED, "read", practice=True), message(ANNA, EngineState.QUEUED)], ANNA),
        ([message(ANNA, EngineState.CANCELLED)], ANA),
        ([message(ANNA, EngineState.UNKNOWN), message(ANA, EngineState.QUEUED)], ANNA),
    ],
)  # fmt: skip
def test_who_has_the_message_that_matters_most_stays(messages, stays):
    richer = replace(ANA, notes="knows more")
    assert who_stays([ANNA, richer], messages) == stays.id


def test_whoever_has_answered_stays_whatever_was_sent():
    answered = replace(ANNA, rsvp_status="yes")
    assert who_stays([ANA, answered], [message(ANA, EngineState.ACCEPTED, "read")]) == ANNA.id


def test_what_waits_is_cancelled_where_the_other_has_the_same():
    waiting = message(ANA, EngineState.QUEUED)
    had = message(ANNA, EngineState.ACCEPTED, "delivered")
    assert waits_no_longer([waiting, had], ANA.id, ANA.phone) == {waiting.id}


def test_of_two_that_wait_the_survivors_stays():
    mine, theirs = message(ANA, EngineState.QUEUED), message(ANNA, EngineState.QUEUED, recipient=ANA.phone)
    assert waits_no_longer([theirs, mine], ANA.id, ANA.phone) == {theirs.id}


def test_what_waits_for_the_other_stays_only_if_it_goes_to_the_number_that_stays():
    waiting = message(ANNA, EngineState.QUEUED)
    assert waits_no_longer([waiting], ANA.id, ANNA.phone) == set()
    assert waits_no_longer([waiting], ANA.id, ANA.phone) == {waiting.id}


def test_another_template_the_other_mode_and_what_failed_stop_nothing():
    waiting = message(ANA, EngineState.QUEUED)
    others = [
        message(ANNA, EngineState.ACCEPTED, "read", about="reminder"),
        message(ANNA, EngineState.ACCEPTED, "read", practice=True),
        message(ANNA, EngineState.FAILED),
        message(ANNA, EngineState.ACCEPTED, "undelivered"),
    ]
    assert waits_no_longer([waiting, *others], ANA.id, ANA.phone) == set()


_STATES = st.sampled_from(EngineState)
_MESSAGES = st.lists(
    st.builds(
        lambda guest, state, word, about, practice, recipient: message(
            guest, state, word, about=about, practice=practice, recipient=recipient
        ),
        st.sampled_from([ANA, ANNA]),
        _STATES,
        st.sampled_from([None, "sent", "delivered", "failed"]),
        st.sampled_from(["a", "b"]),
        st.booleans(),
        st.sampled_from([ANA.phone, ANNA.phone]),
    ),
    max_size=8,
)


@given(_MESSAGES)
def test_nobody_gets_the_same_twice(messages):
    leaving = waits_no_longer(messages, ANA.id, ANA.phone)
    left = [one for one in messages if one.id not in leaving]
    for waiting in (one for one in left if one.state is EngineState.QUEUED):
        same = [one for one in left if (one.about, one.practice) == (waiting.about, waiting.practice)]
        assert not any(one.counts for one in same)
        assert sum(one.state is EngineState.QUEUED for one in same) == 1


def test_links_in_messages_that_left_for_those_who_go_are_told():
    left = [message(ANNA, EngineState.ACCEPTED, "sent"), message(ANA, EngineState.ACCEPTED, "sent")]
    assert links_lost([ANA, ANNA], ANA.id, left) == (ANNA,)
    assert links_lost([ANA, ANNA], ANNA.id, left) == (ANA,)
    assert links_lost([ANA, ANNA], ANA.id, [message(ANNA, EngineState.QUEUED)]) == ()


def test_a_status_that_came_in_between_is_no_change_but_another_name_is():
    later = datetime(2026, 5, 2, tzinfo=UTC)
    assert as_seen(ANA, replace(ANA, updated_at=later))
    assert not as_seen(ANA, replace(ANA, updated_at=later, name="Ana S."))
    assert not as_seen(ANA, replace(ANA, updated_at=later, rsvp_status="yes"))
