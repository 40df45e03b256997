"""What stays of a cell, and what nobody could see goes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.cells import clean_cell, clean_row, one_line, strip_scheme


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Ana  ", "Ana"),
        ("\u00a0Ana\u3000", "Ana"),
        ("\u202aEva\u202c \u2067Reis\u2069", "Eva Reis"),
        ("A\u200bn\u2060a\ufeff", "Ana"),
        ("Re\u00adis", "Reis"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        # Case and unusual letters are the guest's own.
        ("McDONALD de la CRUZ", "McDONALD de la CRUZ"),
        ("#N/A", ""),
        ("#REF!", ""),
        ("#1 fan", "#1 fan"),
        # Joiners mean something in these.
        ("محمد\u200cعلی", "محمد\u200cعلی"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        # And nothing in these.
        ("A\u200dn\u200ca", "Ana"),
        ("محمد\u200c علی\u200c", "محمد علی"),
    ],
)
def test_cells(text: str, clean: str) -> None:
    assert clean_cell(text) == clean


CELLS = st.one_of(
    st.text(),
    st.text("aZ é\u0301\u200d\u200b\u00a0#N/A\t\r\n\u1100\u1161", max_size=5),
    st.sampled_from(["#N/A", " #REF!", "two\r\nlines", "Inês", "Ine\u0302s", "\u0301", "e", "912 345 678"]),
)


@given(st.lists(CELLS, max_size=5))
def test_a_row_is_its_cells(cells: list[str]) -> None:
    assert clean_row(cells) == [clean_cell(cell) for cell in cells]


@given(st.text())
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    clean = clean_cell(text)
    assert clean_cell(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert "\0" not in clean
    clean.encode()


def test_lines_and_schemes() -> None:
    assert one_line(" a \n\t b ") == "a b"
    assert strip_scheme("WhatsApp: +351912345678") == "+351912345678"
    assert strip_scheme("tel://+351912345678") == "+351912345678"
