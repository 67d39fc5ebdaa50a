"""MP3 files of recordings hold the sound of their WAV files."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from offhook.media.mp3 import encode
from offhook.media.recorder import wav_header
from offhook.testing import sound


@pytest.mark.parametrize("channels", [1, 2])
def test_each_channel_sounds_the_same_afterwards(tmp_path: Path, channels: int) -> None:
    tones = np.stack([sound.tone(550.0 + 500 * i, 2.0) for i in range(channels)], axis=1)
    wav, mp3 = tmp_path / "a.wav", tmp_path / "a.mp3"
    wav.write_bytes(wav_header(tones.nbytes, channels=channels) + tones.tobytes())
    encode(wav, mp3)
    heard, rate = soundfile.read(mp3, dtype="int16", always_2d=True)

    assert (rate, heard.shape[1]) == (8000, channels)
    assert len(heard) / rate == pytest.approx(2.0, abs=0.3)
    for channel in range(channels):
        pitch = sound.pitch(heard[4000:12000, channel].astype(np.int16))
        assert pitch == pytest.approx(550 + 500 * channel, abs=2)


def test_silence_of_no_length_is_a_file_as_well(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav_header(0))
    encode(tmp_path / "a.wav", tmp_path / "a.mp3")

    assert (tmp_path / "a.mp3").exists()


def test_what_is_no_sound_is_a_named_failure(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"text")

    with pytest.raises(OSError, match=r"a\.wav"):
        encode(tmp_path / "a.wav", tmp_path / "a.mp3")
