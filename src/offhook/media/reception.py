"""What RFC 3550 says of a received stream: sequence, loss (A.1, A.3) and jitter (A.8), as arrays.

Every call sees a row at most once (`rtp.rounds`).
"""

import numpy as np
import numpy.typing as npt

from offhook.media.codecs import RATE_HZ, Flags, Ints
from offhook.media.rtp import signed

MAX_DROPOUT = 3000  # sequence numbers; a larger jump is a restarted sender (RFC 3550 A.1)


class Reception:
    """Estimators of every row."""

    def __init__(self, capacity: int) -> None:
        self._state: Ints = np.zeros((4, capacity), np.int64)  # what changes with every packet
        self.received, self.highest, self._counted, self._transit = self._state
        # packets of all streams of the leg, extended sequence number, packets of this stream,
        # and timestamp units
        self.jitter: npt.NDArray[np.float64] = np.zeros(capacity)  # timestamp units
        self._base: Ints = np.zeros(capacity, np.int64)
        self._lost_before: Ints = np.zeros(capacity, np.int64)  # by streams before this one
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
        received, highest, counted, before = state = self._state.take(rows, axis=1)
        step = signed(sequence - highest, 16)
        jumped = (np.abs(step) > MAX_DROPOUT) & (counted > 0)
        if np.count_nonzero(jumped):
            self.restart(rows[jumped])
            counted[jumped] = 0
        highest += np.maximum(step, 0)
        begins = counted == 0
        if np.count_nonzero(begins):
            highest[begins] = self._base[rows[begins]] = sequence[begins]
        counted += 1
        received += 1
        transit = int(now * RATE_HZ) - timestamp
        change = np.abs(signed(transit - before, 32))
        every = np.count_nonzero(timed) == len(rows)
        state[3] = transit if every else np.where(timed, transit, before)
        self._state[:, rows] = state
        if every:
            self._measure(rows, change)
        else:
            self._measure(rows[timed], change[timed])

    def _measure(self, rows: Ints, change: Ints) -> None:
        """RFC 3550 A.8."""
        jitter = self.jitter[rows]
        known = self._timed[rows] & (change < RATE_HZ)  # a jump of timestamps is not jitter
        self.jitter[rows] = np.where(known, jitter + (change - jitter) / 16, jitter)
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
