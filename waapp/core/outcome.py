"""What came of trying to post one message: values, never exceptions, for all that is to be expected."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accepted:
    """Twilio took the message over and named it."""

    sid: str
    status: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Twilio answered that it will not send it: nothing was sent. `code` is Twilio's error code."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Throttled:
    """Twilio answered 429: not processed. `after` is its Retry-After in seconds when it gave one."""

    after: float | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request never left this machine whole: refused connection, DNS, TLS. Safe to try again."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been sent: time-out or reset after writing, 5xx, an answer that cannot be read."""

    why: str


Outcome = Accepted | Refused | Throttled | NotSent | Unknown
