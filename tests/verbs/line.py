"""A scripted line: sounds of known length, keys at known times, a log of what was heard when."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from offhook.errors import Cause, calls
from offhook.facts import DigitHeard, Referred, VoiceChanged
from offhook.hooks import Credentials, Hook, Target
from offhook.ssml import Sentence, Text
from offhook.testing.loop import run, running_loop
from offhook.verbs import (
    Admission,
    End,
    Heard,
    RecordingOrder,
    SpeechOrder,
    Spoken,
    Step,
    Tone,
    Verb,
)
from offhook.verbs.dictating import TranscriptionOrder
from offhook.verbs.legs import Destination, Manner
from offhook.verbs.streaming import StreamOrder


@dataclass
class ScriptedCapture:
    """A recording of a scripted line; `ended_s` tells when it was told to end."""

    voice: VoiceChanged = field(default_factory=lambda: VoiceChanged(False, 0.0))
    heard: asyncio.Queue[Heard] = field(default_factory=asyncio.Queue)
    ended_s: float | None = None

    async def finish(self) -> Mapping[str, object]:
        """End it; writing the file takes a moment."""
        self.ended_s = running_loop().time()
        await asyncio.sleep(0.01)
        return {"recordingId": "r-1"}


@dataclass
class ScriptedLine:
    """A Line in virtual time: `heard` has (what, from, to) of every sound, also of cut ones."""

    keys: Sequence[tuple[float, str]] = ()  # (second, key) that the party presses
    clips: dict[str, float] = field(default_factory=dict)  # seconds of each URL; unknown: no file
    speech_s: float = 1.0
    heard: list[tuple[str, float, float]] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    logins: list[Credentials | None] = field(default_factory=list)
    tones: list[Tone] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    listeners: list[Target | None] = field(default_factory=list)
    voices: Sequence[tuple[float, bool]] = ()  # (second, whether the party speaks from then on)
    breaks_s: float | None = None  # when the disk of a recording is full
    orders: list[RecordingOrder] = field(default_factory=list)
    tape: list[str] = field(default_factory=list)  # what became of the one in the background
    captured: ScriptedCapture | None = None
    missed: list[str] = field(default_factory=list)  # keys that came while nobody collected
    placed: list[tuple[Destination, Manner]] = field(default_factory=list)
    bridged: list[tuple[str, Hook | None]] = field(default_factory=list)
    connected: list[tuple[str, Hook | None]] = field(default_factory=list)
    admissions: list[Admission] = field(default_factory=list)  # to conferences
    outcome: dict[str, Any] = field(default_factory=dict)  # of a bridge or transfer
    referral: Referred = field(default_factory=lambda: Referred(None, None))
    referred: list[str] = field(default_factory=list)
    transcriptions: list[TranscriptionOrder | str | None] = field(default_factory=list)
    streams: list[StreamOrder | str] = field(default_factory=list)  # begun, ended, waited for
    says: Sequence[tuple[float, Spoken]] | None = None  # None: nothing is understood
    understood: list[SpeechOrder] = field(default_factory=list)
    notices: list[tuple[str, Mapping[str, Any], Target]] = field(default_factory=list)
    _queue: asyncio.Queue[str] | None = None

    def press(self, key: str) -> None:
        """The party presses a key now."""
        if self.captured is not None:
            self.captured.heard.put_nowait(DigitHeard(key))
        elif self._queue is None:
            self.missed.append(key)
        else:
            self._queue.put_nowait(key)

    async def play(self, url: str, credentials: Credentials | None) -> None:
        """Play a clip."""
        if url not in self.clips:
            raise calls.verb_failed("PlayAudio", url)
        self.logins.append(credentials)
        await self._sound(url, self.clips[url])

    async def speak(self, sentence: Sentence) -> None:
        """Speak for `speech_s`."""
        self.sentences.append(sentence)
        words = [each.text for each in sentence.segments if isinstance(each, Text)]
        await self._sound(" ".join(words), self.speech_s)

    async def ring_back(self, duration_s: float) -> None:
        """Ring."""
        await self._sound("ringing", duration_s)

    async def pause(self, duration_s: float) -> None:
        """Be silent."""
        await self._sound("silence", duration_s)

    async def send_tones(self, tones: Sequence[Tone]) -> None:
        """Send tones."""
        self.tones.extend(tones)
        await asyncio.sleep(sum(tone.duration_ms for tone in tones) / 1000)

    @contextmanager
    def collect(self) -> Iterator[asyncio.Queue[str]]:
        """Route keys to the verb."""
        assert self._queue is None
        self._queue = asyncio.Queue()
        try:
            yield self._queue
        finally:
            self._queue = None

    def listen(self, target: Target | None) -> None:
        """Note who listens."""
        self.listeners.append(target)

    async def forward(self, destination: Destination, manner: Manner) -> End:
        """Note whom to call instead, and end."""
        self.placed.append((destination, manner))
        return End(Cause.HANGUP)

    async def bridge(self, target: str, target_complete: Hook | None) -> Mapping[str, Any]:
        """Talk to nobody for a second."""
        self.bridged.append((target, target_complete))
        await self._sound("talk", 1.0)
        return self.outcome

    async def transfer(
        self, destinations: Sequence[Destination], manner: Manner
    ) -> Mapping[str, Any]:
        """Note who is rung."""
        self.placed += [(each, manner) for each in destinations]
        await self._sound("talk", 1.0)
        return self.outcome

    async def refer(self, to: str) -> Referred:
        """Note where the party is sent."""
        self.referred.append(to)
        await self._sound("talk", 1.0)
        return self.referral

    async def start_stream(self, order: StreamOrder) -> None:
        """Note what to stream."""
        self.streams.append(order)

    async def start_transcription(self, order: TranscriptionOrder) -> None:
        """Note what to transcribe."""
        self.transcriptions.append(order)

    def stop_transcription(self, name: str | None) -> None:
        """Note it."""
        self.transcriptions.append(name)

    def stop_stream(self, name: str) -> None:
        """Note it."""
        self.streams.append(f"stop {name}")

    async def wait_stream(self, name: str) -> None:
        """Wait for a second."""
        self.streams.append(f"wait {name}")
        await self._sound("stream", 1.0)

    @asynccontextmanager
    async def understand(self, order: SpeechOrder) -> AsyncIterator[asyncio.Queue[Spoken] | None]:
        """Hear what the party says at its times."""
        self.understood.append(order)
        if self.says is None:
            yield None
            return
        heard: asyncio.Queue[Spoken] = asyncio.Queue()
        loop = running_loop()
        timers = [loop.call_at(at, heard.put_nowait, what) for at, what in self.says]
        yield heard
        for timer in timers:
            timer.cancel()

    async def connect(self, endpoint_id: str, events: Hook | None) -> None:
        self.connected.append((endpoint_id, events))
        await asyncio.sleep(1.0)

    def notify(self, event: str, fields: Mapping[str, Any], target: Target) -> None:
        """Note what is told."""
        self.notices.append((event, fields, target))

    @contextmanager
    def capture(self, order: RecordingOrder) -> Iterator[ScriptedCapture]:
        """Record."""
        self.orders.append(order)
        self.captured = ScriptedCapture()
        try:
            yield self.captured
        finally:
            self.tape.append("captured")

    def start_recording(self, order: RecordingOrder) -> None:
        """Note what to record."""
        self.orders.append(order)
        self.tape.append("started")

    def pause_recording(self, paused: bool) -> None:
        """Note it."""
        self.tape.append("paused" if paused else "resumed")

    def stop_recording(self) -> None:
        """Note it."""
        self.tape.append("stopped")

    async def confer(self, admission: Admission) -> None:
        """Be in a conference for a second."""
        self.admissions.append(admission)
        await self._sound("conference", 1.0)

    def set_tag(self, tag: str) -> None:
        """Note the tag."""
        self.tags.append(tag)

    def _voice(self, active: bool) -> None:
        self._hear(VoiceChanged(active, running_loop().time()))

    def _hear(self, heard: Heard) -> None:
        if self.captured is not None:
            self.captured.heard.put_nowait(heard)

    async def _sound(self, what: str, duration_s: float) -> None:
        begin = running_loop().time()
        try:
            await asyncio.sleep(duration_s)
        finally:
            self.heard.append((what, begin, running_loop().time()))

    def run(self, *verbs: Verb) -> tuple[Step, float]:
        """Run verbs until one leaves the document; return what it said and the second it ended."""
        return run(self._script(verbs))

    async def _script(self, verbs: Sequence[Verb]) -> tuple[Step, float]:
        loop = running_loop()
        handles = [loop.call_at(at, self.press, key) for at, key in self.keys]
        handles += [loop.call_at(at, self._voice, active) for at, active in self.voices]
        if self.breaks_s is not None:
            handles.append(loop.call_at(self.breaks_s, self._hear, None))
        step: Step = None
        for verb in verbs:
            step = await verb.run(self)
            if step is not None:
                break
        for handle in handles:
            handle.cancel()
        return step, loop.time()
