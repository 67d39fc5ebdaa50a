"""Timers of the stack: one heap, one deadline; a stopped timer is forgotten when it comes up.

Almost every SIP timer is stopped before it fires, so stopping must cost nothing: it clears the
action and leaves the entry in the heap, where it weighs a tuple until its time has passed.
"""

import heapq
from collections.abc import Callable

T1 = 0.5  # estimate of the round trip (RFC 3261 17.1.1.1), seconds
T2 = 4.0  # longest interval between retransmissions (RFC 3261 17.1.2.2)
T4 = 5.0  # longest time a message stays in the network (RFC 3261 17.1.2.2)
GIVE_UP = 64 * T1  # how long everything is tried (timers B, F, H, J, L, M)


class Timer:
    """One timer; `fire` is None once it has fired or was stopped."""

    __slots__ = ("fire",)

    def __init__(self, fire: Callable[[], None]) -> None:
        self.fire: Callable[[], None] | None = fire

    def stop(self) -> None:
        """Do not fire; harmless when it has fired already."""
        self.fire = None


class Timers:
    """All timers of a stack and its time, which moves only when the stack is told."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Timer]] = []
        self._started = 0  # breaks ties: equal deadlines fire in the order of their start

    def start(self, delay_s: float, fire: Callable[[], None]) -> Timer:
        """Return a timer that calls `fire` once, `delay_s` from now, unless stopped."""
        timer = Timer(fire)
        self._started += 1
        heapq.heappush(self._heap, (self.now + delay_s, self._started, timer))
        return timer

    def deadline(self) -> float | None:
        """Return when the next live timer is due."""
        while self._heap and self._heap[0][2].fire is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def run(self) -> None:
        """Fire everything that is due, also what the fired timers start with no delay."""
        while (due := self.deadline()) is not None and due <= self.now:
            timer = heapq.heappop(self._heap)[2]
            fire, timer.fire = timer.fire, None
            assert fire is not None
            fire()

    def __len__(self) -> int:
        """Live timers."""
        return sum(1 for _, _, timer in self._heap if timer.fire is not None)
