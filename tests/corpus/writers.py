"""The files of programs that planners have, made when they are needed."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any

import openpyxl

from tests.corpus.compound import compound

Rows = Sequence[Sequence[Any]]


def text(
    rows: Rows,
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    ending: str = "\r\n",
    quoted: bool = False,
    before: str = "",
) -> bytes:
    """Return a text file; `quoted` puts every cell in quotes."""
    written = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(written, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(rows)
    return (before + written.getvalue()).encode(encoding)


def xlsx(
    *sheets: Rows,
    names: Sequence[str] = (),
    hidden: Sequence[str] = (),
    macros: bool = False,
    template: bool = False,
    merged: Sequence[str] = (),
    hidden_rows: Sequence[int] = (),
) -> bytes:
    """Return a workbook; with `macros` it has some, as XLSM does, and as a `template` it is an XLTX or XLTM.

    `merged` and `hidden_rows` are about the last sheet.
    """
    book = openpyxl.Workbook()
    book.template = template
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(names[number] if names else f"Sheet{number + 1}")
        for row in rows:
            sheet.append(list(row))
        if sheet.title in hidden:
            sheet.sheet_state = "hidden"
    for cells in merged:
        book.worksheets[-1].merge_cells(cells)
    for number in hidden_rows:
        book.worksheets[-1].row_dimensions[number].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    if not macros:
        return stream.getvalue()
    form = "spreadsheetml.template.main" if template else "spreadsheetml.sheet.main"
    with_macros = io.BytesIO()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(with_macros, "w") as target:
        for name in source.namelist():
            target.writestr(name, _with_macros(source.read(name), form))
        target.writestr("xl/vbaProject.bin", compound({"PROJECT": b"Module=Guests\r\n", "dir": b"\x01"}))
    return with_macros.getvalue()


def _with_macros(part: bytes, form: str) -> bytes:
    """Return a part of a workbook as it is in one with macros: the kinds of parts and the relations name them."""
    kind = "template" if "template" in form else "sheet"
    part = part.replace(
        f"vnd.openxmlformats-officedocument.{form}".encode(),
        f"vnd.ms-excel.{kind}.macroEnabled.main".encode(),
    )
    part = part.replace(
        b"</Types>",
        b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
    )
    if b"/styles.xml" not in part:
        return part
    return part.replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"'
        b' Target="vbaProject.bin"/></Relationships>',
    )


def ods(
    rows: Rows, *, hidden_rows: Mapping[int, str] = MappingProxyType({}), template: bool = False
) -> bytes:
    """Return an OpenDocument workbook, its end filled up with empty rows as LibreOffice does.

    `hidden_rows` says by their numbers how rows are not shown; a `template` is what OTS files are.
    """
    kind = "application/vnd.oasis.opendocument.spreadsheet" + ("-template" if template else "")
    lines = "".join(
        f"<table:table-row{_ods_visibility(hidden_rows.get(number))}>{''.join(map(_ods_cell, row))}"
        "</table:table-row>"
        for number, row in enumerate(rows, start=1)
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="Convidados">{lines}'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
    return stream.getvalue()


def _ods_visibility(how: str | None) -> str:
    return "" if how is None else f' table:style-name="ro1" table:visibility="{how}"'


def _ods_cell(cell: Any) -> str:
    if isinstance(cell, int | float):
        number = f'<table:table-cell office:value-type="float" office:value="{cell}">'
        return f"{number}<text:p>{cell}</text:p></table:table-cell>"
    if not cell:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


def flat_ods(rows: Rows, *, hidden_rows: Mapping[int, str] = MappingProxyType({})) -> bytes:
    """Return an OpenDocument workbook in one piece of XML (FODS)."""
    with zipfile.ZipFile(io.BytesIO(ods(rows, hidden_rows=hidden_rows))) as archive:
        content = archive.read("content.xml")
    return content.replace(
        b"office:document-content", b"office:document office:mimetype='application/vnd.oasis.x'", 1
    ).replace(b"</office:document-content>", b"</office:document>")


def web_page(rows: Rows, *, hidden_rows: Sequence[int] = ()) -> bytes:
    """Return what web applications call XLS: a page with a table."""
    lines = "".join(
        f"<tr{_page_style(number in hidden_rows)}>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>"
        for number, row in enumerate(rows, start=1)
    )
    return (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8">'
        f"<style>td {{mso-number-format:\\@}}</style></head><body><table>{lines}</table></body></html>"
    ).encode()


def _page_style(hidden: bool) -> str:
    return " height=20 style='display:none;mso-height-source:userset'" if hidden else ""


def xml_workbook(rows: Rows, *, hidden_rows: Sequence[int] = ()) -> bytes:
    """Return a workbook of Excel 2003 in XML; blank cells are left out and the next one says its place."""
    lines = ""
    for number, row in enumerate(rows, start=1):
        cells = ""
        for place, cell in enumerate(row, start=1):
            if cell:
                cells += f'<Cell ss:Index="{place}"><Data ss:Type="String">{escape(str(cell))}</Data></Cell>'
        hidden = ' ss:Hidden="1"' if number in hidden_rows else ""
        lines += f"<Row{hidden}>{cells}</Row>"
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="Guests"><Table>{lines}</Table></Worksheet></Workbook>'
    ).encode()


def cards(*contacts: str, ending: str = "\r\n", encoding: str = "utf-8") -> bytes:
    """Return contacts, each given by its lines between BEGIN and END."""
    whole = "".join(f"BEGIN:VCARD\n{lines.strip()}\nEND:VCARD\n" for lines in contacts)
    return whole.replace("\n", ending).encode(encoding)


def packed(**members: bytes) -> bytes:
    """Return a ZIP archive; a double underscore in a name is a slash, a single one before the end a dot."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return stream.getvalue()
