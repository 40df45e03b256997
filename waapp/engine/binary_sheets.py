"""Workbooks in Excel's binary form (XLSB): how far apart cells are, which rows are hidden, what sheets are named."""

import struct
from collections.abc import Iterator
from typing import Final

from waapp.engine import file_limits
from waapp.engine.file_limits import check_extent
from waapp.errors import UserError

# Records are a kind and a length, both in bytes of seven bits each, and the content.
_ROW: Final = 0
_EMPTY_CELL: Final = 1
_LAST_CELL: Final = 11
_SHEET: Final = 156
_MORE: Final = 0x80
_SEVEN: Final = 0x7F
_LONGEST_LENGTH: Final = 28
# Of a row: where its options stand, and that it has no height.
_OPTIONS: Final = 11
_NO_HEIGHT: Final = 0x10
# Of a sheet: where the relation to its part stands, and its name behind it; both begin with their length.
_RELATION: Final = 8


def check_binary_sheet(content: bytes, file: str) -> frozenset[int]:
    """Refuse a sheet that is too long, too wide or too full; return the numbers of its hidden rows.

    Raises IndexError or struct.error where it is broken.
    """
    row = cells = 0
    hidden: set[int] = set()
    for kind, place, length in _records(content):
        if kind == _ROW:
            (row,) = struct.unpack_from("<L", content, place)
            if length > _OPTIONS and content[place + _OPTIONS] & _NO_HEIGHT and row < file_limits.ROW_LIMIT:
                hidden.add(row + 1)
        elif _EMPTY_CELL < kind <= _LAST_CELL:
            (column,) = struct.unpack_from("<L", content, place)
            check_extent(row + 1, column + 1, file)
            cells += 1
            if cells > file_limits.CELL_LIMIT:
                raise UserError("too_many_cells", file=file, limit=file_limits.CELL_LIMIT)
    return frozenset(hidden)


def binary_sheet_names(book: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and relation of each sheet that a workbook lists; raises as `check_binary_sheet` does."""
    for kind, place, _ in _records(book):
        if kind == _SHEET:
            relation, behind = _text(book, place + _RELATION)
            yield _text(book, behind)[0], relation


def _text(content: bytes, place: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<L", content, place)
    start = place + 4
    end = start + 2 * length
    if end > len(content):
        raise IndexError(end)
    return content[start:end].decode("utf-16-le", "replace"), end


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and length of each record."""
    place = 0
    end = len(content)
    while place < end:
        kind = content[place]
        place += 1
        if kind & _MORE:
            kind = kind & _SEVEN | (content[place] & _SEVEN) << 7
            place += 1
        length = shift = 0
        while shift < _LONGEST_LENGTH:
            byte = content[place]
            place += 1
            length |= (byte & _SEVEN) << shift
            shift += 7
            if byte < _MORE:
                break
        yield kind, place, length
        place += length
