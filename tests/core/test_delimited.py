"""Lists in plain text, in every dialect."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.delimited import DELIMITERS, UnreadableError, delimited, pasted


def rows(text: str) -> list[list[str]]:
    return list(delimited(text).rows())


def test_excels_hint() -> None:
    assert rows("sep=;\r\nName;Tel\r\nAna;1,5\r\n") == [[], ["Name", "Tel"], ["Ana", "1,5"]]
    assert rows("SEP=\t\nA\tB\n") == [[], ["A", "B"]]


def test_a_quote_that_is_never_closed_swallows_nobody() -> None:
    text = 'Name,Phone\n"Bar" Café,912\nAna,913\n"Zé,914\nRui,915\nEva,916\nLia,917\nAda,918\n'
    found = rows(text)
    assert [row[0] for row in found] == ["Name", '"Bar" Café', "Ana", "Zé", "Rui", "Eva", "Lia", "Ada"]
    assert found[3] == ["Zé", "914"]


def test_notes_of_many_lines_stay_one_cell() -> None:
    note = "one\ntwo, three\nfour\nfive\nsix\nseven"
    assert rows(f'Name,Note\nAna,"{note}"\nRui,\n') == [["Name", "Note"], ["Ana", note], ["Rui", ""]]


def test_pasted_cells() -> None:
    text = 'Name\tNote\nAna\t"first\nsecond, line"\nRui\t"he said ""yes"""\n'
    assert list(pasted(text).rows()) == [
        ["Name", "Note"],
        ["Ana", "first\nsecond, line"],
        ["Rui", 'he said "yes"'],
    ]
    assert list(pasted("Ana,912\nRui,913").rows()) == [["Ana", "912"], ["Rui", "913"]]
    assert list(pasted("Ana\nRui\n").rows()) == [["Ana"], ["Rui"]]


def test_what_has_no_rows() -> None:
    with pytest.raises(UnreadableError):
        rows("a," + "x" * 200_000)


cell = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8)
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(
    tables,
    st.sampled_from(DELIMITERS),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
)
def test_what_any_program_writes_is_read_again(
    table: list[list[str]], delimiter: str, ending: str, quoting: int
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(table)
    text = f"sep={delimiter}{ending}{written.getvalue()}"
    assert rows(text)[1:] == table


@given(tables, st.sampled_from(DELIMITERS))
def test_a_delimiter_that_stands_in_every_row_is_found(table: list[list[str]], delimiter: str) -> None:
    plain = [["".join(c for c in one if c.isalnum()) for one in row] for row in table]
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(plain)
    assert rows(written.getvalue()) == plain


@given(st.text(max_size=200))
def test_any_text_makes_rows_or_is_refused(text: str) -> None:
    try:
        found = rows(text)
    except UnreadableError:
        return
    assert all(isinstance(one, str) for row in found for one in row)
