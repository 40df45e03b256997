"""Files that are no guest list, or one that cannot be read, each with the code of what is said."""

import struct
import zlib
from collections.abc import Callable

from tests.corpus.compound import compound, locked_xlsx, xls, xlsb
from tests.corpus.writers import packed, text, xlsx

ROWS = [["Nome", "Telefone"], *([f"Convidado {n}", f"91234{n:04}"] for n in range(200))]


def _replaced(member: str, old: bytes, new: bytes) -> bytes:
    """Return a workbook in which one member was changed."""
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, content.replace(old, new, 1) if name == member else content)
    return target.getvalue()


def _bomb() -> bytes:
    return packed(xl__workbook_xml=b"<workbook/>", xl__sharedStrings_xml=b" " * (401 * 1024 * 1024))


def _cut_binary() -> bytes:
    """Return a binary workbook whose sheet ends inside a cell."""
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsb(ROWS))) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, content[:2001] if name.endswith("sheet1.bin") else content)
    return target.getvalue()


def _png() -> bytes:
    header = struct.pack(">LLBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">L", 13)
        + b"IHDR"
        + header
        + struct.pack(">L", zlib.crc32(header))
    )


SHEET = "xl/worksheets/sheet1.xml"
TROUBLES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "file_empty"),
    "blank_lines": (lambda: b"\r\n\r\n \r\n", "file_empty"),
    "blank_cells": (lambda: b";;;\r\n;;;\r\n", "file_empty"),
    "only_zeros": (lambda: b"\0" * 4096, "file_empty"),
    "empty_workbook": (lambda: xlsx([]), "file_empty"),
    "pdf": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "file_not_a_list"),
    "picture": (_png, "file_not_a_list"),
    "program": (lambda: b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8" + bytes(200), "file_not_a_list"),
    "web_page_without_a_table": (lambda: b"<!DOCTYPE html><html><p>Ana</p></html>", "file_not_a_list"),
    "json": (lambda: b'[{"name": "Ana", "phone": "912345678"}]', "file_not_a_list"),
    "rich_text": (lambda: b"{\\rtf1\\ansi Ana}", "file_not_a_list"),
    "word_document": (lambda: packed(word__document_xml=b"<w:document/>"), "file_not_a_list"),
    "old_word_document": (lambda: compound({"WordDocument": b"Ana" * 50}), "file_not_a_list"),
    "photos_in_a_zip": (lambda: packed(photo_jpg=b"\xff\xd8"), "file_not_a_list"),
    "apple_numbers": (lambda: packed(Index__Document_iwa=b"\0", Metadata__x_plist=b""), "file_numbers"),
    "google_sheet": (
        lambda: b'{"url": "https://docs.google.com/open?id=1x", "doc_id": "1x", "email": "a@example.com"}',
        "file_google_sheet",
    ),
    "workbook_with_a_password": (locked_xlsx, "workbook_password"),
    "old_workbook_with_a_password": (lambda: xls(ROWS, locked=True), "workbook_password"),
    "truncated_workbook": (lambda: xlsx(ROWS)[:4000], "workbook_damaged"),
    "truncated_old_workbook": (lambda: xls(ROWS)[:1500], "workbook_damaged"),
    "workbook_with_a_broken_sheet": (lambda: _replaced(SHEET, b"</c>", b"</x>"), "workbook_damaged"),
    "packed_too_well": (_bomb, "file_too_large"),
    "cell_in_the_last_row": (lambda: _replaced(SHEET, b'r="A2"', b'r="A1048576"'), "too_many_rows"),
    "cell_in_the_last_column": (lambda: _replaced(SHEET, b'r="A2"', b'r="XFD2"'), "too_many_columns"),
    "binary_cell_in_the_last_row": (lambda: xlsb(ROWS, far=(1_048_575, 0)), "too_many_rows"),
    "binary_cell_in_the_last_column": (lambda: xlsb(ROWS, far=(1, 16_383)), "too_many_columns"),
    "truncated_binary_sheet": (_cut_binary, "workbook_damaged"),
    "16384_columns": (lambda: text([["x"] * 16_384] * 3), "too_many_columns"),
    "1048576_rows": (lambda: b"a,b\n" * 1_048_576, "too_many_rows"),
    "one_endless_cell": (lambda: b"Nome," + b"x" * 300_000, "file_not_a_list"),
}
