"""Pasted texts that are no tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.loose_lists import table_of


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "+351 912 345 678, +351 913 333 333, Ana Reis, ~Rui, You",
            [["", "+351 912 345 678"], ["", "+351 913 333 333"], ["Ana Reis"], ["~Rui"], ["You"]],
        ),
        (
            "Ana Reis <ana@example.com>, rui@example.com; Eva <eva@example.com>",
            [["Ana Reis <ana@example.com>"], ["rui@example.com"], ["Eva <eva@example.com>"]],
        ),
        (
            "Ana Reis\n912 345 678\n\nRui Sá\n913 333 333\n",
            [["Ana Reis", "912 345 678"], ["Rui Sá", "913 333 333"]],
        ),
        (
            "Ana\n912345678\nana@example.com\nRui\nrui@example.com\n913333333\nEva\n914444444",
            [
                ["Ana", "912345678", "ana@example.com"],
                ["Rui", "913333333", "rui@example.com"],
                ["Eva", "914444444"],
            ],
        ),
        (
            '"Reis, Ana" <ana@example.com>, Rui Sá; eva@example.com',
            [['"Reis, Ana" <ana@example.com>'], ["Rui Sá"], ["eva@example.com"]],
        ),
        (
            "Ana <ana@example.com>,\nRui <rui@example.com>, Eva <eva@example.com>",
            [["Ana <ana@example.com>"], ["Rui <rui@example.com>"], ["Eva <eva@example.com>"]],
        ),
        ("Ana <ana@example.com>, Friends\nRui <rui@example.com>, Friends", None),
        ("Ana <ana@example.com>, 912345678", None),
        ("Ana Reis, 912345678, 913333333, Friends", None),
        ("Ana Reis, 912 345 678, ana@example.com", None),
        ("Ana\t912345678\tRui\t913333333\n", None),
        ("Name\tPhone\nAna\t912345678", None),
        ("Ana, 912345678\nRui, 913333333", None),
        ("Name\nAna\n912345678", None),
        ("912345678\n913333333", None),
        ("Ana\nRui\nEva", None),
        ("Ana\n912345678", None),
        ("", None),
    ],
)
def test_who_stands_in_a_text(text: str, rows: list[list[str]] | None) -> None:
    assert table_of(text) == rows


words = st.sampled_from(["Ana", "Rui Sá", "912345678", "+351 913 333 333", "a@b.pt", "Eva <e@b.pt>", "", "-"])


@given(st.lists(words), st.sampled_from(["\n", ", ", "; "]))
def test_nothing_of_a_text_is_lost(pieces: list[str], between: str) -> None:
    rows = table_of(between.join(pieces))
    if rows is not None:
        assert sorted(cell for row in rows for cell in row if cell) == sorted(filter(None, pieces))
