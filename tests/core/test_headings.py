"""Headings of guest lists in the languages of planners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.headings import Field, fold, fold_name, recognise


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        # English
        ("Name", Field.NAME),
        ("  GUEST NAME * ", Field.NAME),
        ("First name", Field.GIVEN),
        ("Surname", Field.FAMILY),
        ("Mobile no.", Field.PHONE),
        ("Phone number (WhatsApp)", Field.PHONE),
        ("Mobile / WhatsApp", Field.PHONE),
        ("E-mail address", Field.EMAIL),
        ("Group / Side", Field.GROUP),
        ("Preferred language", Field.LANGUAGE),
        ("Comments:", Field.NOTES),
        # Spanish
        ("Nombre y apellidos", Field.NAME),
        ("Apellidos", Field.FAMILY),
        ("Teléfono móvil", Field.PHONE),
        ("Nº de teléfono", Field.PHONE),
        ("Correo electrónico", Field.EMAIL),
        ("Observaciones", Field.NOTES),
        # Portuguese
        ("Nome do convidado", Field.NAME),
        ("Apelido", Field.FAMILY),
        ("Telemóvel", Field.PHONE),
        ("Grupo", Field.GROUP),
        ("Idioma", Field.LANGUAGE),
        ("Observações", Field.NOTES),
        # French
        ("Nom et prénom", Field.NAME),
        ("Nom de l'invité", Field.NAME),
        ("Prénom", Field.GIVEN),
        ("Téléphone portable", Field.PHONE),
        ("Courriel", Field.EMAIL),
        ("Remarques", Field.NOTES),
        # German
        ("Vor- und Nachname", Field.NAME),
        ("Vorname", Field.GIVEN),
        ("Nachname", Field.FAMILY),
        ("Handy-Nr.", Field.PHONE),
        ("Telefonnummer", Field.PHONE),
        ("E-Mail-Adresse", Field.EMAIL),
        ("Sprache", Field.LANGUAGE),
        # Italian
        ("Nome e cognome", Field.NAME),
        ("Cognome", Field.FAMILY),
        ("Cellulare", Field.PHONE),
        ("Gruppo", Field.GROUP),
        # Turkish, Arabic, Hebrew, Hindi
        ("Ad Soyad", Field.NAME),
        ("Cep Telefonu", Field.PHONE),
        ("الاسم", Field.NAME),
        ("رقم الهاتف", Field.PHONE),
        ("שם מלא", Field.NAME),
        ("טלפון נייד", Field.PHONE),
        ("דוא״ל", Field.EMAIL),
        ("नाम", Field.NAME),
        ("मोबाइल नंबर", Field.PHONE),
    ],
)
def test_recognised(heading: str, expected: Field) -> None:
    known = recognise(heading)
    assert known is not None
    assert known[0] is expected


@pytest.mark.parametrize(
    "heading",
    ["", "Table", "Company name", "Diet", "Name / Phone", "Gift", "123", "/", "()"],
)
def test_not_recognised(heading: str) -> None:
    assert recognise(heading) is None


LANGUAGES = {
    "en": "Full name|First name|Last name|Mobile phone|E-mail address|Group|Tags|Language|Comments",
    "es": "Nombre completo|Nombre de pila|Apellidos|Teléfono móvil|Correo electrónico|Grupo|Etiquetas|Idioma|Notas",
    "pt": "Nome completo|Primeiro nome|Apelido|Telemóvel|Correio eletrónico|Grupo|Etiquetas|Idioma|Observações",
    "fr": "Nom complet|Prénom|Nom de famille|Portable|Courriel|Groupe|Étiquettes|Langue|Remarques",
    "de": "Vor- und Nachname|Vorname|Nachname|Handynummer|E-Mail-Adresse|Gruppe|Schlagworte|Sprache|Bemerkungen",
    "it": "Nome e cognome|Nome di battesimo|Cognome|Cellulare|Posta elettronica|Gruppo|Etichette|Lingua|Osservazioni",
    "tr": "Adı Soyadı|Adı|Soyadı|Cep telefonu|E-posta|Grup|Etiketler|Dil|Açıklama",
    "ar": "الاسم الكامل|الاسم الأول|اسم العائلة|رقم الجوال|البريد الإلكتروني|المجموعة|الوسوم|اللغة|ملاحظات",
    "he": "שם מלא|שם פרטי|שם משפחה|טלפון נייד|אימייל|קבוצה|תגיות|שפה|הערות",
    "hi": "पूरा नाम|पहला नाम|उपनाम|मोबाइल नंबर|ईमेल|समूह|टैग|भाषा|टिप्पणी",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_fields_in_the_languages_of_planners(language: str) -> None:
    known = [recognise(heading) for heading in LANGUAGES[language].split("|")]
    assert [one and one.field for one in known] == [
        Field.NAME,
        Field.GIVEN,
        Field.FAMILY,
        Field.PHONE,
        Field.EMAIL,
        Field.GROUP,
        Field.TAGS,
        Field.LANGUAGE,
        Field.NOTES,
    ]


@pytest.mark.parametrize("heading", ["Attendee #", "Guest number", "Number of guests", "Phone 1 - Label"])
def test_what_counts_or_labels_is_not_the_thing(heading: str) -> None:
    assert recognise(heading) is None


def test_a_mobile_number_goes_before_one_at_home() -> None:
    ranks = [
        known[1] for heading in ("WhatsApp", "Mobile", "Phone", "Home phone") if (known := recognise(heading))
    ]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 4


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  João   DA-Silva ", "joao da silva"),
        ("Straße", "strasse"),
        ("ｎａｍｅ", "name"),
        ("דוא״ל", "דוא ל"),
        ("שָׁלוֹם־בֵּית", "שלום בית"),
        ("مُحَمَّد", "محمد"),
        ("أحمد", "احمد"),
        ("फ़ोन", "फोन"),
        ("राम शर्मा", "राम शर्मा"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("one", "other"), [("राम", "रमा"), ("सीता", "सोता"), ("สม", "สิม"), ("ガク", "カク"), ("রিমা", "রমা")]
)
def test_vowels_that_are_written_as_marks_make_another_name(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("heading", ["टेलीफ़ोन", "टेलीफोन", "फ़ोन", "मोबाइल फ़ोन नंबर", "मोबाइल फ़ोन"])
def test_indian_headings_with_and_without_their_dots(heading: str) -> None:
    known = recognise(heading)
    assert known is not None
    assert known.field is Field.PHONE


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("What's your full name (as it should stand on the card)?", Field.NAME),
        ("Please tell us your WhatsApp number, with the country", Field.PHONE),
        ("¿Nos das tu número de teléfono, por favor?", Field.PHONE),
        ("Wie lautet Ihre E-Mail, falls vorhanden?", Field.EMAIL),
        ("How many additional guests will you be bringing?", Field.PLUS_ONES),
        ("What is the full name of your partner?", None),
        ("Mobile number of somebody to call in an emergency", None),
        ("Names of additional guests", None),
        ("Will you be joining us on 12 September?", None),
    ],
)
def test_the_questions_of_forms(question: str, field: Field | None) -> None:
    known = recognise(question)
    assert (known and known.field) == field


@given(st.one_of(st.text(), st.text("aÉß İıΣς\u0301\u00a0\u00a8\ufdfa\x1c-'2", max_size=12)))
def test_names_are_folded_as_anything_else(name: str) -> None:
    assert fold_name(name) == fold(name)
