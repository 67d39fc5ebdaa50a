"""One live stream: frames of a call to a WebSocket, and audio back (bxml.md 8.1, 8.2)."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from offhook.calls.journal import Journal
from offhook.calls.listening import Ear
from offhook.calls.plant import Plant
from offhook.calls.playback import Playback, UnusableError, read
from offhook.errors.entry import Entry
from offhook.records import CallRecord
from offhook.verbs.streaming import StreamOrder
from offhook.webhooks.channel import Channel, Channels, Ends
from offhook.webhooks.websocket import Closed, Handshake

LONG_MESSAGE = 1 << 15  # characters; a longer one is read beside the event loop
REASONS_TOLD = 20  # why messages are ignored, of one stream
MEDIA_FORMAT = {"encoding": "PCMU", "sampleRate": 8000}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a stream did not start, or ended badly."""

    entry: Entry
    message: str
    why: str = ""  # what the message does not say


class Stream:
    """A stream from its handshake to its end. `over` is told when the far end ended it."""

    def __init__(
        self, plant: Plant, order: StreamOrder, record: CallRecord, journal: Journal
    ) -> None:
        self.id = plant.ids.stream()
        self.name = order.name or self.id
        self.order = order
        self.started = plant.clock.wall()
        self.ended = asyncio.Event()
        self._plant = plant
        self._record = record
        self._journal = journal
        self._playback = Playback(plant.media, record.call_id, self.id)
        self.sequence = 0  # of the last media message, sent or not
        self._ignored: Counter[str] = Counter()  # messages of the application, by reason
        self._channel: Channel | None = None
        self._ear: Ear | None = None

    async def connect(self, channels: Channels, over: Callable[[Closed], None]) -> None:
        """Open the connection; raises HandshakeError."""
        handshake = Handshake(self.order.destination, self.order.credentials)
        self._channel = await channels.open(handshake, Ends(self._hear, over), self.id)

    def start(self) -> None:
        """Say what is coming, and let it come."""
        assert self._channel is not None
        start = self._message("start")
        if self.order.params:
            start["streamParams"] = dict(self.order.params)
        self._channel.send(json.dumps(start))
        heads = [
            f'{{"eventType":"media","track":"{each}","payload":"' for each in self.order.tracks
        ]
        send = self._channel.send

        def hear(track: int, frame: bytes, lost: int) -> None:
            self.sequence += 1 + lost * len(heads)
            payload = base64.b64encode(frame).decode("ascii")
            send(f'{heads[track]}{payload}","sequenceNumber":"{self.sequence}"}}', droppable=True)

        self._ear = self._plant.listening.begin(self._record.call_id, self.order.tracks, hear)

    def end(self, *, alive: bool = True) -> dict[str, Any]:
        """End it, whoever began to; returns what the log says of it."""
        assert self._channel is not None
        if self._ear is not None:
            self._plant.listening.end(self._ear)
            self._channel.close(json.dumps(self._message("stop")))
        self._playback.close(alive=alive)
        self.ended.set()
        return {
            "sent": self.sequence,
            "dropped": self._channel.dropped,
            "played_s": round(self._playback.played_s, 3),
            "ignored": self._ignored.total(),
        }

    def _message(self, kind: str) -> dict[str, Any]:
        return {
            "eventType": kind,
            "metadata": {
                "accountId": self._record.account_id,
                "callId": self._record.call_id,
                "streamId": self.id,
                "streamName": self.name,
                "tracks": [
                    {"name": each, "mediaFormat": MEDIA_FORMAT} for each in self.order.tracks
                ],
            },
        }

    async def _hear(self, message: str | bytes) -> None:
        """Take a message of the application; one that means nothing changes nothing."""
        try:
            await self._obey(message)
        except UnusableError as error:
            self._ignore(str(error))

    async def _obey(self, message: str | bytes) -> None:
        if not self.order.plays:
            raise UnusableError("the stream is unidirectional")
        offload = self._plant.offload
        long = len(message) > LONG_MESSAGE
        audio = await offload(lambda: read(message)) if long else read(message)
        if audio is None:
            self._playback.clear()
            return
        samples = self._playback.samples
        pcm = await offload(lambda: samples(audio)) if long else samples(audio)
        if self._playback.play(pcm):
            raise UnusableError("ten minutes of audio are queued already")

    def _ignore(self, reason: str) -> None:
        """Log it; of many only some, so that an application cannot fill the log."""
        self._ignored[reason] += 1
        count = self._ignored[reason]
        few = len(self._ignored) <= REASONS_TOLD
        if few and count == 10 ** (len(str(count)) - 1):  # 1, 10, 100 …
            self._journal.log("stream.ignored", stream=self.name, reason=reason, count=count)
