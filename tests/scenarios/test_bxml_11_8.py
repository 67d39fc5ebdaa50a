"""bxml.md 11.8, cases 179 to 193: Bridge. X is the target and pauses, Y bridges to it."""

import asyncio

import pytest
from tests.scenarios.cases import T1, arrivals, heard, kinds
from tests.scenarios.links import N1, asked, assert_talked, party, talk_both_ways

from offhook.hooks import Credentials
from offhook.testing.app import Reply
from offhook.testing.fixtures import T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.phone import only_rings
from offhook.testing.world import Talk, World

PAUSE = '<Pause duration="60"/>'
BOTH = 'bridgeCompleteUrl="/bc" bridgeTargetCompleteUrl="/bt"'


async def bridged(world: World, attributes: str = BOTH, rest: str = "") -> tuple[Talk, Talk]:
    """Return X and Y, which have been joined."""
    x = await world.answered(PAUSE)
    y = await originator(world, x.call_id, attributes, rest)
    await asyncio.sleep(0.5)
    return x, y


async def originator(world: World, target: str, attributes: str = BOTH, rest: str = "") -> Talk:
    """Return Y, which bridges; X has its own document by then."""
    await asyncio.sleep(0.1)
    party(world)
    return await world.answered(f"<Bridge {attributes}>{target}</Bridge>{rest}", to=N1)


@virtual
async def test_case_179_the_target_leaves_and_the_originator_is_told() -> None:
    async with World() as world:
        world.app.on("/bc", T1)
        x, y = await bridged(world)
        began = world.now
        await talk_both_ways(x.phone, y.phone)
        x.phone.hang_up()
        event = await y.wait_event("bridgeComplete")
        await y.disconnect()
        await x.disconnect()
        assert world.now - began < 10

    assert_talked(x.phone, y.phone)
    assert event["callId"] == y.call_id
    assert not {"cause", "errorMessage", "errorId"} & event.keys()
    assert len(heard(y, T1_HZ)) == 1
    assert kinds(x) == ["answer", "disconnect"]
    assert kinds(y) == ["answer", "bridgeComplete", "disconnect"]


@virtual
async def test_case_180_the_originator_leaves_and_the_target_is_told() -> None:
    async with World() as world:
        world.app.on("/bt", T1)
        x, y = await bridged(world)
        await talk_both_ways(x.phone, y.phone)
        y.phone.hang_up()
        event = await x.wait_event("bridgeTargetComplete")
        await x.disconnect()
        await y.disconnect()

    assert_talked(x.phone, y.phone)
    assert event["callId"] == x.call_id
    assert event["to"] == x.events("answer")[0]["to"]
    assert len(heard(x, T1_HZ)) == 1
    assert kinds(x) == ["answer", "bridgeTargetComplete", "disconnect"]
    assert kinds(y) == ["answer", "disconnect"]


@virtual
async def test_case_180_the_reply_has_its_own_base() -> None:
    async with World() as world:
        world.app.on("/deep/bt", '<Redirect redirectUrl="next"/>')
        x, y = await bridged(world, 'bridgeTargetCompleteUrl="/deep/bt"')
        y.phone.hang_up()
        await x.disconnect()

    assert asked(x, "redirect") == ["/deep/next"]


@virtual
async def test_case_181_without_a_url_the_target_is_hung_up() -> None:
    async with World() as world:
        x, y = await bridged(world, "")
        y.phone.hang_up()
        event = await x.disconnect()

    assert event["cause"] == "hangup"
    assert x.phone.end == "hung up by the far end"
    assert kinds(x) == ["answer", "disconnect"]


@virtual
async def test_case_182_without_a_url_the_next_verb_runs() -> None:
    async with World() as world:
        x, y = await bridged(world, "", T1)
        x.phone.hang_up()
        await y.disconnect()

    assert len(heard(y, T1_HZ)) == 1
    assert kinds(y) == ["answer", "disconnect"]


@virtual
async def test_case_183_with_a_url_the_next_verb_is_dropped() -> None:
    async with World() as world:
        x, y = await bridged(world, 'bridgeCompleteUrl="/bc"', T1)
        x.phone.hang_up()
        await y.disconnect()

    assert heard(y, T1_HZ) == []


@virtual
async def test_case_184_rest_sends_the_target_elsewhere() -> None:
    async with World() as world:
        world.app.on("/bc", PAUSE)
        world.app.on("/n", PAUSE)
        x, y = await bridged(world)
        answer = await world.rest.update_call(x.call_id, redirectUrl="http://app.test/n")
        assert answer.status == 200
        await x.wait_event("redirect")
        await y.wait_event("bridgeComplete")
        await talk_both_ways(x.phone, y.phone)

    assert kinds(x) == ["answer", "redirect", "disconnect"]
    assert kinds(y) == ["answer", "bridgeComplete", "disconnect"]
    assert not x.phone.heard.any()
    assert not y.phone.heard.any()


@virtual
@pytest.mark.parametrize("by_document", [False, True])
async def test_case_185_rest_sends_the_originator_elsewhere(by_document: bool) -> None:
    async with World() as world:
        world.app.on("/bt", PAUSE)
        world.app.on("/n", PAUSE)
        x, y = await bridged(world)
        if by_document:
            await world.rest.update_bxml(y.call_id, f"<Bxml>{PAUSE}</Bxml>")
        else:
            await world.rest.update_call(y.call_id, redirectUrl="http://app.test/n")
            await y.wait_event("redirect")
        await x.wait_event("bridgeTargetComplete")
        await talk_both_ways(x.phone, y.phone)

    assert kinds(x) == ["answer", "bridgeTargetComplete", "disconnect"]
    assert "bridgeComplete" not in kinds(y)
    assert not x.phone.heard.any()


@virtual
async def test_case_186_a_target_that_is_unknown_or_over() -> None:
    async with World() as world:
        x = await world.answered("")
        await x.disconnect()
        over = await originator(world, x.call_id)
        ended = await over.wait_event("bridgeComplete")
        stranger = await originator(world, "c-0")
        unknown = await stranger.wait_event("bridgeComplete")
        await stranger.disconnect()

    assert (ended["cause"], ended["errorMessage"]) == ("rejected", f"Call {x.call_id} has ended")
    assert (unknown["cause"], unknown["errorMessage"]) == ("unknown", "Call c-0 not found")
    assert ended["errorId"] != unknown["errorId"]


@virtual
async def test_case_187_a_target_that_talks_already_is_left_alone() -> None:
    async with World() as world:
        x, y = await bridged(world)
        for target in (x, y):
            third = await world.answered(f"<Bridge {BOTH}>{target.call_id}</Bridge>")
            event = await third.wait_event("bridgeComplete")
            assert event["cause"] == "busy"
            message = f"Call {target.call_id} is already bridged with another call"
            assert event["errorMessage"] == message
            await third.disconnect()
        await talk_both_ways(x.phone, y.phone)
        y.phone.hang_up()
        await x.disconnect()

    assert_talked(x.phone, y.phone)


@virtual
async def test_case_188_a_target_that_still_rings_keeps_ringing() -> None:
    async with World() as world:
        far = world.phone()
        far.behaviour = only_rings
        x = await world.create_call()
        await far.wait_call()
        y = await originator(world, x)
        event = await y.wait_event("bridgeComplete")
        await y.disconnect()
        assert far.call.end is None
        await world.rest.update_call(x, state="completed")

    assert (event["cause"], event["errorMessage"]) == ("rejected", f"Call {x} is not answered")


@virtual
async def test_case_188_a_forwarded_call_is_rejected() -> None:
    async with World() as world:
        party(world)
        x = await world.calling(f'<Forward to="{N1}"/>')
        await x.phone.wait("answered")
        y = await world.answered(f"<Bridge {BOTH}>{x.call_id}</Bridge>")
        event = await y.wait_event("bridgeComplete")
        await y.disconnect()
        assert x.phone.end is None

    text = f"Call {x.call_id} is being forwarded"
    assert (event["cause"], event["errorMessage"]) == ("rejected", text)


@virtual
async def test_case_189_a_failure_without_a_url_goes_on_with_the_next_verb() -> None:
    async with World() as world:
        y = await originator(world, "c-0", "", T1)
        await y.disconnect()

    assert len(heard(y, T1_HZ)) == 1
    assert kinds(y) == ["answer", "disconnect"]


@virtual
async def test_case_189_a_call_cannot_be_bridged_to_itself() -> None:
    async with World() as world:
        world.app.on(
            "/self",
            lambda got: Reply(
                f"<Response><Bridge {BOTH}>{got.event['callId']}</Bridge></Response>",
                headers={"Content-Type": "application/xml"},
            ),
        )
        y = await world.answered('<Redirect redirectUrl="/self"/>')
        event = await y.wait_event("bridgeComplete")
        await y.disconnect()

    assert event["cause"] == "unknown"


@virtual
async def test_case_190_blanks_around_the_id_do_not_matter() -> None:
    async with World() as world:
        x = await world.answered(PAUSE)
        y = await originator(world, f"\n   {x.call_id}\n  ")
        await asyncio.sleep(0.5)
        await talk_both_ways(x.phone, y.phone)
        x.phone.hang_up()
        await y.disconnect()

    assert_talked(x.phone, y.phone)


@virtual
async def test_case_191_a_gather_of_the_target_reports_nothing() -> None:
    async with World() as world:
        x = await world.answered('<Gather gatherUrl="/g" firstDigitTimeout="20"/>')
        await asyncio.sleep(0.5)
        y = await originator(world, x.call_id)
        await asyncio.sleep(0.5)
        await x.phone.press("12")
        await asyncio.sleep(1)
        y.phone.hang_up()
        await x.disconnect()

    assert "gather" not in kinds(x)
    assert y.phone.digits == "12"


@virtual
async def test_case_192_both_urls_share_the_credentials() -> None:
    async with World() as world:
        attributes = BOTH + ' username="u" password="p"'
        x, y = await bridged(world, attributes)
        x.phone.hang_up()
        await y.disconnect()
        x, y2 = await bridged(world, attributes)
        y2.phone.hang_up()
        await x.disconnect()

    (complete,) = arrivals(y, "bridgeComplete")
    (target,) = arrivals(x, "bridgeTargetComplete")
    assert complete.credentials == target.credentials == Credentials("u", "p")


@virtual
async def test_an_unanswered_caller_is_answered_by_being_bridged() -> None:
    async with World() as world:
        x = await world.calling('<Ring duration="60" answerCall="false"/>')
        party(world)
        y = await world.answered(f"<Bridge {BOTH}>{x.call_id}</Bridge>", to=N1)
        await x.phone.wait("answered")
        await asyncio.sleep(0.3)
        await talk_both_ways(x.phone, y.phone)
        x.phone.hang_up()
        await y.disconnect()

    assert_talked(x.phone, y.phone)


@virtual
async def test_both_hang_up_at_once_and_nobody_is_told_or_one_is() -> None:
    async with World() as world:
        x, y = await bridged(world)
        x.phone.hang_up()
        y.phone.hang_up()
        await x.disconnect()
        await y.disconnect()

    told = [each for each in world.app.events() if each["eventType"].startswith("bridge")]
    assert len(told) <= 1


@virtual
async def test_two_calls_that_bridge_to_each_other_at_once_talk_once() -> None:
    async with World() as world:
        party(world)
        x = await world.answered(PAUSE)
        y = await world.answered(PAUSE, to=N1)
        await asyncio.sleep(0.1)
        await asyncio.gather(
            world.rest.update_bxml(x.call_id, f"<Bxml><Bridge>{y.call_id}</Bridge></Bxml>"),
            world.rest.update_bxml(y.call_id, f"<Bxml><Bridge>{x.call_id}</Bridge></Bxml>"),
        )
        await asyncio.sleep(0.5)
        await talk_both_ways(x.phone, y.phone)
        x.phone.hang_up()
        event = await y.disconnect()

    assert_talked(x.phone, y.phone)
    assert event["cause"] == "hangup"


@virtual
async def test_a_target_that_hangs_up_while_it_is_taken_leaves() -> None:
    async with World() as world:
        x = await world.calling('<Ring duration="60" answerCall="false"/>')
        await asyncio.sleep(0.1)
        x.phone.hang_up()
        y = await world.answered(f"<Bridge {BOTH}>{x.call_id}</Bridge>")
        event = await y.wait_event("bridgeComplete")
        await y.disconnect()

    assert event["callId"] == y.call_id
    assert x.events("disconnect")[0]["cause"] == "cancel"


@virtual
async def test_case_193_a_leg_that_is_not_joined_may_not_bridge() -> None:
    async with World() as world:
        x = await world.answered(PAUSE)
        await asyncio.sleep(0.1)
        far = party(world)
        world.app.on("/ta", f"<Bridge>{x.call_id}</Bridge>")
        leg = f'<PhoneNumber transferAnswerUrl="/ta">{N1}</PhoneNumber>'
        talk = await world.answered(f'<Transfer transferCompleteUrl="/tc">{leg}</Transfer>')
        event = await talk.wait_event("transferComplete")
        await talk.disconnect()
        assert x.phone.end is None

    assert event["cause"] == "invalid-bxml"
    assert far.call.end == "hung up by the far end"
