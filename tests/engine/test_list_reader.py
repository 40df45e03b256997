"""A list that is read in pieces beside says what it says when it is read in one go."""

from hypothesis import example, given
from hypothesis import strategies as st

from waapp.core.import_list import GuestList, new_list, read_rows
from waapp.core.rows import unpack
from waapp.core.sources import Pasted
from waapp.engine.list_reader import ListReader

CELLS = st.sampled_from(
    [
        "",
        " ",
        "Bride's side",
        "Groom's guests:",
        "Ana Sousa",
        "Rui  Costa",
        "912 345 678",
        "+351 912 345 678",
        "abc",
        "x@example.com",
        "Total",
        "7",
    ]
)
HEADING = ["Name", "Phone", "E-mail", "Table"]
LISTS = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=9).filter(
    lambda rows: any(cell.strip() for row in rows for cell in row)
)


@example([["Bride's side"], ["Ana Sousa", "912 345 678"], ["Rui Costa", "912 345 679"]], True, 1, "PT")
@given(LISTS, st.booleans(), st.integers(1, 4), st.sampled_from(["PT", None]))
def test_pieces_together_are_the_whole(
    rows: list[list[str]], with_heading: bool, piece: int, region: str | None
) -> None:
    table = [HEADING, *rows] if with_heading else rows
    reader = ListReader()
    (opened,) = reader.open(Pasted("\n".join("\t".join(row) for row in table)))
    pieces = list(reader.read(opened.columns, region, piece))
    raw = [row for some, _ in pieces for row in some]
    whole = GuestList(raw, opened.columns, region)
    assert opened.columns == new_list(raw, region).columns
    assert [row for _, some in pieces for row in unpack(some)] == list(read_rows(whole))


def test_a_list_is_handed_over_once() -> None:
    reader = ListReader()
    (opened,) = reader.open(Pasted("Name\nAna"))
    assert [len(raw) for raw, _ in reader.read(opened.columns, None)] == [2]
    assert list(reader.read(opened.columns, None)) == []
