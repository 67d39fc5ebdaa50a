"""The verbs of BXML: one file each, and what they see of the world.

A verb is a frozen dataclass whose fields are its attributes and whose docstring is its manual page.
It acts through a `Line` and returns what comes next as a value. The scheduler (`calls/script.py`)
applies `tag`, answers the call where `answers` says so, and runs the verbs in order (bxml.md 10.4).
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from offhook.errors import Cause
from offhook.facts import DigitHeard, Referred, VoiceChanged
from offhook.hooks import Credentials, Hook, Target
from offhook.ssml import Sentence

if TYPE_CHECKING:
    from offhook.verbs.dictating import TranscriptionOrder
    from offhook.verbs.legs import Destination, Manner
    from offhook.verbs.streaming import StreamOrder


@dataclass(frozen=True, slots=True)
class Goto:
    """Send the synchronous event to the hook; its reply replaces the document."""

    hook: Hook  # URLs may be relative to the document
    event: str  # eventType
    fields: Mapping[str, Any] = field(default_factory=dict)  # beside the common call fields


@dataclass(frozen=True, slots=True)
class End:
    """End the call."""

    cause: Cause
    message: str | None = None
    why: str = ""  # what the message does not say; for the event log


Step = Goto | End | None  # None: go on with the next verb


@dataclass(frozen=True, slots=True)
class Tone:
    """A DTMF digit, or silence when `digit` is empty."""

    digit: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class RecordingOrder:
    """What to record and how."""

    tracks: tuple[str, ...]  # one a channel: inbound, outbound, mixed
    file_format: str = "wav"  # or mp3
    name: str | None = None
    available: Target | None = None  # where `recordingAvailable` goes
    transcribe: bool = False
    transcribed: Target | None = None  # where `transcriptionAvailable` goes

    def resolve(self, base: str | None) -> "RecordingOrder":
        """Return this order with an absolute URL."""
        available, transcribed = self.available, self.transcribed
        return replace(
            self,
            available=available and available.resolve(base),
            transcribed=transcribed and transcribed.resolve(base),
        )


@dataclass(frozen=True, slots=True)
class SpeechOrder:
    """How a Gather listens to what is said."""

    language: str
    hints: tuple[str, ...] = ()
    partials: bool = False  # also what is said so far
    numerals: bool = False  # words for digits become digits
    decent: bool = True  # profanity is masked


class Began:
    """The party begins to speak."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the party said, or has said so far; final and without text, it was no speech."""

    text: str
    final: bool


Spoken = Began | Words

Heard = DigitHeard | VoiceChanged | None  # None: the recording has ended by itself


class Capture(Protocol):
    """A recording under way, and what the party does meanwhile."""

    voice: VoiceChanged  # whether the party spoke when it began
    heard: "asyncio.Queue[Heard]"

    async def finish(self) -> Mapping[str, Any]:
        """End the recording; return what `recordComplete` says of it."""
        ...


@dataclass(frozen=True, slots=True)
class Admission:
    """Which conference to join and how; the creator's word counts for its webhooks."""

    name: str
    mute: bool = False
    hold: bool = False
    coached: tuple[str, ...] = ()  # the calls that alone hear this one
    events: Hook | None = None
    callback_timeout_s: float | None = None  # None: that of the call

    def resolve(self, base: str | None) -> "Admission":
        """Return this admission with absolute URLs."""
        return replace(self, events=self.events and self.events.resolve(base))


class Studio(Protocol):
    """What a verb can do to a call and to a conference alike.

    Failures raise CallError; cancelling stops anything.
    """

    async def play(self, url: str, credentials: Credentials | None) -> None:
        """Fetch audio (URL relative to the document) and play it to its end."""
        ...

    async def speak(self, sentence: Sentence) -> None:
        """Synthesise and speak to the end."""
        ...

    def start_recording(self, order: RecordingOrder) -> None:
        """Record in the background to the end; nothing if that is being done."""
        ...

    def pause_recording(self, paused: bool) -> None:
        """Pause or resume the recording in the background, if there is one."""
        ...

    def stop_recording(self) -> None:
        """End the recording in the background, if there is one."""
        ...


class Line(Studio, Protocol):
    """What a verb can do to its call."""

    async def ring_back(self, duration_s: float) -> None:
        """Play ring-back tone; an unanswered caller is kept ringing (180) instead."""
        ...

    async def pause(self, duration_s: float) -> None:
        """Be silent for so long."""
        ...

    async def send_tones(self, tones: Sequence[Tone]) -> None:
        """Send DTMF and silences, in order, to their end."""
        ...

    def collect(self) -> AbstractContextManager["asyncio.Queue[str]"]:
        """Route pressed keys here, and nowhere else, while the context is open (bxml.md 10.6)."""
        ...

    def understand(
        self, order: SpeechOrder
    ) -> AbstractAsyncContextManager["asyncio.Queue[Spoken] | None"]:
        """Tell what the party says while the context is open; None if nothing is understood."""
        ...

    def listen(self, target: Target | None) -> None:
        """Report keys as `dtmf` events there until told otherwise; None stops (bxml.md 4.16)."""
        ...

    async def forward(self, destination: "Destination", manner: "Manner") -> End:
        """Give an unanswered caller away; returns how the call ends (bxml.md 4.4)."""
        ...

    async def bridge(self, target: str, target_complete: Hook | None) -> Mapping[str, Any]:
        """Talk to another call until it leaves; returns what `bridgeComplete` says (4.1)."""
        ...

    async def transfer(
        self, destinations: "Sequence[Destination]", manner: "Manner"
    ) -> Mapping[str, Any]:
        """Ring them and talk to the first; returns what `transferComplete` says (4.21)."""
        ...

    async def refer(self, to: str) -> Referred:
        """Send the party to a SIP URI; returns what came of it (4.12)."""
        ...

    async def start_stream(self, order: "StreamOrder") -> None:
        """Stream in the background; returns when the connection is up or refused (4.18)."""
        ...

    async def start_transcription(self, order: "TranscriptionOrder") -> None:
        """Transcribe in the background; returns when the connection is up or refused (4.19)."""
        ...

    def stop_transcription(self, name: str | None) -> None:
        """End a live transcription, if there is one of that name; None ends all."""
        ...

    def stop_stream(self, name: str) -> None:
        """End a stream, if there is one of that name."""
        ...

    async def wait_stream(self, name: str) -> None:
        """Wait for the end of a stream, if there is one of that name."""
        ...

    async def connect(self, endpoint_id: str, events: Hook | None) -> None:
        """Talk to a device of an endpoint until it leaves; its events go there (4.3)."""
        ...

    def notify(self, event: str, fields: Mapping[str, Any], target: Target) -> None:
        """Send an asynchronous event (URL relative to the document)."""
        ...

    def capture(self, order: RecordingOrder) -> AbstractContextManager[Capture]:
        """Record while the context is open, independently of what runs in the background."""
        ...

    async def confer(self, admission: Admission) -> None:
        """Be in a conference until it ends (bxml.md 4.2)."""
        ...

    def set_tag(self, tag: str) -> None:
        """Set the call's tag; blank clears it (bxml.md 2.3)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Part(ABC):
    """An element of a document: a verb, or something that only exists inside one."""

    name: ClassVar[str]  # element name
    line_number: int = field(default=0, compare=False)  # in the document, for the log


@dataclass(frozen=True, kw_only=True)
class Verb(Part):
    """One instruction of a document."""

    blocks: ClassVar[bool] = False  # takes time: resets the redirect-loop guard
    background: ClassVar[bool] = False  # only starts something that goes on by itself
    moves: ClassVar[bool] = (
        False  # ties the call to others: not before a leg is bridged (bxml.md 3)
    )
    in_conference: ClassVar[bool] = False  # runs in documents of conferences, too (bxml.md 3)
    by_telephone: ClassVar[bool] = False  # only for a party that SIP has brought (bxml.md 4.3)
    unanswered: ClassVar[bool] = False  # fails on a call that has been answered (bxml.md 1.8)

    @property
    def answers(self) -> bool:
        """Whether an unanswered inbound call is answered before this verb (bxml.md 1.8)."""
        return True

    @property
    def leaves(self) -> bool:
        """Whether no verb after it runs: it ends the call, or a reply replaces the document."""
        return False

    @property
    def guarded(self) -> Iterable[Hook | None]:
        """The webhooks whose credentials may go over https only (bxml.md 1.2)."""
        return ()

    @property
    def new_tag(self) -> str | None:
        """The tag this verb sets when it starts: None leaves it, blank clears it."""
        return None

    @abstractmethod
    async def run(self, line: Line) -> Step:
        """Do it; return what comes next."""


@dataclass(frozen=True, kw_only=True)
class StudioVerb(Verb):
    """A verb that the document of a conference may hold too (bxml.md 3)."""

    in_conference: ClassVar[bool] = True

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs it uses there; a conference may have none that they could be relative to."""
        return ()

    @abstractmethod
    async def run(self, line: Studio) -> Step:
        """Do it; in a conference nothing comes of what it returns."""
