"""Lines: WhatsApp numbers with the account that each belongs to, and which of them a desk serves.

A line's key is the name under which its messages are queued and its lock is held: `+351912345678@1a2b3c4d`, the
number and the end of the account's SID. The number alone would not do: Twilio's sandbox is one number for all
accounts, and nobody can post, or look for, a message of another account. Practice keys are `practice-…`, one for each
installation.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from waapp.core.pacing import sender_rate

UNKNOWN_RATE: Final = 1.0
"""Messages per second of a number that is not this desk's and of which no open send says how fast it may be."""

_AT: Final = "@"
_DIGITS: Final = 8
_SHOWN_DIGITS: Final = 4


def line_key(number: str, account_sid: str) -> str:
    """Return the key of a number (E.164) of an account."""
    return f"{number}{_AT}{account_sid[-_DIGITS:].lower()}"


def number_of(key: str) -> str:
    """Return the number of a key; a practice key stays as it is."""
    return key.partition(_AT)[0]


def account_of(key: str) -> str | None:
    """Return the last digits of the SID of a key's account, as a person compares them; None: it names none."""
    return key.partition(_AT)[2][-_SHOWN_DIGITS:] or None


def is_practice(key: str) -> bool:
    """Tell whether this is the key of an installation's practice messages."""
    return key.startswith("practice-")


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line with something to send, to follow or to settle.

    `rate` is the lowest of those of its active sends, in messages per second; None when it has none. `holder` is the
    desk that has its lock.
    """

    key: str
    rate: float | None = None
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """What a desk is set to: its account and, if one is chosen, its own number with the rate set for it.

    `own` is the key of the number.
    """

    account_sid: str
    own: str | None = None
    rate: float = UNKNOWN_RATE

    def serves(self, key: str) -> bool:
        """Tell whether this desk can send for a line: its own, or another number of its account.

        What was queued under a number alone goes with the desk that is set to this number.
        """
        if key == self.own:
            return True
        if is_practice(key) or (self.own is not None and is_practice(self.own)):
            return False
        number, at, _ = key.partition(_AT)
        if not at:
            return self.own is not None and number == number_of(self.own)
        return key == line_key(number, self.account_sid)


def lines_to_serve(
    post: Post, open_lines: Iterable[OpenLine], serving: Mapping[str, float]
) -> dict[str, float]:
    """Return the lines that a desk serves or stands by for, with the rate of each.

    Its own always, another one as long as it is open. The rate is the lowest that an active send of the line was
    queued with, and for the own number no higher than what this desk is set to: whoever knows the number to be slow
    has said so in one of the two. Without an active send it stays as it is in `serving`. Keys of one number share its
    rate.
    """
    found = {one.key: one.rate for one in open_lines if post.serves(one.key)}
    if post.own is not None:
        found.setdefault(post.own, None)
    sharing = Counter(number_of(key) for key, rate in found.items() if rate is not None)
    rates: dict[str, float] = {}
    for key, wanted in found.items():
        number = number_of(key)
        is_own = post.own is not None and number == number_of(post.own)
        if wanted is None:
            rates[key] = serving.get(key, sender_rate(number, post.rate if is_own else UNKNOWN_RATE))
            continue
        lowest = min(wanted, post.rate) if is_own else wanted
        rates[key] = sender_rate(number, lowest) / sharing[number]
    return rates


def out_of_reach(post: Post, open_lines: Iterable[OpenLine]) -> tuple[str, ...]:
    """Return the lines with a send that nobody carries on, and that only another account could; none for practice."""
    if post.own is not None and is_practice(post.own):
        return ()
    return tuple(
        sorted(
            one.key
            for one in open_lines
            if one.rate is not None
            and one.holder is None
            and not is_practice(one.key)
            and not post.serves(one.key)
        )
    )
