"""Real UDP sockets that many legs share: the Ports of a busy worker on Linux.

One call reads or sends all packets of a socket (`mmsg`). How many legs share one depends on the
buffer that the kernel grants: it has to hold what they get while we make up for lost ticks. A leg
that cannot share, as its far end cannot be told from another's by its address, gets a pair of ports
of its own from the same range (`UdpPorts`). IPv4 only.
"""

import random
import select
import socket
from itertools import pairwise

import numpy as np

from offhook.media.count import count_true
from offhook.media.mmsg import Inbox, Outbox
from offhook.media.packets import Ints, Packets, join, take
from offhook.media.pairs import Pair
from offhook.media.ports import PACKETS_PER_CALL, UdpPorts, address_key

MAX_SHARED = 4096  # sockets; keys from there on are those of sockets that are not shared
MAX_LEGS = 64  # of a socket: calls for more packets at once are hardly cheaper
PACKETS_PER_SOCKET = 512  # of one receive(): eight ticks of all legs
BUFFER_BYTES = 1 << 20  # wanted; an unprivileged process gets what net.core.rmem_max says
PACKET_BYTES = 2304  # of the buffer, that a small packet takes when a network card wrote it
BUFFERED_TICKS = 6  # one more than are made up for
_FORCE_BUFFER = 33  # SO_RCVBUFFORCE: for the privileged


class SharedPorts:
    """Pairs of sockets that are shared, beside those that are not."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        advertised: str | None = None,
        first: int = 20000,
        last: int = 40000,
        rng: random.Random | None = None,
    ) -> None:
        self._own = UdpPorts(host, advertised, first, last, rng)
        self._advertised = advertised or host
        self._pairs: dict[int, Pair] = {}
        self._free: list[int] = []
        self._poller = select.poll()
        self._slots: dict[int, int] = {}  # by file: socket key, times two, plus one for RTCP
        self._file_of_slot: Ints = np.full(2 * MAX_SHARED, -1)
        self._inbox = Inbox(PACKETS_PER_CALL)
        self._outbox = Outbox(PACKETS_PER_CALL)
        self.legs_per_socket = legs_of_a_socket()

    def __len__(self) -> int:
        """Return how many pairs are open, of both kinds."""
        return len(self._pairs) + len(self._own)

    def used(self) -> float:
        """Return the share of the pairs that are open."""
        return len(self) / len(self._own.range)

    def open(self) -> tuple[int, str, int, int]:
        """Bind a pair for one leg; raises OSError when there is none."""
        key, host, rtp_port, rtcp_port = self._own.open()
        return key + MAX_SHARED, host, rtp_port, rtcp_port

    def open_shared(self) -> tuple[int, str, int, int]:
        """Bind a pair for many legs; raises OSError when there is none."""
        if len(self._pairs) == MAX_SHARED:
            raise OSError("all shared sockets are in use")
        pair, port = self._own.range.bind(BUFFER_BYTES)
        _enlarge(pair.rtp)
        _enlarge(pair.rtcp)
        key = self._free.pop() if self._free else len(self._pairs)
        self._pairs[key] = pair
        for slot, half in ((2 * key, pair.rtp), (2 * key + 1, pair.rtcp)):
            self._poller.register(half.fileno(), select.POLLIN)
            self._slots[half.fileno()] = slot
            self._file_of_slot[slot] = half.fileno()
        return key, self._advertised, port, port + 1

    def close(self, socket: int) -> None:
        """Give a pair of ports back."""
        if socket >= MAX_SHARED:
            self._own.close(socket - MAX_SHARED)
            return
        pair = self._pairs.pop(socket)
        for half in (pair.rtp, pair.rtcp):
            self._poller.unregister(half.fileno())
            del self._slots[half.fileno()]
        self._file_of_slot[2 * socket : 2 * socket + 2] = -1
        pair.close()
        self._free.append(socket)

    def close_all(self) -> None:
        """Close every socket."""
        for key in list(self._pairs):
            self.close(key)
        self._own.close_all()

    def peer(self, host: str, port: int) -> int:
        """Return the key of an IPv4 literal and port; raises OSError for anything else."""
        key = self._own.peer(host, port)
        assert key == address_key(host, port)
        return key

    def receive(self) -> Packets:
        """Return what has arrived, valid until the next call."""
        shared = self._receive_shared()
        return join([shared, self._shifted(self._own.receive())]) if len(self._own) else shared

    def _receive_shared(self) -> Packets:
        count, slots, counts = 0, [], []
        ready = self._poller.poll(0)
        share = PACKETS_PER_CALL // max(len(ready), 1)  # a flood cannot keep others waiting
        most = min(max(share, 1), PACKETS_PER_SOCKET)
        for file, _ in ready[:PACKETS_PER_CALL]:
            got = self._inbox.receive(file, count, most)
            slots.append(self._slots[file])
            counts.append(got)
            count += got
        slot = np.repeat(np.array(slots, np.int64), counts)
        return Packets(
            data=self._inbox.data[:count],
            length=self._inbox.lengths(count),
            socket=slot >> 1,
            peer=self._inbox.peers(count),
            rtcp=(slot & 1).astype(np.bool_),
        )

    def _shifted(self, packets: Packets) -> Packets:
        packets.socket += MAX_SHARED
        return packets

    def send(self, packets: Packets) -> None:
        """Send all; what the kernel will not take now is lost, as on any network."""
        if len(self._own):
            own = packets.socket >= MAX_SHARED
            if count_true(own):
                alone = take(packets, own)
                alone.socket -= MAX_SHARED
                self._own.send(alone)
                packets = take(packets, ~own)
        self._send_shared(packets)

    def _send_shared(self, packets: Packets) -> None:
        files = self._file_of_slot[packets.socket * 2 + packets.rtcp]
        good = (files >= 0) & (packets.peer >= 0) & (packets.length > 0)
        if count_true(good) != len(good):
            packets, files = take(packets, good), files[good]
        if not len(files):
            return
        order: Ints | None = None
        steps = (files[1:] != files[:-1]).nonzero()[0] + 1
        if len(steps) >= 2 * len(self._pairs):  # not socket by socket
            order = np.argsort(files, kind="stable")
            files = files[order]
            steps = (files[1:] != files[:-1]).nonzero()[0] + 1
            length, peer = packets.length[order], packets.peer[order]
        else:
            length, peer = packets.length, packets.peer
        self._outbox.load(packets.data, length, peer, order)
        for first, end in pairwise([0, *steps.tolist(), len(files)]):
            self._outbox.send(int(files[first]), first, end)


def legs_of_a_socket() -> int:
    """Return how many legs the buffer has room for that the kernel grants a socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        granted = _enlarge(probe)
    return max(1, min(MAX_LEGS, granted // (PACKET_BYTES * BUFFERED_TICKS)))


def _enlarge(made: socket.socket) -> int:
    """Get as much buffer as we may, up to what is wanted; return how much there is."""
    try:
        made.setsockopt(socket.SOL_SOCKET, _FORCE_BUFFER, BUFFER_BYTES)
    except OSError:  # not privileged
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    return made.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
