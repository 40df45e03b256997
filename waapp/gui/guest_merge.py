"""Two people changed one guest: keep what was typed, take what the other changed, name what both touched."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from waapp.core.cells import clean_cell
from waapp.core.guests import GuestDraft, phone_key

_TEXTS: Final = (
    "name", "phone", "email", "group", "language", "notes", "household", "time_zone", "consent_source",
)  # fmt: skip
FIELDS: Final = (
    "name", "phone", "email", "group", "language", "tags", "household", "plus_ones", "notes", "time_zone", "consent",
    "consent_at", "consent_source",
)  # fmt: skip
"""The fields of a draft that a person edits, in the order of the panel."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What the form shows next; `clashes` holds the other person's value of every field that both changed."""

    draft: GuestDraft
    clashes: dict[str, object]


def with_values(draft: GuestDraft, values: Mapping[str, object]) -> GuestDraft:
    """Return a draft with other values of the fields that are named."""
    return replace(draft, **values)  # type: ignore[arg-type] # each of its own field


def storable(draft: GuestDraft, region: str | None) -> GuestDraft:
    """Return a draft as it is stored: trimmed and composed, the number in E.164 if it can be read."""
    texts = {field: clean_cell(getattr(draft, field)) for field in _TEXTS}
    texts["phone"] = phone_key(texts["phone"], region) or texts["phone"]
    tags = tuple(dict.fromkeys(tag for tag in map(clean_cell, draft.tags) if tag))
    return with_values(draft, {**texts, "tags": tags})


def merge(base: GuestDraft, mine: GuestDraft, theirs: GuestDraft) -> Merge:
    """Merge field by field: an untouched field follows the other person, a typed one stays as typed."""
    values: dict[str, object] = {}
    clashes: dict[str, object] = {}
    for field in FIELDS:
        was, typed, now = getattr(base, field), getattr(mine, field), getattr(theirs, field)
        values[field] = now if typed == was else typed
        if typed not in (was, now) and now != was:
            clashes[field] = now
    # What the form does not show is as it is stored.
    return Merge(with_values(theirs, values), clashes)
