"""A batch of datagrams as arrays: what sockets give to the engine and take from it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

MAX_DATAGRAM = 512  # bytes kept of a datagram; 60 ms of G.711 with header and tag fit

Bytes2D = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Packets:
    """n datagrams. `peer` is the far end's address as an opaque key from `Ports.peer`."""

    data: Bytes2D  # uint8 [n, MAX_DATAGRAM]
    length: Ints  # int64 [n] bytes; a longer datagram arrives cut, its length being the true one
    socket: Ints  # int64 [n] local socket, as named by Ports.open
    peer: Ints  # int64 [n] source address of a received, destination of a sent datagram
    rtcp: Flags  # bool [n] on the socket's RTCP port

    def __len__(self) -> int:
        return len(self.length)


def take(packets: Packets, index: Ints | Flags) -> Packets:
    """Return chosen packets."""
    return Packets(
        packets.data[index],
        packets.length[index],
        packets.socket[index],
        packets.peer[index],
        packets.rtcp[index],
    )


def empty() -> Packets:
    """Return no packets."""
    ints = np.zeros(0, np.int64)
    return Packets(np.zeros((0, MAX_DATAGRAM), np.uint8), ints, ints, ints, np.zeros(0, np.bool_))


def join(batches: list[Packets]) -> Packets:
    """Return the packets of all batches, in order; a single batch is not copied."""
    if len(batches) == 1:
        return batches[0]
    if not batches:
        return empty()
    return Packets(
        np.concatenate([batch.data for batch in batches]),
        np.concatenate([batch.length for batch in batches]),
        np.concatenate([batch.socket for batch in batches]),
        np.concatenate([batch.peer for batch in batches]),
        np.concatenate([batch.rtcp for batch in batches]),
    )


class Ports(Protocol):
    """The sockets of a worker: real (`ports.py`, `shared.py`) or of the virtual network."""

    @property
    def legs_per_socket(self) -> int:
        """How many legs may share a socket; 1: none does."""
        ...

    def open(self) -> tuple[int, str, int, int]:
        """Return socket key, advertised host, RTP port, RTCP port; raises OSError."""
        ...

    def open_shared(self) -> tuple[int, str, int, int]:
        """Return the same of a socket for many legs; raises OSError."""
        ...

    def close(self, socket: int) -> None:
        """Give the pair of ports back."""
        ...

    def peer(self, host: str, port: int) -> int:
        """Return the key of an address (IP literal); equal addresses have equal keys."""
        ...

    def receive(self) -> Packets:
        """Return all that has arrived since the last call; never blocks."""
        ...

    def send(self, packets: Packets) -> None:
        """Send all; a full socket buffer drops."""
        ...
