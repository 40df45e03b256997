"""What the check of a template reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from waapp.core.template_parts import Button, Part


class Level(StrEnum):
    """How much a finding weighs: an error prevents approval or delivery, a warning risks it."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction that one click applies: the code of its label (`waapp.texts.FIXES`), the part's whole new text.

    For a finding about the buttons as a set, `buttons` is the new set.
    """

    code: str
    content: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a part breaks, between `start` and `end` of its text; `waapp.texts.FINDINGS` has the words.

    `button` is the place of the button among the buttons, for a finding about its title or value.
    """

    code: str
    level: Level
    start: int
    end: int
    params: Mapping[str, object] = field(default_factory=dict)
    fix: Fix | None = None
    part: Part = Part.BODY
    button: int | None = None
