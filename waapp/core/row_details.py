"""What fewer lists say of a guest: who comes along, the household, tags, consent, refusals."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from waapp.core.cells import one_line
from waapp.core.columns import unused
from waapp.core.consent_cells import agreed, left, refused, says_more
from waapp.core.content import is_yes
from waapp.core.days import read_day
from waapp.core.guests import Consent, GuestDraft
from waapp.core.headings import Field, fold
from waapp.core.rows import Finding, RowCode

DETAILS: Final = frozenset(
    {
        Field.TAGS,
        Field.HOUSEHOLD,
        Field.PLUS_ONES,
        Field.TIME_ZONE,
        Field.CONSENT,
        Field.CONSENT_SOURCE,
        Field.CONSENT_AT,
        Field.OPT_OUT,
    },
)
"""The fields that `with_details` fills in."""

_BETWEEN_TAGS: Final = re.compile(r":::|[;,|\n]")
_LINK_BEHIND: Final = re.compile(r"\s*\(https?://[^()\s]*\)")
_LONGEST_COUNT: Final = 4
_COUNTS: Final = re.compile(r"(\d{1,2})\b[^\d+&,]*(?:(?:[+&,]|\b(?:and|y|e|et|und|ve)\b)\s*(\d{1,2})\b\D*)?")
_COUNT_WORDS: Final = (
    "one uno una um uma un une ein eine einer bir واحد אחד एक",
    "two dos dois duas deux zwei due iki اثنان שניים दो",
    "three tres trois drei tre uc ثلاثة שלושה तीन",
    "four cuatro quatro quatre vier quattro dort اربعة ארבעה चार",
    "five cinco cinq funf cinque bes خمسة חמישה पांच",
)
_WORDS_OF_COUNTS: Final = {
    fold(word): count for count, words in enumerate(_COUNT_WORDS, 1) for word in words.split()
}


def with_details(
    draft: GuestDraft,
    number: int,
    by_field: Mapping[Field, str],
    extra: dict[str, str],
    findings: list[Finding],
) -> GuestDraft:
    """Fill in what fewer lists have; words that say nothing clear stay as an extra column."""
    plus_ones = _plus_ones(number, by_field.get(Field.PLUS_ONES, ""), extra, findings)
    consent = Consent.UNKNOWN
    if text := by_field.get(Field.CONSENT, ""):
        said = agreed(text)
        consent = Consent.UNKNOWN if said is None else Consent.YES if said else Consent.NO
        if said is None or says_more(text):
            extra[unused("consent_as_given", extra)] = text
        if said is None:
            findings.append(Finding(number, RowCode.CONSENT_UNCLEAR, {"text": text}))
    day = None
    if text := by_field.get(Field.CONSENT_AT, ""):
        day = read_day(text)
        if day is None:
            extra[unused("consent_at_as_given", extra)] = text
            findings.append(Finding(number, RowCode.CONSENT_DAY_UNCLEAR, {"text": text}))
    if text := by_field.get(Field.OPT_OUT, ""):
        refuses = refused(text)
        if refuses:
            consent, day = Consent.NO, read_day(text)
            findings.append(Finding(number, RowCode.OPTED_OUT))
        elif refuses is None:
            extra[unused("opt_out_as_given", extra)] = text
            findings.append(Finding(number, RowCode.CONSENT_UNCLEAR, {"text": text}))
    tags = _tags(by_field.get(Field.TAGS, ""))
    if tags and consent is not Consent.NO and any(map(left, tags)):
        consent = Consent.NO
        findings.append(Finding(number, RowCode.OPTED_OUT))
    return replace(
        draft,
        tags=tags,
        household=label(by_field.get(Field.HOUSEHOLD, "")),
        plus_ones=plus_ones,
        time_zone=by_field.get(Field.TIME_ZONE, ""),
        consent=consent,
        consent_source=one_line(by_field.get(Field.CONSENT_SOURCE, "")),
        consent_at=day,
    )


def label(text: str) -> str:
    """Return a group or a household without the address that Notion writes behind each."""
    return one_line(_LINK_BEHIND.sub("", text) if "(http" in text else text)


def _plus_ones(number: int, text: str, extra: dict[str, str], findings: list[Finding]) -> int:
    """Return how many come along; words beside the number, such as a name, are kept and said."""
    if not text:
        return 0
    plain = text.removeprefix("+").strip()
    if plain.isdecimal() and len(plain) < _LONGEST_COUNT:
        return int(plain)
    said = is_yes(plain)
    if said is not None:
        return int(said)
    if not any(map(str.isalpha, plain)):
        return 0
    count = _WORDS_OF_COUNTS.get(fold(plain), 0)
    if count:
        return count
    # "2 adults + 1 child"; whatever else there is without a number is somebody's name.
    found = _COUNTS.fullmatch(plain)
    count = int(found[1]) + int(found[2] or 0) if found else 1
    extra[unused("plus_one", extra)] = text
    findings.append(Finding(number, RowCode.PLUS_ONE_NAMED, {"text": text, "count": count}))
    return count


def _tags(text: str) -> tuple[str, ...]:
    """Split tags; what Google puts in front of its own is dropped, and so is the tag that all contacts have."""
    tags = (one_line(tag.strip().strip('"').removeprefix("* ")) for tag in _BETWEEN_TAGS.split(text))
    return tuple(dict.fromkeys(tag for tag in tags if tag and tag != "myContacts"))
