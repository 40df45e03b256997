"""The day that a cell of a list names, where it can be no other."""

import re
from datetime import UTC, datetime
from typing import Final

_NOON: Final = 12
"""The hour of a day without a time: almost everywhere on earth it is the same day then."""
_PLAIN: Final = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})|(\d{1,2})([./-])(\d{1,2})\6(\d{4})")
_EARLIEST: Final = 1990
_LATEST: Final = 2100
_MONTHS: Final = 12


def read_day(text: str) -> datetime | None:
    """Return the day, or moment, that a text names, as aware UTC; None where it says none or may mean two.

    With the year in front the month comes second, between dots the day comes first. 3/4/2026 is one day in Lisbon and
    another in New York: it is read only where one of its numbers can be no month.
    """
    found = _PLAIN.fullmatch(text)
    try:
        if found is None:
            return _moment(text)
        if found[1]:
            return _day(int(found[1]), int(found[3]), int(found[4]))
        first, second, year = int(found[5]), int(found[7]), int(found[8])
        if found[6] == "." or first > _MONTHS or first == second:
            return _day(year, second, first)
        return _day(year, first, second) if second > _MONTHS else None
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> datetime | None:
    return datetime(year, month, day, _NOON, tzinfo=UTC) if _EARLIEST <= year < _LATEST else None


def _moment(text: str) -> datetime | None:
    if not text.isascii() or "-" not in text:
        return None
    moment = datetime.fromisoformat(text)
    if not _EARLIEST <= moment.year < _LATEST:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
