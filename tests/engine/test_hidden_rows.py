"""Rows that a workbook does not show, by its form."""

import io
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.compound import compound, compound_of_small, xls, xlsb
from tests.corpus.writers import ods, xlsx
from waapp.engine import hidden_rows
from waapp.engine.file_limits import MEGABYTE
from waapp.engine.guest_files import read_content

ROWS = [["Name", "Phone"], *([f"Guest {n}", f"+1 202 555 {n:04}"] for n in range(60))]
HIDDEN = [3, 4, 40, 61]


@pytest.mark.parametrize(
    "content",
    [
        xlsx(ROWS, hidden_rows=HIDDEN),
        xlsb(ROWS, hidden_rows=HIDDEN),
        xls(ROWS, hidden_rows=HIDDEN),
        ods(ROWS, hidden_rows=dict.fromkeys(HIDDEN, "filter")),
    ],
    ids=["xlsx", "xlsb", "xls", "ods"],
)
def test_every_form_tells_its_hidden_rows(content: bytes) -> None:
    assert read_content(content, "list").source.hidden == frozenset(HIDDEN)


def _table(name: str, rows: str) -> bytes:
    return f'<table:table table:style-name="ta1" table:name="{name}">{rows}</table:table>'.encode()


HIDE = 'table:visibility="collapse"'


def test_repeated_rows_are_counted_and_every_sheet_begins_anew() -> None:
    first = (
        f"<table:table-row/><table:table-row {HIDE} table:number-rows-repeated='3'/>"
        "<table:table-row table:number-rows-repeated='10'><table:table-cell/></table:table-row>"
        f"<table:table-row {HIDE}/>"
    )
    filler = f"<table:table-row {HIDE} table:number-rows-repeated='1048000'/>"
    second = f"<table:table-column {HIDE}/><table:table-header-rows><table:table-row {HIDE}/>{filler}"
    found = hidden_rows.in_open_document(io.BytesIO(_table("A &amp; B", first) + _table("B", second)))
    assert found == {"A & B": frozenset({2, 3, 4, 15}), "B": frozenset({1})}


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_a_tag_that_is_cut_between_two_pieces_counts_once(cut: int) -> None:
    row = f"<table:table-row {HIDE}><table:table-cell/></table:table-row>"
    head = _table("L", "").removesuffix(b"</table:table>")
    ahead = b"<!--" + b"x" * (MEGABYTE - len(head) - 7 - cut) + b"-->"
    found = hidden_rows.in_open_document(io.BytesIO(head + ahead + row.encode() * 3))
    assert found == {"L": frozenset({1, 2, 3})}


def test_tags_without_an_end_are_no_rows() -> None:
    content = io.BytesIO(b"<table:table-row " * 20_000)
    assert hidden_rows.in_open_document(content) == {}
    assert list(hidden_rows.in_xml_piece(b"<row hidden=" * 20_000)) == []


def test_the_rows_of_another_sheet_are_not_those_of_this_one(tmp_path: Path) -> None:
    content = xlsx([["Name"], ["Ana"], ["Rui"]], [["Name"], ["Eva"], ["Noa"]], hidden_rows=[2])
    for sheet, hidden in (("Sheet1", frozenset()), ("Sheet2", frozenset({2}))):
        assert read_content(content, "list", sheet).source.hidden == hidden


def test_rows_of_a_sheet_that_hides_all_that_are_empty_are_shown() -> None:
    # A sheet whose default height is zero hides the rows that it does not write: none of a guest's.
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        sheet.set_default_row(hide_unused_rows=True)
        sheet.set_row(2, options={"hidden": True})
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    assert read_content(file.getvalue(), "list").source.hidden == frozenset({3})


OLD = xls(ROWS, hidden_rows=HIDDEN)


@given(st.one_of(st.integers(0, 600), st.integers(0, len(OLD))), st.binary(min_size=1, max_size=8))
def test_a_broken_old_workbook_hides_what_it_can_tell_and_is_no_trouble(place: int, broken: bytes) -> None:
    content = OLD[:place] + broken + OLD[place + len(broken) :]
    assert isinstance(hidden_rows.in_old_workbook(content, 0), frozenset)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Name;Phone",
        OLD[:700],
        compound({"WordDocument": b"x" * 5000}),
        compound_of_small("Book", b"x" * 9),
    ],
    ids=["empty", "text", "cut", "document", "short"],
)
def test_what_is_no_old_workbook_hides_nothing(content: bytes) -> None:
    assert hidden_rows.in_old_workbook(content, 0) == frozenset()
