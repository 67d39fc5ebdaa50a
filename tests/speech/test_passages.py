"""Cutting audio into what is said between silences."""

import numpy as np
import pytest

from offhook.speech import Pcm
from offhook.speech.passages import LONGEST_S, Passages
from offhook.testing.sound import silence, tone

NOISE: Pcm = (np.random.default_rng(7).normal(0, 40, 8000)).astype(np.int16)  # -55 dBFS


def cut(*parts: Pcm, step: int = 160) -> list[tuple[float, float]]:
    """Feed the parts in steps of so many samples; return where passages begin and end."""
    passages = Passages()
    audio = np.concatenate(parts)
    found = []
    for start in range(0, len(audio), step):
        found += passages.feed(audio[start : start + step])
    last = passages.flush()
    found += [last] if last else []
    return [(round(each.start_s, 2), round(each.end_s, 2)) for each in found]


def test_silence_and_faint_noise_hold_nothing() -> None:
    assert cut(silence(2.0), NOISE) == []


def test_a_passage_has_a_lead_and_ends_with_silence() -> None:
    assert cut(silence(1.0), tone(300, 0.5), silence(1.0)) == [(0.84, 2.1)]


def test_a_pause_for_breath_does_not_divide() -> None:
    assert len(cut(tone(300, 0.5), silence(0.5), tone(300, 0.5), silence(1.0))) == 1
    assert len(cut(tone(300, 0.5), silence(0.7), tone(300, 0.5), silence(1.0))) == 2


def test_a_click_is_no_passage() -> None:
    assert cut(silence(0.5), tone(300, 0.015), silence(1.0)) == []


@pytest.mark.parametrize("step", [160, 77, 1600, 100_000])
def test_it_does_not_matter_in_which_pieces_audio_comes(step: int) -> None:
    parts = (silence(0.3), tone(300, 0.7), silence(1.0), tone(500, 0.4), silence(0.2))

    assert cut(*parts, step=step) == cut(*parts)


def test_the_end_of_the_audio_ends_a_passage() -> None:
    assert cut(silence(0.4), tone(300, 0.5)) == [(0.24, 0.9)]


def test_one_that_is_too_long_is_cut_where_it_is_most_quiet_and_nothing_is_lost() -> None:
    dip = tone(300, 0.2, level=0.05)

    found = cut(tone(300, 26.0), dip, tone(300, 10.0), silence(1.0))

    assert len(found) == 2
    assert 26.0 <= found[0][1] <= 26.3
    assert found[0][1] == found[1][0]
    assert all(end - start <= LONGEST_S for start, end in found)


def test_what_was_said_so_far_can_be_had() -> None:
    passages = Passages()
    passages.feed(silence(0.5))
    silent = passages.under_way
    passages.feed(tone(300, 0.5))
    begun = passages.under_way

    assert silent is None
    assert begun is not None
    assert begun.end_s == pytest.approx(passages.now_s)
    assert passages.speaking
