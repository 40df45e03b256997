"""Guests and events who were deleted: what is still kept of them, until when, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from waapp.core.events import Event

KEPT_FOR: Final = timedelta(days=30)
"""How long what was deleted can be put back; the database's own functions forget it then."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of a guest who is erased, and where else the number stands.

    `messages` is the number of messages of which Twilio's id, the times, the outcome and the price stay; `opted_out`
    whether the number stays among those that must not be written to; `elsewhere` names the other events with it;
    `named` is the number of messages to others whose text names the guest, `noted` that of other guests of the event in
    whose notes the name stands, `lists` the imported lists that are called by it.
    """

    messages: int
    opted_out: bool
    elsewhere: tuple[str, ...]
    named: int = 0
    noted: int = 0
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeletedGuest:
    """A guest on no list any more of whom something is kept.

    `until` is when everything but the proof of `messages` that were sent is forgotten; None when only that proof is
    left. `event_deleted`: the event must come back first.
    """

    id: UUID
    event_id: UUID
    event_name: str
    name: str
    phone: str
    email: str
    deleted_at: datetime
    deleted_by: str
    until: datetime | None
    messages: int
    event_deleted: bool = False

    @property
    def is_restorable(self) -> bool:
        """Whether the guest can be put back on the list now."""
        return self.until is not None and not self.event_deleted


@dataclass(frozen=True, slots=True)
class DeletedEvent:
    """An event that was deleted and can be put back until then, with so many guests."""

    event: Event
    guests: int
    deleted_at: datetime
    deleted_by: str

    @property
    def until(self) -> datetime:
        """When it is forgotten."""
        return self.deleted_at + KEPT_FOR


def find_deleted(rows: Iterable[DeletedGuest], wanted: str) -> list[DeletedGuest]:
    """Return those whose name, address or number has what is searched for; digits are compared as digits."""
    words = wanted.casefold().split()
    digits = "".join(sign for sign in wanted if sign.isdigit())
    is_number = bool(digits) and not any(sign.isalpha() for sign in wanted)

    def found(row: DeletedGuest) -> bool:
        if is_number:
            return digits.lstrip("0") in "".join(sign for sign in row.phone if sign.isdigit())
        said = f"{row.name} {row.email} {row.event_name}".casefold()
        return all(word in said for word in words)

    return [row for row in rows if found(row)]
