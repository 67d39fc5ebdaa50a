"""A call in a conference, where the cases of the contract do not look."""

import asyncio

from tests.scenarios.cases import kinds as kinds_of
from tests.scenarios.links import N1, N2, assert_talked, party, talk_both_ways
from tests.scenarios.rooms import URL, conference, events, joined, kinds

from offhook.testing.app import Reply
from offhook.testing.fixtures import NUMBER
from offhook.testing.loop import virtual
from offhook.testing.world import World

EMPTY = Reply(status=204)


@virtual
async def test_a_bridge_and_a_conference_at_the_same_moment_lose_nothing() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1, '<Pause duration="0.7"/>' + conference())
        await joined(world, N2, f'<Pause duration="0.5"/><Bridge>{x.call_id}</Bridge>')
        await asyncio.sleep(1)

        y = next(talk for talk in world.phones.live if talk.leg != x.phone.leg)
        await talk_both_ways(x.phone, y)
        assert not world.node.exchange.rooms
    assert_talked(x.phone, y)


@virtual
async def test_the_leg_of_a_transfer_shows_the_call_that_has_placed_it() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        party(world, N2)
        transfer = f"<Transfer><PhoneNumber>{N2}</PhoneNumber></Transfer>"
        x = await joined(world, N1, transfer + '<Pause duration="5"/>')
        leg = next(c for c in world.node.exchange.calls.values() if c.record.parent_call_id)
        await world.rest.update_bxml(leg.record.call_id, f"<Bxml>{conference('')}</Bxml>")
        await asyncio.sleep(0.5)
        (shown,) = await world.rest.conferences()
        (member,) = (await world.rest.conference(shown["id"]))["activeMembers"]
        log = {e.kind: e.data for e in world.store.events(shown["id"])}

    assert member["callId"] == leg.record.call_id
    joining = log["conference.joined"]
    assert (joining["from_"], joining["to"]) == (NUMBER, N1)
    assert "disconnect" in kinds_of(x)
    assert events(world) == []


@virtual
async def test_a_member_hangs_up_in_the_moment_in_which_the_conference_ends() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1)
        (shown,) = await world.rest.conferences()
        x.phone.hang_up()
        await world.rest.update_conference(shown["id"], status="completed")
        await x.disconnect()

    assert kinds(world) == ["Created", "MemberJoin", "MemberExit", "Completed"]
