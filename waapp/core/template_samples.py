"""The examples that go to WhatsApp with a template, so that whoever reviews it sees what a guest would get."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from waapp.core.events import Event
from waapp.core.findings import Level
from waapp.core.guests import Guest
from waapp.core.households import household_key, members
from waapp.core.template import Template
from waapp.core.template_content import linked_variables, variables_of
from waapp.core.template_values import check_message_values, guest_values, sample_values

# Seven digits or more with what people write between them: it may be somebody's number.
_PHONE: Final = re.compile(r"\d(?:[\s().+/-]*\d){6,}")


def approval_samples(template: Template, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an example for every variable: the one that is given, else an invented one.

    A planner's own column is exemplified by its heading.
    """
    linked = linked_variables(template.header, template.buttons)
    invented = sample_values(template.language)
    chosen = given or {}
    return {
        name: chosen.get(name, "").strip()
        or invented.get(name)
        or (name if name in linked else _heading(name))
        for name in variables_of(template)
    }


def guest_samples(guest: Guest, event: Event, language: str, household: Sequence[str] = ()) -> dict[str, str]:
    """Return what of a guest's values may be shown to a reviewer.

    No telephone number, wherever the list has it; and an invented code in the link: with the guest's own one
    anybody could answer for the guest.
    """
    code = sample_values(language)["rsvp_token"]
    values = guest_values(replace(guest, rsvp_token=code), event, language, household)
    if "{guest_id}" in event.rsvp_link:
        values["rsvp_link"] = ""
    return {name: value for name, value in values.items() if value and not _PHONE.search(value)}


def fitting_guest(guests: Sequence[Guest], event: Event, template: Template) -> Guest | None:
    """Return the first of the guests who leave the fewest examples to be invented; None where there are no guests."""
    used = variables_of(template)
    together = members(guests)

    def missing(guest: Guest) -> int:
        household = together.get(household_key(guest.household), ())
        samples = guest_samples(guest, event, template.language, household)
        problems = check_message_values(template, samples)
        wrong = any(one.level is Level.ERROR and one.code != "value_missing" for one in problems)
        return len(used) + 1 if wrong else sum(not samples.get(name) for name in used)

    return min(guests, key=missing, default=None)


def _heading(name: str) -> str:
    return name.replace("_", " ").strip().capitalize() or name
