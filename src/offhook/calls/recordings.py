"""The recordings of one call: that of the running Record, and the one in the background.

They are independent of each other: each has its own file. Both end with the call (bxml.md 10.5).
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from offhook.calls.journal import Journal
from offhook.calls.leg import Leg
from offhook.calls.mail import CallMail
from offhook.calls.payloads import recording_fields, recording_news
from offhook.calls.plant import Plant
from offhook.calls.takes import Take
from offhook.calls.tape import Recorder, Tape
from offhook.facts import DigitHeard, VoiceChanged
from offhook.records import CallRecord, Recording, Transcription
from offhook.verbs import Heard, RecordingOrder


class Owner(Protocol):
    """The call that is recorded."""

    mail: CallMail
    ending: bool  # nothing can keep it from ending

    @property
    def record(self) -> CallRecord:
        """The call as it is now."""
        ...


class Recordings:
    """Begins and ends them."""

    def __init__(self, plant: Plant, leg: Leg, journal: Journal, owner: Owner) -> None:
        self._plant = plant
        self._leg = leg
        self._owner = owner
        self._recorder = Recorder(plant, leg.id, journal)
        self.tape = Tape(self._recorder, self._begin)
        self._capture: Captured | None = None  # of Record
        self._over = False
        self._waiting: list[tuple[Recording, str]] = []  # made while the call ends

    # of Record

    @contextmanager
    def capture(self, order: RecordingOrder) -> Iterator["Captured"]:
        """Record while open, and hear what the party does."""
        take = self._begin(order)
        base_url = self._plant.settings.base_url
        captured = Captured(take, self._leg.voice, base_url, lambda: self._recorder.finish(take))
        self._capture = captured
        try:
            yield captured
        finally:
            self._capture = None
            self._recorder.finish(take)

    def hear(self, fact: DigitHeard | VoiceChanged) -> None:
        """Tell the running Record what the party does."""
        if self._capture is not None:
            self._capture.heard.put_nowait(fact)

    # both

    def end(self) -> None:
        """The call ends (bxml.md 10.8)."""
        self.tape.stop()
        if self._capture is not None:
            self._recorder.finish(self._capture.take)

    def over(self) -> None:
        """The end of the call has been told: now its recordings may be (bxml.md 10.8)."""
        self._over = True
        for recording, what in self._waiting:
            self._announce(recording, what)

    def close(self) -> None:
        """Let go of the tape, which holds on to this."""
        del self.tape

    def _begin(self, order: RecordingOrder) -> Take:
        record = self._owner.record
        recording = Recording(
            recording_id=self._plant.ids.recording(),
            call_id=record.call_id,
            account_id=record.account_id,
            application_id=record.application_id,
            to=record.to,
            from_=record.from_,
            direction=record.direction,
            start_time=self._plant.clock.wall(),
            channels=len(order.tracks),
            file_format=order.file_format,
            parent_call_id=record.parent_call_id,
            name=order.name,
            available=order.available,
            transcription=self._wish(order),
        )
        return self._recorder.begin(recording, order.tracks, self._announce)

    def _wish(self, order: RecordingOrder) -> Transcription | None:
        if not order.transcribe:
            return None
        return Transcription(self._plant.ids.transcription(), available=order.transcribed)

    def _announce(self, recording: Recording, what: str) -> None:
        """The file of a recording is made, or its text; the call may be over, or about to be."""
        if self._owner.ending and not self._over:
            self._waiting.append((recording, what))
            return
        base_url = self._plant.settings.base_url
        for news in recording_news(recording, what, base_url):
            self._owner.mail.tell(news)


class Captured:
    """What Record sees of its recording (verbs/__init__.py: Capture)."""

    def __init__(
        self, take: Take, voice: VoiceChanged, base_url: str, stop: Callable[[], None]
    ) -> None:
        self.take = take
        self.voice = voice
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._base_url = base_url
        self._stop = stop
        take.ended.add_done_callback(lambda _: self.heard.put_nowait(None))

    async def finish(self) -> Mapping[str, Any]:
        """End the recording; return what `recordComplete` says of it."""
        self._stop()
        await asyncio.shield(self.take.ended)
        return recording_fields(self.take.recording, self._base_url)
