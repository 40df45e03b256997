"""How large a guest list may be. Beyond these it is something else, or made to fill the memory."""

from typing import Final

from waapp.errors import UserError

MEGABYTE: Final = 1024 * 1024
FILE_LIMIT: Final = 50 * MEGABYTE
UNPACKED_LIMIT: Final = 400 * MEGABYTE
ROW_LIMIT: Final = 200_000
COLUMN_LIMIT: Final = 500
CELL_LIMIT: Final = 8_000_000
"""Cells up to the last one of each row that has something in it."""


def check_extent(rows: int, columns: int, name: str) -> None:
    """Raise the error of a list that is too long or too wide."""
    if rows > ROW_LIMIT:
        raise UserError("too_many_rows", file=name, rows=rows, limit=ROW_LIMIT)
    if columns > COLUMN_LIMIT:
        # How many there are in all is not known: reading ends at the first one too far to the right.
        raise UserError("too_many_columns", file=name, limit=COLUMN_LIMIT)


def too_large(name: str, limit: int) -> UserError:
    """Return the error of a file of more bytes than a list of guests ever has."""
    return UserError("file_too_large", file=name, megabytes=limit // MEGABYTE)
