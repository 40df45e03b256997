"""The values that fill a template for one guest, and the rules that WhatsApp has for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from waapp.core.events import Event
from waapp.core.guests import Guest
from waapp.core.template_rules import Level

BUILT_IN: Final = (
    "guest_name",
    "guest_first_name",
    "guest_group",
    "event_name",
    "event_date",
    "event_time",
    "event_location",
    "rsvp_link",
)
"""Variables that every guest has; the planner's own columns (`Guest.extra`) come beside them."""


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """A value that must not be sent; `name` is the variable, or empty for the whole message."""

    code: str
    level: Level
    name: str
    params: Mapping[str, object] = field(default_factory=dict)


def known_variables(guests: Iterable[Guest]) -> tuple[str, ...]:
    """Return the built-in variables and those from the guests' own columns, in order of first appearance."""
    raise NotImplementedError


def guest_values(guest: Guest, event: Event, language: str) -> dict[str, str]:
    """Return a guest's value for every variable, cleaned; dates in the event's zone and the given language."""
    raise NotImplementedError


def clean_value(value: str) -> str:
    """Return the value as WhatsApp accepts it: no blanks around, every run of white space one blank."""
    raise NotImplementedError


def check_values(content: str, values: Mapping[str, str]) -> tuple[ValueProblem, ...]:
    """Return what prevents this message: a missing or refused value, or too long a text."""
    raise NotImplementedError
