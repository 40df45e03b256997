"""The values of a guest, and WhatsApp's rules for them."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.events import Event
from waapp.core.findings import Level
from waapp.core.guests import Guest
from waapp.core.template import render
from waapp.core.template_rules import check
from waapp.core.template_values import (
    BUILT_IN,
    VALUE_LIMIT,
    answer_address,
    check_values,
    clean_value,
    guest_values,
    known_variables,
    rsvp_link,
    sample_values,
)

GUEST_ID = UUID("00000000-0000-0000-0000-00000000000a")
EVENT_ID = UUID("00000000-0000-0000-0000-00000000000b")


def event(**changes):
    fields = {"name": "Clara & Davi", "date": datetime(2027, 6, 5, 15, 0, tzinfo=UTC), "location": "Porto"}
    return Event(EVENT_ID, **(fields | {"time_zone": "Europe/Lisbon"} | changes))


def guest(**changes):
    return Guest(GUEST_ID, EVENT_ID, **({"name": "Ana Sousa", "rsvp_token": "k7Fq2"} | changes))


def test_every_built_in_variable_has_a_value():
    values = guest_values(guest(group="Bride"), event(rsvp_link="https://x.example/{rsvp_token}"), "en")
    assert tuple(values) == BUILT_IN
    assert values == {
        "guest_name": "Ana Sousa",
        "guest_first_name": "Ana",
        "guest_group": "Bride",
        "household_names": "Ana",
        "event_name": "Clara & Davi",
        "event_date": "Saturday, June 5, 2027",
        "event_time": "4:00 PM",
        "event_location": "Porto",
        "rsvp_link": "https://x.example/k7Fq2",
        "rsvp_token": "k7Fq2",
    }


@pytest.mark.parametrize(
    ("language", "day", "hour"),
    [
        ("en_GB", "Saturday, 5 June 2027", "16:00"),
        ("pt_PT", "sábado, 5 de junho de 2027", "16:00"),
        ("de", "Samstag, 5. Juni 2027", "16:00"),
        ("fr", "samedi 5 juin 2027", "16:00"),
        ("he", "יום שבת, 5 ביוני 2027", "16:00"),
        ("ja", "2027年6月5日土曜日", "16:00"),
        ("zh_HK", "2027年6月5日星期六", "下午4:00"),
        ("en_QA", "Saturday, June 5, 2027", "4:00 PM"),
        ("xx", "Saturday, June 5, 2027", "4:00 PM"),
        ("", "Saturday, June 5, 2027", "4:00 PM"),
        ("../../etc", "Saturday, June 5, 2027", "4:00 PM"),
    ],
)
def test_dates_are_written_in_the_template_s_language(language, day, hour):
    values = guest_values(guest(), event(), language)
    assert (values["event_date"], values["event_time"]) == (day, hour)


@pytest.mark.parametrize(
    ("date", "zone", "day", "hour"),
    [
        # The day in the event's zone, not in UTC.
        (datetime(2027, 6, 5, 23, 30, tzinfo=UTC), "Asia/Tokyo", "Sunday, 6 June 2027", "08:30"),
        # Midnight there: only the day is known.
        (datetime(2027, 6, 4, 23, 0, tzinfo=UTC), "Europe/Lisbon", "Saturday, 5 June 2027", ""),
        (datetime(2027, 6, 5, 0, 0, tzinfo=UTC), "Europe/Lisbon", "Saturday, 5 June 2027", "01:00"),
        (datetime(2027, 6, 5, 0, 0, tzinfo=UTC), "No/Where", "Saturday, 5 June 2027", ""),
        (None, "Europe/Lisbon", "", ""),
    ],
)
def test_dates_are_those_of_the_event_s_place(date, zone, day, hour):
    values = guest_values(guest(), event(date=date, time_zone=zone), "en_GB")
    assert (values["event_date"], values["event_time"]) == (day, hour)


def test_columns_of_the_guest_list_are_variables():
    columns = {
        "Table no.": " 7 ",
        "guest_name": "Mallory",
        "table no": "9",
        "Menu": "",
        "menu": "fish",
        "!": "x",
    }
    values = guest_values(guest(extra=columns), event(), "en")
    assert values["table_no"] == "7"
    assert values["guest_name"] == "Ana Sousa"
    assert guest_values(guest(extra={"Guest group": "x"}), event(), "en")["guest_group"] == ""
    assert values["menu"] == "fish"
    assert "" not in values


def test_known_variables_are_those_of_any_guest():
    guests = [guest(extra={"Table no.": ""}), guest(extra={"Menu": "x", "guest_name": "y"}), guest()]
    assert known_variables(guests) == (*BUILT_IN, "table_no", "menu")
    assert known_variables() == BUILT_IN


@given(st.text(max_size=8), st.dictionaries(st.text(max_size=5), st.text(max_size=8), max_size=3))
def test_every_value_has_a_known_name_and_is_clean(name, extra):
    someone = guest(name=name, group=name, extra=extra)
    values = guest_values(someone, event(name=name, location=name), "en")
    assert set(values) <= set(known_variables([someone]))
    assert all(clean_value(value) == value for value in values.values())


@pytest.mark.parametrize(
    ("pattern", "token", "link"),
    [
        ("", "k7", ""),
        ("https://x.example/", "k7", "https://x.example/"),
        ("https://x.example/{rsvp_token}", "k7", "https://x.example/k7"),
        ("https://x.example/{rsvp_token}", "", ""),
        ("https://x.example/{rsvp_token}?q=1", "a/b c", "https://x.example/a%2Fb%20c?q=1"),
        (" https://x.example/{event_id}/{guest_id} ", "", f"https://x.example/{EVENT_ID}/{GUEST_ID}"),
        ("https://x.example/{token}/{rsvp_token}", "k7", "https://x.example/{token}/k7"),
    ],
)
def test_link_patterns_are_filled(pattern, token, link):
    values = guest_values(guest(rsvp_token=token), event(rsvp_link=pattern), "en")
    assert values["rsvp_link"] == link


@pytest.mark.parametrize(
    ("given_value", "cleaned"),
    [
        ("  Ana\n\tSousa ", "Ana Sousa"),
        ("a\u00a0b\u202fc\u3000d", "a b c d"),
        ("a\u2028b\x85c\r\nd", "a b c d"),
        ("a\0b\x07c\ud800", "abc"),
        ("\ufeffAna\u200b", "Ana"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_white_space_and_invisible_characters_are_cleaned(given_value, cleaned):
    assert clean_value(given_value) == cleaned


@given(st.text(alphabet=st.characters(), max_size=30))
def test_cleaned_values_break_no_rule_of_white_space(text):
    value = clean_value(text)
    assert clean_value(value) == value
    codes = {problem.code for problem in check_values("{{x}}", {"x": value})}
    assert not codes & {"value_line_break", "value_tab", "value_blanks", "value_control_character"}


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("Ana", set()),
        ("", {"value_missing"}),
        (" \n", {"value_missing"}),
        ("\u200b\ufeff", {"value_missing"}),
        ("a\nb", {"value_line_break"}),
        ("a\u2028b", {"value_line_break"}),
        ("a\tb", {"value_tab"}),
        ("a    b", set()),
        ("a     b", {"value_blanks"}),
        ("a{{b", {"value_braces"}),
        ("a}}b", {"value_braces"}),
        ("a{b}", set()),
        ("a\0b", {"value_control_character"}),
        ("x" * 250, set()),
        ("x" * 251, {"value_long"}),
        ("*Ana*", {"value_markup"}),
        ("Ana `x`", {"value_markup"}),
        ("Ana_Maria_", set()),
        ("5 * 3 * 2", set()),
        ("https://x.example/_a_", set()),
    ],
)
def test_values_are_checked(value, codes):
    assert {problem.code for problem in check_values("Dear {{x}}!", {"x": value})} == codes


def test_a_value_has_a_limit_of_its_own():
    def codes(length):
        return {problem.code for problem in check_values("{{x}}", {"x": "x" * length})}

    assert "value_too_long" not in codes(VALUE_LIMIT)
    assert codes(VALUE_LIMIT + 1) == {"value_too_long", "rendered_too_long"}


def test_the_message_with_its_values_has_a_limit():
    content = "x" * 1000 + " {{name}} {{name}}"
    assert check_values(content, {"name": "y" * 11}) == ()
    (problem,) = check_values(content, {"name": "y" * 12})
    assert (problem.code, problem.level, problem.name) == ("rendered_too_long", Level.ERROR, "")
    assert problem.params == {"length": 1026, "limit": 1024, "over": 2}


def test_only_values_that_the_template_uses_matter():
    assert check_values("Dear {{a}}", {"a": "x", "b": "", "c": "\n"}) == ()
    (problem,) = check_values("Dear {{a}} and {{a}}", {})
    assert (problem.code, problem.name, problem.params["name"]) == ("value_missing", "a", "a")


@pytest.mark.parametrize("language", ["en", "pt_BR", "ar", "he", "ja"])
def test_samples_suit_every_built_in_variable(language):
    values = sample_values(language)
    content = " and ".join(f"a word {{{{{name}}}}}" for name in BUILT_IN) + " end"
    assert check_values(content, values) == ()
    assert check(content, BUILT_IN, samples=values, category="UTILITY") == ()
    assert "{{" not in render(content, values)


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("https://x.example/{rsvp_token}", "https://x.example/{{rsvp_token}}"),
        (" https://x.example/?to={rsvp_token} ", "https://x.example/?to={{rsvp_token}}"),
        ("https://x.example/{event_id}/{rsvp_token}", f"https://x.example/{UUID(int=7)}/{{{{rsvp_token}}}}"),
        ("https://x.example/{guest_id}/{rsvp_token}", ""),
        ("https://x.example/{rsvp_token}/answer", ""),
        ("https://x.example/{guest_id}", ""),
        ("http://x.example/{rsvp_token}", ""),
        ("https://x.example/", ""),
        ("", ""),
    ],
)
def test_an_address_for_a_button_is_fixed_but_for_the_code_at_its_end(pattern, address):
    event = Event(UUID(int=7), "Gala", None, "Porto", rsvp_link=pattern)
    assert answer_address(event) == address
    if address:
        guest = Guest(UUID(int=1), event.id, "Ana", rsvp_token="k7Fq2")
        assert render(address, guest_values(guest, event, "en")) == rsvp_link(pattern, guest, event.id)
