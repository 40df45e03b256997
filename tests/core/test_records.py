"""Records that are made quickly are like all others."""

import pickle
from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from waapp.core.records import maker


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    seats: int = 0


make = maker(Place)


def test_a_record_is_one_of_its_class() -> None:
    made = make("Hall", 3)
    assert type(made) is Place
    assert made == Place("Hall", 3)
    assert hash(made) == hash(Place("Hall", 3))
    assert replace(made, seats=4) == Place("Hall", 4)
    assert pickle.loads(pickle.dumps(made)) == made


def test_a_record_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        make("Hall", 3).seats = 4  # type: ignore[misc]


def test_every_field_is_given() -> None:
    with pytest.raises(TypeError):
        make("Hall")
