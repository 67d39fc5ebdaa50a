"""bxml.md 11.2, cases 43 to 47: a caller is forwarded to somebody else."""

import asyncio

from tests.scenarios.cases import about, kinds, sip_sent
from tests.scenarios.links import N1, assert_talked, invite, party, talk_both_ways

from offhook.testing.fixtures import NUMBER, PARTY, STATUS_URL
from offhook.testing.loop import virtual
from offhook.testing.phone import answers, busy, ignores, only_rings
from offhook.testing.world import World

FORWARD = f'<Forward to="{N1}"/>'
INITIATE = "SIP/2.0 180 Ringing"


@virtual
async def test_case_043_the_caller_is_answered_by_the_other_party_and_one_event_tells() -> None:
    async with World() as world:
        far = party(world, behaviour=answers(2))
        talk = await world.calling(FORWARD)
        called = world.now
        await talk.phone.wait("answered")
        assert world.now - called == about(2, 0.2)
        await asyncio.sleep(0.1)
        await talk_both_ways(talk.phone, far.call)
        far.call.hang_up()
        event = await talk.disconnect()

    assert_talked(talk.phone, far.call)
    assert event["cause"] == "hangup"
    assert event["answerTime"]
    assert kinds(talk) == ["initiate", "disconnect"]
    assert [request.url for request in world.app.received][1:] == [STATUS_URL]
    assert talk.phone.end == "hung up by the far end"


@virtual
async def test_case_043_the_caller_may_hang_up_first() -> None:
    async with World() as world:
        far = party(world)
        talk = await world.calling(FORWARD)
        await talk.phone.wait("answered")
        await asyncio.sleep(1)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert far.call.end == "hung up by the far end"


@virtual
async def test_case_044_nobody_answers_for_three_seconds_of_ringing() -> None:
    async with World() as world:
        far = party(world, behaviour=only_rings)
        talk = await world.calling(f'<Forward to="{N1}" callTimeout="3"/>')
        called = world.now
        event = await talk.disconnect()
        assert world.now - called == about(3, 0.2)

    assert (event["cause"], event["errorMessage"]) == ("timeout", "Callee did not answer")
    assert event["errorId"]
    assert "answerTime" not in event
    assert far.call.end == "cancelled by the caller"
    assert talk.phone.end == "refused: 480 Temporarily Unavailable"


@virtual
async def test_case_044_nobody_rings_for_thirty_seconds() -> None:
    async with World() as world:
        party(world, behaviour=ignores)
        talk = await world.calling(f'<Forward to="{N1}" callTimeout="300"/>')
        called = world.now
        event = await talk.disconnect()
        assert world.now - called == about(30, 0.2)

    assert (event["cause"], event["errorMessage"]) == ("timeout", "Callee did not start ringing")


@virtual
async def test_case_044_a_busy_party_is_the_cause_and_the_caller_is_told() -> None:
    async with World() as world:
        party(world, behaviour=busy)
        talk = await world.calling(FORWARD)
        event = await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == ("busy", "Callee is busy")
    assert talk.phone.end == "refused: 486 Busy Here"


@virtual
async def test_case_044_a_caller_who_gives_up_cancels_the_other_leg() -> None:
    async with World() as world:
        far = party(world, behaviour=only_rings)
        talk = await world.calling(FORWARD)
        await far.wait_call()
        await asyncio.sleep(1)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == "cancel"
    assert far.call.end == "cancelled by the caller"


@virtual
async def test_case_045_the_number_that_was_called_calls() -> None:
    async with World() as world:
        far = party(world)
        talk = await world.calling(FORWARD)
        await talk.phone.wait("answered")
        talk.phone.hang_up()
        await talk.disconnect()

    assert invite(far.call).from_uri.startswith(f"sip:{NUMBER}@")


@virtual
async def test_case_045_the_caller_may_be_hidden_or_another() -> None:
    async with World() as world:
        far = party(world)
        other = f'<Forward to="{N1}" from="+12025550109" callerDisplayName="Ann"/>'
        private = f'<Forward to="{N1}" privacy="true"/>'
        for document in (other, private, f'<Forward to="{N1}" from="restricted"/>'):
            talk = await world.calling(document)
            await talk.phone.wait("answered")
            talk.phone.hang_up()
            await talk.disconnect()

    shown, hidden, word = (invite(call) for call in far.calls)
    assert shown.from_uri.startswith("sip:+12025550109@")
    assert shown.from_display == "Ann"
    assert hidden.from_uri == word.from_uri == "sip:anonymous@anonymous.invalid"
    assert hidden.from_display == "Anonymous"
    assert word.from_display == "Restricted"


@virtual
async def test_case_046_the_invite_says_why_and_what() -> None:
    async with World() as world:
        far = party(world, "x")
        document = (
            '<Forward to="sip:x@trunk.test" uui="aGk=;encoding=base64"'
            ' diversionTreatment="stack" diversionReason="away"/>'
        )
        talk = await world.calling(document, headers=(("Diversion", "<sip:+1999@a.test>"),))
        await talk.phone.wait("answered")
        talk.phone.hang_up()
        await talk.disconnect()

    headers = invite(far.call).headers
    assert headers["user-to-user"] == ("aGk=;encoding=base64",)
    latest, first = headers["diversion"]
    assert latest.startswith(f"<sip:{NUMBER}@")
    assert latest.endswith(">;reason=away")
    assert first == "<sip:+1999@a.test>"


@virtual
async def test_case_047_an_answered_call_cannot_be_forwarded() -> None:
    async with World() as world:
        party(world)
        talk = await world.answered(FORWARD)
        event = await talk.disconnect()
        caller = await world.calling(f'<Pause duration="0.5"/>{FORWARD}')
        late = await caller.disconnect()

    assert (event["cause"], late["cause"]) == ("application-error", "application-error")
    assert event["errorMessage"] == "Forward failed: the call is outbound"
    assert late["errorMessage"] == "Forward failed: the call is answered"
    assert world.phone(N1).calls == []


@virtual
async def test_a_forwarded_call_cannot_be_changed_by_rest_but_ended() -> None:
    async with World() as world:
        far = party(world, behaviour=answers(1))
        talk = await world.calling(FORWARD)
        for _ in range(2):  # before and after the answer
            again = await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
            assert again.status == 409
            page = await world.rest.update_bxml(talk.call_id, "<Response/>")
            assert page.status == 409
            await asyncio.sleep(2)
        calls = (await world.rest.list_calls()).json()
        (leg,) = [each for each in calls if each["parentCallId"] == talk.call_id]
        assert (leg["to"], leg["from"], leg["direction"]) == (N1, NUMBER, "outbound")
        answer = await world.rest.update_call(talk.call_id, state="completed")
        assert answer.status == 200
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert far.call.end == "hung up by the far end"


@virtual
async def test_a_forward_over_the_limit_is_placed_but_counted() -> None:
    async with World() as world:
        world.change_account(sessions=1)
        party(world)
        talk = await world.calling(FORWARD)
        await talk.phone.wait("answered")
        assert world.node.exchange.sessions.total == 2
        second = await world.phone().dial(NUMBER)
        await second.wait("ended")
        assert second.end == "refused: 503 Service Unavailable"
        talk.phone.hang_up()
        await talk.disconnect()


@virtual
async def test_a_forward_to_nowhere_ends_the_call_with_its_cause() -> None:
    async with World() as world:
        talk = await world.calling(FORWARD)  # nobody has the number: 404
        event = await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == ("rejected", "Callee rejected the call")
    assert sip_sent(world)[0] == INITIATE
    assert talk.phone.end == "refused: 603 Decline"
    assert talk.events("initiate")[0]["from"] == PARTY
