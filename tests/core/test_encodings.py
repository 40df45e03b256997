"""Short lists in every encoding that a spreadsheet may have written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.encodings import decode

WESTERN = [
    "Nome;Telefone\nInês Conceição;912345678\nJoão;913\n",
    "Name;Handy\nJörg Müller;0151\nStraße;1\n",
    "Nom,Tel\nZoé Lefèvre,06\n",
    "Nombre;Tel\nÑoño Núñez;6\n",
    "Navn;Tlf\nSøren Ærø;20\nÅse;3\n",
    "Name,Note\nZoé,l’été – 5 €\nBjörk João,“x”\n",
]
LISTS = [
    *(("cp1252", text) for text in WESTERN),
    ("cp1250", "Jméno;Telefon\nJiří Dvořák;603\nŠárka Nováková;604\n"),
    ("cp1250", "Imię;Telefon\nŁukasz Wójcik;501\nMałgorzata;5\n"),
    ("cp1250", "Név;Telefon\nKovács Győző;30\nŐrsi Tűnde;1\n"),
    ("cp1251", "Имя;Телефон\nАнна Петрова;903\nИван;9\n"),
    ("cp1251", "Ім'я;Телефон\nЮлія Їжак;50\n"),
    ("koi8_r", "Имя;Телефон\nАнна Петрова;903\nИван;9\n"),
    ("cp1253", "Όνομα;Τηλέφωνο\nΓιώργος Παπαδόπουλος;69\n"),
    ("cp1254", "Ad Soyad;Telefon\nİbrahim Şahin;532\nAyşe Yıldız Öğüt;1\n"),
    ("cp1255", "שם;טלפון\nדוד כהן;05\n"),
    ("cp1256", "الاسم;الهاتف\nمحمد علي;05\nفاطمة حسن;1\n"),
    ("cp1257", "Vārds;Tālrunis\nJānis Bērziņš;2\nŽydrūnas;1\n"),
    ("cp874", "ชื่อ;โทรศัพท์\nสมชาย ใจดี;08\n"),
    ("mac_roman", "Nome;Telefone\rInês Conceição;912345678\rJoão;913\r"),
    ("mac_roman", "Name;Handy\rJörg Müller;0151\r"),
    ("shift_jis", "名前,電話\n山田 太郎,090\n佐藤 花子,080\nさくら,1\n"),
    ("euc_jp", "名前,電話\n山田 太郎,090\n佐藤 花子,080\nさくら,1\n"),
    ("gb18030", "姓名,电话\n王小明,138\n李娜,139\n"),
    ("big5", "姓名,電話\n王小明,0912\n陳美玲,0922\n"),
    ("euc_kr", "이름,전화\n김민수,010\n박지영,010\n"),
    *((wide, text) for wide in ("utf-16-le", "utf-16-be", "utf-16", "utf-32") for text in WESTERN[:1]),
    ("utf-16-le", "الاسم;الهاتف\nمحمد علي;05\n"),
    ("utf-16-be", "姓名,电话\n王小明,138\n"),
    *((wide, "नाम,समूह\nराहुल शर्मा,परिवार\n") for wide in ("utf-16-le", "utf-16-be")),
    *((wide, "ਨਾਮ,ਸਮੂਹ\nਹਰਪਰੀਤ ਕੌਰ,ਪਰਿਵਾਰ\n") for wide in ("utf-16-le", "utf-16-be")),
    *((wide, "なまえ,みせ\nたけし,えき\n") for wide in ("utf-16-le", "utf-16-be")),
]


@pytest.mark.parametrize(("encoding", "text"), LISTS)
def test_short_lists(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize(("encoding", "text"), LISTS)
def test_long_lists(encoding: str, text: str) -> None:
    whole = text * 2000
    assert decode(whole.encode(encoding)).text == whole


def test_a_text_that_was_cut_or_put_together_stays_utf8() -> None:
    text = "Inês Conceição\nJoão Araújo\nZoë\n" * 3
    cut = text.encode() + "ã".encode()[:1]
    assert decode(cut).text == text + "\ufffd"
    assert decode(cut).encoding == "utf-8"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("behind", ["", " "])  # an even and an odd number of bytes
def test_zeros_in_a_list_make_no_ideographs_of_it(end: str, behind: str) -> None:
    rows = ["Name,Phone,Email", "A\0na,+55119\x0070000001,a@x.example", f"B,+5511970\x00000002,b{behind}"]
    text = end.join([*rows, ""])
    for even in (text, f" {text}"):
        assert decode(even.encode()).text == even


@given(st.binary(max_size=300))
def test_any_bytes_are_some_text(content: bytes) -> None:
    found = decode(content)
    assert isinstance(found.text, str)
    "".encode(found.encoding)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), min_size=1))
def test_utf8_is_never_taken_for_something_else(text: str) -> None:
    assert decode(text.encode()).text == text
