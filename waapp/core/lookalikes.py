"""Guests of one list who may be one person, put together for somebody who decides."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from waapp.core.duplicates import Alike, Likeness, Reason, find_alike
from waapp.core.guests import Guest, GuestRow
from waapp.core.households import household_key

_ORDER = {Likeness.SAME: 0, Likeness.MAYBE: 1, Likeness.HOUSEHOLD: 2}


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """Some who may be one, in the order of the list, with the strongest likeness of any two and all reasons."""

    ids: tuple[UUID, ...]
    likeness: Likeness
    reasons: tuple[Reason, ...]


def find_lookalikes(
    guests: Sequence[Guest | GuestRow],
    apart: Collection[frozenset[UUID]] = (),
    region: str | None = None,
) -> tuple[Lookalikes, ...]:
    """Return who may be one person, the surest first; no two of whom it is known that they are `apart`.

    `region` reads numbers that another program has written as they are dialled at home.
    People of different names who share a telephone or an address are told by themselves, unless they are one household
    already.
    """
    homes = {guest.id: household_key(guest.household) for guest in guests}
    pairs = [pair for pair in find_alike(guests, region) if frozenset((pair.one, pair.other)) not in apart]
    same = [pair for pair in pairs if pair.likeness is not Likeness.HOUSEHOLD]
    together = {pair.other: pair.one for pair in same}
    sharing = [
        pair
        for pair in pairs
        if pair.likeness is Likeness.HOUSEHOLD
        and not (homes[pair.one] and homes[pair.one] == homes[pair.other])
        and together.get(pair.other) != pair.one
    ]
    places = {guest.id: place for place, guest in enumerate(guests)}
    found = [*_joined(same, places), *_joined(sharing, places)]
    return tuple(sorted(found, key=lambda one: (_ORDER[one.likeness], places[one.ids[0]])))


def _joined(pairs: Iterable[Alike], places: dict[UUID, int]) -> Iterator[Lookalikes]:
    """Put pairs that share somebody together."""
    parts: dict[UUID, list[Alike]] = {}
    members: dict[UUID, list[UUID]] = {}
    head: dict[UUID, UUID] = {}
    for pair in pairs:
        one, other = (head.setdefault(guest, guest) for guest in (pair.one, pair.other))
        for guest in {one, other}:
            members.setdefault(guest, [guest])
            parts.setdefault(guest, [])
        parts[one].append(pair)
        if one == other:
            continue
        parts[one] += parts.pop(other)
        for guest in members[other]:
            head[guest] = one
        members[one] += members.pop(other)
    for key, joined in parts.items():
        reasons = {reason for pair in joined for reason in pair.reasons}
        yield Lookalikes(
            tuple(sorted(members[key], key=lambda guest: places[guest])),
            min((pair.likeness for pair in joined), key=lambda likeness: _ORDER[likeness]),
            tuple(reason for reason in Reason if reason in reasons),
        )
