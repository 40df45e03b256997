"""What the database does by itself: the guest's status, the times, the log, the notifications.

Most statements here are what another program would write, with the spec's columns alone.
"""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from waapp.core.status import GuestStatus, advance, guest_status

WORDS = [
    "accepted", "scheduled", "queued", "sending", "sent", "failed", "undelivered", "canceled", "delivered",
    "partially_delivered", "read",
]  # fmt: skip


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


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield Desk(connection)


# --- the guest's status -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [None, *WORDS, "receiving", "nonsense"])
def test_every_word_of_twilio_has_a_status(desk, word):
    guest = desk.guest()
    desk.invite(guest, word)
    assert desk.status(guest) == guest_status(word).value
    assert desk.value("SELECT waapp_guest_status(%s::text)::text", word) == guest_status(word).value


def test_the_specs_columns_alone_are_enough(desk):
    guest = desk.guest()
    desk.execute(
        """INSERT INTO whatsapp_invitations
        (guest_id, event_id, twilio_message_sid, twilio_status, template_name, message_content, sent_at)
        VALUES (%s, %s, 'SM1', 'sent', 'rsvp_invitation', 'Hi', '2026-05-04 12:00')""",
        guest,
        desk.event,
    )
    found = desk.of_guest(guest)
    assert found["invitation_status"] == "sent"
    assert found["invitation_method"] == "whatsapp"
    assert found["invitation_sent_at"].isoformat() == "2026-05-04T12:00:00"
    # Nothing of ours will send it again.
    assert desk.execute("SELECT engine_state, send_id, practice FROM whatsapp_invitations") == [
        ("accepted", None, False)
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
def test_a_status_never_moves_backwards(desk, words):
    """Whatever order facts arrive in, the guest ends where the program's own order of words ends."""
    guest = desk.guest()
    invitation = desk.invite(guest, words[0])
    best = words[0]
    for word in words[1:]:
        desk.tell(invitation, word)
        best = advance(best, word)
    assert desk.status(guest) == guest_status(best).value


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (["read", "sent"], "read"),
        (["sent", "queued"], "sent"),
        (["failed", "sent"], "failed"),
        (["failed", "delivered"], "delivered"),
        (["undelivered", "read"], "read"),
        (["delivered", "failed"], "delivered"),
        (["sent", None], "sent"),
    ],
)
def test_backwards(desk, words, end):
    guest = desk.guest()
    invitation = desk.invite(guest, words[0])
    for word in words[1:]:
        desk.tell(invitation, word)
    assert desk.status(guest) == end


def test_only_the_newest_invitation_counts(desk):
    guest = desk.guest()
    old = desk.invite(guest, "delivered")
    desk.tell(old, "read")
    new = desk.invite(guest, "queued")
    assert desk.status(guest) == "queued"  # invited anew
    desk.tell(old, "failed")
    assert desk.status(guest) == "queued"
    desk.tell(new, "sent")
    desk.change(old, sent_at="2020-01-01")
    assert desk.status(guest) == "sent"
    assert desk.of_guest(guest)["invitation_sent_at"].year != 2020


def test_a_late_insert_of_an_older_invitation_changes_nothing(desk):
    guest = desk.guest()
    desk.invite(guest, "read")
    desk.invite(guest, "failed", created_at="2020-01-01")
    assert desk.status(guest) == "read"


def test_two_in_one_statement(desk):
    guest = desk.guest()
    desk.execute(
        """INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, twilio_status, created_at)
        SELECT id, event_id, 'x', word, at FROM guests,
          (VALUES ('failed', TIMESTAMP '2026-01-02'), ('read', TIMESTAMP '2026-01-01')) AS v(word, at)"""
    )
    assert desk.status(guest) == "failed"


def test_practice_never_touches_a_guest(desk):
    guest = desk.guest()
    before = desk.of_guest(guest)
    invitation = desk.invite(
        guest, None, practice=True, send_id=desk.send(practice=True), engine_state="queued"
    )
    for word in ("queued", "sent", "delivered", "read"):
        desk.change(invitation, engine_state="accepted", twilio_status=word, sent_at="2026-01-01")
    assert desk.of_guest(guest) == before
    # Not even one that somebody else has marked.
    marked = desk.guest()
    desk.execute(
        "UPDATE guests SET invitation_status = 'queued', invitation_method = 'whatsapp' WHERE id = %s", marked
    )
    desk.invite(marked, "queued", practice=True)
    assert desk.status(marked) == "queued"
    real = desk.invite(
        guest, "sent", created_at="2020-01-01"
    )  # older than the practice one, and still the newest
    assert desk.status(guest) == "sent"
    desk.tell(real, "read")
    assert desk.status(guest) == "read"


def test_the_engines_own_states(desk):
    guest = desk.guest()
    invitation = desk.invite(guest, send_id=desk.send(), engine_state="queued")
    assert desk.status(guest) == "queued"
    touched = desk.of_guest(guest)["updated_at"]
    for state in ("sending", "unknown", "queued", "sending"):
        desk.change(invitation, engine_state=state)
        assert desk.status(guest) == "queued"
    desk.change(
        invitation, engine_state="failed", twilio_error_code="63024"
    )  # refused before it had a status
    assert desk.status(guest) == "failed"
    desk.change(
        invitation, engine_state="queued", twilio_error_code=None
    )  # another attempt starts from the beginning
    assert desk.status(guest) == "queued"
    desk.change(invitation, engine_state="accepted", twilio_status="failed")
    desk.change(invitation, engine_state="queued", twilio_status=None)
    assert desk.status(guest) == "queued"
    assert desk.of_guest(guest)["updated_at"] > touched


def test_claiming_does_not_touch_the_guest(desk):
    guest = desk.guest()
    invitation = desk.invite(guest, send_id=desk.send(), engine_state="queued")
    before = desk.of_guest(guest)
    desk.change(invitation, engine_state="sending", claimed_by="Maria on PC", claim_token=uuid4())
    desk.change(invitation, engine_state="accepted", twilio_status="accepted")
    assert desk.of_guest(guest) == before


def test_stopping_a_send_takes_the_promise_back(desk):
    guest = desk.guest()
    invitation = desk.invite(guest, send_id=desk.send(), engine_state="queued")
    desk.change(invitation, engine_state="cancelled")
    found = desk.of_guest(guest)
    assert (found["invitation_status"], found["invitation_sent_at"]) == ("not_sent", None)
    desk.change(invitation, engine_state="accepted", twilio_status="queued")  # it had left after all
    assert desk.status(guest) == "queued"


def test_stopping_a_second_send_shows_the_first_again(desk):
    guest = desk.guest()
    first = desk.invite(guest, "read", sent_at="2026-01-01")
    second = desk.invite(guest, send_id=desk.send(), engine_state="queued")
    assert desk.status(guest) == "queued"
    desk.change(second, engine_state="cancelled")
    assert desk.status(guest) == "read"
    assert desk.of_guest(guest)["invitation_sent_at"].year == 2026
    # Cancelling an old one says nothing about a newer one.
    third = desk.invite(guest, "sent")
    desk.change(first, engine_state="cancelled")
    assert desk.status(guest) == "sent"
    desk.change(third, engine_state="cancelled")
    assert desk.status(guest) == "sent"  # that message had left: nothing is taken back


def test_a_status_that_another_channel_set_since_stays(desk):
    guest = desk.guest()
    invitation = desk.invite(guest, send_id=desk.send(), engine_state="queued")
    desk.execute(
        "UPDATE guests SET invitation_method = 'email', invitation_status = 'sent', invitation_sent_at = '2026-03-03'"
    )
    desk.change(invitation, engine_state="cancelled")
    desk.change(invitation, sent_at="2026-02-02")
    found = desk.of_guest(guest)
    assert (found["invitation_status"], found["invitation_method"]) == ("sent", "email")
    assert found["invitation_sent_at"].month == 3


def test_the_time_of_sending_follows(desk):
    guest = desk.guest()
    invitation = desk.invite(guest, "sent")
    queued = desk.value("SELECT queued_at FROM whatsapp_invitations")
    assert desk.of_guest(guest)["invitation_sent_at"] == queued
    desk.change(invitation, sent_at="2026-01-01 10:00")
    assert desk.of_guest(guest)["invitation_sent_at"].hour == 10


def test_two_programs_that_invite_one_guest_at_once(desk, database_url):
    """The second waits for the first one's commit and then sees its row, so the newest wins whoever commits last."""
    guest = desk.guest()
    with (
        psycopg.connect(database_url) as older,
        psycopg.connect(database_url) as newer,
    ):
        insert = """INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, twilio_status, created_at)
            VALUES (%s, %s, 'x', %s, %s)"""
        newer.execute(insert, [guest, desk.event, "sent", "2026-02-02"])
        pid = older.info.backend_pid
        late = threading.Thread(
            target=lambda: older.execute(insert, [guest, desk.event, "failed", "2026-01-01"])
        )
        late.start()
        while not desk.execute("SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted", pid):
            assert late.is_alive()
        newer.commit()
        late.join()
        older.commit()
    assert desk.status(guest) == "sent"


# --- times --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_times_are_utc_whatever_the_writers_zone(database_url, zone):
    with psycopg.connect(database_url, options=f"-c timezone={zone}", autocommit=True) as connection:
        desk = Desk(connection)
        guest = desk.guest()
        invitation = desk.invite(guest, "queued")
        desk.tell(invitation, "sent")
        for table in ("events", "guests", "whatsapp_templates", "whatsapp_invitations"):
            desk.execute(f"UPDATE {table} SET id = id")
        for table, column in [
            ("events", "created_at"), ("events", "updated_at"), ("guests", "created_at"), ("guests", "updated_at"),
            ("guests", "invitation_sent_at"), ("whatsapp_templates", "updated_at"),
            ("whatsapp_invitations", "queued_at"), ("whatsapp_invitations", "created_at"),
            ("whatsapp_invitations", "updated_at"), ("whatsapp_invitation_log", "at"),
        ]:  # fmt: skip
            apart = desk.value(
                f"SELECT max(abs(extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - {column}))) FROM {table}"
            )
            assert apart < 600, (table, column)


@pytest.mark.parametrize(
    "table", ["events", "guests", "whatsapp_templates", "whatsapp_sends", "whatsapp_invitations"]
)
def test_updated_at_follows_every_change(desk, table):
    guest = desk.guest()
    desk.invite(guest, send_id=desk.send())
    read = f"SELECT updated_at FROM {table} LIMIT 1"
    before = desk.value(read)
    desk.execute(f"UPDATE {table} SET id = id")
    first = desk.value(read)
    assert first > before
    with desk.connection.transaction():  # the clock, not the start of the transaction
        desk.execute(f"UPDATE {table} SET id = id")
        second = desk.value(read)
        desk.execute(f"UPDATE {table} SET id = id")
        assert first < second < desk.value(read)


def test_the_sync_touches_the_guest(desk):
    """Other windows find changed guests by this time."""
    guest = desk.guest()
    before = desk.of_guest(guest)["updated_at"]
    invitation = desk.invite(guest, "queued")
    queued = desk.of_guest(guest)["updated_at"]
    desk.tell(invitation, "sent")
    assert before < queued < desk.of_guest(guest)["updated_at"]


# --- checks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "fine"),
    [
        ({"retry_count": 0, "max_retries": 3}, True),
        ({"retry_count": 3, "max_retries": 3}, True),
        ({"retry_count": None, "max_retries": None}, True),
        ({"retry_count": 4, "max_retries": 3}, False),
        ({"retry_count": -1}, False),
        ({"max_retries": -1}, False),
        ({"max_retries": 20}, True),
        ({"max_retries": 21}, False),
        ({"engine_state": "flying"}, False),
    ],
)
def test_counts_that_would_never_end_are_refused(desk, columns, fine):
    guest = desk.guest()
    if fine:
        desk.invite(guest, **columns)
    else:
        with pytest.raises(psycopg.errors.CheckViolation):
            desk.invite(guest, **columns)


def test_a_send_has_one_row_per_guest(desk):
    guest, send = desk.guest(), desk.send()
    desk.invite(guest, send_id=send)
    with pytest.raises(psycopg.errors.UniqueViolation):
        desk.invite(guest, send_id=send)
    desk.invite(guest)
    desk.invite(guest)  # rows of others have no send


def test_tokens_are_short_and_unique(desk):
    desk.execute(
        "INSERT INTO guests (event_id, name) SELECT %s, 'x' FROM generate_series(1, 2000)", desk.event
    )
    found = desk.execute(
        "SELECT count(DISTINCT rsvp_token), bool_and(rsvp_token ~ '^[0-9a-f]{16}$') FROM guests"
    )
    assert found == [(2000, True)]


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


def test_every_guest_status_is_known_to_the_database(desk):
    labels = desk.execute("SELECT unnest(enum_range(NULL::invitation_status_enum))::text")
    assert {label for (label,) in labels} == {status.value for status in GuestStatus}
