"""How to address a person by the first name, without ever being rude."""

import re
from typing import Final

# A title asks for the whole name; so does a family addressed as such.
_TITLE_WORDS: Final = (
    "mr mrs ms miss mx dr dra dott prof sir dame lady lord rev father sister rabbi imam"
    " sr sra srta don doña dona dom eng herr frau fräulein m mm mme mlle maître mag hr fru"
    " de het familie family família familia famille famiglia rodzina perhe the la le los las os as i"
    " sheikh sheikha hajj السيد السيدة الدكتور الدكتورة الشيخ عائلة משפחת ד״ר מר גב׳"
)
_TITLES: Final = frozenset(_TITLE_WORDS.split())
_JOINERS: Final = re.compile(r"\s*(?:[&+/]|\b(?:and|und|et|och|og|en|ja|и)\b)\s*", re.IGNORECASE)
# "y" and "e" also join two surnames ("de la Vega y Montenegro"): a couple only behind a single first name.
_ROMANCE_COUPLE: Final = re.compile(r"(\S+)\s+(?:y|e|i)\s+(\S+)", re.IGNORECASE)
# Names whose first word means "servant of", "father of", "mother of" are no name without the second.
_PREFIX_WORDS: Final = "abd abdul abdel abu abou umm um bint ibn عبد أبو ابو أم ام"
_PREFIXES: Final = frozenset(_PREFIX_WORDS.split())
# Chinese, Japanese and Korean put the family first; Hangul, kana and ideographs.
_FAMILY_FIRST: Final = re.compile(
    r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
)


def first_name(name: str) -> str:
    """Return what to call a person (or a couple), or the whole name where a shorter one might offend.

    Whole are: names with a title, initials, and names of scripts in which the family comes first.
    """
    whole = " ".join(name.split())
    if "," in whole:
        family, _, given = whole.partition(",")
        if "," in given or _JOINERS.search(whole) or _ROMANCE_COUPLE.search(given):
            # "Ana, João and Maria" is a list of first names already.
            return whole
        whole = f"{given.strip()} {family.strip()}".strip() if given.strip() else family.strip()
    if not whole or _FAMILY_FIRST.search(whole) or _key(whole.split()[0]) in _TITLES:
        return whole
    couple = _ROMANCE_COUPLE.match(whole)
    if couple:
        return couple[0]
    parts = _JOINERS.split(whole)
    if len(parts) > 1 and all(parts):
        if any(_key(part.split()[0]) in _TITLES for part in parts):
            return whole
        joiners = _JOINERS.findall(whole)
        names = [_one(part) for part in parts]
        return names[0] + "".join(joiner + other for joiner, other in zip(joiners, names[1:], strict=True))
    return _one(whole)


def _one(name: str) -> str:
    words = name.split()
    if _key(words[0]) in _PREFIXES and len(words) > 1:
        return " ".join(words[:2])
    if len(_key(words[0])) < 2:
        return name
    return words[0]


def _key(word: str) -> str:
    return word.rstrip(".").lower()
