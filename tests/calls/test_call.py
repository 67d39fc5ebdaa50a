"""The whole life of a call: placed, answered, interrupted, ended."""

import asyncio

import pytest

from offhook.testing.fixtures import PARTY
from offhook.testing.loop import virtual
from offhook.testing.phone import answers, ignores, only_rings, refuses
from offhook.testing.world import World

LONG = '<Pause duration="60"/>'


@virtual
@pytest.mark.parametrize(
    ("code", "cause", "message"),
    [
        (486, "busy", "Callee is busy"),
        (600, "busy", "Callee is busy"),
        (480, "timeout", "Callee did not answer"),
        (404, "rejected", "Callee rejected the call"),
        (603, "rejected", "Callee rejected the call"),
        (500, "error", "SIP request failed with status 500"),
    ],
)
async def test_a_refusal_ends_the_call_with_its_cause(code: int, cause: str, message: str) -> None:
    async with World() as world:
        world.phone().behaviour = refuses(code)
        call_id = await world.create_call()
        event = await world.app.wait_event("disconnect", callId=call_id)

    assert (event["cause"], event["errorMessage"]) == (cause, message)
    assert event["sipResponseCode"] == code
    assert len(event["errorId"]) == 36


@virtual
async def test_the_answer_timer_runs_from_the_first_ringing() -> None:
    async with World() as world:
        world.phone().behaviour = only_rings
        started = world.now
        call_id = await world.create_call(callTimeout=7)
        event = await world.app.wait_event("disconnect", callId=call_id)

        assert world.now - started == pytest.approx(7, abs=0.1)
    assert (event["cause"], event["errorMessage"]) == ("timeout", "Callee did not answer")
    assert "sipResponseCode" not in event
    assert world.phone().call.end == "cancelled by the caller"


@virtual
async def test_a_phone_that_never_rings_is_given_up_after_30_seconds() -> None:
    async with World() as world:
        world.phone().behaviour = ignores
        call_id = await world.create_call(callTimeout=300)
        event = await world.app.wait_event("disconnect", callId=call_id)

        assert world.now == pytest.approx(30, abs=0.2)
    assert event["errorMessage"] == "Callee did not start ringing"


@virtual
async def test_completing_a_ringing_call_cancels_it() -> None:
    async with World() as world:
        world.phone().behaviour = answers(20)
        call_id = await world.create_call()
        await asyncio.sleep(1)
        answer = await world.rest.update_call(call_id, state="completed")
        event = await world.app.wait_event("disconnect", callId=call_id)

    assert answer.status == 200
    assert event["cause"] == "cancel"
    assert "errorMessage" not in event
    assert world.phone().call.end == "cancelled by the caller"


@virtual
async def test_a_redirect_stops_the_document_and_sets_the_tag() -> None:
    async with World() as world:
        world.app.on("/n", "<PlayAudio>t1.wav</PlayAudio>")
        talk = await world.answered(LONG + "<PlayAudio>t3.wav</PlayAudio>")
        await asyncio.sleep(2)
        answer = await world.rest.update_call(
            talk.call_id, redirectUrl="http://app.test/n", tag="moved"
        )
        redirect = await talk.wait_event("redirect")
        event = await talk.disconnect()

    assert answer.status == 200
    assert redirect["tag"] == "moved"
    assert event["tag"] == "moved"
    assert event["cause"] == "hangup"


@virtual
async def test_hold_by_the_far_end_is_answered_and_the_call_goes_on() -> None:
    async with World() as world:
        talk = await world.answered(LONG)
        await talk.phone.hold()
        await talk.phone.resume()
        await asyncio.sleep(1)
        talk.phone.hang_up()
        event = await talk.disconnect()
        kinds = [e.kind for e in world.store.events(talk.call_id)]

    assert event["cause"] == "hangup"
    assert kinds.count("media.connected") == 3


@virtual
async def test_the_log_holds_every_sip_message_of_a_call() -> None:
    async with World() as world:
        talk = await world.answered("")
        await talk.disconnect()
        await asyncio.sleep(1)
        lines = [
            str(e.data["message"]).partition("\n")[0]
            for e in world.store.events(talk.call_id)
            if e.kind.startswith("sip.")
        ]

    assert lines[0].startswith(f"INVITE sip:{PARTY}@")
    assert [line.split()[1] for line in lines if line.startswith("SIP/2.0")][:3] == [
        "100",
        "180",
        "200",
    ]
    assert any(line.startswith("ACK") for line in lines)
    assert any(line.startswith("BYE") for line in lines)


@virtual
async def test_a_host_without_a_route_fails_and_says_so() -> None:
    async with World() as world:
        call_id = await world.create_call(to="sip:somebody@nowhere.test")
        event = await world.app.wait_event("disconnect", callId=call_id)

    assert event["cause"] == "error"
    assert event["errorMessage"].startswith("SIP request failed with status")
