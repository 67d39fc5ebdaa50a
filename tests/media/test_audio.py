"""Audio files: the formats of bxml.md 6.1 sound right, everything else is refused with a reason."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from offhook.media import audio
from offhook.media.audio import AudioError, decode, file_format, wav_bytes

WAV_RATES = [8000, 11025, 16000, 22050, 32000, 44100, 48000]
MP3_RATES = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000]
REASONS = ("not a valid ", "the audio ", "audio of ", "a sample rate of ", "WAV files with ")


def tone(rate_hz: int, pitch_hz: float = 440.0, seconds: float = 2.5) -> npt.NDArray[np.float64]:
    return 0.3 * np.sin(2 * np.pi * pitch_hz * np.arange(int(rate_hz * seconds)) / rate_hz)


def file_of(sound: npt.NDArray[np.float64], rate_hz: int, kind: str, subtype: str = "") -> bytes:
    file = BytesIO()
    soundfile.write(file, sound, rate_hz, format=kind, subtype=subtype or None)
    return file.getvalue()


def assert_pure_tone(pcm: npt.NDArray[np.int16], pitch_hz: float, seconds: float) -> None:
    """One pitch, at the level it had, for as long as it had, and no click anywhere."""
    assert pcm.dtype == np.int16
    assert abs(len(pcm) / 8000 - seconds) < 0.005
    middle = pcm[800:-800].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    peak = int(spectrum.argmax())
    assert abs(peak * 8000 / len(middle) - pitch_hz) < 1.0
    assert (spectrum[peak - 3 : peak + 4] ** 2).sum() / (spectrum**2).sum() > 0.995
    assert abs(float(np.abs(middle).max()) - 0.3 * 32768) < 0.05 * 32768
    assert (
        float(np.abs(np.diff(middle, 2)).max()) < 2500
    )  # a click bends sharper than any tone here


@pytest.mark.parametrize("rate_hz", WAV_RATES)
@pytest.mark.parametrize("subtype", ["PCM_16", "ULAW", "ALAW"])
@pytest.mark.parametrize("channels", [1, 2])
def test_wav_of_every_codec_and_rate_keeps_pitch_level_and_length(
    rate_hz: int, subtype: str, channels: int
) -> None:
    sound = np.repeat(tone(rate_hz)[:, None], channels, axis=1)
    pcm = decode(file_of(sound, rate_hz, "WAV", subtype), "audio/wav", "/prompt")

    assert_pure_tone(pcm, 440.0, 2.5)


@pytest.mark.parametrize("rate_hz", MP3_RATES)
@pytest.mark.parametrize("channels", [1, 2])
def test_mp3_of_every_rate_keeps_pitch_level_and_length(rate_hz: int, channels: int) -> None:
    sound = np.repeat(tone(rate_hz)[:, None], channels, axis=1)
    pcm = decode(file_of(sound, rate_hz, "MP3"), "audio/mpeg", "/prompt")

    assert_pure_tone(pcm, 440.0, 2.5)


def test_stereo_is_mixed_not_dropped() -> None:
    left, right = tone(8000, 440.0), tone(8000, 1000.0)
    pcm = decode(file_of(np.stack([left, right], 1), 8000, "WAV"), None, "/x.wav")

    assert np.abs(pcm - (left + right) / 2 * 32768).max() < 3


def test_what_telephones_cannot_carry_does_not_fold_back() -> None:
    """6 kHz at 16 kHz would be heard as 2 kHz without the filter of the resampler."""
    pcm = decode(file_of(tone(16000, 6000.0), 16000, "WAV"), None, "/x.wav")

    assert np.abs(pcm[400:-400]).max() < 20


@given(arrays(np.int16, st.integers(0, 5000)))
def test_what_we_write_we_read_sample_for_sample(pcm: npt.NDArray[np.int16]) -> None:
    got = decode(wav_bytes(pcm), "audio/wav", "/")

    assert got.dtype == np.int16
    assert np.array_equal(got, pcm)


@pytest.mark.parametrize("rate_hz", WAV_RATES)
def test_a_file_without_samples_is_an_empty_array(rate_hz: int) -> None:
    assert decode(wav_bytes(np.zeros(0, np.int16), rate_hz), None, "/x.wav").shape == (0,)


def test_an_extensible_wav_header_is_wav() -> None:
    assert_pure_tone(decode(file_of(tone(8000), 8000, "WAVEX"), "audio/x-wav", "/"), 440.0, 2.5)


@pytest.mark.parametrize("content_type", ["audio/wav", "audio/x-wav", "Audio/WAV; charset=x"])
def test_a_wav_content_type_decides(content_type: str) -> None:
    assert file_format(content_type, "/a.mp3") == "WAV"


@pytest.mark.parametrize("content_type", ["audio/mpeg", "audio/mpeg3", "audio/mp3", " AUDIO/MP3 "])
def test_an_mp3_content_type_decides(content_type: str) -> None:
    assert file_format(content_type, "/a.wav") == "MP3"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a.wav", "WAV"),
        ("/a.MP3", "MP3"),
        ("/a.mp3?x=.wav", "MP3"),
        ("/a?x=.mp3", "WAV"),
        ("/a.ogg", "WAV"),
        ("/mp3", "WAV"),
        ("", "WAV"),
    ],
)
@pytest.mark.parametrize("content_type", [None, "", "application/octet-stream", "audio/ogg"])
def test_without_a_known_content_type_the_extension_decides(
    content_type: str | None, path: str, expected: str
) -> None:
    assert file_format(content_type, path) == expected


@pytest.mark.parametrize("kind", ["OGG", "FLAC", "AIFF", "MP3"])
def test_other_containers_are_refused_as_wav(kind: str) -> None:
    with pytest.raises(AudioError, match=r"^not a valid WAV file$"):
        decode(file_of(tone(8000), 8000, kind), None, f"/prompt.{kind.lower().replace('mp3', '')}")


def test_wav_is_refused_as_mp3() -> None:
    with pytest.raises(AudioError, match=r"^not a valid MP3 file$"):
        decode(file_of(tone(8000), 8000, "WAV"), "audio/mpeg", "/a.wav")


@pytest.mark.parametrize("subtype", ["PCM_24", "PCM_U8", "FLOAT", "IMA_ADPCM"])
def test_other_codecs_in_wav_are_refused_by_name(subtype: str) -> None:
    with pytest.raises(AudioError, match=f"{subtype} samples are not supported"):
        decode(file_of(tone(8000), 8000, "WAV", subtype), "audio/wav", "/")


@pytest.mark.parametrize("rate_hz", [1, 4000, 7999, 48001, 96000, 2**31 - 1])
def test_rates_outside_the_contract_are_refused(rate_hz: int) -> None:
    with pytest.raises(AudioError, match=f"a sample rate of {rate_hz} Hz is not supported"):
        decode(wav_bytes(np.ones(10, np.int16), rate_hz), "audio/wav", "/")


def test_more_than_two_channels_are_refused() -> None:
    sound = np.zeros((100, 6))
    with pytest.raises(AudioError, match="audio of 6 channels is not supported"):
        decode(file_of(sound, 8000, "WAV"), "audio/wav", "/")


def test_audio_longer_than_the_limit_is_refused_and_the_limit_itself_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audio, "MAX_DURATION_S", 2)

    assert len(decode(wav_bytes(np.zeros(16000, np.int16)), None, "/")) == 16000
    with pytest.raises(AudioError, match="the audio is longer than 2 seconds"):
        decode(wav_bytes(np.zeros(16001, np.int16)), None, "/")


def test_an_empty_body_has_its_own_reason() -> None:
    with pytest.raises(AudioError, match=r"^the audio file is empty$"):
        decode(b"", "audio/wav", "/a.wav")


def test_a_truncated_file_plays_as_far_as_it_goes() -> None:
    wav = wav_bytes(np.arange(8000, dtype=np.int16))
    mp3 = file_of(tone(16000), 16000, "MP3")

    assert np.array_equal(decode(wav[: 44 + 2001], None, "/"), np.arange(1000))
    assert 4000 < len(decode(mp3[: len(mp3) // 2], "audio/mpeg", "/")) < 20000


def test_a_wav_of_unknown_length_plays_to_its_end() -> None:
    """Written by a server that streams: the sizes in the header are the largest possible."""
    wav = bytearray(wav_bytes(np.arange(100, dtype=np.int16)))
    wav[4:8] = wav[40:44] = b"\xff\xff\xff\xff"

    assert np.array_equal(decode(bytes(wav), None, "/"), np.arange(100))


SAMPLES = [
    file_of(tone(11025, seconds=0.3), 11025, "WAV", "ULAW"),
    file_of(np.repeat(tone(44100, seconds=0.2)[:, None], 2, axis=1), 44100, "WAV"),
    file_of(tone(16000, seconds=0.3), 16000, "MP3"),
    file_of(tone(8000, seconds=0.3), 8000, "OGG"),
]


@given(st.binary(min_size=1, max_size=400), st.sampled_from(["audio/wav", "audio/mpeg", None]))
def test_junk_is_refused_with_a_reason_and_raises_nothing_else(
    junk: bytes, content_type: str | None
) -> None:
    with pytest.raises(AudioError) as refused:
        decode(junk, content_type, "/a")
    assert str(refused.value).startswith(REASONS)


@settings(max_examples=300)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6),
    st.integers(1, 20000),
    st.sampled_from(["audio/wav", "audio/mpeg"]),
)
def test_spoilt_files_play_or_are_refused_and_raise_nothing_else(
    sample: bytes, changes: list[tuple[int, int]], cut: int, content_type: str
) -> None:
    spoilt = bytearray(sample)
    for place, value in changes:
        spoilt[place] = value
    try:
        pcm = decode(bytes(spoilt[:cut]), content_type, "/")
    except AudioError as error:
        assert str(error).startswith(REASONS)
    else:
        assert pcm.dtype == np.int16
        assert pcm.ndim == 1
