"""The values that fill a template for one guest, and the rules that WhatsApp has for them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote
from uuid import UUID

from babel.dates import format_date, format_time

from waapp.core import languages
from waapp.core.events import Event, is_day_only, zone
from waapp.core.findings import Level
from waapp.core.guests import Guest
from waapp.core.households import names_together
from waapp.core.names import first_name
from waapp.core.template import parse, render, variable_name
from waapp.core.template_checks import BODY_LIMIT
from waapp.core.template_content import Wording, linked_variables, variables_of
from waapp.core.template_part_checks import HEADER_LIMIT, URL_LIMIT
from waapp.core.template_parts import ButtonKind

BUILT_IN: Final = (
    "guest_name",
    "guest_first_name",
    "guest_group",
    "household_names",
    "event_name",
    "event_date",
    "event_time",
    "event_location",
    "rsvp_link",
    "rsvp_token",
)
"""Variables that every guest has; the planner's own columns (`Guest.extra`) come beside them."""

VALUE_LIMIT: Final = 1600
LONG_VALUE: Final = 250

_WHITE: Final = re.compile(r"\s+")
_BLANK_RUN: Final = re.compile(r" {5,}")
_LINE_BREAK: Final = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Invisible and of no use; PostgreSQL cannot store the first, UTF-8 has no half pairs.
_CONTROL: Final = re.compile(r"[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
# Of no width and no use in a name; joiners stay, emoji and Persian need them.
_NO_WIDTH: Final = re.compile("[\u00ad\u200b\u2060\ufeff]")
# Nearly every value: breaks no rule at a glance.
_HARMLESS: Final = re.compile(rf"[^\W_](?:[^\W_]|[,.'’&:;/()+?=#!-]| (?! {{4}})){{0,{LONG_VALUE - 1}}}")
_NOT_IN_ADDRESS: Final = re.compile(r"[^\w.~!$&'()*+,;=:@/?%#-]")
_RSVP_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_MARKUP: Final = re.compile(r"(?<!\w)([*_~])(?=\S).*?(?<=\S)\1(?!\w)|`")


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """What is wrong with one value; `name` is the variable, or empty for the whole message.

    An error prevents sending; a warning is shown.
    """

    code: str
    level: Level
    name: str
    params: Mapping[str, object] = field(default_factory=dict)


def known_variables(guests: Iterable[Guest] = ()) -> tuple[str, ...]:
    """Return the built-in variables, then those from the guests' own columns by first appearance."""
    names = dict.fromkeys(BUILT_IN)
    for headings in dict.fromkeys(tuple(guest.extra) for guest in guests):
        for heading in headings:
            if name := variable_name(heading):
                names[name] = None
    return tuple(names)


def guest_values(guest: Guest, event: Event, language: str, household: Sequence[str] = ()) -> dict[str, str]:
    """Return a guest's value for every variable, cleaned; what is not known is empty.

    `household` are the names of those who live together, the guest's among them (`households.members`).

    Dates are in the event's zone and the template's language. A built-in name wins over a column of the same
    name; of two columns with one name the first that is filled in wins.
    """
    day, hour = _when(event.date, event.time_zone, language)
    values = {
        "guest_name": clean_value(guest.name),
        "guest_first_name": first_name(clean_value(guest.name)),
        "guest_group": clean_value(guest.group),
        "household_names": names_together([clean_value(one) for one in household or (guest.name,)], language),
        "event_name": clean_value(event.name),
        "event_date": day,
        "event_time": hour,
        "event_location": clean_value(event.location),
        "rsvp_link": rsvp_link(event.rsvp_link, guest, event.id),
        "rsvp_token": clean_value(guest.rsvp_token),
    }
    for heading, value in guest.extra.items():
        name = variable_name(heading)
        if name and name not in BUILT_IN and not values.get(name):
            values[name] = clean_value(value)
    return values


def sample_values(language: str) -> dict[str, str]:
    """Return values of an invented guest, for the preview before there are guests and for the approval."""
    day, hour = _when(datetime(2027, 6, 5, 15, 0, tzinfo=UTC), "Europe/Lisbon", language)
    return {
        "guest_name": "Ana Sousa",
        "guest_first_name": "Ana",
        "guest_group": "Friends",
        "household_names": names_together(("Ana Sousa", "Rui Sousa"), language),
        "event_name": "Clara & Davi",
        "event_date": day,
        "event_time": hour,
        "event_location": "Quinta da Boa Vista, Porto",
        "rsvp_link": "https://rsvp.example/k7Fq2",
        "rsvp_token": "k7Fq2",
    }


def rsvp_link(pattern: str, guest: Guest, event_id: UUID) -> str:
    """Fill a link pattern for a guest; empty when it asks for a token that the guest does not have yet.

    An unknown placeholder stays as it is; `check_event` refuses it.
    """
    if "{rsvp_token}" in pattern and not guest.rsvp_token:
        return ""
    known = {"rsvp_token": guest.rsvp_token, "guest_id": str(guest.id), "event_id": str(event_id)}
    return _RSVP_PLACEHOLDER.sub(
        lambda match: quote(known.get(match[1], match[0]), safe="{}"), pattern.strip()
    )


def answer_address(event: Event) -> str:
    """Return the event's link to answer as a button takes it: fixed, with `{{rsvp_token}}` at its very end.

    Empty where the pattern cannot be written like that.
    """
    pattern = _RSVP_PLACEHOLDER.sub(
        lambda match: str(event.id) if match[1] == "event_id" else match[0], event.rsvp_link.strip()
    )
    start = pattern.removesuffix("{rsvp_token}")
    if start == pattern or "{" in start or not start.lower().startswith("https://"):
        return ""
    return f"{start}{{{{rsvp_token}}}}"


def clean_value(value: str) -> str:
    """Return the value as WhatsApp accepts it: no blanks around, every run of white space one blank."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip()
    return _WHITE.sub(" ", _NO_WIDTH.sub("", _CONTROL.sub("", value))).strip()


def check_values(content: str, values: Mapping[str, str]) -> tuple[ValueProblem, ...]:
    """Return what is wrong with the values that a template uses: errors prevent this message.

    Only white space that `clean_value` would not leave behind is reported as such: values from `guest_values`
    never break those rules.
    """
    problems = [
        problem for name in parse(content).variables for problem in _check_value(name, values.get(name, ""))
    ]
    length = len(render(content, values))
    if length > BODY_LIMIT:
        problems.append(
            ValueProblem(
                "rendered_too_long",
                Level.ERROR,
                "",
                {"length": length, "limit": BODY_LIMIT, "over": length - BODY_LIMIT},
            )
        )
    return tuple(problems)


def check_message_values(wording: Wording, values: Mapping[str, str]) -> tuple[ValueProblem, ...]:
    """Return what is wrong with the values that a whole template uses, as `check_values` does for its text."""
    problems = list(check_values(wording.content, values))
    if wording.header is None and not wording.buttons and not wording.footer:
        return tuple(problems)
    checked = parse(wording.content).variables
    for name in variables_of(wording):
        if name not in checked:
            problems.extend(_check_value(name, values.get(name, "")))
    header = wording.header
    if header is not None and not header.is_media and "{{" in header.value:
        problems.extend(_too_long("header_filled_too_long", render(header.value, values), HEADER_LIMIT))
    for button in wording.buttons:
        if button.kind is ButtonKind.URL and "{{" in button.value:
            problems.extend(_too_long("url_filled_too_long", render(button.value, values), URL_LIMIT))
    problems.extend(
        ValueProblem("value_not_in_address", Level.ERROR, name, {"name": name})
        for name in linked_variables(wording.header, wording.buttons)
        if _NOT_IN_ADDRESS.search(values.get(name, ""))
    )
    return tuple(problems)


def _too_long(code: str, text: str, limit: int) -> list[ValueProblem]:
    if len(text) <= limit:
        return []
    params = {"length": len(text), "limit": limit, "over": len(text) - limit}
    return [ValueProblem(code, Level.ERROR, "", params)]


def event_gaps(names: Iterable[str], event: Event) -> tuple[str, ...]:
    """Return those of the variables that are empty for every guest because the event does not say them."""
    day, hour = _when(event.date, event.time_zone, "en")
    told = {
        "event_name": event.name,
        "event_date": day,
        "event_time": hour,
        "event_location": event.location,
        "rsvp_link": event.rsvp_link,
    }
    return tuple(
        name for name in names if name in told and not any(_is_visible(character) for character in told[name])
    )


def _check_value(name: str, value: str) -> list[ValueProblem]:
    if _HARMLESS.fullmatch(value):
        return []

    def problem(code: str, level: Level = Level.ERROR, **params: object) -> ValueProblem:
        return ValueProblem(code, level, name, {"name": name, **params})

    if not any(_is_visible(character) for character in value):
        return [problem("value_missing")]
    found = []
    if _LINE_BREAK.search(value):
        found.append(problem("value_line_break"))
    if "\t" in value:
        found.append(problem("value_tab"))
    if _BLANK_RUN.search(value):
        found.append(problem("value_blanks"))
    if "{{" in value or "}}" in value:
        found.append(problem("value_braces"))
    if _CONTROL.search(value):
        found.append(problem("value_control_character"))
    if len(value) > VALUE_LIMIT:
        found.append(problem("value_too_long", length=len(value), limit=VALUE_LIMIT))
    elif len(value) > LONG_VALUE:
        found.append(problem("value_long", Level.WARNING, length=len(value), limit=LONG_VALUE))
    if "://" not in value and _MARKUP.search(value):
        found.append(problem("value_markup", Level.WARNING))
    return found


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


@lru_cache(maxsize=256)
def _when(moment: datetime | None, time_zone: str, language: str) -> tuple[str, str]:
    if moment is None:
        return "", ""
    local = moment.astimezone(zone(time_zone))
    locale = languages.locale(language) or "en"
    day = clean_value(format_date(local, "full", locale))
    if is_day_only(moment, time_zone):
        return day, ""
    return day, clean_value(format_time(local, "short", tzinfo=local.tzinfo, locale=locale))
