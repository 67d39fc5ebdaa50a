"""BXML conformance, chapter 11.12, cases 263 to 268: callers that are sent elsewhere."""

import asyncio
import re
from typing import Any

import pytest
from tests.scenarios.cases import T1, about, assert_invalid, clips, kinds, sip_sent

from offhook.testing import fixtures, sound
from offhook.testing.app import REFUSED
from offhook.testing.fixtures import NUMBER, SIP_USER
from offhook.testing.loop import virtual
from offhook.testing.phone import Referral
from offhook.testing.world import Talk, World

TO = "<SipUri>sip:z@far.test</SipUri>"
REFER = f'<Refer referCompleteUrl="/rf" tag="away">{TO}</Refer>'
PATIENT = Referral(202, ((0.0, 100),))  # it still rings there
GOES = Referral(202, ((0.0, 100), (1.0, 180), (1.0, 200)))


async def sip_caller(world: World, referral: Referral, *verbs: str) -> Talk:
    """Let somebody call by SIP URI, whose telephone does with a REFER as said."""
    world.phone().referral = referral
    return await world.calling(*verbs, to=SIP_USER)


async def outcome(talk: Talk) -> dict[str, Any]:
    """Wait for `referComplete`; return what it says of the referral."""
    event = await talk.wait_event("referComplete")
    return {name: event[name] for name in event if name.startswith(("refer", "notify"))}


def refers(world: World) -> list[str]:
    """Return the REFERs that the server has sent."""
    sent = [each.data for each in world.network.messages if each.source.host == fixtures.SERVER]
    return [data.decode() for data in sent if data.startswith(b"REFER ")]


@virtual
async def test_case_263_a_caller_who_got_through_is_let_go() -> None:
    async with World() as world:
        world.app.on("/rf", T1)
        talk = await sip_caller(world, GOES, REFER + T1)
        told = await outcome(talk)
        event = await talk.disconnect()
        (refer,) = refers(world)

    assert told == {
        "referCallStatus": "success",
        "referSipResponseCode": 202,
        "notifySipResponseCode": 200,
    }
    assert talk.events("referComplete")[0]["tag"] == "away"
    assert (event["cause"], "errorMessage" in event) == ("hangup", False)
    assert kinds(talk) == ["initiate", "referComplete", "disconnect"]
    assert sound.is_silent(talk.phone.heard)
    assert talk.phone.end == "hung up by the far end"
    assert [each.detail for each in talk.phone.events if each.what == "referred"] == [
        "<sip:z@far.test>"
    ]
    assert "\r\nRefer-To: <sip:z@far.test>\r\n" in refer
    assert re.search(rf"\r\nReferred-By: <sip:{SIP_USER}@", refer)
    assert re.search(r"\r\nContact: <sip:", refer)


@virtual
async def test_case_264_a_refused_refer_goes_on_with_the_reply() -> None:
    async with World() as world:
        world.app.on("/rf", T1)
        talk = await sip_caller(world, Referral(405), REFER + "<Hangup/>")
        told = await outcome(talk)
        await talk.disconnect()

    assert told == {"referCallStatus": "failure", "referSipResponseCode": 405}
    assert clips(talk.phone.heard) == ["t1"]


@virtual
async def test_case_265_a_call_that_fails_elsewhere_goes_on_with_the_reply() -> None:
    async with World() as world:
        world.app.on("/rf", T1)
        referral = Referral(202, ((0.0, 100), (2.0, 486)))
        talk = await sip_caller(world, referral, REFER + "<Hangup/>")
        told = await outcome(talk)
        await talk.disconnect()

    assert told == {
        "referCallStatus": "failure",
        "referSipResponseCode": 202,
        "notifySipResponseCode": 486,
    }
    assert clips(talk.phone.heard) == ["t1"]


@virtual
async def test_case_266_without_a_url_the_next_verb_runs() -> None:
    async with World() as world:
        talk = await sip_caller(world, Referral(603), f"<Refer>{TO}</Refer>" + T1)
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert kinds(talk) == ["initiate", "disconnect"]
    assert clips(talk.phone.heard) == ["t1"]


@virtual
async def test_case_267_a_caller_by_telephone_number_cannot_be_referred() -> None:
    async with World() as world:
        world.app.on("/rf", T1)
        world.phone().referral = GOES
        talk = await world.calling(REFER, to=NUMBER)
        told = await outcome(talk)
        await talk.disconnect()
        reasons = [e.data for e in world.store.events(talk.call_id) if "refer." in e.kind]

    assert told == {"referCallStatus": "failure"}
    assert clips(talk.phone.heard) == ["t1"]
    assert refers(world) == []
    assert reasons == [{"reason": "the call did not come in by SIP URI"}]


@virtual
async def test_case_267_neither_can_a_call_of_ours() -> None:
    async with World() as world:
        world.app.on("/rf", T1)
        talk = await world.answered(REFER)
        told = await outcome(talk)
        await talk.disconnect()

    assert told == {"referCallStatus": "failure"}
    assert refers(world) == []


@virtual
async def test_case_268_there_must_be_one_address() -> None:
    async with World() as world:
        await assert_invalid(world, "<Refer/>")
        await assert_invalid(world, f"<Refer>{TO}{TO}</Refer>")


# beyond the numbered cases: limits, interruptions (1.9) and what the far end may do


@pytest.mark.slow
@virtual
async def test_a_far_end_that_says_nothing_of_its_call_has_failed() -> None:
    async with World() as world:
        world.app.on("/rf", T1)
        talk = await sip_caller(world, Referral(202), REFER)
        told = await outcome(talk)
        at = world.now - (talk.phone.when("referred") or 0)
        await talk.disconnect()

    assert told == {"referCallStatus": "failure", "referSipResponseCode": 202}
    assert at == about(32)
    assert clips(talk.phone.heard) == ["t1"]


@virtual
async def test_who_hangs_up_while_referred_is_gone() -> None:
    async with World() as world:
        talk = await sip_caller(world, PATIENT, REFER + T1)
        await talk.phone.wait("referred")
        await asyncio.sleep(1)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert kinds(talk) == ["initiate", "disconnect"]


@virtual
async def test_a_call_that_is_referred_cannot_be_changed() -> None:
    async with World() as world:
        world.app.on("/rf", T1)
        talk = await sip_caller(world, Referral(202, ((0.0, 100), (2.0, 503))), REFER)
        await talk.phone.wait("referred")
        await asyncio.sleep(0.5)
        refused = await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/r")
        document = await world.rest.update_bxml(talk.call_id, f"<Response>{T1}</Response>")
        assert (await outcome(talk))["notifySipResponseCode"] == 503
        await asyncio.sleep(0.3)
        later = await world.rest.update_bxml(talk.call_id, "<Response><Hangup/></Response>")
        await talk.disconnect()

    assert (refused.status, document.status, later.status) == (409, 409, 204)
    assert refused.json()["description"] == (
        f"Call [{talk.call_id}] cannot be modified in its current state"
    )


@virtual
async def test_a_call_that_is_referred_can_be_ended() -> None:
    async with World() as world:
        talk = await sip_caller(world, PATIENT, REFER)
        await talk.phone.wait("referred")
        await asyncio.sleep(0.5)
        answer = await world.rest.update_call(talk.call_id, state="completed")
        event = await talk.disconnect()
        await talk.phone.wait("ended")
        talk.phone.notify(200)

    assert (answer.status, event["cause"]) == (200, "hangup")
    assert kinds(talk) == ["initiate", "disconnect"]


@virtual
async def test_nobody_can_bridge_to_a_call_that_is_referred() -> None:
    async with World() as world:
        talk = await sip_caller(world, PATIENT, REFER)
        await talk.phone.wait("referred")
        other = await world.calling(
            f'<Bridge bridgeCompleteUrl="/bc">{talk.call_id}</Bridge>', to=NUMBER
        )
        event = await other.wait_event("bridgeComplete")

    assert event["cause"] == "rejected"
    assert event["errorMessage"] == f"Call {talk.call_id} is being forwarded"


@virtual
async def test_a_success_ends_the_call_though_nobody_wants_to_know() -> None:
    async with World() as world:
        world.app.on("/rf", REFUSED)
        talk = await sip_caller(world, GOES, REFER)
        event = await talk.disconnect()

    assert (event["cause"], "errorMessage" in event) == ("hangup", False)


@virtual
async def test_a_success_without_a_url_hangs_up() -> None:
    async with World() as world:
        talk = await sip_caller(world, GOES, f"<Refer>{TO}</Refer>" + T1)
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert kinds(talk) == ["initiate", "disconnect"]
    assert sound.is_silent(talk.phone.heard)


@virtual
async def test_a_second_refer_has_a_second_chance() -> None:
    async with World() as world:
        talk = await sip_caller(world, Referral(486), f"<Refer>{TO}</Refer>" + REFER)
        await talk.phone.wait("referred")
        world.phone().referral = GOES
        told = await outcome(talk)
        await talk.disconnect()

    assert told["referCallStatus"] == "success"
    assert [each.what for each in talk.phone.events].count("referred") == 2


@pytest.mark.parametrize("method", ["REFER", "NOTIFY"])
def test_what_the_far_end_may_not_ask(method: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            talk = await world.answered('<Pause duration="2"/>')
            if method == "NOTIFY":
                talk.phone.notify(200)
            else:
                talk.phone.refer("sip:z@far.test")
                await talk.phone.wait("referral")
            event = await talk.disconnect()

        status = {"REFER": "SIP/2.0 405 Method Not Allowed", "NOTIFY": "SIP/2.0 481"}[method]
        assert any(line.startswith(status) for line in sip_sent(world))
        assert event["cause"] == "hangup"

    story()
