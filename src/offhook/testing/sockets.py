"""A scripted WebSocket server, for streams of audio: in virtual time, or behind a real port.

It takes the place of the real client (webhooks/websocket_client.py) under virtual time and opens a
`Link` for each connection: the application's end, which keeps what came and says what it likes.
`offhook.testing.web.served` puts the same links behind a real port.
"""

import asyncio
import base64
import json
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

import numpy as np

from offhook.hooks import Credentials
from offhook.media.codecs.g711 import ULAW_DECODE, ULAW_ENCODE
from offhook.testing.sound import Pcm
from offhook.webhooks.websocket import (
    NORMAL,
    Closed,
    Frame,
    Handshake,
    HandshakeError,
    Pong,
    WebSocket,
)

BASE: Final = "ws://app.test"
PCMU: Final = "audio/pcmu"
UNREAD_TEXTS: Final = 16  # that fit into the way to a far end that does not read
GONE: Final = Closed(None, "the connection was lost")


@dataclass(frozen=True, slots=True)
class Greeting:
    """What becomes of a handshake, after `delay_s`."""

    failure: str | None = None  # a reason of errors.md 8.4, such as `HTTP 404`; None: accepted
    delay_s: float = 0.0
    react: "Callable[[Link, dict[str, Any]], object] | None" = None  # to each message that comes
    ours: bool = False  # the failure is the fault of the server


ACCEPTED = Greeting()
REFUSED = Greeting("connection failed")
UNTRUSTED = Greeting("TLS handshake failed")
SILENCE = Greeting(delay_s=math.inf)  # the request is read and never answered
Answer = Greeting | Callable[["Link", dict[str, Any]], object]  # a function reacts to messages


@dataclass(frozen=True, slots=True)
class Message:
    """A text that came, as JSON."""

    at: float  # seconds of the loop's clock
    text: str
    json: dict[str, Any]


class Link:
    """The application's end of one WebSocket."""

    def __init__(self, handshake: Handshake, greeting: Greeting) -> None:
        self.handshake = handshake
        self.messages: list[Message] = []
        self.end: Closed | None = None  # as the server ended it, or we
        self.outbox: asyncio.Queue[Frame] = asyncio.Queue()  # what the carrier takes from us
        self.reading = asyncio.Event()
        self.reading.set()
        self._react = greeting.react
        self._changed = asyncio.Event()

    @property
    def credentials(self) -> Credentials | None:
        """HTTP Basic credentials of the handshake."""
        return self.handshake.credentials

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages of one `eventType` so far."""
        return [each.json for each in self.messages if each.json.get("eventType") == kind]

    def sound(self, track: str = "inbound") -> Pcm:
        """Return what was heard on a track so far: int16, 8000 Hz, mono."""
        frames = [each["payload"] for each in self.of("media") if each["track"] == track]
        coded = b"".join(base64.b64decode(frame) for frame in frames)
        return ULAW_DECODE[np.frombuffer(coded, np.uint8)]

    async def wait(self, kind: str, *, count: int = 1) -> dict[str, Any]:
        """Wait until so many messages of a kind have come in all; return the last of them."""
        while len(self.of(kind)) < count:
            assert self.end is None, f"no {kind}: it has ended with {self.end}"
            self._changed.clear()
            await self._changed.wait()
        return self.of(kind)[count - 1]

    async def wait_end(self) -> Closed:
        """Wait for the end of the connection."""
        while self.end is None:
            self._changed.clear()
            await self._changed.wait()
        return self.end

    def send(self, message: Mapping[str, Any] | str | bytes) -> None:
        """Send a text, or JSON."""
        self.outbox.put_nowait(json.dumps(message) if isinstance(message, Mapping) else message)

    def play(self, sound: Pcm) -> None:
        """Have samples of 8000 Hz played to the party, as PCMU."""
        self.play_bytes(ULAW_ENCODE[sound.view(np.uint16)].tobytes(), PCMU)

    def play_bytes(self, audio: bytes, content_type: str) -> None:
        """Have audio played to the party."""
        media = {"contentType": content_type, "payload": base64.b64encode(audio).decode()}
        self.send({"eventType": "playAudio", "media": media})

    def clear(self) -> None:
        """Have nothing more of it played."""
        self.send({"eventType": "clear"})

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Say goodbye."""
        self.over(Closed(code, reason))
        self.outbox.put_nowait(Closed(code, reason))

    def drop(self) -> None:
        """Lose the connection."""
        self.over(GONE)
        self.outbox.put_nowait(GONE)

    def stop_reading(self) -> None:
        """Take nothing more: what is sent piles up on the way, and pings are not answered."""
        self.reading.clear()

    def read_on(self) -> None:
        """Take what has piled up, from the next text on."""
        self.reading.set()

    # for whoever carries it

    def take(self, text: str) -> None:
        """A text has come."""
        if self.end is not None:
            return
        now = asyncio.get_running_loop().time()
        message = Message(now, text, json.loads(text))
        self.messages.append(message)
        self._changed.set()
        if self._react is not None:
            self._react(self, message.json)

    def over(self, end: Closed) -> None:
        """It has ended."""
        self.end = self.end or end
        self._changed.set()


class SocketApp:
    """All WebSocket servers of a virtual world."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.handshakes: list[Handshake] = []  # also those that were refused
        self._scripts: dict[str, deque[Greeting]] = {}
        self._changed = asyncio.Event()

    def on(self, url: str, *answers: Answer) -> None:
        """Greet who connects to a URL (or path of app.test) in turn; the last answer stays.

        URLs that are not scripted accept everybody.
        """
        greetings = [
            each if isinstance(each, Greeting) else Greeting(react=each) for each in answers
        ]
        self._scripts[urljoin(BASE, url)] = deque(greetings)

    async def wait_link(self, *, count: int = 1) -> Link:
        """Wait until so many connections have been opened; return the last of them."""
        while len(self.links) < count:
            self._changed.clear()
            await self._changed.wait()
        return self.links[count - 1]

    async def admit(self, handshake: Handshake) -> Link:
        """Greet a client; raises HandshakeError."""
        self.handshakes.append(handshake)
        script = self._scripts.get(handshake.url.partition("?")[0])
        greeting = ACCEPTED if not script else script[0]
        if script and len(script) > 1:
            script.popleft()
        await asyncio.sleep(greeting.delay_s)
        if greeting.failure is not None:
            raise HandshakeError(greeting.failure, ours=greeting.ours)
        link = Link(handshake, greeting)
        self.links.append(link)
        self._changed.set()
        return link

    async def connect(self, handshake: Handshake, *, timeout_s: float) -> WebSocket:
        """Open a connection in virtual time (webhooks/websocket.py: WebSockets)."""
        try:
            async with asyncio.timeout(timeout_s):
                return VirtualSocket(await self.admit(handshake))
        except TimeoutError:
            raise HandshakeError(f"timed out after {timeout_s:g} seconds") from None


class VirtualSocket:
    """The server's end of a link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._unread: deque[str] = deque()
        self._closed = False

    async def send(self, text: str) -> None:
        """Send a text; a far end that does not read lets a few pile up on the way."""
        if len(self._unread) >= UNREAD_TEXTS:
            await self._link.reading.wait()
        self._unread.append(text)
        self._deliver()

    async def ping(self) -> None:
        """Ask for a Pong; one that does not read does not answer."""
        if self._link.reading.is_set():
            self._link.outbox.put_nowait(Pong())

    async def receive(self) -> Frame:
        """Return what comes next."""
        frame = await self._link.outbox.get()
        self._closed = self._closed or isinstance(frame, Closed)
        return frame

    async def close(self, code: int) -> None:
        """Say goodbye."""
        self._deliver()
        if not self._closed:
            self._closed = True
            self._link.over(Closed(code))

    def _deliver(self) -> None:
        while self._unread and self._link.reading.is_set():
            self._link.take(self._unread.popleft())
