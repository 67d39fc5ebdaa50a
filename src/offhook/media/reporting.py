"""RTCP of every leg: when to report, what to say, and what the far end says of us.

Reports are believed from the address in SDP, or from any address that knows the SSRC we latched
(NAT), which is then where ours go.
"""

import random
from dataclasses import dataclass

import numpy as np

from offhook.media import rtcp
from offhook.media.codecs import RATE_HZ, Flags, Ints
from offhook.media.latches import NOBODY, Latches
from offhook.media.messages import Counters
from offhook.media.reception import Reception
from offhook.media.senders import Senders

GATHER_S = 0.1  # times of reports are random; those that are near go, and arrive, together
_NEVER = float("inf")


@dataclass(slots=True)
class Heard:
    """What the far end's reports said."""

    sender_report: int = 0  # middle 32 bits of its last NTP time
    sender_report_at: float = 0.0
    round_trip_ms: float | None = None
    lost: int | None = None
    jitter_ms: float | None = None


class Reporting:
    """RTCP state of every row; reads the RTP state it reports on."""

    def __init__(
        self,
        capacity: int,
        rng: random.Random,
        senders: Senders,
        reception: Reception,
        latches: Latches,
    ) -> None:
        self.peer: Ints = np.full(capacity, NOBODY)
        self._rng = rng
        self._senders = senders
        self._reception = reception
        self._latches = latches
        self._due = np.full(capacity, _NEVER)  # s
        self._next_due = _NEVER  # s; before it no row is due
        self._packets_then: Ints = np.zeros(capacity, np.int64)  # sent by the last report
        self._heard = [Heard() for _ in range(capacity)]

    def clear(self, row: int) -> None:
        """Make a row ready for another leg."""
        self.peer[row] = NOBODY
        self._due[row] = _NEVER
        self._packets_then[row] = 0
        self._heard[row] = Heard()

    def silence(self, row: int) -> None:
        """Report no more; what was counted stays."""
        self._due[row] = _NEVER

    def connect(self, row: int, peer: int, now: float) -> None:
        """Begin to report to an address; peer < 0: no RTCP."""
        if self._due[row] == _NEVER and peer != NOBODY:
            self._due[row] = now + rtcp.interval(self._rng, first=True)
            self._next_due = min(self._next_due, float(self._due[row]))
        self.peer[row] = peer

    def due(self, now: float) -> list[int]:
        """Return the rows whose time has come, and set their next one."""
        if now < self._next_due:
            return []
        rows: list[int] = np.flatnonzero(self._due <= now).tolist()
        for row in rows:
            self._due[row] = now + rtcp.interval(self._rng, first=False)
        self._next_due = max(float(self._due.min()), now + GATHER_S)
        return rows

    def report(self, row: int, now: float) -> bytes:
        """Build the report of a row."""
        senders = self._senders
        ssrc, packets = int(senders.ssrc[row]), int(senders.packets[row])
        sender = None
        if packets != self._packets_then[row]:
            timestamp = int(senders.timestamp[row] * senders.clock[row]) & 0xFFFFFFFF
            octets = int(senders.octets[row])
            sender = rtcp.SenderInfo(rtcp.ntp(now), timestamp, packets, octets)
        self._packets_then[row] = packets
        # The name need not tell who we are: 96 random bits would do (RFC 7022 4.2).
        return rtcp.report(ssrc, f"{ssrc:08x}@offhook.invalid", sender, self._block(row, now))

    def bye(self, row: int, now: float) -> bytes:
        """Build the last report of a row."""
        return self.report(row, now) + rtcp.bye(int(self._senders.ssrc[row]))

    def _block(self, row: int, now: float) -> rtcp.Block | None:
        ssrc = self._latches.ssrc(row)
        if ssrc == NOBODY:
            return None
        heard, reception = self._heard[row], self._reception
        since = now - heard.sender_report_at if heard.sender_report else 0.0
        return rtcp.Block(
            ssrc=ssrc,
            fraction=reception.fraction(row),
            lost=reception.lost(row),
            highest=int(reception.highest[row]),
            jitter=int(reception.jitter[row] * self._senders.clock[row]),
            last_report=heard.sender_report,
            delay=int(since * 65536),
        )

    def admit(self, rows: Ints, peers: Ints, ssrcs: Ints) -> Flags:
        """Tell which packets may be what they claim."""
        latched = self._latches.ssrcs(rows)
        believed: Flags = self.peer[rows] != NOBODY
        believed &= (peers == self.peer[rows]) | ((ssrcs == latched) & (latched != NOBODY))
        return believed

    def receive(self, row: int, peer: int, data: bytes, now: float) -> bool:
        """Take in a compound packet; False: it is not valid."""
        report = rtcp.parse(data)
        if report is None:
            return False
        self.peer[row] = peer
        heard = self._heard[row]
        if report.sender:
            heard.sender_report = rtcp.middle(report.sender.ntp)
            heard.sender_report_at = now
        for block in report.blocks:
            if block.ssrc == self._senders.ssrc[row]:
                self._believe(heard, block, RATE_HZ * int(self._senders.clock[row]), now)
        return True

    def _believe(self, heard: Heard, block: rtcp.Block, clock_hz: int, now: float) -> None:
        heard.lost = block.lost
        heard.jitter_ms = block.jitter * 1000 / clock_hz
        if block.last_report:  # RFC 3550 6.4.1: A - LSR - DLSR
            taken = rtcp.middle(rtcp.ntp(now)) - block.last_report - block.delay & rtcp.NTP_MASK
            if taken < 1 << 31:  # a far end that lies or rounds may have answered before we asked
                heard.round_trip_ms = taken * 1000 / 65536

    def counters(self, row: int, late: int) -> Counters:
        """Return everything counted of a row."""
        heard, reception = self._heard[row], self._reception
        return Counters(
            packets_sent=int(self._senders.packets[row]),
            packets_received=reception.received(row),
            packets_lost=reception.lost(row),
            packets_late=late,
            packets_refused=int(self._latches.refused[row]),
            jitter_ms=float(reception.jitter[row]) * 1000 / RATE_HZ,
            round_trip_ms=heard.round_trip_ms,
            remote_lost=heard.lost,
            remote_jitter_ms=heard.jitter_ms,
        )
