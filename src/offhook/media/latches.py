"""Who may speak on a leg: strict source after learning, against RTP bleed and RTP inject.

Before Connect nothing is accepted. After it the SDP address is believed at once and always. As
long as it has sent nothing, the first other address that sends a usable packet within the learning
window is taken (symmetric RTP behind NAT, RFC 4961); then that address and its SSRC are latched and
everybody else is counted and ignored. Another SSRC from the latched address is accepted after a new
Connect or when the old one has been silent for a while (a restarted far end, RFC 3550 8.2).
After a Connect to a new address the former far end may not be learnt again at once: its last
packets are still on the way.
"""

import numpy as np
import numpy.typing as npt

from offhook.media.codecs import Flags, Ints
from offhook.media.count import count_true

Floats = npt.NDArray[np.float64]

NOBODY = -1
LEARNING_WINDOW_S = 5.0
FORMER_PEER_BAR_S = 1.0
SSRC_SILENCE_S = 0.2


class Latches:
    """Address and SSRC of the far end of every row."""

    def __init__(self, capacity: int) -> None:
        self.destination: Ints = np.full(capacity, NOBODY)  # where to send: learnt, else SDP
        self.refused: Ints = np.zeros(capacity, np.int64)  # packets
        self._sdp: Ints = np.full(capacity, NOBODY)
        self._peer: Ints = np.full(capacity, NOBODY)
        self._ssrc: Ints = np.full(capacity, NOBODY)
        self._former: Ints = np.full(capacity, NOBODY)
        self._barred: Ints = np.full(capacity, NOBODY)  # SSRC of a call that ended
        self._fresh = np.zeros(capacity, np.bool_)  # Connect made, no SSRC latched since
        self._connected_at = np.zeros(capacity)  # s
        self._heard_at = np.zeros(capacity)  # s

    def clear(self, row: int) -> None:
        """Make a row ready for another leg."""
        for array in (self.destination, self._sdp, self._peer, self._ssrc, self._former):
            array[row] = NOBODY
        self._barred[row] = NOBODY
        self.refused[row] = 0

    def connect(self, row: int, peer: int, now: float) -> None:
        """Set the SDP address; a latch on the same far end stays."""
        if peer != self._sdp[row]:
            self._former[row] = self.destination[row]
            self._sdp[row] = self.destination[row] = peer
            self._peer[row] = self._ssrc[row] = NOBODY
        self._fresh[row] = True
        self._connected_at[row] = now

    def bar(self, row: int, ssrc: int) -> None:
        """Never believe a stream: its call has ended, and this one has its address, or its port."""
        self._barred[row] = ssrc

    def known(self, row: int) -> set[int]:
        """Return the addresses that the row is to be heard from, and perhaps NOBODY."""
        return {int(self._sdp[row]), int(self._peer[row])}

    def learning(self, rows: Ints, host: int, now: float) -> Ints:
        """Return those of the rows that still wait for their far end, at this IPv4 address."""
        waiting = (self._peer[rows] == NOBODY) & (self._sdp[rows] >> 16 == host)
        waiting &= now - self._connected_at[rows] <= LEARNING_WINDOW_S
        learning: Ints = rows[waiting]
        return learning

    def unconnected(self, rows: Ints) -> bool:
        """Whether one of the rows has not been told where its far end is."""
        return bool(count_true(self._sdp[rows] == NOBODY))

    def connected_at(self, rows: Ints) -> Floats:
        """Return when the rows were told, last."""
        return self._connected_at[rows]

    def ssrc(self, row: int) -> int:
        """Return the latched SSRC, or NOBODY."""
        return int(self._ssrc[row])

    def ssrcs(self, rows: Ints) -> Ints:
        """Return the latched SSRC of each row, or NOBODY."""
        return self._ssrc[rows]

    def admit(self, rows: Ints, peers: Ints, ssrcs: Ints, now: float) -> tuple[Flags, list[int]]:
        """Tell which well-formed packets to believe, and which rows have a new stream."""
        admitted = (peers == self._peer[rows]) & (ssrcs == self._ssrc[rows])
        begun: list[int] = []
        if count_true(admitted) != len(rows):
            doubtful = np.flatnonzero(~admitted)
            who = rows[doubtful], peers[doubtful], ssrcs[doubtful]
            for index in doubtful[self._eligible(*who, now)]:
                row, peer, ssrc = int(rows[index]), int(peers[index]), int(ssrcs[index])
                admitted[index] = self._settle(row, peer, ssrc, now, begun)
            np.add.at(self.refused, rows[~admitted], 1)
            rows = rows[admitted]
        self._heard_at[rows] = now
        return admitted, begun

    def _settle(self, row: int, peer: int, ssrc: int, now: float, begun: list[int]) -> bool:
        """Judge one packet after those before it in the batch have had their effect."""
        if peer == self._peer[row] and ssrc == self._ssrc[row]:
            return True
        if not self._eligible(np.array([row]), np.array([peer]), np.array([ssrc]), now)[0]:
            return False
        self._peer[row] = self.destination[row] = peer
        self._ssrc[row] = ssrc
        self._fresh[row] = False
        self._heard_at[row] = now
        begun.append(row)
        return True

    def _eligible(self, rows: Ints, peers: Ints, ssrcs: Ints, now: float) -> Flags:
        """Tell which packets may set a latch."""
        latched = self._peer[rows]
        since = now - self._connected_at[rows]
        renewed = self._fresh[rows] & (since <= LEARNING_WINDOW_S)
        silent = now - self._heard_at[rows] >= SSRC_SILENCE_S
        again = (peers == latched) & (renewed | silent)
        promised = (peers == self._sdp[rows]) & (peers != latched)
        barred = (peers == self._former[rows]) & (since < FORMER_PEER_BAR_S)
        learning = (latched == NOBODY) & (since <= LEARNING_WINDOW_S) & ~barred
        eligible: Flags = (self._sdp[rows] != NOBODY) & (ssrcs != self._barred[rows])
        eligible &= again | promised | learning
        return eligible
