"""Real UDP sockets: a pair of ports per leg, RTP even and RTCP odd (RFC 3550 11).

Reading is level-triggered: each pass over the ready sockets takes one datagram of each, so the
usual tick costs one `recvfrom` per packet and no failing call, and no flood can keep the others
waiting. What exceeds the bounds stays in the kernel's buffer and is dropped there. Nothing here
knows what is inside a datagram.
"""

import random
import resource
import select
import socket
from collections.abc import Callable
from operator import itemgetter
from typing import TypeVar

import numpy as np

from offhook.media.packets import MAX_DATAGRAM, Bytes2D, Ints, Packets
from offhook.media.pairs import Pair, PortRange

PACKETS_PER_CALL = 4096  # datagrams of one receive(), all sockets together
PASSES_PER_CALL = 32  # datagrams of one receive() from one socket: 0.6 s of 20 ms packets
RTP_BUFFER_BYTES = 65536  # a second of G.711, as the kernel counts small packets
KNOWN_PEERS = 65536  # addresses remembered, twice at most; a live one is never forgotten
IPV6_KEY = 1 << 62

_TRUE_LENGTH = getattr(socket, "MSG_TRUNC", 0)  # recv tells the length a cut datagram had

Address = tuple[str, int] | tuple[str, int, int, int]
_Read = Callable[[memoryview, int, int], tuple[int, Address]]
_Write = Callable[[bytes, Address], int]
_From = TypeVar("_From")
_To = TypeVar("_To")


def raise_file_limit() -> int:
    """Raise the limit of open files as far as the system lets us; return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def address_key(host: str, port: int) -> int:
    """Return a number for an address: IPv4 as it is, IPv6 as a secret hash of 62 bits.

    An IPv4 address has the order of bytes that it has in the kernel's structs, seen as a
    little-endian number: the host above the 16 bits of the port.
    """
    if ":" not in host:
        return int.from_bytes(port.to_bytes(2) + socket.inet_aton(host), "little")
    packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    return hash(packed + port.to_bytes(2)) & (IPV6_KEY - 1) | IPV6_KEY


class _Table(dict[_From, _To]):
    """A dict that asks for what it does not have."""

    def __init__(self, find: Callable[[_From], _To]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, wanted: _From) -> _To:
        return self._find(wanted)


class Peers:
    """Addresses as numbers and back, in bounded memory whatever strangers send us.

    Two generations: when the young one is full it becomes the old one, and whoever is used again
    moves up. A key is a function of its address, so forgetting one is harmless.
    """

    def __init__(self, limit: int = KNOWN_PEERS) -> None:
        self.keys: dict[Address, int] = _Table(self._learn)
        self.addresses: dict[int, Address | None] = _Table(self._recall)  # None: not known
        self._old: dict[int, Address | None] = {}
        self._limit = limit

    def _learn(self, address: Address) -> int:
        key = address_key(address[0], address[1])
        self._remember(key, address)
        self.keys[address] = key
        return key

    def _recall(self, key: int) -> Address | None:
        address = self._old.get(key)
        if address is not None:
            self._remember(key, address)
        return address

    def _remember(self, key: int, address: Address) -> None:
        if len(self.addresses) >= self._limit:
            self._old = dict(self.addresses)
            self.addresses.clear()
            self.keys.clear()
        self.addresses[key] = address


class UdpPorts:
    """The Ports of a real worker: one pair of sockets per leg, from a range of ports."""

    legs_per_socket = 1

    def __init__(
        self,
        host: str = "127.0.0.1",
        advertised: str | None = None,
        first: int = 20000,
        last: int = 40000,
        rng: random.Random | None = None,
    ) -> None:
        self.range = PortRange(host, first, last, rng)
        self._advertised = advertised or host
        self._pairs: dict[int, Pair] = {}
        self._free: list[int] = []
        self._peers = Peers()
        self._readers: dict[int, _Read] = {}  # by file descriptor
        self._writers: dict[int, _Write] = {}  # by socket key, times two, plus one for RTCP
        limit = raise_file_limit()
        self._slot_of_file = np.zeros(limit, np.int64)  # socket key, times two, plus one for RTCP
        self._data = np.zeros((PACKETS_PER_CALL, MAX_DATAGRAM), np.uint8)
        self._rows = [row.data for row in self._data]
        self._rtp_poller = select.poll()  # nearly all are busy: epoll costs more than it saves
        self._rtcp_poller = getattr(select, "epoll", select.poll)()  # nearly all are idle

    def __len__(self) -> int:
        return len(self._pairs)

    def used(self) -> float:
        """Return the share of the pairs that are open."""
        return len(self) / len(self.range)

    def open(self) -> tuple[int, str, int, int]:
        """Bind the next free pair of ports of the range; raises OSError when there is none."""
        pair, port = self.range.bind(RTP_BUFFER_BYTES)
        key = self._free.pop() if self._free else len(self._pairs)
        self._pairs[key] = pair
        self._rtp_poller.register(pair.rtp.fileno(), select.POLLIN)
        self._rtcp_poller.register(pair.rtcp.fileno(), select.POLLIN)
        for slot, half in ((2 * key, pair.rtp), (2 * key + 1, pair.rtcp)):
            self._slot_of_file[half.fileno()] = slot
            self._readers[half.fileno()] = half.recvfrom_into
            self._writers[slot] = half.sendto
        return key, self._advertised, port, port + 1

    def open_shared(self) -> tuple[int, str, int, int]:
        """Bind a pair; nobody asks for one to be shared here."""
        return self.open()

    def close(self, socket: int) -> None:
        """Give the pair of ports back; they are the last to be handed out again."""
        pair = self._pairs.pop(socket)
        self._rtp_poller.unregister(pair.rtp.fileno())
        self._rtcp_poller.unregister(pair.rtcp.fileno())
        for slot, half in ((2 * socket, pair.rtp), (2 * socket + 1, pair.rtcp)):
            del self._readers[half.fileno()], self._writers[slot]
            half.close()
        self._free.append(socket)

    def close_all(self) -> None:
        """Close every socket."""
        for key in list(self._pairs):
            self.close(key)

    def peer(self, host: str, port: int) -> int:
        """Return the key of an IP literal and port; raises OSError when it is none of our family.

        One that slipped through would be a TypeError of `sendto`, and the end of the worker.
        """
        socket.inet_pton(self.range.family, host.partition("%")[0])
        return self._peers.keys[(host, port) if ":" not in host else (host, port, 0, 0)]

    def receive(self) -> Packets:
        """Return what has arrived, valid until the next call."""
        arrived: list[tuple[int, Address]] = []
        files: list[int] = []
        for turn in range(PASSES_PER_CALL):
            ready = self._rtp_poller.poll(0)
            if turn == 0:  # one report per leg and call is plenty
                ready += self._rtcp_poller.poll(0)
            if not ready or not self._read_one_each(ready, arrived, files):
                break
        count = len(arrived)
        key_of = self._peers.keys.__getitem__
        slots = self._slot_of_file[np.array(files, np.int64)]
        return Packets(
            data=self._data[:count],
            length=np.fromiter(map(itemgetter(0), arrived), np.int64, count),
            socket=slots >> 1,
            peer=np.fromiter(map(key_of, map(itemgetter(1), arrived)), np.int64, count),
            rtcp=(slots & 1).astype(np.bool_),
        )

    def send(self, packets: Packets) -> None:
        """Send all; what the kernel will not take now is lost, as on any network."""
        slots, peers = packets.socket * 2 + packets.rtcp, packets.peer
        sizes = set(packets.length.tolist())
        usual = len(sizes) == 1  # nothing but audio
        for size in sorted(sizes - {0}):
            chosen = slice(None) if usual else np.flatnonzero(packets.length == size)
            self._send_all(slots[chosen], peers[chosen], packets.data[chosen, :size])

    def _send_all(self, slots: Ints, peers: Ints, data: Bytes2D) -> None:
        """Send packets of one size, uint8 [n, size]."""
        # one object of `size` raw bytes per row: numpy cuts them all in one call
        bodies = np.ascontiguousarray(data).view(f"V{data.shape[1]}")[:, 0].tolist()
        writers = map(self._writers.get, slots.tolist())
        addresses = map(self._peers.addresses.__getitem__, peers.tolist())
        for write, body, address in zip(writers, bodies, addresses, strict=True):
            if write is None or address is None:
                continue
            try:
                write(body, address)
            except OSError:  # a full buffer, an unreachable network, a forbidden address
                continue

    def _read_one_each(
        self,
        ready: list[tuple[int, int]],
        arrived: list[tuple[int, Address]],
        files: list[int],
    ) -> bool:
        """Take one datagram of each ready socket; False when the bound is reached."""
        readers, rows = self._readers, self._rows
        for file, _ in ready[: PACKETS_PER_CALL - len(arrived)]:
            try:
                arrived.append(readers[file](rows[len(arrived)], 0, _TRUE_LENGTH))
            except OSError:  # a bad checksum is found out only now; the rest does not care
                continue
            files.append(file)
        return len(arrived) < PACKETS_PER_CALL
