"""Who gets an invitation, who is left out and why, and what speaks against sending at all."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from waapp.core.daily_limit import waits
from waapp.core.events import Event, is_day_only, zone
from waapp.core.guests import Consent
from waapp.core.languages import language_name
from waapp.core.pacing import PAIR_SECONDS, SANDBOX_RATE
from waapp.core.phone import PhoneProblem
from waapp.core.plan_terms import (
    FATAL,
    Assessment,
    Blocker,
    BlockerCode,
    Exclusion,
    Notice,
    NoticeCode,
    Options,
    Plan,
    PlannedGuest,
    PriorInvitation,
    Reason,
    Recipient,
    Situation,
    Variant,
)
from waapp.core.rates import RateTable
from waapp.core.status import EngineState, GuestStatus, guest_status
from waapp.core.template import Category, Template
from waapp.core.template_content import compile_content, render_message, variables_of
from waapp.core.template_rules import Level
from waapp.core.template_values import ValueProblem, check_message_values, event_gaps

__all__ = [
    "FATAL",
    "Assessment",
    "Blocker",
    "BlockerCode",
    "Exclusion",
    "Notice",
    "NoticeCode",
    "Options",
    "Plan",
    "PlannedGuest",
    "PriorInvitation",
    "Reason",
    "Recipient",
    "Situation",
    "Variant",
    "assess",
    "build",
    "finish",
]

_BY_PHONE: Final = {
    PhoneProblem.EMPTY: Reason.NO_NUMBER,
    PhoneProblem.NOT_A_NUMBER: Reason.NOT_A_NUMBER,
    PhoneProblem.IMPOSSIBLE: Reason.IMPOSSIBLE,
    PhoneProblem.LANDLINE: Reason.LANDLINE,
    PhoneProblem.PREMIUM: Reason.PREMIUM,
    PhoneProblem.SHARED_COST: Reason.PREMIUM,
    PhoneProblem.NEEDS_REGION: Reason.NEEDS_REGION,
    PhoneProblem.ROUNDED: Reason.ROUNDED,
}
_HAS_MESSAGE: Final = frozenset({Reason.ALREADY_INVITED, Reason.IN_PROGRESS, Reason.NOT_KNOWN_YET})


def assess(guest: PlannedGuest, situation: Situation) -> Assessment:
    """Decide about one guest by itself; `finish` adds what depends on the others."""
    verdict = _why_not(guest, situation)
    if verdict is not None:
        reason, detail = verdict
        return Exclusion(
            guest.guest_id, guest.name, guest.phone, reason, detail, guest.number.e164, guest.household
        )
    assert guest.number.e164 is not None  # noqa: S101 - a number without a problem has one
    template = situation.in_language(guest.choice)
    message = render_message(template, guest.values)
    return Recipient(
        guest.guest_id,
        guest.name,
        guest.phone,
        guest.number.e164,
        guest.number.region,
        {name: guest.values[name] for name in variables_of(template)},
        message.text,
        compile_content(template).content_variables(guest.values),
        guest.time_zone,
        message,
        template,
        guest.choice,
        guest.household,
        guest.consent,
        guest.invited.taken if guest.invited else 0,
    )


def finish(assessments: Iterable[Assessment], situation: Situation) -> Plan:
    """Combine the assessments of all guests, in the order of the guest list, into the plan.

    Give it everybody even when `only_guest_ids` restricts the send: those who are not chosen are no part of the
    plan, but a message that one of them has counts for all who share the phone.
    """
    everybody = list(assessments)
    only = situation.options.only_guest_ids
    chosen = [one for one in everybody if only is None or one.guest_id in only]
    if situation.options.one_per_phone:
        chosen = _one_per(_address, Reason.SAME_PHONE, chosen, everybody)
    if situation.options.one_per_household:
        chosen = _one_per(_household, Reason.HOUSEHOLD, chosen, everybody)
    recipients = tuple(one for one in chosen if isinstance(one, Recipient))
    excluded = tuple(one for one in chosen if isinstance(one, Exclusion))
    rates = situation.rates
    return Plan(
        recipients,
        excluded,
        tuple(_blockers(situation, recipients, excluded)),
        tuple(_warnings(situation, recipients)),
        situation.template.content_sid if situation.posts_template else None,
        None if rates is None else _cost(recipients, rates, situation),
        "" if rates is None else rates.currency,
        None if rates is None else rates.as_of,
        _seconds(recipients, situation.pace),
    )


def build(guests: Iterable[PlannedGuest], situation: Situation) -> Plan:
    """Plan a send in one go; for thousands of guests call `assess` in chunks, then `finish`."""
    return finish([assess(guest, situation) for guest in guests], situation)


def _why_not(guest: PlannedGuest, situation: Situation) -> tuple[Reason, dict[str, str]] | None:
    number = guest.number
    if number.problem is not None:
        return _BY_PHONE[number.problem], {"phone": number.display}
    if guest.opted_out:
        return Reason.OPTED_OUT, {}
    if guest.consent is Consent.NO:
        return Reason.CONSENT_REFUSED, {}
    prior = _prior(guest.invited, situation.options)
    if prior is not None:
        return prior
    template = situation.in_language(guest.choice)
    marketing = template.paid_category.upper() == Category.MARKETING.value
    us_matters = marketing and not situation.sandbox and not situation.options.allow_us_marketing
    if us_matters and number.region == "US":
        return Reason.US_MARKETING, {"phone": number.display}
    return _value_problem(check_message_values(template, guest.values), template, situation.event)


def _prior(prior: PriorInvitation | None, options: Options) -> tuple[Reason, dict[str, str]] | None:
    """Return what an earlier message forbids; one that may still leave or arrive is never doubled on request."""
    if prior is None:
        return None
    detail = {"by": prior.by, "at": prior.at.isoformat()}
    match prior.engine_state:
        case EngineState.UNKNOWN:
            return Reason.NOT_KNOWN_YET, detail
        case EngineState.QUEUED | EngineState.SENDING:
            return Reason.IN_PROGRESS, detail
        case EngineState.FAILED | EngineState.CANCELLED:
            return None
        case EngineState.ACCEPTED:
            arrived_not = guest_status(prior.twilio_status) is GuestStatus.FAILED
            if arrived_not or options.include_already_invited:
                return None
            return Reason.ALREADY_INVITED, detail


def _value_problem(
    problems: Iterable[ValueProblem], template: Template, event: Event
) -> tuple[Reason, dict[str, str]] | None:
    for problem in problems:
        if problem.level is not Level.ERROR:
            continue
        detail = {"code": problem.code} | {name: str(value) for name, value in problem.params.items()}
        if problem.code == "value_missing":
            if problem.name in event_gaps(variables_of(template), event):
                return Reason.EVENT_INCOMPLETE, detail
            return Reason.MISSING_VALUE, detail
        return (Reason.BAD_VALUE if problem.name else Reason.TOO_LONG), detail
    return None


def _address(one: Assessment) -> str | None:
    return one.address


def _household(one: Assessment) -> str | None:
    return one.household or None


def _one_per(
    key: Callable[[Assessment], str | None],
    reason: Reason,
    chosen: list[Assessment],
    everybody: list[Assessment],
) -> list[Assessment]:
    """Leave one message for all who share a key: where nobody has one yet, for the first in the list."""
    holders = {
        shared: one.name
        for one in reversed(everybody)
        if isinstance(one, Exclusion) and one.reason in _HAS_MESSAGE and (shared := key(one)) is not None
    }
    result: list[Assessment] = []
    for one in chosen:
        shared = key(one)
        if isinstance(one, Recipient) and shared is not None:
            if shared in holders:
                detail = {"other": holders[shared]}
                result.append(
                    Exclusion(one.guest_id, one.name, one.phone, reason, detail, one.address, one.household)
                )
                continue
            holders[shared] = one.name
        result.append(one)
    return result


def _blockers(
    situation: Situation,
    recipients: tuple[Recipient, ...],
    excluded: tuple[Exclusion, ...],
) -> Iterator[Blocker]:
    template = situation.template
    if not situation.practice:
        if situation.sender is None:
            yield Blocker(BlockerCode.NO_SENDER)
        if situation.account_trouble is not None:
            yield Blocker(BlockerCode.ACCOUNT_PAUSED, {"error": situation.account_trouble})
        if situation.event.sample:
            yield Blocker(BlockerCode.SAMPLE_EVENT_REAL, {"event": situation.event.name})
        if not situation.sandbox and not situation.approved:
            yield Blocker(
                BlockerCode.TEMPLATE_NOT_APPROVED,
                {"template": template.display_name, "status": template.approval_status},
            )
    if not template.is_active:
        yield Blocker(BlockerCode.TEMPLATE_INACTIVE, {"template": template.display_name})
    broken = _error_codes(situation, fatal=True)
    if broken:
        yield Blocker(BlockerCode.TEMPLATE_ERRORS, {"template": template.display_name, "findings": broken})
    gaps = event_gaps(variables_of(template), situation.event)
    if gaps:
        yield Blocker(BlockerCode.EVENT_INCOMPLETE, {"event": situation.event.name, "names": gaps})
    if not recipients and not gaps:
        yield Blocker(BlockerCode.NOBODY_LEFT, {"excluded": len(excluded)})


def _warnings(situation: Situation, recipients: tuple[Recipient, ...]) -> Iterator[Notice]:
    if situation.practice:
        yield Notice(NoticeCode.PRACTICE)
    elif situation.sandbox:
        yield Notice(NoticeCode.SANDBOX_JOIN)
        yield Notice(NoticeCode.SANDBOX_PACE, {"seconds": round(1 / SANDBOX_RATE)})
    if not situation.posts_template and not situation.approved:
        yield Notice(NoticeCode.BODY_IS_SENT, {"template": situation.template.display_name})
    yield from _language_notices(situation, recipients)
    rules = _error_codes(situation, fatal=False)
    if rules and not situation.approved:
        yield Notice(NoticeCode.TEMPLATE_RULES, {"findings": rules})
    if _is_past(situation.event, situation.now):
        yield Notice(NoticeCode.EVENT_PAST, {"event": situation.event.name})
    people = {recipient.address for recipient in recipients}
    limit = situation.daily_limit
    if limit is not None and situation.daily_used + len(people) > limit:
        over = min(len(people), situation.daily_used + len(people) - limit)
        longest = max(waits((one.address for one in recipients), limit, situation.daily_used))
        last = situation.now + timedelta(seconds=longest)
        yield Notice(
            NoticeCode.OVER_DAILY_LIMIT,
            {
                "limit": limit,
                "used": situation.daily_used,
                "over": over,
                "until": last.astimezone(zone(situation.event.time_zone)).date(),
            },
        )
    if len(people) < len(recipients):
        yield Notice(NoticeCode.SHARED_PHONES, {"messages": len(recipients) - len(people)})
    together = Counter(recipient.household for recipient in recipients if recipient.household)
    if several := sum(count - 1 for count in together.values()):
        yield Notice(NoticeCode.SHARED_HOUSEHOLDS, {"messages": several})
    consents = Counter(recipient.consent for recipient in recipients)
    # Where nobody was ever asked, the planner does not keep such a list.
    if consents[Consent.YES] and consents[Consent.UNKNOWN]:
        yield Notice(NoticeCode.CONSENT_UNKNOWN, {"guests": consents[Consent.UNKNOWN]})


def _language_notices(situation: Situation, recipients: tuple[Recipient, ...]) -> Iterator[Notice]:
    """Say for each language that guests want and do not get how many they are, and why."""
    missed = Counter(
        (one.choice.wanted, one.choice.language)
        for one in recipients
        if one.choice is not None and not one.choice.is_understood
    )
    troubles = {one.template.language: situation.trouble(one) for one in situation.variants}
    for (wanted, shown), count in sorted(missed.items()):
        near = (code for code in troubles if code.partition("_")[0] == wanted.partition("_")[0])
        existing = wanted if wanted in troubles else next(near, None)
        trouble = None if existing is None else troubles[existing]
        params = {
            "language": language_name(wanted),
            "code": wanted,
            "shown": language_name(shown),
            "guests": count,
        }
        yield Notice(trouble or NoticeCode.LANGUAGE_MISSING, params)


def _error_codes(situation: Situation, *, fatal: bool) -> tuple[str, ...]:
    """Return the codes of errors: the fatal ones would be sent as they stand, the others only cost approval."""
    errors = (finding.code for finding in situation.findings if finding.level is Level.ERROR)
    return tuple(dict.fromkeys(code for code in errors if (code in FATAL) is fatal))


def _is_past(event: Event, now: datetime) -> bool:
    if event.date is None:
        return False
    if is_day_only(event.date, event.time_zone):
        local = zone(event.time_zone)
        return event.date.astimezone(local).date() < now.astimezone(local).date()
    return event.date < now


def _cost(recipients: Iterable[Recipient], rates: RateTable, situation: Situation) -> Decimal:
    kinds = Counter(
        (recipient.region, (recipient.template or situation.template).paid_category)
        for recipient in recipients
    )
    return sum(
        (rates.price(region, category) * count for (region, category), count in kinds.items()), Decimal(0)
    )


def _seconds(recipients: tuple[Recipient, ...], rate: float) -> float:
    if not recipients:
        return 0.0
    most_for_one = max(Counter(recipient.address for recipient in recipients).values())
    return max(len(recipients) / rate, (most_for_one - 1) * PAIR_SECONDS)
