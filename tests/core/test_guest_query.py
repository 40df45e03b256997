"""Filters that combine: every one that is asked for must hold."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.guest_query import GuestQuery, Problem
from waapp.core.guests import Answer, Consent, GuestRow

NOW = datetime(2026, 5, 3, tzinfo=UTC)


def row(name: str = "Ana", phone: str = "+351912345678", **more: object) -> GuestRow:
    base = GuestRow(
        UUID(int=1), name, phone, "", "Bride", "pt_PT", "pending", None, NOW, None, None, None, None, None, None, NOW,
        ("VIP", "Late"), "Sousa", 0, "yes",
    )  # fmt: skip
    return base._replace(**more)


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        (GuestQuery(groups=("Bride",)), True),
        (GuestQuery(groups=("Groom",)), False),
        (GuestQuery(groups=("",)), False),
        (GuestQuery(tags=("vip",)), True),
        (GuestQuery(tags=("Band",)), False),
        (GuestQuery(tags=("",)), False),
        (GuestQuery(groups=("Groom", "Bride")), True),
        (GuestQuery(groups=("Groom", "")), False),
        (GuestQuery(tags=("Band", "late")), True),
        (GuestQuery(tags=("Band", "Choir")), False),
        (GuestQuery(tags=("vip", "late"), every_tag=True), True),
        (GuestQuery(tags=("vip", "Band"), every_tag=True), False),
        (GuestQuery(tags=("", "vip"), every_tag=True), False),
        (GuestQuery(groups=("Bride", "Groom"), tags=("Band", ""), languages=("pt_PT",)), False),
        (GuestQuery(languages=("pt_PT",)), True),
        (GuestQuery(languages=("",)), False),
        (GuestQuery(languages=("de", "pt_PT")), True),
        (GuestQuery(languages=("de", "pt")), False),
        (GuestQuery(households=(" SOUSA ",)), True),
        (GuestQuery(households=("Lima",)), False),
        (GuestQuery(households=("Lima", "sousa")), True),
        (GuestQuery(households=("Lima", "")), False),
        (GuestQuery(households=("Sousa", "Lima"), languages=("de", "")), False),
        (GuestQuery(consent=Consent.YES), True),
        (GuestQuery(consent=Consent.UNKNOWN), False),
        (GuestQuery(problem=Problem.NO_NUMBER), False),
        (GuestQuery(groups=("Bride",), tags=("VIP",), consent=Consent.YES), True),
        (GuestQuery(groups=("Bride",), tags=("VIP",), consent=Consent.NO), False),
    ],
)
def test_a_guest_fits_when_everything_holds(query: GuestQuery, fits: bool) -> None:
    matches = query.matcher()
    assert matches is not None
    assert matches(row()) is fits
    assert not query.is_empty


@pytest.mark.parametrize(
    ("problem", "other"),
    [
        (Problem.NO_NUMBER, {"phone": "ask"}),
        (Problem.OPTED_OUT, {"opted_out": True}),
        (Problem.NO_LANGUAGE, {"language": ""}),
        (Problem.NO_GROUP, {"group": ""}),
    ],
)
def test_what_is_missing_is_found(problem: Problem, other: dict[str, object]) -> None:
    matches = GuestQuery(problem=problem).matcher()
    assert matches is not None
    assert matches(row(**other))
    assert not matches(row())


def test_nothing_asked_for_is_no_test() -> None:
    assert GuestQuery(text="ana", state="failed").is_empty
    assert GuestQuery().matcher() is None


SEVERAL = st.lists(st.text(max_size=20), max_size=4, unique=True).map(tuple)
QUERIES = st.builds(
    GuestQuery,
    groups=SEVERAL,
    tags=SEVERAL,
    every_tag=st.booleans(),
    languages=SEVERAL,
    households=SEVERAL,
    consent=st.none() | st.sampled_from(Consent),
    answer=st.none() | st.sampled_from(Answer),
    problem=st.none() | st.sampled_from(Problem),
    text=st.text(max_size=20),
    state=st.none() | st.sampled_from(["failed", "read"]),
)


@given(QUERIES)
def test_what_is_kept_comes_back(query: GuestQuery) -> None:
    assert GuestQuery.from_json(json.loads(json.dumps(query.to_json()))) == query


def test_one_of_each_is_kept_and_read_as_programs_before_did() -> None:
    stored = {"group": "Bride", "tag": "VIP", "language": "", "household": "Sousa", "text": ""}
    query = GuestQuery(groups=("Bride",), tags=("VIP",), languages=("",), households=("Sousa",))
    assert query.to_json() == stored
    assert GuestQuery.from_json(stored) == query


def test_who_has_any_or_every_one_of_several_tags_fits() -> None:
    untagged = row(tags=())
    matches = GuestQuery(tags=("", "VIP")).matcher()
    assert matches is not None
    assert matches(untagged)
    assert matches(row())


def test_what_a_newer_program_asks_for_is_passed_over() -> None:
    stored = {"group": "Bride", "table": "4", "consent": "perhaps", "problem": "x"}
    assert GuestQuery.from_json(stored) == GuestQuery(groups=("Bride",))


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("yes", Answer.COMING),
        (" Attending", Answer.COMING),
        ("declined", Answer.NOT_COMING),
        ("maybe", Answer.PERHAPS),
        ("pending", Answer.NONE),
        ("", Answer.NONE),
    ],
)
def test_answers_are_found_whatever_their_word(word: str, answer: Answer) -> None:
    for wanted in Answer:
        matches = GuestQuery(answer=wanted).matcher()
        assert matches is not None
        assert matches(row(rsvp_status=word)) is (wanted is answer)


def test_a_filter_follows_the_new_name_of_a_label() -> None:
    asked = GuestQuery(groups=("Bride",), tags=("vip",))
    assert asked.relabelled("group", "Bride", "Family") == GuestQuery(groups=("Family",), tags=("vip",))
    assert asked.relabelled("tag", "VIP", "Front row") == GuestQuery(groups=("Bride",), tags=("Front row",))
    several = GuestQuery(tags=("vip", "Late", "Front row"))
    assert several.relabelled("tag", "VIP", "Front row").tags == ("Front row", "Late")
    for kind, old, new in (("group", "Groom", "x"), ("group", "Bride", ""), ("tag", "x", "y")):
        assert asked.relabelled(kind, old, new) is asked
