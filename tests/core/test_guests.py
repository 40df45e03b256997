"""What may be saved of a guest, and who looks like the same guest."""

from uuid import UUID, uuid4

import pytest

from waapp.core.guests import (
    Guest,
    GuestDraft,
    check_guest,
    may_be_saved,
)
from waapp.core.languages import LANGUAGES, is_right_to_left, language_name, read_language

EVENT_ID = uuid4()


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, {}),
        ({"name": "x" * 200, "group": "g" * 100, "email": "a@b.pt", "language": "pt_BR"}, {}),
        ({"name": " \n"}, {"name": "guest_name_missing"}),
        ({"name": "x" * 201}, {"name": "guest_name_too_long"}),
        ({"phone": "+351 912 345 678"}, {}),
        ({"phone": "912 345 678"}, {}),
        ({"phone": "abc"}, {"phone": "phone_not_a_number"}),
        ({"phone": "212 345 678"}, {"phone": "phone_landline"}),
        ({"phone": "912"}, {"phone": "phone_impossible"}),
        ({"phone": "1" * 51}, {"phone": "phone_too_long"}),
        ({"group": "g" * 101}, {"group": "group_too_long"}),
        ({"email": "a@b"}, {"email": "email_wrong"}),
        ({"email": "a b@c.pt"}, {"email": "email_wrong"}),
        ({"email": "a@b.pt, c@d.pt"}, {"email": "email_wrong"}),
        ({"email": "ana.sousa+rsvp@mail.example.co.uk"}, {}),
        ({"email": "józef@żółw.pl"}, {}),
        ({"email": "a" * 315 + "@b.com"}, {"email": "email_too_long"}),
        ({"language": "pt"}, {}),
        ({"language": "klingon"}, {"language": "language_unknown"}),
        ({"name": "", "phone": "x"}, {"name": "guest_name_missing", "phone": "phone_not_a_number"}),
    ],
)
def test_guests_are_checked_field_by_field(changes, problems):
    assert check_guest(GuestDraft(**({"name": "Ana"} | changes)), "PT") == problems


def test_national_numbers_need_a_country():
    assert check_guest(GuestDraft("Ana", "912 345 678"), None) == {"phone": "phone_needs_region"}


@pytest.mark.parametrize(
    ("problem", "saved"),
    [
        ("phone_landline", True),
        ("phone_not_a_number", True),
        ("phone_needs_region", True),
        ("phone_too_long", False),
        ("guest_name_missing", False),
        ("email_wrong", False),
    ],
)
def test_a_bad_number_is_kept_to_be_mended(problem, saved):
    assert may_be_saved(problem) is saved


def guest(number, phone="", email=""):
    return Guest(UUID(int=number), EVENT_ID, f"Guest {number}", phone=phone, email=email)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pt-br", "pt_BR"),
        ("PT_pt", "pt_PT"),
        ("pt", "pt"),
        ("EN", "en"),
        (" en_US ", "en_US"),
        ("en-AT", "en"),
        ("iw", "he"),
        ("zh-Hant", "zh_TW"),
        ("zh_Hans_CN", "zh_CN"),
        ("zh", "zh"),
        ("ky", "ky_KG"),
        ("xx", None),
        ("Portuguese", None),
        ("", None),
    ],
)
def test_languages_are_read_as_lists_write_them(text, code):
    assert read_language(text) == code


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_of_whatsapp_is_read_as_itself_and_has_a_name(code):
    assert read_language(code) == code
    assert read_language(code.lower().replace("_", "-")) == code
    assert language_name(code) != ""


def test_languages_have_names_and_directions():
    assert language_name("pt_BR") == "Portuguese (Brazil)"
    assert language_name("he", "pt") == "Hebraico"
    assert language_name("en_QA") == "English (Qatar)"
    assert language_name("prs_AF") == "Dari"
    assert language_name("xx") == "xx"
    assert [code for code in LANGUAGES if is_right_to_left(code)] == [
        "ar", "ar_AE", "ar_EG", "ar_LB", "ar_MA", "ar_QA", "fa", "he", "prs_AF", "ps_AF", "ur",
    ]  # fmt: skip
