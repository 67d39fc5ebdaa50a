"""Tones as int16 arrays: DTMF (ITU-T Q.23), ring-back (US cadence) and sines."""

import numpy as np

from offhook.media.codecs import RATE_HZ, Pcm

DIGITS = "0123456789*#ABCD"  # in the order of RFC 4733 events 0 to 15
LOW_HZ = (697, 770, 852, 941)
HIGH_HZ = (1209, 1336, 1477, 1633)
KEYPAD = ("123A", "456B", "789C", "*0#D")  # a row for each LOW_HZ, a column for each HIGH_HZ
TONE_LEVEL_DBFS = -13.0  # of each frequency, about -10 dBm0 in G.711

_RING_BACK_HZ = (440, 480)
_RING_ON_S = 2.0
_RING_OFF_S = 4.0


def samples(duration_s: float) -> int:
    """Return the number of samples nearest to a duration."""
    return round(duration_s * RATE_HZ)


def silence(duration_s: float) -> Pcm:
    """Return nothing to be heard."""
    return np.zeros(samples(duration_s), np.int16)


def sine(*frequencies_hz: float, duration_s: float, level_dbfs: float = TONE_LEVEL_DBFS) -> Pcm:
    """Return the sum of sines of one level each (0 dBFS is the largest sine of 16 bits)."""
    time_s = np.arange(samples(duration_s)) / RATE_HZ
    total = np.zeros(len(time_s))
    for frequency_hz in frequencies_hz:
        total += np.sin(2 * np.pi * frequency_hz * time_s)
    amplitude = 32767 * 10 ** (level_dbfs / 20)
    return np.clip(np.rint(amplitude * total), -32768, 32767).astype(np.int16)


def frequencies(digit: str) -> tuple[int, int]:
    """Return the pair of a DTMF digit (Q.23); raises ValueError for anything else."""
    for low_hz, keys in zip(LOW_HZ, KEYPAD, strict=True):
        if len(digit) == 1 and digit in keys:
            return low_hz, HIGH_HZ[keys.index(digit)]
    raise ValueError(f"{digit!r} is not a DTMF digit")


def dtmf(digit: str, duration_s: float) -> Pcm:
    """Return the tone of a key."""
    return sine(*frequencies(digit), duration_s=duration_s)


def ring_back(duration_s: float = _RING_ON_S + _RING_OFF_S) -> Pcm:
    """Return what a caller hears while it rings, beginning with the tone; 6 s may be looped."""
    on = sine(*_RING_BACK_HZ, duration_s=_RING_ON_S, level_dbfs=-19.0)
    cycle = np.concatenate([on, silence(_RING_OFF_S)])
    return np.resize(cycle, samples(duration_s))
