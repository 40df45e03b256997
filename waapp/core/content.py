"""What the cells of a column look like, for lists whose headings say nothing."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from waapp.core.cells import chat_number
from waapp.core.headings import Field, fold
from waapp.core.language_names import find_language


class Shape(StrEnum):
    """What most cells of a column look like."""

    EMPTY = "empty"
    PHONES = "phones"
    EMAILS = "emails"
    NAMES = "names"
    LANGUAGES = "languages"
    YES_NO = "yes_no"
    NUMBERS = "numbers"
    DATES = "dates"
    TEXT = "text"


class Look(NamedTuple):
    """The shape of a column and the share of its cells that have it; `name_score` compares columns of names."""

    shape: Shape
    share: float
    name_score: float = 0.0


_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE: Final = re.compile(r"[+＋(]?[\d\s()./+\-–\u00a0]{7,24}(?:\s*(?:ext|x)\.?\s*\d+)?")
_FEWEST_DIGITS: Final = 7
_NUMBER: Final = re.compile(r"[+-]?\d{1,6}(?:[.,]\d{1,3})?")
_DATE: Final = re.compile(
    r"(?:\d{4}([./-])\d{1,2}\1\d{1,2}|\d{1,2}([./-])\d{1,2}\2\d{2,4})(?:[T ,]+\d{1,2}:.*)?"
)
_YES_WORDS: Final = "yes y true checked agreed granted subscribed si s sim oui o ja j evet e x نعم כן हाँ हां"
_NO_WORDS: Final = "no n false unchecked refused unsubscribed nao non nein hayir h لا לא नहीं ना"
_YES: Final = frozenset(map(fold, _YES_WORDS.split())) | {"✓", "✔", "☑", "✅", "👍"}
_NO: Final = frozenset(map(fold, _NO_WORDS.split())) | {"✗", "✘", "☐", "❌", "👎"}
_NOTHING_WORDS: Final = (
    "n a, na, none, no one, nobody, nil, null, nothing, unknown, not known, not given, not available, no phone,"
    "no number, no mobile, no email, no e mail, no whatsapp, tbc, tbd, tba, missing, to follow,"
    "ningun, ninguno, ninguna, nadie, nada, no tiene, sin telefono, sin numero, sin movil, sin celular, sin correo,"
    "sin email, sin datos, desconocido, por confirmar,"
    "s telemovel, s telefone, s tel, s numero, s contacto, s email, s e mail,"
    "nenhum, nenhuma, ninguem, sem, nao tem, sem telefone, sem telemovel, sem celular, sem numero, sem email,"
    "sem whatsapp, desconhecido, a confirmar,"
    "aucun, aucune, personne, rien, inconnu, sans, pas de telephone, pas de portable, pas de mail, a confirmer,"
    "kein, keine, keiner, keins, niemand, ohne, unbekannt, k a, keine angabe, kein telefon, kein handy, keine nummer,"
    "keine e mail, nessuno, nessuna, nulla, sconosciuto, senza telefono, senza numero, da confermare,"
    "yok, hic, bilinmiyor, telefonu yok, telefon yok, numara yok, لا يوجد, لا شيء, غير معروف, بدون, بدون رقم,"
    "אין, אין טלפון, אין מספר, לא ידוע, ללא, कोई नहीं, नहीं है, अज्ञात, उपलब्ध नहीं"
)
_NOTHING: Final = frozenset(map(fold, _NOTHING_WORDS.split(",")))
_MOST: Final = 0.5
_FEW_WORDS: Final = 7
# Codes of languages that are more often something else.
_OTHERWISE: Final = frozenset({"mr", "ms", "no", "si", "is", "it", "id", "am", "pm"})
_NAME_LIMIT: Final = 80


def looks_like_email(text: str) -> bool:
    """Tell whether a cell has the shape of an e-mail address."""
    return _EMAIL.fullmatch(text) is not None and chat_number(text) is None


def looks_like_phone(text: str) -> bool:
    """Tell whether a cell has the shape of a telephone number."""
    return chat_number(text) is not None or (
        _PHONE.fullmatch(text) is not None
        and _DATE.fullmatch(text) is None
        and sum(c.isdecimal() for c in text) >= _FEWEST_DIGITS
    )


def is_yes(text: str) -> bool | None:
    """Return what a word of agreement or refusal says, in the languages of the headings; None for other words."""
    word = fold(text) or text.strip()
    return True if word in _YES else False if word in _NO else None


@lru_cache(maxsize=4096)
def says_nothing(text: str) -> bool:
    """Tell whether a cell says, in the languages of the headings, that there is nothing to say: "n/a", "-", "?"."""
    folded = fold(text)
    return folded in _NOTHING or (not folded and is_yes(text) is None)


def look_at(cells: Sequence[str]) -> Look:
    """Return what most of the cells look like; the cells are clean and not blank."""
    if not cells:
        return Look(Shape.EMPTY, 1.0)
    counts = Counter(map(_shape_of_cell, cells))
    if all(map(_is_language, cells)):
        return Look(Shape.LANGUAGES, 1.0, _name_score(cells, counts[Shape.NAMES]))
    shape, count = counts.most_common(1)[0]
    share = count / len(cells)
    name_score = _name_score(cells, counts[Shape.NAMES])
    return Look(shape, share, name_score) if share > _MOST else Look(Shape.TEXT, 1 - share, name_score)


def by_content(looks: Mapping[int, Look], missing: Sequence[Field]) -> dict[int, tuple[Field, float]]:
    """Return which of the columns hold the missing fields, and how sure that is, as far as cells can tell."""
    found: dict[int, tuple[Field, float]] = {}
    for field, shape in _SHAPES.items():
        if field not in missing:
            continue
        having = [index for index, look in looks.items() if look.shape is shape and index not in found]
        if not having:
            continue
        best = max(having, key=lambda index: looks[index].name_score) if field is Field.NAME else having[0]
        found[best] = (field, looks[best].share * _TRUST)
    return found


_SHAPES: Final = {
    Field.PHONE: Shape.PHONES,
    Field.EMAIL: Shape.EMAILS,
    Field.LANGUAGE: Shape.LANGUAGES,
    Field.NAME: Shape.NAMES,
}
# Cells alone are never as sure as a heading.
_TRUST: Final = 0.8


def _shape_of_cell(text: str) -> Shape:
    if looks_like_email(text):
        return Shape.EMAILS
    if looks_like_phone(text):
        return Shape.PHONES
    if is_yes(text) is not None:
        return Shape.YES_NO
    if _NUMBER.fullmatch(text):
        return Shape.NUMBERS
    if _DATE.fullmatch(text):
        return Shape.DATES
    words = sum(any(map(str.isalpha, word)) for word in text.split())
    if len(text) <= _NAME_LIMIT and 0 < words <= _FEW_WORDS:
        return Shape.NAMES
    return Shape.TEXT


def _is_language(text: str) -> bool:
    return len(text) > 1 and text.lower() not in _OTHERWISE and find_language(text) is not None


def _name_score(cells: Sequence[str], names: int) -> float:
    """Rate how likely the cells name people: names differ from row to row and have two words or more."""
    several = sum(" " in cell for cell in cells)
    return (names + several / 2) / len(cells) * (len(set(cells)) / len(cells))
