"""When the rows of a send may leave, and why not now: undo window, not before, not after, quiet hours.

The caller brings the time; it must be the database's, because all desks go by that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from waapp.core.events import Event, is_day_only, zone
from waapp.errors import UserError

LONGEST_UNDO: Final = 60.0
"""Seconds for which a send may be held back so that it can be undone."""


class WaitReason(StrEnum):
    """Why something that is queued does not leave yet. What the columns of a row hold are the values."""

    UNDO = "undo"
    NOT_BEFORE = "not_before"
    QUIET_HOURS = "quiet_hours"
    DAILY_LIMIT = "daily_limit"
    TRANSIENT = "transient"
    LATER = "later"
    NETWORK = "network"
    THROTTLED = "throttled"
    SHARED_PHONE = "shared_phone"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing leaves before `at`, for this reason."""

    at: datetime
    reason: WaitReason


@dataclass(frozen=True, slots=True)
class Timing:
    """What a planner decides about when a send leaves. Quiet hours are wall-clock times, where each guest is.

    `undo_seconds` is how long it can be taken back: nothing leaves before that.
    """

    not_before: datetime | None = None
    not_after: datetime | None = None
    quiet_start: time | None = None
    quiet_end: time | None = None
    undo_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Hours:
    """The moments that bind a queued send. `guest_zones` are those of guests that are not in `time_zone`."""

    time_zone: str
    guest_zones: tuple[str, ...] = ()
    undo_until: datetime | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    quiet_start: time | None = None
    quiet_end: time | None = None

    def is_late(self, now: datetime) -> bool:
        """Tell whether the last moment has passed."""
        return self.not_after is not None and self.not_after <= now

    def asleep(self, at: datetime) -> dict[str, datetime]:
        """Return the time zones in which the quiet hours hold at this moment, with when they end."""
        found = {}
        for name in (self.time_zone, *self.guest_zones):
            until = quiet_until(at, name, self.quiet_start, self.quiet_end)
            if until is not None:
                found[name] = until
        return found

    def opens(self, now: datetime) -> Waiting | None:
        """Return when the first row may go, by what binds the send as a whole; None: now."""
        found: Waiting | None = None
        at = now
        for moment, reason in (
            (self.undo_until, WaitReason.UNDO),
            (self.not_before, WaitReason.NOT_BEFORE),
        ):
            if moment is not None and moment > at:
                at, found = moment, Waiting(moment, reason)
        asleep = self.asleep(at)
        if len(asleep) == len({self.time_zone, *self.guest_zones}):
            return Waiting(min(asleep.values()), WaitReason.QUIET_HOURS)
        return found

    def next_leaves(
        self, now: datetime, first_due: datetime | None, reason: WaitReason | None
    ) -> Waiting | None:
        """Return when the send goes on and why it waits until then; None: now.

        `first_due` is when its first row is due, None at once; `reason` is why that row waits.
        """
        opens = self.opens(now)
        at = now if opens is None else opens.at
        if first_due is None or first_due <= at:
            return opens
        return self.opens(first_due) or Waiting(first_due, reason or WaitReason.TRANSIENT)


def quiet_until(at: datetime, time_zone: str, start: time | None, end: time | None) -> datetime | None:
    """Return when the quiet hours end that hold at a moment, in UTC; None: they do not hold.

    An end before the start means over midnight; equal ones mean no quiet hours.
    """
    if start is None or end is None or start == end:
        return None
    local_zone = zone(time_zone)
    local = at.astimezone(local_zone)
    clock = local.time()
    if start < end:
        if not start <= clock < end:
            return None
        day = local.date()
    elif clock >= start:
        day = local.date() + timedelta(days=1)
    elif clock < end:
        day = local.date()
    else:
        return None
    utc = at.tzinfo
    ends = datetime.combine(day, end, local_zone).astimezone(utc)
    # When clocks go back, the end comes twice.
    return ends if ends > at else datetime.combine(day, end.replace(fold=1), local_zone).astimezone(utc)


def default_timing(event: Event, now: datetime, undo_seconds: float = 0.0) -> Timing:
    """Return the timing of a send when the planner decides nothing: the event's quiet hours, not after the event.

    An event that is over, or whose date is not known, sets no last moment.
    """
    return Timing(
        not_after=_last_moment(event, now),
        quiet_start=event.quiet_start,
        quiet_end=event.quiet_end,
        undo_seconds=undo_seconds,
    )


def check_timing(timing: Timing, now: datetime) -> None:
    """Refuse a timing in which nothing could leave: raises `not_after_past`, `not_before_too_late`."""
    if timing.not_after is None:
        return
    if timing.not_after <= now:
        raise UserError("not_after_past")
    if timing.not_before is not None and timing.not_before >= timing.not_after:
        raise UserError("not_before_too_late")


def other_zones(time_zone: str, guest_zones: Iterable[str | None]) -> tuple[str, ...]:
    """Return the guests' time zones that differ from the event's, each once."""
    return tuple(sorted({name for name in guest_zones if name is not None and name != time_zone}))


def _last_moment(event: Event, now: datetime) -> datetime | None:
    if event.date is None:
        return None
    last = event.date
    if is_day_only(event.date, event.time_zone):
        local = event.date.astimezone(zone(event.time_zone))
        midnight = datetime.combine(local.date() + timedelta(days=1), time(0), local.tzinfo)
        last = midnight.astimezone(event.date.tzinfo)
    return last if last > now else None
