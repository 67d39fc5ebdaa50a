"""What call control may rely on: the real gateway, and the one of virtual time, behave alike.

The real one talks to an aiortc peer, with ICE, DTLS and SRTP on loopback.
"""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.webrtc.rtc import Rtc

from offhook.testing.loop import virtual
from offhook.testing.world import World
from offhook.webrtc import Connected, Gateway, GatewayError, Gone, NoGateway, Publishing, Report
from offhook.webrtc.gateway import MISSING, WebRtcGateway, make_gateway

PATIENCE_S = 15.0


class Desk:
    """A gateway with one device that can be opened."""

    def __init__(self, gateway: Gateway, offer: str) -> None:
        self.gateway = gateway
        self.offer = offer
        self.reports: asyncio.Queue[Report] = asyncio.Queue()

    async def opened(self, answered: Any = None, publish: Any = None) -> None:
        """Connect the device, and let it send its first sound."""
        opened = await self.gateway.open("d-1", self.offer, self.reports.put_nowait)
        assert opened.plain.codec == "PCMU"
        assert opened.plain.rtp_port != opened.plain.rtcp_port
        if answered:
            await answered(opened.answer)
        assert await self.next() == Connected()
        if publish:
            publish()
        assert await self.next() == Publishing()

    async def next(self) -> Report:
        async with asyncio.timeout(PATIENCE_S):
            return await self.reports.get()


async def behaves(desk: Desk, lose: Any) -> None:
    """The contract, once the device is connected."""
    with pytest.raises(GatewayError):
        await desk.gateway.open("d-2", "this is no offer", desk.reports.put_nowait)
    desk.gateway.attach("d-1", "127.0.0.1", 40_000, 40_001)
    desk.gateway.detach("d-1")
    desk.gateway.hint("d-1", {})
    await lose()
    assert isinstance(await desk.next(), Gone)
    desk.gateway.close("d-1")
    desk.gateway.close("d-1")  # once more, and of one that never was: nothing
    desk.gateway.hint("d-9", {})
    desk.gateway.close("d-9")
    await asyncio.sleep(0.05)
    assert desk.reports.empty()


@asynccontextmanager
async def real() -> AsyncIterator[tuple[WebRtcGateway, Rtc]]:
    gateway, rtc = WebRtcGateway("127.0.0.1", None, None, "127.0.0.1"), Rtc(700.0)
    try:
        yield gateway, rtc
    finally:
        await rtc.close()
        await gateway.stop()


@pytest.mark.slow
def test_the_real_gateway() -> None:
    async def story() -> None:
        async with real() as (gateway, rtc):
            desk = Desk(gateway, await rtc.offer())
            await desk.opened(rtc.answered)
            await behaves(desk, rtc.close)

    asyncio.run(story())


@virtual
async def test_that_of_virtual_time() -> None:
    async with World() as world:
        browser = world.browsers.open()
        await browser.open_media()
        desk = Desk(world.browsers.gateway, browser.name)

        async def lose() -> None:
            browser.fail()

        await desk.opened(publish=browser.publish)
        await behaves(desk, lose)


@pytest.mark.slow
def test_a_peer_that_shows_another_certificate_is_not_connected() -> None:
    async def story() -> None:
        async with real() as (gateway, rtc):
            offer = await rtc.offer()
            head, mark, tail = offer.partition("a=fingerprint:sha-256 ")
            wrong = head + mark + ":".join(["AB"] * 32) + tail[95:]
            desk = Desk(gateway, wrong)
            opened = await gateway.open("d-1", wrong, desk.reports.put_nowait)
            await rtc.answered(opened.answer)

            assert await desk.next() == Gone("the DTLS handshake failed")
            gateway.close("d-1")

    asyncio.run(story())


def test_one_that_was_never_used_stops() -> None:
    async def story() -> None:
        gateway = WebRtcGateway("127.0.0.1", None, None, "127.0.0.1")
        gateway.detach("d-1")
        await gateway.stop()

    asyncio.run(story())


def test_without_the_libraries_it_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(make_gateway("127.0.0.1", None, None, "127.0.0.1"), WebRtcGateway)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    gateway = make_gateway("127.0.0.1", None, None, "127.0.0.1")
    assert isinstance(gateway, NoGateway)

    async def story() -> None:
        with pytest.raises(GatewayError, match="install offhook") as refusal:
            await gateway.open("d-1", "", lambda _: None)
        assert str(refusal.value) == MISSING

    asyncio.run(story())
