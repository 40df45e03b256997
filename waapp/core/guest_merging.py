"""Entries of a guest list that are one person: who stays, whose value counts in each field, what waits no longer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from waapp.core.guest_edits import field_values, with_field_values
from waapp.core.guests import Answer, Consent, Guest, GuestDraft, answer_of
from waapp.core.status import EngineState, GuestStatus, guest_status

ANSWER: Final = "answer"
"""The field of what a guest has answered, which is the web application's."""


class Message(NamedTuple):
    """An invitation as merging looks at it; `about` is the same for all messages of one template."""

    id: UUID
    guest_id: UUID
    state: EngineState
    word: str | None
    about: str
    practice: bool
    recipient: str

    @property
    def has_left(self) -> bool:
        """Whether Twilio has it, or may have it."""
        return self.state in {EngineState.SENDING, EngineState.UNKNOWN, EngineState.ACCEPTED}

    @property
    def counts(self) -> bool:
        """Whether its guest has it, will have it or may have it: nobody is sent the same again."""
        return self.has_left and guest_status(self.word) is not GuestStatus.FAILED


@dataclass(frozen=True, slots=True)
class Sides:
    """A field in which guests differ: the values to choose from, the survivor's first where it has one.

    `default` counts unless the planner chooses another one; `own` is what the survivor has.
    """

    field: str
    values: tuple[object, ...]
    default: object
    own: object

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose; else one value is there, or all of them go together."""
        return len(self.values) > 1

    @property
    def comes_along(self) -> bool:
        """Whether the survivor gets something unasked that only others have."""
        return not self.is_open and self.default != self.own


@dataclass(frozen=True, slots=True)
class Merge:
    """What several guests become: `survivor` stays, with this draft and the answer of `answer_from`.

    `seen` is how the planner had them in view, the survivor among them.
    """

    survivor: UUID
    draft: GuestDraft
    answer_from: UUID
    seen: tuple[Guest, ...]

    @property
    def absorbed(self) -> tuple[UUID, ...]:
        """The ids of those who become one with the survivor."""
        return tuple(guest.id for guest in self.seen if guest.id != self.survivor)


def who_stays(guests: Sequence[Guest], messages: Iterable[Message]) -> UUID:
    """Return whose entry should stay: the link in a message that has left, or by which somebody answered, lives on.

    Of equals it is the one of whom more is known, then the first.
    """
    standing = dict.fromkeys((guest.id for guest in guests), (False, 0))
    for message in messages:
        if message.guest_id in standing:
            standing[message.guest_id] = max(standing[message.guest_id], _standing(message))
    best = max(
        range(len(guests)),
        key=lambda place: (
            _has_answered(guests[place]), *standing[guests[place].id], _filled(guests[place]), -place,
        ),
    )  # fmt: skip
    return guests[best].id


def sides(guests: Sequence[Guest], survivor: UUID) -> tuple[Sides, ...]:
    """Return the fields in which guests differ, in the order of a guest's fields.

    What only one of them has is taken, tags go together, a refusal counts before an agreement; notes are kept all.
    """
    ordered = _survivor_first(guests, survivor)
    each = [field_values(guest.draft) | {ANSWER: _answer(guest)} for guest in ordered]
    found = []
    for field in dict.fromkeys(key for values in each for key in values):
        given = list(dict.fromkeys(values.get(field, "") for values in each))
        if len(given) == 1:
            continue
        said = _without_repeats(field, [value for value in given if not _says_nothing(field, value)])
        if not said:
            continue
        if field == "tags":
            said = [tuple(dict.fromkeys(tag for tags in said for tag in _as_tuple(tags)))]
        elif field == "notes" and len(said) > 1:
            said.insert(0, "\n".join(map(str, said)))
        found.append(Sides(field, tuple(said), _default(field, said), each[0].get(field, "")))
    return tuple(found)


def merged(guests: Sequence[Guest], survivor: UUID, chosen: Mapping[str, object]) -> Merge:
    """Return what guests become; `chosen` overrules the default of a field with one of its values."""
    ordered = _survivor_first(guests, survivor)
    values = {one.field: chosen.get(one.field, one.default) for one in sides(guests, survivor)}
    answer = values.pop(ANSWER, None)
    answered = next((guest for guest in ordered if _answer(guest) == answer), ordered[0])
    return Merge(survivor, with_field_values(ordered[0].draft, values), answered.id, tuple(guests))


def waits_no_longer(messages: Sequence[Message], survivor: UUID, phone: str) -> frozenset[UUID]:
    """Return the waiting messages to cancel, so that who becomes one guest gets nothing twice.

    One that is the only one of its template stays, if it is the survivor's or goes to the `phone` that stays.
    """
    had = {(one.about, one.practice) for one in messages if one.counts}
    leaving: set[UUID] = set()
    for one in sorted(messages, key=lambda one: (one.guest_id != survivor, one.id)):
        if one.state is not EngineState.QUEUED:
            continue
        theirs = one.guest_id == survivor or one.recipient == phone
        if not theirs or (one.about, one.practice) in had:
            leaving.add(one.id)
        else:
            had.add((one.about, one.practice))
    return frozenset(leaving)


def links_lost(guests: Sequence[Guest], survivor: UUID, messages: Collection[Message]) -> tuple[Guest, ...]:
    """Return those of whom a real message has left whose link will lead nowhere."""
    told = {one.guest_id for one in messages if one.counts and not one.practice}
    return tuple(guest for guest in guests if guest.id != survivor and guest.id in told)


def as_seen(seen: Guest, now: Guest) -> bool:
    """Tell whether a guest is still as a planner has seen it; what became of messages does not matter here."""
    return seen.updated_at == now.updated_at or (seen.draft, _answer(seen)) == (now.draft, _answer(now))


def _survivor_first(guests: Sequence[Guest], survivor: UUID) -> list[Guest]:
    return sorted(guests, key=lambda guest: guest.id != survivor)


def _standing(message: Message) -> tuple[bool, int]:
    """Return how much a message weighs: a real one more than any in practice."""
    match message.state:
        case EngineState.ACCEPTED:
            weight = {GuestStatus.FAILED: 1, GuestStatus.DELIVERED: 4, GuestStatus.READ: 5}.get(
                guest_status(message.word), 3
            )
        case EngineState.SENDING | EngineState.UNKNOWN:
            weight = 3
        case EngineState.QUEUED:
            weight = 2
        case EngineState.FAILED:
            weight = 1
        case EngineState.CANCELLED:
            weight = 0
    return not message.practice and weight > 0, weight


def _answer(guest: Guest) -> tuple[str, int | None]:
    return guest.rsvp_status, guest.rsvp_count


def _has_answered(guest: Guest) -> bool:
    return answer_of(guest.rsvp_status) is not Answer.NONE


def _filled(guest: Guest) -> int:
    return sum(not _says_nothing(field, value) for field, value in field_values(guest.draft).items())


def _says_nothing(field: str, value: object) -> bool:
    match field, value:
        case "consent", (consent, *_):
            return consent is Consent.UNKNOWN
        case "answer", (str(word), _):
            return answer_of(word) is Answer.NONE
        case "plus_ones", number:
            return number == 0
        case _:
            return not value


def _without_repeats(field: str, values: Iterable[object]) -> list[object]:
    """Return the values that differ; addresses do not by their case."""
    first: dict[object, object] = {}
    for value in values:
        first.setdefault(str(value).casefold() if field == "email" else value, value)
    return list(first.values())


def _as_tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _default(field: str, said: Sequence[object]) -> object:
    match field:
        case "consent":
            return next((value for value in said if Consent.NO in _as_tuple(value)), said[0])
        case "phone":
            # A number that somebody can be reached at, before one that has to be mended.
            return next((value for value in said if str(value).startswith("+")), said[0])
        case _:
            return said[0]
