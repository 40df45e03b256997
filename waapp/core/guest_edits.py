"""One change for many guests at once."""

from dataclasses import dataclass, fields, replace
from typing import Any

from waapp.core.guests import Consent, GuestDraft


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What becomes of every guest; None leaves a field as it is. Tags are added and removed, never replaced.

    A `consent` comes with where it is known from.
    """

    group: str | None = None
    household: str | None = None
    language: str | None = None
    time_zone: str | None = None
    plus_ones: int | None = None
    consent: Consent | None = None
    consent_source: str | None = None
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
