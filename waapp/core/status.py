"""Delivery states, their order, and what a guest's row shows.

Three vocabularies meet here: Twilio's words (reference: Message resource, `status`), the engine's own states
of a row, and the guest's status as the shared database stores it (spec, `invitation_status`).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class GuestStatus(StrEnum):
    """What `guests.invitation_status` may hold."""

    NOT_SENT = "not_sent"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class EngineState(StrEnum):
    """How far our own work on one invitation has come.

    `accepted` means that Twilio has taken it over: from there on Twilio's own words tell the progress.
    `unknown` means that it may or may not have been sent; nothing in this state is ever sent again by itself.
    """

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Shown(StrEnum):
    """The state that a person sees for an invitation: the colour and the word of its pill."""

    NONE = "none"
    QUEUED = "queued"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


_RANK: Final = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "failed": 4,
    "undelivered": 4,
    "canceled": 4,
    "delivered": 5,
    "partially_delivered": 5,
    "read": 6,
}

_GUEST_STATUS: Final = {
    "accepted": GuestStatus.QUEUED,
    "scheduled": GuestStatus.QUEUED,
    "queued": GuestStatus.QUEUED,
    "sending": GuestStatus.QUEUED,
    "sent": GuestStatus.SENT,
    "delivered": GuestStatus.DELIVERED,
    "partially_delivered": GuestStatus.DELIVERED,
    "read": GuestStatus.READ,
    "failed": GuestStatus.FAILED,
    "undelivered": GuestStatus.FAILED,
    "canceled": GuestStatus.FAILED,
}


def advance(old: str | None, new: str) -> str | None:
    """Return the status after learning `new` while holding `old`, both in Twilio's words.

    Facts may arrive in any order and repeatedly; the result does not depend on it: the higher rank wins, so a
    status never moves backwards, except that delivered or read may follow a failure (multi-device phones).
    Between the three words of failure the first in the alphabet wins. A word we do not know changes nothing.
    """
    if new not in _RANK:
        return old
    if old is None or old not in _RANK:
        return new
    return min(old, new, key=lambda word: (-_RANK[word], word))


def guest_status(word: str | None) -> GuestStatus:
    """Map Twilio's word to the guest's status; no word yet means queued."""
    return GuestStatus.QUEUED if word is None else _GUEST_STATUS.get(word, GuestStatus.QUEUED)


@dataclass(frozen=True, slots=True)
class Progress:
    """The columns of an invitation that decide what is shown for it."""

    engine_state: EngineState
    twilio_status: str | None = None
    retry_due: bool = False


def shown(progress: Progress | None) -> Shown:
    """Return what a person sees for an invitation, or for a guest without one."""
    if progress is None:
        return Shown.NONE
    match progress.engine_state:
        case EngineState.QUEUED:
            return Shown.WAITING if progress.retry_due else Shown.QUEUED
        case EngineState.SENDING:
            return Shown.SENDING
        case EngineState.UNKNOWN:
            return Shown.UNKNOWN
        case EngineState.CANCELLED:
            return Shown.CANCELLED
        case EngineState.FAILED:
            return Shown.FAILED
        case EngineState.ACCEPTED:
            return _shown_by_twilio(progress.twilio_status)


def _shown_by_twilio(word: str | None) -> Shown:
    status = guest_status(word)
    if status is GuestStatus.QUEUED:
        return Shown.SENDING
    return Shown(status.value)
