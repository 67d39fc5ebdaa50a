"""The datagrams of one tick, gathered in one preallocated array."""

import numpy as np

from offhook.media import rtp
from offhook.media.codecs import Bytes, Ints
from offhook.media.packets import MAX_DATAGRAM, Packets

_ROOM_PER_ROW = 2  # audio, and now and then an event or a report; more makes the array grow


class Outgoing:
    """Media first, then RTCP, in the order in which they were put in."""

    def __init__(self, capacity: int) -> None:
        self._data: Bytes = np.zeros((_ROOM_PER_ROW * capacity + 8, MAX_DATAGRAM), np.uint8)
        self._length: Ints = np.zeros(len(self._data), np.int64)
        self._count = 0
        self._rows: list[Ints] = []
        self._control_rows: list[int] = []
        self._control: list[bytes] = []

    def media(self, rows: Ints, stamps: rtp.Stamps, payload: Bytes) -> None:
        """Put in one RTP packet a row with payload uint8 [n, size]."""
        if not len(rows):
            return
        start, size = self._count, payload.shape[1]
        self._reserve(len(rows))
        data = self._data[start : self._count]
        rtp.write(data, stamps)
        whole = np.dtype((np.void, size))
        data[:, rtp.HEADER : rtp.HEADER + size].view(whole)[:] = payload.view(whole)
        self._length[start : self._count] = rtp.HEADER + size
        self._rows.append(rows)

    def control(self, row: int, compound: bytes) -> None:
        """Put in one RTCP packet."""
        self._control_rows.append(row)
        self._control.append(compound)

    def packets(self, socket: Ints, media_peer: Ints, control_peer: Ints) -> Packets:
        """Take everything out; sockets and peers are [row]."""
        if not self._control and len(self._rows) == 1:
            return self._media_alone(socket, media_peer)
        media = self._count
        for compound in self._control:
            self._reserve(1)
            self._data[self._count - 1, : len(compound)] = np.frombuffer(compound, np.uint8)
            self._length[self._count - 1] = len(compound)
        count, self._count = self._count, 0
        rows = np.array(self._control_rows, np.int64)
        peer, rtcp = control_peer[rows], np.arange(count) >= media
        if self._rows:
            media_rows = self._rows[0] if len(self._rows) == 1 else np.concatenate(self._rows)
            rows = np.concatenate([media_rows, rows])
            peer = np.concatenate([media_peer[media_rows], peer])
        self._rows, self._control_rows, self._control = [], [], []
        return Packets(self._data[:count], self._length[:count], socket[rows], peer, rtcp)

    def _media_alone(self, socket: Ints, peer: Ints) -> Packets:
        """Take out what nearly every tick has: audio of some rows, and nothing else."""
        count, self._count = self._count, 0
        (rows,) = self._rows
        self._rows = []
        rtcp = np.zeros(count, np.bool_)
        return Packets(self._data[:count], self._length[:count], socket[rows], peer[rows], rtcp)

    def _reserve(self, packets: int) -> None:
        self._count += packets
        if self._count > len(self._data):
            more = self._count
            self._data = np.concatenate([self._data, np.zeros((more, MAX_DATAGRAM), np.uint8)])
            self._length = np.concatenate([self._length, np.zeros(more, np.int64)])
