"""A list as it was read, with a column that says what becomes of each row and why."""

from collections.abc import Mapping, Sequence

from waapp.core.import_list import GuestList


def with_remarks(guests: GuestList, heading: str, remarks: Mapping[int, str]) -> list[list[str]]:
    """Return the rows of a list, the headings first, each with its remark at the end.

    Rows above the headings are left out; a list without headings gets empty ones. Cells that the planner has
    mended stand as mended.
    """
    start = guests.columns.heading_row or 0
    width = max(map(len, guests.rows), default=0)
    titles: Sequence[str] = guests.rows[start - 1] if start else ()
    numbers = range(start + 1, len(guests.rows) + 1)
    below = ([*_padded(guests.cells(number), width), remarks.get(number, "")] for number in numbers)
    return [[*_padded(titles, width), heading], *below]


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *("" for _ in range(width - len(cells)))]
