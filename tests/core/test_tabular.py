"""Every row of a guest list becomes a guest or is skipped with a reason."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.cells import clean_cell
from waapp.core.content import says_nothing
from waapp.core.guests import GuestDraft, check_guest, may_be_saved
from waapp.core.headings import Field
from waapp.core.rows import Finding, RowCode
from waapp.core.tabular import Import, parse_table
from waapp.texts.guests import EXPORT_HEADINGS


def parse(text: str, region: str | None = "PT") -> Import:
    return parse_table([line.split("|") for line in text.strip("\n").split("\n")], region)


def codes(found: Import) -> list[tuple[int, str]]:
    return [(finding.row, str(finding.code)) for finding in found.findings]


def one(text: str, **expected: Any) -> None:
    found = parse(text)
    assert found.drafts == (GuestDraft(**expected),)


def test_a_list_with_titles_above_and_blank_rows() -> None:
    found = parse(
        """
Casamento Ana & Rui — lista final
|||
Nome|Telemóvel|Email|Grupo|Mesa

Ana Silva|912 345 678|ana@example.com|Noiva|4
|||
Rui Costa|+351 913 333 333|||
"""
    )
    assert (found.heading_row, found.above, found.blank) == (3, 2, 2)
    assert [(column.title, column.field, column.key) for column in found.columns] == [
        ("Nome", Field.NAME, "nome"),
        ("Telemóvel", Field.PHONE, "telemóvel"),
        ("Email", Field.EMAIL, "email"),
        ("Grupo", Field.GROUP, "grupo"),
        ("Mesa", None, "mesa"),
    ]
    assert found.drafts == (
        GuestDraft("Ana Silva", "+351912345678", "ana@example.com", "Noiva", extra={"mesa": "4"}),
        GuestDraft("Rui Costa", "+351913333333"),
    )
    assert [row.number for row in found.rows] == [5, 7]
    assert found.findings == ()


@pytest.mark.parametrize(
    ("heading", "row", "name"),
    [
        ("First name|Last name", "Ana|Silva", "Ana Silva"),
        ("Last name|First name", "Silva|Ana", "Ana Silva"),
        ("Name|Vorname", "Müller|Jörg", "Jörg Müller"),
        ("Nombre|Apellidos", "Lucía|García Pérez", "Lucía García Pérez"),
        ("Nom|Prénom", "Dubois|Zoé", "Zoé Dubois"),
        ("Name|First name|Last name", "Ana M. Silva|Ana|Silva", "Ana M. Silva"),
        ("Name|First name|Last name", "|Ana|Silva", "Ana Silva"),
        ("Name|Surname", "Ana Silva|Silva", "Ana Silva"),
        ("First name|Last name", "Ana|", "Ana"),
        ("First name|Last name", "Oli|Li", "Oli Li"),
        ("Name", "  Ana \t Silva\u200b ", "Ana Silva"),
    ],
)
def test_names(heading: str, row: str, name: str) -> None:
    assert [draft.name for draft in parse(f"{heading}|Phone\n{row}|912345678").drafts] == [name]


def test_names_are_composed_and_keep_their_case() -> None:
    decomposed = unicodedata.normalize("NFD", "JOÃO de Brito")
    assert parse(f"Name\n{decomposed}").drafts[0].name == "JOÃO de Brito"
    family = "👩\u200d👩\u200d👧 Rivera"
    assert parse(f"Name\n{family}").drafts[0].name == family


def test_nothing_that_cannot_be_stored_is_left() -> None:
    assert clean_cell("\0A\x07na\ud800 \ufeff") == "Ana"
    assert clean_cell("two\nlines") == "two\nlines"


@pytest.mark.parametrize(
    ("heading", "row", "phone", "extra", "found"),
    [
        ("Phone", "912 345 678", "+351912345678", {}, []),
        ("Phone", "", "", {}, ["row_no_phone"]),
        ("Phone", "-", "", {}, ["row_no_phone"]),
        ("Phone", "3.51912E+11", "3.51912E+11", {}, ["phone_rounded"]),
        ("Phone", "ask her", "ask her", {}, ["phone_not_a_number"]),
        ("Phone", "222 045 678", "+351222045678", {}, ["phone_landline"]),
        ("Phone", "447911123456", "+447911123456", {}, ["row_phone_guessed"]),
        (
            "Phone",
            "912345678 / 913333333",
            "+351912345678",
            {"other_phone": "+351 913 333 333"},
            ["row_several_phones"],
        ),
        (
            "Phone",
            "222045678 ou 913333333",
            "+351913333333",
            {"other_phone": "+351 22 204 5678"},
            ["row_several_phones"],
        ),
        (
            "Home phone|Mobile",
            "913333333|912345678",
            "+351912345678",
            {"other_phone": "+351 913 333 333"},
            ["row_several_phones"],
        ),
        ("Mobile|Home phone", "?|913333333", "+351913333333", {}, []),
        ("Mobile|Phone", "912345678|00351 912345678", "+351912345678", {}, []),
        (
            "Phone",
            "call " * 12,
            "",
            {"phone_as_given": ("call " * 12).strip()},
            ["phone_too_long", "row_no_phone"],
        ),
    ],
)
def test_phones(heading: str, row: str, phone: str, extra: dict[str, str], found: list[str]) -> None:
    what = parse(f"Name|{heading}\nAna|{row}")
    assert what.drafts == (GuestDraft("Ana", phone, extra=extra),)
    assert [code for _, code in codes(what)] == found


def test_without_a_region_national_numbers_are_kept_and_said() -> None:
    found = parse("Name|Phone\nAna|912345678", region=None)
    assert found.drafts[0].phone == "912345678"
    assert codes(found) == [(2, "phone_needs_region")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pt_BR", "pt_BR"),
        ("PT-br", "pt_BR"),
        ("English", "en"),
        ("português", "pt"),
        ("日本語", "ja"),
        ("", ""),
    ],
)
def test_languages(text: str, code: str) -> None:
    one(f"Name|Language|Phone\nAna|{text}|912345678", name="Ana", phone="+351912345678", language=code)


def test_what_does_not_fit_its_field_is_kept_beside_it() -> None:
    found = parse("Name|Email|Language|Phone\nAna|ana(at)example|Klingon|912345678")
    assert found.drafts == (
        GuestDraft(
            "Ana",
            "+351912345678",
            extra={"email_as_given": "ana(at)example", "language_as_given": "Klingon"},
        ),
    )
    assert codes(found) == [(2, "email_wrong"), (2, "language_unknown")]
    assert found.findings[0].params == {"text": "ana(at)example"}


def test_unknown_columns_become_variables_with_names_of_their_own() -> None:
    found = parse(
        "Name|Phone|Table no.|table No|Event name||Diet|\nAna|912345678|4|5|Gala|loose|vegan|", "PT"
    )
    assert found.drafts[0].extra == {
        "table_no": "4",
        "table_no_2": "5",
        "event_name_2": "Gala",
        "column_6": "loose",
        "diet": "vegan",
    }


def test_cells_beyond_the_heading_are_kept() -> None:
    assert parse("Name|Phone\nAna|912345678|vegan").drafts[0].extra == {"column_3": "vegan"}


def test_skipped_rows_say_why() -> None:
    found = parse(
        """
Name|Phone|Email
Ana Silva|912 345 678|
ana  silva|+351912345678|x@example.com
|913 333 333|
Rui||rui@example.com
Rui|914 444 444|RUI@example.com
Name|Phone|Email
Total|4|
Total: 4||
Totals Silva|915 555 555|
"""
        + "N" * 201
        + "|916 666 666|"
    )
    assert [(row.number, [f.code for f in row.findings]) for row in found.skipped] == [
        (3, [RowCode.DUPLICATE]),
        (4, ["guest_name_missing"]),
        (6, [RowCode.DUPLICATE]),
        (7, [RowCode.REPEATED_HEADING]),
        (8, [RowCode.TOTAL]),
        (9, [RowCode.TOTAL]),
        (11, ["guest_name_too_long"]),
    ]
    assert [draft.name for draft in found.drafts] == ["Ana Silva", "Rui", "Totals Silva"]
    assert found.skipped[0].findings[0].params == {"first": 2, "name": "ana  silva".replace("  ", " ")}


def test_shared_phones_and_same_names_are_kept_and_said() -> None:
    found = parse("Name|Phone\nAna|912345678\nRui|912 345 678\nAna|913333333\nAna|912345678x")
    assert [(f.row, f.code, dict(f.params)) for f in found.findings if str(f.code).startswith("row_")] == [
        (3, RowCode.SHARED_PHONE, {"first": 2, "other": "Ana"}),
        (4, RowCode.SAME_NAME, {"first": 2}),
        (5, RowCode.DUPLICATE, {"first": 2, "name": "Ana"}),
    ]
    assert len(found.drafts) == 3


def test_a_shared_email_with_another_phone_is_no_duplicate() -> None:
    found = parse("Name|Phone|Email\nJorge|912345678|j@example.com\nJorge|913333333|j@example.com")
    assert len(found.drafts) == 2
    assert codes(found) == [(3, "row_same_name")]


def test_without_a_heading_the_cells_tell() -> None:
    found = parse("1|Ana Silva|912345678|ana@example.com\n2|Rui Costa|913333333|rui@example.com")
    assert (found.heading_row, found.above) == (None, 0)
    assert found.drafts == (
        GuestDraft("Ana Silva", "+351912345678", "ana@example.com", extra={"column_1": "1"}),
        GuestDraft("Rui Costa", "+351913333333", "rui@example.com", extra={"column_1": "2"}),
    )


def test_headings_of_an_unknown_language_are_no_guest() -> None:
    found = parse("Lista\nVendég|Elérhetőség|Asztal\nKovács Anna|912345678|1\nNagy Béla|913333333|2")
    assert (found.heading_row, found.above) == (2, 1)
    assert found.drafts == (
        GuestDraft("Kovács Anna", "+351912345678", extra={"asztal": "1"}),
        GuestDraft("Nagy Béla", "+351913333333", extra={"asztal": "2"}),
    )


def test_a_first_guest_without_a_telephone_is_no_heading() -> None:
    found = parse("Ana||1\nRui|912345678|2\nEva|913333333|3")
    assert [draft.name for draft in found.drafts] == ["Ana", "Rui", "Eva"]


def test_no_rows_at_all() -> None:
    assert parse_table([], "PT") == Import((), None, (), 0, 0)
    assert parse_table([["Name", "Phone"]], "PT").rows == ()
    assert parse_table([["", ""], []], "PT").blank == 2


cells = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "Name",
            "Phone",
            "Ana",
            "Rui",
            "912345678",
            "+351 912 345 678",
            "a@b.pt",
            "Total",
            "3",
            "pt_BR",
            "?",
        ]
    ),
    st.text(max_size=12),
)
tables = st.lists(st.lists(cells, max_size=6), max_size=14)


@given(tables, st.sampled_from([None, "PT", "US"]))
def test_every_row_is_accounted_for(rows: list[list[str]], region: str | None) -> None:
    found = parse_table(rows, region)
    heading = 0 if found.heading_row is None else 1
    assert len(found.drafts) + len(found.skipped) + found.blank + found.above + heading == len(rows)
    assert len(found.drafts) + len(found.skipped) == len(found.rows)
    assert all(row.findings for row in found.skipped)
    numbers = [row.number for row in found.rows]
    assert numbers == sorted(set(numbers))
    assert all(any(cell.strip() for cell in rows[number - 1]) for number in numbers)
    for draft in found.drafts:
        # Whatever is added can be saved.
        assert all(may_be_saved(problem) for problem in check_guest(draft, region).values())
        assert "\0" not in repr(draft)


@given(tables)
def test_nothing_is_lost(rows: list[list[str]]) -> None:
    found = parse_table(rows, "PT")
    for row in found.rows:
        if row.draft is None:
            continue
        kept = " ".join(
            [
                row.draft.name,
                row.draft.phone,
                row.draft.email,
                row.draft.group,
                row.draft.language,
                row.draft.notes,
                *row.draft.extra.values(),
            ]
        )
        for column in found.columns:
            cells = rows[row.number - 1]
            text = clean_cell(cells[column.index]) if column.index < len(cells) else ""
            if column.field in {None, Field.NOTES} or (
                column.field is Field.EMAIL and not says_nothing(text)
            ):
                assert text in kept


@given(
    st.lists(
        st.tuples(st.sampled_from(["Ana", "Rui", "Eva"]), st.sampled_from(["912345678", "913333333", ""]))
    )
)
def test_reading_the_result_again_finds_no_more_duplicates(people: list[tuple[str, str]]) -> None:
    heading = ["Name", "Phone"]
    first = parse_table([heading, *map(list, people)], "PT")
    again = parse_table([heading, *([draft.name, draft.phone] for draft in first.drafts)], "PT")
    assert again.drafts == first.drafts
    assert again.skipped == ()


def test_names_in_a_list_of_our_own_stay_as_they_are() -> None:
    names = ["Doe, Jane", "Poe, Ann", "Roe, Eva", "Ana (2 pax)", "Rui +1", "Família Sousa (4)"]
    heading = [*EXPORT_HEADINGS.values()]
    rows = [[name, f"+35191234567{place}", *[""] * (len(heading) - 2)] for place, name in enumerate(names)]
    found = parse_table([heading, *rows], "PT")
    assert [draft.name for draft in found.drafts] == names
    assert [draft.plus_ones for draft in found.drafts] == [0] * len(names)
    assert found.findings == ()


def test_a_consent_has_its_source_and_its_day_where_the_list_gives_them():
    rows = [
        ["Name", "Opt in", "Consent source", "Consent date"],
        ["Ana Sousa", "yes", "web form", "2026-05-04"],
        ["Rui Costa", "no", "", "3/4/2026"],
    ]
    ana, rui = parse_table(rows, "PT").rows
    assert ana.draft.consent_source == "web form"
    assert f"{ana.draft.consent_at:%Y-%m-%d}" == "2026-05-04"
    assert ana.findings == (Finding(2, RowCode.NO_PHONE),)
    assert rui.draft.consent_at is None
    assert rui.draft.extra == {"consent_at_as_given": "3/4/2026"}
    assert RowCode.CONSENT_DAY_UNCLEAR in {finding.code for finding in rui.findings}
