"""What the database does by itself: the guest's status, the times, the checks.

Most statements here are what another program would write, with the spec's columns alone.
"""

import threading
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.db.desk import Desk
from waapp.core.status import GuestStatus, advance, guest_status

WORDS = [
    "accepted", "scheduled", "queued", "sending", "sent", "failed", "undelivered", "canceled", "delivered",
    "partially_delivered", "read",
]  # fmt: skip


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


def test_every_guest_status_is_known_to_the_database(desk):
    labels = desk.execute("SELECT unnest(enum_range(NULL::invitation_status_enum))::text")
    assert {label for (label,) in labels} == {status.value for status in GuestStatus}
