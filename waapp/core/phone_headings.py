"""Headings of telephones put together from words: "Tél. port.", "WhatsApp numarası", "Telefon (dienstlich)"."""

from collections.abc import Sequence
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# All are folded as headings are, those of Arabic without the article.
_WHATSAPP: Final = _words("whatsapp wa zap واتساب واتس וואטסאפ לוואטסאפ ווטסאפ व्हाट्सएप व्हाट्सऐप वाट्सएप वाट्सऐप")
_MOBILE: Final = _words(
    "mob mobile mobil movil movel celular cel cell cellphone cellular cellulare portable handy handynummer"
    " handynr gsm cep mobilnummer mobilnr mobiltel mobiltelefon mobiltelefonnummer mobilfunk mobilfunknummer"
    " mobilfunknr natel telemovel tlm telm جوال موبايل محمول نقال נייד פלאפון סלולרי मोबाइल मोबाईल मो"
)
# Short for a mobile, and for other things where no telephone is named.
_MOBILE_BESIDE_PHONE: Final = _words("port cell cel")
_PHONE: Final = _words(
    "phone ph telephone tel telef telefono telefone telefon telefonu telefonnr telefonnummer telefonico"
    " telefonica fone fono tlf tfno rufnummer هاتف تليفون تلفون טלפון טל फोन दूरभाष"
)
_ELSEWHERE: Final = _words(
    "home house work office business landline daytime evening casa fijo particular trabajo oficina fixo"
    " residencial comercial trabalho fixe domicile dom maison pro professionnel bureau travail festnetz"
    " dienstlich geschaftlich zuhause fisso abitazione ufficio lavoro ev منزل عمل בבית בית בעבודה עבודה घर"
    " कार्यालय"
)
_NUMBERS: Final = _words("number no nr num numero nummer n nro nb numarasi numara رقم מספר מס नंबर नं न नम्बर")
_BETWEEN: Final = _words(
    "the of your guest de del do da du des la le con with country code incl including indicativo lada ddd"
    " prefijo prefixo indicatif vorwahl principal main primary personal perso personnel personale privado"
    " privat prive privato invitado convidado invite gast ospite"
)
_CONTACT: Final = _words("iletisim اتصال تواصل")
_KNOWN: Final = (
    _WHATSAPP | _MOBILE | _MOBILE_BESIDE_PHONE | _PHONE | _ELSEWHERE | _NUMBERS | _BETWEEN | _CONTACT
)


def phone_heading(words: Sequence[str]) -> str | None:
    """Return the plain heading that says the same as the words of a folded one; None where it is no telephone's.

    Another word than these may say whose telephone it is: "Tel. madre".
    """
    said = frozenset(words)
    if not said or not _KNOWN.issuperset(said):
        return None
    has_phone = not said.isdisjoint(_PHONE)
    if not said.isdisjoint(_WHATSAPP):
        return "whatsapp"
    if not said.isdisjoint(_MOBILE) or (has_phone and not said.isdisjoint(_MOBILE_BESIDE_PHONE)):
        return "mobile"
    if has_phone:
        return "phone" if said.isdisjoint(_ELSEWHERE) else "home phone"
    return "phone" if not said.isdisjoint(_CONTACT) and not said.isdisjoint(_NUMBERS) else None
