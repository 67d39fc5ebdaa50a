"""What a verb sees of its call: the `Line` of verbs/__init__.py over a leg."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from typing import Any, Protocol

from offhook.calls import attendance, bridge, forward, refer, transfer
from offhook.calls.clips import clip
from offhook.calls.connect import Connection
from offhook.calls.journal import Journal
from offhook.calls.leg import Leg
from offhook.calls.mail import CallMail
from offhook.calls.plant import Plant
from offhook.calls.recordings import Recordings
from offhook.calls.sounds import Sounds
from offhook.calls.streams import Streams
from offhook.calls.switchboard import Party
from offhook.calls.transcriptions import Transcriptions
from offhook.calls.understanding import understand
from offhook.facts import DigitHeard, Referred, VoiceChanged
from offhook.hooks import Credentials, Hook, Target
from offhook.media.messages import ToneStep
from offhook.media.tones import ring_back
from offhook.ssml import Sentence
from offhook.verbs import Admission, Capture, End, RecordingOrder, SpeechOrder, Spoken, Tone
from offhook.verbs.dictating import TranscriptionOrder
from offhook.verbs.legs import Destination, Manner
from offhook.verbs.streaming import StreamOrder

RING_CADENCE_S = 6.0  # 2 s on, 4 s off (bxml.md 4.13)


class Owner(Party, Protocol):
    """What a line asks of its call."""

    mail: CallMail
    streams: Streams
    transcriptions: Transcriptions

    def set_tag(self, tag: str) -> None:
        """Set or clear the tag."""
        ...


class CallLine:
    """Gives verbs the leg of one call. `base` is the URL of the running document."""

    def __init__(
        self, plant: Plant, leg: Leg, journal: Journal, recordings: Recordings, owner: Owner
    ) -> None:
        self._streams = owner.streams
        self.stop_transcription = owner.transcriptions.stop
        self._plant = plant
        self._leg = leg
        self._journal = journal
        self._sounds = Sounds(plant, leg.players, journal, owner.record.account_id)
        self._recordings = recordings
        self._owner = owner
        self.set_tag = owner.set_tag
        self.play_out = leg.players.play_out
        self._listener: Target | None = None  # where `dtmf` events go
        self.base: str | None = None  # documents of REST have that of the one they replace
        self.answered = False
        self._collector: asyncio.Queue[str] | None = None

    async def play(self, url: str, credentials: Credentials | None) -> None:
        """Fetch, decode and play audio to its end."""
        await self._sounds.play(self.base, url, credentials)

    async def speak(self, sentence: Sentence) -> None:
        """Synthesise and speak to the end."""
        await self._sounds.speak(sentence)

    async def ring_back(self, duration_s: float) -> None:
        """Ring-back tone to an answered party; an unanswered one just keeps ringing."""
        if not self.answered:
            await asyncio.sleep(duration_s)
            return
        try:
            async with asyncio.timeout(duration_s):
                await self._ring()
        except TimeoutError:
            return

    async def _ring(self) -> None:
        """Play ring-back tone until cancelled."""
        tone = self._plant.clips.load(clip(ring_back(RING_CADENCE_S)))
        await self._leg.players.play(tone, loop=True)

    async def pause(self, duration_s: float) -> None:
        """Wait in silence."""
        await asyncio.sleep(duration_s)

    async def send_tones(self, tones: Sequence[Tone]) -> None:
        """Send DTMF and silences to their end."""
        await self._leg.players.dial([ToneStep(tone.digit, tone.duration_ms) for tone in tones])

    async def forward(self, destination: Destination, manner: Manner) -> End:
        """Give an unanswered caller away."""
        return await forward.forward(self._owner, destination, manner)

    async def bridge(self, target: str, target_complete: Hook | None) -> Mapping[str, Any]:
        """Talk to another call until it leaves."""
        hook = target_complete and target_complete.resolve(self.base)
        return await bridge.originate(self._owner, target, hook)

    async def transfer(
        self, destinations: Sequence[Destination], manner: Manner
    ) -> Mapping[str, Any]:
        """Ring them all, talk to the first."""
        return await transfer.transfer(self._owner, destinations, manner, self.base, self._ring)

    async def refer(self, to: str) -> Referred:
        """Send the caller elsewhere."""
        return await refer.refer(self._owner, self._leg, self._journal, to)

    async def confer(self, admission: Admission) -> None:
        """Be in a conference until it ends."""
        await attendance.attend(self._owner, self._journal, admission.resolve(self.base))

    async def connect(self, endpoint_id: str, events: Hook | None) -> None:
        """Talk to a device of an endpoint until it leaves."""
        hook = events and events.resolve(self.base)
        connection = Connection(self._owner, self._owner.mail, endpoint_id, hook)
        await connection.run(self.base, self._ring)

    def notify(self, event: str, fields: Mapping[str, Any], target: Target) -> None:
        """Send an asynchronous event."""
        self._owner.mail.notify(event, fields, target.resolve(self.base))

    async def start_stream(self, order: StreamOrder) -> None:
        """Stream in the background; returns when it is connected or refused."""
        await self._streams.start(order.resolve(self.base))

    async def start_transcription(self, order: TranscriptionOrder) -> None:
        """Transcribe in the background; returns when it is connected or refused."""
        await self._owner.transcriptions.start(order.resolve(self.base))

    def stop_stream(self, name: str) -> None:
        """End a stream."""
        self._streams.stop(name)

    async def wait_stream(self, name: str) -> None:
        """Wait for the end of a stream."""
        await self._streams.wait(name)

    @contextmanager
    def collect(self) -> Iterator[asyncio.Queue[str]]:
        """Route digits here while open; digits pressed before are not seen (bxml.md 4.5)."""
        collector: asyncio.Queue[str] = asyncio.Queue()
        self._collector = collector
        try:
            yield collector
        finally:
            self._collector = None

    def understand(
        self, order: SpeechOrder
    ) -> AbstractAsyncContextManager["asyncio.Queue[Spoken] | None"]:
        """Tell what the party says while open."""
        return understand(self._plant, self._leg.id, self._journal, order)

    def listen(self, target: Target | None) -> None:
        """Report keys there; the URL is relative to the document that asked for it."""
        self._listener = target and target.resolve(self.base)

    def digit(self, digit: str) -> None:
        """Route a pressed key: to a Gather alone, else to Record and listener (bxml.md 10.6)."""
        if self._collector is not None:
            self._collector.put_nowait(digit)
            return
        self._recordings.hear(DigitHeard(digit))
        if self._listener is not None:
            self._owner.mail.notify("dtmf", {"digit": digit}, self._listener)

    def voice(self, changed: VoiceChanged) -> None:
        """The party began or ceased to speak."""
        self._recordings.hear(changed)

    def capture(self, order: RecordingOrder) -> AbstractContextManager[Capture]:
        """Record what the party says while open."""
        return self._recordings.capture(order.resolve(self.base))

    def start_recording(self, order: RecordingOrder) -> None:
        """Begin to record in the background, unless that is being done."""
        self._recordings.tape.start(order.resolve(self.base))

    def pause_recording(self, paused: bool) -> None:
        """Pause or resume the recording in the background."""
        self._recordings.tape.pause(paused)

    def stop_recording(self) -> None:
        """End the recording in the background."""
        self._recordings.tape.stop()
