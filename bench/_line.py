"""A bad line: a tone of 1 kHz through jitter buffer and concealment, over networks from seeds.

Ten legs with networks of their own: each packet is lost, delayed, overtaken or doubled by chance,
and the sender's clock may drift. Its frame carries its number in two bytes, so that one sees how
long it waited.
"""

from dataclasses import dataclass

import numpy as np

from offhook.media import codecs
from offhook.media.codecs import FRAME, Bytes, Flags, Floats, Ints
from offhook.media.jitter import Floats64, JitterBuffer, conceal
from offhook.media.reception import Reception
from offhook.media.rtp import MAX_PAYLOAD, rounds
from offhook.testing import sound

LEGS = 10
TICKS = 800  # 16 s
WARM_UP = 50  # ticks until a buffer knows its network
TONE_HZ = 1000
PRESENT = 0.1  # of the amplitude sent
_TURN = np.exp(-2j * np.pi * TONE_HZ * np.arange(FRAME) / codecs.RATE_HZ)


@dataclass(frozen=True)
class Path:
    """What happens to packets."""

    loss: float = 0.0
    jitter_ms: float = 0.0
    doubled: float = 0.0
    drift_ppm: float = 0.0

    @property
    def tick_ms(self) -> float:
        """The time between two packets, by our clock."""
        return 20.0 * (1 + self.drift_ppm / 1e6)


@dataclass
class Heard:
    """What came of it, over all legs."""

    present: float  # share of the frames that have the tone
    lost: float  # share of the frames that were concealed, as their packet was lost or too late
    delay_ms: float  # mean, of frames that were really played, from the sending of a packet


def tone() -> Bytes:
    """Return a frame of the tone as it is sent: a whole number of its periods."""
    out = np.zeros((1, FRAME), np.uint8)
    codecs.encode(sound.tone(TONE_HZ, 0.02)[None, :FRAME].astype(np.int16), np.zeros(1, int), out)
    frame: Bytes = out[0]
    return frame


def amplitude(pcm: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> Floats:
    """Return the amplitude of the tone in each frame."""
    power: Floats = np.abs(pcm @ _TURN) * 2 / FRAME
    return power


@dataclass(frozen=True)
class Packets:
    """All packets of a run, in the order of their arrival."""

    leg: Ints
    number: Ints
    arrival_ms: Floats64

    @staticmethod
    def over(path: Path, seed: int) -> "Packets":
        """Send TICKS packets on every leg."""
        rng = np.random.default_rng(seed)
        number = np.tile(np.arange(TICKS), (LEGS, 1))  # [leg, packet]
        arrival = number * path.tick_ms + rng.uniform(0, path.jitter_ms, number.shape)
        arrival[rng.random(number.shape) < path.loss] = np.inf
        again = np.where(rng.random(number.shape) < path.doubled, arrival + 15, np.inf)
        leg = np.tile(np.arange(LEGS)[:, None], (1, 2 * TICKS)).ravel()
        arrival, number = np.concatenate([arrival, again], 1).ravel(), np.tile(number, 2).ravel()
        order = np.argsort(arrival, kind="stable")
        return Packets(leg[order], number[order], arrival[order])

    def until(self, begin: int, now_ms: float) -> int:
        """Return where those end that have arrived by now."""
        return begin + int(np.searchsorted(self.arrival_ms[begin:], now_ms, side="right"))


class Ears:
    """Ten jitter buffers with what follows them."""

    def __init__(self) -> None:
        self._buffer, self._reception = JitterBuffer(LEGS), Reception(LEGS)
        self._codec, self._quiet = np.zeros(LEGS, np.int64), np.zeros(LEGS, np.bool_)
        self._payload = np.zeros((LEGS, MAX_PAYLOAD), np.uint8)
        self._payload[:, :FRAME] = tone()
        self.pcm = np.zeros((LEGS, FRAME), np.int16)
        self.frame = np.zeros((LEGS, FRAME), np.uint8)
        for row in range(LEGS):
            self._buffer.clear(row, 0xFF)

    def arrive(self, leg: Ints, number: Ints, now_ms: float) -> None:
        """Take in one packet a leg."""
        payload = self._payload[: len(leg)]
        payload[:, 0], payload[:, 1] = number >> 8, number & 0xFF
        stamp, size = number * FRAME, np.full(len(leg), FRAME)
        self._reception.count(leg, number)
        self._reception.time(leg, stamp, now_ms / 1000)
        self._buffer.arrive(leg, stamp, size, payload, self._reception.jitter)

    def play(self) -> Flags:
        """Fill `pcm` and `frame`; tell which legs had a packet for this tick."""
        played = self._buffer.play(self.frame, self._quiet)
        missing = np.flatnonzero(~played)
        before = self.pcm[missing]
        codecs.decode(self.frame, self._codec, self.pcm)
        conceal(self.pcm, missing, before, self._buffer.missing[missing])
        return played


def call(path: Path, seed: int) -> Heard:
    """Send a tone over networks of ten legs, and hear it."""
    packets, ears, at = Packets.over(path, seed), Ears(), 0
    loudest = amplitude(sound.tone(TONE_HZ, 0.02)[None, :FRAME].astype(np.int16))[0]
    heard, concealed, waited_ms = [], [], []
    for tick in range(TICKS):
        now_ms = 20.0 * (tick + 1)
        until = packets.until(at, now_ms)
        leg, number = packets.leg[at:until], packets.number[at:until]
        for turn in rounds(leg):
            ears.arrive(leg[turn], number[turn], now_ms)
        at = until
        played = ears.play()
        if tick >= WARM_UP:
            concealed.append(~played)
            heard.append(amplitude(ears.pcm) > PRESENT * loudest)
            numbers = ears.frame[played, 0].astype(int) << 8 | ears.frame[played, 1]
            waited_ms.append(now_ms - numbers * path.tick_ms)
    delay_ms = float(np.mean(np.concatenate(waited_ms)))
    return Heard(float(np.mean(heard)), float(np.mean(concealed)), delay_ms)
