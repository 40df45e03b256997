"""Which column of a guest list is which: by its heading in many languages, else by what is in it."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple


class Field(StrEnum):
    """What a column of a guest list holds; `GIVEN` and `FAMILY` are halves of the name, `IGNORED` is left out."""

    NAME = "name"
    GIVEN = "given"
    FAMILY = "family"
    PHONE = "phone"
    EMAIL = "email"
    GROUP = "group"
    LANGUAGE = "language"
    NOTES = "notes"
    IGNORED = "ignored"


class Known(NamedTuple):
    """What a heading announces, its rank among the headings for the same field (0 is best), how sure that is."""

    field: Field
    rank: int
    confidence: float


# Within a field the first heading that is there wins: a mobile number before one at home.
_HEADINGS: Final = {
    Field.NAME: (
        "name, full name, guest, guests, attendee, invitee, display name, name surname, first last name,"
        "nombre, nombre completo, nombre y apellido, nombre y apellidos, invitado, invitados, invitada,"
        "nome, nome completo, nome e apelido, nome e sobrenome, convidado, convidados, convidada,"
        "nom, nom complet, nom et prenom, nom prenom, prenom nom, invite, invites,"
        "vollstandiger name, vor und nachname, vorname und nachname, gast, gaste, gastname,"
        "nome e cognome, nominativo, invitato, invitati, ospite, ospiti,"
        "ad soyad, adi soyadi, isim, isim soyisim, davetli, misafir,"
        "الاسم, الاسم الكامل, اسم الضيف, الضيف, שם, שם מלא, שם האורח, אורח, מוזמן, नाम, पूरा नाम, अतिथि, मेहमान"
    ),
    Field.GIVEN: (
        "first name, given name, given names, forename, firstname, givenname,"
        "primer nombre, nombres, primeiro nome, nome proprio, prenom, prenoms, vorname, rufname, nome di battesimo,"
        "ad, adi, الاسم الاول, שם פרטי, पहला नाम, प्रथम नाम"
    ),
    Field.FAMILY: (
        "last name, family name, surname, lastname, familyname,"
        "apellido, apellidos, apelido, apelidos, sobrenome, ultimo nome, nom de famille,"
        "nachname, familienname, zuname, cognome, soyad, soyadi, soyisim,"
        "اسم العائلة, العائلة, الكنية, שם משפחה, उपनाम, अंतिम नाम, कुलनाम"
    ),
    Field.PHONE: (
        "whatsapp, whats app, wa, mobile, mobile phone, cell, cell phone, cellphone, cellular, handy, handynummer,"
        "movil, telefono movil, celular, telefono celular, telemovel, telemoveis,"
        "portable, telephone portable, mobiltelefon, mobil, mobilnummer, mobilfunk, cellulare, telefono cellulare,"
        "cep, cep telefonu, gsm, الجوال, رقم الجوال, الموبايل, المحمول, واتساب, נייד, טלפון נייד, וואטסאפ, मोबाइल,"
        "मोबाइल नंबर, व्हाट्सएप, phone, telephone, tel, phone 1, phone 1 value, contact, telefono, tfno, tlf,"
        "telefone, tlm, contacto, contato, contatto, telefon, telefonnummer, rufnummer, fon,"
        "الهاتف, رقم الهاتف, تلفون, هاتف, טלפון, מספר טלפון, फोन, फ़ोन, फोन नंबर, दूरभाष,"
        "home phone, telefone fixo, telefono fijo, telephone fixe, festnetz, work phone"
    ),
    Field.EMAIL: (
        "email, e mail, mail, email address, e mail address, e mail 1 value, correo, correo electronico,"
        "correio electronico, correio eletronico, courriel, adresse mail, adresse email, adresse e mail,"
        "e mail adresse, email adresse, posta elettronica, indirizzo email, eposta, e posta,"
        "البريد, البريد الالكتروني, ايميل, מייל, אימייל, דואל, דוא ל, ईमेल, ई मेल"
    ),
    Field.GROUP: (
        "group, groups, side, party, category, list, tag, tags, household, family, label, labels,"
        "grupo, lado, categoria, familia, groupe, cote, categorie, famille, gruppe, seite, kategorie, familie,"
        "gruppo, lato, famiglia, grup, taraf, aile, المجموعة, مجموعة, الفئة, קבוצה, צד, קטגוריה, समूह, पक्ष"
    ),
    Field.LANGUAGE: (
        "language, lang, preferred language, locale, idioma, lengua, lingua, langue, sprache, dil, اللغة, שפה, भाषा"
    ),
    Field.NOTES: (
        "note, notes, comment, comments, remark, remarks, nota, notas, observacion, observaciones, comentario,"
        "comentarios, observacao, observacoes, obs, remarque, remarques, commentaire, commentaires,"
        "notiz, notizen, bemerkung, bemerkungen, anmerkung, anmerkungen, kommentar, osservazioni, commenti, note varie,"
        "not, notlar, aciklama, ملاحظات, ملاحظة, הערות, הערה, टिप्पणी, नोट"
    ),
}
# What people add to a heading without changing its meaning.
_FILLER_WORDS: Final = (
    "number no nr num numero nummer guest guests of the your primary main invitee"
    " de l del do da dos das des du der dell invitado convidado invite gastes ospite"
    " required optional obligatorio opcional"
)
_FILLERS: Final = frozenset(_FILLER_WORDS.split())
_BRACKETS: Final = re.compile(r"\([^)]*\)|\[[^]]*\]|:.*")
_BETWEEN: Final = re.compile(r"[/|,&+]|\bor\b|\bou\b|\boder\b", re.IGNORECASE)
_NO_ASCII_WORD: Final = re.compile(r"[^a-z0-9]+")
# A heading that has to be stripped of words or brackets to be known.
_ALMOST: Final = 0.9
_LATIN_MARKS: Final = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """Return text for comparing: no case, no accents, single blanks for everything but letters and digits."""
    if text.isascii():
        return _NO_ASCII_WORD.sub(" ", text.lower()).strip()
    apart = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    if apart.isascii():
        return _NO_ASCII_WORD.sub(" ", apart).strip()
    kept = (c if c.isalnum() else "" if unicodedata.category(c).startswith("M") else " " for c in apart)
    return " ".join("".join(kept).split())


_BY_HEADING: Final[Mapping[str, tuple[Field, int]]] = {
    fold(word): (field, rank)
    for field, words in _HEADINGS.items()
    for rank, word in enumerate(words.split(","))
}


@lru_cache(maxsize=4096)
def recognise(heading: str) -> Known | None:
    """Return what a heading announces."""
    folded = fold(heading)
    if folded in _BY_HEADING:
        return Known(*_BY_HEADING[folded], 1.0)
    bare = " ".join(word for word in folded.split() if word not in _FILLERS)
    if bare in _BY_HEADING:
        return Known(*_BY_HEADING[bare], _ALMOST)
    return _without_brackets(heading) or _in_pieces(heading)


def _without_brackets(heading: str) -> Known | None:
    bare = _BRACKETS.sub(" ", heading)
    known = recognise(bare) if bare != heading else None
    return known and known._replace(confidence=known.confidence * _ALMOST)


def _in_pieces(heading: str) -> Known | None:
    """Recognise "Mobile / WhatsApp": several headings that all announce the same."""
    pieces = [piece for piece in _BETWEEN.split(heading) if piece.strip()]
    if len(pieces) < 2:
        return None
    known = [one for piece in pieces if (one := recognise(piece))]
    if len(known) < len(pieces) or len({one.field for one in known}) > 1:
        return None
    return known[0]._replace(confidence=_ALMOST * min(one.confidence for one in known))
