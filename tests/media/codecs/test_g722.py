"""G.722 as 8 kHz hear it: a tone goes through, whatever bytes come are sound."""

import numpy as np
import pytest

from offhook.media.codecs import FRAME
from offhook.testing.sound import loudness, pitch, tone

pytest.importorskip("G722", reason="needs the extra: offhook[codecs]")


def test_a_tone_goes_through_with_its_pitch_and_loudness() -> None:
    from offhook.media.codecs.g722 import G722Coder

    said = tone(700, 1.0)
    ours, theirs = G722Coder(), G722Coder()
    frames = [ours.encode(said[at : at + FRAME]) for at in range(0, len(said), FRAME)]
    heard = np.concatenate([theirs.decode(frame) for frame in frames])

    assert {len(frame) for frame in frames} == {FRAME}
    assert heard.dtype == np.int16
    assert abs(pitch(heard[800:]) - 700) < 2
    assert loudness(heard[800:]) == pytest.approx(loudness(said[800:]), rel=0.05)


def test_whatever_comes_is_as_long_as_it_is() -> None:
    from offhook.media.codecs.g722 import G722Coder

    coder = G722Coder()
    noise = np.random.default_rng(1).integers(0, 256, 50 * FRAME, np.uint8).tobytes()

    assert len(coder.decode(noise)) == 50 * FRAME
    assert len(coder.decode(b"")) == 0
