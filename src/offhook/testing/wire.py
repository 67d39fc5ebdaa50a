"""RTP ports of the virtual network: batches of packets travel as arrays, never one by one.

A key of a peer is its IPv4 address and port in one integer, so keys mean the same everywhere. The
price of a packet is one copy of its bytes; loss, duplication and jitter are masks over the batch.
"""

from collections import deque
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from offhook.clock import Monotonic
from offhook.media.packets import MAX_DATAGRAM, Packets, join, take
from offhook.testing.paths import Paths, Quality

Floats = npt.NDArray[np.float64]
FIRST_PORT = 10_000  # RTP on even ports, RTCP on the odd one above (RFC 3550 11)


@dataclass(slots=True)
class _Batch:
    """Packets on their way to one host, in the order of their arrival."""

    packets: Packets
    arrival: Floats  # float64 [n] seconds, ascending


class Wire:
    """What the RTP ports of all hosts hang on."""

    def __init__(self, now: Monotonic, paths: Paths, seed: int) -> None:
        self.now = now
        self.paths = paths
        self.rng = np.random.default_rng(seed)
        self.hosts: dict[int, WirePorts] = {}  # by IPv4 address

    def ports(self, host: str, capacity: int) -> "WirePorts":
        """Return the ports of a host, of which `capacity` pairs can be open at once."""
        number = int(IPv4Address(host))
        if number in self.hosts:
            raise ValueError(f"{host} has its ports already")
        self.hosts[number] = ports = WirePorts(self, host, capacity)
        return ports


class WirePorts:
    """The RTP and RTCP sockets of one host (media/packets.py: Ports)."""

    def __init__(self, wire: Wire, host: str, capacity: int) -> None:
        self.host = host
        self._wire = wire
        self._number = int(IPv4Address(host)) << 16
        self._open = np.zeros(capacity, np.bool_)  # bool [socket]
        self._free = deque(range(capacity))  # oldest first: a late packet rarely meets a new leg
        self._queue: deque[_Batch] = deque()
        self.legs_per_socket = 1  # more, and the host shares its sockets among legs

    @property
    def open_count(self) -> int:
        """How many pairs of ports are open."""
        return len(self._open) - len(self._free)

    def open(self) -> tuple[int, str, int, int]:
        """Return socket key, advertised host, RTP port, RTCP port; raises OSError."""
        if not self._free:
            raise OSError(f"no free ports on {self.host}")
        socket = self._free.popleft()
        self._open[socket] = True
        port = FIRST_PORT + 2 * socket
        return socket, self.host, port, port + 1

    def open_shared(self) -> tuple[int, str, int, int]:
        """Return a socket for many legs; here all are alike."""
        return self.open()

    def close(self, socket: int) -> None:
        """Give the pair of ports back."""
        assert self._open[socket]
        self._open[socket] = False
        self._free.append(socket)

    def peer(self, host: str, port: int) -> int:
        """Return the key of an address."""
        return int(IPv4Address(host)) << 16 | port

    def send(self, packets: Packets) -> None:
        """Send all; what goes to a host without ports vanishes."""
        if not len(packets):
            return
        hosts = packets.peer >> 16
        if (hosts == hosts[0]).all():
            self._send_to(int(hosts[0]), packets)
            return
        for number in np.unique(hosts).tolist():
            self._send_to(number, take(packets, np.flatnonzero(hosts == number)))

    def receive(self) -> Packets:
        """Return all that has arrived since the last call."""
        now = self._wire.now()
        arrived: list[_Batch] = []
        waiting: deque[_Batch] = deque()
        while self._queue:
            batch = self._queue.popleft()
            if batch.arrival[-1] <= now:
                arrived.append(batch)
            elif batch.arrival[0] <= now:
                count = int(np.searchsorted(batch.arrival, now, side="right"))
                first, rest = np.arange(count), np.arange(count, len(batch.arrival))
                arrived.append(_Batch(take(batch.packets, first), batch.arrival[:count]))
                waiting.append(_Batch(take(batch.packets, rest), batch.arrival[count:]))
            else:
                waiting.append(batch)
        self._queue = waiting
        return self._deliverable(arrived)

    def _deliverable(self, arrived: list[_Batch]) -> Packets:
        """Return the packets for open sockets, over all batches in the order of arrival."""
        packets = join([batch.packets for batch in arrived])
        overtaken = any(
            earlier.arrival[-1] > later.arrival[0] for earlier, later in pairwise(arrived)
        )
        if overtaken:
            arrival = np.concatenate([batch.arrival for batch in arrived])
            packets = take(packets, np.argsort(arrival, kind="stable"))
        is_open = self._open[packets.socket]
        return packets if is_open.all() else take(packets, is_open)

    def _send_to(self, number: int, packets: Packets) -> None:
        """Send packets, all to the host with this address."""
        there = self._wire.hosts.get(number)
        if there is None:
            return
        quality = self._wire.paths.quality("rtp", self.host, there.host)
        chosen = _survivors(quality, len(packets), self._wire.rng)
        if chosen is not None:
            packets = take(packets, chosen)
        if len(packets):
            port = FIRST_PORT + 2 * packets.socket + packets.rtcp
            there.arrive(packets, self._number | port, quality)

    def arrive(self, packets: Packets, source: npt.NDArray[np.int64], quality: Quality) -> None:
        """Take a copy of packets that will arrive here, from these sources."""
        pair = (packets.peer & 0xFFFF) - FIRST_PORT  # 2 * socket, plus 1 for RTCP
        known = (pair >= 0) & (pair < 2 * len(self._open))
        if not known.all():
            packets, source, pair = take(packets, known), source[known], pair[known]
        n = len(packets)
        if n == 0:
            return
        width = min(int(packets.length.max()), MAX_DATAGRAM)
        data = np.empty((n, MAX_DATAGRAM), np.uint8)  # what is behind a datagram's end is nobody's
        data[:, :width] = packets.data[:, :width]
        copy = Packets(data, packets.length.copy(), pair >> 1, source, (pair & 1).astype(np.bool_))
        arrival = np.full(n, round(self._wire.now() + quality.latency_s, 9))
        if quality.jitter_s > 0:
            arrival += self._wire.rng.uniform(0, quality.jitter_s, n)
            order = np.argsort(arrival, kind="stable")
            copy, arrival = take(copy, order), arrival[order]
        self._queue.append(_Batch(copy, arrival))


def _survivors(quality: Quality, n: int, rng: np.random.Generator) -> npt.NDArray[np.intp] | None:
    """Draw which packets get through, some of them twice; None means all of them once."""
    if quality.loss <= 0 and quality.duplicate <= 0:
        return None
    copies = (rng.random(n) >= quality.loss).astype(np.int64)
    if quality.duplicate > 0:
        copies += copies * (rng.random(n) < quality.duplicate)
    return np.repeat(np.arange(n), copies)
