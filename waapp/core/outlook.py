"""When the messages of a plan would leave: in which stretches, for whom later, and whether all of them can."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from waapp.core.events import zone
from waapp.core.waiting import Timing, quiet_until

_MOST_STRETCHES: Final = 5
"""More are not told: a send that needs more days than these is stopped by its pace, not by its hours."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when to when messages leave without a rest."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How many guests of another time zone get theirs later than the others, and from when."""

    time_zone: str
    guests: int
    starts: datetime


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a send would do. `rests` tells whether it begins late because of quiet hours.

    `left_over` is how many messages cannot leave before the last moment.
    """

    stretches: tuple[Stretch, ...]
    elsewhere: tuple[Elsewhere, ...] = ()
    rests: bool = False
    left_over: int = 0


def look_ahead(
    timing: Timing, time_zone: str, now: datetime, seconds: float, guests: Mapping[str | None, int]
) -> Outlook:
    """Return when a send would leave that takes `seconds` to hand over.

    `guests` counts the recipients by their own time zone; None and `time_zone` are those of the event.
    """
    total = sum(guests.values())
    opens = max(now, timing.not_before or now)
    here = total - sum(count for name, count in guests.items() if name not in {None, time_zone})
    stretches = _stretches(timing, time_zone, opens, seconds) if here else ()
    starts = stretches[0].starts if stretches else None
    elsewhere = []
    for name, count in guests.items():
        if name is None or name == time_zone:
            continue
        first = quiet_until(opens, name, timing.quiet_start, timing.quiet_end) or opens
        if starts is None or first != starts:
            elsewhere.append(Elsewhere(name, count, first))
    elsewhere.sort(key=lambda each: (each.starts, each.time_zone))
    return Outlook(
        stretches,
        tuple(elsewhere),
        rests=starts is not None and starts > opens,
        left_over=_left_over(timing, stretches, elsewhere, seconds, total, here),
    )


def _stretches(timing: Timing, time_zone: str, opens: datetime, seconds: float) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    at, left = opens, timedelta(seconds=seconds)
    while len(found) < _MOST_STRETCHES and (left > timedelta(0) or not found):
        at = quiet_until(at, time_zone, timing.quiet_start, timing.quiet_end) or at
        if timing.not_after is not None and at >= timing.not_after:
            break
        ends = at + left
        rests = _rests_from(at, timing, time_zone)
        if rests is not None:
            ends = min(ends, rests)
        if timing.not_after is not None:
            ends = min(ends, timing.not_after)
        found.append(Stretch(at, ends))
        left -= ends - at
        at = ends
    return tuple(found)


def _rests_from(at: datetime, timing: Timing, time_zone: str) -> datetime | None:
    """Return when the next quiet hours begin after a moment outside them."""
    start, end = timing.quiet_start, timing.quiet_end
    if start is None or end is None or start == end:
        return None
    local_zone = zone(time_zone)
    day = at.astimezone(local_zone).date()
    tonight = datetime.combine(day, start, local_zone).astimezone(at.tzinfo)
    if tonight > at:
        return tonight
    return datetime.combine(day + timedelta(days=1), start, local_zone).astimezone(at.tzinfo)


def _left_over(
    timing: Timing,
    stretches: tuple[Stretch, ...],
    elsewhere: list[Elsewhere],
    seconds: float,
    total: int,
    here: int,
) -> int:
    if timing.not_after is None or not total:
        return 0
    late = sum(each.guests for each in elsewhere if each.starts >= timing.not_after)
    if not here:
        return late
    spent = sum((each.ends - each.starts).total_seconds() for each in stretches)
    if not stretches:
        return here + late
    missing = 0 if spent >= seconds or stretches[-1].ends < timing.not_after else 1 - spent / seconds
    return late + min(here, round(here * missing))
