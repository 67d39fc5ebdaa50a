"""The waveform of a recording: how loud it was, over time, for each channel."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soundfile

BARS = 300
BLOCK_FRAMES = 1 << 16
BAR_PERCENT = round(100 / BARS, 3)


class WaveformError(Exception):
    """The media cannot be read."""


@dataclass(frozen=True, slots=True)
class Waveform:
    """Peaks of each channel, 0 to 1, evenly over the whole length."""

    channels: tuple[tuple[float, ...], ...]
    length_s: float

    @property
    def paths(self) -> tuple[str, ...]:
        """The outline of each channel as an SVG path in a box of 300 by 100."""
        return tuple(_outline(peaks) for peaks in self.channels)


def waveform(media: bytes) -> Waveform:
    """Return the waveform of a WAV or MP3 file; raises WaveformError. Work for a thread."""
    try:
        with soundfile.SoundFile(io.BytesIO(media)) as file:
            return _peaks(file)
    except (soundfile.SoundFileError, RuntimeError, ValueError) as error:
        raise WaveformError(str(error)) from error


def _peaks(file: soundfile.SoundFile) -> Waveform:
    """Read block by block: an hour of sound does not fit everywhere at once."""
    frames = max(1, file.frames)
    peaks = np.zeros((BARS, file.channels), np.float32)
    at = 0
    for block in file.blocks(BLOCK_FRAMES, dtype="float32", always_2d=True):
        bars = np.minimum((np.arange(at, at + len(block)) * BARS) // frames, BARS - 1)
        np.maximum.at(peaks, bars, np.abs(block))
        at += len(block)
    channels = tuple(tuple(peaks[:, each].tolist()) for each in range(file.channels))
    return Waveform(channels, frames / file.samplerate)


def _outline(peaks: Sequence[float]) -> str:
    heights = [max(0.8, min(1.0, peak) * 48) for peak in peaks]
    upper = [f"{x},{50 - height:.1f}" for x, height in enumerate(heights)]
    lower = [f"{x},{50 + height:.1f}" for x, height in enumerate(heights)]
    return "M" + " L".join(upper + lower[::-1]) + "Z"
