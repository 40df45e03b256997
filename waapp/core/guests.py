"""Guests: what is stored, what a person may edit, and what one row of the list shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Final, NamedTuple
from uuid import UUID

from waapp.core.cells import is_chat_id
from waapp.core.events import is_time_zone
from waapp.core.languages import read_language
from waapp.core.phone import Number, PhoneProblem, read
from waapp.core.records import maker
from waapp.core.status import EngineState, Progress, Shown, shown

NAME_LIMIT: Final = 200
PHONE_LIMIT: Final = 50
EMAIL_LIMIT: Final = 320
GROUP_LIMIT: Final = 100
HOUSEHOLD_LIMIT: Final = 100
TAG_LIMIT: Final = 100
SOURCE_LIMIT: Final = 200
MOST_PLUS_ONES: Final = 99

# Deliberately loose: it finds slips, not every address that no server would take.
_EMAIL: Final = re.compile(r"[^\s@<>,;:\"()\[\]]+@[^\s@<>,;:\"()\[\]]+\.[^\s@<>,;:\"()\[\].]{2,}")


class Consent(StrEnum):
    """Whether a guest agreed to be written to."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest as stored.

    `phone` is E.164 when it could be read as such, else the text as it was given (so that it can be mended).
    `language` is a WhatsApp language code ("pt_BR", "en") or empty. `rsvp_status` is the web application's
    word ("pending", "yes", "no", …). `extra` holds further columns of the guest list, usable as variables.
    Guests of one `household` share its name. `plus_ones` counts who may come along. `time_zone` is an IANA name
    or empty. `consent_at` is aware UTC.
    """

    id: UUID
    event_id: UUID
    name: str
    phone: str = ""
    email: str = ""
    group: str = ""
    language: str = ""
    notes: str = ""
    rsvp_status: str = "pending"
    rsvp_count: int | None = None
    rsvp_token: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    updated_at: datetime | None = None
    tags: tuple[str, ...] = ()
    household: str = ""
    plus_ones: int = 0
    time_zone: str = ""
    consent: Consent = Consent.UNKNOWN
    consent_source: str = ""
    consent_at: datetime | None = None

    @property
    def draft(self) -> "GuestDraft":
        """Return the part that a person may set."""
        return GuestDraft(*_editable(self))

    def is_as(self, draft: "GuestDraft") -> bool:
        """Tell whether the part that a person may set is this one, at a third of the cost of making it."""
        return _editable(self) == _editable(draft)


@dataclass(frozen=True, slots=True)
class GuestDraft:
    """What a person may set of a guest; validated by `check_guest`."""

    name: str
    phone: str = ""
    email: str = ""
    group: str = ""
    language: str = ""
    notes: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    household: str = ""
    plus_ones: int = 0
    time_zone: str = ""
    consent: Consent = Consent.UNKNOWN
    consent_source: str = ""
    consent_at: datetime | None = None


make_draft: Final = maker(GuestDraft)
"""Makes a draft of all its fields: those of a long list are many."""
make_guest: Final = maker(Guest)
"""Makes a guest of all its fields: those of an event are many."""

_editable: Final = attrgetter(*(part.name for part in fields(GuestDraft)))


class Answer(StrEnum):
    """What a guest has answered, whatever word the web application has for it."""

    COMING = "coming"
    NOT_COMING = "not_coming"
    PERHAPS = "perhaps"
    NONE = "none"


COMING: Final = frozenset({"yes", "coming", "accepted", "attending", "confirmed"})
"""The words, in small letters, by which a web application may say that a guest comes."""

_ANSWERS: Final = {
    **dict.fromkeys(COMING, Answer.COMING),
    **dict.fromkeys(("no", "declined", "not_attending", "not_coming", "rejected"), Answer.NOT_COMING),
    **dict.fromkeys(("maybe", "tentative"), Answer.PERHAPS),
    **dict.fromkeys(("", "pending"), Answer.NONE),
}


def answer_of(rsvp_status: str) -> Answer | None:
    """Return what a stored word means; None for one that is not known here."""
    return _ANSWERS.get(rsvp_status.strip().lower())


class GuestRow(NamedTuple):
    """One row of the guest list: the guest and the newest invitation of the current mode (practice or real).

    A plain tuple because a hundred thousand of them are made at once. Times are aware UTC.
    """

    id: UUID
    name: str
    phone: str
    email: str
    group: str
    language: str
    rsvp_status: str
    rsvp_count: int | None
    updated_at: datetime
    invitation_id: UUID | None
    engine_state: EngineState | None
    twilio_status: str | None
    error_code: str | None
    next_retry_at: datetime | None
    invited_at: datetime | None
    changed_at: datetime
    tags: Sequence[str] = ()
    household: str = ""
    plus_ones: int = 0
    consent: str = Consent.UNKNOWN.value
    opted_out: bool = False

    @property
    def shown(self) -> Shown:
        """What the pill of this row says."""
        return shown_state(self.engine_state, self.twilio_status, self.next_retry_at is not None)

    @property
    def coming(self) -> bool:
        """Whether the guest has said yes."""
        return answer_of(self.rsvp_status) is Answer.COMING


@lru_cache(maxsize=256)
def shown_state(state: EngineState | None, word: str | None, retry_due: bool) -> Shown:
    """Return what a pill says for these columns; there are few combinations and many rows."""
    return shown(None if state is None else Progress(state, word, retry_due))


def check_guest(draft: GuestDraft, region: str | None, number: Number | None = None) -> dict[str, str]:
    """Return a problem's code for each field that should be mended; `waapp.texts.FIELDS` has the words.

    A phone may be missing. `region` reads national numbers, as the event's default, unless `number` is the phone
    as read already. Which problems do not prevent saving tells `may_be_saved`.
    """
    problems = {
        "name": _check_name(draft.name),
        "phone": _check_phone(draft.phone, region, number),
        "email": _check_email(draft.email),
        "group": "group_too_long" if len(draft.group.strip()) > GROUP_LIMIT else None,
        "language": _check_language(draft.language),
        "household": "household_too_long" if len(draft.household.strip()) > HOUSEHOLD_LIMIT else None,
        "tags": "tag_too_long" if any(len(tag.strip()) > TAG_LIMIT for tag in draft.tags) else None,
        "plus_ones": None if 0 <= draft.plus_ones <= MOST_PLUS_ONES else "plus_ones_unlikely",
        "time_zone": None if not draft.time_zone or is_time_zone(draft.time_zone) else "time_zone_unknown",
        "consent_source": "consent_source_too_long"
        if len(draft.consent_source.strip()) > SOURCE_LIMIT
        else None,
    }
    return {name: problem for name, problem in problems.items() if problem}


def may_be_saved(problem: str) -> bool:
    """Tell whether a guest with this problem can be stored all the same, to be mended later.

    A number that nobody can reach is worth keeping: it is what the guest gave.
    """
    return problem.startswith("phone_") and problem != "phone_too_long"


def is_email(text: str) -> bool:
    """Tell whether a text can be an e-mail address."""
    return len(text) <= EMAIL_LIMIT and _EMAIL.fullmatch(text) is not None and not is_chat_id(text)


def phone_key(phone: str, region: str | None) -> str | None:
    """Return the number in E.164 however it is written; None when it cannot be read."""
    if phone.startswith("+") and phone[1:].isascii() and phone[1:].isdigit():
        return phone
    return read(phone, region).e164


def _check_name(name: str) -> str | None:
    if not name.strip():
        return "guest_name_missing"
    return "guest_name_too_long" if len(name.strip()) > NAME_LIMIT else None


def _check_phone(phone: str, region: str | None, number: Number | None) -> str | None:
    if len(phone.strip()) > PHONE_LIMIT:
        return "phone_too_long"
    problem = (number or read(phone, region)).problem
    return None if problem in {None, PhoneProblem.EMPTY} else f"phone_{problem}"


def _check_email(email: str) -> str | None:
    email = email.strip()
    if not email:
        return None
    if len(email) > EMAIL_LIMIT:
        return "email_too_long"
    return None if is_email(email) else "email_wrong"


def _check_language(language: str) -> str | None:
    return "language_unknown" if language.strip() and read_language(language) is None else None
