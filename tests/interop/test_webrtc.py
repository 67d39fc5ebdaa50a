"""A WebRTC peer (aiortc) becomes the device of an endpoint of a real server, and talks to a phone.

Everything is real: the WebSocket, ICE, DTLS, SRTP, the gateway, the media worker, SIP and RTP.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse
from tests.interop.conftest import VoiceServer
from tests.webrtc.rtc import Rtc, hears

from offhook.testing import sound

pytestmark = pytest.mark.slow

BROWSER_HZ, PHONE_HZ = 700.0, 1100.0
TALK_S = 1.0
PATIENCE_S = 15.0


class Device:
    """The peer and its WebSocket."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.rtc = Rtc(BROWSER_HZ)
        self.device_id = ""

    async def said(self, kind: str) -> dict[str, Any]:
        """Wait for a message, whatever comes before it."""
        while True:
            message: dict[str, Any] = json.loads(await self.socket.receive_str())
            if message["type"] == kind:
                return message

    async def connect(self, token: str) -> None:
        """Say hello, offer, and wait until the server says that it is connected."""
        await self.socket.send_json({"type": "hello", "token": token, "name": "aiortc"})
        self.device_id = (await self.said("welcome"))["deviceId"]
        await self.socket.send_json({"type": "offer", "sdp": await self.rtc.offer()})
        await self.rtc.answered((await self.said("answer"))["sdp"])
        await self.said("connected")


@asynccontextmanager
async def device(server: VoiceServer, token: str) -> AsyncIterator[Device]:
    url = f"{server.server.url}/offhook/v1/devices"
    async with (
        asyncio.timeout(PATIENCE_S),
        ClientSession() as session,
        session.ws_connect(url) as socket,
    ):
        made = Device(socket)
        try:
            await made.connect(token)
            yield made
        finally:
            await made.rtc.close()


def endpoint(server: VoiceServer) -> tuple[str, str]:
    body = {
        "type": "WEBRTC",
        "direction": "BIDIRECTIONAL",
        "eventCallbackUrl": f"{server.site.app_url}/life",
    }
    data = server.rest.ask("POST", "/endpoints", body).json()["data"]
    return data["endpointId"], data["token"]


def test_a_browser_and_a_phone_hear_each_other(voice_server: VoiceServer) -> None:
    endpoint_id, token = endpoint(voice_server)
    site = voice_server.site
    verbs = f'<Connect eventCallbackUrl="{site.app_url}/ev"><Endpoint>{endpoint_id}</Endpoint>'
    site.app.on("/answer", f"{verbs}</Connect>")

    async def story() -> None:
        async with device(voice_server, token) as browser:
            came = await site.told("DEVICE_CONNECTED")
            assert came["device"]["deviceId"] == browser.device_id
            phone = site.phones.phone("+12025550143")
            await site.create()
            first = await phone.wait_call()
            await browser.said("talking")
            await first.wait("answered")
            await first.say(sound.tone(PHONE_HZ, TALK_S))
            await browser.rtc.wait_heard(PHONE_HZ)
            await hears(lambda: first.heard, BROWSER_HZ)
            await browser.socket.send_json({"type": "hangup"})
            await browser.said("ended")
            assert (await site.told("connectStatus", 2))["status"] == "COMPLETED"
            await site.told("disconnect")
            # once more, with another stream of sound
            second = await site.create()
            await browser.said("talking")
            handset = await phone.wait_call(2)
            await handset.wait("answered")
            already = len(browser.rtc.heard())
            await handset.say(sound.tone(PHONE_HZ, TALK_S))
            await hears(lambda: browser.rtc.heard()[already:], PHONE_HZ)
            await asyncio.to_thread(
                voice_server.rest.ask, "POST", f"/calls/{second}", {"state": "completed"}
            )
            await browser.said("ended")
        await site.told("DEVICE_DISCONNECTED")

    voice_server.loop.run(story())


def test_an_endpoint_hears_a_document_of_its_own(voice_server: VoiceServer) -> None:
    endpoint_id, token = endpoint(voice_server)
    site = voice_server.site
    clip = f"{site.app_url}/v/clip.wav"
    site.app.file("clip.wav", sound.wav(sound.tone(PHONE_HZ, TALK_S)), Content_Type="audio/wav")

    async def story() -> None:
        async with device(voice_server, token) as browser:
            await site.told("DEVICE_CONNECTED", 1, endpointId=endpoint_id)
            document = f"<Response><PlayAudio>{clip}</PlayAudio></Response>".encode()
            kind = {"Content-Type": "application/xml"}
            path = f"/endpoints/{endpoint_id}/bxml"

            def put() -> int:
                return voice_server.rest.ask("PUT", path, document, kind).status

            while await asyncio.to_thread(put) != 204:  # noqa: ASYNC110  # it publishes soon
                await asyncio.sleep(0.05)
            await browser.rtc.wait_heard(PHONE_HZ)
            await browser.said("ended")

    voice_server.loop.run(story())


def test_a_wrong_token_is_told(voice_server: VoiceServer) -> None:
    async def story() -> None:
        url = f"{voice_server.server.url}/offhook/v1/devices"
        async with ClientSession() as session, session.ws_connect(url) as socket:
            await socket.send_json({"type": "hello", "token": "wrong"})
            error = json.loads(await socket.receive_str())
            bye = json.loads(await socket.receive_str())
            end = await socket.receive()

            assert (error["type"], bye["type"], end.data) == ("error", "bye", 1008)

    voice_server.loop.run(story())
