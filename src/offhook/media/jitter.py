"""The jitter buffer of all rows: bytes as they came, 20 ms slots, one slot played a tick.

Positions are timestamps unwrapped and shifted so that the first packet of a stream lies on a slot
border. `ahead` of a packet is how long it would wait; the buffer steers by it:

* a stream begins `target` frames early: 2, later one frame more than three times the RFC 3550
  jitter, within 1 and 10 (20 and 200 ms);
* a packet that missed its turn while nothing newer was played turns the position back: it is
  played, and everything after it waits longer. So delay grows exactly by what was lacking;
* a packet that came after a newer one was played is lost, and at the next quiet frame the position
  waits a frame;
* when the least `ahead` of a whole second leaves frames to spare, a quiet frame is dropped.

A sender in step with our clock is therefore played without any gap or change. A gap of 200 ms, new
SSRC or a jump of timestamps starts anew. Payloads of any length up to 60 ms and any alignment fit.
"""

import numpy as np
import numpy.typing as npt

from offhook.media.codecs import FRAME, Bytes, Flags, Ints, Pcm
from offhook.media.count import count_true
from offhook.media.rtp import MAX_PAYLOAD, signed, within

Floats64 = npt.NDArray[np.float64]

SLOTS = 32  # 640 ms; a power of two, so that a mask can take the place of a remainder
START_FRAMES = 2
MIN_FRAMES = 1
MAX_FRAMES = 10
HEADROOM_FRAMES = 20  # a packet further ahead makes us hurry
JUMP_FRAMES = 50  # a packet so much older than the newest is not late: timestamps jumped
IDLE_FRAMES = 10  # so long an empty buffer ends a talk spurt
WINDOW_TICKS = 50  # slack is judged once a second
CONCEALED_FRAMES = 3
_DECAY = np.array([1.0, 0.8, 0.6, 0.4], np.float32)  # [frames since the last played]
_WHOLE = np.dtype((np.void, FRAME))
_NEVER = 1 << 40  # `ahead` of a window without packets


class JitterBuffer:
    """Slots and play-out positions of every row; positions in samples."""

    def __init__(self, capacity: int) -> None:
        self.late: Ints = np.zeros(capacity, np.int64)  # packets that missed their turn
        self._ring: Bytes = np.zeros((SLOTS * capacity, FRAME), np.uint8)  # slot by slot
        self._frames = self._ring.view(_WHOLE)[:, 0]  # the same, a frame an element
        self._filled: Ints = np.zeros(SLOTS * capacity, np.int64)  # samples written
        self._filled_by_row = self._filled.reshape(SLOTS, capacity).T
        self._capacity = capacity
        self._row = np.arange(capacity)
        self._silence: Bytes = np.zeros(capacity, np.uint8)  # what an unwritten sample is
        self._active = np.zeros(capacity, np.bool_)
        self._going = np.zeros(capacity, np.bool_)  # active, and played something lately
        self._state: Ints = np.zeros((6, capacity), np.int64)  # what packets are compared with
        self._newest: Ints = self._state[0]  # position of the newest packet
        self._stamp: Ints = self._state[1]  # its timestamp
        self._least: Ints = self._state[2]  # `ahead` in this window
        self._most: Ints = self._state[3]
        self._next: Ints = self._state[4]  # the frame to play; multiple of FRAME
        self.missing: Ints = self._state[5]  # frames since the last played one
        self._least[:], self._most[:], self.missing[:] = _NEVER, -_NEVER, IDLE_FRAMES
        self._played: Ints = np.zeros(capacity, np.int64)  # end of the last frame really played
        self._short = np.zeros(capacity, np.bool_)  # a packet was lost for want of one frame
        self._spare: Ints = np.full(capacity, _NEVER)  # least `ahead` of the last window
        self._depth: Ints = np.full(capacity, -_NEVER)  # most `ahead` of the last window
        self._target: Ints = np.full(capacity, START_FRAMES)
        self._ample: Ints = np.zeros(0, np.int64)  # rows that had frames to spare in that window
        self._ticks = 0

    def clear(self, row: int, silence: int) -> None:
        """Empty a row: another leg, codec or stream."""
        self._active[row] = self._going[row] = self._short[row] = False
        self._silence[row] = silence
        self._filled_by_row[row] = 0
        self._target[row] = START_FRAMES
        self.missing[row] = IDLE_FRAMES

    def hush(self, rows: Ints) -> None:
        """Conceal nothing from here: an event has taken the place of audio (RFC 4733 2.5)."""
        self.missing[rows] = np.maximum(self.missing[rows], CONCEALED_FRAMES + 1)

    def arrive(
        self, rows: Ints, timestamp: Ints, size: Ints, payload: Bytes, jitter: Floats64
    ) -> None:
        """Take in one audio packet a row; `jitter` [all rows] is in timestamp units."""
        newest, stamp, least, most, due, _ = self._state.take(rows, axis=1)
        step = signed(timestamp - stamp, 32)
        position = newest + step
        ahead = position - due
        frame = position // FRAME  # numpy divides much faster than it takes %
        usual = self._going[rows]
        usual &= within(step, HEADROOM_FRAMES * FRAME)
        usual &= within(ahead, HEADROOM_FRAMES * FRAME)
        usual &= size == FRAME
        usual &= frame * FRAME == position
        if count_true(usual) != len(rows):
            odd = ~usual
            self._arrive_oddly(rows[odd], timestamp[odd], size[odd], payload[odd], jitter)
            rows, timestamp, position, frame = (
                array[usual] for array in (rows, timestamp, position, frame)
            )
            least, most, ahead, payload = least[usual], most[usual], ahead[usual], payload[usual]
        self._newest[rows], self._stamp[rows] = position, timestamp
        self._least[rows], self._most[rows] = np.minimum(least, ahead), np.maximum(most, ahead)
        self._put(rows, frame, payload)

    def _put(self, rows: Ints, frame: Ints, payload: Bytes) -> None:
        """Store packets that are frames; changes `frame`, their positions in frames."""
        frame &= SLOTS - 1
        frame *= self._capacity
        frame += rows
        self._frames[frame] = payload[:, :FRAME].view(_WHOLE)[:, 0]
        self._filled[frame] = FRAME

    def _arrive_oddly(
        self, rows: Ints, timestamp: Ints, size: Ints, payload: Bytes, jitter: Floats64
    ) -> None:
        """Take in packets that begin a talk spurt, or are old, late, far ahead or no frames."""
        newest, stamp, _, _, due, missing = self._state[:, rows]
        step = signed(timestamp - stamp, 32)
        position = newest + step
        steady = within(step + JUMP_FRAMES * FRAME, (JUMP_FRAMES + HEADROOM_FRAMES) * FRAME + 1)
        steady &= (missing < IDLE_FRAMES) | (newest >= due)
        steady &= self._active[rows]
        if count_true(steady) != len(rows):
            anew = ~steady
            self._start(rows[anew], timestamp[anew], jitter[rows[anew]].astype(np.int64))
            position[anew] = self._newest[rows[anew]]
        newer = position >= self._newest[rows]
        self._newest[rows[newer]], self._stamp[rows[newer]] = position[newer], timestamp[newer]
        ahead = position - self._next[rows]
        if count_true(within(ahead, HEADROOM_FRAMES * FRAME)) != len(rows):
            self._await(rows, position, ahead)
            self._hurry(rows, position)
            ahead = position - self._next[rows]
        self._least[rows] = np.minimum(self._least[rows], ahead)
        self._most[rows] = np.maximum(self._most[rows], ahead)
        self._write(rows, position, size, payload)

    def _slot(self, rows: Ints, position: Ints) -> Ints:
        return rows + (position // FRAME & (SLOTS - 1)) * self._capacity

    def _start(self, rows: Ints, timestamp: Ints, jitter: Ints) -> None:
        """Begin a talk spurt: the first packet waits `target` frames."""
        wanted = np.clip(1 - (-3 * jitter) // FRAME, MIN_FRAMES, MAX_FRAMES)
        target = np.where(self._active[rows], wanted, START_FRAMES)
        self._active[rows] = True
        self._target[rows] = target
        self._filled_by_row[rows] = 0
        start = self._ticks % SLOTS * FRAME  # all rows in one slot, which lies together in memory
        self._next[rows] = self._played[rows] = start
        self._newest[rows] = start + target * FRAME
        self._stamp[rows] = timestamp
        self._least[rows] = self._spare[rows] = _NEVER
        self._most[rows] = self._depth[rows] = -_NEVER
        self._short[rows] = False

    def _await(self, rows: Ints, position: Ints, ahead: Ints) -> None:
        """Turn the position back to packets that are late but not too late."""
        late = ahead < 0
        self.late[rows[late]] += 1
        start = position // FRAME * FRAME
        depth = np.maximum(self._most[rows], self._depth[rows]) + self._next[rows] - start
        back = late & (start >= self._played[rows]) & (depth <= MAX_FRAMES * FRAME)
        self._next[rows[back]] = start[back]
        self._most[rows[back]] = self._depth[rows[back]] = depth[back]
        self._short[rows[late & ~back]] = True

    def _hurry(self, rows: Ints, position: Ints) -> None:
        """Drop the oldest frames of rows whose buffer is about to flow over."""
        over = position - self._next[rows] >= HEADROOM_FRAMES * FRAME
        start = position[over] // FRAME * FRAME - MAX_FRAMES * FRAME
        self._skip(rows[over], (start - self._next[rows[over]]) // FRAME)

    def _skip(self, rows: Ints, frames: Ints) -> None:
        """Advance without playing; what is passed over is emptied."""
        current = self._next[rows] // FRAME % SLOTS
        distance = (np.arange(SLOTS) - current[:, None]) % SLOTS
        filled = self._filled_by_row
        filled[rows] = np.where(distance < frames[:, None], 0, filled[rows])
        self._next[rows] += frames * FRAME
        moved = frames * FRAME
        for extreme in (self._least, self._most, self._spare, self._depth):
            extreme[rows] -= moved

    def _write(self, rows: Ints, position: Ints, size: Ints, payload: Bytes) -> None:
        """Store packets of any size and alignment, without what is past its turn."""
        begin = np.maximum(position, self._next[rows])
        end = position + size
        for part in range(MAX_PAYLOAD // FRAME + 1):
            left = (position // FRAME + part) * FRAME
            overlap = np.minimum(end, left + FRAME) - np.maximum(begin, left)
            touched = np.flatnonzero(overlap > 0)
            slot = self._slot(rows[touched], left[touched])
            empty = self._filled[slot] == 0
            self._ring[slot[empty]] = self._silence[rows[touched][empty]][:, None]
            self._filled[slot] = np.minimum(self._filled[slot] + overlap[touched], FRAME)
        column = np.arange(int(size.max(initial=0)))
        sample = position[:, None] + column  # int64 [n, longest]
        wanted = (column < size[:, None]) & (sample >= self._next[rows][:, None])
        place = self._slot(rows[:, None], sample) * FRAME + sample % FRAME
        self._ring.reshape(-1)[place[wanted]] = payload[:, : len(column)][wanted]

    def play(self, frames: Bytes, quiet: Flags) -> Flags:
        """Give the next frame of rows 0 to n as uint8 [n, FRAME]; tell which are real.

        `quiet` [n] are the rows where a frame more or less will not be heard.
        """
        count = len(frames)
        self._steer(count, quiet)
        slot = self._slot(self._row[:count], self._next[:count])
        np.take(self._ring, slot, axis=0, out=frames, mode="clip")
        filled = self._filled.take(slot)
        heard: Flags = self._active[:count] & (filled > 0)
        self._filled[slot] = 0
        self._next[:count] += FRAME
        if count_true(self._short[:count]):
            self._wait(heard, quiet | ~heard, slot, filled)
        np.copyto(self._played[:count], self._next[:count], where=heard)
        missing = self.missing[:count]
        missing += 1
        missing[heard] = 0
        np.less(missing, IDLE_FRAMES, out=self._going[:count])
        self._going[:count] &= self._active[:count]
        return heard

    def _wait(self, heard: Flags, easily: Flags, slot: Ints, filled: Ints) -> None:
        """Give rows that lost a packet a frame more of delay, from here on.

        Those of 0 to n that can do so `easily`; their frames are put back, to be played next.
        """
        count = len(heard)
        wait = self._short[:count] & easily & self._active[:count]
        if not count_true(wait):
            return
        self._short[:count] &= ~easily
        rows = np.flatnonzero(wait & (self._depth[:count] < MAX_FRAMES * FRAME))
        self._depth[rows] += FRAME
        self._next[rows] -= FRAME
        self._filled[slot[rows]] = filled[rows]
        heard[rows] = False

    def _steer(self, count: int, quiet: Flags) -> None:
        """Once a second look at the slack; drop a quiet frame where there is too much."""
        self._ticks += 1
        if self._ticks % WINDOW_TICKS == 0:
            self._spare[:], self._depth[:] = self._least, self._most
            self._least[:], self._most[:] = _NEVER, -_NEVER
            self._ample = np.flatnonzero(self._has_spare())
        if len(self._ample):  # it only shrinks until the next look
            self._ample = self._ample[self._has_spare(self._ample)]
            rows = self._ample[self._ample < count]
            rows = rows[quiet[rows]]
            if len(rows):
                self._skip(rows, np.ones(len(rows), np.int64))

    def _has_spare(self, rows: Ints | slice = slice(None)) -> Flags:
        """Tell which rows wait longer than they need."""
        spare = self._spare[rows]
        enough = np.maximum(self._target[rows], START_FRAMES) + 1
        ample: Flags = self._active[rows] & (spare >= enough * FRAME) & (spare < _NEVER // 2)
        return ample


def conceal(pcm: Pcm, rows: Ints, previous: Pcm, missing: Ints) -> None:
    """Fill rows that had no frame: the previous one again with decay, later silence.

    `previous` int16 [k, FRAME] and `missing` int64 [k] (frames since the last played one) belong to
    `rows`; the decay of each frame is relative to the frame before it.
    """
    fading = missing <= CONCEALED_FRAMES
    pcm[rows[~fading]] = 0
    pcm[rows[fading]] = previous[fading] * _DECAY[missing[fading]][:, None]
