"""The numbering plans of phonenumbers, compiled once, for the plain numbers that most cells hold.

Reading a number with the package itself takes five times as long, most of it for forms that a cell of a guest list
rarely has. What is read here is what the package reads (a test compares them for every country); for everything else
None is returned, and the package is asked.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberType
from phonenumbers.phonemetadata import PhoneNumberDesc


class Plain(NamedTuple):
    """A number as read: E.164, the `PhoneNumberType`, the country that it belongs to."""

    e164: str
    kind: int
    region: str


class _Description(NamedTuple):
    pattern: re.Pattern[str]
    lengths: frozenset[int]

    def has(self, number: str) -> bool:
        return self.may_have(len(number)) and self.pattern.fullmatch(number) is not None

    def may_have(self, length: int) -> bool:
        return not self.lengths or length in self.lengths


class _Plan(NamedTuple):
    """The numbering plan of a country; `kinds` in the order in which the package tries them.

    `sieve` matches what `general` does, and its groups tell whether any of the kinds has the number by its digits,
    whether a landline may, and whether a mobile number may.
    """

    region: str
    code: str
    general: _Description
    sieve: re.Pattern[str]
    kinds: tuple[tuple[_Description, int], ...]
    fixed: _Description
    mobile: _Description
    same: bool
    begins: re.Pattern[str] | None
    dialled: re.Pattern[str] | None
    abroad: re.Pattern[str] | None


_NEVER: Final = "(?!)"
_NONE: Final = _Description(re.compile(_NEVER), frozenset())
_PLAIN: Final = re.compile(r"\(?\+?[0-9][0-9 ().\-]{5,23}")
_SEPARATORS: Final = {ord(c): None for c in " ().-+"}
_LONGEST_COUNTRY_CODE: Final = 3
_BEYOND_COUNTRIES: Final = "001"


def read_plain(text: str, region: str | None) -> Plain | None:
    """Read digits between blanks, brackets, dots and dashes, with or without "+" or "00"; None for all else."""
    if _PLAIN.fullmatch(text) is None:
        return None
    digits = text.translate(_SEPARATORS)
    if "+" in text:
        return _international(digits)
    if digits.startswith("00"):
        return _international(digits[2:]) if text.startswith("00") else None
    return None if region is None else _national(digits, region)


def _international(digits: str) -> Plain | None:
    length, regions = _code(digits[:_LONGEST_COUNTRY_CODE])
    plan = _plan(regions[0]) if regions else None
    return None if plan is None else _of_plan(plan, digits[length:], regions)


def _national(digits: str, region: str) -> Plain | None:
    plan = _plan(region)
    if plan is None or digits.startswith(plan.code) or (plan.abroad and plan.abroad.match(digits)):
        # It may have its country with it; the package weighs that.
        return None
    return _of_plan(plan, digits, _regions(plan.code))


def _of_plan(plan: _Plan, digits: str, regions: tuple[str, ...]) -> Plain | None:
    number = _without_prefix(plan, digits)
    # A leading zero that belongs to the number is rare, and another matter.
    if number is None or number.startswith("0"):
        return None
    for region in regions:
        own = plan if region == plan.region else _plan(region)
        if own is None:
            return None
        if len(regions) > 1 and own.begins is not None:
            if own.begins.match(number):
                return _kind_of(own, number)
        elif (found := _kind_of(own, number)) is not None:
            return found
    return None


def _without_prefix(plan: _Plan, digits: str) -> str | None:
    """Drop what is dialled before a number inside its country; None where the number itself would be rewritten."""
    found = plan.dialled.match(digits) if plan.dialled else None
    if found is None:
        return digits
    if found.lastindex is not None:
        return None
    rest = digits[found.end() :]
    if plan.general.pattern.fullmatch(digits) and not plan.general.pattern.fullmatch(rest):
        return digits
    return rest if len(rest) in plan.general.lengths else None


def _kind_of(plan: _Plan, number: str) -> Plain | None:
    length = len(number)
    found = plan.sieve.match(number) if plan.general.may_have(length) else None
    if found is None:
        return None
    any_kind, fixed, mobile = found.groups()
    kind = None
    if any_kind is not None:
        kind = next((kind for description, kind in plan.kinds if description.has(number)), None)
    if kind is None:
        is_mobile = mobile is not None and plan.mobile.may_have(length)
        if fixed is not None and plan.fixed.may_have(length):
            both = plan.same or is_mobile
            kind = PhoneNumberType.FIXED_LINE_OR_MOBILE if both else PhoneNumberType.FIXED_LINE
        elif is_mobile and not plan.same:
            kind = PhoneNumberType.MOBILE
        else:
            return None
    return Plain(f"+{plan.code}{number}", kind, plan.region)


@lru_cache(maxsize=1024)
def _code(digits: str) -> tuple[int, tuple[str, ...]]:
    """Return how many of the first digits of a number are its country's, and the regions that share them."""
    codes = ((length, _regions(digits[:length])) for length in range(1, len(digits) + 1))
    return next(((length, regions) for length, regions in codes if regions), (0, ()))


@lru_cache(maxsize=1024)
def _regions(code: str) -> tuple[str, ...]:
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code), ()) if code and code[0] != "0" else ()
    return () if _BEYOND_COUNTRIES in regions else regions


@lru_cache(maxsize=512)
def _plan(region: str) -> _Plan | None:
    known = PhoneMetadata.metadata_for_region(region, None)
    general = _described(known.general_desc) if known else None
    if known is None or general is None:
        return None
    kinds = (
        (known.premium_rate, PhoneNumberType.PREMIUM_RATE),
        (known.toll_free, PhoneNumberType.TOLL_FREE),
        (known.shared_cost, PhoneNumberType.SHARED_COST),
        (known.voip, PhoneNumberType.VOIP),
        (known.personal_number, PhoneNumberType.PERSONAL_NUMBER),
        (known.pager, PhoneNumberType.PAGER),
        (known.uan, PhoneNumberType.UAN),
        (known.voicemail, PhoneNumberType.VOICEMAIL),
    )
    described = tuple((found, kind) for one, kind in kinds if (found := _described(one)))
    any_kind = "|".join(f"(?:{description.pattern.pattern})" for description, _ in described)
    fixed, mobile = _described(known.fixed_line) or _NONE, _described(known.mobile) or _NONE
    told = "".join(
        rf"(?=(?:({each})\Z)?)"
        for each in (any_kind or _NEVER, fixed.pattern.pattern, mobile.pattern.pattern)
    )
    return _Plan(
        region,
        str(known.country_code),
        general,
        re.compile(rf"{told}(?:{general.pattern.pattern})\Z"),
        described,
        fixed,
        mobile,
        bool(known.same_mobile_and_fixed_line_pattern),
        re.compile(known.leading_digits) if known.leading_digits else None,
        re.compile(known.national_prefix_for_parsing) if known.national_prefix_for_parsing else None,
        re.compile(known.international_prefix) if known.international_prefix else None,
    )


def _described(description: PhoneNumberDesc | None) -> _Description | None:
    if description is None or not description.national_number_pattern:
        return None
    return _Description(
        re.compile(description.national_number_pattern), frozenset(description.possible_length or ())
    )
