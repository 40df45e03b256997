from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.whatsapp.records import from_address, parse_limit, sender_info, to_address


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("10K Customers/24hr", (10_000, False)),
        ("2K Customers/24hr", (2_000, False)),
        ("1M", (1_000_000, False)),
        ("1.5K", (1_500, False)),
        ("250 Customers/24hr", (250, False)),
        ("2,000 per day", (2_000, False)),
        ("2.000", (2_000, False)),
        ("TIER_1K", (1_000, False)),
        ("Unlimited", (None, True)),
        ("TIER_UNLIMITED", (None, True)),
        ("", (None, False)),
        ("unknown", (None, False)),
    ],
)
def test_limits_in_every_form(text, limit):
    assert parse_limit(text) == limit


@given(st.text(max_size=30))
def test_a_limit_is_read_or_not_but_never_an_error(text):
    limit, unlimited = parse_limit(text)
    assert limit is None or limit >= 0
    assert not (unlimited and limit is not None)


@pytest.mark.parametrize("properties", [None, {}, {"messaging_limit": None}, "odd"])
def test_a_sender_without_properties(properties):
    instance = SimpleNamespace(
        sid="XE1", sender_id="whatsapp:+351", status="ONLINE:UPDATING", properties=properties
    )
    sender = sender_info(instance)
    assert (sender.number, sender.online, sender.daily_limit) == ("+351", True, None)


@given(st.sampled_from(["+351912345678", "US.1349", "whatsapp:+351912345678"]))
def test_addresses_there_and_back(number):
    assert to_address(from_address(to_address(number))) == to_address(number)
    assert not from_address(to_address(number)).startswith("whatsapp:")
