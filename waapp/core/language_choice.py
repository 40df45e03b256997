"""Which of a template's languages a guest gets, and why."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Why(StrEnum):
    """How a language was found."""

    EXACT = "exact"  # the guest's own
    SAME_LANGUAGE = "same_language"  # the guest's, as another country writes it
    ORDER = "order"  # the first of those that the planner prefers
    MAIN = "main"  # the template's own


@dataclass(frozen=True, slots=True)
class Choice:
    """The language of a guest's message; `wanted` is the guest's own, empty where it is not known."""

    language: str
    why: Why
    wanted: str = ""

    @property
    def is_understood(self) -> bool:
        """Tell whether the guest gets the language that is known of the guest, or none is known."""
        return not self.wanted or self.why in {Why.EXACT, Why.SAME_LANGUAGE}


def choose_language(wanted: str, available: Collection[str], main: str, order: Sequence[str] = ()) -> Choice:
    """Choose among the languages that a template has: the first that is there of `fallbacks`.

    `wanted` and all others are WhatsApp's codes; `order` is what the planner prefers for guests whose language is
    missing or not known. The main language is taken to be there.
    """
    return _choose(wanted, frozenset(available), main, tuple(order))


def stand_ins(available: Collection[str], main: str, order: Sequence[str] = ()) -> tuple[str, ...]:
    """Return which languages are tried in turn for a guest whose own is missing or not known; the main one ends it."""
    there = {*available, main}
    tried = [code for code, _why in fallbacks("", there, main, order) if code in there]
    tried = list(dict.fromkeys(tried))
    return tuple(tried[: tried.index(main) + 1])


@lru_cache(maxsize=256)
def _choose(wanted: str, available: frozenset[str], main: str, order: tuple[str, ...]) -> Choice:
    there = {*available, main}
    return next(
        Choice(language, why, wanted)
        for language, why in fallbacks(wanted, there, main, order)
        if language in there
    )


def fallbacks(
    wanted: str, available: Collection[str], main: str, order: Sequence[str] = ()
) -> Iterator[tuple[str, Why]]:
    """Yield what is tried in turn: the guest's language, its base, its other countries, the order, the main one."""
    base = wanted.partition("_")[0]
    if wanted:
        yield wanted, Why.EXACT
        if base != wanted:
            yield base, Why.SAME_LANGUAGE
        related = [code for code in (*order, main, *sorted(available)) if code.partition("_")[0] == base]
        for code in dict.fromkeys(related):
            yield code, Why.SAME_LANGUAGE
    for code in order:
        yield code, Why.ORDER
        # The order may name a language whose countries the template tells apart.
        for other in sorted(available):
            if other.partition("_")[0] == code:
                yield other, Why.ORDER
    yield main, Why.MAIN
