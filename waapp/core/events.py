"""The party that guests are invited to. A bare `Event` always means this, never one of Qt's or asyncio's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from waapp.core.status import Shown

RSVP_PLACEHOLDERS: Final = ("rsvp_token", "guest_id", "event_id")
"""What a link pattern may contain between single braces."""

NAME_LIMIT: Final = 200
LOCATION_LIMIT: Final = 300
LINK_LIMIT: Final = 2000

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_EARLIEST_YEAR: Final = 2000
_LATEST_YEAR: Final = 2100


@dataclass(frozen=True, slots=True)
class Event:
    """An event as stored.

    `date` is an aware UTC moment (None when the web application left it open); people see it in `time_zone`
    (IANA name). Midnight there means that only the day is known. `default_region` (ISO 3166, e.g. "PT") reads
    national phone numbers. `rsvp_link` is a pattern with `{rsvp_token}`, `{guest_id}` and `{event_id}`.
    Quiet hours are wall-clock times in the event's zone. A `sample` event can never be sent outside practice
    mode.
    """

    id: UUID
    name: str
    date: datetime | None
    location: str
    time_zone: str = "UTC"
    default_region: str | None = None
    rsvp_link: str = ""
    quiet_start: time | None = None
    quiet_end: time | None = None
    sample: bool = False
    archived_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def draft(self) -> "EventDraft":
        """Return the part that a person may set."""
        return EventDraft(**{part.name: getattr(self, part.name) for part in fields(EventDraft)})


@dataclass(frozen=True, slots=True)
class EventDraft:
    """What a person may set of an event; validated by `check_event`."""

    name: str
    date: datetime | None
    location: str = ""
    time_zone: str = "UTC"
    default_region: str | None = None
    rsvp_link: str = ""
    sample: bool = False
    quiet_start: time | None = None
    quiet_end: time | None = None


@dataclass(frozen=True, slots=True)
class EventSummary:
    """An event with the counts that its row in the list shows; `states` counts guests by what they show."""

    event: Event
    guests: int = 0
    coming: int = 0
    states: Mapping[Shown, int] = field(default_factory=dict)


def check_event(draft: EventDraft) -> dict[str, str]:
    """Return a problem's code for each field that cannot be saved as it is (words: `waapp.texts.FIELDS`)."""
    problems = {
        "name": _check_name(draft.name),
        "date": _check_date(draft.date),
        "location": "event_location_too_long" if len(draft.location.strip()) > LOCATION_LIMIT else None,
        "time_zone": None if is_time_zone(draft.time_zone) else "time_zone_unknown",
        "default_region": None if is_region(draft.default_region) else "region_unknown",
        "rsvp_link": check_rsvp_link(draft.rsvp_link),
        "quiet_hours": _check_quiet_hours(draft.quiet_start, draft.quiet_end),
    }
    return {name: problem for name, problem in problems.items() if problem}


def field_values(draft: EventDraft) -> dict[str, object]:
    """Return an event as what a person sees as one field each: quiet hours are one."""
    values: dict[str, object] = {
        part.name: getattr(draft, part.name)
        for part in fields(EventDraft)
        if part.name not in {"quiet_start", "quiet_end"}
    }
    return values | {"quiet_hours": (draft.quiet_start, draft.quiet_end)}


def with_field_values(draft: EventDraft, values: Mapping[str, object]) -> EventDraft:
    """Return an event with other values of the fields that are named (see `field_values`)."""
    plain: dict[str, Any] = {name: value for name, value in values.items() if name != "quiet_hours"}
    quiet: Any = values.get("quiet_hours")
    if quiet is not None:
        plain |= {"quiet_start": quiet[0], "quiet_end": quiet[1]}
    return replace(draft, **plain)


def is_time_zone(name: str) -> bool:
    """Tell whether a name is one of the IANA time zones known here."""
    return name in _time_zones()


def check_rsvp_link(pattern: str) -> str | None:
    """Return what is wrong with a link pattern; an empty one is fine: no link.

    Only http and https, because guests open it on a phone.
    """
    pattern = pattern.strip()
    if not pattern:
        return None
    if any(not character.isprintable() or character.isspace() for character in pattern):
        return "link_has_blank"
    if any(name not in RSVP_PLACEHOLDERS for name in _PLACEHOLDER.findall(pattern)):
        return "link_placeholder_unknown"
    filled = _PLACEHOLDER.sub("x", pattern)
    if "{" in filled or "}" in filled:
        return "link_braces"
    if len(pattern) > LINK_LIMIT:
        return "link_too_long"
    return None if _is_web_address(filled) else "link_not_web"


def is_day_only(moment: datetime, time_zone: str) -> bool:
    """Tell whether a moment stands for a whole day: midnight in the event's zone.

    Where the clocks go forward at midnight the day begins at one o'clock.
    """
    local = moment.astimezone(zone(time_zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return midnight.astimezone(UTC) == moment


def check_time(local: datetime, time_zone: str) -> str | None:
    """Return what is wrong with a time as typed, without its zone: clocks that are put forward never show it.

    Midnight stands for the day.
    """
    there = local.replace(tzinfo=zone(time_zone))
    shown = there.astimezone(UTC).astimezone(there.tzinfo)
    is_shown = shown.replace(tzinfo=None, fold=0) == local.replace(fold=0)
    return None if is_shown or local.time() == time(0) else "event_time_skipped"


def zone(name: str) -> ZoneInfo:
    """Return the named time zone, or UTC for a name unknown here: other software writes events too."""
    return ZoneInfo(name if is_time_zone(name) else "UTC")


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_region(region: str | None) -> bool:
    """Tell whether numbers can be read by this country's plan (ISO 3166); none is fine."""
    return region is None or region in phonenumbers.SUPPORTED_REGIONS


def _check_name(name: str) -> str | None:
    if not name.strip():
        return "event_name_missing"
    return "event_name_too_long" if len(name.strip()) > NAME_LIMIT else None


def _check_date(moment: datetime | None) -> str | None:
    # A year such as 0027 or 20270 is a slip of the keyboard.
    if moment is not None and not _EARLIEST_YEAR <= moment.year < _LATEST_YEAR:
        return "event_date_unlikely"
    return None


def _check_quiet_hours(start: time | None, end: time | None) -> str | None:
    if (start is None) != (end is None):
        return "quiet_hours_half"
    return "quiet_hours_whole_day" if start is not None and start == end else None


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return False
    return parts.scheme.lower() in {"http", "https"} and ("." in host.strip(".") or host == "localhost")
