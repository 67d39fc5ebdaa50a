"""Clips and the players that play them, one player a row.

All clips lie in one flat arena, so that the next frames of all players are one indexed copy. A clip
lives as long as its name or a player refers to it; the arena is packed or doubled between ticks.
Beside it lie the same clips as they are spoken in a codec: a clip that is played a second time is
coded once, and its frames are copied from there for whoever hears nothing else.
"""

import numpy as np

from offhook.media import codecs
from offhook.media.codecs import FRAME, SILENCE, TABLES, Bytes, Flags, Ints, Pcm
from offhook.media.count import count_true
from offhook.media.messages import Forget, Load

_FIRST_ARENA = 1 << 20  # samples: 2 MB
LONGEST_CODED = 1 << 20  # samples: two minutes, coded in 1.5 ms; a tick has no more to spare


class Arena:
    """Clips by number in one array; every clip is followed by a frame of silence."""

    def __init__(self, capacity: int = _FIRST_ARENA) -> None:
        self.start: Ints = np.zeros(64, np.int64)  # [clip] in samples
        self.length: Ints = np.zeros(64, np.int64)
        self._users: Ints = np.zeros(64, np.int64)
        self._is_coded = np.zeros((len(SILENCE), 64), np.bool_)  # [codec, clip]
        self._end = 0
        self._reserve(capacity)

    def _reserve(self, size: int) -> None:
        self._samples: Pcm = np.zeros(size, np.int16)
        self._windows = np.lib.stride_tricks.sliding_window_view(self._samples, FRAME)
        self._coded: Bytes = np.zeros((TABLES, size), np.uint8)  # where `_is_coded`
        self._coded_windows = np.lib.stride_tricks.sliding_window_view(self._coded, FRAME, axis=1)

    def add(self, pcm: Pcm) -> int:
        """Keep a clip for its first user; return its number."""
        need = len(pcm) + FRAME
        if self._end + need > len(self._samples):
            self._pack(need)
        clip = self._free_number()
        self.start[clip], self.length[clip], self._users[clip] = self._end, len(pcm), 1
        self._samples[self._end : self._end + len(pcm)] = pcm
        self._samples[self._end + len(pcm) : self._end + need] = 0
        self._is_coded[:, clip] = False
        self._end += need
        return clip

    def code(self, clip: int, codec: int) -> None:
        """Keep a clip in a codec too, unless it is too long or the codec is no table."""
        if codec >= TABLES:
            return
        start, length = self.start[clip], self.length[clip] + FRAME
        if length > LONGEST_CODED or self._is_coded[codec, clip]:
            return
        frames = -(-length // FRAME)
        sound = np.zeros(frames * FRAME, np.int16)
        sound[:length] = self._samples[start : start + length]
        coded = np.empty((frames, FRAME), np.uint8)
        codecs.encode(sound.reshape(frames, FRAME), np.full(frames, codec), coded)
        self._coded[codec, start : start + length] = coded.ravel()[:length]
        self._is_coded[codec, clip] = True

    def is_coded(self, codec: Ints, clip: Ints) -> Flags:
        """Tell which clips are kept in these codecs."""
        return self._is_coded[codec, clip]

    def coded(self, codec: Ints, position: Ints) -> Bytes:
        """Return the frames that begin at these samples, in these codecs: uint8 [n, FRAME]."""
        return self._coded_windows[codec, position]

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

    def _free_number(self) -> int:
        free = np.flatnonzero(self._users == 0)
        if len(free):
            return int(free[0])
        clip = len(self._users)
        self.start, self.length, self._users = (
            np.concatenate([array, np.zeros_like(array)])
            for array in (self.start, self.length, self._users)
        )
        self._is_coded = np.concatenate([self._is_coded, np.zeros_like(self._is_coded)], axis=1)
        return clip

    def _pack(self, need: int) -> None:
        """Close the gaps in an arena of at least twice what is used."""
        used = np.flatnonzero(self._users)
        live = int((self.length[used] + FRAME).sum()) + need
        size = len(self._samples)
        while size < 2 * live:
            size *= 2
        samples, coded, self._end = self._samples, self._coded, 0
        self._reserve(size)
        for clip in used:
            old = slice(self.start[clip], self.start[clip] + self.length[clip] + FRAME)
            new = slice(self._end, self._end + self.length[clip] + FRAME)
            self._samples[new], self._coded[:, new] = samples[old], coded[:, old]
            self.start[clip], self._end = new.start, int(new.stop)


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
        self._played: set[int] = set()  # clips that were begun before
        self._told: tuple[Ints, Ints, Ints] = (self._clip[:0],) * 3  # of the last tick, see `tick`

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
            self._played.discard(clip)

    def play(self, row: int, play: int, name: str, loop: bool, codec: int = 0) -> bool:
        """Play from the next tick on, in place of what the row played; False: no such clip.

        `codec` is the row's.
        """
        self.stop(row)
        clip = self._named.get(name)
        if clip is None:
            return False
        self._arena.hold(clip)
        if clip in self._played or loop:
            self._arena.code(clip, codec)
        self._played.add(clip)
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
        if not count_true(self._playing):
            self._told = (self._clip[:0],) * 3
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
        self._told = rows, clip, start + position
        if len(wraps):
            self._told = rows[~over], clip[~over], self._told[2][~over]
        position += FRAME
        position[wraps] %= length[wraps]
        self._position[rows] = position
        over[wraps] = False
        ended = [(int(row), self._play[row]) for row in rows[over]]
        for row, _ in ended:
            self.stop(row)
        return ended

    def coded(self, wanted: Flags, codec: Ints, out: Bytes) -> Ints:
        """Write frames of the last tick, coded, to uint8 [rows, FRAME]; return the rows written.

        Of the rows that are `wanted`, in their codec [all rows], those whose clip is kept in it.
        """
        rows, clip, place = self._told
        known = rows < len(wanted)
        if count_true(known) != len(known):
            rows, clip, place = rows[known], clip[known], place[known]
        kind = codec[rows]
        good = wanted[rows] & self._arena.is_coded(kind, clip)
        if count_true(good) != len(good):
            rows, kind, place = rows[good], kind[good], place[good]
        out[rows] = self._arena.coded(kind, place)
        return rows
