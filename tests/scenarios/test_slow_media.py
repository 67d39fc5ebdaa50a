"""Calls while their media still opens, which may take seconds (limits.MEDIA_OPEN_S)."""

import asyncio

import pytest
from tests.scenarios.cases import kinds
from tests.scenarios.links import N1, party

from offhook.media.messages import Command
from offhook.testing.loop import virtual
from offhook.testing.world import World

SLOW_S = 2.0


def slow(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the media worker be busy: commands reach it late, in their order."""
    media = world.node.media
    send = media.send

    def later(command: Command) -> None:
        asyncio.get_running_loop().call_later(SLOW_S, send, command)

    monkeypatch.setattr(media, "send", later)


def invites(world: World) -> int:
    return sum(each.data.startswith(b"INVITE ") for each in world.network.messages)


@virtual
async def test_a_call_ended_while_media_opens_is_never_placed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with World() as world:
        slow(world, monkeypatch)
        call_id = await world.create_call()
        await asyncio.sleep(1)
        answer = await world.rest.update_call(call_id, state="completed")
        event = await world.app.wait_event("disconnect", callId=call_id)
        ended = world.now
        await asyncio.sleep(5)
        placed = invites(world)

    assert (answer.status, event["cause"], placed) == (200, "cancel", 0)
    assert ended < 1.2
    assert world.phone().calls == []


@virtual
async def test_a_leg_whose_caller_leaves_while_media_opens_is_never_placed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with World() as world:
        party(world)
        leg = f'<PhoneNumber transferDisconnectUrl="/td">{N1}</PhoneNumber>'
        talk = await world.answered(f"<Pause/><Transfer>{leg}</Transfer>")
        slow(world, monkeypatch)
        await asyncio.sleep(1.5)
        talk.phone.hang_up()
        event = await world.app.wait_event("transferDisconnect")
        await asyncio.sleep(2 * SLOW_S)  # so late is the row given back

    assert event["cause"] == "cancel"
    assert world.phone(N1).calls == []
    assert kinds(talk) == ["answer", "disconnect"]
