"""What a message costs, from a dated table that people can edit. An estimate: Twilio's bill decides."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from waapp.errors import UserError

OTHER: Final = "other"
"""The key of the rates for regions that the table does not name."""


@dataclass(frozen=True, slots=True)
class RateTable:
    """Prices per message: Twilio's fee, and Meta's fee by category for each region (ISO 3166)."""

    as_of: date
    currency: str
    source: str
    fee: Decimal
    regions: Mapping[str, Mapping[str, Decimal]]

    def price(self, region: str | None, category: str) -> Decimal:
        """Return the price of one delivered message; a region that is not named costs what `other` says."""
        word = category.lower()
        other = self.regions[OTHER].get(word, Decimal(0))
        return self.fee + self.regions.get(region or OTHER, {}).get(word, other)


def load_rates(text: str) -> RateTable:
    """Read the table; a mistake in it is `UserError("rates_unreadable")`, because people edit this file."""
    try:
        content = tomllib.loads(text, parse_float=Decimal)
        regions = {
            name: {category: _amount(value) for category, value in prices.items()}
            for name, prices in content["meta"].items()
        }
        table = RateTable(
            content["as_of"],
            str(content["currency"]),
            str(content["source"]),
            _amount(content["twilio_fee"]),
            regions,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise UserError("rates_unreadable", why=str(error)) from error
    if OTHER not in regions or not isinstance(table.as_of, date):
        raise UserError("rates_unreadable", why=OTHER if OTHER not in regions else "as_of")
    return table


def _amount(value: object) -> Decimal:
    amount = Decimal(str(value))
    if not amount.is_finite() or amount < 0:
        raise InvalidOperation(str(value))
    return amount
