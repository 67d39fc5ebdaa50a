"""Who is meant by a packet on a socket that several legs share: its source address tells.

The table holds what each leg may hear: the address of its SDP and the one that was learnt, of RTP
and RTCP apart. An address belongs to one leg of a socket only; who comes second is told so and gets
a socket of its own. A leg that has ended leaves its address and SSRC behind for a while: late
packets of it are not taken for the beginning of the next call from there.

A key is address and socket in one number (`_key`), exact for IPv4; shared sockets have no IPv6.
"""

from collections import OrderedDict

import numpy as np

from offhook.media.codecs import Ints
from offhook.media.count import count_true
from offhook.media.latches import NOBODY, Latches
from offhook.media.packets import Packets

MAX_STRANGERS = 16  # unknown addresses that are looked at in one batch
REMEMBERED = 4096  # streams that have ended, and strangers
STRANGER_S = 1.0  # that one must have been heard who may be the far end of another leg
_PORT_BITS = 16
_SOCKET_SHIFT = 48  # an IPv4 address with its port has so many bits
_LAST = np.iinfo(np.int64).max  # a key that nothing has: it ends the table


def host(peer: int) -> int:
    """Return the IPv4 address of a peer."""
    return peer >> _PORT_BITS


class Origins:
    """The table of all shared sockets, by row and by key."""

    def __init__(self, capacity: int, latches: Latches) -> None:
        self._latches = latches
        self._shared: Ints = np.full(capacity, NOBODY)  # [row] its socket, where that is shared
        self._keys: Ints = np.array([_LAST])  # ascending
        self._rows: Ints = np.array([NOBODY])  # [key]
        self._held: dict[int, dict[int, set[int]]] = {}  # keys by row, RTP (0) and RTCP (1) apart
        self._ended: OrderedDict[int, int] = OrderedDict()  # key of RTP -> SSRC, or NOBODY
        self._strangers: OrderedDict[int, tuple[float, float]] = OrderedDict()  # first, last heard

    def __len__(self) -> int:
        """Return how many legs share their socket."""
        return len(self._held)

    def share(self, row: int, socket: int) -> None:
        """Let a row be found by address."""
        self._shared[row] = socket
        self._held[row] = {0: set(), 1: set()}

    def shares(self, row: int) -> bool:
        """Whether a row shares its socket."""
        return row in self._held

    def leave(self, row: int, ssrc: int) -> None:
        """Take a row out, whose far end spoke with this SSRC or NOBODY."""
        held = self._held.pop(row, None)
        if held is None:
            return
        for key in held[0]:
            self._ended[key] = ssrc
            self._ended.move_to_end(key)
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        self._drop(held[0] | held[1])
        self._shared[row] = NOBODY

    def owner(self, socket: int, rtcp: bool, peer: int) -> int:
        """Return the row that is meant by packets from there, or NOBODY."""
        if peer == NOBODY:
            return NOBODY
        at, found = self._find(_key(socket, rtcp, peer))
        return int(self._rows[at]) if found else NOBODY

    def taken(self, row: int, rtcp: bool, peer: int) -> bool:
        """Whether packets from there are for another row of the same socket."""
        owner = self.owner(int(self._shared[row]), rtcp, peer)
        return row in self._held and owner not in (row, NOBODY)

    def hold(self, row: int, rtcp: bool, peers: set[int]) -> None:
        """Let exactly these addresses, and NOBODY, be the row's; another row's stay with it."""
        if row not in self._held:
            return
        socket, held = int(self._shared[row]), self._held[row]
        wanted = {_key(socket, rtcp, peer) for peer in peers if peer != NOBODY}
        self._drop(held[rtcp] - wanted)
        held[rtcp] &= wanted
        for key in wanted - held[rtcp]:
            at, found = self._find(key)
            if not found:
                self._keys = np.insert(self._keys, at, key)
                self._rows = np.insert(self._rows, at, row)
                held[rtcp].add(key)

    def ended(self, row: int, peer: int) -> int:
        """Return the SSRC that a call on the same socket had from there, or NOBODY."""
        return self._ended.get(_key(int(self._shared[row]), False, peer), NOBODY)

    def rows(self, packets: Packets, own: Ints, now: float) -> Ints:
        """Return the row that each packet is for, or NOBODY.

        `own` are the rows of those that came to sockets which are not shared.
        """
        wanted = packets.peer ^ (packets.socket * 2 + packets.rtcp << _SOCKET_SHIFT)
        at = self._keys.searchsorted(wanted)
        known = self._keys[at] == wanted
        rows = np.where(known, self._rows[at], own)
        if count_true(known) != len(known):
            strange = np.flatnonzero(rows < 0)
            _, firsts, which = np.unique(wanted[strange], return_index=True, return_inverse=True)
            for number, first in enumerate(strange[firsts[:MAX_STRANGERS]]):
                self._seek(packets, strange[which == number], int(first), rows, now)
        return rows

    def _seek(self, packets: Packets, group: Ints, first: int, rows: Ints, now: float) -> None:
        """Find the row for packets that came from one unknown address.

        RTP is for the one leg that waits for its far end at this host, if there is but one; RTCP
        for the one that hears the SSRC which it tells.
        """
        socket, peer = int(packets.socket[first]), int(packets.peer[first])
        there = np.flatnonzero(self._shared == socket)
        if packets.rtcp[first]:
            ssrc = int.from_bytes(packets.data[first, 4:8].tobytes())
            there = there[self._latches.ssrcs(there) == ssrc]
        else:
            heard_s = now - self._first_heard(_key(socket, False, peer), now)
            there = self._waiting(there, host(peer), now, heard_s)
            if self._ended.get(_key(socket, False, peer)) == NOBODY:
                there = there[:0]  # whoever ended unheard has not been told so yet
        if len(there) != 1:
            self._latches.refused[there] += len(group)
            return
        row = int(there[0])
        if not packets.rtcp[first] and (ended := self.ended(row, peer)) != NOBODY:
            ssrcs = packets.data[group, 8:12].copy().view(">u4")[:, 0]
            group = group[ssrcs != ended]  # late packets of a call that has ended
        rows[group] = row

    def _waiting(self, there: Ints, at: int, now: float, heard_s: float) -> Ints:
        """Return which of a socket's legs may mean a stranger who has been heard for so long.

        A far end may speak before we know of it: its 200 is on the way, or its call was given up.
        That passes; who is still unknown after a while is a far end behind a NAT.
        """
        waiting = self._latches.learning(there, at, now)
        if heard_s >= STRANGER_S:
            return waiting
        if self._latches.unconnected(there):
            return waiting[:0]
        return waiting[self._latches.connected_at(waiting) <= now - heard_s]

    def _first_heard(self, key: int, now: float) -> float:
        """Return since when a stranger is heard, without a long break."""
        first, last = self._strangers.pop(key, (now, now))
        if now - last > STRANGER_S:
            first = now
        self._strangers[key] = first, now
        if len(self._strangers) > REMEMBERED:
            self._strangers.popitem(last=False)
        return first

    def _find(self, key: int) -> tuple[int, bool]:
        """Return where a key is or belongs, and whether it is there."""
        at = int(self._keys.searchsorted(key))
        return at, bool(self._keys[at] == key)

    def _drop(self, keys: set[int]) -> None:
        if keys:
            keep = ~np.isin(self._keys, np.array(sorted(keys), np.int64))
            self._keys, self._rows = self._keys[keep], self._rows[keep]


def _key(socket: int, rtcp: bool, peer: int) -> int:
    return peer ^ (socket * 2 + rtcp << _SOCKET_SHIFT)
