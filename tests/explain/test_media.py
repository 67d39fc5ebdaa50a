"""Sound that could not be set up, or went one way only."""

import asyncio

import pytest
from tests.explain.scene import kinds, play

from offhook.errors import Who
from offhook.testing.app import document
from offhook.testing.fixtures import ANSWER_URL, SERVER, TRUNK
from offhook.testing.paths import CUT, Quality
from offhook.testing.world import World

RINGS_FIRST = '<Ring duration="3" answerCall="false"/><Pause duration="9"/>'


async def answered_for(world: World, seconds: float) -> str:
    """A call of so many seconds with silence in it."""
    world.app.on(ANSWER_URL, document(f'<Pause duration="{seconds:g}"/>'))
    call_id = await world.create_call()
    await world.app.wait_event("disconnect", callId=call_id)
    await asyncio.sleep(1)  # the counters come after the end
    return call_id


def test_one_way_audio_is_told() -> None:
    async def scene(world: World) -> str:
        world.network.paths.shape(CUT, source=TRUNK, to=SERVER, kind="rtp")
        return await answered_for(world, 5)

    told = play(scene)

    assert "One-way audio: not a single RTP packet came from 10.0.0.2:" in told.also[0].sentence
    assert told.also[0].who is Who.OPERATOR
    assert [event.kind for event in told.also[0].evidence] == ["media.connected", "media.closed"]


def test_a_bad_line_is_told() -> None:
    async def scene(world: World) -> str:
        world.network.paths.shape(Quality(loss=0.3), source=TRUNK, to=SERVER, kind="rtp")
        return await answered_for(world, 10)

    told = play(scene)

    assert "packets from the far side were lost (MOS 2.1 of 4.4)" in told.also[0].sentence


def test_of_a_good_line_nothing_is_told() -> None:
    async def scene(world: World) -> str:
        return await answered_for(world, 5)

    assert play(scene).also == ()


@pytest.mark.slow
def test_an_ack_that_never_comes() -> None:
    async def scene(world: World) -> str:
        world.app.on("http://app.test/v/init", document(RINGS_FIRST))
        call = await world.phone().dial("+12025550100")
        await call.wait("ringing")
        world.network.paths.shape(CUT, source=TRUNK, to=SERVER, kind="sip")
        event = await world.app.wait_event("disconnect")
        world.network.paths.heal()
        told: str = event["errorId"]
        return told

    told = play(scene)

    assert "the caller's ACK never came" in told.cause.sentence
    assert kinds(told) == ["sip.sent", "sip.sent", "call.ended"]
    assert told.cause.who is Who.CARRIER
