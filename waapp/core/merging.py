"""Two entries for one guest made one, field by field: whose value counts, and what that changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, NamedTuple, cast

from waapp.core.guests import SOURCE_LIMIT, Consent, GuestDraft
from waapp.core.headings import fold


class Side(StrEnum):
    """Whose value of a field counts: the row's, or the one that is there (stored, or of an earlier row)."""

    FILE = "file"
    STORED = "stored"


class Change(NamedTuple):
    """A field in which a row differs from what is there; `extra.…` names a further column."""

    field: str
    old: object
    new: object
    side: Side


Whose = Callable[[str, object, object], Side]
"""Tells for a field, what is there and what a row has whose value counts."""

FIELDS: Final = tuple(one.name for one in fields(GuestDraft) if one.name != "extra")
"""The fields of a draft that have one value each."""
EXTRA: Final = "extra."
"""What stands before the name of a further column in the name of a field."""

_EMPTY: Final[Mapping[str, object]] = {
    one.name: "" if one.default is MISSING else one.default for one in fields(GuestDraft)
}
_values: Final = attrgetter(*FIELDS)


def value_of(draft: GuestDraft, name: str) -> object:
    """Return a field of a draft, or a further column by `extra.…`; an empty text where there is none."""
    return draft.extra.get(name.removeprefix(EXTRA), "") if name.startswith(EXTRA) else getattr(draft, name)


def is_empty(name: str, value: object) -> bool:
    """Tell whether a field says nothing."""
    return value == _EMPTY.get(name, "")


def compose(drafts: Sequence[GuestDraft]) -> GuestDraft:
    """Return one guest of several rows: the first one's values, what it leaves empty from the next."""
    first, *rest = drafts
    for draft in rest:
        first, _ = merge(first, draft, whose_of_two, {})
    return first


def whose_of_two(name: str, old: object, _new: object) -> Side:
    """Fill what is empty in an earlier row from a later one."""
    return Side.FILE if is_empty(name, old) or name == "tags" else Side.STORED


def is_cosmetic(name: str, old: object, new: object) -> bool:
    """Tell whether two names or addresses differ in nothing but case, accents or blanks, or moments in their time."""
    match name:
        case "name":
            return fold(str(old)) == fold(str(new))
        case "email":
            return str(old).casefold() == str(new).casefold()
        case "consent_at":
            return isinstance(old, datetime) and isinstance(new, datetime) and old.date() == new.date()
        case _:
            return False


def merge(
    old: GuestDraft,
    new: GuestDraft,
    whose: Whose,
    chosen: Mapping[str, Side],
    erase: frozenset[str] = frozenset(),
) -> tuple[GuestDraft, tuple[Change, ...]]:
    """Return the guest that two make, and the fields in which the new one differs with whose value counts.

    `chosen` overrules `whose`; in the fields of `erase` an empty value of the new one takes away the old one's.
    """
    changes = []
    for name, was, given in _differing(old, new):
        erases = is_empty(name, given)
        now = given if erases else _together(name, was, given)
        if was == now or (erases and (name not in erase or name == "name")):
            continue
        side = chosen.get(name) or (Side.FILE if erases else whose(name, was, given))
        changes.append(Change(name, was, now, side))
    return (_changed(old, changes), tuple(changes)) if changes else (old, ())


def with_origin(draft: GuestDraft, source: str, at: datetime | None) -> GuestDraft:
    """Return a guest whose answer about being written to has a source and a day, where they were not given.

    A day that was given and could not be read is not made up.
    """
    if draft.consent is Consent.UNKNOWN:
        return draft
    day = draft.consent_at or (None if "consent_at_as_given" in draft.extra else at)
    return replace(draft, consent_source=draft.consent_source or source[:SOURCE_LIMIT], consent_at=day)


def _differing(old: GuestDraft, new: GuestDraft) -> Iterator[tuple[str, object, object]]:
    for name, was, given in zip(FIELDS, _values(old), _values(new), strict=True):
        if was != given:
            yield name, was, given
    if old.extra != new.extra:
        for key in {**new.extra, **old.extra}:
            yield EXTRA + key, old.extra.get(key, ""), new.extra.get(key, "")


def _together(name: str, was: object, given: object) -> object:
    """Return what a field becomes when a row brings a value: tags are added to those that are there."""
    if name == "tags" and isinstance(was, tuple) and isinstance(given, tuple):
        return tuple(dict.fromkeys((*was, *given)))
    return given


def _changed(draft: GuestDraft, changes: Iterable[Change]) -> GuestDraft:
    values: dict[str, object] = {}
    extra = dict(draft.extra)
    for change in changes:
        if change.side is Side.STORED:
            continue
        if not change.field.startswith(EXTRA):
            values[change.field] = change.new
        elif change.new:
            extra[change.field.removeprefix(EXTRA)] = str(change.new)
        else:
            extra.pop(change.field.removeprefix(EXTRA), None)
    return replace(draft, **cast("dict[str, Any]", values | {"extra": extra}))
