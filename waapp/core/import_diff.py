"""What saving a guest list would do: whom it adds, what it changes field by field, what it leaves out and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple
from uuid import UUID

from waapp.core.duplicates import Duplicate, Likeness, Reason
from waapp.core.guests import HOUSEHOLD_LIMIT, Consent, Guest, GuestDraft
from waapp.core.headings import fold_name
from waapp.core.merging import Change, Side, compose, is_cosmetic, merge, value_of, whose_of_two, with_origin
from waapp.core.rows import Finding, Row

Key = tuple[str, str, str]


class Outcome(StrEnum):
    """What becomes of a row; every row has exactly one."""

    ADD = "added"
    CHANGE = "changed"
    SAME = "unchanged"
    SKIP = "skipped"


class Choice(StrEnum):
    """What to do with a row that matches somebody: a guest of its own, one with the other, or nothing."""

    KEEP = "keep"
    MERGE = "merge"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the planner has chosen: for rows by number, for all matches of a kind, for single fields of rows.

    `erase` names the fields in which an empty cell takes away what is stored; without it nothing is erased.
    """

    rows: Mapping[int, Choice] = field(default_factory=dict)
    kinds: Mapping[Likeness, Choice] = field(default_factory=dict)
    sides: Mapping[int, Mapping[str, Side]] = field(default_factory=dict)
    erase: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Origin:
    """What stands as source and day of a consent that a list tells without them: the list, and when it came."""

    source: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What a row of an earlier import said of a guest, whatever has been edited since."""

    guest_id: UUID
    draft: GuestDraft


class Line(NamedTuple):
    """What becomes of one row, and why: a plain tuple, because a long list makes as many.

    `given` is the guest as the row has it, `draft` what is stored for it. `guest_id` is the guest that it changes or
    finds unchanged, `leader` the earlier row that it was merged into. `match` is whom it resembles most.
    """

    number: int
    outcome: Outcome
    given: GuestDraft | None = None
    draft: GuestDraft | None = None
    guest_id: UUID | None = None
    leader: int | None = None
    match: Duplicate | None = None
    choice: Choice | None = None
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> tuple[Change, ...]:
        """Return the fields that saving would change."""
        return tuple(change for change in self.changes if change.side is Side.FILE)


@dataclass(frozen=True, slots=True)
class Account:
    """How many rows were read and what becomes of them: the four together are all that were read."""

    read: int
    added: int
    changed: int
    same: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Diff:
    """What saving does, row by row in the order of the list."""

    lines: tuple[Line, ...]

    @property
    def account(self) -> Account:
        """Return the account of all rows."""
        by = Counter(line.outcome for line in self.lines)
        return Account(
            len(self.lines), by[Outcome.ADD], by[Outcome.CHANGE], by[Outcome.SAME], by[Outcome.SKIP]
        )

    @property
    def changes_something(self) -> bool:
        """Tell whether there is anything to save."""
        return any(line.outcome in {Outcome.ADD, Outcome.CHANGE} for line in self.lines)


def without_changes(found: Diff) -> Diff:
    """Return a diff that only adds: the rows that would change a guest are skipped."""
    return Diff(
        tuple(
            line._replace(outcome=Outcome.SKIP, draft=None, guest_id=None)
            if line.outcome is Outcome.CHANGE
            else line
            for line in found.lines
        )
    )


_ENDING: Final = 7
"""So many digits has the shortest of national numbers."""
_CONSENT: Final = frozenset({"consent", "consent_source", "consent_at"})
_STRENGTH: Final = {Likeness.SAME: 0, Likeness.HOUSEHOLD: 1, Likeness.MAYBE: 2}


def default_choice(match: Duplicate) -> Choice:
    """Return what is done with a match unless the planner says otherwise.

    The same person, and the same name at the same address with another telephone, become one guest. Whoever shares
    no more than a telephone or a name stays apart: merging two people would lose one of them.
    """
    reasons = match.reasons
    if match.likeness is Likeness.SAME or (Reason.EMAIL in reasons and Reason.NAME in reasons):
        return Choice.MERGE
    return Choice.KEEP


def diff(
    rows: Iterable[Row],
    guests: Sequence[Guest],
    found: Iterable[Duplicate],
    earlier: Sequence[Given] = (),
    decisions: Decisions = Decisions(),
    origin: Origin = Origin(),
) -> Diff:
    """Return what saving the rows would do to the guests of an event.

    `found` are the duplicates of the rows (`duplicates.find_duplicates`), `earlier` what former imports said, the
    newest import first, `origin` whence a consent comes where the list does not say. A list that was imported before
    finds its guests again even where they were edited since, and what it says no differently than then does not undo
    the edits.
    """
    return compare(rows, Present(guests, earlier), found, decisions, origin)


class Present:
    """The guests of an event and what former imports said of them, as a list is compared with them."""

    def __init__(self, guests: Sequence[Guest] = (), earlier: Iterable[Given] = ()) -> None:
        self.guests: Final = {guest.id: guest for guest in guests}
        self.by_key: Final[dict[Key, list[UUID]]] = {}
        said: dict[UUID, list[GuestDraft]] = {}
        for one in earlier:
            if one.guest_id in self.guests:
                self.by_key.setdefault(identity(one.draft), []).append(one.guest_id)
                said.setdefault(one.guest_id, []).append(one.draft)
        self.said: Final = {guest_id: compose(drafts) for guest_id, drafts in said.items()}

    def known(self, draft: GuestDraft) -> Sequence[UUID]:
        """Return the guests whom a former list had in these words."""
        return self.by_key.get(identity(draft), ()) if self.by_key else ()

    def known_by_ending(self, draft: GuestDraft) -> Sequence[UUID]:
        """Return the guests whom a former list had in these words, but for how the telephone was read.

        The same list is read differently with another country for its national numbers.
        """
        return self._by_ending.get(_ending(identity(draft)), ()) if draft.phone and self.by_key else ()

    @cached_property
    def _by_ending(self) -> dict[Key, list[UUID]]:
        found: dict[Key, list[UUID]] = {}
        for key, ids in self.by_key.items():
            found.setdefault(_ending(key), []).extend(ids)
        return found


def compare(
    rows: Iterable[Row], present: Present, found: Iterable[Duplicate], decisions: Decisions, origin: Origin
) -> Diff:
    """Return what `diff` does, for who compares more than once."""
    read = tuple(rows)
    placed = _Placing(present, found, decisions).place(read)
    followers: dict[int, list[tuple[_Place, GuestDraft]]] = {}
    for place in placed:
        if place.leader is not None and place.row.draft is not None:
            followers.setdefault(place.leader, []).append((place, place.row.draft))
    lines: dict[int, Line] = {}
    for place in placed:
        draft = place.row.draft
        if place.leader is not None:
            continue
        if draft is None or place.choice is Choice.SKIP:
            lines[place.row.number] = _skipped(place)
            continue
        for follower, given in followers.get(place.row.number, ()):
            draft, line = _join(draft, follower, given, decisions)
            lines[line.number] = line
        lines[place.row.number] = _save(place, draft, present, decisions, origin)
    _keep_households(lines, present.guests)
    return Diff(tuple(lines[row.number] for row in read))


class _Place(NamedTuple):
    """Where a row goes: to a guest, to an earlier row, or nowhere."""

    row: Row
    choice: Choice | None
    match: Duplicate | None = None
    guest_id: UUID | None = None
    leader: int | None = None


class _Placing:
    """Finds for each row the guest or the earlier row that it belongs to; every guest has one row that leads."""

    def __init__(self, present: Present, found: Iterable[Duplicate], decisions: Decisions) -> None:
        self._present = present
        self._decisions = decisions
        self._rows: Sequence[Row] = ()
        self._leaders: dict[UUID, int] = {}
        self._leads: dict[int, int] = {}
        self._matches: dict[int, list[Duplicate]] = {}
        for match in found:
            self._matches.setdefault(match.row, []).append(match)

    def place(self, rows: Sequence[Row]) -> list[_Place]:
        self._rows = rows
        return [self._place(row) for row in rows]

    @cached_property
    def _meant(self) -> set[UUID]:
        """The guests whom rows have in the words of a former list."""
        known = self._present.known
        return {guest_id for row in self._rows if row.draft is not None for guest_id in known(row.draft)}

    def _place(self, row: Row) -> _Place:
        if row.draft is None:
            return _Place(row, None)
        matches = self._matches.get(row.number, ())
        if len(matches) > 1:
            matches = sorted(matches, key=_rank)
        match = next(filter(self._is_there, matches), None)
        chosen = self._decisions.rows.get(row.number)
        known = self._present.known(row.draft)
        if known and chosen in {None, Choice.MERGE}:
            # The row was imported before: it is the guest that it was then.
            free = next((guest_id for guest_id in known if guest_id not in self._leaders), None)
            return self._to_guest(row, match, free or known[0])
        if chosen is None and (match is None or match.likeness is not Likeness.SAME):
            again = self._present.known_by_ending(row.draft)
            left = (one for one in again if one not in self._leaders and one not in self._meant)
            if (reread := next(left, None)) is not None:
                return self._to_guest(row, match, reread)
        if chosen is None and match is not None:
            chosen = self._decisions.kinds.get(match.likeness) or default_choice(match)
        match chosen:
            case Choice.SKIP:
                return _Place(row, Choice.SKIP, match)
            case Choice.MERGE if match is not None and match.guest_id is not None:
                return self._to_guest(row, match, match.guest_id)
            case Choice.MERGE if match is not None and match.other_row is not None:
                return self._follow(row, match, self._leads[match.other_row])
            case _:
                self._leads[row.number] = row.number
                return _Place(row, None if match is None else Choice.KEEP, match)

    def _is_there(self, match: Duplicate) -> bool:
        return match.guest_id is not None or match.other_row in self._leads

    def _to_guest(self, row: Row, match: Duplicate | None, guest_id: UUID) -> _Place:
        if guest_id in self._leaders:
            return self._follow(row, match, self._leaders[guest_id])
        self._leaders[guest_id] = self._leads[row.number] = row.number
        return _Place(row, Choice.MERGE, match, guest_id)

    def _follow(self, row: Row, match: Duplicate | None, leader: int) -> _Place:
        self._leads[row.number] = leader
        return _Place(row, Choice.MERGE, match, None, leader)


def _rank(match: Duplicate) -> tuple[int, bool]:
    """Order matches: the same person before others, and then an earlier row before a guest."""
    return _STRENGTH[match.likeness], match.guest_id is not None


def identity(draft: GuestDraft) -> Key:
    """Return what makes two rows the same one that came again: name, telephone and e-mail address."""
    return fold_name(draft.name), draft.phone, draft.email.casefold()


def _ending(key: Key) -> Key:
    """Return a key with the last digits of its telephone, which it has in every country's way of writing it."""
    name, phone, email = key
    digits = phone[1:] if phone[1:].isdecimal() else "".join(filter(str.isdecimal, phone))
    return name, digits[-_ENDING:] or phone, email


def _skipped(place: _Place) -> Line:
    row = place.row
    return Line(
        row.number,
        Outcome.SKIP,
        row.draft,
        match=place.match,
        choice=place.choice,
        findings=row.findings,
    )


def _join(
    leading: GuestDraft, place: _Place, given: GuestDraft, decisions: Decisions
) -> tuple[GuestDraft, Line]:
    """Merge a row into an earlier one: it fills what is empty there, and more where the planner says so."""
    row = place.row
    draft, changes = merge(leading, given, whose_of_two, decisions.sides.get(row.number, {}))
    return draft, Line(
        row.number,
        Outcome.SKIP,
        given,
        leader=place.leader,
        match=place.match,
        choice=Choice.MERGE,
        changes=changes,
        findings=row.findings,
    )


def _save(
    place: _Place,
    draft: GuestDraft,
    present: Present,
    decisions: Decisions,
    origin: Origin,
) -> Line:
    row = place.row
    if place.guest_id is None:
        made = with_origin(draft, origin.source, origin.at)
        return _line(place, Outcome.ADD, made)
    guest, before = present.guests[place.guest_id], present.said.get(place.guest_id)
    if guest.is_as(draft):
        return _line(place, Outcome.SAME, draft)
    stored = guest.draft
    chosen = decisions.sides.get(row.number, {})
    refuses = guest.consent is Consent.NO

    def whose(name: str, old: object, new: object) -> Side:
        said_before = before is not None and value_of(before, name) == new
        # Whoever asked not to be written to is not brought back by a list.
        kept = refuses and name in _CONSENT
        return Side.STORED if said_before or kept or is_cosmetic(name, old, new) else Side.FILE

    # What stands in a row but not in its field (a wrong address) is no reason to erase the field.
    erase = decisions.erase - {name for name in decisions.erase if f"{name}_as_given" in draft.extra}
    if refuses:
        erase -= _CONSENT
    if draft.consent is Consent.UNKNOWN:
        erase |= _CONSENT if "consent" in erase else frozenset()
    elif (
        draft.consent is not guest.consent
        and (chosen.get("consent") or whose("consent", guest.consent, draft.consent)) is Side.FILE
    ):
        draft = with_origin(draft, origin.source, origin.at)
    merged, changes = merge(stored, draft, whose, chosen, erase)
    changed = any(change.side is Side.FILE for change in changes)
    return _line(place, Outcome.CHANGE if changed else Outcome.SAME, merged, changes)


def _line(place: _Place, outcome: Outcome, made: GuestDraft, changes: tuple[Change, ...] = ()) -> Line:
    row, choice, match, guest_id, leader = place
    return Line(row.number, outcome, row.draft, made, guest_id, leader, match, choice, changes, row.findings)


def _keep_households(lines: dict[int, Line], stored: Mapping[UUID, Guest]) -> None:
    """Put new guests who share a telephone into one household: one message would reach them all.

    It is the household that the other one has, else one called by the name of the row that came first.
    """
    for number, line in lines.items():
        match, draft = line.match, line.draft
        if line.outcome is not Outcome.ADD or match is None or draft is None or draft.household:
            continue
        if match.likeness is not Likeness.HOUSEHOLD or Reason.PHONE not in match.reasons:
            continue
        household = ""
        if match.guest_id is not None:
            household = stored[match.guest_id].household
        elif match.other_row is not None:
            other = lines[match.other_row]
            other = lines.get(other.leader or other.number, other)
            if other.draft is None:
                continue
            household = other.draft.household or other.draft.name[:HOUSEHOLD_LIMIT]
            if not other.draft.household and other.outcome is Outcome.ADD:
                lines[other.number] = other._replace(draft=replace(other.draft, household=household))
            elif not other.draft.household:
                continue
        if household:
            lines[number] = line._replace(draft=replace(draft, household=household))
