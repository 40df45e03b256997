"""Who in a list may be one person, and who is known not to be."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from waapp.core.duplicates import Likeness, Reason, find_alike
from waapp.core.guests import Guest
from waapp.core.lookalikes import find_lookalikes

_EVENT = uuid4()


def guest(number: int, name: str, phone: str = "", email: str = "", household: str = "") -> Guest:
    return Guest(UUID(int=number), _EVENT, name, phone, email, household=household)


ANA = guest(1, "Ana Sousa", "+351912345678")
ANA_AGAIN = guest(2, "Ana Sousa", "+351912345678")
ANNA = guest(3, "Anna Sousa", "", "ana@example.org")
RUI = guest(4, "Rui Reis", "+351912345678")
EWA = guest(5, "Ewa Kowalczyk", "+48512345678")


def test_the_surest_come_first_with_all_reasons():
    found = find_lookalikes([EWA, ANA, ANNA, ANA_AGAIN])
    assert [(one.ids, one.likeness) for one in found] == [((ANA.id, ANNA.id, ANA_AGAIN.id), Likeness.SAME)]
    assert found[0].reasons == (Reason.PHONE, Reason.NAME, Reason.NEAR_NAME)


def test_who_shares_a_phone_under_another_name_is_told_apart_from_who_may_be_one():
    found = find_lookalikes([ANA, ANA_AGAIN, RUI])
    assert [(one.ids, one.likeness) for one in found] == [
        ((ANA.id, ANA_AGAIN.id), Likeness.SAME),
        ((ANA.id, ANA_AGAIN.id, RUI.id), Likeness.HOUSEHOLD),
    ]


def test_a_household_that_is_known_is_not_told():
    home = [
        guest(1, "Ana Sousa", "+351912345678", household="Sousa"),
        guest(4, "Rui Reis", "+351912345678", "", "sousa"),
    ]
    assert find_lookalikes(home) == ()
    assert len(find_lookalikes([home[0], RUI])) == 1


def test_who_is_known_to_be_two_is_not_told_again_but_a_third_is():
    apart = {frozenset((ANA.id, ANNA.id))}
    assert find_lookalikes([ANA, ANNA], apart) == ()
    third = guest(6, "Anna Sousa")
    assert [one.ids for one in find_lookalikes([ANA, ANNA, third], apart)] == [(ANA.id, ANNA.id, third.id)]


_PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["Ana Sousa", "Anna Sousa", "Rui Reis", "Rui M. Reis", "Ewa"]),
        st.sampled_from(["", "+351912345678", "+48512345678"]),
        st.sampled_from(["", "a@example.org"]),
    ),
    max_size=9,
)


@given(_PEOPLE)
def test_everybody_who_matches_somebody_is_in_a_group_and_nobody_else(people):
    guests = [guest(number, *one) for number, one in enumerate(people, start=1)]
    alike = {one for pair in find_alike(guests) for one in (pair.one, pair.other)}
    found = find_lookalikes(guests)
    assert {one for group in found for one in group.ids} == alike
    assert all(len(group.ids) > 1 and group.reasons for group in found)
