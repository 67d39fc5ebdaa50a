"""BXML conformance, chapter 11.5: StartGather and StopGather."""

import asyncio

import pytest
from tests.scenarios.cases import T1, about, arrivals, assert_invalid, heard, kinds

from offhook.testing.app import REFUSED, Reply
from offhook.testing.fixtures import T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.world import Talk, World

START = '<StartGather dtmfUrl="/d"/>'


def digits(talk: Talk) -> list[str]:
    """The keys that were reported, in order."""
    return [event["digit"] for event in talk.events("dtmf")]


@virtual
async def test_case_109_keys_are_reported_and_the_pause_goes_on() -> None:
    async with World() as world:
        talk = await world.answered(START + '<Pause duration="10"/>')
        answered = world.now
        await asyncio.sleep(1)
        await talk.phone.press("12")
        await talk.disconnect()

        assert world.now - answered == about(10, 0.1)
    assert digits(talk) == ["1", "2"]
    assert kinds(talk)[-1] == "disconnect"


@virtual
async def test_case_110_keys_of_a_gather_are_not_reported() -> None:
    async with World() as world:
        talk = await world.answered(START + '<Gather gatherUrl="/g" maxDigits="2"/>')
        await asyncio.sleep(1)
        await talk.phone.press("12")
        event = await talk.wait_event("gather")
        await talk.disconnect()

    assert event["digits"] == "12"
    assert digits(talk) == []


@virtual
async def test_case_111_keys_are_reported_again_after_a_gather() -> None:
    async with World() as world:
        talk = await world.answered(START + '<Gather maxDigits="1"/><Pause duration="5"/>')
        await asyncio.sleep(1)
        await talk.phone.press("1")
        await asyncio.sleep(1)
        await talk.phone.press("2")
        await talk.disconnect()

    assert digits(talk) == ["2"]


@virtual
async def test_case_112_stop_gather_ends_the_reports() -> None:
    async with World() as world:
        talk = await world.answered(START + '<StopGather/><Pause duration="5"/>')
        await asyncio.sleep(1)
        await talk.phone.press("1")
        await talk.disconnect()

    assert digits(talk) == []


@virtual
async def test_case_113_stop_gather_alone_has_no_effect() -> None:
    async with World() as world:
        talk = await world.answered("<StopGather/>" + T1)
        await talk.disconnect()

    assert len(heard(talk, T1_HZ)) == 1


@virtual
async def test_case_114_start_gather_needs_its_url() -> None:
    async with World() as world:
        await assert_invalid(world, "<StartGather/>")


@virtual
@pytest.mark.parametrize("reply", [Reply(status=500), "<Response><Hangup/></Response>"])
async def test_case_115_what_the_app_replies_to_a_key_changes_nothing(reply: Reply | str) -> None:
    async with World() as world:
        world.app.on("/d", reply)
        talk = await world.answered(START + '<Pause duration="3"/>')
        answered = world.now
        await asyncio.sleep(1)
        await talk.phone.press("1")
        event = await talk.disconnect()

        assert world.now - answered == about(3, 0.1)
    assert event["cause"] == "hangup"
    assert len(arrivals(talk, "dtmf")) == 1


@virtual
async def test_case_116_a_refused_connection_is_tried_once_more() -> None:
    async with World() as world:
        world.app.on("/d", REFUSED, Reply(status=204))
        talk = await world.answered(START + '<Pause duration="3"/>')
        await asyncio.sleep(1)
        await talk.phone.press("1")
        await talk.disconnect()
        attempts = [
            event.kind
            for event in world.store.events(talk.call_id)
            if event.data.get("eventType") == "dtmf"
        ]

    assert attempts == ["webhook.failed", "webhook.answered"]


@virtual
async def test_case_117_reports_survive_a_redirect() -> None:
    async with World() as world:
        world.app.on("/r", '<Pause duration="5"/>')
        talk = await world.answered(START + '<Redirect redirectUrl="/r"/>')
        await asyncio.sleep(1)
        await talk.phone.press("8")
        await talk.disconnect()

    assert digits(talk) == ["8"]
    assert arrivals(talk, "dtmf")[0].path == "/d"
