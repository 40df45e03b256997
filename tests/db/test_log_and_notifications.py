"""What the database tells about changes: the log of each invitation, and the notifications to open windows."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.db.desk import Desk

# --- the log ------------------------------------------------------------------------------------------------------


def log(desk: Desk, invitation: UUID) -> list[tuple[Any, ...]]:
    return desk.execute(
        "SELECT engine_state, twilio_status, error_code, detail, actor FROM whatsapp_invitation_log"
        " WHERE invitation_id = %s ORDER BY id",
        invitation,
    )


def test_the_log_tells_an_invitations_life(desk):
    invitation = desk.invite(desk.guest(), send_id=desk.send(), engine_state="queued")
    desk.change(invitation, engine_state="sending", claimed_by="Rui on LAPTOP")
    desk.change(invitation, engine_state="accepted", twilio_status="queued")
    desk.change(
        invitation, twilio_status="undelivered", twilio_error_code="63024", twilio_error_message="no WhatsApp"
    )
    assert log(desk, invitation) == [
        ("queued", None, None, None, "Maria on PC"),
        ("sending", None, None, None, "Rui on LAPTOP"),
        ("accepted", "queued", None, None, "Rui on LAPTOP"),
        ("accepted", "undelivered", "63024", "no WhatsApp", "Rui on LAPTOP"),
    ]


def test_the_log_is_silent_about_what_nobody_asks(desk):
    invitation = desk.invite(desk.guest(), send_id=desk.send(), engine_state="queued")
    desk.change(invitation, looks=3, price="0.05", claim_token=uuid4())
    desk.change(invitation, engine_state="queued")
    assert len(log(desk, invitation)) == 1
    desk.change(invitation, next_retry_at="2026-01-01")  # a retry is news
    assert len(log(desk, invitation)) == 2


def test_the_log_names_other_programs(database_url):
    with psycopg.connect(database_url, autocommit=True, application_name="webshop") as connection:
        desk = Desk(connection)
        assert log(desk, desk.invite(desk.guest(), "sent")) == [("accepted", "sent", None, None, "webshop")]


def test_the_log_of_many_rows_in_one_statement(desk):
    send = desk.send()
    desk.execute(
        "INSERT INTO guests (event_id, name) SELECT %s, 'x' FROM generate_series(1, 300)", desk.event
    )
    desk.execute(
        "INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, send_id, engine_state)"
        " SELECT id, event_id, 'x', %s, 'queued' FROM guests",
        send,
    )
    desk.execute("UPDATE whatsapp_invitations SET engine_state = 'cancelled'")
    assert desk.execute(
        "SELECT engine_state, count(*) FROM whatsapp_invitation_log GROUP BY 1 ORDER BY 1"
    ) == [
        ("cancelled", 300),
        ("queued", 300),
    ]
    assert desk.execute("SELECT DISTINCT invitation_status::text FROM guests") == [("not_sent",)]


# --- notifications ------------------------------------------------------------------------------------------------


@pytest.fixture
def ear(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("LISTEN waapp")
        yield connection


def heard(ear: psycopg.Connection) -> list[str]:
    """What has been said so far: notifications come in the order of commits, so a last one marks the end."""
    ear.execute("NOTIFY waapp, 'end'")
    payloads = []
    for notification in ear.notifies():
        if notification.payload == "end":
            return payloads
        payloads.append(notification.payload)
    raise AssertionError


def test_each_statement_says_once_which_events_it_changed(desk, ear):
    other = desk.value("INSERT INTO events (name) VALUES ('Other') RETURNING id")
    assert heard(ear) == [f"events:{other}"]
    desk.execute(
        "INSERT INTO guests (event_id, name) SELECT e, 'x' FROM generate_series(1, 50), unnest(%s::uuid[]) e",
        [desk.event, other],
    )
    assert sorted(heard(ear)) == sorted([f"guests:{desk.event}", f"guests:{other}"])
    desk.execute("UPDATE guests SET notes = 'y' WHERE event_id = %s", other)
    assert heard(ear) == [f"guests:{other}"]
    desk.execute("DELETE FROM guests WHERE event_id = %s", other)
    assert heard(ear) == [f"guests:{other}"]
    desk.execute("UPDATE events SET name = 'z'")
    assert sorted(heard(ear)) == sorted([f"events:{desk.event}", f"events:{other}"])
    desk.execute("DELETE FROM events WHERE id = %s", other)
    assert heard(ear) == [f"events:{other}"]


def test_sends_invitations_templates(desk, ear):
    guest = desk.guest()
    heard(ear)
    send = desk.send()
    assert heard(ear) == [f"sends:{desk.event}"]
    invitation = desk.invite(guest, send_id=send, engine_state="queued")
    assert sorted(heard(ear)) == [f"guests:{desk.event}", f"invitations:{desk.event}"]
    desk.change(invitation, engine_state="sending")
    assert heard(ear) == [f"invitations:{desk.event}"]
    desk.execute("UPDATE whatsapp_templates SET content = 'x'")
    assert heard(ear) == ["templates:"]
    desk.execute("DELETE FROM whatsapp_templates")
    assert sorted(set(heard(ear))) == ["templates:"]


def test_a_statement_that_changes_nothing_says_nothing(desk, ear):
    heard(ear)
    desk.execute("UPDATE guests SET notes = 'y'")
    desk.execute("UPDATE whatsapp_templates SET content = 'y' WHERE false")
    with desk.connection.transaction(force_rollback=True):
        desk.guest()
    assert heard(ear) == []
