"""Who lives together, and how their names stand in one line."""

from uuid import UUID

import pytest

from waapp.core.guests import Guest
from waapp.core.households import household_key, members, names_together


def guest(name: str, household: str) -> Guest:
    return Guest(UUID(int=0), UUID(int=0), name, household=household)


def test_households_are_the_same_however_they_are_spelled() -> None:
    guests = [guest("Ana", "Sousa "), guest("Kai", ""), guest("Rui", "  SOUSA"), guest("Eva", "de  Lima")]
    assert members(guests) == {"sousa": ("Ana", "Rui"), "de lima": ("Eva",)}
    assert household_key(" De Lima") == "de lima"


@pytest.mark.parametrize(
    ("names", "language", "written"),
    [
        (["Ana Sousa"], "en", "Ana"),
        (["Ana Sousa", "Rui Sousa"], "en", "Ana and Rui"),
        (["Ana Sousa", "Rui Sousa", "Inês Sousa"], "en_GB", "Ana, Rui and Inês"),
        (["Ana Sousa", "Rui Sousa", "Inês Sousa"], "pt_PT", "Ana, Rui e Inês"),
        (["Ana Sousa", "Rui Sousa"], "de", "Ana und Rui"),
        (["Ana Sousa", "Ana Lima"], "es", "Ana"),
        (["Dr. Ana Sousa", "Rui Sousa"], "en", "Dr. Ana Sousa and Rui"),
        ([" "], "en", ""),
        (["Ana", "Rui"], "xx", "Ana and Rui"),
    ],
)
def test_first_names_are_listed_as_the_language_does(names: list[str], language: str, written: str) -> None:
    assert names_together(names, language) == written
