"""What address books of phones and computers export."""

from tests.corpus.guest_list import GuestList
from tests.corpus.writers import cards, text
from waapp.core.guests import GuestDraft

GOOGLE = [
    "First Name",
    "Middle Name",
    "Last Name",
    "Phonetic First Name",
    "Phonetic Middle Name",
    "Phonetic Last Name",
    "Name Prefix",
    "Name Suffix",
    "Nickname",
    "File As",
    "Organization Name",
    "Organization Title",
    "Organization Department",
    "Birthday",
    "Notes",
    "Photo",
    "Labels",
    "E-mail 1 - Label",
    "E-mail 1 - Value",
    "Phone 1 - Label",
    "Phone 1 - Value",
    "Phone 2 - Label",
    "Phone 2 - Value",
]
OUTLOOK = [
    "Title",
    "First Name",
    "Middle Name",
    "Last Name",
    "Suffix",
    "Company",
    "Department",
    "Job Title",
    "Business Street",
    "Home City",
    "Assistant's Phone",
    "Business Fax",
    "Business Phone",
    "Home Phone",
    "Mobile Phone",
    "Other Phone",
    "Pager",
    "Anniversary",
    "Birthday",
    "Categories",
    "E-mail Address",
    "E-mail Type",
    "E-mail 2 Address",
    "Notes",
    "Spouse",
    "Web Page",
]


def google(**cells: str) -> list[str]:
    """Return a row of an export from Google Contacts."""
    return _row(GOOGLE, cells)


def outlook(**cells: str) -> list[str]:
    """Return a row of an export from Outlook."""
    return _row(OUTLOOK, cells)


def _row(heading: list[str], cells: dict[str, str]) -> list[str]:
    names = ["".join(c for c in title if c.isalnum()) for title in heading]
    assert set(cells) <= set(names)
    return [cells.get(name, "") for name in names]


CONTACTS = (
    GuestList(
        "apple_contacts_vcard",
        "PT",
        lambda: cards(
            (
                "VERSION:3.0\nPRODID:-//Apple Inc.//macOS 15.0//EN\nN:da Silva;João;Maria;Dr.;\nFN:Dr. João Maria da Silva\nORG:Bakery\\; Sons;\nitem1.TEL;type=pref:+351 913 333 333\nitem1.X-ABLabel:_$!<Other>!$_\nTEL;type=CELL;type=VOICE:914 444 444\nEMAIL;type=INTERNET;type=HOME;type=pref:joao@example.com\nCATEGORIES:Noivo\nNOTE:long note that is\n  folded"
            ),
            ("VERSION:3.0\nFN:Eva Reis\nTEL;type=HOME:222 045 678"),
        ),
        fields="name phone phone phone email tags language notes group",
        heading=1,
        guests=(
            GuestDraft(
                "Dr. João Maria da Silva",
                "+351914444444",
                "joao@example.com",
                notes="long note that is folded",
                extra={"other_phone": "+351 913 333 333"},
                tags=("Noivo",),
            ),
            GuestDraft("Eva Reis", "+351222045678"),
        ),
        findings=(
            (2, "row_several_phones"),
            (3, "phone_landline"),
        ),
    ),
    GuestList(
        "icloud_vcard",
        "DE",
        lambda: cards(
            (
                "VERSION:3.0\nFN:Jörg Müller\nN:Müller;Jörg;;;\nTEL;type=IPHONE;type=CELL;type=VOICE;type=pref:0152 28817386\nBDAY:1980-01-01"
            ),
            ("VERSION:3.0\nFN:Büro\nN:;;;;\nORG:Büro\nTEL;type=MAIN:+49 30 23125 123"),
            ending="\r\n",
        ),
        fields="name phone phone phone email tags language notes group",
        heading=1,
        guests=(
            GuestDraft("Jörg Müller", "+4915228817386"),
            GuestDraft("Büro", "+493023125123"),
        ),
        findings=((3, "phone_landline"),),
    ),
    GuestList(
        "whatsapp_chats_csv",
        "BR",
        lambda: text(
            [
                ["chat_id", "saved_name", "unread"],
                ["351912345678@c.us", "Eva Reis", "0"],
                ["351913333333:4@s.whatsapp.net", "Rui Sá", "0"],
                ["5521999990000@c.us", "Lia", "0"],
                ["120363041234567890@g.us", "Família", "3"],
            ]
        ),
        fields="phone name -",
        heading=1,
        guests=(
            GuestDraft("Eva Reis", "+351912345678", extra={"unread": "0"}),
            GuestDraft("Rui Sá", "+351913333333", extra={"unread": "0"}),
            GuestDraft("Lia", "+5521999990000", extra={"unread": "0"}),
            GuestDraft("Família", "120363041234567890@g.us", extra={"unread": "3"}),
        ),
        findings=((5, "phone_not_a_number"),),
    ),
    GuestList(
        "whatsapp_ids_as_addresses_csv",
        "BR",
        lambda: text(
            [
                ["Nome", "E-mail", "Contato"],
                ["Eva Reis", "351912345678@s.whatsapp.net", ""],
                ["Rui Sá", "rui@example.com", "5521999990000@c.us"],
            ]
        ),
        fields="name email phone",
        heading=1,
        guests=(
            GuestDraft("Eva Reis", "+351912345678"),
            GuestDraft("Rui Sá", "+5521999990000", "rui@example.com"),
        ),
        findings=(),
    ),
    GuestList(
        "google_contacts_vcard",
        "PT",
        lambda: cards(
            "VERSION:3.0\nFN:Inês Conceição\nN:Conceição;Inês;;;\nTEL;TYPE=CELL:+351 912 345 678\nCATEGORIES:myContacts,Noiva"
        ),
        fields="name phone phone phone email tags language notes group",
        heading=1,
        guests=(GuestDraft("Inês Conceição", "+351912345678", tags=("Noiva",)),),
        findings=(),
    ),
    GuestList(
        "android_vcard_2_1",
        "PT",
        lambda: cards(
            "VERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Concei=C3=A7=C3=A3o;In=C3=AAs;;;\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:In=C3=AAs Concei=C3=A7=\n=C3=A3o\nTEL;CELL;PREF:+351912345678\nTEL;HOME:222045678"
        ),
        fields="name phone phone phone email tags language notes group",
        heading=1,
        guests=(GuestDraft("Inês Conceição", "+351912345678", extra={"other_phone": "+351 22 204 5678"}),),
        findings=((2, "row_several_phones"),),
    ),
    GuestList(
        "outlook_vcard_2_1",
        "DE",
        lambda: cards(
            (
                "VERSION:2.1\nN;LANGUAGE=de;CHARSET=Windows-1252:Müller;Jörg\nFN;CHARSET=Windows-1252:Jörg Müller\nTEL;CELL;VOICE:+49 152 28817386\nEMAIL;PREF;INTERNET:joerg@example.com\nREV:20260605T173000Z"
            ),
            encoding="cp1252",
        ),
        fields="name phone phone phone email tags language notes group",
        heading=1,
        guests=(GuestDraft("Jörg Müller", "+4915228817386", "joerg@example.com"),),
        findings=(),
    ),
    GuestList(
        "vcard_4_0",
        "JP",
        lambda: cards(
            (
                "VERSION:4.0\nFN:山田 太郎\n"
                'TEL;VALUE=uri;TYPE="cell,voice":tel:+81-90-1234-5678\n'
                "LANG;PREF=1:ja"
            ),
            "VERSION:4.0\nN:;Zé;;;",
            ending="\n",
        ),
        fields="name phone phone phone email tags language notes group",
        heading=1,
        guests=(
            GuestDraft("山田 太郎", "+819012345678", language="ja"),
            GuestDraft("Zé"),
        ),
        findings=((3, "row_no_phone"),),
    ),
    GuestList(
        "whatsapp_contacts_vcard",
        "BR",
        lambda: cards(
            (
                "VERSION:3.0\nN:;Lúcia Prado;;;\nFN:Lúcia Prado\nTEL;type=CELL;waid=5511999123456:+55 11 99912-3456"
            ),
            (
                "VERSION:3.0\nN:;;;;\nFN:Téo\nitem1.TEL;waid=5511999123457:+55 11 99912-3457\nitem1.X-ABLabel:Celular"
            ),
            ending="\n",
        ),
        fields="name phone phone phone email tags language notes group",
        heading=1,
        guests=(
            GuestDraft("Lúcia Prado", "+5511999123456"),
            GuestDraft("Téo", "+5511999123457"),
        ),
        findings=(),
    ),
    GuestList(
        "whatsapp_group_csv",
        "BR",
        lambda: text(
            [
                ["name", "phone_number", "is_my_contact"],
                ["Lúcia Prado", "5511999123456", "true"],
                ["", "5511999123457", "false"],
                ["Téo", "+55 11 99912-3458", "true"],
            ],
            encoding="utf-8-sig",
        ),
        fields="name phone -",
        heading=1,
        guests=(
            GuestDraft("Lúcia Prado", "+5511999123456", extra={"is_my_contact": "true"}),
            GuestDraft("Téo", "+5511999123458", extra={"is_my_contact": "true"}),
        ),
        findings=((3, "guest_name_missing"),),
    ),
    GuestList(
        "google_contacts_csv",
        "PT",
        lambda: text(
            [
                GOOGLE,
                google(
                    FirstName="Inês",
                    LastName="Conceição",
                    Notes="prima",
                    Labels="* myContacts ::: Noiva",
                    Email1Value="ines@example.com",
                    Phone1Label="Mobile",
                    Phone1Value="+351 912 345 678 ::: 222 045 678",
                    Phone2Label="Home",
                    Phone2Value="222 045 678",
                ),
                google(FirstName="Rui", Labels="* myContacts", Phone2Label="Work", Phone2Value="913 333 333"),
            ]
        ),
        fields="given - family - - - - - - - - - - - notes - tags - email - phone - phone",
        heading=1,
        guests=(
            GuestDraft(
                "Inês Conceição",
                "+351912345678",
                "ines@example.com",
                notes="prima",
                extra={"phone_1_label": "Mobile", "phone_2_label": "Home", "other_phone": "+351 22 204 5678"},
                tags=("Noiva",),
            ),
            GuestDraft("Rui", "+351913333333", extra={"phone_2_label": "Work"}),
        ),
        findings=((2, "row_several_phones"),),
    ),
    GuestList(
        "outlook_csv",
        "GB",
        lambda: text(
            [
                OUTLOOK,
                outlook(
                    Title="Mr",
                    FirstName="Olivia",
                    LastName="Hart",
                    MobilePhone="07400 123456",
                    HomePhone="020 7946 0123",
                    EmailAddress="olivia@example.com",
                    Categories="Bride;Work",
                ),
                outlook(FirstName="Max", LastName="Frost", BusinessPhone="+44 7400 123457"),
            ],
            quoted=True,
            encoding="cp1252",
        ),
        fields="- given - family - - - - - - - - phone phone phone phone - - - tags email - - notes - -",
        heading=1,
        guests=(
            GuestDraft(
                "Olivia Hart",
                "+447400123456",
                "olivia@example.com",
                extra={"title": "Mr", "other_phone": "+44 20 7946 0123"},
                tags=(
                    "Bride",
                    "Work",
                ),
            ),
            GuestDraft("Max Frost", "+447400123457"),
        ),
        findings=((2, "row_several_phones"),),
    ),
    GuestList(
        "outlook_de_csv",
        "DE",
        lambda: text(
            [
                [
                    "Anrede",
                    "Vorname",
                    "Nachname",
                    "Mobiltelefon",
                    "Telefon (privat)",
                    "E-Mail-Adresse",
                    "Kategorien",
                ],
                ["Herr", "Jörg", "Müller", "0152 28817386", "030 23125 123", "joerg@example.com", ""],
            ],
            quoted=True,
            encoding="cp1252",
        ),
        fields="- given family phone phone email tags",
        heading=1,
        guests=(
            GuestDraft(
                "Jörg Müller",
                "+4915228817386",
                "joerg@example.com",
                extra={"anrede": "Herr", "other_phone": "+49 30 23125123"},
            ),
        ),
        findings=((2, "row_several_phones"),),
    ),
)
