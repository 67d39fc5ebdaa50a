"""The scripted WebSocket server (that it behaves as a real one: tests/webhooks/socketry.py)."""

import asyncio
import json

import numpy as np
import pytest

from offhook.testing import sound
from offhook.testing.loop import virtual
from offhook.testing.sockets import Greeting, Link, SocketApp
from offhook.webhooks.websocket import Closed, Handshake, HandshakeError, WebSocket


async def linked(app: SocketApp, url: str = "ws://app.test/a") -> tuple[WebSocket, Link]:
    socket = await app.connect(Handshake(url), timeout_s=5.0)
    return socket, app.links[-1]


@virtual
async def test_greetings_are_given_in_turn_and_the_last_one_stays() -> None:
    app = SocketApp()
    app.on("/a", Greeting("HTTP 503"), Greeting(delay_s=2.0))

    with pytest.raises(HandshakeError, match="HTTP 503"):
        await linked(app)
    await linked(app)
    await linked(app, "ws://app.test/a?x=1")

    assert asyncio.get_running_loop().time() == 4.0
    assert len(app.links) == 2
    assert len(app.handshakes) == 3


@virtual
async def test_a_function_reacts_to_what_comes() -> None:
    app = SocketApp()
    app.on("wss://other.test/a", lambda link, message: link.send({"echo": message}))
    socket, _ = await linked(app, "wss://other.test/a")
    await socket.send('{"eventType":"start"}')
    echo = await socket.receive()

    assert isinstance(echo, str)
    assert json.loads(echo) == {"echo": {"eventType": "start"}}


@virtual
async def test_what_is_played_is_what_a_stream_would_send() -> None:
    """The sound that the server sends back is the sound that was played."""
    socket, link = await linked(SocketApp())
    tone = sound.tone(440.0, 0.02)
    link.play(tone)
    played = await socket.receive()
    assert isinstance(played, str)
    media = json.loads(played)["media"]
    frame = {"eventType": "media", "track": "inbound", "payload": media["payload"]}
    await socket.send(json.dumps(frame))

    assert media["contentType"] == "audio/pcmu"
    assert np.abs(link.sound().astype(int) - tone).max() < 400  # mu-law
    assert len(link.sound("outbound")) == 0


@virtual
async def test_nobody_waits_for_what_cannot_come_any_more() -> None:
    socket, link = await linked(SocketApp())
    await socket.close(1000)

    assert await link.wait_end() == Closed(1000)
    with pytest.raises(AssertionError, match="no media"):
        await link.wait("media")
