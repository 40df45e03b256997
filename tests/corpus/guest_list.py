"""What a list of the corpus is, and what has to be read from it."""

from collections.abc import Callable
from dataclasses import dataclass

from waapp.core.guests import GuestDraft


@dataclass(frozen=True)
class GuestList:
    """A file, the field of each of its columns ("-" for one of its own), its guests, and what is said of its rows."""

    name: str
    region: str
    content: Callable[[], bytes]
    fields: str
    heading: int | None
    guests: tuple[GuestDraft, ...]
    findings: tuple[tuple[int, str], ...]
