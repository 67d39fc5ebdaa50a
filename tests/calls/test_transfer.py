"""Transfer, where the cases of the contract do not look (tests/scenarios)."""

import asyncio

from tests.scenarios.links import N1, N2, party, talk_both_ways

from offhook.testing import sound
from offhook.testing.loop import virtual
from offhook.testing.phone import answers, busy, only_rings, refuses
from offhook.testing.world import World

PAIR = f"<PhoneNumber>{N1}</PhoneNumber><PhoneNumber>{N2}</PhoneNumber>"


@virtual
async def test_the_last_leg_to_fail_is_the_one_that_is_told() -> None:
    async with World() as world:
        party(world, N1, refuses(603, 2))
        party(world, N2, busy)
        talk = await world.answered(f'<Transfer transferCompleteUrl="/tc">{PAIR}</Transfer>')
        event = await talk.wait_event("transferComplete")
        await talk.disconnect()

    assert (event["cause"], event["transferTo"]) == ("rejected", N1)


@virtual
async def test_a_leg_that_fails_does_not_stop_the_others() -> None:
    async with World() as world:
        party(world, N1, busy)
        quick = party(world, N2, answers(1))
        talk = await world.answered(f"<Transfer>{PAIR}</Transfer>")
        await (await quick.wait_call()).wait("answered")
        await asyncio.sleep(0.3)
        await talk_both_ways(talk.phone, quick.call)
        quick.call.hang_up()
        await talk.disconnect()

    assert sound.tones(talk.phone.heard, 900.0)
    assert sound.tones(talk.phone.heard, 480.0), "it hears ringing before"


@virtual
async def test_a_caller_who_gives_up_during_the_announcement_ends_the_leg() -> None:
    async with World() as world:
        world.app.on("/ta", '<Pause duration="20"/>')
        party(world)
        answer = 'transferAnswerUrl="/ta" transferDisconnectUrl="/td"'
        talk = await world.answered(
            f"<Transfer><PhoneNumber {answer}>{N1}</PhoneNumber></Transfer>"
        )
        await world.app.wait_event("transferAnswer")
        await asyncio.sleep(1)
        talk.phone.hang_up()
        event = await world.app.wait_event("transferDisconnect")
        await talk.disconnect()

    assert event["cause"] == "hangup"


@virtual
async def test_rest_may_not_move_a_leg_before_it_is_joined_but_may_give_it_another_document() -> (
    None
):
    async with World() as world:
        world.app.on("/ta", '<Pause duration="20"/>')
        far = party(world)
        talk = await world.answered(
            f'<Transfer><PhoneNumber transferAnswerUrl="/ta">{N1}</PhoneNumber></Transfer>'
        )
        leg = (await world.app.wait_event("transferAnswer"))["callId"]
        await asyncio.sleep(1)
        refused = await world.rest.update_bxml(leg, f"<Bxml><Transfer>{PAIR}</Transfer></Bxml>")
        taken = await world.rest.update_bxml(leg, '<Bxml><Pause duration="1"/></Bxml>')
        await asyncio.sleep(1.5)
        await talk_both_ways(talk.phone, far.call)
        far.call.hang_up()
        await talk.disconnect()

    assert (refused.status, taken.status) == (400, 204)
    assert sound.tones(talk.phone.heard, 900.0), "the document is over and they talk"


@virtual
async def test_a_ringing_call_that_is_taken_by_a_bridge_gives_up_its_legs() -> None:
    async with World() as world:
        rings = party(world, N1, only_rings)
        x = await world.answered(f"<Transfer><PhoneNumber>{N1}</PhoneNumber></Transfer>")
        await rings.wait_call()
        party(world, N2)
        y = await world.answered(f"<Bridge>{x.call_id}</Bridge>", to=N2)
        await asyncio.sleep(0.5)
        assert rings.call.end == "cancelled by the caller"
        await talk_both_ways(x.phone, y.phone)
        y.phone.hang_up()
        await x.disconnect()

    assert sound.tones(x.phone.heard, 900.0)
    assert sound.tones(y.phone.heard, 600.0)
