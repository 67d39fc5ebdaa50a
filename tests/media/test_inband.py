"""In-band keys: the limits of ITU-T Q.24, and that nothing else is a key."""

import math
import random

import numpy as np
import pytest

from offhook.media import detect, inband, tones
from offhook.media.codecs import FRAME, RATE_HZ, Pcm
from offhook.media.inband import Detector

ALL_KEYS = list(range(16))


def heard(*pcm: Pcm) -> list[list[int]]:
    """Events detected in each of some sounds, side by side."""
    frames = max(len(one) for one in pcm) // FRAME + 4
    table = np.zeros((len(pcm), frames * FRAME), np.int16)
    for row, one in enumerate(pcm):
        table[row, : len(one)] = one
    detector, rows = Detector(len(pcm)), np.arange(len(pcm))
    before = np.zeros((len(pcm), inband.HOP), np.int16)
    says, exact = np.ones(len(pcm), np.bool_), np.zeros((len(pcm), FRAME), np.float32)
    found: list[list[int]] = [[] for _ in pcm]
    for frame in range(frames):
        sound = table[:, frame * FRAME : (frame + 1) * FRAME]
        level = detect.levels(sound, says, exact)
        for row, event in detector.listen(before, sound, exact, level, rows):
            found[row].append(event)
        before = sound[:, FRAME - inband.HOP :]
    return found


def dialled(
    on_ms: int, off_ms: int, *, detune: float = 1.0, twist_db: float = 0.0, noise_db: float = -99.0
) -> Pcm:
    """All keys, beginning at any sample and with any phase."""
    rng = np.random.default_rng(on_ms * 1000 + off_ms)
    time_s = np.arange(on_ms * RATE_HZ // 1000) / RATE_HZ
    parts = [np.zeros(rng.integers(0, FRAME))]
    for event in ALL_KEYS:
        for hertz, sign in zip(tones.frequencies(tones.DIGITS[event]), (-1, 1), strict=True):
            amplitude = 3000 * 10 ** (sign * twist_db / 40)
            wave = np.sin(2 * math.pi * hertz * detune * time_s + rng.uniform(0, 6))
            parts.append(amplitude * wave)
        parts.append(parts.pop() + parts.pop())
        parts.append(np.zeros(off_ms * RATE_HZ // 1000))
    total = np.concatenate(parts)
    total += rng.standard_normal(len(total)) * 3000 * 10 ** (noise_db / 20)
    return np.rint(total).astype(np.int16)


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(dialled(40, 40), id="40 ms on and off"),
        pytest.param(dialled(50, 50), id="50 ms"),
        pytest.param(dialled(1000, 45), id="long"),
        pytest.param(dialled(40, 40, detune=1.015), id="1.5 % high"),
        pytest.param(dialled(40, 40, detune=0.985), id="1.5 % low"),
        pytest.param(dialled(40, 40, twist_db=6), id="high tone stronger"),
        pytest.param(dialled(40, 40, twist_db=-6), id="low tone stronger"),
        pytest.param(dialled(50, 50, noise_db=-15), id="noise 15 dB below"),
    ],
)
def test_every_key_is_heard_once(sound: Pcm) -> None:
    assert heard(sound) == [ALL_KEYS]


@pytest.mark.parametrize("start", range(0, FRAME, 13))
def test_the_phase_of_frames_does_not_matter(start: int) -> None:
    tone = tones.dtmf("7", 0.04)

    assert heard(np.concatenate([np.zeros(start, np.int16), tone])) == [[7]]


def test_a_short_key_between_loud_noises_is_heard_at_any_phase() -> None:
    rng = np.random.default_rng(7)
    noise = (rng.standard_normal(4 * FRAME) * 4000).astype(np.int16)
    key = tones.dtmf("7", 0.04)

    sounds = [np.concatenate([noise[start:], key, noise]) for start in range(0, FRAME, 5)]

    assert heard(*sounds) == [[7]] * len(sounds)


def test_a_tone_of_fifteen_ms_is_not_a_key() -> None:
    clicks = [
        np.concatenate([tones.silence(start / 1000), tones.dtmf("5", 0.015)]) for start in range(20)
    ]

    assert heard(*clicks) == [[]] * 20


@pytest.mark.parametrize("gap_ms", [5, 10])
def test_a_gap_too_short_to_be_meant_does_not_double_a_key(gap_ms: int) -> None:
    tone = tones.dtmf("5", 0.1)

    assert heard(np.concatenate([tone, tones.silence(gap_ms / 1000), tone])) == [[5]]


def test_keys_without_a_pause_are_two_when_they_differ() -> None:
    assert heard(np.concatenate([tones.dtmf("1", 0.1), tones.dtmf("2", 0.1)])) == [[1, 2]]


def test_other_tones_are_not_keys() -> None:
    singles = [tones.sine(hertz, duration_s=0.5) for hertz in (*tones.LOW_HZ, *tones.HIGH_HZ)]
    pairs = [tones.sine(*pair, duration_s=0.5) for pair in ((350, 440), (480, 620), (697, 770))]
    harmonics = tones.sine(697, 1209, 1394, duration_s=0.5)

    assert heard(*singles, *pairs, harmonics, tones.ring_back(3.0)) == [[]] * 13


def voice(seed: int, duration_s: float) -> Pcm:
    """Like a voice: a gliding pitch, its harmonics under moving formants, and breath."""
    rng = random.Random(seed)
    count = int(duration_s * RATE_HZ)
    time_s = np.arange(count) / RATE_HZ
    knots = np.arange(0, duration_s + 0.2, 0.1)

    def glide(low: float, high: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.interp(time_s, knots, [rng.uniform(low, high) for _ in knots])

    pitch = glide(80, 260) * rng.uniform(0.8, 1.2)
    phase = 2 * math.pi * np.cumsum(pitch) / RATE_HZ
    formants = [glide(300, 900), glide(900, 2300), glide(2200, 3200)]
    total = np.zeros(count)
    for harmonic in range(1, 24):
        hertz = harmonic * pitch
        gain = sum(1 / (1 + ((hertz - formant) / 90) ** 2) for formant in formants)
        total += np.where(hertz < 3600, gain * np.sin(harmonic * phase), 0)
    total *= np.clip(glide(-0.4, 1.0), 0, 1)
    total += 0.02 * np.random.default_rng(seed).standard_normal(count)
    spoken: Pcm = np.rint(12000 * total / np.abs(total).max()).astype(np.int16)
    return spoken


@pytest.mark.slow
def test_two_minutes_of_voices_have_no_key() -> None:
    voices = [voice(seed, 10.0) for seed in range(12)]

    assert heard(*voices) == [[]] * 12


def test_noise_has_no_key() -> None:
    rng = np.random.default_rng(4)
    noises = [(rng.standard_normal(80_000) * 5000).clip(-32768, 32767).astype(np.int16)]

    assert heard(*noises) == [[]]


def goertzel(samples: list[float], hertz: float) -> float:
    """The power of a tone, by recurrence."""
    factor = 2 * math.cos(2 * math.pi * hertz / RATE_HZ)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    return last * last + before * before - factor * last * before


def plain_digit(samples: list[float]) -> int:
    """The rules of the module docstring, for one window."""

    def best(hertz: int) -> float:
        return max(goertzel(samples, hertz * offset) for offset in inband.OFFSETS)

    low = sorted((best(hertz), hertz) for hertz in tones.LOW_HZ)
    high = sorted((best(hertz), hertz) for hertz in tones.HIGH_HZ)
    (low_power, low_hz), (high_power, high_hz) = low[-1], high[-1]
    weak, strong = sorted((low_power, high_power))
    energy = sum(sample * sample for sample in samples)
    second = max(goertzel(samples, 2 * low_hz), goertzel(samples, 2 * high_hz))
    nominal = sum(
        max(goertzel(samples, hertz) for hertz in group) for group in (tones.LOW_HZ, tones.HIGH_HZ)
    )
    minimum = (32768 * 10 ** (inband.MIN_DBFS / 20) * FRAME / 2) ** 2
    if (
        nominal * 2 / FRAME > inband.PROMISING * energy
        and weak > minimum
        and strong < inband.TWIST * weak
        and (weak + strong) * 2 / FRAME > inband.PURITY * energy
        and low_power > inband.DOMINANCE * low[-2][0]
        and high_power > inband.DOMINANCE * high[-2][0]
        and second < inband.HARMONIC * strong
    ):
        keys = tones.KEYPAD[tones.LOW_HZ.index(low_hz)]
        return tones.DIGITS.index(keys[tones.HIGH_HZ.index(high_hz)])
    return inband.NONE


@pytest.mark.parametrize("seed", range(60))
def test_windows_are_judged_as_goertzel_would(seed: int) -> None:
    rng = random.Random(seed)
    low_hz, high_hz = rng.choice(tones.LOW_HZ), rng.choice(tones.HIGH_HZ)
    amplitudes = [rng.choice([300, 1500, 3000, 6000]) for _ in range(2)]
    detune, noise = rng.uniform(0.97, 1.03), rng.choice([0, 300, 1500])
    samples = [
        amplitudes[0] * math.sin(2 * math.pi * low_hz * detune * n / RATE_HZ)
        + amplitudes[1] * math.sin(2 * math.pi * high_hz * detune * n / RATE_HZ)
        + rng.gauss(0, noise)
        for n in range(FRAME)
    ]

    assert inband.window_digits(np.array([samples], np.float32))[0] == plain_digit(samples)


def test_a_cleared_row_hears_its_first_key_anew() -> None:
    detector = Detector(1)
    tone = tones.dtmf("1", 0.03)[None, :]
    before, frame = tone[:, : inband.HOP], tone[:, inband.HOP :]
    exact = frame.astype(np.float32)
    sound = before, frame, exact, np.vecdot(exact, exact) / FRAME, np.array([0])
    first, again = detector.listen(*sound), detector.listen(*sound)
    detector.clear(0)

    assert (first, again) == ([(0, 1)], [])
    assert detector.listen(*sound) == [(0, 1)]


@pytest.mark.parametrize("rows", [0, 1, 19, 20, 21, 45])
def test_any_number_of_rows_is_judged_row_by_row(rows: int) -> None:
    """Products of matrices are made in blocks of rows, and of a rest."""
    keys = [tones.DIGITS[row % 16] for row in range(rows)]
    sound = np.array([tones.dtmf(key, 0.02) for key in keys], np.float32).reshape(rows, FRAME)

    assert inband.window_digits(sound).tolist() == [row % 16 for row in range(rows)]
