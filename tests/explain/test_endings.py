"""Calls that ended as they may."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.explain.scene import play

from offhook.testing.app import Reply, document
from offhook.testing.fixtures import ANSWER_URL, NUMBER
from offhook.testing.phone import only_rings
from offhook.testing.world import World

LONG = '<Pause duration="60"/>'


async def far_end(world: World) -> str:
    talk = await world.answered(LONG)
    talk.phone.hang_up()
    await talk.disconnect()
    return talk.call_id


async def rest(world: World) -> str:
    talk = await world.answered(LONG)
    await talk.wait_event("answer")
    await world.rest.update_call(talk.call_id, state="completed")
    await talk.disconnect()
    return talk.call_id


async def verb(world: World) -> str:
    talk = await world.answered("<Hangup/>")
    await talk.disconnect()
    return talk.call_id


async def ran_out(world: World) -> str:
    talk = await world.answered('<Pause duration="1"/>')
    await talk.disconnect()
    return talk.call_id


async def nothing(world: World) -> str:
    world.app.on(ANSWER_URL, Reply(status=204))
    call_id = await world.create_call()
    await world.app.wait_event("disconnect", callId=call_id)
    return call_id


async def ringing(world: World) -> str:
    world.phone().behaviour = only_rings
    call_id = await world.create_call()
    await (await world.phone().wait_call()).wait("ringing")
    await world.rest.update_call(call_id, state="completed")
    await world.app.wait_event("disconnect", callId=call_id)
    return call_id


async def caller(world: World) -> str:
    world.app.on("http://app.test/v/init", document("<Ring duration='20' answerCall='false'/>"))
    call = await world.phone().dial(NUMBER)
    event = await world.app.wait_event("initiate")
    await asyncio.sleep(1)
    call.hang_up()
    await world.app.wait_event("disconnect")
    told: str = event["callId"]
    return told


async def refused(world: World) -> str:
    world.app.on("http://app.test/v/init", document("<Hangup/>"))
    await world.phone().dial(NUMBER)
    event = await world.app.wait_event("disconnect")
    told: str = event["callId"]
    return told


async def alive(world: World) -> str:
    return (await world.answered(LONG)).call_id


@pytest.mark.parametrize(
    ("scene", "sentence"),
    [
        (far_end, "+12025550143 hung up."),
        (rest, "REST ended the call (state completed)."),
        (verb, "The application hung up with <Hangup>."),
        (ran_out, "The document came to its end after <Pause>, so the call was hung up."),
        (nothing, "The application answered without a document, so the call was hung up."),
        (ringing, "REST ended the call before it was answered (state completed)."),
        (caller, "The caller gave up before the answer."),
        (refused, "The application did not take the call: <Hangup> ended it before it was"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_who_ended_the_call_is_told(
    scene: Callable[[World], Awaitable[str]], sentence: str
) -> None:
    told = play(scene)

    assert told.cause.sentence.startswith(sentence)
    assert told.cause.entry is None
    assert told.also == ()
