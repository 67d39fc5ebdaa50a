"""Audio that applications send to a far end: queues, several a leg, mixed into one row a leg.

What is queued is played from the next tick on, at its end padded with silence to a whole frame. A
row is connected to the switch only while one of its queues has something, so that a leg whose
application is silent costs nothing. There is a loop over the queues that play, none over legs.
"""

from collections import deque

import numpy as np

from offhook.media.codecs import FRAME, RATE_HZ, Pcm
from offhook.media.messages import Clear, Feed
from offhook.media.switch import Switch, clip

LONGEST_QUEUE = 660 * RATE_HZ  # samples; call control lets ten minutes through


class Queue:
    """One application's audio that has not been played yet."""

    def __init__(self) -> None:
        self._chunks: deque[Pcm] = deque()
        self._length = 0  # samples
        self._begun = 0  # samples of the first chunk that have been played

    def __len__(self) -> int:
        return self._length

    def push(self, pcm: Pcm) -> None:
        """Play this after all that is queued; what is too much is left out."""
        pcm = pcm[: LONGEST_QUEUE - self._length]
        if len(pcm):
            self._chunks.append(pcm)
            self._length += len(pcm)

    def pop(self, frame: Pcm) -> None:
        """Fill int16 [FRAME] with what comes next."""
        filled = 0
        while filled < FRAME and self._chunks:
            chunk = self._chunks[0]
            part = chunk[self._begun : self._begun + FRAME - filled]
            frame[filled : filled + len(part)] = part
            filled += len(part)
            self._begun += len(part)
            if self._begun == len(chunk):
                self._chunks.popleft()
                self._begun = 0
        frame[filled:] = 0
        self._length -= filled


class Feeds:
    """The queues of all legs. Row r of a leg has the source `first` + r in the switch."""

    def __init__(self, switch: Switch, first: int) -> None:
        self._switch = switch
        self._first = first
        self._queues: dict[int, dict[str, Queue]] = {}  # by row and stream: those not empty

    def apply(self, row: int, command: Feed | Clear) -> None:
        """Queue audio, or drop what is queued."""
        queues = self._queues.get(row, {})
        match command:
            case Feed(_, stream, pcm):
                queue = queues.setdefault(stream, Queue())
                queue.push(np.frombuffer(pcm, "<i2").astype(np.int16, copy=False))
                if len(queue):
                    self._queues[row] = queues
                    self._switch.connect(row, self._first + row)
            case Clear(_, stream):
                queues.pop(stream, None)
                if not queues:
                    self.clear(row)

    def clear(self, row: int) -> None:
        """Drop all that is queued for a leg."""
        if self._queues.pop(row, None) is not None:
            self._switch.disconnect(row, self._first + row)

    def tick(self, out: Pcm) -> list[int]:
        """Write the next frame of each row that has one to int16 [rows, FRAME].

        Returns the rows whose last sample is in this frame; they are to be cleared once it is
        routed.
        """
        dry: list[int] = []
        for row, queues in self._queues.items():
            frame = out[row]
            first, *others = queues.values()
            first.pop(frame)
            if others:
                frame[:] = _mixed(frame, others)
            for stream in [stream for stream, queue in queues.items() if not len(queue)]:
                del queues[stream]
            if not queues:
                dry.append(row)
        return dry


def _mixed(frame: Pcm, others: list[Queue]) -> Pcm:
    """Return the sum of a frame and the next ones of other queues, clipped."""
    total, part = frame.astype(np.int32), np.empty(FRAME, np.int16)
    for queue in others:
        queue.pop(part)
        total += part
    return clip(total).astype(np.int16)
