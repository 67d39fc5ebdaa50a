"""Waveforms of real files."""

import numpy as np
import pytest

from offhook.console.waveform import BARS, WaveformError, waveform
from offhook.testing import sound


def test_loud_and_silent_parts_are_where_they_are() -> None:
    silence = np.zeros(8000, np.int16)
    made = waveform(sound.wav(np.concatenate([sound.tone(400, 1), silence])))

    (peaks,) = made.channels
    assert len(peaks) == BARS
    assert made.length_s == 2
    assert min(peaks[: BARS // 2 - 1]) > 0.1
    assert max(peaks[BARS // 2 + 1 :]) == 0


def test_each_channel_has_its_own() -> None:
    tone = sound.tone(400, 1)
    made = waveform(sound.wav(np.stack([tone, np.zeros_like(tone)], axis=1)))

    left, right = made.channels
    assert max(left) > 0.1
    assert max(right) == 0
    assert len(made.paths) == 2


def test_mp3_can_be_drawn() -> None:
    assert max(waveform(sound.mp3(sound.tone(400, 1))).channels[0]) > 0.1


def test_a_path_stays_in_its_box() -> None:
    full = np.full(8000, -32768, np.int16)
    (path,) = waveform(sound.wav(full)).paths
    heights = [float(point.split(",")[1]) for point in path.strip("MZ").split(" L")]

    assert min(heights) >= 0
    assert max(heights) <= 100


def test_the_shortest_file_has_a_waveform() -> None:
    assert waveform(sound.wav(np.zeros(1, np.int16))).channels


@pytest.mark.parametrize("media", [b"", b"RIFF", b"no sound at all" * 100])
def test_what_is_no_sound_is_refused(media: bytes) -> None:
    with pytest.raises(WaveformError):
        waveform(media)
