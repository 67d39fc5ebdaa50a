"""What arrives: packets to the rows they are for, and what is in them to who waits for it.

Each is believed or refused by the latches first. Of one row at most MAX_BURST packets a batch are
taken; more is a flood.
"""

import numpy as np
import numpy.typing as npt

from offhook.media import rtp
from offhook.media.codecs import CLOCK, FRAME, SILENCE, TABLES, Bytes, Ints
from offhook.media.coders import BOXED, box
from offhook.media.comfort import PAYLOAD_TYPE as COMFORT_NOISE
from offhook.media.comfort import Comfort
from offhook.media.count import count_true
from offhook.media.dtmf import EVENT_BYTES, EventReceiver
from offhook.media.jitter import JitterBuffer
from offhook.media.latches import Latches
from offhook.media.messages import Digit, Report
from offhook.media.origins import Origins
from offhook.media.packets import Packets
from offhook.media.reception import Reception
from offhook.media.reporting import Reporting
from offhook.media.rows import Rows
from offhook.media.tones import DIGITS

MAX_BURST = 16  # packets of one row in one batch
SAME_KEY_S = 0.5  # an event this soon after the same key was heard in-band is that key


class Inbound:
    """The way of a packet into the arrays of its row."""

    def __init__(
        self,
        rows: Rows,
        latches: Latches,
        reception: Reception,
        jitter: JitterBuffer,
        reporting: Reporting,
        reports: list[Report],
    ) -> None:
        self._rows = rows
        self.origins = Origins(len(rows.socket), latches)
        self._latches = latches
        self._reception = reception
        self._jitter = jitter
        self._reporting = reporting
        self._reports = reports
        capacity = len(rows.socket)
        self.comfort = Comfort(capacity)
        self._events = EventReceiver(capacity)
        self.sends_events = self._events.seen  # bool [row]
        self._key: Ints = np.zeros(capacity, np.int64)  # last in-band event
        self._key_at: npt.NDArray[np.float64] = np.full(capacity, -np.inf)  # s

    def clear(self, row: int) -> None:
        """Make a row ready for another leg."""
        self._events.clear(row)
        self._key_at[row] = -np.inf
        self.comfort.clear(row)

    def without_events(self, row: int) -> None:
        """Listen in-band again."""
        self._events.clear(row)

    def heard_inband(self, row: int, event: int, now: float) -> None:
        """Report a key that was heard as sound, and not once more when its event comes."""
        self._key[row], self._key_at[row] = event, now
        self._reports.append(Digit(self._rows.leg(row), DIGITS[event], inband=True))

    def receive(self, packets: Packets, now: float) -> None:
        """Take in what has arrived on all sockets since the last call."""
        if not len(packets):
            return
        rows = self._rows.at(packets.socket)
        if len(self.origins):
            rows = self.origins.rows(packets, rows, now)
        media = self._rows.receiving[rows]
        known = rows >= 0
        if count_true(known) != len(known):
            media &= known
        if count_true(packets.rtcp):
            control = (packets.rtcp & known).nonzero()[0]
            self._receive_rtcp(packets, control, rows[control], now)
            media &= ~packets.rtcp
        data, length, peers = packets.data, packets.length, packets.peer
        if count_true(media) != len(media):
            pick = rtp.span(media.nonzero()[0])
            rows, data, length, peers = rows[pick], data[pick], length[pick], peers[pick]
        if len(rows):
            self._receive_rtp(rows, peers, rtp.parse(data, length), now)

    def _receive_rtp(self, rows: Ints, peers: Ints, headers: rtp.Headers, now: float) -> None:
        kind = headers.payload_type
        usable = kind == self._rows.audio_type[rows]
        usable &= headers.valid
        plain = count_true(usable) == len(usable)  # all are audio
        if not plain:
            event = (kind == self._rows.event_type[rows]) & (headers.size >= EVENT_BYTES)
            usable |= (event | (kind == COMFORT_NOISE)) & headers.valid
            np.add.at(self._latches.refused, rows[~usable], 1)
            rows, peers, headers = rows[usable], peers[usable], headers.at(usable)
        admitted, begun = self._latches.admit(rows, peers, headers.ssrc, now)
        if begun:
            self._restart(begun)
        if count_true(admitted) != len(admitted):
            rows, headers = rows[admitted], headers.at(admitted)
        turns = rtp.rounds(rows)
        if len(turns) == 1:
            self._receive_round(rows, headers, plain, now)
            return
        for turn in turns[:MAX_BURST]:
            self._receive_round(rows[turn], headers.at(turn), plain, now)
        for turn in turns[MAX_BURST:]:
            self._latches.refused[rows[turn]] += 1

    def _restart(self, begun: list[int]) -> None:
        """Forget the streams that these rows received before."""
        self._reception.restart(np.array(begun))
        for row in begun:
            self.origins.hold(row, False, self._latches.known(row))
            self._jitter.clear(row, int(SILENCE[self._rows.codec[row]]))
            self._events.restart(row)

    def _receive_round(self, rows: Ints, headers: rtp.Headers, plain: bool, now: float) -> None:
        """Take in one packet a row; `plain` ones are all audio."""
        self._reception.count(rows, headers.sequence)
        if not plain:
            sound = headers.payload_type == self._rows.audio_type[rows]
            event = headers.payload_type == self._rows.event_type[rows]
            timestamp, payload = headers.timestamp[event], headers.payload[event]
            self._receive_events(rows[event], timestamp, payload, now)
            self._receive_comfort(rows, headers)
            rows, headers = rows[sound], headers.at(sound)
        if not len(rows):
            return
        if self.comfort.any:
            self.comfort.end(rows)
        timestamp, size, payload = headers.timestamp, headers.size, headers.payload
        codec = self._rows.codec[rows]
        if codec.max() >= TABLES and len(boxed := (codec == BOXED).nonzero()[0]):
            timestamp, size, payload = timestamp.copy(), size.copy(), payload.copy()
            timestamp[boxed] //= CLOCK[BOXED]
            payload[boxed] = box(payload[boxed], size[boxed])
            size[boxed] = FRAME
        self._reception.time(rows, timestamp, now)
        self._jitter.arrive(rows, timestamp, size, payload, self._reception.jitter)

    def _receive_comfort(self, rows: Ints, headers: rtp.Headers) -> None:
        noise = (headers.payload_type == COMFORT_NOISE).nonzero()[0]
        if len(noise):
            self._jitter.hush(rows[noise])
            self.comfort.begin(rows[noise], headers.payload[noise])

    def _receive_events(self, rows: Ints, timestamp: Ints, payload: Bytes, now: float) -> None:
        if not len(rows):
            return
        self._jitter.hush(rows)
        first = ~self._events.seen[rows]
        new = self._events.receive(rows, timestamp, payload)
        heard = first & (payload[:, 0] == self._key[rows]) & (now - self._key_at[rows] < SAME_KEY_S)
        for index in np.flatnonzero(new & ~heard):
            leg = self._rows.leg(int(rows[index]))
            self._reports.append(Digit(leg, DIGITS[payload[index, 0]]))

    def _receive_rtcp(self, packets: Packets, pick: Ints, rows: Ints, now: float) -> None:
        data, length = packets.data[pick], packets.length[pick]
        ssrc = data[:, 4:8].copy().view(">u4")[:, 0].astype(np.int64)
        admitted = self._reporting.admit(rows, packets.peer[pick], ssrc)
        admitted &= (length >= 8) & (length <= data.shape[1])
        for index in np.flatnonzero(admitted):
            row, peer = int(rows[index]), int(packets.peer[pick[index]])
            compound = data[index, : length[index]].tobytes()
            admitted[index] = self._reporting.receive(row, peer, compound, now)
            if admitted[index]:
                self.origins.hold(row, True, {peer})
        np.add.at(self._latches.refused, rows[~admitted], 1)
