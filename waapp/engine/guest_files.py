"""Reads a guest list from a file to rows of text. Blocks: callers run it in `asyncio.to_thread`."""

import csv
import datetime as dt
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import IO, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from waapp.core import vcard
from waapp.core.sources import Kind, Source
from waapp.errors import UserError

Rows = list[list[str]]
Value = int | float | str | bool | dt.date | dt.time | dt.timedelta

MEGABYTE: Final = 1024 * 1024
FILE_LIMIT: Final = 50 * MEGABYTE
UNPACKED_LIMIT: Final = 400 * MEGABYTE
ROW_LIMIT: Final = 200_000
COLUMN_LIMIT: Final = 500

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_A_LIST: Final = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"{\\rtf",
)
_MARKED_UP: Final = ("<", '{"', "{\n", "{\r", '[{"')
_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# A cell with a value (an empty one closes itself) in a column of three letters or below row 99,999.
_FAR_CELL: Final = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]*\s)?r=["'](?=[A-Z]{3}|[A-Z]+\d{6})([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>"""
)
_LONGEST_TAG: Final = 1000
# Excel's own word about the delimiter.
_HINT: Final = re.compile(r"sep=(.)(?=\r|\n)", re.IGNORECASE)
_DELIMITERS: Final = ",;\t|"
_SNIFFED_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class GuestFile:
    """The cells of one sheet as text, row by row from the first."""

    rows: Rows
    source: Source


def read_guest_file(path: Path, sheet: str | None = None) -> GuestFile:
    """Read a CSV, XLSX, XLS, ODS or vCard file, told apart by what is in it, not by its name.

    Without `sheet` the first visible sheet that has cells is read. Whatever is wrong with the file is a
    `UserError` with its `file`.
    """
    content = _bytes(path)
    if not content.strip(b"\0 \t\r\n"):
        raise UserError("file_empty", file=path.name)
    if content.startswith((_ZIP, _OLE)):
        found = _read_workbook(content, path.name, sheet)
    elif content.startswith(_NOT_A_LIST):
        raise UserError("file_not_a_list", file=path.name)
    else:
        found = _read_text(content, path.name)
    if not any(any(row) for row in found.rows):
        raise UserError("file_empty", file=path.name)
    return found


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_LIMIT + 1)
    except FileNotFoundError as error:
        raise UserError("file_missing", file=str(path)) from error
    except OSError as error:
        raise UserError("file_unreadable", file=str(path), why=error.strerror or str(error)) from error
    if len(content) > FILE_LIMIT:
        raise UserError("file_too_large", file=path.name, megabytes=FILE_LIMIT // MEGABYTE)
    return content


def _read_workbook(content: bytes, name: str, wanted: str | None) -> GuestFile:
    if content.startswith(_ZIP):
        _check_archive(content, name)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            sheets = tuple(
                meta.name
                for meta in workbook.sheets_metadata
                if meta.typ is SheetTypeEnum.WorkSheet and meta.visible is SheetVisibleEnum.Visible
            )
            if wanted is not None and wanted not in sheets:
                raise UserError("sheet_unknown", file=name, sheet=wanted, sheets=", ".join(sheets))
            for sheet in sheets if wanted is None else (wanted,):
                rows = _cells(workbook.get_sheet_by_name(sheet), name)
                if any(any(row) for row in rows):
                    digest = sha256(content).hexdigest()
                    return GuestFile(rows, Source(name, Kind.WORKBOOK, len(content), digest, sheets, sheet))
    except PasswordError as error:
        raise UserError("workbook_password", file=name) from error
    except CalamineError as error:
        raise UserError("workbook_damaged", file=name, why=str(error)) from error
    raise UserError("file_empty", file=name)


def _check_archive(content: bytes, name: str) -> None:
    """Refuse a workbook that would fill the memory: packed too well, or with a cell far from all others.

    The reader makes room for every cell up to the last one and ends the process when there is none.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > UNPACKED_LIMIT:
                raise UserError("file_too_large", file=name, megabytes=UNPACKED_LIMIT // MEGABYTE)
            for member in archive.namelist():
                if member.startswith("xl/worksheets/") and member.endswith(".bin"):
                    # Excel's binary form: rare, and its far cells cannot be seen beforehand.
                    raise UserError("file_not_a_list", file=name)
                if member.startswith("xl/worksheets/") and member.endswith(".xml"):
                    with archive.open(member) as sheet:
                        _check_far_cells(sheet, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise UserError("workbook_damaged", file=name, why=str(error)) from error


def _check_far_cells(sheet: IO[bytes], name: str) -> None:
    rest = b""
    while chunk := sheet.read(MEGABYTE):
        text = rest + chunk
        for cell in _FAR_CELL.finditer(text):
            _check_extent(int(cell[2]), _column_number(cell[1].decode()), name)
        # A cell's tag may be cut by the end of the chunk.
        rest = text[max(text.rfind(b"<"), len(text) - _LONGEST_TAG) :]


def _column_number(letters: str) -> int:
    return reduce(lambda number, letter: number * 26 + ord(letter) - ord("A") + 1, letters, 0)


def _cells(sheet: CalamineSheet, name: str) -> Rows:
    end = sheet.end
    if end is None:
        return []
    _check_extent(end[0] + 1, end[1] + 1, name)
    # With the empty rows above, so that row numbers are those that the planner sees.
    return [[_as_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]


def _check_extent(rows: int, columns: int, name: str) -> None:
    if rows > ROW_LIMIT:
        raise UserError("too_many_rows", file=name, rows=rows, limit=ROW_LIMIT)
    if columns > COLUMN_LIMIT:
        raise UserError("too_many_columns", file=name, columns=columns, limit=COLUMN_LIMIT)


def _as_text(value: Value) -> str:
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            # A telephone number in a numeric cell arrives as 351912345678.0.
            return str(int(value))
        case dt.datetime() if value.time() == dt.time(0):
            return value.date().isoformat()
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value)


def _read_text(content: bytes, name: str) -> GuestFile:
    text = decode(content)
    source = Source(name, Kind.TEXT, len(content), sha256(content).hexdigest())
    # Web pages, drawings and JSON are text too, and every line of them would become a guest.
    if "\0" in text.rstrip("\0") or text.lstrip().startswith(_MARKED_UP):
        raise UserError("file_not_a_list", file=name)
    if vcard.is_vcard(text):
        cards = vcard.rows(text)
        _check_extent(len(cards), len(vcard.HEADING), name)
        return GuestFile(cards, replace(source, kind=Kind.CONTACTS))
    hint = _HINT.match(text)
    if hint:
        # The line stays as an empty row, so that row numbers hold.
        delimiter, text = hint[1], text[hint.end() :]
    else:
        delimiter = _sniff_delimiter(text)
    rows: Rows = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            _check_extent(len(rows) + 1, len(row), name)
            rows.append(row)
    except csv.Error as error:
        raise UserError("file_not_a_list", file=name) from error
    return GuestFile(rows, replace(source, delimiter=delimiter))


def decode(content: bytes) -> str:
    """Return the text of a file in any of the encodings that spreadsheets write."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    sample = content[:4000]
    if sample.count(0) * 3 > len(sample):
        # Latin letters in UTF-16 have a zero as every other byte; on which side tells the order.
        order = "le" if sample[1::2].count(0) >= sample[::2].count(0) else "be"
        return content.decode(f"utf-16-{order}", errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # What Excel writes in the western world where it does not write UTF-8.
        return content.decode("cp1252", errors="replace")


def _sniff_delimiter(text: str) -> str:
    """Return the delimiter with which the most rows have the same number of cells."""
    lines = text.splitlines(keepends=True)[:_SNIFFED_ROWS]

    def regularity(delimiter: str) -> int:
        rows = _rows_of(lines, delimiter)
        widths = Counter(map(len, rows))
        # A comma with a blank behind it is more likely to stand in a sentence or a name.
        prose = sum(cell.startswith(" ") for row in rows for cell in row[1:])
        return max((count * (width - 1) for width, count in widths.items()), default=0) - prose

    return max(_DELIMITERS, key=regularity)


def _rows_of(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    rows: Rows = []
    try:
        rows.extend(row for row in csv.reader(lines, delimiter=delimiter) if row)
    except csv.Error:
        return rows
    return rows
