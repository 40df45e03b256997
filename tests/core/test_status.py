from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.status import (
    EngineState,
    GuestStatus,
    Progress,
    Shown,
    advance,
    guest_status,
    shown,
)

WORDS = [
    "accepted",
    "scheduled",
    "queued",
    "sending",
    "sent",
    "delivered",
    "partially_delivered",
    "read",
    "failed",
    "undelivered",
    "canceled",
]


def learn(words: tuple[str, ...]) -> str | None:
    known = None
    for word in words:
        known = advance(known, word)
    return known


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
def test_the_order_in_which_facts_arrive_does_not_matter(words: list[str]) -> None:
    assert len({learn(order) for order in permutations(words)}) == 1


@given(st.sampled_from([None, *WORDS]), st.sampled_from(WORDS))
def test_learning_a_fact_twice_changes_nothing(old: str | None, new: str) -> None:
    once = advance(old, new)
    assert advance(once, new) == once


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        (None, "queued", "queued"),
        ("queued", "delivered", "delivered"),
        ("delivered", "sent", "delivered"),
        ("read", "delivered", "read"),
        ("failed", "sent", "failed"),
        ("failed", "delivered", "delivered"),
        ("undelivered", "read", "read"),
        ("delivered", "failed", "delivered"),
        ("sent", "receiving", "sent"),
        (None, "nonsense", None),
        ("nonsense", "sent", "sent"),
    ],
)
def test_a_status_never_moves_backwards(old: str | None, new: str, result: str | None) -> None:
    assert advance(old, new) == result


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_twilio_has_a_guest_status(word: str) -> None:
    expected = {
        "sent": GuestStatus.SENT,
        "delivered": GuestStatus.DELIVERED,
        "partially_delivered": GuestStatus.DELIVERED,
        "read": GuestStatus.READ,
        "failed": GuestStatus.FAILED,
        "undelivered": GuestStatus.FAILED,
        "canceled": GuestStatus.FAILED,
    }.get(word, GuestStatus.QUEUED)
    assert guest_status(word) is expected


def test_no_word_yet_means_queued() -> None:
    assert guest_status(None) is GuestStatus.QUEUED


@pytest.mark.parametrize(
    ("progress", "state"),
    [
        (None, Shown.NONE),
        (Progress(EngineState.QUEUED), Shown.QUEUED),
        (Progress(EngineState.QUEUED, retry_due=True), Shown.WAITING),
        (Progress(EngineState.SENDING), Shown.SENDING),
        (Progress(EngineState.UNKNOWN), Shown.UNKNOWN),
        (Progress(EngineState.CANCELLED), Shown.CANCELLED),
        (Progress(EngineState.FAILED), Shown.FAILED),
        (Progress(EngineState.ACCEPTED), Shown.SENDING),
        (Progress(EngineState.ACCEPTED, "queued"), Shown.SENDING),
        (Progress(EngineState.ACCEPTED, "sent"), Shown.SENT),
        (Progress(EngineState.ACCEPTED, "delivered"), Shown.DELIVERED),
        (Progress(EngineState.ACCEPTED, "read"), Shown.READ),
        (Progress(EngineState.ACCEPTED, "undelivered"), Shown.FAILED),
    ],
)
def test_what_a_person_sees(progress: Progress | None, state: Shown) -> None:
    assert shown(progress) is state
