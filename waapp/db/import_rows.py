"""What an import did, row by row: written beside the guests whom it adds, and read again."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from waapp.core.guests import Consent, Guest, GuestDraft
from waapp.core.import_diff import Diff, Line, Outcome
from waapp.core.merging import EXTRA, FIELDS
from waapp.db.copying import NULL, as_array, as_json, as_text, copy_lines, line
from waapp.db.engine import Connection
from waapp.db.streaming import CHUNK

_COPY_GUESTS: Final = """
COPY guests (id, event_id, name, phone, email, guest_group, language, notes, tags, household, plus_ones, time_zone,
    consent, consent_source, consent_at, extra) FROM STDIN
"""
_COPY_ROWS: Final = """
COPY waapp_import_rows (import_id, row_number, guest_id, outcome, given, before, after) FROM STDIN
"""

_EMPTY: Final = attrgetter(*FIELDS)(GuestDraft(""))
_values: Final = attrgetter(*FIELDS)
_VARIANT: Final = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


async def write_rows(
    conn: Connection,
    import_id: UUID,
    event_id: UUID,
    diff: Diff,
    left_out: Collection[int],
    guests: Mapping[UUID, Guest],
    progress: Callable[[int], object],
) -> None:
    """Store the guests whom a diff adds and what every row did; `left_out` are the rows that came too late.

    `progress` is told the number of rows that are on their way.
    """
    ids = _ids(diff, left_out)
    total = len(diff.lines)
    rows: list[str] = []

    async def added() -> AsyncIterator[str]:
        # What the rows did is put into words meanwhile: the server takes longer over guests than we do.
        for start in range(0, total, CHUNK):
            some = diff.lines[start : start + CHUNK]
            yield "".join(
                _guest(one.draft, ids[one.number], event_id)
                for one in some
                if one.outcome is Outcome.ADD and one.draft is not None and one.number in ids
            )
            rows.append(
                "".join(_row(one, import_id, ids[one.number], guests) for one in some if one.number in ids)
            )
            progress((start + len(some)) // 2)
            await asyncio.sleep(0)

    async def told() -> AsyncIterator[str]:
        for number, block in enumerate(rows, start=1):
            yield block
            progress((total + min(number * CHUNK, total)) // 2)
            await asyncio.sleep(0)

    await copy_lines(conn, _COPY_GUESTS, added())
    await copy_lines(conn, _COPY_ROWS, told())


def draft_from(plain: Mapping[str, Any]) -> GuestDraft:
    """Return a draft from its JSON."""
    return GuestDraft(**values_from(plain))


def values_from(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of a draft from their JSON."""
    values = dict(plain)
    if "tags" in values:
        values["tags"] = tuple(values["tags"])
    if "consent" in values:
        values["consent"] = Consent(values["consent"])
    if values.get("consent_at") is not None:
        values["consent_at"] = datetime.fromisoformat(values["consent_at"])
    return values


def _ids(diff: Diff, left_out: Collection[int]) -> dict[int, str]:
    """Return the guest that each row belongs to, a new one for whom it adds."""
    new = _new_ids()
    ids: dict[int, str] = {}
    for one in diff.lines:
        if one.given is None or one.number in left_out:
            continue
        if one.outcome is Outcome.ADD:
            ids[one.number] = next(new)
        elif one.guest_id is not None:
            ids[one.number] = str(one.guest_id)
        elif one.leader in ids:
            ids[one.number] = ids[one.leader]
    return ids


def _new_ids() -> Iterator[str]:
    """Return random UUIDs (version 4) as text: an object for each costs several times as much."""
    while True:
        digits = os.urandom(16 * CHUNK).hex()
        for start in range(0, len(digits), 32):
            one = digits[start : start + 32]
            yield f"{one[:8]}-{one[8:12]}-4{one[13:16]}-{_VARIANT[one[16]]}{one[17:20]}-{one[20:]}"


def _guest(draft: GuestDraft, guest_id: str, event_id: UUID) -> str:
    at = draft.consent_at
    return line(
        (
            guest_id,
            str(event_id),
            as_text(draft.name),
            as_text(draft.phone) or NULL,
            as_text(draft.email) or NULL,
            as_text(draft.group),
            as_text(draft.language),
            as_text(draft.notes),
            as_array(draft.tags) if draft.tags else "{}",
            as_text(draft.household),
            str(draft.plus_ones),
            as_text(draft.time_zone),
            draft.consent.value,
            as_text(draft.consent_source),
            NULL if at is None else at.astimezone(UTC).replace(tzinfo=None).isoformat(),
            as_json(dict(draft.extra)) if draft.extra else "{}",
        )
    )


def _row(one: Line, import_id: UUID, guest_id: str, guests: Mapping[UUID, Guest]) -> str:
    before = after = NULL
    if one.outcome is Outcome.CHANGE and one.draft is not None and one.guest_id is not None:
        guest = guests[one.guest_id]
        names = {"extra" if change.field.startswith(EXTRA) else change.field for change in one.changed}
        before = as_json({name: _plain(getattr(guest, name)) for name in names})
        after = as_json({name: _plain(getattr(one.draft, name)) for name in names})
    elif one.outcome is Outcome.ADD and one.draft is not None and one.draft != one.given:
        after = as_json(_said(one.draft))
    given = as_json(_said(one.given or GuestDraft("")))
    return line((str(import_id), str(one.number), guest_id, one.outcome.value, given, before, after))


def _said(draft: GuestDraft) -> dict[str, object]:
    """Return the fields of a draft that say something, as JSON has them."""
    values: dict[str, object] = {
        name: _plain(value)
        for name, value, empty in zip(FIELDS, _values(draft), _EMPTY, strict=True)
        if value != empty or name == "name"
    }
    if draft.extra:
        values["extra"] = dict(draft.extra)
    return values


def _plain(value: object) -> object:
    """Return a field's value as JSON has it; `values_from` reads it back."""
    if type(value) is str:
        return value
    match value:
        case tuple():
            return list(value)
        case datetime():
            return value.isoformat()
        case Mapping():
            return dict(value)
        case _:
            return value
