"""SVOX Pico speaks: six languages, one voice each, some hundred times faster than real time.

The voices of the contract are made of these by pitch and pace: men are lower, and no two voices
sound the same. A voice whose language Pico lacks speaks with the nearest one it has, and says so in
the log. Pico holds the interpreter while it works, so it is given one phrase at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr
import structlog
from py_nanotts import NanoTTS

from offhook.speech import RATE_HZ, Pcm, SpeechError, Synthesizer
from offhook.speech.cache import PcmCache
from offhook.speech.phrases import clean, phrases, spans
from offhook.speech.voices import VOICES, Voice, choose
from offhook.ssml import Segment, Sentence, Silence, Text

PICO_RATE_HZ: Final = 16_000
LONGEST_TEXT: Final = 10_000  # characters of a sentence: some twelve minutes
LONGEST_SILENCE_S: Final = 600.0
CACHE_BYTES: Final = 64 * 1024 * 1024  # more than an hour of prompts

LANGUAGES: Final = {"de": "de-DE", "es": "es-ES", "fr": "fr-FR", "it": "it-IT", "en": "en-GB"}
# Languages that Pico lacks, and whose letters it reads least badly.
NEAREST: Final = {
    "cy": "en-GB",
    "da": "de-DE",
    "is": "de-DE",
    "nb": "de-DE",
    "nl": "de-DE",
    "pt": "es-ES",
    "ro": "it-IT",
    "sv": "de-DE",
}
PITCH: Final = {"female": 1.0, "male": 0.72}
PITCH_STEPS: Final = (1.0, 0.92, 1.08, 0.96, 1.04)
PACE_STEPS: Final = (1.0, 0.94, 1.06)

QUIETEST: Final = 60  # of 32767: less than this at the ends is silence
MARGIN: Final = PICO_RATE_HZ // 100  # samples kept around the words
LEVEL: Final = 0.5  # of Pico's own, which clips; leaves some -18 dBFS
PAUSES_S: Final = {".": 0.4, "!": 0.4, "?": 0.4, ",": 0.15, ";": 0.2, ":": 0.2}  # after a phrase
GAP_S: Final = 0.05  # after other phrases


@dataclass(frozen=True, slots=True)
class Manner:
    """How a voice is made: Pico's language, and factors on its pitch and pace."""

    language: str
    pitch: float
    pace: float


def language(locale: str) -> str | None:
    """Return the language of Pico that a locale names, None when Pico lacks it."""
    if locale.replace("_", "-").lower() == "en-us":
        return "en-US"
    return LANGUAGES.get(_primary(locale))


def _primary(locale: str) -> str:
    return locale.replace("_", "-").split("-")[0].lower()


def manners() -> dict[str, Manner]:
    """Return how every voice is made, all different."""
    made: dict[str, Manner] = {}
    counts: dict[tuple[str, str], int] = {}
    for voice in VOICES:
        spoken = language(voice.locale) or NEAREST.get(_primary(voice.locale), "en-US")
        nth = counts.get((spoken, voice.gender), 0)
        counts[spoken, voice.gender] = nth + 1
        pitch = PITCH[voice.gender] * PITCH_STEPS[nth % len(PITCH_STEPS)]
        pace = PACE_STEPS[nth // len(PITCH_STEPS) % len(PACE_STEPS)]
        made[voice.name] = Manner(spoken, pitch, pace)
    return made


class Voices(Synthesizer):
    """All voices of the contract, spoken by Pico; safe to use from many threads."""

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self._engine = NanoTTS()
        self._cache = PcmCache(cache_bytes)
        self._manners = manners()

    def synthesize(self, sentence: Sentence) -> Pcm:
        """Return the audio; raises SpeechError."""
        voice = choose(sentence.voice, sentence.gender, sentence.locale)
        _check_length(sentence)
        key = (voice.name, sentence.segments)
        pcm = self._cache.get(key)
        if pcm is None:
            pieces = list(self._spoken(sentence.segments, voice))
            pcm = self._cache.put(key, np.concatenate(pieces or [_silence(0)]))
        return pcm

    def _spoken(self, segments: tuple[Segment, ...], voice: Voice) -> Iterator[Pcm]:
        manner = self._manners[voice.name]
        if language(voice.locale) is None:
            structlog.get_logger().warning(
                "voice_speaks_another_language", voice=voice.name, language=manner.language
            )
        for span in spans(segments, in_english=manner.language.startswith("en")):
            if isinstance(span, Silence):
                yield _silence(span.duration_s)
            else:
                yield from self._words(span, manner)

    def _words(self, span: Text, manner: Manner) -> Iterator[Pcm]:
        """Speak words; a <lang> span is read in its own language if Pico has it."""
        if span.locale and (own := language(span.locale)):
            manner = replace(manner, language=own)
        text = clean(span.text, in_english=manner.language.startswith("en"))
        for phrase in phrases(text):
            if any(char.isalnum() for char in phrase):  # of dots alone Pico makes a noise
                pcm = _resampled(self._phrase(phrase, span, manner), span.volume_db)
                yield _silence(len(pcm) / RATE_HZ) if span.silent else pcm
                yield _silence(PAUSES_S.get(phrase[-1], GAP_S))

    def _phrase(self, phrase: str, span: Text, manner: Manner) -> npt.NDArray[np.int16]:
        """Return the words at 16 kHz without the silence that Pico puts around them."""
        try:
            data = self._engine.speak(
                phrase,
                voice=manner.language,
                speed=manner.pace * span.rate_percent / 100.0,
                pitch=manner.pitch * (1 + span.pitch_percent / 100.0),
                volume=LEVEL,
            )
        except (RuntimeError, ValueError) as error:
            raise SpeechError(f"the speech engine failed: {error}") from error
        pcm = np.frombuffer(data, np.int16)
        loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > QUIETEST)
        if not loud.size:
            return pcm[:0]
        return pcm[max(loud[0] - MARGIN, 0) : loud[-1] + MARGIN]


def _check_length(sentence: Sentence) -> None:
    characters = sum(len(each.text) for each in sentence.segments if isinstance(each, Text))
    if characters > LONGEST_TEXT:
        raise SpeechError(f"the text has {characters} characters, more than {LONGEST_TEXT}")
    pauses_s = sum(each.duration_s for each in sentence.segments if isinstance(each, Silence))
    if pauses_s > LONGEST_SILENCE_S:
        raise SpeechError(f"its pauses last {pauses_s:g} s, more than {LONGEST_SILENCE_S:g}")


def _resampled(pcm: npt.NDArray[np.int16], volume_db: float) -> Pcm:
    """Return telephone sound, at a volume."""
    if not pcm.size:
        return pcm
    gain = 10 ** (min(max(volume_db, -60.0), 12.0) / 20)
    narrow = soxr.resample(pcm.astype(np.float32), PICO_RATE_HZ, RATE_HZ)
    return np.clip(np.rint(narrow * gain), -32768, 32767).astype(np.int16)


def _silence(duration_s: float) -> Pcm:
    return np.zeros(round(duration_s * RATE_HZ), np.int16)
