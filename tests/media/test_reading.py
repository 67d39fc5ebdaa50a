"""Recordings read again."""

from pathlib import Path

import numpy as np
import pytest

from offhook.media.reading import STRETCH_S, stretches
from offhook.testing import sound


def test_a_wav_file_comes_in_stretches_and_channels(tmp_path: Path) -> None:
    left, right = sound.tone(300, STRETCH_S + 1.5), sound.tone(700, STRETCH_S + 1.5)
    path = tmp_path / "two.wav"
    path.write_bytes(sound.wav(np.stack([left, right], axis=1)))

    with stretches(path) as audio:
        found = list(audio)

    assert [len(each) for each in found] == [STRETCH_S * 8000, 12_000]
    assert np.array_equal(np.concatenate(found), np.stack([left, right], axis=1))


def test_an_mp3_file_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "one.mp3"
    path.write_bytes(sound.mp3(sound.tone(300, 2.0)))

    with stretches(path) as audio:
        pcm = np.concatenate(list(audio))

    assert pcm.shape[1] == 1
    assert sound.pitch(pcm[:, 0]) == pytest.approx(300, abs=2)


@pytest.mark.parametrize(
    "content", [b"", b"no recording", sound.wav(sound.tone(300, 1.0), rate_hz=16_000)]
)
def test_what_is_no_recording_of_ours_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)

    with pytest.raises(OSError, match=r"none of ours|rror"), stretches(path) as audio:
        list(audio)
