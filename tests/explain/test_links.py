"""Calls that could not be brought together."""

import pytest
from tests.explain.scene import play

from offhook.testing.app import document
from offhook.testing.fixtures import ANSWER_URL
from offhook.testing.world import World


@pytest.mark.parametrize(
    ("target", "words"), [("c-none", "call c-none not found"), ("own", "not found")]
)
def test_a_bridge_that_did_not_come_about(target: str, words: str) -> None:
    async def scene(world: World) -> str:
        bridge = f'\n<Bridge bridgeCompleteUrl="/b">{target}</Bridge>'
        world.app.on(ANSWER_URL, document(bridge))
        world.app.on("http://app.test/b", document("<Hangup/>"))
        await world.create_call()
        event = await world.app.wait_event("bridgeComplete")
        await world.app.wait_event("disconnect")
        told: str = event["errorId"]
        return told

    told = play(scene)

    assert words in told.cause.sentence
    assert "The <Bridge> in line 2" in told.cause.sentence
    assert [event.kind for event in told.cause.evidence] == ["verb.started", "bridge.refused"]


def test_the_calls_own_end_tells_of_it_beside() -> None:
    async def scene(world: World) -> str:
        world.app.on(ANSWER_URL, document("<Bridge>c-none</Bridge>"))
        call_id = await world.create_call()
        await world.app.wait_event("disconnect", callId=call_id)
        return call_id

    told = play(scene)

    assert (
        told.cause.sentence == "The document came to its end after <Bridge>, so the call was "
        "hung up."
    )
    assert "c-none not found" in told.also[0].sentence
