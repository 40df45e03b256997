"""Reads the sheets of workbooks (XLSX, XLSM, XLSB, XLS, ODS) as text."""

import datetime as dt
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import reduce
from io import BytesIO
from typing import IO, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from waapp.core.merged_cells import fill_merged
from waapp.engine import file_limits, hidden_rows
from waapp.engine.binary_sheets import check_binary_sheet
from waapp.engine.file_limits import MEGABYTE, check_extent, too_large
from waapp.errors import UserError

Value = int | float | str | bool | dt.date | dt.time | dt.timedelta

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How a workbook with a password calls its only content.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_STREAMS: Final = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_SMALLEST_COMPOUND: Final = 1536
# The record that begins an old workbook, and the one behind it that says it has a password.
_BEGIN: Final = re.compile(rb"\x09\x08..\x00[\x05\x06]\x05\x00", re.DOTALL)
_PASSWORD: Final = 0x002F
_END_OF_SECTOR: Final = 512
_NUMBERS: Final = ("Index/Document.iwa", "Index.zip", "index.apxl", "index.apxl.gz", "Index/Tables/")
# A cell with a value (an empty one closes itself) in a column of three letters or below row 99,999.
_FAR_CELL: Final = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]*\s)?r=["'](?=[A-Z]{3}|[A-Z]+\d{6})([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>"""
)
# What all of them have, found in a fraction of the time.
_MAY_BE_FAR: Final = re.compile(rb"""r=["'](?:[A-Z]{3}|[A-Z]{1,2}\d{6})""")
_LONGEST_TAG: Final = 1000
_OPEN_DOCUMENT: Final = "content.xml"
_MISFIT: Final = "its parts do not fit together"
# Spreadsheets keep fifteen digits of a number and show the rest as zeros.
_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a sheet as text, from the first row on; `names` are all sheets that could be chosen.

    `hidden` are the numbers of the rows that the workbook does not show: folded away, or filtered out.
    """

    rows: list[list[str]]
    name: str
    names: tuple[str, ...]
    hidden: frozenset[int] = frozenset()


def is_workbook(content: bytes) -> bool:
    """Tell whether a file has the form of a workbook: packed, or of compound parts."""
    return content.startswith((_ZIP, _OLE))


def read_workbook(content: bytes, file: str, wanted: str | None) -> Sheet:
    """Read a sheet, or the first visible one with something in it; raises the `UserError` of what is wrong."""
    hidden: dict[str, frozenset[int]] = {}
    if content.startswith(_ZIP):
        hidden = _check_archive(content, file)
    elif _ENCRYPTED in content or _is_locked(content):
        raise UserError("workbook_password", file=file)
    elif len(content) > _SMALLEST_COMPOUND and not any(name in content for name in _STREAMS):
        # A document, a message or another file of compound parts.
        raise UserError("file_not_a_list", file=file)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            names = _names(workbook, file, wanted)
            for name in names if wanted is None else (wanted,):
                sheet = workbook.get_sheet_by_name(name)
                rows = _cells(sheet, file)
                if any(any(row) for row in rows):
                    filled = fill_merged(rows, sheet.merged_cell_ranges or ())
                    if content.startswith(_OLE):
                        place = [meta.name for meta in workbook.sheets_metadata].index(name)
                        hidden[name] = hidden_rows.in_old_workbook(content, place)
                    return Sheet(filled, name, names, hidden.get(name, frozenset()))
    except PasswordError as error:
        raise UserError("workbook_password", file=file) from error
    except OSError as error:
        raise UserError("workbook_damaged", file=file, why="a part of it ends too early") from error
    except (CalamineError, ValueError, OverflowError) as error:
        raise UserError("workbook_damaged", file=file, why=_MISFIT) from error
    except BaseException as error:
        # The reader's own slips on a broken file are no Python `Exception`s.
        if type(error).__name__ != "PanicException":
            raise
        raise UserError("workbook_damaged", file=file, why=_MISFIT) from error
    raise UserError("file_empty", file=file)


def _names(workbook: CalamineWorkbook, file: str, wanted: str | None) -> tuple[str, ...]:
    names = tuple(
        meta.name
        for meta in workbook.sheets_metadata
        if meta.typ is SheetTypeEnum.WorkSheet and meta.visible is SheetVisibleEnum.Visible
    )
    if wanted is not None and wanted not in names:
        raise UserError("sheet_unknown", file=file, sheet=wanted, sheets=", ".join(names))
    return names


def _is_locked(content: bytes) -> bool:
    begin = _BEGIN.search(content)
    if begin is None:
        return False
    place, end = begin.start(), min(begin.start() + _END_OF_SECTOR, len(content) - 4)
    while place < end:
        kind, length = struct.unpack_from("<HH", content, place)
        if kind == _PASSWORD:
            return True
        place += 4 + length
    return False


def _check_archive(content: bytes, file: str) -> dict[str, frozenset[int]]:
    """Refuse a workbook that would fill the memory: packed too well, or with a cell far from all others.

    The reader makes room for every cell up to the last one and ends the process when there is none. Returns the hidden
    rows by sheet.
    """
    parts: dict[str, frozenset[int]] = {}
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if any(name.endswith(_NUMBERS) or name.startswith(_NUMBERS) for name in names):
                raise UserError("file_numbers", file=file)
            if not any(_is_part(name) for name in names):
                raise UserError("file_not_a_list", file=file)
            if sum(member.file_size for member in archive.infolist()) > file_limits.UNPACKED_LIMIT:
                raise too_large(file, file_limits.UNPACKED_LIMIT)
            for name in names:
                if name.startswith("xl/worksheets/") and name.endswith(".bin"):
                    parts[name] = check_binary_sheet(archive.read(name), file)
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with archive.open(name) as sheet:
                        parts[name] = _scan(sheet, file)
            if _OPEN_DOCUMENT in names:
                with archive.open(_OPEN_DOCUMENT) as part:
                    return hidden_rows.in_open_document(part)
            return hidden_rows.by_sheet(archive, parts) if any(parts.values()) else {}
    except (zipfile.BadZipFile, EOFError) as error:
        raise UserError("workbook_damaged", file=file, why="a part of it is missing") from error
    except IndexError as error:
        raise UserError("workbook_damaged", file=file, why="a part of it ends too early") from error
    except (zlib.error, struct.error, NotImplementedError, RuntimeError, ValueError) as error:
        raise UserError("workbook_damaged", file=file, why=_MISFIT) from error


def _is_part(name: str) -> bool:
    """Tell whether this belongs to a workbook: Excel's folder, or an OpenDocument's content."""
    return name.replace("\\", "/").lower().startswith("xl/") or name == _OPEN_DOCUMENT


def _scan(sheet: IO[bytes], file: str) -> frozenset[int]:
    """Refuse cells that are far from all others; return the numbers of the rows that are hidden."""
    rest = b""
    hidden: set[int] = set()
    while chunk := sheet.read(MEGABYTE):
        text = rest + chunk
        for cell in _FAR_CELL.finditer(text) if _MAY_BE_FAR.search(text) else ():
            check_extent(int(cell[2]), _column_number(cell[1].decode()), file)
        hidden.update(hidden_rows.in_xml_piece(text))
        # A cell's tag may be cut by the end of the chunk.
        rest = text[max(text.rfind(b"<"), len(text) - _LONGEST_TAG) :]
    return frozenset(hidden)


def _column_number(letters: str) -> int:
    return reduce(lambda number, letter: number * 26 + ord(letter) - ord("A") + 1, letters, 0)


def _cells(sheet: CalamineSheet, file: str) -> list[list[str]]:
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        return []
    check_extent(end[0] + 1, end[1] + 1, file)
    rows: list[list[str]] = []
    # The reader gives the empty rows above, so that row numbers are those that the planner sees, but not the empty
    # columns before the first.
    left = [""] * start[1]
    cells = 0
    for row in sheet.iter_rows():
        width = len(row)
        while width and row[width - 1] == "":
            width -= 1
        texts = [value if type(value) is str else _as_text(value) for value in row[:width]]
        rows.append([*left, *texts] if texts else [])
        cells += width
        if cells > file_limits.CELL_LIMIT:
            raise UserError("too_many_cells", file=file, limit=file_limits.CELL_LIMIT)
    return rows


def _as_text(value: Value) -> str:
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return _number(value)
        case dt.datetime() if value.time() == dt.time(0):
            return value.date().isoformat()
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value)


def _number(value: float) -> str:
    """Return the digits that a spreadsheet has for a number: those of 351912345678.0, no more than it kept."""
    if value.is_integer() and abs(value) < 10**_DIGITS:
        return str(int(value))
    return f"{value:.{_DIGITS}G}"
