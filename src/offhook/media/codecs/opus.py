"""Opus at 8 kHz, by libopus through `opuslib-next-bundled`: what a telephone needs of it.

Coder and decoder run at 8000 Hz whatever the far end does; the RTP clock is always 48000 Hz
(RFC 7587 4.1). Packets have any length and may hold up to 120 ms.
"""

import importlib
from typing import Any, Final

import numpy as np

from offhook.media.codecs import RATE_HZ, Pcm

LONGEST: Final = 960  # samples of a packet: 120 ms (RFC 6716 3.2)
BITS_PER_S: Final = 24_000  # 60 bytes a packet, which is plenty for 8 kHz
COMPLEXITY: Final = 1  # of 0 to 10: a sixth of the time, and hardly heard in speech at 8 kHz


class OpusCoder:
    """Both directions of one leg."""

    def __init__(self) -> None:
        module: Any = importlib.import_module("opuslib_next")
        self._error: type[Exception] = module.OpusError
        self._encoder = module.Encoder(RATE_HZ, 1, module.APPLICATION_VOIP)
        self._encoder.complexity = COMPLEXITY
        self._encoder.bitrate = BITS_PER_S
        self._decoder = module.Decoder(RATE_HZ, 1)

    def decode(self, payload: bytes) -> Pcm:
        """Return int16 [samples of the packet]; raises ValueError when it is no Opus."""
        if not payload:
            raise ValueError("an empty packet")
        try:
            return np.frombuffer(self._decoder.decode(payload, LONGEST), np.int16)
        except self._error as error:
            raise ValueError(f"no packet of Opus: {error}") from error

    def encode(self, pcm: Pcm) -> bytes:
        """Return a packet of int16 [n], 20 ms."""
        coded: bytes = self._encoder.encode(pcm.tobytes(), len(pcm))
        return coded
