"""The whole life of a call: placed, answered, interrupted, ended."""

import asyncio

import pytest

from offhook.calls.leg import Phase
from offhook.facts import Answered, Confirmed, FarEndHungUp, Redirected, Refused
from offhook.hooks import Hook, Target
from offhook.testing.fixtures import PARTY
from offhook.testing.loop import virtual
from offhook.testing.phone import answers, ignores, only_rings, refuses
from offhook.testing.world import Talk, World

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


async def until_the_200(talk: Talk) -> None:
    """Wait until the call has sent its 200; the caller's ACK is still on its way."""
    call = talk.world.node.exchange.calls[talk.call_id]
    for _ in range(1000):
        if call.leg.phase is Phase.TALKING:
            return
        await asyncio.sleep(0)
    raise AssertionError("no 200")


@virtual
async def test_a_caller_who_hangs_up_before_the_ack_has_hung_up() -> None:
    async with World() as world:
        talk = await world.calling(LONG)
        await until_the_200(talk)
        world.node.exchange.calls[talk.call_id].post(FarEndHungUp())
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert "answerTime" not in event


@virtual
async def test_an_ack_with_the_bye_at_its_heels_still_answers_the_call() -> None:
    async with World() as world:
        talk = await world.calling(LONG)
        await until_the_200(talk)
        call = world.node.exchange.calls[talk.call_id]
        call.post(Confirmed(b""))
        call.post(FarEndHungUp())
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert event["answerTime"]


@virtual
async def test_an_unreadable_answer_in_the_middle_of_a_call_is_a_media_failure() -> None:
    async with World() as world:
        talk = await world.answered(LONG)
        await asyncio.sleep(1)
        world.node.exchange.calls[talk.call_id].post(Answered(b"nonsense"))
        event = await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == ("error", "Media session failed")
    assert talk.phone.end == "hung up by the far end"


@virtual
async def test_a_refused_session_refresh_leaves_the_call_as_it_was() -> None:
    async with World() as world:
        talk = await world.answered(LONG)
        await asyncio.sleep(1)
        world.node.exchange.calls[talk.call_id].post(Refused(488, "Not Acceptable Here"))
        await asyncio.sleep(1)
        answer = await world.rest.update_call(talk.call_id, state="completed")
        event = await talk.disconnect()

    assert answer.status == 200
    assert event["cause"] == "hangup"
    assert "sipResponseCode" not in event
    assert talk.phone.end == "hung up by the far end"


@virtual
async def test_a_redirect_accepted_in_the_moment_the_document_ends_is_obeyed() -> None:
    hook = Hook(Target("http://app.test/n"))
    async with World() as world:
        world.app.on("/n", "<PlayAudio>t1.wav</PlayAudio>")
        talk = await world.answered('<Pause duration="1"/>')
        await asyncio.sleep(0.5)
        call = world.node.exchange.calls[talk.call_id]
        (script,) = (
            task
            for task in asyncio.all_tasks()
            if getattr(task.get_coro(), "__qualname__", "") == "Script.run"
        )
        script.add_done_callback(lambda _: call.post(Redirected(hook, None)))
        await script

        assert not call.ending  # REST would have said 200
        await talk.wait_event("redirect")
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
