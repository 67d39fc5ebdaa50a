"""Forwarding, where the cases of the contract do not look (tests/scenarios)."""

import asyncio

from tests.scenarios.links import N1, party

from offhook.testing.loop import virtual
from offhook.testing.phone import answers
from offhook.testing.world import World


@virtual
async def test_the_end_of_the_other_leg_is_the_end_of_the_call_and_the_leg_has_no_webhook() -> None:
    async with World() as world:
        far = party(world, behaviour=answers(1))
        talk = await world.calling(f'<Forward to="{N1}"/>')
        await talk.phone.wait("answered")
        await asyncio.sleep(1)
        far.call.hang_up()
        await talk.disconnect()
        await asyncio.sleep(1)
        both = [each.record for each in world.evidence()]

    assert [record.disconnect_cause for record in both] == ["hangup", "hangup"]
    assert {record.parent_call_id for record in both} == {None, talk.call_id}
    assert {each["callId"] for each in world.app.events()} == {talk.call_id}


@virtual
async def test_a_leg_ended_by_rest_ends_the_call() -> None:
    async with World() as world:
        party(world)
        talk = await world.calling(f'<Forward to="{N1}"/>')
        await talk.phone.wait("answered")
        (leg,) = [id_ for id_ in world.node.exchange.calls if id_ != talk.call_id]
        answer = await world.rest.update_call(leg, redirectUrl="http://app.test/n")
        assert answer.status == 409
        await world.rest.update_call(leg, state="completed")
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
