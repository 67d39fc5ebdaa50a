"""A recogniser for virtual time: it understands what telephones say with `testing.words.speak`.

It is told of passages as the real one is, and answers in the same form: words and marks apart, with
times, and nothing for what is no speech. A test holds both to the same cases.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from offhook.speech import Pcm, Utterance, Word
from offhook.testing import sound
from offhook.testing.words import BURST_S, Reader

LANGUAGES: Final = ("en-US", "en-GB")
CONFIDENCE: Final = 0.9
_END: Final = sound.silence(0.2)


class ReadingEar:
    """Understands readable speech (speech/__init__.py: Recognizer)."""

    languages: Sequence[str] = LANGUAGES

    def __init__(self) -> None:
        self.hints: list[tuple[str, ...]] = []  # that came with each passage

    def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
        """Return what is said."""
        self.hints.append(tuple(hints))
        reader = Reader()
        reader.feed(np.concatenate([pcm, _END]))
        words = tuple(_words(reader))
        return Utterance(words, CONFIDENCE, LANGUAGES[0]) if words else Utterance()


def _words(reader: Reader) -> Iterator[Word]:
    for found in re.finditer(rb"[^\s.,?!]+|[.,?!]", reader.data):
        text = found[0].decode(errors="replace")
        start_s, end_s = reader.times[found.start()], reader.times[found.end() - 1] + BURST_S
        yield Word(text, round(start_s, 2), round(end_s, 2), CONFIDENCE, text not in ".,?!")
