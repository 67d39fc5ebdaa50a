"""What is made can be recognised again, also after G.711."""

import io

import numpy as np
import pytest
import soundfile

from offhook.testing import sound
from offhook.testing.sound import Pcm, Span


def joined(*parts: Pcm) -> Pcm:
    return np.concatenate(parts)


def read(data: bytes) -> tuple[Pcm, int]:
    samples, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    return samples.astype(np.int16), rate


def test_a_tone_is_found_where_it_is() -> None:
    heard = joined(sound.silence(1), sound.tone(400, 1), sound.silence(0.5), sound.tone(900, 2))

    assert sound.tones(heard, 400) == [Span(1, 2)]
    assert sound.tones(heard, 900) == [Span(2.5, 4.5)]
    assert sound.tones(heard, 650) == []


def test_two_tones_at_once_are_both_found() -> None:
    heard = sound.tone((400, 900), 1)

    assert sound.tones(heard, 400) == [Span(0, 1)]
    assert sound.tones(heard, 900) == [Span(0, 1)]


def test_a_short_break_divides_only_when_asked() -> None:
    heard = joined(sound.tone(400, 1), sound.silence(0.06), sound.tone(400, 1))

    assert len(sound.tones(heard, 400)) == 1
    assert len(sound.tones(heard, 400, gap_s=0.04)) == 2


def test_activity_is_sound_of_any_kind() -> None:
    noise = np.random.default_rng(1).normal(0, 2000, 8000).astype(np.int16)
    heard = joined(sound.silence(0.5), noise, sound.silence(1), sound.tone(700, 0.5))

    assert sound.sounds(heard) == [Span(0.5, 1.5), Span(2.5, 3)]


def test_faint_noise_is_silence() -> None:
    noise = np.random.default_rng(1).normal(0, 20, 8000).astype(np.int16)

    assert sound.is_silent(noise)
    assert sound.is_silent(sound.silence(0))
    assert not sound.is_silent(sound.tone(400, 0.1))


def test_loudness_is_the_root_mean_square() -> None:
    assert sound.loudness(sound.tone(400, 1, level=0.5)) == pytest.approx(16383 / 2**0.5, rel=1e-3)
    assert sound.loudness(sound.silence(1)) == 0
    assert sound.loudness(sound.silence(0)) == 0


def test_the_pitch_is_exact() -> None:
    assert sound.pitch(sound.tone(437, 1)) == pytest.approx(437, abs=1)
    assert sound.pitch(sound.silence(1)) == 0


@pytest.mark.parametrize("coding", ["PCM_16", "ULAW", "ALAW"])
def test_wav_files_hold_the_tone_in_each_coding(coding: str) -> None:
    data = sound.wav(sound.tone(400, 1), coding)
    samples, rate = read(data)

    assert rate == 8000
    assert soundfile.info(io.BytesIO(data)).subtype == coding
    assert sound.tones(samples, 400) == [Span(0, 1)]


def test_a_stereo_file_keeps_its_channels_apart() -> None:
    stereo = np.stack([sound.tone(400, 1), sound.tone(900, 1)], axis=1)
    samples, _ = read(sound.wav(stereo))

    assert sound.pitch(samples[:, 0]) == pytest.approx(400, abs=1)
    assert sound.pitch(samples[:, 1]) == pytest.approx(900, abs=1)


def test_mp3_and_ogg_files_hold_the_tone() -> None:
    for data in (sound.mp3(sound.tone(400, 1)), sound.ogg(sound.tone(400, 1))):
        samples, rate = read(data)

        assert rate == 8000
        assert sound.pitch(samples) == pytest.approx(400, abs=3)


def test_a_span_is_about_what_was_expected() -> None:
    assert Span(1.1, 2.1).about(1, 2)
    assert not Span(1.1, 2.1).about(1, 2, tolerance_s=0.05)
    assert Span(1, 2.5).duration_s == 1.5
