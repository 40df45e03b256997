"""How often to ask Twilio about a message, and how long to look for one whose outcome is not known.

The reference's sections 2 (poll cadence), 5.4 (approval) and 9 (list lag of minutes, seldom hours) give the
numbers.
All times are in seconds; `scale` shortens them for practice mode, where a message lives a minute.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_INTERVAL_BY_AGE: Final = (
    (60.0, 5.0),
    (600.0, 15.0),
    (3_600.0, 60.0),
    (86_400.0, 600.0),
    (30 * 86_400.0, 3_600.0),
)
_APPROVAL_BY_AGE: Final = ((900.0, 60.0), (48 * 3_600.0, 1_200.0))
_APPROVAL_AT_REST: Final = 1_800.0
LOOKS_AT: Final = (0.0, 5.0, 60.0, 300.0, 900.0, 3_600.0, 4 * 3_600.0, 24 * 3_600.0)
"""Ages at which Twilio's list is searched for an unknown message; after the last one the planner decides."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """Polling intervals, real ones by default."""

    scale: float = 1.0

    def poll_interval(self, age: float) -> float | None:
        """Return the time between two questions about a message of this age; None: too old to ask."""
        for limit, interval in _INTERVAL_BY_AGE:
            if age <= limit * self.scale:
                return interval * self.scale
        return None

    def next_look(self, looks: int) -> float | None:
        """Return the time from one fruitless search to the next after `looks` searches; None: no more."""
        gaps = [later - earlier for earlier, later in pairwise(LOOKS_AT)]
        return gaps[looks - 1] * self.scale if 0 < looks <= len(gaps) else None

    def approval_interval(self, age: float, *, under_review: bool) -> float:
        """Return the time between two questions about a template's approval, `age` after it was submitted.

        What is decided is asked about too: WhatsApp pauses templates later on, and lets them go again.
        """
        if under_review:
            for limit, interval in _APPROVAL_BY_AGE:
                if age <= limit * self.scale:
                    return interval * self.scale
        return _APPROVAL_AT_REST * self.scale


REAL: Final = Cadence()
PRACTICE: Final = Cadence(scale=0.2)
