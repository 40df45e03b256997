"""WhatsApp's rules for the text of a template, as far as they can be checked before it is submitted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

BODY_LIMIT: Final = 1024
"""Characters of a template's text, and of a message with its values in it."""


class Level(StrEnum):
    """How much a finding weighs: an error prevents approval or delivery, a warning risks it."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction that one click applies: the code of its label, and the whole new text."""

    code: str
    content: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that the text breaks, between `start` and `end`; `waapp.texts.FINDINGS` has the words."""

    code: str
    level: Level
    start: int
    end: int
    params: Mapping[str, object] = field(default_factory=dict)
    fix: Fix | None = None


def check(
    content: str,
    known: Collection[str],
    *,
    language: str = "en",
    category: str = "MARKETING",
    samples: Mapping[str, str] | None = None,
    others: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Return what the text breaks, in order of place, errors first at one place.

    `known` names the variables that guests have; `samples` are the values to submit with it (None: not chosen
    yet); `others` are the texts of the other templates. `language` chooses the words that fixes insert.
    """
    raise NotImplementedError
