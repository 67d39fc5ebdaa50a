"""When the packets of a tick leave: at even distances, though some ticks take longer than others.

They wait until a while after the tick was due, which is as long as ticks took lately, so that the
distance of packets at the far end does not tell how busy the machine is. A tick that is later still
sends at once, and those after it wait longer.
"""

from collections.abc import Callable

LONGEST_LEAD_S = 0.008  # more delay would be worse than an uneven one
SHORTEST_WAIT_S = 0.0005  # a shorter one is not worth being woken up for
DECAY = 0.995  # of the lead, a tick: to a third in four seconds


class Departure:
    """Waits with `sleep`, on the clock `now`; both in seconds."""

    def __init__(self, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._now = now
        self._sleep = sleep
        self._lead_s = 0.0  # from the moment a tick is due to its departure
        self.waited_s = 0.0  # in all

    def wait(self, due: float) -> None:
        """Wait until a tick that is ready may leave."""
        began = self._now()
        took_s = began - due
        self._lead_s = min(max(self._lead_s * DECAY, took_s), LONGEST_LEAD_S)
        wait_s = self._lead_s - took_s
        if wait_s >= SHORTEST_WAIT_S:
            self._sleep(wait_s)
            self.waited_s += self._now() - began
