"""bxml.md 10.7 and RFC 3261 15: what happens when things happen at the same time."""

import asyncio

import pytest
from tests.scenarios.cases import T1, about, clips, heard, kinds, sip_sent, times

from offhook.calls.limits import PLAY_OUT_S
from offhook.testing.app import SILENCE, Reply, document
from offhook.testing.fixtures import T1_HZ, TRUNK, sound_files
from offhook.testing.loop import virtual
from offhook.testing.phone import answers
from offhook.testing.world import World

LONG = '<Pause duration="30"/>'
RINGS_FIRST = '<Ring duration="1" answerCall="false"/>' + LONG
NETWORK_S = 0.01  # one way


@virtual
async def test_a_caller_gives_up_while_the_application_thinks() -> None:
    async with World() as world:
        talk = await world.calling(document(T1).after(5))
        await asyncio.sleep(1)
        talk.phone.hang_up()
        event = await talk.disconnect()
        await asyncio.sleep(6)

    assert times(talk, "disconnect") == [about(1)]
    assert event["cause"] == "cancel"
    assert kinds(talk) == ["initiate", "disconnect"]
    assert world.app.requests("/v/t1.wav") == []
    assert sip_sent(world)[-1] == "SIP/2.0 487 Request Terminated"


@virtual
async def test_a_cancel_that_comes_after_the_answer_is_a_hang_up() -> None:
    """CANCEL has no effect on a request that has its final response (RFC 3261 9.2)."""
    async with World() as world:
        talk = await world.calling(RINGS_FIRST)
        await asyncio.sleep(1 + NETWORK_S / 2)  # our 200 is on its way
        talk.phone.hang_up()
        event = await talk.disconnect()

    said = [line.split()[0] for line in sip_sent(world, TRUNK)]
    assert said == ["INVITE", "CANCEL", "ACK", "BYE"]
    assert event["cause"] == "hangup"
    assert "answerTime" in event


@virtual
async def test_our_bye_waits_for_the_callers_ack() -> None:
    """A callee must not send BYE before it has the ACK (RFC 3261 15)."""
    async with World() as world:
        talk = await world.calling(RINGS_FIRST)
        await asyncio.sleep(1 + NETWORK_S / 2)
        answer = await world.rest.update_call(talk.call_id, state="completed")
        await talk.disconnect()
        await talk.phone.wait("ended")

    (ack,) = (m.at for m in world.network.messages if m.data.startswith(b"ACK"))
    (bye,) = (m.at for m in world.network.messages if m.data.startswith(b"BYE"))
    assert answer.status == 200
    assert bye >= ack + NETWORK_S
    assert talk.phone.end == "hung up by the far end"


@virtual
async def test_both_sides_hang_up_at_once() -> None:
    async with World() as world:
        talk = await world.answered("<Pause/>")
        await talk.wait_event("answer")
        await asyncio.sleep(1 + NETWORK_S / 2)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    said = [line.split()[0] for line in sip_sent(world)]
    assert said == ["INVITE", "ACK", "BYE", "SIP/2.0"]
    assert [line for line in sip_sent(world, TRUNK) if "481" in line] == []


@virtual
async def test_an_answer_that_crosses_the_end_of_the_call_timeout_is_hung_up() -> None:
    async with World() as world:
        world.phone().behaviour = answers(after_s=2 + NETWORK_S / 2)
        call_id = await world.create_call(callTimeout=2)
        event = await world.app.wait_event("disconnect", callId=call_id)
        await world.phone().call.wait("ended")

    assert event["cause"] == "timeout"
    assert "answerTime" not in event
    assert world.phone().call.end == "hung up by the far end"
    assert world.app.events("answer") == []


@pytest.mark.slow
@virtual
async def test_a_clip_has_15_seconds_to_begin() -> None:
    async with World() as world:
        world.app.on("/v/t1.wav", SILENCE)
        world.phone().listens = False
        talk = await world.answered(T1)
        event = await talk.disconnect()

    assert times(talk, "disconnect") == [about(15)]
    assert event["cause"] == "application-error"
    assert event["errorMessage"] == (
        "PlayAudio failed: timed out after 15 seconds (http://app.test/v/t1.wav)"
    )


@virtual
async def test_a_clip_that_is_being_fetched_gives_way_to_a_redirect() -> None:
    async with World() as world:
        world.app.on("/v/t1.wav", SILENCE)
        world.app.on("/n", "<PlayAudio>/t3.wav</PlayAudio>")
        talk = await world.answered(T1)
        await talk.wait_event("answer")
        await asyncio.sleep(1)
        await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
        event = await talk.disconnect()

    assert times(talk, "redirect") == [about(1)]
    assert clips(talk.phone.heard) == ["t3"]
    assert event["cause"] == "hangup"


@virtual
async def test_a_party_hangs_up_while_a_clip_is_fetched() -> None:
    async with World() as world:
        world.app.on("/v/t1.wav", SILENCE)
        talk = await world.answered(T1)
        await talk.wait_event("answer")
        await asyncio.sleep(1)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert times(talk, "disconnect") == [about(1)]
    assert event["cause"] == "hangup"


@virtual
async def test_one_call_less_does_not_take_a_clip_from_the_other() -> None:
    """Both wait for one download; the call that asked first goes away (bxml.md 6.3)."""
    async with World() as world:
        world.app.on("/v/t1.wav", Reply(sound_files()["t1.wav"][0]).after(2))
        first = await world.answered(T1)
        second = await world.answered(T1)
        await asyncio.sleep(0.5)
        first.phone.hang_up()
        await first.disconnect()
        event = await second.disconnect()

    assert event["cause"] == "hangup"
    ((start, end),) = heard(second, T1_HZ)
    assert end - start == about(1)


@virtual
async def test_the_later_of_two_documents_from_rest_runs() -> None:
    async with World() as world:
        talk = await world.answered(LONG)
        await talk.wait_event("answer")
        both = await asyncio.gather(
            world.rest.update_bxml(talk.call_id, f"<Response>{LONG}</Response>"),
            world.rest.update_bxml(talk.call_id, f"<Response>{T1}</Response>"),
        )
        event = await talk.disconnect()

    assert [answer.status for answer in both] == [204, 204]
    assert clips(talk.phone.heard) == ["t1"]
    assert times(talk, "disconnect") == [about(1 + PLAY_OUT_S)]
    assert event["cause"] == "hangup"
