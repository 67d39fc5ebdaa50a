"""Far ends for a bench: real RTP to every leg every 20 ms, and a count of what comes back.

Prints, at the end, packets sent, packets received and packets missing from what was received (by
sequence number). `python -m bench._load LEGS`, see `Peers`.
"""

import os
import select
import sys
import time

import numpy as np

from bench._process import HOST, TICK_S
from offhook.media import rtp
from offhook.media.packets import MAX_DATAGRAM, Packets
from offhook.media.ports import UdpPorts

PAYLOAD = 160


class Streams:
    """One RTP stream each way per leg."""

    def __init__(self, legs: int) -> None:
        self._ports = UdpPorts(HOST, first=50000, last=59999)
        opened = [self._ports.open() for _ in range(legs)]
        self.own_ports = [rtp_port for _, _, rtp_port, _ in opened]
        self._number = np.arange(legs, dtype=np.int64)
        self._data = np.zeros((legs, MAX_DATAGRAM), np.uint8)
        rng = np.random.default_rng(1)
        self._data[:, rtp.HEADER : rtp.HEADER + PAYLOAD] = rng.integers(0, 256, (legs, PAYLOAD))
        self._sockets = np.array([key for key, *_ in opened], np.int64)
        self._peers = self._number
        self._first = np.full(legs, -1, np.int64)  # sequence numbers received
        self._last = np.zeros(legs, np.int64)
        self._got = np.zeros(legs, np.int64)
        self.sent = 0

    def connect(self, far_ports: list[int]) -> None:
        """Set where each stream goes."""
        self._peers = np.array([self._ports.peer(HOST, port) for port in far_ports], np.int64)

    def send(self, tick: int) -> None:
        """Send a packet on every stream."""
        legs = len(self._number)
        each = np.ones(legs, np.int64)
        stamps = rtp.Stamps(
            each == tick, each * 0, each * tick, each * tick * PAYLOAD, self._number
        )
        rtp.write(self._data, stamps)
        length = each * (rtp.HEADER + PAYLOAD)
        self._ports.send(Packets(self._data, length, self._sockets, self._peers, each == 0))
        self.sent += legs

    def receive(self) -> None:
        """Count what has come."""
        packets = self._ports.receive()
        media = np.flatnonzero(~packets.rtcp & (packets.length > rtp.HEADER))
        headers = rtp.parse(packets.data[media], packets.length[media])
        row = packets.socket[media]
        for turn in rtp.rounds(row):
            at, sequence = row[turn], headers.sequence[turn]
            begins = self._first[at] < 0
            self._first[at[begins]] = sequence[begins]
            self._last[at[begins]] = sequence[begins]
            self._last[at] += rtp.signed(sequence - self._last[at], 16)
            self._got[at] += 1

    def totals(self) -> tuple[int, int, int]:
        """Return packets sent, received and missing."""
        heard = self._first >= 0
        expected = (self._last - self._first + 1)[heard].sum()
        return self.sent, int(self._got.sum()), int(expected - self._got[heard].sum())


def main() -> None:
    """Run as a process."""
    streams = Streams(int(sys.argv[1]))
    print(*streams.own_ports, flush=True)
    streams.connect([int(word) for word in sys.stdin.readline().split()])
    began, tick = time.monotonic(), 0
    os.set_blocking(0, False)
    while True:
        tick += 1
        streams.receive()
        streams.send(tick)
        left_s = began + tick * TICK_S - time.monotonic()
        readable, _, _ = select.select([0], [], [], max(0.0, left_s))
        if readable and not os.read(0, 1):
            break
        select.select([], [], [], max(0.0, began + tick * TICK_S - time.monotonic()))
    select.select([], [], [], TICK_S)
    streams.receive()
    print(*streams.totals(), flush=True)


if __name__ == "__main__":
    main()
