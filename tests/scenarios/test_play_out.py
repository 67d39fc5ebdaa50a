"""The last sound of a call is heard to its end: the BYE waits for far ends with jitter buffers."""

import asyncio

import pytest
from tests.scenarios.cases import T1, about, began, heard

from offhook.calls.limits import PLAY_OUT_S
from offhook.testing.fixtures import T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.world import Talk, World

TIGHT_S = 0.025  # a tick, and the network's jitter


async def goodbye(world: World, verbs: str) -> tuple[Talk, float]:
    """Run a document to the end; return when the BYE left, in seconds since the document."""
    talk = await world.answered(verbs)
    await talk.disconnect()
    byes = [each.at for each in world.network.messages if each.data.startswith(b"BYE ")]
    return talk, byes[0] - began(talk)


@virtual
@pytest.mark.parametrize("end", ["", "<Hangup/>", '<Tag>x</Tag><Redirect redirectUrl="/r"/>'])
async def test_a_last_clip_is_heard_to_its_end(end: str) -> None:
    async with World() as world:
        world.app.on("/r", "<Hangup/>")
        talk, at = await goodbye(world, T1 + end)

    ((start, stop),) = heard(talk, T1_HZ)
    assert at == about(1.0 + PLAY_OUT_S, TIGHT_S)
    assert stop - start == about(1.0, TIGHT_S)


@virtual
@pytest.mark.parametrize(
    ("verbs", "at"),
    [("<Hangup/>", 0.0), ('<Pause duration="0.5"/>', 0.5), (T1 + '<Pause duration="0.5"/>', 1.5)],
)
async def test_without_a_sound_there_is_nothing_to_wait_for(verbs: str, at: float) -> None:
    async with World() as world:
        _, left = await goodbye(world, verbs)

    assert left == about(at, TIGHT_S)


@virtual
async def test_a_request_of_rest_is_not_kept_waiting() -> None:
    async with World() as world:
        talk = await world.answered(T1)
        await asyncio.sleep(1.02 + PLAY_OUT_S / 2)
        answer = await world.rest.update_bxml(talk.call_id, f"<Response>{T1}</Response>")
        await talk.disconnect()

    assert answer.status == 204
    assert [stop - start for start, stop in heard(talk, T1_HZ)] == about([1.0, 1.0], TIGHT_S)
