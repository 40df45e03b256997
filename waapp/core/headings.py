"""Which column of a guest list is which: by its heading in many languages, else by what is in it."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from waapp.core.phone_headings import phone_heading


class Field(StrEnum):
    """What a column of a guest list holds.

    `GIVEN` and `FAMILY` are halves of the name, `OPT_OUT` tells who wants no messages, `CALLING_CODE` says whose
    national numbers stand beside it, `IGNORED` is left out.
    """

    NAME = "name"
    GIVEN = "given"
    FAMILY = "family"
    PHONE = "phone"
    EMAIL = "email"
    GROUP = "group"
    LANGUAGE = "language"
    NOTES = "notes"
    TAGS = "tags"
    HOUSEHOLD = "household"
    PLUS_ONES = "plus_ones"
    TIME_ZONE = "time_zone"
    CONSENT = "consent"
    CONSENT_SOURCE = "consent_source"
    CONSENT_AT = "consent_at"
    OPT_OUT = "opt_out"
    CALLING_CODE = "calling_code"
    IGNORED = "ignored"


class Known(NamedTuple):
    """What a heading announces, its rank among the headings for the same field (0 is best), how sure that is."""

    field: Field
    rank: int
    confidence: float


# Within a field the first heading that is there wins: a mobile number before one at home.
_HEADINGS: Final = {
    Field.NAME: (
        "last name first name, surname forename, surname first name,"
        "name, full name, fullname, guest, guests, attendee, attendees, invitee, display name, name surname,"
        "first last name, first and last name, name and surname, contact name, guest name,"
        "apellido y nombre, apellidos y nombre, apellidos nombre, apellido nombre,"
        "nombre, nombre completo, nombre y apellido, nombre y apellidos, nombres y apellidos, invitado, invitados,"
        "invitada, nome, nome completo, nome e apelido, nome e sobrenome, convidado, convidados, convidada,"
        "nom, nom complet, nom et prenom, nom prenom, prenom nom, prenom et nom, invite, invites, invitee,"
        "nachname vorname, name vorname, familienname vorname, gastename, vor und zuname, vor nachname, nome invitato,"
        "names, davetlinin adi, misafir adi, שם ומשפחה, שם פרטי ומשפחה,"
        "vollstandiger name, vor und nachname, vorname und nachname, vorname nachname, gast, gaste, gastname,"
        "cognome e nome, cognome nome, nome e cognome, nome cognome, nominativo, invitato, invitati, ospite, ospiti,"
        "ad soyad, soyad ad, soyadi adi, adi soyadi, ad ve soyad, isim, isim soyisim, davetli, misafir, katilimci,"
        "الاسم, الاسم الكامل, الاسم الثلاثي, اسم الضيف, اسم المدعو, الضيف, المدعو,"
        "שם, שם מלא, שם האורח, שם אורח, אורח, אורחים, מוזמן, מוזמנים, שם המוזמן,"
        "नाम, पूरा नाम, अतिथि, अतिथि का नाम, मेहमान, मेहमान का नाम, name as per id,"
        "contact person, persona de contacto, pessoa de contacto, pessoa de contato, personne de contact,"
        "ansprechpartner, ansprechperson, kontaktperson, persona di contatto, referente,"
        "ilgili kisi, איש קשר, संपर्क व्यक्ति"
    ),
    Field.GIVEN: (
        "first name, given name, given names, forename, firstname, givenname, fname, first,"
        "primer nombre, nombres, nombre de pila, primeiro nome, nome proprio, prenom, prenoms, vorname, rufname,"
        "vornamen, nome di battesimo, ad, adi, الاسم الاول, שם פרטי, पहला नाम, प्रथम नाम"
    ),
    Field.FAMILY: (
        "last name, family name, surname, lastname, familyname, lname, last,"
        "apellido, apellidos, primer apellido, apelido, apelidos, sobrenome, ultimo nome, nom de famille,"
        "nachname, familienname, zuname, cognome, soyad, soyadi, soyisim,"
        "اسم العائلة, العائلة, الكنية, اللقب, שם משפחה, उपनाम, अंतिम नाम, कुलनाम, सरनेम"
    ),
    Field.PHONE: (
        "whatsapp, whats app, wa, mobile, mobile phone, mobile tel, cell, cell phone, cellphone, cellular, cel,"
        "tfno movil, tlf movil, tel movil, tel cel,"
        "telephone mobile, tel mobile, tel portable, telefono mobile, telefone movel, mobiltelefon nr,"
        "handy, handynummer, movil, telefono movil, celular, telefono celular, telemovel, telemoveis, telm,"
        "telemovel whatsapp, portable, telephone portable, tel portable, mobiltelefon, mobil, mobilnummer,"
        "mobilfunk, natel, cellulare, telefono cellulare, cell telefono, cep, cep telefonu, cep tel, cep no, gsm,"
        "الجوال, جوال, رقم الجوال, الموبايل, موبايل, المحمول, رقم المحمول, واتساب, واتس اب, رقم الواتساب,"
        "נייד, טלפון נייד, מספר נייד, סלולרי, טלפון סלולרי, פלאפון, וואטסאפ, ווטסאפ,"
        "मोबाइल, मोबाइल नंबर, मोबाइल नं, मोबाइल फोन, मोबाइल फोन नंबर, सेल फोन, व्हाट्सएप, व्हाट्सऐप, व्हाट्सएप नंबर, व्हाट्सऐप नंबर,"
        "phone, telephone, tel, phone value, primary phone, main phone, contact, telefono, tfno, tlf, tfn, fono,"
        "telefone, tlm, fone, contacto, contato, contatto, recapito, telefon, telefonnummer, rufnummer, fon, numero,"
        "الهاتف, رقم الهاتف, تلفون, هاتف, رقم التلفون, رقم التواصل, טלפון, מספר טלפון, טל,"
        "फोन, फोन नंबर, टेलीफोन, टेलीफोन नंबर, दूरभाष, संपर्क, संपर्क नंबर,"
        "other phone, home phone, home tel, telefone fixo, telefono fijo, fijo, fixo, telephone fixe, fixe,"
        "domicile, festnetz, festnetznummer, privat, telefono fisso, fisso, ev telefonu, work phone, business phone,"
        "company main phone, tfno fijo, tlf fijo, tel fijo, tel fixo,"
        "sms, sms phone, sms phone number, other telephone,"
        "haupttelefon, weiteres telefon, telefon privat, telefon geschaftlich, autre telephone, telephone domicile,"
        "telephone bureau, telephone principal, telephone personnel, telephone professionnel,"
        "telefono particular, telefono del trabajo, otro telefono, telefono abitazione, telefono ufficio,"
        "altro telefono,"
        "telefone residencial, telefone comercial, outro telefone, telefone de casa, is telefonu"
    ),
    Field.EMAIL: (
        "email, e mail, mail, email address, e mail address, emailaddress, e mail value, mail address, correo,"
        "correo electronico, correo e, correio electronico, correio eletronico, courriel, adresse mail, adresse email,"
        "adresse e mail, adresse electronique, mel, e mail adresse, email adresse, mailadresse, posta elettronica,"
        "indirizzo email, indirizzo e mail, indirizzo di posta elettronica, eposta, e posta, e posta adresi,"
        "البريد, البريد الالكتروني, بريد الكتروني, ايميل, الايميل, מייל, אימייל, דואל, דוא ל, דואר אלקטרוני,"
        "כתובת מייל, ईमेल, ई मेल, ईमेल पता, ईमेल आईडी"
    ),
    Field.GROUP: (
        "group, groups, side, category, list, family, group name,"
        "guest group, relationship, relation, circle, segment, ticket type,"
        "grupo, grupos, lado, categoria, familia, relacion, relacao,"
        "groupe, groupes, cote, categorie, famille, gruppe, gruppen, seite, kategorie, familie,"
        "gruppo, gruppi, lato, famiglia, grup, gruplar, taraf, aile, kategori,"
        "المجموعة, مجموعة, الفئة, العائلة والاصدقاء, الطرف, קבוצה, קבוצות, צד, קטגוריה, משפחה, समूह, पक्ष, श्रेणी, परिवार"
    ),
    Field.TAGS: (
        "tags, tag, labels, label, group membership,"
        "categories, categorias, etiquetas, etiqueta, etiquettes, etiquette, categories tags,"
        "schlagworte, schlagworter, kategorien, etichette, etichetta, etiketler, etiket, وسوم, الوسوم, תגיות, תגית, टैग"
    ),
    Field.HOUSEHOLD: (
        "household, household name, household id, party, party name, party id, family unit, invitation name,"
        "hogar, unidad familiar,"
        "agregado, agregado familiar, foyer, haushalt, nucleo familiare, hane, الاسرة, اسرة, בית אב, משק בית, घराना"
    ),
    Field.PLUS_ONES: (
        "plus ones, plus one, plus 1, plusone, plus ones allowed, plus one allowed, additional guests, companions,"
        "companion, acomp, acompanantes, acompanante, acompanhantes, acompanhante, accompagnants, accompagnant,"
        "begleitung, begleitpersonen, begleitperson, accompagnatori, accompagnatore, refakatci, refakatciler,"
        "refakatci sayisi, מלווה,"
        "المرافقون, المرافقين, عدد المرافقين, מלווים, מספר מלווים, मेहमानों की संख्या, साथी, साथ आने वाले,"
        "साथ आने वालों की संख्या, अतिरिक्त मेहमान,"
        "additional guests allowed, extra guests"
    ),
    Field.CALLING_CODE: (
        "country code, country calling code, calling code, dial code, dialing code, dialling code, phone code,"
        "phone country code, isd, isd code, codigo de pais, codigo del pais, codigo pais, codigo do pais, ddi,"
        "indicativo, indicativo do pais, indicatif, indicatif pays, landesvorwahl, landervorwahl,"
        "prefisso internazionale, prefisso paese, ulke kodu, رمز الدولة, مفتاح الدولة, קידומת מדינה, देश कोड"
    ),
    Field.TIME_ZONE: (
        "time zone, timezone, tz, zona horaria, huso horario, fuso horario, fuseau horaire, zeitzone, fuso orario,"
        "saat dilimi, المنطقة الزمنية, אזור זמן, समय क्षेत्र"
    ),
    Field.CONSENT: (
        "consent, opt in, optin, opted in, whatsapp consent, whatsapp opt in, marketing consent, gdpr consent,"
        "consentimiento, consentimento, consentement, einwilligung, zustimmung, consenso, onay, izin, riza,"
        "موافقة, الموافقة, הסכמה, सहमति"
    ),
    Field.CONSENT_SOURCE: (
        "consent source, source of consent, source of the consent, opt in source, optin source, consent given by,"
        "origen del consentimiento, origem do consentimento, source du consentement, quelle der einwilligung,"
        "einwilligungsquelle, fonte del consenso, origine del consenso, onay kaynagi, izin kaynagi,"
        "مصدر الموافقة, מקור ההסכמה, सहमति का स्रोत"
    ),
    Field.CONSENT_AT: (
        "consent date, date of consent, date of the consent, consent given on, consented at, consent at, consent time,"
        "opt in date, optin date, opted in at, opted in on, opt in time, fecha de consentimiento,"
        "whatsapp opt in date, fecha consentimiento, data consentimento, date consentement, datum einwilligung,"
        "fecha del consentimiento, data de consentimento, data do consentimento, date de consentement,"
        "date du consentement, datum der einwilligung, einwilligungsdatum, data del consenso, data consenso,"
        "onay tarihi, izin tarihi, riza tarihi, تاريخ الموافقة, תאריך הסכמה, תאריך ההסכמה, सहमति की तिथि, सहमति तिथि"
    ),
    Field.OPT_OUT: (
        "opt out, optout, opted out, whatsapp opt out, unsubscribed, unsubscribe, do not contact, do not message,"
        "do not text, do not whatsapp, do not send, do not disturb, no messages, no whatsapp,"
        "dnd, dnc, kontaktsperre, no contactar, no molestar, baja,"
        "dado de baja, no enviar, nao contactar, nao contatar, nao enviar, nao perturbe, descadastrado, desinscrit,"
        "desabonne, ne pas contacter, ne pas deranger, abgemeldet, nicht kontaktieren, keine nachrichten,"
        "widerspruch, disiscritto, non contattare, non disturbare, iletisim istemiyor, mesaj istemiyor,"
        "abonelikten cikti, لا تتصل, عدم الاتصال, الغاء الاشتراك, الغى الاشتراك, لا يرغب في الرسائل,"
        "לא ליצור קשר, לא לשלוח,"
        "הסרה מרשימת תפוצה, संपर्क न करें, सदस्यता समाप्त, संदेश न भेजें"
    ),
    Field.LANGUAGE: (
        "language, lang, languages, preferred language, language preference, locale, idioma, idiomas, idioma preferido,"
        "lengua, lingua, lingua preferita, langue, langue preferee, sprache, bevorzugte sprache, korrespondenzsprache,"
        "dil, tercih edilen dil, اللغة, لغة, اللغة المفضلة, שפה, שפה מועדפת, भाषा, पसंदीदा भाषा"
    ),
    Field.NOTES: (
        "note, notes, comment, comments, remark, remarks, guest notes, nota, notas, observacion, observaciones,"
        "comentario, comentarios, observacao, observacoes, obs, remarque, remarques, commentaire, commentaires,"
        "observations, notiz, notizen, bemerkung, bemerkungen, anmerkung, anmerkungen, kommentar, hinweis, hinweise,"
        "osservazioni, commenti, note varie, annotazioni, not, notlar, aciklama, aciklamalar,"
        "ملاحظات, ملاحظة, תגובות, הערות, הערה, टिप्पणी, टिप्पणियाँ, नोट, नोट्स"
    ),
}
# Languages in which the few words of most lists are known.
_ELSEWHERE: Final = {
    Field.NAME: (
        "jmeno a prijmeni, imie i nazwisko, nev, teljes nev, фио, имя и фамилия, имя фамилия, гость, пиб, naam,"
        "volledige naam, namn, navn, nimi, nume si prenume, ονοματεπωνυμο, 名前, 氏名, お名前, 姓名,"
        "이름, 성명, 성함, ชื่อ"
    ),
    Field.GIVEN: "jmeno, krestni jmeno, imie, keresztnev, имя, voornaam, fornamn, fornavn, etunimi, ονομα, 名",
    Field.FAMILY: (
        "prijmeni, nazwisko, vezeteknev, csaladnev, фамилия, прізвище, achternaam, efternamn, etternavn, efternavn,"
        "sukunimi, επωνυμο, επιθετο, 姓"
    ),
    Field.PHONE: (
        "mobilni telefon, komorka, telefon komorkowy, numer telefonu, mobiltelefonszam, мобильный, мобильный телефон,"
        "mobiel, mobilnummer, mobiltelefon, κινητο, 携帯, 携帯電話, 携帯番号, 手机, 手机号, 手機,"
        "휴대폰, 휴대전화, telefonszam, telefonni cislo, telefonas, телефон, номер телефона, telefoon, telefoonnummer,"
        "puhelin, τηλεφωνο, 電話, 電話番号, 电话, 전화, 전화번호, 연락처, โทรศัพท์, เบอร์โทร"
    ),
    Field.EMAIL: (
        "почта, эл почта, электронная почта, sahkoposti, epost, メール, メールアドレス, 邮箱, 电子邮件, 이메일, อีเมล"
    ),
    Field.PLUS_ONES: (
        "osoba towarzyszaca, osoby towarzyszace, doprovod, doprovodna osoba, kisero, kiserok, спутник,"
        "сопровождающий, сопровождающие, ledsager, sallskap, seuralainen, συνοδος, συνοδοι, introducees, 同伴者, 동반자"
    ),
    Field.GROUP: "skupina, grupa, csoport, группа, groep, grupp, gruppe, ομαδα, グループ, 分组, 그룹",
    Field.LANGUAGE: "jazyk, jezyk, nyelv, язык, taal, sprak, sprog, γλωσσα, 言語, 语言, 언어",
    Field.NOTES: (
        "poznamka, poznamky, uwagi, notatki, megjegyzes, примечание, комментарий, opmerking, opmerkingen, anteckning,"
        "bemaerkning, merknad, σχολια, 備考, 备注, 비고"
    ),
}
# What people add to a heading without changing its meaning.
_FILLER_WORDS: Final = (
    "guest guests of the your primary main invitee what is please enter"
    " de l del do da dos das des du der dell d invitado convidado invite gastes ospite"
    " required optional obligatorio opcional obligatoire pflichtfeld"
    " s incl including"
)
_FILLERS: Final = frozenset(_FILLER_WORDS.split())
# A telephone's number is the telephone; a guest's number is none.
_NUMBER_WORDS: Final = frozenset(
    {"number", "no", "nr", "num", "numero", "nummer", "n", "numer", "nomer", "nb", "anzahl", "how", "many"}
)
# "Is plus one of", "Guest of": the cells name whom a guest belongs to.
_WHOSE: Final = frozenset({"of", "de", "do", "da", "du", "von", "di"})
_COUNTED: Final = frozenset({Field.PHONE, Field.PLUS_ONES})
_BRACKETS: Final = re.compile(r"\([^)]*\)|\[[^]]*\]|:.*")
OWN_STATUS: Final = frozenset(
    {"answer", "coming", "invitation", "cause", "sent", "delivered", "read", "answer link"}
)
"""The headings, folded, of what an exported list of ours says about invitations: a list with all of them is one."""
_BETWEEN: Final = re.compile(r"[/|,&+]|\bor\b|\bou\b|\boder\b", re.IGNORECASE)
_NO_ASCII_WORD: Final = re.compile(r"[^a-z0-9]+")
# A heading that has to be stripped of words or brackets to be known.
_ALMOST: Final = 0.9
# "Phone 2" goes behind every heading of a first telephone.
_BEHIND: Final = 1000
_ARTICLES: Final = re.compile(r"\b(?:ال)+(?=\w{3})")
# firstName, PhoneNumber
_JOINED_WORDS: Final = re.compile(r"(?<=[a-z])(?<![Ww]hats)(?=[A-Z][a-z])|_")
_OTHER_LETTERS: Final = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Marks without which a word stays the same: accents, points of Hebrew, vowel marks of Arabic, dots under letters of
# India. Other marks are letters: राम and रमा are two people.
_ACCENTS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc\u200d\ufe00-\ufe0f]"
)


def fold(text: str) -> str:
    """Return text for comparing: no case, no accents, single blanks for everything but letters and digits."""
    if text.isascii():
        return _NO_ASCII_WORD.sub(" ", text.lower()).strip()
    apart = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_OTHER_LETTERS)
    if apart.isascii():
        return _NO_ASCII_WORD.sub(" ", apart).strip()
    kept = (c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in apart)
    return " ".join("".join(kept).split())


DOUBTFUL: Final = 0.6
"""How sure a heading is that only asks a question in which a known word stands."""
_SHORTEST_QUESTION: Final = 4
_QUESTIONS: Final = {
    Field.PLUS_ONES: (
        "how many additional guests, how many guests will you bring, how many guests will you be bringing,"
        "how many people will you bring, how many plus ones, number of additional guests, number of plus ones,"
        "cuantos acompanantes, numero de acompanantes, quantos acompanhantes, numero de acompanhantes,"
        "combien d accompagnants, nombre d accompagnants, wie viele begleitpersonen, quanti accompagnatori,"
        "numero di accompagnatori, kac kisi getireceksiniz, عدد المرافقين, מספר מלווים"
    ),
    Field.EMAIL: (
        "email, e mail, email address, correo electronico, adresse mail, correio eletronico, correio electronico,"
        "posta elettronica, e posta, البريد الالكتروني, דוא ל, मेल"
    ),
    Field.PHONE: (
        "whatsapp, mobile number, mobile phone, cell phone, cell number, phone number, telephone number,"
        "contact number, numero de telefono, telefono movil, numero de celular, celular, telemovel,"
        "numero de telefone, numero de contacto, telephone portable, numero de telephone, numero de portable,"
        "handynummer, telefonnummer, mobilnummer, numero di telefono, cellulare, cep telefonu, telefon numarasi,"
        "telefon numaraniz, رقم الجوال, رقم الهاتف, رقم الموبايل, رقم الواتساب, מספר טלפון, מספר הטלפון,"
        "טלפון נייד, मोबाइल नंबर, फोन नंबर"
    ),
    Field.NAME: (
        "full name, your name, your names, name and surname, first and last name, nombre completo,"
        "nombre y apellido, nombre y apellidos, tu nombre, su nombre, nome completo, seu nome, teu nome,"
        "nome e apelido, nome e sobrenome, nome e cognome, tuo nome, suo nome, nom et prenom, votre nom,"
        "ton nom, vor und nachname, vorname und nachname, dein name, ihr name, ad soyad, adiniz soyadiniz,"
        "adiniz ve soyadiniz, الاسم الكامل, اسمك, שם מלא, שמך, पूरा नाम, आपका नाम"
    ),
}
_ASKED: Final = {
    field: tuple(fold(phrase) for phrase in phrases.split(",")) for field, phrases in _QUESTIONS.items()
}
_OTHER_PEOPLE: Final = (
    "additional plus partner partners spouse companion companions child children kid kids emergency bring bringing"
    " host mother father parent parents assistant assistants manager managers acompanante acompanantes pareja conyuge"
    " hijo hijos emergencia acompanhante acompanhantes conjuge filho filhos emergencia accompagnant accompagnants"
    " conjoint enfant enfants urgence begleitung begleitperson begleitpersonen kind kinder notfall accompagnatore"
    " accompagnatori figlio figli emergenza refakatci المرافق المرافقين מלווה מלווים husband wife padre madre marido"
    " esposo esposa mujer pai mae mari femme epoux epouse pere mere ehemann ehefrau partnerin mutter vater moglie"
    " marito anne baba esi الزوج الزوجة زوج زوجة पति पत्नी"
)
# In some lists the guests of both sides stand side by side, below "Bride" and "Groom".
_SIDE_WORDS: Final = (
    "bride groom novia novio noiva noivo mariee marie braut brautigam sposa sposo gelin damat العروس العريس عروس عريس"
    " כלה חתן הכלה החתן वधू वर"
)
_SIDES: Final = frozenset(_SIDE_WORDS.split())
_NAMES_OR_PHONES: Final = frozenset(
    {"contact", "contacts", "contacto", "contactos", "contato", "contatto", "kontakt"}
)
_OTHERS: Final = frozenset(map(fold, _OTHER_PEOPLE.split()))


def fold_name(name: str) -> str:
    """Return what `fold` does; the words of names come again and again."""
    return " ".join(filter(None, map(_fold_word, name.split())))


_fold_word: Final = lru_cache(maxsize=1 << 14)(fold)


def _by_heading() -> Mapping[str, tuple[Field, int]]:
    known: dict[str, tuple[Field, int]] = {}
    for field, first in _HEADINGS.items():
        for rank, word in enumerate(f"{first},{_ELSEWHERE.get(field, '')}".split(",")):
            known.setdefault(_without_articles(fold(word)), (field, rank))
    known.pop("", None)
    return known


def _without_articles(folded: str) -> str:
    """Return Arabic words without the article, which headings have or have not."""
    return folded if folded.isascii() else _ARTICLES.sub("", folded)


_BY_HEADING: Final = _by_heading()


@lru_cache(maxsize=4096)
def recognise(heading: str) -> Known | None:
    """Return what a heading announces."""
    if heading.startswith("+"):
        # "+1?" counts, "+1 Name" is somebody else's.
        return Known(*_BY_HEADING["plus 1"], 1.0) if fold(heading) == "1" else None
    folded = _without_articles(fold(_JOINED_WORDS.sub(" ", heading)))
    if folded in _BY_HEADING and "#" not in heading:
        return Known(*_BY_HEADING[folded], 1.0)
    words = folded.split()
    if words and words[-1] in _WHOSE:
        return None
    plain = phone_heading(words)
    words = [word for word in words if word not in _FILLERS]
    bare = " ".join(word for word in words if word not in _NUMBER_WORDS)
    if bare in _BY_HEADING:
        known = Known(*_BY_HEADING[bare], _ALMOST)
        counts = len(bare.split()) < len(words) or "#" in heading
        return None if counts and known.field not in _COUNTED else known
    if plain is not None:
        return Known(*_BY_HEADING[plain], _ALMOST)
    return _numbered(bare) or _without_brackets(heading) or _in_pieces(heading) or _asked_for(fold(heading))


def is_ambiguous(heading: str) -> bool:
    """Tell whether a heading may announce names as well as their telephones: "Contact"."""
    return fold(heading) in _NAMES_OR_PHONES


def is_about_others(heading: str) -> bool:
    """Tell whether a heading announces somebody else than the guest: "Names of additional guests"."""
    return not _OTHERS.isdisjoint(fold(heading).split())


def is_side(heading: str) -> bool:
    """Tell whether a heading only names one of the two who marry."""
    return fold(heading) in _SIDES


def without_numbers(heading: str) -> str:
    """Return a heading folded and without the number that tells it from others: "Phone 2"."""
    return " ".join(word for word in fold(heading).split() if not word.isdecimal())


def _numbered(folded: str) -> Known | None:
    """Recognise "Phone 2 - Value": the same once more, behind those with a lower number."""
    words = folded.split()
    numbers = [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) == 1]
    bare = " ".join(word for word in words if not word.isdecimal())
    if len(numbers) != 1 or bare not in _BY_HEADING:
        return None
    field, rank = _BY_HEADING[bare]
    return Known(field, rank + _BEHIND * (numbers[0] - 1), _ALMOST)


def _asked_for(folded: str) -> Known | None:
    """Recognise what the question of a form asks for: "What's your full name, as it should stand on the card?"."""
    words = f" {folded} "
    if words.count(" ") <= _SHORTEST_QUESTION:
        return None
    for field, phrases in _ASKED.items():
        if any(f" {phrase} " in words for phrase in phrases):
            others = field is not Field.PLUS_ONES and not _OTHERS.isdisjoint(folded.split())
            return None if others else Known(field, _BEHIND, DOUBTFUL)
    return None


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
