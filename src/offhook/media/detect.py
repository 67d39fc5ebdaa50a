"""Level and voice activity of all rows.

A row is active when two frames in a row are louder than -40 dBFS, and inactive when nothing was
louder than -45 dBFS for `HANGOVER_S`: the pauses inside a sentence are not its end.
"""

import math

import numpy as np

from offhook.media.codecs import TICK_S, Flags, Floats, Ints, Pcm
from offhook.media.count import count_true

ONSET_DBFS = -40.0
QUIET_DBFS = -45.0
SILENCE_DBFS = -100.0
ONSET_FRAMES = 2
HANGOVER_S = 0.3
_HANGOVER_FRAMES = round(HANGOVER_S / TICK_S)


def mean_square(dbfs: float) -> float:
    """Return the mean square of a sine of this level (0 dBFS is the largest sine)."""
    return float(32768.0**2 / 2 * 10 ** (dbfs / 10))


FULL = mean_square(0.0)
ONSET = mean_square(ONSET_DBFS)
QUIET = mean_square(QUIET_DBFS)


def levels(sound: Pcm, says: Flags, exact: Floats) -> Floats:
    """Return the mean square of each row of int16 [n, FRAME]; 0 of one that says nothing.

    The others are left in float32 [n, FRAME] for those who look closer.
    """
    if count_true(says) == len(says):
        np.copyto(exact, sound)
        return _mean_squares(exact)
    square = np.zeros(len(sound), np.float32)
    rows = says.nonzero()[0]
    if len(rows):
        spoken = sound.take(rows, axis=0).astype(np.float32)
        exact[rows] = spoken
        square[rows] = _mean_squares(spoken)
    return square


def _mean_squares(exact: Floats) -> Floats:
    squares: Floats = np.vecdot(exact, exact)
    squares /= exact.shape[1]
    return squares


class VoiceActivity:
    """Who is speaking."""

    def __init__(self, capacity: int) -> None:
        self.active = np.zeros(capacity, np.bool_)
        self._loudest: Floats = np.zeros(capacity, np.float32)  # mean square, since the last look
        self._loud: Ints = np.zeros(capacity, np.int64)  # frames in a row
        self._quiet: Ints = np.zeros(capacity, np.int64)

    def clear(self, row: int) -> None:
        """Make a row ready for another leg."""
        self.active[row] = False
        self._loud[row] = self._quiet[row] = 0
        self._loudest[row] = 0.0

    def listen(self, level: Floats) -> Flags:
        """Take in the mean squares of rows 0 to n; tell which rows changed."""
        count = len(level)
        active = self.active[:count]
        loudest = self._loudest[:count]
        np.maximum(loudest, level, out=loudest)
        loud, quiet = self._loud[:count], self._quiet[:count]
        loud += 1
        loud *= level > ONSET
        quiet += 1
        quiet *= level < QUIET
        changed: Flags = np.where(active, quiet >= _HANGOVER_FRAMES, loud >= ONSET_FRAMES)
        active ^= changed
        return changed

    def take_loudest(self, row: int) -> float:
        """Return the level of the loudest frame of a row since the last time, in dBFS."""
        level, self._loudest[row] = float(self._loudest[row]), 0.0
        return max(SILENCE_DBFS, 10 * math.log10(level / FULL)) if level else SILENCE_DBFS
