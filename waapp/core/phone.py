"""Phone numbers: from the text in a guest list to the address that WhatsApp takes, or why there is none."""

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from waapp.core.cells import strip_scheme
from waapp.core.events import is_time_zone, zone
from waapp.core.numbering import read_plain

_WINTER_AND_SUMMER: Final = (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))


class PhoneProblem(StrEnum):
    """Why a text does not name a telephone that a WhatsApp message can go to.

    `LANDLINE`, `PREMIUM` and `SHARED_COST` numbers could be read and have an `e164`; any service that is neither a
    person's nor of shared cost counts as premium. `ROUNDED` is what a spreadsheet leaves of a
    number that it shows as 5.512E+12: the digits are gone, and what stands there may be somebody else's number.
    """

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    IMPOSSIBLE = "impossible"
    LANDLINE = "landline"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    NEEDS_REGION = "needs_region"
    ROUNDED = "rounded"


class Number(NamedTuple):
    """A number as read: a plain tuple, because a long list makes as many.

    `region` is the ISO 3166 code of the country that the number belongs to. `guessed` tells that the text made sense
    only with a "+" that it did not have, or without the words, the zero or the extension that
    stood beside the number.
    """

    text: str
    e164: str | None
    problem: PhoneProblem | None
    region: str | None = None
    guessed: bool = False

    @property
    def display(self) -> str:
        """Return what people should see: the international grouping, or the text where none could be read."""
        return self.text.strip() if self.e164 is None else display(self.e164)


# A double zero is what most of the world dials for "+"; no national number starts with it.
_DOUBLE_ZERO: Final = re.compile(r"^\(?00[\s().-]*(?=[1-9])")
_TRUNK_ZERO: Final = re.compile(r"^(?:\+|00)[\s\d]{1,6}(\(0\))")
_ASIDE: Final = re.compile(r"\([^()\d]*\)")
# The "1" after +52 marked mobile numbers until 2019, 044 and 045 did inside Mexico; WhatsApp still writes the "1".
_FORMER_MEXICAN: Final = re.compile(r"(?:\+521|04[45])(?=\d{10}$)")
_SEPARATORS: Final = re.compile(r"[\s().-]")
_E164: Final = re.compile(r"\+[0-9]+")
_SIGNS: Final = {"\uff0b": "+", "\ufe62": "+", "\u066b": ".", "\u066c": ",", "\u30fc": "-"}
# Digits on both sides of a word are two numbers, or a number and something else: "079 1112 3456 or 7".
_WORD_BETWEEN: Final = re.compile(r"\d[^\d]*[^\W\d_][^\d]*\d")
_POWER_OF_TEN: Final = re.compile(r"^\+?\d(?:[.,]\d+)?[eE]\+?\d{1,2}$")
_GROUPED: Final = re.compile(r"\+?\d{1,3}(?:,\d{2,3}){2,}")
_DECIMALS: Final = re.compile(r"^(\+?\d{6,})[.,]0+$")
# Spreadsheets show at most six digits of a number that they shorten; where all but two are there, they end in
# zeros.
_MOST_DIGITS_LOST: Final = 2
_LONGEST_NUMBER: Final = 15
# Shorter texts without "+" are too often a national number of a country that we were not told.
_FEWEST_DIGITS_TO_GUESS: Final = 11

_REACHABLE: Final = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP},
)
_LANDLINE: Final = frozenset({PhoneNumberType.FIXED_LINE, PhoneNumberType.UAN})


@lru_cache(maxsize=1 << 16)
def read(text: str, region: str | None = None) -> Number:
    """Read a number as people and spreadsheets write it; national ones by the numbering plan of `region`.

    Nothing is guessed that could reach a stranger: without a region a number needs its "+" or "00".
    """
    return read_once(text, region)


def read_once(text: str, region: str | None = None) -> Number:
    """Read a number as `read` does, and remember nothing: for those of a list, which hardly ever come again."""
    simple = read_plain(text.strip(), region)
    if simple is not None:
        return Number(text, simple.e164, _problem(simple.kind), simple.region)
    plain = _plain(text)
    if not any(character.isalnum() for character in plain):
        return Number(text, None, PhoneProblem.EMPTY)
    plain, rounded = _undo_spreadsheet(plain)
    parsed, problem = _parse(plain, region)
    kind = _kind(parsed)
    if kind is not None and parsed is not None and not parsed.extension and _WORD_BETWEEN.search(plain):
        kind = None
    guessed = False
    if region is not None and (kind is None or (kind not in _REACHABLE and _has_code_of(plain, region))):
        international = _with_plus(plain)
        if international is not None:
            parsed, kind, guessed = international, _kind(international), True
    if kind is None and (bare := _without_trunk_zero(plain) or _without_words(plain)) is not None:
        number = read(bare, region)
        return number._replace(text=text, guessed=number.e164 is not None)
    if parsed is None:
        return Number(text, None, problem)
    if rounded:
        return Number(text, None, PhoneProblem.ROUNDED)
    if kind is None:
        return Number(text, None, PhoneProblem.IMPOSSIBLE)
    return Number(
        text,
        phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        _problem(kind),
        phonenumbers.region_code_for_number(parsed),
        guessed or bool(parsed.extension),
    )


def _problem(kind: int) -> PhoneProblem | None:
    if kind in _REACHABLE:
        return None
    if kind in _LANDLINE:
        return PhoneProblem.LANDLINE
    return PhoneProblem.SHARED_COST if kind == PhoneNumberType.SHARED_COST else PhoneProblem.PREMIUM


def _kind(parsed: PhoneNumber | None) -> int | None:
    """Return the type of a number, or None for one that no numbering plan has: which is when it is not valid."""
    if parsed is None:
        return None
    kind = phonenumbers.number_type(parsed)
    return None if kind == PhoneNumberType.UNKNOWN else kind


def _plain(text: str) -> str:
    """Drop what cannot be seen and what names the scheme, and write the digits of any script as 0 to 9."""
    visible = "".join(_character(c) for c in text) if not (text.isascii() and text.isprintable()) else text
    return strip_scheme(visible)


def _character(c: str) -> str:
    if c.isascii() and c.isprintable():
        return c
    if c.isdecimal():
        return str(unicodedata.decimal(c))
    if not c.isprintable():
        return "" if c == "\0" or unicodedata.category(c) == "Cf" else " "
    return _SIGNS.get(c, c)


def _undo_spreadsheet(plain: str) -> tuple[str, bool]:
    """Return the digits behind 351,912,345,678, 351912345678.0 and 3.51912E+11, and whether most of them are gone."""
    if _GROUPED.fullmatch(plain):
        return plain.replace(",", ""), False
    decimals = _DECIMALS.match(plain)
    if decimals:
        return decimals[1], False
    if not _POWER_OF_TEN.match(plain):
        return plain, False
    try:
        value = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        return plain, False
    _, digits, exponent = value.as_tuple()
    missing = int(exponent)
    if missing < 0 or missing + len(digits) > _LONGEST_NUMBER:
        return plain, False
    sign = "+" if plain.startswith("+") else ""
    return f"{sign}{int(value)}", missing > _MOST_DIGITS_LOST


def _parse(plain: str, region: str | None) -> tuple[PhoneNumber | None, PhoneProblem | None]:
    plain = _DOUBLE_ZERO.sub("+", plain)
    if region == "MX" or plain.startswith("+52"):
        digits = _SEPARATORS.sub("", plain)
        plain = _FORMER_MEXICAN.sub("+52", digits) if _FORMER_MEXICAN.match(digits) else plain
    try:
        return phonenumbers.parse(plain, region), None
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            has_plus = plain.lstrip("( ").startswith(("+", "+"))
            return None, PhoneProblem.IMPOSSIBLE if has_plus else PhoneProblem.NEEDS_REGION
        if error.error_type == NumberParseException.NOT_A_NUMBER:
            return None, PhoneProblem.NOT_A_NUMBER
        return None, PhoneProblem.IMPOSSIBLE


def _without_trunk_zero(plain: str) -> str | None:
    """Return "+351 (0) 912 345 678" without what is dialled in other countries only, or None where there is none."""
    found = _TRUNK_ZERO.match(plain)
    return plain[: found.start(1)] + plain[found.end(1) :] if found else None


def _without_words(plain: str) -> str | None:
    """Return what is left of "0791 112 3456 (mum)" without its words, or None where there are none or nothing is."""
    words = _ASIDE.sub(" ", plain).split()
    numbers = [place for place, word in enumerate(words) if any(c.isdecimal() for c in word)]
    bare = " ".join(words[numbers[0] : numbers[-1] + 1]) if numbers else ""
    return bare if bare and len(bare) < len(plain) else None


def _has_code_of(plain: str, region: str) -> bool:
    """Tell whether digits begin with the code of their own country.

    In Germany, Indonesia and Kosovo a mobile number whose "+" was lost is a valid landline too.
    """
    code = str(phonenumbers.country_code_for_region(region))
    return _SEPARATORS.sub("", plain).startswith(code)


def _with_plus(plain: str) -> PhoneNumber | None:
    """Return the mobile number that the digits are if only the "+" was lost, as happens to numeric cells."""
    digits = _SEPARATORS.sub("", plain)
    if not digits.isdecimal() or len(digits) < _FEWEST_DIGITS_TO_GUESS:
        return None
    parsed, _ = _parse(f"+{digits}", None)
    return parsed if _kind(parsed) in _REACHABLE else None


@lru_cache(maxsize=1 << 16)
def display(e164: str) -> str:
    """Group an E.164 number for people, "+351 912 345 678"; anything else is returned as it is."""
    if _E164.fullmatch(e164) is None:
        return e164
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164, None), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return e164


@lru_cache(maxsize=1 << 16)
def time_zone(e164: str) -> str | None:
    """Return the IANA time zone in which a number's holder is at home; None where the number leaves it open."""
    try:
        names = time_zones_for_number(phonenumbers.parse(e164, None))
    except NumberParseException:
        return None
    known = [name for name in names if name != UNKNOWN_TIMEZONE and is_time_zone(name)]
    # Jersey's and London's clocks always agree, the Azores' and Lisbon's never.
    same = {tuple(day.astimezone(zone(name)).utcoffset() for day in _WINTER_AND_SUMMER) for name in known}
    return known[-1] if len(known) == len(names) and len(same) == 1 else None


def region_of_code(text: str) -> str | None:
    """Return the country that "+351", "351" or "PT" stands for in front of a number; None where it is none."""
    digits = "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal()).lstrip("0")
    if not digits:
        code = text.strip().upper()
        return code if code in phonenumbers.SUPPORTED_REGIONS else None
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:_LONGEST_NUMBER]), ())
    return next((region for region in regions if region in phonenumbers.SUPPORTED_REGIONS), None)


def shorten(e164: str) -> str:
    """Return what a log may say of a number: "+351 ••• 204"."""
    ending = "".join(character for character in e164 if character.isdecimal())[-3:]
    try:
        code = f"+{phonenumbers.parse(e164, None).country_code} "
    except NumberParseException:
        code = ""
    return f"{code}••• {ending}" if ending else "•••"
