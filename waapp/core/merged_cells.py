"""Cells of a workbook that were merged over several rows: each of the rows has what is written in them once."""

from collections.abc import Sequence
from typing import Final

from waapp.core.headings import Field
from waapp.core.tabular import guess_columns

Range = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell, each by row and column from 0."""

_MOST: Final = 1_000_000
"""Merged cells that a list may have; with more the workbook was made to keep us busy."""
# Of these each guest has an own one: the rows beside a name over several rows say more about the one guest.
_OWN: Final = frozenset({Field.NAME, Field.GIVEN, Field.FAMILY, Field.PHONE, Field.EMAIL})


def fill_merged(rows: list[list[str]], ranges: Sequence[Range]) -> list[list[str]]:
    """Return the rows with headings and what guests have in common, such as a family, in each row that it stands for.

    Names and addresses stay where they are, and so do cells that were merged over columns, which are titles.
    """
    upright = [(first, last) for first, last in ranges if first[1] == last[1] and first[0] < last[0]]
    if not upright or sum(last[0] - first[0] for first, last in upright) > _MOST:
        return rows
    columns = guess_columns(_filled(rows, upright))
    heading = columns.heading_row or 0
    own = {column.index for column in columns.columns if column.field in _OWN}
    return _filled(
        rows, [(first, last) for first, last in upright if last[0] < heading or first[1] not in own]
    )


def _filled(rows: list[list[str]], ranges: Sequence[Range]) -> list[list[str]]:
    filled = list(rows)
    for (top, column), (bottom, _) in ranges:
        text = rows[top][column] if top < len(rows) and column < len(rows[top]) else ""
        for number in range(top + 1, min(bottom + 1, len(rows))):
            row = filled[number]
            # Where nothing else stands, nobody does.
            if text and any(row):
                row = row + [""] * (column + 1 - len(row))
                row[column] = row[column] or text
                filled[number] = row
    return filled
