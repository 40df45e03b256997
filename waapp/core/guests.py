"""Guests: what is stored, what a person may edit, and what one row of the list shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from waapp.core.status import EngineState


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest as stored.

    `phone` is E.164 when it could be read as such, else the text as it was given (so that it can be mended).
    `language` is a WhatsApp language code ("pt_BR", "en") or empty. `rsvp_status` is the web application's
    word ("pending", "yes", "no", …). `extra` holds further columns of the guest list, usable as variables.
    """

    id: UUID
    event_id: UUID
    name: str
    phone: str = ""
    email: str = ""
    group: str = ""
    language: str = ""
    notes: str = ""
    rsvp_status: str = "pending"
    rsvp_count: int | None = None
    rsvp_token: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GuestDraft:
    """What a person may set of a guest; validated by `check_guest`."""

    name: str
    phone: str = ""
    email: str = ""
    group: str = ""
    language: str = ""
    notes: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


class GuestRow(NamedTuple):
    """One row of the guest list: the guest and the newest invitation of the current mode (practice or real).

    A plain tuple because a hundred thousand of them are made at once. Times are aware UTC.
    """

    id: UUID
    name: str
    phone: str
    email: str
    group: str
    language: str
    rsvp_status: str
    rsvp_count: int | None
    updated_at: datetime
    invitation_id: UUID | None
    engine_state: EngineState | None
    twilio_status: str | None
    error_code: str | None
    next_retry_at: datetime | None
    invited_at: datetime | None
    changed_at: datetime
