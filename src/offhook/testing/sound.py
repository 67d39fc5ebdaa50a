"""Sound to play and to recognise: tones and fixture files, and what a recording holds.

Everything is int16, 8000 Hz, mono, as at the media seam. Recognition works on windows of 20 ms, one
telephone frame, so that times are true to about 20 ms; it is meant for clean test tones and speech
bursts, not for music.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

Pcm = npt.NDArray[np.int16]  # int16 [sample]
Floats = npt.NDArray[np.float64]

RATE_HZ = 8000
WINDOW = 160  # samples: 20 ms
SILENCE_RMS = 60.0  # below -55 dB of full scale: nothing that anybody meant to say
TONE_SHARE = 0.1  # of the energy of a window, for a frequency to count as heard


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when something was heard, in seconds."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """How long it lasted."""
        return self.end_s - self.start_s

    def about(self, start_s: float, end_s: float, tolerance_s: float = 0.3) -> bool:
        """Whether both ends are as expected (bxml.md 11 grants 300 ms)."""
        return abs(self.start_s - start_s) <= tolerance_s and abs(self.end_s - end_s) <= tolerance_s


def silence(duration_s: float) -> Pcm:
    """Return nothing, for so long."""
    return np.zeros(round(duration_s * RATE_HZ), np.int16)


def tone(frequency_hz: float | Sequence[float], duration_s: float, level: float = 0.3) -> Pcm:
    """Return a sine, or a sum of sines, of `level` times full scale each."""
    frequencies = np.atleast_1d(np.asarray(frequency_hz, np.float64))
    seconds = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    waves = np.sin(2 * np.pi * frequencies[:, None] * seconds).sum(axis=0)
    pcm: Pcm = np.clip(waves * level * 32767, -32768, 32767).astype(np.int16)
    return pcm


def wav(pcm: Pcm, coding: str = "PCM_16", rate_hz: int = RATE_HZ) -> bytes:
    """Return a WAV file; `coding` is PCM_16, ULAW or ALAW; stereo is int16 [sample, channel]."""
    return _file(pcm, rate_hz, format="WAV", subtype=coding)


def mp3(pcm: Pcm, rate_hz: int = RATE_HZ) -> bytes:
    """Return an MP3 file."""
    return _file(pcm, rate_hz, format="MP3", subtype="MPEG_LAYER_III")


def ogg(pcm: Pcm, rate_hz: int = RATE_HZ) -> bytes:
    """Return an Ogg Vorbis file, which BXML does not play."""
    return _file(pcm, rate_hz, format="OGG", subtype="VORBIS")


def loudness(pcm: Pcm) -> float:
    """Return the root mean square, 0 to 32768."""
    return float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2))) if len(pcm) else 0.0


def is_silent(pcm: Pcm) -> bool:
    """Whether no window holds a sound."""
    return not bool((_levels(pcm) >= SILENCE_RMS).any())


def sounds(pcm: Pcm, gap_s: float = 0.1) -> list[Span]:
    """Return where there is sound; silences shorter than `gap_s` do not divide it."""
    return _spans(_levels(pcm) >= SILENCE_RMS, gap_s)


def tones(pcm: Pcm, frequency_hz: float, gap_s: float = 0.1) -> list[Span]:
    """Return where a frequency (a multiple of 50 Hz for best results) is heard."""
    return _spans(_shares(pcm, frequency_hz) >= TONE_SHARE, gap_s)


def pitch(pcm: Pcm) -> float:
    """Return the strongest frequency in Hz, to about 1 Hz in a second of sound."""
    if is_silent(pcm):
        return 0.0
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    return float(np.argmax(spectrum) * RATE_HZ / len(pcm))


def _file(pcm: Pcm, rate_hz: int, **form: Any) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, pcm, rate_hz, **form)
    return buffer.getvalue()


def _windows(pcm: Pcm) -> Floats:
    """Return the samples as float64 [window, sample], the last window filled with silence."""
    padded = np.zeros(-(-len(pcm) // WINDOW) * WINDOW)
    padded[: len(pcm)] = pcm
    return padded.reshape(-1, WINDOW)


def _energy(windows: Floats) -> Floats:
    """Return the mean square of each window."""
    squares: Floats = np.einsum("ij,ij->i", windows, windows)
    return squares / WINDOW


def _levels(pcm: Pcm) -> Floats:
    levels: Floats = np.sqrt(_energy(_windows(pcm)))
    return levels


def _shares(pcm: Pcm, frequency_hz: float) -> Floats:
    """Return the share of each window's energy at a frequency; 0 where there is silence."""
    windows = _windows(pcm)
    energy = _energy(windows)
    loud = np.flatnonzero(energy >= SILENCE_RMS**2)
    phase = 2 * np.pi * frequency_hz * np.arange(WINDOW) / RATE_HZ
    waves = np.stack([np.cos(phase), np.sin(phase)])
    # not a matrix product, for which BLAS would wake a thread on every core
    parts = np.einsum("ij,kj->ik", windows[loud], waves) * (2 / WINDOW)
    shares = np.zeros(len(windows))
    shares[loud] = (parts**2).sum(axis=1) / 2 / energy[loud]
    return shares


def _spans(active: npt.NDArray[np.bool_], gap_s: float) -> list[Span]:
    """Return the runs of active windows, joined over short gaps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(np.int8)))
    window_s = WINDOW / RATE_HZ
    spans: list[Span] = []
    for start, end in edges.reshape(-1, 2).tolist():
        span = Span(round(start * window_s, 3), round(end * window_s, 3))
        if spans and span.start_s - spans[-1].end_s < gap_s:
            span = Span(spans.pop().start_s, span.end_s)
        spans.append(span)
    return spans
