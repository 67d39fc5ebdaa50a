"""Clips and the players that play them, one player a row.

All clips lie in one flat arena, so that the next frames of all players are one indexed copy. A clip
lives as long as its name or a player refers to it; the arena is packed or doubled between ticks.
"""

import numpy as np

from offhook.media.codecs import FRAME, Ints, Pcm
from offhook.media.messages import Forget, Load

_FIRST_ARENA = 1 << 20  # samples: 2 MB


class Arena:
    """Clips by number in one array; every clip is followed by a frame of silence."""

    def __init__(self, capacity: int = _FIRST_ARENA) -> None:
        self.start: Ints = np.zeros(64, np.int64)  # [clip] in samples
        self.length: Ints = np.zeros(64, np.int64)
        self._users: Ints = np.zeros(64, np.int64)
        self._samples: Pcm = np.zeros(capacity, np.int16)
        self._end = 0
        self._windows = self._view()

    def add(self, pcm: Pcm) -> int:
        """Keep a clip for its first user; return its number."""
        need = len(pcm) + FRAME
        if self._end + need > len(self._samples):
            self._pack(need)
        clip = self._free_number()
        self.start[clip], self.length[clip], self._users[clip] = self._end, len(pcm), 1
        self._samples[self._end : self._end + len(pcm)] = pcm
        self._samples[self._end + len(pcm) : self._end + need] = 0
        self._end += need
        return clip

    def hold(self, clip: int) -> None:
        """Count one more user."""
        self._users[clip] += 1

    def release(self, clip: int) -> None:
        """Count one user less."""
        self._users[clip] -= 1

    def frames(self, position: Ints) -> Pcm:
        """Return the frames that begin at these samples of the arena: int16 [n, FRAME]."""
        return self._windows[position]

    def at(self, position: Ints) -> Pcm:
        """Return single samples."""
        return self._samples[position]

    def _view(self) -> Pcm:
        return np.lib.stride_tricks.sliding_window_view(self._samples, FRAME)

    def _free_number(self) -> int:
        free = np.flatnonzero(self._users == 0)
        if len(free):
            return int(free[0])
        clip = len(self._users)
        self.start, self.length, self._users = (
            np.concatenate([array, np.zeros_like(array)])
            for array in (self.start, self.length, self._users)
        )
        return clip

    def _pack(self, need: int) -> None:
        """Close the gaps in an arena of at least twice what is used."""
        used = np.flatnonzero(self._users)
        live = int((self.length[used] + FRAME).sum()) + need
        size = len(self._samples)
        while size < 2 * live:
            size *= 2
        old, self._samples, self._end = self._samples, np.zeros(size, np.int16), 0
        for clip in used:
            start, length = self.start[clip], self.length[clip]
            self._samples[self._end : self._end + length] = old[start : start + length]
            self.start[clip] = self._end
            self._end += int(length) + FRAME
        self._windows = self._view()


class Players:
    """The players of all rows and the names of clips."""

    def __init__(self, capacity: int, arena: Arena) -> None:
        self._arena = arena
        self._named: dict[str, int] = {}
        self._playing = np.zeros(capacity, np.bool_)
        self._clip: Ints = np.zeros(capacity, np.int64)
        self._position: Ints = np.zeros(capacity, np.int64)  # samples from the clip's start
        self._loop = np.zeros(capacity, np.bool_)
        self._play: list[int] = [0] * capacity  # call control's name for it

    def keep(self, command: Load | Forget) -> None:
        """Keep audio under a name, or drop the name."""
        match command:
            case Load(clip, pcm):
                self.load(clip, np.frombuffer(pcm, "<i2").astype(np.int16))
            case Forget(clip):
                self.forget(clip)

    def load(self, name: str, pcm: Pcm) -> None:
        """Keep a clip under a name; who plays an older one of that name goes on."""
        self.forget(name)
        self._named[name] = self._arena.add(pcm)

    def forget(self, name: str) -> None:
        """Drop a name."""
        clip = self._named.pop(name, None)
        if clip is not None:
            self._arena.release(clip)

    def play(self, row: int, play: int, name: str, loop: bool) -> bool:
        """Play from the next tick on, in place of what the row played; False: no such clip."""
        self.stop(row)
        clip = self._named.get(name)
        if clip is None:
            return False
        self._arena.hold(clip)
        self._begin(row, play, clip, loop)
        return True

    def play_once(self, row: int, play: int, pcm: Pcm) -> None:
        """Play audio that nobody else needs."""
        self._begin(row, play, self._arena.add(pcm), loop=False)

    def _begin(self, row: int, play: int, clip: int, loop: bool) -> None:
        self.stop(row)
        self._playing[row], self._loop[row] = True, loop
        self._clip[row], self._position[row], self._play[row] = clip, 0, play

    def stop(self, row: int, play: int | None = None) -> bool:
        """Stop a row's player (of that name, if given); tell whether it played."""
        if not self._playing[row] or play not in (None, self._play[row]):
            return False
        self._playing[row] = False
        self._arena.release(int(self._clip[row]))
        return True

    def tick(self, out: Pcm) -> list[tuple[int, int]]:
        """Write the next frame of each player to its row of int16 [rows, FRAME].

        Returns row and play of those whose last sample is in this frame.
        """
        if not np.count_nonzero(self._playing):
            return []
        rows = self._playing.nonzero()[0]
        clip, position = self._clip[rows], self._position[rows]
        start, length = self._arena.start[clip], self._arena.length[clip]
        out[rows] = self._arena.frames(start + position)
        over = position + FRAME >= length
        wraps = np.flatnonzero(over & self._loop[rows] & (length > 0))
        if len(wraps):
            column = (position[wraps, None] + np.arange(FRAME)) % length[wraps, None]
            out[rows[wraps]] = self._arena.at(start[wraps, None] + column)
        position += FRAME
        position[wraps] %= length[wraps]
        self._position[rows] = position
        over[wraps] = False
        ended = [(int(row), self._play[row]) for row in rows[over]]
        for row, _ in ended:
            self.stop(row)
        return ended
