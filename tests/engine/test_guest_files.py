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
from waapp.core.sources import Kind
from waapp.engine import aside, file_limits
from waapp.engine.guest_files import read_aside, read_guest_file, read_pasted
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
    book.worksheets[0]["D5"] = "Ana"
    book.save(tmp_path / "list.xlsx")
    rows = [[], [], ["", "", "Name"], [], ["", "", "", "Ana"]]
    assert read_guest_file(tmp_path / "list.xlsx").rows == rows


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


def test_a_broken_workbook_in_excels_binary_form(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "list.xlsb", "w") as archive:
        archive.writestr("xl/worksheets/sheet1.bin", b"...")
    assert failure(tmp_path / "list.xlsb").code == "workbook_damaged"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.touch()
    os.truncate(path, file_limits.FILE_LIMIT + 1)
    assert failure(path).code == "file_too_large"


def test_too_many_columns(tmp_path: Path) -> None:
    assert failure(write(tmp_path / "a.csv", b"a," * 600)).code == "too_many_columns"
    refused = failure(workbook(tmp_path / "b.xlsx", [["a"] * 16_384]))
    assert refused.code == "too_many_columns"
    # Reading ends at the first column too many: no other number is known.
    assert refused.params == {"file": "b.xlsx", "limit": 500}


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


def test_what_was_copied_from_a_spreadsheet() -> None:
    found = read_pasted('Nome\tNotas\r\nInês\t"linha um\nlinha dois"\r\n')
    assert found.rows == [["Nome", "Notas"], ["Inês", "linha um\nlinha dois"]]
    assert (found.source.kind, found.source.delimiter) == (Kind.PASTE, "\t")
    assert read_pasted("Ana, 912 345 678\nRui, 913 333 333").rows[0] == ["Ana", " 912 345 678"]


def test_a_contact_that_was_copied() -> None:
    assert read_pasted("BEGIN:VCARD\nFN:Inês\nEND:VCARD").rows[1][0] == "Inês"


@pytest.mark.parametrize(
    ("text", "code"), [("", "paste_empty"), (" \r\n\t", "paste_empty"), ("\t\t", "paste_empty")]
)
def test_nothing_was_copied(text: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        read_pasted(text)
    assert caught.value.code == code


def test_too_much_was_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_limits, "FILE_LIMIT", 10)
    with pytest.raises(UserError) as caught:
        read_pasted("Nome\tTelefone")
    assert caught.value.code == "paste_too_large"


def test_the_same_content_has_the_same_digest(tmp_path: Path) -> None:
    one, other = (write(tmp_path / name, b"Nome\nAna\n") for name in ("a.csv", "b.csv"))
    assert read_guest_file(one).source.digest == read_guest_file(other).source.digest
    assert read_guest_file(one).source.digest != read_guest_file(write(other, b"Nome\nRui\n")).source.digest


def test_a_file_that_keeps_changing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "list.csv", b"Nome\nAna\n")
    opened = Path.open

    def open_and_grow(self: Path, mode: str = "r") -> Any:
        with opened(self, "ab") as file:
            file.write(b"Rui\n")
        return opened(self, mode)

    monkeypatch.setattr(Path, "open", open_and_grow)
    assert failure(path).code == "file_changing"


def test_a_file_that_changed_once_is_read_as_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "list.csv", b"Nome\nAna\n")
    opened = Path.open
    left = [b"Rui\n"]

    def open_and_grow(self: Path, mode: str = "r") -> Any:
        if left:
            with opened(self, "ab") as file:
                file.write(left.pop())
        return opened(self, mode)

    monkeypatch.setattr(Path, "open", open_and_grow)
    assert read_guest_file(path).rows == [["Nome"], ["Ana"], ["Rui"]]


def test_a_document_of_numbers_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "list.numbers").mkdir()
    assert failure(tmp_path / "list.numbers").code == "file_numbers"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_a_pipe_is_no_list_and_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "list.csv")
    assert failure(tmp_path / "list.csv").code == "file_not_a_list"


def test_a_web_page_with_cells_over_several_columns(tmp_path: Path) -> None:
    page = (
        b"<table><tr><th colspan=2>Name</th><th>Phone<br>(mobile)</th></tr>"
        b"<tr><td>Ana<td>Silva &amp; Sons<td>912 345 678</table><table><tr><td>x</table>"
    )
    assert read_guest_file(write(tmp_path / "list.xls", page)).rows == [
        ["Name", "", "Phone\n(mobile)"],
        ["Ana", "Silva & Sons", "912 345 678"],
    ]


def test_numbers_have_the_digits_that_the_spreadsheet_has(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "list.xlsx", [["a", 0.1 + 0.2, 1234567890123456789, 1e-7, -3.0, 5511999123456]]
    )
    assert read_guest_file(path).rows == [
        ["a", "0.3", "1.23456789012346E+18", "1E-07", "-3", "5511999123456"]
    ]


def test_too_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_limits, "CELL_LIMIT", 10)
    assert failure(write(tmp_path / "a.csv", b"a,b,c\n" * 5)).code == "too_many_cells"
    assert failure(workbook(tmp_path / "b.xlsx", [["a"] * 10] * 5)).code == "too_many_cells"


def test_a_file_is_read_aside_as_it_is_read_here(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", [["Nome"], *([f"Convidado {n}"] for n in range(1200))], [["x"]])
    assert read_aside(path) == read_guest_file(path)
    assert read_aside(path, "Sheet2").rows == [["x"]]


def test_troubles_come_from_aside(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_aside(write(tmp_path / "list.csv", b"%PDF-1.7"))
    assert (caught.value.code, caught.value.params) == ("file_not_a_list", {"file": "list.csv"})


def test_two_cells_far_apart_do_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing is beyond a limit of its own, but the reader makes room for everything between.
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "Nome"
    book.worksheets[0]["ZZ99999"] = "x"
    book.save(tmp_path / "list.xlsx")
    monkeypatch.setattr(aside, "MEMORY_LIMIT", 300 * 1024 * 1024)
    with pytest.raises(UserError) as caught:
        read_aside(tmp_path / "list.xlsx")
    assert caught.value.code == "workbook_too_much"


def test_a_zero_or_two_in_a_short_list_are_no_reason_to_refuse_it(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", b"Name,Phone\nAna\0 Sousa,91\x002345678\n")
    assert len(read_guest_file(path).rows) == 2
