"""Who is the same person, and why."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.duplicates import Duplicate, Likeness, Matches, Reason, find_alike, find_duplicates
from waapp.core.guests import GuestDraft
from waapp.core.rows import Row


@dataclass(frozen=True)
class Present:
    name: str
    phone: str = ""
    email: str = ""
    id: UUID = field(default_factory=uuid4)


A, B = "+351912345678", "+351913333333"
E, F = "ana@example.com", "rui@example.com"


def rows(*people: tuple[str, str, str]) -> list[Row]:
    return [Row(number, GuestDraft(*person), ()) for number, person in enumerate(people, start=2)]


@pytest.mark.parametrize(
    ("one", "other", "likeness", "reasons"),
    [
        (("Ana Silva", A, ""), ("ANA  silva", A, ""), Likeness.SAME, (Reason.PHONE, Reason.NAME)),
        (("Ana Silva", A, ""), ("Silva, Ana", A, ""), Likeness.SAME, (Reason.PHONE, Reason.NAME)),
        (("Ana Silva", A, E), ("Rui Costa", A, ""), Likeness.HOUSEHOLD, (Reason.PHONE,)),
        (("Ana Silva", A, ""), ("Ana M. Silva", A, ""), Likeness.MAYBE, (Reason.PHONE, Reason.NEAR_NAME)),
        (("Ana Silva", "", E), ("Ana Silva", A, E), Likeness.SAME, (Reason.EMAIL, Reason.NAME)),
        (("Ana Silva", B, E), ("Ana Silva", A, E), Likeness.MAYBE, (Reason.EMAIL, Reason.NAME)),
        (("Ana Silva", "", E), ("Rui Costa", A, E), Likeness.HOUSEHOLD, (Reason.EMAIL,)),
        (("Ana Silva", "", ""), ("Ana Silva", "", ""), Likeness.SAME, (Reason.NAME,)),
        (("Ana Silva", A, ""), ("Ana Silva", B, ""), Likeness.MAYBE, (Reason.NAME,)),
        (("Ana Silva", A, ""), ("Ana Silva", "", F), Likeness.MAYBE, (Reason.NAME,)),
        (("Ana Maria Silva", "", ""), ("Ana Silva", A, ""), Likeness.MAYBE, (Reason.NEAR_NAME,)),
        (("Katharina Huber", "", ""), ("Katarina Huber", A, ""), Likeness.MAYBE, (Reason.NEAR_NAME,)),
        (("João Araújo", "", ""), ("Joao Araujo", A, ""), Likeness.MAYBE, (Reason.NAME,)),
        (("राम शर्मा", A, ""), ("रमा शर्मा", A, ""), Likeness.MAYBE, (Reason.PHONE, Reason.NEAR_NAME)),
        (("राम", A, ""), ("रमा", A, ""), Likeness.HOUSEHOLD, (Reason.PHONE,)),
        (("सीता देवी", "", ""), ("सोता देवी", "", ""), Likeness.MAYBE, (Reason.NEAR_NAME,)),
        (("Katharina Huber", B, ""), ("Katarina Huber", A, ""), None, ()),
        (("Ana Silva", "", ""), ("Eva Silva", "", ""), None, ()),
        (("Guest 12 Silva", "", ""), ("Guest 13 Silva", "", ""), None, ()),
        (("Li Wu", "", ""), ("Li Xu", "", ""), None, ()),
        (("Ana", "", ""), ("Anna", "", ""), None, ()),
    ],
)
def test_two_people(
    one: tuple[str, str, str],
    other: tuple[str, str, str],
    likeness: Likeness | None,
    reasons: tuple[Reason, ...],
) -> None:
    found = list(find_duplicates(rows(one, other)))
    assert [(match.likeness, match.reasons) for match in found] == ([(likeness, reasons)] if likeness else [])
    guest = Present(*one)
    found = list(find_duplicates(rows(other), [guest]))
    assert [(match.likeness, match.guest_id) for match in found] == (
        [(likeness, guest.id)] if likeness else []
    )


@pytest.mark.parametrize("phone", ["912 345 678", "00351 912345678", "(+351) 912-345-678"])
def test_numbers_that_another_program_has_written_as_they_are_dialled(phone: str) -> None:
    web = Present("Ana Silva", phone)
    others = rows(("Ana Silva", A, ""), ("Rui Costa", A, ""))
    found = [match for match in find_duplicates(others, [web], "PT") if match.guest_id is not None]
    assert [match.likeness for match in found] == [Likeness.SAME, Likeness.HOUSEHOLD]
    twice = [web, Present("Ana Silva", A)]
    assert [pair.likeness for pair in find_alike(twice, "PT")] == [Likeness.SAME]


def test_the_strongest_match_wins_and_is_named() -> None:
    people = rows(("Ana Silva", B, ""), ("Rui", A, ""), ("Ana Silva", A, ""), ("Ana Silva", A, ""))
    found = {match.row: match for match in find_duplicates(people)}
    assert found[4] == Duplicate(4, Likeness.HOUSEHOLD, (Reason.PHONE,), "Rui", 0.0, other_row=3)
    assert (found[5].likeness, found[5].other_row) == (Likeness.SAME, 4)


def test_who_has_another_telephone_now_goes_before_who_had_it() -> None:
    ana, rui = Present("Ana Silva", A, E), Present("Rui Costa", B, F)
    swapped = rows(("Ana Silva", B, E), ("Rui Costa", A, F))
    found = [match for match in find_duplicates(swapped, [ana, rui]) if match.guest_id is not None]
    assert [match.guest_id for match in found] == [ana.id, rui.id]
    assert {match.reasons for match in found} == {(Reason.EMAIL, Reason.NAME)}


def test_skipped_rows_match_nobody() -> None:
    assert list(find_duplicates([Row(2, None, ()), *rows(("Ana", A, ""))])) == []


people = st.tuples(
    st.sampled_from(["Ana Silva", "Anna Silva", "Silva Ana", "Rui", "Zé da Costa"]),
    st.sampled_from(["", A, B]),
    st.sampled_from(["", E, F]),
)


@given(st.lists(people, max_size=12))
def test_matches_point_upwards_and_give_a_reason(entries: list[tuple[str, str, str]]) -> None:
    found = list(find_duplicates(rows(*entries)))
    assert found == list(find_duplicates(rows(*entries)))
    assert all(
        match.other_row is not None and match.other_row < match.row and match.reasons for match in found
    )
    assert len({match.row for match in found}) == len(found)


@given(st.lists(people, max_size=12))
def test_whoever_is_there_already_is_found_again(entries: list[tuple[str, str, str]]) -> None:
    guests = [Present(*entry) for entry in entries]
    again = [match for match in find_duplicates(rows(*entries), guests) if match.guest_id is not None]
    with_contact = [number for number, entry in enumerate(entries, start=2) if entry[1]]
    assert set(with_contact) <= {match.row for match in again if match.likeness is Likeness.SAME}


@given(st.lists(people, min_size=1, max_size=10), st.data())
def test_correcting_a_row_finds_what_reading_the_whole_list_would(
    entries: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    guests = [Present("Ana Silva", A), Present("Rui", "", F)]
    matches = Matches(rows(*entries), guests)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(entries) - 1))
        entries[place] = data.draw(people)
        matches.replace(rows(*entries)[place])
        assert sorted(matches, key=by_row) == sorted(find_duplicates(rows(*entries), guests), key=by_row)


def by_row(match: Duplicate) -> tuple[int, bool]:
    return match.row, match.guest_id is not None


def test_a_row_that_becomes_empty_matches_nobody_any_more() -> None:
    matches = Matches(rows(("Ana Silva", A, ""), ("Ana Silva", A, "")))
    matches.replace(Row(2, None, ()))
    assert list(matches) == []
    matches.replace(rows(("Ana Silva", A, ""))[0])
    assert [(match.row, match.other_row) for match in matches] == [(3, 2)]
