"""Keys pressed by the far end, received as RFC 4733 events.

An event is its timestamp: the first packet seen of it, be it start, update or end, is the key, all
others repeat it. A long press arrives as segments (2.5.1.3), each beginning where the full one
before it ended: still the same key. Packets older than the current event say nothing new.
"""

import numpy as np

from offhook.media.codecs import Bytes, Flags, Ints
from offhook.media.rtp import signed
from offhook.media.tones import DIGITS

EVENT_BYTES = 4
_SEGMENT = 0xFFFF  # timestamp units


class EventReceiver:
    """The current event of every row."""

    def __init__(self, capacity: int) -> None:
        self.seen = np.zeros(capacity, np.bool_)  # the far end does send events
        self._known = np.zeros(capacity, np.bool_)  # the current stream had an event
        self._event: Ints = np.zeros(capacity, np.int64)
        self._timestamp: Ints = np.zeros(capacity, np.int64)
        self._ended = np.zeros(capacity, np.bool_)

    def clear(self, row: int) -> None:
        """Make a row ready for another leg."""
        self.seen[row] = self._known[row] = False

    def restart(self, row: int) -> None:
        """Begin another stream: its timestamps have nothing to do with the old ones."""
        self._known[row] = False

    def receive(self, rows: Ints, timestamp: Ints, payload: Bytes) -> Flags:
        """Take in one event packet a row; tell which are keys not known yet."""
        event = payload[:, 0].astype(np.int64)
        ends = payload[:, 1] & 0x80 != 0
        known = self._known[rows]
        age = signed(timestamp - self._timestamp[rows], 32)
        newer = ~known | (age > 0)
        segment = known & (age == _SEGMENT) & (event == self._event[rows]) & ~self._ended[rows]
        self._ended[rows] = np.where(newer, ends, self._ended[rows] | (ends & (age == 0)))
        self._event[rows] = np.where(newer, event, self._event[rows])
        self._timestamp[rows] = np.where(newer, timestamp, self._timestamp[rows])
        self.seen[rows] = self._known[rows] = True
        new: Flags = newer & ~segment & (event < len(DIGITS))
        return new
