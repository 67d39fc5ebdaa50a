"""Ears keep apart what each leg heard, from its first tick to its last."""

import numpy as np
import pytest

from offhook.media.messages import Recorded
from offhook.media.recorder import Recordings
from offhook.testing.ears import Ears
from offhook.testing.sound import Pcm


def frames(*values: int) -> Pcm:
    """A tick in which each leg hears one value."""
    return np.repeat(np.array(values, np.int16)[:, None], 160, axis=1)


def test_each_leg_hears_its_own_from_start_to_stop() -> None:
    ears = Ears()
    recordings: Recordings = ears
    both, one = (("a", 0), ("b", 0)), (("b", 0),)
    recordings.start("a", "a", "")
    recordings.write((("a", 0),), frames(1))
    recordings.start("b", "b", "")
    recordings.write(both, frames(2, 3))
    recordings.write(both, frames(4, 5))
    recordings.stop("a")
    recordings.write(one, frames(6))

    assert ears.heard("a")[::160].tolist() == [1, 2, 4]
    assert ears.heard("b")[::160].tolist() == [3, 5, 6]
    assert len(ears.heard("nobody")) == 0


def test_silence_has_its_time_too() -> None:
    ears = Ears()
    ears.start("a", "a", "")
    for value in (0, 7, 0, 0):
        ears.write((("a", 0),), frames(value))

    assert ears.heard("a")[::160].tolist() == [0, 7, 0, 0]


def test_every_start_is_answered_by_one_report() -> None:
    ears = Ears()
    ears.start("a", "a", "")
    ears.start("b", "b", "")
    ears.write((("a", 0), ("b", 0)), frames(1, 1))
    assert len(ears) == 2
    ears.stop("a")
    ears.stop("a")
    (first,) = ears.finished()

    assert isinstance(first, Recorded)
    assert first.leg == "a"
    assert first.duration_s == pytest.approx(0.02)
    assert "a" not in ears
    assert "b" in ears
    assert [report.leg for report in ears.close()] == ["b"]
    assert len(ears) == 0


def test_after_letting_go_what_comes_is_heard() -> None:
    ears, lanes = Ears(), (("a", 0), ("b", 0))
    ears.start("a", "a", "")
    ears.start("b", "b", "")
    ears.write(lanes, frames(1, 2))
    ears.forget("a")
    ears.forget("a")
    ears.write(lanes, frames(3, 4))

    assert ears.heard("a")[::160].tolist() == [3]
    assert ears.heard("b")[::160].tolist() == [2, 4]


def test_what_is_let_go_is_gone_and_the_others_keep_theirs() -> None:
    ears = Ears()
    both = (("a", 0), ("b", 0))
    ears.start("a", "a", "")
    ears.write((("a", 0),), frames(1))
    ears.start("b", "b", "")
    ears.write(both, frames(2, 3))
    ears.leave("a")
    ears.forget("a")
    ears.write((("b", 0),), frames(4))

    assert len(ears.heard("a")) == 0
    assert ears.heard("b")[::160].tolist() == [3, 4]
    ears.leave("b")
    ears.forget("b")
    assert ears._stretches == []
