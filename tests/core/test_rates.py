"""The table of prices: what it says, and what happens to a mistake in it."""

from datetime import date
from decimal import Decimal

import pytest

from waapp.core.rates import OTHER, load_rates
from waapp.errors import UserError
from waapp.paths import data_dir

GOOD = """
as_of = 2026-10-01
currency = "USD"
source = "test"
twilio_fee = 0.005
[meta]
PT = { marketing = 0.05 }
other = { marketing = 0.06, utility = 0.01 }
"""


def test_prices() -> None:
    table = load_rates(GOOD)
    assert table.as_of == date(2026, 10, 1)
    assert table.price("PT", "MARKETING") == Decimal("0.055")
    assert table.price("PT", "UTILITY") == Decimal("0.015")
    assert table.price("XX", "marketing") == Decimal("0.065")
    assert table.price(None, "UTILITY") == Decimal("0.015")
    assert table.price("PT", "NEW_WORD") == Decimal("0.005")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[meta]", "[meta"),
        ("other =", "rest ="),
        ("0.005", '"much"'),
        ("0.06", "-1"),
        ("0.06", "nan"),
        ("as_of = 2026-10-01", 'as_of = "soon"'),
        ("currency", "money"),
        ("PT = { marketing = 0.05 }", "PT = 0.05"),
    ],
)
def test_a_mistake_is_named(old: str, new: str) -> None:
    with pytest.raises(UserError, match="rates_unreadable"):
        load_rates(GOOD.replace(old, new))


def test_the_table_that_comes_with_the_program() -> None:
    table = load_rates((data_dir("resources") / "rates.toml").read_text(encoding="utf-8"))
    assert {"marketing", "utility"} == set(table.regions[OTHER])
    assert all(set(prices) == {"marketing", "utility"} for prices in table.regions.values())
    assert "example" in table.source.lower()
