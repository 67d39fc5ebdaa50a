"""Which tracks of which legs are listened to, and what is heard of them in a tick."""

from collections.abc import Callable

import numpy as np

from offhook.media.codecs import Bytes, Flags, Pcm
from offhook.media.codecs.g711 import ULAW_ENCODE
from offhook.media.messages import Heard, Listen, Unlisten
from offhook.media.taps import Taps


class Ears:
    """All who listen; a leg may be heard by several."""

    def __init__(self) -> None:
        self._taps = Taps()
        self._tick = 0

    def apply(self, row: int, command: Listen | Unlisten) -> None:
        """Listen to a row from the next tick on, or no longer."""
        match command:
            case Listen(_, tap, tracks):
                self._taps.start(tap, row, tracks)
            case Unlisten(_, tap):
                self._taps.stop(tap)

    def clear(self, row: int) -> None:
        """Forget a row."""
        self._taps.clear(row)

    def tick(self, said: Pcm, heard: Pcm, held: Callable[[], Flags]) -> Heard | None:
        """Return this tick's frames from both tables, if anybody listens.

        Nothing is heard of the rows that are `held`, bool [row] (bxml.md 8.1).
        """
        self._tick += 1
        lanes, pcm = self._taps.audio(said, heard)
        if not lanes:
            return None
        self._taps.hush(pcm, held())
        coded: Bytes = ULAW_ENCODE[pcm.view(np.uint16)]  # uint8 [lane, FRAME]
        return Heard(self._tick, tuple(lanes), coded.tobytes())
