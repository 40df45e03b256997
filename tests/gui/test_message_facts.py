"""What the message list says about an invitation, and its timeline."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gui.guest_data import errors
from waapp.core.invitations import Invitation, LogEntry
from waapp.core.status import EngineState, Shown
from waapp.core.waiting import WaitReason
from waapp.gui.message_facts import (
    MessageFilter,
    addressee,
    advise,
    chips_of,
    count_filters,
    filters_of,
    invitation_shown,
    is_trouble,
    timeline,
)

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
TABLE = errors()
SENT = Invitation(
    id=uuid4(), send_id=uuid4(), guest_id=uuid4(), event_id=uuid4(), guest_name="Ana", recipient="+351912345678",
    template_name="invitation", template_version=2, engine_state=EngineState.ACCEPTED, twilio_status="sent", sid="SM1",
    error_code=None, error_message=None, body="Dear Ana", practice=True, retry_count=0, max_retries=3,
    next_retry_at=None, looks=0, claimed_by=None, claimed_at=None, queued_at=NOW, sent_at=NOW, delivered_at=None,
    read_at=None, failed_at=None, updated_at=NOW,
)  # fmt: skip

invitations = st.builds(
    lambda state, word, code, retry, looks: replace(
        SENT, engine_state=state, twilio_status=word, error_code=code, next_retry_at=retry, looks=looks
    ),
    st.sampled_from(EngineState),
    st.sampled_from([None, "queued", "sent", "delivered", "read", "failed", "undelivered", "odd"]),
    st.sampled_from([None, "63024", "63049", "99999", "ambiguous", "63018"]),
    st.sampled_from([None, NOW]),
    st.integers(0, 20),
)


@given(invitations)
def test_every_invitation_has_words(invitation):
    advice = advise(invitation, TABLE)
    assert advice.happened
    assert "{" not in advice.happened + advice.todo
    if is_trouble(invitation):
        assert advice.todo


@given(st.lists(invitations))
def test_the_chips_count_what_they_show(many):
    counts = count_filters(Counter(map(invitation_shown, many)))
    assert counts[MessageFilter.ALL] == len(many)
    for key in set(MessageFilter) - {MessageFilter.ALL}:
        assert counts[key] == sum(key in filters_of(each) for each in many)


@given(invitations)
def test_what_failed_or_is_unknown_needs_a_person_and_nothing_else_does(invitation):
    needs = MessageFilter.NEED_YOU in filters_of(invitation)
    assert needs == (invitation_shown(invitation) in {Shown.FAILED, Shown.UNKNOWN})


def test_the_country_of_the_number_decides_what_a_code_means():
    failed = replace(SENT, engine_state=EngineState.FAILED, error_code="63049")
    american = replace(failed, recipient="+12025550123")
    assert advise(failed, TABLE) != advise(american, TABLE)
    assert "United States" in advise(american, TABLE).happened


@pytest.mark.parametrize(("looks", "says"), [(0, "looking in its list"), (8, "does not show it")])
def test_the_unknown_says_whether_looking_goes_on(looks, says):
    assert says in advise(replace(SENT, engine_state=EngineState.UNKNOWN, looks=looks), TABLE).happened


@pytest.mark.parametrize(
    ("reason", "code", "happened", "todo"),
    [
        (WaitReason.QUIET_HOURS, "63018", "Waits: quiet hours", "Goes "),
        (WaitReason.DAILY_LIMIT, None, "Waits: WhatsApp’s daily limit is used up", "Goes "),
        (WaitReason.NETWORK, None, "Could not be sent yet: no connection to Twilio", "Will try again "),
    ],
)
def test_what_waits_says_why_and_until_when(reason, code, happened, todo):
    waits = replace(
        SENT, engine_state=EngineState.QUEUED, next_retry_at=NOW, wait_reason=reason, error_code=code
    )
    advice = advise(waits, TABLE)
    assert advice.happened == happened
    assert advice.todo.startswith(todo)


def test_what_may_have_arrived_twice_says_so():
    assert "twice" in advise(replace(SENT, doubled=True), TABLE).happened


def test_the_unknown_says_when_the_next_look_is():
    unknown = replace(SENT, engine_state=EngineState.UNKNOWN, looks=1, next_look_at=NOW)
    assert advise(unknown, TABLE).todo.startswith("Next look ")


def test_several_candidates_are_for_a_person():
    unknown = replace(SENT, engine_state=EngineState.UNKNOWN, error_code="ambiguous")
    assert "several" in advise(unknown, TABLE).happened


def test_the_timeline_is_newest_first_and_says_nothing_twice():
    def entry(minutes, state, word=None, code=None, detail=None, actor=None):
        return LogEntry(NOW + timedelta(minutes=minutes), state, word, code, detail, actor)

    log = [
        entry(0, EngineState.QUEUED),
        entry(1, EngineState.SENDING, actor="Rui on RUI-PC"),
        entry(2, EngineState.QUEUED, code="63018"),
        entry(3, EngineState.SENDING, actor="Rui on RUI-PC"),
        entry(3, EngineState.SENDING, actor="Rui on RUI-PC"),
        entry(4, EngineState.UNKNOWN, detail="The connection broke"),
        entry(5, EngineState.ACCEPTED, "queued"),
        entry(6, EngineState.ACCEPTED, "delivered"),
        entry(7, EngineState.ACCEPTED, "read"),
    ]
    steps = timeline(log, TABLE, "invitation v2")
    assert [step.title for step in steps] == [
        "Read", "Delivered", "Handed over", "No answer", "Claimed", "Put off", "Claimed", "Planned",
    ]  # fmt: skip
    assert steps[-1].detail.endswith(" · invitation v2")
    assert steps[3].detail.endswith("The connection broke")
    assert steps[5].detail.endswith("63018")


@pytest.mark.parametrize(
    ("code", "message", "says"),
    [
        (None, "dns", "is this computer online"),
        (None, "http_503", "503"),
        (None, "reset", "broke before its answer"),
        (None, "Twilio's own words", "Twilio's own words"),
    ],
)
def test_what_kept_twilio_from_answering_is_told_in_words(code, message, says):
    waiting = replace(
        SENT, engine_state=EngineState.QUEUED, twilio_status=None, error_code=code, error_message=message,
        next_retry_at=NOW,
    )  # fmt: skip
    assert says in advise(waiting, TABLE).happened
    log = [LogEntry(NOW, EngineState.UNKNOWN, None, code, message, None)]
    assert says in timeline(log, TABLE, "")[0].detail


def test_a_test_is_named_as_one():
    assert addressee(SENT) == SENT.guest_name
    assert addressee(replace(SENT, test=True)) == f"Test, as for {SENT.guest_name}"


def test_what_arrived_twice_is_flagged_and_counted():
    twice = replace(SENT, twilio_status="delivered", doubled=True)
    assert "twice" in advise(twice, TABLE).happened
    assert MessageFilter.DOUBLED in filters_of(twice)
    keys = [key for key, _word, _count in chips_of(count_filters({Shown.DELIVERED: 1}, 1), None)]
    assert MessageFilter.DOUBLED in keys
    assert MessageFilter.WAITING not in keys
