"""What a Whisper model is given: the energy of 80 mel bands, a hundred times a second.

As defined by the model's training: 16 kHz, windows of 25 ms every 10 ms, the bands of Slaney's
auditory toolbox, a logarithm over eight decades.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from offhook.speech import RATE_HZ, Pcm

MODEL_RATE_HZ: Final = 16_000
WINDOW: Final = 400  # samples
HOP: Final = 160
BANDS: Final = 80
FRAMES_PER_S: Final = MODEL_RATE_HZ // HOP
LINEAR_HZ: Final = 200.0 / 3  # a mel, below the break
BREAK_HZ: Final = 1000.0
BREAK_MEL: Final = BREAK_HZ / LINEAR_HZ
LOG_STEP: Final = np.log(6.4) / 27  # a mel, above the break

Floats = npt.NDArray[np.float32]


def features(pcm: Pcm, seconds: float) -> Floats:
    """Return float32 [1, band, frame] of audio that silence fills up to so many seconds."""
    sound = soxr.resample(pcm.astype(np.float32) / 32768, RATE_HZ, MODEL_RATE_HZ)
    count = round(seconds * MODEL_RATE_HZ)
    filled = np.zeros(count, np.float32)
    filled[: len(sound)] = sound[:count]
    padded = np.pad(filled, WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:-1]
    power = np.abs(np.fft.rfft(frames * _WINDOW, axis=1)).astype(np.float32) ** 2
    decades = np.log10(np.maximum(_BANDS @ power.T, 1e-10))
    loudest = float(decades.max())
    scaled: Floats = ((np.maximum(decades, loudest - 8.0) + 4.0) / 4.0).astype(np.float32)
    return np.ascontiguousarray(scaled[np.newaxis])


def _hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    above = BREAK_HZ * np.exp((mel - BREAK_MEL) * LOG_STEP)
    return np.where(mel < BREAK_MEL, mel * LINEAR_HZ, above)


def _bands() -> Floats:
    """Return the triangles of equal area, float32 [band, bin]."""
    highest = BREAK_MEL + np.log(MODEL_RATE_HZ / 2 / BREAK_HZ) / LOG_STEP
    corners = _hz(np.linspace(0.0, highest, BANDS + 2))
    bins = np.fft.rfftfreq(WINDOW, 1 / MODEL_RATE_HZ)
    slopes = corners[:, np.newaxis] - bins
    widths = np.diff(corners)[:, np.newaxis]
    rising, falling = -slopes[:-2] / widths[:-1], slopes[2:] / widths[1:]
    area = 2.0 / (corners[2:] - corners[:-2])
    weights = np.maximum(0.0, np.minimum(rising, falling)) * area[:, np.newaxis]
    return weights.astype(np.float32)


_WINDOW: Final = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
_BANDS: Final = _bands()
