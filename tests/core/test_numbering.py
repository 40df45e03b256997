"""What is read by the compiled plans is what the package reads, for every country."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from waapp.core.numbering import read_plain

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
TYPES = (
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.VOIP,
    PhoneNumberType.UAN,
    PhoneNumberType.PAGER,
    PhoneNumberType.PERSONAL_NUMBER,
)
EXAMPLES = [
    (region, number)
    for region in REGIONS
    for kind in TYPES
    if (number := phonenumbers.example_number_for_type(region, kind)) is not None
]
FORMATS = [PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL]


def package(text: str, region: str | None) -> tuple[str, int, str | None] | None:
    try:
        number = phonenumbers.parse("+" + text[2:] if text.startswith("00") else text, region)
    except NumberParseException:
        return None
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:
        return None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return e164, kind, phonenumbers.region_code_for_number(number)


def agrees(text: str, region: str | None) -> bool:
    """Compare where anything was read; return whether."""
    found = read_plain(text, region)
    if found is not None:
        assert tuple(found) == package(text, region), (text, region)
    return found is not None


def test_every_example_of_every_country() -> None:
    read = sum(
        agrees(phonenumbers.format_number(number, form), region)
        for region, number in EXAMPLES
        for form in FORMATS
    )
    # Most of them, or it would be of no use.
    assert read > 0.75 * len(EXAMPLES) * len(FORMATS)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(EXAMPLES), st.sampled_from(FORMATS), st.data())
def test_numbers_with_slips(
    example: tuple[str, phonenumbers.PhoneNumber], form: int, data: st.DataObject
) -> None:
    region, number = example
    text = phonenumbers.format_number(number, form)
    place = data.draw(st.integers(0, len(text) - 1))
    slip = data.draw(st.sampled_from(["", "0", "1", "7", "9", "00", " ", "-", "(", ")"]))
    agrees(text[:place] + slip + text[place + data.draw(st.integers(0, 1)) :], region)


@settings(max_examples=1500, deadline=None)
@given(
    st.from_regex(r"\A(?:\+|00|\(\+|\()?[0-9][0-9 ().\-]{5,16}\Z"),
    st.sampled_from([None, *REGIONS]),
)
def test_any_digits_anywhere(text: str, region: str | None) -> None:
    agrees(text, region)


@settings(max_examples=800, deadline=None)
@given(st.sampled_from(EXAMPLES), st.sampled_from(REGIONS), st.sampled_from(FORMATS))
def test_numbers_of_another_country(
    example: tuple[str, phonenumbers.PhoneNumber], region: str, form: int
) -> None:
    agrees(phonenumbers.format_number(example[1], form), region)


@pytest.mark.parametrize("text", ["", "12", "912345678 x1", "+", "00", "+351 912 345 678 / 9", "9" * 30])
def test_other_forms_are_left_to_the_package(text: str) -> None:
    assert read_plain(text, "PT") is None
