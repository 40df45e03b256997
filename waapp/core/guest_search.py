"""Searching a guest list and looking at a part of it: by words, by how invitations fare, by a kept filter."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final

from waapp.core.guest_query import GuestQuery
from waapp.core.guests import GuestRow
from waapp.core.phone import PhoneProblem, read
from waapp.core.status import Shown


class GuestFilter(StrEnum):
    """The chips above the guest list."""

    ALL = "all"
    NOT_INVITED = "not_invited"
    ON_THE_WAY = "on_the_way"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    LOOK = "look"


CHIP_OF: Final = {
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
"""The chip of each state; a guest may need a look beside it."""

_CHIPS: Final = frozenset(chip.value for chip in GuestFilter if chip is not GuestFilter.ALL)

# Letters that Unicode does not take apart, as people type them without their marks.
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "’": "'"}
)
# The marks on Latin, Greek and Cyrillic letters; those of other scripts are looked up one by one.
_LATIN_MARKS: Final = re.compile("[\u0300-\u036f]+")
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
    own = CHIP_OF[row.shown]
    if own is not GuestFilter.LOOK and needs_look(row):
        return (own, GuestFilter.LOOK)
    return (own,)


def passes(chip: GuestFilter) -> Callable[[GuestRow], bool]:
    """Return the test for the guests that a chip other than All shows."""
    if chip is GuestFilter.LOOK:
        return needs_look
    wanted = frozenset(state for state, own in CHIP_OF.items() if own is chip)
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


def fitting(queries: Iterable[GuestQuery]) -> Callable[[GuestRow], bool]:
    """Return a test for the guests that all of these filters show, with their texts and chips."""
    tests: list[Callable[[GuestRow], bool]] = []
    for query in queries:
        if (asked := query.matcher()) is not None:
            tests.append(asked)
        if query.state in _CHIPS:
            tests.append(passes(GuestFilter(query.state)))
        if (found := matcher(query.text)) is not None:
            tests.append(_finds(found))
    return lambda row: all(test(row) for test in tests)


def _finds(matches: Callable[[str], bool]) -> Callable[[GuestRow], bool]:
    return lambda row: matches(search_text(row))
