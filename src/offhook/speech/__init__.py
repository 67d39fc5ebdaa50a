"""Speech: synthesizers and recognizers behind two protocols, each in one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from offhook.ssml import Sentence

Pcm = npt.NDArray[np.int16]  # [samples], 8000 Hz mono
RATE_HZ = 8000


class SpeechError(Exception):
    """This cannot be spoken; the text says why."""


class UnknownVoiceError(SpeechError):
    """The voice or locale asked for does not exist; the text names it."""


class Synthesizer(Protocol):
    """Turns a sentence into sound; called in a thread, never on the event loop."""

    def synthesize(self, sentence: Sentence) -> Pcm:
        """Return the audio, which must not be changed; raises SpeechError."""
        ...


class RecognitionError(Exception):
    """What was said cannot be recognised; the text says why."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a punctuation mark, which takes the times of the word before it."""

    text: str
    start_s: float  # from the beginning of the audio
    end_s: float
    confidence: float  # 0 to 1
    spoken: bool = True  # false: punctuation


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was heard; no words if nobody spoke."""

    words: tuple[Word, ...] = ()
    confidence: float = 0.0  # 0 to 1
    language: str = "en-US"

    @property
    def text(self) -> str:
        """The words with their punctuation."""
        return "".join(f" {word.text}" if word.spoken else word.text for word in self.words).strip()


class Recognizer(Protocol):
    """Turns what a telephone says into words; called in a thread, never on the event loop."""

    @property
    def languages(self) -> Sequence[str]:
        """The locales it understands, the one that is meant by default first."""
        ...

    def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
        """Return what is said in some seconds of audio (at most `passages.LONGEST_S`).

        `hints` are phrases that are likely. Raises RecognitionError.
        """
        ...
