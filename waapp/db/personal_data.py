"""Everything that is kept about one guest: to be handed over, and to be forgotten."""

import json
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from waapp.core.guests import phone_key
from waapp.db.engine import Connection
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
    FROM whatsapp_invitation_log l WHERE l.invitation_id = i.id), '[]')) AS text)
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

_ON_ITS_WAY: Final = text("""
SELECT count(*) FROM whatsapp_invitations WHERE guest_id = :id AND engine_state IN ('sending', 'unknown')
""")


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of a guest who is erased, and where else the number stands.

    `messages` is the number of messages of which Twilio's id, the times, the outcome and the price stay; `opted_out`
    whether the number stays among those that must not be written to; `elsewhere` names the other events with it.
    """

    messages: int
    opted_out: bool
    elsewhere: tuple[str, ...]


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
    )


async def erase(conn: Connection, guest_id: UUID) -> None:
    """Forget a guest for good: the row, texts, name and number; see `Kept` for what stays.

    Raises `guest_unknown`, or `guests_being_sent` while the outcome of a message is not known.
    """
    if (await conn.execute(_ON_ITS_WAY, {"id": guest_id})).scalar_one():
        raise UserError("guests_being_sent", count=1)
    await get_guest(conn, guest_id)
    await conn.execute(text("SELECT waapp_erase_guest(:id)"), {"id": guest_id})


def _address(phone: str | None, region: str | None) -> str | None:
    return phone_key(phone, region) or phone if phone else None
