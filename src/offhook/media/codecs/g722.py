"""G.722 as a telephone of 8 kHz hears and speaks it: the lower band, by the C coder of `g722`.

Its RTP clock is 8000 Hz, although it has 16000 samples a second (RFC 3551 4.5.2); a frame of 20 ms
has 160 bytes, like G.711, so that nothing but coding is special.
"""

import importlib
from typing import Any, Final

import numpy as np

from offhook.media.codecs import RATE_HZ, Pcm

BITS_PER_S: Final = 64_000


class G722Coder:
    """Both directions of one leg; a coder remembers what it has heard and said."""

    def __init__(self) -> None:
        module: Any = importlib.import_module("G722")
        self._encoder = module.G722(RATE_HZ, BITS_PER_S)
        self._decoder = module.G722(RATE_HZ, BITS_PER_S)

    def decode(self, payload: bytes) -> Pcm:
        """Return int16 [a sample a byte]; any bytes are sound."""
        return np.array(self._decoder.decode(payload), np.int16)

    def encode(self, pcm: Pcm) -> bytes:
        """Return a byte a sample of int16 [n]."""
        coded: bytes = self._encoder.encode(pcm)
        return coded
