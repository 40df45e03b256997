"""Edits of guests: a guest as single fields, what is stored of what was typed, one change for many at once."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from waapp.core.cells import clean_cell
from waapp.core.guests import Consent, Guest, GuestDraft, GuestRow, phone_key
from waapp.core.two_edits import OtherEdit

EXTRA: Final = "extra:"
"""What the fields of a guest's own columns begin with."""

_TEXTS: Final = (
    "name", "phone", "email", "group", "language", "notes", "household", "time_zone", "consent_source",
)  # fmt: skip
_CONSENT: Final = ("consent", "consent_source", "consent_at")


def field_values(draft: GuestDraft) -> dict[str, object]:
    """Return a guest as what a person sees as one field each: consent is one, with its source and day."""
    values: dict[str, object] = {
        part.name: getattr(draft, part.name)
        for part in fields(GuestDraft)
        if part.name not in _CONSENT and part.name != "extra"
    }
    values["consent"] = tuple(getattr(draft, name) for name in _CONSENT)
    return values | {f"{EXTRA}{name}": value for name, value in draft.extra.items()}


def with_field_values(draft: GuestDraft, values: Mapping[str, object]) -> GuestDraft:
    """Return a guest with other values of the fields that are named (see `field_values`).

    None takes a column of the planner's own away from the guest.
    """
    plain: dict[str, Any] = {
        name: value for name, value in values.items() if name != "consent" and not name.startswith(EXTRA)
    }
    consent: Any = values.get("consent")
    if consent is not None:
        plain |= dict(zip(_CONSENT, consent, strict=True))
    extra = dict(draft.extra)
    for name, value in values.items():
        if name.startswith(EXTRA) and value is None:
            extra.pop(name.removeprefix(EXTRA), None)
        elif name.startswith(EXTRA) and (value or name.removeprefix(EXTRA) in extra):
            extra[name.removeprefix(EXTRA)] = str(value)
    return replace(draft, **plain, extra=extra)


def storable(draft: GuestDraft, region: str | None) -> GuestDraft:
    """Return a draft as it is stored: trimmed and composed, the number in E.164 if it can be read."""
    texts = {field: clean_cell(getattr(draft, field)) for field in _TEXTS}
    texts["phone"] = phone_key(texts["phone"], region) or texts["phone"]
    tags = tuple(dict.fromkeys(tag for tag in map(clean_cell, draft.tags) if tag))
    extra = {name: clean_cell(value) for name, value in draft.extra.items()}
    return replace(draft, **texts, tags=tags, extra=extra)  # type: ignore[arg-type] # each of its own field


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What becomes of every guest; None leaves a field as it is. Tags are added and removed, never replaced.

    A `consent` comes with where it is known from and since when; without a day it is today's.
    """

    group: str | None = None
    household: str | None = None
    language: str | None = None
    time_zone: str | None = None
    plus_ones: int | None = None
    consent: Consent | None = None
    consent_source: str | None = None
    consent_at: datetime | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it leaves everybody as they are."""
        return self == BulkChange()


def changed(draft: GuestDraft, change: BulkChange) -> GuestDraft:
    """Return a guest after the change; tags are compared without regard to case and keep their spelling."""
    values: dict[str, Any] = {
        part.name: getattr(change, part.name)
        for part in fields(change)
        if part.name not in {"add_tags", "remove_tags"} and getattr(change, part.name) is not None
    }
    if change.consent is Consent.UNKNOWN:
        values |= {"consent_source": "", "consent_at": None}
    leaving = {tag.casefold() for tag in change.remove_tags}
    tags = [tag for tag in draft.tags if tag.casefold() not in leaving]
    held = {tag.casefold() for tag in tags}
    tags += [tag for tag in dict.fromkeys(change.add_tags) if tag.casefold() not in held]
    return replace(draft, **values, tags=tuple(tags))


def overtaken(change: BulkChange, seen: GuestDraft, now: GuestDraft) -> tuple[OtherEdit, ...]:
    """Return what others have meanwhile made of the fields that a change sets; tags are only added and removed."""
    was, stored, wanted = field_values(seen), field_values(now), field_values(changed(now, change))
    return tuple(
        OtherEdit(field, was.get(field, ""), wanted[field], stored[field])
        for field in stored
        if field != "tags" and was.get(field, "") != stored[field] != wanted[field]
    )


def differs(row: GuestRow, guest: Guest) -> bool:
    """Tell whether a guest is no longer as a row of the list shows it."""
    shown = (
        row.name,
        row.phone,
        row.email,
        row.group,
        row.language,
        tuple(row.tags),
        row.household,
        row.plus_ones,
    )
    stored = (
        guest.name, guest.phone, guest.email, guest.group, guest.language, guest.tags, guest.household, guest.plus_ones,
    )  # fmt: skip
    return shown != stored or row.consent != guest.consent.value
