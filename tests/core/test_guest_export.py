"""A list that leaves the program: harmless cells, times of the event's place, contacts that others read."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp import texts
from waapp.core import vcard
from waapp.core.guest_export import (
    STATUS_COLUMNS,
    ExportColumn,
    ExportRow,
    as_it_was,
    harmless,
    table,
    vcards,
)
from waapp.core.guests import Guest
from waapp.core.headings import OWN_STATUS, fold
from waapp.core.status import Shown

NOBODY = UUID(int=0)


def guest(name: str, **more: object) -> Guest:
    return Guest(NOBODY, NOBODY, name, **more)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("Ana", "Ana"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+SUM(A1)", "'+SUM(A1)"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("+351 912 345 678", "+351 912 345 678"),
        ("+1 (555) 010-0100", "'+1 (555) 010-0100"),
        ("-12.5", "-12.5"),
        ("a=b", "a=b"),
        ("'=1", "''=1"),
        ("'tis her", "'tis her"),
    ],
)
def test_no_cell_of_csv_is_run_as_a_formula(cell: str, written: str) -> None:
    assert harmless(cell) == written


@given(st.text())
def test_a_cell_that_begins_like_a_formula_is_a_number_or_quoted(cell: str) -> None:
    written = harmless(cell)
    assert written in {cell, f"'{cell}"}
    assert as_it_was(written) == cell
    assert written[:1] not in {"=", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}


def test_a_row_says_what_became_of_the_invitation_by_the_clock_of_the_event() -> None:
    row = ExportRow(
        guest("Ana", phone="+351912345678", extra={"table": "4"}, rsvp_count=2),
        Shown.READ,
        sent_at=datetime(2027, 6, 5, 12, 30, tzinfo=UTC),
        read_at=datetime(2027, 6, 5, 23, 5, tzinfo=UTC),
        link="https://example.com/r/abc",
    )
    other = ExportRow(
        guest("Rui", extra={"menu": "fish"}), Shown.FAILED, "WhatsApp does not know this number."
    )
    heading, first, second = table(
        [row, other], ZoneInfo("Asia/Tokyo"), {column: column.value for column in ExportColumn}, texts.state
    )
    assert heading[-2:] == ["table", "menu"]
    by_name = dict(zip(heading, first, strict=True))
    assert (
        by_name | {"phone": "+351 912 345 678", "sent": "2027-06-05 21:30", "read": "2027-06-06 08:05"}
        == by_name
    )
    assert (by_name["coming"], by_name["delivered"], by_name["table"], by_name["menu"]) == ("2", "", "4", "")
    assert dict(zip(heading, second, strict=True))["cause"] == "WhatsApp does not know this number."


def test_every_column_has_a_heading() -> None:
    assert set(texts.EXPORT_HEADINGS) == set(ExportColumn)


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=120)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4))
def test_contacts_are_read_back_as_they_were(people: list[tuple[str, str]]) -> None:
    written = vcards([guest(name, phone="+351912345678", notes=notes) for name, notes in people])
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    _heading, *rows = vcard.rows(written)
    assert [(row[0], row[1], row[7]) for row in rows] == [
        (name.strip(), "+351912345678", notes.strip()) for name, notes in people
    ]


def test_a_list_of_ours_is_known_by_what_it_says_of_invitations() -> None:
    assert {fold(texts.EXPORT_HEADINGS[column]) for column in STATUS_COLUMNS} == OWN_STATUS


def test_the_group_of_a_contact_is_told_from_its_tags() -> None:
    ana = guest("Ana", group="Bride", tags=("VIP", "Vegan"), language="pt_BR")
    heading, row = vcard.rows(vcards([ana]))
    read = dict(zip(heading, row, strict=True))
    assert (read["Group"], read["Tags"], read["Language"]) == ("Bride", "VIP, Vegan", "pt-BR")
