"""How fast messages may leave, and what becomes of a row after each attempt. The caller brings the clock."""

from collections import deque
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from waapp.core.errors_twilio import ErrorClass, Table, TwilioError
from waapp.core.outcome import Accepted, NotSent, Outcome, Refused, Throttled, Unknown
from waapp.core.status import EngineState
from waapp.core.waiting import WaitReason

SANDBOX_SENDER: Final = "+14155238886"
"""Twilio's shared WhatsApp number for trying things out."""

SANDBOX_RATE: Final = 1 / 3
"""Messages per second that the sandbox takes."""

PAIR_SECONDS: Final = 6.0
"""Seconds between two messages to one phone that WhatsApp wants."""


def sender_rate(sender: str | None, wanted: float) -> float:
    """Return the messages per second for a sender: as wanted, on the sandbox never above its own pace."""
    return min(wanted, SANDBOX_RATE) if sender == SANDBOX_SENDER else wanted


_RECOVERY_SECONDS: Final = 60.0
_SLOWEST_FRACTION: Final = 16
_HALVE_ONCE_IN: Final = 1.0
_MOST_LATE: Final = 0.25
"""Seconds for which a pacer makes up; whoever is later than that was not waiting to send."""
_THROTTLED_CODE: Final = "20429"


@dataclass(frozen=True, slots=True)
class _Backoff:
    """Pauses that double from `first` to `cap`, both in seconds."""

    first: float
    cap: float

    def pause(self, step: int, jitter: float) -> float:
        """Return the seconds to pause after `step` earlier pauses, spread by a quarter, never above the cap."""
        doubled = self.first * 2.0 ** min(step, 32)
        return min(self.cap, min(self.cap, doubled) * (0.75 + jitter / 2))


_NETWORK: Final = _Backoff(first=1.0, cap=60.0)
_TRANSIENT: Final = _Backoff(first=30.0, cap=900.0)


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a row after an attempt, and of its sender.

    `wait` is for how many seconds a queued row waits, and `reason` why; `retry_count` is the count to store. They
    are no moments: whoever writes them adds them to the database's clock. `hold` is for how many seconds nothing
    at all should leave for this sender. `pause_code` stops the whole send until a person has
    mended the cause that it names.
    """

    state: EngineState
    retry_count: int
    wait: float | None = None
    reason: WaitReason | None = None
    sid: str | None = None
    twilio_status: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    pause_code: str | None = None
    hold: float | None = None


class Pacer:
    """Keeps a sender at or below `rate` messages in any one second, on the caller's monotonic clock.

    Messages are spread evenly; up to `burst` may follow each other at once, so that a late timer costs no
    throughput. Once late (an answer had to be waited for, say) they follow each other `catch_up` times as fast until
    that is made up for. Below one a second it is one message in 1 / `rate` seconds.
    """

    def __init__(self, rate: float, burst: int = 1, catch_up: float = 1.0) -> None:
        if rate <= 0 or burst < 1 or catch_up < 1:
            raise ValueError(rate, burst, catch_up)
        self._full = rate
        self._burst = burst
        self._catch_up = catch_up
        self._sent: deque[float] = deque(maxlen=max(1, int(rate)))
        self._due = -inf
        self._next_slot = -inf
        self._not_before = -inf
        self._reduced = rate
        self._reduced_at = -inf

    def rate(self, now: float) -> float:
        """Return the messages per second that are allowed now: the full rate, or less after a throttling."""
        if self._reduced_at == -inf:
            return self._full
        regained = self._full * (now - self._reduced_at) / _RECOVERY_SECONDS
        return min(self._full, self._reduced + regained)

    def delay(self, now: float) -> float:
        """Return the seconds until the next message may leave; 0 when it may leave now."""
        rate = self.rate(now)
        ahead = (self._burst - 1) / rate
        ready = max(self._not_before, self._due - ahead, self._next_slot - ahead / self._catch_up)
        # The slots alone would allow `burst` more in some window; this is the promise itself.
        count, period = (int(rate), 1.0) if rate >= 1 else (1, 1 / rate)
        if len(self._sent) >= count:
            ready = max(ready, self._sent[-count] + period)
        return max(0.0, ready - now)

    def sent(self, now: float) -> None:
        """Count a message that leaves now."""
        gap = 1 / self.rate(now)
        late = now - self._due <= _MOST_LATE
        self._due = (self._due if late else max(self._due, now)) + gap
        self._next_slot = max(self._next_slot, now) + gap / self._catch_up
        self._sent.append(now)

    def throttled(self, now: float, after: float | None = None) -> None:
        """Halve the rate after Twilio said "too many"; it recovers by itself. `after` is its Retry-After."""
        if after is not None:
            self._not_before = max(self._not_before, now + after)
        # Answers to messages that left before the last halving say nothing about the pace since.
        if now - self._reduced_at >= _HALVE_ONCE_IN:
            self._reduced = max(self.rate(now) / 2, self._full / _SLOWEST_FRACTION)
            self._reduced_at = now


class PairSpacing:
    """Keeps the distance that WhatsApp wants between two messages to one phone."""

    def __init__(self, seconds: float = PAIR_SECONDS) -> None:
        self._seconds = seconds
        self._last: dict[str, float] = {}

    def delay(self, address: str, now: float) -> float:
        """Return the seconds until this address may get its next message."""
        return max(0.0, self._last.get(address, -inf) + self._seconds - now)

    def sent(self, address: str, now: float) -> None:
        """Remember that a message to this address leaves now."""
        # Oldest first, because a repeated address moves to the end: forgetting stops at the first recent one.
        self._last.pop(address, None)
        self._last[address] = now
        while self._last:
            oldest = next(iter(self._last))
            if now - self._last[oldest] < self._seconds:
                break
            del self._last[oldest]


def decide(
    outcome: Outcome,
    attempt: int,
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
    match outcome:
        case Accepted(sid, status):
            return Next(EngineState.ACCEPTED, attempt, sid=sid, twilio_status=status)
        case NotSent(why):
            # Says nothing about the message, so it uses up no retry: it waits for the network to return.
            hold = _NETWORK.pause(streak, jitter)
            return Next(EngineState.QUEUED, attempt, hold, WaitReason.NETWORK, error_message=why, hold=hold)
        case Throttled(after):
            wait = max(_NETWORK.pause(streak, jitter), after or 0.0)
            return Next(EngineState.QUEUED, attempt, wait, WaitReason.THROTTLED, error_code=_THROTTLED_CODE)
        case Refused(code, text):
            error = table.get(code, recipient_region)
            return _refused(error, text, _Attempt(attempt, max_retries, jitter))
        case Unknown(why):
            return Next(EngineState.UNKNOWN, attempt, error_message=why)


def decide_failure(
    error_code: str | None,
    attempt: int,
    table: Table,
    *,
    recipient_region: str | None = None,
    max_retries: int = 3,
    jitter: float = 0.5,
) -> Next:
    """Return what follows when a message that Twilio had accepted failed or was not delivered.

    Only what is temporary is sent again, as a new attempt. Everything else stays accepted with Twilio's own word,
    so that a late "delivered" still finds it.
    """
    stays = Next(EngineState.ACCEPTED, attempt, error_code=error_code)
    if error_code is None:
        return stays
    error = table.get(error_code, recipient_region)
    match error.cls:
        case ErrorClass.TRANSIENT | ErrorClass.WAIT:
            wait = _Attempt(attempt, max_retries, jitter).wait(error)
            if wait is None:
                return stays
            return Next(EngineState.QUEUED, attempt + 1, wait, _wait_reason(error.cls), error_code=error_code)
        case ErrorClass.ACCOUNT:
            return replace(stays, pause_code=error_code)
        case ErrorClass.GUEST | ErrorClass.CONTENT | ErrorClass.UNKNOWN | ErrorClass.INFO:
            return stays


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An attempt that did not succeed, and how many retries there were before it."""

    retries: int
    max_retries: int
    jitter: float

    def wait(self, error: TwilioError) -> float | None:
        """Return the seconds after which the message may be tried again, or None when it may not."""
        wait = error.wait_before(self.retries + 1)
        if wait is None or self.retries >= self.max_retries:
            return None
        return float(wait) if wait else _TRANSIENT.pause(self.retries, self.jitter)


def _wait_reason(cls: ErrorClass) -> WaitReason:
    return WaitReason.LATER if cls is ErrorClass.WAIT else WaitReason.TRANSIENT


def _refused(error: TwilioError, text: str, attempt: _Attempt) -> Next:
    code = str(error.code)
    failed = Next(EngineState.FAILED, attempt.retries, error_code=code, error_message=text)
    match error.cls:
        case ErrorClass.TRANSIENT | ErrorClass.WAIT:
            wait = attempt.wait(error)
            if wait is None:
                return failed
            return replace(
                failed,
                state=EngineState.QUEUED,
                retry_count=attempt.retries + 1,
                wait=wait,
                reason=_wait_reason(error.cls),
            )
        case ErrorClass.ACCOUNT:
            return replace(failed, state=EngineState.QUEUED, pause_code=code)
        case ErrorClass.UNKNOWN:
            return replace(failed, state=EngineState.UNKNOWN)
        case ErrorClass.GUEST | ErrorClass.CONTENT | ErrorClass.INFO:
            return failed
