"""WhatsApp's limit of people that a business may write to in any 24 hours: whom a send reaches on which day."""

from collections.abc import Iterable
from typing import Final

DAY_SECONDS: Final = 86_400.0 + 300.0
"""From one share of a large send to the next: 24 hours, and a little for clocks and queues that differ."""


def waits(addresses: Iterable[str], limit: int | None, used: int) -> list[float]:
    """Return how many seconds each message waits, so that no 24 hours see more than `limit` people.

    `used` is how many people have been written to in the last 24 hours. Messages to one address go on one day.
    Without a limit, or with one that allows nobody, nothing waits: what WhatsApp refuses is tried again later.
    """
    if not limit:
        return [0.0 for _ in addresses]
    room = max(0, limit - used)
    days: dict[str, int] = {}
    result = []
    for address in addresses:
        if address not in days:
            place = len(days)
            days[address] = 0 if place < room else 1 + (place - room) // limit
        result.append(days[address] * DAY_SECONDS)
    return result
