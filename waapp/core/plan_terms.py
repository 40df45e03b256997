"""What a plan is made of: guests and situation go in; recipients, exclusions, blockers and notices come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from waapp.core.events import Event
from waapp.core.guests import Consent
from waapp.core.language_choice import Choice
from waapp.core.pacing import SANDBOX_SENDER, sender_rate
from waapp.core.phone import Number
from waapp.core.rates import RateTable
from waapp.core.status import EngineState
from waapp.core.template import Malformation, Template
from waapp.core.template_parts import Message
from waapp.core.template_rules import Finding, Level


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
    """A guest's newest invitation with the same template, in the same mode; `by` names its planner.

    `taken` is how many Twilio has taken over and not given up.
    """

    engine_state: EngineState
    twilio_status: str | None
    at: datetime
    by: str
    taken: int = 0


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
    the text in its parts, `template` what it was made of: the variant in the language of `choice`. `announced` is
    how many messages with this template the planner knew the guest to have, and wants to add to.
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
    announced: int = 0


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
