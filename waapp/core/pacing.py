"""How fast messages may leave, and what becomes of a row after each attempt. The caller brings the clock."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from waapp.core.errors_twilio import ErrorClass, Table
from waapp.core.outcome import Accepted, NotSent, Outcome, Refused, Throttled, Unknown
from waapp.core.status import EngineState

SANDBOX_SENDER: Final = "+14155238886"
"""Twilio's shared WhatsApp number for trying things out."""

SANDBOX_RATE: Final = 1 / 3
"""Messages per second that the sandbox takes."""

PAIR_SECONDS: Final = 6.0
"""Seconds between two messages to one phone that WhatsApp wants."""


def sender_rate(sender: str | None, wanted: float) -> float:
    """Return the messages per second for a sender: as wanted, on the sandbox never above its own pace."""
    return min(wanted, SANDBOX_RATE) if sender == SANDBOX_SENDER else wanted


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a row after an attempt, and of its sender.

    `due_at` is when a queued row may go again; `retry_count` is the count to store. `hold` is for how many
    seconds nothing at all should leave for this sender. `pause_code` stops the whole send until a person has
    mended the cause that it names.
    """

    state: EngineState
    retry_count: int
    due_at: datetime | None = None
    sid: str | None = None
    twilio_status: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    pause_code: str | None = None
    hold: float | None = None


class Pacer:
    """Keeps a sender at or below `rate` messages in any one second, on the caller's monotonic clock.

    Messages are spread evenly; up to `burst` may follow each other at once, so that a late timer costs no
    throughput. Below one a second it is one message in 1 / `rate` seconds.
    """

    def __init__(self, rate: float, burst: int = 1) -> None:
        raise NotImplementedError

    def delay(self, now: float) -> float:
        """Return the seconds until the next message may leave; 0 when it may leave now."""
        raise NotImplementedError

    def sent(self, now: float) -> None:
        """Count a message that leaves now."""
        raise NotImplementedError

    def throttled(self, now: float, after: float | None = None) -> None:
        """Halve the rate after Twilio said "too many"; it recovers by itself. `after` is its Retry-After."""
        raise NotImplementedError


class PairSpacing:
    """Keeps the distance that WhatsApp wants between two messages to one phone."""

    def delay(self, address: str, now: float) -> float:
        """Return the seconds until this address may get its next message."""
        raise NotImplementedError

    def sent(self, address: str, now: float) -> None:
        """Remember that a message to this address leaves now."""
        raise NotImplementedError


def decide(
    outcome: Outcome,
    attempt: int,
    now: datetime,
    table: Table,
    *,
    recipient_region: str | None = None,
    max_retries: int = 3,
    jitter: float = 0.5,
    streak: int = 0,
) -> Next:
    """Return what follows from the outcome of an attempt; `attempt` is the row's retry count so far.

    `jitter` is a random number from 0 to 1. `streak` is how many attempts of this sender in a row, before
    this one, were throttled or never left the machine.
    """
    raise NotImplementedError


def decide_failure(
    error_code: int | None,
    attempt: int,
    now: datetime,
    table: Table,
    *,
    recipient_region: str | None = None,
    max_retries: int = 3,
    jitter: float = 0.5,
) -> Next:
    """Return what follows when a message that Twilio had accepted failed or was not delivered."""
    raise NotImplementedError
