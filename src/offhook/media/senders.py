"""The RTP streams we send: SSRC, sequence and timestamp of every row (RFC 3550 5.1).

All three start at random. The timestamp follows the ticks also while nothing is sent; the first
packet of a stream and of a talk spurt after a pause carries the marker (RFC 3551 4.1).
"""

import random

import numpy as np

from offhook.media.codecs import FRAME, Flags, Ints
from offhook.media.rtp import Stamps


class Senders:
    """Sender state of every row."""

    def __init__(self, capacity: int, rng: random.Random) -> None:
        self._rng = rng
        self.ssrc: Ints = np.zeros(capacity, np.int64)
        self.timestamp: Ints = np.zeros(capacity, np.int64)  # of this tick's frame, in samples
        self.clock: Ints = np.ones(capacity, np.int64)  # RTP timestamps of a sample
        self.packets: Ints = np.zeros(capacity, np.int64)
        self.octets: Ints = np.zeros(capacity, np.int64)  # payload bytes (RFC 3550 6.4.1)
        self._sequence: Ints = np.zeros(capacity, np.int64)
        self._paused = np.ones(capacity, np.bool_)  # the next audio packet begins a talk spurt

    def clear(self, row: int) -> None:
        """Begin another stream."""
        self.ssrc[row] = self._rng.getrandbits(32)
        self.timestamp[row] = self._rng.getrandbits(32)
        self._sequence[row] = self._rng.getrandbits(16)
        self.packets[row] = self.octets[row] = 0
        self._paused[row] = True
        self.clock[row] = 1

    def audio(self, rows: Ints, payload_type: Ints, size: int = FRAME) -> Stamps:
        """Stamp one audio packet of `size` bytes a row."""
        marker = self._paused[rows]
        self._paused[rows] = False
        timestamp = self.timestamp[rows]
        if size != FRAME:  # 2^32 samples are a whole number of turns of any faster clock
            timestamp *= self.clock[rows]
        return self.stamp(rows, marker, payload_type, timestamp, size)

    def stamp(
        self, rows: Ints, marker: Flags, payload_type: Ints, timestamp: Ints, size: int
    ) -> Stamps:
        """Stamp one packet a row with the next sequence number."""
        sequence = self._sequence[rows]
        self._sequence[rows] = sequence + 1 & 0xFFFF
        self.packets[rows] += 1
        self.octets[rows] += size
        return Stamps(marker, payload_type, sequence, timestamp, self.ssrc[rows])

    def advance(self, count: int, sending: Flags) -> None:
        """End the tick of rows 0 to n; `sending` [n] did not pause."""
        self.timestamp[:count] = self.timestamp[:count] + FRAME & 0xFFFFFFFF
        self._paused[:count] |= ~sending
