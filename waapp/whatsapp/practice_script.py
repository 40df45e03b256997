"""What the practice Twilio does with each message, and the faults that it commits on demand. Data and pure rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from random import Random
from typing import Any, Final

Steps = tuple[tuple[float, str], ...]
"""Seconds after acceptance and the status from then on, in the order of time."""

FINAL_WORDS: Final = ("sent", "delivered", "read", "failed", "undelivered")


@dataclass(frozen=True, slots=True)
class Fate:
    """How a message ends. `steps` replaces the usual course, for statuses in any order and at any time."""

    end: str = "read"
    error_code: int | None = None
    steps: Steps = ()


def practice_fate(number: str) -> Fate:
    """Return how practice mode treats a number, by its last two digits.

    00 to 69: read. 70 to 89: delivered and not read. 90 to 93: sent and no more. 94 to 96: failed, not on
    WhatsApp. 97 and 98: held back by WhatsApp, the guest has had too many invitations. 99: failed, no usable
    WhatsApp. So among many numbers 70 % read, 20 % receive, 4 % stay at "sent" and 6 % fail.
    """
    ending = _digits(number) % 100
    if ending < 70:
        return Fate("read")
    if ending < 90:
        return Fate("delivered")
    if ending < 94:
        return Fate("sent")
    if ending < 97:
        return Fate("failed", 63003)
    if ending < 99:
        return Fate("undelivered", 63049)
    return Fate("undelivered", 63024)


def course(fate: Fate, number: str, speed: float) -> Steps:
    """Return when a message takes which status: about a second to "sent", up to twenty to "read".

    The same number always takes the same time; `speed` divides all times.
    """
    if fate.steps:
        return tuple((at / speed, word) for at, word in fate.steps)
    digits = _digits(number)
    sending = 0.3 + 0.1 * (digits % 5)
    sent = sending + 0.3 + 0.1 * (digits % 7)
    delivered = sent + 0.6 + 0.2 * (digits % 9)
    read = delivered + 1.5 + 0.7 * (digits % 17)
    steps = [(0.0, "queued"), (sending, "sending")]
    if fate.end == "failed":
        steps.append((sent, "failed"))
    else:
        steps.append((sent, "sent"))
        if fate.end == "undelivered":
            steps.append((delivered, "undelivered"))
        elif fate.end != "sent":
            steps.append((delivered, "delivered"))
            if fate.end == "read":
                steps.append((read, "read"))
    return tuple((at / speed, word) for at, word in steps)


def status_at(steps: Steps, age: float) -> tuple[str, float]:
    """Return the status of a message of an age in seconds, and the age at which it took it."""
    word, since = steps[0][1], 0.0
    for at, later in steps:
        if at > age:
            break
        word, since = later, at
    return word, since


def _digits(number: str) -> int:
    return int("".join(character for character in number if character.isdecimal())[-4:] or "0")


def practice_approval(name: str, seconds: float, *, rejected: bool = False) -> Steps:
    """Return how practice mode treats a template, by its name: received, pending for a while, then decided.

    A name with "reject" in it is rejected; with "pause" it is paused a minute after its approval and goes on two
    minutes later; with "disable" it is disabled then; every other one is approved.
    """
    steps = [(0.0, "received"), (1.0, "pending")]
    if rejected or "reject" in name:
        return (*steps, (seconds, "rejected"))
    steps.append((seconds, "approved"))
    if "pause" in name:
        steps += [(seconds + 60, "paused"), (seconds + 180, "approved")]
    elif "disable" in name:
        steps.append((seconds + 60, "disabled"))
    return tuple(steps)


class FaultKind(StrEnum):
    """A fault. All but LATENCY and LAG take the place of the proper answer."""

    LATENCY = "latency"  # answers after `seconds`
    THROTTLE = "throttle"  # 429, with Retry-After if `retry_after` is given
    ANSWER = "answer"  # `status`, as JSON or, with `html`, as a web page; 200 makes sense only with `html`
    REFUSE = "refuse"  # `status` (400 unless given) and Twilio's `code`
    RESET = "reset"  # the connection is reset without an answer
    CUT = "cut"  # half an answer, then the connection ends
    HANG = "hang"  # no answer for `seconds`, then a reset
    LAG = "lag"  # a message taken over by this request is missing in lists for `seconds`


class Call(StrEnum):
    """What a fault applies to."""

    SEND = "send"
    LIST = "list"
    FETCH = "fetch"
    CONTENT = "content"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and when it strikes.

    Requests of this kind, to this number, after the first `skip`, with this probability, at most `times`. With
    `accepted` the request does its work first: only its answer is lost.
    """

    kind: FaultKind
    on: Call = Call.SEND
    to: str | None = None
    probability: float = 1.0
    skip: int = 0
    times: int | None = None
    accepted: bool = False
    status: int | None = None
    code: int | None = None
    html: bool = False
    seconds: float = 3600.0
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """How the practice Twilio behaves; the default is practice mode's.

    `speed` divides all times of messages. `fates` overrides `practice_fate` for single numbers. `senders` are
    the account's WhatsApp senders; empty: any number may send. Unless `window_open`, free text fails outside
    the 24 hours after a guest's message, as it does at the real one. Approvals take `approval_seconds`; by the
    name of a template, `rejected` gives the reason why WhatsApp rejects it, `approvals` replaces the course of
    its approval (see `practice_approval`), `moved` is the category that WhatsApp puts it in. `clock_ahead` is how
    wrong its clock is, in seconds.
    """

    seed: int = 0
    speed: float = 1.0
    faults: tuple[Fault, ...] = ()
    fates: Mapping[str, Fate] = field(default_factory=dict)
    senders: tuple[str, ...] = ()
    messaging_limit: str | None = "2K Customers/24hr"
    window_open: bool = True
    approval_seconds: float = 20.0
    rejected: Mapping[str, str] = field(default_factory=dict)
    approvals: Mapping[str, Steps] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    account_status: str = "active"
    account_type: str = "Full"
    clock_ahead: float = 0.0

    def fate(self, number: str) -> Fate:
        """Return how a message to a number ends."""
        return self.fates.get(number) or practice_fate(number)

    def approval(self, name: str, age: float) -> tuple[str, str]:
        """Return how far the approval of a template is, `age` seconds after it was submitted, and why."""
        steps = self.approvals.get(name)
        if steps is None:
            steps = practice_approval(name, self.approval_seconds, rejected=name in self.rejected)
        word, _ = status_at(tuple((at / self.speed, word) for at, word in steps), age)
        return word, self.rejected.get(name, "PROMOTIONAL") if word == "rejected" else ""


def read_script(document: Mapping[str, Any]) -> Script:
    """Read a script from its JSON form: the same names, faults and fates as objects.

    Raises ValueError and TypeError for what cannot be meant.
    """
    values = _known(Script, document)
    if "faults" in values:
        values["faults"] = tuple(read_fault(fault) for fault in values["faults"])
    if "fates" in values:
        values["fates"] = {number: _read_fate(fate) for number, fate in values["fates"].items()}
    if "approvals" in values:
        values["approvals"] = {
            name: tuple((float(at), str(word)) for at, word in steps)
            for name, steps in values["approvals"].items()
        }
    if "senders" in values:
        values["senders"] = tuple(values["senders"])
    return Script(**values)


def read_fault(document: Mapping[str, Any]) -> Fault:
    """Read one fault from its JSON form, for example {"kind": "reset", "accepted": true, "times": 3}.

    Raises ValueError and TypeError for what cannot be meant.
    """
    values = _known(Fault, document)
    values["kind"] = FaultKind(values["kind"])
    values["on"] = Call(values.get("on", Call.SEND))
    return Fault(**values)


def _read_fate(document: Mapping[str, Any]) -> Fate:
    values = _known(Fate, document)
    values["steps"] = tuple((float(at), str(word)) for at, word in values.get("steps", ()))
    return Fate(**values)


def _known(record: type, document: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(document) - {part.name for part in fields(record)}
    if unknown:
        raise ValueError(f"{record.__name__} has no {', '.join(sorted(unknown))}")
    return dict(document)


class FaultPlan:
    """Tells which faults strike a request; counts and throws its dice in the order of the requests."""

    def __init__(self, script: Script) -> None:
        self._faults = script.faults
        self._random = Random(script.seed)  # noqa: S311 - reproducible on purpose
        self._seen = [0] * len(self._faults)
        self._struck = [0] * len(self._faults)

    def strike(self, call: Call, to: str | None) -> list[Fault]:
        """Return the faults for this request, in the script's order; of those that end it only the first."""
        striking: list[Fault] = []
        ended = False
        for index, fault in enumerate(self._faults):
            ends = fault.kind not in {FaultKind.LATENCY, FaultKind.LAG}
            if (
                fault.on not in {call, Call.ANY}
                or (fault.to is not None and fault.to != to)
                or (ends and ended)
            ):
                continue
            self._seen[index] += 1
            if self._seen[index] <= fault.skip or self._struck[index] == fault.times:
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            self._struck[index] += 1
            striking.append(fault)
            ended = ended or ends
        return striking
