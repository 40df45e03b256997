"""What spreadsheet programs save."""

from tests.corpus.compound import xls
from tests.corpus.guest_list import GuestList
from tests.corpus.writers import ods, text, web_page, xlsx, xml_workbook
from waapp.core.guests import GuestDraft

SPREADSHEETS = (
    GuestList(
        "excel_en_csv",
        "US",
        lambda: text(
            [
                ["Name", "Phone", "Email", "Group"],
                ["Emma Clark", "(202) 555-0123", "emma@example.com", "Bride"],
                ["Noah Reed", "202-555-0134", "", ""],
                ["Total", "2", "", ""],
            ],
            encoding="utf-8-sig",
        ),
        fields="name phone email group",
        heading=1,
        guests=(
            GuestDraft("Emma Clark", "+12025550123", "emma@example.com", group="Bride"),
            GuestDraft("Noah Reed", "+12025550134"),
        ),
        findings=((4, "row_total"),),
    ),
    GuestList(
        "excel_de_semicolon",
        "DE",
        lambda: text(
            [
                ["Vorname", "Nachname", "Handy", "E-Mail", "Gruppe", "Bemerkung"],
                ["Jörg", "Müller", "0152 28817386", "joerg@example.com", "Familie", "vegetarisch; spät"],
                ["Anke", "Groß", "+49 30 23125 123", "", "", ""],
            ],
            delimiter=";",
            encoding="cp1252",
        ),
        fields="given family phone email group notes",
        heading=1,
        guests=(
            GuestDraft(
                "Jörg Müller",
                "+4915228817386",
                "joerg@example.com",
                group="Familie",
                notes="vegetarisch; spät",
            ),
            GuestDraft("Anke Groß", "+493023125123"),
        ),
        findings=((3, "phone_landline"),),
    ),
    GuestList(
        "excel_pt_sep_line",
        "PT",
        lambda: text(
            [
                ["Nome do convidado", "Telemóvel", "E-mail", "Idioma", "Mesa"],
                ["Inês Conceição", "912 345 678", "ines@example.com", "Português", "4"],
                ["João Araújo", "00351 913 333 333", "", "en", "4"],
            ],
            delimiter=";",
            encoding="cp1252",
            before="sep=;\r\n",
        ),
        fields="name phone email language -",
        heading=2,
        guests=(
            GuestDraft(
                "Inês Conceição", "+351912345678", "ines@example.com", language="pt", extra={"mesa": "4"}
            ),
            GuestDraft("João Araújo", "+351913333333", language="en", extra={"mesa": "4"}),
        ),
        findings=(),
    ),
    GuestList(
        "excel_unicode_text",
        "PT",
        lambda: text(
            [
                ["Nome", "Telefone", "Observações"],
                ["Zé da Costa", "3.51912345678E+11", "alérgico a nozes"],
                ["Rui", "3,51913E+11", ""],
                ["Ana", "914444444.0", ""],
            ],
            delimiter="\t",
            encoding="utf-16",
        ),
        fields="name phone notes",
        heading=1,
        guests=(
            GuestDraft("Zé da Costa", "+351912345678", notes="alérgico a nozes"),
            GuestDraft("Rui", "3,51913E+11"),
            GuestDraft("Ana", "+351914444444"),
        ),
        findings=((3, "phone_rounded"),),
    ),
    GuestList(
        "excel_fr_csv",
        "FR",
        lambda: text(
            [
                ["Nom", "Prénom", "Téléphone portable", "Courriel", "Côté"],
                ["LEFÈVRE", "Zoé", "06 12 34 56 78", "zoe@example.com", "Mariée"],
                ["Dubois", "Éric", "+33 6 12 34 56 79", "eric@exemple", "Marié"],
            ],
            delimiter=";",
            encoding="cp1252",
        ),
        fields="name given phone email group",
        heading=1,
        guests=(
            GuestDraft("Zoé LEFÈVRE", "+33612345678", "zoe@example.com", group="Mariée"),
            GuestDraft(
                "Éric Dubois", "+33612345679", group="Marié", extra={"email_as_given": "eric@exemple"}
            ),
        ),
        findings=((3, "email_wrong"),),
    ),
    GuestList(
        "excel_mac_csv",
        "PT",
        lambda: text(
            [["Nome", "Telemóvel"], ["Inês Conceição", "912345678"], ["João Araújo", "913333333"]],
            delimiter=";",
            encoding="mac_roman",
            ending="\r",
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Inês Conceição", "+351912345678"),
            GuestDraft("João Araújo", "+351913333333"),
        ),
        findings=(),
    ),
    GuestList(
        "excel_numbers_xlsx",
        "BR",
        lambda: xlsx(
            [
                ["Nome", "WhatsApp", "Acompanhantes"],
                ["Lúcia Prado", 5511999123456, 2],
                ["Téo Ramos", 11999123457.0, 0],
                ["Bia", "5.511999e12", 1],
            ]
        ),
        fields="name phone plus_ones",
        heading=1,
        guests=(
            GuestDraft("Lúcia Prado", "+5511999123456", plus_ones=2),
            GuestDraft("Téo Ramos", "+5511999123457"),
            GuestDraft("Bia", "5.511999e12", plus_ones=1),
        ),
        findings=((4, "phone_rounded"),),
    ),
    GuestList(
        "excel_titles_above_xlsx",
        "PT",
        lambda: xlsx(
            [
                ["Casamento Ana & Rui"],
                ["Atualizado", "2026-06-05"],
                [],
                ["Nome", "Telefone", "Mesa"],
                ["Eva Reis", "912 345 678", 4],
                [],
                ["Rui Sá", "913 333 333", 5],
                ["Total", 2],
            ]
        ),
        fields="name phone -",
        heading=4,
        guests=(
            GuestDraft("Eva Reis", "+351912345678", extra={"mesa": "4"}),
            GuestDraft("Rui Sá", "+351913333333", extra={"mesa": "5"}),
        ),
        findings=((8, "row_total"),),
    ),
    GuestList(
        "excel_two_sheets_xlsx",
        "PT",
        lambda: xlsx(
            [],
            [["Nome", "Telefone"], ["Eva Reis", "912 345 678"]],
            [["Fornecedor", "Telefone"], ["Flores", "222 045 678"]],
            names=["Capa", "Convidados", "Fornecedores"],
            hidden=[],
        ),
        fields="name phone",
        heading=1,
        guests=(GuestDraft("Eva Reis", "+351912345678"),),
        findings=(),
    ),
    GuestList(
        "excel_hidden_sheet_xlsx",
        "PT",
        lambda: xlsx(
            [["Nome", "Telefone"], ["Segredo", "919 999 999"]],
            [["Nome", "Telefone"], ["Eva Reis", "912 345 678"]],
            names=["Antiga", "Convidados"],
            hidden=["Antiga"],
        ),
        fields="name phone",
        heading=1,
        guests=(GuestDraft("Eva Reis", "+351912345678"),),
        findings=(),
    ),
    GuestList(
        "excel_97_xls",
        "PT",
        lambda: xls(
            [
                ["Nome", "Telefone", "Mesa"],
                ["Inês Conceição", "+351 912 345 678", 4.0],
                ["Zé", 913333333.0, ""],
            ]
        ),
        fields="name phone -",
        heading=1,
        guests=(
            GuestDraft("Inês Conceição", "+351912345678", extra={"mesa": "4"}),
            GuestDraft("Zé", "+351913333333"),
        ),
        findings=(),
    ),
    GuestList(
        "excel_macros_xlsm",
        "PT",
        lambda: xlsx([["Nome", "Telefone"], ["Eva Reis", "912 345 678"]], macros=True),
        fields="name phone",
        heading=1,
        guests=(GuestDraft("Eva Reis", "+351912345678"),),
        findings=(),
    ),
    GuestList(
        "excel_template_xltx",
        "PT",
        lambda: xlsx([["Nome", "Telefone"], ["Eva Reis", "912 345 678"]], template=True),
        fields="name phone",
        heading=1,
        guests=(GuestDraft("Eva Reis", "+351912345678"),),
        findings=(),
    ),
    GuestList(
        "excel_template_with_macros_xltm",
        "PT",
        lambda: xlsx(
            [["Nome", "Telefone"], ["Eva Reis", "912 345 678"], ["Fora", "913 333 333"]],
            macros=True,
            template=True,
            hidden_rows=[3],
        ),
        fields="name phone",
        heading=1,
        guests=(GuestDraft("Eva Reis", "+351912345678"), GuestDraft("Fora", "+351913333333")),
        findings=((3, "row_hidden"),),
    ),
    GuestList(
        "open_template_ots",
        "PT",
        lambda: ods([["Nome", "Telefone"], ["Eva Reis", "912 345 678"]], template=True),
        fields="name phone",
        heading=1,
        guests=(GuestDraft("Eva Reis", "+351912345678"),),
        findings=(),
    ),
    GuestList(
        "web_page_named_xls",
        "GB",
        lambda: web_page(
            [
                ["Guest name", "Mobile", "Notes"],
                ["Olivia Hart", "07400 123456", "Vegan & nut-free"],
                ["Max <b>", "07400 123457", ""],
            ]
        ),
        fields="name phone notes",
        heading=1,
        guests=(
            GuestDraft("Olivia Hart", "+447400123456", notes="Vegan & nut-free"),
            GuestDraft("Max <b>", "+447400123457"),
        ),
        findings=(),
    ),
    GuestList(
        "xml_workbook_named_xls",
        "GB",
        lambda: xml_workbook(
            [
                ["Guest name", "Side", "Mobile"],
                ["Olivia Hart", "", "07400 123456"],
                ["Max Frost", "Groom", "+44 7400 123457"],
            ]
        ),
        fields="name group phone",
        heading=1,
        guests=(
            GuestDraft("Olivia Hart", "+447400123456"),
            GuestDraft("Max Frost", "+447400123457", group="Groom"),
        ),
        findings=(),
    ),
    GuestList(
        "libreoffice_ods",
        "PT",
        lambda: ods(
            [["Nome", "Telefone", "Grupo"], ["Inês Conceição", "912 345 678", "Noiva"], ["Zé", 913333333, ""]]
        ),
        fields="name phone group",
        heading=1,
        guests=(
            GuestDraft("Inês Conceição", "+351912345678", group="Noiva"),
            GuestDraft("Zé", "+351913333333"),
        ),
        findings=(),
    ),
    GuestList(
        "libreoffice_csv_pipe",
        "ES",
        lambda: text(
            [
                ["Nombre y apellidos", "Teléfono móvil", "Teléfono fijo", "Observaciones"],
                ["Lucía García", "612 345 678", "912 345 678", ""],
                ["Íñigo Núñez", "", "913 456 789", "llamar"],
            ],
            delimiter="|",
        ),
        fields="name phone phone notes",
        heading=1,
        guests=(
            GuestDraft("Lucía García", "+34612345678", extra={"other_phone": "+34 912 34 56 78"}),
            GuestDraft("Íñigo Núñez", "+34913456789", notes="llamar"),
        ),
        findings=(
            (2, "row_several_phones"),
            (3, "phone_landline"),
        ),
    ),
    GuestList(
        "apple_numbers_csv",
        "IT",
        lambda: text(
            [
                ["Tabella 1", "", "", ""],
                ["Nome e cognome", "Cellulare", "Email", "Tavolo"],
                ["Giulia Rossi", "312 345 6789", "giulia@example.com", "1"],
                ["Luca Bianchi", "+39 320 123 4567", "", "2"],
            ],
            delimiter=";",
        ),
        fields="name phone email -",
        heading=2,
        guests=(
            GuestDraft("Giulia Rossi", "+393123456789", "giulia@example.com", extra={"tavolo": "1"}),
            GuestDraft("Luca Bianchi", "+393201234567", extra={"tavolo": "2"}),
        ),
        findings=(),
    ),
)
