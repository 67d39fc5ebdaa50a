"""How a browser or app becomes a device: JSON over a WebSocket (docs/endpoints.md).

It says hello with the endpoint's token, makes an SDP offer and gets the answer; candidates may come
later. Then calls come to it. The token travels in a message, so that it is in no URL and no log.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from offhook.api import targets
from offhook.api.service import DeviceDoor, EndpointService
from offhook.api.site import Site
from offhook.budget import Budget
from offhook.clock import Clock
from offhook.scopes import background
from offhook.webrtc import GatewayError

PATH = ("offhook", "v1", "devices")
HELLO_S = 10.0  # for the first message
SOCKETS = 2000  # at once
MESSAGE_CHARACTERS = 65_536
WAITING = 100  # messages for a device that reads slowly
BURST, PER_S = 100, 10.0  # messages of a device
NAME_CHARACTERS = 1024
GOING, REFUSED = 1000, 1008  # close codes (RFC 6455 7.4.1)
LEFT = "the device left"


class Hello(msgspec.Struct, tag="hello"):
    """The first message."""

    token: str
    name: str | None = None
    answers: Literal["auto", "manual"] = "auto"  # who lifts the receiver


class Offer(msgspec.Struct, tag="offer"):
    """What the device can do."""

    sdp: str


class Candidate(msgspec.Struct, tag="candidate"):
    """A way to it; null: there are no more."""

    candidate: dict[str, Any] | None = None


class Accept(msgspec.Struct, tag="accept"):
    """Take the call that rings."""


class Hangup(msgspec.Struct, tag="hangup"):
    """Leave the call, or refuse the one that rings."""


class Request(msgspec.Struct, tag="request"):
    """Ask the application for a call."""

    to: str  # a telephone number, SIP URI or endpoint


Message = Hello | Offer | Candidate | Accept | Hangup | Request
_decode: Callable[[str], Message] = msgspec.json.Decoder(Message).decode


class Outgoing:
    """Messages on their way to a device; posting never blocks."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self._over = False

    def post(self, message: Mapping[str, Any]) -> None:
        """Send a message after those before it; a device that does not read is let go."""
        if self._over:
            return
        if self._waiting.qsize() >= WAITING:
            self.end("the device does not read its messages")
        else:
            self._waiting.put_nowait(message)

    def end(self, reason: str, code: int = GOING) -> None:
        """Close the connection after the messages before."""
        if not self._over:
            self._over = True
            self._waiting.put_nowait({"type": "bye", "reason": reason, "code": code})

    async def carry(self, socket: WebSocket) -> None:
        """Send all until the end."""
        while True:
            message = dict(await self._waiting.get())
            code = message.pop("code", None)
            await socket.send_text(msgspec.json.encode(message).decode())
            if code is not None:
                await socket.close(code)
                return


class Devices:
    """The WebSocket of devices."""

    def __init__(self, service: EndpointService, site: Site, clock: Clock) -> None:
        self._service = service
        self._site = site
        self._clock = clock
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Talk to a device until it leaves or is let go (ASGI 3)."""
        socket = WebSocket(scope, receive, send)
        here = self._site.below(targets.raw_segments(scope)) == PATH
        if not here or self._open >= SOCKETS:
            await socket.close(REFUSED)  # before it is accepted: 403
            return
        self._open += 1
        try:
            await socket.accept()
            outgoing = Outgoing()
            async with background(self._listen(socket, outgoing)):
                await outgoing.carry(socket)
        except (WebSocketDisconnect, RuntimeError):
            return  # it has left while something was said to it
        finally:
            self._open -= 1

    async def _listen(self, socket: WebSocket, outgoing: Outgoing) -> None:
        """Do what the device says, until it is wrong or has left."""
        reader = Reader(socket, self._clock)
        door: DeviceDoor | None = None
        try:
            door = await self._welcome(reader, outgoing)
            while True:
                await _obey(door, await reader.next(), outgoing)
        except GatewayError as error:
            outgoing.post({"type": "error", "message": str(error)})
            outgoing.end(str(error), REFUSED)
        except WebSocketDisconnect:
            outgoing.end(LEFT)
        finally:
            if door is not None:
                door.close(LEFT)

    async def _welcome(self, reader: "Reader", outgoing: Outgoing) -> DeviceDoor:
        try:
            async with asyncio.timeout(HELLO_S):
                hello = await reader.next()
        except TimeoutError:
            raise GatewayError(f"no hello came within {HELLO_S:g} seconds") from None
        if not isinstance(hello, Hello):
            raise GatewayError("the first message must be a hello with the endpoint's token")
        if len(hello.name or "") > NAME_CHARACTERS:
            raise GatewayError(f"name must contain at most {NAME_CHARACTERS} characters")
        door = await self._service.admit(hello.token, hello.name, outgoing.post, outgoing.end)
        door.answers_by_itself(hello.answers == "auto")
        welcome = {"endpointId": door.endpoint_id, "deviceId": door.device_id}
        outgoing.post({"type": "welcome", **welcome})
        return door


class Reader:
    """Reads messages, and not too many."""

    def __init__(self, socket: WebSocket, clock: Clock) -> None:
        self._socket = socket
        self._budget = Budget(BURST, PER_S, clock.now)

    async def next(self) -> Message:
        """Return the next message; raises GatewayError, and WebSocketDisconnect at the end."""
        event = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code") or GOING)
        text = event.get("text")
        if text is None or len(text) > MESSAGE_CHARACTERS:
            raise GatewayError(f"a message is text of at most {MESSAGE_CHARACTERS} characters")
        if not self._budget.take():
            raise GatewayError("too many messages")
        try:
            return _decode(text)
        except (ValueError, RecursionError) as error:
            raise GatewayError(f"the message is not as documented: {error}") from error


async def _obey(door: DeviceDoor, message: Message, outgoing: Outgoing) -> None:
    match message:
        case Offer(sdp=sdp):
            outgoing.post({"type": "answer", "sdp": await door.offer(sdp)})
        case Candidate(candidate=candidate):
            door.hint(candidate or {})
        case Accept():
            door.lift()
        case Hangup():
            door.hang()
        case Request(to=to):
            if (refusal := door.request(to)) is not None:
                outgoing.post({"type": "refused", "to": to, "reason": refusal})
        case Hello():
            raise GatewayError("a device says hello once")
