"""The practice Twilio's templates, seen through the product's client: approvals take their course."""

from collections.abc import Iterator
from typing import Any

import pytest

from waapp.errors import UserError
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PracticeTwilio
from waapp.whatsapp.practice_script import Script, practice_approval, read_script


class Clock:
    """Seconds since 1970, moved by hand."""

    now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(run, clock: Clock) -> Iterator[PracticeTwilio]:
    twilio = PracticeTwilio(clock=clock, password="practice")
    run(twilio.start())
    yield twilio
    run(twilio.stop())


@pytest.fixture
def client(run, timed: PracticeTwilio) -> Iterator[TwilioClient]:
    made = TwilioClient(timed.account_sid, timed.account_sid, "practice", base_url=timed.base_url, timeout=3)
    yield made
    run(made.aclose())


TEXT = {"twilio/text": {"body": "Dear {{1}}, hello"}}


def create(run, client: TwilioClient, types: dict[str, Any] | None = None, language: str = "en") -> str:
    return run(
        client.create_content(name="x", language=language, types=types or TEXT, variables={"1": "Ana"})
    )


@pytest.mark.parametrize(
    ("name", "script", "course"),
    [
        (
            "party",
            Script(),
            [(0, "received"), (2, "pending"), (19, "pending"), (20, "approved"), (9_999, "approved")],
        ),
        ("party", Script(speed=10), [(0.2, "pending"), (2, "approved")]),
        ("party", Script(approval_seconds=300), [(299, "pending"), (300, "approved")]),
        ("party", Script(rejected={"party": "SCAM"}), [(19, "pending"), (20, "rejected")]),
        ("please_reject", Script(), [(20, "rejected")]),
        ("please_pause", Script(), [(20, "approved"), (80, "paused"), (199, "paused"), (200, "approved")]),
        ("please_disable", Script(), [(20, "approved"), (80, "disabled"), (9_999, "disabled")]),
        (
            "party",
            Script(approvals={"party": ((0, "in_appeal"), (5, "approved"))}),
            [(0, "in_appeal"), (5, "approved")],
        ),
    ],
)
def test_an_approval_takes_its_course(
    run, timed: PracticeTwilio, client: TwilioClient, clock: Clock, name: str, script: Script, course: list
) -> None:
    timed.script = script
    sid = create(run, client)
    assert run(client.approval(sid)).status == "unsubmitted"
    run(client.request_approval(sid, name=name, category="UTILITY"))
    submitted = clock.now
    for age, word in course:
        clock.now = submitted + age
        assert run(client.approval(sid)).status == word


def test_a_category_may_be_another_after_the_decision(
    run, timed: PracticeTwilio, client: TwilioClient, clock: Clock
) -> None:
    timed.script = Script(moved={"party": "MARKETING"})
    sid = create(run, client)
    assert run(client.request_approval(sid, name="party", category="UTILITY")).category == "UTILITY"
    clock.now += 60
    assert run(client.approval(sid)).category == "MARKETING"


def test_a_name_is_taken_once_in_a_language(run, client: TwilioClient) -> None:
    run(client.request_approval(create(run, client), name="party", category="UTILITY"))
    with pytest.raises(UserError, match="twilio_refused"):
        run(client.request_approval(create(run, client), name="party", category="UTILITY"))
    run(client.request_approval(create(run, client, language="es"), name="party", category="UTILITY"))


def reply(title: str) -> dict[str, str]:
    return {"type": "QUICK_REPLY", "title": title, "id": title}


@pytest.mark.parametrize(
    "types",
    [
        {"twilio/quick-reply": {"body": "Hi", "actions": [reply("Yes"), reply("yes ")]}},
        {"twilio/quick-reply": {"body": "Hi", "actions": [reply("")]}},
        {"twilio/quick-reply": {"body": "Hi", "actions": [reply("x" * 26)]}},
        {"twilio/quick-reply": {"body": "Hi", "actions": [reply(str(n)) for n in range(11)]}},
        {"twilio/quick-reply": {"body": "Hi"}},
        {"twilio/text": {"body": "Hi", "footer": "us"}},
        {"twilio/text": {}},
        {"whatsapp/card": {"header_text": "Hi"}},
    ],
)
def test_wrong_parts_are_refused(run, client: TwilioClient, types: dict) -> None:
    with pytest.raises(UserError, match="twilio_refused"):
        create(run, client, types)


def test_a_name_says_how_practice_treats_it() -> None:
    assert practice_approval("a", 5) == ((0.0, "received"), (1.0, "pending"), (5, "approved"))
    script = read_script({"approvals": {"a": [[0, "pending"], [3, "approved"]]}, "moved": {"a": "UTILITY"}})
    assert script.approval("a", 2) == ("pending", "")
    assert script.approval("a", 3) == ("approved", "")
