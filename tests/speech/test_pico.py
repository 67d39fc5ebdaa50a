"""SVOX Pico, heard: durations, energy, pitch."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.speech import RATE_HZ, Pcm, SpeechError, UnknownVoiceError
from offhook.speech.pico import LONGEST_TEXT, Voices, manners
from offhook.speech.voices import VOICES
from offhook.ssml import Segment, Sentence, Silence, Text

VOICES_OF_PICO = Voices()


def spoken(*segments: Segment, voice: str | None = None) -> Pcm:
    return VOICES_OF_PICO.synthesize(Sentence(segments, voice))


def level(pcm: Pcm) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2))) if pcm.size else 0.0


def longest_silence_s(pcm: Pcm) -> float:
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > 30)
    return float(np.diff(loud).max()) / RATE_HZ


def pitch_hz(pcm: Pcm) -> float:
    """Return the pitch of the loudest tenth of a second, by autocorrelation."""
    window = RATE_HZ // 10
    energy = np.convolve(pcm.astype(np.float64) ** 2, np.ones(window), "valid")
    start = int(energy.argmax())
    part = pcm[start : start + window].astype(np.float64)
    correlation = np.correlate(part, part, "full")[window - 1 :]
    low, high = RATE_HZ // 400, RATE_HZ // 70
    return RATE_HZ / (low + int(correlation[low:high].argmax()))


def test_words_are_heard_at_telephone_level() -> None:
    pcm = spoken(Text("Hello world"))

    assert pcm.dtype == np.int16
    assert 0.6 < len(pcm) / RATE_HZ < 1.6
    assert 2000 < level(pcm) < 9000
    assert np.abs(pcm.astype(np.int32)).max() < 32_767


def test_a_break_lasts_as_long_as_it_says() -> None:
    pcm = spoken(Text("a"), Silence(2.0), Text("b"))

    assert 2.0 <= longest_silence_s(pcm) < 2.15
    assert len(spoken(Silence(1.5), Text("..."))) == 12_000


def test_rate_changes_the_duration_and_volume_the_level() -> None:
    normal = spoken(Text("one two three"))
    slow = spoken(Text("one two three", rate_percent=50.0))
    soft = spoken(Text("one two three", volume_db=-6.0))

    assert len(slow) > 1.5 * len(normal)
    assert level(soft) == pytest.approx(level(normal) / 2, rel=0.02)


def test_silent_words_take_their_time_in_silence() -> None:
    assert len(spoken(Text("hello", silent=True))) == len(spoken(Text("hello")))
    assert level(spoken(Text("hello", silent=True))) == 0


def test_very_loud_words_are_clipped_not_wrapped() -> None:
    normal, loud = spoken(Text("hello")), spoken(Text("hello", volume_db=60.0))

    strong = np.abs(normal) > 500  # the engine's own noise differs from call to call
    assert np.all((normal.astype(np.int32) * loud)[strong] > 0)


def test_men_are_lower_and_pitch_is_obeyed() -> None:
    susan, paul = (pitch_hz(spoken(Text("no no no"), voice=name)) for name in ("susan", "paul"))
    high = pitch_hz(spoken(Text("no no no", pitch_percent=30.0)))

    assert paul < 0.85 * susan
    assert high > 1.1 * susan


def test_every_voice_is_made_and_no_two_alike() -> None:
    made = manners()

    assert list(made) == [voice.name for voice in VOICES]
    assert len(set(made.values())) == len(VOICES)


@pytest.mark.parametrize("voice", ["susan", "julie", "ruth", "ivy_enh", "dave", "bridget", "ruben"])
def test_voices_sound_unlike_paul(voice: str) -> None:
    pcm, paul = spoken(Text("yes"), voice=voice), spoken(Text("yes"), voice="paul")

    assert level(pcm) > 1000
    assert len(pcm) != len(paul) or not np.array_equal(pcm, paul)


def test_the_language_of_a_voice_is_spoken() -> None:
    """The engine for Spanish needs another time for the same letters than the English one."""
    assert len(spoken(Text("cinco"), voice="esperanza")) != len(spoken(Text("cinco")))
    assert len(spoken(Text("cinco", locale="es-ES"))) != len(spoken(Text("cinco")))


@pytest.mark.parametrize("text", ["...", "\x00", "😀", "Привет", "<<<", "-", "'"])
def test_what_has_no_words_for_the_engine_is_no_sound(text: str) -> None:
    assert level(spoken(Text(text), voice="katrin")) == 0


@given(st.text(max_size=30))
@settings(max_examples=30, deadline=None)
def test_any_text_is_safe(text: str) -> None:
    assert spoken(Text(text)).dtype == np.int16


def test_too_much_is_refused() -> None:
    with pytest.raises(SpeechError, match="10001 characters, more than 10000"):
        spoken(Text("a" * (LONGEST_TEXT + 1)))
    with pytest.raises(SpeechError, match="its pauses last 610 s, more than 600"):
        spoken(Text("a"), *[Silence(10.0)] * 61)


def test_an_unknown_voice_is_an_error() -> None:
    with pytest.raises(UnknownVoiceError, match="nobody"):
        spoken(Text("a"), voice="nobody")


def test_the_same_sentence_is_computed_once() -> None:
    voices = Voices()
    first = voices.synthesize(Sentence((Text("again"),)))

    assert voices.synthesize(Sentence((Text("again"),), voice="susan")) is first
    assert voices.synthesize(Sentence((Text("again"),), voice="kate")) is not first


def test_threads_hear_the_same() -> None:
    words = [f"number {number}" for number in range(8)]
    alone = [spoken(Text(word)) for word in words]
    with ThreadPoolExecutor(4) as pool:
        voices = Voices()
        together = pool.map(lambda word: voices.synthesize(Sentence((Text(word),))), words)

    for one, other in zip(alone, together, strict=True):
        assert np.allclose(one, other, atol=100)  # Pico's noise differs a little at every call
