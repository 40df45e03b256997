"""Finding who was deleted, by whatever a person who asks to be forgotten gives."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from waapp.core.deletions import DeletedGuest, find_deleted

NOW = datetime(2027, 3, 4, 12, tzinfo=UTC)
ZOE = DeletedGuest(
    uuid4(), uuid4(), "Gala", "Zoë Silva", "+351912000777", "zoe@example.org", NOW, "Maria", NOW + timedelta(days=3), 2
)  # fmt: skip
RUI = replace(ZOE, id=uuid4(), name="Rui Costa", phone="+351912000888", email="", event_name="Baptism")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("silva", [ZOE]), ("ZOË", [ZOE]), ("costa rui", [RUI]), ("+351 912 000 777", [ZOE]), ("0912000888", [RUI]),
        ("912-000", [ZOE, RUI]), ("zoe@", [ZOE]), ("baptism", [RUI]), ("", [ZOE, RUI]), ("+", []),
        ("nobody", []), ("351999", []),
    ],
)  # fmt: skip
def test_a_deleted_guest_is_found(wanted, found):
    assert find_deleted([ZOE, RUI], wanted) == found


@pytest.mark.parametrize(
    ("until", "event_deleted", "can"), [(NOW, False, True), (NOW, True, False), (None, False, False)]
)
def test_only_who_is_kept_whole_and_has_an_event_comes_back(until, event_deleted, can):
    assert replace(ZOE, until=until, event_deleted=event_deleted).is_restorable is can
