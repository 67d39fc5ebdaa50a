"""Comfort noise: as loud as the far end says, until it speaks."""

import numpy as np
import pytest

from offhook.media.codecs import FRAME
from offhook.media.comfort import Comfort
from offhook.testing.sound import loudness


def begin(level: int, rows: int = 4) -> Comfort:
    comfort = Comfort(rows)
    payload = np.array([[level, 99], [level, 0]], np.uint8)
    comfort.begin(np.array([0, 2]), payload)
    return comfort


@pytest.mark.parametrize("level", [30, 50, 70])
def test_it_is_as_loud_as_it_was_told(level: int) -> None:
    comfort = begin(level)
    frames = []
    for _ in range(50):
        pcm = np.zeros((4, FRAME), np.int16)
        assert comfort.fill(np.zeros(4, np.bool_), pcm).tolist() == [0, 2]
        assert not pcm[[1, 3]].any()
        frames.append(pcm[0])

    assert loudness(np.concatenate(frames)) == pytest.approx(32767 * 10 ** (-level / 20), rel=0.1)


def test_two_legs_do_not_hear_the_same_and_frames_differ() -> None:
    comfort, first, second = (
        begin(40),
        np.zeros((4, FRAME), np.int16),
        np.zeros((4, FRAME), np.int16),
    )
    comfort.fill(np.zeros(4, np.bool_), first)
    comfort.fill(np.zeros(4, np.bool_), second)

    assert (first[0] != first[2]).any()
    assert (first[0] != second[0]).any()


def test_what_is_still_to_be_heard_comes_first_and_who_speaks_ends_it() -> None:
    comfort, pcm = begin(40), np.full((4, FRAME), 5, np.int16)
    assert comfort.fill(np.array([True, True, False, False]), pcm).tolist() == [2]
    assert (pcm[0] == 5).all()
    assert comfort.fill(np.zeros(4, np.bool_), pcm).tolist() == [0, 2]
    comfort.end(np.array([0, 1]))
    assert comfort.fill(np.zeros(4, np.bool_), pcm).tolist() == [2]
    before = comfort.any
    comfort.end(np.array([2]))

    assert (before, comfort.any) == (True, False)
    assert comfort.fill(np.zeros(4, np.bool_), pcm).tolist() == []


@pytest.mark.parametrize("level", [0, 127, 255])
def test_no_level_is_too_loud_or_nothing(level: int) -> None:
    comfort, pcm = begin(level), np.zeros((4, FRAME), np.int16)

    assert comfort.fill(np.zeros(4, np.bool_), pcm).tolist() == [0, 2]
    assert np.abs(pcm).max() <= 8000
