"""What becomes of a Connect when things go wrong; the stories are in tests/scenarios."""

import asyncio

import pytest
from tests.scenarios.test_bxml_11_12_connect import connect, device, leg, statuses

from offhook.calls.connect import _ended
from offhook.errors import Cause
from offhook.facts import PeerLeft
from offhook.testing.loop import virtual
from offhook.testing.world import World


@pytest.mark.parametrize(
    ("cause", "talked", "status"),
    [
        (Cause.HANGUP, True, "COMPLETED"),
        (Cause.ERROR, True, "FAILED"),
        (Cause.TIMEOUT, False, "TIMED_OUT"),
        (Cause.REJECTED, False, "DENIED"),
        (Cause.BUSY, False, "FAILED"),
        (Cause.ERROR, False, "FAILED"),
    ],
)
def test_how_the_leg_ended_tells_the_status(cause: Cause, talked: bool, status: str) -> None:
    assert _ended(PeerLeft("c-1", cause), talked=talked) == status


@virtual
async def test_of_two_calls_at_once_one_has_the_device() -> None:
    async with World() as world:
        endpoint_id, browser = await device(world)
        one, two = await asyncio.gather(
            world.answered(connect(endpoint_id), to="+12025550111"),
            world.answered(connect(endpoint_id), to="+12025550122"),
        )
        await browser.wait("talking")
        await asyncio.sleep(1.0)
        browser.hang_up()
        await asyncio.gather(one.disconnect(), two.disconnect())

        assert sorted(statuses(world))[-2:] in (["FAILED", "INITIATED"], ["INITIATED"] * 2)
        assert statuses(world).count("COMPLETED") == 1


@virtual
async def test_the_leg_is_a_call_that_shows_who_is_connected() -> None:
    async with World() as world:
        endpoint_id, browser = await device(world)
        talk = await world.answered(connect(endpoint_id))
        await browser.wait("talking")
        await asyncio.sleep(0.5)
        made = leg(world, talk)

        assert (made.to, made.from_, made.status) == (endpoint_id, "+12025550143", None)
        answer = await world.rest.update_call(made.call_id, state="completed")
        await talk.disconnect()
        assert answer.status == 200
        assert statuses(world) == ["INITIATED", "COMPLETED"]
