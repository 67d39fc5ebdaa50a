"""Messages on a stream: four bytes of length (big-endian), then msgpack.

Between control and its worker: commands down, reports and beats up. Both ends are ours and of one
version, so a frame that does not decode is a bug, not an input.
"""

from typing import Generic, TypeVar

import msgspec

from offhook.media.messages import Command, Report

MAX_FRAME_BYTES = 1 << 26  # an hour of audio (57.6 MB) is the longest clip

_LENGTH_BYTES = 4
_M = TypeVar("_M")
_encoder = msgspec.msgpack.Encoder()


class Beat(msgspec.Struct, frozen=True, tag=True):
    """A sign of life, once a second; the first one says that the worker is ready."""

    legs: int
    ticks: int = 0  # since the last beat, as are all figures below
    skipped: int = 0  # ticks that could not be made up for
    late_ms_max: float = 0.0
    late_ms_mean: float = 0.0
    busy_ms: float = 0.0  # time spent in ticks
    ports: float = 0.0  # the share of its pairs of RTP ports that are open


class FrameError(Exception):
    """The stream is not what the other end of us would write."""


def pack(message: Command | Report | Beat) -> bytes:
    """Return a message as a frame."""
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError(f"a frame of {len(body)} bytes")
    return len(body).to_bytes(_LENGTH_BYTES) + body


class Unpacker(Generic[_M]):
    """Cuts a stream into messages, however its bytes arrive."""

    def __init__(self, decoder: msgspec.msgpack.Decoder[_M]) -> None:
        self._decoder = decoder
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[_M]:
        """Take in bytes; return the messages that are now complete. Raises FrameError."""
        buffer = self._buffer
        buffer += data
        messages: list[_M] = []
        start = 0
        while len(buffer) - start >= _LENGTH_BYTES:
            end = start + _LENGTH_BYTES + self._size(start)
            if len(buffer) < end:
                break
            messages.append(self._decode(start + _LENGTH_BYTES, end))
            start = end
        del buffer[:start]
        return messages

    def _size(self, start: int) -> int:
        size = int.from_bytes(self._buffer[start : start + _LENGTH_BYTES])
        if size > MAX_FRAME_BYTES:
            raise FrameError(f"a frame of {size} bytes")
        return size

    def _decode(self, start: int, end: int) -> _M:
        with memoryview(self._buffer) as view:
            try:
                return self._decoder.decode(view[start:end])
            except msgspec.DecodeError as error:
                raise FrameError(str(error)) from error


def commands() -> Unpacker[Command]:
    """Return what the worker reads with."""
    return Unpacker(msgspec.msgpack.Decoder(Command))


def reports() -> Unpacker[Report | Beat]:
    """Return what control reads with."""
    return Unpacker(msgspec.msgpack.Decoder(Report | Beat))
