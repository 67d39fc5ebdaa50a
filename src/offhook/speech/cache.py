"""What was spoken once need not be computed again: a cache of sound, bounded in bytes."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

from offhook.speech import Pcm


class PcmCache:
    """Keeps the sounds used last, up to so many bytes; safe to use from many threads."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self._sounds: OrderedDict[Hashable, Pcm] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._sounds)

    def get(self, key: Hashable) -> Pcm | None:
        """Return a sound and remember that it was used."""
        with self._lock:
            pcm = self._sounds.get(key)
            if pcm is not None:
                self._sounds.move_to_end(key)
            return pcm

    def put(self, key: Hashable, pcm: Pcm) -> Pcm:
        """Keep a sound and return it; what was used longest ago goes."""
        pcm.setflags(write=False)  # it is shared from now on
        with self._lock:
            self._drop(key)
            self._sounds[key] = pcm
            self.size_bytes += pcm.nbytes
            while self.size_bytes > self.limit_bytes:
                self._drop(next(iter(self._sounds)))
        return pcm

    def _drop(self, key: Hashable) -> None:
        old = self._sounds.pop(key, None)
        if old is not None:
            self.size_bytes -= old.nbytes
