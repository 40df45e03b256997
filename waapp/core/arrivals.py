"""How many messages may reach the receiver in any one second, however long the network takes for each.

A message arrives some time between leaving and its answer. What left evenly may arrive in a bunch when the network
stood still for a moment, so leaving evenly keeps no promise about the other end. Here a message counts from the
latest moment at which it may have arrived. The caller brings a monotonic clock.
"""

from heapq import heappop, heappush
from math import inf
from typing import Final

_GUARD: Final = 0.0125
"""Seconds of an answer's way that never count as known."""
_ENOUGH_ANSWERS: Final = 200
"""So many answers tell how long the way takes at least; the first ones wait together for connections to open."""


class Arrivals:
    """Keeps what reaches the receiver at or below `rate` messages in any one second.

    Below one a second it is one message in 1 / `rate` seconds. Call `sent` for each message that leaves and
    `answered` when that is over, however it ended.
    """

    def __init__(self, rate: float) -> None:
        self.most: Final = max(1, int(rate))
        self._period = 1.0 if rate >= 1 else 1 / rate
        self._under_way = 0
        self._free_at: list[float] = []
        self._answers = 0
        self._fastest = inf

    def delay(self, now: float) -> float:
        """Return the seconds until the next message may leave; 0 also while only an answer can tell."""
        while self._free_at and self._free_at[0] <= now:
            heappop(self._free_at)
        if self._under_way + len(self._free_at) < self.most or not self._free_at:
            return 0.0
        return self._free_at[0] - now

    def sent(self) -> None:
        """Count a message that leaves now."""
        self._under_way += 1

    def answered(self, sent_at: float, now: float) -> None:
        """Learn that the message that left at a moment has been answered, so that it arrived before now."""
        self._under_way -= 1
        self._answers += 1
        self._fastest = min(self._fastest, now - sent_at)
        # Part of the time went on the answer's way back, and the next message takes a while on its way there:
        # both together take no less than the fastest answer did.
        way = max(0.0, self._fastest - _GUARD) if self._answers >= _ENOUGH_ANSWERS else 0.0
        heappush(self._free_at, max(sent_at, now - way) + self._period)
