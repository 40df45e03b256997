"""What the guest list says about its rows beyond their columns: live counts, answers, what several are together."""

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Final

from waapp.core.guest_search import CHIP_OF, GuestFilter, phone_problem
from waapp.core.guests import Answer, GuestRow, answer_of, shown_state
from waapp.core.phone import PhoneProblem
from waapp.core.status import Shown
from waapp.texts import state as state_word
from waapp.texts import tr

# Who has none, or one that cannot be read, counts as such; the others have a number of the wrong kind.
_NO_NUMBER: Final = frozenset(
    {PhoneProblem.EMPTY, PhoneProblem.NOT_A_NUMBER, PhoneProblem.NEEDS_REGION, PhoneProblem.ROUNDED}
)

_GROUPS_SAID: Final = 4
_BETWEEN: Final = "\u00a0· "
"""A line is broken behind the dot, never before it, nor before a number."""

_STATE: Final = attrgetter("engine_state", "twilio_status", "next_retry_at")


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
        for (state, word, retry_at), guests in Counter(map(_STATE, rows)).items():
            own = CHIP_OF[shown_state(state, word, retry_at is not None)]
            totals[GuestFilter.ALL] += sign * guests
            totals[own] += sign * guests
            if own is GuestFilter.FAILED:
                totals[GuestFilter.LOOK] += sign * guests

    def count_numbers(self, rows: Iterable[GuestRow], sign: int = 1) -> None:
        """Do the rest of `count`; reading the numbers of a hundred thousand guests takes most of a second."""
        totals = self.by_filter
        kinds = Counter((CHIP_OF[row.shown], phone_problem(row.phone)) for row in rows)
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


def together_words(rows: Sequence[GuestRow]) -> list[str]:
    """Return in a few lines what there is to know of guests before all of them are changed."""
    states = Counter(row.shown for row in rows)
    groups = Counter(row.group for row in rows if row.group)
    unreachable = sum(phone_problem(row.phone) is not None for row in rows)
    stopped = sum(row.opted_out for row in rows)
    lines = [
        _BETWEEN.join(f"{state_word(state)}\u00a0{states[state]}" for state in Shown if states[state]),
        _BETWEEN.join(
            f"\u2068{group}\u2069\u00a0{number}" for group, number in groups.most_common(_GROUPS_SAID)
        ),
        tr("{n:has no number that can be used|have no number that can be used}", n=unreachable)
        if unreachable
        else "",
        tr("{n:opted out|opted out}", n=stopped) if stopped else "",
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
