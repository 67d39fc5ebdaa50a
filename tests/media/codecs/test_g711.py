"""The tables against the decision values of ITU-T G.711, written out in plain Python."""

import random
from bisect import bisect_right

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.media import codecs
from offhook.media.codecs import CODECS, FRAME, SILENCE, TABLES, g711

SAMPLES = st.integers(-32768, 32767)


def ulaw_decisions() -> list[int]:
    """Table 2a: where the next code begins, in 14-bit magnitudes."""
    found, value = [1], 1
    for segment in range(8):
        for _ in range(15 if segment == 0 else 16):
            value += 2 << segment
            found.append(value)
    return found[:127]


def alaw_decisions() -> list[int]:
    """Table 1a: where the next code begins, in 13-bit magnitudes."""
    found, value = [], 0
    for segment in range(8):
        for _ in range(16):
            value += 2 << max(segment - 1, 0)
            found.append(value)
    return found[:127]


def plain_ulaw(sample: int) -> int:
    magnitude = (sample if sample >= 0 else ~sample) / 4
    level = bisect_right(ulaw_decisions(), magnitude)
    return (0xFF if sample >= 0 else 0x7F) - level


def plain_alaw(sample: int) -> int:
    magnitude = (sample if sample >= 0 else ~sample) / 8
    level = bisect_right(alaw_decisions(), magnitude)
    return ((0x80 if sample >= 0 else 0) | level) ^ 0x55


@given(SAMPLES)
def test_ulaw_codes_follow_the_decision_values(sample: int) -> None:
    assert g711.ULAW_ENCODE[sample & 0xFFFF] == plain_ulaw(sample)


@given(SAMPLES)
def test_alaw_codes_follow_the_decision_values(sample: int) -> None:
    assert g711.ALAW_ENCODE[sample & 0xFFFF] == plain_alaw(sample)


def test_ulaw_values_lie_in_the_middle_of_their_decisions() -> None:
    bounds = [-1, *ulaw_decisions(), 8159]
    for level in range(128):
        middle = 4 * (bounds[level] + bounds[level + 1]) // 2

        assert g711.ULAW_DECODE[0xFF - level] == middle
        assert g711.ULAW_DECODE[0x7F - level] == -middle


def test_alaw_values_lie_in_the_middle_of_their_decisions() -> None:
    bounds = [0, *alaw_decisions(), 4096]
    for level in range(128):
        middle = 8 * (bounds[level] + bounds[level + 1]) // 2

        assert g711.ALAW_DECODE[(0x80 | level) ^ 0x55] == middle
        assert g711.ALAW_DECODE[level ^ 0x55] == -middle


@pytest.mark.parametrize(
    ("decode", "encode"),
    [(g711.ULAW_DECODE, g711.ULAW_ENCODE), (g711.ALAW_DECODE, g711.ALAW_ENCODE)],
    ids=CODECS[:TABLES],
)
def test_decoded_values_have_their_code_back(decode: g711.Pcm, encode: g711.Bytes) -> None:
    again = encode[decode.view(np.uint16)]
    differing = np.flatnonzero(again != np.arange(256))

    assert (decode[again] == decode).all()
    assert set(differing) <= {0x7F}  # mu-law has two zeros, the positive one is used


@pytest.mark.parametrize("codec", [[0, 1, 1, 0, 1], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]])
def test_rows_of_both_codecs_are_coded_side_by_side(codec: list[int]) -> None:
    rng = random.Random(1)
    pcm = np.array([[rng.randint(-32768, 32767) for _ in range(FRAME)] for _ in range(5)], np.int16)
    payload, back = np.zeros((5, FRAME), np.uint8), np.zeros((5, FRAME), np.int16)
    codecs.encode(pcm, np.array(codec), payload)
    codecs.decode(payload, np.array(codec), back)
    encode, decode = (plain_ulaw, plain_alaw), (g711.ULAW_DECODE, g711.ALAW_DECODE)

    for row in range(5):
        expected = [encode[codec[row]](int(sample)) for sample in pcm[row]]
        assert payload[row].tolist() == expected
        assert (back[row] == decode[codec[row]][payload[row]]).all()


@pytest.mark.parametrize("spoken", [[], [1], [0, 1, 2], [0, 1, 2, 3, 4, 5]])
@pytest.mark.parametrize("codec", [[0] * 6, [1] * 6, [0, 1, 0, 1, 1, 0]])
@pytest.mark.parametrize("place", [0, 80, FRAME - 1])
def test_silent_rows_are_told_apart_by_a_single_sample(
    codec: list[int], spoken: list[int], place: int
) -> None:
    rng = random.Random(2)
    pcm = np.zeros((6, FRAME), np.int16)
    for row in spoken:
        pcm[row, place] = rng.choice([-32768, -1000, 1000, 32767])
    payload, back = np.ones((6, FRAME), np.uint8), np.ones((6, FRAME), np.int16)
    codecs.encode(pcm, np.array(codec), payload)
    says = codecs.decode(payload, np.array(codec), back)
    encode, decode = (plain_ulaw, plain_alaw), (g711.ULAW_DECODE, g711.ALAW_DECODE)

    assert np.flatnonzero(says).tolist() == spoken
    for row in range(6):
        assert payload[row].tolist() == [encode[codec[row]](int(sample)) for sample in pcm[row]]
        assert (back[row] == decode[codec[row]][payload[row]]).all()


def test_silence_decodes_to_next_to_nothing() -> None:
    assert g711.ULAW_DECODE[SILENCE[0]] == 0
    assert g711.ALAW_DECODE[SILENCE[1]] == 8
