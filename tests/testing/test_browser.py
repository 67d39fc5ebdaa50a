"""Browsers of a world; that their gateway behaves as the real one is in tests/webrtc."""

import pytest

from offhook.testing.loop import virtual
from offhook.testing.world import World
from offhook.webrtc import GatewayError


@virtual
async def test_a_browser_keeps_what_it_is_told_and_leaves_once() -> None:
    async with World() as world:
        _, token = await world.endpoint()
        browser = await world.browser(token)
        browser.leave()
        browser.leave()

        assert (await browser.wait("bye"))["reason"] == "the device left"
        assert [each.get("type") for each in browser.told][:3] == ["welcome", "answer", "connected"]


@virtual
async def test_the_gateway_knows_browsers_by_name() -> None:
    async with World() as world:
        with pytest.raises(GatewayError):
            await world.browsers.gateway.open("d-1", "v=0", lambda _: None)
