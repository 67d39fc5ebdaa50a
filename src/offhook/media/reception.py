"""What RFC 3550 says of a received stream: sequence, loss (A.1, A.3) and jitter (A.8), as arrays.

Every call sees a row at most once (`rtp.rounds`).
"""

import numpy as np
import numpy.typing as npt

from offhook.media.codecs import RATE_HZ, Flags, Ints
from offhook.media.rtp import signed, within

MAX_DROPOUT = 3000  # sequence numbers; a larger jump is a restarted sender (RFC 3550 A.1)


class Reception:
    """Estimators of every row."""

    def __init__(self, capacity: int) -> None:
        self.received: Ints = np.zeros(capacity, np.int64)  # packets of all streams of the leg
        self.highest: Ints = np.zeros(capacity, np.int64)  # extended sequence number
        self.jitter: npt.NDArray[np.float64] = np.zeros(capacity)  # timestamp units
        self._base: Ints = np.zeros(capacity, np.int64)
        self._counted: Ints = np.zeros(capacity, np.int64)  # packets of this stream
        self._lost_before: Ints = np.zeros(capacity, np.int64)  # by streams before this one
        self._transit: Ints = np.zeros(capacity, np.int64)  # timestamp units
        self._timed = np.zeros(capacity, np.bool_)  # _transit holds a value
        self._expected_then: Ints = np.zeros(capacity, np.int64)  # at the last report
        self._counted_then: Ints = np.zeros(capacity, np.int64)

    def clear(self, row: int) -> None:
        """Make a row ready for another leg."""
        self.restart(np.array([row]))
        self.received[row] = self._lost_before[row] = 0
        self.jitter[row] = 0.0

    def restart(self, rows: Ints) -> None:
        """Begin another stream: an SSRC or numbers that do not continue the old ones."""
        self._lost_before[rows] = [self.lost(int(row)) for row in rows]
        for array in (self._counted, self.highest, self._base):
            array[rows] = 0
        self._expected_then[rows] = self._counted_then[rows] = 0
        self._timed[rows] = False

    def lost(self, row: int) -> int:
        """Return packets expected less packets received, never below what is certain."""
        missing = self._expected(row) - int(self._counted[row])
        return int(self._lost_before[row]) + max(missing, 0)

    def count(self, rows: Ints, sequence: Ints, timestamp: Ints, timed: Flags, now: float) -> None:
        """Take in one packet a row; only `timed` ones tell of jitter (not events: RFC 4733 2.5)."""
        highest, counted = self.highest[rows], self._counted[rows]
        step = signed(sequence - highest, 16)
        steady = within(step, MAX_DROPOUT + 1) & (counted > 0)
        if np.count_nonzero(steady) == len(rows):
            self.highest[rows] = highest + step
        else:
            jumped = (np.abs(step) > MAX_DROPOUT) & (counted > 0)
            if np.count_nonzero(jumped):
                self.restart(rows[jumped])
                counted[jumped] = 0
            begins = counted == 0
            self.highest[rows] = np.where(begins, sequence, highest + np.maximum(step, 0))
            self._base[rows[begins]] = sequence[begins]
        self._counted[rows] = counted + 1
        self.received[rows] += 1
        if np.count_nonzero(timed) != len(rows):
            rows, timestamp = rows[timed], timestamp[timed]
        self._measure(rows, timestamp, now)

    def _measure(self, rows: Ints, timestamp: Ints, now: float) -> None:
        """RFC 3550 A.8."""
        transit = int(now * RATE_HZ) - timestamp
        change = np.abs(signed(transit - self._transit[rows], 32))
        known = self._timed[rows] & (change < RATE_HZ)  # a jump of timestamps is not jitter
        jitter = self.jitter[rows]
        change = (change - jitter) / 16
        change *= known
        self.jitter[rows] = jitter + change
        self._transit[rows] = transit
        self._timed[rows] = True

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
