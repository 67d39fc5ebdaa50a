"""bxml.md 11.7, cases 151 to 178: Transfer."""

import asyncio

import pytest
from tests.scenarios.cases import T1, about, arrivals, assert_invalid, heard, kinds
from tests.scenarios.links import N1, N2, asked, assert_talked, invite, party, talk_both_ways

from offhook.testing import sound
from offhook.testing.app import Reply
from offhook.testing.fixtures import NUMBER, PARTY, T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.phone import answers, busy, ignores, only_rings
from offhook.testing.world import Talk, World

COMPLETE = 'transferCompleteUrl="/tc"'
DISCONNECT = 'transferDisconnectUrl="/td"'


def transfer(attributes: str = "", *numbers: str, each: str = "") -> str:
    """Return the verb."""
    parties = "".join(f"<PhoneNumber {each}>{number}</PhoneNumber>" for number in numbers or (N1,))
    return f"<Transfer {attributes}>{parties}</Transfer>"


async def talking(world: World, verbs: str) -> Talk:
    """Return a call whose transfer to N1 has been answered."""
    far = party(world)
    talk = await world.answered(verbs)
    await (await far.wait_call()).wait("answered")
    await asyncio.sleep(0.3)
    return talk


@virtual
async def test_case_151_two_parties_talk_and_nothing_is_reported() -> None:
    async with World() as world:
        talk = await talking(world, transfer())
        far = world.phone(N1).call
        await talk_both_ways(talk.phone, far)
        far.hang_up()
        event = await talk.disconnect()

    assert_talked(talk.phone, far)
    assert event["cause"] == "hangup"
    assert [each["eventType"] for each in world.app.events()] == ["answer", "disconnect"]


@virtual
async def test_case_152_the_end_is_reported_and_its_reply_runs() -> None:
    async with World() as world:
        world.app.on("/tc", '<Pause duration="1"/>')
        talk = await talking(world, transfer(COMPLETE) + T1)
        world.phone(N1).call.hang_up()
        event = await talk.wait_event("transferComplete")
        ended = world.now
        await talk.disconnect()
        assert world.now - ended == about(1)

    assert event["cause"] == "hangup"
    assert (event["transferTo"], event["transferCallerId"]) == (N1, PARTY)
    assert "errorMessage" not in event
    assert "parentCallId" not in event
    assert heard(talk, T1_HZ) == []


@virtual
async def test_case_153_without_a_url_the_next_verb_runs() -> None:
    async with World() as world:
        talk = await talking(world, transfer() + T1)
        world.phone(N1).call.hang_up()
        await talk.disconnect()

    assert len(heard(talk, T1_HZ)) == 1


@virtual
async def test_case_154_the_caller_hangs_up_and_nothing_is_complete() -> None:
    async with World() as world:
        talk = await talking(world, transfer(COMPLETE, each=DISCONNECT))
        talk.phone.hang_up()
        event = await talk.disconnect()
        leg = await world.app.wait_event("transferDisconnect")

    assert (event["cause"], leg["cause"]) == ("hangup", "hangup")
    assert kinds(talk) == ["answer", "disconnect"]
    assert world.phone(N1).call.end == "hung up by the far end"


@virtual
async def test_case_155_a_busy_party() -> None:
    async with World() as world:
        party(world, behaviour=busy)
        talk = await world.answered(transfer(COMPLETE, each=DISCONNECT))
        event = await talk.wait_event("transferComplete")
        leg = await world.app.wait_event("transferDisconnect")
        await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == ("busy", "Callee is busy")
    assert event["errorId"] == leg["errorId"]
    assert event["callId"] == talk.call_id != leg["callId"]


@virtual
async def test_case_156_nobody_answers_in_time() -> None:
    async with World() as world:
        party(world, behaviour=only_rings)
        talk = await world.answered(transfer(f'{COMPLETE} callTimeout="2"'))
        began = world.now
        event = await talk.wait_event("transferComplete")
        assert world.now - began == about(2, 0.2)
        await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == ("timeout", "Callee did not answer")
    assert world.phone(N1).call.end == "cancelled by the caller"


@virtual
async def test_case_157_nobody_even_rings() -> None:
    async with World() as world:
        party(world, behaviour=ignores)
        talk = await world.answered(transfer(f'{COMPLETE} callTimeout="300"'))
        began = world.now
        event = await talk.wait_event("transferComplete")
        assert world.now - began == about(30, 0.2)
        await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == ("timeout", "Callee did not start ringing")


@virtual
async def test_case_158_the_first_answer_wins() -> None:
    async with World() as world:
        slow, quick = party(world, behaviour=only_rings), party(world, N2, answers(1))
        talk = await world.answered(transfer(COMPLETE, N1, N2, each=DISCONNECT))
        await (await quick.wait_call()).wait("answered")
        won = world.now
        lost = await world.app.wait_event("transferDisconnect")
        assert world.now - won < 0.2
        await asyncio.sleep(0.3)
        await talk_both_ways(talk.phone, quick.call)
        quick.call.hang_up()
        complete = await talk.wait_event("transferComplete")
        ended = await world.app.wait_event("transferDisconnect", transferTo=N2)
        await talk.disconnect()

    assert slow.call.end == "cancelled by the caller"
    assert (lost["transferTo"], lost["cause"]) == (N1, "cancel")
    assert "errorMessage" not in lost
    assert "answerTime" not in lost
    assert (ended["cause"], complete["cause"], complete["transferTo"]) == ("hangup", "hangup", N2)
    assert ended["answerTime"]
    assert [span.duration_s > 0.5 for span in sound.tones(talk.phone.heard, 900)] == [False]
    assert sound.tones(quick.call.heard, 600)
    assert len(world.app.events("transferDisconnect")) == 2


@virtual
async def test_case_158_two_answers_at_once_and_one_wins() -> None:
    async with World() as world:
        for number in (N1, N2):
            party(world, number, answers(1))
        talk = await world.answered(
            transfer(COMPLETE, N1, N2, each=f'{DISCONNECT} transferAnswerUrl="/ta"')
        )
        world.app.on("/ta", "")
        await asyncio.sleep(3)
        live = [world.phone(n).call for n in (N1, N2) if world.phone(n).call.end is None]
        assert len(live) == 1
        await talk_both_ways(talk.phone, live[0])
        live[0].hang_up()
        await talk.disconnect()
        await world.app.wait_event("transferDisconnect", count=2)

    assert len(world.app.events("transferAnswer")) == 1
    causes = sorted(each["cause"] for each in world.app.events("transferDisconnect"))
    assert causes == ["cancel", "hangup"]
    assert len(world.app.events("transferComplete")) == 1


@virtual
async def test_case_159_all_are_busy_and_one_event_completes() -> None:
    async with World() as world:
        for number in (N1, N2):
            party(world, number, busy)
        talk = await world.answered(transfer(COMPLETE, N1, N2, each=DISCONNECT))
        event = await talk.wait_event("transferComplete")
        await talk.disconnect()
        await world.app.wait_event("transferDisconnect", count=2)

    assert event["cause"] == "busy"
    assert len(world.app.events("transferComplete")) == 1
    legs = world.app.events("transferDisconnect")
    assert sorted(leg["transferTo"] for leg in legs) == [N1, N2]
    assert len({leg["callId"] for leg in legs}) == 2


@virtual
@pytest.mark.parametrize("verbs", [transfer("", *[N1] * 9), "<Transfer/>"])
async def test_case_160_one_to_eight_parties(verbs: str) -> None:
    async with World() as world:
        await assert_invalid(world, verbs)


@virtual
async def test_case_161_eight_parties_ring_at_once() -> None:
    async with World() as world:
        numbers = [f"+1202555020{digit}" for digit in range(4)]
        users = [f"user{digit}" for digit in range(4)]
        for each in (*numbers, *users):
            party(world, each, only_rings)
        parties = "".join(f"<PhoneNumber>{each}</PhoneNumber>" for each in numbers)
        parties += "".join(f"<SipUri>{each}@trunk.test</SipUri>" for each in users)
        talk = await world.answered(f"<Transfer>{parties}</Transfer>")
        await asyncio.sleep(0.1)
        ringing = [world.phone(each).calls for each in (*numbers, *users)]
        assert [len(calls) for calls in ringing] == [1] * 8
        talk.phone.hang_up()
        await talk.disconnect()

    assert [calls[0].end for calls in ringing] == ["cancelled by the caller"] * 8


@virtual
async def test_case_162_only_the_new_party_hears_the_announcement() -> None:
    async with World() as world:
        world.app.on("/ta", T1)
        talk = await talking(world, transfer(each='transferAnswerUrl="/ta" tag="b"'))
        far = world.phone(N1).call
        event = await world.app.wait_event("transferAnswer")
        await asyncio.sleep(1)
        await talk_both_ways(talk.phone, far)
        state = (await world.rest.get_call(event["callId"])).json()
        far.hang_up()
        await talk.disconnect()

    assert event["callId"] != talk.call_id
    assert event["parentCallId"] == talk.call_id
    assert (event["direction"], event["tag"], event["transferTo"]) == ("outbound", "b", N1)
    assert (event["from"], event["to"]) == (NUMBER, PARTY)
    assert (state["parentCallId"], state["state"]) == (talk.call_id, "answered")
    assert [round(span.duration_s, 1) for span in sound.tones(far.heard, T1_HZ)] == [1.0]
    assert sound.tones(talk.phone.heard, T1_HZ) == []
    assert sound.tones(talk.phone.heard, 480.0), "ring-back goes on during the announcement"
    assert sound.tones(far.heard, 600.0)


@virtual
async def test_case_163_a_gather_of_the_leg_belongs_to_the_announcement() -> None:
    async with World() as world:
        world.app.on("/ta", '<Gather gatherUrl="/bg" maxDigits="1"/>')
        world.app.on("/bg", '<Pause duration="0.1"/>')
        talk = await talking(world, transfer(each='transferAnswerUrl="/ta"'))
        far = world.phone(N1).call
        await far.press("1")
        event = await world.app.wait_event("gather")
        await asyncio.sleep(0.4)
        await talk_both_ways(talk.phone, far)
        far.hang_up()
        await talk.disconnect()

    assert event["digits"] == "1"
    assert (event["parentCallId"], event["transferTo"]) == (talk.call_id, N1)
    assert sound.tones(talk.phone.heard, 900.0)
    assert sound.tones(far.heard, 600.0)
    assert talk.phone.digits == ""


@virtual
@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        ("<Hangup/>", "hangup"),
        (transfer(), "invalid-bxml"),
        ("<Bridge>c-1</Bridge>", "invalid-bxml"),
        ("<Conference>c</Conference>", "invalid-bxml"),
        (f'<Forward to="{N1}"/>', "invalid-bxml"),
        ("<Pause>", "invalid-bxml"),
        ("<PlayAudio>404.wav</PlayAudio>", "application-error"),
    ],
)
async def test_case_164_an_announcement_that_ends_the_leg(reply: str, cause: str) -> None:
    async with World() as world:
        world.app.on("/ta", reply)
        world.app.on("/tc", T1)
        party(world)
        each = f'{DISCONNECT} transferAnswerUrl="/ta"'
        talk = await world.answered(transfer(COMPLETE, each=each))
        event = await talk.wait_event("transferComplete")
        leg = await world.app.wait_event("transferDisconnect")
        await talk.disconnect()

    assert (event["cause"], leg["cause"]) == (cause, cause)
    assert event.get("errorMessage") == leg.get("errorMessage")
    assert ("errorMessage" in event) is (cause != "hangup")
    assert world.phone(N1).call.end == "hung up by the far end"
    assert len(heard(talk, T1_HZ)) == 1, "the caller lives on"


@virtual
@pytest.mark.parametrize(
    "verb", [transfer(), "<Bridge>c-1</Bridge>", f'<Forward to="{N1}"/>', "<Conference/>"]
)
async def test_case_165_a_leg_may_not_go_elsewhere_before_it_is_joined(verb: str) -> None:
    async with World() as world:
        world.app.on("/ta", T1 + verb)
        party(world)
        talk = await world.answered(transfer(COMPLETE, each='transferAnswerUrl="/ta"'))
        event = await talk.wait_event("transferComplete")
        await talk.disconnect()

    assert event["cause"] == "invalid-bxml"
    assert event["errorMessage"].startswith("Invalid BXML received from http://app.test/ta: <")
    assert sound.is_silent(world.phone(N1).call.heard), "nothing of the document has run"


@virtual
async def test_case_166_an_announcement_that_cannot_be_had() -> None:
    async with World() as world:
        world.app.on("/ta", Reply(status=500))
        world.app.on("/tc", T1)
        party(world)
        talk = await world.answered(transfer(COMPLETE, each='transferAnswerUrl="/ta"'))
        event = await talk.wait_event("transferComplete")
        await talk.disconnect()

    text = "Could not deliver transferAnswer webhook to http://app.test/ta: HTTP 500"
    assert (event["cause"], event["errorMessage"]) == ("callback-error", text)
    assert len(heard(talk, T1_HZ)) == 1


@virtual
@pytest.mark.parametrize("reply", ["", Reply(status=204)])
async def test_case_167_an_empty_announcement_joins_at_once(reply: str | Reply) -> None:
    async with World() as world:
        world.app.on("/ta", reply)
        talk = await talking(world, transfer(each='transferAnswerUrl="/ta"'))
        far = world.phone(N1).call
        await talk_both_ways(talk.phone, far)
        far.hang_up()
        await talk.disconnect()

    assert_talked(talk.phone, far)


@virtual
async def test_case_168_a_redirect_belongs_to_the_announcement() -> None:
    async with World() as world:
        world.app.on("/ta", '<Redirect redirectUrl="/n"/>')
        world.app.on("/n", T1)
        talk = await talking(world, transfer(each='transferAnswerUrl="/ta"'))
        far = world.phone(N1).call
        await asyncio.sleep(1.2)
        await talk_both_ways(talk.phone, far)
        far.hang_up()
        await talk.disconnect()
        (event,) = world.app.events("redirect")

    assert event["parentCallId"] == talk.call_id
    assert len(sound.tones(far.heard, T1_HZ)) == 1
    assert sound.tones(talk.phone.heard, 900.0)


@virtual
async def test_case_169_an_inbound_caller_is_shown() -> None:
    async with World() as world:
        far = party(world)
        talk = await world.calling(transfer())
        await (await far.wait_call()).wait("answered")
        far.call.hang_up()
        await talk.disconnect()

    assert invite(far.call).from_uri.startswith(f"sip:{PARTY}@")


@virtual
async def test_case_170_the_called_party_of_an_outbound_call_is_shown() -> None:
    async with World() as world:
        talk = await talking(world, transfer())
        world.phone(N1).call.hang_up()
        await talk.disconnect()

    assert invite(world.phone(N1).call).from_uri.startswith(f"sip:{PARTY}@")


@virtual
async def test_case_171_a_hidden_caller() -> None:
    async with World() as world:
        talk = await talking(world, transfer(f'{COMPLETE} transferCallerId="Anonymous"'))
        world.phone(N1).call.hang_up()
        await talk.disconnect()
        (event,) = talk.events("transferComplete")

    asking = invite(world.phone(N1).call)
    assert asking.from_uri == "sip:anonymous@anonymous.invalid"
    assert asking.headers["privacy"] == ("id",)
    assert "p-asserted-identity" not in asking.headers
    assert event["transferCallerId"] == "Anonymous"


@virtual
async def test_case_171_a_name_and_privacy() -> None:
    async with World() as world:
        named = transfer('transferCallerDisplayName="Ann" transferCallerId="+12025550109"')
        for verbs in (named, transfer('privacy="true"')):
            talk = await talking(world, verbs)
            world.phone(N1).call.hang_up()
            await talk.disconnect()
        await assert_invalid(world, transfer('privacy="true" transferCallerDisplayName="Ann"'))

    shown, hidden = (invite(call) for call in world.phone(N1).calls)
    assert shown.from_display == "Ann"
    assert hidden.from_uri == "sip:anonymous@anonymous.invalid"


@virtual
async def test_case_172_user_to_user_needs_its_encoding() -> None:
    async with World() as world:
        far = party(world, "a")
        good = '<SipUri uui="x;encoding=jwt">sip:a@trunk.test</SipUri>'
        talk = await world.answered(f"<Transfer>{good}</Transfer>")
        await (await far.wait_call()).wait("answered")
        far.call.hang_up()
        await talk.disconnect()
        bad = good.replace(";encoding=jwt", "")
        await assert_invalid(world, f"<Transfer>{bad}</Transfer>")

    assert invite(far.call).headers["user-to-user"] == ("x;encoding=jwt",)


@virtual
@pytest.mark.parametrize(
    ("treatment", "expected"), [("propagate", ("<sip:+1999@a.test>;reason=away",)), ("none", ())]
)
async def test_case_173_the_diversion_of_the_caller(
    treatment: str, expected: tuple[str, ...]
) -> None:
    async with World() as world:
        far = party(world)
        talk = await world.calling(
            transfer(f'diversionTreatment="{treatment}"'),
            headers=(("Diversion", "<sip:+1999@a.test>;reason=away"),),
        )
        await (await far.wait_call()).wait("answered")
        far.call.hang_up()
        await talk.disconnect()

    assert invite(far.call).headers.get("diversion", ()) == expected


@virtual
async def test_case_174_rest_sends_a_talking_caller_elsewhere() -> None:
    async with World() as world:
        world.app.on("/n", T1)
        talk = await talking(world, transfer(COMPLETE, each=DISCONNECT))
        await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
        leg = await world.app.wait_event("transferDisconnect")
        await talk.disconnect()

    assert leg["cause"] == "hangup"
    assert kinds(talk) == ["answer", "redirect", "disconnect"]
    assert len(heard(talk, T1_HZ)) == 1
    assert world.phone(N1).call.end == "hung up by the far end"


@virtual
async def test_case_174_rest_sends_the_leg_elsewhere() -> None:
    async with World() as world:
        world.app.on("/n", '<Pause duration="5"/>')
        world.app.on("/ta", "")
        talk = await talking(
            world, transfer(COMPLETE, each=f'{DISCONNECT} transferAnswerUrl="/ta"')
        )
        (answer,) = world.app.events("transferAnswer")
        await world.rest.update_call(answer["callId"], redirectUrl="http://app.test/n")
        event = await talk.wait_event("transferComplete")
        left = world.now
        await talk.disconnect()
        leg = await world.app.wait_event("transferDisconnect")
        assert world.now - left == about(5, 0.2)

    assert (event["cause"], leg["cause"]) == ("hangup", "hangup")


@virtual
async def test_case_175_rest_sends_a_caller_elsewhere_while_it_rings() -> None:
    async with World() as world:
        world.app.on("/n", T1)
        far = party(world, behaviour=only_rings)
        talk = await world.answered(transfer(COMPLETE, each=DISCONNECT))
        await far.wait_call()
        await asyncio.sleep(1)
        await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
        leg = await world.app.wait_event("transferDisconnect")
        await talk.disconnect()

    assert leg["cause"] == "cancel"
    assert far.call.end == "cancelled by the caller"
    assert kinds(talk) == ["answer", "redirect", "disconnect"]


@virtual
async def test_case_176_a_key_is_reported_and_reaches_the_other_party() -> None:
    async with World() as world:
        talk = await talking(world, '<StartGather dtmfUrl="/d"/>' + transfer())
        far = world.phone(N1).call
        await talk.phone.press("4")
        await far.press("59")
        await asyncio.sleep(0.5)
        far.hang_up()
        await talk.disconnect()

    assert [each["digit"] for each in talk.events("dtmf")] == ["4"]
    assert far.digits == "4"
    assert talk.phone.digits == "59"
    assert len(world.app.events("dtmf")) == 1


@virtual
async def test_case_177_the_limit_of_calls_is_reached() -> None:
    async with World() as world:
        world.app.on("/tc", T1)
        party(world)
        world.change_account(sessions=1)
        talk = await world.answered(transfer(COMPLETE, each=DISCONNECT))
        event = await talk.wait_event("transferComplete")
        await talk.disconnect()

    text = "Account concurrent call limit exceeded"
    assert (event["cause"], event["errorMessage"]) == ("account-limit", text)
    assert (event["transferTo"], event["transferCallerId"]) == (N1, PARTY)
    assert event["errorId"]
    assert world.phone(N1).calls == []
    assert world.app.events("transferDisconnect") == []
    assert len(heard(talk, T1_HZ)) == 1


@virtual
async def test_case_177_the_rate_of_calls_is_used_up() -> None:
    async with World() as world:
        for number in (N1, N2):
            party(world, number, only_rings)
        world.change_account(cps=2.0, dequeue_rate=None)
        talk = await world.answered(transfer(f'{COMPLETE} callTimeout="1"', N1, N2, N1))
        event = await talk.wait_event("transferComplete")
        await talk.disconnect()

    assert event["cause"] in ("timeout", "account-limit")
    assert len(world.phone(N1).calls) + len(world.phone(N2).calls) < 3


@virtual
@pytest.mark.parametrize("reply", [Reply(status=500), "<PlayAudio>t1.wav</PlayAudio>"])
async def test_case_178_what_is_replied_to_a_leg_s_goodbye_is_ignored(reply: Reply | str) -> None:
    async with World() as world:
        world.app.on("/td", reply)
        talk = await talking(world, transfer(each=DISCONNECT))
        world.phone(N1).call.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert heard(talk, T1_HZ) == []
    assert len(world.app.events("transferDisconnect")) == 1
    assert asked(talk, "disconnect") == ["/v/status"]
    assert arrivals(talk, "transferComplete") == []
