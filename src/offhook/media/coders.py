"""Legs whose codec is no table: their frames are coded one by one, by C libraries that remember.

Of a worker without such legs this costs a look whether there are any. A payload that is no frame of
160 bytes (Opus) travels through the jitter buffer in one, with its length in the last byte.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import numpy as np

from offhook.media.codecs import CODECS, FRAME, TABLES, Bytes, Flags, Ints, Pcm, g722, opus

BOXED: Final = CODECS.index("OPUS")  # the codec whose payloads are put into frames
LARGEST: Final = FRAME - 1  # bytes that fit in there
LEFT: Final = 6 * FRAME  # samples of a long packet that wait to be played


class Coder(Protocol):
    """One leg's."""

    def decode(self, payload: bytes) -> Pcm:
        """Return int16 [n]; raises ValueError."""
        ...

    def encode(self, pcm: Pcm) -> bytes:
        """Return the payload of int16 [FRAME]."""
        ...


MAKE: Final[dict[str, Callable[[], Coder]]] = {"G722": g722.G722Coder, "OPUS": opus.OpusCoder}


def box(payload: Bytes, size: Ints) -> Bytes:
    """Return payloads uint8 [n, ≥ size] as frames uint8 [n, FRAME]; one too long comes empty."""
    frames = np.zeros((len(size), payload.shape[1]), np.uint8)
    for number, length in enumerate(size.tolist()):
        if length <= LARGEST:
            frames[number, :length] = payload[number, :length]
            frames[number, FRAME - 1] = length
    return frames


def _unbox(frame: Bytes) -> bytes:
    return frame[: int(frame[FRAME - 1])].tobytes()


class Coders:
    """The coders of all rows that have one."""

    def __init__(self) -> None:
        self._coders: dict[int, Coder] = {}
        self._codec: dict[int, int] = {}
        self._left: dict[int, Pcm] = {}  # of a packet of more than 20 ms

    def __len__(self) -> int:
        return len(self._coders)

    def set(self, row: int, codec: int) -> None:
        """Give a row a fresh coder, or none where its codec is a table."""
        self.clear(row)
        if codec >= TABLES:
            self._coders[row], self._codec[row] = MAKE[CODECS[codec]](), codec

    def clear(self, row: int) -> None:
        """Forget a row."""
        self._coders.pop(row, None)
        self._codec.pop(row, None)
        self._left.pop(row, None)

    def hear(self, payload: Bytes, heard: Flags) -> tuple[Sequence[int], Pcm]:
        """Decode what was `heard` of uint8 [n, FRAME]: rows and int16 [k, FRAME].

        A row for which there is no packet now, but the rest of a longer one, was heard too.
        """
        rows = [row for row in self._coders if row < len(heard)]
        pcm = np.zeros((len(rows), FRAME), np.int16)
        for number, row in enumerate(rows):
            left = self._left.pop(row, pcm[0, :0])
            if heard[row]:
                left = self._decoded(row, payload[row])
            elif len(left):
                heard[row] = True
            pcm[number, : len(left)] = left[:FRAME]
            if len(left) > FRAME:
                self._left[row] = left[FRAME:LEFT]
        return rows, pcm

    def _decoded(self, row: int, frame: Bytes) -> Pcm:
        boxed = self._codec[row] == BOXED
        try:
            return self._coders[row].decode(_unbox(frame) if boxed else frame.tobytes())
        except ValueError:  # a far end that says nonsense is silent
            return np.zeros(FRAME, np.int16)

    def say(self, speaking: Ints, out: Pcm, coded: Bytes) -> tuple[Ints, list[tuple[Ints, Bytes]]]:
        """Code what the rows that are `speaking` are to hear, int16 [row, FRAME].

        Frames are written to uint8 [n, FRAME]; returned are the rows that have one, and [row] and
        payload uint8 [1, size] of the others.
        """
        others: list[tuple[Ints, Bytes]] = []
        for row in (row for row in speaking.tolist() if row in self._coders):
            payload = np.frombuffer(self._coders[row].encode(out[row]), np.uint8)
            if self._codec[row] == BOXED:
                others.append((np.array([row]), payload[None]))
            else:
                coded[row] = payload
        if others:
            speaking = np.setdiff1d(speaking, np.concatenate([row for row, _ in others]))
        return speaking, others
