"""Old workbooks (XLS), binary (XLSB) and locked ones, written byte by byte: no program that writes them is at hand."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

SECTOR = 512
_END = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_FAT = 0xFFFFFFFD
# Smaller streams would have to go into a stream of small pieces.
_SMALLEST = 4096


def compound_of_small(name: str, content: bytes) -> bytes:
    """Return a compound file with one stream so short that it goes into the stream of small pieces."""
    pieces = -(-len(content) // 64)
    held = -(-pieces * 64 // SECTOR)
    fat = [_FAT, _END, _END, *range(4, 3 + held), _END]
    fat += [_FREE] * (SECTOR // 4 - len(fat))
    following = [*range(1, pieces), _END]
    following += [_FREE] * (SECTOR // 4 - len(following))
    directory = _entry("Root Entry", 5, 3, pieces * 64, child=1) + _entry(name, 2, 0, len(content))
    return (
        _header(small_table=2)
        + struct.pack(f"<{SECTOR // 4}L", *fat)
        + directory.ljust(SECTOR, b"\0")
        + struct.pack(f"<{SECTOR // 4}L", *following)
        + content.ljust(held * SECTOR, b"\0")
    )


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Return a compound file with these streams beside each other."""
    chains = []
    body = b""
    for content in streams.values():
        padded = content.ljust(max(_SMALLEST, -(-len(content) // SECTOR) * SECTOR), b"\0")
        start = 2 + len(body) // SECTOR
        chains.append((start, len(padded)))
        body += padded
    fat = [_FAT, _END]
    for start, size in chains:
        count = size // SECTOR
        fat += [*range(start + 1, start + count), _END]
    fat += [_FREE] * (SECTOR // 4 - len(fat))
    directory = _entry("Root Entry", 5, _END, 0, child=1)
    for number, (name, (start, size)) in enumerate(zip(streams, chains, strict=True), start=1):
        directory += _entry(name, 2, start, size, right=number + 1 if number < len(streams) else _FREE)
    return _header() + struct.pack(f"<{SECTOR // 4}L", *fat) + directory.ljust(SECTOR, b"\0") + body


def _header(small_table: int = _END) -> bytes:
    tables = 0 if small_table == _END else 1
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack(
        "<HHHHH6xLLLLLLLLL", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, _SMALLEST, small_table, tables, _END, 0
    )
    return header + struct.pack("<109L", 0, *[_FREE] * 108)


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE, right: int = _FREE) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBLLL", len(encoded), kind, 1, _FREE, right, child)
        + b"\0" * 36
        + struct.pack("<LQ", start, size)
    )


def xls(
    rows: Sequence[Sequence[str | float]],
    *,
    name: str = "Guests",
    locked: bool = False,
    hidden_rows: Sequence[int] = (),
) -> bytes:
    """Return a workbook of Excel 97 to 2003 with one sheet, and a chart in it where rows are hidden."""
    begin = _record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0005, 0, 0, 0, 6))
    if locked:
        begin += _record(0x002F, struct.pack("<HHH", 1, 1, 1) + b"\0" * 48)
    begin += _record(0x0042, struct.pack("<H", 1200))
    title = name.encode("utf-16-le")
    length = 4 + 8 + len(title) + len(_record(0x000A, b""))
    bound = struct.pack("<LHBB", len(begin) + length, 0, len(name), 1) + title
    sheet = _record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0010, 0, 0, 0, 6))
    width = max(map(len, rows))
    sheet += _record(0x0200, struct.pack("<LLHHH", 0, len(rows), 0, width, 0))
    if hidden_rows:
        # A chart is a sheet of its own inside; its records say nothing of the rows around.
        inner = _record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0020, 0, 0, 0, 6))
        sheet += inner + _row_of_old(1, width, hidden=True) + _record(0x000A, b"")
    for number in range(len(rows)) if hidden_rows else ():
        sheet += _row_of_old(number, width, hidden=number + 1 in hidden_rows)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                if cell:
                    sheet += _record(0x0204, struct.pack("<HHHHB", number, column, 0, len(cell), 1) + text)
            else:
                sheet += _record(0x0203, struct.pack("<HHHd", number, column, 0, cell))
    return compound(
        {"Workbook": begin + _record(0x0085, bound) + _record(0x000A, b"") + sheet + _record(0x000A, b"")}
    )


def _row_of_old(number: int, width: int, *, hidden: bool) -> bytes:
    options = 0x0100 | (0x20 if hidden else 0)
    return _record(0x0208, struct.pack("<HHHHHHHH", number, 0, width, 255, 0, 0, options, 15))


def locked_xlsx() -> bytes:
    """Return what Excel writes for a workbook with a password: the whole of it encrypted, inside a compound file."""
    return compound(
        {"EncryptionInfo": b"\x04\0\x04\0@\0\0\0<encryption/>", "EncryptedPackage": b"\x99" * 5000}
    )


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def xlsb(
    rows: Sequence[Sequence[str]],
    *,
    name: str = "Guests",
    far: tuple[int, int] | None = None,
    hidden_rows: Sequence[int] = (),
) -> bytes:
    """Return a workbook in Excel's binary form; `far` is the row and column, from 0, of one cell more."""
    sheet = _short(148, struct.pack("<LLLL", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)) + _short(145, b"")
    cells = {(row, column): cell for row, line in enumerate(rows) for column, cell in enumerate(line) if cell}
    if far is not None:
        cells[far] = "far"
    last = -1
    for (row, column), cell in sorted(cells.items()):
        if row != last:
            # The level of its outline is in the lower bits: a row may be in a group and be shown.
            options = 0x01 | (0x10 if row + 1 in hidden_rows else 0)
            sheet += _short(0, struct.pack("<LLHBBBL", row, 0, 300, 0, options, 0, 0))
            last = row
        sheet += _short(6, struct.pack("<LL", column, 0) + _wide(cell))
    sheet += _short(146, b"")
    book = _short(143, b"") + _short(156, struct.pack("<LL", 0, 1) + _wide("rId1") + _wide(name))
    book += _short(144, b"") + _short(157, b"\0" * 26) + _short(132, b"")
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
        ' Target="worksheets/sheet1.bin"/></Relationships>'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/_rels/workbook.bin.rels", relations)
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return stream.getvalue()


def _short(kind: int, content: bytes) -> bytes:
    """Return a record of the binary form: its kind and its length in as few bytes as they need."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(content)
    while length >= 0x80:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + content


def _wide(text: str) -> bytes:
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")
