"""The telephones that the cells of a row name: which one counts, and the others beside it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from waapp.core.phone import Number, read, read_once

# A stroke or a comma may stand inside a number: "0151/2345678". Words and the others part two.
_PARTS: Final = re.compile(
    r"\s*(?::::|[;|\n]|\b(?:or|ou|o|oder|od|bzw|sowie|veya|and|und|et|y|e|или|и|או|أو)\b\.?)\s*",
    re.IGNORECASE,
)
_MAY_PART: Final = re.compile(r"\s*[,/]\s*")
# What may stand around a number: "912 345 678 (mother)", "m 912 345 678"; and with strokes in it. The digits of
# "351912345678@lid", which hides a number, and of an address are none.
_IN_WORDS: Final = (
    re.compile(r"[+(]?\d[\d\s().\-/]{5,}\d(?![\w.:+\-]*@)"),
    re.compile(r"(?<!\d)(?<!\d/)[+(]?\d[\d\s().\-]{5,}\d(?!/?\d)(?![\w.:+\-]*@)"),
)


def choose_phone(texts: Sequence[str], region: str | None) -> tuple[Number, tuple[str, ...]]:
    """Return the first number that a message can go to, else what comes nearest; and the other good numbers."""
    if len(texts) == 1 and (only := read_once(texts[0], region)).e164 is not None:
        return only, ()
    numbers = [number for text in texts for number in _numbers(text, region)]
    if not numbers:
        return read("", region), ()
    chosen = min(numbers, key=lambda number: (number.problem is not None, number.e164 is None))
    others = {n.e164: n.display for n in numbers if n.e164 is not None and n.e164 != chosen.e164}
    return chosen, tuple(others.values())


def _numbers(text: str, region: str | None) -> Iterator[Number]:
    whole = read(text, region)
    if whole.e164 is not None:
        yield whole
        return
    good = [number for part in _PARTS.split(text) for number in _in_part(part, region)]
    if not good and any(map(str.isalpha, text)):
        inside = next(filter(None, (_good(form.findall(text), region) for form in _IN_WORDS)), [])
        good = [found._replace(text=text, guessed=True) for found in inside]
    yield from good or [whole]


def _in_part(part: str, region: str | None) -> list[Number]:
    """Return the numbers of a part: itself, or all of its pieces; half a number is none."""
    whole = _good([part], region)
    if whole:
        return whole
    pieces = [piece for piece in _MAY_PART.split(part) if any(map(str.isdecimal, piece))]
    good = _good(pieces, region)
    return good if len(good) == len(pieces) else []


def _good(texts: Iterable[str], region: str | None) -> list[Number]:
    return [number for text in texts if (number := read(text, region)).e164 is not None]
