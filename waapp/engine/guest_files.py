"""Reads a guest list from a file or a paste to rows of text.

Blocks, and a file made for it can end the process: `read_aside` reads in a process of its own.
"""

import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from waapp.core import html_table, vcard
from waapp.core.delimited import UnreadableError, delimited, pasted
from waapp.core.encodings import decode
from waapp.core.loose_lists import table_of
from waapp.core.sources import Kind, Source
from waapp.engine import file_limits
from waapp.engine.aside import AsideError, aside
from waapp.engine.file_limits import check_extent, too_large
from waapp.engine.workbooks import is_workbook, read_workbook
from waapp.errors import UserError

Rows = list[list[str]]

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
_MARKED_UP: Final = re.compile(r"\s*(?:<[!?a-z]|\{\s*[\"}]|\[\s*[\[{\"])", re.IGNORECASE)
_GOOGLE_SHEET: Final = re.compile(r'\s*\{[^{}]*"(?:doc_id|url)"\s*:', re.IGNORECASE)
_CONTROL: Final = re.compile("[\0-\x08\x0e-\x1f]")
# A text file may have picked up a few; in others every tenth character is one.
_MOST_CONTROLS: Final = 0.02
_FEW_CONTROLS: Final = 2
_SAMPLE: Final = 100_000
_CHUNK: Final = 500
_TRIES: Final = 3


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
    return read_content(_content(path), path.name, sheet)


def read_content(content: bytes, name: str, sheet: str | None = None) -> GuestFile:
    """Read what stands in a file of this name."""
    source = Source(name, Kind.TEXT, len(content), sha256(content).hexdigest())
    if not content.strip(b"\0 \t\r\n"):
        raise UserError("file_empty", file=name)
    if is_workbook(content):
        found = read_workbook(content, name, sheet)
        source = replace(
            source, kind=Kind.WORKBOOK, sheets=found.names, sheet=found.name, hidden=found.hidden
        )
        return GuestFile(_counted(found.rows, name), source)
    if content.startswith(_NOT_A_LIST):
        raise UserError("file_not_a_list", file=name)
    decoded = decode(content)
    return _read_text(decoded.text, replace(source, encoding=decoded.encoding))


def read_pasted(text: str) -> GuestFile:
    """Read what was copied from a spreadsheet, or from where people stand in lines; its name is empty."""
    content = text.encode("utf-8", errors="replace")
    if len(content) > file_limits.FILE_LIMIT:
        raise UserError("paste_too_large", megabytes=file_limits.FILE_LIMIT // file_limits.MEGABYTE)
    source = Source("", Kind.PASTE, len(content), sha256(content).hexdigest())
    if not text.strip():
        raise UserError("paste_empty")
    if vcard.is_vcard(text):
        return GuestFile(_counted(vcard.rows(text), ""), source)
    if (people := table_of(text)) is not None:
        return GuestFile(_counted(people, ""), source)
    table = pasted(text)
    return GuestFile(_delimited_rows(table.rows(), ""), replace(source, delimiter=table.delimiter))


def read_aside(path: Path, sheet: str | None = None) -> GuestFile:
    """Read a file as `read_guest_file` does, in a process of its own with a bound on its memory. Blocks."""
    pieces = aside(_pieces, path, sheet)
    try:
        source = next(pieces)
        rows: Rows = []
        for piece in pieces:
            if isinstance(piece, list):
                rows.extend(piece)
    except AsideError as error:
        raise UserError(
            "workbook_too_much" if error.why == "memory" else "workbook_unreadable", file=path.name
        ) from error
    if not isinstance(source, Source):
        raise TypeError(source)
    return GuestFile(rows, source)


def _pieces(path: Path, sheet: str | None) -> Iterator[Source | Rows]:
    found = read_guest_file(path, sheet)
    yield found.source
    for start in range(0, len(found.rows), _CHUNK):
        yield found.rows[start : start + _CHUNK]


def _content(path: Path) -> bytes:
    try:
        for _ in range(_TRIES):
            before = path.stat()
            if stat.S_ISDIR(before.st_mode):
                raise UserError(
                    "file_numbers" if path.suffix.lower() == ".numbers" else "file_is_folder", file=path.name
                )
            if not stat.S_ISREG(before.st_mode):
                raise UserError("file_not_a_list", file=path.name)
            if before.st_size > file_limits.FILE_LIMIT:
                raise too_large(path.name, file_limits.FILE_LIMIT)
            with path.open("rb") as file:
                content = file.read(file_limits.FILE_LIMIT + 1)
            after = path.stat()
            if (
                (before.st_size, before.st_mtime_ns)
                == (after.st_size, after.st_mtime_ns)
                == (
                    len(content),
                    before.st_mtime_ns,
                )
            ):
                return content
    except FileNotFoundError as error:
        raise UserError("file_missing", file=str(path)) from error
    except OSError as error:
        raise UserError("file_unreadable", file=str(path), why=error.strerror or str(error)) from error
    raise UserError("file_changing", file=path.name)


def _read_text(text: str, source: Source) -> GuestFile:
    name = source.name
    if _GOOGLE_SHEET.match(text) and "google" in text[:_SAMPLE]:
        raise UserError("file_google_sheet", file=name)
    controls = len(_CONTROL.findall(text[:_SAMPLE]))
    if controls > max(_MOST_CONTROLS * min(len(text.rstrip("\0")), _SAMPLE), _FEW_CONTROLS):
        raise UserError("file_not_a_list", file=name)
    if vcard.is_vcard(text):
        return GuestFile(_counted(vcard.rows(text), name), replace(source, kind=Kind.CONTACTS))
    if html_table.has_table(text):
        page = html_table.read_table(text)
        return GuestFile(_counted(page.rows, name), replace(source, hidden=frozenset(page.hidden)))
    if _MARKED_UP.match(text.removeprefix("\ufeff")):
        # Web pages, drawings and JSON are text too, and every line of them would become a guest.
        raise UserError("file_not_a_list", file=name)
    table = delimited(text)
    return GuestFile(_delimited_rows(table.rows(), name), replace(source, delimiter=table.delimiter))


def _delimited_rows(rows: Iterable[list[str]], name: str) -> Rows:
    try:
        return _counted(rows, name)
    except UnreadableError as error:
        raise UserError("file_not_a_list", file=name) from error


def _counted(rows: Iterable[list[str]], name: str) -> Rows:
    """Return the rows, each up to its last cell that has something in it, unless there are too many or none."""
    result: Rows = []
    cells = filled = 0
    for number, row in enumerate(rows, start=1):
        end = len(row)
        while end and not row[end - 1]:
            end -= 1
        check_extent(number if end else min(number, file_limits.ROW_LIMIT), end, name)
        cells += end
        filled += any(map(str.strip, row[:end]))
        if cells > file_limits.CELL_LIMIT:
            raise UserError("too_many_cells", file=name, limit=file_limits.CELL_LIMIT)
        result.append(row[:end] if end < len(row) else row)
    if not filled:
        raise UserError("file_empty", file=name)
    return result
