"""Patch rows: where what a leg says crosses to another worker, and what it is to hear comes back.

A patch is a cable with an end in either worker. Each end is a row without a socket, so that the
switch, rooms and recordings treat it like a leg; between the ends are two rings of frames in memory
that both processes see. What the row of one end is to hear is what the row of the other end says,
one tick later. Ticks of two workers are as far apart as they happen to be, and now and then one is
late: a reader that finds nothing conceals the frame and is one behind from then on, which it makes
up for when that has not been needed for a while.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from offhook.media.codecs import FRAME, Ints, Pcm
from offhook.media.jitter import conceal
from offhook.media.rings import COUNTERS_BYTES, RING, Memory

RESERVE: Final = 2  # frames that a reader may be behind for long
WINDOW: Final = 100  # ticks, after which a reserve that was never needed is cut


class Rings:
    """What is in the memory: two directions for each of a number of patches.

    Direction 0 of a patch is written by its end 0 and read by its end 1. Only the writer of a ring
    changes its counter, after the frame is there.
    """

    def __init__(self, memory: Memory) -> None:
        patches = len(memory)
        self._memory = memory  # kept alive
        written = np.frombuffer(memory.buffer, np.int64, 2 * patches)
        self.written: NDArray[np.int64] = written.reshape(patches, 2)  # frames ever written
        self.frames: Pcm = np.frombuffer(
            memory.buffer, np.int16, 2 * patches * RING * FRAME, patches * COUNTERS_BYTES
        ).reshape(patches, 2, RING, FRAME)

    def __len__(self) -> int:
        """Return the number of patches."""
        return len(self.written)


class Patches:
    """The ends of patches in this worker."""

    def __init__(self, rings: Rings | None, capacity: int) -> None:
        self._rings = rings
        self._ends: dict[int, tuple[int, int]] = {}  # by row: patch and which of its ends
        self._read: Ints = np.zeros(capacity, np.int64)  # frames ever read: [row]
        self._dry: Ints = np.zeros(capacity, np.int64)  # ticks since a frame was there
        self._least: Ints = np.zeros(capacity, np.int64)  # behind, in this window
        self._ticks = 0
        self._arrange()

    def __len__(self) -> int:
        return len(self._ends)

    def known(self, patch: int) -> bool:
        """Whether there is memory for a patch of this number."""
        return self._rings is not None and patch < len(self._rings)

    def open(self, row: int, patch: int, end: int) -> None:
        """Let a row be an end of a patch, of which nothing has been read or written yet."""
        self._ends[row] = patch, end
        self._read[row] = 0
        self._dry[row] = RING  # there is nothing to go on with
        self._least[row] = RING
        self._arrange()

    def close(self, row: int) -> None:
        """Forget a row."""
        if self._ends.pop(row, None) is not None:
            self._arrange()

    def _arrange(self) -> None:
        ends = np.array(list(self._ends.values()), np.int64).reshape(-1, 2)
        self._rows: Ints = np.array(list(self._ends), np.int64)
        self._patch: Ints = ends[:, 0]
        self._ours: Ints = ends[:, 1]  # the direction that we write

    def hear(self, sources: Pcm) -> None:
        """Fill the rows of patches in int16 [row, FRAME] with what comes from the other ends."""
        rows, rings = self._rows, self._rings
        if rings is None or not len(rows):
            return
        theirs = 1 - self._ours
        written = rings.written[self._patch, theirs]
        read = self._read[rows]
        behind = written - read
        missed = behind >= RING - 1  # the oldest may be written over just now
        if missed.any():
            read = np.where(missed, written - 1, read)
            behind = np.where(missed, 1, behind)
        dry = behind <= 0
        frames = rings.frames[self._patch, theirs, read % RING]
        gaps = dry.nonzero()[0]
        self._dry[rows] = np.where(dry, self._dry[rows] + 1, 0)
        if len(gaps):
            gone = rows[gaps]
            conceal(frames, gaps, sources[gone], self._dry[gone])
        sources[rows] = frames
        self._advance(rows, read + ~dry, behind)

    def _advance(self, rows: Ints, read: Ints, behind: Ints) -> None:
        """Go on to the next frames, and leave one out where many have waited for long."""
        self._least[rows] = np.minimum(self._least[rows], behind)
        self._ticks += 1
        if self._ticks % WINDOW == 0:
            read = read + (self._least[rows] > RESERVE)
            self._least[rows] = RING
        self._read[rows] = read

    def say(self, heard: Pcm) -> None:
        """Send what the rows of patches are to hear, int16 [row, FRAME], to the other ends."""
        rings = self._rings
        if rings is None or not len(self._rows):
            return
        place = self._patch, self._ours
        written = rings.written[place]
        rings.frames[(*place, written % RING)] = heard.take(self._rows, axis=0)
        rings.written[place] = written + 1
