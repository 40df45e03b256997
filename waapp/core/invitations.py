"""Sends and invitations: a press of Send, and the one row that it makes for each guest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from waapp.core.status import EngineState


class SendState(StrEnum):
    """Whether the rows of a send may be claimed."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Send:
    """One press of Send. `sender` is the WhatsApp number in E.164, or "practice-…" for practice mode."""

    id: UUID
    event_id: UUID
    template_id: UUID | None
    template_name: str
    template_version: int
    sender: str
    practice: bool
    planned_by: str
    state: SendState
    pause_code: str | None
    rate: float
    not_before: datetime | None
    not_after: datetime | None
    quiet_start: time | None
    quiet_end: time | None
    time_zone: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SendSummary:
    """A send with how many of its rows are where; `queued + in_flight + unknown == 0` means it is done."""

    send: Send
    total: int
    queued: int
    in_flight: int
    unknown: int
    handed_over: int
    delivered: int
    read: int
    failed: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """What is frozen for one guest when a send is planned; it leaves after `wait` seconds at the earliest."""

    guest_id: UUID
    recipient: str
    variables: Mapping[str, str]
    body: str
    content_sid: str | None = None
    content_variables: Mapping[str, str] | None = None
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation as stored. Times are aware UTC; `claimed_by` names the desk that sends it."""

    id: UUID
    send_id: UUID | None
    guest_id: UUID
    event_id: UUID
    guest_name: str
    recipient: str
    template_name: str
    template_version: int
    engine_state: EngineState
    twilio_status: str | None
    sid: str | None
    error_code: str | None
    error_message: str | None
    body: str
    practice: bool
    retry_count: int
    max_retries: int
    next_retry_at: datetime | None
    looks: int
    claimed_by: str | None
    claimed_at: datetime | None
    queued_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    updated_at: datetime
    price: Decimal | None = None
    price_unit: str | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change in the life of an invitation, oldest first; `actor` is the desk that caused it."""

    at: datetime
    engine_state: EngineState
    twilio_status: str | None
    error_code: str | None
    detail: str | None
    actor: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that this sender may post now; every later write must name the same token."""

    id: UUID
    token: UUID
    send_id: UUID
    event_id: UUID
    recipient: str
    body: str
    content_sid: str | None
    content_variables: Mapping[str, str]
    retry_count: int
    max_retries: int


@dataclass(frozen=True, slots=True)
class Fact:
    """What Twilio says about one message; `at` is the time of its last change (aware UTC)."""

    sid: str
    status: str
    at: datetime
    to: str = ""
    error_code: str | None = None
    error_message: str | None = None
    price: Decimal | None = None
    price_unit: str | None = None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An invitation whose outcome is not known, with what is needed to find it in Twilio's list."""

    id: UUID
    send_id: UUID
    recipient: str
    sender: str
    body: str
    claimed_at: datetime
    looks: int
