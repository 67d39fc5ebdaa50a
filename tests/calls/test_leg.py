"""A leg owes each far end its goodbye, and frees what it took."""

import asyncio

import pytest

from offhook.calls.leg import hidden
from offhook.media.messages import Close, Command, Lost, Open
from offhook.testing.fixtures import TRUNK
from offhook.testing.loop import virtual
from offhook.testing.phone import answers
from offhook.testing.world import World

LONG = '<Pause duration="60"/>'


@virtual
async def test_a_lost_media_worker_ends_the_call_with_an_error() -> None:
    async with World() as world:
        talk = await world.answered(LONG)
        await asyncio.sleep(1)
        world.node.media.send(Close(talk.call_id))  # the row is gone with its worker
        world.node.exchange.on_report(Lost(talk.call_id, "killed"))
        event = await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == ("error", "Media session failed")
    assert talk.phone.end == "hung up by the far end"


@virtual
async def test_a_caller_without_an_offer_gets_ours_and_talks() -> None:
    async with World() as world:
        world.phone().codecs = ("PCMA",)
        talk = await world.calling("<PlayAudio>t1.wav</PlayAudio>")
        event = await talk.disconnect()
        connected = [
            e.data for e in world.store.events(talk.call_id) if e.kind == "media.connected"
        ]

    assert event["cause"] == "hangup"
    assert [data["codec"] for data in connected] == ["PCMA"]


@virtual
async def test_a_cancelled_player_is_stopped_at_once() -> None:
    async with World() as world:
        talk = await world.answered("<PlayAudio>t3.wav</PlayAudio>")
        await asyncio.sleep(1)
        await world.rest.update_bxml(talk.call_id, '<Response><Pause duration="1"/></Response>')
        await talk.disconnect()

    from offhook.testing import sound
    from offhook.testing.fixtures import T3_HZ

    (span,) = sound.tones(talk.phone.heard, T3_HZ)
    assert span.about(0, 1, tolerance_s=0.1)


@virtual
async def test_an_answer_crossing_a_cancel_is_hung_up() -> None:
    async with World() as world:
        world.phone().behaviour = answers(1.0, rings=True)
        call_id = await world.create_call()
        await asyncio.sleep(1.0)
        await world.rest.update_call(call_id, state="completed")
        event = await world.app.wait_event("disconnect", callId=call_id)

    assert event["cause"] in ("cancel", "hangup")
    assert world.phone().call.end is not None


def places(world: World) -> list[Open]:
    """Return how ports are asked for from now on."""
    asked: list[Open] = []
    send = world.node.media.send

    def listen(command: Command) -> None:
        if isinstance(command, Open):
            asked.append(command)
        send(command)

    world.node.media.send = listen  # type: ignore[method-assign]
    return asked


@virtual
async def test_ports_are_chosen_knowing_what_the_caller_offered() -> None:
    async with World() as world:
        asked = places(world)
        talk = await world.calling("<PlayAudio>t1.wav</PlayAudio>")
        await talk.disconnect()
        (event,) = (e for e in world.store.events(talk.call_id) if e.kind == "media.connected")

    (wanted,) = asked
    assert (wanted.host, wanted.rtp_port) == (TRUNK, event.data["rtp_port"])
    assert not wanted.alone


@virtual
async def test_who_is_called_over_a_trunk_may_share_ports_and_any_other_may_not() -> None:
    """Nobody knows where the answer of a SIP URI will come from."""
    async with World() as world:
        asked = places(world)
        await (await world.answered("<Hangup/>")).disconnect()
        await world.create_call(to="sip:alice@10.0.0.9")
        await asyncio.sleep(5)

    assert [each.alone for each in asked] == [False, True]


@pytest.mark.parametrize(
    ("offered", "source", "alone"),
    [
        ("10.0.0.7", "203.0.113.9", True),  # behind NAT
        ("10.0.0.7", "10.0.0.7", False),  # in our own network
        ("198.51.100.9", "203.0.113.9", True),  # documentation: as good as private
        ("8.8.8.8", "203.0.113.9", False),  # media of a carrier
        ("far.test", "203.0.113.9", True),
        ("127.0.0.1", "127.0.0.1", False),
    ],
)
def test_a_caller_whose_address_cannot_be_the_source_gets_ports_of_its_own(
    offered: str, source: str, alone: bool
) -> None:
    assert hidden(offered, source) is alone
