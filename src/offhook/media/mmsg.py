"""recvmmsg and sendmmsg (Linux): many datagrams with one call, from and into numpy arrays.

The kernel's structs are numpy arrays: built once, they point into the arrays of the data, and a
call passes nothing but the address of the first one. IPv4 only. Where the C library does not have
these calls (macOS), `AVAILABLE` is false and there are sockets of their own for each leg.
"""

import ctypes
import socket
import sys
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from offhook.media.packets import MAX_DATAGRAM, Bytes2D, Ints

_MESSAGE = np.dtype(  # struct mmsghdr: msghdr and the length that was sent or received
    {
        "names": ["name", "name_size", "vector", "vectors", "length"],
        "formats": [np.uint64, np.uint32, np.uint64, np.uint64, np.uint32],
        "offsets": [0, 8, 16, 24, 56],
        "itemsize": 64,
    }
)
_VECTOR = np.dtype([("base", np.uint64), ("size", np.uint64)])  # struct iovec
_ADDRESS = np.dtype(  # struct sockaddr_in: family, port and host in one, and padding
    {"names": ["all"], "formats": ["<i8"], "offsets": [0], "itemsize": 16}
)
_FAMILY = int.from_bytes(socket.AF_INET.to_bytes(2, sys.byteorder), "little")
_FAMILY_BITS = 16
_PEER = (1 << 48) - 1
_DO_NOT_WAIT = int(getattr(socket, "MSG_DONTWAIT", 0))
_RECEIVE = _DO_NOT_WAIT | int(getattr(socket, "MSG_TRUNC", 0))  # tell the length of a cut datagram

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
AVAILABLE = hasattr(_libc, "recvmmsg") and hasattr(_libc, "sendmmsg") and sys.maxsize > 1 << 32


def _call(name: str) -> Callable[..., int]:
    """Return a function of the C library: file, messages, count, flags and perhaps a timeout."""
    function: ctypes._NamedFuncPointer = getattr(_libc, name)
    pointer, number = ctypes.c_void_p, ctypes.c_int
    timeout = [pointer] if name == "recvmmsg" else []
    function.argtypes = [number, pointer, ctypes.c_uint, number, *timeout]
    return function


def _address(array: npt.NDArray[np.generic]) -> int:
    return int(array.__array_interface__["data"][0])


class _Messages:
    """n messages of one part each, and room for their addresses."""

    def __init__(self, count: int) -> None:
        self.addresses = np.zeros(count, _ADDRESS)
        self.vectors = np.zeros(count, _VECTOR)
        self.messages = np.zeros(count, _MESSAGE)
        each = np.arange(count, dtype=np.uint64)
        self.messages["name"] = _address(self.addresses) + each * _ADDRESS.itemsize
        self.messages["name_size"] = _ADDRESS.itemsize
        self.messages["vector"] = _address(self.vectors) + each * _VECTOR.itemsize
        self.messages["vectors"] = 1
        self.start = _address(self.messages)


class Inbox:
    """Datagrams received, in the order of the calls: data uint8 [n, MAX_DATAGRAM]."""

    def __init__(self, count: int) -> None:
        self.data: Bytes2D = np.zeros((count, MAX_DATAGRAM), np.uint8)
        self._room = _Messages(count)
        self._room.vectors["base"] = _address(self.data) + np.arange(count) * MAX_DATAGRAM
        self._room.vectors["size"] = MAX_DATAGRAM
        self._receive = _call("recvmmsg")

    def receive(self, file: int, first: int, most: int) -> int:
        """Put what waits at a socket into the rows from `first` on; return how many came."""
        start = self._room.start + first * _MESSAGE.itemsize
        return max(int(self._receive(file, start, most, _RECEIVE, None)), 0)

    def lengths(self, count: int) -> Ints:
        """Return the true lengths of the first `count`."""
        return self._room.messages["length"][:count].astype(np.int64)

    def peers(self, count: int) -> Ints:
        """Return where the first `count` came from, as `ports.address_key` has it."""
        peers = self._room.addresses["all"][:count].astype(np.int64)
        peers >>= _FAMILY_BITS
        peers &= _PEER
        return peers


class Outbox:
    """Datagrams to be sent."""

    def __init__(self, count: int) -> None:
        self._send = _call("sendmmsg")
        self._reserve(count)

    def _reserve(self, count: int) -> None:
        self._room = _Messages(count)
        self._laid_out = (0, 0)  # address and stride of the rows that the messages point to in turn

    def load(self, data: Bytes2D, lengths: Ints, peers: Ints, order: Ints | None) -> None:
        """Make ready rows of uint8 [n, width], of these lengths, in their order or another."""
        count = len(peers)
        if count > len(self._room.messages):
            self._reserve(2 * count)
        room = self._room
        if order is None:
            self._lay_out(data)
        else:
            room.vectors["base"][:count] = order * data.strides[0] + _address(data)
            self._laid_out = (0, 0)
        room.vectors["size"][:count] = lengths
        room.addresses["all"][:count] = peers << _FAMILY_BITS | _FAMILY

    def _lay_out(self, data: Bytes2D) -> None:
        """Point to one row after the other, which mostly are those of the last time."""
        address, stride = _address(data), data.strides[0]
        if self._laid_out != (address, stride):
            rows = np.arange(len(self._room.messages))
            self._room.vectors["base"] = rows * stride + address
            self._laid_out = (address, stride)

    def send(self, file: int, first: int, end: int) -> None:
        """Send messages `first` to `end`; what the kernel will not take is lost."""
        while first < end:
            start = self._room.start + first * _MESSAGE.itemsize
            first += max(int(self._send(file, start, end - first, _DO_NOT_WAIT)), 1)
