"""Frames that go out as they came in, or as their clip was coded once: nothing is coded again.

Most far ends hear one thing alone: whom they are bridged with, or a clip. Where both have the same
codec, its bytes are copied; that is also the better sound. Whoever hears several, is in a room, or
hears a frame that was never received gets what the switch made for it, coded.
"""

import numpy as np

from offhook.media import codecs
from offhook.media.codecs import FRAME, TABLES, Bytes, Flags, Ints, Pcm
from offhook.media.count import count_true
from offhook.media.players import Players
from offhook.media.rooms import Rooms
from offhook.media.rows import Rows
from offhook.media.switch import Switch


class Passing:
    """Who hears one source alone. `stale` when anybody has come, gone or changed since `look`."""

    def __init__(
        self, rows: Rows, switch: Switch, rooms: Rooms, players: Players, capacity: int
    ) -> None:
        self._rows = rows
        self._switch = switch
        self._rooms = rooms
        self._players = players
        self._capacity = capacity
        self.stale = True
        self._source: Ints = np.zeros(0, np.int64)  # [row] of legs
        self._relays = np.zeros(0, np.bool_)  # hears but one far end, of its codec
        self._listens = np.zeros(0, np.bool_)  # hears but its own player

    def look(self, count: int) -> None:
        """Find out which of the rows 0 to n hear what, if that may have changed."""
        if not self.stale:
            return
        only, codec = self._switch.only[:count], self._rows.codec
        far = only < count
        self._source = np.where(far, only, 0)
        self._relays = far & (codec[self._source] == codec[:count])
        self._listens = only == np.arange(count) + self._capacity
        hearers = self._rooms.hearers
        hearers = hearers[hearers < count]  # the others are patches
        self._relays[hearers] = self._listens[hearers] = False
        if codec[:count].max(initial=0) >= TABLES:  # a coder has to hear and say all itself
            self._relays &= codec[:count] < TABLES
        self.stale = False

    def encode(self, heard: Flags, came: Bytes, out: Pcm, coded: Bytes) -> None:
        """Fill uint8 [n, FRAME] with what n far ends are to hear, each in its codec.

        `came` uint8 [n, FRAME] are the frames of those who were `heard`, `out` int16 [n, FRAME] is
        from the switch.
        """
        done = self._relays
        if count_true(heard) != len(heard):
            done = done & heard[self._source]
        count = count_true(done)
        if count == len(done):
            came.take(self._source, axis=0, out=coded, mode="clip")
            return
        if count:
            rows = done.nonzero()[0]
            coded[rows] = came.take(self._source[rows], axis=0)
        if count_true(self._listens):
            done = done.copy()
            done[self._players.coded(self._listens, self._rows.codec, coded)] = True
        self._encode((~done).nonzero()[0], out, coded)

    def _encode(self, rows: Ints, out: Pcm, coded: Bytes) -> None:
        codec = self._rows.codec
        if len(rows) == len(out):
            codecs.encode(out, codec[: len(out)], coded)
        elif len(rows):
            part = np.empty((len(rows), FRAME), np.uint8)
            codecs.encode(out.take(rows, axis=0), codec[rows], part)
            coded[rows] = part
