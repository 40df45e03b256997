"""From an event and a template to a plan, and from a plan to queued invitations.

The window and the command line use these two functions, so that a dry run shows exactly what a send would do.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from waapp.core import phone, plan
from waapp.core.daily_limit import waits
from waapp.core.events import Event
from waapp.core.findings import Finding
from waapp.core.guests import Guest
from waapp.core.households import household_key, members
from waapp.core.invitations import NewInvitation
from waapp.core.language_choice import choose_language
from waapp.core.plan import (
    Assessment,
    BlockerCode,
    Options,
    Plan,
    PlannedGuest,
    PriorInvitation,
    Recipient,
    Situation,
    Variant,
)
from waapp.core.rates import RateTable
from waapp.core.template import Template
from waapp.core.template_parts import message_json
from waapp.core.template_rules import check_message
from waapp.core.template_values import guest_values, known_variables
from waapp.core.waiting import Timing, WaitReason, check_timing, default_timing
from waapp.db import events, guests, opt_outs, template_versions, templates
from waapp.db import invitations as invitations_db
from waapp.db.clock import database_clock
from waapp.db.daily_use import people_written_to, reserve
from waapp.db.engine import Database
from waapp.db.queueing import NewSend, Queued, queue_send
from waapp.db.send_timing import account_trouble
from waapp.engine.account import Line
from waapp.errors import UserError

_CHUNK = 200
"""Guests assessed between two turns of the event loop: a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with what it was made from; queueing freezes exactly this.

    `send_id` is made here, so that queueing twice (a double click, a commit whose answer was lost) is one send.
    """

    send_id: UUID
    plan: Plan
    event: Event
    template: Template
    key: str | None
    practice: bool
    rate: float
    options: Options
    daily_limit: int | None = None
    daily_used: int = 0


async def prepare(
    database: Database,
    event_id: UUID,
    template_id: UUID,
    options: Options,
    *,
    line: Line | None,
    practice: bool,
    rates: RateTable | None,
) -> Prepared:
    """Plan a send of a template to an event's guests; nothing is written.

    Raises UserError("event_unknown"), UserError("template_unknown").
    """
    async with database.read() as conn:
        event = await events.get_event(conn, event_id)
        account = line.key if line and practice else ""
        template = await templates.get_template(conn, template_id, account=account)
        variants = await template_versions.list_variants(conn, template_id, account=account)
        everyone = await guests.list_guests(conn, event_id)
        invited = await invitations_db.prior_invitations(conn, event_id, template_id, practice=practice)
        refusing = await opt_outs.list_addresses(conn)
        used = 0 if practice else await people_written_to(conn)
        trouble = await account_trouble(conn, line.key) if line else None
        now = await database_clock(conn)
    limit = await line.daily_limit() if line else None
    known = known_variables(everyone)

    def findings(wording: Template) -> tuple[Finding, ...]:
        return check_message(wording, known, language=wording.language, category=wording.category)

    situation = Situation(
        template=template,
        now=now,
        event=event,
        practice=practice,
        sender=line.number if line else None,
        findings=findings(template),
        rate=line.rate if line else 1.0,
        daily_limit=limit,
        daily_used=used,
        account_trouble=trouble,
        rates=rates,
        options=options,
        variants=tuple(Variant(one, findings(one)) for one in variants),
    )
    languages = situation.languages
    together = members(everyone)
    assessments: list[Assessment] = []
    for number, guest in enumerate(everyone):
        planned = _planned(guest, situation, languages, invited, refusing, together)
        assessments.append(plan.assess(planned, situation))
        if number % _CHUNK == 0:
            await asyncio.sleep(0)
    return Prepared(
        uuid4(),
        plan.finish(assessments, situation),
        event,
        template,
        key=line.key if line else None,
        practice=practice,
        rate=line.rate if line else 1.0,
        options=options,
        daily_limit=limit,
        daily_used=used,
    )


async def queue(
    database: Database, prepared: Prepared, *, planner: str, timing: Timing | None = None
) -> Queued:
    """Write the send and its invitations in one transaction; the engine of any desk carries it on.

    `timing` says when it may leave; without it that is `default_timing` of the event, and no undo window.
    Whoever is beyond the sender's daily limit waits until the next day, or the one after.
    Raises UserError("send_blocked") for a plan that may not start, UserError("nobody_left") when somebody else
    has invited everybody meanwhile, UserError("not_after_past") and UserError("not_before_too_late").
    """
    made, event, template = prepared.plan, prepared.event, prepared.template
    if not made.may_start or prepared.key is None:
        raise UserError(
            "send_blocked", blocker=made.blockers[0] if made.blockers else BlockerCode.NO_SENDER.value
        )
    async with database.read() as conn:
        now = await database_clock(conn)
    when = timing or default_timing(event, now)
    check_timing(when, now)
    new = NewSend(
        id=prepared.send_id,
        event_id=event.id,
        template_id=template.id,
        template_name=template.name,
        template_version=template.version,
        sender=prepared.key,
        practice=prepared.practice,
        planned_by=planner,
        rate=prepared.rate,
        time_zone=event.time_zone,
        not_before=when.not_before,
        not_after=when.not_after,
        quiet_start=when.quiet_start,
        quiet_end=when.quiet_end,
        undo_seconds=when.undo_seconds,
    )
    async with database.begin() as conn:
        used = prepared.daily_used if prepared.daily_limit is None else await reserve(conn)
        delays = waits((one.address for one in made.recipients), prepared.daily_limit, used)
        return await queue_send(
            conn,
            new,
            [_invitation(one, made, delay) for one, delay in zip(made.recipients, delays, strict=True)],
        )


def _invitation(recipient: Recipient, made: Plan, wait: float) -> NewInvitation:
    return NewInvitation(
        guest_id=recipient.guest_id,
        recipient=recipient.address,
        variables=recipient.values,
        body=recipient.body,
        content_sid=_content_sid(recipient, made),
        content_variables=recipient.content_variables if made.content_sid else None,
        language=recipient.template.language if recipient.template else None,
        template_version=recipient.template.version if recipient.template else None,
        template_version_id=recipient.template.version_id if recipient.template else None,
        parts=message_json(recipient.message),
        wait=wait,
        wait_reason=WaitReason.DAILY_LIMIT if wait else None,
        time_zone=recipient.time_zone,
        announced=recipient.announced,
    )


def _planned(
    guest: Guest,
    situation: Situation,
    languages: Collection[str],
    invited: Mapping[UUID, PriorInvitation],
    refusing: Collection[str],
    together: Mapping[str, tuple[str, ...]],
) -> PlannedGuest:
    event = situation.event
    choice = choose_language(
        guest.language, languages, situation.template.language, situation.options.languages
    )
    number = phone.read(guest.phone, event.default_region)
    return PlannedGuest(
        guest_id=guest.id,
        name=guest.name,
        phone=guest.phone,
        number=number,
        values=guest_values(guest, event, choice.language, together.get(household_key(guest.household), ())),
        invited=invited.get(guest.id),
        opted_out=number.e164 in refusing,
        time_zone=guest.time_zone or (None if number.e164 is None else phone.time_zone(number.e164)),
        choice=choice,
        household=household_key(guest.household),
        consent=guest.consent,
    )


def _content_sid(recipient: Recipient, made: Plan) -> str | None:
    """Return which approved template is posted to a guest, None when it is the text itself."""
    if made.content_sid is None:
        return None
    return recipient.template.content_sid if recipient.template else made.content_sid
