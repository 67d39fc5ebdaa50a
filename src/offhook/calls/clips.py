"""Audio kept loaded in the media plane, so that a prompt heard by many callers travels once."""

import hashlib
from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from offhook.calls.limits import CLIP_BANK_BYTES
from offhook.media.messages import Forget, Load, MediaPlane

Pcm = npt.NDArray[np.int16]  # [samples], 8000 Hz mono


def clip(pcm: Pcm) -> Load:
    """Return audio under a name made of its content; a moment's work for each minute of it."""
    data = pcm.astype("<i2", copy=False).tobytes()
    return Load(hashlib.blake2b(data, digest_size=12).hexdigest(), data)


class ClipBank:
    """Names clips by their content; the least recently used leave when the bank is full."""

    def __init__(self, media: MediaPlane, limit_bytes: int = CLIP_BANK_BYTES) -> None:
        self._media = media
        self._limit = limit_bytes
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._bytes = 0

    def load(self, made: Load) -> str:
        """Return the name under which the media plane knows this audio, loading it if need be."""
        name, size = made.clip, len(made.pcm)
        if name in self._sizes:
            self._sizes.move_to_end(name)
            return name
        self._media.send(made)
        self._sizes[name] = size
        self._bytes += size
        while self._bytes > self._limit and len(self._sizes) > 1:
            oldest, size = self._sizes.popitem(last=False)
            self._bytes -= size
            self._media.send(Forget(oldest))  # those who play it go on
        return name
