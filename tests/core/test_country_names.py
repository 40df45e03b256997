"""Countries by their names, and numbers that are read as those of the country in which a guest lives."""

import pytest

from waapp.core.country_names import find_country, names_countries
from waapp.core.tabular import parse_table


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("PT", "PT"),
        ("pt", "PT"),
        ("Portugal", "PT"),
        ("Germany", "DE"),
        ("Alemanha", "DE"),
        ("DEUTSCHLAND", "DE"),
        ("ألمانيا", "DE"),
        ("גרמניה", "DE"),
        ("Côte d’Ivoire", "CI"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("United Kingdom", "GB"),
        ("England", "GB"),
        ("Brasil", "BR"),
        ("", None),
        ("somewhere", None),
        ("+49", None),
    ],
)
def test_countries_are_known_by_their_names(text, region):
    assert find_country(text) == region


@pytest.mark.parametrize(
    "heading", ["Country", "País", "Pays de résidence", "Land", "Home Country/Region", "البلد"]
)
def test_headings_of_countries(heading):
    assert names_countries(heading)
    assert not names_countries("Country code")


def read(region, *cells):
    found = parse_table([["Name", "Country", "Phone"], *cells], region)
    return [draft.phone for draft in found.drafts], [(each.row, str(each.code)) for each in found.findings]


def test_a_number_that_is_none_at_home_is_read_where_the_guest_lives_and_that_is_said():
    phones, said = read(
        "PT",
        ["Jörg", "Germany", "0151 23456789"],
        ["Zoé", "França", "06 12 34 56 78"],
        ["Ana", "Portugal", "912 345 601"],
    )
    assert phones == ["+4915123456789", "+33612345678", "+351912345601"]
    assert said == [(2, "row_phone_guessed"), (3, "row_phone_guessed")]


def test_a_number_that_is_one_at_home_stays_one():
    assert read("PT", ["Jörg", "Germany", "912 345 602"]) == (["+351912345602"], [])
    assert read("PT", ["Jörg", "Germany", "+34 612 34 56 02"]) == (["+34612345602"], [])


def test_without_a_country_of_the_event_the_one_of_the_guest_counts():
    assert read(None, ["Jörg", "Germany", "0151 23456789"])[0] == ["+4915123456789"]


def test_a_number_that_is_none_there_either_is_refused():
    phones, said = read(
        "PT", ["Jörg", "Germany", "12"], ["Eva", "Atlantis", "0151 23456789"], ["Ivo", "Germany", ""]
    )
    assert phones == ["12", "0151 23456789", ""]
    assert [code for _, code in said] == ["phone_impossible", "phone_impossible", "row_no_phone"]


def test_a_code_beside_the_number_says_more_than_where_the_guest_lives():
    found = parse_table(
        [["Name", "Country", "Country code", "Phone"], ["Jörg", "Germany", "+44", "0151 23456789"]], "PT"
    )
    assert found.drafts[0].phone == "0151 23456789"
