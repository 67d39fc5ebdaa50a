"""bxml.md 11.2, cases 36 to 51: callers who have not been answered yet."""

import asyncio
from typing import Any

from tests.scenarios.cases import T1, about, arrivals, began, heard, kinds, sip_sent, times

from offhook.testing.app import Reply
from offhook.testing.fixtures import INITIATE_URL, T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.voice import SPEECH_HZ
from offhook.testing.world import Talk, World

RING_HZ = 480.0  # the part of the ring-back tone that is not close to any other
RINGS = '<Ring duration="20" answerCall="false"/>'
REFUSED = ["SIP/2.0 180 Ringing", "SIP/2.0 603 Decline"]


def answered_after(talk: Talk) -> float:
    """Return when the caller was answered, in seconds since the webhook."""
    at = talk.phone.when("answered")
    assert at is not None
    return at - began(talk)


def assert_never_answered(talk: Talk, event: dict[str, Any]) -> None:
    """The caller has not been answered, and nobody says otherwise."""
    assert talk.phone.when("answered") is None
    assert not [line for line in sip_sent(talk.world) if "200 OK" in line]
    assert "answerTime" not in event


def assert_rejected(talk: Talk, event: dict[str, Any]) -> None:
    """The application would not have the caller (errors.md 8.2)."""
    assert_never_answered(talk, event)
    assert sip_sent(talk.world) == REFUSED
    assert talk.phone.end == "refused: 603 Decline"
    assert event["cause"] == "rejected"
    assert "errorMessage" not in event
    assert "errorId" not in event


@virtual
async def test_case_036_a_caller_is_answered_before_speech() -> None:
    async with World() as world:
        talk = await world.calling("<SpeakSentence>hi</SpeakSentence>")
        event = await talk.disconnect()

    assert answered_after(talk) == about(0)
    assert heard(talk, SPEECH_HZ) == [about([0, 0.12])]
    said = [line.split()[:2] for line in sip_sent(world)]
    assert [" ".join(words) for words in said[:2]] == ["SIP/2.0 180", "SIP/2.0 200"]
    assert [words[0] for words in said[2:]] == ["BYE"]
    assert kinds(talk) == ["initiate", "disconnect"]
    assert "answerTime" not in talk.events("initiate")[0]
    assert "answerTime" in event
    assert event["cause"] == "hangup"


@virtual
async def test_case_037_ringing_without_an_answer_ends_in_a_refusal() -> None:
    async with World() as world:
        talk = await world.calling('<Ring duration="3" answerCall="false"/><Hangup/>')
        event = await talk.disconnect()
        refused_at = await talk.phone.wait("ended")

    assert refused_at - began(talk) == about(3)
    assert times(talk, "disconnect") == [about(3)]
    assert_rejected(talk, event)


@virtual
async def test_case_038_ring_answers_and_plays_a_ring_tone() -> None:
    async with World() as world:
        talk = await world.calling('<Ring duration="3"/>' + T1)
        event = await talk.disconnect()

    assert answered_after(talk) == about(0)
    assert heard(talk, RING_HZ) == [about([0, 2])]  # 2 s of every 6 s
    assert heard(talk, T1_HZ) == [about([3, 4])]
    assert event["cause"] == "hangup"


@virtual
async def test_case_039_the_verb_after_ringing_answers() -> None:
    async with World() as world:
        talk = await world.calling('<Ring duration="2" answerCall="false"/>' + T1)
        event = await talk.disconnect()

    assert answered_after(talk) == about(2)
    assert heard(talk, T1_HZ) == [about([0, 1])]
    assert event["cause"] == "hangup"
    assert "answerTime" in event


@virtual
async def test_case_040_a_redirect_leaves_the_caller_unanswered() -> None:
    async with World() as world:
        world.app.on("/r", '<Ring duration="1" answerCall="false"/>')
        talk = await world.calling('<Redirect redirectUrl="/r"/>')
        redirect = await talk.wait_event("redirect")
        await asyncio.sleep(0.5)
        state = await talk.state()
        event = await talk.disconnect()

    assert "answerTime" not in redirect
    assert (state["state"], state["answerTime"]) == ("initiated", None)
    assert times(talk, "disconnect") == [about(1)]
    assert_rejected(talk, event)


@virtual
async def test_case_041_a_tag_leaves_the_caller_unanswered() -> None:
    async with World() as world:
        world.app.on("/r", '<Ring duration="1" answerCall="false"/>')
        talk = await world.calling('<Tag>x</Tag><Redirect redirectUrl="/r"/>')
        redirect = await talk.wait_event("redirect")
        await asyncio.sleep(0.5)
        state = await talk.state()
        event = await talk.disconnect()

    assert redirect["tag"] == "x"
    assert "answerTime" not in redirect
    assert (state["state"], state["answerTime"]) == ("initiated", None)
    assert event["tag"] == "x"
    assert_rejected(talk, event)


@virtual
async def test_case_042_hangup_refuses_a_caller() -> None:
    async with World() as world:
        talk = await world.calling("<Hangup/>" + T1)
        event = await talk.disconnect()
        state = await talk.state()

    assert_rejected(talk, event)
    assert times(talk, "disconnect") == [about(0)]
    assert state["answerTime"] is None  # what a charge would be counted from
    assert state["disconnectCause"] == "rejected"
    assert state["errorMessage"] is None


@virtual
async def test_case_048_a_caller_gives_up() -> None:
    async with World() as world:
        talk = await world.calling(RINGS)
        await asyncio.sleep(2)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert times(talk, "disconnect") == [about(2)]
    assert talk.phone.when("answered") is None
    assert sip_sent(world) == [
        "SIP/2.0 180 Ringing",
        "SIP/2.0 200 OK",  # to the CANCEL
        "SIP/2.0 487 Request Terminated",
    ]
    assert event["cause"] == "cancel"
    assert "answerTime" not in event
    assert "errorMessage" not in event
    assert kinds(talk) == ["initiate", "disconnect"]


@virtual
async def test_case_049_a_broken_document_refuses_the_caller() -> None:
    async with World() as world:
        talk = await world.calling(Reply("<Response><Ring></Response>"))
        event = await talk.disconnect()

    assert_never_answered(talk, event)
    assert talk.phone.end == "refused: 500 Server Internal Error"
    assert event["cause"] == "invalid-bxml"
    assert event["errorMessage"].startswith(f"Invalid BXML received from {INITIATE_URL}: ")
    assert event["errorId"]


@virtual
async def test_case_050_rest_refuses_a_caller() -> None:
    async with World() as world:
        talk = await world.calling(RINGS)
        await asyncio.sleep(1)
        answer = await world.rest.update_call(talk.call_id, state="completed")
        event = await talk.disconnect()

    assert answer.status == 200
    assert times(talk, "disconnect") == [about(1)]
    assert_rejected(talk, event)


@virtual
async def test_case_051_an_unanswered_call_cannot_be_redirected() -> None:
    async with World() as world:
        talk = await world.calling(RINGS)
        await asyncio.sleep(1)
        redirect = await world.rest.update_call(
            talk.call_id, state="active", redirectUrl="http://app.test/n"
        )
        bxml = await world.rest.update_bxml(talk.call_id, f"<Response>{T1}</Response>")
        state = await talk.state()
        event = await talk.disconnect()

    for answer in redirect, bxml:
        assert answer.status == 409
        assert answer.json() == {
            "type": "validation",
            "description": f"Call [{talk.call_id}] cannot be modified in its current state",
            "id": "",
        }
    assert state["state"] == "initiated"
    assert times(talk, "disconnect") == [about(20)]  # the ringing took its course
    assert arrivals(talk, "redirect") == []
    assert_rejected(talk, event)
