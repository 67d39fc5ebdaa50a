"""DTMF that we send as RFC 4733 events, while the tone itself is played to taps but not sent.

The tone starts and ends at its exact sample; a packet goes out at each tick that has a part of it
and tells the duration up to the end of that frame. The end is told three times, in three ticks or,
when the next tone is near, earlier (RFC 4733 2.5.1.4). A tone longer than 0xFFFF timestamp units
is sent in segments (2.5.1.3).
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from offhook.media import tones
from offhook.media.codecs import FRAME, RATE_HZ, Bytes, Flags, Ints, Pcm
from offhook.media.count import count_true
from offhook.media.messages import ToneStep

END_PACKETS = 3
VOLUME = 10  # dBm0 below zero (RFC 4733 2.3.4)
MAX_DURATION = 0xFFFF  # timestamp units of a segment
EVENT_BYTES = 4


def render(steps: tuple[ToneStep, ...]) -> Pcm:
    """Return the whole dialling as sound."""
    parts = [
        tones.dtmf(step.digit.upper(), step.duration_ms / 1000)
        if step.digit
        else tones.silence(step.duration_ms / 1000)
        for step in steps
    ]
    return np.concatenate(parts) if parts else tones.silence(0)


@dataclass(frozen=True, slots=True)
class Segment:
    """A tone, or a part of a long one; times in samples from the start of the dialling."""

    event: int
    start: int
    end: int
    first: bool
    last: bool


def segments(steps: tuple[ToneStep, ...]) -> deque[Segment]:
    """Turn steps into events with exact times."""
    found: deque[Segment] = deque()
    at = 0
    for step in steps:
        end = at + step.duration_ms * RATE_HZ // 1000
        if step.digit:
            event = tones.DIGITS.index(step.digit.upper())
            for start in range(at, end, MAX_DURATION):
                stop = min(start + MAX_DURATION, end)
                found.append(Segment(event, start, stop, start == at, stop == end))
        at = end
    return found


@dataclass(slots=True)
class Events:
    """One event packet a row."""

    rows: Ints
    marker: Flags
    offset: Ints  # of the event's timestamp from that of this tick's frame
    payload: Bytes  # uint8 [n, EVENT_BYTES]
    replaces_audio: bool  # not so the repeated ends


class Dials:
    """The dialling of every row: the segment being sent or awaited, as arrays."""

    def __init__(self, capacity: int) -> None:
        self._waiting: dict[int, deque[Segment]] = {}
        self._clock: Ints = np.zeros(capacity, np.int64)  # samples since the dialling began
        self._dialing = np.zeros(capacity, np.bool_)
        self._event: Ints = np.full(capacity, -1)  # -1: no segment is left
        self._start: Ints = np.zeros(capacity, np.int64)
        self._end: Ints = np.zeros(capacity, np.int64)
        self._first = np.zeros(capacity, np.bool_)  # its next packet is the first of the event
        self._last = np.zeros(capacity, np.bool_)
        self._repeats: Ints = np.zeros(capacity, np.int64)  # end packets still to be sent
        self._told: Ints = np.zeros((capacity, 3), np.int64)  # event, start, duration to repeat

    def start(self, row: int, steps: tuple[ToneStep, ...]) -> None:
        """Dial from the next tick on."""
        self._waiting[row] = segments(steps)
        self._clock[row] = self._repeats[row] = 0
        self._dialing[row] = True
        self._load(row)

    def stop(self, row: int) -> None:
        """Send no more tones; one that is being sent ends now, as it must be told."""
        if not self._dialing[row]:
            return
        self._waiting[row].clear()
        if self._event[row] >= 0 and self._clock[row] > self._start[row]:
            self._end[row] = min(int(self._end[row]), int(self._clock[row]))
            self._last[row] = True
        else:
            self._event[row] = -1

    def clear(self, row: int) -> None:
        """Forget everything about a row."""
        self._waiting.pop(row, None)
        self._dialing[row] = False
        self._event[row] = -1

    def _load(self, row: int) -> None:
        waiting = self._waiting[row]
        if waiting:
            segment = waiting.popleft()
            self._event[row], self._start[row], self._end[row] = (
                segment.event,
                segment.start,
                segment.end,
            )
            self._first[row], self._last[row] = segment.first, segment.last
        else:
            self._event[row] = -1

    def tick(self) -> list[Events]:
        """Return this tick's packets, to be sent in this order; no batch has a row twice."""
        if not count_true(self._dialing):
            return []
        rows = np.flatnonzero(self._dialing)
        until = self._clock[rows] + FRAME
        begins = (self._event[rows] >= 0) & (self._start[rows] < until)
        batches = self._repeat(rows, begins)
        batches.append(self._sound(rows[begins], until[begins]))
        self._clock[rows] = until
        done = (self._event[rows] < 0) & (self._repeats[rows] == 0)
        for row in rows[done]:
            self.clear(int(row))
        return batches

    def _repeat(self, rows: Ints, begins: Flags) -> list[Events]:
        """Tell ends again: once a tick, all that is left before a new event."""
        batches = []
        for turn in range(END_PACKETS - 1):
            again = rows[(self._repeats[rows] > 0) & (begins | (turn == 0))]
            if len(again):
                self._repeats[again] -= 1
                event, start, duration = self._told[again].T
                marker = np.zeros(len(again), np.bool_)
                ended = np.ones(len(again), np.bool_)
                payload = encode(event, ended, duration)
                batches.append(Events(again, marker, start - self._clock[again], payload, False))
        return batches

    def _sound(self, rows: Ints, until: Ints) -> Events:
        """Tell the events that have a part in this frame."""
        start, end = self._start[rows], self._end[rows]
        duration = np.minimum(until, end) - start
        over = end <= until
        told = over & self._last[rows]
        payload = encode(self._event[rows], told, duration)
        events = Events(rows, self._first[rows].copy(), start - self._clock[rows], payload, True)
        self._first[rows] = False
        ended = rows[told]
        self._repeats[ended] = END_PACKETS - 1
        self._told[ended] = np.stack([self._event[rows], start, duration], axis=1)[told]
        for row in rows[over]:
            self._load(int(row))
        return events


def encode(event: Ints, ended: Flags, duration: Ints) -> Bytes:
    """Build payloads (RFC 4733 2.3): uint8 [n, EVENT_BYTES]."""
    payload = np.empty((len(event), EVENT_BYTES), np.uint8)
    payload[:, 0] = event
    payload[:, 1] = VOLUME | ended.astype(np.uint8) << 7
    payload[:, 2] = duration >> 8 & 0xFF
    payload[:, 3] = duration & 0xFF
    return payload
