"""A budget: so much at once, and then so much a second. For what a flood must not fill."""

from offhook.clock import Monotonic


class Budget:
    """A token bucket."""

    def __init__(self, burst: int, per_s: float, now: Monotonic) -> None:
        self._burst = burst
        self._per_s = per_s
        self._now = now
        self._left = float(burst)
        self._at = now()
        self.refused = 0  # so often there was nothing left

    def take(self) -> bool:
        """Take one if there is one."""
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            self.refused += 1
            return False
        self._left -= 1
        return True
