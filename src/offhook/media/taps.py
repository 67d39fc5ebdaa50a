"""Which legs are recorded, and their audio of a tick."""

from collections.abc import Sequence

import numpy as np

from offhook.media.codecs import Ints, Pcm


class Taps:
    """One tap a leg, on what its far end says or on what it hears."""

    def __init__(self) -> None:
        self._taps: dict[str, tuple[int, bool]] = {}  # leg: row, outbound
        self._legs: tuple[str, ...] = ()
        self._rows: Ints = np.zeros(0, np.int64)
        self._outbound: Ints = np.zeros(0, np.int64)  # indices into _rows

    def start(self, leg: str, row: int, track: str) -> None:
        """Tap a leg from the next tick on."""
        self._taps[leg] = (row, track == "outbound")
        self._arrange()

    def stop(self, leg: str) -> None:
        """Tap it no more."""
        if self._taps.pop(leg, None):
            self._arrange()

    def _arrange(self) -> None:
        self._legs = tuple(self._taps)
        self._rows = np.array([row for row, _ in self._taps.values()], np.int64)
        self._outbound = np.flatnonzero([outbound for _, outbound in self._taps.values()])

    def audio(self, said: Pcm, heard: Pcm) -> tuple[Sequence[str], Pcm]:
        """Pick the rows of tapped legs from both tables: int16 [k, FRAME]."""
        audio = said[self._rows]
        if len(self._outbound):
            audio[self._outbound] = heard[self._rows[self._outbound]]
        return self._legs, audio
