"""What RFC 3550 says of a received stream: sequence, loss (A.1, A.3) and jitter (A.8), as arrays.

Every call sees a row at most once (`rtp.rounds`).
"""

import numpy as np
import numpy.typing as npt

from offhook.media.codecs import RATE_HZ, Ints
from offhook.media.count import count_true
from offhook.media.rtp import signed, within

MAX_DROPOUT = 3000  # sequence numbers; a larger jump is a restarted sender (RFC 3550 A.1)


class Reception:
    """Estimators of every row."""

    def __init__(self, capacity: int) -> None:
        self.highest: Ints = np.zeros(capacity, np.int64)  # extended sequence number
        self.jitter: npt.NDArray[np.float64] = np.zeros(capacity)  # timestamp units
        self._base: Ints = np.zeros(capacity, np.int64)
        self._counted: Ints = np.zeros(capacity, np.int64)  # packets of this stream
        self._counted_before: Ints = np.zeros(capacity, np.int64)  # packets of streams before it
        self._lost_before: Ints = np.zeros(capacity, np.int64)
        self._transit: Ints = np.zeros(capacity, np.int64)  # timestamp units
        self._untimed: set[int] = set()  # rows whose _transit holds no value
        self._expected_then: Ints = np.zeros(capacity, np.int64)  # at the last report
        self._counted_then: Ints = np.zeros(capacity, np.int64)

    def clear(self, row: int) -> None:
        """Make a row ready for another leg."""
        self.restart(np.array([row]))
        self._counted_before[row] = self._lost_before[row] = 0
        self.jitter[row] = 0.0

    def restart(self, rows: Ints) -> None:
        """Begin another stream: an SSRC or numbers that do not continue the old ones."""
        self._lost_before[rows] = [self.lost(int(row)) for row in rows]
        self._counted_before[rows] += self._counted[rows]
        for array in (self._counted, self.highest, self._base):
            array[rows] = 0
        self._expected_then[rows] = self._counted_then[rows] = 0

    def received(self, row: int) -> int:
        """Return how many packets came, of all streams of the leg."""
        return int(self._counted_before[row] + self._counted[row])

    def lost(self, row: int) -> int:
        """Return packets expected less packets received, never below what is certain."""
        missing = self._expected(row) - int(self._counted[row])
        return int(self._lost_before[row]) + max(missing, 0)

    def count(self, rows: Ints, sequence: Ints) -> None:
        """Take in one packet a row."""
        highest, counted = self.highest[rows], self._counted[rows]
        step = signed(sequence - highest, 16)
        steady = within(step, MAX_DROPOUT + 1)
        steady &= counted > 0
        if count_true(steady) == len(rows):
            step += highest
            self.highest[rows] = step
        else:
            jumped = (np.abs(step) > MAX_DROPOUT) & (counted > 0)
            if count_true(jumped):
                self.restart(rows[jumped])
                counted[jumped] = 0
            begins = counted == 0
            self.highest[rows] = np.where(begins, sequence, highest + np.maximum(step, 0))
            self._base[rows[begins]] = sequence[begins]
            self._untimed.update(rows[begins].tolist())
        counted += 1
        self._counted[rows] = counted

    def time(self, rows: Ints, timestamp: Ints, now: float) -> None:
        """Measure jitter by one audio packet a row (A.8); events tell nothing (RFC 4733 2.5)."""
        transit = int(now * RATE_HZ) - timestamp
        change = signed(transit - self._transit[rows], 32)
        np.abs(change, out=change)
        known = change < RATE_HZ  # a jump of timestamps is not jitter
        if self._untimed:
            known &= ~np.isin(rows, list(self._untimed))
            self._untimed.difference_update(rows.tolist())
        jitter = self.jitter[rows]
        off = change - jitter
        off /= 16
        off *= known
        jitter += off
        self.jitter[rows], self._transit[rows] = jitter, transit

    def _expected(self, row: int) -> int:
        started = self._counted[row] > 0
        return int(self.highest[row]) - int(self._base[row]) + 1 if started else 0

    def fraction(self, row: int) -> int:
        """Return the loss since the last call in 1/256 (RFC 3550 A.3)."""
        expected = self._expected(row)
        counted = int(self._counted[row])
        expected_now = expected - int(self._expected_then[row])
        lost_now = expected_now - (counted - int(self._counted_then[row]))
        self._expected_then[row], self._counted_then[row] = expected, counted
        if expected_now <= 0 or lost_now <= 0:
            return 0
        return min((lost_now << 8) // expected_now, 255)
