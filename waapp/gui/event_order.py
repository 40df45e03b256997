"""In which order events are listed."""

from datetime import UTC, datetime, timedelta
from typing import Final

from waapp.core.events import EventSummary

_STILL_ON: Final = timedelta(days=1)
"""For so long after its beginning a party is not yet past."""


def is_past(date: datetime | None, now: datetime) -> bool:
    """Tell whether a party is over; one without a date is yet to come."""
    return date is not None and now - date > _STILL_ON


def soonest_first(row: EventSummary) -> tuple[int, float]:
    """Return what orders events by default: what comes next first, then those without a date, then the past."""
    date = row.event.date
    if date is None:
        return (1, 0.0)
    return (2, -date.timestamp()) if is_past(date, datetime.now(UTC)) else (0, date.timestamp())
