"""Tones have their frequencies, lengths and levels."""

import numpy as np
import pytest

from offhook.media import tones
from offhook.media.codecs import RATE_HZ, Pcm


def strongest_hz(pcm: Pcm, count: int) -> list[int]:
    """The frequencies with most power, to 1 Hz."""
    spectrum = np.abs(np.fft.rfft(pcm[:RATE_HZ], RATE_HZ))
    return sorted(int(hertz) for hertz in np.argsort(spectrum)[-count:])


@pytest.mark.parametrize("digit", tones.DIGITS)
def test_each_key_has_its_pair_of_frequencies(digit: str) -> None:
    low_hz, high_hz = tones.frequencies(digit)

    assert low_hz in tones.LOW_HZ
    assert high_hz in tones.HIGH_HZ
    assert strongest_hz(tones.dtmf(digit, 1.0), 2) == [low_hz, high_hz]


def test_no_two_keys_have_the_same_pair() -> None:
    assert len({tones.frequencies(digit) for digit in tones.DIGITS}) == 16


@pytest.mark.parametrize("digit", ["", "E", "12", "a", " "])
def test_what_is_no_key_has_no_tone(digit: str) -> None:
    with pytest.raises(ValueError, match="not a DTMF digit"):
        tones.frequencies(digit)


def test_ring_back_is_two_seconds_of_tone_and_four_of_silence() -> None:
    ring = tones.ring_back(13.0)
    loud = np.abs(ring.reshape(-1, RATE_HZ).astype(int)).max(axis=1) > 1000

    assert loud.tolist() == [True, True, *[False] * 4, True, True, *[False] * 4, True]
    assert strongest_hz(ring, 2) == [440, 480]
    assert (tones.ring_back() == ring[: 6 * RATE_HZ]).all()


def test_level_is_relative_to_the_largest_sine() -> None:
    assert np.abs(tones.sine(1000, duration_s=0.1, level_dbfs=0.0).astype(int)).max() == 32767
    assert np.abs(tones.sine(1000, duration_s=0.1, level_dbfs=-20.0)).max() == 3277


def test_loud_sums_are_clipped() -> None:
    clipped = tones.sine(500, 510, duration_s=0.1, level_dbfs=0.0)

    assert clipped.max() == 32767
    assert clipped.min() == -32768


def test_silence_has_its_length() -> None:
    assert tones.silence(0.5).tolist() == [0] * 4000
