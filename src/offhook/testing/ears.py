"""What telephones hear, kept in memory: it takes the place of the recorder in their media plane."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from offhook.media.messages import Recorded
from offhook.testing.sound import Pcm

TICK_S = 0.02


@dataclass(slots=True)
class _Stretch:
    """Ticks during which the same legs were listening."""

    legs: Sequence[str]
    places: dict[str, int]
    frames: list[Pcm] = field(default_factory=list)  # each int16 [leg, sample]


class Ears:
    """One array a tick for all legs together (media/recorder.py: Recordings)."""

    def __init__(self) -> None:
        self._listening: set[str] = set()
        self._stretches: list[_Stretch] = []
        self._finished: list[Recorded] = []

    def __len__(self) -> int:
        return len(self._listening) + len(self._finished)

    def __contains__(self, leg: str) -> bool:
        return leg in self._listening

    def heard(self, leg: str) -> Pcm:
        """Return what a leg has heard so far."""
        frames = [
            frame[stretch.places[leg]]
            for stretch in self._stretches
            if leg in stretch.places
            for frame in stretch.frames
        ]
        return np.concatenate([np.zeros(0, np.int16), *frames])

    def start(self, leg: str, path: str) -> None:
        """Listen from the next tick on; the path is of no use here."""
        del path
        self._listening.add(leg)

    def stop(self, leg: str) -> None:
        """Listen no more; what was heard is kept."""
        if leg in self._listening:
            self._listening.remove(leg)
            ticks = sum(len(each.frames) for each in self._stretches if leg in each.places)
            self._finished.append(Recorded(leg, "", ticks * TICK_S))

    def write(self, legs: Sequence[str], pcm: Pcm) -> None:
        """Take in a tick."""
        if not self._stretches or self._stretches[-1].legs is not legs:
            places = {leg: place for place, leg in enumerate(legs)}
            self._stretches.append(_Stretch(legs, places))
        self._stretches[-1].frames.append(pcm)

    def finished(self) -> list[Recorded]:
        """Return which legs have ceased to listen since the last call."""
        finished, self._finished = self._finished, []
        return finished

    def close(self) -> list[Recorded]:
        """Let all legs cease to listen."""
        for leg in list(self._listening):
            self.stop(leg)
        return self.finished()
