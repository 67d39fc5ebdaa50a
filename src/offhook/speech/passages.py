"""Passages: what is said between two silences, cut out of audio that comes bit by bit.

Recognizers of whole utterances need to be told where one begins and ends, and they invent words
when they are given silence. A passage begins with two frames of 20 ms above -40 dBFS and ends when
nothing was above -45 dBFS for `END_S`; one that goes on too long is cut where it is most quiet.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from offhook.speech import RATE_HZ, Pcm

FRAME: Final = RATE_HZ // 50  # samples: 20 ms
FRAME_S: Final = FRAME / RATE_HZ
ONSET: Final = 232.0  # root mean square: a sine of -40 dBFS
QUIET: Final = 130.0  # -45 dBFS
ONSET_FRAMES: Final = 2
END_S: Final = 0.6  # a silence as long as this is between two passages
LEAD_S: Final = 0.2  # of what came before the first loud frame: consonants are soft
LONGEST_S: Final = 28.0  # Whisper hears 30 seconds at once
CUT_WITHIN_S: Final = 5.0  # of the end of one that is too long


@dataclass(frozen=True, slots=True)
class Passage:
    """Something that was said."""

    start_s: float  # since the beginning of the audio
    pcm: Pcm

    @property
    def end_s(self) -> float:
        """When it ended."""
        return self.start_s + len(self.pcm) / RATE_HZ


class Passages:
    """Cuts audio into passages; silence is in none of them, save for what surrounds the words."""

    def __init__(self, end_s: float = END_S) -> None:
        self._end_frames = round(end_s / FRAME_S)
        self._lead: deque[Pcm] = deque(maxlen=round(LEAD_S / FRAME_S))  # frames before a passage
        self._frames: list[Pcm] = []  # of the passage under way
        self._levels: list[float] = []  # of these
        self._loud = 0  # frames in a row
        self._quiet = 0
        self._rest: Pcm = np.zeros(0, np.int16)  # less than a frame
        self._count = 0  # frames taken in

    @property
    def speaking(self) -> bool:
        """Whether a passage is under way."""
        return bool(self._frames)

    @property
    def now_s(self) -> float:
        """How much audio was taken in."""
        return self._count * FRAME_S

    @property
    def under_way(self) -> Passage | None:
        """Return what has been said so far of a passage that has not ended."""
        return self._passage(len(self._frames)) if self._frames else None

    def feed(self, pcm: Pcm) -> list[Passage]:
        """Take in what comes next; return the passages that have ended."""
        audio = np.concatenate([self._rest, pcm]) if len(self._rest) else pcm
        whole = len(audio) // FRAME * FRAME
        self._rest = audio[whole:].copy()
        frames = audio[:whole].reshape(-1, FRAME)
        return [
            passage
            for frame, level in zip(frames, _levels(frames), strict=True)
            if (passage := self._take(frame, level)) is not None
        ]

    def flush(self) -> Passage | None:
        """No more audio comes: return the passage that was under way."""
        return self._cut(len(self._frames)) if self._frames else None

    def _take(self, frame: Pcm, level: float) -> Passage | None:
        self._count += 1
        if not self._frames:
            self._lead.append(frame)
            self._loud = self._loud + 1 if level > ONSET else 0
            if self._loud >= ONSET_FRAMES:
                self._frames = list(self._lead)
                self._levels = [level] * len(self._frames)
                self._quiet = 0
            return None
        self._frames.append(frame)
        self._levels.append(level)
        self._quiet = self._quiet + 1 if level < QUIET else 0
        if self._quiet >= self._end_frames:
            return self._cut(len(self._frames))
        if len(self._frames) * FRAME_S >= LONGEST_S:
            return self._cut(self._softest())
        return None

    def _softest(self) -> int:
        """Return where to cut a passage that is too long."""
        window = round(CUT_WITHIN_S / FRAME_S)
        smooth = np.convolve(self._levels[-window:], np.ones(5), mode="same")
        return len(self._frames) - window + 1 + int(smooth[5:-5].argmin()) + 5

    def _passage(self, frames: int) -> Passage:
        start = self._count - len(self._frames)
        return Passage(start * FRAME_S, np.concatenate(self._frames[:frames]))

    def _cut(self, frames: int) -> Passage:
        passage = self._passage(frames)
        self._frames, self._levels = self._frames[frames:], self._levels[frames:]
        self._lead.clear()
        self._loud = 0
        return passage


def _levels(frames: Pcm) -> list[float]:
    """Return the root mean square of each row of int16 [n, FRAME]."""
    exact = frames.astype(np.float32)
    square: npt.NDArray[np.float32] = np.einsum("ij,ij->i", exact, exact) / FRAME
    levels: list[float] = np.sqrt(square).tolist()
    return levels
