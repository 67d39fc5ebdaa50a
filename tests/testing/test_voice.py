"""Virtual speech takes a known time, and is recorded."""

import pytest

from offhook.speech import Synthesizer, UnknownVoiceError
from offhook.ssml import Sentence, Silence, Text
from offhook.testing import sound
from offhook.testing.sound import Span
from offhook.testing.voice import SPEECH_HZ, ToneVoice, speech_duration_s


def test_a_sentence_sounds_for_as_long_as_it_has_characters() -> None:
    voice: Synthesizer = ToneVoice()
    said = voice.synthesize(Sentence((Text("hello"),)))

    assert len(said) / 8000 == pytest.approx(speech_duration_s("hello")) == pytest.approx(0.3)
    assert sound.tones(said, SPEECH_HZ) == [Span(0, 0.3)]


def test_breaks_and_silent_words_are_silence() -> None:
    sentence = Sentence((Text("a"), Silence(2), Text("b"), Text("c" * 10, silent=True)))
    said = ToneVoice().synthesize(sentence)

    assert len(sound.sounds(said)) == 2
    assert [
        span.about(*wanted, 0.03)
        for span, wanted in zip(sound.sounds(said), [(0, 0.06), (2.06, 2.12)], strict=True)
    ] == [True, True]
    assert len(said) / 8000 == pytest.approx(2.72)


def test_slow_words_take_longer() -> None:
    said = ToneVoice().synthesize(Sentence((Text("hello", rate_percent=50),)))

    assert len(said) / 8000 == pytest.approx(0.6)


def test_what_was_asked_for_is_kept_with_the_voice_chosen() -> None:
    voice = ToneVoice()
    voice.synthesize(Sentence((Text("hi "), Silence(1), Text("there")), gender="male"))
    voice.synthesize(Sentence((Text("hi"),)))

    assert [(each.text, each.voice) for each in voice.spoken] == [
        ("hi there", "paul"),
        ("hi", "susan"),
    ]


def test_an_unknown_voice_is_refused_and_not_spoken() -> None:
    voice = ToneVoice()
    with pytest.raises(UnknownVoiceError):
        voice.synthesize(Sentence((Text("x"),), voice="nobody"))

    assert voice.spoken == []
