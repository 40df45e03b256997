"""Sends and invitations: a press of Send, and the one row that it makes for each guest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from waapp.core.status import EngineState
from waapp.core.waiting import Waiting, WaitReason


class SendState(StrEnum):
    """Whether the rows of a send may be claimed."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Send:
    """One press of Send. `sender` is the key of the line that it leaves from (`core.lines`).

    Nothing leaves before `undo_until`: `db.send_timing.undo` takes the send back.
    """

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
    undo_until: datetime | None = None
    test: bool = False


@dataclass(frozen=True, slots=True)
class SendSummary:
    """A send with how many of its rows are where; `queued + in_flight + unknown == 0` means it is done.

    Of the `queued` rows `parked` wait for a moment of their own. `waiting` is set while the send is active and
    none of its rows may leave: when it goes on, and why not now. `holder` is the desk that sends for its number
    at this moment (`sender_lock.is_desk` tells whether it is this one), None when none does. `as_of` is the
    database's clock: what to count down from.
    """

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
    parked: int = 0
    waiting: Waiting | None = None
    holder: str | None = None
    as_of: datetime | None = None

    @property
    def undo_seconds(self) -> float:
        """Return for how many seconds more the send can be undone."""
        until, now = self.send.undo_until, self.as_of
        open_ = self.send.state in {SendState.ACTIVE, SendState.PAUSED}
        if until is None or now is None or not open_:
            return 0.0
        return max(0.0, (until - now).total_seconds())


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """What is frozen for one guest when a send is planned; it leaves after `wait` seconds at the earliest.

    `time_zone` is the guest's, None where it is not known; quiet hours hold there. `template_version_id` names
    the words that were used, in `language`; `parts` are the message's header, text, footer and buttons (see
    `template_parts.read_message`), None when the text is all of it. `announced` is how many messages with this
    template the planner knew that the guest has, and chose to send another; a guest who has more is left out.
    """

    guest_id: UUID
    recipient: str
    variables: Mapping[str, str]
    body: str
    content_sid: str | None = None
    content_variables: Mapping[str, str] | None = None
    wait: float = 0.0
    wait_reason: WaitReason | None = None
    time_zone: str | None = None
    language: str | None = None
    template_version: int | None = None
    template_version_id: UUID | None = None
    parts: Mapping[str, Any] | None = None
    announced: int = 0


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation as stored. Times are aware UTC; `claimed_by` names the desk that sends it.

    While queued it waits until `next_retry_at` for `wait_reason`; while unknown it is looked for next at
    `next_look_at` (None: at once, or, after the last look, never). `doubled`: an earlier attempt arrived after
    this one had left, so the guest may have got it twice. `price` is that of all attempts together. A `test` went
    to the planner's own number with the guest's values: it is no invitation.
    """

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
    wait_reason: WaitReason | None = None
    next_look_at: datetime | None = None
    guest_time_zone: str | None = None
    doubled: bool = False
    language: str | None = None
    parts: Mapping[str, Any] | None = None
    test: bool = False


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
