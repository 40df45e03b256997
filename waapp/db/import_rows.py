"""What an import did, row by row: written beside the guests whom it adds, and read again."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from waapp.core.guests import Consent, Guest, GuestDraft
from waapp.core.import_diff import Diff, Line, Outcome
from waapp.core.merging import EXTRA, FIELDS
from waapp.db.clock import database_clock
from waapp.db.copying import (
    NULL,
    as_array,
    as_json,
    as_text,
    as_texts,
    copy_lines,
    from_json,
    json_of_texts,
    line,
)
from waapp.db.engine import Connection
from waapp.db.streaming import CHUNK

_COPY_GUESTS: Final = """
COPY guests (id, event_id, name, phone, email, guest_group, language, notes, tags, household, plus_ones, time_zone,
    consent, consent_source, consent_at, extra{own}) FROM STDIN
"""
_COPY_ROWS: Final = """
COPY waapp_import_rows (import_id, row_number, guest_id, outcome, given, before, after) FROM STDIN
"""

# What a guest gets by a default that is another one for each costs the server a third of the time that a list takes: it
# then writes every row by itself. The same values are made here, where the defaults are our own and not the web
# application's (written as one of the versions of the server writes them).
_OUR_DEFAULTS: Final = text("""
SELECT a.attname
FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = CAST('guests' AS regclass) AND a.attgenerated = '' AND (
    a.attname IN ('created_at', 'updated_at') AND pg_get_expr(d.adbin, d.adrelid) IN (
        '(clock_timestamp() AT TIME ZONE ''utc''::text)', 'timezone(''utc''::text, clock_timestamp())')
    OR a.attname = 'rsvp_token' AND pg_get_expr(d.adbin, d.adrelid) IN (
        'encode(SUBSTRING(uuid_send(gen_random_uuid()) FROM 9 FOR 8), ''hex''::text)',
        'encode("substring"(uuid_send(gen_random_uuid()), 9, 8), ''hex''::text)'))
ORDER BY a.attname
""")
_TOKEN_BYTES: Final = 8
_AT_ONCE: Final = 50
"""Rows that are written at once: some are on their way while the next are put together. With many at once the server
and we would wait for each other in turn."""
_MOMENT: Final = timedelta(microseconds=1)

_values: Final = attrgetter(*FIELDS)
_EMPTY: Final = _values(GuestDraft(""))
_TEXTS: Final = FIELDS.index("notes") + 1
"""So many of the fields are texts, and most guests have nothing in the others."""
_BEGINS: Final = tuple(f'"{name}": ' for name in FIELDS[:_TEXTS])
_NO_DETAILS: Final = f"{{}}\t\t0\t\t{Consent.UNKNOWN}\t\t{NULL}"
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
    own = _Own(tuple((await conn.execute(_OUR_DEFAULTS)).scalars()), await database_clock(conn))
    total = len(diff.lines)
    rows: list[str] = []

    of_event, of_import = str(event_id), str(import_id)

    async def added() -> AsyncIterator[str]:
        # What the rows did is put into words meanwhile: the server takes longer over guests than we do.
        for start in range(0, total, CHUNK):
            end = min(start + CHUNK, total)
            for begin in range(start, end, _AT_ONCE):
                some = diff.lines[begin : min(begin + _AT_ONCE, end)]
                yield "".join(
                    [
                        _guest(one.draft, ids[one.number], of_event, ends)
                        for one, ends in zip(some, own.cells(len(some)), strict=True)
                        if one.outcome is Outcome.ADD and one.draft is not None and one.number in ids
                    ]
                )
                done = [_row(one, of_import, ids[one.number], guests) for one in some if one.number in ids]
                rows.append("".join(done))
            progress(end // 2)
            await asyncio.sleep(0)

    async def told() -> AsyncIterator[str]:
        for start in range(0, len(rows), CHUNK // _AT_ONCE):
            yield "".join(rows[start : start + CHUNK // _AT_ONCE])
            progress((total + min(start * _AT_ONCE + CHUNK, total)) // 2)
            await asyncio.sleep(0)

    await copy_lines(conn, _COPY_GUESTS.format(own="".join(f", {name}" for name in own.names)), added())
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


class _Own:
    """What each guest has of its own in some columns: a token, and when it came, by the clock of the database.

    No two come at the same moment, so that guests are listed in the order of their list.
    """

    def __init__(self, names: Sequence[str], now: datetime) -> None:
        self.names: Final = names
        self._began = self._next = now.astimezone(UTC).replace(tzinfo=None)
        self._since = time.monotonic()

    def cells(self, count: int) -> Iterator[str]:
        """Return the ends of the rows of some guests."""
        passed = timedelta(seconds=time.monotonic() - self._since)
        start = max(self._next, self._began + passed)
        self._next = start + count * _MOMENT
        digits = os.urandom(count * _TOKEN_BYTES).hex()
        width = 2 * _TOKEN_BYTES
        for number in range(count):
            moment = (start + number * _MOMENT).isoformat()
            token = digits[number * width : (number + 1) * width]
            yield "".join([f"\t{token if name == 'rsvp_token' else moment}" for name in self.names])


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


def _guest(draft: GuestDraft, guest_id: str, event_id: str, own: str) -> str:
    """Return the row of a new guest; `own` is what stands behind it."""
    values = _values(draft)
    name, phone, email, group, language, notes = as_texts(values[:_TEXTS])
    details = _NO_DETAILS if values[_TEXTS:] == _EMPTY[_TEXTS:] else _details(draft)
    extra = from_json(json_of_texts(draft.extra)) if draft.extra else "{}"
    return (
        f"{guest_id}\t{event_id}\t{name}\t{phone or NULL}\t{email or NULL}\t{group}\t{language}\t{notes}"
        f"\t{details}\t{extra}{own}\n"
    )


def _details(draft: GuestDraft) -> str:
    at = draft.consent_at
    return "\t".join(
        (
            as_array(draft.tags) if draft.tags else "{}",
            as_text(draft.household),
            str(draft.plus_ones),
            as_text(draft.time_zone),
            draft.consent.value,
            as_text(draft.consent_source),
            NULL if at is None else at.astimezone(UTC).replace(tzinfo=None).isoformat(),
        )
    )


def _row(one: Line, import_id: str, guest_id: str, guests: Mapping[UUID, Guest]) -> str:
    before = after = NULL
    if one.outcome is Outcome.CHANGE and one.draft is not None and one.guest_id is not None:
        guest = guests[one.guest_id]
        names = {"extra" if change.field.startswith(EXTRA) else change.field for change in one.changed}
        before = as_json({name: _plain(getattr(guest, name)) for name in names})
        after = as_json({name: _plain(getattr(one.draft, name)) for name in names})
    elif one.draft is not one.given and one.draft is not None and one.outcome is Outcome.ADD:
        after = _said(one.draft)
    given = _said(one.given or GuestDraft(""))
    return line((import_id, str(one.number), guest_id, one.outcome, given, before, after))


def _said(draft: GuestDraft) -> str:
    """Return the fields of a draft that say something, and always its name, as a row holds them."""
    values = _values(draft)
    if draft.name and values[_TEXTS:] == _EMPTY[_TEXTS:]:
        members = [
            f"{begins}{encode_basestring(text)}"
            for begins, text in zip(_BEGINS, values, strict=False)
            if text
        ]
        if draft.extra:
            members.append(f'"extra": {json_of_texts(draft.extra)}')
        return from_json(f"{{{', '.join(members)}}}")
    said: dict[str, object] = {
        name: _plain(value)
        for name, value, empty in zip(FIELDS, values, _EMPTY, strict=True)
        if value != empty or name == "name"
    }
    if draft.extra:
        said["extra"] = dict(draft.extra)
    return as_json(said)


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
