"""Taps pick the right rows of the right table."""

import numpy as np

from offhook.media.codecs import FRAME
from offhook.media.taps import Taps

SAID = np.repeat(np.arange(4, dtype=np.int16)[:, None], FRAME, axis=1)
HEARD = SAID + np.int16(100)


def test_each_recording_has_the_tracks_it_asked_for() -> None:
    taps = Taps()
    taps.start("a", 3, ("inbound",))
    taps.start("b", 1, ("outbound",))
    taps.start("c", 3, ("inbound", "outbound"))
    taps.start("d", 2, ("mixed",))
    lanes, audio = taps.audio(SAID, HEARD)

    assert list(lanes) == [("a", 0), ("b", 0), ("c", 0), ("c", 1), ("d", 0)]
    assert audio[:, 0].tolist() == [3, 101, 3, 103, 104]
    assert audio.shape == (5, FRAME)
    assert audio.dtype == np.int16


def test_a_mix_is_clipped_and_leaves_the_tables_alone() -> None:
    taps = Taps()
    taps.start("a", 0, ("mixed",))
    loud = np.full((1, FRAME), 30_000, np.int16)
    _, audio = taps.audio(loud, loud)

    assert (audio == 32_767).all()
    assert (loud == 30_000).all()


def test_a_stopped_tap_is_gone() -> None:
    taps = Taps()
    taps.start("a", 3, ("inbound",))
    taps.start("b", 1, ("outbound",))
    taps.stop("b")
    taps.stop("b")
    lanes, audio = taps.audio(SAID, HEARD)

    assert (list(lanes), audio[:, 0].tolist()) == ([("a", 0)], [3])


def test_a_paused_tap_hears_nothing_until_it_goes_on() -> None:
    taps = Taps()
    taps.start("a", 3, ("inbound", "outbound"))
    taps.start("b", 1, ("outbound",))
    taps.pause("a", True)
    taps.pause("nobody", True)
    assert list(taps.audio(SAID, HEARD)[0]) == [("b", 0)]
    taps.pause("a", False)

    assert list(taps.audio(SAID, HEARD)[0]) == [("a", 0), ("a", 1), ("b", 0)]


def test_a_row_that_is_given_back_has_no_taps() -> None:
    taps = Taps()
    taps.start("a", 3, ("inbound",))
    taps.start("b", 3, ("mixed",))
    taps.start("c", 1, ("mixed",))
    taps.clear(3)

    assert list(taps.audio(SAID, HEARD)[0]) == [("c", 0)]


def test_without_taps_there_is_no_audio() -> None:
    lanes, audio = Taps().audio(SAID, HEARD)

    assert (list(lanes), audio.shape) == ([], (0, FRAME))
