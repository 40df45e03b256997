"""Headings of telephones in words that are put together."""

import pytest

from waapp.core import phone_headings
from waapp.core.headings import Field, fold, recognise
from waapp.core.phone_headings import phone_heading

WHATSAPP = "Número de WhatsApp|Tel. WhatsApp|WhatsApp numarası|מספר וואטסאפ|رقم الواتس|Zap|वाट्सएप नंबर"
MOBILE = (
    "Tél. port.|Tél. portable perso|Tel. cell.|Tel. celular|Nro. de celular|Fone celular|Tel. mobil|Mobiltel.|Mobilnr."
    "|Mobilfunknummer|Telefon (mobil)|Handy privat|Cep numarası|Cep telefon no|رقم الموبايل|الهاتف الجوال|رقم النقال"
    "|מס' נייד|טל' נייד|מספר טלפון נייד|मोबाईल नंबर|मो. नं.|Mob.|Mob no|Phone (mobile)"
)
PHONE = "Telef.|Telefonnr.|Ph no|رقم التليفون|מס' טלפון|फोन नं.|İletişim no|رقم الاتصال"
HOME = (
    "Tél. fixe|Tél. pro|Tél. bureau|Tel. casa|Tel. ufficio|Tel. trabajo|Fone residencial|Tel. comercial|Tel. dienstlich"
    "|Tel. Festnetz|Ev tel.|هاتف المنزل|טלפון בבית|Work tel|Evening phone"
)

OTHERS = (
    "Tel. madre|Jan's phone|Fax|Tel. Fax|Casa|Port|Pro|Home|No|Number|Country code|Sem telefone|Keine Handynummer"
    "|Emergency phone|Phone provider|Guest|Office"
)


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        (heading, plain)
        for plain, headings in (
            ("whatsapp", WHATSAPP),
            ("mobile", MOBILE),
            ("phone", PHONE),
            ("home phone", HOME),
        )
        for heading in headings.split("|")
    ],
)
def test_a_heading_says_what_its_words_say(heading: str, plain: str) -> None:
    found, like = recognise(heading), recognise(plain)
    assert found is not None
    assert like is not None
    assert (found.field, found.rank) == (Field.PHONE, like.rank)


@pytest.mark.parametrize("heading", OTHERS.split("|"))
def test_other_headings_are_no_telephones(heading: str) -> None:
    assert phone_heading(fold(heading).split()) is None


def test_words_are_folded_as_headings_are() -> None:
    words = phone_headings._KNOWN
    assert {word for word in words if fold(word) != word} == set()
