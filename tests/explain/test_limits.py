"""Limits that a call met after it was accepted."""

import asyncio

from tests.explain.scene import play

from offhook.testing.app import document
from offhook.testing.fixtures import ANSWER_URL
from offhook.testing.phone import only_rings
from offhook.testing.world import World


def test_a_limit_is_told_with_its_value() -> None:
    async def scene(world: World) -> str:
        world.phone().behaviour = only_rings
        world.change_account(sessions=1)
        first = await world.create_call()
        second = await world.create_call()
        event = await world.app.wait_event("disconnect", callId=second)
        await world.rest.update_call(first, state="completed")
        told: str = event["errorId"]
        return told

    told = play(scene)

    assert told.cause.sentence == (
        "Account concurrent call limit exceeded: the account has 1 active calls, which is its "
        "sessions limit."
    )


def test_a_leg_that_a_limit_refuses_is_told_on_the_call_that_wanted_it() -> None:
    async def scene(world: World) -> str:
        transfer = (
            '<Transfer transferCompleteUrl="/tc"><PhoneNumber>+12025550199</PhoneNumber></Transfer>'
        )
        world.app.on(ANSWER_URL, document(transfer))
        world.app.on("http://app.test/tc", document("<Hangup/>"))
        world.change_account(sessions=1)
        await world.create_call()
        event = await world.app.wait_event("transferComplete")
        await asyncio.sleep(1)
        told: str = event["errorId"]
        return told

    told = play(scene)

    assert "which is its sessions limit" in told.cause.sentence
    assert [event.kind for event in told.cause.evidence] == ["transfer.refused"]
