"""An event with guests whose invitations stand in every state, and what another desk does to them."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import text

from tests.gui.pages import SETTINGS
from waapp.core.errors_twilio import Table, load_table
from waapp.core.guests import Guest, GuestDraft
from waapp.core.invitations import NewInvitation, Send
from waapp.db import guests, queueing
from waapp.db.engine import Database
from waapp.paths import data_dir

STATES = {
    "queued": "engine_state = 'queued'",
    "sending": "engine_state = 'sending', claimed_by = 'Rui on RUI-PC', claimed_at = now() AT TIME ZONE 'UTC'",
    "sent": "engine_state = 'accepted', twilio_status = 'sent', twilio_message_sid = 'SM' || md5(id::text)",
    "delivered": "engine_state = 'accepted', twilio_status = 'delivered', delivered_at = now() AT TIME ZONE 'UTC'",
    "read": "engine_state = 'accepted', twilio_status = 'read', read_at = now() AT TIME ZONE 'UTC'",
    "failed": "engine_state = 'failed', twilio_error_code = '63024'",
    "unknown": "engine_state = 'unknown', claimed_at = now() AT TIME ZONE 'UTC', claim_token = gen_random_uuid()",
    "waiting": (
        "engine_state = 'queued', twilio_error_code = '63018', "
        "next_retry_at = (now() AT TIME ZONE 'UTC') + interval '3 hours'"
    ),
}

GUESTS = (
    GuestDraft("Aurélie Fontaine", "+33612345678", "aurelie@example.org", "Bride", "fr"),
    GuestDraft("Bartolomeu Dias", "+351912345678", "", "Groom", "pt_PT"),
    GuestDraft("Dörte Petersen", "+4915123456789", "", "Friends", "de"),
    GuestDraft("Ewa Kowalczyk", "+48512345678", "", "Friends", "pl"),
    GuestDraft("محمد الحسن", "+201012345678", "", "Groom", "ar"),
    GuestDraft("Henrique Sousa", "", "", "Bride", "pt_PT"),
)
"""In the order in which the list sorts them, but for the last two."""


def errors() -> Table:
    """The table of errors that comes with the program."""
    return load_table((data_dir("resources") / "twilio_errors.toml").read_text(encoding="utf-8"))


async def by_name(database: Database, event_id: UUID) -> dict[str, Guest]:
    """The guests as they are stored."""
    async with database.read() as conn:
        return {guest.name: guest for guest in await guests.list_guests(conn, event_id)}


async def invite(database: Database, event_id: UUID, states: Sequence[tuple[str, str]]) -> Send:
    """Queue a send to these guests and bring their invitations to a state, as (name, state)."""
    stored = await by_name(database, event_id)
    async with database.begin() as conn:
        queued = await queueing.queue_send(
            conn,
            queueing.NewSend(
                id=uuid4(),
                event_id=event_id,
                template_id=None,
                template_name="invitation",
                template_version=2,
                sender=SETTINGS.practice_key,
                practice=True,
                planned_by="Maria on MARIA-PC",
                rate=80,
            ),
            [
                NewInvitation(
                    stored[name].id, stored[name].phone, {"guest_name": name}, f"Dear {name}, come!"
                )
                for name, _state in states
            ],
        )
    for name, state in states:
        await bring_to(database, stored[name].id, state)
    return queued.send


async def bring_to(database: Database, guest_id: UUID, state: str) -> None:
    """Let a guest's invitation be in a state, as another desk would leave it."""
    async with database.begin() as conn:
        await conn.execute(
            text(f"UPDATE whatsapp_invitations SET {STATES[state]} WHERE guest_id = :guest"),
            {"guest": guest_id},
        )
