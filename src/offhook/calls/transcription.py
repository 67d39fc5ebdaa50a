"""One live transcription: tracks of a call in, words out to a WebSocket and into the store."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from offhook.calls.dictation import Dictation, Said
from offhook.calls.journal import Journal
from offhook.calls.listening import Ear
from offhook.calls.plant import Plant
from offhook.clock import timestamp
from offhook.records import CallRecord, Piece, Transcript
from offhook.speech import RecognitionError, Word
from offhook.verbs.dictating import TranscriptionOrder
from offhook.webhooks.channel import Channel, Ends
from offhook.webhooks.websocket import Closed, Handshake

WRITTEN_S: Final = 10.0  # so much at most is lost in a crash
GAPS_TOLD: Final = 20  # passages that could not be recognised, in the log of a call


async def _ignore(message: str | bytes) -> None:
    """An application has nothing to say here (bxml.md 8.3)."""


class Transcription:
    """From its handshake to its text. `text` is what is known of it so far."""

    def __init__(
        self, plant: Plant, order: TranscriptionOrder, record: CallRecord, journal: Journal
    ) -> None:
        name = plant.ids.transcription()
        self.order = order
        self.text = Transcript(
            name,
            record.call_id,
            record.account_id,
            plant.clock.wall(),
            name=order.name or name,
            tracks=order.tracks,
            events=order.events,
            destination=order.destination,
            stabilized=order.stabilized,
        )
        self._plant = plant
        self._record = record
        self._journal = journal
        partials = order.destination is not None and not order.stabilized
        self._dictations = [Dictation(plant.hearing, partials=partials) for _ in order.tracks]
        self._begun = 0.0  # when the first frame was heard
        self._written = 0.0  # when the text was last put into the store
        self._gaps = 0
        self._channel: Channel | None = None
        self._ear: Ear | None = None

    @property
    def name(self) -> str:
        """The name it was given, or its id."""
        return str(self.text.name)

    async def connect(self, over: Callable[[Closed], None]) -> None:
        """Open the connection, if there is a destination; raises HandshakeError."""
        if self.order.destination is not None:
            handshake = Handshake(self.order.destination)
            ends = Ends(_ignore, over)
            name = self.text.transcription_id
            self._channel = await self._plant.channels.open(handshake, ends, name)

    def start(self, done: Callable[["Transcription"], None]) -> None:
        """Listen; `done` is called when the text is whole."""
        start = self._message("start")
        if self.order.params:
            start["customParams"] = dict(self.order.params)
        self._send(start)
        self._begun = self._plant.clock.wall()
        self._write()

        def hear(track: int, frame: bytes, lost: int) -> None:
            self._dictations[track].hear(frame, lost)

        self._ear = self._plant.listening.begin(self._record.call_id, self.order.tracks, hear)
        self._plant.dictations.start(self._run(done), f"transcription {self.name}")

    def end(self) -> None:
        """Listen no more; what was said is still recognised."""
        if self._ear is not None:
            self._plant.listening.end(self._ear)
        for dictation in self._dictations:
            dictation.close()

    async def _run(self, done: Callable[["Transcription"], None]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for track, dictation in enumerate(self._dictations):
                    group.create_task(self._follow(track, dictation))
        finally:
            if self._channel is not None:
                self._channel.close(json.dumps(self._message("stop")))
            with self._plant.store.batch():
                self._write(completed=self._plant.clock.wall())
                done(self)

    async def _follow(self, track: int, dictation: Dictation) -> None:
        """Take down what is said on a track, to its end."""
        while True:
            try:
                said = await dictation.next()
            except RecognitionError as error:
                self._miss(str(error))
                continue
            if said is None:
                return
            if said.utterance.words:
                self._take(track, said)

    def _take(self, track: int, said: Said) -> None:
        if self._channel is not None:
            self._send(self._told(track, said))
        if said.final:
            heard = said.utterance
            times = (round(said.start_s, 2), round(said.end_s, 2))
            piece = Piece(track, heard.text, heard.confidence, *times)
            pieces = sorted((*self.text.pieces, piece), key=lambda each: each.start_s)
            self.text = replace(self.text, pieces=tuple(pieces), language=heard.language)
            if self._plant.clock.wall() - self._written >= WRITTEN_S:
                self._write()

    def _miss(self, reason: str) -> None:
        self.text = replace(self.text, failure=reason)
        self._gaps += 1
        if self._gaps <= GAPS_TOLD:
            self._journal.log("transcription.gap", transcription=self.name, reason=reason)

    def _write(self, completed: float | None = None) -> None:
        self._written = self._plant.clock.wall()
        self.text = replace(self.text, version=self.text.version + 1, completed=completed)
        self._plant.store.write(self.text)

    def _send(self, message: dict[str, Any]) -> None:
        if self._channel is not None:
            self._channel.send(json.dumps(message))

    def _message(self, kind: str) -> dict[str, Any]:
        return {
            "eventType": kind,
            "metadata": {
                "accountId": self._record.account_id,
                "callId": self._record.call_id,
                "realTimeTranscriptionId": self.text.transcription_id,
                "transcriptionName": self.name,
                "tracks": [{"name": each} for each in self.order.tracks],
                "stabilized": self.order.stabilized,
            },
        }

    def _told(self, track: int, said: Said) -> dict[str, Any]:
        heard, offset_s = said.utterance, self._begun + said.start_s
        return {
            "eventType": "transcription",
            "track": self.order.tracks[track],
            "startTime": timestamp(offset_s),
            "endTime": timestamp(self._begun + said.end_s),
            "isPartial": not said.final,
            "language": heard.language,
            "transcript": heard.text,
            "items": [_item(word, offset_s, stable=said.final) for word in heard.words],
        }


def _item(word: Word, offset_s: float, *, stable: bool) -> dict[str, Any]:
    return {
        "content": word.text,
        "startTime": timestamp(offset_s + word.start_s),
        "endTime": timestamp(offset_s + word.end_s),
        "confidence": word.confidence,
        "stable": stable,
        "type": "PRONUNCIATION" if word.spoken else "PUNCTUATION",
    }
