"""How states, times, numbers and keys are written in the window."""

import unicodedata
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from PySide6.QtCore import QLocale, QTime
from PySide6.QtGui import QKeySequence

from waapp.core.status import Shown
from waapp.texts import state as state_word
from waapp.texts import tr

NOTHING = "—"


def shown_word(state: Shown) -> str:
    """Return the word of a state's pill."""
    return state_word(state)


def number(value: float, decimals: int = 0) -> str:
    """Write a number as the system's language does."""
    locale = QLocale()
    # Where the system has no language of its own Qt would write 5000 beside the 5,000 of the sentences.
    locale.setNumberOptions(locale.numberOptions() & ~QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(float(value), "f", decimals)


def clock(at: datetime, zone: tzinfo | None = None) -> str:
    """Write the time of day: 09:41 or 9:41 AM, as the system's language does."""
    local = at.astimezone(zone)
    return QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)


def when(at: datetime | None, zone: tzinfo | None = None, now: datetime | None = None) -> str:
    """Write a moment as briefly as it stays clear: the time today, the day this year, else the whole date."""
    if at is None:
        return NOTHING
    local = at.astimezone(zone)
    today = (now or datetime.now(UTC)).astimezone(zone).date()
    if local.date() == today:
        return clock(at, zone)
    if (today - local.date()).days == 1:
        return tr("Yesterday {time}", time=clock(at, zone))
    return f"{local.day} {_month(local.month)}" if local.year == today.year else day(local)


def day(local: datetime) -> str:
    """Write a date: 5 June 2027."""
    return f"{local.day} {_month(local.month)} {local.year}"


def event_when(at: datetime | None, zone: str) -> str:
    """Write when a party is: Sat 5 June 2027, 16:00; without the time when only the day is known."""
    if at is None:
        return tr("No date yet")
    local = at.astimezone(ZoneInfo(zone))
    weekday = QLocale().dayName(local.isoweekday(), QLocale.FormatType.ShortFormat)
    date = f"{weekday} {day(local)}"
    return date if (local.hour, local.minute) == (0, 0) else f"{date}, {clock(local, local.tzinfo)}"


def ago(seconds: float) -> str:
    """Write how long ago something was, in its largest unit."""
    if seconds < 2:
        return tr("just now")
    if seconds < 60:
        return tr("{n} s ago", n=int(seconds))
    if seconds < 3600:
        return tr("{n} min ago", n=int(seconds // 60))
    if seconds < 86400:
        return tr("{n} h ago", n=int(seconds // 3600))
    return tr("{n:day|days} ago", n=int(seconds // 86400))


def lasting(seconds: float) -> str:
    """Write a duration in its two largest units at most: 6 s, 4 min, 1 h 20 min."""
    whole = round(seconds)
    if whole < 60:
        return tr("{n} s", n=max(whole, 0))
    minutes = round(seconds / 60)
    if minutes < 60:
        return tr("{n} min", n=minutes)
    hours, rest = divmod(minutes, 60)
    return tr("{hours} h {minutes} min", hours=hours, minutes=rest) if rest else tr("{n} h", n=hours)


def key_name(key: str) -> str:
    """Write a shortcut as this platform does: Ctrl+N, or its sign on a Mac."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def collate(text: str) -> str:
    """Return what names are ordered by: without regard to case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _month(month: int) -> str:
    return QLocale().monthName(month, QLocale.FormatType.LongFormat)
