"""Moments in sentences and timelines, where the time of day always matters."""

from datetime import UTC, datetime, tzinfo

from PySide6.QtCore import QLocale

from waapp.gui.texts import clock, day
from waapp.texts import tr


def due(at: datetime, zone: tzinfo | None = None, now: datetime | None = None) -> str:
    """Write when something will be: "at 10:40", "tomorrow at 10:00", "on 5 June at 10:00"."""
    days = _days_ahead(at, zone, now)
    if days == 0:
        return tr("at {time}", time=clock(at, zone))
    if days == 1:
        return tr("tomorrow at {time}", time=clock(at, zone))
    return tr("on {date} at {time}", date=_date(at, zone), time=clock(at, zone))


def stamp(at: datetime, zone: tzinfo | None = None, now: datetime | None = None) -> str:
    """Write when something was: "09:41" today, "12 May 09:39" before."""
    if _days_ahead(at, zone, now) == 0:
        return clock(at, zone)
    return f"{_date(at, zone)} {clock(at, zone)}"


def on_day(at: datetime, zone: tzinfo | None = None, now: datetime | None = None) -> str:
    """Write the day of something in a sentence: "today", "yesterday", "on 3 May", "on 3 May 2025"."""
    days = _days_ahead(at, zone, now)
    if days in {0, -1}:
        return tr("today") if days == 0 else tr("yesterday")
    local = at.astimezone(zone)
    this_year = (now or datetime.now(UTC)).astimezone(zone).year
    return tr("on {date}", date=_date(at, zone) if local.year == this_year else day(local))


def _days_ahead(at: datetime, zone: tzinfo | None, now: datetime | None) -> int:
    return (at.astimezone(zone).date() - (now or datetime.now(UTC)).astimezone(zone).date()).days


def _date(at: datetime, zone: tzinfo | None) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {QLocale().monthName(local.month, QLocale.FormatType.LongFormat)}"
