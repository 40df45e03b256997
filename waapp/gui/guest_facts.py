"""What the guest list says about a row beyond its columns: filter, reachability, answer, search text."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from waapp.core.guests import Answer, GuestRow, answer_of, shown_state
from waapp.core.phone import PhoneProblem, read
from waapp.core.status import Shown
from waapp.texts import state as state_word
from waapp.texts import tr


class GuestFilter(StrEnum):
    """The chips above the guest list."""

    ALL = "all"
    NOT_INVITED = "not_invited"
    ON_THE_WAY = "on_the_way"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    LOOK = "look"


_BY_SHOWN: Final = {
    Shown.NONE: GuestFilter.NOT_INVITED,
    # Stopped before it left: the guest has received nothing.
    Shown.CANCELLED: GuestFilter.NOT_INVITED,
    Shown.QUEUED: GuestFilter.ON_THE_WAY,
    Shown.WAITING: GuestFilter.ON_THE_WAY,
    Shown.SENDING: GuestFilter.ON_THE_WAY,
    Shown.SENT: GuestFilter.ON_THE_WAY,
    Shown.DELIVERED: GuestFilter.DELIVERED,
    Shown.READ: GuestFilter.READ,
    Shown.FAILED: GuestFilter.FAILED,
    # Neither sent nor not sent: only a person can tell, so it belongs to what needs a look and nowhere else.
    Shown.UNKNOWN: GuestFilter.LOOK,
}

# Who has none, or one that cannot be read, counts as such; the others have a number of the wrong kind.
_NO_NUMBER: Final = frozenset(
    {PhoneProblem.EMPTY, PhoneProblem.NOT_A_NUMBER, PhoneProblem.NEEDS_REGION, PhoneProblem.ROUNDED}
)

# Letters that Unicode does not take apart, as people type them without their marks.
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "’": "'"}
)
# The marks on Latin, Greek and Cyrillic letters; those of other scripts are looked up one by one.
_LATIN_MARKS: Final = re.compile("[\u0300-\u036f]+")
_GROUPS_SAID: Final = 4
_PHONE_MARKS: Final = str.maketrans("", "", " +-()./\u00a0\u2011")


def is_number(phone: str) -> bool:
    """Tell whether a stored phone is a full international number; anything else could not be read as one."""
    return phone.startswith("+") and phone[1:].isdigit()


@lru_cache(maxsize=1 << 17)
def phone_problem(phone: str) -> PhoneProblem | None:
    """Return why no WhatsApp message can go to a stored phone; remembered: the list asks again and again."""
    return read(phone).problem


def needs_look(row: GuestRow) -> bool:
    """Tell whether a person should look at this guest before it can be or stay invited."""
    return phone_problem(row.phone) is not None or row.shown in {Shown.FAILED, Shown.UNKNOWN}


def filters_of(row: GuestRow) -> tuple[GuestFilter, ...]:
    """Return the chips, apart from All, that count this guest."""
    own = _BY_SHOWN[row.shown]
    if own is not GuestFilter.LOOK and needs_look(row):
        return (own, GuestFilter.LOOK)
    return (own,)


class GuestCounts:
    """Live counts for the chips and the facts line, kept up by adding and taking away rows."""

    def __init__(self) -> None:
        self.by_filter: dict[GuestFilter, int] = dict.fromkeys(GuestFilter, 0)
        self.reachable = 0
        self.wrong_numbers = 0
        """Guests with a number that cannot have WhatsApp: a landline, a service number, an impossible one."""

    def count(self, rows: Sequence[GuestRow], sign: int = 1) -> None:
        """Add rows (or with -1 take them away)."""
        self.count_states(rows, sign)
        self.count_numbers(rows, sign)

    def count_states(self, rows: Iterable[GuestRow], sign: int = 1) -> None:
        """Do the part of `count` that is quick: everything but what their numbers are worth."""
        totals = self.by_filter
        # Many guests are alike: what they count for is found once for each kind of them.
        kinds = Counter((row.engine_state, row.twilio_status, row.next_retry_at is None) for row in rows)
        for (state, word, settled), guests in kinds.items():
            own = _BY_SHOWN[shown_state(state, word, not settled)]
            totals[GuestFilter.ALL] += sign * guests
            totals[own] += sign * guests
            if own is GuestFilter.FAILED:
                totals[GuestFilter.LOOK] += sign * guests

    def count_numbers(self, rows: Iterable[GuestRow], sign: int = 1) -> None:
        """Do the rest of `count`; reading the numbers of a hundred thousand guests takes most of a second."""
        totals = self.by_filter
        kinds = Counter((_BY_SHOWN[row.shown], phone_problem(row.phone)) for row in rows)
        for (own, problem), guests in kinds.items():
            if problem is not None and own not in {GuestFilter.LOOK, GuestFilter.FAILED}:
                totals[GuestFilter.LOOK] += sign * guests
            if problem is None:
                self.reachable += sign * guests
            elif problem not in _NO_NUMBER:
                self.wrong_numbers += sign * guests

    def clear(self) -> None:
        """Start again from nothing."""
        self.by_filter = dict.fromkeys(GuestFilter, 0)
        self.reachable = self.wrong_numbers = 0


def passes(chip: GuestFilter) -> Callable[[GuestRow], bool]:
    """Return the test for the guests that a chip other than All shows."""
    if chip is GuestFilter.LOOK:
        return needs_look
    wanted = frozenset(state for state, own in _BY_SHOWN.items() if own is chip)
    return lambda row: row.shown in wanted


def fold(text: str) -> str:
    """Return text as it is compared in a search: no case, no accents or vowel marks."""
    if text.isascii():
        return text.lower()
    apart = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text))
    if apart.isascii():
        return apart.lower()
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold().translate(_PLAIN)


@lru_cache(maxsize=1 << 17)
def fold_cached(text: str) -> str:
    """Return `fold(text)`, remembered: a list is sorted by the same names again and again."""
    return fold(text)


def search_text(row: GuestRow) -> str:
    """Return everything that a search looks at, folded."""
    labels = "\n".join((row.group, *row.tags, row.household))
    return f"{fold_cached(row.name)}\n{fold(row.email)}\n{fold_cached(labels)}\n{fold(row.phone)}"


def matcher(query: str) -> Callable[[str], bool] | None:
    """Return a test on a search text for what was typed; None when nothing was.

    Every word must occur somewhere. What looks like a phone number is compared by its digits, without the
    zero that people dial inside their country.
    """
    typed = query.strip()
    if not typed:
        return None
    digits = typed.translate(_PHONE_MARKS)
    if digits.isdigit():
        wanted = "".join(str(int(char)) for char in digits).lstrip("0") or "0"
        return lambda text: wanted in text
    words = fold(typed).split()
    if len(words) == 1:
        word = words[0]
        return lambda text: word in text

    def all_in(text: str) -> bool:
        for word in words:  # noqa: SIM110 - a generator costs more than the search itself, a hundred thousand times
            if word not in text:
                return False
        return True

    return all_in


def narrows(query: str, earlier: str) -> bool:
    """Tell whether a query, typed on from an earlier one, can only find what that one has found."""
    # Digits alone are compared without their zeros in front: such a query can find more than its beginning.
    return query.startswith(earlier) and bool(fold(earlier).strip(" +-()./0123456789"))


def together_words(rows: Sequence[GuestRow]) -> list[str]:
    """Return in a few lines what there is to know of guests before all of them are changed."""
    states = Counter(row.shown for row in rows)
    groups = Counter(row.group for row in rows if row.group)
    unreachable = sum(phone_problem(row.phone) is not None for row in rows)
    stopped = sum(row.opted_out for row in rows)
    lines = [
        " · ".join(f"{state_word(state)} {states[state]}" for state in Shown if states[state]),
        " · ".join(f"\u2068{group}\u2069 {number}" for group, number in groups.most_common(_GROUPS_SAID)),
        tr("{n:has no number that can be used|have no number that can be used}", n=unreachable)
        if unreachable
        else "",
        tr("{n:must not be written to|must not be written to}", n=stopped) if stopped else "",
    ]
    return [line for line in lines if line]


def answer_text(row: GuestRow) -> str:
    """Return the guest's answer in words; a dash while there is none."""
    match answer_of(row.rsvp_status):
        case Answer.COMING:
            return tr("Coming · {number}", number=row.rsvp_count) if row.rsvp_count else tr("Coming")
        case Answer.NOT_COMING:
            return tr("Cannot come")
        case Answer.PERHAPS:
            return tr("Perhaps")
        case Answer.NONE:
            return "—"
        case None:
            return row.rsvp_status
