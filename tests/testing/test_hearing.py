"""The recogniser of virtual time has the form of the real one (`tests/speech/test_whisper`)."""

import numpy as np
import pytest

from offhook.speech import Pcm, Recognizer
from offhook.speech.whisper import Whisper
from offhook.testing.hearing import ReadingEar
from offhook.testing.sound import silence, tone
from offhook.testing.words import speak


def hear(pcm: Pcm) -> list[tuple[str, bool]]:
    return [(word.text, word.spoken) for word in ReadingEar().recognize(pcm).words]


def test_words_and_marks_are_apart() -> None:
    assert hear(speak("Hello, I am 5.")) == [
        ("Hello", True),
        (",", False),
        ("I", True),
        ("am", True),
        ("5", True),
        (".", False),
    ]
    assert ReadingEar().recognize(speak("Hello, I am 5.")).text == "Hello, I am 5."


def test_words_have_their_times() -> None:
    words = ReadingEar().recognize(np.concatenate([silence(0.5), speak("a bc")])).words

    assert [(word.text, word.start_s, word.end_s) for word in words] == [
        ("a", 0.5, 0.54),
        ("bc", 0.62, 0.72),
    ]


@pytest.mark.parametrize("pcm", [silence(1.0), tone(440, 1.0), silence(0.0)])
def test_what_is_no_speech_has_no_words(pcm: Pcm) -> None:
    heard = ReadingEar().recognize(pcm)

    assert (heard.words, heard.text, heard.confidence) == ((), "", 0.0)


def test_hints_are_kept() -> None:
    ear = ReadingEar()
    ear.recognize(speak("x"), ["blue"])

    assert ear.hints == [("blue",)]


def test_both_have_the_same_form() -> None:
    forms: list[type[Recognizer]] = [ReadingEar, Whisper]

    assert all(callable(form.recognize) for form in forms)
