"""Level and voice activity."""

from collections.abc import Sequence

import numpy as np
import pytest

from offhook.media import detect, tones
from offhook.media.codecs import FRAME, Floats
from offhook.media.detect import HANGOVER_S, VoiceActivity


@pytest.mark.parametrize("dbfs", [-10.0, -40.0, -60.0])
def test_the_level_of_a_sine_is_its_dbfs(dbfs: float) -> None:
    sound = tones.sine(1000, duration_s=0.02, level_dbfs=dbfs)
    expected = sum(float(sample) ** 2 for sample in sound) / FRAME

    exact = np.zeros((1, FRAME), np.float32)
    assert detect.levels(sound[None, :], np.array([True]), exact)[0] == pytest.approx(expected)
    assert expected == pytest.approx(detect.mean_square(dbfs), rel=0.05)


def test_only_rows_that_say_something_are_measured() -> None:
    sound = np.full((4, FRAME), 100, np.int16)
    says = np.array([False, True, False, True])

    exact = np.zeros((4, FRAME), np.float32)
    assert detect.levels(sound, says, exact).tolist() == [0.0, 10_000.0, 0.0, 10_000.0]
    assert exact[:, 7].tolist() == [0, 100, 0, 100]


def changes(levels_dbfs: Sequence[float]) -> list[tuple[int, bool]]:
    """Frame and new state of each change of row 1 of two."""
    voice, found = VoiceActivity(2), []
    for frame, dbfs in enumerate(levels_dbfs):
        level: Floats = np.array([0.0, detect.mean_square(dbfs)], np.float32)
        changed = voice.listen(level)
        assert not changed[0]
        if changed[1]:
            found.append((frame, bool(voice.active[1])))
    return found


def test_two_loud_frames_begin_and_a_hangover_ends_a_voice() -> None:
    hangover = round(HANGOVER_S / 0.02)

    assert changes([-70] * 5 + [-30] * 10 + [-70] * 50) == [(6, True), (14 + hangover, False)]


def test_a_click_is_not_a_voice() -> None:
    assert changes(([-10.0] + [-70.0] * 5) * 10) == []


def test_pauses_between_words_do_not_end_a_voice() -> None:
    assert changes(([-25.0] * 10 + [-70.0] * 10) * 5) == [(1, True)]


def test_between_the_thresholds_nothing_changes() -> None:
    assert changes([-42.0] * 100) == []
    assert changes([-30.0] * 3 + [-42.0] * 100) == [(1, True)]


def test_a_cleared_row_is_silent() -> None:
    voice = VoiceActivity(1)
    for _ in range(2):
        voice.listen(np.array([1e6], np.float32))
    voice.clear(0)

    assert not voice.active[0]
    assert not voice.listen(np.array([1e6], np.float32))[0]


def test_the_loudest_frame_is_kept_until_it_is_asked_for() -> None:
    voice = VoiceActivity(2)
    for dbfs in (-50.0, -12.5, -30.0):
        voice.listen(np.array([0.0, detect.mean_square(dbfs)], np.float32))

    assert voice.take_loudest(1) == pytest.approx(-12.5, abs=0.01)
    assert voice.take_loudest(1) == voice.take_loudest(0) == detect.SILENCE_DBFS
    voice.listen(np.array([0.0, 1e-30], np.float32))
    assert voice.take_loudest(1) == detect.SILENCE_DBFS


def test_a_row_that_is_cleared_is_silent() -> None:
    voice = VoiceActivity(1)
    voice.listen(np.array([detect.mean_square(-10.0)], np.float32))
    voice.clear(0)

    assert voice.take_loudest(0) == detect.SILENCE_DBFS
