"""Speech that a program can read: each byte of a text is two tones, so a phone hears words.

The low half of a byte is one of 16 tones, the high half another: 40 ms, and 20 ms of silence. All
lie above the tones of keys (ITU-T Q.23) and are multiples of 50 Hz, which a window of 20 ms tells
apart exactly. Words survive every codec of the server and a conference in which one speaks at a
time; a sentence ends with a line feed.
"""

import re

import numpy as np
import numpy.typing as npt

from offhook.speech import Pcm
from offhook.ssml import Segment, Sentence, Silence
from offhook.testing import sound
from offhook.testing.voice import ToneVoice

TICK = 160  # samples: 20 ms
BLOCK = 40  # samples: 5 ms, the grain at which bursts are found
LOWEST_HZ, STEP_HZ, DIGITS = 1750, 50, 16
BURST_S, GAP_S = 0.04, 0.02
BREAK_S = 0.1  # a longer silence is never inside a sentence
AUDIBLE = 400  # of 32768; quantisation is far below
BURST_BLOCKS = range(7, 11)  # 40 ms, wherever the grid of the blocks lies
SHARE = 0.25  # of a burst's energy, for each of its two tones; half each when nothing disturbs

_PAUSE = sound.silence(0.12)  # before a sentence: the one before may have been broken off
_HZ = LOWEST_HZ + STEP_HZ * np.arange(2 * DIGITS)
_PHASES = 2 * np.pi * _HZ[:, None] * np.arange(TICK) / sound.RATE_HZ
_WAVES = np.stack([np.cos(_PHASES), np.sin(_PHASES)])  # [part, tone, sample]


def speak(text: str) -> Pcm:
    """Return the sound of a text."""
    gap = sound.silence(GAP_S)
    bursts = [(sound.tone(_tones(byte), BURST_S), gap) for byte in text.encode()]
    return np.concatenate([sound.silence(0), *(part for pair in bursts for part in pair)])


def plain(text: str) -> str:
    """Return the words of a text in small letters, so that commas and capitals do not matter."""
    return " ".join(re.findall(r"\w+", text.casefold()))


class ReadableVoice(ToneVoice):
    """A synthesizer whose speech `Reader` reads; it always speaks at one pace."""

    def synthesize(self, sentence: Sentence) -> Pcm:
        """Return the sound of a sentence; raises UnknownVoiceError."""
        return np.concatenate([_PAUSE, super().synthesize(sentence), speak("\n")])

    def utter(self, segment: Segment) -> Pcm:
        """Return the sound of a part of a sentence."""
        if isinstance(segment, Silence):
            return super().utter(segment)
        said = speak(segment.text)
        return np.zeros_like(said) if segment.silent else said


class Reader:
    """Reads what a telephone hears, piece by piece."""

    def __init__(self) -> None:
        self.ticks = 0  # read; the next piece begins there
        self._bytes = bytearray()
        self.times: list[float] = []  # when each byte began, in seconds
        self._last_s = 0.0  # when the last burst ended

    @property
    def data(self) -> bytes:
        """Everything read so far."""
        return bytes(self._bytes)

    @property
    def text(self) -> str:
        """Everything read so far."""
        return self._bytes.decode(errors="replace")

    @property
    def whole(self) -> str:
        """The text but for a word that is still being spoken."""
        return re.sub(r"\w+\Z", "", self.text)

    def feed(self, pcm: Pcm) -> None:
        """Take in the sound from tick `ticks` on; what is not finished is wanted again."""
        blocks = np.abs(pcm[: len(pcm) // BLOCK * BLOCK].astype(np.int32)).reshape(-1, BLOCK)
        active = blocks.max(axis=1, initial=0) >= AUDIBLE
        edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(np.int8)))
        finished = len(active)
        for start, end in edges.reshape(-1, 2).tolist():
            if end >= len(active) and len(active) - start <= BURST_BLOCKS.stop:
                finished = start  # a burst that still sounds
                break
            self._take(pcm[start * BLOCK : end * BLOCK], start, end)
        self.ticks += finished * BLOCK // TICK

    def _take(self, burst: Pcm, start: int, end: int) -> None:
        """Read one burst; anything but a byte is a sound between words."""
        if end - start not in BURST_BLOCKS:
            return
        at_s = (self.ticks * TICK + start * BLOCK) / sound.RATE_HZ
        middle = (len(burst) - TICK) // 2
        byte = _byte(burst[middle : middle + TICK].astype(np.float64))
        if byte is None:
            return
        if self._bytes and at_s - self._last_s > BREAK_S and self._bytes[-1:] != b"\n":
            self._bytes += b"\n"  # somebody broke off
            self.times.append(self._last_s)
        self._bytes.append(byte)
        self.times.append(at_s)
        self._last_s = at_s + BURST_S


def _tones(byte: int) -> tuple[float, float]:
    return float(_HZ[byte % DIGITS]), float(_HZ[DIGITS + byte // DIGITS])


def _byte(window: npt.NDArray[np.float64]) -> int | None:
    """Return the byte that sounds in a window of 20 ms, if one does."""
    parts = np.einsum("ptn,n->pt", _WAVES, window) * (2 / TICK)
    energy = (parts**2).sum(axis=0) / 2
    low, high = int(energy[:DIGITS].argmax()), int(energy[DIGITS:].argmax())
    least = SHARE * float(np.mean(window**2))
    if min(energy[low], energy[DIGITS + high]) < least:
        return None
    return high * DIGITS + low
