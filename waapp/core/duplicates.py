"""Guests that are the same person, or may be: inside a list, and against those that an event has already."""

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from rapidfuzz.distance import OSA

from waapp.core.guests import phone_key
from waapp.core.headings import fold_name
from waapp.core.rows import Finding, Row, RowCode


class Likeness(StrEnum):
    """What a match means: the same person, two people of one household, or something to look at."""

    SAME = "same"
    HOUSEHOLD = "household"
    MAYBE = "maybe"


class Reason(StrEnum):
    """Why two entries match, strongest first."""

    PHONE = "same_phone"
    EMAIL = "same_email"
    NAME = "same_name"
    NEAR_NAME = "near_name"


class Duplicate(NamedTuple):
    """A row and what it matches: an earlier row of the list (`other_row`) or a guest of the event (`guest_id`).

    `other` is the name there. `score` is how alike the names are, from 0 to 100. A plain tuple because a long list
    makes as many.
    """

    row: int
    likeness: Likeness
    reasons: tuple[Reason, ...]
    other: str
    score: float
    other_row: int | None = None
    guest_id: UUID | None = None


class Alike(NamedTuple):
    """Two entries that may be one person; `one` is the earlier of them."""

    one: UUID
    other: UUID
    likeness: Likeness
    reasons: tuple[Reason, ...]


class Known(Protocol):
    """A guest of the event, as `Guest` and `GuestRow` have it."""

    @property
    def id(self) -> UUID:
        """The key in the database."""

    @property
    def name(self) -> str:
        """The name as stored."""

    @property
    def phone(self) -> str:
        """The number, E.164 when it could be read."""

    @property
    def email(self) -> str:
        """The address, or nothing."""


class _Match(NamedTuple):
    place: int
    likeness: Likeness
    reasons: tuple[Reason, ...]
    score: float


class _Entry(NamedTuple):
    """Somebody as compared: `keys` are what near-same names share, `sorted_words` what names in another order do."""

    given: str
    name: str
    sorted_words: str
    keys: tuple[str, ...]
    phone: str
    email: str


# Of many people with one telephone, or with names of the same beginning, the last ones are compared.
_MOST_COMPARED: Final = 50
# One slip in a short name makes another name; in a long one two are still the same.
_SHORTEST_WITH_ONE_SLIP: Final = 7
_SHORTEST_WITH_TWO: Final = 14
_MOST_SLIPS: Final = 2
_SAME_NAME: Final = 100.0
_WORDS_LEFT_OUT: Final = 90.0
_DIGIT: Final = re.compile(r"\d")
_STRENGTH: Final = {Likeness.SAME: 0, Likeness.HOUSEHOLD: 1, Likeness.MAYBE: 2}


class Matches:
    """The duplicates of a list, kept up while single rows of it are corrected.

    `known` are the guests of the event; `region` reads the numbers of those whom another program has written as they
    are dialled at home. Every row has at most one match among them and one among the rows above it.
    """

    def __init__(self, rows: Iterable[Row], known: Iterable[Known] = (), region: str | None = None) -> None:
        self._present, self._above = _Index(), _Index()
        self._ids: list[UUID] = []
        for guest in known:
            self._present.keep(len(self._ids), _known_entry(guest, region))
            self._ids.append(guest.id)
        self._found: dict[int, tuple[Duplicate, ...]] = {}
        for row in rows:
            draft = row.draft
            if draft is None:
                continue
            entry = _entry(draft.name, draft.phone, draft.email)
            self._look_up(row.number, entry)
            self._above.keep(row.number, entry)

    def __iter__(self) -> Iterator[Duplicate]:
        """Return all matches, in no particular order of rows."""
        for found in self._found.values():
            yield from found

    def replace(self, row: Row) -> None:
        """Take a row in as it is now; without a draft it matches nobody.

        Looked up again are this row and those below that share something with what it was or is.
        """
        number, draft = row.number, row.draft
        before = self._above.entries.get(number)
        touched = {number}
        if before is not None:
            self._above.drop(number, before)
            touched |= self._above.sharing(before)
        if draft is not None:
            after = _entry(draft.name, draft.phone, draft.email)
            touched |= self._above.sharing(after)
            self._above.keep(number, after)
        for place in sorted(touched):
            if place >= number:
                entry = self._above.entries.get(place)
                if entry is None:
                    self._found.pop(place, None)
                else:
                    self._look_up(place, entry)

    def _look_up(self, number: int, entry: _Entry) -> None:
        found = []
        if self._ids and (match := self._present.find(entry)):
            found.append(_duplicate(number, self._present, match, guest_id=self._ids[match.place]))
        if match := self._above.find(entry, number):
            found.append(_duplicate(number, self._above, match, other_row=match.place))
        if found:
            self._found[number] = tuple(found)
        else:
            self._found.pop(number, None)


def find_duplicates(
    rows: Iterable[Row], known: Iterable[Known] = (), region: str | None = None
) -> Iterator[Duplicate]:
    """Return for each row the guest of the event and the earlier row that it matches best, where there is one."""
    return iter(Matches(rows, known, region))


def find_alike(guests: Iterable[Known], region: str | None = None) -> Iterator[Alike]:
    """Return every two guests of a list that may be one person; `region` reads numbers written as dialled at home."""
    index = _Index()
    ids: list[UUID] = []
    for guest in guests:
        entry = _known_entry(guest, region)
        for match in index.find_all(entry):
            yield Alike(ids[match.place], guest.id, match.likeness, match.reasons)
        index.keep(len(ids), entry)
        ids.append(guest.id)


def mark_repeats(rows: Iterable[Row]) -> Iterator[Row]:
    """Skip the rows that repeat one above, and say of the others what they share with one above."""
    index = _Index()
    for row in rows:
        draft = row.draft
        if draft is None:
            yield row
            continue
        entry = _entry(draft.name, draft.phone, draft.email)
        match = index.find(entry)
        if match is not None and match.likeness is Likeness.SAME:
            params = {"first": match.place, "name": draft.name}
            yield Row(row.number, None, (Finding(row.number, RowCode.DUPLICATE, params),))
            continue
        index.keep(row.number, entry)
        if match is None:
            yield row
        else:
            finding = _finding(row.number, index.name(match), match)
            yield row._replace(findings=(*row.findings, finding))


def _finding(number: int, other: str, match: _Match) -> Finding:
    first = match.place
    if Reason.PHONE in match.reasons:
        return Finding(number, RowCode.SHARED_PHONE, {"first": first, "other": other})
    if Reason.NAME in match.reasons:
        return Finding(number, RowCode.SAME_NAME, {"first": first})
    if Reason.EMAIL in match.reasons:
        return Finding(number, RowCode.SHARED_EMAIL, {"first": first, "other": other})
    return Finding(number, RowCode.NEAR_NAME, {"first": first, "other": other})


def _duplicate(
    number: int, index: "_Index", match: _Match, *, other_row: int | None = None, guest_id: UUID | None = None
) -> Duplicate:
    return Duplicate(
        number, match.likeness, match.reasons, index.name(match), match.score, other_row, guest_id
    )


_NOBODY: Final[Sequence[int]] = ()


@dataclass(slots=True)
class _Index:
    """People by what makes two of them the same; each has a place, and every list of places is in order.

    Of people whose telephones differ only the same name is told, so that near-same names have to be looked for only
    where one of the two has no telephone.
    """

    entries: dict[int, _Entry] = field(default_factory=dict)
    by_phone: dict[str, list[int]] = field(default_factory=dict)
    by_email: dict[str, list[int]] = field(default_factory=dict)
    by_words: dict[str, list[int]] = field(default_factory=dict)
    bare_by_words: dict[str, list[int]] = field(default_factory=dict)
    by_beginning: dict[str, list[int]] = field(default_factory=dict)
    phoneless_by_beginning: dict[str, list[int]] = field(default_factory=dict)

    def name(self, match: _Match) -> str:
        return self.entries[match.place].given

    def keep(self, place: int, entry: _Entry) -> None:
        self.entries[place] = entry
        for index, key in self._keys(entry):
            places = index.get(key)
            if places is None:
                index[key] = [place]
            elif places[-1] < place:
                places.append(place)
            else:
                insort(places, place)

    def drop(self, place: int, entry: _Entry) -> None:
        del self.entries[place]
        for index, key in self._keys(entry):
            places = index[key]
            places.remove(place)
            if not places:
                del index[key]

    def sharing(self, entry: _Entry) -> set[int]:
        """Return all who have something in common with somebody."""
        return {place for index, key in self._keys(entry) for place in index.get(key, ())}

    def find(self, entry: _Entry, before: int | None = None) -> _Match | None:
        """Return the best match, of those `before` a place; of equal ones the first."""
        best = None
        candidates = self._candidates(entry, before)
        for place in sorted(candidates) if len(candidates) > 1 else candidates:
            match = self._compare(entry, place)
            if match is not None and (best is None or _strength(match) < _strength(best)):
                best = match
                if match.likeness is Likeness.SAME and match.score == _SAME_NAME:
                    break
        return best

    def find_all(self, entry: _Entry) -> Iterator[_Match]:
        """Return all matches, the first place first."""
        for place in sorted(self._candidates(entry, None)):
            if match := self._compare(entry, place):
                yield match

    def _keys(self, entry: _Entry) -> list[tuple[dict[str, list[int]], str]]:
        keys = [(self.by_words, entry.sorted_words)]
        if entry.phone:
            keys.append((self.by_phone, entry.phone))
        elif not entry.email:
            keys.append((self.bare_by_words, entry.sorted_words))
        if entry.email:
            keys.append((self.by_email, entry.email))
        for key in entry.keys:
            keys.append((self.by_beginning, key))
            if not entry.phone:
                keys.append((self.phoneless_by_beginning, key))
        return keys

    def _candidates(self, entry: _Entry, before: int | None) -> set[int]:
        places: set[int] = set()
        for shared in (self.by_phone.get(entry.phone), self.by_email.get(entry.email)):
            if shared:
                places.update(_last(shared, before))
        for index in (self.by_words, self.bare_by_words):
            first = index.get(entry.sorted_words)
            if first and (before is None or first[0] < before):
                places.add(first[0])
        near = self.phoneless_by_beginning if entry.phone else self.by_beginning
        if near:
            length, entries = len(entry.name), self.entries
            words = entry.sorted_words.count(" ")
            for key in entry.keys:
                for place in _last(near.get(key, _NOBODY), before):
                    other = entries[place]
                    # Names of other lengths are near only where words are left out.
                    if -_MOST_SLIPS <= len(
                        other.name
                    ) - length <= _MOST_SLIPS or words != other.sorted_words.count(" "):
                        places.add(place)
        return places

    def _compare(self, entry: _Entry, place: int) -> _Match | None:
        other = self.entries[place]
        score = _likeness_of_names(entry, other)
        likeness, reasons = _judge(
            bool(entry.phone) and entry.phone == other.phone,
            bool(entry.email) and entry.email == other.email,
            (Reason.NAME if score == _SAME_NAME else Reason.NEAR_NAME) if score else None,
            bool(entry.phone and other.phone) and entry.phone != other.phone,
            not (entry.phone or entry.email or other.phone or other.email),
        )
        return None if likeness is None else _Match(place, likeness, reasons, score)


def _last(places: Sequence[int], before: int | None) -> Sequence[int]:
    """Return the last few of the places, of those before one."""
    end = len(places)
    if before is not None and end and places[-1] >= before:
        end = bisect_left(places, before)
    return places[max(end - _MOST_COMPARED, 0) : end]


def _entry(name: str, phone: str, email: str) -> _Entry:
    folded = fold_name(name)
    words = folded.split()
    return _Entry(name, folded, " ".join(sorted(words)), _beginnings(folded, words), phone, email.casefold())


def _known_entry(guest: Known, region: str | None) -> _Entry:
    phone = guest.phone
    return _entry(guest.name, (phone_key(phone, region) or phone) if phone else "", guest.email)


def _strength(match: _Match) -> tuple[bool, int, float, int]:
    """Order matches; whoever has another telephone now goes before whoever had this one, as where two were swapped."""
    named = Reason.EMAIL in match.reasons and Reason.NAME in match.reasons
    is_one = match.likeness is Likeness.SAME or named
    return not is_one, _STRENGTH[match.likeness], -match.score, match.place


# There are few different questions, and most rows of a long list ask one.
@cache
def _judge(
    same_phone: bool, same_email: bool, names: Reason | None, phones_differ: bool, nothing_else: bool
) -> tuple[Likeness | None, tuple[Reason, ...]]:
    """Weigh what two entries share against what speaks for two people: different telephones."""
    shared = (Reason.PHONE if same_phone else None, Reason.EMAIL if same_email else None, names)
    reasons = tuple(reason for reason in shared if reason is not None)
    return _likeness(reasons, phones_differ, nothing_else), reasons


def _likeness(reasons: Sequence[Reason], phones_differ: bool, nothing_else: bool) -> Likeness | None:
    match reasons:
        case (Reason.PHONE, Reason.EMAIL, *_) if len(reasons) > 2:
            return Likeness.SAME
        case (Reason.PHONE, *rest) if Reason.NAME in rest:
            return Likeness.SAME
        case (Reason.PHONE, *rest):
            return Likeness.MAYBE if Reason.NEAR_NAME in rest else Likeness.HOUSEHOLD
        case (Reason.EMAIL, Reason.NAME):
            return Likeness.MAYBE if phones_differ else Likeness.SAME
        case (Reason.EMAIL, *rest):
            return Likeness.MAYBE if rest else Likeness.HOUSEHOLD
        case (Reason.NAME,):
            return Likeness.SAME if nothing_else else Likeness.MAYBE
        case (Reason.NEAR_NAME,):
            return None if phones_differ else Likeness.MAYBE
        case _:
            return None


def _beginnings(name: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return keys that near-same names share: first or last word whole, of the other one the initial.

    A name that counts has none.
    """
    if len(words) < 2 or _has_digit(name):
        return ()
    first, last = words[0], words[-1]
    return (f"{first} {last[0]}", f"{first[0]} {last}")


def _likeness_of_names(entry: _Entry, known: _Entry) -> float:
    """Return 100 for the same words, less for a slip of the keys or words left out, 0 for two people."""
    one, other = entry.name, known.name
    if one == other or entry.sorted_words == known.sorted_words:
        return _SAME_NAME
    words, others = set(one.split()), set(other.split())
    few, many = (words, others) if len(words) <= len(others) else (others, words)
    if len(few) > 1 and few < many:
        return 0.0 if _has_digit(one + other) else _WORDS_LEFT_OUT
    shorter = min(len(one), len(other))
    slips = _MOST_SLIPS if shorter >= _SHORTEST_WITH_TWO else 1 if shorter >= _SHORTEST_WITH_ONE_SLIP else 0
    distance = OSA.distance(one, other, score_cutoff=slips)
    if distance > slips or _has_digit(one + other):
        return 0.0
    return _SAME_NAME - _SAME_NAME * distance / max(len(one), len(other))


def _has_digit(text: str) -> bool:
    """Tell whether a name counts: "Guest 12" and "Guest 13" are two."""
    return _DIGIT.search(text) is not None
