"""When a send leaves, in sentences."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QLocale, QTime

from waapp.core.events import zone
from waapp.core.outlook import Elsewhere, Outlook, Stretch
from waapp.core.waiting import Timing
from waapp.gui.moments import due
from waapp.gui.texts import clock, day
from waapp.texts import tr


def city(time_zone: str) -> str:
    """Return the place that a time zone is named for: "New York"."""
    return time_zone.rpartition("/")[2].replace("_", " ")


def offset(time_zone: str, now: datetime) -> str:
    """Return how far a time zone is from UTC at a moment: "UTC+1", "UTC−3:30"."""
    seconds = round((now.astimezone(zone(time_zone)).utcoffset() or timedelta()).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    if not seconds:
        return "UTC"
    return f"UTC{'+' if seconds > 0 else '−'}{hours}{f':{minutes:02}' if minutes else ''}"


def when_sentence(outlook: Outlook, time_zone: str, now: datetime) -> str:
    """Say when the messages leave; times are those of `time_zone`."""
    local = zone(time_zone)
    parts = [_leaving(outlook, local, now), *(_elsewhere(each, local, now) for each in outlook.elsewhere)]
    said = "; ".join(part for part in parts if part) + "."
    if not outlook.left_over:
        return said
    asked = tr("{n:message|messages} cannot leave before the end: you will be asked.", n=outlook.left_over)
    return f"{said} {asked}"


def limits_line(timing: Timing, time_zone: str, now: datetime) -> str:
    """Return what binds the send: quiet hours and the last moment; empty when nothing does."""
    parts = []
    if timing.quiet_start is not None and timing.quiet_end is not None:
        hours = f"{_wall(timing.quiet_start)}–{_wall(timing.quiet_end)}"
        parts.append(tr("Quiet hours {hours} where each guest is", hours=hours))
    if timing.not_after is not None:
        parts.append(tr("nothing leaves after {time}", time=_last(timing.not_after, zone(time_zone), now)))
    line = " · ".join(parts)
    return line[:1].upper() + line[1:]


def _last(at: datetime, local: ZoneInfo, now: datetime) -> str:
    time_of_day = clock(at, local)
    days = (at.astimezone(local).date() - now.astimezone(local).date()).days
    if days in {0, 1}:
        return tr("{time} today", time=time_of_day) if days == 0 else tr("{time} tomorrow", time=time_of_day)
    return tr("{date}, {time}", date=day(at.astimezone(local)), time=time_of_day)


def _wall(at: time) -> str:
    return QLocale().toString(QTime(at.hour, at.minute), QLocale.FormatType.ShortFormat)


def _leaving(outlook: Outlook, local: ZoneInfo, now: datetime) -> str:
    if not outlook.stretches:
        return "" if outlook.elsewhere else tr("Nothing can leave before the latest time")
    first, *rest = outlook.stretches
    if not rest:
        at = tr("at once") if first.starts <= now else due(first.starts, local, now)
        said = tr("Leaves {time}", time=at)
    else:
        said = tr("Leaves {stretch}", stretch=_stretch(first, local, now))
        goes_on = [due(each.starts, local, now) for each in rest]
        said = tr("{leaves}, goes on {times}", leaves=said, times=", ".join(goes_on))
    if outlook.rests:
        return tr("{leaves} (quiet hours until then)", leaves=said)
    return said


def _stretch(stretch: Stretch, local: ZoneInfo, now: datetime) -> str:
    ends = clock(stretch.ends, local)
    if stretch.starts <= now:
        return tr("now until {end}", end=ends)
    return tr("{start} until {end}", start=due(stretch.starts, local, now), end=ends)


def _elsewhere(each: Elsewhere, local: ZoneInfo, now: datetime) -> str:
    return tr(
        "{n:guest|guests} in {city} {time} ({there} there)",
        n=each.guests,
        city=city(each.time_zone),
        time=due(each.starts, local, now),
        there=clock(each.starts, zone(each.time_zone)),
    )
