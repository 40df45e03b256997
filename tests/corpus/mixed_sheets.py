"""Sheets in which more stands than guests: sums, headings of groups, second lists, words around numbers."""

from datetime import date

from tests.corpus.compound import xls, xlsb
from tests.corpus.guest_list import GuestList
from tests.corpus.writers import flat_ods, ods, text, web_page, xlsx, xml_workbook
from waapp.core.guests import GuestDraft

HIDDEN = [
    ["Nome", "Telefone"],
    ["Ana Sousa", "912345678"],
    ["Já não vem", "913333333"],
    ["Eva Reis", "914444444"],
    ["", ""],
    ["Também não", "915555555"],
]
SEEN_AND_HIDDEN = (
    GuestDraft("Ana Sousa", "+351912345678"),
    GuestDraft("Já não vem", "+351913333333"),
    GuestDraft("Eva Reis", "+351914444444"),
    GuestDraft("Também não", "+351915555555"),
)

MIXED = (
    GuestList(
        "titles_and_sum_xlsx",
        "PT",
        lambda: xlsx(
            [
                ["Casamento Inês & João — 12 de setembro de 2026"],
                ["Atualizada em", "", date(2026, 5, 1)],
                [],
                ["Nº", "Nome do convidado", "Telemóvel", "Mesa"],
                [1, "Ana Sousa", 912345678, 1],
                [2, "Rui Costa", 351913333333, 1],
                [3, "Lia Sá", "'914 444 444", 2],
                [4, date(2026, 3, 1), 915555555, 2],
                ["", "Total", 4, ""],
            ]
        ),
        fields="- name phone -",
        heading=4,
        guests=(
            GuestDraft("Ana Sousa", "+351912345678", extra={"no": "1", "mesa": "1"}),
            GuestDraft("Rui Costa", "+351913333333", extra={"no": "2", "mesa": "1"}),
            GuestDraft("Lia Sá", "+351914444444", extra={"no": "3", "mesa": "2"}),
            GuestDraft("2026-03-01", "+351915555555", extra={"no": "4", "mesa": "2"}),
        ),
        findings=(
            (8, "row_name_unlikely"),
            (9, "row_total"),
        ),
    ),
    GuestList(
        "two_lists_below_each_other_xlsx",
        "PT",
        lambda: xlsx(
            [
                ["Lado da noiva"],
                ["Nome", "Telefone"],
                ["Ana Sousa", "912345678"],
                ["Rui Costa", "913333333"],
                [],
                ["Lado do noivo"],
                ["Nome", "Telefone"],
                ["Lia Sá", "914444444"],
                [],
                ["Fornecedores"],
                ["Empresa", "Contacto", "Email"],
                ["Flores Lda", "Maria", "flores@example.com"],
            ]
        ),
        fields="name phone -",
        heading=2,
        guests=(
            GuestDraft("Ana Sousa", "+351912345678", group="Lado da noiva"),
            GuestDraft("Rui Costa", "+351913333333", group="Lado da noiva"),
            GuestDraft("Lia Sá", "+351914444444", group="Lado do noivo"),
            GuestDraft("Flores Lda", "Maria", group="Fornecedores", extra={"column_3": "flores@example.com"}),
        ),
        findings=(
            (6, "row_group_heading"),
            (7, "row_repeated_heading"),
            (10, "row_group_heading"),
            (11, "row_other_headings"),
            (12, "phone_not_a_number"),
        ),
    ),
    GuestList(
        "two_lists_side_by_side_xlsx",
        "PT",
        lambda: xlsx(
            [
                ["Noiva", "", "", "Noivo", ""],
                ["Nome", "Telefone", "", "Nome", "Telefone"],
                ["Ana Sousa", "912345678", "", "Lia Sá", "914444444"],
                ["Rui Costa", "913333333", "", "Zé Reis", "915555555"],
                ["Eva", "", "", "", ""],
                ["", "", "", "Ivo Dias", "916666666"],
            ]
        ),
        fields="name phone - -",
        heading=2,
        guests=(
            GuestDraft("Ana Sousa", "+351912345678", extra={"nome_2": "Lia Sá", "telefone_2": "914444444"}),
            GuestDraft("Rui Costa", "+351913333333", extra={"nome_2": "Zé Reis", "telefone_2": "915555555"}),
            GuestDraft("Eva"),
        ),
        findings=(
            (3, "row_second_list"),
            (4, "row_second_list"),
            (5, "row_no_phone"),
            (6, "guest_name_missing"),
            (6, "row_second_list"),
        ),
    ),
    GuestList(
        "headings_of_groups_xlsx",
        "GB",
        lambda: xlsx(
            [
                ["Name", "Phone"],
                ["Bride's side", ""],
                ["Ann Lee", "07911 123123"],
                ["Bob Lee", "07911 123124"],
                ["Groom's side", ""],
                ["Cy Poe", "07911 123125"],
                ["Friends", ""],
                ["Di Roe", ""],
                ["WORK COLLEAGUES:", ""],
                ["Ed Fox", "07911 123126"],
                ["Table 4", ""],
                ["Flo Kay", "07911 123127"],
                ["Marie", ""],
            ]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Ann Lee", "+447911123123", group="Bride's side"),
            GuestDraft("Bob Lee", "+447911123124", group="Bride's side"),
            GuestDraft("Cy Poe", "+447911123125", group="Groom's side"),
            GuestDraft("Di Roe", group="Friends"),
            GuestDraft("Ed Fox", "+447911123126", group="WORK COLLEAGUES"),
            GuestDraft("Flo Kay", "+447911123127", group="Table 4"),
            GuestDraft("Marie", group="Table 4"),
        ),
        findings=(
            (2, "row_group_heading"),
            (5, "row_group_heading"),
            (7, "row_group_heading"),
            (8, "row_no_phone"),
            (9, "row_group_heading"),
            (11, "row_group_heading"),
            (13, "row_no_phone"),
        ),
    ),
    GuestList(
        "sums_xlsx",
        "GB",
        lambda: xlsx(
            [
                ["Name", "Phone", "Adults", "Children"],
                ["Ann Lee", "07911 123123", 2, 1],
                ["Total guests: 120", "", "", ""],
                ["Total", None, 2, 1],
                ["Grand total", "", "3", ""],
                ["TOTAL GUESTS", "", "2", "1"],
                ["Sub-total", "", "2", ""],
                ["Total Cooper", "07911 123124", "", ""],
                ["Grand Duke Ivo", "", "", ""],
            ]
        ),
        fields="name phone - -",
        heading=1,
        guests=(
            GuestDraft("Ann Lee", "+447911123123", extra={"adults": "2", "children": "1"}),
            GuestDraft("Total Cooper", "+447911123124"),
            GuestDraft("Grand Duke Ivo"),
        ),
        findings=(
            (3, "row_total"),
            (4, "row_total"),
            (5, "row_total"),
            (6, "row_total"),
            (7, "row_total"),
            (9, "row_no_phone"),
        ),
    ),
    GuestList(
        "companions_xlsx",
        "GB",
        lambda: xlsx(
            [
                ["Guest", "Mobile"],
                ["Ann Lee", "07911 123123"],
                ["+1", ""],
                ["Guest of Ann Lee", ""],
                ["Plus one", ""],
                ["Bob Lee +1", "07911 123124"],
                ["Cy Poe & guest", "07911 123125"],
                ["Di Roe (+2)", "07911 123126"],
                ["?", ""],
                ["TBC", ""],
                ["-", ""],
                ["n/a", "n/a"],
                ["007", ""],
            ]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Ann Lee", "+447911123123"),
            GuestDraft("Bob Lee", "+447911123124", plus_ones=1),
            GuestDraft("Cy Poe", "+447911123125", plus_ones=1),
            GuestDraft("Di Roe", "+447911123126", plus_ones=2),
            GuestDraft("007"),
        ),
        findings=(
            (3, "row_no_name"),
            (4, "row_no_name"),
            (5, "row_no_name"),
            (6, "row_plus_ones_in_name"),
            (7, "row_plus_ones_in_name"),
            (8, "row_plus_ones_in_name"),
            (9, "row_no_name"),
            (10, "row_no_name"),
            (11, "row_no_name"),
            (12, "row_no_name"),
            (13, "row_name_unlikely"),
            (13, "row_no_phone"),
        ),
    ),
    GuestList(
        "several_people_csv",
        "PT",
        lambda: text(
            [
                ["Nome", "Telefone"],
                ["Ana & Rui Costa", "912345678"],
                ["Ana e Rui Costa", "913333333"],
                ["Inês Vega e Montenegro", "914444444"],
                ["Família Pires", "915555555"],
                ["Lia Sá\nZé Sá", "916666666"],
                ["Eva, Ivo e Noa Dias", "917777777 / 918888888"],
            ]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Ana & Rui Costa", "+351912345678"),
            GuestDraft("Ana e Rui Costa", "+351913333333"),
            GuestDraft("Inês Vega e Montenegro", "+351914444444"),
            GuestDraft("Família Pires", "+351915555555"),
            GuestDraft("Lia Sá Zé Sá", "+351916666666"),
            GuestDraft("Eva, Ivo e Noa Dias", "+351917777777", extra={"other_phone": "+351 918 888 888"}),
        ),
        findings=(
            (2, "row_several_people"),
            (3, "row_several_people"),
            (6, "row_several_people"),
            (7, "row_several_phones"),
            (7, "row_several_people"),
        ),
    ),
    GuestList(
        "words_around_numbers_csv",
        "PT",
        lambda: text(
            [
                ["Nome", "Contacto"],
                ["Ana", "912345678 (mãe)"],
                ["Rui", "Tel: 913333333"],
                ["Lia", "ver Ana"],
                ["Zé", "m 914444444 t 222045678"],
                ["Eva", "eva@example.com"],
                ["Ivo", '="915555555"'],
                ["Noa", "https://wa.me/351916666666"],
            ]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Ana", "+351912345678"),
            GuestDraft("Rui", "+351913333333"),
            GuestDraft("Lia", "ver Ana"),
            GuestDraft("Zé", "+351914444444", extra={"other_phone": "+351 22 204 5678"}),
            GuestDraft("Eva", email="eva@example.com"),
            GuestDraft("Ivo", "+351915555555"),
            GuestDraft("Noa", "+351916666666"),
        ),
        findings=(
            (2, "row_phone_guessed"),
            (4, "phone_not_a_number"),
            (5, "row_several_phones"),
            (5, "row_phone_guessed"),
            (6, "row_no_phone"),
        ),
    ),
    GuestList(
        "names_with_numbers_txt",
        "PT",
        lambda: b"Ana Sousa - 912345678\nRui Costa: +351 913 333 333\nTia Alice\n",
        fields="name",
        heading=None,
        guests=(
            GuestDraft("Ana Sousa", "+351912345678"),
            GuestDraft("Rui Costa", "+351913333333"),
            GuestDraft("Tia Alice"),
        ),
        findings=(
            (1, "row_phone_in_name"),
            (2, "row_phone_in_name"),
            (3, "row_no_phone"),
        ),
    ),
    GuestList(
        "old_mexican_mobiles_csv",
        "MX",
        lambda: text(
            [
                ["Nombre del invitado", "Teléfono (WhatsApp)", "Lado"],
                ["Ana García", "55 1234 5678", "Novia"],
                ["Luis Gil", "+52 1 55 1234 5679", "Novio"],
                ["Eva Paz", "+5215512345680", ""],
            ]
        ),
        fields="name phone group",
        heading=1,
        guests=(
            GuestDraft("Ana García", "+525512345678", group="Novia"),
            GuestDraft("Luis Gil", "+525512345679", group="Novio"),
            GuestDraft("Eva Paz", "+525512345680"),
        ),
        findings=(),
    ),
    GuestList(
        "line_ends_in_cells_csv",
        "DE",
        lambda: text(
            [
                ["Name", "Handy", "Bemerkung"],
                ["Zoë Brandt", "01512 3456789", "Ring 1\r\n10115 Berlin"],
                ["Jörg Maier", "0151 23456780", "Weg 2\nHinterhaus; links"],
            ],
            delimiter=";",
            quoted=True,
            encoding="cp1252",
        ),
        fields="name phone notes",
        heading=1,
        guests=(
            GuestDraft("Zoë Brandt", "+4915123456789", notes="Ring 1\n10115 Berlin"),
            GuestDraft("Jörg Maier", "+4915123456780", notes="Weg 2\nHinterhaus; links"),
        ),
        findings=(),
    ),
    GuestList(
        "utf_16_without_mark_txt",
        "PT",
        lambda: text(
            [["Nome", "Telefone"], ["Inês", "912345678"], ["João", "913333333"]],
            delimiter="\t",
            encoding="utf-16-be",
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Inês", "+351912345678"),
            GuestDraft("João", "+351913333333"),
        ),
        findings=(),
    ),
    GuestList(
        "hebrew_cp1255_csv",
        "IL",
        lambda: text(
            [
                ["שם מלא", "טלפון נייד", "צד"],
                ["דוד כהן", "050-2345678", "חתן"],
                ["רחל לוי", "0522345678", "כלה"],
            ],
            encoding="cp1255",
        ),
        fields="name phone group",
        heading=1,
        guests=(
            GuestDraft("דוד כהן", "+972502345678", group="חתן"),
            GuestDraft("רחל לוי", "+972522345678", group="כלה"),
        ),
        findings=(),
    ),
    GuestList(
        "turkish_iso_8859_9_csv",
        "TR",
        lambda: text(
            [
                ["Ad Soyad", "Cep Telefonu", "Taraf"],
                ["Şule Yıldız", "0532 123 45 67", "Gelin"],
                ["Çağrı Öztürk", "+90 533 123 45 67", "Damat"],
            ],
            delimiter=";",
            encoding="iso8859_9",
        ),
        fields="name phone group",
        heading=1,
        guests=(
            GuestDraft("Şule Yıldız", "+905321234567", group="Gelin"),
            GuestDraft("Çağrı Öztürk", "+905331234567", group="Damat"),
        ),
        findings=(),
    ),
    GuestList(
        "arabic_digits_csv",
        "EG",
        lambda: text(
            [
                ["الاسم", "رقم الواتساب", "عدد المرافقين", "المجموعة"],
                ["أحمد علي", "٠١٠٠١٢٣٤٥٦٧", "٢", "أهل العريس"],
                ["فاطمة", "+٢٠ ١٠١ ٢٣٤ ٥٦٧٨", "", "أهل العروس"],
                ["المجموع", "٢", "", ""],
            ]
        ),
        fields="name phone plus_ones group",
        heading=1,
        guests=(
            GuestDraft("أحمد علي", "+201001234567", group="أهل العريس", plus_ones=2),
            GuestDraft("فاطمة", "+201012345678", group="أهل العروس"),
        ),
        findings=((4, "row_total"),),
    ),
    GuestList(
        "french_accents_csv",
        "FR",
        lambda: text(
            [
                [
                    "Prénom",
                    "NOM",
                    "N° de portable",
                    "Adresse e-mail",
                    "Côté",
                    "Nb d'accompagnants",
                    "Remarques",
                ],
                ["Zoé", "DUPONT", "06 12 34 56 78", "zoe@example.com", "Mariée", "1", "Végétarienne"],
            ],
            delimiter=";",
            encoding="cp1252",
        ),
        fields="given name phone email group plus_ones notes",
        heading=1,
        guests=(
            GuestDraft(
                "Zoé DUPONT", "+33612345678", "zoe@example.com", "Mariée", notes="Végétarienne", plus_ones=1
            ),
        ),
        findings=(),
    ),
    GuestList(
        "merged_families_xlsx",
        "PT",
        lambda: xlsx(
            [
                ["Família", "Nome", "Contactos", "", "Mesa"],
                ["", "", "Telefone", "E-mail", ""],
                ["Sousa", "Ana Sousa", "912345678", "ana@example.com", 4],
                ["", "Rui Sousa", "913333333", "", ""],
                ["", "", "", "", ""],
                ["Reis", "Eva Reis", "914444444", "", 5],
                ["", "", "915555555", "", ""],
            ],
            merged=["A1:A2", "B1:B2", "C1:D1", "A3:A5", "E3:E4", "A6:A7", "B6:B7"],
        ),
        fields="group name phone email -",
        heading=2,
        guests=(
            GuestDraft("Ana Sousa", "+351912345678", "ana@example.com", "Sousa", extra={"column_5": "4"}),
            GuestDraft("Rui Sousa", "+351913333333", group="Sousa", extra={"column_5": "4"}),
            GuestDraft("Eva Reis", "+351914444444", group="Reis", extra={"column_5": "5"}),
        ),
        findings=((7, "guest_name_missing"),),
    ),
    GuestList(
        "hidden_rows_xlsx",
        "PT",
        lambda: xlsx(
            [["Arquivo"], ["Velha", "911111111"]],
            [
                ["Nome", "Telefone"],
                ["Ana Sousa", "912345678"],
                ["Já não vem", "913333333"],
                ["Eva Reis", "914444444"],
            ],
            names=["Arquivo", "Lista"],
            hidden=["Arquivo"],
            hidden_rows=[3],
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Ana Sousa", "+351912345678"),
            GuestDraft("Já não vem", "+351913333333"),
            GuestDraft("Eva Reis", "+351914444444"),
        ),
        findings=((3, "row_hidden"),),
    ),
    GuestList(
        "excel_binary_xlsb",
        "PT",
        lambda: xlsb(
            [["Nome", "Telefone"], ["Inês Sousa", "912 345 678"], ["", ""], ["Rui", "+351 913 333 333"]]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Inês Sousa", "+351912345678"),
            GuestDraft("Rui", "+351913333333"),
        ),
        findings=(),
    ),
    GuestList(
        "hidden_rows_xls",
        "PT",
        lambda: xls(HIDDEN, hidden_rows=[3, 6]),
        fields="name phone",
        heading=1,
        guests=SEEN_AND_HIDDEN,
        findings=((3, "row_hidden"), (6, "row_hidden")),
    ),
    GuestList(
        "hidden_rows_xlsb",
        "PT",
        lambda: xlsb(HIDDEN, name="Família & Amigos", hidden_rows=[3, 6]),
        fields="name phone",
        heading=1,
        guests=SEEN_AND_HIDDEN,
        findings=((3, "row_hidden"), (6, "row_hidden")),
    ),
    GuestList(
        "filtered_rows_ods",
        "PT",
        lambda: ods(HIDDEN, hidden_rows={3: "filter", 4: "visible", 6: "collapse"}),
        fields="name phone",
        heading=1,
        guests=SEEN_AND_HIDDEN,
        findings=((3, "row_hidden"), (6, "row_hidden")),
    ),
    GuestList(
        "hidden_rows_in_xml_named_xls",
        "PT",
        lambda: xml_workbook(HIDDEN, hidden_rows=[3, 6]),
        fields="name phone",
        heading=1,
        guests=SEEN_AND_HIDDEN,
        findings=((3, "row_hidden"), (6, "row_hidden")),
    ),
    GuestList(
        "hidden_rows_in_a_page_named_xls",
        "PT",
        lambda: web_page(HIDDEN, hidden_rows=[3, 6]),
        fields="name phone",
        heading=1,
        guests=SEEN_AND_HIDDEN,
        findings=((3, "row_hidden"), (6, "row_hidden")),
    ),
    GuestList(
        "filtered_rows_fods",
        "PT",
        lambda: flat_ods(HIDDEN, hidden_rows={3: "filter", 6: "collapse"}),
        fields="name phone",
        heading=1,
        guests=SEEN_AND_HIDDEN,
        findings=((3, "row_hidden"), (6, "row_hidden")),
    ),
)
