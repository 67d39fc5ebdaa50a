"""What the model is given."""

import numpy as np

from offhook.speech.mel import BANDS, features
from offhook.testing.sound import silence, tone


def test_a_hundred_frames_a_second_of_so_many_bands() -> None:
    assert features(tone(440, 1.0), 10).shape == (1, BANDS, 1000)
    assert features(tone(440, 3.0), 2).shape == (1, BANDS, 200)


def test_silence_is_flat() -> None:
    assert np.ptp(features(silence(1.0), 2)) == 0


def test_a_tone_is_in_its_band_while_it_sounds() -> None:
    low, high = features(tone(440, 1.0), 2)[0], features(tone(2200, 1.0), 2)[0]

    assert (
        low[:, 50].argmax() == 11
    )  # 440 Hz are 6.6 mel, the first band's middle 0.56, as the next is higher
    assert high[:, 50].argmax() == 46
    assert low[:, 150].max() < low[:, 50].max() - 1.5
