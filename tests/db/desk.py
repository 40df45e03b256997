"""Another program at work on the database: it knows the spec's columns alone."""

from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row


class Desk:
    """A connection and an event with guests; ids are made here so that their order is known."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.event = self.value("INSERT INTO events (name) VALUES ('Party') RETURNING id")
        self.template = self.value("SELECT id FROM whatsapp_templates")

    def execute(self, text: str, *parameters: object) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(text, parameters)
        return cursor.fetchall() if cursor.description else []

    def value(self, text: str, *parameters: object) -> Any:
        return self.execute(text, *parameters)[0][0]

    def guest(self, event: UUID | None = None) -> UUID:
        return self.value(
            "INSERT INTO guests (event_id, name) VALUES (%s, 'Ana') RETURNING id", event or self.event
        )

    def invite(self, guest: UUID, word: str | None = None, **columns: object) -> UUID:
        """Insert an invitation as another program would; further columns by name."""
        row = {
            "guest_id": guest,
            "event_id": self.event,
            "template_name": "x",
            "twilio_status": word,
            **columns,
        }
        names, places = ", ".join(row), ", ".join(["%s"] * len(row))
        return self.value(
            f"INSERT INTO whatsapp_invitations ({names}) VALUES ({places}) RETURNING id", *row.values()
        )

    def send(self, practice: bool = False) -> UUID:
        return self.value(
            "INSERT INTO whatsapp_sends (event_id, template_name, sender, practice, planned_by)"
            " VALUES (%s, 'x', '+351', %s, 'Maria on PC') RETURNING id",
            self.event, practice,
        )  # fmt: skip

    def tell(self, invitation: UUID, word: str | None) -> None:
        self.change(invitation, twilio_status=word)

    def change(self, invitation: UUID, **columns: object) -> None:
        assignments = ", ".join(f"{name} = %s" for name in columns)
        self.execute(
            f"UPDATE whatsapp_invitations SET {assignments} WHERE id = %s", *columns.values(), invitation
        )

    def status(self, guest: UUID) -> str:
        return self.value("SELECT invitation_status::text FROM guests WHERE id = %s", guest)

    def of_guest(self, guest: UUID) -> dict[str, Any]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute("SELECT * FROM guests WHERE id = %s", [guest]).fetchone()
