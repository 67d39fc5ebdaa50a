"""The real recogniser hears the real voice: sentences of ours, through a telephone's ears."""

from collections.abc import Iterator

import numpy as np
import pytest

from offhook.speech import Pcm, RecognitionError
from offhook.speech.pico import Voices
from offhook.speech.whisper import Whisper, installed
from offhook.ssml import Sentence, Text
from offhook.testing.sound import silence, tone
from offhook.testing.words import plain

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not installed(), reason="needs the extra: offhook[recognition]"),
]


@pytest.fixture(scope="module")
def whisper() -> Whisper:
    return Whisper()


@pytest.fixture(scope="module")
def voices() -> Iterator[Voices]:
    yield Voices()


def say(voices: Voices, text: str) -> Pcm:
    return np.concatenate([silence(0.2), voices.synthesize(Sentence((Text(text),))), silence(0.4)])


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("blue", "blue"),
        ("I would like to pay my bill please.", "i would like to pay my bill please"),
        ("My account number is seven four two nine one.", "my account number is 74291"),
        ("one two three four five", "12345"),
        (
            "Please transfer me to the sales department. I have been waiting for twenty minutes.",
            "please transfer me to the sales department i have been waiting for 20 minutes",
        ),
    ],
)
def test_what_is_said_is_heard(whisper: Whisper, voices: Voices, said: str, heard: str) -> None:
    utterance = whisper.recognize(say(voices, said))

    assert plain(utterance.text) == heard
    assert 0 < utterance.confidence <= 1
    assert utterance.language == "en-US"


def test_words_have_times_in_order_and_marks_are_apart(whisper: Whisper, voices: Voices) -> None:
    pcm = say(voices, "I would like to pay my bill please.")

    words = whisper.recognize(pcm).words

    assert [word.text for word in words if word.spoken][-1] == "please"
    assert [word.text for word in words if not word.spoken] == ["."]
    starts = [word.start_s for word in words]
    assert starts == sorted(starts)
    assert all(0 <= word.start_s <= word.end_s <= len(pcm) / 8000 for word in words)
    assert all(0 <= word.confidence <= 1 for word in words)
    assert words[-2].start_s > 1.5  # "please" is said late


@pytest.mark.parametrize(
    "sound",
    [
        silence(2.0),
        np.random.default_rng(1).normal(0, 300, 24_000).astype(np.int16),
        tone(440, 2.0, level=0.1),
        tone((350, 440), 3.0),
        silence(0.0),
    ],
    ids=["silence", "noise", "tone", "dial tone", "nothing"],
)
def test_no_words_are_invented(whisper: Whisper, sound: Pcm) -> None:
    assert whisper.recognize(sound).words == ()


def test_hints_are_taken(whisper: Whisper, voices: Voices) -> None:
    heard = whisper.recognize(say(voices, "I need help with my bill."), ["Zürich", "bill"])

    assert "bill" in heard.text


def test_what_is_too_long_is_refused(whisper: Whisper) -> None:
    with pytest.raises(RecognitionError, match="too long"):
        whisper.recognize(tone(440, 40.0))
