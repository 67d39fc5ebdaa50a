"""Speech: synthesizers behind one protocol, each in one file."""

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
