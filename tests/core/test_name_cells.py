"""Names as they stand in cells, with numbers and other people's halves around them."""

import pytest

from waapp.core.headings import Field
from waapp.core.name_cells import NumberInName, is_family_first, joined, number_in_name
from waapp.core.other_rows import without_companions


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ana Reis 912 345 678", ("Ana Reis", "912 345 678", "")),
        ("912 345 678 Ana Reis", ("Ana Reis", "912 345 678", "")),
        ("+351912345678 - Ana Reis", ("Ana Reis", "+351912345678", "")),
        ("915555555 (Zé)", ("Zé", "915555555", "")),
        ("Ana 912 345 678 (bride's aunt)", ("Ana", "912 345 678", "bride's aunt")),
        ("Ana – 912345678 – Noiva", ("Ana", "912345678", "Noiva")),
        ("Eva 914444444 brings 2", ("Eva", "914444444", "brings 2")),
        ("Zé Reis tel. 915 555 555", ("Zé Reis", "915 555 555", "")),
        ("Zé WhatsApp: 915 555 555", ("Zé", "915 555 555", "")),
        ("Marcel 915 555 555", ("Marcel", "915 555 555", "")),
        ("Ana 912 345 678 / 913 333 333", None),
        ("Ana Reis", None),
        ("912 345 678", None),
        ("Lúcia +2 11 91234-5679", None),
    ],
)
def test_a_number_in_the_cell_of_a_name(text: str, found: tuple[str, str, str] | None) -> None:
    assert number_in_name(text) == (None if found is None else NumberInName(*found))


@pytest.mark.parametrize(
    ("title", "cells", "first"),
    [
        ("Nachname, Vorname", ["Müller, Hans"], True),
        ("Last name, First name", [], True),
        ("Apellidos, Nombre", ["García López, Juan Carlos"], True),
        ("Nom, Prénom", [], True),
        ("Vorname, Nachname", [], False),
        ("Name, Table", [], False),
        ("Name", ["Doe, Jane", "O'Brien, Mary-Kate", "van der Berg, Jan"], True),
        ("Name", ["Doe, Jane", "Poe, Ann", "Roe, Eva", "Dee, Cy", "Madonna", "Ann Lee"], True),
        ("Name", ["Doe, Jane", "Poe, Ann"], False),
        ("Name", ["Doe, Jane", "Poe, Ann", "Roe, Eva", "Ann Lee", "Bob Fox"], False),
        ("Name", ["Ann Lee, Bob Poe", "Cy Dee, Flo Gee", "Hal Ivy, Jo Kay"], False),
        ("Name", ["Smith, Jr.", "Poe, PhD", "Roe, MD"], False),
    ],
)
def test_names_that_stand_with_the_family_first(title: str, cells: list[str], first: bool) -> None:
    assert is_family_first(title, cells) is first


@pytest.mark.parametrize(
    ("given", "family", "name"),
    [
        ("Tim und Begleitung", "Groß", "Tim Groß und Begleitung"),
        ("Ana +1", "Reis", "Ana Reis +1"),
        ("יעל + בן זוג", "ברק", "יעל ברק + בן זוג"),
        ("Ann Lee +1", "Lee", "Ann Lee +1"),
        ("Ali und Ayşe", "Öz", "Ali und Ayşe Öz"),
        ("Ana Maria", "Reis", "Ana Maria Reis"),
    ],
)
def test_who_comes_along_stands_behind_the_whole_name(given: str, family: str, name: str) -> None:
    assert joined({Field.GIVEN: given, Field.FAMILY: family}) == name


@pytest.mark.parametrize(
    ("text", "name", "along"),
    [
        ("Ana Reis +1", "Ana Reis", 1),
        ("Ana +2 crianças", "Ana", 2),
        ("John plus guest", "John", 1),
        ("Ana (2 pax)", "Ana", 1),
        ("Ana x3", "Ana", 2),
        ("Família Sousa (4)", "Família Sousa", 3),
        ("Los García (5)", "Los García", 4),
        ("Smith family (3)", "Smith family", 2),
        ("خالد + مرافق", "خالد", 1),
        ("דנה לוי ובן זוג", "דנה לוי", 1),
        ("मोहन + साथी", "मोहन", 1),
        ("Ana (2)", "Ana (2)", 0),
        ("Ian (3)", "Ian (3)", 0),
        ("Max Reis", "Max Reis", 0),
        ("Ana x1", "Ana x1", 0),
    ],
)
def test_who_comes_along_is_no_part_of_the_name(text: str, name: str, along: int) -> None:
    assert without_companions(text) == (name, along)
