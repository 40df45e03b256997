"""Writes a guest list to a file: workbook, CSV or contacts. All or nothing: a file is there whole or as it was."""

import asyncio
import csv
import errno
import tempfile
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Final

import xlsxwriter

from waapp.core.guest_export import harmless
from waapp.errors import UserError

Rows = Sequence[Sequence[str]]

_CELL_LIMIT: Final = 32_767
_WIDEST: Final = 48
_NARROWEST: Final = 8
_MEASURED_ROWS: Final = 200


async def write_workbook(path: Path, title: str, rows: Rows, *, right_to_left: bool = False) -> None:
    """Write rows, the first of them the heading, as a workbook of text cells. Raises `file_not_written`."""
    await _write(path, lambda target: _workbook(target, title, rows, right_to_left=right_to_left))


async def write_csv(path: Path, rows: Rows, *, delimiter: str = ",") -> None:
    """Write rows as CSV in UTF-8 with the mark by which Excel knows it. Raises `file_not_written`."""
    await _write(path, lambda target: target.write_bytes(_csv(rows, delimiter)))


async def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, line ends as they are. Raises `file_not_written`."""
    await _write(path, lambda target: target.write_bytes(text.encode("utf-8", "replace")))


async def _write(path: Path, fill: Callable[[Path], object]) -> None:
    try:
        await asyncio.to_thread(_replace, path, fill)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__ or error.__context__
        full = isinstance(cause, OSError) and cause.errno in {errno.ENOSPC, errno.EDQUOT}
        raise UserError("disk_full" if full else "file_not_written", file=path.name) from error


def _replace(path: Path, fill: Callable[[Path], object]) -> None:
    # What else is needed meanwhile stands there too: another disk with no room left is none of our business.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        target = Path(folder) / f"list{path.suffix}"
        fill(target)
        target.chmod(0o600)  # it holds people's numbers
        target.replace(path)


def _csv(rows: Rows, delimiter: str) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(map(harmless, row) for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _workbook(target: Path, title: str, rows: Rows, *, right_to_left: bool) -> None:
    with xlsxwriter.Workbook(str(target), {"constant_memory": True, "tmpdir": str(target.parent)}) as book:
        book.set_properties({"title": title})
        sheet = book.add_worksheet()
        if right_to_left:
            sheet.right_to_left()
        as_text = book.add_format({"num_format": "@"})
        heading = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        sheet.freeze_panes(1, 0)
        last = len(rows[0]) - 1
        sheet.autofilter(0, 0, max(len(rows) - 1, 0), last)
        for place in range(last + 1):
            longest = max(len(row[place]) for row in rows[:_MEASURED_ROWS])
            sheet.set_column(place, place, min(max(longest + 2, _NARROWEST), _WIDEST), as_text)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, place, cell[:_CELL_LIMIT], heading if number == 0 else as_text)
