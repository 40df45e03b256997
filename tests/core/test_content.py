"""Columns told by what stands in them."""

import pytest

from waapp.core.content import Shape, by_content, look_at, looks_like_email, looks_like_phone
from waapp.core.headings import Field


def test_shapes_of_cells() -> None:
    assert looks_like_phone("+351 912-345.678")
    assert looks_like_phone("(202) 555-0123 x4")
    assert not looks_like_phone("12 June")
    assert not looks_like_phone("123")
    assert not looks_like_phone("12.06.2026")
    assert looks_like_email("ana@example.com")
    assert not looks_like_email("ana at example")
    assert looks_like_phone("351912345678@c.us")
    assert not looks_like_email("351912345678@c.us")


@pytest.mark.parametrize(
    ("cells", "shape"),
    [
        ([], Shape.EMPTY),
        (["912 345 678", "+44 7911 123456", "ask"], Shape.PHONES),
        (["a@example.com", "b@example.com"], Shape.EMAILS),
        (["Ana Silva", "Rui"], Shape.NAMES),
        (["yes", "no", "YES"], Shape.YES_NO),
        (["sim", "não"], Shape.YES_NO),
        (["pt-BR", "English", "हिन्दी", "Deutsch"], Shape.LANGUAGES),
        (["1", "2", "12"], Shape.NUMBERS),
        (["2026-06-05", "05/06/2026", "5.6.26"], Shape.DATES),
        (["x" * 90, "y" * 90], Shape.TEXT),
        (["912 345 678", "Ana", "2"], Shape.TEXT),
    ],
)
def test_shapes_of_columns(cells: list[str], shape: Shape) -> None:
    assert look_at(cells).shape is shape


def fields(columns: dict[int, list[str]], missing: list[Field]) -> dict[int, Field]:
    looks = {index: look_at(cells) for index, cells in columns.items()}
    return {index: field for index, (field, _) in by_content(looks, missing).items()}


def test_columns_by_their_cells() -> None:
    columns = {
        0: ["1", "2", "3"],
        1: ["Ana", "Rui"],
        2: ["912 345 678", "ask"],
        3: ["a@example.com", "b@example.com"],
        4: ["Porto", "Lisboa"],
    }
    assert fields(columns, [Field.NAME, Field.PHONE, Field.EMAIL]) == {1: Field.NAME, 3: Field.EMAIL}
    columns[2].append("913 000 000")
    assert fields(columns, [Field.NAME, Field.PHONE]) == {1: Field.NAME, 2: Field.PHONE}


def test_names_differ_from_row_to_row() -> None:
    columns = {0: ["Bride", "Bride", "Groom", "Groom"], 1: ["Ana Silva", "Rui Costa", "Eva Reis", "Zé"]}
    assert fields(columns, [Field.NAME]) == {1: Field.NAME}
