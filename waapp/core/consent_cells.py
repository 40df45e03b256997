"""Cells in which guests agreed to messages or refused them: "yes", "declined", "nein danke", a day."""

import re
from typing import Final

from waapp.core.content import is_yes
from waapp.core.days import read_day
from waapp.core.headings import fold

_NO_WORDS: Final = (
    "declined, refused, refuses, rejected, denied, withdrawn, revoked, unsubscribed, opted out, opt out, stop, stopped,"
    "no thanks, no thank you, no gracias, nao obrigado, nao obrigada, non merci, nein danke, no grazie,"
    "hayir tesekkurler, לא תודה, لا شكرا, rechazado, rechazada, rechaza, recusado, recusada, recusou, refuse, refusee,"
    "abgelehnt, widerrufen, verweigert, rifiutato, rifiuta, reddetti, reddedildi, istemiyor, مرفوض, رفض, يرفض, סירב,"
    "סירבה, अस्वीकार, मना किया, no quiere, no quiero, no acepta, no autoriza, no desea, negado, negada, denegado,"
    "denegada, nao quer, nao quero, nao aceita, nao autoriza, nao deseja, ne veut pas, n accepte pas, ne souhaite pas,"
    "pas d accord, will nicht, mochte nicht, lieber nicht, nicht einverstanden, non vuole, non acconsente,"
    "non accetta, nega, negato, revocato, vermedi, izin vermedi, istemiyorum, onaylamadi, kabul etmedi, kabul etmiyor,"
    "غير موافق,"
    "غير موافقة, مش موافق, مش موافقة, لا يوافق, لا توافق, لا يريد, لا تريد, לא מסכים, לא מסכימה, לא מאשר, לא מאשרת,"
    "לא מעוניין, לא מעוניינת, לא רוצה, मना, इनकार, इनकार किया, असहमत, नहीं चाहते, מסרב,"
    "מסרבת, izin vermedi, onaylamiyorum, kabul etmiyorum, i do not agree, i don t agree, i do not accept,"
    "i do not consent, i disagree, no acepto, no autorizo, nao autorizo, je refuse, je n accepte pas,"
    "ich stimme nicht zu, ich lehne ab, non acconsento, لا أوافق, لا اوافق, אני לא מסכים, אני לא מסכימה"
)
_YES_WORDS: Final = (
    "given, accepted, consented, allowed, permitted, agreed, granted, subscribed, opted in, opt in, ok, okay,"
    "aceptado, aceptada, acepta, aceito, aceite, aceitou, accepte, accorde, erteilt, zugestimmt, einverstanden,"
    "accettato, accetta, verildi, verdi, kabul, kabul etti, onayli, onaylandi, موافق, موافقة, מאשר, מאשרת, אישר,"
    "אישרה, सहमत, acconsente, acconsentito, מסכים, מסכימה, onayladi, izin verdi,"
    "i agree, i accept, i consent, acepto, autorizo, aceito, j accepte, ich stimme zu, accetto, acconsento,"
    "kabul ediyorum, onayliyorum, أوافق, اوافق, אני מסכים, אני מסכימה"
)
# What says by itself, as a tag or a state, that somebody wants no messages; "abgemeldet" may be about coming.
_LEFT_WORDS: Final = (
    "unsubscribed, unsubscribe, opted out, opt out, optout, do not contact, do not message, do not text,"
    "do not whatsapp, no contactar, no molestar, nao contactar, nao contatar, descadastrado, ne pas contacter,"
    "desabonne, nicht kontaktieren, non contattare, disiscritto, abonelikten cikti, لا تتصل, عدم الاتصال,"
    "לא ליצור קשר, संपर्क न करें"
)
_STATE_WORDS: Final = (
    "status state estado estatus etat statut stato durum situacao subscription حالة الحالة סטטוס स्थिति"
)
_LEFT: Final = frozenset(map(fold, _LEFT_WORDS.split(",")))
_STATES: Final = frozenset(map(fold, _STATE_WORDS.split()))
_NO: Final = frozenset(map(fold, _NO_WORDS.split(",")))
_YES: Final = frozenset(map(fold, _YES_WORDS.split(",")))
_NO_AT_FIRST: Final = re.compile(rf"(?:{'|'.join(_NO)})(?: .*)?")
# What a plain word says depends on the heading; "var" is "there is" in Turkish.
_PLAIN: Final = {"1": True, "0": False, "var": True, "yok": False}
# "No, asked on 12 May" is a no. What begins with a yes may go on with a but, and is left to the planner.
_AND_MORE: Final = re.compile(r"([^\s,;:.!(\u2013\u2014-]+)\s*[,;:.!(\u2013\u2014-](.*)", re.DOTALL)


def agreed(text: str) -> bool | None:
    """Tell whether a cell says that somebody agrees; None where it says neither."""
    said = _spoken(text)
    if said is not None:
        return said
    plain = _plain(text)
    found = _AND_MORE.match(text.strip()) if plain is None else None
    if found is None:
        return plain
    first = is_yes(found[1])
    return _spoken(found[2]) if first else first


def refused(text: str) -> bool | None:
    """Tell whether a cell of a column of refusals says that somebody wants no messages; a day says since when."""
    said = _spoken(text)
    if said is not None:
        return not said
    # "No, does not want" under "Opted out" says neither: the planner is asked.
    plain = _plain(text)
    return True if plain is None and read_day(text) is not None else plain


def is_state(heading: str) -> bool:
    """Tell whether a heading stands above how it is with guests: "Status", "Subscription status"."""
    return not _STATES.isdisjoint(fold(heading).split())


def left(text: str) -> bool:
    """Tell whether a tag or a state says that somebody wants no messages: "Unsubscribed", "Do not contact"."""
    return fold(text) in _LEFT


def says_more(text: str) -> bool:
    """Tell whether there is more in a cell than one of the words that are known."""
    return fold(text) not in _NO | _YES and _plain(text) is None


def _plain(text: str) -> bool | None:
    return _PLAIN.get(text.strip().lower(), is_yes(text))


def _spoken(text: str) -> bool | None:
    """Return what words say that mean the same in a column of agreement and in one of refusals."""
    folded = fold(text)
    if folded in _YES:
        return True
    return False if _NO_AT_FIRST.fullmatch(folded) else None
