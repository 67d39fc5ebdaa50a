"""Listening to the tracks of calls while they happen: for streams and live transcriptions.

    ear = plant.listening.begin(leg.id, ("inbound", "outbound"), hear)
    plant.listening.end(ear)

`hear` is a plain function that gets every frame of 20 ms, at once and in order: which of the tracks
it is of, 160 bytes of G.711 mu-law, and how many frames of each track were lost before it on their
way from the media worker (normally none). Whoever listens must end it; the end of the leg does too.
"""

from collections.abc import Callable
from dataclasses import dataclass

from offhook.media.messages import Heard, Listen, MediaPlane, Unlisten

FRAME_BYTES = 160

Hear = Callable[[int, bytes, int], None]  # index of the track, mu-law, frames lost before it


@dataclass(slots=True, eq=False)
class Ear:
    """Somebody who listens to a leg."""

    leg: str
    tap: str
    hear: Hear
    tick: int | None = None  # of the last frame


class Listening:
    """All ears of a node."""

    def __init__(self, media: MediaPlane) -> None:
        self._media = media
        self._ears: dict[str, Ear] = {}  # by tap
        self._last = 0

    def __len__(self) -> int:
        return len(self._ears)

    def begin(self, leg: str, tracks: tuple[str, ...], hear: Hear) -> Ear:
        """Listen from the next frame on."""
        self._last += 1
        ear = self._ears[str(self._last)] = Ear(leg, str(self._last), hear)
        self._media.send(Listen(leg, ear.tap, tracks))
        return ear

    def end(self, ear: Ear) -> None:
        """Hear no more, from this moment on; again is nothing."""
        if self._ears.pop(ear.tap, None) is not None:
            self._media.send(Unlisten(ear.leg, ear.tap))

    def on_heard(self, heard: Heard) -> None:
        """Give each its frames."""
        for number, (tap, track) in enumerate(heard.lanes):
            ear = self._ears.get(tap)
            if ear is None:
                continue
            lost = 0 if ear.tick is None or ear.tick == heard.tick else heard.tick - ear.tick - 1
            ear.tick = heard.tick
            start = number * FRAME_BYTES
            ear.hear(track, heard.audio[start : start + FRAME_BYTES], lost)
