"""Comfort noise: what a far end sends that sends nothing in pauses (RFC 3389).

It tells how loud its silence is, seldom, and leaves the rest to us. Until it speaks again we make
noise of that level, and neither conceal nor count what does not come. Spectra are not drawn.
"""

import numpy as np

from offhook.media.codecs import FRAME, Bytes, Flags, Ints, Pcm

PAYLOAD_TYPE = 13
FAINTEST = 127  # dB below the loudest
_LOUDEST = 32767 * 3**0.5  # amplitude of uniform noise as loud as a square wave
_SEED = 13
_LOOPS = 64  # frames of noise that are made once


class Comfort:
    """Who is in such a pause, and how loud it is."""

    def __init__(self, capacity: int) -> None:
        self.amplitude = np.zeros(capacity, np.float32)  # 0: not in a pause
        self.any = False
        noise = np.random.default_rng(_SEED).uniform(-1.0, 1.0, (_LOOPS, FRAME))
        self._noise = noise.astype(np.float32)
        self._turn = 0

    def clear(self, row: int) -> None:
        """Forget a row."""
        self.amplitude[row] = 0.0

    def begin(self, rows: Ints, payload: Bytes) -> None:
        """Take in a packet a row: its first byte is the level in -dBov (RFC 3389 3.1)."""
        level = payload[:, 0] & FAINTEST
        loud = np.minimum(_LOUDEST * 10.0 ** (level.astype(np.float64) / -20), 8000.0)
        self.amplitude[rows] = np.maximum(loud, np.float32(0.01))
        self.any = True

    def end(self, rows: Ints) -> None:
        """Take note that rows speak again."""
        self.amplitude[rows] = 0.0
        self.any = bool(self.amplitude.any())

    def fill(self, heard: Flags, pcm: Pcm) -> Ints:
        """Fill int16 [n, FRAME] of rows 0 to n that are in a pause; return them.

        What was still to be `heard` comes first.
        """
        amplitude = self.amplitude[: len(heard)]
        rows = ((amplitude > 0) & ~heard).nonzero()[0]
        if len(rows):
            self._turn += 1
            noise = self._noise[(rows * 7 + self._turn) % _LOOPS]
            pcm[rows] = noise * amplitude[rows, None]
        return rows
