"""Who gets an invitation, who is left out and why, and what speaks against sending at all."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from waapp.core.daily_limit import waits
from waapp.core.events import Event, is_day_only, zone
from waapp.core.guests import Consent
from waapp.core.language_choice import Choice
from waapp.core.languages import language_name
from waapp.core.pacing import PAIR_SECONDS, SANDBOX_RATE, SANDBOX_SENDER, sender_rate
from waapp.core.phone import Number, PhoneProblem
from waapp.core.rates import RateTable
from waapp.core.status import EngineState, GuestStatus, guest_status
from waapp.core.template import Category, Malformation, Template
from waapp.core.template_content import compile_content, render_message, variables_of
from waapp.core.template_parts import Message
from waapp.core.template_rules import Finding, Level
from waapp.core.template_values import ValueProblem, check_message_values, event_gaps


class Reason(StrEnum):
    """Why a guest is left out of a send."""

    NO_NUMBER = "no_number"
    NOT_A_NUMBER = "not_a_number"
    IMPOSSIBLE = "impossible"
    NEEDS_REGION = "needs_region"
    ROUNDED = "rounded"
    LANDLINE = "landline"
    PREMIUM = "premium"
    OPTED_OUT = "opted_out"
    CONSENT_REFUSED = "consent_refused"
    ALREADY_INVITED = "already_invited"
    IN_PROGRESS = "in_progress"
    NOT_KNOWN_YET = "not_known_yet"
    SAME_PHONE = "same_phone"
    HOUSEHOLD = "household"
    EVENT_INCOMPLETE = "event_incomplete"
    MISSING_VALUE = "missing_value"
    BAD_VALUE = "bad_value"
    TOO_LONG = "too_long"
    US_MARKETING = "us_marketing"


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
# What is no well-formed placeholder, or one that no guest can fill, would reach people as braces.
FATAL: Final = frozenset({*(kind.value for kind in Malformation), "unknown_variable"})


class BlockerCode(StrEnum):
    """Why the send as a whole cannot start."""

    NO_SENDER = "no_sender"
    ACCOUNT_PAUSED = "account_paused"
    SAMPLE_EVENT_REAL = "sample_event_real"
    TEMPLATE_INACTIVE = "template_inactive"
    TEMPLATE_ERRORS = "template_errors"
    TEMPLATE_NOT_APPROVED = "template_not_approved"
    EVENT_INCOMPLETE = "event_incomplete"
    NOBODY_LEFT = "nobody_left"


class NoticeCode(StrEnum):
    """What the planner should know before sending, although the send can start."""

    PRACTICE = "practice"
    EVENT_PAST = "event_past"
    OVER_DAILY_LIMIT = "over_daily_limit"
    BODY_IS_SENT = "body_is_sent"
    TEMPLATE_RULES = "template_rules"
    SANDBOX_PACE = "sandbox_pace"
    SANDBOX_JOIN = "sandbox_join"
    SHARED_PHONES = "shared_phones"
    LANGUAGE_MISSING = "language_missing"
    LANGUAGE_NOT_APPROVED = "language_not_approved"
    LANGUAGE_ERRORS = "language_errors"
    SHARED_HOUSEHOLDS = "shared_households"
    CONSENT_UNKNOWN = "consent_unknown"


@dataclass(frozen=True, slots=True)
class PriorInvitation:
    """A guest's newest invitation with the same template, in the same mode; `by` names its planner."""

    engine_state: EngineState
    twilio_status: str | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PlannedGuest:
    """What the plan must know of one guest; `values` come from `template_values.guest_values`.

    `time_zone` is where the guest is known to be, None where it is not known. `choice` is the language that was
    chosen among `Situation.languages` (None: the main one); the values are in it. `household` is
    `households.household_key`, empty for none.
    """

    guest_id: UUID
    name: str
    phone: str
    number: Number
    values: Mapping[str, str]
    invited: PriorInvitation | None = None
    opted_out: bool = False
    time_zone: str | None = None
    choice: Choice | None = None
    household: str = ""
    consent: Consent = Consent.UNKNOWN


@dataclass(frozen=True, slots=True)
class Options:
    """What the planner may decide about a send; `only_guest_ids` restricts it to a selection.

    `languages` are tried in turn for guests whose own language the template does not have.
    """

    only_guest_ids: frozenset[UUID] | None = None
    include_already_invited: bool = False
    one_per_phone: bool = True
    one_per_household: bool = False
    allow_us_marketing: bool = False
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """A template's text in a further language, with what `template_rules.check_message` finds in it."""

    template: Template
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """What is true of the template, the event, the account and the desk at the moment of planning.

    `sender` is the WhatsApp number in E.164 and None where none is chosen; practice mode needs none.
    `findings` are those of `template_rules.check_message`. `daily_limit` is how many people the account may write to
    in 24 hours (None: unlimited or not known) and `daily_used` how many it has. `account_trouble` is the code
    that has stopped the account.
    """

    template: Template
    event: Event
    now: datetime
    practice: bool = True
    sender: str | None = None
    findings: tuple[Finding, ...] = ()
    rate: float = 80
    daily_limit: int | None = None
    daily_used: int = 0
    account_trouble: str | None = None
    rates: RateTable | None = None
    options: Options = field(default_factory=Options)
    variants: tuple[Variant, ...] = ()

    @property
    def sandbox(self) -> bool:
        """Tell whether messages leave through Twilio's shared number for trying things out."""
        return not self.practice and self.sender == SANDBOX_SENDER

    @property
    def pace(self) -> float:
        """Return the messages per second that will leave."""
        return self.rate if self.practice else sender_rate(self.sender, self.rate)

    @property
    def approved(self) -> bool:
        """Tell whether WhatsApp has approved the template, so that it can be posted by its name."""
        return self.template.is_approved and self.template.content_sid is not None

    @property
    def posts_template(self) -> bool:
        """Tell whether the approved template is posted; practice mode and the sandbox get the text itself."""
        return self.approved and not self.practice and not self.sandbox

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that can be sent: the main one, and those that nothing speaks against."""
        return (
            self.template.language,
            *(one.template.language for one in self.variants if self.trouble(one) is None),
        )

    def trouble(self, variant: Variant) -> NoticeCode | None:
        """Return what keeps a language from being sent."""
        if any(one.level is Level.ERROR and one.code in FATAL for one in variant.findings):
            return NoticeCode.LANGUAGE_ERRORS
        free = self.practice or self.sandbox
        approved = variant.template.is_approved and variant.template.content_sid is not None
        return None if free or approved else NoticeCode.LANGUAGE_NOT_APPROVED

    def in_language(self, choice: Choice | None) -> Template:
        """Return what the template says in a language that was chosen."""
        if choice is not None:
            for one in self.variants:
                if one.template.language == choice.language:
                    return one.template
        return self.template


@dataclass(frozen=True, slots=True)
class Recipient:
    """A guest who gets a message: exactly this text, to exactly this address (E.164).

    `values` are those that the text uses, by name; `content_variables` the same by Twilio's numbers. `message` is
    the text in its parts, `template` what it was made of: the variant in the language of `choice`.
    """

    guest_id: UUID
    name: str
    phone: str
    address: str
    region: str | None
    values: Mapping[str, str]
    body: str
    content_variables: Mapping[str, str]
    time_zone: str | None = None
    message: Message = Message("")  # noqa: RUF009 - frozen
    template: Template | None = None
    choice: Choice | None = None
    household: str = ""
    consent: Consent = Consent.UNKNOWN


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A guest who is left out. `detail` fills the placeholders of the reason's words.

    `address` is the number, where there is one, so that the rest of a household can be told.
    """

    guest_id: UUID
    name: str
    phone: str
    reason: Reason
    detail: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None
    household: str = ""


Assessment = Recipient | Exclusion


@dataclass(frozen=True, slots=True)
class Blocker:
    """A reason not to send at all; `params` fill the placeholders of its words."""

    code: BlockerCode
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning about the send; `params` fill the placeholders of its words."""

    code: NoticeCode
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """A send before it is queued: every guest is in `recipients` or in `excluded`, never in both.

    `content_sid` is the approved template to post; None means that the text itself is posted.
    `estimated_cost` (in `currency`, from rates of `rates_as_of`) is None where no rates are known.
    `seconds` is how long handing over takes at the sender's pace.
    """

    recipients: tuple[Recipient, ...]
    excluded: tuple[Exclusion, ...]
    blockers: tuple[Blocker, ...]
    warnings: tuple[Notice, ...]
    content_sid: str | None
    estimated_cost: Decimal | None
    currency: str
    rates_as_of: date | None
    seconds: float

    @property
    def may_start(self) -> bool:
        """Tell whether nothing blocks the send."""
        return not self.blockers


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
