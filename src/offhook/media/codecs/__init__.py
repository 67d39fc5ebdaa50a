"""Codecs as tables: which codec a row speaks is one offset into a stacked table.

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
_DECODE: Pcm = np.concatenate([g711.ULAW_DECODE, g711.ALAW_DECODE])  # int16 [codec * 256 + byte]
_ENCODE: Bytes = np.concatenate([g711.ULAW_ENCODE, g711.ALAW_ENCODE])  # [codec * 65536 + sample]


class Coder:
    """Decodes and encodes the frames of all rows, each by its own codec."""

    def __init__(self, capacity: int) -> None:
        self._byte = np.zeros((capacity, FRAME), np.uint16)  # index into _DECODE
        self._sample = np.zeros((capacity, FRAME), np.uint32)  # index into _ENCODE

    def decode(self, payload: Bytes, codec: Ints, pcm: Pcm) -> None:
        """Turn uint8 [n, FRAME] into int16 [n, FRAME]; `codec` is int64 [n]."""
        index = self._byte[: len(payload)]
        np.add(payload, (codec << 8).astype(np.uint16)[:, None], out=index)
        np.take(_DECODE, index, out=pcm, mode="clip")  # "raise" would buffer the whole output

    def encode(self, pcm: Pcm, codec: Ints, payload: Bytes) -> None:
        """Turn int16 [n, FRAME] into uint8 [n, FRAME]; `codec` is int64 [n]."""
        index = self._sample[: len(pcm)]
        np.add(pcm.view(np.uint16), (codec << 16).astype(np.uint32)[:, None], out=index)
        np.take(_ENCODE, index, out=payload, mode="clip")
