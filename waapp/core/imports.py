"""Imports that were saved: what is known of each, and what can be taken back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from waapp.core.guests import Guest, GuestDraft
from waapp.core.import_diff import Account, Outcome, identity


@dataclass(frozen=True, slots=True)
class Import:
    """An import as it is listed.

    `left` counts the guests of it that could still be taken back, `gone` those who were and could be brought back.
    """

    id: UUID
    event_id: UUID
    source: str
    by: str
    at: datetime
    account: Account
    undone_at: datetime | None = None
    undone_by: str | None = None
    left: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What an import did to one guest: `after` holds the fields that it changed, of an added guest all that it stored.

    None of them need be told of a guest who is `untouched`: still as the import has left them, and without an answer.
    """

    guest_id: UUID
    outcome: Outcome
    untouched: bool
    after: Mapping[str, object] = field(default_factory=dict)


class Why(StrEnum):
    """Why a guest of an import cannot be taken back, or brought back."""

    INVITED = "import_guest_invited"
    ANSWERED = "import_guest_answered"
    EDITED = "import_guest_edited"
    LISTED = "import_guest_listed"
    DELETED = "import_guest_deleted"
    AGAIN = "import_guest_again"


@dataclass(frozen=True, slots=True)
class Kept:
    """A guest who stays as they are when the import is undone or brought back, and why."""

    guest_id: UUID
    name: str
    why: Why


@dataclass(frozen=True, slots=True)
class Undo:
    """What undoing an import does: guests to remove, guests whose fields go back, and guests who stay."""

    removed: tuple[UUID, ...] = ()
    restored: tuple[UUID, ...] = ()
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoneRow:
    """What an import that was undone had done to one guest, who is `listed` now or was deleted with it.

    `as_before`: a guest who is there is still as before the import, in what it had changed. `was` has name, number and
    address only.
    """

    guest_id: UUID
    outcome: Outcome
    was: GuestDraft
    listed: bool
    as_before: bool


@dataclass(frozen=True, slots=True)
class Redo:
    """What bringing an import back does: guests to add again, guests to change again, and guests who stay."""

    added: tuple[UUID, ...] = ()
    changed: tuple[UUID, ...] = ()
    kept: tuple[Kept, ...] = ()


@dataclass(slots=True)
class _Sorted:
    removed: list[UUID] = field(default_factory=list)
    restored: list[UUID] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


def plan_undo(
    rows: Iterable[ImportedRow],
    guests: Iterable[Guest],
    invited: Collection[UUID],
    listed: Collection[UUID] = (),
) -> Undo:
    """Return what can be taken back of an import.

    `invited` are those who got an invitation after it, `listed` those who are on a newer list too. Nothing that came
    later is lost: whoever was invited, has answered, was edited in what the import has set, or would be missing from
    a newer list stays as they are. `guests` are those of whom any of this may be. Guests who are gone need nothing.
    """
    found = _Sorted()
    present = {guest.id: guest for guest in guests}
    for row in rows:
        guest = present.get(row.guest_id)
        if guest is None and not row.untouched:
            continue
        why = None if guest is None else _why_kept(row, guest, invited, listed)
        if guest is not None and why is not None:
            found.kept.append(Kept(guest.id, guest.name, why))
        elif row.outcome is Outcome.ADD:
            found.removed.append(row.guest_id)
        else:
            found.restored.append(row.guest_id)
    return Undo(tuple(found.removed), tuple(found.restored), tuple(found.kept))


def plan_redo(rows: Iterable[UndoneRow], arrived: Iterable[GuestDraft]) -> Redo:
    """Return what can be brought back of an import that was undone.

    `arrived` are those who have come to the event since: nobody is added beside somebody with the same number, or with
    the same name and address. Whoever was changed since, in what the import had changed, or deleted, stays so.
    """
    known = set(map(identity, arrived))
    numbers = {phone for _, phone, _ in known if phone}
    added, changed, kept = [], [], []
    for row in rows:
        why = None
        if row.outcome is Outcome.CHANGE:
            why = None if row.as_before else Why.EDITED if row.listed else Why.DELETED
        elif not row.listed and (row.was.phone in numbers or identity(row.was) in known):
            why = Why.AGAIN
        if why is not None:
            kept.append(Kept(row.guest_id, row.was.name, why))
        elif row.outcome is Outcome.CHANGE:
            changed.append(row.guest_id)
        elif not row.listed:
            added.append(row.guest_id)
    return Redo(tuple(added), tuple(changed), tuple(kept))


def _why_kept(
    row: ImportedRow, guest: Guest, invited: Collection[UUID], listed: Collection[UUID]
) -> Why | None:
    if guest.id in invited:
        return Why.INVITED
    if not row.untouched:
        if row.outcome is Outcome.ADD and (guest.rsvp_status != "pending" or guest.rsvp_count is not None):
            return Why.ANSWERED
        if not _is_as_left(row, guest.draft):
            return Why.EDITED
    return Why.LISTED if row.outcome is Outcome.ADD and guest.id in listed else None


def _is_as_left(row: ImportedRow, now: GuestDraft) -> bool:
    if row.outcome is Outcome.ADD:
        return now == GuestDraft(**row.after)  # type: ignore[arg-type] # as it was written by us
    return all(getattr(now, name) == value for name, value in row.after.items())
