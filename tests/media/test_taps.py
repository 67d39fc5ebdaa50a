"""Taps pick the right rows of the right table."""

import numpy as np

from offhook.media.codecs import FRAME
from offhook.media.taps import Taps

SAID = np.repeat(np.arange(4, dtype=np.int16)[:, None], FRAME, axis=1)
HEARD = SAID + np.int16(100)


def test_each_leg_has_the_track_it_asked_for() -> None:
    taps = Taps()
    taps.start("a", 3, "inbound")
    taps.start("b", 1, "outbound")
    taps.start("c", 0, "inbound")
    legs, audio = taps.audio(SAID, HEARD)

    assert list(legs) == ["a", "b", "c"]
    assert audio[:, 0].tolist() == [3, 101, 0]
    assert audio.shape == (3, FRAME)


def test_a_stopped_tap_is_gone() -> None:
    taps = Taps()
    taps.start("a", 3, "inbound")
    taps.start("b", 1, "outbound")
    taps.stop("b")
    taps.stop("b")
    legs, audio = taps.audio(SAID, HEARD)

    assert (list(legs), audio[:, 0].tolist()) == (["a"], [3])


def test_without_taps_there_is_no_audio() -> None:
    legs, audio = Taps().audio(SAID, HEARD)

    assert (list(legs), audio.shape) == ([], (0, FRAME))
