"""What a send or an event has come to: the steps from planned to answered, and what is left."""

from collections.abc import Mapping
from dataclasses import dataclass

from waapp.core.status import Shown


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many got how far. Each of `planned`, `sent`, `delivered` and `read` includes the ones after it.

    The rest of `planned` beside `sent` is `waiting` (in the queue or on its way), `failed`, `unknown` or
    `cancelled`. `answered` counts guests who said yes, by whatever way.
    """

    planned: int
    sent: int
    delivered: int
    read: int
    answered: int
    waiting: int
    failed: int
    unknown: int
    cancelled: int


def funnel(states: Mapping[Shown, int], answered: int = 0) -> Funnel:
    """Add up what the guests' pills show (`EventSummary.states`); who has no invitation is not counted."""
    read = states.get(Shown.READ, 0)
    delivered = read + states.get(Shown.DELIVERED, 0)
    sent = delivered + states.get(Shown.SENT, 0)
    waiting = sum(states.get(state, 0) for state in (Shown.QUEUED, Shown.WAITING, Shown.SENDING))
    failed = states.get(Shown.FAILED, 0)
    unknown = states.get(Shown.UNKNOWN, 0)
    cancelled = states.get(Shown.CANCELLED, 0)
    planned = sent + waiting + failed + unknown + cancelled
    return Funnel(planned, sent, delivered, read, answered, waiting, failed, unknown, cancelled)
