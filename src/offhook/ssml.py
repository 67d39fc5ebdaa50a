"""SSML as data: what SpeakSentence says (bxml.md 5.1), validated before a document runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Words to speak, with the prosody in force (percent and dB relative to normal)."""

    text: str
    rate_percent: float = 100.0
    pitch_percent: float = 0.0
    volume_db: float = 0.0
    silent: bool = False
    locale: str | None = None  # of a <lang> span


@dataclass(frozen=True, slots=True)
class Silence:
    """A pause."""

    duration_s: float


Segment = Text | Silence


@dataclass(frozen=True, slots=True)
class Sentence:
    """What to speak and with which voice (bxml.md 4.15)."""

    segments: tuple[Segment, ...]
    voice: str | None = None
    gender: str | None = None
    locale: str | None = None
