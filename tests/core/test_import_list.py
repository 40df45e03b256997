"""A list on its way in: mending cells, choosing headings, samples, remarks."""

from uuid import UUID

import pytest

from waapp.core.guests import Guest, GuestDraft
from waapp.core.headings import Field
from waapp.core.import_diff import Given, Present
from waapp.core.import_list import Reading, erasable, new_list
from waapp.core.import_remarks import with_remarks

ROWS = (
    ("Guests of Ana",),
    ("First name", "Last name", "Mobile", "Home phone", "Table"),
    ("Ana", "Sousa", "912 345 678", "", "7"),
    ("Rui", "", "", "", "7"),
    ("", "", "", "", ""),
    ("Eva", "Reis", "12"),
)


@pytest.fixture
def guests():
    return new_list(ROWS, "PT")


def drafts(guests):
    return [row.draft for row in Reading(guests, Present()).rows]


def test_a_list_is_read_below_its_headings(guests):
    reading = Reading(guests, Present())
    assert [row.number for row in reading.rows] == [3, 4, 6]
    assert reading.blank == 1
    assert reading.rows[0].draft == GuestDraft("Ana Sousa", "+351912345678", extra={"table": "7"})


def test_a_mended_name_replaces_both_halves(guests):
    assert drafts(guests.mend(3, "name", "Ana Maria Reis"))[0].name == "Ana Maria Reis"


def test_a_mended_number_goes_to_the_first_column_of_numbers_even_beyond_the_rows_end(guests):
    mended = guests.mend(6, "phone", "913 456 789").mend(4, "phone", "914 456 789")
    assert [draft.phone for draft in drafts(mended)] == ["+351912345678", "+351914456789", "+351913456789"]
    assert [list(row) for row in guests.rows] == [list(row) for row in ROWS]


def test_only_fields_with_a_column_can_be_mended(guests):
    assert guests.can_mend("phone")
    assert not guests.can_mend("email")
    assert guests.mend(3, "email", "ana@example.org") == guests


def test_another_row_can_hold_the_headings(guests):
    assert [choice.row for choice in guests.headings()][:2] == [1, 2]
    assert Reading(guests.with_heading(None), Present()).rows[0].number == 1
    assert guests.with_heading(None).with_heading(2).columns == guests.columns


def test_samples_are_the_first_different_cells(guests):
    table = next(column for column in guests.columns.columns if column.title == "Table")
    assert guests.samples(table.index) == ("7",)


def test_empty_cells_mean_something_only_where_there_is_a_column(guests):
    assert erasable(guests.columns) == {"phone", "extra.table"}
    assert erasable(guests.assign(4, Field.IGNORED).columns) == {"phone"}


def test_rows_that_were_imported_before_are_not_compared_again(guests):
    again = new_list((*ROWS[:3], ROWS[2]), "PT")
    assert len(list(Reading(again, Present()).duplicates)) == 1
    ana = Guest(UUID(int=1), UUID(int=2), "Ana")
    earlier = [Given(ana.id, GuestDraft("Ana Sousa", "+351912345678"))]
    assert list(Reading(again, Present([ana], earlier)).duplicates) == []


def test_remarks_stand_behind_every_row_as_it_was_mended(guests):
    table = with_remarks(guests.mend(6, "phone", "913 456 789"), "Remarks", {3: "Added", 6: "Added"})
    assert table[0] == [*ROWS[1], "Remarks"]
    assert table[1] == ["Ana", "Sousa", "912 345 678", "", "7", "Added"]
    assert table[-1] == ["Eva", "Reis", "913 456 789", "", "", "Added"]
    assert len(table) == 5


def test_a_mended_row_stays_in_the_group_that_the_heading_above_it_names() -> None:
    rows = [["Bride's side"], ["Name", "Phone"], ["Ana", "912"], ["Friends", ""], ["Rui", "913"]]
    mended = new_list(rows, "PT").mend(3, "phone", "912345678").mend(5, "phone", "913333333")
    read = {number: mended.read(number) for number in (3, 5)}
    found = {number: row.draft for number, row in read.items() if row is not None}
    assert found == {
        3: GuestDraft("Ana", "+351912345678", group="Bride's side"),
        5: GuestDraft("Rui", "+351913333333", group="Friends"),
    }
