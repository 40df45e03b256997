"""Who gets an invitation, who is left out and why, and what speaks against sending at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from waapp.core.phone import Number
from waapp.core.rates import RateTable
from waapp.core.status import EngineState
from waapp.core.template import Template
from waapp.core.template_rules import Finding


class Reason(StrEnum):
    """Why a guest is left out of a send."""

    NO_NUMBER = "no_number"
    NOT_A_NUMBER = "not_a_number"
    NEEDS_REGION = "needs_region"
    ROUNDED = "rounded"
    LANDLINE = "landline"
    PREMIUM = "premium"
    OPTED_OUT = "opted_out"
    ALREADY_INVITED = "already_invited"
    IN_PROGRESS = "in_progress"
    NOT_KNOWN_YET = "not_known_yet"
    SAME_PHONE = "same_phone"
    MISSING_VALUE = "missing_value"
    BAD_VALUE = "bad_value"
    TOO_LONG = "too_long"
    US_MARKETING = "us_marketing"


class BlockerCode(StrEnum):
    """Why the send as a whole cannot start."""

    NO_SENDER = "no_sender"
    ACCOUNT_PAUSED = "account_paused"
    SAMPLE_EVENT_REAL = "sample_event_real"
    TEMPLATE_INACTIVE = "template_inactive"
    TEMPLATE_ERRORS = "template_errors"
    TEMPLATE_NOT_APPROVED = "template_not_approved"
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
    US_MARKETING = "us_marketing"
    SHARED_PHONES = "shared_phones"


@dataclass(frozen=True, slots=True)
class PriorInvitation:
    """A guest's newest invitation with the same template, in the same mode; `by` names its planner."""

    engine_state: EngineState
    twilio_status: str | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PlannedGuest:
    """What the plan must know of one guest; `values` come from `template_values.guest_values`."""

    guest_id: UUID
    name: str
    phone: str
    number: Number
    values: Mapping[str, str]
    invited: PriorInvitation | None = None
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """What the planner may decide about a send; `only_guest_ids` restricts it to a selection."""

    only_guest_ids: frozenset[UUID] | None = None
    include_already_invited: bool = False
    one_per_phone: bool = True
    allow_us_marketing: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What is true of the template, the event, the account and the desk at the moment of planning.

    `sender` is the WhatsApp number in E.164 and None where none is chosen; practice mode needs none.
    `findings` are those of `template_rules.check`. `daily_limit` is how many people the account may write to
    in 24 hours (None: unlimited or not known) and `daily_used` how many it has. `account_trouble` is the code
    that has stopped the account.
    """

    template: Template
    now: datetime
    event_date: datetime | None
    event_is_sample: bool = False
    practice: bool = True
    sender: str | None = None
    findings: tuple[Finding, ...] = ()
    rate: float = 80
    daily_limit: int | None = None
    daily_used: int = 0
    account_trouble: str | None = None
    rates: RateTable | None = None
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A guest who gets a message: exactly this text, to exactly this address (E.164)."""

    guest_id: UUID
    name: str
    address: str
    region: str | None
    values: Mapping[str, str]
    body: str
    content_variables: Mapping[str, str]


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
    raise NotImplementedError


def finish(assessments: Iterable[Assessment], situation: Situation) -> Plan:
    """Combine the assessments of all guests, in the order of the guest list, into the plan."""
    raise NotImplementedError


def build(guests: Iterable[PlannedGuest], situation: Situation) -> Plan:
    """Plan a send in one go; for thousands of guests call `assess` in chunks, then `finish`."""
    return finish([assess(guest, situation) for guest in selected(guests, situation.options)], situation)


def selected(guests: Iterable[PlannedGuest], options: Options) -> list[PlannedGuest]:
    """Return the guests that the planner chose; the rest are no part of the plan."""
    chosen = options.only_guest_ids
    return [guest for guest in guests if chosen is None or guest.guest_id in chosen]
