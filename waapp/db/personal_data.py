"""Everything that is kept about one guest: to be handed over, and to be forgotten."""

import json
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from waapp.core.guests import Guest, phone_key
from waapp.core.names import first_name
from waapp.db.engine import Connection
from waapp.db.guest_filters import delete_filter, list_filters
from waapp.db.guests import get_guest
from waapp.errors import UserError

Document = dict[str, Any]

_GUEST: Final = text("""
SELECT CAST(to_jsonb(g) AS text) AS guest, CAST(to_jsonb(e) AS text) AS event, e.default_region AS region
FROM guests g JOIN events e ON e.id = g.event_id WHERE g.id = :id
""")

_INVITATIONS: Final = text("""
SELECT CAST(to_jsonb(i) || jsonb_build_object('history', COALESCE((
    SELECT jsonb_agg(to_jsonb(l) - 'id' - 'invitation_id' ORDER BY l.id)
    FROM whatsapp_invitation_log l WHERE l.invitation_id = i.id), '[]'), 'earlier_attempts', COALESCE((
    SELECT jsonb_agg(to_jsonb(a) - 'invitation_id' ORDER BY a.created_at, a.sid)
    FROM whatsapp_attempts a WHERE a.invitation_id = i.id), '[]')) AS text)
FROM whatsapp_invitations i WHERE i.guest_id = :id ORDER BY i.created_at, i.id
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
""")

_IMPORTS: Final = text("""
SELECT CAST(to_jsonb(r) - 'import_id' || jsonb_build_object(
    'list', m.source, 'imported_at', m.created_at, 'imported_by', m.imported_by) AS text)
FROM waapp_import_rows r JOIN waapp_imports m ON m.id = r.import_id
WHERE r.guest_id = :id ORDER BY m.created_at, r.row_number
""")

_ELSEWHERE: Final = text("""
SELECT e.name FROM guests g JOIN events e ON e.id = g.event_id
WHERE g.id <> :id AND g.phone = :address ORDER BY e.date DESC NULLS LAST, e.name
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
""")

_ALONE_AT_HOME: Final = text("""
SELECT NOT EXISTS (
    SELECT FROM guests g
    WHERE g.event_id = :event_id AND g.id <> :id AND lower(g.household) = lower(:household))
""")

_ON_ITS_WAY: Final = text("""
SELECT count(*) FROM whatsapp_invitations WHERE guest_id = :id AND engine_state IN ('sending', 'unknown')
""")


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of a guest who is erased, and where else the number stands.

    `messages` is the number of messages of which Twilio's id, the times, the outcome and the price stay; `opted_out`
    whether the number stays among those that must not be written to; `elsewhere` names the other events with it;
    `named` is the number of messages to others whose text names the guest.
    """

    messages: int
    opted_out: bool
    elsewhere: tuple[str, ...]
    named: int = 0


async def gather(conn: Connection, guest_id: UUID) -> Document:
    """Return everything that is stored about a guest, by table, as plain values; raises `guest_unknown`.

    Of the event only what the guest was told: its name, date and place.
    """
    row = (await conn.execute(_GUEST, {"id": guest_id})).one_or_none()
    if row is None:
        raise UserError("guest_unknown", guest=guest_id)
    guest, event = json.loads(row.guest), json.loads(row.event)
    parameters = {"id": guest_id, "address": _address(guest.get("phone"), row.region)}
    opt_outs = (await conn.execute(_OPT_OUT, parameters)).scalars()
    return {
        "guest": guest,
        "event": {key: event.get(key) for key in ("name", "date", "location", "time_zone")},
        "invitations": [
            json.loads(one) for one in (await conn.execute(_INVITATIONS, {"id": guest_id})).scalars()
        ],
        "proofs_of_deleted_invitations": [
            json.loads(one) for one in (await conn.execute(_PROOFS, {"id": guest_id})).scalars()
        ],
        "imports": [json.loads(one) for one in (await conn.execute(_IMPORTS, {"id": guest_id})).scalars()],
        "opt_outs": [json.loads(one) for one in opt_outs],
    }


async def what_erasing_keeps(conn: Connection, guest_id: UUID) -> Kept:
    """Return what would stay if this guest were erased; raises `guest_unknown`."""
    guest = await get_guest(conn, guest_id)
    document = await gather(conn, guest_id)
    sent = [
        one
        for one in document["invitations"]
        if not one["practice"] and one["engine_state"] not in {"queued", "cancelled"}
    ]
    elsewhere = await conn.execute(_ELSEWHERE, {"id": guest_id, "address": guest.phone or None})
    return Kept(
        len(sent) + len(document["proofs_of_deleted_invitations"]),
        bool(document["opt_outs"]),
        tuple(elsewhere.scalars()),
        await _named_to_others(conn, guest),
    )


async def erase(conn: Connection, guest_id: UUID) -> list[str]:
    """Forget a guest for good: the row, texts, name and number; see `Kept` for what stays.

    Returns the numbers of the messages that the practice Twilio still has. Raises `guest_unknown`, or
    `guests_being_sent` while the outcome of a message is not known.
    """
    if (await conn.execute(_ON_ITS_WAY, {"id": guest_id})).scalar_one():
        raise UserError("guests_being_sent", count=1)
    guest = await get_guest(conn, guest_id)
    practised = list((await conn.execute(_PRACTICE_MESSAGES, {"id": guest_id})).scalars())
    await _forget_filters(conn, guest)
    await conn.execute(text("SELECT waapp_erase_guest(:id)"), {"id": guest_id})
    return practised


async def _named_to_others(conn: Connection, guest: Guest) -> int:
    parameters = {
        "id": guest.id, "event_id": guest.event_id, "name": guest.name, "household": guest.household,
        "first": first_name(guest.name),
    }  # fmt: skip
    return int((await conn.execute(_NAMED_TO_OTHERS, parameters)).scalar_one()) if guest.name.strip() else 0


async def _forget_filters(conn: Connection, guest: Guest) -> None:
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
        said = f"{name}\n{query.text}".casefold()
        at_home = alone and (query.household or "").casefold() == guest.household.casefold()
        if at_home or any(one in said for one in telling):
            await delete_filter(conn, guest.event_id, name)


def _address(phone: str | None, region: str | None) -> str | None:
    return phone_key(phone, region) or phone if phone else None
