"""A leg owes each far end its goodbye, and frees what it took."""

import asyncio

from offhook.media.messages import Close, Lost
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
