from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from waapp.core.invitations import Unsettled
from waapp.core.unsettled import find_message

NOON = datetime(2027, 6, 5, 12, 0, tzinfo=UTC)
SENDER = "+15005550006"


@dataclass(frozen=True)
class Listed:
    sid: str = "SM1"
    status: str = "queued"
    to: str = "+447700900001"
    from_: str = SENDER
    body: str = "Dear Ana, come!"
    direction: str = "outbound-api"
    date_created: datetime | None = NOON + timedelta(seconds=2)


WANTED = Unsettled(
    id=uuid4(),
    send_id=uuid4(),
    recipient="+447700900001",
    sender=SENDER,
    body="Dear Ana, come!",
    claimed_at=NOON,
    looks=0,
)


def test_the_only_message_that_fits_is_found() -> None:
    others = [Listed(sid="SM2", to="+447700900002"), Listed(sid="SM3", body="Dear Bo, come!")]
    match = find_message(WANTED, SENDER, [Listed(), *others], taken=())
    assert (match.sid, match.status, match.candidates) == ("SM1", "queued", 1)


@pytest.mark.parametrize(
    "other",
    [
        replace(Listed(), to="+447700900002"),
        replace(Listed(), from_="+15005550007"),
        replace(Listed(), body="Dear Bo, come!"),
        replace(Listed(), body=""),
        replace(Listed(), direction="inbound"),
        replace(Listed(), date_created=NOON - timedelta(minutes=2, seconds=1)),
        replace(Listed(), sid="SM-taken"),
    ],
)
def test_a_message_that_differs_is_not_ours(other: Listed) -> None:
    match = find_message(WANTED, SENDER, [other], taken={"SM-taken"})
    assert (match.sid, match.candidates) == (None, 0)


@pytest.mark.parametrize(
    "same",
    [
        replace(Listed(), from_=""),
        replace(Listed(), date_created=None),
        replace(Listed(), body="Dear  Ana,\ncome! "),
        replace(Listed(), date_created=NOON - timedelta(minutes=2)),
    ],
)
def test_what_twilio_leaves_open_or_reformats_still_fits(same: Listed) -> None:
    assert find_message(WANTED, SENDER, [same], taken=()).sid == "SM1"


def test_two_that_fit_are_for_a_person_to_judge() -> None:
    match = find_message(WANTED, SENDER, [Listed(), replace(Listed(), sid="SM2")], taken=())
    assert (match.sid, match.candidates) == (None, 2)


def test_a_difference_of_clocks_is_taken_into_account() -> None:
    behind = replace(Listed(), date_created=NOON - timedelta(minutes=10))
    assert find_message(WANTED, SENDER, [behind], taken=()).sid is None
    assert find_message(WANTED, SENDER, [behind], taken=(), skew=timedelta(minutes=-10)).sid == "SM1"
