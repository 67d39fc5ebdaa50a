"""A Connect that found nobody, told among what else was wrong with the call."""

from tests.explain.scene import play
from tests.scenarios.test_bxml_11_12_connect import connect

from offhook.testing.world import World


def test_why_nobody_was_found_is_told() -> None:
    async def scene(world: World) -> str:
        endpoint_id, token = await world.endpoint()
        await world.browser(token, publish=False)
        talk = await world.answered(connect(endpoint_id, ""))
        await talk.disconnect()
        return talk.call_id

    told = play(scene)
    (also,) = told.also

    assert also.sentence.startswith("A <Connect> to endpoint e-")
    assert also.sentence.endswith(" failed: its device publishes no media.")
    assert "docs/endpoints.md" in also.fix


def test_a_server_without_webrtc_says_what_is_missing() -> None:
    async def scene(world: World) -> str:
        world.browsers.gateway.missing = "this server has no WebRTC"
        talk = await world.answered(connect("e-1", ""))
        await talk.disconnect()
        return talk.call_id

    (also,) = play(scene).also

    assert also.sentence.endswith(" with a device, and this server has no WebRTC.")
