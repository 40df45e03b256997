"""Numbers as people and spreadsheets write them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.phone import Number, PhoneProblem, display, read, shorten


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("912345678", "PT", "+351912345678"),
        ("912 345 678", "PT", "+351912345678"),
        (" 912-345.678 ", "PT", "+351912345678"),
        ("+351 912 345 678", None, "+351912345678"),
        ("+351912345678", "BR", "+351912345678"),
        ("00351 912 345 678", "PT", "+351912345678"),
        ("00351912345678", None, "+351912345678"),
        ("00 351 912 345 678", "US", "+351912345678"),
        ("011 351 912 345 678", "US", "+351912345678"),
        ("(+351) 912 345 678", None, "+351912345678"),
        ("+351912345678", None, "+351912345678"),
        ("\u202a+351 912 345 678\u202c", None, "+351912345678"),
        ("+351\u00a0912\u00a0345\u00a0678", None, "+351912345678"),
        ("+351 912 345 678\0", None, "+351912345678"),
        ("912345678.0", "PT", "+351912345678"),
        ("351912345678,00", "PT", "+351912345678"),
        ("351912345678", "PT", "+351912345678"),
        ("3.51912345678E+11", "PT", "+351912345678"),
        ("3,51912345678E+11", "PT", "+351912345678"),
        ("5.5119991234E12", "BR", "+5511999123400"),
        ("٩١٢٣٤٥٦٧٨", "PT", "+351912345678"),
        ("+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧", None, "+966501234567"),
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", "+989123456789"),
        ("whatsapp:+351912345678", None, "+351912345678"),
        ("351912345678@c.us", "BR", "+351912345678"),
        ("351912345678:17@s.whatsapp.net", None, "+351912345678"),
        ("whatsapp:351912345678@c.us", None, "+351912345678"),
        ("5215512345678@c.us", None, "+525512345678"),
        ("553188887777@s.whatsapp.net", None, "+5531988887777"),
        ("tel:+351-912-345-678", None, "+351912345678"),
        ("Tel: 912 345 678", "PT", "+351912345678"),
        ("+44 (0)7911 123456", None, "+447911123456"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("1 202 555 0123", "US", "+12025550123"),
        ("0491 570 156", "AU", "+61491570156"),
        ("011 15-2345-6789", "AR", "+5491123456789"),
        ("090-1234-5678", "JP", "+819012345678"),
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("55 1234 5678", "MX", "+525512345678"),
    ],
)
def test_readable(text: str, region: str | None, e164: str) -> None:
    number = read(text, region)
    assert (number.e164, number.problem, number.guessed) == (e164, None, False)
    assert number.text == text


@pytest.mark.parametrize(
    ("text", "region", "problem"),
    [
        ("", "PT", PhoneProblem.EMPTY),
        ("  ", "PT", PhoneProblem.EMPTY),
        ("-", "PT", PhoneProblem.EMPTY),
        ("—", None, PhoneProblem.EMPTY),
        ("n/a", "PT", PhoneProblem.NOT_A_NUMBER),
        ("pedir à mãe", "PT", PhoneProblem.NOT_A_NUMBER),
        ("ana@example.com", None, PhoneProblem.NOT_A_NUMBER),
        ("912345678", None, PhoneProblem.NEEDS_REGION),
        ("351912345678", None, PhoneProblem.NEEDS_REGION),
        ("912 345 67", "PT", PhoneProblem.IMPOSSIBLE),
        ("+351 912 345 67", None, PhoneProblem.IMPOSSIBLE),
        ("+999 912 345 678", None, PhoneProblem.IMPOSSIBLE),
        ("+351 012 345 678", None, PhoneProblem.IMPOSSIBLE),
        ("9" * 40, "PT", PhoneProblem.IMPOSSIBLE),
        ("12", "PT", PhoneProblem.IMPOSSIBLE),
        # Made whole with zeros, these might be somebody's numbers.
        ("5.511999E+12", "BR", PhoneProblem.ROUNDED),
        ("5,51E+12", "BR", PhoneProblem.ROUNDED),
        ("3.51912E+11", "PT", PhoneProblem.ROUNDED),
    ],
)
def test_unreadable(text: str, region: str | None, problem: PhoneProblem) -> None:
    assert read(text, region) == Number(text, None, problem)
    assert read(text, region).display == text.strip()


@pytest.mark.parametrize(
    ("text", "problem", "e164"),
    [
        ("+351 222 045 678", PhoneProblem.LANDLINE, "+351222045678"),
        ("+49 30 1234567", PhoneProblem.LANDLINE, "+49301234567"),
        ("+351 800 200 200", PhoneProblem.PREMIUM, "+351800200200"),
        ("+351 760 123 456", PhoneProblem.PREMIUM, "+351760123456"),
        ("+1 900 234 5678", PhoneProblem.PREMIUM, "+19002345678"),
    ],
)
def test_numbers_of_the_wrong_kind_keep_their_address(
    text: str, problem: PhoneProblem, e164: str | None
) -> None:
    number = read(text, "BR")
    assert (number.problem, number.e164) == (problem, e164)


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("447911123456", "PT", "+447911123456"),
        ("5511999123456", "PT", "+5511999123456"),
        # Valid landlines of these countries too, were it not for their own code in front.
        ("4915123456789", "DE", "+4915123456789"),
        ("49 1512 3456789", "DE", "+4915123456789"),
        ("62812345678", "ID", "+62812345678"),
        ("38343201234", "XK", "+38343201234"),
        ("04915123456", "DE", None),
        ("3912345678", "IT", None),
        # A national reading goes first, and short or leading-zero texts are never given a plus.
        ("912345678", "PT", None),
        ("0447911123456", "PT", None),
        ("4471234567", "PT", None),
        ("4791234567", "PT", None),
        ("441632960123", "PT", None),
    ],
)
def test_what_is_guessed_is_told(text: str, region: str, e164: str | None) -> None:
    number = read(text, region)
    assert number.guessed == (e164 is not None)
    if e164 is not None:
        assert number.e164 == e164


@pytest.mark.parametrize(
    ("text", "region"), [("+351 912 345 678", "PT"), ("+1 202 555 0123", "US"), ("+1 604 555 0123", "CA")]
)
def test_region(text: str, region: str) -> None:
    assert read(text, None).region == region


def test_display_and_shorten() -> None:
    assert display("+351912345678") == "+351 912 345 678"
    assert display("not a number") == "not a number"
    assert display("+351 (0) 912345683") == "+351 (0) 912345683"
    assert read("912345678", "PT").display == "+351 912 345 678"
    assert shorten("+351912345204") == "+351 ••• 204"
    assert shorten("+12025550123") == "+1 ••• 123"
    assert shorten("whatsapp:PT.1234567890") == "••• 890"
    assert shorten("") == "•••"


MOBILES = [
    phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
]
FORMATS = [
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
]


@given(
    st.sampled_from([number for number in MOBILES if number is not None]),
    st.sampled_from(FORMATS),
    st.sampled_from(["", " ", "\u200e", "\u00a0"]),
)
def test_every_country_and_every_usual_form(
    number: phonenumbers.PhoneNumber,
    form: int,
    around: str,
) -> None:
    region = phonenumbers.region_code_for_number(number)
    text = around + phonenumbers.format_number(number, form) + around
    what = read(text, region)
    assert what.e164 == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert what.problem is None
    # What has been read once reads the same again, with or without a region.
    assert what.e164 is not None
    assert read(what.e164, None).e164 == what.e164
    assert read(what.display, None).e164 == what.e164


@given(st.text(max_size=60), st.sampled_from([None, "PT", "US", "JP"]))
def test_any_text_has_an_address_or_a_problem(text: str, region: str | None) -> None:
    number = read(text, region)
    assert number.e164 is not None or number.problem is not None
    if number.e164 is None:
        assert not number.guessed
    else:
        assert number.e164.startswith("+")
        assert number.e164[1:].isdecimal()
        assert shorten(number.e164)[-3:] == number.e164[-3:]


@given(st.text(max_size=40))
def test_shortening_never_shows_a_whole_number(text: str) -> None:
    assert sum(c.isdecimal() for c in shorten(text)) <= 6


@pytest.mark.parametrize(
    "text", ["912345678 ext. 12", "912345678 x12", "+351 912 345 678 x5", "tel:+351-912-345-678;ext=7"]
)
def test_an_extension_that_is_left_out_is_told(text: str) -> None:
    number = read(text, "PT")
    assert (number.e164, number.guessed) == ("+351912345678", True)
