"""Streams of compound files, whole and broken."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.compound import compound, compound_of_small
from waapp.engine.compound_file import read_stream


def test_a_stream_is_read_by_any_of_its_names() -> None:
    content = bytes(range(256)) * 20
    file = compound({"Summary": b"x" * 5000, "Book": content})
    assert read_stream(file, ("Workbook", "BOOK")) == content


@pytest.mark.parametrize("size", [1, 64, 65, 512, 4000])
def test_a_short_stream_is_put_together_from_its_pieces(size: int) -> None:
    content = (bytes(range(1, 256)) * 16)[:size]
    assert read_stream(compound_of_small("Workbook", content), ("Workbook",)) == content


def test_a_chain_that_bites_its_tail_ends() -> None:
    file = bytearray(compound({"Workbook": b"x" * 5000}))
    struct.pack_into("<L", file, 512 + 4 * 3, 2)
    with pytest.raises(ValueError, match="2"):
        read_stream(bytes(file), ("Workbook",))


def test_there_may_be_no_such_stream() -> None:
    with pytest.raises(ValueError, match="Workbook"):
        read_stream(compound({"WordDocument": b"x" * 5000}), ("Workbook",))


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=8))
def test_a_broken_file_gives_something_or_a_known_error(place: int, broken: bytes) -> None:
    file = bytearray(compound_of_small("Workbook", b"x" * 300) + compound({"Workbook": b"x" * 5000}))
    file[place : place + len(broken)] = broken
    with suppress(ValueError, struct.error):
        read_stream(bytes(file), ("Workbook",))
