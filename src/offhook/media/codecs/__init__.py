"""Codecs as tables: what a row speaks is decoded and encoded by look-ups.

All audio inside is linear: int16, 8000 Hz, mono, in frames of 160 samples, one a tick.
"""

import numpy as np
import numpy.typing as npt

from offhook.media.codecs import g711

RATE_HZ = 8000
TICK_S = 0.02
FRAME = 160  # samples of a tick

Pcm = npt.NDArray[np.int16]
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

CODECS = ("PCMU", "PCMA")  # a row's codec is an index into this
SILENCE: Bytes = np.array([0xFF, 0xD5], np.uint8)  # [codec] the byte that says nothing
_DECODE = (g711.ULAW_DECODE, g711.ALAW_DECODE)  # [codec] int16 [byte]
_ENCODE = (g711.ULAW_ENCODE, g711.ALAW_ENCODE)  # [codec] uint8 [sample as uint16]


def _pairs(table: Pcm) -> npt.NDArray[np.uint32]:
    """Return a table of two samples for two bytes: half as many look-ups."""
    both = np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2)
    return table[both].view(np.uint32)[:, 0]


_DECODE_PAIRS = tuple(_pairs(table) for table in _DECODE)


def decode(payload: Bytes, codec: Ints, pcm: Pcm) -> None:
    """Turn uint8 [n, FRAME] into int16 [n, FRAME], each row by its codec, int64 [n]."""
    for number, table in enumerate(_DECODE_PAIRS):
        rows = np.flatnonzero(codec == number)
        if len(rows) == len(codec):  # almost always; mode "raise" would buffer the whole output
            np.take(table, payload.view(np.uint16), out=pcm.view(np.uint32), mode="clip")
        elif len(rows):
            pcm.view(np.uint32)[rows] = table[payload.view(np.uint16)[rows]]


def encode(pcm: Pcm, codec: Ints, payload: Bytes) -> None:
    """Turn int16 [n, FRAME] into uint8 [n, FRAME], each row by its codec, int64 [n]."""
    for number, table in enumerate(_ENCODE):
        rows = np.flatnonzero(codec == number)
        if len(rows) == len(codec):
            np.take(table, pcm.view(np.uint16), out=payload, mode="clip")
        elif len(rows):
            payload[rows] = table[pcm.view(np.uint16)[rows]]
