"""What the commands do: create an event, plan and queue a send, tell its status."""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzlocal

from waapp import config, texts
from waapp.config import Settings
from waapp.core import phone
from waapp.core.errors_twilio import Table, load_table
from waapp.core.events import Event, EventDraft, check_event, check_time, zone
from waapp.core.guests import GuestRow
from waapp.core.invitations import SendState, SendSummary
from waapp.core.lines import Post, account_of
from waapp.core.plan import Options, Plan
from waapp.core.rates import load_rates
from waapp.core.status import Shown
from waapp.core.summary import Funnel, funnel
from waapp.core.waiting import LONGEST_UNDO, Timing, default_timing
from waapp.db import events, guests, sends, templates
from waapp.db.clock import database_clock
from waapp.engine.account import open_account
from waapp.engine.plans import prepare, queue
from waapp.errors import UserError
from waapp.opening import open_database
from waapp.paths import resource_text

_TROUBLES: Final = {Shown.FAILED, Shown.WAITING, Shown.UNKNOWN, Shown.CANCELLED}


@dataclass(frozen=True, slots=True)
class Created:
    """A new event; its id is what the other commands take."""

    event: Event

    def text(self) -> str:
        """Return the id."""
        return str(self.event.id)

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {"id": self.event.id, "name": self.event.name}


async def create_event(
    settings: Settings,
    name: str,
    *,
    date: str,
    place: str,
    zone: str | None,
    region: str | None,
    rsvp_link: str,
    quiet: str | None,
) -> Created:
    """Create an event; `date` is ISO 8601, in the zone unless it says otherwise, `quiet` as "21:00-09:00" or "none".

    Raises UserError("event_invalid"), UserError("date_unreadable"), UserError("time_zone_unknown"),
    UserError("quiet_hours_unreadable").
    """
    start, end = _quiet_hours(quiet) if quiet is not None else (None, None)
    zone_name = zone or tzlocal.get_localzone_name() or "UTC"
    draft = EventDraft(
        name=name.strip(),
        date=_moment(date, zone_name),
        location=place.strip(),
        time_zone=zone_name,
        default_region=region.upper() if region else None,
        rsvp_link=rsvp_link.strip(),
        quiet_start=start,
        quiet_end=end,
    )
    problems = check_event(draft)
    if problems:
        field, code = next(iter(problems.items()))
        raise UserError("event_invalid", field=field, why=texts.field_problem(code))
    async with open_database(settings) as opened, opened.database.begin() as conn:
        return Created(await events.create_event(conn, draft))


@dataclass(frozen=True, slots=True)
class SendTimes:
    """When a send may leave, as typed: ISO 8601 in the event's zone, quiet hours as "21:00-09:00" or "none"."""

    not_before: str | None = None
    not_after: str | None = None
    quiet: str | None = None
    undo_seconds: float = 0.0

    def timing(self, event: Event, now: datetime) -> Timing:
        """Return the timing, with what is not given as the event has it."""
        usual = default_timing(event, now, min(max(self.undo_seconds, 0.0), LONGEST_UNDO))
        start, end = usual.quiet_start, usual.quiet_end
        if self.quiet is not None:
            start, end = _quiet_hours(self.quiet)
        return replace(
            usual,
            not_before=_moment(self.not_before, event.time_zone) if self.not_before else None,
            not_after=_moment(self.not_after, event.time_zone) if self.not_after else usual.not_after,
            quiet_start=start,
            quiet_end=end,
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """A plan and, unless it was a dry run or blocked, how many invitations were queued."""

    plan: Plan
    queued: int | None
    practice: bool

    def text(self) -> str:
        """Return who gets it and who is left out, as the window says it."""
        plan = self.plan
        lines = [texts.blocker(blocker) for blocker in plan.blockers]
        lines.append(f"{len(plan.recipients)} guests get it, {len(plan.excluded)} are left out.")
        reasons = Counter(exclusion.reason for exclusion in plan.excluded)
        for reason, number in reasons.most_common():
            lines.append(f"  {texts.reason_count(reason, number)}")
            lines += [
                f"    {one.name}: {texts.exclusion(one)}" for one in plan.excluded if one.reason is reason
            ]
        lines += [texts.notice(notice) for notice in plan.warnings]
        if self.queued is not None:
            lines.append(f"{self.queued} invitations queued.")
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        plan = self.plan
        return {
            "practice": self.practice,
            "recipients": [
                {"guest": one.guest_id, "name": one.name, "to": one.address} for one in plan.recipients
            ],
            "excluded": [
                {"guest": one.guest_id, "name": one.name, "reason": one.reason.value} for one in plan.excluded
            ],
            "blockers": [blocker.code.value for blocker in plan.blockers],
            "warnings": [notice.code.value for notice in plan.warnings],
            "estimated_cost": plan.estimated_cost,
            "currency": plan.currency,
            "queued": self.queued or 0,
        }


async def send(
    settings: Settings,
    event: str,
    template: str,
    *,
    dry_run: bool,
    one_per_household: bool = False,
    times: SendTimes | None = None,
) -> Sent:
    """Plan a send to everybody who can get it and, unless it is a dry run or blocked, queue it.

    Raises UserError("event_unknown"), UserError("event_ambiguous"), UserError("template_unknown"),
    UserError("date_unreadable"), UserError("quiet_hours_unreadable") and the errors of `queue`.
    """
    rates = load_rates(resource_text("rates.toml"))
    async with open_database(settings) as opened, open_account(settings) as account:
        async with opened.database.read() as conn:
            found = await events.find_event(conn, event)
            chosen = await templates.find_template(conn, template)
            timing = (times or SendTimes()).timing(found, await database_clock(conn))
        prepared = await prepare(
            opened.database,
            found.id,
            chosen.id,
            Options(languages=config.language_order(), one_per_household=one_per_household),
            line=account.line,
            practice=account.practice,
            rates=rates,
        )
        queued = None
        if not dry_run and prepared.plan.may_start:
            queued = (await queue(opened.database, prepared, planner=settings.planner, timing=timing)).count
    return Sent(prepared.plan, queued, account.practice)


@dataclass(frozen=True, slots=True)
class Status:
    """An event's guests with the newest invitation of each, and the sends that are not over."""

    event: Event
    rows: tuple[GuestRow, ...]
    practice: bool
    errors: Table
    post: Post
    sends: tuple[SendSummary, ...] = ()

    @property
    def funnel(self) -> Funnel:
        """How many guests are how far."""
        return funnel(Counter(row.shown for row in self.rows), sum(row.coming for row in self.rows))

    def text(self) -> str:
        """Return the funnel and a line for each guest."""
        funnel = self.funnel
        head = (
            f"{self.event.name}: {len(self.rows)} guests, {funnel.planned} invited, {funnel.sent} handed over, "
            f"{funnel.delivered} delivered, {funnel.read} read, {funnel.failed} failed, {funnel.unknown} unknown"
        )
        return "\n".join([head, *map(self._send_line, self.sends), *(self._line(row) for row in self.rows)])

    def _send_line(self, summary: SendSummary) -> str:
        """Say of a send that is not over what waits, until when and why."""
        send, waiting = summary.send, summary.waiting
        head = (
            f"{send.template_name}, by {send.planned_by}: {summary.queued} of {summary.total} have not left"
        )
        if send.state is SendState.PAUSED:
            return f"{head}; paused: {self._why_paused(send.pause_code)}"
        if waiting is None:
            return f"{head}; {self._who(summary)}"
        return f"{head}; goes on at {self._local(waiting.at)}: {texts.wait_reason(waiting.reason)}"

    def _who(self, summary: SendSummary) -> str:
        if summary.holder:
            return f"{summary.holder} is sending"
        if not self.post.serves(summary.send.sender):
            return f"waiting for {texts.who_could(summary.send.sender)}"
        return "no desk is sending at the moment"

    def _why_paused(self, code: str | None) -> str:
        if code in texts.PAUSES:
            return texts.tr(texts.PAUSES[code])
        return texts.cause(code, None, self.errors) or "-"

    def _missing_account(self, summary: SendSummary) -> str | None:
        """Return the end of the SID of the account that must be signed in to, None when this computer's will do."""
        key = summary.send.sender
        return None if summary.holder or self.post.serves(key) else account_of(key)

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(zone(self.event.time_zone)).strftime("%Y-%m-%d %H:%M %Z")

    def _line(self, row: GuestRow) -> str:
        trouble = row.error_code is not None and row.shown in _TROUBLES
        why = f"  {self._cause(row)}" if trouble else ""
        return f"  {texts.state(row.shown):<16} {row.name:<36} {row.phone:<20}{why}".rstrip()

    def _cause(self, row: GuestRow) -> str:
        region = phone.read(row.phone, self.event.default_region).region
        return texts.cause(row.error_code, None, self.errors, region)

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {
            "event": {"id": self.event.id, "name": self.event.name},
            "practice": self.practice,
            "funnel": asdict(self.funnel),
            "sends": [
                {
                    "id": one.send.id,
                    "template": one.send.template_name,
                    "by": one.send.planned_by,
                    "state": one.send.state.value,
                    "pause_code": one.send.pause_code,
                    "total": one.total,
                    "queued": one.queued,
                    "parked": one.parked,
                    "in_flight": one.in_flight,
                    "unknown": one.unknown,
                    "goes_on_at": one.waiting.at if one.waiting else None,
                    "waits_for": one.waiting.reason.value if one.waiting else None,
                    "not_after": one.send.not_after,
                    "sent_by": one.holder,
                    "waits_for_account": self._missing_account(one),
                }
                for one in self.sends
            ],
            "guests": [
                {
                    "id": row.id,
                    "name": row.name,
                    "phone": row.phone,
                    "state": row.shown.value,
                    "error_code": row.error_code,
                    "next_retry_at": row.next_retry_at,
                    "changed_at": row.changed_at,
                }
                for row in self.rows
            ],
        }


async def status(settings: Settings, event: str) -> Status:
    """Tell how far the invitations of an event are.

    Raises UserError("event_unknown"), UserError("event_ambiguous").
    """
    async with open_database(settings) as opened, opened.database.read() as conn:
        found = await events.find_event(conn, event)
        rows = [
            row
            async for chunk in guests.stream_guest_rows(conn, found.id, settings.practice)
            for row in chunk
        ]
        unfinished = tuple(
            one
            for one in await sends.list_sends(conn, found.id, settings.practice)
            if one.send.state in {SendState.ACTIVE, SendState.PAUSED}
        )
    by_name = tuple(sorted(rows, key=lambda row: row.name.casefold()))
    errors = load_table(resource_text("twilio_errors.toml"))
    return Status(found, by_name, settings.practice, errors, settings.post, unfinished)


def _quiet_hours(text: str) -> tuple[time | None, time | None]:
    if text.strip().casefold() == "none":
        return None, None
    start, _, end = text.partition("-")
    try:
        return time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
    except ValueError as error:
        raise UserError("quiet_hours_unreadable", text=text) from error


def _moment(text: str, zone: str) -> datetime:
    try:
        local = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UserError("time_zone_unknown", zone=zone) from error
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError("date_unreadable", date=text) from error
    if moment.tzinfo is None and check_time(moment, zone):
        raise UserError("date_skipped", date=text, zone=zone)
    return (moment if moment.tzinfo else moment.replace(tzinfo=local)).astimezone(UTC)
