"""What `<StartTranscription>` says of a live transcription (bxml.md 4.19)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from offhook.hooks import Target
from offhook.safexml import shown
from offhook.verbs import values
from offhook.verbs.streaming import StreamParam

LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class TranscriptionOrder:
    """What to transcribe, and who is told."""

    tracks: tuple[str, ...]  # inbound, outbound
    name: str | None = None  # None: that of its id
    destination: str | None = None  # ws or wss
    stabilized: bool = True  # words that may still change are not sent
    languages: tuple[str, ...] = ()  # the first that is understood; none: whatever is spoken
    params: tuple[tuple[str, str], ...] = ()
    events: Target | None = None  # where its webhooks go

    def resolve(self, base: str | None) -> "TranscriptionOrder":
        """Return this order with an absolute URL."""
        return replace(self, events=self.events and self.events.resolve(base))


@dataclass(frozen=True, kw_only=True)
class CustomParam(StreamParam):
    """Something that the application is told when the transcription starts."""

    name: ClassVar[str] = "CustomParam"


def transcription_name(text: str) -> str:
    """Read a name."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError(f"must hold only letters, digits, _ and -, but was {shown(text)}")
    return values.words(text, LONGEST_NAME)


def languages(text: str) -> Sequence[str]:
    """Read a comma list of locales, one for each language."""
    found = tuple(values.language(each) for each in values.phrases(text))
    spoken = [each.replace("_", "-").partition("-")[0].lower() for each in found]
    twice = next((each for each in spoken if spoken.count(each) > 1), None)
    if twice is not None:
        raise ValueError(f"must name one dialect for each language, but names two of {twice}")
    return found
