"""ITU-T G.711 as tables: 256 entries to decode, 65,536 (any int16, seen as uint16) to encode.

A negative sample is coded by the magnitude of its one's complement, as in the ITU's own software
library (G.191), so that every 16-bit value has a code and no value is rounded towards zero twice.
"""

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]
Bytes = npt.NDArray[np.uint8]


def _exponent(value: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the position of the highest bit of positive integers."""
    return np.frexp(value.astype(np.float64))[1].astype(np.int64) - 1


def _ulaw_decode() -> Pcm:
    code = ~np.arange(256) & 0xFF  # G.711 3.2.1: all bits are sent inverted
    segment, step = code >> 4 & 7, code & 15
    magnitude = ((2 * step + 33) << segment) - 33  # 14 bits, table 2a
    return (np.where(code & 0x80, -magnitude, magnitude) * 4).astype(np.int16)


def _alaw_decode() -> Pcm:
    code = np.arange(256) ^ 0x55  # G.711 3.1: even bits are sent inverted
    segment, step = code >> 4 & 7, code & 15
    magnitude = np.where(
        segment == 0, 2 * step + 1, (2 * step + 33) << np.maximum(segment - 1, 0)
    )  # 13 bits, table 1a
    return (np.where(code & 0x80, magnitude, -magnitude) * 8).astype(np.int16)


def _samples() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return magnitude and sign of all int16 in the order of their uint16 view."""
    sample = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)
    negative = sample < 0
    return np.where(negative, ~sample, sample), negative


def _ulaw_encode() -> Bytes:
    magnitude, negative = _samples()
    biased = np.minimum((magnitude >> 2) + 33, 0x1FFF)
    segment = _exponent(biased) - 5
    step = biased >> (segment + 1) & 15
    code: npt.NDArray[np.int64] = ~(segment << 4 | step | np.where(negative, 0x80, 0)) & 0xFF
    return code.astype(np.uint8)


def _alaw_encode() -> Bytes:
    magnitude, negative = _samples()
    short = magnitude >> 4  # 11 bits: the step of the two lowest segments
    segment = np.maximum(_exponent(np.maximum(short, 1)) - 3, 0)
    step = short >> np.maximum(segment - 1, 0) & 15
    code: npt.NDArray[np.int64] = (segment << 4 | step | np.where(negative, 0, 0x80)) ^ 0x55
    return code.astype(np.uint8)


ULAW_DECODE = _ulaw_decode()
ALAW_DECODE = _alaw_decode()
ULAW_ENCODE = _ulaw_encode()
ALAW_ENCODE = _alaw_encode()
