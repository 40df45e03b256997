"""What may be saved of an event."""

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from waapp.core.events import (
    EventDraft,
    check_event,
    check_rsvp_link,
    check_time,
    field_values,
    is_day_only,
    is_time_zone,
    with_field_values,
    zone,
)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, {}),
        ({"name": "x" * 200, "location": "y" * 300, "default_region": "PT"}, {}),
        ({"name": f" {'x' * 200} "}, {}),
        ({"name": " "}, {"name": "event_name_missing"}),
        ({"name": "x" * 201}, {"name": "event_name_too_long"}),
        ({"location": "y" * 301}, {"location": "event_location_too_long"}),
        ({"date": None}, {}),
        ({"date": datetime(2000, 1, 1, tzinfo=UTC)}, {}),
        ({"date": datetime(1999, 12, 31, tzinfo=UTC)}, {"date": "event_date_unlikely"}),
        ({"date": datetime(27, 6, 5, tzinfo=UTC)}, {"date": "event_date_unlikely"}),
        ({"date": datetime(2099, 12, 31, tzinfo=UTC)}, {}),
        ({"date": datetime(2100, 1, 1, tzinfo=UTC)}, {"date": "event_date_unlikely"}),
        ({"time_zone": "America/Sao_Paulo"}, {}),
        ({"time_zone": "Lisbon"}, {"time_zone": "time_zone_unknown"}),
        ({"time_zone": ""}, {"time_zone": "time_zone_unknown"}),
        ({"time_zone": "../etc/passwd"}, {"time_zone": "time_zone_unknown"}),
        ({"default_region": "XX"}, {"default_region": "region_unknown"}),
        ({"default_region": "pt"}, {"default_region": "region_unknown"}),
        ({"default_region": ""}, {"default_region": "region_unknown"}),
        ({"rsvp_link": "rsvp"}, {"rsvp_link": "link_not_web"}),
        ({"quiet_start": time(22), "quiet_end": time(8)}, {}),
        ({"quiet_start": time(22)}, {"quiet_hours": "quiet_hours_half"}),
        ({"quiet_end": time(8)}, {"quiet_hours": "quiet_hours_half"}),
        ({"quiet_start": time(8), "quiet_end": time(8)}, {"quiet_hours": "quiet_hours_whole_day"}),
        (
            {"name": "", "time_zone": "x", "rsvp_link": "{x}"},
            {
                "name": "event_name_missing",
                "time_zone": "time_zone_unknown",
                "rsvp_link": "link_placeholder_unknown",
            },
        ),
    ],
)
def test_events_are_checked_field_by_field(changes, problems):
    fields = {"name": "Clara & Davi", "date": datetime(2027, 6, 5, tzinfo=UTC), "time_zone": "Europe/Lisbon"}
    assert check_event(EventDraft(**(fields | changes))) == problems


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("", None),
        ("  ", None),
        ("https://example.com", None),
        ("http://example.com/{rsvp_token}", None),
        ("HTTPS://EXAMPLE.com/a?b={guest_id}&c={event_id}#{rsvp_token}", None),
        ("https://localhost:8000/{rsvp_token}", None),
        (" https://example.com/{rsvp_token} ", None),
        ("https://{event_id}.example.com/", None),
        ("https://exämple.com/ü", None),
        ("https://example.com/" + "x" * 1980, None),
        ("https://example.com/" + "x" * 1981, "link_too_long"),
        ("example.com/{rsvp_token}", "link_not_web"),
        ("ftp://example.com", "link_not_web"),
        ("javascript:alert(1)", "link_not_web"),
        ("https://", "link_not_web"),
        ("https://host", "link_not_web"),
        ("https://example.com:port/", "link_not_web"),
        ("https://[::1/", "link_not_web"),
        ("https://example.com/{token}", "link_placeholder_unknown"),
        ("https://example.com/{{rsvp_token}}", "link_braces"),
        ("https://example.com/{rsvp_token", "link_braces"),
        ("https://example.com/{}", "link_braces"),
        ("https://example.com/a b", "link_has_blank"),
        ("https://example.com/a\nb", "link_has_blank"),
        ("https://example.com/\0", "link_has_blank"),
    ],
)
def test_link_patterns_are_checked(pattern, problem):
    assert check_rsvp_link(pattern) == problem


def test_midnight_at_the_event_s_place_stands_for_the_day():
    assert is_day_only(datetime(2027, 6, 4, 23, 0, tzinfo=UTC), "Europe/Lisbon")
    assert not is_day_only(datetime(2027, 6, 5, 0, 0, tzinfo=UTC), "Europe/Lisbon")
    assert not is_day_only(datetime(2027, 6, 4, 23, 0, 1, tzinfo=UTC), "Europe/Lisbon")


def test_a_day_that_begins_at_one_o_clock_is_a_day_too():
    # The clocks of Cairo go forward at midnight, those of Lisbon at one.
    assert is_day_only(datetime(2027, 4, 29, 22, 0, tzinfo=UTC), "Africa/Cairo")
    assert not is_day_only(datetime(2027, 4, 29, 22, 1, tzinfo=UTC), "Africa/Cairo")
    assert not is_day_only(datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "Europe/Lisbon")


@pytest.mark.parametrize(
    ("local", "zone_name", "skipped"),
    [
        ("2027-03-28T01:30", "Europe/Lisbon", True),
        ("2027-03-28T01:00", "Europe/Lisbon", True),
        ("2027-03-28T02:00", "Europe/Lisbon", False),
        ("2027-03-28T01:30", "UTC", False),
        ("2027-04-30T00:30", "Africa/Cairo", True),
        ("2027-04-30T00:00", "Africa/Cairo", False),
        ("2027-10-31T01:30", "Europe/Lisbon", False),
    ],
)
def test_times_that_no_clock_shows_are_told(local, zone_name, skipped):
    assert check_time(datetime.fromisoformat(local), zone_name) == ("event_time_skipped" if skipped else None)


def test_an_unknown_zone_is_read_as_utc():
    assert zone("Europe/Lisbon") == ZoneInfo("Europe/Lisbon")
    assert zone("Nowhere/At_All") == ZoneInfo("UTC")
    assert is_time_zone("UTC")


def test_an_event_is_taken_apart_and_put_together_field_by_field():
    draft = EventDraft(
        "Party", datetime(2027, 6, 5, tzinfo=UTC), "Porto", "Europe/Lisbon", "PT", "", True, time(21), time(9)
    )
    values = field_values(draft)
    assert values["quiet_hours"] == (time(21), time(9))
    assert with_field_values(EventDraft("Other", None), values) == draft
    assert with_field_values(draft, {"name": "Other"}) == replace(draft, name="Other")
    assert with_field_values(draft, {"quiet_hours": (None, None)}) == replace(
        draft, quiet_start=None, quiet_end=None
    )
