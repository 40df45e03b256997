"""Sheets in Excel's binary form (XLSB): how far apart their cells are, before anything makes room for them."""

import struct
from typing import Final

from waapp.engine import file_limits
from waapp.engine.file_limits import check_extent
from waapp.errors import UserError

# Records are a kind and a length, both in bytes of seven bits each, and the content.
_ROW: Final = 0
_EMPTY_CELL: Final = 1
_LAST_CELL: Final = 11
_MORE: Final = 0x80
_SEVEN: Final = 0x7F
_LONGEST_LENGTH: Final = 28


def check_binary_sheet(content: bytes, file: str) -> None:
    """Refuse a sheet that is too long, too wide or too full; raises IndexError or struct.error where it is broken."""
    place = row = cells = 0
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
        if kind == _ROW:
            (row,) = struct.unpack_from("<L", content, place)
        elif _EMPTY_CELL < kind <= _LAST_CELL:
            (column,) = struct.unpack_from("<L", content, place)
            check_extent(row + 1, column + 1, file)
            cells += 1
            if cells > file_limits.CELL_LIMIT:
                raise UserError("too_many_cells", file=file, limit=file_limits.CELL_LIMIT)
        place += length
