"""A synthesizer for virtual time: every character is a short tone, every blank and break silence.

How long a sentence takes is known beforehand, what was asked for is kept, and the voice is chosen
by the rules that the real synthesizers follow.
"""

from dataclasses import dataclass

import numpy as np

from offhook.speech import Pcm
from offhook.speech.voices import choose
from offhook.ssml import Segment, Sentence, Silence
from offhook.testing import sound

SPEECH_HZ = 250.0  # what speech sounds like; no test tone, ring or DTMF tone is near it
CHARACTER_S = 0.06


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence that was spoken."""

    text: str
    voice: str  # the name chosen
    sentence: Sentence


class ToneVoice:
    """Speaks in tones (speech/__init__.py: Synthesizer)."""

    def __init__(self) -> None:
        self.spoken: list[Spoken] = []

    def synthesize(self, sentence: Sentence) -> Pcm:
        """Return the tones of a sentence; raises UnknownVoiceError."""
        voice = choose(sentence.voice, sentence.gender, sentence.locale)
        words = [each.text for each in sentence.segments if not isinstance(each, Silence)]
        self.spoken.append(Spoken("".join(words), voice.name, sentence))
        return np.concatenate([sound.silence(0), *map(self.utter, sentence.segments)])

    def utter(self, segment: Segment) -> Pcm:
        """Return the sound of a part of a sentence."""
        return _sound(segment)


def speech_duration_s(text: str) -> float:
    """Return how long a plain text takes."""
    return len(text) * CHARACTER_S


def _sound(segment: Segment) -> Pcm:
    if isinstance(segment, Silence):
        return sound.silence(segment.duration_s)
    each_s = CHARACTER_S * 100 / segment.rate_percent
    if segment.silent:
        return sound.silence(len(segment.text) * each_s)
    said = [
        sound.silence(each_s) if character.isspace() else sound.tone(SPEECH_HZ, each_s)
        for character in segment.text
    ]
    return np.concatenate([sound.silence(0), *said])
