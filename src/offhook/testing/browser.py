"""Browsers in virtual time: devices of endpoints, with ears and a mouth, and a gateway for them.

They talk to the real WebSocket of the server, in memory. What is left out is the armour of WebRTC:
`PlainGateway` tells a device where plain RTP goes, and the two agree on that without SDP. A test
holds it and the real gateway to the same behaviour (tests/webrtc/test_gateway.py).
"""

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from offhook.media import messages
from offhook.media.local import LocalMedia
from offhook.scopes import TaskOwner
from offhook.testing.asgi import Asgi, Message
from offhook.testing.ears import Ears
from offhook.testing.network import Network
from offhook.testing.sound import Pcm
from offhook.webrtc import Connected, GatewayError, Gone, Opened, Plain, Publishing, Sink

PATH = "/offhook/v1/devices"
HOST = "203.0.113.77"  # of all browsers


class AsgiSocket:
    """A WebSocket to an ASGI application."""

    def __init__(self, asgi: Asgi, tasks: TaskOwner) -> None:
        self._in: asyncio.Queue[Message] = asyncio.Queue()
        self._out: asyncio.Queue[Message] = asyncio.Queue()
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"api.test")],
            "client": (HOST, 50_000),
            "server": ("api.test", 80),
            "subprotocols": [],
        }
        self._in.put_nowait({"type": "websocket.connect"})
        tasks.start(self._run(asgi, scope), "websocket")

    async def _run(self, asgi: Asgi, scope: Message) -> None:
        async def send(message: Message) -> None:
            self._out.put_nowait(message)

        await asgi(scope, self._in.get, send)

    def send(self, **message: Any) -> None:
        """Say something."""
        self.send_text(json.dumps(message))

    def send_text(self, text: str) -> None:
        """Say something as it is."""
        self._in.put_nowait({"type": "websocket.receive", "text": text})

    async def receive(self) -> dict[str, Any]:
        """Return what is said next; the code of a close comes as `{"closed": code}`."""
        while True:
            message = await self._out.get()
            if message["type"] == "websocket.send":
                said: dict[str, Any] = json.loads(message["text"])
                return said
            if message["type"] == "websocket.close":
                return {"closed": message.get("code")}

    def leave(self) -> None:
        """Close it."""
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1001})


class Browser:
    """One device: what it was told, what it heard, and what it can do."""

    def __init__(self, browsers: "Browsers", name: str) -> None:
        self.name = name
        self.told: list[dict[str, Any]] = []
        self.sink: Sink | None = None  # of the gateway's reports
        self.socket = AsgiSocket(browsers.asgi(), browsers.tasks)
        self._browsers = browsers
        self._changed = asyncio.Event()
        self._opened: asyncio.Future[messages.Opened] | None = None
        self._plays: dict[int, asyncio.Future[None]] = {}
        self._left = False
        browsers.tasks.start(self._listen(), f"browser {name}")

    # the WebSocket

    async def _listen(self) -> None:
        while True:
            message = await self.socket.receive()
            self.told.append(message)
            self._changed.set()
            if "closed" in message:
                return

    async def wait(self, kind: str, count: int = 1) -> dict[str, Any]:
        """Wait until such a message has come so many times; return the last of them."""
        while len(found := [each for each in self.told if each.get("type") == kind]) < count:
            self._changed.clear()
            await self._changed.wait()
        return found[count - 1]

    async def connect(self, token: str, *, publish: bool = True, **hello: Any) -> None:
        """Become a device; returns when the server says that it is connected."""
        self.socket.send(type="hello", token=token, name=self.name, **hello)
        await self.wait("welcome")
        await self.open_media()
        self.socket.send(type="offer", sdp=self.name)
        await self.wait("connected")
        if publish:
            self.publish()

    def publish(self) -> None:
        """Send the first sound."""
        assert self.sink is not None
        self.sink(Publishing())

    def accept(self) -> None:
        """Take the call that rings."""
        self.socket.send(type="accept")

    def hang_up(self) -> None:
        """Leave the call, or refuse it."""
        self.socket.send(type="hangup")

    def leave(self) -> None:
        """Close the window."""
        if not self._left:
            self._left = True
            self.socket.leave()
            self._browsers.media.send(messages.Close(self.name))

    def fail(self) -> None:
        """Lose the network, so that the gateway gives the device up."""
        assert self.sink is not None
        self.sink(Gone("the connection broke"))

    # sound

    @property
    def heard(self) -> Pcm:
        """What it has heard in calls so far: int16, 8000 Hz."""
        return self._browsers.ears.heard(self.name)

    async def say(self, pcm: Pcm) -> None:
        """Speak; returns when the last sample has been sent."""
        number = len(self._plays) + 1
        clip = f"{self.name}.{number}"
        self._plays[number] = asyncio.get_running_loop().create_future()
        self._browsers.media.send(messages.Load(clip, pcm.tobytes()))
        self._browsers.media.send(messages.Play(self.name, number, clip))
        await self._plays[number]

    async def press(self, key: str) -> None:
        """Press a key (RTCRtpSender.dtmf)."""
        number = len(self._plays) + 1
        self._plays[number] = asyncio.get_running_loop().create_future()
        steps = (messages.ToneStep(key, 100), messages.ToneStep("", 60))
        self._browsers.media.send(messages.Dial(self.name, number, steps))
        await self._plays[number]

    async def open_media(self) -> None:
        """Open ears and mouth."""
        self._opened = asyncio.get_running_loop().create_future()
        self._browsers.media.send(messages.Open(self.name))
        await self._opened

    @property
    def plain(self) -> Plain:
        """Where its plain RTP is."""
        assert self._opened is not None
        opened = self._opened.result()
        return Plain(opened.host, opened.rtp_port, opened.rtcp_port, "PCMU")

    def attached(self, host: str, rtp_port: int, rtcp_port: int, *, send: bool) -> None:
        """Exchange sound with a leg of the server, or cease to."""
        self._browsers.media.send(
            messages.Connect(self.name, host, rtp_port, rtcp_port, "PCMU", 0, 101, send, send)
        )
        if send:
            self._browsers.media.send(messages.Record(self.name, self.name, ""))
        else:
            self._browsers.media.send(messages.StopRecord(self.name, self.name))

    def on_report(self, report: messages.Report) -> None:
        """Take what the media plane reports."""
        match report:
            case messages.Opened() if self._opened and not self._opened.done():
                self._opened.set_result(report)
            case messages.Ended(play=number) if not self._plays[number].done():
                self._plays[number].set_result(None)
            case messages.Digit(digit=digit):
                self.told.append({"type": "digit", "digit": digit})
                self._changed.set()
            case _:
                pass


class Browsers:
    """All browsers of a world: one media engine, one gateway."""

    def __init__(self, network: Network, rng: random.Random, asgi: Callable[[], Asgi]) -> None:
        self.asgi = asgi  # that of the server as it is now
        self.tasks = TaskOwner()
        self.ears = Ears()
        self.media = LocalMedia(network.ports(HOST), self._on_report, rng, 64, self.ears)
        self.gateway = PlainGateway(self)
        self.all: dict[str, Browser] = {}

    def start(self) -> None:
        """Live on the running loop."""
        self.media.start()

    def open(self) -> Browser:
        """Open one."""
        name = f"browser-{len(self.all) + 1}"
        self.all[name] = Browser(self, name)
        return self.all[name]

    def leave(self) -> None:
        """Close all windows."""
        for browser in self.all.values():
            browser.leave()

    async def close(self) -> None:
        """End everything."""
        self.leave()
        await self.tasks.close()
        await self.media.close()

    def _on_report(self, report: messages.Report) -> None:
        if isinstance(report, messages.Heard):  # nobody listens in to a browser
            return
        if (browser := self.all.get(report.leg)) is not None:
            browser.on_report(report)


class PlainGateway:
    """A gateway without armour (webrtc/__init__.py: Gateway): an offer is the browser's name."""

    def __init__(self, browsers: Browsers) -> None:
        self.missing: str | None = None
        self._browsers = browsers
        self._devices: dict[str, Browser] = {}

    async def open(self, device_id: str, offer: str, sink: Sink) -> Opened:
        """Take a browser by its name; raises GatewayError."""
        browser = self._browsers.all.get(offer)
        if browser is None:
            raise GatewayError("the offer is no SDP that this server can answer")
        self._devices[device_id] = browser
        browser.sink = sink
        asyncio.get_running_loop().call_soon(sink, Connected())
        return Opened(f"answer to {offer}", browser.plain)

    def hint(self, device_id: str, candidate: Mapping[str, Any]) -> None:
        """Nothing: there is one way."""

    def attach(self, device_id: str, host: str, rtp_port: int, rtcp_port: int) -> None:
        """Let the browser exchange sound with a leg."""
        self._devices[device_id].attached(host, rtp_port, rtcp_port, send=True)

    def detach(self, device_id: str) -> None:
        """Let it cease to."""
        self._devices[device_id].attached(self._devices[device_id].plain.host, 9, 9, send=False)

    def close(self, device_id: str) -> None:
        """Forget it."""
        self._devices.pop(device_id, None)
