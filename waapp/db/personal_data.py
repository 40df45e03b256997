"""Everything that is kept about one guest: to be handed over, and to be forgotten."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

import json
import re
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text

from waapp.core.deletions import Kept
from waapp.core.guests import HOUSEHOLD_LIMIT, phone_key
from waapp.core.names import first_name
from waapp.db.engine import Connection
from waapp.db.guest_filters import delete_filter, list_filters
from waapp.db.guests import LOCK_INVITATIONS
from waapp.errors import UserError

Document = dict[str, Any]

# As the list has it, else as it was deleted, else as the last message that was sent says.
_GUEST: Final = text("""
SELECT CAST(to_jsonb(g) AS text) AS guest, g.event_id, NULL AS deleted_at, NULL AS deleted_by, 1 AS place
FROM guests g WHERE g.id = :id
UNION ALL
SELECT CAST(d.content AS text), d.event_id, d.deleted_at, d.deleted_by, 2
FROM waapp_deleted_rows d WHERE d.guest_id = :id AND d.table_name = 'guests'
UNION ALL
(SELECT CAST(jsonb_build_object('id', p.guest_id, 'name', p.guest_name, 'phone', p.recipient) AS text), p.event_id,
    p.kept_at, p.kept_by, 3
FROM whatsapp_proofs p WHERE p.guest_id = :id AND p.erased_at IS NULL ORDER BY p.kept_at DESC LIMIT 1)
ORDER BY place LIMIT 1
""")

_EVENT: Final = text("""
SELECT CAST(to_jsonb(e) AS text), 1 AS place FROM events e WHERE e.id = :id
UNION ALL
SELECT CAST(d.content AS text), 2 FROM waapp_deleted_rows d WHERE d.event_id = :id AND d.table_name = 'events'
UNION ALL
(SELECT CAST(jsonb_build_object('name', p.event_name) AS text), 3 FROM whatsapp_proofs p WHERE p.event_id = :id LIMIT 1)
ORDER BY place LIMIT 1
""")

_INVITATIONS: Final = text("""
SELECT CAST(to_jsonb(i) || jsonb_build_object('history', COALESCE((
    SELECT jsonb_agg(to_jsonb(l) - 'id' - 'invitation_id' ORDER BY l.id)
    FROM whatsapp_invitation_log l WHERE l.invitation_id = i.id), '[]'), 'earlier_attempts', COALESCE((
    SELECT jsonb_agg(to_jsonb(a) - 'invitation_id' ORDER BY a.created_at, a.sid)
    FROM whatsapp_attempts a WHERE a.invitation_id = i.id), '[]')) AS text)
FROM whatsapp_invitations i WHERE i.guest_id = :id ORDER BY i.created_at, i.id
""")

_DELETED_INVITATIONS: Final = text("""
SELECT CAST(i.content || jsonb_build_object('history', COALESCE((
    SELECT jsonb_agg(l.content - 'id' - 'invitation_id' ORDER BY CAST(l.content ->> 'id' AS bigint))
    FROM waapp_deleted_rows l WHERE l.guest_id = :id AND l.table_name = 'whatsapp_invitation_log'
      AND l.content ->> 'invitation_id' = i.content ->> 'id'), '[]'), 'earlier_attempts', COALESCE((
    SELECT jsonb_agg(a.content - 'invitation_id' ORDER BY a.content ->> 'created_at', a.content ->> 'sid')
    FROM waapp_deleted_rows a WHERE a.guest_id = :id AND a.table_name = 'whatsapp_attempts'
      AND a.content ->> 'invitation_id' = i.content ->> 'id'), '[]')) AS text)
FROM waapp_deleted_rows i
WHERE i.guest_id = :id AND i.table_name = 'whatsapp_invitations'
ORDER BY i.content ->> 'created_at', i.content ->> 'id'
""")

_PROOFS: Final = text("""
SELECT CAST(to_jsonb(p) AS text) FROM whatsapp_proofs p
WHERE p.guest_id = :id AND NOT EXISTS (SELECT FROM whatsapp_invitations i WHERE i.id = p.invitation_id)
ORDER BY p.kept_at
""")

_OPT_OUT: Final = text("""
SELECT CAST(to_jsonb(o) AS text) FROM whatsapp_opt_outs o
WHERE o.address = :address
   OR o.address IN (SELECT i.recipient FROM whatsapp_invitations i WHERE i.guest_id = :id)
   OR o.address IN (SELECT p.recipient FROM whatsapp_proofs p WHERE p.guest_id = :id)
""")

_LIFTED: Final = text("""
SELECT CAST(to_jsonb(o) - 'id' AS text) FROM waapp_lifted_opt_outs o
WHERE o.address = :address
   OR o.address IN (SELECT i.recipient FROM whatsapp_invitations i WHERE i.guest_id = :id)
   OR o.address IN (SELECT p.recipient FROM whatsapp_proofs p WHERE p.guest_id = :id)
ORDER BY o.lifted_at
""")

_ADDRESSES: Final = text("""
SELECT CAST(:phone AS text) WHERE :phone <> ''
UNION
SELECT i.recipient FROM whatsapp_invitations i WHERE i.guest_id = :id AND i.recipient IS NOT NULL
UNION
SELECT p.recipient FROM whatsapp_proofs p WHERE p.guest_id = :id AND p.recipient IS NOT NULL
""")

_IMPORTS: Final = text("""
SELECT CAST(to_jsonb(r) - 'import_id' || jsonb_build_object(
    'list', m.source, 'imported_at', m.created_at, 'imported_by', m.imported_by) AS text)
FROM waapp_import_rows r JOIN waapp_imports m ON m.id = r.import_id
WHERE r.guest_id = :id ORDER BY m.created_at, r.row_number
""")

_DELETED_IMPORTS: Final = text("""
SELECT CAST(d.content - 'import_id' AS text) FROM waapp_deleted_rows d
WHERE d.guest_id = :id AND d.table_name = 'waapp_import_rows' ORDER BY d.id
""")

_ELSEWHERE: Final = text("""
SELECT e.name FROM events e
WHERE EXISTS (SELECT FROM guests g WHERE g.event_id = e.id AND g.id <> :id AND g.phone = :address)
ORDER BY e.date DESC NULLS LAST, e.name
""")

# Others of the household may have been sent the names of all of it.
_NAMED_TO_OTHERS: Final = text("""
SELECT count(*) FROM whatsapp_invitations i JOIN guests g ON g.id = i.guest_id
WHERE g.event_id = :event_id AND g.id <> :id AND i.engine_state NOT IN ('queued', 'cancelled')
  AND (position(lower(:name) IN lower(i.message_content)) > 0
    OR (lower(g.household) = lower(:household) AND :household <> ''
      AND position(lower(:first) IN lower(i.template_variables ->> 'household_names')) > 0))
""")

_PRACTICE_MESSAGES: Final = text("""
SELECT i.twilio_message_sid FROM whatsapp_invitations i
WHERE i.guest_id = :id AND i.practice AND i.twilio_message_sid IS NOT NULL
UNION
SELECT a.sid FROM whatsapp_attempts a JOIN whatsapp_invitations i ON i.id = a.invitation_id
WHERE i.guest_id = :id AND i.practice
UNION
SELECT i.content ->> 'twilio_message_sid' FROM waapp_deleted_rows i
WHERE i.guest_id = :id AND i.table_name = 'whatsapp_invitations' AND CAST(i.content ->> 'practice' AS boolean)
  AND i.content ->> 'twilio_message_sid' IS NOT NULL
UNION
SELECT a.content ->> 'sid' FROM waapp_deleted_rows a JOIN waapp_deleted_rows i
    ON i.guest_id = a.guest_id AND i.content ->> 'id' = a.content ->> 'invitation_id'
WHERE a.guest_id = :id AND a.table_name = 'whatsapp_attempts' AND i.table_name = 'whatsapp_invitations'
  AND CAST(i.content ->> 'practice' AS boolean)
""")

_ALONE_AT_HOME: Final = text("""
SELECT NOT EXISTS (
    SELECT FROM guests g
    WHERE g.event_id = :event_id AND g.id <> :id AND lower(g.household) = lower(:household))
""")

# What was typed about others, and what a list was called: only a person can tell what to put in its place.
_NOTED: Final = text("""
SELECT count(*) FROM guests g
WHERE g.event_id = :event_id AND g.id <> :id AND concat_ws(' ', g.notes, CAST(g.extra AS text)) ~* :word
""")
_LISTS: Final = text("""
SELECT DISTINCT source FROM waapp_imports WHERE event_id = :event_id AND source ~* :word ORDER BY source
""")

# Of two who forget members of one household at the same moment each would call it by the other's guest.
_AFTER_OTHERS: Final = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('waapp erase in ' || CAST(:event_id AS text), 0))"
)
# The guest among the others and all in the order of their ids, as everybody takes many guests.
_HOLD_HOUSEHOLD: Final = text("""
SELECT count(*) FROM (
    SELECT FROM guests
    WHERE event_id = :event_id AND (id = :id OR lower(household) = lower(:household) AND :household <> '')
    ORDER BY id FOR UPDATE) AS locked
""")

# A household without a name of its own is called by the guest whose row came first; by one who was deleted and may be
# restored where nobody else is left.
_AT_HOME: Final = text("""
SELECT name FROM (
    SELECT name, false AS is_aside, created_at, id FROM guests
    WHERE event_id = :event_id AND id <> :id AND lower(household) = lower(:household)
    UNION ALL
    SELECT d.content ->> 'name', true, CAST(d.content ->> 'created_at' AS timestamp), d.guest_id
    FROM waapp_deleted_rows d
    WHERE d.event_id = :event_id AND d.table_name = 'guests' AND d.guest_id <> :id
      AND lower(d.content ->> 'household') = lower(:household)
) AS home
ORDER BY is_aside, created_at, id
LIMIT 1
""")
_CALL_HOME_ASIDE: Final = text("SELECT waapp_call_household_aside(:event_id, :id, :household, :called)")
_CALL_HOME: Final = text("""
UPDATE guests SET household = :called, updated_at = clock_timestamp() AT TIME ZONE 'UTC'
WHERE event_id = :event_id AND id <> :id AND lower(household) = lower(:household)
""")
_CALLED: Final = (
    "CASE WHEN lower(gone.{said} ->> 'household') = lower(:household) "
    "THEN gone.{said} || jsonb_build_object('household', CAST(:called AS text)) ELSE gone.{said} END"
)
_CALL_HOME_IN_LISTS: Final = text(f"""
WITH gone AS (
    DELETE FROM waapp_import_rows r USING guests g
    WHERE g.id = r.guest_id AND g.event_id = :event_id AND g.id <> :id
      AND lower(:household) IN (
        lower(r.given ->> 'household'), lower(r.before ->> 'household'), lower(r.after ->> 'household'))
    RETURNING r.*
)
INSERT INTO waapp_import_rows
SELECT anew.* FROM gone CROSS JOIN LATERAL jsonb_populate_record(
    NULL::waapp_import_rows,
    to_jsonb(gone) || jsonb_build_object('given', {_CALLED.format(said="given")},
        'before', {_CALLED.format(said="before")}, 'after', {_CALLED.format(said="after")})) AS anew
""")

_ON_ITS_WAY: Final = text("""
SELECT count(*) FROM whatsapp_invitations WHERE guest_id = :id AND engine_state IN ('sending', 'unknown')
""")


@dataclass(frozen=True, slots=True)
class _Person:
    """A guest, of the list or deleted, as far as known, with the row as it is or was."""

    id: UUID
    event_id: UUID
    row: Document
    deleted: Document | None

    @property
    def name(self) -> str:
        return str(self.row.get("name") or "")

    @property
    def phone(self) -> str:
        return str(self.row.get("phone") or "")

    @property
    def email(self) -> str:
        return str(self.row.get("email") or "")

    @property
    def household(self) -> str:
        return str(self.row.get("household") or "")


async def gather(conn: Connection, guest_id: UUID) -> Document:
    """Return everything that is stored about a guest, by table, as plain values; raises `guest_unknown`.

    Also of one who was deleted, as long as anything is kept. Of the event only what the guest was told: its name,
    date and place.
    """
    person = await _find(conn, guest_id)
    event = json.loads((await conn.execute(_EVENT, {"id": person.event_id})).scalars().first() or "{}")
    address = _address(person.phone, event.get("default_region"))

    async def read(*queries: TextClause) -> list[Document]:
        parameters = {"id": guest_id}
        return [
            json.loads(one) for query in queries for one in (await conn.execute(query, parameters)).scalars()
        ]

    opt_outs = (await conn.execute(_OPT_OUT, {"id": guest_id, "address": address})).scalars()
    lifted = (await conn.execute(_LIFTED, {"id": guest_id, "address": address})).scalars()
    document: Document = {
        "guest": person.row,
        "event": {key: event.get(key) for key in ("name", "date", "location", "time_zone")},
        "invitations": await read(_INVITATIONS, _DELETED_INVITATIONS),
        "proofs_of_deleted_invitations": await read(_PROOFS),
        "imports": await read(_IMPORTS, _DELETED_IMPORTS),
        "opt_outs": [json.loads(one) for one in opt_outs],
        "lifted_opt_outs": [json.loads(one) for one in lifted],
    }
    return document if person.deleted is None else {**document, "deleted": person.deleted}


async def what_erasing_keeps(conn: Connection, guest_id: UUID) -> Kept:
    """Return what would stay if this guest, of the list or deleted, were erased; raises `guest_unknown`."""
    person = await _find(conn, guest_id)
    document = await gather(conn, guest_id)
    sent = {
        one["id"]
        for one in document["invitations"]
        if not one["practice"] and one["engine_state"] not in {"queued", "cancelled"}
    } | {one["invitation_id"] for one in document["proofs_of_deleted_invitations"]}
    elsewhere = await conn.execute(_ELSEWHERE, {"id": guest_id, "address": person.phone or None})
    return Kept(
        len(sent),
        bool(document["opt_outs"]),
        tuple(elsewhere.scalars()),
        await _named_to_others(conn, person),
        *await _mentioned(conn, person),
    )


async def erase(conn: Connection, guest_id: UUID) -> list[str]:
    """Forget a guest, of the list or deleted, for good: the row, texts, name and number; see `Kept` for what stays.

    Returns the numbers of the messages that the practice Twilio still has. Raises `guest_unknown`, or
    `guests_being_sent` while the outcome of a message is not known.
    """
    person = await _hold(conn, guest_id)
    if (await conn.execute(_ON_ITS_WAY, {"id": guest_id})).scalar_one():
        raise UserError("guests_being_sent", count=1)
    practised = list((await conn.execute(_PRACTICE_MESSAGES, {"id": guest_id})).scalars())
    parameters = {"id": guest_id, "phone": person.phone}
    addresses = list((await conn.execute(_ADDRESSES, parameters)).scalars())
    await _forget_filters(conn, person)
    await _forget_household(conn, person)
    await conn.execute(text("SELECT waapp_erase_guest(:id)"), {"id": guest_id})
    for address in addresses:
        await conn.execute(text("SELECT waapp_erase_lifted_opt_outs(:address)"), {"address": address})
    return practised


async def _find(conn: Connection, guest_id: UUID) -> _Person:
    row = (await conn.execute(_GUEST, {"id": guest_id})).one_or_none()
    if row is None:
        raise UserError("guest_unknown", guest=guest_id)
    deleted = None if row.deleted_at is None else {"at": row.deleted_at.isoformat(), "by": row.deleted_by}
    return _Person(guest_id, row.event_id, json.loads(row.guest), deleted)


async def _hold(conn: Connection, guest_id: UUID) -> _Person:
    """Return a guest; nobody changes them, their messages or their household before the transaction ends."""
    guest = await _find(conn, guest_id)
    await conn.execute(_AFTER_OTHERS, {"event_id": guest.event_id})
    await conn.execute(LOCK_INVITATIONS, {"ids": [guest_id]})
    held = None
    while held != guest.household:
        held = guest.household
        parameters = {"id": guest_id, "event_id": guest.event_id, "household": held}
        await conn.execute(_HOLD_HOUSEHOLD, parameters)
        guest = await _find(conn, guest_id)
    return guest


async def _named_to_others(conn: Connection, guest: _Person) -> int:
    parameters = {
        "id": guest.id, "event_id": guest.event_id, "name": guest.name, "household": guest.household,
        "first": first_name(guest.name),
    }  # fmt: skip
    return int((await conn.execute(_NAMED_TO_OTHERS, parameters)).scalar_one()) if guest.name.strip() else 0


async def _mentioned(conn: Connection, guest: _Person) -> tuple[int, tuple[str, ...]]:
    """Return in how many other guests' notes a guest is named, and the lists that are called by the name."""
    if not guest.name.strip():
        return 0, ()
    word = rf"(^|[^[:alnum:]]){re.escape(guest.name.strip())}($|[^[:alnum:]])"
    parameters = {"id": guest.id, "event_id": guest.event_id, "word": word}
    noted = int((await conn.execute(_NOTED, parameters)).scalar_one())
    return noted, tuple((await conn.execute(_LISTS, parameters)).scalars())


async def _forget_household(conn: Connection, guest: _Person) -> None:
    """Call a household that has the guest's name by the next of its members, also in lists and what was deleted."""
    if not guest.name.strip() or guest.name.casefold() not in guest.household.casefold():
        return
    parameters = {"id": guest.id, "event_id": guest.event_id, "household": guest.household}
    first = (await conn.execute(_AT_HOME, parameters)).scalar_one_or_none()
    if first is not None:
        parameters["called"] = first[:HOUSEHOLD_LIMIT]
        await conn.execute(_CALL_HOME, parameters)
        await conn.execute(_CALL_HOME_IN_LISTS, parameters)
        await conn.execute(_CALL_HOME_ASIDE, parameters)


async def _forget_filters(conn: Connection, guest: _Person) -> None:
    """Forget the kept filters that tell who the guest was: by name, number, address or a household of one."""
    alone = (
        guest.household
        and (
            await conn.execute(
                _ALONE_AT_HOME, {"id": guest.id, "event_id": guest.event_id, "household": guest.household}
            )
        ).scalar_one()
    )
    telling = [one.casefold() for one in (guest.name, guest.phone, guest.email) if one]
    for name, query in (await list_filters(conn, guest.event_id)).items():
        said = "\n".join((name, query.text, *query.households)).casefold()
        at_home = alone and guest.household.casefold() in map(str.casefold, query.households)
        if at_home or any(one in said for one in telling):
            await delete_filter(conn, guest.event_id, name)


def _address(phone: str, region: str | None) -> str | None:
    return phone_key(phone, region) or phone if phone else None
