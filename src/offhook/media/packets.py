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


class Ports(Protocol):
    """The sockets of a worker: real (`media/ports.py`) or of the virtual network."""

    def open(self) -> tuple[int, str, int, int]:
        """Return socket key, advertised host, RTP port, RTCP port; raises OSError."""
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
