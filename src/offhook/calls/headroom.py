"""How much of what the machine can carry is used, and what would run out first.

Every second each meter is read: the share of a resource that is used, such as a core of the media
worker. The figures are smoothed, so that one busy second refuses nobody, and a server that has
become full takes calls again only when it is clearly below the limit. Running calls are left alone.
"""

import asyncio
import math
from collections.abc import Callable, Mapping

EVERY_S = 1.0
SMOOTHING = 0.3  # weight of the last second
RELIEF = 0.9  # of the limit: below it calls are taken again

Meter = Callable[[], float]  # a share, from 0 on; 1 is all there is


class Headroom:
    """What is measured of a node; `limit` is a share, and 1 or more refuses nobody."""

    def __init__(self, meters: Mapping[str, Meter], limit: float = 1.0) -> None:
        self._meters = meters
        self.limit = limit
        self.used = dict.fromkeys(meters, 0.0)  # by the resource's name
        self.full = False

    @property
    def first(self) -> tuple[str, float]:
        """The resource that runs out first, and its share; without meters nothing does."""
        return max(self.used.items(), key=lambda item: item[1], default=("nothing", 0.0))

    def look(self) -> None:
        """Read the meters; one that tells nonsense changes nothing."""
        for name, meter in self._meters.items():
            share = meter()
            if math.isfinite(share):  # else the sum would be spoilt for ever
                self.used[name] += SMOOTHING * (share - self.used[name])
        _, share = self.first
        self.full = self.limit < 1.0 and share >= self.limit * (RELIEF if self.full else 1.0)

    def overload(self) -> str:
        """Say why no call can be taken now; empty: one can."""
        if not self.full:
            return ""
        name, share = self.first
        return f"{name} is used to {share:.0%}; limits.load is {self.limit:g}"

    async def watch(self) -> None:
        """Look every second, for ever."""
        while True:
            await asyncio.sleep(EVERY_S)
            self.look()
