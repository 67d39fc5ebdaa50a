"""What telephones hear, kept in memory: it takes the place of the recorder in their media plane."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from offhook.media.messages import Recorded
from offhook.media.taps import Lane
from offhook.testing.sound import Pcm

TICK_S = 0.02
_SILENCE: Pcm = np.zeros(160, np.int16)


@dataclass(slots=True)
class _Stretch:
    """Ticks during which the same telephones were listening."""

    lanes: Sequence[Lane]
    places: dict[str, int]
    frames: list[Pcm | None] = field(default_factory=list)  # int16 [lane, sample]; None: silence


class Ears:
    """One array a tick for all legs together (media/recorder.py: Recordings)."""

    def __init__(self) -> None:
        self._listening: dict[str, tuple[str, int]] = {}  # leg and first tick, by recording
        self._ticks = 0  # written
        self._stretches: list[_Stretch] = []
        self._anew = True  # the next tick begins another one
        self._finished: list[Recorded] = []

    def __len__(self) -> int:
        return len(self._listening) + len(self._finished)

    def __contains__(self, recording: str) -> bool:
        return recording in self._listening

    def heard(self, recording: str, skip: int = 0) -> Pcm:
        """Return what was heard so far; a telephone's recording has the name of its leg.

        `skip` leaves out so many ticks at its beginning.
        """
        frames: list[Pcm] = []
        for stretch in self._stretches:
            if (place := stretch.places.get(recording)) is not None:
                later = stretch.frames[skip:]
                frames += [_SILENCE if frame is None else frame[place] for frame in later]
                skip = max(0, skip - len(stretch.frames))
        return np.concatenate([np.zeros(0, np.int16), *frames])

    def forget(self, recording: str) -> None:
        """Let go of what was heard so far; what comes is heard."""
        self._anew = True
        for stretch in self._stretches:
            stretch.places.pop(recording, None)
        self._stretches = [each for each in self._stretches if each.places]

    def start(self, leg: str, recording: str, path: str, channels: int = 1) -> None:
        """Listen from the next tick on, with one ear; the path is of no use here."""
        del path
        assert channels == 1, "a telephone has one ear"
        self._listening[recording] = leg, self._ticks

    def pause(self, recording: str, paused: bool) -> None:
        """Nothing to do: what is not told is not heard."""

    def stop(self, recording: str) -> None:
        """Listen no more; what was heard is kept."""
        if its := self._listening.pop(recording, None):
            leg, first = its
            self._finished.append(Recorded(leg, recording, "", (self._ticks - first) * TICK_S))

    def leave(self, leg: str) -> None:
        """Cease to listen to a leg."""
        for recording in [name for name, its in self._listening.items() if its[0] == leg]:
            self.stop(recording)

    def write(self, lanes: Sequence[Lane], pcm: Pcm) -> None:
        """Take in a tick."""
        self._ticks += 1
        if self._anew or self._stretches[-1].lanes is not lanes:
            self._anew = False
            places = {recording: place for place, (recording, _) in enumerate(lanes)}
            self._stretches.append(_Stretch(lanes, places))
        self._stretches[-1].frames.append(pcm if pcm.view(np.uint64).any() else None)

    def hear_nothing(self, ticks: int) -> None:
        """Take in so many ticks of silence, as the last one was."""
        if self._listening and self._stretches:
            self._ticks += ticks
            self._stretches[-1].frames += [None] * ticks

    def finished(self) -> list[Recorded]:
        """Return which legs have ceased to listen since the last call."""
        finished, self._finished = self._finished, []
        return finished

    def close(self) -> list[Recorded]:
        """Let all cease to listen."""
        for recording in list(self._listening):
            self.stop(recording)
        return self.finished()
