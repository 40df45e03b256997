"""Which rows a workbook does not show, folded away or filtered out: the reader of its cells does not tell."""

import io
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import islice
from typing import IO, Final

import olefile

from waapp.engine.binary_sheets import binary_sheet_names
from waapp.engine.file_limits import MEGABYTE, ROW_LIMIT

Hidden = frozenset[int]
"""Numbers of rows, from 1."""

_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_ATTRIBUTE: Final = re.compile(r"""([\w:]+)=["']([^"']*)["']""")

# Without a bound on the length of a tag, many that do not end would be looked at again and again.
_ROW_HIDDEN: Final = re.compile(rb"""<(?:\w+:)?row\s[^>]{0,1000}?\bhidden=["'](?:1|true)["'][^>]{0,1000}>""")
_ROW_NUMBER: Final = re.compile(rb"""\sr=["'](\d{1,7})["']""")

# In an OpenDocument rows have no numbers: they are counted.
_TABLE_OR_ROW: Final = re.compile(rb"<(?:\w+:)?(?:table|table-row)(?:\s[^>]{0,1000})?/?>")
_IS_ROW: Final = re.compile(rb"<(?:\w+:)?table-row\b")
_TABLE_NAME: Final = re.compile(rb"""\s(?:\w+:)?name=(?:"([^"]*)"|'([^']*)')""")
_NOT_SHOWN: Final = re.compile(rb"""\s(?:\w+:)?visibility=["'](?:collapse|filter)["']""")
_TIMES: Final = re.compile(rb"""\s(?:\w+:)?number-rows-repeated=["'](\d{1,7})["']""")
_LONGEST_TAG: Final = 1000

# Records of old workbooks: a kind and a length of two bytes each.
_BEGIN: Final = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
_END: Final = 0x000A
_SHEET_RECORD: Final = 0x0085
_ROW_RECORD: Final = 0x0208
_ROW_LENGTH: Final = 16
_ROW_OPTIONS: Final = 12
_NO_HEIGHT: Final = 0x20
_OLD_STREAMS: Final = ("Workbook", "Book")


def in_xml_piece(text: bytes) -> Iterator[int]:
    """Yield the numbers of the hidden rows whose tags stand in a piece of a sheet of an XLSX."""
    if b"hidden=" in text:
        for tag in _ROW_HIDDEN.findall(text):
            if row := _ROW_NUMBER.search(tag):
                yield int(row[1])


def in_open_document(content: IO[bytes]) -> dict[str, Hidden]:
    """Return the hidden rows of an ODS by the names of its sheets."""
    found: dict[str, set[int]] = {}
    sheet, row = "", 0
    rest = b""
    while chunk := content.read(MEGABYTE):
        text = rest + chunk
        end = 0
        for tag in _TABLE_OR_ROW.finditer(text):
            end = tag.end()
            if not _IS_ROW.match(tag[0]):
                name = _TABLE_NAME.search(tag[0])
                sheet = unescape(((name[1] or name[2] or b"") if name else b"").decode("utf-8", "replace"))
                row = 0
                continue
            times = _TIMES.search(tag[0])
            count = int(times[1]) if times else 1
            # As many as that are those at the end, up to the last one that there could be: no rows of a list.
            if count <= ROW_LIMIT and _NOT_SHOWN.search(tag[0]):
                found.setdefault(sheet, set()).update(range(row + 1, row + count + 1))
            row += count
        # A tag may be cut by the end of the chunk; none is counted twice.
        rest = text[max(end, text.rfind(b"<"), len(text) - _LONGEST_TAG) :]
    return {name: frozenset(rows) for name, rows in found.items()}


def in_old_workbook(content: bytes, place: int) -> Hidden:
    """Return the hidden rows of one sheet of an XLS, the first being 0; none where it is too broken to tell."""
    try:
        stream = _old_stream(content)
        sheets = (
            start for kind, start, length in _records(stream, 0) if kind == _SHEET_RECORD and length >= 4
        )
        record = next(islice(sheets, place, None), None)
        if record is None:
            return frozenset()
        return frozenset(_rows_from(stream, struct.unpack_from("<L", stream, record)[0]))
    except (struct.error, ValueError, IndexError, OverflowError, OSError):
        return frozenset()


def _old_stream(content: bytes) -> bytes:
    """Return the cells of an old workbook; the errors of broken ones are many."""
    with olefile.OleFileIO(io.BytesIO(content)) as file:
        for name in _OLD_STREAMS:
            if file.exists(name):
                return bytes(file.openstream(name).read())
    return b""


def _rows_from(stream: bytes, start: int) -> Iterator[int]:
    for kind, place, length in _records(stream, start):
        if kind == _ROW_RECORD and length >= _ROW_LENGTH and stream[place + _ROW_OPTIONS] & _NO_HEIGHT:
            yield int(struct.unpack_from("<H", stream, place)[0]) + 1


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and length of the records from a beginning to its end, without those of a chart inside."""
    depth = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        place += 4
        depth += kind in _BEGIN
        if depth == 1 and place + length <= len(stream):
            yield kind, place, length
        depth -= kind == _END
        if depth <= 0:
            return
        place += length


def by_sheet(archive: zipfile.ZipFile, parts: Mapping[str, Hidden]) -> dict[str, Hidden]:
    """Return what is known of the parts of an XLSX or XLSB by the names of its sheets."""
    members = set(archive.namelist())
    if "xl/workbook.xml" in members:
        sheets = dict(_sheets(archive.read("xl/workbook.xml").decode("utf-8", "replace")))
        relations = "xl/_rels/workbook.xml.rels"
    elif "xl/workbook.bin" in members:
        sheets = dict(binary_sheet_names(archive.read("xl/workbook.bin")))
        relations = "xl/_rels/workbook.bin.rels"
    else:
        return {}
    targets = {}
    if relations in members:
        for tag in _RELATION.findall(archive.read(relations).decode("utf-8", "replace")):
            attributes = dict(_ATTRIBUTE.findall(tag))
            target = attributes.get("Target", "").removeprefix("/").removeprefix("xl/")
            targets[attributes.get("Id", "")] = f"xl/{target}"
    return {name: parts.get(targets.get(relation, ""), frozenset()) for name, relation in sheets.items()}


def _sheets(book: str) -> Iterator[tuple[str, str]]:
    for tag in _SHEET.findall(book):
        attributes = {name.rpartition(":")[2]: value for name, value in _ATTRIBUTE.findall(tag)}
        yield unescape(attributes.get("name", "")), attributes.get("id", "")
