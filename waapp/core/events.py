"""The party that guests are invited to. The bare name Event always means this, never a Qt or asyncio event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from uuid import UUID

from waapp.core.status import Shown


@dataclass(frozen=True, slots=True)
class Event:
    """An event as stored.

    `date` is an aware UTC moment (None when the web application left it open); people see it in `time_zone`
    (IANA name). Midnight there means that only the day is known. `default_region` (ISO 3166, e.g. "PT") reads
    national phone numbers. `rsvp_link` is a pattern with `{rsvp_token}`, `{guest_id}` and `{event_id}`.
    Quiet hours are wall-clock times in the event's zone. A `sample` event can never be sent outside practice mode.
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


@dataclass(frozen=True, slots=True)
class EventSummary:
    """An event with the counts that its row in the list shows; `states` counts guests by what they show."""

    event: Event
    guests: int = 0
    coming: int = 0
    states: Mapping[Shown, int] = field(default_factory=dict)
