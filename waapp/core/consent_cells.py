"""Cells in which guests agreed to messages or refused them: "yes", "declined", "nein danke", a day."""

from typing import Final

from waapp.core.content import is_yes
from waapp.core.days import read_day
from waapp.core.headings import fold

_NO_WORDS: Final = (
    "declined, refused, refuses, rejected, denied, withdrawn, revoked, unsubscribed, opted out, opt out, stop, stopped,"
    "no thanks, no thank you, no gracias, nao obrigado, nao obrigada, non merci, nein danke, no grazie,"
    "hayir tesekkurler, onaylamadi, kabul etmedi, vermedi, izin vermedi,"
    " לא תודה, لا شكرا, rechazado, rechazada, rechaza, recusado, recusada, recusou, refuse, refusee,"
    "abgelehnt, widerrufen, verweigert, rifiutato, rifiuta, reddetti, reddedildi, istemiyor, مرفوض, رفض, يرفض, סירב,"
    "סירבה, अस्वीकार, मना किया"
)
_YES_WORDS: Final = (
    "given, accepted, consented, allowed, permitted, agreed, granted, subscribed, opted in, opt in, ok, okay,"
    "aceptado, aceptada, acepta, aceito, aceite, aceitou, accepte, accorde, erteilt, zugestimmt, einverstanden,"
    "accettato, accetta, verildi, verdi, kabul, kabul etti, onayli, onaylandi, onayladi, izin verdi,"
    " موافق, موافقة, מאשר, מאשרת, אישר,"
    "אישרה, सहमत"
)
_NO: Final = frozenset(map(fold, _NO_WORDS.split(",")))
_YES: Final = frozenset(map(fold, _YES_WORDS.split(",")))
_DIGITS: Final = {"1": True, "0": False}


def agreed(text: str) -> bool | None:
    """Tell whether a cell says that somebody agrees; None where it says neither."""
    said = _spoken(text)
    return _DIGITS.get(text.strip(), is_yes(text)) if said is None else said


def refused(text: str) -> bool | None:
    """Tell whether a cell of a column of refusals says that somebody wants no messages; a day says since when."""
    said = _spoken(text)
    if said is not None:
        return not said
    plain = agreed(text)
    return True if plain is None and read_day(text) is not None else plain


def _spoken(text: str) -> bool | None:
    """Return what words say that mean the same in a column of agreement and in one of refusals."""
    folded = fold(text)
    return True if folded in _YES else False if folded in _NO else None
