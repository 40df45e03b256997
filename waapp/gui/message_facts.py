"""What the message list says about an invitation: its chip, what happened, what to do, its timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from waapp.core import phone
from waapp.core.cadence import LOOKS_AT
from waapp.core.errors_twilio import Table, TwilioError
from waapp.core.guests import shown_state
from waapp.core.invitations import Invitation, LogEntry
from waapp.core.status import EngineState, Progress, Shown, shown
from waapp.core.waiting import WaitReason
from waapp.gui.moments import due, stamp
from waapp.texts import cause, tr, wait_reason


class MessageFilter(StrEnum):
    """The chips above the message list."""

    NEED_YOU = "need_you"
    FAILED = "failed"
    NOT_CONFIRMED = "not_confirmed"
    NOT_READ = "not_read"
    WAITING = "waiting"
    DOUBLED = "doubled"
    ALL = "all"


_NOT_ITS_FAULT: Final = frozenset({WaitReason.QUIET_HOURS, WaitReason.DAILY_LIMIT, WaitReason.SHARED_PHONE})
"""What an invitation waits for although nothing has gone wrong with it."""

_FILTERS: Final = {
    Shown.NONE: (),
    Shown.QUEUED: (),
    Shown.WAITING: (MessageFilter.WAITING,),
    Shown.SENDING: (MessageFilter.NOT_CONFIRMED,),
    Shown.SENT: (MessageFilter.NOT_CONFIRMED,),
    Shown.DELIVERED: (MessageFilter.NOT_READ,),
    Shown.READ: (),
    Shown.FAILED: (MessageFilter.FAILED, MessageFilter.NEED_YOU),
    Shown.UNKNOWN: (MessageFilter.NEED_YOU,),
    Shown.CANCELLED: (),
}


def chips_of(totals: Mapping[MessageFilter, int], current: str | None) -> list[tuple[str, str, int]]:
    """Return the chips (key, word, count); what is rare is only offered where it has happened."""
    words = {
        MessageFilter.NEED_YOU: tr("Need you"),
        MessageFilter.FAILED: tr("Failed"),
        MessageFilter.WAITING: tr("Will try again"),
        MessageFilter.DOUBLED: tr("Delivered twice"),
        MessageFilter.NOT_CONFIRMED: tr("Not confirmed"),
        MessageFilter.NOT_READ: tr("Not read"),
        MessageFilter.ALL: tr("All"),
    }
    rare = {MessageFilter.WAITING, MessageFilter.DOUBLED}
    return [
        (key, word, totals[key])
        for key, word in words.items()
        if totals[key] or key not in rare or key == current
    ]


@dataclass(frozen=True, slots=True)
class Advice:
    """The two lines of a row: what happened, and what there is to do about it (may be nothing)."""

    happened: str
    todo: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline: `shown` gives its colour, `detail` starts with the time."""

    title: str
    detail: str
    shown: Shown


def addressee(invitation: Invitation) -> str:
    """Return whose message it is; a test went to the planner's own phone, as that guest would have got it."""
    named = invitation.guest_name or tr("No name")
    return tr("Test, as for {guest}", guest=named) if invitation.test else named


def invitation_shown(invitation: Invitation) -> Shown:
    """Return the state that the row's pill shows."""
    waiting = invitation.next_retry_at is not None
    return shown_state(invitation.engine_state, invitation.twilio_status, waiting)


def filters_of(invitation: Invitation) -> tuple[MessageFilter, ...]:
    """Return the chips, apart from All, that count this invitation."""
    keys = _FILTERS[invitation_shown(invitation)]
    return (*keys, MessageFilter.DOUBLED) if invitation.doubled else keys


def is_trouble(invitation: Invitation) -> bool:
    """Tell whether an invitation did not go as it should, for good or for now."""
    return invitation_shown(invitation) in {Shown.FAILED, Shown.UNKNOWN, Shown.WAITING}


def count_filters(states: Mapping[Shown, int], doubled: int = 0) -> dict[MessageFilter, int]:
    """Count the invitations under every chip, given how many pills show which state and how many came twice."""
    counts = dict.fromkeys(MessageFilter, 0)
    counts[MessageFilter.DOUBLED] = doubled
    for state, count in states.items():
        for key in (MessageFilter.ALL, *_FILTERS[state]):
            counts[key] += count
    return counts


def looks_left(invitation: Invitation) -> bool:
    """Tell whether Twilio's list will be searched again for an unknown invitation."""
    return invitation.looks < len(LOOKS_AT)


def known_error(table: Table, code: str | None, recipient: str = "") -> TwilioError | None:
    """Return the table's entry for a stored code; None without a code or for a word of our own."""
    if code is None or not code.isdigit():
        return None
    return table.get(code, _region(recipient))


def _region(recipient: str) -> str | None:
    return phone.read(recipient).region if recipient else None


def advise(invitation: Invitation, table: Table) -> Advice:  # noqa: C901 - one arm per state
    """Say in two lines what happened to an invitation and what to do."""
    error = known_error(table, invitation.error_code, invitation.recipient)
    # Reading a number takes its time; only what went wrong can mean other things in some countries.
    region = _region(invitation.recipient) if invitation.error_code is not None else None
    why = cause(invitation.error_code, invitation.error_message, table, region)
    if invitation.doubled:
        return Advice(
            tr("An earlier message arrived after all: the guest may have got it twice"),
            tr("Nothing to do, unless the guest asks"),
        )
    match invitation_shown(invitation):
        case Shown.NONE | Shown.QUEUED:
            return Advice(tr("Planned, waits for its turn"), "")
        case Shown.WAITING:
            return _advise_waiting(invitation, why)
        case Shown.SENDING if invitation.engine_state is EngineState.SENDING:
            return Advice(tr("Being handed to Twilio"), "")
        case Shown.SENDING:
            return Advice(tr("Twilio has it and passes it on"), "")
        case Shown.SENT:
            return Advice(
                tr("WhatsApp has it; the phone has not confirmed"), tr("Wait: the phone may be off")
            )
        case Shown.DELIVERED:
            return Advice(tr("On the guest’s phone since {time}", time=_time(invitation.delivered_at)), "")
        case Shown.READ:
            return Advice(tr("Read {time}", time=_time(invitation.read_at)), "")
        case Shown.FAILED:
            advice = error.advice if error is not None else tr("Invite this guest another way")
            return Advice(why or tr("It could not be delivered"), advice)
        case Shown.UNKNOWN if invitation.error_code == "ambiguous":
            return Advice(tr("Twilio’s list has several messages that fit"), tr("Decide at the right"))
        case Shown.UNKNOWN if looks_left(invitation):
            at = invitation.next_look_at
            look = tr("Next look {time}, or decide at the right", time=due(at)) if at is not None else ""
            return Advice(
                tr("Twilio did not answer; looking in its list"), look or tr("Wait, or decide at the right")
            )
        case Shown.UNKNOWN:
            return Advice(tr("Twilio did not answer; its list does not show it"), tr("Decide at the right"))
        case Shown.CANCELLED:
            return Advice(tr("Stopped before it left"), tr("The guest received nothing"))


def _advise_waiting(invitation: Invitation, why: str) -> Advice:
    at, reason = invitation.next_retry_at, invitation.wait_reason
    if reason in _NOT_ITS_FAULT:
        # An error of an earlier attempt is not what it waits for.
        why = tr("Waits: {reason}", reason=wait_reason(reason))
        return Advice(why, tr("Goes {time}", time=due(at)) if at is not None else "")
    if not why and reason is not None:
        why = tr("Could not be sent yet: {reason}", reason=wait_reason(reason))
    again = tr("Will try again {time}", time=due(at)) if at is not None else ""
    return Advice(why or tr("Could not be sent yet"), again)


def _time(moment: datetime | None) -> str:
    return stamp(moment) if moment is not None else "—"


def timeline(log: Sequence[LogEntry], table: Table, planned: str) -> list[Step]:
    """Turn the log of an invitation (oldest first) into steps, newest first.

    `planned` completes the first step ("invitation v2, by Maria"). Entries that say nothing new are left out.
    """
    steps: list[Step] = []
    for place, entry in enumerate(log):
        step = _step(entry, table, planned if place == 0 else "")
        if not steps or (steps[-1].title, steps[-1].detail) != (step.title, step.detail):
            steps.append(step)
    steps.reverse()
    return steps


def _step(entry: LogEntry, table: Table, planned: str) -> Step:
    state = shown(Progress(entry.engine_state, entry.twilio_status, entry.error_code is not None))
    error = known_error(table, entry.error_code)
    # What it means stands beside the timeline; the code is what Twilio's support asks for.
    why = (
        tr("Twilio’s code {code}", code=entry.error_code)
        if error is not None
        else cause(entry.error_code, entry.detail, table)
    )
    by = entry.actor or ""
    title, remark = _step_words(entry, state, why, by, planned)
    parts = [stamp(entry.at), *([remark] if remark else [])]
    return Step(title, " · ".join(parts), state)


def _step_words(entry: LogEntry, state: Shown, why: str, by: str, planned: str) -> tuple[str, str]:
    match state:
        case Shown.NONE | Shown.QUEUED:
            return tr("Planned"), planned
        case Shown.WAITING:
            return tr("Put off"), why
        case Shown.SENDING if entry.engine_state is EngineState.SENDING:
            return tr("Claimed"), tr("by {desk}", desk=by) if by else ""
        case Shown.SENDING:
            return tr("Handed over"), tr("to Twilio")
        case Shown.SENT:
            return tr("Sent"), tr("WhatsApp has it")
        case Shown.DELIVERED:
            return tr("Delivered"), tr("on the phone")
        case Shown.READ:
            return tr("Read"), ""
        case Shown.FAILED:
            return tr("Failed"), why
        case Shown.UNKNOWN:
            return tr("No answer"), why
        case Shown.CANCELLED:
            return tr("Stopped"), tr("before it left")
