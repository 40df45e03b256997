"""What the commands do: create an event, plan and queue a send, tell its status."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzlocal

from waapp import texts
from waapp.config import Settings
from waapp.core import phone
from waapp.core.errors_twilio import Table, load_table
from waapp.core.events import Event, EventDraft, check_event
from waapp.core.guests import GuestRow
from waapp.core.plan import Options, Plan
from waapp.core.rates import load_rates
from waapp.core.status import Shown
from waapp.core.summary import Funnel, funnel
from waapp.db import events, guests, templates
from waapp.engine.account import open_account
from waapp.engine.plans import prepare, queue
from waapp.errors import UserError
from waapp.exporting import export_guests
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
) -> Created:
    """Create an event; `date` is ISO 8601, in the zone unless it says otherwise.

    Raises UserError("event_invalid"), UserError("date_unreadable"), UserError("time_zone_unknown").
    """
    zone_name = zone or tzlocal.get_localzone_name() or "UTC"
    draft = EventDraft(
        name=name.strip(),
        date=_moment(date, zone_name),
        location=place.strip(),
        time_zone=zone_name,
        default_region=region.upper() if region else None,
        rsvp_link=rsvp_link.strip(),
    )
    problems = check_event(draft)
    if problems:
        field, code = next(iter(problems.items()))
        raise UserError("event_invalid", field=field, why=texts.field_problem(code))
    async with open_database(settings) as opened, opened.database.begin() as conn:
        return Created(await events.create_event(conn, draft))


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


async def send(settings: Settings, event: str, template: str, *, dry_run: bool) -> Sent:
    """Plan a send to everybody who can get it and, unless it is a dry run or blocked, queue it.

    Raises UserError("event_unknown"), UserError("event_ambiguous"), UserError("template_unknown").
    """
    rates = load_rates(resource_text("rates.toml"))
    async with open_database(settings) as opened, open_account(settings) as account:
        async with opened.database.read() as conn:
            found = await events.find_event(conn, event)
            chosen = await templates.find_template(conn, template)
        prepared = await prepare(
            opened.database,
            found.id,
            chosen.id,
            Options(),
            line=account.line,
            practice=account.practice,
            rates=rates,
        )
        queued = None
        if not dry_run and prepared.plan.may_start:
            queued = (await queue(opened.database, prepared, planner=settings.planner)).count
    return Sent(prepared.plan, queued, account.practice)


@dataclass(frozen=True, slots=True)
class Status:
    """An event's guests with the newest invitation of each."""

    event: Event
    rows: tuple[GuestRow, ...]
    practice: bool
    errors: Table

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
        return "\n".join([head, *(self._line(row) for row in self.rows)])

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


@dataclass(frozen=True, slots=True)
class Exported:
    """A guest list that was written to a file."""

    event: Event
    file: Path
    guests: int

    def text(self) -> str:
        """Return what was written."""
        return texts.tr("{n:guest|guests} written to {file}.", n=self.guests, file=self.file)

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {"event": self.event.id, "file": str(self.file), "guests": self.guests}


async def export(settings: Settings, event_name: str, file: Path) -> Exported:
    """Write the guests of an event and what became of their invitations to a workbook, CSV or contacts."""
    errors = load_table(resource_text("twilio_errors.toml"))
    async with open_database(settings) as opened:
        async with opened.database.read() as conn:
            event = await events.find_event(conn, event_name)
        written = await export_guests(opened.database, event, file, practice=settings.practice, errors=errors)
    return Exported(event, file, written)


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
    by_name = tuple(sorted(rows, key=lambda row: row.name.casefold()))
    return Status(found, by_name, settings.practice, load_table(resource_text("twilio_errors.toml")))


def _moment(text: str, zone: str) -> datetime:
    try:
        local = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UserError("time_zone_unknown", zone=zone) from error
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError("date_unreadable", date=text) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=local)).astimezone(UTC)
