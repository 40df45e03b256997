"""What columns hold: recognised, corrected and remembered."""

import pytest

from waapp.core.columns import ColumnMap, GuessedBy, find_heading, heading_choices, recognise_columns
from waapp.core.content import Shape
from waapp.core.headings import Field

LIST = [
    ["Wedding", "", ""],
    ["Name", "Mobile", "Contact", "Table", "E-Mail"],
    ["Ana Silva", "912 345 678", "Rui", "1", "ana@example.com"],
    ["Eva Reis", "913 333 333", "Zé", "2", ""],
    ["Rui", "", "Lia", "", ""],
    ["Zoé", "", "Ada", "", ""],
    ["Ada", "", "Eva", "", ""],
]


def recognised(rows: list[list[str]]) -> ColumnMap:
    return recognise_columns(rows, find_heading(rows))


def fields(columns: ColumnMap) -> dict[str, Field | None]:
    return {column.title: column.field for column in columns.columns}


def test_headings_are_doubted_where_no_cell_agrees() -> None:
    found = recognised(LIST)
    assert found.heading_row == 2
    assert fields(found) == {
        "Name": Field.NAME,
        "Mobile": Field.PHONE,
        "Contact": None,
        "Table": None,
        "E-Mail": Field.EMAIL,
    }
    by = {column.title: (column.by, column.confidence, column.shape) for column in found.columns}
    assert by["Name"] == (GuessedBy.HEADING, 1.0, Shape.NAMES)
    assert by["Table"][0] is GuessedBy.NOBODY


def test_the_planner_corrects_and_the_next_list_of_the_shape_remembers() -> None:
    guessed = recognised(LIST)
    corrected = guessed.assign(3, Field.GROUP).assign(2, Field.NAME).assign(0, Field.IGNORED)
    assert fields(corrected)["Contact"] is Field.NAME
    assert corrected.columns[3].by is GuessedBy.PLANNER
    other = recognised([*LIST[:3], ["Lia", "914 444 444", "", "7", ""]])
    assert other.fingerprint == guessed.fingerprint == corrected.fingerprint
    assert fields(other.recall(corrected.choices)) == fields(corrected)
    assert {column.by for column in other.recall(corrected.choices).columns} == {GuessedBy.MEMORY}


def test_a_field_has_one_column_but_telephones_several() -> None:
    corrected = recognised(LIST).assign(2, Field.PHONE).assign(3, Field.EMAIL)
    assert fields(corrected) == {
        "Name": Field.NAME,
        "Mobile": Field.PHONE,
        "Contact": Field.PHONE,
        "Table": Field.EMAIL,
        "E-Mail": None,
    }


def test_what_was_remembered_of_other_columns_is_left_alone() -> None:
    found = recognised(LIST)
    assert found.recall({"9:size": "name", "0:name": "nonsense"}) == found


def test_shapes_of_lists_differ_by_their_headings() -> None:
    other = [["Name", "Mobile", "Table"], ["Ana", "912 345 678", "1"]]
    assert recognised(other).fingerprint != recognised(LIST).fingerprint
    assert recognised(LIST[2:]).fingerprint != recognised(LIST).fingerprint
    assert recognised(LIST[2:]).heading_row is None


def test_rows_that_may_be_chosen_as_headings() -> None:
    choices = heading_choices(LIST)
    assert [(choice.row, choice.known) for choice in choices][:3] == [(1, 0), (2, 3), (3, 0)]
    chosen = recognise_columns(LIST, 3)
    assert chosen.heading_row == 3
    assert chosen.columns[1].title == "912 345 678"


def test_a_question_is_believed_only_when_the_cells_bear_it_out() -> None:
    cells = [["Name", "May we write to you by WhatsApp?"], ["Ana", "Yes"]]
    assert [column.field for column in recognise_columns(cells, 1).columns] == [Field.NAME, None]


def test_what_is_about_others_is_never_taken_for_the_guest() -> None:
    cells = [["Invité·e n°", "Nom de l'accompagnant", "Tel"], ["Ana Sousa", "Rui Costa", "912345678"]]
    assert [column.field for column in recognise_columns(cells, 1).columns] == [Field.NAME, None, Field.PHONE]


@pytest.mark.parametrize(
    ("title", "cells", "field"),
    [
        ("Guests", ["2", "1"], None),
        ("Guests", ["Tom Lee", "Sue Ray, Kim"], None),
        ("Guests", ["", "1"], None),
        ("Display name", ["Ann Lee", "Bo Ray"], Field.NAME),
        ("Display name", ["Dr. Ann Lee", ""], Field.NAME),
    ],
)
def test_a_whole_name_beside_two_halves_has_to_be_theirs(
    title: str, cells: list[str], field: Field | None
) -> None:
    rows = [
        ["First name", "Last name", "Phone", title],
        ["Ann", "Lee", "+1 212 555 0100", cells[0]],
        ["Bo", "Ray", "+1 212 555 0101", cells[1]],
    ]
    assert fields(recognised(rows))[title] is field


def test_whole_names_stay_where_a_half_is_missing() -> None:
    rows = [["Nom", "Prénom", "Portable"], ["Durand", "Zoé", "06 12 34 56 78"]]
    assert fields(recognised(rows))["Nom"] is Field.NAME


def test_an_address_behind_a_name_is_no_heading() -> None:
    assert (
        find_heading([["Ana Reis <ana@example.com>"], ["Rui Sá <rui@example.com>", ""], ["eva@example.com"]])
        is None
    )


def test_a_long_line_with_name_and_number_names_somebody() -> None:
    found = recognised([["M. et Mme Roux : 06 23 45 67 89"], ["Zoé Petit : 06.12.34.56.78"]])
    assert fields(found)[""] is Field.NAME


@pytest.mark.parametrize(
    ("between", "cells", "field"),
    [
        ("Partner", ["Tom Lee", "Jim"], None),
        ("Emergency contact", ["Tom Lee", "Jim"], None),
        ("Eşi", ["Tom Lee", "Jim"], None),
        ("Acompañante", ["Tom Lee", "Jim"], None),
        ("Acompañante", ["1", ""], Field.PHONE),
        ("City", ["Lugo", "Faro"], Field.PHONE),
        ("", ["", ""], Field.PHONE),
    ],
)
def test_a_telephone_behind_somebody_else_is_not_the_guests(
    between: str, cells: list[str], field: Field | None
) -> None:
    found = recognised(
        [
            ["Name", "Phone", between, "Phone 2"],
            ["Ann Lee", "+1 212 555 0100", cells[0], "+1 212 555 0101"],
            ["Bo Ray", "", cells[1], "+1 212 555 0102"],
        ]
    )
    assert fields(found)["Phone"] is Field.PHONE
    assert fields(found)["Phone 2"] is field


def test_guests_of_both_sides_stand_side_by_side() -> None:
    found = recognised(
        [
            ["Novia", "Tel", "", "Novio", "Tel"],
            ["Ana", "912 345 678", "", "Luis Rey Gil", "913 333 333"],
            ["Eva", "", "", "Pau Mar Sol", "914 444 444"],
        ]
    )
    assert [column.field for column in found.columns] == [Field.NAME, Field.PHONE, None, None]
