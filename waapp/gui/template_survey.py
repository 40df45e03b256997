"""What a template comes to for all guests of an event: worst cases, and whom a missing value keeps out."""

import asyncio
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final
from uuid import UUID

from waapp.core.events import Event
from waapp.core.findings import Level
from waapp.core.guests import Guest
from waapp.core.households import household_key, members
from waapp.core.template import render
from waapp.core.template_content import Wording, variables_of
from waapp.core.template_values import ValueProblem, check_message_values, guest_values

_SLICE: Final = 0.002
"""Seconds of work between two chances for the window to draw and take keys."""


@dataclass(frozen=True, slots=True)
class PreviewGuest:
    """A guest as the preview needs it: what goes in for each variable."""

    id: UUID
    name: str
    values: Mapping[str, str]

    @property
    def is_right_to_left(self) -> bool:
        """Tell whether the name is written from right to left."""
        return next(
            (kind != "L" for kind in map(unicodedata.bidirectional, self.name) if kind in {"L", "R", "AL"}),
            False,
        )


@dataclass(frozen=True, slots=True)
class Touched:
    """A problem of values, with the places in the list of the guests that have it."""

    problem: ValueProblem
    guests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """The worst cases among the guests, as places in their list; empty when there are no guests."""

    longest: int | None = None
    emptiest: int | None = None
    right_to_left: tuple[int, ...] = ()
    touched: tuple[Touched, ...] = field(default_factory=tuple)

    @property
    def marked_up(self) -> tuple[int, ...]:
        """Return the guests with signs in a value that WhatsApp reads as markup."""
        return self._touched_by(lambda problem: problem.code == "value_markup")

    @property
    def refused(self) -> tuple[int, ...]:
        """Return the guests whose message would not be sent for what goes into it."""
        return self._touched_by(lambda problem: problem.level is Level.ERROR)

    def _touched_by(self, concerns: Callable[[ValueProblem], bool]) -> tuple[int, ...]:
        return tuple(
            sorted({place for each in self.touched if concerns(each.problem) for place in each.guests})
        )


class _Slices:
    """Lets the window breathe in the middle of a long calculation."""

    def __init__(self) -> None:
        self._since = perf_counter()

    async def breathe(self) -> None:
        if perf_counter() - self._since >= _SLICE:
            await asyncio.sleep(0)
            self._since = perf_counter()


async def preview_guests(guests: Iterable[Guest], event: Event, language: str) -> list[PreviewGuest]:
    """Work out every guest's values, in slices that do not hold up the window."""
    slices = _Slices()
    everybody = list(guests)
    together = members(everybody)
    found = []
    for guest in everybody:
        household = together.get(household_key(guest.household), ())
        found.append(PreviewGuest(guest.id, guest.name, guest_values(guest, event, language, household)))
        await slices.breathe()
    return found


async def survey(wording: Wording, guests: Sequence[PreviewGuest]) -> Survey:
    """Look at a template through all guests, in slices that do not hold up the window."""
    used = variables_of(wording)
    slices = _Slices()
    touched: dict[tuple[str, str], tuple[ValueProblem, list[int]]] = {}
    longest = emptiest = None
    most, emptiest_rank = -1, (1, 0)
    right_to_left = []
    for place, guest in enumerate(guests):
        length = len(render(wording.content, guest.values))
        if length > most:
            longest, most = place, length
        filled = sum(bool(guest.values.get(variable)) for variable in used)
        rank = (filled - len(used), length)
        if emptiest is None or rank < emptiest_rank:
            emptiest, emptiest_rank = place, rank
        if guest.is_right_to_left:
            right_to_left.append(place)
        for problem in check_message_values(wording, guest.values):
            touched.setdefault((problem.code, problem.name), (problem, []))[1].append(place)
        await slices.breathe()
    return Survey(
        longest,
        emptiest,
        tuple(right_to_left),
        tuple(Touched(problem, tuple(places)) for problem, places in touched.values()),
    )
