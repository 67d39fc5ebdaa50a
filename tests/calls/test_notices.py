"""Asynchronous webhooks go to who asked for them, and to nobody else."""

import asyncio

from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
async def test_a_call_without_a_disconnect_url_says_no_goodbye() -> None:
    async with World() as world:
        talk = await world.answered("", disconnectUrl=None)
        await talk.phone.wait("ended")

    assert world.app.events("disconnect") == []


@virtual
async def test_a_question_and_the_goodbye_are_written_down_and_settled() -> None:
    async with World() as world:
        talk = await world.answered("")
        await talk.disconnect()
        await asyncio.sleep(1)
        asked, goodbye = world.store.deliveries(talk.call_id)

    assert (asked.event_type, asked.sequence, asked.sync) == ("answer", 1, True)
    assert (goodbye.event_type, goodbye.sequence, goodbye.sync) == ("disconnect", 2, False)
    assert asked.delivered is not None
    assert goodbye.delivered is not None


@virtual
async def test_an_inbound_goodbye_goes_to_the_applications_status_url() -> None:
    async with World() as world:
        talk = await world.calling("<Hangup/>")
        event = await talk.disconnect()
        (request,) = [r for r in world.app.requests() if r.event.get("eventType") == "disconnect"]

    assert event["cause"] == "rejected"
    assert request.path == "/v/status"
