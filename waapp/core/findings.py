"""What the check of a template reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much a finding weighs: an error prevents approval or delivery, a warning risks it."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction that one click applies: the code of its label (`waapp.texts.FIXES`), the whole new text."""

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
