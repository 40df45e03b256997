"""Lists as clients send them: what address books, group chats and tables make of guests."""

from tests.corpus.guest_list import GuestList
from tests.corpus.writers import text, xlsx
from waapp.core.guests import GuestDraft

CLIENTS = (
    GuestList(
        "phones_with_strokes_csv",
        "DE",
        lambda: text(
            [
                ["Name", "Telefon", "Personen"],
                ["Anna & Ben Muster", '="004915123456789"', "2"],
                ["FAMILIE SCHMIDT +2", "01512 3456780", "4"],
                ["Huber, Lena", "4,91512E+12", "1"],
                ["Maier c/o Huber", "0151 23456781 / 0170 1234567", ""],
                ["Tom Roth", "0151/23456782 od. 030/123456", "1"],
                ["Ida Voss", "Handy: 0151/23456783, Festnetz: 030/1234567", "1"],
                ["Uwe Kern", "0151 2345678 oder 9", "1"],
                ["Summe", "", "11"],
            ],
            delimiter=";",
            encoding="cp1252",
        ),
        fields="name phone -",
        heading=1,
        guests=(
            GuestDraft("Anna & Ben Muster", "+4915123456789", extra={"personen": "2"}),
            GuestDraft("FAMILIE SCHMIDT", "+4915123456780", extra={"personen": "4"}, plus_ones=2),
            GuestDraft("Huber, Lena", "4,91512E+12", extra={"personen": "1"}),
            GuestDraft("Maier c/o Huber", "+4915123456781", extra={"other_phone": "+49 170 1234567"}),
            GuestDraft("Tom Roth", "+4915123456782", extra={"personen": "1", "other_phone": "+49 30 123456"}),
            GuestDraft(
                "Ida Voss", "+4915123456783", extra={"personen": "1", "other_phone": "+49 30 1234567"}
            ),
            GuestDraft("Uwe Kern", "0151 2345678 oder 9", extra={"personen": "1"}),
        ),
        findings=(
            (2, "row_several_people"),
            (3, "row_plus_ones_in_name"),
            (4, "phone_rounded"),
            (5, "row_several_phones"),
            (6, "row_several_phones"),
            (7, "row_several_phones"),
            (7, "row_phone_guessed"),
            (8, "phone_impossible"),
            (9, "row_total"),
        ),
    ),
    GuestList(
        "numbered_message_txt",
        "PT",
        lambda: (
            "1. Ana Sousa 912 345 678\n2. Rui Costa - 913333333\n3) Eva +351914444444\n- Zé 915 555 555\n• Lia: 916 666 666\n".encode()
        ),
        fields="name",
        heading=None,
        guests=(
            GuestDraft("Ana Sousa", "+351912345678"),
            GuestDraft("Rui Costa", "+351913333333"),
            GuestDraft("Eva", "+351914444444"),
            GuestDraft("Zé", "+351915555555"),
            GuestDraft("Lia", "+351916666666"),
        ),
        findings=(
            (1, "row_phone_in_name"),
            (2, "row_phone_in_name"),
            (3, "row_phone_in_name"),
            (4, "row_phone_in_name"),
            (5, "row_phone_in_name"),
        ),
    ),
    GuestList(
        "whatsapp_group_with_public_names_csv",
        "BR",
        lambda: text(
            [
                ["Phone Number", "Name", "Public Name", "Is Admin", "Group Name"],
                ["+55 11 91234-5678", "Ana", "~ana 💃", "Yes", "Casamento"],
                ["5511912345679", "", "~Zé", "No", "Casamento"],
                ["\u200e+55 11 91234‑5670", "~ Rui Souza", "", "No", "Casamento"],
            ]
        ),
        fields="phone name - - group",
        heading=1,
        guests=(
            GuestDraft(
                "Ana",
                "+5511912345678",
                group="Casamento",
                extra={"public_name": "~ana 💃", "is_admin": "Yes"},
            ),
            GuestDraft(
                "Zé", "+5511912345679", group="Casamento", extra={"public_name": "~Zé", "is_admin": "No"}
            ),
            GuestDraft("Rui Souza", "+5511912345670", group="Casamento", extra={"is_admin": "No"}),
        ),
        findings=((3, "row_name_from"),),
    ),
    GuestList(
        "google_contacts_before_2024_csv",
        "US",
        lambda: text(
            [
                [
                    "Name",
                    "Given Name",
                    "Family Name",
                    "Nickname",
                    "Group Membership",
                    "E-mail 1 - Type",
                    "E-mail 1 - Value",
                    "Phone 1 - Type",
                    "Phone 1 - Value",
                    "Organization 1 - Name",
                ],
                [
                    "Emma Clark",
                    "Emma",
                    "Clark",
                    "",
                    "Wedding ::: * myContacts",
                    "* ",
                    "e@example.com ::: e2@example.com",
                    "Mobile",
                    "+1 202-555-0123 ::: +1 202-555-0134",
                    "",
                ],
                ["", "", "", "Nan", "* myContacts", "", "", "Home", "(202) 555-0145", ""],
                ["", "", "", "", "* myContacts", "", "", "Mobile", "2025550156", "Flowers Inc"],
            ]
        ),
        fields="name given family - tags - email - phone -",
        heading=1,
        guests=(
            GuestDraft(
                "Emma Clark",
                "+12025550123",
                "e@example.com",
                extra={
                    "e_mail_1_type": "*",
                    "phone_1_type": "Mobile",
                    "other_phone": "+1 202-555-0134",
                    "other_email": "e2@example.com",
                },
                tags=("Wedding",),
            ),
            GuestDraft("Nan", "+12025550145", extra={"nickname": "Nan", "phone_1_type": "Home"}),
        ),
        findings=(
            (2, "row_several_phones"),
            (2, "row_several_emails"),
            (3, "row_name_from"),
            (4, "guest_name_missing"),
        ),
    ),
    GuestList(
        "outlook_german_csv",
        "DE",
        lambda: text(
            [
                [
                    "Anrede",
                    "Vorname",
                    "Nachname",
                    "Firma",
                    "Telefon Assistent",
                    "Fax geschäftlich",
                    "Telefon geschäftlich",
                    "Telefon privat",
                    "Mobiltelefon",
                    "E-Mail: Angezeigter Name",
                    "E-Mail-Adresse",
                    "Kategorien",
                    "Kinder",
                    "Notizen",
                    "Sprache",
                ],
                [
                    "Herr",
                    "Jörg",
                    "Maier",
                    "",
                    "030 111",
                    "",
                    "030 2345678",
                    "",
                    "+49 (1512) 3456789",
                    "Jörg Maier (j@example.com)",
                    "j@example.com",
                    "Hochzeit;Freunde",
                    "Lena; Tom",
                    "",
                    "Deutsch",
                ],
                ["", "Ute", "Roth", "", "", "", "01512 3456780", "", "", "", "", "", "", "", ""],
            ],
            delimiter=";",
            encoding="cp1252",
            quoted=True,
        ),
        fields="- given family - - - phone phone phone - email tags - notes language",
        heading=1,
        guests=(
            GuestDraft(
                "Jörg Maier",
                "+4915123456789",
                "j@example.com",
                language="de",
                extra={
                    "anrede": "Herr",
                    "telefon_assistent": "030 111",
                    "e_mail_angezeigter_name": "Jörg Maier (j@example.com)",
                    "kinder": "Lena; Tom",
                    "other_phone": "+49 30 2345678",
                },
                tags=("Hochzeit", "Freunde"),
            ),
            GuestDraft("Ute Roth", "+4915123456780"),
        ),
        findings=((2, "row_several_phones"),),
    ),
    GuestList(
        "outlook_french_csv",
        "FR",
        lambda: text(
            [
                [
                    "Titre",
                    "Prénom",
                    "Nom",
                    "Télécopie (bureau)",
                    "Téléphone (bureau)",
                    "Téléphone (domicile)",
                    "Tél. mobile",
                    "Adresse de messagerie",
                    "Nom complet de l'adresse de messagerie",
                    "Langue",
                ],
                [
                    "Mme",
                    "Zoé",
                    "DUPONT",
                    "",
                    "01 42 68 53 00",
                    "",
                    "06 12 34 56 78",
                    "zoe@example.com",
                    "Zoé DUPONT (zoe@example.com)",
                    "Français",
                ],
            ],
            encoding="cp1252",
        ),
        fields="- given name - phone phone phone email - language",
        heading=1,
        guests=(
            GuestDraft(
                "Zoé DUPONT",
                "+33612345678",
                "zoe@example.com",
                language="fr",
                extra={
                    "titre": "Mme",
                    "nom_complet_de_l_adresse_de_messagerie": "Zoé DUPONT (zoe@example.com)",
                    "other_phone": "+33 1 42 68 53 00",
                },
            ),
        ),
        findings=((2, "row_several_phones"),),
    ),
    GuestList(
        "families_with_a_contact_csv",
        "GB",
        lambda: text(
            [
                ["Family", "Adults", "Kids (under 12)", "Kids names", "Contact", "Mobile no."],
                ["The Harts", "2", "1", "Tim", "Olivia Hart", "07400 123456"],
                ["Frost", "1", "0", "", "MAX FROST", "07400 123457"],
            ]
        ),
        fields="group - - - name phone",
        heading=1,
        guests=(
            GuestDraft(
                "Olivia Hart",
                "+447400123456",
                group="The Harts",
                extra={"adults": "2", "kids_under_12": "1", "kids_names": "Tim"},
            ),
            GuestDraft(
                "MAX FROST", "+447400123457", group="Frost", extra={"adults": "1", "kids_under_12": "0"}
            ),
        ),
        findings=(),
    ),
    GuestList(
        "sums_in_hebrew_csv",
        "IL",
        lambda: text(
            [
                ["שם", "נייד", "כמות"],
                ["דוד כהן", "\u200e050-234-5678\u200e", "2"],
                ["\u202bרחל לוי\u202c", "\u2066+972 52-234-5678\u2069", "1"],
                ['סה"כ', "", "3"],
            ]
        ),
        fields="name phone -",
        heading=1,
        guests=(
            GuestDraft("דוד כהן", "+972502345678", extra={"כמות": "2"}),
            GuestDraft("רחל לוי", "+972522345678", extra={"כמות": "1"}),
        ),
        findings=((4, "row_total"),),
    ),
    GuestList(
        "full_width_csv",
        "JP",
        lambda: text(
            [
                ["氏名", "電話番号", "備考"],
                ["山田\u3000太郎", "０９０－１２３４－５６７８", "新郎友人"],
                ["鈴木様ご夫妻", "090ー1111ー2222", ""],
                ["合計", "", ""],
            ]
        ),
        fields="name phone notes",
        heading=1,
        guests=(
            GuestDraft("山田 太郎", "+819012345678", notes="新郎友人"),
            GuestDraft("鈴木様ご夫妻", "+819011112222"),
        ),
        findings=((4, "row_total"),),
    ),
    GuestList(
        "notion_relations_csv",
        "GB",
        lambda: text(
            [
                ["Name", "Phone", "Side", "Household"],
                [
                    "Olivia Hart",
                    "+44 7400 123456",
                    "Bride",
                    "Hart family (https://www.notion.so/Hart-1234567890abcdef)",
                ],
                ["👰 Bride’s mum – Jill", "07400123457", "Bride", ""],
            ],
            encoding="utf-8-sig",
        ),
        fields="name phone group household",
        heading=1,
        guests=(
            GuestDraft("Olivia Hart", "+447400123456", group="Bride", household="Hart family"),
            GuestDraft("👰 Bride’s mum – Jill", "+447400123457", group="Bride"),
        ),
        findings=(),
    ),
    GuestList(
        "mailchimp_texts_csv",
        "US",
        lambda: text(
            [
                ["Email Address", "First Name", "Last Name", "Phone Number", "SMS Phone", "TIMEZONE", "TAGS"],
                ["emma@example.com", "Emma", "Clark", "", "12025550123", "America/Chicago", '"VIP"'],
            ],
            quoted=True,
        ),
        fields="email given family phone phone time_zone tags",
        heading=1,
        guests=(
            GuestDraft(
                "Emma Clark", "+12025550123", "emma@example.com", tags=("VIP",), time_zone="America/Chicago"
            ),
        ),
        findings=(),
    ),
    GuestList(
        "guests_of_guests_csv",
        "US",
        lambda: text(
            [
                ["First Name", "Last Name", "Phone Number", "Invitation Name"],
                ["Emma", "Clark", "202-555-0123", "Ms. Emma Clark & Guest"],
                ["Emma Clark's", "Guest", "", "Ms. Emma Clark & Guest"],
                ["Noah", "Reed", "202-555-0134 x12", "Mr. Reed"],
            ]
        ),
        fields="given family phone household",
        heading=1,
        guests=(
            GuestDraft("Emma Clark", "+12025550123", household="Ms. Emma Clark & Guest"),
            GuestDraft("Noah Reed", "+12025550134", household="Mr. Reed"),
        ),
        findings=(
            (3, "row_no_name"),
            (4, "row_phone_guessed"),
        ),
    ),
    GuestList(
        "one_table_below_another_xlsx",
        "PT",
        lambda: xlsx(
            [
                ["Lado da noiva", "", ""],
                ["Nome", "Telefone", "Mesa"],
                ["Ana", "912345678", "1"],
                ["Rui", "913333333", "1"],
                ["", "Total", "2"],
                ["", "", ""],
                ["Lado do noivo", "", ""],
                ["Nome", "Telefone", "Mesa"],
                ["Eva", "914444444", "2"],
                ["Total", 1, ""],
            ]
        ),
        fields="name phone -",
        heading=2,
        guests=(
            GuestDraft("Ana", "+351912345678", group="Lado da noiva", extra={"mesa": "1"}),
            GuestDraft("Rui", "+351913333333", group="Lado da noiva", extra={"mesa": "1"}),
            GuestDraft("Eva", "+351914444444", group="Lado do noivo", extra={"mesa": "2"}),
        ),
        findings=(
            (5, "row_total"),
            (7, "row_group_heading"),
            (8, "row_repeated_heading"),
            (10, "row_total"),
        ),
    ),
    GuestList(
        "headings_in_two_rows_xlsx",
        "ES",
        lambda: xlsx(
            [
                ["Invitados", "", "Contacto", ""],
                ["Nombre", "Apellidos", "Móvil\nWhatsApp", "Correo"],
                ["Ana", "García", "612 34 56 78", "ana@example.com"],
                ["", "", "", ""],
                ["LUIS", "GIL PÉREZ", "+34 613333333", ""],
                ["TOTAL", "2", "", ""],
            ],
            merged=["A1:B1", "C1:D1"],
        ),
        fields="name family phone email",
        heading=2,
        guests=(
            GuestDraft("Ana García", "+34612345678", "ana@example.com"),
            GuestDraft("LUIS GIL PÉREZ", "+34613333333"),
        ),
        findings=((6, "row_total"),),
    ),
    GuestList(
        "links_and_asides_csv",
        "TR",
        lambda: text(
            [
                ["Ad Soyad", "Telefon", "Kişi"],
                ["AYŞE YILDIZ", "[0532 123 45 67](tel:05321234567)", "2"],
                ["Mehmet Öz", "0533-123-45-67 (eşi: 0534 123 45 67)", "1"],
                ["Can", "5351234567", "3 kişi"],
            ]
        ),
        fields="name phone -",
        heading=1,
        guests=(
            GuestDraft("AYŞE YILDIZ", "+905321234567", extra={"kişi": "2"}),
            GuestDraft("Mehmet Öz", "+905331234567", extra={"kişi": "1", "other_phone": "+90 534 123 45 67"}),
            GuestDraft("Can", "+905351234567", extra={"kişi": "3 kişi"}),
        ),
        findings=(
            (2, "row_phone_guessed"),
            (3, "row_several_phones"),
            (3, "row_phone_guessed"),
        ),
    ),
    GuestList(
        "many_on_one_card_csv",
        "IN",
        lambda: text(
            [
                ["S.No.", "Guest Name (Mr./Mrs.)", "Mobile No. (WhatsApp)", "No. of Pax", "Relation"],
                ["1", "Shri Ramesh Kumar Ji", "98765 43210", "4", "Mama Ji"],
                ["2", "Smt. Sunita Devi & Family", "+91-9876543211, 011-23456789", "6", ""],
                ["", "GRAND TOTAL", "", "10", ""],
            ]
        ),
        fields="- name phone - group",
        heading=1,
        guests=(
            GuestDraft(
                "Shri Ramesh Kumar Ji",
                "+919876543210",
                group="Mama Ji",
                extra={"s_no": "1", "no_of_pax": "4"},
            ),
            GuestDraft(
                "Smt. Sunita Devi & Family",
                "+919876543211",
                extra={"s_no": "2", "no_of_pax": "6", "other_phone": "+91 11 2345 6789"},
            ),
        ),
        findings=(
            (3, "row_several_phones"),
            (3, "row_several_people"),
            (4, "row_total"),
        ),
    ),
    GuestList(
        "companions_in_columns_csv",
        "US",
        lambda: text(
            [
                ["First Name", "Last Name", "Phone", "+1?", "+1 Name", "Kids"],
                ["Emma", "Clark", "202-555-0123", "Y", "Noah Reed", "0"],
                ["Mia", "Fox", "202-555-0134", "N", "", "2"],
            ]
        ),
        fields="given family phone plus_ones - -",
        heading=1,
        guests=(
            GuestDraft("Emma Clark", "+12025550123", extra={"1_name": "Noah Reed", "kids": "0"}, plus_ones=1),
            GuestDraft("Mia Fox", "+12025550134", extra={"kids": "2"}),
        ),
        findings=(),
    ),
    GuestList(
        "chat_message_txt",
        "BR",
        lambda: (
            "Lista de convidados:\n\nFamília da noiva\n1- Ana Souza (11) 91234-5678\n2- Zé e Maria\n3- Tia Lúcia +2 11 91234-5679\n\nAmigos\n4- Beto 11912345670\n".encode()
        ),
        fields="name",
        heading=None,
        guests=(
            GuestDraft("Ana Souza", "+5511912345678", group="Família da noiva"),
            GuestDraft("Zé e Maria", group="Família da noiva"),
            GuestDraft("Tia Lúcia +2 11 91234-5679", group="Família da noiva"),
            GuestDraft("Beto", "+5511912345670", group="Amigos"),
        ),
        findings=(
            (1, "row_group_heading"),
            (3, "row_group_heading"),
            (4, "row_phone_in_name"),
            (5, "row_several_people"),
            (5, "row_no_phone"),
            (6, "row_no_phone"),
            (8, "row_group_heading"),
            (9, "row_phone_in_name"),
        ),
    ),
    GuestList(
        "addresses_beside_names_csv",
        "US",
        lambda: text(
            [
                ["name", "email", "cell"],
                ["Emma <emma@example.com>", "", "202-555-0123"],
                ["Noah Reed", "Noah Reed <noah@example.com>", "202-555-0134"],
                ["mia@example.com", "", "202-555-0145"],
            ]
        ),
        fields="name email phone",
        heading=1,
        guests=(
            GuestDraft("Emma", "+12025550123", "emma@example.com"),
            GuestDraft("Noah Reed", "+12025550134", "noah@example.com"),
            GuestDraft("mia@example.com", "+12025550145", "mia@example.com"),
        ),
        findings=((2, "row_email_in_name"),),
    ),
    GuestList(
        "two_guests_in_a_row_csv",
        "GB",
        lambda: text(
            [
                ["Guest 1 Name", "Guest 1 Mobile", "Guest 2 Name", "Guest 2 Mobile"],
                ["Ann Lee", "07400 123456", "Bob Lee", "07400 123457"],
                ["Cy Poe", "07400 123458", "", ""],
            ]
        ),
        fields="name phone - -",
        heading=1,
        guests=(
            GuestDraft(
                "Ann Lee",
                "+447400123456",
                extra={"guest_2_name": "Bob Lee", "guest_2_mobile": "07400 123457"},
            ),
            GuestDraft("Cy Poe", "+447400123458"),
        ),
        findings=((2, "row_second_list"),),
    ),
    GuestList(
        "thousands_csv",
        "IN",
        lambda: text(
            [
                ["Name", "Contact No"],
                ["Ravi", "9,87,65,43,210"],
                ["Sita", "98765-43211"],
                ["Om", "+91 98765 43212/13"],
            ]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Ravi", "+919876543210"),
            GuestDraft("Sita", "+919876543211"),
            GuestDraft("Om", "+91 98765 43212/13"),
        ),
        findings=((4, "phone_impossible"),),
    ),
    GuestList(
        "agenda_es_csv",
        "ES",
        lambda: text(
            [
                ["Nombre", "Tfno. móvil", "Tfno. fijo", "Obs."],
                ["Tíos de Sevilla", "", "954 12 34 56", "llamar"],
                ["Paco (jefe)", "612345678", "", ""],
                ["LOS GARCÍA", "612345670", "", "vienen 5"],
            ],
            delimiter=";",
            encoding="cp1252",
        ),
        fields="name phone phone notes",
        heading=1,
        guests=(
            GuestDraft("Tíos de Sevilla", "+34954123456", notes="llamar"),
            GuestDraft("Paco (jefe)", "+34612345678"),
            GuestDraft("LOS GARCÍA", "+34612345670", notes="vienen 5"),
        ),
        findings=((2, "phone_landline"),),
    ),
)
