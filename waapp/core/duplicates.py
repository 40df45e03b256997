"""Guests that are the same person, or may be: inside a list, and against those that an event has already."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from rapidfuzz.distance import OSA

from waapp.core.headings import fold
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


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row and what it matches: an earlier row of the list (`other_row`) or a guest of the event (`guest_id`).

    `other` is the name there. `score` is how alike the names are, from 0 to 100.
    """

    row: int
    likeness: Likeness
    reasons: tuple[Reason, ...]
    other: str
    score: float
    other_row: int | None = None
    guest_id: UUID | None = None


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
    given: str
    name: str
    words: list[str]
    phone: str
    email: str


# Of many people with one telephone, or with names of the same beginning, the last ones are compared.
_MOST_COMPARED: Final = 50
# One slip in a short name makes another name; in a long one two are still the same.
_SHORTEST_WITH_ONE_SLIP: Final = 7
_SHORTEST_WITH_TWO: Final = 14
_WORDS_LEFT_OUT: Final = 90.0
_STRENGTH: Final = {Likeness.SAME: 0, Likeness.HOUSEHOLD: 1, Likeness.MAYBE: 2}


def find_duplicates(rows: Iterable[Row], known: Iterable[Known] = ()) -> Iterator[Duplicate]:
    """Return for each row the guest of the event and the earlier row that it matches best, where there is one."""
    present, above = _Index(), _Index()
    ids = []
    for guest in known:
        ids.append(guest.id)
        present.add(guest.name, guest.phone, guest.email)
    numbers: list[int] = []
    for row in rows:
        draft = row.draft
        if draft is None:
            continue
        entry = above.entry(draft.name, draft.phone, draft.email)
        if ids and (match := present.find(entry)):
            yield _duplicate(row.number, present, match, guest_id=ids[match.place])
        if match := above.find(entry):
            yield _duplicate(row.number, above, match, other_row=numbers[match.place])
        above.keep(entry)
        numbers.append(row.number)


def mark_repeats(rows: Iterable[Row]) -> Iterator[Row]:
    """Skip the rows that repeat one above, and say of the others what they share with one above."""
    index = _Index()
    numbers: list[int] = []
    for row in rows:
        draft = row.draft
        if draft is None:
            yield row
            continue
        entry = index.entry(draft.name, draft.phone, draft.email)
        match = index.find(entry)
        if match is not None and match.likeness is Likeness.SAME:
            params = {"first": numbers[match.place], "name": draft.name}
            yield Row(row.number, None, (Finding(row.number, RowCode.DUPLICATE, params),))
            continue
        index.keep(entry)
        numbers.append(row.number)
        if match is None:
            yield row
        else:
            finding = _finding(row.number, numbers[match.place], index.name(match), match)
            yield replace(row, findings=(*row.findings, finding))


def _finding(number: int, first: int, other: str, match: _Match) -> Finding:
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


@dataclass(slots=True)
class _Index:
    """People by what makes two of them the same.

    Of people whose telephones differ only the same name is told, so that near-same names have to be looked for only
    where one of the two has no telephone.
    """

    entries: list[_Entry] = field(default_factory=list)
    by_phone: dict[str, list[int]] = field(default_factory=dict)
    by_email: dict[str, list[int]] = field(default_factory=dict)
    by_words: dict[str, int] = field(default_factory=dict)
    bare_by_words: dict[str, int] = field(default_factory=dict)
    by_phone_and_name: dict[tuple[str, str], int] = field(default_factory=dict)
    by_beginning: dict[str, list[int]] = field(default_factory=dict)
    phoneless_by_beginning: dict[str, list[int]] = field(default_factory=dict)

    @staticmethod
    def entry(name: str, phone: str, email: str) -> _Entry:
        folded = fold(name)
        return _Entry(name, folded, folded.split(), phone, email.casefold())

    def name(self, match: _Match) -> str:
        return self.entries[match.place].given

    def add(self, name: str, phone: str, email: str) -> None:
        self.keep(self.entry(name, phone, email))

    def keep(self, entry: _Entry) -> None:
        place = len(self.entries)
        self.entries.append(entry)
        words = _in_order(entry.words)
        self.by_words.setdefault(words, place)
        if entry.phone:
            self.by_phone.setdefault(entry.phone, []).append(place)
            self.by_phone_and_name.setdefault((entry.phone, entry.name), place)
        elif not entry.email:
            self.bare_by_words.setdefault(words, place)
        if entry.email:
            self.by_email.setdefault(entry.email, []).append(place)
        for key in _beginnings(entry.words):
            self.by_beginning.setdefault(key, []).append(place)
            if not entry.phone:
                self.phoneless_by_beginning.setdefault(key, []).append(place)

    def find(self, entry: _Entry) -> _Match | None:
        """Return the best match; of equal ones the first that was added."""
        if entry.phone:
            exact = self.by_phone_and_name.get((entry.phone, entry.name))
            if exact is not None:
                return _Match(exact, Likeness.SAME, self._reasons(entry, self.entries[exact], 100.0), 100.0)
        matches = [
            match for place in sorted(self._candidates(entry)) if (match := self._compare(entry, place))
        ]
        return min(matches, key=_strength, default=None)

    def _candidates(self, entry: _Entry) -> set[int]:
        words = _in_order(entry.words)
        places: set[int] = set()
        if entry.phone in self.by_phone:
            places.update(self.by_phone[entry.phone][-_MOST_COMPARED:])
        if entry.email in self.by_email:
            places.update(self.by_email[entry.email][-_MOST_COMPARED:])
        for index in (self.by_words, self.bare_by_words):
            if words in index:
                places.add(index[words])
        near = self.phoneless_by_beginning if entry.phone else self.by_beginning
        if near:
            for key in _beginnings(entry.words):
                places.update(near.get(key, ())[-_MOST_COMPARED:])
        return places

    def _compare(self, entry: _Entry, place: int) -> _Match | None:
        other = self.entries[place]
        score = _likeness_of_names(entry.name, other.name)
        reasons = self._reasons(entry, other, score)
        likeness = _judge(entry, other, reasons)
        return None if likeness is None else _Match(place, likeness, reasons, score)

    @staticmethod
    def _reasons(entry: _Entry, other: _Entry, score: float) -> tuple[Reason, ...]:
        return tuple(
            reason
            for reason, holds in (
                (Reason.PHONE, bool(entry.phone) and entry.phone == other.phone),
                (Reason.EMAIL, bool(entry.email) and entry.email == other.email),
                (Reason.NAME, score == 100.0),
                (Reason.NEAR_NAME, 0.0 < score < 100.0),
            )
            if holds
        )


def _strength(match: _Match) -> tuple[int, float, int]:
    return _STRENGTH[match.likeness], -match.score, match.place


def _judge(one: _Entry, other: _Entry, reasons: Sequence[Reason]) -> Likeness | None:
    """Weigh what two entries share against what speaks for two people: different telephones."""
    phones_differ = bool(one.phone and other.phone) and one.phone != other.phone
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
            nothing_else = not (one.phone or one.email or other.phone or other.email)
            return Likeness.SAME if nothing_else else Likeness.MAYBE
        case (Reason.NEAR_NAME,):
            return None if phones_differ else Likeness.MAYBE
        case _:
            return None


def _in_order(words: Sequence[str]) -> str:
    return " ".join(sorted(words))


def _beginnings(words: Sequence[str]) -> tuple[str, ...]:
    """Return keys that near-same names share: first or last word whole, of the other one the initial."""
    if len(words) < 2:
        return ()
    first, last = words[0], words[-1]
    return (f"{first} {last[0]}", f"{first[0]} {last}")


def _likeness_of_names(one: str, other: str) -> float:
    """Return 100 for the same words, less for a slip of the keys or words left out, 0 for two people."""
    if one == other:
        return 100.0
    words, others = one.split(), other.split()
    if sorted(words) == sorted(others):
        return 100.0
    few, many = sorted((set(words), set(others)), key=len)
    if len(few) > 1 and few < many:
        return 0.0 if _has_digit(one + other) else _WORDS_LEFT_OUT
    shorter = min(len(one), len(other))
    slips = 2 if shorter >= _SHORTEST_WITH_TWO else 1 if shorter >= _SHORTEST_WITH_ONE_SLIP else 0
    distance = OSA.distance(one, other, score_cutoff=slips)
    if distance > slips or _has_digit(one + other):
        return 0.0
    return 100.0 - 100.0 * distance / max(len(one), len(other))


def _has_digit(text: str) -> bool:
    """Tell whether a name counts: "Guest 12" and "Guest 13" are two."""
    return any(c.isdecimal() for c in text)
