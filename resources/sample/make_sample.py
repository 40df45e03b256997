"""Make the sample: a guest workbook as planners keep them, and how every row of it ends in practice mode.

Run `python resources/sample/make_sample.py`; it writes guests.xlsx and expected.toml beside itself. Nobody in it
exists. Numbers come from the ranges that regulators keep for films and books (Australia, Canada, Germany, Sweden,
United States) or contain 555; the sample event can never be sent outside practice mode all the same.

`end` is what `waapp demo` must find: a status that practice mode gives to the number's last two digits, or why
the row was skipped or the guest left out. tests/test_sample.py derives it a second time from the program's rules.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import tomli_w
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

FOLDER = Path(__file__).parent

READ, DELIVERED, SENT = ("read", ""), ("delivered", ""), ("sent", "")
NOT_ON_WHATSAPP, NO_USABLE_WHATSAPP = ("failed", "63003"), ("failed", "63024")

Cell = str | int | float | date | None


def left_out(reason: str) -> tuple[str, str]:
    """Return the end of a guest whom the plan leaves out."""
    return ("excluded", reason)


def skipped(code: str) -> tuple[str, str]:
    """Return the end of a row that becomes no guest."""
    return ("skipped", code)


class Line(NamedTuple):
    """One row under the headings, as typed by the planner, and how it ends."""

    name: Cell
    phone: Cell
    end: tuple[str, str]
    email: Cell = None
    side: Cell = None
    language: Cell = None
    table: Cell = None
    diet: Cell = None
    notes: Cell = None


ABOVE: tuple[tuple[Cell, ...], ...] = (
    ("Clara & Davi — lista de convidados v7 FINAL (2)",),
    ("Actualizada pela Marta", date(2026, 11, 3)),
    (),
)
HEADINGS = ("Nome", "Telemóvel / WhatsApp", "E-mail", "Lado", "Idioma", "Mesa", "Dieta", "Notas")

LINES = (
    # The bride's side, typed by the planner herself.
    Line("António Ferreira", "915 550 101", READ, "antonio.ferreira@example.com", "Noiva", "pt", 1),
    Line("Maria da Conceição Ferreira", "915550102", READ, "conceicao@example.com", "Noiva", "pt", 1),
    Line("Beatriz Ferreira", "+351 915 550 103", READ, None, "Noiva", "pt", 1, "vegetariana"),
    Line("Inês Ferreira", "00351 915 550 104", READ, "ines.f@example.com", "Noiva", "pt", 1),
    Line("Avó Lurdes", "225 550 105", left_out("landline"), None, "Noiva", "pt", 1, None, "só telefone fixo"),
    Line("Tio Zé & Tia Graça", "93 555 01 06", READ, None, "Noiva", "pt", 2),
    Line("Filipe Ferreira", "+351 915-550-107", READ, "filipe@example.com", "Noiva", "pt", 2, "sem glúten"),
    Line("Rita Nogueira", "915.550.108", READ, None, "Noiva", "pt", 2),
    Line(
        "João Nogueira", "915 550 108", left_out("same_phone"), None, "Noiva", "pt", 2, None, "marido da Rita"
    ),
    Line(
        "Matilde Nogueira",
        "915 550 108",
        left_out("same_phone"),
        None,
        "Noiva",
        "pt",
        2,
        "menu infantil",
        "filha",
    ),
    Line("Sofia 🌸 Marques", "965 550 111", READ, "sofia.marques@example.com", "Noiva", "pt", 3),
    Line("Tomás Marques", "965550112.0", READ, None, "Noiva", "pt", 3),
    Line("Leonor Pacheco", 965550113, READ, None, "Noiva", "pt", 3, "vegan"),
    Line("Duarte Pacheco", 965550170.0, DELIVERED, None, "Noiva", "pt", 3),
    Line("Carolina Sá", "(+351) 965 550 171", DELIVERED, "carolina.sa@example.com", "Noiva", "pt", 3),
    Line(
        "Gonçalo Sá", "965 550 1", left_out("impossible"), None, "Noiva", "pt", 3, None, "confirmar número!!"
    ),
    Line("Margarida Vilhena", None, left_out("no_number"), "m.vilhena@example.com", "Noiva", "pt", 4),
    Line("Padre Anselmo", "pedir à mãe", left_out("not_a_number"), None, "Noiva", "pt", 4),
    Line("Eduarda Pinhal", "-", left_out("no_number"), None, "Noiva", "pt", 4, None, "não tem telemóvel"),
    Line("  Vasco   Pinhal ", " 965 550 114 ", READ, None, "Noiva", "pt", 4),
    Line("Francisca Melo", "965 550 115 / 225 550 116", READ, None, "Noiva", "pt", 4),
    Line(
        "Henrique Melo",
        "965 550 190",
        SENT,
        None,
        "Noiva",
        "pt",
        4,
        None,
        "telemóvel desligado no estrangeiro",
    ),
    Line("Constança d'Orey", "965 550 194", NOT_ON_WHATSAPP, None, "Noiva", "pt", 5),
    Line("Luísa Távora", "965 550 117", READ, "luisa.tavora(at)example", "Noiva", "pt", 5),
    Line("Bernardo Távora", "965 550 118", READ, "bernardo@example.com", "Noiva", "Português", 5),
    # From the phone's contacts of her brother: other order, no accents.
    Line("Ferreira, Tiago", "+351915550120", READ, None, "Noiva", None, 5),
    Line("ANTÓNIO FERREIRA", "+351915550101", skipped("row_duplicate"), None, "Noiva", None, 5),
    Line("Teresa Coelho", "+351915550121", READ, None, "Noiva", None, 5),
    Line("Xavier Coelho", "+351915550172", DELIVERED, None, "Noiva", None, 5),
    Line(None, "+351915550122", skipped("guest_name_missing"), None, "Noiva"),
    Line("Noémia Reboredo", "+351915550123", READ, None, "Noiva", None, 6),
    Line(
        "Álvaro Reboredo",
        "808 555 124",
        left_out("premium"),
        None,
        "Noiva",
        None,
        6,
        None,
        "número do trabalho",
    ),
    Line("Zulmira Quaresma", "+351915550125", READ, None, "Noiva", None, 6),
    Line("Célia Quaresma", "+351 915 550 126", READ, None, "Noiva", None, 6, "sem lactose"),
    Line("Jorge Andrade", "+351 915 550 173", DELIVERED, None, "Noiva", None, 6),
    Line("Jorge Andrade", "+351 965 550 174", DELIVERED, None, "Noiva", None, 6, None, "o filho, não o pai"),
    Line("Madalena Brito", "3.51915E+11", left_out("rounded"), None, "Noiva", None, 6),
    # Family in Brazil.
    Line("Davi Albuquerque Neto", "+55 11 95555-0101", READ, "davi.neto@example.com", "Noivo", "pt-BR", 7),
    Line("Iara Albuquerque", "+55 (21) 95555-0102", READ, "iara@example.com", "Noivo", "pt_BR", 7),
    Line("Ubirajara Albuquerque", 5511955550103, READ, None, "Noivo", "pt_BR", 7),
    Line("Thaís Gonçalves", "0055 11 95555 0104", READ, None, "Noivo", "pt_BR", 7, "vegana 🌱"),
    Line("Caíque Gonçalves", "+55 31 95555-0175", DELIVERED, None, "Noivo", "pt_BR", 7),
    Line("Dona Jurema", "+55 11 5555-0105", left_out("landline"), None, "Noivo", "pt_BR", 7),
    Line("Rafael Teixeira 🎸", "+55 11 95555-0106", READ, None, "Noivo", "pt_BR", 8),
    Line("Luana Teixeira", "+55 11 95555-0195", NOT_ON_WHATSAPP, None, "Noivo", "pt_BR", 8),
    Line(
        "Moacir Brandão",
        "11 95555-0107",
        left_out("impossible"),
        None,
        "Noivo",
        "pt_BR",
        8,
        None,
        "falta o +55?",
    ),
    # Mozambique, Angola, Cape Verde.
    Line("Graça Machava", "+258 84 555 0108", READ, None, "Noivo", "pt", 8),
    Line("Nelson Kiluanji", "+244 923 555 009", READ, None, "Noivo", "pt", 8),
    Line("Cesária Tavares", "+238 991 55 76", DELIVERED, None, "Noivo", "pt", 8),
    # Spain.
    Line("Lucía Echeverría Núñez", "+34 655 550 110", READ, "lucia@example.com", "Amigos", "es", 9),
    Line("Íñigo Echeverría", "+34655550111", READ, None, "Amigos", "es", 9),
    Line("Begoña Ruiz-Olarte", "0034 655 55 01 77", DELIVERED, None, "Amigos", "español", 9, "celíaca"),
    Line("Jordi Puigdomènech", "+34 655 550 112", READ, None, "Amigos", "es", 9),
    # France, Belgium, Switzerland.
    Line("Zoé Lefèvre", "+33 6 55 55 01 13", READ, "zoe@example.com", "Amigos", "fr", 10),
    Line("Noël D’Aubigné", "+33 (0)6 55 55 01 14", READ, None, "Amigos", "fr", 10),
    Line("Maëlys Grosjean", "0033655550178", DELIVERED, None, "Amigos", "français", 10, "végétarienne"),
    Line("Wouter Van den Broeck", "+32 470 55 01 15", READ, None, "Amigos", "fr", 10),
    Line("Urs Zollinger", "+41 78 555 01 16", READ, None, "Amigos", "de", 10),
    # Germany, with numbers that the regulator keeps for films.
    Line("Jürgen Weißmüller", "+49 176 04069017", READ, "juergen@example.com", "Amigos", "de", 11),
    Line("Käthe Weißmüller", "0049 (0)176 04069018", READ, None, "Amigos", "de", 11),
    Line("Björn Straßburger", 4917604069019, READ, None, "Amigos", "Deutsch", 11),
    Line(
        "Dr. Annegret Freifrau von Löwenstein-Hohenfels",
        "+49 176 04069079",
        DELIVERED,
        None,
        "Amigos",
        "de",
        11,
    ),
    Line("Oma Gertrud", "+49 30 23125 020", left_out("landline"), None, "Amigos", "de", 11),
    Line("Malte Büdenbender", "+49 176 04069096", NOT_ON_WHATSAPP, None, "Amigos", "de", 11),
    # Sweden and other neighbours.
    Line("Åsa Sjögren", "+46 70 174 06 21", READ, None, "Amigos", "en", 12),
    Line("Östen Sjögren", "+46 (0)70-174 06 22", READ, None, "Amigos", "en", 12),
    Line("Linnéa Ekström", "0046701740680", DELIVERED, None, "Amigos", "en", 12, "pescatarian"),
    Line("Søren Ægidius", "+45 31 55 01 23", READ, None, "Amigos", "en", 12),
    Line("Ragnheiður Jónsdóttir", "+354 655 0124", READ, None, "Amigos", "en", 12),
    Line("Łukasz Żółkiewski", "+48 515 550 125", READ, None, "Amigos", "en", 12),
    Line("Zdeněk Dvořáček", "+420 601 555 026", READ, None, "Amigos", "en", 12),
    Line("Ελένη Παπαδοπούλου", "+30 690 555 0127", READ, None, "Amigos", "en", 13),
    Line("Наталія Шевчук", "+380 50 555 0128", READ, None, "Amigos", "en", 13),
    Line("Gül Şahinoğlu", "+90 555 555 01 29", READ, None, "Amigos", "tr", 13),
    Line("İbrahim Çağlayan", "0090 555 555 01 81", DELIVERED, None, "Amigos", "türkçe", 13),
    # Arabic and Hebrew, some with the digits and marks of their phones.
    Line("ليلى الحدّاد", "+966 55 555 0130", READ, None, "Trabalho", "ar", 14),
    Line("عبد الرحمن القحطاني", "+٩٦٦ ٥٥ ٥٥٥ ٠١٣١", READ, None, "Trabalho", "العربية", 14, "حلال"),
    Line("محمد بن راشد", "\u202a+971 50 555 0132\u202c", READ, "m.rashid@example.com", "Trabalho", "ar", 14),
    Line("Fátima الزهراء", "+212 655-550133", READ, None, "Trabalho", "fr", 14),
    Line("يوسف النجّار", "+20 100 555 0182", DELIVERED, None, "Trabalho", "ar", 14),
    Line("نور", "+961 71 555 091", SENT, None, "Trabalho", "ar", 14),
    Line("נועה כהן־לוי", "+972 55-555-0134", READ, None, "Trabalho", "he", 15, "כשר"),
    Line("איתמר בן־דוד", "\u200e00972 55 555 0135", READ, None, "Trabalho", "עברית", 15),
    Line("שירה אלמוג", "+972-55-5550183", DELIVERED, None, "Trabalho", "he", 15),
    Line("Yael Ben-Ari (יעל)", "+972 55 555 0199", NO_USABLE_WHATSAPP, None, "Trabalho", "he", 15),
    # Asia.
    Line("山田 太郎", "+81 90-5550-0136", READ, "yamada@example.com", "Trabalho", "ja", 16),
    Line("佐藤 花子", "0081 90 5550 0137", READ, None, "Trabalho", "日本語", 16),
    Line("ジョアン・シルバ", "+81 90 5550 0184", DELIVERED, None, "Trabalho", "ja", 16),
    Line("김민준", "+82 10-5550-0138", READ, None, "Trabalho", "ko", 16),
    Line("王小明", "+86 135 5550 0139", READ, None, "Trabalho", "zh_CN", 16),
    Line("प्रिया शर्मा", "+91 95555 50140", READ, None, "Trabalho", "hi", 16, "शाकाहारी"),
    Line("Arjun Śrīnivāsan", "+91-95555-50141", READ, None, "Trabalho", "en", 16),
    Line("Nguyễn Thị Ánh", "+84 91 555 01 42", READ, None, "Trabalho", "vi", 16),
    # The headings once more: the list was printed on two pages.
    Line("Nome", HEADINGS[1], skipped("row_repeated_heading"), *HEADINGS[2:]),
    # Across the seas.
    Line("Mackenzie O’Connor", "+1 604-555-0143", READ, "mack@example.com", "Trabalho", "en", 17),
    Line("Étienne Tremblay", "+1 (514) 555-0144", READ, None, "Trabalho", "fr", 17),
    Line("Priscilla Nakashima-Wood", "001 778 555 0185", DELIVERED, None, "Trabalho", "en", 17),
    Line("Walter Brimley", "+1 202 555 0145", left_out("us_marketing"), None, "Trabalho", "en", 17),
    Line("Shanice Obafemi", "+1 (212) 555-0146", left_out("us_marketing"), None, "Trabalho", "en", 17),
    Line("Bruce Wollongong", "+61 491 570 156", READ, None, "Trabalho", "en", 17),
    Line("Kylie Ngarrindjeri", "+61 491 570 006", READ, None, "Trabalho", "English", 17),
    Line("Guadalupe Xóchitl Márquez", "+52 55 5555 0147", READ, None, "Trabalho", "es_MX", 17),
    Line("Facundo Ibáñez", "+54 9 11 5555-0148", READ, None, "Trabalho", "es_AR", 17),
    Line("Oluwaseun Adébáyọ̀", "+234 803 555 0149", READ, None, "Trabalho", "en", 17),
    # Last additions, from a text message.
    Line("Nigel Featherstonehaugh", "+44 7700 900150", left_out("impossible"), None, "Trabalho", "en", 18),
    Line("Saoirse Ní Bhriain", "+353 85 555 0151", READ, None, "Trabalho", "en", 18),
    Line("Femke de Boer\n(+ vriend)", "+31 6 55550152", READ, None, "Trabalho", "en", 18),
    Line("Giuseppe «Peppe» Esposito", "+39 335 555 0153", READ, None, "Trabalho", "it", 18),
    Line("Chiara Dell’Acqua", "0039 335 5550186", DELIVERED, None, "Trabalho", "italiano", 18),
    Line("Ștefan Țurcanu", "+40 755 550 154", READ, None, "Trabalho", "en", 18),
    Line("DJ Pé-de-Vento", "tel:+351915550155", READ, None, "Fornecedores", "pt", None, None, "chega às 17h"),
    Line("Fotógrafa Mónica", "whatsapp:+351915550156", READ, None, "Fornecedores", "pt"),
    Line("Quinta — D. Eulália", "915 550 157", READ, None, "Fornecedores", "pt", None, None, "portão 2"),
    Line("Marta Rosário (organização)", "915 550 158", READ, "marta@example.com", "Fornecedores", "pt"),
    Line("Padrinho Álvaro 🤵", "915 550 187", DELIVERED, None, "Noivo", "pt", 1),
    Line("Madrinha Odília 👰🏽", "915 550 159", READ, None, "Noivo", "pt", 1),
    Line("Zé", "915 550 192", SENT, None, "Noivo", None, 18, None, "apelido?"),
    Line("Total", 121, skipped("row_total")),
)


def expected() -> str:
    """Return the expectation of every row as TOML; `row` is the number that the spreadsheet shows."""
    first = len(ABOVE) + 2
    rows = []
    for number, line in enumerate(LINES, start=first):
        end, why = line.end
        name = " ".join(str(line.name or "").split())
        rows.append({"row": number, "name": name, "end": end} | ({"why": why} if why else {}))
    return "# Made by make_sample.py: how each row of guests.xlsx ends in practice mode.\n\n" + tomli_w.dumps(
        {"rows": rows}
    )


def workbook() -> Workbook:
    """Return the guest list, with the little disorder that real ones have."""
    book = Workbook()
    moment = datetime(2026, 11, 3, tzinfo=UTC).replace(tzinfo=None)
    book.properties.creator = "Marta Rosário"
    book.properties.created = book.properties.modified = moment
    sheet = book.worksheets[0]
    sheet.title = "Convidados"
    for row in (*ABOVE, HEADINGS):
        sheet.append(row)
    for line in LINES:
        sheet.append(
            (line.name, line.phone, line.email, line.side, line.language, line.table, line.diet, line.notes)
        )
    sheet["A1"].font = Font(bold=True, size=14)
    for cell in sheet[len(ABOVE) + 1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDEBF7")
    for column, width in zip("ABCDEFGH", (34, 26, 30, 14, 12, 7, 16, 34), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = sheet.cell(len(ABOVE) + 2, 1)
    book.create_sheet("Orçamento").append(("Flores", 1200))
    return book


if __name__ == "__main__":
    workbook().save(FOLDER / "guests.xlsx")
    (FOLDER / "expected.toml").write_text(expected(), encoding="utf-8")
