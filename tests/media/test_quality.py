"""How a call sounds over a bad network: a tone of 1 kHz through jitter buffer and concealment.

Ten legs with networks of their own, from seeds: each packet is lost, delayed, overtaken or doubled
by chance, and the sender's clock may drift. Its frame carries its number in two bytes, so that one
sees how long it waited.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from offhook.media import codecs
from offhook.media.codecs import FRAME, Bytes, Floats
from offhook.media.jitter import JitterBuffer, conceal
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


@dataclass
class Heard:
    """What came of it, over all legs."""

    present: float  # share of the frames that have the tone
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


def call(path: Path, seed: int) -> Heard:
    rng = np.random.default_rng(seed)
    number = np.tile(np.arange(TICKS), (LEGS, 1))  # [leg, packet]
    sent = number * 20.0 * (1 + path.drift_ppm / 1e6)  # ms
    arrival = sent + rng.uniform(0, path.jitter_ms, sent.shape)
    arrival[rng.random(sent.shape) < path.loss] = np.inf
    again = np.where(rng.random(sent.shape) < path.doubled, arrival + 15, np.inf)
    leg = np.tile(np.arange(LEGS)[:, None], (1, 2 * TICKS)).ravel()
    arrival, number = np.concatenate([arrival, again], 1).ravel(), np.tile(number, (1, 2)).ravel()
    order = np.argsort(arrival, kind="stable")
    buffer, reception = JitterBuffer(LEGS), Reception(LEGS)
    codec, frame = np.zeros(LEGS, np.int64), tone()
    pcm, out = np.zeros((LEGS, FRAME), np.int16), np.zeros((LEGS, FRAME), np.uint8)
    loudest = amplitude(sound.tone(TONE_HZ, 0.02)[None, :FRAME].astype(np.int16))[0]
    quiet, at, heard_tone, waited = np.zeros(LEGS, np.bool_), 0, [], []
    for row in range(LEGS):
        buffer.clear(row, 0xFF)
    for tick in range(TICKS):
        now = 20.0 * (tick + 1)
        until = at + int(np.searchsorted(arrival[order[at:]], now, side="right"))
        for turn in rounds(leg[order[at:until]]):
            one = order[at:until][turn]
            payload = np.zeros((len(one), MAX_PAYLOAD), np.uint8)
            payload[:, :FRAME] = frame
            payload[:, 0], payload[:, 1] = number[one] >> 8, number[one] & 0xFF
            stamp, each = number[one] * FRAME, np.ones(len(one), np.int64)
            reception.count(leg[one], number[one])
            reception.time(leg[one], stamp, now / 1000)
            buffer.arrive(leg[one], stamp, each * FRAME, payload, reception.jitter)
        at = until
        played = buffer.play(out, quiet)
        missing = np.flatnonzero(~played)
        before = pcm[missing]
        codecs.decode(out, codec, pcm)
        conceal(pcm, missing, before, buffer.missing[missing])
        if tick >= WARM_UP:
            heard_tone.append(amplitude(pcm) > PRESENT * loudest)
            numbers = out[played, 0].astype(int) << 8 | out[played, 1]
            waited.append(now - numbers * 20.0 * (1 + path.drift_ppm / 1e6))
    return Heard(float(np.mean(heard_tone)), float(np.mean(np.concatenate(waited))))


@pytest.mark.parametrize(
    ("path", "present", "delay_ms"),
    [
        (Path(), 1.0, 60),
        (Path(loss=0.05, jitter_ms=40), 0.99, 100),
        (Path(loss=0.05, jitter_ms=40, doubled=0.1, drift_ppm=300), 0.99, 120),
        (Path(loss=0.05, jitter_ms=40, doubled=0.1, drift_ppm=-300), 0.99, 120),
        (Path(loss=0.2, jitter_ms=40), 0.99, 100),
        (Path(loss=0.1, jitter_ms=120), 0.99, 160),
    ],
    ids=str,
)
def test_the_tone_is_there_and_not_late(path: Path, present: float, delay_ms: float) -> None:
    heard = call(path, seed=7)

    assert heard.present >= present
    assert heard.delay_ms <= delay_ms
