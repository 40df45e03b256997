"""Contacts as phones and address books write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.guests import GuestDraft
from waapp.core.rows import RowCode
from waapp.core.tabular import parse_table
from waapp.core.vcard import HEADING, is_vcard, rows

ANDROID_2_1 = """BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Concei=C3=A7=C3=A3o;In=C3=AAs;;;\r
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:In=C3=AAs Concei=C3=A7=\r
=C3=A3o\r
TEL;CELL;PREF:+351912345678\r
TEL;HOME:222045678\r
EMAIL;HOME:ines@example.com\r
NOTE;ENCODING=QUOTED-PRINTABLE:line one=0Aline two\r
END:VCARD\r
"""
APPLE_3_0 = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 18.0//EN
N:da Silva;João;Maria;Dr.;
FN:Dr. João Maria da Silva
ORG:Bakery\\; Sons;
item1.TEL;type=pref:+351 913 333 333
item1.X-ABLabel:_$!<Other>!$_
TEL;type=CELL;type=VOICE:914 444 444
EMAIL;type=INTERNET;type=HOME;type=pref:joao@example.com
EMAIL;type=INTERNET:second@example.com
CATEGORIES:Noivo\\, amigos
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAUDBAQEAwUEBAQFBQUGBwwIBwcHBw8LCwkM
 EQ8SEhEPERETFhwXExQaFRERGCEYGh0dHx8fExciJCIeJBweHx7/2wBDAQUFBQcGBw4ICA4eFBE
NOTE:long note that is
  folded
END:VCARD
"""
GOOGLE_4_0 = """BEGIN:VCARD
VERSION:4.0
FN:山田 太郎
TEL;VALUE=uri;TYPE="cell,voice":tel:+81-90-5550-0136
LANG;PREF=1:ja
END:VCARD
BEGIN:VCARD
VERSION:4.0
N:;Zé;;;
END:VCARD
"""


def test_an_old_android_phone() -> None:
    assert rows(ANDROID_2_1)[1:] == [
        [
            "Inês Conceição",
            "+351912345678",
            "",
            "222045678",
            "ines@example.com",
            "",
            "",
            "line one\nline two",
            "",
        ]
    ]


def test_an_iphone() -> None:
    assert rows(APPLE_3_0)[1:] == [
        [
            "Dr. João Maria da Silva",
            "914 444 444",
            "+351 913 333 333",
            "",
            "joao@example.com",
            "Noivo, amigos",
            "",
            "long note that is folded",
            "",
            "second@example.com",
        ]
    ]


def test_several_new_cards() -> None:
    assert rows(GOOGLE_4_0) == [
        list(HEADING),
        ["山田 太郎", "+81-90-5550-0136", "", "", "", "", "ja", "", ""],
        ["Zé", "", "", "", "", "", "", "", ""],
    ]


def test_cards_become_guests() -> None:
    table = parse_table(rows(ANDROID_2_1 + APPLE_3_0 + GOOGLE_4_0), "PT")
    assert table.drafts == (
        GuestDraft(
            "Inês Conceição",
            "+351912345678",
            "ines@example.com",
            notes="line one\nline two",
            extra={"other_phone": "+351 22 204 5678"},
        ),
        GuestDraft(
            "Dr. João Maria da Silva",
            "+351914444444",
            "joao@example.com",
            tags=("Noivo", "amigos"),
            notes="long note that is folded",
            extra={"other_email": "second@example.com", "other_phone": "+351 913 333 333"},
        ),
        GuestDraft("山田 太郎", "+819055500136", language="ja"),
        GuestDraft("Zé"),
    )


def test_told_from_other_texts() -> None:
    assert is_vcard("\ufeffbegin:vcard\nEND:VCARD")
    assert not is_vcard("Name;Phone\nBEGIN:VCARD;1")


@given(st.text(st.sampled_from('BEGIN:VCARD\r\n;,="\\ NFTELabc=0A:END'), max_size=200))
def test_any_text_makes_rows_of_one_width(text: str) -> None:
    assert {len(row) for row in rows(f"BEGIN:VCARD\n{text}\nEND:VCARD")} == {len(HEADING)}


def test_further_addresses_are_kept_in_a_column_of_their_own() -> None:
    one = "BEGIN:VCARD\nFN:Ana\nEMAIL:a@example.com\nEMAIL;TYPE=WORK:b@example.com\nEMAIL:c@example.com\nEND:VCARD\n"
    heading, ana, rui = rows(f"{one}BEGIN:VCARD\nFN:Rui\nEMAIL:r@example.com\nEND:VCARD\n")
    assert heading[-1] == "Other email"
    assert (ana[4], ana[-1]) == ("a@example.com", "b@example.com, c@example.com")
    assert (rui[4], rui[-1]) == ("r@example.com", "")
    assert rows("BEGIN:VCARD\nFN:Rui\nEMAIL:r@example.com\nEND:VCARD\n")[0] == list(HEADING)


def test_the_preferred_of_several_telephones_stands_first() -> None:
    card = (
        "BEGIN:VCARD\nFN:Rui\nTEL;TYPE=cell:+351 916\nTEL;TYPE=cell;PREF=2:+351 917\nTEL;CELL;PREF:+351 918\n"
    )
    assert rows(f"{card}TEL;TYPE=cell;PREF={'9' * 5000}:+351 919\nEND:VCARD")[1][1] == (
        "+351 918 / +351 917 / +351 916 / +351 919"
    )


def test_a_group_of_contacts_is_no_guest_but_a_tag_of_its_members() -> None:
    ana = "BEGIN:VCARD\nFN:Ana\nUID:urn:uuid:AA-1\nCATEGORIES:Work\nTEL;CELL:+351912345678\nEND:VCARD\n"
    rui = "BEGIN:VCARD\nFN:Rui\nUID:BB-2\nTEL;CELL:+351913333333\nEND:VCARD\n"
    new = "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Choir\nMEMBER:urn:uuid:aa-1\nMEMBER:urn:uuid:cc-3\nEND:VCARD\n"
    apple = (
        "BEGIN:VCARD\nN:Family\nFN:Family\nX-ADDRESSBOOKSERVER-KIND:group\n"
        "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:AA-1\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:BB-2\nEND:VCARD\n"
    )
    table = parse_table(rows(new + ana + apple + rui), "PT")
    assert [(draft.name, draft.tags) for draft in table.drafts] == [
        ("Ana", ("Work", "Choir", "Family")),
        ("Rui", ("Family",)),
    ]
    assert [(row.number, row.findings[0].code, row.findings[0].params["group"]) for row in table.skipped] == [
        (2, RowCode.GROUP_ALONE, "Choir"),
        (4, RowCode.GROUP_ALONE, "Family"),
    ]


def test_a_group_with_a_comma_in_its_name_comes_back_as_it_was() -> None:
    card = "BEGIN:VCARD\nFN:Ana\nCATEGORIES:Family\\, close,vip\nX-WAAPP-GROUP:Family\\, close\nEND:VCARD"
    assert rows(card)[1][5:] == ["vip", "", "", "Family, close"]


def test_quoted_lines_of_a_long_note_are_joined() -> None:
    note = "=\r\n".join(["a=20b"] * 3)
    card = f"BEGIN:VCARD\r\nFN:Ana\r\nNOTE;ENCODING=QUOTED-PRINTABLE:{note}\r\nLANG:pt\r\nEND:VCARD"
    assert rows(card)[1][6:8] == ["pt", "a ba ba b"]


def test_a_charset_that_is_no_name_is_passed_over() -> None:
    text = "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF\0-8;ENCODING=QUOTED-PRINTABLE:In=C3=AAs\nEND:VCARD\n"
    assert "Inês" in rows(text)[1]


@pytest.mark.parametrize(
    ("lines", "phone", "other"),
    [
        ("TEL;TYPE=CELL:912345678\nTEL;TYPE=X-WhatsApp:913333333", "+351913333333", "+351 912 345 678"),
        (
            "TEL;TYPE=CELL,PREF:912345678\nitem1.TEL:913333333\nitem1.X-ABLabel:WhatsApp",
            "+351913333333",
            "+351 912 345 678",
        ),
        (
            "TEL;TYPE=CELL:912345678\nTEL;TYPE=CELL;waid=351913333333:+351 913 333 333",
            "+351913333333",
            "+351 912 345 678",
        ),
        (
            "TEL;TYPE=CELL:912345678\nIMPP;X-SERVICE-TYPE=WhatsApp:x-apple:+351913333333",
            "+351913333333",
            "+351 912 345 678",
        ),
        ("TEL;TYPE=CELL:912345678\nX-SOCIALPROFILE;TYPE=whatsapp:x-apple:ana.reis", "+351912345678", None),
        (
            "TEL;TYPE=CELL:912345678\nX-ABLabel:WhatsApp\nTEL;TYPE=PREF:913333333",
            "+351912345678",
            "+351 913 333 333",
        ),
    ],
)
def test_a_number_that_is_said_to_have_whatsapp_goes_before_others(
    lines: str, phone: str, other: str | None
) -> None:
    (draft,) = parse_table(rows(f"BEGIN:VCARD\nFN:Ana\n{lines}\nEND:VCARD"), "PT").drafts
    assert (draft.phone, draft.extra.get("other_phone")) == (phone, other)


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("N:Doe;Jane;;;\nFN:Doe, Jane", "Jane Doe"),
        ("FN:Doe, Jane\nN:Doe;Jane", "Jane Doe"),
        ("FN:Doe, Jane", "Doe, Jane"),
        ("N:Doe;Jane;;Dr.;\nFN:Aunt Jane", "Aunt Jane"),
        ("N:Doe;Jane;;Dr.;", "Dr. Jane Doe"),
    ],
)
def test_a_name_stands_as_it_is_said(lines: str, name: str) -> None:
    assert rows(f"BEGIN:VCARD\n{lines}\nEND:VCARD")[1][0] == name


@pytest.mark.parametrize(
    ("lines", "phone", "other"),
    [
        ("TEL;TYPE=FAX:212345678\nTEL;TYPE=WORK:213333333", "+351213333333", "+351 21 234 5678"),
        ("TEL;TYPE=HOME,FAX,PREF:212345678\nTEL;TYPE=HOME:213333333", "+351213333333", "+351 21 234 5678"),
        ("TEL;type=HOME FAX:212345678\nTEL:213333333", "+351213333333", "+351 21 234 5678"),
        ("TEL;TYPE=PAGER:212345678\nTEL;TYPE=CELL:912345678", "+351912345678", "+351 21 234 5678"),
        ("TEL;TYPE=FAX:212345678", "+351212345678", None),
        ("TEL;TYPE=WORK:212345678\nIMPP:whatsapp:+351912345678", "+351912345678", "+351 21 234 5678"),
    ],
)
def test_a_fax_stands_behind_every_telephone(lines: str, phone: str, other: str | None) -> None:
    (draft,) = parse_table(rows(f"BEGIN:VCARD\nFN:Ana\n{lines}\nEND:VCARD"), "PT").drafts
    assert (draft.phone, draft.extra.get("other_phone")) == (phone, other)
