"""What a plan says, in rows: what blocks it, who is left out and why, what to know, and what is fine."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from waapp.core.plan import BlockerCode, Exclusion, Notice, NoticeCode, Options, Reason
from waapp.engine.plans import Prepared
from waapp.gui.moments import on_day
from waapp.gui.texts import number
from waapp.texts import blocker, exclusion, notice, reason_count, tr, variable

_NAMED: Final = 2
"""With so many guests or fewer, a row names them itself."""

_NAMED_LANGUAGES: Final = 4


class Remedy(StrEnum):
    """What the button of a row does."""

    GUESTS = "guests"
    TEMPLATE = "template"
    MESSAGES = "messages"
    SETTINGS = "settings"
    EVENT = "event"
    EVERYBODY = "everybody"
    INCLUDE_INVITED = "include_invited"
    LEAVE_INVITED = "leave_invited"
    ONE_EACH = "one_each"
    ONE_PER_PHONE = "one_per_phone"
    ONE_EACH_AT_HOME = "one_each_at_home"
    ONE_PER_HOUSEHOLD = "one_per_household"
    INCLUDE_US = "include_us"
    LEAVE_US = "leave_us"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One line of the review; `token` is its weight, `left_out` are the guests that it is about.

    `key` stays the same from plan to plan, so that an opened list of names stays open.
    """

    key: str
    token: str
    text: str
    detail: str = ""
    remedy: Remedy | None = None
    label: str = ""
    left_out: tuple[Exclusion, ...] = ()
    is_strong: bool = True


_NUMBERS: Final = frozenset(
    {
        Reason.NO_NUMBER,
        Reason.NOT_A_NUMBER,
        Reason.IMPOSSIBLE,
        Reason.NEEDS_REGION,
        Reason.ROUNDED,
        Reason.LANDLINE,
        Reason.PREMIUM,
    }
)
_LANGUAGES: Final = frozenset(
    {NoticeCode.LANGUAGE_MISSING, NoticeCode.LANGUAGE_NOT_APPROVED, NoticeCode.LANGUAGE_ERRORS}
)
_TOKENS: Final = {
    Reason.OPTED_OUT: "failed",
    Reason.MISSING_VALUE: "unknown",
    Reason.BAD_VALUE: "unknown",
    Reason.TOO_LONG: "unknown",
    Reason.US_MARKETING: "unknown",
    Reason.NOT_KNOWN_YET: "unknown",
}
_BLOCKER_REMEDIES: Final = {
    BlockerCode.NO_SENDER: Remedy.SETTINGS,
    BlockerCode.ACCOUNT_PAUSED: Remedy.SETTINGS,
    BlockerCode.SAMPLE_EVENT_REAL: Remedy.SETTINGS,
    BlockerCode.TEMPLATE_INACTIVE: Remedy.TEMPLATE,
    BlockerCode.TEMPLATE_ERRORS: Remedy.TEMPLATE,
    BlockerCode.TEMPLATE_NOT_APPROVED: Remedy.TEMPLATE,
    BlockerCode.EVENT_INCOMPLETE: Remedy.EVENT,
}


def review_rows(prepared: Prepared, again: Sequence[Exclusion] = ()) -> list[ReviewRow]:
    """Return the rows of a plan, the gravest first; `again` are the guests for whom "include anyway" mattered."""
    plan = prepared.plan
    by_reason: dict[Reason, list[Exclusion]] = {}
    for one in plan.excluded:
        by_reason.setdefault(one.reason, []).append(one)
    rows = [
        ReviewRow(
            f"blocker.{each.code.value}",
            "failed",
            blocker(each),
            remedy=_BLOCKER_REMEDIES.get(each.code),
            label=_remedy_word(_BLOCKER_REMEDIES.get(each.code)),
        )
        for each in plan.blockers
    ]
    rows += [_reason_row(reason, by_reason[reason]) for reason in Reason if reason in by_reason]
    rows += _choices(prepared.options, again)
    rows += [_notice_row(each) for each in plan.warnings if each.code not in _LANGUAGES]
    rows += _language_rows(plan.warnings)
    rows += _fine(prepared, by_reason.keys())
    weights = ("failed", "unknown", "queued", "delivered")
    rows.sort(key=lambda row: (not row.key.startswith("blocker"), weights.index(row.token)))
    return rows


@dataclass(frozen=True, slots=True)
class EarlierSend:
    """Who sent this message to how many of the guests, and on which day; either may be unknown."""

    by: str
    day: str
    guests: int


def earlier_sends(left_out: Sequence[Exclusion]) -> list[EarlierSend]:
    """Return who has sent the message to these guests and when, the latest first."""
    newest_first = sorted(left_out, key=lambda one: one.detail.get("at", ""), reverse=True)
    counts = Counter(
        (
            one.detail.get("by", ""),
            on_day(datetime.fromisoformat(one.detail["at"])) if one.detail.get("at") else "",
        )
        for one in newest_first
    )
    return [EarlierSend(by, day, guests) for (by, day), guests in counts.items()]


def earlier_line(earlier: EarlierSend) -> str:
    """Return the sentence about an earlier send: who has sent this to how many of the guests, and when."""
    params = {"who": earlier.by or tr("Somebody"), "n": earlier.guests, "day": earlier.day or tr("earlier")}
    return tr("{who} sent this template to {n:of these guests|of these guests} {day}.", **params)


def name_lines(left_out: Sequence[Exclusion]) -> list[str]:
    """Return a line for each guest who is left out: name, number, why."""
    lines = []
    for one in left_out:
        # Isolated: a right-to-left name must not carry the number to its other side.
        parts = [f"\u2068{one.name or tr('No name')}\u2069", f"\u2068{one.phone}\u2069" if one.phone else ""]
        lines.append(" · ".join([part for part in parts if part] + [exclusion(one)]))
    return lines


def _reason_row(reason: Reason, left_out: list[Exclusion]) -> ReviewRow:
    remedy = _remedy(reason)
    token = "failed" if reason in _NUMBERS else _TOKENS.get(reason, "queued")
    return ReviewRow(
        f"reason.{reason.value}",
        token,
        reason_count(reason, len(left_out)),
        _reason_detail(reason, left_out),
        remedy,
        _reason_label(reason, remedy),
        tuple(left_out),
    )


def _remedy(reason: Reason) -> Remedy | None:
    if reason in _NUMBERS:
        return Remedy.GUESTS
    match reason:
        case Reason.MISSING_VALUE | Reason.BAD_VALUE:
            return Remedy.GUESTS
        case Reason.TOO_LONG:
            return Remedy.TEMPLATE
        case Reason.ALREADY_INVITED:
            return Remedy.INCLUDE_INVITED
        case Reason.SAME_PHONE:
            return Remedy.ONE_EACH
        case Reason.HOUSEHOLD:
            return Remedy.ONE_EACH_AT_HOME
        case Reason.CONSENT_REFUSED:
            return Remedy.GUESTS
        case Reason.US_MARKETING:
            return Remedy.INCLUDE_US
        case Reason.IN_PROGRESS | Reason.NOT_KNOWN_YET:
            return Remedy.MESSAGES
        case _:
            return None


def _reason_label(reason: Reason, remedy: Remedy | None) -> str:
    if reason in _NUMBERS:
        return tr("Fix numbers")
    if reason in {Reason.MISSING_VALUE, Reason.BAD_VALUE}:
        return tr("Fill in")
    return _remedy_word(remedy)


def _remedy_word(remedy: Remedy | None) -> str:  # noqa: C901 - one arm per remedy
    match remedy:
        case Remedy.GUESTS:
            return tr("Open guests")
        case Remedy.TEMPLATE:
            return tr("Open template")
        case Remedy.MESSAGES:
            return tr("Open messages")
        case Remedy.SETTINGS:
            return tr("Open settings")
        case Remedy.EVENT:
            return tr("Complete the event")
        case Remedy.EVERYBODY:
            return tr("Everybody")
        case Remedy.INCLUDE_INVITED | Remedy.INCLUDE_US:
            return tr("Include anyway")
        case Remedy.LEAVE_INVITED | Remedy.LEAVE_US:
            return tr("Do not import")
        case Remedy.ONE_EACH | Remedy.ONE_EACH_AT_HOME:
            return tr("One each")
        case Remedy.ONE_PER_HOUSEHOLD:
            return tr("One per household")
        case Remedy.ONE_PER_PHONE:
            return tr("One per phone")
        case None:
            return ""


def _reason_detail(reason: Reason, left_out: list[Exclusion]) -> str:
    match reason:
        case Reason.ALREADY_INVITED | Reason.IN_PROGRESS | Reason.NOT_KNOWN_YET:
            return ", ".join(_by_whom(each) for each in earlier_sends(left_out))
        case Reason.MISSING_VALUE | Reason.BAD_VALUE:
            names = dict.fromkeys(variable(one.detail.get("name", "")) for one in left_out)
            return ", ".join(name for name in names if name)
        case Reason.SAME_PHONE:
            return tr("one message for each phone")
        case Reason.HOUSEHOLD:
            return tr("one message for each household")
        case _ if len(left_out) <= _NAMED:
            return ", ".join(f"\u2068{one.name or tr('No name')}\u2069" for one in left_out)
        case _:
            return ""


def _by_whom(earlier: EarlierSend) -> str:
    if earlier.by and earlier.day:
        return tr("{day} by {who}", day=earlier.day, who=earlier.by)
    return tr("by {who}", who=earlier.by) if earlier.by else earlier.day


def _choices(options: Options, again: Sequence[Exclusion]) -> list[ReviewRow]:
    """Return what the planner has chosen for this send, each with the way back."""
    rows = []
    if options.only_guest_ids is not None:
        rows.append(
            ReviewRow(
                "choice.only",
                "queued",
                tr("Only {n:chosen guest|chosen guests}", n=len(options.only_guest_ids)),
                tr("nobody else gets it"),
                Remedy.EVERYBODY,
                _remedy_word(Remedy.EVERYBODY),
            )
        )
    if options.include_already_invited:
        rows.append(
            ReviewRow(
                "choice.invited",
                "unknown",
                tr("{n:guest gets|guests get} this message again", n=len(again)),
                tr("you chose to include them"),
                Remedy.LEAVE_INVITED,
                _remedy_word(Remedy.LEAVE_INVITED),
                tuple(again),
            )
        )
    if not options.one_per_phone:
        rows.append(
            ReviewRow(
                "choice.phones",
                "queued",
                tr("Guests who share a phone get a message each"),
                "",
                Remedy.ONE_PER_PHONE,
                _remedy_word(Remedy.ONE_PER_PHONE),
            )
        )
    if options.allow_us_marketing:
        rows.append(
            ReviewRow(
                "choice.us",
                "unknown",
                tr("US numbers are included"),
                tr("WhatsApp will most likely not deliver there"),
                Remedy.LEAVE_US,
                _remedy_word(Remedy.LEAVE_US),
            )
        )
    return rows


def _notice_row(each: Notice) -> ReviewRow:
    match each.code:
        case NoticeCode.TEMPLATE_RULES | NoticeCode.BODY_IS_SENT:
            remedy: Remedy | None = Remedy.TEMPLATE
        case NoticeCode.SHARED_HOUSEHOLDS:
            remedy = Remedy.ONE_PER_HOUSEHOLD
        case _:
            remedy = None
    return ReviewRow(
        f"notice.{each.code.value}",
        "queued" if each.code in {NoticeCode.PRACTICE, NoticeCode.SHARED_HOUSEHOLDS} else "unknown",
        notice(each),
        remedy=remedy,
        label=_remedy_word(remedy),
        is_strong=False,
    )


def _language_rows(notices: Sequence[Notice]) -> list[ReviewRow]:
    """Return one row for all languages that are missing for the same reason, the commonest language first."""
    alike: dict[tuple[NoticeCode, object], list[Notice]] = {}
    for each in notices:
        if each.code in _LANGUAGES:
            alike.setdefault((each.code, each.params["shown"]), []).append(each)
    rows = []
    for (code, shown), several in alike.items():
        text, detail = notice(several[0]), ""
        if len(several) > 1:
            several.sort(key=lambda each: (-_guests_of(each), str(each.params["language"])))
            text = _languages_word(code, sum(map(_guests_of, several)), shown)
            named = [
                f"{each.params['language']} {number(_guests_of(each))}" for each in several[:_NAMED_LANGUAGES]
            ]
            detail = ", ".join(named) + (" …" if len(several) > _NAMED_LANGUAGES else "")
        rows.append(ReviewRow(f"notice.{code.value}.{shown}", "unknown", text, detail, is_strong=False))
    return rows


def _guests_of(each: Notice) -> int:
    return int(str(each.params["guests"]))


def _languages_word(code: NoticeCode, guests: int, shown: object) -> str:
    match code:
        case NoticeCode.LANGUAGE_NOT_APPROVED:
            text = tr("{n:guest speaks|guests speak} languages that WhatsApp has not approved yet: they get {shown}.",
                      n=guests, shown=shown)  # fmt: skip
        case NoticeCode.LANGUAGE_ERRORS:
            text = tr("{n:guest speaks|guests speak} languages whose texts have mistakes: they get {shown}.",
                      n=guests, shown=shown)  # fmt: skip
        case _:
            text = tr("{n:guest speaks|guests speak} languages that the template has no text in: they get {shown}.",
                      n=guests, shown=shown)  # fmt: skip
    return text


def _fine(prepared: Prepared, present: AbstractSet[Reason]) -> list[ReviewRow]:
    """Return what was looked at and found in order, so that silence need not be trusted."""
    plan = prepared.plan
    rows = []
    if plan.content_sid is not None:
        rows.append(ReviewRow("fine.approved", "delivered", tr("WhatsApp has approved the template")))
    if plan.recipients and not present & _NUMBERS:
        rows.append(
            ReviewRow("fine.numbers", "delivered", tr("Every guest has a number that can get messages"))
        )
    if plan.recipients and not present & {Reason.MISSING_VALUE, Reason.BAD_VALUE, Reason.TOO_LONG}:
        rows.append(ReviewRow("fine.values", "delivered", tr("Nothing is missing in any message")))
    if plan.recipients and not prepared.options.include_already_invited:
        rows.append(ReviewRow("fine.once", "delivered", tr("Nobody gets this message twice")))
    return rows
