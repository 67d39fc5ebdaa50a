"""The media engine: every leg is a row, and one tick of 20 ms treats all rows at once.

Pure: packets, commands and `now` in; packets, reports and recorded audio out. It does not know
which side of a call it is on; two engines back to back carry a call between each other. A tick has
no loop over samples, packets or rows, only over rare things: a digit, a player that ended, a
report that is due.

Arrays of sound are int16 [row, FRAME]. Sources of the switch are the far ends (row r of leg r),
the players (row capacity + r), applications (row 2 * capacity + r) and, last, silence. Sinks are
what the far ends hear.
"""

import random
from collections.abc import Sequence

import numpy as np

from offhook.media import codecs, detect, dials, inband
from offhook.media.codecs import FRAME, SILENCE, Bytes, Flags, Floats, Pcm
from offhook.media.coders import Coders
from offhook.media.detect import VoiceActivity
from offhook.media.dials import Dials
from offhook.media.dtmf import EVENT_BYTES
from offhook.media.ears import Ears
from offhook.media.feeds import Feeds
from offhook.media.inband import Detector
from offhook.media.inbound import Inbound
from offhook.media.jitter import CONCEALED_FRAMES, JitterBuffer, conceal
from offhook.media.latches import NOBODY, Latches
from offhook.media.messages import (
    Attached,
    Clear,
    Closed,
    Connect,
    Counters,
    Dial,
    Ended,
    Feed,
    Forget,
    Join,
    Listen,
    Load,
    Look,
    Looked,
    Part,
    Patch,
    Play,
    Report,
    RowCommand,
    Seat,
    Stop,
    Unlisten,
    Unseat,
    Voice,
)
from offhook.media.outgoing import Outgoing
from offhook.media.packets import Packets
from offhook.media.passing import Passing
from offhook.media.patches import Patches, Rings
from offhook.media.players import Arena, Players
from offhook.media.reception import Reception
from offhook.media.reporting import Reporting
from offhook.media.rooms import Rooms
from offhook.media.rows import NO_EVENTS, NO_SOCKET, NoRowError, Rows
from offhook.media.senders import Senders
from offhook.media.switch import Switch
from offhook.media.taps import Lane, Taps


class Engine:
    """All legs of a worker. Times are seconds of one clock that only goes forward."""

    def __init__(self, capacity: int, rng: random.Random, rings: Rings | None = None) -> None:
        self._capacity = capacity
        self._rows = Rows(capacity)
        self._latches = Latches(capacity)
        self._reception = Reception(capacity)
        self._jitter = JitterBuffer(capacity)
        self._senders = Senders(capacity, rng)
        self._dials = Dials(capacity)
        self._players = Players(capacity, Arena())
        self._switch = Switch(capacity, 3 * capacity + 1)
        self._feeds = Feeds(self._switch, 2 * capacity)
        self._rooms = Rooms(self._rows, capacity, silence=3 * capacity)
        self._patches = Patches(rings, capacity)
        self._detector = Detector(capacity)
        self._voice = VoiceActivity(capacity)
        self._reporting = Reporting(capacity, rng, self._senders, self._reception, self._latches)
        self._reports: list[Report] = []
        heard = self._latches, self._reception, self._jitter, self._reporting
        self._inbound = Inbound(self._rows, *heard, self._reports)
        self._origins = self._inbound.origins
        self._outgoing = Outgoing(capacity)
        self._taps = Taps()
        self._ears, self._coders = Ears(), Coders()
        self._passing = Passing(self._rows, self._switch, self._rooms, self._players, capacity)
        self._payload: Bytes = np.zeros((capacity, FRAME), np.uint8)  # as it came
        self._coded: Bytes = np.zeros((capacity, FRAME), np.uint8)  # as it goes
        self._sources: Pcm = np.zeros((3 * capacity + 1, FRAME), np.int16)
        self._out: Pcm = np.zeros((capacity, FRAME), np.int16)
        self._before: Pcm = np.zeros((capacity, inband.HOP), np.int16)  # end of the last far ends
        self._quiet = np.ones(capacity, np.bool_)  # the far end, in the last frame
        self._exact: Floats = np.zeros((capacity, FRAME), np.float32)  # what far ends say

    def __len__(self) -> int:
        """Return the number of open legs and rooms."""
        return len(self._rows)

    # Commands.

    def open(self, leg: str, socket: int, now: float, shared: bool = False) -> None:
        """Give a leg a row and the socket it speaks through; raises NoRowError."""
        del now  # nothing of a leg begins before Connect
        self._passing.stale = True
        row = self._rows.take(leg, socket, shared)
        if shared:
            self._origins.share(row, socket)
        self._rows.codec[row] = self._rows.audio_type[row] = 0
        self._latches.clear(row)
        self._reception.clear(row)
        self._jitter.clear(row, int(SILENCE[0]))
        self._jitter.late[row] = 0
        self._inbound.clear(row)
        self._senders.clear(row)
        self._detector.clear(row)
        self._voice.clear(row)
        self._reporting.clear(row)
        self._sources[row] = 0

    def open_room(self, room: str, now: float) -> None:
        """Give a room a row; raises NoRowError."""
        self.open(room, NO_SOCKET, now)
        self._rooms.open(room)

    def open_patch(self, command: Patch, now: float) -> None:
        """Give an end of a patch a row; raises NoRowError, also if there is no memory for it."""
        if not self._patches.known(command.patch):
            raise NoRowError(f"there is no memory for patch {command.patch}")
        self.open(command.leg, NO_SOCKET, now)
        row = self._rows.row(command.leg)
        assert row is not None
        self._patches.open(row, command.patch, command.end)

    def connect(self, command: Connect, rtp_peer: int, rtcp_peer: int, now: float) -> None:
        """Set or change the far end; peers are keys of its addresses, rtcp_peer -1 for none."""
        row = self._rows.row(command.leg)
        if row is None:
            return
        self._passing.stale = True
        if self._rows.agree(row, command):
            self._jitter.clear(row, int(SILENCE[self._rows.codec[row]]))
            self._coders.set(row, int(self._rows.codec[row]))
            self._senders.clock[row] = codecs.CLOCK[self._rows.codec[row]]
        if self._rows.event_type[row] == NO_EVENTS:
            self._inbound.without_events(row)
            self._dials.clear(row)  # what is left of a dialling goes on in-band
        self._latches.connect(row, rtp_peer, now)
        self._reporting.connect(row, rtcp_peer, now)
        if self._origins.shares(row):
            self._origins.hold(row, False, self._latches.known(row))
            self._origins.hold(row, True, {rtcp_peer})
            self._latches.bar(row, self._origins.ended(row, rtp_peer))

    def meant(self, socket: int, peer: int) -> bool:
        """Whether RTP from there to a shared socket is for a leg already."""
        return self._origins.owner(socket, False, peer) != NOBODY

    def ambiguous(self, leg: str, rtp_peer: int, rtcp_peer: int) -> bool:
        """Whether another leg that shares the leg's socket is connected with these addresses."""
        row = self._rows.row(leg)
        if row is None or not self._origins.shares(row):
            return False
        taken = self._origins.taken
        return taken(row, False, rtp_peer) or taken(row, True, rtcp_peer)

    def move(self, leg: str, socket: int) -> None:
        """Give a leg that shared its socket one of its own."""
        row = self._rows.row(leg)
        if row is not None:
            self._origins.leave(row, NOBODY)
            self._rows.move(row, socket)

    def close(self, leg: str, now: float) -> Closed:
        """Free the row of a leg, after `bye`, or of a room."""
        del now
        row = self._rows.row(leg)
        if row is None:
            raise KeyError(leg)
        self._passing.stale = True
        self._rooms.leave(row)
        self._patches.close(row)
        self._players.stop(row)
        self._dials.clear(row)
        self._feeds.clear(row)
        self._switch.clear(row, (row, self._capacity + row))
        self._taps.clear(row)
        self._ears.clear(row)
        self._coders.clear(row)
        self._reporting.silence(row)
        self._origins.leave(row, self._latches.ssrc(row))
        self._rows.give_back(leg)
        return Closed(leg, self._counters(row))

    def _counters(self, row: int) -> Counters:
        return self._reporting.counters(row, int(self._jitter.late[row]))

    def bye(self, leg: str, now: float) -> Packets:
        """Return the last RTCP packet of a leg that is about to be closed (RFC 3550 6.6)."""
        row = self._rows.row(leg)
        if row is not None and self._reporting.peer[row] != NOBODY:
            self._outgoing.control(row, self._reporting.bye(row, now))
        return self._outgoing.packets(
            self._rows.socket, self._latches.destination, self._reporting.peer
        )

    def apply(self, command: RowCommand, now: float) -> None:
        """Carry out what needs no socket; commands to legs that are gone have no effect."""
        del now
        self._passing.stale = True
        match command:
            case Load() | Forget():
                self._players.keep(command)
            case Join() | Part():
                self._bridge(command)
            case Seat() | Unseat():
                self._rooms.seat(command)
            case Play() | Dial() | Stop():
                self._sound(command)
            case Look(leg):
                self._look(leg)
            case _:
                self._attach(command)

    def _bridge(self, command: Join | Part) -> None:
        """Two ones off the diagonal of the matrix, set or cleared."""
        row, other = self._rows.row(command.leg), self._rows.row(command.other)
        if row is None or other is None or other == row or self._rooms.among(row, other):
            return
        change = self._switch.connect if isinstance(command, Join) else self._switch.disconnect
        change(row, other)
        change(other, row)

    def _look(self, leg: str) -> None:
        row = self._rows.row(leg)
        if row is not None:
            loudest = self._voice.take_loudest(row)
            self._reports.append(Looked(leg, self._counters(row), loudest))

    def _sound(self, command: Play | Dial | Stop) -> None:
        row = self._rows.row(command.leg)
        if row is None:
            return
        player = self._capacity + row
        match command:
            case Play(leg, play, clip, loop):
                self._dials.stop(row)
                if self._players.play(row, play, clip, loop, int(self._rows.codec[row])):
                    self._switch.connect(row, player)
                else:
                    self._switch.disconnect(row, player)
                    self._reports.append(Ended(leg, play))  # nothing to play is soon played
            case Dial(_, play, steps):
                self._dials.clear(row)
                self._players.play_once(row, play, dials.render(steps))
                self._switch.connect(row, player)
                if self._rows.event_type[row] != NO_EVENTS:
                    self._dials.start(row, steps)
            case Stop(_, play):
                if self._players.stop(row, play):
                    self._dials.stop(row)
                    self._switch.disconnect(row, player)

    def _attach(self, command: Attached) -> None:
        row = self._rows.row(command.leg)
        if row is None:
            return
        match command:
            case Listen() | Unlisten():
                self._ears.apply(row, command)
            case Feed() | Clear():
                self._feeds.apply(row, command)
            case _:
                self._taps.apply(row, command)

    def receive(self, packets: Packets, now: float) -> None:
        """Take in what has arrived on all sockets since the last call."""
        self._inbound.receive(packets, now)

    # The tick.

    def tick(self, now: float) -> Packets:
        """Play, listen, route and return all that is to be sent now.

        The arrays returned are the engine's: they are good until the next tick.
        """
        count = self._rows.count
        self._passing.look(count)
        heard, says = self._hear(count)
        self._listen(count, heard, says, now)
        self._route(count)
        self._send(count, heard)
        for row in self._reporting.due(now):
            self._outgoing.control(row, self._reporting.report(row, now))
        destination, control = self._latches.destination, self._reporting.peer
        return self._outgoing.packets(self._rows.socket, destination, control)

    def _hear(self, count: int) -> tuple[Flags, Flags]:
        """Play the jitter buffers into the sources of the switch.

        Tells which rows had a frame, and which say anything at all.
        """
        payload, inbound = self._payload[:count], self._sources[:count]
        self._before[:count] = inbound[:, FRAME - inband.HOP :]
        heard = self._jitter.play(payload, self._quiet[:count])
        rows, spoken = self._coders.hear(payload, heard) if len(self._coders) else ((), inbound)
        missing = (~heard).nonzero()[0]
        previous = inbound.take(missing, axis=0) if len(missing) else inbound
        says = codecs.decode(payload, self._rows.codec[:count], inbound)
        if len(rows):
            inbound[rows], says[rows] = spoken, spoken.any(axis=1)
        if len(missing):
            conceal(inbound, missing, previous, self._jitter.missing[missing])
            says[missing] = self._jitter.missing[missing] <= CONCEALED_FRAMES
        if self._inbound.comfort.any:
            says[self._inbound.comfort.fill(heard, inbound)] = True
        return heard, says

    def _listen(self, count: int, heard: Flags, says: Flags, now: float) -> None:
        """Detect voices and keys in what the far ends say."""
        before, sound = self._before[:count], self._sources[:count]
        level = detect.levels(sound, says, self._exact[:count])
        self._quiet[:count] = level < detect.QUIET
        for row in self._voice.listen(level).nonzero()[0]:
            active = bool(self._voice.active[row])
            self._reports.append(Voice(self._rows.leg(int(row)), active))
        certain = heard | (self._jitter.missing[:count] > CONCEALED_FRAMES)
        certain &= self._rows.receiving[:count] & ~self._inbound.sends_events[:count]
        rows, exact = certain.nonzero()[0], self._exact[:count]
        for key_row, event in self._detector.listen(before, sound, exact, level, rows):
            self._inbound.heard_inband(key_row, event, now)

    def _route(self, count: int) -> None:
        """Fill what the far ends are to hear."""
        ended = self._players.tick(self._sources[self._capacity : 2 * self._capacity])
        dry = self._feeds.tick(self._sources[2 * self._capacity : -1])
        self._patches.hear(self._sources)
        parts = [slice(count)]  # legs, and rooms and patches where there are any
        if self._rows.rooms < self._capacity:
            parts.append(slice(self._rows.rooms, None))
        self._switch.route(self._sources, self._out, parts)
        self._rooms.mix(self._sources, self._out)
        self._patches.say(self._out)
        self._passing.stale = bool(ended or dry)
        for row, play in ended:
            self._switch.disconnect(row, self._capacity + row)
            self._reports.append(Ended(self._rows.leg(row), play))
        for row in dry:
            self._feeds.clear(row)
        if heard := self._ears.tick(self._sources, self._out, self._rooms.held):
            self._reports.append(heard)

    def _send(self, count: int, heard: Flags) -> None:
        """Pack audio and events of all rows that send."""
        rows, senders = self._rows, self._senders
        sending = rows.sending[:count] & (self._latches.destination[:count] != NOBODY)
        plain = sending.copy()  # rows whose audio no event replaces
        for events in self._dials.tick():
            allowed = sending[events.rows]
            row = events.rows[allowed]
            stamp = senders.timestamp[row] + events.offset[allowed]
            kind = rows.event_type[row]
            stamps = senders.stamp(row, events.marker[allowed], kind, stamp, EVENT_BYTES)
            self._outgoing.media(row, stamps, events.payload[allowed])
            if events.replaces_audio:
                plain[events.rows] = False
        speaking = plain.nonzero()[0]
        coded = self._coded[:count]
        self._passing.encode(heard, self._payload[:count], self._out[:count], coded)
        if len(self._coders):
            speaking, others = self._coders.say(speaking, self._out, coded)
            for row, payload in others:
                stamps = senders.audio(row, rows.audio_type[row], payload.shape[1])
                self._outgoing.media(row, stamps, payload)
        if len(speaking) != count:
            coded = coded.take(speaking, axis=0)  # which is much faster than to index
        self._outgoing.media(speaking, senders.audio(speaking, rows.audio_type[speaking]), coded)
        senders.advance(count, sending)

    # What came of it.

    def reports(self) -> list[Report]:
        """Return what has happened since the last call."""
        reports = self._reports.copy()
        self._reports.clear()
        return reports

    def taps(self) -> tuple[Sequence[Lane], Pcm]:
        """Return the channels being recorded and this tick's audio of each: int16 [k, FRAME]."""
        return self._taps.audio(self._sources, self._out)
