"""What a send does at this moment, in a sentence: who sends, how fast, until when it waits and why."""

from datetime import datetime

from waapp.config import Settings
from waapp.core.errors_twilio import Table
from waapp.core.events import zone
from waapp.core.invitations import SendState, SendSummary
from waapp.core.waiting import WaitReason
from waapp.db.sender_lock import is_desk
from waapp.gui.moments import due, stamp
from waapp.gui.send_when_words import city
from waapp.gui.texts import lasting, number
from waapp.texts import PAUSES, tr, wait_reason, who_could


def computer_of(desk: str) -> str:
    """Return how a desk is called in a sentence: "Maria’s computer" for "Maria on MARIA-PC"."""
    person, on, _host = desk.rpartition(" on ")
    return tr("{person}’s computer", person=person) if on else desk


def state_title(summary: SendSummary) -> str:
    """Return the title over a send."""
    match summary.send.state:
        case SendState.ACTIVE:
            return tr("About to send") if summary.undo_seconds > 0 else tr("Sending")
        case SendState.PAUSED:
            return tr("Paused")
        case SendState.STOPPED:
            return tr("Stopped")
        case SendState.FINISHED:
            return tr("Sent")


def send_facts(summary: SendSummary, title: str) -> str:
    """Return what a send is: its template by the title that people know, who sent it when, to how many."""
    send = summary.send
    return tr(
        "{template} v{version} · by {planner}, {time} · {guests:guest|guests}",
        template=title,
        version=str(send.template_version),
        planner=send.planned_by,
        time=stamp(send.created_at),
        guests=summary.total,
    )


def state_line(summary: SendSummary, rate: float | None, settings: Settings, table: Table) -> str:
    """Say what a send does now; `rate` is measured (messages per second), `settings` are this desk's."""
    match summary.send.state:
        case SendState.PAUSED:
            return why_paused(summary, table)
        case SendState.STOPPED:
            return tr("Stopped. {n:message|messages} never left.", n=summary.cancelled)
        case SendState.FINISHED:
            return tr("Done. Answers and receipts still come in.")
        case SendState.ACTIVE:
            return _active_line(summary, rate, settings)


def why_paused(summary: SendSummary, table: Table) -> str:
    """Say why a paused send stands still, and what to do about it."""
    code = summary.send.pause_code or ""
    if code == "too_late":
        return tr(
            "The latest time for this send has passed ({time}). {n:message has|messages have} not left.",
            time=due_where(summary.send.not_after, summary) if summary.send.not_after else "",
            n=summary.queued,
        )
    if code in PAUSES:
        return f"{tr(PAUSES[code])} {tr('Nothing more leaves until you resume.')}"
    if code.isdigit():
        error = table.get(code)
        return f"{error.meaning} {error.advice}"
    return tr("Paused. Nothing more leaves until you resume.")


def due_where(at: datetime, summary: SendSummary) -> str:
    """Write when something will be by the clocks of the event, naming the place where those here differ."""
    local = zone(summary.send.time_zone)
    said = due(at, local)
    same = at.astimezone(local).utcoffset() == at.astimezone().utcoffset()
    return said if same else tr("{time} in {city}", time=said, city=city(summary.send.time_zone))


def _active_line(summary: SendSummary, rate: float | None, settings: Settings) -> str:
    if summary.undo_seconds > 0:
        return tr("Nothing has left yet: you can still undo it.")
    if not summary.queued:
        if summary.unknown:
            return tr(
                "Everything has left. {n:message is|messages are} being looked for at Twilio.",
                n=summary.unknown,
            )
        return tr("The last ones are on their way.")
    if summary.waiting is not None:
        return _waiting_line(summary)
    parts = [_who(summary, settings)]
    if rate is not None and rate > 0:
        moving = summary.queued - summary.parked
        parts.append(
            tr(
                "{rate} a second, about {time} left",
                rate=number(rate, 0 if rate >= 10 else 1),
                time=lasting(moving / rate),
            )
        )
    if summary.parked:
        parts.append(tr("{n:waits|wait} for later", n=summary.parked))
    return " · ".join(parts)


def _waiting_line(summary: SendSummary) -> str:
    waiting = summary.waiting
    if waiting is None:
        return ""
    at = due_where(waiting.at, summary)
    begun = summary.queued < summary.total
    match waiting.reason:
        case WaitReason.NOT_BEFORE:
            return tr("Begins {time}.", time=at)
        case WaitReason.DAILY_LIMIT:
            return tr(
                "The rest, {n:message|messages}, leaves {time}: {why}.",
                n=summary.queued,
                time=at,
                why=wait_reason(waiting.reason),
            )
        case _ if begun:
            return tr("Goes on {time} ({why}).", time=at, why=wait_reason(waiting.reason))
        case _:
            return tr("Begins {time} ({why}).", time=at, why=wait_reason(waiting.reason))


def _who(summary: SendSummary, settings: Settings) -> str:
    holder = summary.holder
    if holder is None and not settings.post.serves(summary.send.sender):
        return tr("Waiting for {computer}", computer=who_could(summary.send.sender))
    if holder is None:
        return tr("No computer is sending; the next one takes over in a few seconds")
    if is_desk(holder, settings.desk):
        return tr("This computer is sending")
    return tr("{computer} is sending", computer=computer_of(holder))
