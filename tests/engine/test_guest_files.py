"""Guest lists as programs write them, and files that are none."""

import datetime as dt
import os
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.encodings import decode
from waapp.engine import file_limits
from waapp.engine.guest_files import read_guest_file
from waapp.errors import UserError

ROWS = [["Nome", "Telefone"], ["Inês Conceição", "+351 912 345 678"], ["João", "912 000 000"]]

AT_HALF_PAST_FIVE = dt.datetime.combine(dt.date(2026, 6, 5), dt.time(17, 30))


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def workbook(path: Path, *sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def ods(path: Path, rows: list[list[str]]) -> Path:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="Guests">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/"'
            ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
    return path


def failure(path: Path, sheet: str | None = None) -> UserError:
    with pytest.raises(UserError) as caught:
        read_guest_file(path, sheet)
    return caught.value


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_csv_of_any_kind(tmp_path: Path, encoding: str, delimiter: str, ending: str) -> None:
    text = ending.join(delimiter.join(row) for row in ROWS) + ending
    assert read_guest_file(write(tmp_path / "list.csv", text.encode(encoding))).rows == ROWS


def test_csv_with_everything_quoted(tmp_path: Path) -> None:
    text = '"Name";"Notes"\n"Silva, Ana; née Costa";"says ""yes""\nsecond line"\n'
    assert read_guest_file(write(tmp_path / "list.csv", text.encode())).rows == [
        ["Name", "Notes"],
        ["Silva, Ana; née Costa", 'says "yes"\nsecond line'],
    ]


def test_commas_in_names_do_not_make_columns(tmp_path: Path) -> None:
    text = "Guests, final list\nName;Phone\nSilva, Ana;912\nCosta, Rui;913\nReis, Eva;914\n"
    rows = read_guest_file(write(tmp_path / "list.csv", text.encode())).rows
    assert rows[2:] == [["Silva, Ana", "912"], ["Costa, Rui", "913"], ["Reis, Eva", "914"]]


def test_excels_hint_about_the_delimiter_keeps_row_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", b"sep=|\r\nName|Phone, Notes\r\nAna|912, x\r\n")
    assert read_guest_file(path).rows == [[], ["Name", "Phone, Notes"], ["Ana", "912, x"]]


def test_one_column(tmp_path: Path) -> None:
    assert read_guest_file(write(tmp_path / "list.txt", b"Name\nAna\nRui\n")).rows == [
        ["Name"],
        ["Ana"],
        ["Rui"],
    ]


def test_workbook_cells_become_text(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "list.xlsx",
        [
            ["Name", None, 351912345678, 351912345678.0, 0.5],
            [True, dt.date(2026, 6, 5), AT_HALF_PAST_FIVE, dt.time(9, 5), "+351 912"],
        ],
    )
    found = read_guest_file(path)
    assert found.rows == [
        ["Name", "", "351912345678", "351912345678", "0.5"],
        ["TRUE", "2026-06-05", "2026-06-05T17:30:00", "09:05:00", "+351 912"],
    ]
    assert (found.source.sheet, found.source.sheets) == ("Sheet1", ("Sheet1",))


def test_empty_rows_and_columns_before_the_list_keep_their_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["C3"] = "Name"
    book.save(tmp_path / "list.xlsx")
    assert read_guest_file(tmp_path / "list.xlsx").rows == [[], [], ["", "", "Name"]]


def test_sheets(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", [], [["Ana"]], [["Rui"]])
    assert read_guest_file(path).rows == [["Ana"]]
    assert read_guest_file(path, "Sheet3").rows == [["Rui"]]
    error = failure(path, "Sheet9")
    assert (error.code, error.params["sheets"]) == ("sheet_unknown", "Sheet1, Sheet2, Sheet3")


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["secret"])
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("List").append(["Ana"])
    book.save(tmp_path / "list.xlsx")
    assert read_guest_file(tmp_path / "list.xlsx").source.sheets == ("List",)


def test_opendocument(tmp_path: Path) -> None:
    assert read_guest_file(ods(tmp_path / "list.ods", ROWS)).rows == ROWS


def test_the_name_of_the_file_does_not_matter(tmp_path: Path) -> None:
    assert read_guest_file(workbook(tmp_path / "list.csv", [["Ana"]])).rows == [["Ana"]]
    assert read_guest_file(write(tmp_path / "list.xlsx", b"Name,Phone\nAna,912\n")).rows[1] == ["Ana", "912"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\r\n \r\n", "file_empty"),
        (b",,,\n,,,\n", "file_empty"),
        (b"%PDF-1.7 ...", "file_not_a_list"),
        (b"\x89PNG\r\n\x1a\n....", "file_not_a_list"),
        (b'<?xml version="1.0"?>\n<svg></svg>', "file_not_a_list"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\r\n<p>Ana</p>", "file_not_a_list"),
        (b'{\n  "guests": ["Ana"]\n}', "file_not_a_list"),
        (b'[{"name": "Ana"}]', "file_not_a_list"),
        (b"MZ\x90\x00program\x00\x01", "file_not_a_list"),
        (b"a," + b"x" * 200_000, "file_not_a_list"),
        (b"PK\x03\x04 and then nothing", "workbook_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and then nothing", "workbook_damaged"),
    ],
)
def test_what_is_no_guest_list(tmp_path: Path, content: bytes, code: str) -> None:
    error = failure(write(tmp_path / "list.csv", content))
    assert (error.code, error.params["file"]) == (code, "list.csv")


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_a_truncated_workbook(tmp_path: Path, keep: float) -> None:
    whole = workbook(tmp_path / "whole.xlsx", ROWS).read_bytes()
    error = failure(write(tmp_path / "list.xlsx", whole[: int(len(whole) * keep)]))
    assert error.code == "workbook_damaged"


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "list.xlsx", "w") as archive:
        archive.writestr("photo.jpg", b"...")
    assert failure(tmp_path / "list.xlsx").code == "file_not_a_list"


def test_a_workbook_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "list.xlsx", ROWS)
    monkeypatch.setattr(file_limits, "UNPACKED_LIMIT", 1000)
    assert failure(path).code == "file_too_large"


@pytest.mark.parametrize(("far", "code"), [("XFD1048576", "too_many_rows"), ("ZZZ2", "too_many_columns")])
def test_a_cell_far_from_all_others(tmp_path: Path, far: str, code: str) -> None:
    # The workbook's reader would end this process.
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Name"])
    book.worksheets[0][far] = "x"
    book.save(tmp_path / "list.xlsx")
    assert failure(tmp_path / "list.xlsx").code == code


def test_formats_of_far_cells_do_no_harm(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Name"])
    book.worksheets[0]["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(tmp_path / "list.xlsx")
    assert read_guest_file(tmp_path / "list.xlsx").rows == [["Name"]]


def test_excels_binary_form_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "list.xlsb", "w") as archive:
        archive.writestr("xl/worksheets/sheet1.bin", b"...")
    assert failure(tmp_path / "list.xlsb").code == "file_not_a_list"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.touch()
    os.truncate(path, file_limits.FILE_LIMIT + 1)
    assert failure(path).code == "file_too_large"


def test_too_many_columns(tmp_path: Path) -> None:
    assert failure(write(tmp_path / "a.csv", b"a," * 600)).code == "too_many_columns"
    assert failure(workbook(tmp_path / "b.xlsx", [["a"] * 600])).code == "too_many_columns"


def test_too_many_rows(tmp_path: Path) -> None:
    assert failure(write(tmp_path / "a.csv", b"a,b\n" * 200_001)).code == "too_many_rows"


def test_missing_and_unreadable(tmp_path: Path) -> None:
    assert failure(tmp_path / "nowhere.csv").code == "file_missing"
    assert failure(tmp_path).code == "file_is_folder"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), min_size=1))
def test_text_survives_utf8_and_marked_utf16(text: str) -> None:
    assert decode(b"\xef\xbb\xbf" + text.encode()).text == text
    assert decode(text.encode("utf-16")).text == text


@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_a_known_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = write(tmp_path_factory.getbasetemp() / "any", content)
    try:
        rows = read_guest_file(path).rows
    except UserError:
        return
    assert any(any(row) for row in rows)


def test_contacts(tmp_path: Path) -> None:
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Inês\r\nTEL;TYPE=CELL:912 345 678\r\nEND:VCARD\r\n"
    rows = read_guest_file(write(tmp_path / "contacts.vcf", card.encode())).rows
    assert [row[:2] for row in rows] == [["Name", "Mobile"], ["Inês", "912 345 678"]]
