"""Lists in other scripts, and in the encodings that were made for them."""

from tests.corpus.guest_list import GuestList
from tests.corpus.writers import text, xlsx
from waapp.core.guests import GuestDraft

SCRIPTS = (
    GuestList(
        "excel_cz_csv",
        "CZ",
        lambda: text(
            [
                ["Jméno", "Příjmení", "Mobil", "Stůl"],
                ["Jiří", "Dvořák", "603 123 456", "1"],
                ["Šárka", "Nováková", "604 123 456", "2"],
            ],
            delimiter=";",
            encoding="cp1250",
        ),
        fields="given family phone -",
        heading=1,
        guests=(
            GuestDraft("Jiří Dvořák", "+420603123456", extra={"stůl": "1"}),
            GuestDraft("Šárka Nováková", "+420604123456", extra={"stůl": "2"}),
        ),
        findings=(),
    ),
    GuestList(
        "excel_ru_csv",
        "RU",
        lambda: text(
            [
                ["Имя", "Телефон", "Стол"],
                ["Анна Петрова", "8 912 345-67-89", "1"],
                ["Иван Иванов", "+7 913 345-67-89", "1"],
            ],
            delimiter=";",
            encoding="cp1251",
        ),
        fields="given phone -",
        heading=1,
        guests=(
            GuestDraft("Анна Петрова", "+79123456789", extra={"стол": "1"}),
            GuestDraft("Иван Иванов", "+79133456789", extra={"стол": "1"}),
        ),
        findings=(),
    ),
    GuestList(
        "excel_el_csv",
        "GR",
        lambda: text(
            [["Name", "Mobile"], ["Γιώργος Παπαδόπουλος", "691 234 5678"], ["Ελένη Νικολάου", "6912345679"]],
            delimiter=";",
            encoding="cp1253",
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Γιώργος Παπαδόπουλος", "+306912345678"),
            GuestDraft("Ελένη Νικολάου", "+306912345679"),
        ),
        findings=(),
    ),
    GuestList(
        "excel_tr_csv",
        "TR",
        lambda: text(
            [
                ["Adı Soyadı", "Cep Telefonu", "Grup", "Notlar"],
                ["İbrahim Şahin", "0532 123 45 67", "Damat", ""],
                ["Ayşe Yıldız", "+90 533 123 45 67", "Gelin", "Öğretmen"],
            ],
            delimiter=";",
            encoding="cp1254",
        ),
        fields="name phone group notes",
        heading=1,
        guests=(
            GuestDraft("İbrahim Şahin", "+905321234567", group="Damat"),
            GuestDraft("Ayşe Yıldız", "+905331234567", group="Gelin", notes="Öğretmen"),
        ),
        findings=(),
    ),
    GuestList(
        "excel_he_csv",
        "IL",
        lambda: text(
            [
                ["שם מלא", "טלפון נייד", "אימייל", "הערות"],
                ["דוד כהן", "050-234-5678", "david@example.com", ""],
                ["רחל לוי", "+972 52-612-3456", "", "צמחונית"],
            ],
            encoding="cp1255",
        ),
        fields="name phone email notes",
        heading=1,
        guests=(
            GuestDraft("דוד כהן", "+972502345678", "david@example.com"),
            GuestDraft("רחל לוי", "+972526123456", notes="צמחונית"),
        ),
        findings=(),
    ),
    GuestList(
        "excel_ar_csv",
        "SA",
        lambda: text(
            [
                ["الاسم الكامل", "رقم الجوال", "المجموعة", "ملاحظات"],
                ["محمد علي", "٠٥٠ ١٢٣ ٤٥٦٧", "العريس", ""],
                ["فاطمة حسن", "+966 55 123 4567", "", ""],
            ],
            encoding="utf-8-sig",
        ),
        fields="name phone group notes",
        heading=1,
        guests=(
            GuestDraft("محمد علي", "+966501234567", group="العريس"),
            GuestDraft("فاطمة حسن", "+966551234567"),
        ),
        findings=(),
    ),
    GuestList(
        "excel_ar_cp1256",
        "SA",
        lambda: text(
            [["الاسم", "الهاتف"], ["محمد علي", "0501234567"], ["فاطمة حسن", "0551234567"]],
            delimiter=";",
            encoding="cp1256",
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("محمد علي", "+966501234567"),
            GuestDraft("فاطمة حسن", "+966551234567"),
        ),
        findings=(),
    ),
    GuestList(
        "excel_hi_xlsx",
        "IN",
        lambda: xlsx(
            [
                ["नाम", "मोबाइल नंबर", "समूह", "भाषा"],
                ["अनीता शर्मा", "९८७६५ ४३२१०", "दुल्हन", "हिन्दी"],
                ["क्\u200dष राव", "098765 43211", "", "English"],
            ]
        ),
        fields="name phone group language",
        heading=1,
        guests=(
            GuestDraft("अनीता शर्मा", "+919876543210", group="दुल्हन", language="hi"),
            GuestDraft("क्\u200dष राव", "+919876543211", language="en"),
        ),
        findings=(),
    ),
    GuestList(
        "excel_ja_sjis",
        "JP",
        lambda: text(
            [
                ["名前", "電話番号", "人数"],
                ["山田 太郎", "090-1234-5678", "2"],
                ["佐藤 花子", "080-1234-5678", "1"],
                ["鈴木 一郎", "070-1234-5678", "1"],
            ],
            encoding="shift_jis",
        ),
        fields="name phone -",
        heading=1,
        guests=(
            GuestDraft("山田 太郎", "+819012345678", extra={"人数": "2"}),
            GuestDraft("佐藤 花子", "+818012345678", extra={"人数": "1"}),
            GuestDraft("鈴木 一郎", "+817012345678", extra={"人数": "1"}),
        ),
        findings=(),
    ),
    GuestList(
        "excel_zh_gb18030",
        "CN",
        lambda: text(
            [["姓名", "手机", "桌号"], ["王小明", "138 0013 8000", "1"], ["李娜", "13900139000", "2"]],
            encoding="gb18030",
        ),
        fields="name phone -",
        heading=1,
        guests=(
            GuestDraft("王小明", "+8613800138000", extra={"桌号": "1"}),
            GuestDraft("李娜", "+8613900139000", extra={"桌号": "2"}),
        ),
        findings=(),
    ),
    GuestList(
        "excel_ko_cp949",
        "KR",
        lambda: text(
            [
                ["이름", "전화", "그룹"],
                ["김민수", "010-1234-5678", "신랑"],
                ["박지영", "010-1234-5679", "신부"],
            ],
            encoding="cp949",
        ),
        fields="name phone group",
        heading=1,
        guests=(
            GuestDraft("김민수", "+821012345678", group="신랑"),
            GuestDraft("박지영", "+821012345679", group="신부"),
        ),
        findings=(),
    ),
    GuestList(
        "headings_of_another_language_csv",
        "HU",
        lambda: text(
            [
                ["Vendég", "Elérhetőség", "Asztal"],
                ["Kovács Anna", "+36 20 123 4567", "1"],
                ["Nagy Béla", "06 30 123 4567", "2"],
            ],
            encoding="utf-8-sig",
        ),
        fields="name phone -",
        heading=1,
        guests=(
            GuestDraft("Kovács Anna", "+36201234567", extra={"asztal": "1"}),
            GuestDraft("Nagy Béla", "+36301234567", extra={"asztal": "2"}),
        ),
        findings=(),
    ),
)
