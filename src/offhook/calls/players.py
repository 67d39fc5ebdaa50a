"""What we play on a leg or in a room: each player runs to its end, or stops when cancelled."""

import asyncio
from collections.abc import Callable, Sequence

from offhook.calls.limits import PLAY_OUT_S
from offhook.media.messages import Dial, MediaPlane, Play, Stop, ToneStep


class Players:
    """The players of one leg or room, numbered from 1."""

    def __init__(self, media: MediaPlane, leg: str) -> None:
        self._media = media
        self._leg = leg
        self._last = 0
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._sounded = 0.0  # when a sound last came to its end
        self.open = False  # whether the media plane has the leg

    async def play(self, clip: str, *, loop: bool = False) -> None:
        """Play a loaded clip to its end; when cancelled, stop it at once."""
        await self._run(lambda number: Play(self._leg, number, clip, loop))

    async def play_out(self) -> None:
        """Let the far end hear a sound that has just been sent to its end."""
        left_s = self._sounded + PLAY_OUT_S - asyncio.get_running_loop().time()
        if self._sounded and left_s > 0:
            await asyncio.sleep(left_s)

    async def dial(self, steps: Sequence[ToneStep]) -> None:
        """Send DTMF to its end."""
        await self._run(lambda number: Dial(self._leg, number, tuple(steps)))

    def press(self, steps: Sequence[ToneStep]) -> int:
        """Send DTMF without waiting; returns the number of its player."""
        self._last += 1
        self._media.send(Dial(self._leg, self._last, tuple(steps)))
        return self._last

    def stop(self, play: int) -> None:
        """Stop a player."""
        if self.open:
            self._media.send(Stop(self._leg, play))

    def ended(self, play: int) -> None:
        """A player came to its end."""
        if (future := self._waiting.get(play)) and not future.done():
            future.set_result(None)

    async def _run(self, command: Callable[[int], Play | Dial]) -> None:
        self._last += 1
        number = self._last
        ended = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._media.send(command(number))
        try:
            await ended
            self._sounded = asyncio.get_running_loop().time()
        finally:
            del self._waiting[number]
            if not ended.done() or ended.cancelled():
                self.stop(number)
