"""What a verb sees of its call: the `Line` of verbs/__init__.py over a leg."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from offhook.calls import bridge, forward, refer, replays, transfer
from offhook.calls.clips import clip
from offhook.calls.journal import Journal
from offhook.calls.leg import Leg
from offhook.calls.plant import Plant
from offhook.calls.recordings import Recordings
from offhook.calls.switchboard import Party
from offhook.errors import calls
from offhook.facts import DigitHeard, Referred, VoiceChanged
from offhook.hooks import Credentials, Hook, Target
from offhook.media.audio import AudioError, decode
from offhook.media.messages import Load, ToneStep
from offhook.media.tones import ring_back
from offhook.speech import SpeechError
from offhook.ssml import Sentence
from offhook.verbs import Capture, End, RecordingOrder, Tone
from offhook.verbs.legs import Destination, Manner
from offhook.webhooks.downloads import Download, DownloadError
from offhook.webhooks.http import HttpError

RING_CADENCE_S = 6.0  # 2 s on, 4 s off (bxml.md 4.13)


class Owner(Party, Protocol):
    """What a line asks of its call."""

    def set_tag(self, tag: str) -> None:
        """Set or clear the tag."""
        ...

    def notify(self, event: str, fields: Mapping[str, Any], target: Target) -> None:
        """Send an asynchronous event."""
        ...


class CallLine:
    """Gives verbs the leg of one call. `base` is the URL of the running document."""

    def __init__(
        self, plant: Plant, leg: Leg, journal: Journal, recordings: Recordings, owner: Owner
    ) -> None:
        self._plant = plant
        self._leg = leg
        self._journal = journal
        self._recordings = recordings
        self._owner = owner
        self.set_tag = owner.set_tag
        self._listener: Target | None = None  # where `dtmf` events go
        self.base: str | None = None  # documents of REST have that of the one they replace
        self.answered = False
        self._collector: asyncio.Queue[str] | None = None

    async def play(self, url: str, credentials: Credentials | None) -> None:
        """Fetch, decode and play audio to its end."""
        address = urljoin(self.base, url) if self.base else url
        try:
            found = await self._fetched(address, credentials)
            made = await self._plant.offload(
                lambda: clip(decode(found.body, found.content_type, urlsplit(found.url).path))
            )
        except (HttpError, DownloadError, AudioError) as error:
            reason = f"{error} ({calls.bare_url(address)})"
            raise calls.verb_failed("PlayAudio", reason) from error
        await self._play(made, "audio.played", url=calls.bare_url(address))

    async def _fetched(self, address: str, credentials: Credentials | None) -> Download:
        """Fetch a file; a recording of this account that is kept here needs no credentials."""
        if credentials is None:
            account_id = self._owner.record.account_id
            if own := await replays.find(self._plant.archive, account_id, address):
                return own
        return await self._plant.downloads.get(address, credentials)

    async def speak(self, sentence: Sentence) -> None:
        """Synthesise and speak to the end."""
        try:
            made = await self._plant.offload(
                lambda: clip(self._plant.synthesizer.synthesize(sentence))
            )
        except SpeechError as error:
            raise calls.verb_failed("SpeakSentence", str(error)) from error
        await self._play(made, "speech.played")

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
        await self._leg.play(self._plant.clips.load(clip(ring_back(RING_CADENCE_S))), loop=True)

    async def pause(self, duration_s: float) -> None:
        """Wait in silence."""
        await asyncio.sleep(duration_s)

    async def send_tones(self, tones: Sequence[Tone]) -> None:
        """Send DTMF and silences to their end."""
        await self._leg.send_tones([ToneStep(tone.digit, tone.duration_ms) for tone in tones])

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

    def notify(self, event: str, fields: Mapping[str, Any], target: Target) -> None:
        """Send an asynchronous event."""
        self._owner.notify(event, fields, target.resolve(self.base))

    @contextmanager
    def collect(self) -> Iterator[asyncio.Queue[str]]:
        """Route digits here while open; digits pressed before are not seen (bxml.md 4.5)."""
        collector: asyncio.Queue[str] = asyncio.Queue()
        self._collector = collector
        try:
            yield collector
        finally:
            self._collector = None

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
            self._owner.notify("dtmf", {"digit": digit}, self._listener)

    def voice(self, changed: VoiceChanged) -> None:
        """The party began or ceased to speak."""
        self._recordings.hear(changed)

    def capture(self, order: RecordingOrder) -> AbstractContextManager[Capture]:
        """Record what the party says while open."""
        return self._recordings.capture(self._resolved(order))

    def start_recording(self, order: RecordingOrder) -> None:
        """Begin to record in the background, unless that is being done."""
        self._recordings.start(self._resolved(order))

    def pause_recording(self, paused: bool) -> None:
        """Pause or resume the recording in the background."""
        self._recordings.pause(paused)

    def stop_recording(self) -> None:
        """End the recording in the background."""
        self._recordings.stop()

    def _resolved(self, order: RecordingOrder) -> RecordingOrder:
        available, transcribed = order.available, order.transcribed
        return replace(
            order,
            available=available and available.resolve(self.base),
            transcribed=transcribed and transcribed.resolve(self.base),
        )

    async def _play(self, made: Load, kind: str, **data: str) -> None:
        if made.pcm:
            self._journal.log(kind, duration_s=round(len(made.pcm) / 16000, 3), **data)
            await self._leg.play(self._plant.clips.load(made))
